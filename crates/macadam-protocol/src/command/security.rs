//! The answer to SecurityInfo, as far as it decides what may be done with a device.

use serde::{Deserialize, Serialize};

/// The state of the security features.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityInfo {
    /// How the device is managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_status: Option<ManagementStatus>,
    /// `allowed`, `disallowed` or `not supported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token_allowed_for_authentication: Option<String>,
    /// Whether the bootstrap token can authorize updates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token_required_for_software_update: Option<bool>,
    /// Whether the bootstrap token can authorize kernel extensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token_required_for_kernel_extension_approval: Option<bool>,
    /// Whether FileVault is on.
    #[serde(rename = "FDE_Enabled", skip_serializing_if = "Option::is_none")]
    pub filevault_enabled: Option<bool>,
    /// Whether FileVault has a personal recovery key.
    #[serde(rename = "FDE_HasPersonalRecoveryKey", skip_serializing_if = "Option::is_none")]
    pub filevault_has_personal_recovery_key: Option<bool>,
    /// Whether FileVault has an institutional recovery key.
    #[serde(rename = "FDE_HasInstitutionalRecoveryKey", skip_serializing_if = "Option::is_none")]
    pub filevault_has_institutional_recovery_key: Option<bool>,
    /// The secure-boot settings of a Mac.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<SecureBoot>,
    /// Whether recoveryOS asks for a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_recovery_lock_enabled: Option<bool>,
    /// Whether the system volume is sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticated_root_volume_enabled: Option<bool>,
    /// Whether System Integrity Protection is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_integrity_protection_enabled: Option<bool>,
    /// Whether there is a passcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passcode_present: Option<bool>,
    /// Whether the passcode meets all requirements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passcode_compliant: Option<bool>,
    /// Whether the passcode meets the requirements of the profiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passcode_compliant_with_profiles: Option<bool>,
    /// 1 for block-level, 2 for file-level encryption, 3 for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_encryption_caps: Option<u64>,
}

/// How the device is managed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagementStatus {
    /// Whether it enrolled through Automated Device Enrollment.
    #[serde(rename = "EnrolledViaDEP", skip_serializing_if = "Option::is_none")]
    pub enrolled_via_dep: Option<bool>,
    /// Whether the user approved; without it a Mac takes no software-update declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_approved_enrollment: Option<bool>,
    /// Whether it is a User Enrollment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_user_enrollment: Option<bool>,
    /// Whether Activation Lock can be managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_activation_lock_manageable: Option<bool>,
}

/// The secure-boot settings of a Mac.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecureBoot {
    /// `off`, `medium`, `full` or `not supported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot_level: Option<String>,
    /// `allowed`, `disallowed` or `not supported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_boot_level: Option<String>,
    /// What reduced security allows on Apple silicon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduced_security: Option<ReducedSecurity>,
}

/// What reduced security allows on Apple silicon.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReducedSecurity {
    /// Any OS that Apple ever signed.
    #[serde(rename = "AllowsAnyAppleSignedOS", skip_serializing_if = "Option::is_none")]
    pub allows_any_apple_signed_os: Option<bool>,
    /// Management of extensions and updates by this server.
    #[serde(rename = "AllowsMDM", skip_serializing_if = "Option::is_none")]
    pub allows_mdm: Option<bool>,
    /// Kernel extensions that the user approves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allows_user_kext_approval: Option<bool>,
}
