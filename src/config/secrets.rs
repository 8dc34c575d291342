//! Fetches secrets from where the configuration says they are kept. The only reader of secret files; shows none of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::base::ids::{ContentHash, hash128};
use crate::base::secret::{Secret, SecretRef};

/// Bytes of one secret: a private key fits, a file named by accident does not.
const MAX_BYTES: u64 = 64 * 1024;

/// Given instead of a secret to whoever only looks; of the form that every setting takes.
const STAND_IN: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Where secrets may come from.
#[derive(Clone, Debug)]
pub(super) struct Sources<'a> {
    /// The folder of the file that names the secret.
    pub(super) folder: PathBuf,
    /// The environment as it was given to the program.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// Nothing is fetched; [`STAND_IN`] is given for every secret.
    pub(super) none: bool,
}

/// Fetches secrets and remembers a hash of what it gave, so that a changed secret counts as a changed setting.
pub(super) struct Fetcher<'a> {
    sources: Sources<'a>,
    given: RefCell<Vec<[u8; 16]>>,
}

impl<'a> Fetcher<'a> {
    /// A fetcher for the tables of one file.
    pub(super) fn new(sources: Sources<'a>) -> Self {
        Self { sources, given: RefCell::new(Vec::new()) }
    }

    /// The secret kept there, or what to do.
    pub(super) fn reveal(&self, kept: &SecretRef) -> Result<Secret, String> {
        let secret = fetch(kept, &self.sources)?;
        self.given.borrow_mut().push(hash128(&[b"secret", secret.expose().as_bytes()]));
        Ok(secret)
    }

    /// A hash over everything given so far; lives in memory only.
    pub(super) fn trace(&self) -> ContentHash {
        ContentHash::of(&self.given.borrow().concat())
    }
}

fn fetch(kept: &SecretRef, sources: &Sources<'_>) -> Result<Secret, String> {
    match (&kept.file, &kept.env, &kept.credential) {
        (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) if sources.none => Ok(Secret::new(STAND_IN)),
        (Some(file), None, None) => {
            let path = sources.folder.join(file);
            from_file(&path, true).map_err(|why| format!("the secret file {} {why}", path.display()))
        }
        (None, Some(name), None) => match sources.environment.get(name) {
            Some(value) if !value.trim().is_empty() => Ok(Secret::new(value.clone())),
            Some(_) => Err(format!("the environment variable {name} is empty: put the secret into it")),
            None => Err(format!("the environment variable {name} is not set: set it for the daemon, or keep the secret in a file")),
        },
        (None, None, Some(name)) => from_credential(name, sources),
        (None, None, None) => Err("nothing says where the secret is kept: give exactly one of `file`, `env`, `credential`".to_owned()),
        (_, _, _) => Err("more than one place is given: keep exactly one of `file`, `env`, `credential`".to_owned()),
    }
}

fn from_credential(name: &str, sources: &Sources<'_>) -> Result<Secret, String> {
    let Some(folder) = sources.environment.get("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty()) else {
        return Err(format!(
            "the systemd credential {name} is not there: CREDENTIALS_DIRECTORY is not set. Add `LoadCredential={name}:/path/to/file` \
             to the unit, or keep the secret in a file"
        ));
    };
    let mut parts = Path::new(name).components();
    if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
        return Err(format!("\"{name}\" is no name of a credential: it is a plain file name, without a folder"));
    }
    // systemd hands credentials over readable for the service only; their mode is its business.
    from_file(&Path::new(folder).join(name), false)
        .map_err(|why| format!("the systemd credential {name} {why} (`LoadCredential={name}:/path/to/file` gives it to the service)"))
}

fn from_file(path: &Path, check_mode: bool) -> Result<Secret, String> {
    let file = fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let about = file.metadata().map_err(|error| format!("cannot be read: {error}"))?;
    if !about.is_file() {
        return Err("is no plain file".to_owned());
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| format!("cannot be read as text: {error}"))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(format!("is larger than {} KiB: that is hardly a secret", MAX_BYTES / 1024));
    }
    if text.trim().is_empty() {
        return Err("is empty: put the secret into it".to_owned());
    }
    // A certificate is for everybody to read, and usually lies where everybody can.
    let public = text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY-----");
    if check_mode && !public {
        refuse_open_mode(path, &about)?;
    }
    Ok(Secret::new(text))
}

#[cfg(unix)]
fn refuse_open_mode(path: &Path, about: &fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = about.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(format!("can be read by other users (mode {mode:o}): run `chmod 600 {}`", path.display()))
}

#[cfg(not(unix))]
fn refuse_open_mode(_: &Path, _: &fs::Metadata) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str, text: &str, mode: u32) {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = mode;
    }

    #[test]
    fn secrets_come_from_exactly_one_place_and_open_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        put(here, "good", "hunter2\n", 0o600);
        put(here, "read-only", "hunter2", 0o400);
        put(here, "open", "hunter2", 0o644);
        put(here, "group", "hunter2", 0o640);
        put(here, "empty", "\n", 0o600);
        put(here, "big", &"x".repeat(70_000), 0o600);
        let mut environment = BTreeMap::from([("SET".to_owned(), "hunter2".to_owned()), ("EMPTY".to_owned(), " ".to_owned())]);
        let check = |environment: &BTreeMap<String, String>, file: &str, env: &str, credential: &str, want: Result<&str, &str>| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let kept = SecretRef { file: some(file), env: some(env), credential: some(credential) };
            let got = fetch(&kept, &Sources { folder: here.to_owned(), environment, none: false });
            match want {
                Ok(value) => assert_eq!(got.unwrap().expose(), value),
                Err(words) => {
                    let text = got.unwrap_err();
                    assert!(text.contains(words), "`{text}` lacks `{words}`");
                    assert!(!text.contains("hunter2"));
                }
            }
        };
        check(&environment, "good", "", "", Ok("hunter2"));
        check(&environment, "read-only", "", "", Ok("hunter2"));
        check(&environment, "", "SET", "", Ok("hunter2"));
        if cfg!(unix) {
            check(&environment, "open", "", "", Err("chmod 600"));
            check(&environment, "group", "", "", Err("mode 640"));
        }
        check(&environment, "empty", "", "", Err("is empty"));
        check(&environment, "big", "", "", Err("larger"));
        check(&environment, ".", "", "", Err("no plain file"));
        check(&environment, "absent", "", "", Err("cannot be read"));
        check(&environment, "", "UNSET", "", Err("not set"));
        check(&environment, "", "EMPTY", "", Err("is empty"));
        check(&environment, "", "", "good", Err("CREDENTIALS_DIRECTORY"));
        check(&environment, "good", "SET", "", Err("exactly one"));
        check(&environment, "", "", "", Err("exactly one"));
        environment.insert("CREDENTIALS_DIRECTORY".to_owned(), here.display().to_string());
        check(&environment, "", "", "open", Ok("hunter2"));
        check(&environment, "", "", "../x/good", Err("no name"));
        check(&environment, "", "", "absent", Err("LoadCredential"));
    }

    #[test]
    fn a_changed_secret_changes_the_trace() {
        let trace = |value: &str| {
            let environment = BTreeMap::from([("A".to_owned(), value.to_owned())]);
            let fetcher = Fetcher::new(Sources { folder: PathBuf::new(), environment: &environment, none: false });
            fetcher.reveal(&SecretRef { env: Some("A".to_owned()), ..SecretRef::default() }).unwrap();
            fetcher.trace()
        };
        assert_eq!(trace("x"), trace("x"));
        assert_ne!(trace("x"), trace("y"));
    }
}
