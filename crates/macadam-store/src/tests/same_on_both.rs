//! The same operations in the same order give the same results on both engines.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const DEVICES: u32 = 3;
const COMMANDS: u32 = 6;

/// One step of the story, with small numbers so that steps meet each other.
#[derive(Clone, Debug)]
enum Step {
    Begin { device: u32, certificate: u32 },
    Token { device: u32 },
    End { device: u32 },
    Queue { device: u32, command: u32, kind: u32 },
    Poll { device: u32, poll: Poll },
    Answer { device: u32, command: u32, answer: CommandAnswer },
    Cancel { command: u32 },
    Assign { device: u32, former: Option<u32>, content: u32, command: u32 },
    Serve { device: u32, content: u32 },
    Claim,
    Settle { outcome: u32 },
    Facts { device: u32, version: u32 },
    Decide { device: u32, status: u32 },
    Prune,
}

fn step() -> impl Strategy<Value = Step> {
    let (device, command) = (0..DEVICES, 0..COMMANDS);
    let answers = prop::sample::select(CommandAnswer::ALL);
    prop_oneof![
        (device.clone(), 0..DEVICES + 2)
            .prop_map(|(device, certificate)| Step::Begin { device, certificate }),
        device.clone().prop_map(|device| Step::Token { device }),
        device.clone().prop_map(|device| Step::End { device }),
        (device.clone(), command.clone(), 0..3_u32)
            .prop_map(|(device, command, kind)| Step::Queue { device, command, kind }),
        (device.clone(), prop::option::of(answers.clone())).prop_map(|(device, answer)| {
            Step::Poll { device, poll: answer.map_or(Poll::Idle, Poll::Answer) }
        }),
        (device.clone(), command.clone(), answers)
            .prop_map(|(device, command, answer)| Step::Answer { device, command, answer }),
        command.clone().prop_map(|command| Step::Cancel { command }),
        (device.clone(), prop::option::of(0..2_u32), 0..2_u32, command).prop_map(
            |(device, former, content, command)| Step::Assign { device, former, content, command }
        ),
        (device.clone(), 0..2_u32).prop_map(|(device, content)| Step::Serve { device, content }),
        Just(Step::Claim),
        (0..3_u32).prop_map(|outcome| Step::Settle { outcome }),
        (device.clone(), 0..3_u32).prop_map(|(device, version)| Step::Facts { device, version }),
        (device, 0..3_u32).prop_map(|(device, status)| Step::Decide { device, status }),
        Just(Step::Prune),
    ]
}

#[test]
fn any_story_goes_the_same_way_on_both_engines() {
    same_on_both(step(), tell);
}

/// Tells stories of these steps to both engines, and compares what comes of them.
pub(super) fn same_on_both<Step: std::fmt::Debug>(
    step: impl Strategy<Value = Step>,
    tell: impl AsyncFn(&Store, &[Step]) -> Vec<String>,
) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let stories = prop::collection::vec(step, 1..60);
    let both = async |story: &[Step]| {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("macadam.db").display());
        let sqlite = open(url).await;
        let postgres = open(Postgres::shared().await.new_database().await).await;
        let told = tokio::join!(tell(&sqlite, story), tell(&postgres, story));
        postgres.close().await;
        told
    };
    TestRunner::new(config)
        .run(&stories, |story| {
            let (sqlite, postgres) = runtime.block_on(both(&story));
            prop_assert_eq!(sqlite, postgres);
            Ok(())
        })
        .unwrap();
}

/// What a store answers to each step, and what it shows in the end.
async fn tell(store: &Store, story: &[Step]) -> Vec<String> {
    let mut teller = Teller { store, enrollments: BTreeMap::new(), claims: Vec::new() };
    let sets = vec![set("0"), set("1")];
    store.save_declaration_sets(at(0), sets).await.unwrap();
    let mut answers = Vec::new();
    for (step, number) in story.iter().zip(1_u32..) {
        answers.push(teller.take(step, number).await);
    }
    for number in 0..DEVICES {
        let device = device_id(number);
        answers.push(format!("{:?}", store.device(device).await.unwrap()));
        answers.push(format!("{:?}", store.enrollments_of(device).await.unwrap()));
        let commands = store.commands_of(device, None, 100).await.unwrap();
        // Numbers of rows that were not inserted are skipped by one engine only.
        let commands = commands.into_iter().map(|command| Command { seq: 0, ..command });
        answers.push(format!("{:?}", commands.collect::<Vec<_>>()));
        let changes = store.timeline(device, None, 100).await.unwrap();
        let changes = changes.into_iter().map(|change| StatusChange { seq: 0, ..change });
        answers.push(format!("{:?}", changes.collect::<Vec<_>>()));
    }
    answers.push(format!("{:?}", store.situations(None, 10).await.unwrap()));
    answers.push(format!("{:?}", store.waiting_pushes().await.unwrap()));
    answers.push(format!("{:?}", store.status_counts().await.unwrap()));
    answers.push(format!("{:?}", sorted_counts(store).await));
    answers
}

/// The engines count in orders of their own.
async fn sorted_counts(store: &Store) -> (i64, Vec<String>) {
    let counts = store.fleet_counts().await.unwrap();
    let mut decided: Vec<_> = counts.decided.iter().map(|count| format!("{count:?}")).collect();
    decided.sort_unstable();
    (counts.enrolled, decided)
}

struct Teller<'a> {
    store: &'a Store,
    enrollments: BTreeMap<u32, EnrollmentId>,
    claims: Vec<ClaimedPush>,
}

impl Teller<'_> {
    fn enrollment(&self, device: u32) -> EnrollmentId {
        self.enrollments.get(&device).copied().unwrap_or(EnrollmentId(id(2, 1_000 + device)))
    }

    async fn take(&mut self, step: &Step, number: u32) -> String {
        let (store, now) = (self.store, at(i64::from(number)));
        match *step {
            Step::Begin { device, certificate } => self.begin(device, certificate, number).await,
            Step::Token { device } => {
                let update = TokenUpdate { at: now, ..token_update(self.enrollment(device)) };
                text(store.record_token_update(update).await)
            }
            Step::End { device } => text(store.end_enrollment(now, self.enrollment(device)).await),
            Step::Queue { device, command: which, kind } => {
                let kind = ["UserList", "EraseDevice", "DeclarativeManagement"][kind as usize];
                let commands = vec![command(which, self.enrollment(device), kind)];
                text(store.queue_commands(now, commands).await)
            }
            Step::Poll { device, poll } => {
                let offer = store.next_command(now, self.enrollment(device), poll).await;
                let found = store.enrollment_by_identity(certificate(device), &udid(device)).await;
                text(offer) + &text(found)
            }
            Step::Answer { device, command, answer } => {
                let (enrollment, command) = (self.enrollment(device), command_id(command));
                let body = vec![1];
                let result = CommandResult { at: now, enrollment, command, answer, body };
                text(store.record_result(result).await)
            }
            Step::Cancel { command } => {
                text(store.cancel_commands(now, vec![command_id(command)]).await)
            }
            Step::Assign { device, former, content, command } => {
                let first = assignment(device_id(device), &content.to_string(), command);
                let former = former.map(|former| set(&former.to_string()).token);
                let assignments = vec![Reassignment { former, ..first }];
                text(store.assign_sets(now, assignments).await)
            }
            Step::Serve { device, content } => self.serve(device, content).await,
            Step::Claim => {
                let claims = store.claim_pushes(now, 2, Duration::from_secs(5)).await.unwrap();
                self.claims = claims;
                format!("{:?}", self.claims)
            }
            Step::Settle { outcome } => self.settle(now, outcome).await,
            Step::Facts { device, version } => {
                let facts = vec![Fact::OsVersion(format!("26.{version}"))];
                text(store.record_facts(now, device_id(device), facts).await)
            }
            Step::Decide { device, status } => self.decide(now, device, status).await,
            Step::Prune => text(store.prune_declaration_sets(at(0)).await),
        }
    }

    async fn begin(&mut self, device: u32, held: u32, number: u32) -> String {
        let new = NewEnrollment {
            at: at(i64::from(number)),
            enrollment_id: EnrollmentId(id(2, number)),
            certificate: certificate(held),
            ..authenticate(device)
        };
        let begun = self.store.begin_enrollment(new).await;
        if let Ok(begun) = &begun {
            self.enrollments.insert(device, begun.enrollment);
        }
        format!("{:?}", begun.map_err(|error| error.to_string()))
    }

    async fn serve(&self, device: u32, content: u32) -> String {
        let (store, enrollment) = (self.store, self.enrollment(device));
        let token = set(&content.to_string()).token;
        store.note_manifest_served(enrollment, token).await.unwrap();
        text(store.declaration(enrollment, DeclarationKind::Configuration, "os").await)
    }

    async fn settle(&mut self, now: Timestamp, outcome: u32) -> String {
        let later = now.checked_add(Duration::from_secs(3)).unwrap();
        let outcomes = [PushOutcome::Sent, PushOutcome::Unregistered, PushOutcome::RetryAt(later)];
        let claims = std::mem::take(&mut self.claims);
        let finished = claims.into_iter().map(|claim| (claim, outcomes[outcome as usize]));
        text(self.store.finish_pushes(now, finished.collect()).await)
    }

    async fn decide(&self, now: Timestamp, device: u32, status: u32) -> String {
        let record = DecisionRecord {
            device: device_id(device),
            status: ["pending", "pass", "error"][status as usize].into(),
            outcome: ["install", "up_to_date", "unresolved"][status as usize].into(),
            platform: Platform::IpadOs,
            item: None,
            target_version: None,
            target_build: None,
            deadline_local: None,
            deadline_at: None,
            mechanism: None,
            meets_floor: status == 1,
            reason: None,
            detail: String::new(),
            wording: "{}".into(),
            source: "test".into(),
            os_version: String::new(),
            device_words: None,
            digest: 0,
            blockers: Vec::new(),
        };
        text(self.store.record_decisions(now, vec![record]).await)
    }
}

fn text<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    format!("{:?}", answer.unwrap())
}
