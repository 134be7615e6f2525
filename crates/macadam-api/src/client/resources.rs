//! Every operation of the admin API; the paths stand here and in the server's handlers.

use reqwest::Method;
use uuid::Uuid;

use super::{Answer, Ask, Client, ClientError, Pages};
use crate::account::{
    Account, ChangePassword, ConfirmTotp, OwnSession, RecoveryCodes, ShowPassword, SignInPolicy,
    TotpSecret,
};
use crate::audit::{AuditEntry, AuditFilter, AuditVerification};
use crate::backtests::{Backtest, BacktestRequest};
use crate::blueprints::{AssignDevices, Blueprint, BlueprintFilter, WriteBlueprint};
use crate::bulk_actions::{BulkAction, CreateBulkAction};
use crate::decisions::{DecisionLine, Explanation};
use crate::devices::{
    Device, DeviceCommand, DeviceCounts, DeviceDeclaration, DeviceFilter, DeviceRecord,
    TimelineEntry, UpdateDevice,
};
use crate::enrollments::{CreateEnrollment, CreatedEnrollment, Enrollment};
use crate::exceptions::{CreateException, Exception, ExceptionFilter};
use crate::facts::DeviceFacts;
use crate::feeds::{FeedName, FeedOutcome, FeedStatus, ImportQuery};
use crate::library_items::{LibraryItem, LibraryItemFilter, WriteLibraryItem, WritePause};
use crate::notes::{CreateNote, Note};
use crate::people::{CreatePerson, Person, SetUp, SetUpState, UpdatePerson};
use crate::policy_file::{AppliedPolicy, ApplyPolicy, PolicyFile};
use crate::previews::{Preview, PreviewRequest};
use crate::push_certificates::{
    CreateSigningRequest, PushCertificate, SigningRequest, UploadPushCertificate,
};
use crate::releases::{Release, ReleaseFilter, ReleaseRecord, WriteReview};
use crate::rings::{ResumeRing, RingHalt, RingProgress, TroubledDevice};
use crate::self_service::{CreateSelfServiceRequest, SelfServiceRequest};
use crate::server::{Health, Server, WriteApproval};
use crate::sessions::{Session, SignIn, SignedIn};
use crate::summary::{Summary, SummaryQuery, VersionShare, VersionShareQuery};
use crate::tokens::{CreateToken, CreatedToken, Token};
use crate::views::{View, WriteView};

pub(super) type Asked<T> = Result<Answer<T>, ClientError>;

/// No query but the page's own.
const EVERYTHING: crate::PageQuery = crate::PageQuery { limit: None, cursor: None };

/// Sessions and the server itself.
impl Client {
    pub async fn sign_in(&self, sign_in: &SignIn) -> Asked<SignedIn> {
        self.call(Method::POST, "/api/v1/session", Ask::json(sign_in)).await
    }

    /// Whether the first owner is still to be made.
    pub async fn set_up_state(&self) -> Asked<SetUpState> {
        self.get("/api/v1/setup").await
    }

    /// Makes the first owner of a new server.
    pub async fn set_up(&self, set_up: &SetUp) -> Asked<SignedIn> {
        self.call(Method::POST, "/api/v1/setup", Ask::json(set_up)).await
    }

    pub async fn session(&self) -> Asked<Session> {
        self.get("/api/v1/session").await
    }

    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.act(Method::DELETE, "/api/v1/session", Ask::default()).await
    }

    pub async fn account(&self) -> Asked<Account> {
        self.get("/api/v1/account").await
    }

    pub async fn own_sessions(&self) -> Asked<Vec<OwnSession>> {
        self.get("/api/v1/account/sessions").await
    }

    pub async fn end_own_session(&self, id: Uuid) -> Result<(), ClientError> {
        let path = format!("/api/v1/account/sessions/{id}");
        self.act(Method::DELETE, &path, Ask::default()).await
    }

    pub async fn change_password(&self, wish: &ChangePassword) -> Result<(), ClientError> {
        self.act(Method::PUT, "/api/v1/account/password", Ask::json(wish)).await
    }

    /// Makes a secret for an authenticator app; it counts once it is confirmed.
    pub async fn begin_totp(&self, password: &ShowPassword) -> Asked<TotpSecret> {
        self.call(Method::POST, "/api/v1/account/totp", Ask::json(password)).await
    }

    pub async fn confirm_totp(&self, code: &ConfirmTotp) -> Asked<RecoveryCodes> {
        self.call(Method::PUT, "/api/v1/account/totp", Ask::json(code)).await
    }

    pub async fn remove_totp(&self, password: &ShowPassword) -> Result<(), ClientError> {
        self.act(Method::POST, "/api/v1/account/totp/removal", Ask::json(password)).await
    }

    pub async fn renew_recovery_codes(&self, password: &ShowPassword) -> Asked<RecoveryCodes> {
        self.call(Method::POST, "/api/v1/account/recovery-codes", Ask::json(password)).await
    }

    /// Takes a person's second factor and passkeys away, for somebody who lost them.
    pub async fn reset_totp(&self, person: Uuid) -> Result<(), ClientError> {
        self.act(Method::DELETE, &format!("/api/v1/people/{person}/totp"), Ask::default()).await
    }

    pub async fn sign_in_policy(&self) -> Asked<SignInPolicy> {
        self.get("/api/v1/sign-in-policy").await
    }

    pub async fn write_sign_in_policy(&self, policy: &SignInPolicy) -> Asked<SignInPolicy> {
        self.call(Method::PUT, "/api/v1/sign-in-policy", Ask::json(policy)).await
    }

    pub async fn server(&self) -> Asked<Server> {
        self.get("/api/v1/server").await
    }

    /// The fleet in numbers, and what needs a person.
    pub async fn summary(&self, query: &SummaryQuery) -> Asked<Summary> {
        self.call(Method::GET, "/api/v1/summary", Ask::default().query(query)).await
    }

    /// How the versions were spread, day by day.
    pub async fn version_shares(&self, query: &VersionShareQuery) -> Asked<Vec<VersionShare>> {
        self.call(Method::GET, "/api/v1/version-shares", Ask::default().query(query)).await
    }

    pub async fn health(&self) -> Asked<Health> {
        self.get("/health").await
    }

    pub async fn write_approval(&self, approval: &WriteApproval) -> Result<(), ClientError> {
        self.act(Method::PUT, "/api/v1/approval", Ask::json(approval)).await
    }
}

/// Devices and their decisions.
impl Client {
    pub fn devices(&self, filter: &DeviceFilter) -> Pages<'_, Device> {
        Pages::new(self, "/api/v1/devices", filter)
    }

    pub async fn device_counts(&self, filter: &DeviceFilter) -> Asked<DeviceCounts> {
        self.call(Method::GET, "/api/v1/device-counts", Ask::default().query(filter)).await
    }

    pub async fn device(&self, id: Uuid) -> Asked<DeviceRecord> {
        self.get(&format!("/api/v1/devices/{id}")).await
    }

    pub async fn update_device(&self, id: Uuid, update: &UpdateDevice) -> Asked<DeviceRecord> {
        self.call(Method::PATCH, &format!("/api/v1/devices/{id}"), Ask::json(update)).await
    }

    pub async fn explanation(&self, id: Uuid) -> Asked<Explanation> {
        self.get(&format!("/api/v1/devices/{id}/explanation")).await
    }

    pub fn timeline(&self, id: Uuid) -> Pages<'_, TimelineEntry> {
        Pages::new(self, format!("/api/v1/devices/{id}/timeline"), &EVERYTHING)
    }

    pub fn declarations(&self, id: Uuid) -> Pages<'_, DeviceDeclaration> {
        Pages::new(self, format!("/api/v1/devices/{id}/declarations"), &EVERYTHING)
    }

    pub fn commands(&self, id: Uuid) -> Pages<'_, DeviceCommand> {
        Pages::new(self, format!("/api/v1/devices/{id}/commands"), &EVERYTHING)
    }

    pub async fn notes(&self, id: Uuid) -> Asked<Vec<Note>> {
        self.get(&format!("/api/v1/devices/{id}/notes")).await
    }

    pub async fn create_note(&self, id: Uuid, note: &CreateNote) -> Asked<Note> {
        let path = format!("/api/v1/devices/{id}/notes");
        self.call(Method::POST, &path, Ask::json(note)).await
    }

    pub async fn delete_note(&self, id: Uuid, note: Uuid) -> Result<(), ClientError> {
        let path = format!("/api/v1/devices/{id}/notes/{note}");
        self.act(Method::DELETE, &path, Ask::default()).await
    }

    /// The caller's own views of the device list, and what others share.
    pub async fn views(&self) -> Asked<Vec<View>> {
        self.get("/api/v1/views").await
    }

    pub async fn create_view(&self, view: &WriteView) -> Asked<View> {
        self.call(Method::POST, "/api/v1/views", Ask::json(view)).await
    }

    pub async fn update_view(&self, id: Uuid, revision: u64, view: &WriteView) -> Asked<View> {
        let ask = Ask::json(view).revision(revision);
        self.call(Method::PUT, &format!("/api/v1/views/{id}"), ask).await
    }

    pub async fn delete_view(&self, id: Uuid, revision: u64) -> Result<(), ClientError> {
        let ask = Ask::default().revision(revision);
        self.act(Method::DELETE, &format!("/api/v1/views/{id}"), ask).await
    }

    /// Asks the device to connect.
    pub async fn sync_device(&self, id: Uuid) -> Result<(), ClientError> {
        self.act(Method::POST, &format!("/api/v1/devices/{id}/sync"), Ask::default()).await
    }

    /// Actions on many devices, newest first.
    pub fn bulk_actions(&self) -> Pages<'_, BulkAction> {
        Pages::new(self, "/api/v1/bulk-actions", &EVERYTHING)
    }

    /// Begins to do one thing to many devices.
    pub async fn create_bulk_action(&self, wish: &CreateBulkAction) -> Asked<BulkAction> {
        self.call(Method::POST, "/api/v1/bulk-actions", Ask::json(wish)).await
    }

    pub async fn bulk_action(&self, id: Uuid) -> Asked<BulkAction> {
        self.get(&format!("/api/v1/bulk-actions/{id}")).await
    }

    pub async fn stop_bulk_action(&self, id: Uuid) -> Asked<BulkAction> {
        let path = format!("/api/v1/bulk-actions/{id}/stop");
        self.call(Method::POST, &path, Ask::default()).await
    }

    /// The decision of every device, ordered by device id.
    pub fn decisions(&self) -> Pages<'_, DecisionLine> {
        Pages::new(self, "/api/v1/decisions", &EVERYTHING)
    }

    /// What decisions are made from, ordered by device id.
    pub fn facts(&self) -> Pages<'_, DeviceFacts> {
        Pages::new(self, "/api/v1/facts", &EVERYTHING)
    }
}

/// Library items, blueprints and policy files.
impl Client {
    pub fn library_items(&self, filter: &LibraryItemFilter) -> Pages<'_, LibraryItem> {
        Pages::new(self, "/api/v1/library-items", filter)
    }

    pub async fn library_item(&self, id: Uuid) -> Asked<LibraryItem> {
        self.get(&format!("/api/v1/library-items/{id}")).await
    }

    pub async fn create_library_item(&self, item: &WriteLibraryItem) -> Asked<LibraryItem> {
        self.call(Method::POST, "/api/v1/library-items", Ask::json(item)).await
    }

    pub async fn update_library_item(
        &self,
        id: Uuid,
        revision: u64,
        item: &WriteLibraryItem,
    ) -> Asked<LibraryItem> {
        let ask = Ask::json(item).revision(revision);
        self.call(Method::PUT, &format!("/api/v1/library-items/{id}"), ask).await
    }

    pub async fn delete_library_item(&self, id: Uuid, revision: u64) -> Result<(), ClientError> {
        let ask = Ask::default().revision(revision);
        self.act(Method::DELETE, &format!("/api/v1/library-items/{id}"), ask).await
    }

    pub async fn pause_library_item(&self, id: Uuid, pause: &WritePause) -> Asked<LibraryItem> {
        self.call(Method::PUT, &format!("/api/v1/library-items/{id}/pause"), Ask::json(pause)).await
    }

    /// How the rings of a Managed OS item do.
    pub async fn rings(&self, item: Uuid) -> Asked<Vec<RingProgress>> {
        self.get(&format!("/api/v1/library-items/{item}/rings")).await
    }

    pub async fn ring_halts(&self) -> Asked<Vec<RingHalt>> {
        self.get("/api/v1/ring-halts").await
    }

    pub async fn troubled_devices(&self, halt: Uuid) -> Asked<Vec<TroubledDevice>> {
        self.get(&format!("/api/v1/ring-halts/{halt}/devices")).await
    }

    pub async fn resume_ring(&self, id: Uuid, resume: &ResumeRing) -> Asked<RingHalt> {
        let path = format!("/api/v1/ring-halts/{id}/resume");
        self.call(Method::POST, &path, Ask::json(resume)).await
    }

    pub fn blueprints(&self, filter: &BlueprintFilter) -> Pages<'_, Blueprint> {
        Pages::new(self, "/api/v1/blueprints", filter)
    }

    pub async fn blueprint(&self, id: Uuid) -> Asked<Blueprint> {
        self.get(&format!("/api/v1/blueprints/{id}")).await
    }

    pub async fn create_blueprint(&self, blueprint: &WriteBlueprint) -> Asked<Blueprint> {
        self.call(Method::POST, "/api/v1/blueprints", Ask::json(blueprint)).await
    }

    pub async fn update_blueprint(
        &self,
        id: Uuid,
        revision: u64,
        blueprint: &WriteBlueprint,
    ) -> Asked<Blueprint> {
        let ask = Ask::json(blueprint).revision(revision);
        self.call(Method::PUT, &format!("/api/v1/blueprints/{id}"), ask).await
    }

    pub async fn delete_blueprint(&self, id: Uuid, revision: u64) -> Result<(), ClientError> {
        let ask = Ask::default().revision(revision);
        self.act(Method::DELETE, &format!("/api/v1/blueprints/{id}"), ask).await
    }

    pub async fn assign_devices(&self, id: Uuid, devices: &AssignDevices) -> Asked<Blueprint> {
        let path = format!("/api/v1/blueprints/{id}/devices");
        self.call(Method::POST, &path, Ask::json(devices)).await
    }

    pub async fn preview(&self, change: &PreviewRequest) -> Asked<Preview> {
        self.call(Method::POST, "/api/v1/previews", Ask::json(change)).await
    }

    /// Replays policies over the history of releases.
    pub async fn backtest(&self, request: &BacktestRequest) -> Asked<Backtest> {
        self.call(Method::POST, "/api/v1/backtests", Ask::json(request)).await
    }

    /// What the server has, as a policy file.
    pub async fn policy(&self) -> Asked<PolicyFile> {
        self.get("/api/v1/policy").await
    }

    pub async fn apply_policy(&self, policy: &ApplyPolicy) -> Asked<AppliedPolicy> {
        self.call(Method::PUT, "/api/v1/policy", Ask::json(policy)).await
    }
}

/// Releases and the feeds they come from.
impl Client {
    pub fn releases(&self, filter: &ReleaseFilter) -> Pages<'_, Release> {
        Pages::new(self, "/api/v1/releases", filter)
    }

    pub async fn release(&self, id: &str) -> Asked<ReleaseRecord> {
        self.get(&format!("/api/v1/releases/{id}")).await
    }

    pub async fn review_release(&self, id: &str, review: &WriteReview) -> Asked<ReleaseRecord> {
        let path = format!("/api/v1/releases/{id}/review");
        self.call(Method::POST, &path, Ask::json(review)).await
    }

    pub async fn feeds(&self) -> Asked<Vec<FeedStatus>> {
        self.get("/api/v1/feeds").await
    }

    pub async fn refresh_feed(&self, name: FeedName) -> Asked<FeedOutcome> {
        let path = format!("/api/v1/feeds/{}/refresh", name.as_str());
        self.call(Method::POST, &path, Ask::default()).await
    }

    /// Brings an answer of Apple's feed by hand, as it was received.
    pub async fn import_feed(&self, answer: Vec<u8>, query: &ImportQuery) -> Asked<FeedOutcome> {
        let ask = Ask { body: Some(answer), ..Ask::default() }.query(query);
        self.call(Method::POST, "/api/v1/feeds/gdmf/import", ask).await
    }
}

/// Enrollment, push and what devices are exempt from.
impl Client {
    pub fn enrollments(&self) -> Pages<'_, Enrollment> {
        Pages::new(self, "/api/v1/enrollments", &EVERYTHING)
    }

    pub async fn create_enrollment(&self, link: &CreateEnrollment) -> Asked<CreatedEnrollment> {
        self.call(Method::POST, "/api/v1/enrollments", Ask::json(link)).await
    }

    pub async fn revoke_enrollment(&self, id: Uuid) -> Result<(), ClientError> {
        self.act(Method::DELETE, &format!("/api/v1/enrollments/{id}"), Ask::default()).await
    }

    pub async fn push_certificate(&self) -> Asked<PushCertificate> {
        self.get("/api/v1/push-certificate").await
    }

    /// The signing request that waits for its certificate.
    pub async fn push_signing_request(&self) -> Asked<SigningRequest> {
        self.get("/api/v1/push-certificate/signing-request").await
    }

    pub async fn create_push_signing_request(
        &self,
        wish: &CreateSigningRequest,
    ) -> Asked<SigningRequest> {
        let path = "/api/v1/push-certificate/signing-request";
        self.call(Method::POST, path, Ask::json(wish)).await
    }

    pub async fn upload_push_certificate(
        &self,
        upload: &UploadPushCertificate,
    ) -> Asked<PushCertificate> {
        self.call(Method::PUT, "/api/v1/push-certificate", Ask::json(upload)).await
    }

    pub fn exceptions(&self, filter: &ExceptionFilter) -> Pages<'_, Exception> {
        Pages::new(self, "/api/v1/exceptions", filter)
    }

    pub async fn create_exception(&self, exception: &CreateException) -> Asked<Exception> {
        self.call(Method::POST, "/api/v1/exceptions", Ask::json(exception)).await
    }

    pub async fn delete_exception(&self, id: Uuid) -> Result<(), ClientError> {
        self.act(Method::DELETE, &format!("/api/v1/exceptions/{id}"), Ask::default()).await
    }

    pub fn self_service_requests(&self) -> Pages<'_, SelfServiceRequest> {
        Pages::new(self, "/api/v1/self-service-requests", &EVERYTHING)
    }

    pub async fn create_self_service_request(
        &self,
        request: &CreateSelfServiceRequest,
    ) -> Asked<SelfServiceRequest> {
        self.call(Method::POST, "/api/v1/self-service-requests", Ask::json(request)).await
    }
}

/// People, tokens and the audit log.
impl Client {
    pub fn people(&self) -> Pages<'_, Person> {
        Pages::new(self, "/api/v1/people", &EVERYTHING)
    }

    pub async fn create_person(&self, person: &CreatePerson) -> Asked<Person> {
        self.call(Method::POST, "/api/v1/people", Ask::json(person)).await
    }

    pub async fn update_person(
        &self,
        id: Uuid,
        revision: u64,
        person: &UpdatePerson,
    ) -> Asked<Person> {
        let ask = Ask::json(person).revision(revision);
        self.call(Method::PATCH, &format!("/api/v1/people/{id}"), ask).await
    }

    pub async fn delete_person(&self, id: Uuid, revision: u64) -> Result<(), ClientError> {
        let ask = Ask::default().revision(revision);
        self.act(Method::DELETE, &format!("/api/v1/people/{id}"), ask).await
    }

    pub fn tokens(&self) -> Pages<'_, Token> {
        Pages::new(self, "/api/v1/tokens", &EVERYTHING)
    }

    pub async fn create_token(&self, token: &CreateToken) -> Asked<CreatedToken> {
        self.call(Method::POST, "/api/v1/tokens", Ask::json(token)).await
    }

    pub async fn revoke_token(&self, id: Uuid) -> Result<(), ClientError> {
        self.act(Method::DELETE, &format!("/api/v1/tokens/{id}"), Ask::default()).await
    }

    pub fn audit(&self, filter: &AuditFilter) -> Pages<'_, AuditEntry> {
        Pages::new(self, "/api/v1/audit", filter)
    }

    /// Checks the whole chain on the server.
    pub async fn verify_audit(&self) -> Asked<AuditVerification> {
        self.get("/api/v1/audit/verification").await
    }
}
