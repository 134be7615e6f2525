//! What administrators write goes the same way on both engines.

use proptest::prelude::*;

use super::fleet::exception;
use super::same_on_both::same_on_both;
use super::*;

const DEVICES: u32 = 3;
const DOCUMENTS: u32 = 3;

/// One step, with small numbers so that steps meet each other.
#[derive(Clone, Debug)]
enum Step {
    CreateItem { item: u32, label: u32 },
    SaveItem { item: u32, label: u32, version: i64 },
    DeleteItem { item: u32, version: i64 },
    CreateBlueprint { blueprint: u32 },
    SaveBlueprint { blueprint: u32, name: u32, version: i64 },
    DeleteBlueprint { blueprint: u32, version: i64 },
    Move { device: u32, blueprint: Option<u32> },
    Tag { device: u32, tag: String },
    Exempt { exception: u32, device: u32, item: Option<u32>, until: i64 },
    EndExemption { exception: u32 },
    Audit { action: String },
    Catalog { after: i64, count: usize },
    Fetch { source: u32, problem: Option<String> },
    Review { release: u32, item: Option<u32>, action: ReviewAction },
    List { search: String, tag: Option<String>, blueprint: Option<u32> },
}

/// Words with what quoting and sorting stumble over.
fn word() -> impl Strategy<Value = String> {
    let words = ["", "lab", "Lab", "l%b", "l_b", "\"'", "Éclair", "ÉCLAIR", "a\\b", "😀", "ß"];
    prop::sample::select(words.map(str::to_owned).to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    let (document, device, version) = (0..DOCUMENTS, 0..DEVICES, 1..4_i64);
    let maybe = prop::option::of(document.clone());
    let actions = prop::sample::select(ReviewAction::ALL);
    prop_oneof![
        (document.clone(), document.clone())
            .prop_map(|(item, label)| Step::CreateItem { item, label }),
        (document.clone(), document.clone(), version.clone())
            .prop_map(|(item, label, version)| Step::SaveItem { item, label, version }),
        (document.clone(), version.clone())
            .prop_map(|(item, version)| Step::DeleteItem { item, version }),
        document.clone().prop_map(|blueprint| Step::CreateBlueprint { blueprint }),
        (document.clone(), document.clone(), version.clone()).prop_map(
            |(blueprint, name, version)| Step::SaveBlueprint { blueprint, name, version }
        ),
        (document.clone(), version)
            .prop_map(|(blueprint, version)| Step::DeleteBlueprint { blueprint, version }),
        (device.clone(), maybe.clone())
            .prop_map(|(device, blueprint)| Step::Move { device, blueprint }),
        (device.clone(), word()).prop_map(|(device, tag)| Step::Tag { device, tag }),
        (document.clone(), device, maybe.clone(), 0..40_i64).prop_map(
            |(exception, device, item, until)| Step::Exempt { exception, device, item, until }
        ),
        document.clone().prop_map(|exception| Step::EndExemption { exception }),
        word().prop_map(|action| Step::Audit { action }),
        (0..4_i64, 0..3_usize).prop_map(|(after, count)| Step::Catalog { after, count }),
        (0..2_u32, prop::option::of(word()))
            .prop_map(|(source, problem)| Step::Fetch { source, problem }),
        (document, maybe.clone(), actions).prop_map(|(release, item, action)| Step::Review {
            release,
            item,
            action
        }),
        (word(), prop::option::of(word()), maybe).prop_map(|(search, tag, blueprint)| Step::List {
            search,
            tag,
            blueprint
        }),
    ]
}

#[test]
fn whatever_administrators_write_goes_the_same_way_on_both_engines() {
    same_on_both(step(), tell);
}

async fn tell(store: &Store, story: &[Step]) -> Vec<String> {
    for number in 0..DEVICES {
        enroll(store, number).await;
    }
    let mut answers = Vec::new();
    for (step, number) in story.iter().zip(1_u32..) {
        answers.push(take(store, step, number).await);
    }
    answers.push(format!("{:?}", store.items().await.unwrap()));
    answers.push(format!("{:?}", store.blueprints().await.unwrap()));
    answers
        .push(format!("{:?}", store.exceptions(ExceptionsOf::default(), None, 100).await.unwrap()));
    answers.push(format!("{:?}", store.exceptions_ended(at(0), at(20)).await.unwrap()));
    answers.push(format!("{:?}", store.audit(&AuditFilter::default(), None, 100).await.unwrap()));
    answers.push(format!("{:?}", store.verify_audit_chain().await.unwrap()));
    answers.push(format!("{:?}", store.catalog_events_after(0, 100).await.unwrap()));
    answers.push(format!("{:?}", store.fetches().await.unwrap()));
    answers.push(format!("{:?}", store.reviews().await.unwrap()));
    for blueprint in 0..DOCUMENTS {
        let devices = store.devices_of_blueprint(blueprint_id(blueprint), None, 10).await;
        answers.push(format!("{:?}", devices.unwrap()));
    }
    answers
}

async fn take(store: &Store, step: &Step, number: u32) -> String {
    let now = at(i64::from(number));
    match step.clone() {
        Step::CreateItem { item: id, label } => {
            said(store.create_item(now, labeled(id, label)).await)
        }
        Step::SaveItem { item: id, label, version } => {
            said(store.save_item(now, labeled(id, label), version).await)
        }
        Step::DeleteItem { item, version } => said(store.delete_item(item_id(item), version).await),
        Step::CreateBlueprint { blueprint: id } => {
            said(store.create_blueprint(now, blueprint(id)).await)
        }
        Step::SaveBlueprint { blueprint: id, name, version } => {
            let named = NewBlueprint { name: format!("Blueprint {name}"), ..blueprint(id) };
            said(store.save_blueprint(now, named, version).await)
        }
        Step::DeleteBlueprint { blueprint, version } => {
            said(store.delete_blueprint(at(0), blueprint_id(blueprint), version).await)
        }
        Step::Move { device, blueprint } => {
            let blueprint = blueprint.map(blueprint_id);
            said(store.move_devices(vec![device_id(device)], blueprint).await)
        }
        Step::Tag { device, tag } => said(store.set_tags(device_id(device), vec![tag]).await),
        Step::Exempt { exception: id, device, item, until } => {
            let item = item.map(item_id);
            said(store.add_exception(exception(id, device_id(device), item, until)).await)
        }
        Step::EndExemption { exception } => {
            said(store.end_exception(ExceptionId(id(6, exception))).await)
        }
        Step::Audit { action } => said(store.append_audit(entry(now, action)).await),
        Step::Catalog { after, count } => {
            let documents = (0..count).map(|place| format!("{number}.{place}")).collect();
            said(store.append_catalog_events(now, after, documents).await)
        }
        Step::Fetch { source, problem: Some(problem) } => {
            said(store.record_fetch_problem(now, &format!("feed {source}"), &problem).await)
        }
        Step::Fetch { source, problem: None } => {
            let hash = Sha256::of(&source.to_be_bytes());
            said(store.record_fetch(now, &format!("feed {source}"), hash).await)
        }
        Step::Review { release, item, action } => {
            said(store.review_release(review(number, release, item, action)).await)
        }
        Step::List { search, tag, blueprint } => {
            let search = Some(search).filter(|search| !search.is_empty());
            let blueprint = blueprint.map(blueprint_id);
            let filter = DeviceFilter { search, tag, blueprint, ..DeviceFilter::default() };
            said(store.devices(&filter, DeviceOrder::Name, None, 10).await)
        }
    }
}

fn labeled(number: u32, label: u32) -> NewItem {
    NewItem { label: format!("Item {label}"), ..item(number) }
}

fn entry(at: Timestamp, action: String) -> AuditEntry {
    AuditEntry {
        at,
        actor: "Ada".into(),
        origin: "192.0.2.1".into(),
        action,
        target: "items/1".into(),
        detail: "{}".into(),
    }
}

fn review(number: u32, release: u32, item: Option<u32>, action: ReviewAction) -> NewReview {
    NewReview {
        id: id(7, number),
        at: at(i64::from(number)),
        release: format!("macos-26.{release}"),
        item: item.map(item_id),
        action,
        by: "Ada".into(),
        reason: "it loses mail".into(),
    }
}

/// The answer, or how it was refused; a statement may be, such as one about an item that is not
/// there, whichever engine refuses it.
fn said<T: std::fmt::Debug, E: std::fmt::Display>(answer: Result<T, E>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => {
            let refused = error.to_string();
            // Each engine says it with its own name.
            let refused = refused.strip_suffix(" refused a statement").map_or(&*refused, |_| "it");
            format!("refused: {refused}")
        }
    }
}
