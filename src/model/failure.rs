//! Ways a check can fail, and what happens next for each. Knows no transport: `fetch` and `extract` choose the class.

use std::fmt;

use jiff::SignedDuration;

/// What kind of failure; also the metric label and the word shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// The name did not resolve.
    Dns,
    /// Nobody answered at the address.
    Connect,
    /// The certificate or handshake was refused.
    Tls,
    /// The deadline passed.
    Timeout,
    /// The connection broke in the middle, or the answer is no HTTP.
    Broken,
    /// More bytes than the cap, counted after decompression.
    TooLarge,
    /// 404 or 410: the page is not there.
    NotFound,
    /// 401, 403, 407, 451: not for us.
    Forbidden,
    /// 429, or 503 with Retry-After: too fast.
    SlowDown,
    /// Any other 4xx.
    Rejected,
    /// 5xx.
    ServerError,
    /// More redirects than allowed, or one that leads where none may.
    Redirect,
    /// The guard refused the address.
    Refused,
    /// robots.txt says no.
    Robots,
    /// robots.txt could not be read: RFC 9309 says assume no.
    RobotsUnreachable,
    /// A page that says we are blocked.
    BlockPage,
    /// A puzzle or a browser check.
    Challenge,
    /// A log-in form where the page should be.
    LoginWall,
    /// "We'll be back soon", answered with 200.
    Maintenance,
    /// The bytes are not what the source's kind reads.
    Unreadable,
    /// A page or an error with status 200, where an interface gives its documents.
    OtherAnswer,
    /// A parser reached one of its limits.
    ParseLimit,
    /// No record where there used to be some, or on a first visit.
    ZeroRecords,
    /// Far fewer records than usual.
    FewRecords,
    /// Nearly none of the records that were known, and others in their place.
    AnotherList,
    /// The day's budget is used up.
    Budget,
    /// Entries could not be read, the rest was.
    BadEntries,
    /// A field that nearly all records had is in nearly none.
    Drift,
    /// Everything is read, and nothing new came for too long.
    Silent,
}

/// What a class asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Try again after this, doubling up to the cap with every failure in a row.
    Retry {
        /// The first wait.
        first: SignedDuration,
        /// The longest.
        cap: SignedDuration,
    },
    /// As `Retry`, and the host's pace is halved.
    SlowDown {
        /// The first wait.
        first: SignedDuration,
        /// The longest.
        cap: SignedDuration,
    },
    /// Go on at the usual rhythm and show the operator what to do.
    AskOperator,
    /// Go on ever more rarely, beginning with the usual rhythm and doubling, up to a bound that depends on the page's role: it may come back,
    /// and nobody is to be asked for what is not there at full rate for ever.
    Fade,
    /// No fault of the page: wait for the next day.
    NextDay,
}

impl FailureClass {
    /// Every class.
    pub const ALL: [Self; 29] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Broken,
        Self::TooLarge,
        Self::NotFound,
        Self::Forbidden,
        Self::SlowDown,
        Self::Rejected,
        Self::ServerError,
        Self::Redirect,
        Self::Refused,
        Self::Robots,
        Self::RobotsUnreachable,
        Self::BlockPage,
        Self::Challenge,
        Self::LoginWall,
        Self::Maintenance,
        Self::Unreadable,
        Self::OtherAnswer,
        Self::ParseLimit,
        Self::ZeroRecords,
        Self::FewRecords,
        Self::AnotherList,
        Self::Budget,
        Self::BadEntries,
        Self::Drift,
        Self::Silent,
    ];

    /// The word used in output and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::TooLarge => "too-large",
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::SlowDown => "slow-down",
            Self::Rejected => "rejected",
            Self::ServerError => "server-error",
            Self::Redirect => "redirect",
            Self::Refused => "refused",
            Self::Robots => "robots",
            Self::RobotsUnreachable => "robots-unreachable",
            Self::BlockPage => "block-page",
            Self::Challenge => "challenge",
            Self::LoginWall => "login-wall",
            Self::Maintenance => "maintenance",
            Self::Unreadable => "unreadable",
            Self::OtherAnswer => "other-answer",
            Self::ParseLimit => "parse-limit",
            Self::ZeroRecords => "zero-records",
            Self::FewRecords => "few-records",
            Self::AnotherList => "another-list",
            Self::Budget => "budget",
            Self::BadEntries => "bad-entries",
            Self::Drift => "drift",
            Self::Silent => "silent",
        }
    }

    /// What happens next.
    pub const fn advice(self) -> Advice {
        const fn minutes(n: i64) -> SignedDuration {
            SignedDuration::from_mins(n)
        }
        match self {
            Self::Dns | Self::Connect | Self::Timeout | Self::Broken | Self::ServerError | Self::Maintenance | Self::OtherAnswer => {
                Advice::Retry { first: minutes(5), cap: minutes(6 * 60) }
            }
            Self::RobotsUnreachable => Advice::Retry { first: minutes(30), cap: minutes(24 * 60) },
            Self::SlowDown => Advice::SlowDown { first: minutes(5), cap: minutes(24 * 60) },
            Self::BlockPage | Self::Challenge => Advice::SlowDown { first: minutes(60), cap: minutes(24 * 60) },
            Self::NotFound => Advice::Fade,
            Self::Tls
            | Self::TooLarge
            | Self::Forbidden
            | Self::Rejected
            | Self::Redirect
            | Self::Refused
            | Self::Robots
            | Self::LoginWall
            | Self::Unreadable
            | Self::ParseLimit
            | Self::ZeroRecords
            | Self::FewRecords
            | Self::AnotherList
            | Self::BadEntries
            | Self::Drift
            | Self::Silent => Advice::AskOperator,
            Self::Budget => Advice::NextDay,
        }
    }

    /// Whether everything was read all the same: what is wrong is what was read, or that it is nothing new.
    pub const fn is_mild(self) -> bool {
        matches!(self, Self::BadEntries | Self::Drift | Self::Silent)
    }

    /// Whether both are one illness: the same, or both of what passes by itself. A site that is down is now slow, now closed, now full of
    /// errors, and is down since the first of these.
    pub fn is_same_illness(self, other: Self) -> bool {
        let passes = |class: Self| matches!(class.advice(), Advice::Retry { .. } | Advice::SlowDown { .. });
        self == other || passes(self) && passes(other)
    }

    /// One sentence for the operator: what to do about it.
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::Dns => "check the spelling of the host, or wait: the name service may be down",
            Self::Connect => "wait, or check that the site still exists",
            Self::Tls => "the site's certificate is not valid; tell its owner, or watch another address",
            Self::Timeout => "wait; if it stays, raise `timeout` of the source",
            Self::Broken => {
                "nothing: it was not wholly there and is asked for again by itself, soon at first, then more rarely the longer it lasts"
            }
            Self::TooLarge => "watch a smaller page, or raise `max_body` of the source",
            Self::NotFound => {
                "the page is not there: if it does not come back, find its new address and change `url`; it is asked for ever more rarely, `source check-now SOURCE` asks at once"
            }
            Self::Forbidden => "the site does not serve us: ask its owner for access or a feed, or set `headers`",
            Self::SlowDown => "nothing: the host asked for a slower pace and gets it; raise `every` if it stays",
            Self::Rejected => "check `url`, `headers` and paging of the source",
            Self::ServerError => "wait; the site has a fault",
            Self::Redirect => "open the address in a browser and put the final one into `url`",
            Self::Refused => "the address is not public: name it in `[net] allow` if it is yours",
            Self::Robots => "the site's robots.txt forbids this page: choose another page, or ask its owner",
            Self::RobotsUnreachable => "wait; while robots.txt fails, the site must not be visited (RFC 9309)",
            Self::BlockPage | Self::Challenge => {
                "the site takes us for an attacker: slow down, ask its owner for access, or use its feed or API"
            }
            Self::LoginWall => "the page needs a log-in: give `cookies` or `headers`, or choose a public page",
            Self::Maintenance => "wait; the site is being worked on",
            Self::Unreadable => "check the `kind` of the source: `check URL` says what the content is",
            Self::OtherAnswer => {
                "wait; if it stays, open the address: its interface may have moved or been replaced, or ask for a key: then change `url`, `headers` or `portal`"
            }
            Self::ParseLimit => "the page is built to break parsers, or by accident: choose a smaller page",
            Self::ZeroRecords => "no record is found there: the layout changed, or the list is empty; try `check SOURCE`",
            Self::FewRecords => {
                "far fewer records than usual: the layout may have changed; try `check SOURCE`. If so few are right, lower `few` of the source, or wait: after eight such visits they are believed"
            }
            Self::AnotherList => {
                "open the page: if the list is elsewhere now, change `url`. If it is the right one, set `few = 0` of the source, or wait: after eight visits that agree it is taken over without a word"
            }
            Self::Budget => "nothing: it goes on tomorrow; raise `budget` if that is too late",
            Self::BadEntries => {
                "`source show SOURCE` lists them with place and reason; correct `fields` or `key`, or tell the source's owner"
            }
            Self::Drift => "the page may have been rebuilt: compare it with `check SOURCE` and correct `fields`",
            Self::Silent => {
                "open the source: if it shows news, they are not found (try `check SOURCE`); if it is merely quiet, set `expect`"
            }
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One failure, as kept on the page and shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind.
    pub class: FailureClass,
    /// What happened, where: a sentence with the address and the figure that was exceeded.
    pub text: String,
    /// The server's own word on when to come back.
    pub retry_after: Option<SignedDuration>,
}

impl Failure {
    /// A failure of this class.
    pub fn new(class: FailureClass, text: impl Into<String>) -> Self {
        Self { class, text: text.into(), retry_after: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.text)
    }
}

impl std::error::Error for Failure {}
