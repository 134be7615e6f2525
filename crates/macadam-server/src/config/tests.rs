use std::fs;

use super::*;

fn problems(toml: &str) -> Vec<String> {
    let error = Config::from_toml(toml).expect_err("the settings have a problem");
    error.problems.into_iter().map(|problem| problem.setting).collect()
}

fn config(toml: &str) -> Config {
    Config::from_toml(toml).unwrap()
}

#[test]
fn public_url_alone_is_enough() {
    let config = config(r#"public_url = "https://mdm.example.com""#);
    assert_eq!(config.public_url, "https://mdm.example.com");
    assert_eq!(config.public_host(), "mdm.example.com");
    assert_eq!(config.database, Database::Sqlite("/var/lib/macadam/macadam.db".into()));
    assert_eq!(config.listen, ["0.0.0.0:8443".parse().unwrap()]);
    assert_eq!(config.fleet_clock, FleetClockSettings::Real);
    assert_eq!(config.feed.every, Duration::from_mins(30));
}

#[test]
fn every_problem_is_listed_at_once() {
    let problems = problems(
        r#"
        public_url = "http://mdm.example.com/path"
        listen_http = ["0.0.0.0:8080"]
        database_url = "mysql://root:hunter2@db/macadam"
        trusted_proxies = []
        tls = { certificate_file = "/nowhere/cert.pem" }
        feed = { every_minutes = 0 }
        fleet_clock = { mode = "accelerated", start = "soon", factor = 0.0 }
        limits = { connections = 0 }
        "#,
    );
    assert_eq!(
        problems,
        [
            "public_url",
            "database_url",
            "listen_http",
            "tls",
            "feed.every_minutes",
            "fleet_clock.start",
            "fleet_clock.factor",
            "limits.connections",
        ]
    );
}

#[test]
fn password_of_a_refused_database_url_is_not_repeated() {
    let error =
        Config::from_toml("public_url = \"https://a\"\ndatabase_url = \"mysql://root:hunter2@db\"");
    assert!(!error.unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn unknown_setting_is_refused_with_its_line() {
    let error = Config::from_toml("public_url = \"https://a\"\nlisten_htpp = []").unwrap_err();
    let text = error.to_string();
    assert!(text.contains("listen_htpp") && text.contains("line 2"), "{text}");
}

#[test]
fn plain_http_on_every_address_needs_a_named_proxy() {
    let behind_proxy = r#"
        public_url = "https://mdm.example.com"
        listen_http = ["0.0.0.0:8080"]
        trusted_proxies = ["10.0.0.0/8", "fd00::7"]
    "#;
    assert_eq!(config(behind_proxy).trusted_proxies.len(), 2);
    assert!(config(behind_proxy).listen.is_empty());
    assert_eq!(
        problems("public_url = \"https://a\"\ntrusted_proxies = [\"proxy.internal\"]"),
        ["trusted_proxies"]
    );
}

#[test]
fn public_host_of_an_address_is_the_address() {
    assert_eq!(config(r#"public_url = "https://[::1]:8443""#).public_host(), "::1");
    assert_eq!(config(r#"public_url = "https://127.0.0.1:8443/""#).public_host(), "127.0.0.1");
}

#[test]
fn roots_that_are_no_certificates_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roots.pem");
    fs::write(&path, "not a certificate").unwrap();
    let toml =
        format!("public_url = \"https://a\"\ndevice_ca.roots_files = [{path:?}, \"/nowhere.pem\"]");
    assert_eq!(problems(&toml), ["device_ca.roots_files", "device_ca.roots_files"]);
}

#[test]
fn community_feed_is_asked_only_where_apples_is() {
    let url = |feed: &str| {
        let config = config(&format!("public_url = \"https://a\"\nfeed = {{ {feed} }}"));
        config.feed.community_url
    };
    assert_eq!(url("").as_deref(), Some("https://sofafeed.macadmins.io/v2"));
    assert_eq!(url("community_url = \"\""), None);
    assert_eq!(url("is_enabled = false"), None);
    assert_eq!(url("url = \"https://double\""), None);
    let own = "url = \"https://double\", community_url = \"https://mirror/sofa/\"";
    assert_eq!(url(own).as_deref(), Some("https://mirror/sofa"));
}

#[test]
fn accelerated_clock_begins_at_its_start() {
    let config = config(
        r#"
        public_url = "https://a"
        fleet_clock = { mode = "accelerated", start = "2026-03-01T06:00:00Z", factor = 600 }
        "#,
    );
    let start = "2026-03-01T06:00:00Z".parse().unwrap();
    assert_eq!(config.fleet_clock, FleetClockSettings::Accelerated { start, factor: 600.0 });
}

#[test]
fn flags_win_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("macadam.toml");
    fs::write(&path, "public_url = \"https://file\"\nlisten = [\"127.0.0.1:1\"]").unwrap();
    let args = ServeArgs {
        config: Some(path),
        public_url: Some("https://flag".into()),
        listen_http: vec!["127.0.0.1:2".parse().unwrap()],
        ..ServeArgs::default()
    };
    let config = Config::load(&args).unwrap();
    assert_eq!(config.public_url, "https://flag");
    assert_eq!(config.listen_http, ["127.0.0.1:2".parse().unwrap()]);
    assert!(config.listen.is_empty());
}
