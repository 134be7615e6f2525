use macadam_policy as policy;
use serde_json::json;
use utoipa::ToSchema;

use super::*;

#[test]
fn maps_survive_the_way_through_the_policy() {
    let map = json!({"map": [
        {"items": ["a", "b"]},
        {"block": [
            {"if": {"all": [
                {"test": {"field": "platform", "operator": "is", "value": "macos"}},
                {"test": {"field": "os_version", "operator": "at_least", "value": "14"}}
            ]}, "then": [{"items": ["c"]}]},
            {"if": null, "then": []}
        ]}
    ]});
    let assignment: Assignment = serde_json::from_value(map.clone()).unwrap();
    let ids = |name: &str| {
        let number = ["a", "b", "c"].iter().position(|known| *known == name)?;
        Some(policy::ItemId(Uuid::from_u128(number as u128)))
    };
    let names = |id: policy::ItemId| ["a", "b", "c"][id.0.as_u128() as usize].to_owned();
    let back = Assignment::from_policy(&assignment.to_policy(&ids).unwrap(), &names);
    assert_eq!(serde_json::to_value(back).unwrap(), map);
}

#[test]
fn all_unknown_items_are_named() {
    let block = vec![Branch { condition: None, nodes: vec![Node::Items(vec!["y".into()])] }];
    let nodes = vec![Node::Items(vec!["x".into()]), Node::Block(block)];
    let problems = Assignment::Map(nodes).to_policy(&|_| None).unwrap_err();
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["assignment: item 'x' does not exist", "assignment: item 'y' does not exist"]
    );
}

#[test]
fn renaming_touches_every_item() {
    let block = vec![Branch { condition: None, nodes: vec![Node::Items(vec!["y".into()])] }];
    let map = Assignment::Map(vec![Node::Items(vec!["x".into()]), Node::Block(block)]);
    let renamed = map.rename(&|name| Ok::<_, ()>(format!("new {name}"))).unwrap();
    let text = serde_json::to_string(&renamed).unwrap();
    assert!(text.contains("new x") && text.contains("new y"), "{text}");
    assert_eq!(
        map.rename(&|name| if name == "y" { Err("no y") } else { Ok(name.into()) }),
        Err("no y")
    );
}

#[test]
fn deep_nesting_is_refused_before_it_is_followed() {
    let deep = format!("{}{}", r#"{"not":"#.repeat(200), "}".repeat(200));
    let error = serde_json::from_str::<Condition>(&deep).unwrap_err();
    assert!(error.to_string().contains("recursion limit"), "{error}");
}

#[test]
fn recursive_schemas_end() {
    let mut schemas = Vec::new();
    WriteBlueprint::schemas(&mut schemas);
    let names: Vec<_> = schemas.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["Assignment", "Node", "Branch", "Condition", "Test"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
}
