//! Mail around a letter: RFC 5322 bytes that are the same for the same input, whenever and wherever they are made.

use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPartBuilder, SinglePart};
use url::Url;

use super::clean::line;
use super::{RenderError, Rendered};
use crate::base::ids::{MessageId, RepId};
use crate::model::{MessageKind, Sealed};

/// Not an address that mail can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no mail address: write `ana@example.com` or `Ana <ana@example.com>`")]
pub struct BadAddress {
    /// What was written.
    pub found: String,
}

/// A mail address, with a name or without.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Mailbox);

impl Address {
    /// Reads `ana@example.com` or `Ana <ana@example.com>`.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        text.trim().parse().map(Self).map_err(|_| BadAddress { found: line(text, 120) })
    }

    /// The address alone, `ana@example.com`.
    pub fn email(&self) -> String {
        self.0.email.to_string()
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What stands on a mail's outside.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// Who sends.
    pub from: &'a Address,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<&'a Address>,
    /// To whom.
    pub to: &'a Address,
    /// The rep it is for; with the kind, the root of the thread.
    pub rep: &'a RepId,
    /// What it is.
    pub kind: MessageKind,
    /// The message's id, from its members.
    pub id: &'a MessageId,
    /// The digest time it is for.
    pub window: Timestamp,
    /// The `Date` header.
    pub date: Timestamp,
    /// Ends these mails with one POST (RFC 8058); an https address, from [`super::UnsubscribeKey::link`].
    pub unsubscribe: Option<&'a Url>,
}

/// The mail, ready to leave: same arguments, same bytes.
pub fn mail(envelope: &Envelope<'_>, letter: &Rendered) -> Result<Sealed, RenderError> {
    let host = envelope.from.domain();
    let (kind, rep) = (envelope.kind.word(), envelope.rep.as_str());
    let root = format!("<{kind}.{rep}@{host}>");
    let hash = envelope.id.as_str().trim_start_matches("msg_");
    let mut builder = lettre::Message::builder()
        .from(envelope.from.0.clone())
        .to(envelope.to.0.clone())
        .subject(line(&letter.subject, 200))
        .date(SystemTime::from(envelope.date))
        .message_id(Some(format!("<{kind}.{rep}.{}.{hash}@{host}>", envelope.window.as_second())))
        .in_reply_to(root.clone())
        .references(root);
    if let Some(reply_to) = envelope.reply_to {
        builder = builder.reply_to(reply_to.0.clone());
    }
    // RFC 3834: keeps holiday answers away.
    builder = builder.raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
    builder = builder.raw_header(raw("List-Id", format!("<{kind}.{rep}.{host}>")));
    if let Some(url) = envelope.unsubscribe {
        builder = builder.raw_header(raw("List-Unsubscribe", format!("<{url}>")));
        // RFC 8058 section 3.1: only together with an https address.
        if url.scheme() == "https" {
            builder = builder.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
    }
    let body = MultiPartBuilder::new()
        .kind(lettre::message::MultiPartKind::Alternative)
        .boundary(format!("part_{hash}"))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    let message = builder.multipart(body)?;
    Ok(Sealed { content_type: "message/rfc822".to_owned(), bytes: message.formatted(), recipient: envelope.to.email() })
}

/// The HTML inside a mail made by [`mail`], for those who want to open it in a browser; nothing when there is none.
pub fn html_part(mail: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(mail).ok()?;
    let part = &text[text.find("Content-Type: text/html")?..];
    let body = &part[part.find("\r\n\r\n")? + 4..];
    let body = &body[..body.find("\r\n--part_").unwrap_or(body.len())];
    String::from_utf8(unquote(body.as_bytes())).ok()
}

/// Quoted-printable back to bytes (RFC 2045 section 6.7).
fn unquote(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, tail)) = rest.split_first() {
        let hex = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if *first == b'=' && tail.starts_with(b"\r\n") {
            rest = &tail[2..];
        } else if let (b'=', Some(byte)) = (*first, tail.get(..2).and_then(hex)) {
            out.push(byte);
            rest = &tail[2..];
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// Quoted-printable always: the choice does not depend on the text, and every server carries it.
fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(ContentTransferEncoding::QuotedPrintable).content_type(kind).body(text.to_owned())
}

/// A header whose value is plain ASCII by construction (ids, host names, serialised addresses), so that nothing folds or encodes it.
fn raw(name: &'static str, value: String) -> HeaderValue {
    debug_assert!(value.bytes().all(|b| (0x20..0x7f).contains(&b)), "{name}");
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}
