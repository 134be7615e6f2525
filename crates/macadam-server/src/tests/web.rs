//! A browser and the server: the app's files, and a session that lives in a cookie.

use std::time::Duration;

use macadam_api::sessions::Session;
use serde_json::json;

use super::world::World;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The `Set-Cookie` of the first owner's set-up, asked for under this name of the server.
async fn signed_in(world: &World, host: &str) -> String {
    let code = world.app().config.data_dir.join("setup-code");
    let code = std::fs::read_to_string(code).unwrap();
    let wish = json!({
        "code": code.trim(), "email": "ada@example.com", "name": "Ada",
        "password": "correct horse battery",
    });
    let request = world.http.post(world.url("/api/v1/setup")).header("host", host).json(&wish);
    let response = request.send().await.unwrap();
    response.headers()["set-cookie"].to_str().unwrap().to_owned()
}

/// Asks who is signed in; says until when, if anybody is, and for how long the cookie is kept.
async fn session(world: &World, cookie: &str) -> Option<(jiff::Timestamp, String)> {
    let pair = cookie.split(';').next().unwrap();
    let request = world.http.get(world.url("/api/v1/session")).header("cookie", pair);
    let response = request.send().await.unwrap();
    if response.status() == 401 {
        return None;
    }
    let kept = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let age = kept.split("; ").find_map(|part| part.strip_prefix("Max-Age=")).unwrap().to_owned();
    let session: Session = response.json().await.unwrap();
    Some((session.expires_at, age))
}

#[tokio::test]
async fn server_answers_unknown_operations_as_problems() {
    let world = World::new().await;
    for path in ["/api", "/api/v1/nothing", "/api/v2/devices"] {
        let answer = world.http.get(world.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let problem: macadam_api::Problem = answer.json().await.unwrap();
        assert_eq!(problem.code, macadam_api::ErrorCode::NotFound, "{path}");
    }
    let page = world.http.get(world.url("/devices")).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn cookie_is_secure_except_on_this_very_machine() {
    for (host, is_secure) in [
        ("mdm.example.com", true),
        ("localhost.example.com", true),
        ("localhost:8080", false),
        ("127.0.0.1:8080", false),
    ] {
        let cookie = signed_in(&World::new().await, host).await;
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; "), "{cookie}");
        assert_eq!(cookie.contains("; Secure"), is_secure, "{host}: {cookie}");
    }
}

#[tokio::test]
async fn page_of_the_host_that_was_asked_may_write_and_no_other() {
    let world = World::new().await;
    let cookie = signed_in(&world, "localhost:8080").await;
    let cookie = cookie.split(';').next().unwrap();
    let sign_out = async |host: &str, origin: &str| {
        let request = world.http.delete(world.url("/api/v1/session")).header("cookie", cookie);
        let request = request.header("host", host).header("origin", origin);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(sign_out("localhost:8080", "http://localhost:9090").await, 403);
    assert_eq!(sign_out("localhost:8080", "http://localhost").await, 403);
    assert_eq!(sign_out("localhost:8080", "null").await, 403);
    assert_eq!(sign_out("localhost:8080", "http://localhost:8080").await, 204);
}

#[tokio::test]
async fn browser_in_use_stays_signed_in_for_months_but_not_for_ever() {
    let world = World::new().await;
    let began = world.wall.now();
    let cookie = signed_in(&world, "mdm.example.com").await;
    let mut until = began;
    for _ in 0..44 {
        world.advance(2 * DAY);
        let (later, age) = session(&world, &cookie).await.unwrap();
        assert!(later >= until);
        let left = later.duration_since(world.wall.now()).as_secs();
        assert_eq!(age, left.to_string(), "the browser keeps the cookie as long as it is good");
        until = later;
    }
    assert_eq!(until.duration_since(began).as_secs(), 90 * 24 * 3600);
    world.advance(2 * DAY + Duration::from_secs(1));
    assert_eq!(session(&world, &cookie).await, None, "three months are the end");
}

#[tokio::test]
async fn browser_left_alone_is_signed_out() {
    let world = World::new().await;
    let cookie = signed_in(&world, "mdm.example.com").await;
    world.advance(3 * DAY + Duration::from_secs(1));
    assert_eq!(session(&world, &cookie).await, None);
}

#[tokio::test]
async fn set_up_is_asked_for_until_there_is_an_owner() {
    let world = World::new().await;
    let needed = async || {
        let response = world.http.get(world.url("/api/v1/setup")).send().await.unwrap();
        response.json::<serde_json::Value>().await.unwrap()["needed"].as_bool().unwrap()
    };
    assert!(needed().await);
    signed_in(&world, "mdm.example.com").await;
    assert!(!needed().await);
}
