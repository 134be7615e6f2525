//! What the feed tests share: the recorded release data, where there is some.

use std::path::PathBuf;

/// The directory of recorded release data, which is not part of the repository.
pub(super) fn release_data() -> Option<PathBuf> {
    let data = std::env::var_os("MACADAM_RELEASE_DATA").map(PathBuf::from);
    if data.is_none() {
        println!("did not run: MACADAM_RELEASE_DATA is not set");
    }
    data
}
