//! Administrators at work, through the typed client and, where that is too well-behaved, by hand.

mod account;
mod assignment;
mod backtests;
mod brakes;
mod bulk_actions;
mod catalog;
mod events;
mod fleet;
mod lists;
mod passkeys;
mod policy;
mod rings;
mod saved;
mod summary;

use std::time::Duration;

use macadam_api::client::{Client, ClientError, ClientSettings};
use macadam_api::people::{CreatePerson, Permission, Role, SetUp, UpdatePerson};
use macadam_api::sessions::{Actor, SignIn};
use macadam_api::tokens::CreateToken;
use macadam_api::{ErrorCode, Problem};
use serde_json::json;

use super::world::World;
use crate::app::Caller;

const PASSWORD: &str = "correct horse battery";

/// A token of a machine with this role.
pub(super) async fn token(world: &World, role: Role) -> String {
    let caller = Caller {
        actor: Actor::System,
        name: "test".into(),
        role: Role::Owner,
        scopes: None,
        address: [127, 0, 0, 1].into(),
        expires_at: jiff::Timestamp::MAX,
        lacks_second_factor: false,
        token: None,
    };
    let wish = CreateToken { name: "test".into(), role, scopes: Vec::new(), valid_days: 1 };
    world.app().create_token(&caller, wish).await.unwrap().secret
}

/// Nobody, asking the server.
fn nobody(world: &World) -> Client {
    let url = world.url("");
    Client::new(ClientSettings { url: &url, ..ClientSettings::default() }).unwrap()
}

/// A machine with this role.
pub(super) async fn client(world: &World, role: Role) -> Client {
    nobody(world).with_token(&token(world, role).await)
}

fn refused(error: ClientError) -> ErrorCode {
    let ClientError::Refused(Problem { code, .. }) = error else { panic!("not refused: {error}") };
    code
}

fn code_of(world: &World) -> String {
    let path = world.app().config.data_dir.join("setup-code");
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

fn set_up(code: &str) -> SetUp {
    SetUp {
        code: code.into(),
        email: "Ada@Example.com".into(),
        name: "Ada".into(),
        password: PASSWORD.into(),
    }
}

fn sign_in(password: &str) -> SignIn {
    SignIn { email: "ada@example.com".into(), password: password.into(), code: None }
}

#[tokio::test]
async fn first_owner_is_made_once_with_the_code_from_the_data_directory() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new().await;
    let path = world.app().config.data_dir.join("setup-code");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let nobody = nobody(&world);
    let wrong = nobody.set_up(&set_up("guessed")).await.err().unwrap();
    assert_eq!(refused(wrong), ErrorCode::Forbidden);
    let code = code_of(&world);
    let weak = SetUp { password: "short".into(), ..set_up(&code) };
    let weak = nobody.set_up(&weak).await.err().unwrap();
    assert_eq!(refused(weak), ErrorCode::InvalidSettings, "and the code is still good");
    let signed_in = nobody.set_up(&set_up(&code)).await.unwrap().value;
    assert_eq!(signed_in.session.role, Role::Owner);
    assert!(!path.exists());
    let again = nobody.set_up(&set_up(&code)).await.err().unwrap();
    assert_eq!(refused(again), ErrorCode::AlreadyExists);
    let owner = nobody.with_token(&signed_in.token);
    let session = owner.session().await.unwrap().value;
    assert_eq!((session.name.as_str(), session.actor), ("ada@example.com", Actor::Person));
    let people = owner.people().all().await.unwrap();
    assert_eq!(people[0].last_signed_in_at, Some(world.wall.now()));
}

#[tokio::test]
async fn code_survives_a_restart_and_a_lost_file_is_replaced() {
    let mut world = World::new().await;
    let code = code_of(&world);
    world.restart().await;
    assert_eq!(code_of(&world), code);
    std::fs::remove_file(world.app().config.data_dir.join("setup-code")).unwrap();
    world.restart().await;
    assert_ne!(code_of(&world), code);
    let old = nobody(&world).set_up(&set_up(&code)).await.err().unwrap();
    assert_eq!(refused(old), ErrorCode::Forbidden);
    nobody(&world).set_up(&set_up(&code_of(&world))).await.unwrap();
}

#[tokio::test]
async fn wrong_passwords_and_unknown_people_look_alike_and_wear_out() {
    let world = World::new().await;
    let nobody = nobody(&world);
    nobody.set_up(&set_up(&code_of(&world))).await.unwrap();
    let wrong = nobody.sign_in(&sign_in("wrong horse battery")).await.err().unwrap();
    let stranger = SignIn { email: "eve@example.com".into(), ..sign_in(PASSWORD) };
    let unknown = nobody.sign_in(&stranger).await.err().unwrap();
    assert_eq!(wrong.to_string(), unknown.to_string());
    assert_eq!(refused(wrong), ErrorCode::WrongCredentials);
    for _ in 0..7 {
        nobody.sign_in(&stranger).await.err().unwrap();
    }
    let worn_out = nobody.sign_in(&sign_in(PASSWORD)).await.err().unwrap();
    assert_eq!(refused(worn_out), ErrorCode::TooManyRequests);
    world.wall.advance(Duration::from_secs(6));
    nobody.sign_in(&sign_in(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn session_ends_by_signing_out_by_time_and_by_a_new_password() {
    let world = World::new().await;
    let nobody = nobody(&world);
    let first = nobody.set_up(&set_up(&code_of(&world))).await.unwrap().value;
    let owner = nobody.with_token(&first.token);
    let second = nobody.sign_in(&sign_in(PASSWORD)).await.unwrap().value;
    let other = nobody.with_token(&second.token);
    other.sign_out().await.unwrap();
    assert_eq!(refused(other.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    let me = owner.people().all().await.unwrap().remove(0);
    let password = Some("another horse battery".to_owned());
    let change = UpdatePerson { password, ..UpdatePerson::default() };
    owner.update_person(me.id, me.revision, &change).await.unwrap();
    assert_eq!(refused(owner.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    let third = nobody.sign_in(&sign_in("another horse battery")).await.unwrap().value;
    let owner = nobody.with_token(&third.token);
    owner.session().await.unwrap();
    world.wall.advance(Duration::from_hours(24 * 4));
    assert_eq!(refused(owner.session().await.err().unwrap()), ErrorCode::NotSignedIn, "idle");
}

#[tokio::test]
async fn cookie_works_from_our_own_pages_only() {
    let world = World::new().await;
    let response = world.http.post(world.url("/api/v1/setup")).json(&set_up(&code_of(&world)));
    let response = response.send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let sign_out = |headers: &'static [(&str, &str)]| {
        let request = world.http.delete(world.url("/api/v1/session")).header("cookie", &cookie);
        let add = |request: reqwest::RequestBuilder, header: &(&'static str, &'static str)| {
            request.header(header.0, header.1)
        };
        let request = headers.iter().fold(request, add);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let read = world.http.get(world.url("/api/v1/session")).header("cookie", &cookie);
    assert_eq!(read.send().await.unwrap().status(), 200);
    assert_eq!(sign_out(&[]).await, 403, "whoever sent it does not say from where");
    assert_eq!(sign_out(&[("origin", "https://evil.example")]).await, 403);
    assert_eq!(sign_out(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(sign_out(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(sign_out(&[("origin", "https://mdm.example.com")]).await, 204);
}

#[tokio::test]
async fn token_does_no_more_than_its_maker_and_ends() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let wish = |role| CreateToken { name: "ci".into(), role, scopes: Vec::new(), valid_days: 30 };
    let more = admin.create_token(&wish(Role::Owner)).await.err().unwrap();
    assert_eq!(refused(more), ErrorCode::Forbidden);
    let secrets = admin.create_token(&wish(Role::SecretsAuditor)).await.err().unwrap();
    assert_eq!(refused(secrets), ErrorCode::Forbidden);
    let created = admin.create_token(&wish(Role::Operator)).await.unwrap().value;
    let machine = admin.with_token(&created.secret);
    assert_eq!(machine.session().await.unwrap().value.actor, Actor::Token);
    let maker = machine.create_token(&wish(Role::Auditor)).await.err().unwrap();
    assert_eq!(refused(maker), ErrorCode::Forbidden, "an operator makes no tokens");
    let tokens = admin.tokens().all().await.unwrap();
    assert!(tokens.iter().any(|token| token.id == created.token.id), "{tokens:?}");
    let other = admin.create_token(&wish(Role::Auditor)).await.unwrap().value;
    assert!(other.token.scopes.is_empty());
    admin.revoke_token(created.token.id).await.unwrap();
    assert_eq!(refused(machine.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    let again = admin.revoke_token(created.token.id).await.err().unwrap();
    assert_eq!(refused(again), ErrorCode::NotFound);
    world.wall.advance(Duration::from_hours(24 * 30));
    let expired = admin.with_token(&other.secret).session().await.err().unwrap();
    assert_eq!(refused(expired), ErrorCode::NotSignedIn);
    let bad =
        CreateToken { name: " ".into(), role: Role::Auditor, scopes: Vec::new(), valid_days: 0 };
    let admin = client(&world, Role::Admin).await;
    let refusal = admin.create_token(&bad).await.err().unwrap();
    let ClientError::Refused(problem) = refusal else { panic!("{refusal}") };
    assert_eq!(problem.details.len(), 2, "{problem:?}");
}

#[tokio::test]
async fn token_does_no_more_than_its_scopes() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let wish = |scopes: &[Permission]| CreateToken {
        name: "nightly".into(),
        role: Role::Admin,
        scopes: scopes.to_vec(),
        valid_days: 30,
    };
    let scopes = [Permission::Read, Permission::EditTokens];
    let created = admin.create_token(&wish(&scopes)).await.unwrap().value;
    assert_eq!(created.token.scopes, scopes);
    let listed = admin.tokens().all().await.unwrap();
    assert!(listed.contains(&created.token), "{listed:?}");
    let machine = admin.with_token(&created.secret);
    assert_eq!(machine.session().await.unwrap().value.permissions, scopes);
    let denied = machine.verify_audit().await.err().unwrap();
    assert_eq!(refused(denied), ErrorCode::Forbidden, "an admin may, but not within the scopes");
    let more = machine.create_token(&wish(&[])).await.err().unwrap();
    assert_eq!(refused(more), ErrorCode::Forbidden);
    let other = admin.create_token(&wish(&[Permission::EditLibrary])).await.unwrap().value;
    let revoked = machine.revoke_token(other.token.id).await.err().unwrap();
    assert_eq!(refused(revoked), ErrorCode::Forbidden, "one that can do something else");
    let secrets = admin.create_token(&wish(&[Permission::ReadSecrets])).await.err().unwrap();
    let ClientError::Refused(problem) = secrets else { panic!("{secrets}") };
    assert_eq!(problem.details[0].field, "scopes", "{problem:?}");
}

#[tokio::test]
async fn people_change_from_what_was_read_and_an_owner_remains() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let owner = client(&world, Role::Owner).await;
    let wish = |email: &str, role| CreatePerson {
        email: email.into(),
        name: "Somebody".into(),
        role,
        password: PASSWORD.into(),
    };
    let grace = owner.create_person(&wish("grace@example.com", Role::Owner)).await.unwrap().value;
    let taken = owner.create_person(&wish(" GRACE@example.com", Role::Admin)).await.err().unwrap();
    assert_eq!(refused(taken), ErrorCode::AlreadyExists);
    let more = admin.create_person(&wish("eve@example.com", Role::Owner)).await.err().unwrap();
    assert_eq!(refused(more), ErrorCode::Forbidden);
    let renamed = UpdatePerson { name: Some("Grace".into()), ..UpdatePerson::default() };
    let changed = owner.update_person(grace.id, grace.revision, &renamed).await.unwrap().value;
    assert_eq!((changed.name.as_str(), changed.revision), ("Grace", grace.revision + 1));
    let stale = owner.update_person(grace.id, grace.revision, &renamed).await.err().unwrap();
    assert_eq!(refused(stale), ErrorCode::ChangedMeanwhile);
    let demoted = UpdatePerson { role: Some(Role::Auditor), ..UpdatePerson::default() };
    let last = owner.update_person(grace.id, changed.revision, &demoted).await.err().unwrap();
    assert_eq!(refused(last), ErrorCode::InUse);
    let last = owner.delete_person(grace.id, changed.revision).await.err().unwrap();
    assert_eq!(refused(last), ErrorCode::InUse);
    owner.create_person(&wish("ada@example.com", Role::Owner)).await.unwrap();
    owner.delete_person(grace.id, changed.revision).await.unwrap();
    let left = owner.people().all().await.unwrap();
    assert_eq!(left.iter().map(|it| it.email.as_str()).collect::<Vec<_>>(), ["ada@example.com"]);
}

#[tokio::test]
async fn audit_log_tells_who_did_what_and_shows_tampering() {
    let world = World::new().await;
    let owner = client(&world, Role::Owner).await;
    let wish =
        CreateToken { name: "ci".into(), role: Role::Auditor, scopes: Vec::new(), valid_days: 30 };
    let created = owner.create_token(&wish).await.unwrap().value;
    owner.revoke_token(created.token.id).await.unwrap();
    let filter = macadam_api::audit::AuditFilter {
        object: Some("tokens".into()),
        action: Some("revoke_token".into()),
        ..Default::default()
    };
    let entries = owner.audit(&filter).all().await.unwrap();
    let entry = &entries[0];
    assert_eq!(entries.len(), 1);
    assert_eq!((entry.actor, entry.actor_name.as_str()), (Actor::Token, "test"));
    assert_eq!(entry.object, format!("tokens/{}", created.token.id));
    assert_eq!(entry.address.as_deref(), Some("127.0.0.1"));
    let all = owner.audit(&Default::default()).all().await.unwrap();
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains(&created.secret), "no secret is in the log");
    let sound = owner.verify_audit().await.unwrap().value;
    assert_eq!((sound.entries, sound.broken_at), (all[0].number, None));
    assert_eq!(sound.head.as_ref(), Some(&all[0].hash));
    let database = world.app().config.data_dir.join("macadam.db");
    let database = rusqlite::Connection::open(database).unwrap();
    let changed = "update audit set target = 'tokens/other' where seq = 2";
    assert_eq!(database.execute(changed, []).unwrap(), 1);
    assert_eq!(owner.verify_audit().await.unwrap().value.broken_at, Some(2));
}

#[tokio::test]
async fn every_refusal_has_our_shape_and_every_answer_our_headers() {
    let world = World::new().await;
    let token = token(&world, Role::Owner).await;
    let ask = |method: reqwest::Method, path: &str| {
        world.http.request(method, world.url(path)).bearer_auth(&token)
    };
    let get = reqwest::Method::GET;
    let post = reqwest::Method::POST;
    let big = "\"".to_owned() + &"x".repeat(2 << 20) + "\"";
    let json_type = ("content-type", "application/json");
    let person = "/api/v1/people/01980000-0000-7000-8000-000000000001";
    let cases = [
        (ask(get.clone(), "/api/v1/nowhere"), 404, "not_found"),
        (ask(reqwest::Method::PUT, "/api/v1/tokens"), 405, "method_not_allowed"),
        (ask(post.clone(), "/api/v1/tokens").body("{}"), 415, "unsupported_media_type"),
        (
            ask(post.clone(), "/api/v1/tokens").header(json_type.0, json_type.1).body("{"),
            400,
            "invalid_body",
        ),
        (ask(post.clone(), "/api/v1/tokens").json(&json!({"nme": "x"})), 400, "invalid_body"),
        (
            ask(post.clone(), "/api/v1/tokens").header(json_type.0, json_type.1).body(big),
            413,
            "body_too_large",
        ),
        (ask(get.clone(), "/api/v1/devices/no-id"), 400, "invalid_parameter"),
        (ask(get.clone(), "/api/v1/devices?platform=amiga"), 400, "invalid_parameter"),
        (ask(get.clone(), "/api/v1/devices?os_version=new"), 400, "invalid_parameter"),
        (ask(get.clone(), "/api/v1/devices?cursor=%21"), 400, "invalid_parameter"),
        (ask(reqwest::Method::PATCH, person).json(&json!({})), 428, "revision_required"),
        (
            ask(get.clone(), "/api/v1/devices/01980000-0000-7000-8000-000000000001"),
            404,
            "not_found",
        ),
        (world.http.get(world.url("/api/v1/devices")), 401, "not_signed_in"),
        (
            world.http.get(world.url("/api/v1/devices")).bearer_auth("mct_guessed"),
            401,
            "not_signed_in",
        ),
    ];
    for (request, status, code) in cases {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{code}");
        assert_eq!(response.headers()["content-type"], Problem::MEDIA_TYPE, "{code}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{code}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{code}");
        let problem: Problem = response.json().await.unwrap();
        assert_eq!(problem.code.as_str(), code, "{problem:?}");
    }
}
