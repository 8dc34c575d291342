//! Webhooks by Standard Webhooks 1.0.0: the body as sealed, an id for ever, and a fresh signature on each attempt.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Method, Request, Response};
use sha2::Sha256;
use url::Url;

use super::hidden::Hidden;
use super::spec::Compiling;
use super::{DeliverError, Peer};
use crate::base::caps;
use crate::base::clock::Stopwatch;
use crate::base::ids::ChannelId;
use crate::base::secret::{Secret, SecretRef};
use crate::door::{Client, ClientSettings, Door, SendError};
use crate::model::Message;
use crate::outbox::Outcome;

/// Receivers refuse signatures that are further from their clock (the libraries' default).
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Bytes of a raw secret; shorter ones can be guessed (Standard Webhooks: 24 to 64).
const SECRET_BYTES: usize = 24;

/// Settings of a webhook channel.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    url: Url,
    keys: Vec<SigningKey>,
    headers: HeaderMap,
    hidden: Hidden,
    timeout: Duration,
    roots: Vec<Vec<u8>>,
}

impl WebhookSettings {
    /// The receiver.
    pub(super) fn peer(&self) -> Peer {
        Peer::Web(self.url.host_str().unwrap_or_default().to_owned(), self.url.port_or_known_default().unwrap_or_default())
    }
}

/// The bytes that sign.
#[derive(Clone)]
pub(super) struct SigningKey(Vec<u8>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl SigningKey {
    /// `whsec_` and base 64, or the text itself.
    fn read(secret: &Secret) -> Result<Self, &'static str> {
        const EXPECTED: &str = "`whsec_` and the base 64 of 24 to 64 random bytes, or at least 24 characters";
        let bytes = match secret.expose().strip_prefix("whsec_") {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| EXPECTED)?,
            None => secret.expose().as_bytes().to_vec(),
        };
        if bytes.len() < SECRET_BYTES { Err(EXPECTED) } else { Ok(Self(bytes)) }
    }

    /// `v1,<base64>` over id, time and body.
    fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

pub(super) fn compile(compiling: &mut Compiling<'_>) -> Option<WebhookSettings> {
    let spec = compiling.spec;
    let url = compiling.need("url", spec.url.as_deref(), "the address messages are posted to, such as `https://crm.example/hooks/atalaya`");
    let url = url.and_then(|text| match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none() => {
            Some(url)
        }
        Ok(_) | Err(_) => {
            compiling.fault("url", text, "an http or https address without a user name");
            None
        }
    });
    let first = compiling.need("secret", spec.secret.as_ref(), "where the signing secret is kept, such as `{ file = \"crm.secret\" }`");
    let mut seen = Vec::new();
    let key = signing_key(compiling, "secret", first, &mut seen);
    let next = signing_key(compiling, "secret_next", spec.secret_next.as_ref(), &mut seen);
    let headers = headers(compiling, &mut seen);
    let timeout = compiling.timeout();
    let ca = compiling.certificate().filter(|pem| !pem.is_empty());
    Some(WebhookSettings {
        url: url?,
        keys: std::iter::once(key?).chain(next).collect(),
        hidden: Hidden::new(seen.iter().map(Secret::expose)),
        headers,
        timeout,
        roots: ca.into_iter().map(String::into_bytes).collect(),
    })
}

fn signing_key(compiling: &mut Compiling<'_>, key: &str, reference: Option<&SecretRef>, seen: &mut Vec<Secret>) -> Option<SigningKey> {
    let secret = compiling.secret(key, reference)?;
    let read = SigningKey::read(&secret);
    seen.push(secret);
    match read {
        Ok(key) => Some(key),
        Err(expected) => {
            compiling.fault(key, "a secret of another form", expected);
            None
        }
    }
}

fn headers(compiling: &mut Compiling<'_>, seen: &mut Vec<Secret>) -> HeaderMap {
    let mut out = HeaderMap::new();
    for (name, given) in &compiling.spec.headers {
        let key = format!("headers.{name}");
        let Some(value) = compiling.given(&key, given) else { continue };
        let parsed = value.expose().parse::<HeaderValue>();
        seen.push(value);
        match (name.parse::<HeaderName>(), parsed) {
            (Ok(header), Ok(mut value)) if !ours(header.as_str()) => {
                value.set_sensitive(true);
                out.insert(header, value);
            }
            (Ok(_), Ok(_)) => compiling.fault(&key, name, "another header: this one is set by Atalaya"),
            (Err(_), _) => compiling.fault(&key, name, "the name of a header"),
            (_, Err(_)) => compiling.fault(&key, "a value with forbidden characters", "printable ASCII on one line"),
        }
    }
    out
}

fn ours(header: &str) -> bool {
    header.starts_with("webhook-") || matches!(header, "content-type" | "content-length" | "host" | "transfer-encoding" | "connection")
}

/// A webhook channel.
#[derive(Debug)]
pub struct Webhook {
    settings: WebhookSettings,
    client: Client,
}

impl Webhook {
    pub(super) fn open(id: ChannelId, settings: WebhookSettings, door: &Door) -> Result<Self, DeliverError> {
        let agent = concat!("Atalaya/", env!("CARGO_PKG_VERSION"));
        let client = ClientSettings { extra_roots: settings.roots.clone(), ..ClientSettings::new(agent) };
        let client = door.client(&client).map_err(|error| DeliverError::Client { channel: id, reason: error.to_string() })?;
        Ok(Self { settings, client })
    }

    pub(super) async fn send(&self, message: &Message, now: Timestamp) -> Outcome {
        let request = match self.request(message, now) {
            Ok(request) => request,
            Err(text) => return Outcome::Refused { text },
        };
        let watch = Stopwatch::start();
        let outcome = match tokio::time::timeout(self.settings.timeout, self.client.execute(request)).await {
            Err(_) => later(format!("no answer within {:?}", self.settings.timeout)),
            Ok(Err(error)) => later(unsent(&error)),
            Ok(Ok(mut response)) => {
                let heard = Heard::of(response.status().as_u16(), response.headers(), now);
                // The status decides; the body is for people, and gets what is left of the time.
                let left = self.settings.timeout.saturating_sub(watch.elapsed());
                let body = tokio::time::timeout(left, words(&mut response)).await.unwrap_or_default();
                judge(&heard, &body)
            }
        };
        self.strike_out(outcome)
    }

    fn request(&self, message: &Message, now: Timestamp) -> Result<Request, String> {
        let (id, seconds, body) = (message.id.as_str(), now.as_second(), &message.sealed.bytes);
        let signatures: Vec<String> = self.settings.keys.iter().map(|key| key.sign(id, seconds, body)).collect();
        let mut request = Request::new(Method::POST, self.settings.url.clone());
        let headers = request.headers_mut();
        headers.extend(self.settings.headers.clone());
        let ours = [
            (CONTENT_TYPE, message.sealed.content_type.clone()),
            (HeaderName::from_static("webhook-id"), id.to_owned()),
            (HeaderName::from_static("webhook-timestamp"), seconds.to_string()),
            (HeaderName::from_static("webhook-signature"), signatures.join(" ")),
        ];
        for (name, text) in ours {
            let value = HeaderValue::try_from(text).map_err(|_| format!("the message cannot be sent: its {name} is no header value"))?;
            headers.insert(name, value);
        }
        *request.body_mut() = Some(Body::from(body.clone()));
        Ok(request)
    }

    fn strike_out(&self, outcome: Outcome) -> Outcome {
        let clean = |text: String| self.settings.hidden.clean(&text);
        match outcome {
            Outcome::Accepted { text } => Outcome::Accepted { text: clean(text) },
            Outcome::Later { text, retry_after, whole } => Outcome::Later { text: clean(text), retry_after, whole },
            Outcome::Refused { text } => Outcome::Refused { text: clean(text) },
            Outcome::Gone { text } => Outcome::Gone { text: clean(text) },
        }
    }
}

fn later(text: String) -> Outcome {
    Outcome::Later { text, retry_after: None, whole: true }
}

/// What went wrong before there was an answer, down to its cause.
fn unsent(error: &SendError) -> String {
    super::causes(error)
}

/// The answer's body as far as it is read: at most 64 KiB, of which people see the beginning. A break in the middle is an end.
async fn words(response: &mut Response) -> String {
    let mut first = Vec::new();
    let mut read = 0_u64;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len() as u64;
        if first.len() < 2_048 {
            first.extend_from_slice(&chunk[..chunk.len().min(2_048)]);
        }
        if read >= caps::ANSWER_BYTES {
            break;
        }
    }
    String::from_utf8_lossy(&first).into_owned()
}

/// What an answer's head says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    status: u16,
    retry_after: Option<SignedDuration>,
    /// How far the receiver's clock is from ours, when it is too far.
    clock_off: Option<SignedDuration>,
}

impl Heard {
    fn of(status: u16, headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let date = |text: &str| httpdate::parse_http_date(text).ok().and_then(timestamp);
        let retry_after = text(RETRY_AFTER).and_then(|text| match text.trim().parse::<u32>() {
            Ok(seconds) => Some(SignedDuration::from_secs(i64::from(seconds))),
            Err(_) => date(text).map(|at| at.duration_since(now).max(SignedDuration::ZERO)),
        });
        let clock_off = text(DATE).and_then(date).map(|theirs| theirs.duration_since(now)).filter(|off| off.abs() > TOLERANCE);
        Self { status, retry_after, clock_off }
    }
}

fn timestamp(time: SystemTime) -> Option<Timestamp> {
    Timestamp::try_from(time).ok()
}

/// What a status means:
///
/// | status | outcome |
/// |---|---|
/// | 2xx | accepted |
/// | 410 | gone: the channel is switched off |
/// | 400, 411, 413, 414, 415, 422, 431 | refused: these bytes will not do, however often |
/// | all else: 1xx, 3xx (never followed), other 4xx (a wrong address or secret that the operator can mend), 5xx | later |
fn judge(heard: &Heard, body: &str) -> Outcome {
    let reason = reqwest::StatusCode::from_u16(heard.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
    let mut text = format!("{} {reason}", heard.status);
    if !(200..300).contains(&heard.status) {
        if !body.trim().is_empty() {
            text = format!("{text}: {}", crate::base::text::clip(body, 200));
        }
        if let (Some(off), 400 | 401 | 403) = (heard.clock_off, heard.status) {
            text = format!(
                "our clock and the receiver's differ by {off:#}, so it refuses our signatures: check the time service (NTP). {text}"
            );
        }
    }
    let retry_after = heard.retry_after;
    match heard.status {
        200..=299 => Outcome::Accepted { text },
        410 => Outcome::Gone { text },
        // A signature refused for its time is no fault of the bytes.
        400 if heard.clock_off.is_some() => Outcome::Later { text, retry_after, whole: true },
        400 | 411 | 413 | 414 | 415 | 422 | 431 => Outcome::Refused { text },
        300..=399 => Outcome::Later {
            text: format!("{text} (redirects are not followed: put the final address into `url`)"),
            retry_after,
            whole: true,
        },
        _ => Outcome::Later { text, retry_after, whole: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification (1.0.0, "Signature scheme").
    #[test]
    fn the_specifications_own_signature() {
        let key = SigningKey::read(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_have_a_form() {
        for (text, good) in [
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true),
            ("whsec_AAAA", false),
            ("whsec_!!!!", false),
            ("0123456789abcdef01234567", true),
            ("short", false),
        ] {
            assert_eq!(SigningKey::read(&Secret::new(text)).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn every_status_has_its_outcome() {
        for status in 100..=599 {
            let heard = Heard { status, retry_after: Some(SignedDuration::from_secs(9)), clock_off: None };
            let word = judge(&heard, "sorry").word();
            let want = match status {
                200..=299 => "accepted",
                410 => "gone",
                400 | 411 | 413 | 414 | 415 | 422 | 431 => "refused",
                _ => "later",
            };
            assert_eq!(word, want, "{status}");
        }
    }

    #[test]
    fn the_head_of_an_answer() {
        let now: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        let heard = |name: HeaderName, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            Heard::of(503, &headers, now)
        };
        for (value, want) in [
            ("120", Some(120)),
            ("Mon, 23 Nov 2026 07:02:00 GMT", Some(120)),
            ("Mon, 23 Nov 2026 06:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
        ] {
            assert_eq!(heard(RETRY_AFTER, value).retry_after.map(|wait| wait.as_secs()), want, "{value}");
        }
        assert_eq!(heard(DATE, "Mon, 23 Nov 2026 07:04:00 GMT").clock_off, None);
        let off = heard(DATE, "Mon, 23 Nov 2026 07:10:00 GMT");
        assert!(judge(&Heard { status: 400, ..off }, "").text().contains("check the time service"));
    }
}
