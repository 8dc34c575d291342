//! Independent judges of what leaves: two verifiers of Standard Webhooks and a mail parser, none of them ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::rig::{Home, Reply, Server};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

const PYTHON: &str = r"
import json, sys
from standardwebhooks import Webhook
given = json.load(sys.stdin)
print(json.dumps(Webhook(given['secret']).verify(given['body'], given['headers'])['type']))
try:
    Webhook(given['secret']).verify(given['body'] + ' ', given['headers'])
    sys.exit('a tampered body was accepted')
except Exception as error:
    if type(error).__name__ != 'WebhookVerificationError': raise
";

const NODE: &str = r"
const { Webhook } = require('standardwebhooks');
const given = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(new Webhook(given.secret).verify(given.body, given.headers).type));
try { new Webhook(given.secret).verify(given.body + ' ', given.headers); process.exit(3); } catch (error) {}
";

const MAIL: &str = r"
import json, sys
from email import policy, message_from_bytes
mail = message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)
parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
print(json.dumps({'defects': [str(d) for part in mail.walk() for d in part.defects], 'to': mail['to'], 'id': mail['message-id'],
                  'subject': mail['subject'], 'auto': mail['auto-submitted'], 'parts': sorted(parts), 'text': parts.get('text/plain', '')}))
";

fn needed(variable: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: the judges are installed by `bash tests/run`"))
}

fn judge(command: &mut Command, given: &[u8]) -> serde_json::Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(given).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn two_strangers_verify_a_webhook_and_refuse_a_tampered_one() {
    let receiver = Server::start(|_| Reply::status(204));
    let home = Home::new(&format!(
        "[[channel]]\nid = \"crm\"\nkind = \"webhook\"\nurl = \"{}/hook\"\nsecret = {{ file = \"hook.secret\" }}\n",
        receiver.address
    ));
    let secret = home.path("hook.secret");
    std::fs::write(&secret, SECRET).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let sent = home.json(&["notify", "test", "crm"]);
    assert_eq!(sent["accepted"], true, "{sent}");
    let seen = receiver.next(|_| true);
    let headers: serde_json::Map<String, serde_json::Value> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .iter()
        .map(|name| ((*name).to_owned(), seen.header(name).into()))
        .collect();
    let given =
        serde_json::json!({ "secret": SECRET, "body": String::from_utf8(seen.body.to_vec()).unwrap(), "headers": headers }).to_string();
    assert_eq!(judge(Command::new(needed("ATALAYA_PYTHON")).args(["-c", PYTHON]), given.as_bytes()), "test");
    let node = judge(Command::new("node").args(["-e", NODE]).env("NODE_PATH", needed("ATALAYA_NODE_MODULES")), given.as_bytes());
    assert_eq!(node, "test");
}

#[test]
fn a_stranger_reads_a_mail_without_a_defect() {
    let home = Home::new(
        "[[channel]]\nid = \"mail\"\nkind = \"file\"\nformat = \"eml\"\nfolder = \"mail\"\nfrom = \"Atalaya <atalaya@example.com>\"\n",
    );
    let sent = home.json(&["notify", "test", "mail", "--to", "ana@example.com"]);
    assert_eq!(sent["accepted"], true, "{sent}");
    let eml = std::fs::read_dir(home.path("data/mail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "eml"));
    let read = judge(Command::new(needed("ATALAYA_PYTHON")).args(["-c", MAIL]), &std::fs::read(eml.unwrap()).unwrap());
    assert_eq!((&read["defects"], &read["to"]), (&serde_json::json!([]), &serde_json::json!("ana@example.com")), "{read}");
    assert_eq!(read["parts"], serde_json::json!(["text/html", "text/plain"]));
    assert!(read["id"].as_str().unwrap().ends_with("@example.com>") && read["auto"] == "auto-generated", "{read}");
}
