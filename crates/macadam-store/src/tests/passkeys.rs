//! Passkeys, the challenges that browsers answer with them, and the sessions that showed them.

use std::time::Duration;

use super::*;

on_every_backend! {
    challenge_is_answered_once_and_not_too_late,
    there_is_an_end_to_open_challenges,
    passkey_is_one_persons_and_found_by_what_its_authenticator_calls_it,
    passkey_begins_a_session_and_no_count_is_good_twice,
    session_in_which_a_passkey_was_made_has_shown_it,
    removed_passkey_ends_the_other_sessions_that_showed_it,
    reset_takes_code_and_passkeys_away,
}

const IDLE: Duration = Duration::from_secs(3600);
const ADA: PersonId = PersonId(Uuid::from_u128(8 << 64 | 1));
const BOB: PersonId = PersonId(Uuid::from_u128(8 << 64 | 2));

async fn challenge_is_answered_once_and_not_too_late(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    let challenge =
        |person_id| PasskeyChallenge { person_id, document: "{}".into(), expires_at: at(100) };
    let name = |number| PasskeyChallengeId(id(12, number));
    for number in 1..=3 {
        let challenge = challenge((number == 1).then_some(ADA));
        assert!(store.keep_passkey_challenge(at(0), name(number), challenge).await.unwrap());
    }
    let take = |seconds, number| store.take_passkey_challenge(at(seconds), name(number));
    let (one, two) = tokio::join!(take(99, 1), take(99, 1));
    let taken = [one.unwrap(), two.unwrap()];
    assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&challenge(Some(ADA))]);
    assert_eq!(take(100, 2).await.unwrap(), None, "it is too late");
    store.forget_expired(at(99)).await.unwrap();
    assert_eq!(take(99, 3).await.unwrap(), Some(challenge(None)));
}

async fn there_is_an_end_to_open_challenges(store: Store) {
    let keep = async |now, number, expires_at| {
        let challenge = PasskeyChallenge {
            person_id: None,
            document: String::new(),
            expires_at: at(expires_at),
        };
        let name = PasskeyChallengeId(id(12, number));
        store.keep_passkey_challenge(at(now), name, challenge).await.unwrap()
    };
    for number in 0..100 {
        assert!(keep(0, number, 100).await, "{number}");
    }
    assert!(!keep(99, 100, 200).await);
    assert!(keep(100, 100, 200).await, "the others have expired");
}

async fn passkey_is_one_persons_and_found_by_what_its_authenticator_calls_it(store: Store) {
    for number in 1..=2 {
        store.create_person(at(0), person(number)).await.unwrap();
    }
    store.add_passkey(at(1), passkey(1, ADA)).await.unwrap();
    let same = NewPasskey { id: PasskeyId(id(11, 2)), ..passkey(1, BOB) };
    assert!(matches!(store.add_passkey(at(1), same).await, Err(SaveError::Taken)));
    let found = store.passkey_by_credential(b"credential 1").await.unwrap().unwrap();
    assert_eq!((found.person_id, found.name.as_str(), found.used_at), (ADA, "key 1", None));
    assert_eq!(store.passkey_by_credential(b"credential 2").await.unwrap(), None);
    let key = PasskeyId(id(11, 1));
    assert!(!store.rename_passkey(BOB, key, "mine").await.unwrap());
    assert!(store.rename_passkey(ADA, key, "desk").await.unwrap());
    assert_eq!(store.passkeys_of(ADA).await.unwrap()[0].name, "desk");
    let nothing_kept = Sha256::of(b"none");
    assert!(!store.remove_passkey(BOB, key, nothing_kept).await.unwrap());
    for number in 2..=50 {
        store.add_passkey(at(number.into()), passkey(number, ADA)).await.unwrap();
    }
    let more = store.add_passkey(at(51), passkey(51, ADA)).await;
    assert!(matches!(more, Err(SaveError::InUse)));
    assert!(store.remove_passkey(ADA, key, nothing_kept).await.unwrap());
    assert!(!store.remove_passkey(ADA, key, nothing_kept).await.unwrap());
}

async fn passkey_begins_a_session_and_no_count_is_good_twice(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    store.add_passkey(at(0), passkey(1, ADA)).await.unwrap();
    let begins = async |number, sign_count| {
        let used = PasskeyUse {
            id: PasskeyId(id(11, 1)),
            document: format!("{{\"use\":{number}}}"),
            sign_count,
        };
        store.start_session_by_passkey(session(number), used).await.unwrap()
    };
    // Many authenticators do not count.
    assert!(begins(1, 0).await);
    assert!(begins(2, 0).await);
    let (one, two) = tokio::join!(begins(3, 7), begins(4, 7));
    assert!(one != two, "of two uses with one count, one is a copy's");
    assert!(!begins(5, 6).await);
    assert!(!begins(6, 0).await);
    assert!(begins(7, 8).await);
    let known = &store.passkeys_of(ADA).await.unwrap()[0];
    assert_eq!((known.sign_count, known.used_at), (8, Some(at(0))));
    assert_eq!(known.document, "{\"use\":7}");
    assert!(has_second_factor(&store, 7).await);
    assert_eq!(store.sessions_of(ADA, at(1)).await.unwrap().len(), 4);
}

async fn session_in_which_a_passkey_was_made_has_shown_it(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    for number in 1..=2 {
        store.start_session(session(number)).await.unwrap();
        assert!(!has_second_factor(&store, number).await);
    }
    store.add_passkey(at(0), passkey(1, ADA)).await.unwrap();
    assert!(has_second_factor(&store, 1).await, "it was made in this one");
    assert!(!has_second_factor(&store, 2).await, "having one is not showing it");
}

async fn removed_passkey_ends_the_other_sessions_that_showed_it(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    for number in 1..=2 {
        store.add_passkey(at(0), passkey(number, ADA)).await.unwrap();
    }
    store.start_session(session(10)).await.unwrap();
    for (number, key) in [(11, 1), (12, 1), (13, 2)] {
        let document = "{}".to_owned();
        let used = PasskeyUse { id: PasskeyId(id(11, key)), document, sign_count: 0 };
        assert!(store.start_session_by_passkey(session(number), used).await.unwrap());
    }
    assert!(store.remove_passkey(ADA, PasskeyId(id(11, 1)), session(12).token).await.unwrap());
    let mut left: Vec<_> = store.sessions_of(ADA, at(1)).await.unwrap();
    left.sort_by_key(|session| session.token);
    let mut expected = [10, 12, 13].map(|number| session(number).token);
    expected.sort_unstable();
    assert_eq!(left.iter().map(|session| session.token).collect::<Vec<_>>(), expected);
}

async fn reset_takes_code_and_passkeys_away(store: Store) {
    for number in 1..=2 {
        store.create_person(at(0), person(number)).await.unwrap();
    }
    store.add_passkey(at(0), passkey(1, ADA)).await.unwrap();
    store.add_passkey(at(0), passkey(2, BOB)).await.unwrap();
    let secret = secrecy::SecretSlice::from(b"secret".to_vec());
    assert!(store.begin_totp(ADA, secret).await.unwrap());
    assert!(store.confirm_totp(at(1), ADA, 5, vec![Sha256::of(b"code")]).await.unwrap());
    store.start_session(session(1)).await.unwrap();
    let used = PasskeyUse { id: PasskeyId(id(11, 1)), document: "{}".into(), sign_count: 0 };
    assert!(store.start_session_by_passkey(session(2), used).await.unwrap());
    store.reset_second_factors(ADA).await.unwrap();
    assert_eq!(store.passkeys_of(ADA).await.unwrap(), []);
    assert_eq!(store.passkeys_of(BOB).await.unwrap().len(), 1);
    assert!(store.second_factor(ADA).await.unwrap().is_none());
    assert!(!store.use_recovery_code(ADA, Sha256::of(b"code")).await.unwrap());
    let left = store.sessions_of(ADA, at(1)).await.unwrap();
    assert_eq!(left.iter().map(|it| it.token).collect::<Vec<_>>(), [session(1).token]);
}

async fn has_second_factor(store: &Store, number: u32) -> bool {
    let token = session(number).token;
    store.session(at(1), token, IDLE).await.unwrap().unwrap().has_second_factor
}

fn person(number: u32) -> NewPerson {
    NewPerson {
        id: PersonId(id(8, number)),
        login: format!("admin{number}"),
        name: "Admin".into(),
        role: "owner".into(),
        password_hash: "$argon2id$".into(),
    }
}

/// A passkey that was made in Ada's session of the same number.
fn passkey(number: u32, person: PersonId) -> NewPasskey {
    NewPasskey {
        id: PasskeyId(id(11, number)),
        person,
        name: format!("key {number}"),
        credential: format!("credential {number}").into_bytes(),
        document: "{}".into(),
        shown_in: session(number).token,
    }
}

/// One of Ada's sessions.
fn session(number: u32) -> NewSession {
    NewSession {
        token: Sha256::of(number.to_string().as_bytes()),
        person: ADA,
        at: at(0),
        expires_at: at(3600),
        origin: "127.0.0.1".into(),
    }
}
