//! Secret addresses of calendars, signed so that nobody finds another's. Knows no deadline.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::Url;

use crate::base::ids::{RepId, SegmentId};
use crate::base::secret::Secret;

/// The path under the public address that calendars are served at: `calendar/<rep or segment>/<token>.ics`.
pub const CALENDAR_PATH: &str = "calendar";
/// Longest token looked at.
const TOKEN_BYTES: usize = 100;

/// Whose calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarOf<'a> {
    /// The tenders of a rep's leads.
    Rep(&'a RepId),
    /// The tenders of a segment's leads.
    Segment(&'a SegmentId),
}

impl CalendarOf<'_> {
    /// What it is: `rep` or `segment`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Rep(_) => "rep",
            Self::Segment(_) => "segment",
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Rep(id) => id.as_str(),
            Self::Segment(id) => id.as_str(),
        }
    }
}

/// The key of an installation's calendar addresses. It must stay the same for as long as somebody has one.
#[derive(Clone, Debug)]
pub struct CalendarKey(Secret);

impl CalendarKey {
    /// From the installation's secret (at least 16 random bytes, in any text form).
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The address under the daemon's public address; a path of that address is kept. `turn` counts how often it was changed.
    pub fn link(&self, base: &Url, of: CalendarOf<'_>, turn: u32) -> Url {
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        let token = URL_SAFE_NO_PAD.encode(self.mac(of, turn).finalize().into_bytes());
        url.set_path(&format!("{}/{CALENDAR_PATH}/{}/{token}.ics", base.path().trim_end_matches('/'), of.name()));
        url
    }

    /// Whether this is the token of that calendar, and not one from before its address was changed. Takes the same time however much of it is right.
    pub fn verify(&self, of: CalendarOf<'_>, turn: u32, token: &str) -> bool {
        let token = Some(token).filter(|token| token.len() <= TOKEN_BYTES).and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
        token.is_some_and(|token| self.mac(of, turn).verify_slice(&token).is_ok())
    }

    fn mac(&self, of: CalendarOf<'_>, turn: u32) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).expect("HMAC takes keys of any length");
        // Its own domain, so that no other signature made with the same key can serve as an address.
        mac.update(b"calendar\0");
        mac.update(of.word().as_bytes());
        mac.update(b"\0");
        mac.update(of.name().as_bytes());
        mac.update(b"\0");
        mac.update(&turn.to_be_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_address_opens_a_calendar() {
        let key = CalendarKey::new(Secret::new("0123456789abcdef0123"));
        let (ana, bob): (RepId, RepId) = ("ana".parse().unwrap(), "bob".parse().unwrap());
        let segment: SegmentId = "ana".parse().unwrap();
        let link = key.link(&Url::parse("https://leads.example/at?x#y").unwrap(), CalendarOf::Rep(&ana), 0);
        let token = link.as_str().strip_prefix("https://leads.example/at/calendar/ana/").unwrap().strip_suffix(".ics").unwrap();
        assert!(key.verify(CalendarOf::Rep(&ana), 0, token));
        assert!(!key.verify(CalendarOf::Rep(&bob), 0, token));
        assert!(!key.verify(CalendarOf::Rep(&ana), 1, token), "it was changed since");
        assert!(!key.verify(CalendarOf::Segment(&segment), 0, token), "a rep and a segment of one name have two calendars");
        for bad in [&token[..token.len() - 2], "", "é", &"x".repeat(10_000)] {
            assert!(!key.verify(CalendarOf::Rep(&ana), 0, bad), "{bad}");
        }
        assert!(!CalendarKey::new(Secret::new("another installation")).verify(CalendarOf::Rep(&ana), 0, token));
        assert!(!format!("{key:?}").contains("0123"));
    }
}
