//! The shapes of versions, builds and ids: what else a feed holds is not taken for one.

/// Where Apple's pages on security content are.
pub(super) const SECURITY_HOST: &str = "https://support.apple.com";

pub(super) fn is_version(text: &str) -> bool {
    text.len() <= 32
        && text.split('.').all(|part| {
            (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

pub(super) fn is_build(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(super) fn is_extra(text: &str) -> bool {
    let letters = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    letters.is_some_and(|letters| {
        (1..=3).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

pub(super) fn is_device_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn is_cve(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=9).contains(&number.len()) && digits(number)
    })
}

/// Links are shown to people, so only those to Apple's own pages are kept.
pub(super) fn is_security_url(url: &str) -> bool {
    let path = url.strip_prefix(SECURITY_HOST);
    url.len() <= 200
        && path.is_some_and(|path| {
            path.starts_with('/')
                && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.#".contains(&byte))
        })
}
