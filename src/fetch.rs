//! Asks hosts politely for pages: robots, pace, conditions, limits, and a named class for every failure. Knows no record.
//!
//! ```text
//! Web ── one lane per host ── robots → hold → permit → pace → one exchange ─┐
//!            ▲                                                             │ redirect: the next host's lane
//!            └─────────────────────────────────────────────────────────────┘
//! ```

mod answer;
mod body;
mod exchange;
mod hops;
mod lane;
mod link;
mod pace;
mod robots;
mod settings;
mod spec;
mod wall;
mod web;

use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use crate::model::{Failure, Validators};

pub use body::Body;
pub use lane::Lane;
pub use robots::{Robots, Verdict};
pub use settings::{Settings, Site, SourceSettings};
pub use spec::{KEYS, PROCESS_KEYS, ProcessSpec, ProxySpec, Spec};
pub use wall::{Seen, Wall};
pub use web::Web;

/// One page, asked for once.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its address.
    pub url: &'a Url,
    /// What the server gave last time; `None` for a page that was never read.
    pub validators: Option<&'a Validators>,
    /// Ask without conditions although validators are there. Every fiftieth check or so: some servers answer 304 for ever.
    pub full: bool,
    /// What it carries: then it is a POST of these fields with those of the address's query. `None`: a GET.
    pub body: Option<&'a Body>,
    /// How the source wants to be asked.
    pub source: &'a SourceSettings,
}

/// An answer that can be worked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it came from in the end.
    pub url: Url,
    /// Its status: 2xx or 304.
    pub status: u16,
    /// Whether the server said that nothing changed; `bytes` is empty then.
    pub not_modified: bool,
    /// As sent, without surrounding space.
    pub content_type: Option<String>,
    /// For the next time. After a 304 these are the old ones, renewed by what the 304 carried.
    pub validators: Validators,
    /// The next page, where the header `Link` names one (RFC 8288).
    pub next: Option<Url>,
    /// How many entries there are on all pages, where a header such as `X-Total-Count` says so.
    pub total: Option<u64>,
    /// The body, decompressed.
    pub bytes: Bytes,
    /// Whether it took a redirect to get there.
    pub redirected: bool,
}

/// What came of asking for a page, good or bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When the last request left. `None`: nothing was sent, because robots.txt or the host's pace forbade it.
    pub requested: Option<Timestamp>,
    /// Requests sent for it: redirects and robots.txt included. They count against the source's budget.
    pub requests: u32,
    /// The lane gave the turn back before the page was asked for: no fault of the page, to be asked again after the failure's `retry_after`
    /// (its class is [`crate::model::FailureClass::SlowDown`]).
    pub deferred: bool,
    /// The answer.
    pub result: Result<Fetched, Failure>,
}

#[cfg(test)]
mod tests;
