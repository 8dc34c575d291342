//! Every channel does the same under the same trouble: the right outcome, within its time, the same bytes and id again, no secret shown.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::receivers::{Receiver, Script};
use super::*;
use crate::base::ids::RepId;
use crate::base::secret::{Given, Secret, SecretRef};
use crate::door;
use crate::model::{MessageKind, Sealed};
use crate::outbox;
use crate::render::{self, Envelope, Language};

/// In every secret of these tests.
const SECRET: &str = "hush-hush-0123456789abcdef";

fn now() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn open_door() -> Door {
    Door::new(door::Settings { allow: vec!["127.0.0.0/8".parse().unwrap()], ports: Vec::new() })
}

fn reveal(reference: &SecretRef) -> Result<Secret, String> {
    if reference.file.as_deref() == Some("absent") { Err("no such file".to_owned()) } else { Ok(Secret::new(SECRET)) }
}

fn plain(path: &str) -> Result<String, String> {
    if path == "absent.pem" { Err("absent.pem cannot be read".to_owned()) } else { Ok(path.to_owned()) }
}

fn secret() -> SecretRef {
    SecretRef { file: Some("x".to_owned()), ..SecretRef::default() }
}

fn webhook_spec(port: u16) -> Spec {
    Spec {
        id: "crm".to_owned(),
        kind: "webhook".to_owned(),
        url: Some(format!("http://127.0.0.1:{port}/hook?token=1")),
        secret: Some(secret()),
        secret_next: Some(secret()),
        headers: [("authorization".to_owned(), Given::Text(format!("Bearer {SECRET}")))].into(),
        ..Spec::default()
    }
}

fn email_spec(port: u16) -> Spec {
    Spec {
        id: "mail".to_owned(),
        kind: "email".to_owned(),
        host: Some("127.0.0.1".to_owned()),
        port: Some(port),
        tls: Some("none".to_owned()),
        from: Some("Atalaya <leads@example.com>".to_owned()),
        username: Some("atalaya".to_owned()),
        password: Some(secret()),
        ..Spec::default()
    }
}

fn opened(spec: &Spec, door: &Door) -> Channel {
    Channel::open(&spec.compile(Path::new("/nowhere"), &reveal, &plain).unwrap(), door).unwrap()
}

/// Short where nobody will answer; where somebody does, long enough for a busy machine.
fn patience(script: &Script) -> String {
    if matches!(script, Script::Silent) { "300ms" } else { "30s" }.to_owned()
}

fn json_message() -> Message {
    let sealed = render::payload(&render::Event::Test { note: "hello", at: now() });
    outbox::alone(&"crm".parse().unwrap(), MessageKind::Test, "test", sealed, now())
}

fn mail_message() -> Message {
    let rep: RepId = "ana".parse().unwrap();
    let letter = render::note(Language::En, "A test", &["It works.", ". a line that begins with a point"]).unwrap();
    let (from, to) = (Address::parse("leads@example.com").unwrap(), Address::parse("ana@example.com").unwrap());
    let id = crate::base::ids::MessageId::of(&[b"t"]);
    let envelope = Envelope {
        from: &from,
        reply_to: None,
        to: &to,
        rep: &rep,
        kind: MessageKind::Test,
        id: &id,
        window: now(),
        date: now(),
        unsubscribe: None,
    };
    let sealed = render::mail(&envelope, &letter).unwrap();
    outbox::alone(&"mail".parse().unwrap(), MessageKind::Test, "test", sealed, now())
}

/// Two attempts against the same receiver: same outcome both times, same bytes and id, no secret in sight.
async fn check_twice(channel: &Channel, message: &Message, receiver: &Receiver, want: &str, says: &str) {
    for _ in 0..2 {
        let outcome = channel.send(message, now()).await;
        assert_eq!(outcome.word(), want, "{outcome:?}");
        assert!(outcome.text().contains(says), "`{says}` is not in: {outcome:?}");
        assert!(outcome.text().chars().count() <= 300);
        assert!(!format!("{outcome:?} {channel:?}").contains("hush-hush"), "{outcome:?}");
    }
    let heard = receiver.heard();
    assert!(heard.len() >= 2);
    assert_eq!(heard[0], heard[1], "an attempt repeats the one before to the byte");
}

fn answer(head: &str, body: &str) -> Script {
    Script::Answer(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()))
}

#[tokio::test]
async fn webhooks_under_trouble() {
    let cases = [
        (answer("204 No Content", ""), "accepted", "204"),
        (answer("302 Found\r\nlocation: http://127.0.0.1:1/", ""), "later", "redirects are not followed"),
        (answer("400 Bad Request", "no such field"), "refused", "no such field"),
        (answer("401 Unauthorized", &format!("unknown key Bearer {SECRET}")), "later", "unknown key"),
        (answer("404 Not Found", ""), "later", "404"),
        (answer("410 Gone", ""), "gone", "410"),
        (answer("429 Too Many Requests\r\nretry-after: 7", ""), "later", "429"),
        (answer("503 Service Unavailable", ""), "later", "503"),
        (Script::Answer("SSH-2.0-OpenSSH\r\n".to_owned()), "later", ""),
        (Script::Answer("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort".to_owned()), "accepted", "200"),
        (Script::Endless, "accepted", "200"),
        (Script::Silent, "later", "no answer within 300ms"),
        (Script::Close, "later", ""),
    ];
    for (script, want, says) in cases {
        let timeout = Some(patience(&script));
        let receiver = Receiver::http(script).await;
        let channel = opened(&Spec { timeout, ..webhook_spec(receiver.port) }, &open_door());
        check_twice(&channel, &json_message(), &receiver, want, says).await;
    }
}

#[tokio::test]
async fn a_webhook_carries_id_time_and_both_signatures() {
    let receiver = Receiver::http(answer("200 OK", "thanks")).await;
    let channel = opened(&webhook_spec(receiver.port), &open_door());
    let message = json_message();
    channel.send(&message, now()).await;
    let heard = receiver.heard().remove(0);
    let (head, body) = heard.split_once("\r\n\r\n").unwrap_or((&heard, ""));
    assert!(head.starts_with("POST /hook?token=1 HTTP/1.1"), "{head}");
    assert_eq!(body.as_bytes(), message.sealed.bytes);
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim();
    assert_eq!(header("webhook-id:"), message.id.as_str());
    assert_eq!(header("webhook-timestamp:"), now().as_second().to_string());
    assert_eq!(header("webhook-signature:").split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
    assert_eq!(header("content-type:"), "application/json");
}

#[tokio::test]
async fn mail_under_trouble() {
    let cases = [
        (Script::Say("NOOP", String::new()), "accepted", "250 2.0.0 queued as 1"),
        (Script::Silent, "later", "at the greeting"),
        (Script::Close, "later", "at the greeting"),
        (Script::EndlessLine, "later", "64 KiB"),
        (Script::Greet("421 too busy".to_owned()), "later", "too busy"),
        (Script::Greet("554 go away".to_owned()), "later", "go away"),
        (Script::Greet("HTTP/1.1 400 Bad Request".to_owned()), "later", "at the greeting"),
        (Script::Say("AUTH", format!("535 wrong password {SECRET}")), "later", "535"),
        (Script::Say("AUTH", format!("535 bad line {}", STANDARD.encode(format!("\0atalaya\0{SECRET}")))), "later", "bad line ***"),
        (Script::Say("MAIL", "550 you may not".to_owned()), "later", "at the sender's address"),
        (Script::Say("RCPT", "451 try later".to_owned()), "later", "try later"),
        (Script::Say("RCPT", "550 no such user".to_owned()), "refused", "no such user"),
        (Script::Say("RCPT", "421 closing".to_owned()), "later", "closing"),
        (Script::Say("DATA", "554 no".to_owned()), "refused", "554"),
        (Script::Say(".", "452 disk full".to_owned()), "later", "disk full"),
        (Script::Say(".", "554 spam".to_owned()), "refused", "spam"),
        (Script::DropAfterData, "later", "after the mail was sent"),
    ];
    for (script, want, says) in cases {
        let timeout = Some(patience(&script));
        let receiver = Receiver::smtp(script).await;
        let channel = opened(&Spec { timeout, ..email_spec(receiver.port) }, &open_door());
        check_twice(&channel, &mail_message(), &receiver, want, says).await;
    }
}

#[tokio::test]
async fn whose_fault_it_is() {
    for (script, want) in [
        (Script::Say("RCPT", "451 later".to_owned()), false),
        (Script::Say("RCPT", "421 closing".to_owned()), true),
        (Script::Say("MAIL", "451 later".to_owned()), true),
        (Script::Silent, true),
    ] {
        let timeout = Some(patience(&script));
        let receiver = Receiver::smtp(script).await;
        let outcome = opened(&Spec { timeout, ..email_spec(receiver.port) }, &open_door()).send(&mail_message(), now()).await;
        let Outcome::Later { whole, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(whole, want);
    }
}

#[tokio::test]
async fn the_mail_arrives_as_sealed() {
    let receiver = Receiver::smtp(Script::Say("NOOP", String::new())).await;
    let message = mail_message();
    opened(&email_spec(receiver.port), &open_door()).send(&message, now()).await;
    let heard = receiver.heard().remove(0);
    let sent = heard.split_once("DATA\r\n").unwrap().1.split_once("\r\n.\r\n").unwrap().0;
    let sealed = String::from_utf8(message.sealed.bytes).unwrap();
    assert_eq!(sent.replace("\r\n..", "\r\n.").trim_end(), sealed.trim_end());
    assert!(heard.contains("MAIL FROM:<leads@example.com>") && heard.contains("RCPT TO:<ana@example.com>"), "{heard}");
}

#[tokio::test]
async fn nothing_is_said_in_clear_to_a_server_without_starttls() {
    let receiver = Receiver::smtp(Script::Say("NOOP", String::new())).await;
    let spec = Spec { tls: Some("starttls".to_owned()), ..email_spec(receiver.port) };
    let outcome = opened(&spec, &open_door()).send(&mail_message(), now()).await;
    assert_eq!(outcome.word(), "later");
    assert!(outcome.text().contains("does not offer STARTTLS"), "{outcome:?}");
    let heard = receiver.heard().join("");
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_none_fails_by_name() {
    let receiver = Receiver::smtp(Script::Say("NOOP", String::new())).await;
    let spec = Spec { tls: Some("tls".to_owned()), ..email_spec(receiver.port) };
    let outcome = opened(&spec, &open_door()).send(&mail_message(), now()).await;
    assert_eq!(outcome.word(), "later", "{outcome:?}");
    assert!(!receiver.heard().join("").contains("AUTH"));
}

#[tokio::test]
async fn the_door_stays_shut_for_every_channel() {
    let shut = Door::new(door::Settings::default());
    let (http, smtp) = (Receiver::http(Script::Close).await, Receiver::smtp(Script::Close).await);
    for (channel, message) in
        [(opened(&webhook_spec(http.port), &shut), json_message()), (opened(&email_spec(smtp.port), &shut), mail_message())]
    {
        let outcome = channel.send(&message, now()).await;
        assert_eq!(outcome.word(), "later", "{outcome:?}");
        assert!(outcome.text().contains("[net] allow"), "{outcome:?}");
    }
    assert_eq!(http.heard().len() + smtp.heard().len(), 0);
}

#[tokio::test]
async fn files_are_written_once_however_often_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let spec = |format: &str| Spec {
        id: "out".to_owned(),
        kind: "file".to_owned(),
        folder: Some("out".to_owned()),
        format: Some(format.to_owned()),
        ..Spec::default()
    };
    let open = |format: &str| Channel::open(&spec(format).compile(folder.path(), &reveal, &plain).unwrap(), &open_door()).unwrap();
    let (mail, json) = (mail_message(), json_message());
    for _ in 0..2 {
        for message in [&mail, &json] {
            assert_eq!(open("eml").send(message, now()).await.word(), "accepted");
        }
    }
    let out = folder.path().join("out");
    let mut names: Vec<String> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let stem = format!("20261123T070000Z-test-{}", mail.id);
    assert!(names.contains(&format!("{stem}.eml")) && names.contains(&format!("{stem}.html")), "{names:?}");
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(std::fs::read(out.join(format!("{stem}.eml"))).unwrap(), mail.sealed.bytes);
    assert!(std::fs::read_to_string(out.join(format!("{stem}.html"))).unwrap().starts_with("<!doctype html>"));

    // A line that a crash cut off does not swallow the next one.
    std::fs::write(out.join("messages.jsonl"), "{\"id\":\"msg_cut").unwrap();
    for message in [&json, &mail] {
        assert_eq!(open("jsonl").send(message, now()).await.word(), "accepted");
    }
    let text = std::fs::read_to_string(out.join("messages.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let first: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!((first["id"].as_str(), first["message"]["type"].as_str()), (Some(json.id.as_str()), Some("test")));
    assert!(serde_json::from_str::<serde_json::Value>(lines[2]).is_ok());

    std::fs::write(folder.path().join("taken"), "").unwrap();
    let blocked = Spec { folder: Some("taken/out".to_owned()), ..spec("eml") };
    let channel = Channel::open(&blocked.compile(folder.path(), &reveal, &plain).unwrap(), &open_door()).unwrap();
    let outcome = channel.send(&mail, now()).await;
    assert!(matches!(outcome, Outcome::Later { whole: true, .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_a_channel_cannot_carry_is_refused() {
    let receiver = Receiver::smtp(Script::Close).await;
    let channel = opened(&email_spec(receiver.port), &open_door());
    assert_eq!(channel.send(&json_message(), now()).await.word(), "refused");
    let mut nowhere = mail_message();
    nowhere.sealed = Sealed { recipient: "nobody".to_owned(), ..nowhere.sealed };
    assert_eq!(channel.send(&nowhere, now()).await.word(), "refused");
}

#[test]
fn settings_are_checked_all_at_once() {
    let check = |spec: Spec, want: &[&str]| {
        let keys: Vec<String> = match spec.compile(Path::new("/x"), &reveal, &plain) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| fault.key).collect(),
        };
        assert_eq!(keys, want, "{spec:?}");
    };
    check(webhook_spec(80), &[]);
    check(email_spec(25), &[]);
    check(Spec { id: "A".to_owned(), kind: "fax".to_owned(), ..Spec::default() }, &["id", "kind"]);
    check(Spec { id: "a".to_owned(), kind: "webhook".to_owned(), ..Spec::default() }, &["url", "secret"]);
    check(Spec { id: "a".to_owned(), kind: "email".to_owned(), ..Spec::default() }, &["host", "from"]);
    check(Spec { id: "a".to_owned(), kind: "file".to_owned(), host: Some("x".to_owned()), ..Spec::default() }, &["folder", "host"]);
    check(Spec { host: Some("mail.example.com".to_owned()), ..email_spec(25) }, &["tls"]);
    check(Spec { host: Some("mail.example.com".to_owned()), insecure: true, ..email_spec(25) }, &[]);
    check(
        Spec { username: None, timeout: Some("2m".to_owned()), segments: vec!["Ñ".to_owned()], ..email_spec(25) },
        &["segments[0]", "username", "timeout", "segments"],
    );
    check(
        Spec {
            url: Some("https://u:p@crm.example/".to_owned()),
            headers: [("webhook-id".to_owned(), Given::Text("1".to_owned())), ("a b".to_owned(), Given::Text("1".to_owned()))].into(),
            ..webhook_spec(80)
        },
        &["url", "headers.a b", "headers.webhook-id"],
    );
    let absent = SecretRef { file: Some("absent".to_owned()), ..SecretRef::default() };
    check(Spec { secret: Some(absent.clone()), ..webhook_spec(80) }, &["secret"]);
    let kept = |place| Spec { headers: [("authorization".to_owned(), Given::Secret(place))].into(), ..webhook_spec(80) };
    check(kept(secret()), &[]);
    check(kept(absent), &["headers.authorization"]);
    for (ca, want) in [("-----BEGIN CERTIFICATE-----\n", &[][..]), ("a poem", &["ca"]), ("absent.pem", &["ca"])] {
        check(Spec { ca: Some(ca.to_owned()), ..email_spec(25) }, want);
        check(Spec { ca: Some(ca.to_owned()), ..webhook_spec(80) }, want);
    }
    assert!(!format!("{:?}", webhook_spec(80)).contains(SECRET), "headers may be secrets");
    let shown = format!("{:?}", webhook_spec(80).compile(Path::new("/x"), &reveal, &plain).unwrap());
    assert!(!shown.contains("hush-hush"), "{shown}");
}

#[test]
fn the_list_of_keys_is_whole() {
    let schema = serde_json::to_value(schemars::schema_for!(Spec)).unwrap();
    let mut keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut listed = KEYS.to_vec();
    keys.sort_unstable();
    listed.sort_unstable();
    assert_eq!(keys, listed);
}
