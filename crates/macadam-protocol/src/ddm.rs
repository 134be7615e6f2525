//! Declarative device management: declarations, the manifest and status reports, as JSON.

mod declaration;
mod names;
mod payload;
mod status;
#[cfg(test)]
mod tests;

pub use declaration::{
    Declaration, DeclarationId, DeclarationItem, DeclarationItems, DeclarationKind, Declarations,
    DeclarationsToken, DecodeDeclarationError, ServerToken, SyncTokens, TokensResponse,
    decode_declaration, decode_declaration_items, decode_tokens, encode_declaration,
    encode_declaration_items, encode_tokens,
};
pub use names::{DECLARATION_TYPES, STATUS_ITEMS};
pub use names::{declaration_type, is_known_declaration_type, status_item};
pub use payload::{
    Activation, AutomaticAction, AutomaticActions, Beta, BetaProgram, Deferrals, OrganizationInfo,
    Payload, RapidSecurityResponse, RecommendedCadence, ServerCapabilities,
    SoftwareUpdateEnforcement, SoftwareUpdateSettings, StatusSubscriptions, SubscribedItem,
};
pub use status::{
    BrokenStatusItem, ClientCapabilities, DeclarationReason, DeclarationStatus,
    DeclarationStatuses, DecodeStatusReportError, DeviceStatus, EnrollmentType, ExtraVersion,
    FailureReason, InstallReason, InstallReasonKind, InstallState, MdmStatus, OsStatus,
    PendingUpdate, PendingVersion, SoftwareUpdateStatus, StatusError, StatusReason, StatusReport,
    SupportedDeclarations, SupportedPayloads, Validity, decode_status_report, encode_status_report,
    merge_status_item,
};
