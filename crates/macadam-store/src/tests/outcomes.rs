//! Outcomes are written whole or not at all; and the parts of them that other tests need alone.

use super::*;

on_every_backend! {
    outcome_is_written_on_top_of_what_it_was_decided_on,
    device_that_left_gets_no_outcome,
}

/// Gives a device another set than it had.
#[derive(Clone, Debug)]
pub(super) struct Reassignment {
    pub(super) device: DeviceId,
    pub(super) former: Option<SetToken>,
    pub(super) assignment: Assignment,
}

impl Store {
    /// Assigns sets, and says which devices got them.
    pub(super) async fn assign_sets(
        &self,
        at: Timestamp,
        wanted: Vec<Reassignment>,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let mut outcomes = Vec::new();
        for Reassignment { device, former, assignment } in wanted {
            let outcome = self.nothing_for(device).await;
            let base = Base { assigned_set: former, ..outcome.base };
            outcomes.push(Outcome { base, assignment: Some(assignment), ..outcome });
        }
        Ok(self.write_outcomes(at, outcomes).await?.reassigned)
    }

    /// Records decisions alone, and says for which devices they were not.
    pub(super) async fn record_decisions(
        &self,
        at: Timestamp,
        records: Vec<DecisionRecord>,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let mut outcomes = Vec::new();
        for record in records {
            let nothing = self.nothing_for(record.device).await;
            outcomes.push(Outcome { record: Some(record), ..nothing });
        }
        Ok(self.write_outcomes(at, outcomes).await?.overtaken)
    }

    /// Notes that an item reaches a device.
    pub(super) async fn reach(
        &self,
        at: Timestamp,
        device: DeviceId,
        item: ItemId,
        ring: Option<&str>,
    ) {
        let reached = vec![(item, ring.map(Into::into))];
        let outcome = Outcome { reached, ..self.nothing_for(device).await };
        self.write_outcomes(at, vec![outcome]).await.unwrap();
    }

    /// An outcome that changes nothing of what is stored.
    pub(super) async fn nothing_for(&self, device: DeviceId) -> Outcome {
        let situations = self.situations_of(&[device]).await.unwrap();
        Outcome {
            device,
            base: situations.first().map(Base::of).unwrap_or_default(),
            reached: Vec::new(),
            left: Vec::new(),
            assignment: None,
            record: None,
        }
    }
}

async fn outcome_is_written_on_top_of_what_it_was_decided_on(store: Store) {
    store.create_item(at(1), item(1)).await.unwrap();
    store.save_declaration_sets(at(1), vec![set("a"), set("b")]).await.unwrap();
    let device = enroll(&store, 1).await.device;
    let nothing = store.nothing_for(device).await;
    assert!(nothing.is_empty());
    let outcome = |content: &str, digest: i64| Outcome {
        reached: vec![(item_id(1), Some("Pilots".into()))],
        assignment: Some(Assignment {
            set: set(content).token,
            command: command_id(u32::try_from(digest).unwrap()),
        }),
        record: Some(DecisionRecord { digest, ..fleet::decision(1, "pending") }),
        ..nothing.clone()
    };
    let write = |seconds, outcome| {
        let store = store.clone();
        async move { store.write_outcomes(at(seconds), vec![outcome]).await.unwrap() }
    };
    let written = Written { reassigned: vec![device], overtaken: vec![] };
    assert_eq!(write(2, outcome("a", 1)).await, written);
    let stored = store.situations_of(&[device]).await.unwrap().remove(0);
    assert_eq!(stored.reached, [(item_id(1), at(2))]);
    assert_eq!(Base::of(&stored), Base { assigned_set: Some(set("a").token), recorded: Some(1) });

    let overtaken = Written { reassigned: vec![], overtaken: vec![device] };
    let late = outcome("b", 2);
    assert_eq!(write(3, late.clone()).await, overtaken, "decided before there was anything");
    let same_set = Base { assigned_set: Some(set("a").token), recorded: None };
    let late = Outcome { base: same_set, left: vec![item_id(1)], ..late };
    assert_eq!(write(3, late.clone()).await, overtaken, "decided on another decision");
    assert_eq!(store.situations_of(&[device]).await.unwrap().remove(0), stored);
    assert_eq!(queue_of(&store, device).await.len(), 1);

    let base = Base::of(&stored);
    let next = Outcome { base, left: vec![item_id(1)], reached: vec![], ..late };
    assert_eq!(write(4, next).await, written);
    let stored = store.situations_of(&[device]).await.unwrap().remove(0);
    assert_eq!((stored.reached.len(), stored.recorded), (0, Some(2)));
    assert_eq!(stored.assigned_set, Some(set("b").token));
}

async fn device_that_left_gets_no_outcome(store: Store) {
    let begun = enroll(&store, 1).await;
    let record = Some(fleet::decision(1, "pending"));
    let outcome = Outcome { record, ..store.nothing_for(begun.device).await };
    store.end_enrollment(at(2), begun.enrollment).await.unwrap();
    let unknown = Outcome { device: device_id(77), ..outcome.clone() };
    let written = store.write_outcomes(at(3), vec![outcome, unknown]).await.unwrap();
    assert_eq!(written.overtaken, [begun.device, device_id(77)]);
    assert_eq!(store.last_decision(begun.device).await.unwrap(), None);
}
