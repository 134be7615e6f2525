//! Who may do what: people, sessions, API tokens; and what lets a device enroll.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;

on_every_backend! {
    person_is_found_by_login,
    first_person_is_created_once,
    person_changes_from_the_version_that_was_read,
    two_owners_cannot_remove_each_other,
    session_ends_by_time_by_idleness_and_by_hand,
    session_is_extended_and_never_shortened,
    disabled_person_has_no_session,
    api_token_is_valid_until_it_expires_or_is_revoked,
    enrollment_link_works_once,
    blueprint_that_an_open_link_leads_into_stays,
    revoked_enrollment_link_is_worthless,
    challenge_works_for_one_request,
    refusals_of_one_kind_are_counted,
    second_factor_counts_once_it_is_confirmed_and_no_code_twice,
    new_password_ends_every_session_but_one,
}

const IDLE: Duration = Duration::from_secs(600);

async fn second_factor_counts_once_it_is_confirmed_and_no_code_twice(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    let who = PersonId(id(8, 1));
    let secret = |text: &str| secrecy::SecretSlice::from(text.as_bytes().to_vec());
    let hash = |text: &str| Sha256::of(text.as_bytes());
    assert!(store.second_factor(who).await.unwrap().is_none());
    assert!(!store.confirm_totp(at(1), who, 5, vec![]).await.unwrap(), "there is none yet");
    assert!(store.begin_totp(who, secret("first")).await.unwrap());
    assert!(store.begin_totp(who, secret("second")).await.unwrap());
    let factor = store.second_factor(who).await.unwrap().unwrap();
    assert_eq!((factor.secret.expose_secret(), factor.confirmed_at), (&b"second"[..], None));
    assert!(!store.use_totp_step(who, 5).await.unwrap(), "it does not count yet");
    let codes = vec![hash("one"), hash("two")];
    assert!(store.confirm_totp(at(1), who, 5, codes).await.unwrap());
    assert!(!store.begin_totp(who, secret("third")).await.unwrap(), "a confirmed one stays");
    assert!(!store.use_totp_step(who, 5).await.unwrap());
    assert!(store.use_totp_step(who, 7).await.unwrap());
    assert!(!store.use_totp_step(who, 6).await.unwrap());
    assert!(store.use_recovery_code(who, hash("one")).await.unwrap());
    assert!(!store.use_recovery_code(who, hash("one")).await.unwrap());
    assert_eq!(store.second_factor(who).await.unwrap().unwrap().recovery_codes, 1);
    store.replace_recovery_codes(who, vec![hash("three")]).await.unwrap();
    assert!(!store.use_recovery_code(who, hash("two")).await.unwrap());
    assert!(store.remove_totp(who).await.unwrap());
    assert!(!store.remove_totp(who).await.unwrap());
    assert!(!store.use_recovery_code(who, hash("three")).await.unwrap());
}

async fn new_password_ends_every_session_but_one(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    let who = PersonId(id(8, 1));
    for number in 1..=3 {
        store.start_session(session(number)).await.unwrap();
    }
    assert_eq!(store.sessions_of(who, at(1)).await.unwrap().len(), 3);
    assert_eq!(store.sessions_of(who, at(3600)).await.unwrap(), []);
    store.change_password(who, "$argon2id$2".into(), session(2).token).await.unwrap();
    let left = store.sessions_of(who, at(1)).await.unwrap();
    let left: Vec<_> = left.iter().map(|it| (it.token, it.origin.as_deref())).collect();
    assert_eq!(left, [(session(2).token, Some("127.0.0.1"))]);
    let (_, hash) = store.person_by_login("admin1").await.unwrap().unwrap();
    assert_eq!(hash.expose_secret(), "$argon2id$2");
}

async fn person_is_found_by_login(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    let same_login = NewPerson { id: PersonId(id(8, 2)), ..person(1) };
    assert!(matches!(store.create_person(at(0), same_login).await, Err(SaveError::Taken)));
    let (found, hash) = store.person_by_login("admin1").await.unwrap().unwrap();
    assert_eq!((found.role.as_str(), hash.expose_secret()), ("owner", "$argon2id$1"));
    assert!(store.person_by_login("Admin1").await.unwrap().is_none());
    assert_eq!(store.people().await.unwrap(), [found]);
}

async fn first_person_is_created_once(store: Store) {
    let (one, two) = tokio::join!(
        store.create_first_person(at(0), person(1)),
        store.create_first_person(at(0), NewPerson { id: PersonId(id(8, 2)), ..person(2) }),
    );
    assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|is_ok| *is_ok).count(), 1);
    assert_eq!(store.people().await.unwrap().len(), 1);
    assert!(matches!(store.create_first_person(at(1), person(3)).await, Err(SaveError::Taken)));
}

async fn person_changes_from_the_version_that_was_read(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    store.create_person(at(0), NewPerson { id: PersonId(id(8, 2)), ..person(2) }).await.unwrap();
    let who = PersonId(id(8, 1));
    let to = |role: &str| PersonChanges { role: Some(role.into()), ..PersonChanges::default() };
    assert_eq!(store.update_person(who, 1, to("auditor"), "owner").await.unwrap(), 2);
    let found = store.person(who).await.unwrap().unwrap();
    assert_eq!((found.role.as_str(), found.name.as_str(), found.version), ("auditor", "Admin", 2));
    let stale = store.update_person(who, 1, to("owner"), "owner").await;
    let current = SaveError::Stale { current: 2 };
    assert_eq!(stale.unwrap_err().to_string(), UpdatePersonError::Save(current).to_string());
    let last = store.update_person(PersonId(id(8, 2)), 1, to("admin"), "owner").await;
    assert!(matches!(last, Err(UpdatePersonError::LastOfRole)));
    assert_eq!(store.person(PersonId(id(8, 2))).await.unwrap().unwrap().role, "owner");
    let nobody = store.update_person(PersonId(id(8, 9)), 1, to("admin"), "owner").await;
    assert!(matches!(nobody, Err(UpdatePersonError::Save(SaveError::Unknown))));
}

async fn two_owners_cannot_remove_each_other(store: Store) {
    for number in [1, 2] {
        store.create_person(at(0), person(number)).await.unwrap();
    }
    let demote = |number: u32| {
        let store = store.clone();
        let changes = PersonChanges { role: Some("auditor".into()), ..PersonChanges::default() };
        async move { store.update_person(PersonId(id(8, number)), 1, changes, "owner").await }
    };
    let (one, two) = tokio::join!(demote(1), demote(2));
    assert_eq!(one.is_ok(), two.is_err());
    let people = store.people().await.unwrap();
    assert_eq!(people.iter().filter(|person| person.role == "owner").count(), 1);
}

async fn session_ends_by_time_by_idleness_and_by_hand(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    store.start_session(session(1)).await.unwrap();
    let is_valid = |seconds| {
        let store = store.clone();
        async move { store.session(at(seconds), Sha256::of(b"1"), IDLE).await.unwrap().is_some() }
    };
    assert!(is_valid(1).await);
    assert!(is_valid(500).await, "and its use is noted");
    assert!(is_valid(1099).await);
    assert!(!is_valid(1700).await, "idle for too long");
    assert!(is_valid(1600).await);
    assert!(!is_valid(3600).await, "expired");
    assert!(store.end_session(Sha256::of(b"1")).await.unwrap());
    assert!(!is_valid(1601).await);
    store.start_session(session(1)).await.unwrap();
    store.forget_expired(at(3600)).await.unwrap();
    assert!(!store.end_session(Sha256::of(b"1")).await.unwrap());
}

async fn session_is_extended_and_never_shortened(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    store.start_session(session(1)).await.unwrap();
    let token = Sha256::of(b"1");
    let expires_at = async || store.session(at(1), token, IDLE).await.unwrap().unwrap().expires_at;
    let before = expires_at().await;
    store.extend_session(token, at(1)).await.unwrap();
    assert_eq!(expires_at().await, before);
    store.extend_session(token, at(9000)).await.unwrap();
    assert_eq!(expires_at().await, at(9000));
}

async fn disabled_person_has_no_session(store: Store) {
    store.create_person(at(0), person(1)).await.unwrap();
    store.create_person(at(0), NewPerson { id: PersonId(id(8, 2)), ..person(2) }).await.unwrap();
    let who = PersonId(id(8, 1));
    let has_session = |number: u32| {
        let store = store.clone();
        let token = Sha256::of(number.to_string().as_bytes());
        async move { store.session(at(1), token, IDLE).await.unwrap().is_some() }
    };
    store.start_session(session(1)).await.unwrap();
    assert!(has_session(1).await);
    let password_hash = Some("$argon2id$2".into());
    let password = PersonChanges { password_hash, ..PersonChanges::default() };
    assert_eq!(store.update_person(who, 1, password, "owner").await.unwrap(), 2);
    assert!(!has_session(1).await, "a new password ends the sessions");
    store.start_session(session(2)).await.unwrap();
    assert!(has_session(2).await);
    let disabled = PersonChanges { disabled_at: Some(at(1)), ..PersonChanges::default() };
    assert_eq!(store.update_person(who, 2, disabled, "owner").await.unwrap(), 3);
    assert!(!has_session(2).await);
    store.start_session(session(3)).await.unwrap();
    assert!(!has_session(3).await);
}

async fn api_token_is_valid_until_it_expires_or_is_revoked(store: Store) {
    for number in [1, 2] {
        let token = NewApiToken {
            id: ApiTokenId(id(9, number)),
            token: certificate(number),
            name: "ci".into(),
            role: "operator".into(),
            scopes: vec!["devices.read".into()],
            created_by: "admin".into(),
            expires_at: at(1000),
        };
        store.create_api_token(at(number.into()), token).await.unwrap();
    }
    let found = store.api_token(at(5), certificate(1)).await.unwrap().unwrap();
    assert_eq!((found.scopes.as_str(), found.used_at), ("[\"devices.read\"]", None));
    let found = store.api_token(at(6), certificate(1)).await.unwrap().unwrap();
    assert_eq!(found.used_at, Some(at(5)));
    assert_eq!(store.api_token(at(1000), certificate(1)).await.unwrap(), None);
    assert!(store.revoke_api_token(at(7), ApiTokenId(id(9, 1))).await.unwrap());
    assert!(!store.revoke_api_token(at(8), ApiTokenId(id(9, 1))).await.unwrap());
    assert_eq!(store.api_token(at(9), certificate(1)).await.unwrap(), None);
    let all = store.api_tokens().await.unwrap();
    assert_eq!(all.iter().map(|it| it.revoked_at).collect::<Vec<_>>(), [None, Some(at(7))]);
}

/// A link that is open until second 100.
fn link(blueprint: Option<BlueprintId>) -> NewLink {
    NewLink {
        id: LinkId(id(10, 1)),
        code: Sha256::of(b"code"),
        note: "desk".into(),
        blueprint,
        created_by: "admin".into(),
        at: at(0),
        expires_at: at(100),
    }
}

async fn blueprint_that_an_open_link_leads_into_stays(store: Store) {
    for number in 1..=2 {
        store.create_blueprint(at(0), blueprint(number)).await.unwrap();
    }
    store.create_link(link(Some(blueprint_id(1)))).await.unwrap();
    let code = Sha256::of(b"another code");
    let other = NewLink { id: LinkId(id(10, 2)), code, ..link(Some(blueprint_id(2))) };
    store.create_link(other).await.unwrap();
    let refused = store.delete_blueprint(at(99), blueprint_id(1), 1).await;
    assert!(matches!(refused, Err(SaveError::InUse)));
    store.delete_blueprint(at(100), blueprint_id(1), 1).await.unwrap();
    assert!(store.revoke_link(at(1), LinkId(id(10, 2))).await.unwrap());
    store.delete_blueprint(at(2), blueprint_id(2), 1).await.unwrap();
    assert!(store.links(None, 10).await.unwrap().iter().all(|link| link.blueprint_id.is_none()));
}

async fn enrollment_link_works_once(store: Store) {
    store.create_blueprint(at(0), blueprint(1)).await.unwrap();
    store.create_link(link(Some(blueprint_id(1)))).await.unwrap();
    let uses = |seconds, code: &'static [u8], number| {
        let store = store.clone();
        let challenge = challenge(number);
        async move { store.use_link(at(seconds), Sha256::of(code), challenge).await.unwrap() }
    };
    assert_eq!(uses(100, b"code", 1).await, UseOnce::Invalid);
    assert_eq!(uses(1, b"other", 1).await, UseOnce::Invalid);
    let (one, two) = tokio::join!(uses(1, b"code", 1), uses(1, b"code", 2));
    let used = [&one, &two].into_iter().filter(|use_once| matches!(use_once, UseOnce::Used(_)));
    assert_eq!(used.count(), 1);
    assert!([one, two].contains(&UseOnce::AlreadyUsed));
    let begun = NewEnrollment { link: Some(LinkId(id(10, 1))), ..authenticate(1) };
    store.begin_enrollment(begun).await.unwrap();
    let links = store.links(None, 10).await.unwrap();
    assert_eq!(links[0].device_id, Some(device_id(1)));
    assert_eq!(store.links(Some(links[0].id), 10).await.unwrap(), []);
    assert!(!store.revoke_link(at(2), links[0].id).await.unwrap(), "it was used");
}

async fn revoked_enrollment_link_is_worthless(store: Store) {
    store.create_link(link(None)).await.unwrap();
    assert!(store.revoke_link(at(1), LinkId(id(10, 1))).await.unwrap());
    assert!(!store.revoke_link(at(2), LinkId(id(10, 1))).await.unwrap());
    let used = store.use_link(at(3), Sha256::of(b"code"), challenge(1)).await.unwrap();
    assert_eq!(used, UseOnce::Invalid);
}

async fn challenge_works_for_one_request(store: Store) {
    store.create_challenge(challenge(1)).await.unwrap();
    let uses = |seconds, request: &'static [u8]| {
        let store = store.clone();
        let name = challenge(1).challenge;
        async move { store.use_challenge(at(seconds), name, Sha256::of(request)).await.unwrap() }
    };
    assert_eq!(uses(100, b"a").await, UseOnce::Invalid);
    let expected =
        Challenge { subject: "device 1".into(), link_id: None, blueprint_id: None, issued: None };
    assert_eq!(uses(1, b"a").await, UseOnce::Used(expected.clone()));
    assert_eq!(uses(2, b"a").await, UseOnce::Used(expected.clone()));
    assert_eq!(uses(2, b"b").await, UseOnce::AlreadyUsed);
    for certificate in [b"first", b"other"] {
        let issued = store.record_issued(challenge(1).challenge, certificate.to_vec()).await;
        assert_eq!(issued.unwrap(), b"first", "the same request has one answer");
    }
    let UseOnce::Used(again) = uses(3, b"a").await else { panic!("it is not used up") };
    assert_eq!(again.issued.as_deref(), Some(b"first".as_slice()));
    store.forget_expired(at(500)).await.unwrap();
    let found = store.challenge_of_certificate(Sha256::of(b"first")).await.unwrap();
    assert_eq!(found, Some(expected));
    assert_eq!(store.challenge_of_certificate(Sha256::of(b"other")).await.unwrap(), None);
}

async fn refusals_of_one_kind_are_counted(store: Store) {
    let refusal = |claimed: &str, seconds| Refusal {
        reason: RefusalReason::OtherDevice,
        certificate: certificate(1),
        claimed: claimed.into(),
        device_id: Some(device_id(1)),
        count: 1,
        first_at: at(seconds),
        last_at: at(seconds),
        origin: "127.0.0.1".into(),
    };
    store.record_refusals(vec![refusal("A", 1), refusal("B\0", 2)]).await.unwrap();
    store.record_refusals(vec![refusal("A", 9)]).await.unwrap();
    let all = store.refusals(None, 10).await.unwrap();
    let seen: Vec<_> =
        all.iter().map(|it| (it.claimed.as_str(), it.count, it.first_at, it.last_at)).collect();
    assert_eq!(seen, [("A", 2, at(1), at(9)), ("B", 1, at(2), at(2))]);
    assert_eq!(store.refusals(Some(device_id(2)), 10).await.unwrap(), []);
}

fn person(number: u32) -> NewPerson {
    NewPerson {
        id: PersonId(id(8, number)),
        login: format!("admin{number}"),
        name: "Admin".into(),
        role: "owner".into(),
        password_hash: format!("$argon2id${number}").into(),
    }
}

fn session(number: u32) -> NewSession {
    NewSession {
        token: Sha256::of(number.to_string().as_bytes()),
        person: PersonId(id(8, 1)),
        at: at(0),
        expires_at: at(3600),
        origin: "127.0.0.1".into(),
    }
}

fn challenge(number: u32) -> NewChallenge {
    NewChallenge {
        challenge: Sha256::of(format!("challenge {number}").as_bytes()),
        subject: format!("device {number}"),
        link: None,
        expires_at: at(100),
    }
}
