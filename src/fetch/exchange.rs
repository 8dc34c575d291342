//! One request and its answer: bytes counted after decompression, and a class for whatever goes wrong. Knows no pace and no redirect.

use std::error::Error;
use std::io;

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use url::Url;

use super::answer::shown;
use crate::base::text::count;
use crate::door::{Client, DoorError, SendError};
use crate::model::{Failure, FailureClass};
use crate::telemetry;

/// Bytes of an error page that are read: enough to recognise a wall.
const ERROR_BYTES: u64 = 64 * 1024;
/// Bytes of a redirect's body that are read, so that the connection can be used again.
const REDIRECT_BYTES: u64 = 16 * 1024;
/// Bytes up to which chunks that come one after another are put into one.
const CHUNK: usize = 16 * 1024;

/// What is sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// To where, with all that is secret.
    pub(super) url: Url,
    /// The JSON it carries, by POST; `None`: a GET.
    pub(super) body: Option<Bytes>,
}

impl Sent {
    /// A GET of this address.
    pub(super) const fn get(url: Url) -> Self {
        Self { url, body: None }
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: HeaderMap,
    pub(super) bytes: Bytes,
}

impl Answer {
    pub(super) const fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    pub(super) const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// How much of a good body is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cap {
    /// More is a failure.
    Fail(u64),
    /// More is cut off.
    Cut(u64),
}

/// Sends what is to be sent and reads the answer; failures speak of `url`, which is the same without what is secret. The deadline is the
/// caller's.
pub(super) async fn exchange(client: &Client, (url, sent): (&Url, Sent), head: HeaderMap, cap: Cap) -> Result<Answer, Failure> {
    let method = if sent.body.is_some() { Method::POST } else { Method::GET };
    let mut request = reqwest::Request::new(method, sent.url);
    *request.headers_mut() = head;
    if let Some(body) = sent.body {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(body.into());
    }
    let response = match client.execute(request).await {
        Ok(response) => response,
        Err(SendError::Door(error)) => return Err(door_failure(url, &error)),
        Err(SendError::Http(error)) => {
            metrics::counter!(telemetry::REQUESTS, "status" => "none").increment(1);
            return Err(http_failure(url, &error));
        }
    };
    let status = response.status().as_u16();
    metrics::counter!(telemetry::REQUESTS, "status" => status_label(status)).increment(1);
    let mut answer = Answer { status, head: HeaderMap::new(), bytes: Bytes::new() };
    let mut response = response;
    answer.bytes = if answer.is_success() {
        known_encoding(url, &response)?;
        read(url, &mut response, cap).await?
    } else if status == 304 {
        Bytes::new()
    } else if answer.is_redirect() {
        if response.content_length().is_some_and(|n| n <= REDIRECT_BYTES) {
            read(url, &mut response, Cap::Cut(REDIRECT_BYTES)).await.unwrap_or_default()
        } else {
            Bytes::new()
        }
    } else {
        // The status says enough: a body that breaks off is no further failure.
        read(url, &mut response, Cap::Cut(ERROR_BYTES)).await.unwrap_or_default()
    };
    answer.head = std::mem::take(response.headers_mut());
    metrics::counter!(telemetry::BYTES).increment(answer.bytes.len() as u64);
    Ok(answer)
}

async fn read(url: &Url, response: &mut Response, cap: Cap) -> Result<Bytes, Failure> {
    let (Cap::Fail(most) | Cap::Cut(most)) = cap;
    if let (Cap::Fail(_), Some(announced)) = (cap, response.content_length().filter(|n| *n > most)) {
        return Err(too_large(url, most, &format!("{announced} bytes announced")));
    }
    // Chunks are put together when all are there: a buffer that grows with them would take twice the room, in sizes that come and go.
    let (mut chunks, mut length) = (Vec::new(), 0);
    while let Some(mut chunk) = response.chunk().await.map_err(|error| body_failure(url, &error.without_url(), length))? {
        let room = usize::try_from(most).unwrap_or(usize::MAX) - length;
        let over = chunk.len() > room;
        if over && matches!(cap, Cap::Fail(_)) {
            return Err(too_large(url, most, "more came"));
        }
        chunk.truncate(room);
        length += chunk.len();
        pack(&mut chunks, chunk);
        if over {
            break;
        }
    }
    Ok(chunks.concat().into())
}

/// Keeps a chunk. Small ones are copied together: a server that drips must not make us hold thousands of buffers.
fn pack(chunks: &mut Vec<Vec<u8>>, chunk: Bytes) {
    match chunks.last_mut() {
        Some(last) if last.len() + chunk.len() <= CHUNK => last.extend_from_slice(&chunk),
        Some(_) | None => chunks.push(chunk.into()),
    }
}

fn too_large(url: &Url, most: u64, what: &str) -> Failure {
    Failure::new(FailureClass::TooLarge, format!("{} is larger than the {most} bytes allowed after decompression ({what})", shown(url)))
}

/// The client removes the header of what it decompressed; what is left was not understood.
fn known_encoding(url: &Url, response: &Response) -> Result<(), Failure> {
    let left = response.headers().get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let unknown: Vec<&str> = left.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !is_plain(word)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let words = crate::base::text::clip(&unknown.join(", "), 60);
    Err(Failure::new(
        FailureClass::Unreadable,
        format!("{} came with the content encoding `{words}`; gzip, br and zstd are understood", shown(url)),
    ))
}

fn is_plain(word: &str) -> bool {
    word.is_empty() || word.eq_ignore_ascii_case("identity")
}

const fn status_label(status: u16) -> &'static str {
    match status {
        304 => "304",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// What the door said, as the page's failure.
pub(super) fn door_failure(url: &Url, error: &DoorError) -> Failure {
    let class = if error.is_refusal() { FailureClass::Refused } else { FailureClass::Dns };
    Failure::new(class, format!("{}: {error}", shown(url)))
}

/// Why no more of a body came after so many bytes. What the connection gave up is no fault of a decompressor, although the client says so of both.
fn body_failure(url: &Url, error: &reqwest::Error, length: usize) -> Failure {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let ends = |error: &io::Error| matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof);
    let of_connection = find::<hyper::Error>(error);
    if of_connection.is_some_and(|error| error.is_incomplete_message() || find::<io::Error>(error).is_some_and(ends)) {
        let so_far = count(length, "byte", "bytes");
        let what = format!("{}: the connection ended before the whole answer was there, after {so_far}", shown(url));
        return Failure::new(FailureClass::Broken, what);
    }
    http_failure(url, error)
}

fn http_failure(url: &Url, error: &reqwest::Error) -> Failure {
    let tls = find::<rustls::Error>(error);
    let class = if error.is_timeout() {
        FailureClass::Timeout
    } else if tls.is_some() {
        FailureClass::Tls
    } else if error.is_connect() {
        FailureClass::Connect
    } else {
        FailureClass::Broken
    };
    let what = match class {
        FailureClass::Timeout => "no connection in time",
        FailureClass::Tls => "the secure connection was refused",
        FailureClass::Connect => "no connection",
        _ if error.is_decode() && find::<hyper::Error>(error).is_none() => "the body cannot be decompressed",
        _ => "the answer broke off or is no HTTP",
    };
    let reason = tls.map_or_else(|| deepest(error), ToString::to_string);
    Failure::new(class, format!("{}: {what} ({reason})", shown(url)))
}

/// The causes of an error, outermost first; also those that `io::Error` keeps to itself.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), cause_of)
}

fn cause_of<'a>(error: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let error = *error;
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
