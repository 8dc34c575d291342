//! TLS against servers that are not ours, with certificates of an authority made for the test: what it vouches for is talked to, and
//! anything else is refused, with the reason, before a word of ours is said.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::rig::{Home, judge_python};

/// An authority, and certificates it gave out: for localhost, and for somebody else.
struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        authority.make("ca", &["-subj", "/CN=An authority"]);
        authority.make("other-ca", &["-subj", "/CN=Another authority"]);
        authority.give("localhost", "DNS:localhost,IP:127.0.0.1");
        authority.give("elsewhere", "DNS:elsewhere.example");
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, name: &str, more: &[&str]) {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
        command.arg("-keyout").arg(self.path(&format!("{name}.key"))).arg("-out").arg(self.path(&format!("{name}.pem")));
        let output = command.args(more).output().expect("openssl is not installed: run `bash tests/run`");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn give(&self, name: &str, to: &str) {
        let (ca, key) = (self.path("ca.pem"), self.path("ca.key"));
        let names = format!("subjectAltName={to}");
        let subject = format!("/CN={name}");
        let (ca, key) = (ca.to_str().unwrap(), key.to_str().unwrap());
        self.make(name, &["-subj", &subject, "-CA", ca, "-CAkey", key, "-addext", "basicConstraints=critical,CA:FALSE", "-addext", &names]);
    }
}

/// The servers of `tests/rigs/tls.py`.
struct Servers {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    ports: Value,
}

impl Servers {
    fn start(authority: &Authority, name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rigs/tls.py");
        let mut command = Command::new(judge_python());
        command.arg(script).arg(authority.path(&format!("{name}.pem"))).arg(authority.path(&format!("{name}.key")));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ports = serde_json::from_str(&lines.next().expect("the servers ended at once: run `bash tests/run`").unwrap()).unwrap();
        Self { child, lines, ports }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

fn settings(servers: &Servers, authority: &Authority, ca: &str, password: &str) -> String {
    let ca = authority.path(ca);
    let ca = ca.display();
    let mail = |id: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"email\"\nhost = \"localhost\"\nport = {}\ntls = \"{id}\"\nusername = \"atalaya\"\n\
             password = {{ file = \"{password}\" }}\nfrom = \"atalaya@example.com\"\ntimeout = \"20s\"\nca = \"{ca}\"\n\n",
            servers.ports[id]
        )
    };
    let https = &servers.ports["https"];
    format!(
        "{}{}[[channel]]\nid = \"crm\"\nkind = \"webhook\"\nurl = \"https://127.0.0.1:{https}/hook\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n\
         ca = \"{ca}\"\n\n[[source]]\nid = \"page\"\nkind = \"page\"\nurl = \"https://127.0.0.1:{https}/page\"\nevery = \"1d\"\n",
        mail("starttls"),
        mail("tls")
    )
}

fn home(servers: &Servers, authority: &Authority, ca: &str, password: &str) -> Home {
    let home = Home::new("");
    for (name, secret) in [("right", "swordfish"), ("wrong", "sardine-of-old")] {
        crate::rig::secret(&home.path(name), secret);
    }
    home.configure(&settings(servers, authority, ca, password));
    home
}

/// One real test message by this channel.
fn sent(home: &Home, channel: &str) -> Value {
    home.json(&["notify", "test", channel, "--to", "ana@example.com"])
}

#[test]
fn mail_and_webhooks_travel_by_tls_to_whom_the_authority_vouches_for() {
    let authority = Authority::new();
    let mut servers = Servers::start(&authority, "localhost");
    let good = home(&servers, &authority, "ca.pem", "right");
    for channel in ["starttls", "tls"] {
        let answer = sent(&good, channel);
        assert_eq!(answer["accepted"], true, "{channel}: {answer}");
        let mail = servers.next();
        assert_eq!((&mail["to"][0], &mail["user"]), (&"ana@example.com".into(), &true.into()), "{channel}: {mail}");
        assert!(mail["cipher"].as_str().unwrap().starts_with("TLSv1."), "{channel}: {mail}");
    }
    let answer = sent(&good, "crm");
    assert_eq!(answer["accepted"], true, "{answer}");
    assert_eq!(servers.next()["signed"], true);

    let wrong = home(&servers, &authority, "ca.pem", "wrong");
    for channel in ["starttls", "tls"] {
        let answer = sent(&wrong, channel);
        let words = answer["outcome"].as_str().unwrap();
        assert!(answer["accepted"] == false && words.contains("535") && !words.contains("sardine"), "{channel}: {answer}");
    }
}

#[test]
fn a_certificate_of_somebody_else_or_from_nobody_we_know_is_refused_by_name() {
    let authority = Authority::new();
    for (name, ca, why) in [("localhost", "other-ca.pem", "UnknownIssuer"), ("elsewhere", "ca.pem", "not valid for name")] {
        let servers = Servers::start(&authority, name);
        let home = home(&servers, &authority, ca, "right");
        for channel in ["starttls", "tls", "crm"] {
            let answer = sent(&home, channel);
            let words = answer["outcome"].as_str().unwrap();
            assert!(answer["accepted"] == false && words.contains("certificate") && words.contains(why), "{channel}: {answer}");
        }
    }
}

/// Sources know the machine's authorities; a further one comes in as for every program of the machine (`SSL_CERT_FILE` names the bundle).
#[test]
fn a_source_is_read_by_https_if_the_machine_knows_the_authority() {
    let authority = Authority::new();
    for (name, ca, why) in
        [("localhost", "ca.pem", None), ("localhost", "other-ca.pem", Some("UnknownIssuer")), ("elsewhere", "ca.pem", Some("name"))]
    {
        let servers = Servers::start(&authority, name);
        let home = home(&servers, &authority, ca, "right");
        let check = home.command(&["check", "page", "--json"]).env("SSL_CERT_FILE", authority.path(ca)).output().unwrap();
        let found: Value = serde_json::from_slice(&check.stdout).unwrap();
        let problem = found["problem"].as_str().unwrap_or_default();
        match why {
            None => assert_eq!((check.status.code(), found["records"].as_array().map(Vec::len)), (Some(0), Some(1)), "{found}"),
            Some(why) => assert!(problem.starts_with("tls") && problem.contains(why), "{name}, {ca}: {found}"),
        }
    }
}
