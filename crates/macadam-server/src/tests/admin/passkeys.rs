//! Passkeys, with an authenticator in software, on both databases.

use std::time::Duration;

use macadam_api::ErrorCode;
use macadam_api::account::{ConfirmTotp, ShowPassword, SignInPolicy};
use macadam_api::audit::AuditFilter;
use macadam_api::client::Client;
use macadam_api::passkeys::{AddPasskey, Passkey, RenamePasskey, SignInWithPasskey};
use macadam_api::people::{CreatePerson, Role};
use macadam_api::sessions::SignIn;
use macadam_store::testing::Postgres;
use serde_json::{Value, json};

use super::super::authenticator::Authenticator;
use super::super::world::World;
use super::account::code;
use super::{PASSWORD, client, code_of, nobody, refused, set_up, sign_in};

const ORIGIN: &str = "https://mdm.example.com";

/// Makes a test of each function for each database.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(super::World::new().await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(super::on_postgres().await).await;
                }
            )+
        }
    };
}

on_both_databases! {
    passkey_signs_in_without_address_password_or_code,
    only_the_right_answer_is_accepted_and_only_once,
    copy_of_a_passkey_is_noticed,
    passkey_is_made_by_whoever_knows_the_password_and_shows_themselves,
    passkeys_are_ones_own,
    passkey_is_the_second_factor_that_the_organization_asks_for,
    stolen_password_is_no_way_around_a_passkey,
    whoever_lost_everything_is_helped_by_an_owner,
}

async fn on_postgres() -> World {
    let url = Postgres::shared().await.new_database().await;
    World::with(&format!("database_url = {url:?}")).await
}

async fn passkey_signs_in_without_address_password_or_code(world: World) {
    let owner = owner(&world).await;
    let mut key = Authenticator::at(ORIGIN);
    let asked = owner.begin_passkey(&password()).await.unwrap().value.options;
    assert_eq!(asked["rp"]["id"], "mdm.example.com");
    assert_eq!(asked["user"]["name"], "ada@example.com");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    let passkey = make(&owner, &mut key, "Blue key").await;
    assert_eq!((passkey.name.as_str(), passkey.used_at), ("Blue key", None));
    let account = owner.account().await.unwrap().value;
    assert_eq!(account.passkeys, 1);
    assert_eq!(account.passkey_host.as_deref(), Some("mdm.example.com"));
    assert!(!account.second_factor);

    let nobody = nobody(&world);
    let asked = nobody.begin_passkey_sign_in().await.unwrap().value;
    assert_eq!(asked.options["allowCredentials"], json!([]), "it asks for anybody's");
    world.wall.advance(Duration::from_mins(4));
    let answer = SignInWithPasskey { challenge_id: asked.id, credential: key.show(&asked.options) };
    let signed_in = nobody.sign_in_with_passkey(&answer).await.unwrap().value;
    assert_eq!(signed_in.session.name, "ada@example.com");
    let ada = nobody.with_token(&signed_in.token);
    assert_eq!(ada.session().await.unwrap().value.role, Role::Owner);
    let known = ada.passkeys().await.unwrap().value;
    let expected = Passkey { used_at: Some(world.wall.now()), sign_count: 1, ..passkey };
    assert_eq!(known, [expected]);
    let filter = AuditFilter { actor_name: Some("ada@example.com".into()), ..Default::default() };
    let audit = ada.audit(&filter).all().await.unwrap();
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(&actions[..3], ["sign_in", "add_passkey", "begin_passkey"]);
    assert_eq!(audit[0].document, json!({ "passkey": known[0].id, "name": "Blue key" }));
}

async fn only_the_right_answer_is_accepted_and_only_once(world: World) {
    let owner = owner(&world).await;
    let mut key = Authenticator::at(ORIGIN);
    make(&owner, &mut key, "key").await;
    let nobody = nobody(&world);
    let tried = async |change: fn(&mut Authenticator, &mut Value), key: &mut Authenticator| {
        // Each attempt from the address counts as well; wait for that one.
        world.wall.advance(Duration::from_secs(6));
        let asked = nobody.begin_passkey_sign_in().await.unwrap().value;
        let mut options = asked.options;
        change(key, &mut options);
        let credential = key.show(&options);
        key.origin = ORIGIN.into();
        key.verifies = true;
        let answer = SignInWithPasskey { challenge_id: asked.id, credential };
        (nobody.sign_in_with_passkey(&answer).await, answer)
    };
    let (elsewhere, _) =
        tried(|key, _| key.origin = "https://mdm.example.com.evil.example".into(), &mut key).await;
    assert_eq!(refused(elsewhere.err().unwrap()), ErrorCode::PasskeyRefused);
    let (other_port, _) =
        tried(|key, _| key.origin = "https://mdm.example.com:8443".into(), &mut key).await;
    assert_eq!(refused(other_port.err().unwrap()), ErrorCode::PasskeyRefused);
    let (unverified, _) = tried(|key, _| key.verifies = false, &mut key).await;
    assert_eq!(refused(unverified.err().unwrap()), ErrorCode::PasskeyRefused);
    let other_question = |_: &mut Authenticator, options: &mut Value| {
        options["challenge"] = "bm90IHRoZSBvbmUgdGhhdCB3YXMgYXNrZWQ".into();
    };
    let (other_question, _) = tried(other_question, &mut key).await;
    assert_eq!(refused(other_question.err().unwrap()), ErrorCode::PasskeyRefused);
    let (right, answer) = tried(|_, _| (), &mut key).await;
    right.unwrap();
    let again = nobody.sign_in_with_passkey(&answer).await.err().unwrap();
    assert_eq!(refused(again), ErrorCode::PasskeyRefused, "no question is answered twice");

    for spoil in [
        |credential: &mut Value| credential["response"]["signature"] = "AAAA".into(),
        |credential: &mut Value| credential["response"]["userHandle"] = Value::Null,
        |credential: &mut Value| credential["rawId"] = "AAAA".into(),
        |credential: &mut Value| *credential = json!({ "response": [] }),
    ] {
        world.wall.advance(Duration::from_secs(6));
        let asked = nobody.begin_passkey_sign_in().await.unwrap().value;
        let mut credential = key.show(&asked.options);
        spoil(&mut credential);
        let answer = SignInWithPasskey { challenge_id: asked.id, credential };
        let spoiled = nobody.sign_in_with_passkey(&answer).await.err().unwrap();
        assert_eq!(refused(spoiled), ErrorCode::PasskeyRefused);
    }
    let asked = nobody.begin_passkey_sign_in().await.unwrap().value;
    world.wall.advance(Duration::from_mins(5));
    let credential = key.show(&asked.options);
    let late = SignInWithPasskey { challenge_id: asked.id, credential };
    let late = nobody.sign_in_with_passkey(&late).await.err().unwrap();
    assert_eq!(refused(late), ErrorCode::PasskeyRefused, "it is too late");
    show(&nobody, &mut key).await.unwrap();
}

async fn copy_of_a_passkey_is_noticed(world: World) {
    let owner = owner(&world).await;
    let mut key = Authenticator::at(ORIGIN);
    make(&owner, &mut key, "key").await;
    let nobody = nobody(&world);
    for _ in 0..2 {
        show(&nobody, &mut key).await.unwrap();
    }
    key.turn_back(1);
    let copied = show(&nobody, &mut key).await.err().unwrap();
    assert_eq!(refused(copied), ErrorCode::PasskeyRefused);
    let filter = AuditFilter { action: Some("refuse_passkey".into()), ..Default::default() };
    let audit = owner.audit(&filter).all().await.unwrap();
    assert_eq!((audit.len(), audit[0].actor_name.as_str()), (1, "ada@example.com"));
    show(&nobody, &mut key).await.unwrap();
    // One that is the same on several devices does not count.
    let mut synced = Authenticator::at(ORIGIN);
    make_with(&owner, &mut synced, ("synced", false)).await.unwrap();
    for _ in 0..2 {
        show(&nobody, &mut synced).await.unwrap();
    }
}

async fn passkey_is_made_by_whoever_knows_the_password_and_shows_themselves(world: World) {
    let owner = owner(&world).await;
    let wrong = ShowPassword { password: "wrong horse battery".into() };
    let wrong = owner.begin_passkey(&wrong).await.err().unwrap();
    assert_eq!(refused(wrong), ErrorCode::Forbidden);
    let machine = client(&world, Role::Owner).await;
    let machine = machine.begin_passkey(&password()).await.err().unwrap();
    assert_eq!(refused(machine), ErrorCode::Forbidden, "a machine has no account");

    let mut key = Authenticator::at(ORIGIN);
    key.verifies = false;
    let unverified = make_with(&owner, &mut key, ("key", true)).await.err().unwrap();
    assert_eq!(refused(unverified), ErrorCode::InvalidSettings);
    key = Authenticator::at("https://evil.example");
    let elsewhere = make_with(&owner, &mut key, ("key", true)).await.err().unwrap();
    assert_eq!(refused(elsewhere), ErrorCode::InvalidSettings);
    key = Authenticator::at(ORIGIN);
    for name in ["", "  ", &"n".repeat(101), "line\nbreak"] {
        let unnamed = make_with(&owner, &mut key, (name, true)).await.err().unwrap();
        assert_eq!(refused(unnamed), ErrorCode::InvalidSettings, "{name:?}");
    }
    let asked = owner.begin_passkey(&password()).await.unwrap().value;
    let add = AddPasskey {
        challenge_id: asked.id,
        name: "key".into(),
        credential: Authenticator::at(ORIGIN).make(&asked.options, true),
    };
    let bob = bob(&world, &owner).await;
    let others = bob.add_passkey(&add).await.err().unwrap();
    assert_eq!(refused(others), ErrorCode::InvalidSettings, "somebody else was asked");
    world.wall.advance(Duration::from_mins(10));
    let asked = owner.begin_passkey(&password()).await.unwrap().value;
    let add = AddPasskey {
        challenge_id: asked.id,
        name: " key ".into(),
        credential: Authenticator::at(ORIGIN).make(&asked.options, true),
    };
    assert_eq!(owner.add_passkey(&add).await.unwrap().value.name, "key");
    let twice = owner.add_passkey(&add).await.err().unwrap();
    assert_eq!(refused(twice), ErrorCode::InvalidSettings, "no question is answered twice");
    let asked = owner.begin_passkey(&password()).await.unwrap().value;
    assert_eq!(asked.options["excludeCredentials"][0]["id"], add.credential["id"]);
}

async fn passkeys_are_ones_own(world: World) {
    let owner = owner(&world).await;
    let (mut first, mut second) = (Authenticator::at(ORIGIN), Authenticator::at(ORIGIN));
    let desk = make(&owner, &mut first, "desk").await;
    let home = make(&owner, &mut second, "home").await;
    let rename = |name: &str| RenamePasskey { name: name.into() };
    let renamed = owner.rename_passkey(desk.id, &rename(" Desk 2 ")).await.unwrap().value;
    assert_eq!(renamed.name, "Desk 2");
    let unnamed = owner.rename_passkey(desk.id, &rename("")).await.err().unwrap();
    assert_eq!(refused(unnamed), ErrorCode::InvalidSettings);
    let bob = bob(&world, &owner).await;
    assert_eq!(bob.passkeys().await.unwrap().value, []);
    let others = bob.rename_passkey(desk.id, &rename("mine")).await.err().unwrap();
    assert_eq!(refused(others), ErrorCode::NotFound);
    let others = bob.remove_passkey(desk.id, &password()).await.err().unwrap();
    assert_eq!(refused(others), ErrorCode::NotFound);

    let nobody = nobody(&world);
    let by_first = nobody.with_token(&show(&nobody, &mut first).await.unwrap());
    let by_second = nobody.with_token(&show(&nobody, &mut second).await.unwrap());
    let wrong = ShowPassword { password: "wrong horse battery".into() };
    let wrong = by_second.remove_passkey(desk.id, &wrong).await.err().unwrap();
    assert_eq!(refused(wrong), ErrorCode::Forbidden);
    by_second.remove_passkey(desk.id, &password()).await.unwrap();
    assert_eq!(refused(by_first.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    let removed = show(&nobody, &mut first).await.err().unwrap();
    assert_eq!(refused(removed), ErrorCode::PasskeyRefused);
    by_second.remove_passkey(home.id, &password()).await.unwrap();
    by_second.session().await.expect("the session that asks stays");
    nobody.sign_in(&sign_in(PASSWORD)).await.expect("the password is still a way in");
}

async fn passkey_is_the_second_factor_that_the_organization_asks_for(world: World) {
    let owner = owner(&world).await;
    let nobody = nobody(&world);
    let required = SignInPolicy { second_factor_required: true };
    owner.write_sign_in_policy(&required).await.unwrap();
    let barred = refused(owner.people().all().await.err().unwrap());
    assert_eq!(barred, ErrorCode::SecondFactorRequired);
    let mut key = Authenticator::at(ORIGIN);
    let passkey = make(&owner, &mut key, "key").await;
    owner.people().all().await.expect("this session has shown it");
    let ada = nobody.with_token(&show(&nobody, &mut key).await.unwrap());
    ada.people().all().await.expect("a passkey is two factors");
    let last = ada.remove_passkey(passkey.id, &password()).await.err().unwrap();
    assert_eq!(refused(last), ErrorCode::Forbidden, "it is the only second factor");

    let secret = ada.begin_totp(&password()).await.unwrap().value.secret;
    let confirm = ConfirmTotp { code: code(&world, &secret) };
    ada.confirm_totp(&confirm).await.unwrap();
    show(&nobody, &mut key).await.expect("no code is asked for");
    ada.remove_totp(&password()).await.expect("the passkey is left");
    ada.people().all().await.unwrap();
    let secret = ada.begin_totp(&password()).await.unwrap().value.secret;
    world.wall.advance(Duration::from_mins(1));
    let confirm = ConfirmTotp { code: code(&world, &secret) };
    ada.confirm_totp(&confirm).await.unwrap();
    ada.remove_passkey(passkey.id, &password()).await.expect("the code is left");
}

async fn stolen_password_is_no_way_around_a_passkey(world: World) {
    let owner = owner(&world).await;
    let mut key = Authenticator::at(ORIGIN);
    make(&owner, &mut key, "key").await;
    let required = SignInPolicy { second_factor_required: true };
    owner.write_sign_in_policy(&required).await.unwrap();
    let nobody = nobody(&world);
    let thief = nobody.sign_in(&sign_in(PASSWORD)).await.unwrap().value;
    let thief = nobody.with_token(&thief.token);
    for refusal in [
        thief.people().all().await.err().unwrap(),
        thief.begin_totp(&password()).await.err().unwrap(),
        thief.begin_passkey(&password()).await.err().unwrap(),
    ] {
        assert_eq!(refused(refusal), ErrorCode::SecondFactorRequired);
    }
}

async fn whoever_lost_everything_is_helped_by_an_owner(world: World) {
    let owner = owner(&world).await;
    let bob = bob(&world, &owner).await;
    let mut key = Authenticator::at(ORIGIN);
    make(&bob, &mut key, "key").await;
    let nobody = nobody(&world);
    show(&nobody, &mut key).await.unwrap();
    let people = owner.people().all().await.unwrap();
    let who = people.iter().find(|person| person.email == "bob@example.com").unwrap();
    owner.reset_totp(who.id).await.unwrap();
    let gone = show(&nobody, &mut key).await.err().unwrap();
    assert_eq!(refused(gone), ErrorCode::PasskeyRefused);
    let bob = bob_signs_in(&world).await;
    make(&bob, &mut key, "key").await;
    show(&nobody, &mut key).await.unwrap();
    owner.delete_person(who.id, who.revision).await.unwrap();
    let disabled = show(&nobody, &mut key).await.err().unwrap();
    assert_eq!(refused(disabled), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn question_of_one_server_is_answered_to_another_and_only_to_one() {
    let here = on_postgres().await;
    let owner = owner(&here).await;
    let there = here.beside().await;
    let mut key = Authenticator::at(ORIGIN);
    let asked = owner.begin_passkey(&password()).await.unwrap().value;
    let session = owner.session().await.unwrap().value;
    let credential = key.make(&asked.options, true);
    let add = AddPasskey { challenge_id: asked.id, name: session.name, credential };
    let signed_in = nobody(&there).sign_in(&sign_in(PASSWORD)).await.unwrap().value;
    nobody(&there).with_token(&signed_in.token).add_passkey(&add).await.unwrap();

    let asked = nobody(&here).begin_passkey_sign_in().await.unwrap().value;
    let credential = key.show(&asked.options);
    let answer = SignInWithPasskey { challenge_id: asked.id, credential };
    let (one, other) = (nobody(&here), nobody(&there));
    let both = tokio::join!(one.sign_in_with_passkey(&answer), other.sign_in_with_passkey(&answer));
    assert!(both.0.is_ok() != both.1.is_ok(), "one of them");
    let refusal = both.0.err().or(both.1.err()).unwrap();
    assert_eq!(refused(refusal), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn answers_and_questions_of_one_address_wear_out() {
    let world = World::new().await;
    let nobody = nobody(&world);
    let asked = nobody.begin_passkey_sign_in().await.unwrap().value;
    let answer = SignInWithPasskey { challenge_id: asked.id, credential: json!({}) };
    for _ in 0..10 {
        let error = nobody.sign_in_with_passkey(&answer).await.err().unwrap();
        assert_eq!(refused(error), ErrorCode::PasskeyRefused);
    }
    let error = nobody.sign_in_with_passkey(&answer).await.err().unwrap();
    assert_eq!(refused(error), ErrorCode::TooManyRequests);
    // Passwords are not guessed besides.
    let error = nobody.sign_in(&sign_in(PASSWORD)).await.err().unwrap();
    assert_eq!(refused(error), ErrorCode::TooManyRequests);
    for _ in 1..60 {
        nobody.begin_passkey_sign_in().await.unwrap();
    }
    let error = nobody.begin_passkey_sign_in().await.err().unwrap();
    assert_eq!(refused(error), ErrorCode::TooManyRequests);
}

/// The first owner, signed in.
async fn owner(world: &World) -> Client {
    let nobody = nobody(world);
    let signed_in = nobody.set_up(&set_up(&code_of(world))).await.unwrap().value;
    nobody.with_token(&signed_in.token)
}

/// Another person, signed in with the same password.
async fn bob(world: &World, owner: &Client) -> Client {
    let bob = CreatePerson {
        email: "bob@example.com".into(),
        name: "Bob".into(),
        role: Role::Operator,
        password: PASSWORD.into(),
    };
    owner.create_person(&bob).await.unwrap();
    bob_signs_in(world).await
}

async fn bob_signs_in(world: &World) -> Client {
    let bob = SignIn { email: "bob@example.com".into(), ..sign_in(PASSWORD) };
    let signed_in = nobody(world).sign_in(&bob).await.unwrap().value;
    nobody(world).with_token(&signed_in.token)
}

fn password() -> ShowPassword {
    ShowPassword { password: PASSWORD.into() }
}

/// Makes a passkey that counts its uses.
async fn make(person: &Client, key: &mut Authenticator, name: &str) -> Passkey {
    make_with(person, key, (name, true)).await.unwrap()
}

async fn make_with(
    person: &Client,
    key: &mut Authenticator,
    (name, counted): (&str, bool),
) -> Result<Passkey, macadam_api::client::ClientError> {
    let asked = person.begin_passkey(&password()).await?.value;
    let credential = key.make(&asked.options, counted);
    let add = AddPasskey { challenge_id: asked.id, name: name.into(), credential };
    Ok(person.add_passkey(&add).await?.value)
}

/// Signs in; the secret of the session.
async fn show(
    nobody: &Client,
    key: &mut Authenticator,
) -> Result<String, macadam_api::client::ClientError> {
    let asked = nobody.begin_passkey_sign_in().await?.value;
    let credential = key.show(&asked.options);
    let answer = SignInWithPasskey { challenge_id: asked.id, credential };
    Ok(nobody.sign_in_with_passkey(&answer).await?.value.token)
}
