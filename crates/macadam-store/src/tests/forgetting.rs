//! What is forgotten after a while, and what never is.

use super::*;

on_every_backend! {
    finished_commands_are_forgotten_and_open_ones_are_not,
    timeline_keeps_how_the_present_status_came_about,
    old_refusals_are_forgotten,
}

async fn finished_commands_are_forgotten_and_open_ones_are_not(store: Store) {
    let Begun { enrollment, device, .. } = enroll(&store, 1).await;
    for (number, queued_at) in [(1, 2), (2, 3), (3, 50)] {
        let commands = vec![command(number, enrollment, &format!("Command{number}"))];
        store.queue_commands(at(queued_at), commands).await.unwrap();
    }
    for (number, answered_at) in [(1, 4), (3, 51)] {
        let result = CommandResult {
            at: at(answered_at),
            enrollment,
            command: command_id(number),
            answer: CommandAnswer::Acknowledged,
            body: Vec::new(),
        };
        store.record_result(result).await.unwrap();
    }
    assert_eq!(store.forget_history(at(4)).await.unwrap(), 0, "not before it is old");
    assert_eq!(store.forget_history(at(40)).await.unwrap(), 1);
    let left = [("Command2", CommandState::Queued), ("Command3", CommandState::Acknowledged)];
    let left = left.map(|(request_type, state)| (request_type.to_owned(), state));
    assert_eq!(queue_of(&store, device).await, left);
    store.cancel_commands(at(60), vec![command_id(2)]).await.unwrap();
    assert_eq!(store.forget_history(at(61)).await.unwrap(), 2, "whatever ended it");
}

async fn timeline_keeps_how_the_present_status_came_about(store: Store) {
    for number in [1, 2] {
        enroll(&store, number).await;
    }
    let decide = |seconds, number, status: &'static str| {
        let store = store.clone();
        async move {
            let record = fleet::decision(number, status);
            store.record_decisions(at(seconds), vec![record]).await.unwrap();
        }
    };
    decide(2, 1, "pending").await;
    decide(3, 2, "pending").await;
    decide(4, 1, "pass").await;
    decide(50, 1, "pending").await;
    assert_eq!(store.forget_history(at(40)).await.unwrap(), 2);
    for (number, left) in [(1, vec![at(50)]), (2, vec![at(3)])] {
        let timeline = store.timeline(device_id(number), None, 10).await.unwrap();
        assert_eq!(timeline.iter().map(|it| it.at).collect::<Vec<_>>(), left);
    }
}

async fn old_refusals_are_forgotten(store: Store) {
    let refusal = |number, last_at| Refusal {
        reason: RefusalReason::UnknownCertificate,
        certificate: certificate(number),
        claimed: "A".into(),
        device_id: None,
        count: 1,
        first_at: at(0),
        last_at: at(last_at),
        origin: "127.0.0.1".into(),
    };
    store.record_refusals(vec![refusal(1, 1), refusal(2, 50)]).await.unwrap();
    assert_eq!(store.forget_history(at(40)).await.unwrap(), 1);
    let left = store.refusals(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|it| it.certificate).collect::<Vec<_>>(), [certificate(2)]);
}
