use super::*;
use crate::devices::DeviceFilter;

#[test]
fn only_addresses_of_servers_make_clients() {
    for url in ["", "mdm.example.org", "ftp://mdm.example.org", "file:///etc", "https://"] {
        let settings = ClientSettings { url, ..ClientSettings::default() };
        assert!(matches!(Client::new(settings), Err(NewClientError::Url(_))), "{url}");
    }
}

#[test]
fn filters_become_queries_and_servers_may_live_below_a_path() {
    let url = "https://example.org/mdm/";
    let client = Client::new(ClientSettings { url, ..ClientSettings::default() }).unwrap();
    let filter = DeviceFilter {
        search: Some("Anna & Bob".into()),
        overdue: Some(true),
        ..DeviceFilter::default()
    };
    let query = serde_json::to_value(filter).unwrap();
    let asked = client.url("/api/v1/devices", Some(&query));
    let expected = "https://example.org/mdm/api/v1/devices?overdue=true&search=Anna+%26+Bob";
    assert_eq!(asked.as_str(), expected);
}

#[test]
fn only_a_problem_counts_as_our_refusal() {
    let url = "https://example.org";
    let client = Client::new(ClientSettings { url, ..ClientSettings::default() }).unwrap();
    let body = br#"{"code":"not_found","message":"no such device"}"#;
    let refusal = |media_type: &'static str, body: &[u8]| {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, media_type.parse().unwrap())]);
        client.refusal(StatusCode::NOT_FOUND, &headers, body)
    };
    assert!(refusal(Problem::MEDIA_TYPE, body).is(ErrorCode::NotFound));
    assert_eq!(refusal("text/html", b"<p>404</p>").code(), "not_a_macadam_server");
    assert_eq!(refusal("application/json", body).code(), "not_a_macadam_server");
    let later = br#"{"code":"on_the_moon","message":"too far"}"#;
    assert!(refusal(Problem::MEDIA_TYPE, later).is(ErrorCode::Unknown));
}
