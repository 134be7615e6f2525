//! What devices do: enroll, be recognized, fetch commands and declarations, be woken.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice};

use super::*;

const ANSWERED: Poll = Poll::Answer(CommandAnswer::Acknowledged);
const PUT_OFF: Poll = Poll::Answer(CommandAnswer::NotNow);

on_every_backend! {
    enrollment_forgets_what_belonged_to_the_old_generation,
    repeated_authenticate_changes_nothing,
    certificate_speaks_for_its_device_only,
    renewed_certificate_becomes_active_when_it_is_used,
    token_update_keeps_an_unlock_token_that_is_not_repeated,
    token_update_finishes_an_enrollment_at_any_fraction_of_a_second,
    ended_enrollment_takes_nothing_any_more,
    commands_come_in_order_until_they_are_answered,
    not_now_waits_for_the_next_session,
    device_that_would_not_ask_for_what_it_put_off_is_woken,
    device_that_asks_again_by_itself_is_not_woken,
    final_state_stays_whatever_comes_later,
    destructive_command_is_handed_out_once,
    last_question_what_a_device_is_and_whether_it_waits,
    one_sync_waits_however_often_it_is_queued,
    only_devices_with_a_new_set_get_a_command_and_a_push,
    set_that_somebody_else_replaced_meanwhile_stays,
    halfway_device_gets_one_consistent_set,
    sets_that_nobody_has_are_pruned,
    pushes_are_coalesced_and_claimed_once,
    push_asked_for_while_one_is_under_way_is_kept,
    unregistered_token_is_not_pushed_to_until_it_changes,
    failed_push_is_tried_again_at_its_time,
    last_seen_is_written_in_bulk_and_never_goes_back,
    one_refused_step_does_not_fail_its_neighbors,
}

async fn enrollment_forgets_what_belonged_to_the_old_generation(store: Store) {
    let old = enroll(&store, 1).await;
    store.set_bootstrap_token(old.enrollment, Some(secret("boot"))).await.unwrap();
    store.save_declaration_sets(at(2), vec![set("a")]).await.unwrap();
    let assigned = vec![assignment(old.device, "a", 1)];
    store.assign_sets(at(2), assigned).await.unwrap();
    let commands = vec![command(2, old.enrollment, "EraseDevice")];
    store.queue_commands(at(3), commands).await.unwrap();

    let again = NewEnrollment {
        enrollment_id: EnrollmentId(id(2, 99)),
        device_id: device_id(98),
        certificate: certificate(99),
        ..authenticate(1)
    };
    let new = store.begin_enrollment(again).await.unwrap();
    assert_eq!((new.device, new.generation), (old.device, 2));
    assert_eq!(
        queue_of(&store, old.device).await,
        [
            ("DeclarativeManagement".into(), CommandState::Cancelled),
            ("EraseDevice".into(), CommandState::Cancelled)
        ]
    );
    assert!(store.bootstrap_token(old.enrollment).await.unwrap().is_none());
    assert_eq!(store.declaration_set_for(new.enrollment).await.unwrap(), None);
    assert_eq!(store.waiting_pushes().await.unwrap().1, 0);
    assert_eq!(
        store.enrollment_by_identity(certificate(1), &udid(1)).await.unwrap(),
        Identity::Ended(old.enrollment)
    );
    assert_eq!(store.device(old.device).await.unwrap().unwrap().state, DeviceState::Enrolling);
}

async fn repeated_authenticate_changes_nothing(store: Store) {
    let first = store.begin_enrollment(authenticate(1)).await.unwrap();
    let again = NewEnrollment { enrollment_id: EnrollmentId(id(2, 2)), ..authenticate(1) };
    assert_eq!(store.begin_enrollment(again.clone()).await.unwrap(), first);
    store.record_token_update(token_update(first.enrollment)).await.unwrap();
    // After a TokenUpdate it is a new enrollment, though with the same certificate.
    let second = store.begin_enrollment(again).await.unwrap();
    assert_eq!((second.device, second.generation), (first.device, 2));
    let found = store.enrollment_by_identity(certificate(1), &udid(1)).await.unwrap();
    let Identity::Recognized(found) = found else { panic!("{found:?}") };
    assert_eq!((found.enrollment, found.is_finished), (second.enrollment, false));
}

async fn certificate_speaks_for_its_device_only(store: Store) {
    let begun = enroll(&store, 1).await;
    let who = |number, claimed| {
        let store = store.clone();
        async move { store.enrollment_by_identity(certificate(number), &claimed).await.unwrap() }
    };
    let Identity::Recognized(found) = who(1, udid(1)).await else { panic!("not recognized") };
    assert_eq!((found.enrollment, found.device), (begun.enrollment, begun.device));
    assert!(found.is_finished && !found.has_commands);
    assert_eq!(who(1, udid(2)).await, Identity::OtherDevice(begun.device));
    let as_user = ExternalId::EnrollmentId("UDID-1".into());
    assert_eq!(who(1, as_user).await, Identity::OtherDevice(begun.device));
    assert_eq!(who(2, udid(1)).await, Identity::Unknown);
    let theft = NewEnrollment { certificate: certificate(1), ..authenticate(2) };
    let refused = store.begin_enrollment(theft).await;
    assert!(matches!(refused, Err(BeginEnrollmentError::CertificateOfAnotherDevice)));
    assert_eq!(store.device(device_id(2)).await.unwrap(), None);
}

async fn renewed_certificate_becomes_active_when_it_is_used(store: Store) {
    let begun = enroll(&store, 1).await;
    assert!(
        store
            .offer_identity(at(5), begun.enrollment, certificate(11), Timestamp::MAX)
            .await
            .unwrap()
    );
    let state = |number| {
        let store = store.clone();
        async move {
            match store.enrollment_by_identity(certificate(number), &udid(1)).await.unwrap() {
                Identity::Recognized(found) => Some(found.identity),
                Identity::Unknown | Identity::OtherDevice(_) | Identity::Ended(_) => None,
            }
        }
    };
    assert_eq!(state(1).await, Some(IdentityState::Active));
    assert_eq!(state(11).await, Some(IdentityState::Offered));
    assert_eq!(store.identity_expiry(begun.enrollment).await.unwrap(), Some(at(1_000)));
    assert!(store.activate_identity(at(6), certificate(11)).await.unwrap());
    assert_eq!((state(1).await, state(11).await), (None, Some(IdentityState::Active)));
    assert_eq!(store.identity_expiry(begun.enrollment).await.unwrap(), Some(Timestamp::MAX));
    assert!(!store.activate_identity(at(7), certificate(11)).await.unwrap());
    // The former one cannot take the device back as long as it is enrolled.
    let back = || {
        let enrollment_id = EnrollmentId(id(2, 50));
        NewEnrollment { at: at(9), enrollment_id, ..authenticate(1) }
    };
    let refused = store.begin_enrollment(back()).await;
    assert!(matches!(refused, Err(BeginEnrollmentError::ReplacedCertificate)));
    assert_eq!(state(11).await, Some(IdentityState::Active));
    assert!(
        !store.offer_identity(at(8), begun.enrollment, certificate(1), at(3_000)).await.unwrap()
    );
    assert!(store.end_enrollment(at(10), begun.enrollment).await.unwrap());
    assert_eq!(store.begin_enrollment(back()).await.unwrap().generation, 2);
}

async fn token_update_finishes_an_enrollment_at_any_fraction_of_a_second(store: Store) {
    let begun = store.begin_enrollment(authenticate(1)).await.unwrap();
    let moment = Timestamp::new(1_770_000_000, 123_456_789).unwrap();
    let update = TokenUpdate { at: moment, ..token_update(begun.enrollment) };
    let outcome = store.record_token_update(update).await.unwrap();
    assert_eq!(outcome, TokenUpdateOutcome::Enrolled);
    let device = store.device(begun.device).await.unwrap().unwrap();
    assert_eq!(device.state, DeviceState::Enrolled);
}

async fn token_update_keeps_an_unlock_token_that_is_not_repeated(store: Store) {
    let begun = store.begin_enrollment(authenticate(1)).await.unwrap();
    let update = token_update(begun.enrollment);
    let with_token = TokenUpdate { unlock_token: Some(secret("unlock")), ..update.clone() };
    let outcomes = [
        store.record_token_update(with_token).await.unwrap(),
        store.record_token_update(TokenUpdate { at: at(2), ..update }).await.unwrap(),
    ];
    assert_eq!(outcomes, [TokenUpdateOutcome::Enrolled, TokenUpdateOutcome::Updated]);
    let token = store.unlock_token(begun.enrollment).await.unwrap().unwrap();
    assert_eq!(token.expose_secret(), b"unlock");
}

async fn ended_enrollment_takes_nothing_any_more(store: Store) {
    let begun = enroll(&store, 1).await;
    assert!(store.end_enrollment(at(2), begun.enrollment).await.unwrap());
    assert!(!store.end_enrollment(at(3), begun.enrollment).await.unwrap());
    let outcome = store.record_token_update(token_update(begun.enrollment)).await.unwrap();
    assert_eq!(outcome, TokenUpdateOutcome::Ended);
    let commands = vec![command(1, begun.enrollment, "DeviceInformation")];
    assert_eq!(store.queue_commands(at(4), commands).await.unwrap(), 0);
    assert!(!store.set_bootstrap_token(begun.enrollment, Some(secret("b"))).await.unwrap());
    assert_eq!(store.device(begun.device).await.unwrap().unwrap().state, DeviceState::Unenrolled);
    assert_eq!(store.enrollments_of(begun.device).await.unwrap()[0].ended_at, Some(at(2)));
}

async fn commands_come_in_order_until_they_are_answered(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let types = ["DeviceInformation", "SecurityInfo"];
    let commands = types.iter().zip(1..).map(|(kind, number)| command(number, enrollment, kind));
    assert_eq!(store.queue_commands(at(2), commands.collect()).await.unwrap(), 2);
    let first = next(&store, enrollment, Poll::Idle).await.unwrap();
    assert_eq!((first.id, first.body.as_str()), (command_id(1), "<DeviceInformation/>"));
    // The connection broke before the answer: it is offered again.
    let again = next(&store, enrollment, Poll::Idle).await.unwrap();
    assert_eq!((again.id, again.attempts), (command_id(1), 2));
    answer(&store, enrollment, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(next(&store, enrollment, ANSWERED).await.unwrap().id, command_id(2));
    answer(&store, enrollment, 2, CommandAnswer::Error).await;
    assert_eq!(next(&store, enrollment, ANSWERED).await, None);
}

async fn not_now_waits_for_the_next_session(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let commands = [(1, "CertificateList"), (2, "ProfileList"), (3, "UserList")];
    let commands = commands.map(|(number, kind)| command(number, enrollment, kind));
    store.queue_commands(at(2), commands.into()).await.unwrap();
    next(&store, enrollment, Poll::Idle).await;
    answer(&store, enrollment, 1, CommandAnswer::NotNow).await;
    assert_eq!(next(&store, enrollment, PUT_OFF).await.unwrap().id, command_id(2));
    answer(&store, enrollment, 2, CommandAnswer::NotNow).await;
    assert_eq!(next(&store, enrollment, PUT_OFF).await.unwrap().id, command_id(3));
    answer(&store, enrollment, 3, CommandAnswer::Acknowledged).await;
    assert_eq!(next(&store, enrollment, ANSWERED).await, None);
    let found = store.enrollment_by_identity(certificate(1), &udid(1)).await.unwrap();
    assert!(matches!(found, Identity::Recognized(found) if found.has_commands));
    // The next session offers both, also the one whose turn comes after an answer.
    assert_eq!(next(&store, enrollment, Poll::Idle).await.unwrap().id, command_id(1));
    answer(&store, enrollment, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(next(&store, enrollment, ANSWERED).await.unwrap().id, command_id(2));
}

async fn device_that_would_not_ask_for_what_it_put_off_is_woken(store: Store) {
    let ends = [CommandAnswer::Acknowledged, CommandAnswer::Error];
    for (last, device) in ends.into_iter().zip(1..) {
        let enrollment = enroll(&store, device).await.enrollment;
        let (put_off, done) = (device * 10, device * 10 + 1);
        let commands = [(put_off, "CertificateList"), (done, "ProfileList")];
        let commands = commands.map(|(number, kind)| command(number, enrollment, kind));
        store.queue_commands(at(2), commands.into()).await.unwrap();
        send_pushes(&store).await;
        next(&store, enrollment, Poll::Idle).await;
        answer(&store, enrollment, put_off, CommandAnswer::NotNow).await;
        assert_eq!(next(&store, enrollment, PUT_OFF).await.unwrap().id, command_id(done));
        assert_eq!(store.waiting_pushes().await.unwrap(), (None, 0), "the session goes on");
        answer(&store, enrollment, done, last).await;
        assert_eq!(next(&store, enrollment, Poll::Answer(last)).await, None);
        assert_eq!(store.waiting_pushes().await.unwrap(), (Some(at(5 + 15 * 60)), 1));
        send_pushes(&store).await;
    }
}

async fn device_that_asks_again_by_itself_is_not_woken(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let commands = [(1, "CertificateList"), (2, "ProfileList")];
    let commands = commands.map(|(number, kind)| command(number, enrollment, kind));
    store.queue_commands(at(2), commands.into()).await.unwrap();
    send_pushes(&store).await;
    next(&store, enrollment, Poll::Idle).await;
    answer(&store, enrollment, 1, CommandAnswer::NotNow).await;
    next(&store, enrollment, PUT_OFF).await.unwrap();
    answer(&store, enrollment, 2, CommandAnswer::NotNow).await;
    assert_eq!(next(&store, enrollment, PUT_OFF).await, None);
    for number in [1, 2] {
        next(&store, enrollment, Poll::Idle).await.unwrap();
        answer(&store, enrollment, number, CommandAnswer::Acknowledged).await;
    }
    assert_eq!(next(&store, enrollment, ANSWERED).await, None);
    assert_eq!(store.waiting_pushes().await.unwrap(), (None, 0));
}

async fn final_state_stays_whatever_comes_later(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    let other = enroll(&store, 2).await.enrollment;
    store.queue_commands(at(2), vec![command(1, enrollment, "UserList")]).await.unwrap();
    next(&store, enrollment, Poll::Idle).await;
    let unknown = answer(&store, other, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(unknown, CommandOutcome::Unknown);
    let recorded = answer(&store, enrollment, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(recorded, CommandOutcome::Recorded { request_type: "UserList".into() });
    for late in [CommandAnswer::NotNow, CommandAnswer::Error, CommandAnswer::Acknowledged] {
        let outcome = answer(&store, enrollment, 1, late).await;
        assert_eq!(outcome, CommandOutcome::AlreadyFinal(CommandState::Acknowledged));
    }
    assert_eq!(store.cancel_commands(at(9), vec![command_id(1)]).await.unwrap(), 0);
    assert_eq!(queue_of(&store, device).await[0].1, CommandState::Acknowledged);
    let stored = store.command(command_id(1)).await.unwrap().unwrap();
    assert_eq!(stored.result.as_deref(), Some(b"answer".as_slice()));
    // A command that was queued before is not queued again.
    let again = vec![command(1, enrollment, "UserList")];
    assert_eq!(store.queue_commands(at(9), again).await.unwrap(), 0);
}

async fn destructive_command_is_handed_out_once(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    store.queue_commands(at(2), vec![command(1, enrollment, "EraseDevice")]).await.unwrap();
    assert!(next(&store, enrollment, Poll::Idle).await.is_some());
    assert_eq!(next(&store, enrollment, ANSWERED).await, None);
    assert_eq!(next(&store, enrollment, Poll::Idle).await, None);
    assert_eq!(queue_of(&store, device).await[0].1, CommandState::OutcomeUnknown);
    // NotNow may be an old message; only a real answer settles it.
    answer(&store, enrollment, 1, CommandAnswer::NotNow).await;
    assert_eq!(next(&store, enrollment, Poll::Idle).await, None);
    answer(&store, enrollment, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(queue_of(&store, device).await[0].1, CommandState::Acknowledged);
}

async fn last_question_what_a_device_is_and_whether_it_waits(store: Store) {
    const QUESTION: &str = "DeviceInformation";
    let (one, other) = (enroll(&store, 1).await, enroll(&store, 2).await);
    let commands =
        vec![command(1, one.enrollment, QUESTION), command(2, one.enrollment, "UserList")];
    store.queue_commands(at(2), commands).await.unwrap();
    let last = || {
        let store = store.clone();
        async move {
            let last = store.last_device_queries(&[one.device, other.device]).await.unwrap();
            last.into_values()
                .map(|it| (it.device_id, it.queued_at, it.is_open))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(last().await, [(one.device, at(2), true)]);
    answer(&store, one.enrollment, 1, CommandAnswer::Acknowledged).await;
    assert_eq!(last().await, [(one.device, at(2), false)]);
    store.queue_commands(at(9), vec![command(3, one.enrollment, QUESTION)]).await.unwrap();
    assert_eq!(last().await, [(one.device, at(9), true)]);
}

async fn one_sync_waits_however_often_it_is_queued(store: Store) {
    const SYNC: &str = "DeclarativeManagement";
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    for number in 1..=3 {
        let commands = vec![command(number, enrollment, SYNC)];
        store.queue_commands(at(2), commands).await.unwrap();
    }
    assert_eq!(queue_of(&store, device).await, [(SYNC.into(), CommandState::Queued)]);
    next(&store, enrollment, Poll::Idle).await;
    // What changes after it was handed out needs another one.
    store.queue_commands(at(3), vec![command(4, enrollment, SYNC)]).await.unwrap();
    answer(&store, enrollment, 1, CommandAnswer::NotNow).await;
    assert_eq!(
        queue_of(&store, device).await,
        [(SYNC.into(), CommandState::Cancelled), (SYNC.into(), CommandState::Queued)]
    );
}

async fn only_devices_with_a_new_set_get_a_command_and_a_push(store: Store) {
    let (one, two) = (enroll(&store, 1).await, enroll(&store, 2).await);
    store.save_declaration_sets(at(2), vec![set("a"), set("b")]).await.unwrap();
    let assign = |content: &'static str, first: u32| {
        let rows = if first == 10 {
            vec![assignment(one.device, "a", 10), assignment(two.device, content, 11)]
        } else {
            let of_two = replacement(two.device, "a", content, first + 1);
            vec![replacement(one.device, "a", "a", first), of_two]
        };
        let store = store.clone();
        async move { store.assign_sets(at(3), rows).await.unwrap() }
    };
    assert_eq!(assign("a", 10).await.len(), 2);
    assert_eq!(assign("a", 20).await, []);
    let pushes = store.claim_pushes(at(4), 10, Duration::from_secs(60)).await.unwrap();
    assert_eq!(pushes.len(), 2);
    for begun in [one, two] {
        next(&store, begun.enrollment, Poll::Idle).await.unwrap();
    }
    let changed = assign("b", 30).await;
    assert_eq!(changed, [two.device]);
    assert_eq!(queue_of(&store, one.device).await.len(), 1);
    assert_eq!(queue_of(&store, two.device).await.len(), 2);
}

async fn set_that_somebody_else_replaced_meanwhile_stays(store: Store) {
    let device = enroll(&store, 1).await.device;
    store.save_declaration_sets(at(2), ["a", "b", "c"].map(set).into()).await.unwrap();
    let assign = |assignment| {
        let store = store.clone();
        async move { store.assign_sets(at(3), vec![assignment]).await.unwrap().len() }
    };
    assert_eq!(assign(assignment(device, "a", 1)).await, 1);
    assert_eq!(assign(assignment(device, "b", 2)).await, 0, "decided before it had one");
    assert_eq!(assign(replacement(device, "a", "b", 3)).await, 1);
    assert_eq!(assign(replacement(device, "a", "c", 4)).await, 0, "decided when it had another");
    let set = store.situations_of(&[device]).await.unwrap().remove(0).assigned_set;
    assert_eq!(set, Some(super::set("b").token));
}

async fn halfway_device_gets_one_consistent_set(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    store.save_declaration_sets(at(2), vec![set("a"), set("b")]).await.unwrap();
    store.assign_sets(at(3), vec![assignment(device, "a", 1)]).await.unwrap();
    let current = store.declaration_set_for(enrollment).await.unwrap().unwrap();
    assert_eq!((current.manifest.as_str(), current.assigned_at), ("manifest of a", at(3)));
    store.note_manifest_served(enrollment, current.token).await.unwrap();
    store.assign_sets(at(4), vec![replacement(device, "a", "b", 2)]).await.unwrap();
    let body = |kind, identifier| {
        let store = store.clone();
        async move {
            let found = store.declaration(enrollment, kind, identifier).await.unwrap();
            found.map(|declaration| declaration.body)
        }
    };
    assert_eq!(body(DeclarationKind::Configuration, "os").await.as_deref(), Some("a"));
    assert_eq!(body(DeclarationKind::Activation, "os").await, None);
    assert_eq!(body(DeclarationKind::Configuration, "other").await, None);
    store.note_manifest_served(enrollment, set("b").token).await.unwrap();
    assert_eq!(body(DeclarationKind::Configuration, "os").await.as_deref(), Some("b"));
}

async fn sets_that_nobody_has_are_pruned(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    let sets = ["a", "b", "c"].map(set);
    store.save_declaration_sets(at(2), sets.into()).await.unwrap();
    store.assign_sets(at(3), vec![assignment(device, "a", 1)]).await.unwrap();
    store.note_manifest_served(enrollment, set("a").token).await.unwrap();
    store.assign_sets(at(3), vec![replacement(device, "a", "b", 2)]).await.unwrap();
    assert_eq!(store.prune_declaration_sets(at(2)).await.unwrap(), 0);
    assert_eq!(store.prune_declaration_sets(at(5)).await.unwrap(), 1);
    assert_eq!(store.declarations_of_set(&set("c").token).await.unwrap(), []);
    for kept in ["a", "b"] {
        let declarations = store.declarations_of_set(&set(kept).token).await.unwrap();
        assert_eq!(declarations, set(kept).declarations);
    }
}

async fn pushes_are_coalesced_and_claimed_once(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    store.begin_enrollment(authenticate(2)).await.unwrap();
    let without_token = EnrollmentId(id(2, 2));
    store.queue_pushes(at(5), vec![enrollment, enrollment, without_token]).await.unwrap();
    store.queue_pushes(at(3), vec![enrollment]).await.unwrap();
    assert_eq!(store.waiting_pushes().await.unwrap(), (Some(at(3)), 1));
    let lease = Duration::from_secs(60);
    assert_eq!(store.claim_pushes(at(2), 10, lease).await.unwrap().len(), 0);
    let claims = store.claim_pushes(at(4), 10, lease).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].push_magic.expose_secret(), "magic");
    assert_eq!(claims[0].push_token, enrollment.0.as_bytes());
    assert_eq!(store.claim_pushes(at(63), 10, lease).await.unwrap().len(), 0);
    // A claimer that died is replaced when its lease ends.
    let claims = store.claim_pushes(at(64), 10, lease).await.unwrap();
    assert_eq!(claims[0].attempts, 1);
    let sent = claims.into_iter().map(|claim| (claim, PushOutcome::Sent)).collect();
    store.finish_pushes(at(65), sent).await.unwrap();
    assert_eq!(store.waiting_pushes().await.unwrap().1, 0);
}

async fn push_asked_for_while_one_is_under_way_is_kept(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let lease = Duration::from_secs(60);
    store.queue_pushes(at(1), vec![enrollment]).await.unwrap();
    let claim = store.claim_pushes(at(2), 10, lease).await.unwrap().remove(0);
    store.queue_pushes(at(3), vec![enrollment]).await.unwrap();
    store.finish_pushes(at(4), vec![(claim, PushOutcome::Sent)]).await.unwrap();
    assert_eq!(store.claim_pushes(at(5), 10, lease).await.unwrap().len(), 1);
}

async fn unregistered_token_is_not_pushed_to_until_it_changes(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let lease = Duration::from_secs(60);
    store.queue_pushes(at(1), vec![enrollment]).await.unwrap();
    let claim = store.claim_pushes(at(2), 10, lease).await.unwrap().remove(0);
    let finished = vec![(claim.clone(), PushOutcome::Unregistered)];
    store.finish_pushes(at(3), finished.clone()).await.unwrap();
    assert_eq!(store.claim_pushes(at(100), 10, lease).await.unwrap().len(), 0);
    let new_token = TokenUpdate { push_token: b"new".to_vec(), ..token_update(enrollment) };
    store.record_token_update(new_token).await.unwrap();
    // A late verdict on the old token does not touch the new one.
    store.finish_pushes(at(101), finished).await.unwrap();
    let claims = store.claim_pushes(at(102), 10, lease).await.unwrap();
    assert_eq!(claims[0].push_token, b"new");
}

async fn failed_push_is_tried_again_at_its_time(store: Store) {
    let enrollment = enroll(&store, 1).await.enrollment;
    let lease = Duration::from_secs(60);
    store.queue_pushes(at(1), vec![enrollment]).await.unwrap();
    let claim = store.claim_pushes(at(2), 10, lease).await.unwrap().remove(0);
    store.finish_pushes(at(3), vec![(claim, PushOutcome::RetryAt(at(30)))]).await.unwrap();
    assert_eq!(store.claim_pushes(at(29), 10, lease).await.unwrap().len(), 0);
    assert_eq!(store.claim_pushes(at(30), 10, lease).await.unwrap()[0].attempts, 1);
}

async fn last_seen_is_written_in_bulk_and_never_goes_back(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    let last_seen = || {
        let store = store.clone();
        async move { store.device(device).await.unwrap().unwrap().last_seen_at }
    };
    store.note_seen(enrollment, at(20));
    store.note_seen(enrollment, at(10));
    assert_eq!(last_seen().await, None);
    store.flush_seen().await.unwrap();
    assert_eq!(last_seen().await, Some(at(20)));
    store.note_seen(enrollment, at(15));
    store.flush_seen().await.unwrap();
    assert_eq!(last_seen().await, Some(at(20)));
}

async fn one_refused_step_does_not_fail_its_neighbors(store: Store) {
    enroll(&store, 0).await;
    let steps = (1..=60).map(|number| {
        let store = store.clone();
        let stolen = if number % 20 == 0 { certificate(0) } else { certificate(number) };
        let new = NewEnrollment { certificate: stolen, ..authenticate(number) };
        tokio::spawn(async move { store.begin_enrollment(new).await.is_ok() })
    });
    for (step, number) in steps.collect::<Vec<_>>().into_iter().zip(1_u32..) {
        assert_eq!(step.await.unwrap(), number % 20 != 0, "{number}");
        let is_there = store.device(device_id(number)).await.unwrap().is_some();
        assert_eq!(is_there, number % 20 != 0, "{number}");
    }
}

fn secret(text: &str) -> SecretSlice<u8> {
    text.as_bytes().to_vec().into()
}

/// Sends what waits to be pushed.
async fn send_pushes(store: &Store) {
    let claims = store.claim_pushes(at(1_000_000), 100, Duration::ZERO).await.unwrap();
    let sent = claims.into_iter().map(|claim| (claim, PushOutcome::Sent)).collect();
    store.finish_pushes(at(1_000_000), sent).await.unwrap();
}

async fn next(store: &Store, enrollment: EnrollmentId, poll: Poll) -> Option<Offer> {
    store.next_command(at(5), enrollment, poll).await.unwrap()
}

async fn answer(
    store: &Store,
    enrollment: EnrollmentId,
    number: u32,
    answer: CommandAnswer,
) -> CommandOutcome {
    let (command, body) = (command_id(number), b"answer".to_vec());
    let result = CommandResult { at: at(6), enrollment, command, answer, body };
    store.record_result(result).await.unwrap()
}
