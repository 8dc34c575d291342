//! From a request to a page, hop by hop: guard, robots.txt, lane, exchange, and again where a redirect leads. Knows no store.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION};
use url::Url;

use super::answer::{self, shown};
use super::exchange::{Answer, Cap, Sent, door_failure, exchange};
use super::lane::{Hold, Known, Lane};
use super::link;
use super::wall::{self, Seen};
use super::{Asked, Fetched, Request, Verdict, robots};
use crate::base::caps;
use crate::base::clock::Stopwatch;
use crate::door::Client;
use crate::model::{Failure, FailureClass, HostKey, RobotsCopy, Validators};

/// How long a robots.txt is good for (RFC 9309 section 2.4).
const ROBOTS_FRESH: SignedDuration = SignedDuration::from_hours(24);
/// How long an old one stands in when the file cannot be had (section 2.3.1.4).
const ROBOTS_STANDS_IN: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long a failed try is not repeated.
const ROBOTS_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// What is asked for when the source does not say otherwise.
const ACCEPTED: HeaderValue =
    HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8");

/// One way from an address to its page, and what it has cost so far.
pub(super) struct Trip<'a> {
    request: &'a Request<'a>,
    client: Client,
    /// Time for exchanges; waiting for the pace of hosts does not count.
    timeout: Duration,
    left: Duration,
    max_body: u64,
    requested: Option<Timestamp>,
    requests: u32,
    deferred: bool,
}

impl<'a> Trip<'a> {
    fn new(lane: &Lane, request: &'a Request<'a>) -> Result<Self, Failure> {
        let settings = lane.web().settings();
        let client = lane.web().client(request.source).map_err(|error| door_failure(request.url, &error))?;
        let timeout = request.source.timeout.unwrap_or(settings.timeout);
        let max_body = request.source.max_body.unwrap_or(settings.max_body);
        Ok(Self { request, client, timeout, left: timeout, max_body, requested: None, requests: 0, deferred: false })
    }

    pub(super) async fn page(lane: &Lane, request: &Request<'_>) -> Asked {
        match Trip::new(lane, request) {
            Ok(mut trip) => {
                let result = trip.follow(lane).await;
                Asked { requested: trip.requested, requests: trip.requests, deferred: trip.deferred, result }
            }
            Err(failure) => Asked { requested: None, requests: 0, deferred: false, result: Err(failure) },
        }
    }

    pub(super) async fn verdict(lane: &Lane, request: &Request<'_>) -> Result<Verdict, Failure> {
        let mut trip = Trip::new(lane, request)?;
        trip.guard(lane, request.url)?;
        let rules = trip.rules(lane).await?;
        Ok(rules.rules.verdict(&trip.judged(request.url)))
    }

    /// The address as robots.txt judges it: what is posted is no part of it.
    fn judged<'u>(&self, url: &'u Url) -> Cow<'u, Url> {
        self.request.body.map_or(Cow::Borrowed(url), |body| Cow::Owned(body.of(url).0))
    }

    async fn follow(&mut self, lane: &Lane) -> Result<Fetched, Failure> {
        let mut url = self.request.url.clone();
        url.set_fragment(None);
        let mut lane = Self::lane_of(lane, &url);
        for _ in 0..=caps::REDIRECTS {
            self.guard(&lane, &url)?;
            self.allowed(&lane, &url).await?;
            let head = self.head_for(&url);
            let answer = self.send(&lane, (&url, self.sent(&url)), head, Cap::Fail(self.max_body)).await?;
            if !answer.is_redirect() {
                return self.judge(&lane, url, answer);
            }
            let next = self.request.source.without_query(target(&url, &answer)?);
            if self.request.body.is_some() {
                let text = format!("{} sends what was posted on to {}: set `url` to where it is answered", shown(&url), shown(&next));
                return Err(Failure::new(FailureClass::Redirect, text));
            }
            if next == url {
                return Err(Failure::new(FailureClass::Redirect, format!("{} redirects to itself", shown(&url))));
            }
            lane = Self::lane_of(&lane, &next);
            url = next;
        }
        let text = format!("{} led to more than {} redirects, last to {}", shown(self.request.url), caps::REDIRECTS, shown(&url));
        Err(Failure::new(FailureClass::Redirect, text))
    }

    fn lane_of(lane: &Lane, url: &Url) -> Lane {
        let host = HostKey::of(url);
        if host == *lane.host() { lane.clone() } else { lane.web().passing(&host) }
    }

    fn guard(&self, lane: &Lane, url: &Url) -> Result<(), Failure> {
        lane.web().door().check(url).map_err(|error| {
            let mut failure = door_failure(url, &error);
            if url.host() != self.request.url.host() || url.scheme() != self.request.url.scheme() {
                failure.text.push_str(", redirected from ");
                failure.text.push_str(&shown(self.request.url));
            }
            failure
        })
    }

    /// Whether what is the source's own may go to this address: not past a redirect, nor to where its pages lead.
    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.request.url.origin() && self.request.source.is_own(url)
    }

    /// Headers for a hop. The source's own go to its own origin only: they may hold cookies and keys.
    fn head_for(&self, url: &Url) -> HeaderMap {
        let source = &self.request.source.headers;
        let mut head = if self.is_own(url) {
            source.clone()
        } else {
            let kept = [ACCEPT, ACCEPT_LANGUAGE].into_iter().filter_map(|name| source.get(&name).map(|value| (name, value.clone())));
            kept.collect()
        };
        head.entry(ACCEPT).or_insert(ACCEPTED);
        if let Some(validators) = self.conditions() {
            let both = [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
            for (name, text) in both {
                if let Some(value) = text.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
                    head.insert(name, value);
                }
            }
        }
        head
    }

    /// The address as it is sent: with the source's own query, to its own origin only. What is posted holds the rest of the query.
    fn sent(&self, url: &Url) -> Sent {
        let (mut sent, body) = match self.request.body {
            Some(body) => {
                let (bare, body) = body.of(url);
                (bare, Some(body))
            }
            None => (url.clone(), None),
        };
        let own = &self.request.source.query;
        if self.is_own(url) && !own.is_empty() {
            sent.query_pairs_mut().extend_pairs(own.iter().map(|(name, value)| (name, value.expose())));
        }
        Sent { url: sent, body }
    }

    fn conditions(&self) -> Option<&'a Validators> {
        // A condition belongs to a GET (RFC 9110 section 13.1).
        self.request
            .validators
            .filter(|_| self.request.body.is_none())
            .filter(|v| !self.request.full && (v.etag.is_some() || v.last_modified.is_some()))
    }

    /// One request, when the lane lets it leave.
    async fn send(&mut self, lane: &Lane, (url, sent): (&Url, Sent), head: HeaderMap, cap: Cap) -> Result<Answer, Failure> {
        let _leave = match lane.leave(self.request.source).await {
            Ok(leave) => leave,
            Err(failure) => {
                self.deferred = true;
                return Err(failure);
            }
        };
        let before = (self.requested, self.requests);
        self.requested = Some(lane.web().clock().now());
        self.requests += 1;
        let watch = Stopwatch::start();
        let result = tokio::time::timeout(self.left, exchange(&self.client, (url, sent), head, cap)).await;
        self.left = self.left.saturating_sub(watch.elapsed());
        let result = result.unwrap_or_else(|_| {
            let text = format!("{} gave no whole answer within {} s", shown(url), self.timeout.as_secs_f32());
            Err(Failure::new(FailureClass::Timeout, text))
        });
        if let Err(Failure { class: FailureClass::Dns | FailureClass::Refused, .. }) = &result {
            // It got no further than the door.
            (self.requested, self.requests) = before;
        }
        result
    }

    /// A final answer: the page, or what stands in its place.
    fn judge(&self, lane: &Lane, url: Url, answer: Answer) -> Result<Fetched, Failure> {
        let conditions = self.conditions();
        if answer.status == 304 {
            if conditions.is_none() {
                let text = format!("{} answered 304 although nothing was asked for by condition", shown(&url));
                return Err(Failure::new(FailureClass::Broken, text));
            }
            lane.heard_good();
            return Ok(self.fetched(url, answer, conditions));
        }
        let content_type = answer::content_type(&answer.head);
        let wall = wall::look(&Seen {
            status: answer.status,
            head: &answer.head,
            content_type: content_type.as_deref(),
            requested: self.request.url,
            url: &url,
            bytes: &answer.bytes,
        });
        let wait = answer::retry_after(&answer.head, lane.web().clock().now());
        let class = match (&wall, answer.is_success()) {
            (Some(wall), _) => wall.class,
            (None, true) => {
                lane.heard_good();
                return Ok(self.fetched(url, answer, None));
            }
            (None, false) => answer::class_of(answer.status, wait.is_some()),
        };
        heard(lane, class, answer.status, wait);
        let name = wall.map(|wall| format!(", recognised as {}", wall.name)).unwrap_or_default();
        let came = wait.map(|wait| format!(", Retry-After {} s", wait.as_secs())).unwrap_or_default();
        let text = format!("{} answered {}{name}{came}", shown(&url), answer.status);
        Err(Failure { class, text, retry_after: wait })
    }

    fn fetched(&self, url: Url, answer: Answer, before: Option<&Validators>) -> Fetched {
        let mut requested = self.request.url.clone();
        requested.set_fragment(None);
        Fetched {
            redirected: url != requested,
            status: answer.status,
            not_modified: answer.status == 304,
            content_type: answer::content_type(&answer.head),
            validators: answer::validators(&answer.head, before),
            next: link::next(&answer.head, &url).map(|next| self.request.source.without_query(next)),
            total: link::total(&answer.head),
            bytes: self.request.source.without_secrets(answer.bytes),
            url,
        }
    }

    async fn allowed(&mut self, lane: &Lane, url: &Url) -> Result<(), Failure> {
        let rules = self.rules(lane).await?;
        match rules.rules.verdict(&self.judged(url)) {
            Verdict::Allowed => Ok(()),
            Verdict::Disallowed { line, rule } => {
                let text = format!("robots.txt of {} forbids {} (line {line}: `{rule}`)", lane.host(), shown(url));
                Err(Failure::new(FailureClass::Robots, text))
            }
        }
    }

    /// The robots.txt of a lane: the one at hand while it is fresh, else fetched, else an old one for as long as it may stand in.
    async fn rules(&mut self, lane: &Lane) -> Result<Arc<Known>, Failure> {
        if let Some(known) = usable(lane)? {
            return Ok(known);
        }
        // Whoever waits here finds the file at hand afterwards. Err means closed, and nobody closes it.
        let _one = lane.core().refreshing.acquire().await;
        if let Some(known) = usable(lane)? {
            return Ok(known);
        }
        // robots.txt has a deadline of its own: a slow one should not look like a slow page.
        let left = std::mem::replace(&mut self.left, self.timeout);
        let fetched = self.robots_file(lane).await;
        self.left = left;
        let now = lane.web().clock().now();
        match fetched {
            Ok(copy) => Ok(lane.set_robots(copy)),
            // The lane gave the turn back: nothing is known of robots.txt, and nothing was asked.
            Err(failure) if self.deferred => Err(failure),
            Err(failure) => {
                let failure = unreachable_robots(lane, failure);
                lane.set_robots_failed(now.checked_add(ROBOTS_AGAIN).unwrap_or(Timestamp::MAX), failure.clone());
                stand_in(lane, now).ok_or(failure)
            }
        }
    }

    async fn robots_file(&mut self, lane: &Lane) -> Result<RobotsCopy, Failure> {
        let mut url = self.request.url.clone();
        let base = lane.host().as_str();
        if HostKey::of(&url) != *lane.host() {
            url = Url::parse(base).map_err(|error| Failure::new(FailureClass::Refused, format!("{base}: {error}")))?;
        }
        url.set_path("/robots.txt");
        url.set_query(None);
        url.set_fragment(None);
        let cap = Cap::Cut(caps::ROBOTS_BYTES + 1);
        let mut status = 0;
        let mut at = lane.clone();
        for _ in 0..=caps::REDIRECTS {
            self.guard(&at, &url)?;
            let answer = self.send(&at, (&url, Sent::get(url.clone())), HeaderMap::new(), cap).await?;
            status = answer.status;
            if !answer.is_redirect() {
                return robots_copy(&at, &url, &answer);
            }
            url = target(&url, &answer)?;
            at = Self::lane_of(&at, &url);
        }
        // More than five redirects: as if there were none (section 2.3.1.2).
        Ok(RobotsCopy { fetched: lane.web().clock().now(), status, body: String::new() })
    }
}

/// What a refusal means for the host as a whole.
fn heard(lane: &Lane, class: FailureClass, status: u16, wait: Option<SignedDuration>) {
    let asked = status == 429 || (status == 503 && wait.is_some());
    if asked {
        lane.heard_slow_down(wait.map_or(Hold::OurGuess, Hold::For));
    } else if matches!(class, FailureClass::BlockPage | FailureClass::Challenge) {
        lane.heard_slow_down(Hold::None);
    } else if matches!(class, FailureClass::NotFound) {
        lane.heard_good();
    }
}

/// The robots.txt at hand, if it will do; the failure of the last try, if that was just now and nothing stands in.
fn usable(lane: &Lane) -> Result<Option<Arc<Known>>, Failure> {
    let now = lane.web().clock().now();
    let (known, failed) = lane.robots_at_hand(now);
    match (known, failed) {
        (Some(known), _) if now.duration_since(known.copy.fetched) < ROBOTS_FRESH => Ok(Some(known)),
        (_, Some(failure)) => stand_in(lane, now).map(Some).ok_or(failure),
        (_, None) => Ok(None),
    }
}

fn stand_in(lane: &Lane, now: Timestamp) -> Option<Arc<Known>> {
    lane.robots_at_hand(now).0.filter(|known| now.duration_since(known.copy.fetched) < ROBOTS_STANDS_IN)
}

/// A host that cannot be reached at all keeps the name of that failure; all else is "robots.txt could not be read".
fn unreachable_robots(lane: &Lane, failure: Failure) -> Failure {
    match failure.class {
        FailureClass::Dns | FailureClass::Connect | FailureClass::Tls | FailureClass::Refused => failure,
        _ => Failure {
            class: FailureClass::RobotsUnreachable,
            text: format!("robots.txt of {} could not be read, so its pages must not be: {}", lane.host(), failure.text),
            retry_after: failure.retry_after,
        },
    }
}

/// RFC 9309 section 2.3.1: a file, or its absence; 5xx is neither. So is 429, which says nothing about what may be read.
fn robots_copy(lane: &Lane, url: &Url, answer: &Answer) -> Result<RobotsCopy, Failure> {
    let now = lane.web().clock().now();
    if answer.status == 429 || answer.status >= 500 || answer.status == 304 {
        let retry_after = answer::retry_after(&answer.head, now);
        heard(lane, FailureClass::ServerError, answer.status, retry_after);
        return Err(Failure {
            class: FailureClass::RobotsUnreachable,
            text: format!("{} answered {}", shown(url), answer.status),
            retry_after,
        });
    }
    let body = if answer.is_success() { robots::text_of(&answer.bytes) } else { String::new() };
    Ok(RobotsCopy { fetched: now, status: answer.status, body })
}

/// Where a redirect leads; never from https to http.
fn target(from: &Url, answer: &Answer) -> Result<Url, Failure> {
    let redirect = |text: String| Failure::new(FailureClass::Redirect, text);
    let Some(location) = answer.head.get(LOCATION) else {
        return Err(redirect(format!("{} answered {} without saying where to", shown(from), answer.status)));
    };
    // Some servers send UTF-8 here; the parser encodes it.
    let location = String::from_utf8_lossy(location.as_bytes());
    let Ok(mut to) = from.join(&location) else {
        let location = crate::base::text::clip(&location, 100);
        return Err(redirect(format!("{} redirects to `{location}`, which is no address", shown(from))));
    };
    to.set_fragment(None);
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(redirect(format!("{} redirects from https to http: {}", shown(from), shown(&to))));
    }
    Ok(to)
}
