//! A software-update settings item as Apple's payload, with only the keys that the platform has.

use macadam_policy::{
    AutomaticAction as Wish, Cadence, Platform, SoftwareUpdateSettings as Settings,
};
use macadam_protocol::ddm::{
    AutomaticAction, AutomaticActions, Beta, Deferrals, RapidSecurityResponse, RecommendedCadence,
    SoftwareUpdateSettings,
};

/// The payload for one platform; `None` when nothing in the item concerns the device.
///
/// Which key exists where: Apple's schema of `softwareupdate.settings`. Most keys need
/// supervision outside macOS, and an unsupervised device would report them as an error.
pub(crate) fn payload(
    settings: &Settings,
    platform: Platform,
    is_supervised: bool,
) -> Option<SoftwareUpdateSettings> {
    let is_mac = platform == Platform::MacOs;
    let is_phone_or_pad = matches!(platform, Platform::Ios | Platform::IpadOs);
    let may_restrict = is_mac || is_supervised;
    let restrict = |has_key: bool| has_key && may_restrict;
    let payload = SoftwareUpdateSettings {
        notifications: settings.notifications,
        deferrals: non_default(deferrals(settings, is_mac, restrict(!is_mac))),
        recommended_cadence: settings
            .recommended_cadence
            .filter(|_| is_phone_or_pad || platform == Platform::VisionOs)
            .map(cadence),
        automatic_actions: non_default(AutomaticActions {
            download: settings.download.filter(|_| restrict(platform != Platform::TvOs)).map(act),
            install_os_updates: settings.install_os_updates.filter(|_| may_restrict).map(act),
            install_security_update: settings
                .install_security_updates
                .filter(|_| restrict(platform != Platform::TvOs))
                .map(act),
        }),
        rapid_security_response: non_default(RapidSecurityResponse {
            enable: settings.bsi_offered.filter(|_| restrict(is_mac || is_phone_or_pad)),
            enable_rollback: settings.bsi_removable.filter(|_| restrict(is_mac || is_phone_or_pad)),
        }),
        allow_standard_user_os_updates: settings.standard_users_may_update.filter(|_| is_mac),
        beta: non_default(Beta {
            program_enrollment: settings
                .beta_enrollment
                .filter(|_| restrict(is_mac || is_phone_or_pad))
                .map(act),
            ..Beta::default()
        }),
    };
    non_default(payload)
}

fn deferrals(settings: &Settings, is_mac: bool, has_combined: bool) -> Deferrals {
    let wish = settings.deferrals;
    Deferrals {
        combined_period_in_days: wish.combined_days.filter(|_| has_combined),
        major_period_in_days: wish.major_days.filter(|_| is_mac),
        minor_period_in_days: wish.minor_days.filter(|_| is_mac),
        system_period_in_days: wish.system_days.filter(|_| is_mac),
    }
}

fn non_default<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

fn act(wish: Wish) -> AutomaticAction {
    match wish {
        Wish::Allowed => AutomaticAction::Allowed,
        Wish::AlwaysOn => AutomaticAction::AlwaysOn,
        Wish::AlwaysOff => AutomaticAction::AlwaysOff,
    }
}

fn cadence(wish: Cadence) -> RecommendedCadence {
    match wish {
        Cadence::All => RecommendedCadence::All,
        Cadence::Oldest => RecommendedCadence::Oldest,
        Cadence::Newest => RecommendedCadence::Newest,
    }
}
