//! Where tests find real documents, and how they say that they skip.

/// Where the saved real pages are, if they are here; tests that need them say that they were skipped.
pub(crate) fn samples() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("ATALAYA_SAMPLES")
        .map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"), Into::into);
    if folder.is_dir() {
        return Some(folder);
    }
    say("skipped: samples not present");
    None
}

/// What a test tells the person who runs it.
#[expect(clippy::print_stderr, reason = "a test's counts are for people")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
