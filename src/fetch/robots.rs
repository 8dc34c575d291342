//! robots.txt after RFC 9309, to the letter. Pure; knows no network and no clock.
/// A parsed robots.txt, cut down to what concerns us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Robots {}
/// What robots.txt says of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be fetched.
    Allowed,
    /// It may not, by this line.
    Disallowed(String),
}
