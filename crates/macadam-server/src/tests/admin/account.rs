//! People and their own sign-in.

use std::time::Duration;

use macadam_api::ErrorCode;
use macadam_api::account::{ChangePassword, ConfirmTotp, ShowPassword, SignInPolicy};
use macadam_api::client::Client;
use macadam_api::people::Role;
use macadam_api::sessions::SignIn;
use totp_rs::{Builder, Secret};

use super::super::world::World;
use super::{PASSWORD, client, code_of, nobody, refused, set_up, sign_in};

/// A world with its first owner, signed in.
async fn owned() -> (World, Client) {
    let world = World::new().await;
    let nobody = nobody(&world);
    let signed_in = nobody.set_up(&set_up(&code_of(&world))).await.unwrap().value;
    (world, nobody.with_token(&signed_in.token))
}

fn password() -> ShowPassword {
    ShowPassword { password: PASSWORD.into() }
}

/// What an authenticator app shows now.
pub(super) fn code(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let seconds = u64::try_from(world.wall.now().as_second()).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(seconds).to_string()
}

fn with_code(code: &str) -> SignIn {
    SignIn { code: Some(code.into()), ..sign_in(PASSWORD) }
}

/// Sets up a second factor; its secret and the recovery codes.
async fn second_factor(world: &World, owner: &Client) -> (String, Vec<String>) {
    let secret = owner.begin_totp(&password()).await.unwrap().value.secret;
    let confirm = ConfirmTotp { code: code(world, &secret) };
    (secret, owner.confirm_totp(&confirm).await.unwrap().value.codes)
}

#[tokio::test]
async fn second_factor_is_asked_for_once_it_is_confirmed() {
    let (world, owner) = owned().await;
    let nobody = nobody(&world);
    let wrong = ShowPassword { password: "wrong horse battery".into() };
    let wrong = owner.begin_totp(&wrong).await.err().unwrap();
    assert_eq!(refused(wrong), ErrorCode::Forbidden);
    let secret = owner.begin_totp(&password()).await.unwrap().value;
    assert!(secret.url.starts_with("otpauth://totp/Macadam:ada"), "{}", secret.url);
    nobody.sign_in(&sign_in(PASSWORD)).await.unwrap();
    let guess = ConfirmTotp { code: "000000".into() };
    let guess = owner.confirm_totp(&guess).await.err().unwrap();
    assert_eq!(refused(guess), ErrorCode::InvalidSettings);
    let has_second_factor = async || owner.people().all().await.unwrap()[0].has_second_factor;
    assert!(!has_second_factor().await, "it is not confirmed");
    let confirm = ConfirmTotp { code: code(&world, &secret.secret) };
    let codes = owner.confirm_totp(&confirm).await.unwrap().value.codes;
    assert_eq!(codes.len(), 10);
    assert!(has_second_factor().await);

    let asked = nobody.sign_in(&sign_in(PASSWORD)).await.err().unwrap();
    assert_eq!(refused(asked), ErrorCode::CodeRequired);
    let used = nobody.sign_in(&with_code(&confirm.code)).await.err().unwrap();
    assert_eq!(refused(used), ErrorCode::WrongCredentials, "no code is good twice");
    world.wall.advance(Duration::from_secs(30));
    nobody.sign_in(&with_code(&code(&world, &secret.secret))).await.unwrap();
    nobody.sign_in(&with_code(&codes[3].to_uppercase())).await.unwrap();
    let again = nobody.sign_in(&with_code(&codes[3])).await.err().unwrap();
    assert_eq!(refused(again), ErrorCode::WrongCredentials, "a recovery code is good once");
    let account = owner.account().await.unwrap().value;
    assert_eq!((account.second_factor, account.recovery_codes_left), (true, 9));
    world.wall.advance(Duration::from_mins(5));
    let new = owner.renew_recovery_codes(&password()).await.unwrap().value.codes;
    let old = nobody.sign_in(&with_code(&codes[4])).await.err().unwrap();
    assert_eq!(refused(old), ErrorCode::WrongCredentials);
    nobody.sign_in(&with_code(&new[0])).await.unwrap();
    owner.remove_totp(&password()).await.unwrap();
    assert!(!has_second_factor().await);
    nobody.sign_in(&sign_in(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn guessing_codes_wears_out() {
    let (world, owner) = owned().await;
    second_factor(&world, &owner).await;
    let nobody = nobody(&world);
    for number in 0..20 {
        // Each attempt from the address counts as well; wait for that one.
        world.wall.advance(Duration::from_secs(6));
        let guess = format!("{number:06}");
        let error = refused(nobody.sign_in(&with_code(&guess)).await.err().unwrap());
        if error == ErrorCode::TooManyRequests {
            assert!(number >= 8, "{number}");
            return;
        }
        assert_eq!(error, ErrorCode::WrongCredentials);
    }
    panic!("twenty guesses in two minutes");
}

#[tokio::test]
async fn whoever_lacks_a_required_second_factor_can_only_set_one_up() {
    let (world, owner) = owned().await;
    let required = SignInPolicy { second_factor_required: true };
    owner.write_sign_in_policy(&required).await.unwrap();
    let barred = refused(owner.people().all().await.err().unwrap());
    assert_eq!(barred, ErrorCode::SecondFactorRequired);
    assert!(owner.account().await.unwrap().value.second_factor_required);
    // Machines have no second factor to show.
    client(&world, Role::Auditor).await.people().all().await.unwrap();
    second_factor(&world, &owner).await;
    let me = owner.people().all().await.unwrap().remove(0);
    let kept = refused(owner.remove_totp(&password()).await.err().unwrap());
    assert_eq!(kept, ErrorCode::Forbidden);
    // Another administrator helps whoever lost it.
    let admin = client(&world, Role::Admin).await;
    assert_eq!(refused(admin.reset_totp(me.id).await.err().unwrap()), ErrorCode::Forbidden);
    client(&world, Role::Owner).await.reset_totp(me.id).await.unwrap();
    nobody(&world).sign_in(&sign_in(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_and_a_new_password_ends_the_others() {
    let (world, owner) = owned().await;
    let nobody = nobody(&world);
    let second = nobody.sign_in(&sign_in(PASSWORD)).await.unwrap().value;
    let third = nobody.sign_in(&sign_in(PASSWORD)).await.unwrap().value;
    let [second, third] = [second, third].map(|it| nobody.with_token(&it.token));
    let sessions = second.own_sessions().await.unwrap().value;
    assert_eq!(sessions.len(), 3);
    assert!(sessions.iter().all(|session| session.address.as_deref() == Some("127.0.0.1")));
    let current: Vec<_> = sessions.iter().filter(|session| session.current).collect();
    assert_eq!(current.len(), 1);
    third.end_own_session(current[0].id).await.unwrap();
    assert_eq!(refused(second.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    let gone = third.end_own_session(current[0].id).await.err().unwrap();
    assert_eq!(refused(gone), ErrorCode::NotFound);

    let change = |current: &str, new: &str| ChangePassword {
        current_password: current.into(),
        new_password: new.into(),
    };
    let wrong = third.change_password(&change("wrong horse battery", PASSWORD)).await;
    assert_eq!(refused(wrong.err().unwrap()), ErrorCode::Forbidden);
    let weak = third.change_password(&change(PASSWORD, "short")).await.err().unwrap();
    assert_eq!(refused(weak), ErrorCode::InvalidSettings);
    third.change_password(&change(PASSWORD, "another horse battery")).await.unwrap();
    third.session().await.unwrap();
    assert_eq!(refused(owner.session().await.err().unwrap()), ErrorCode::NotSignedIn);
    nobody.sign_in(&sign_in("another horse battery")).await.unwrap();
    let machine = client(&world, Role::Owner).await.account().await.err().unwrap();
    assert_eq!(refused(machine), ErrorCode::Forbidden, "a machine has no account");
}
