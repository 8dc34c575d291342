//! The page behind the link of every mail: what the recipient gets now, and a button for each thing they may want instead.
//!
//! Speaks the recipient's language, works without a script, and takes the one click of mail programs (RFC 8058). GET never changes
//! anything: mail scanners open every link. Shows nothing of what is stored but the recipient's own wishes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::front::Front;
use crate::config::Rep;
use crate::pipeline::{unsubscribe_key, wish};
use crate::render::{Language, Say};
use crate::store::{Scope, Suppression};

/// What a button does. Its name in the form is its own word; mail programs send none, and mean [`Choice::Stop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Resume,
    PauseWeeks,
    PauseMonth,
    Weekly,
    Usual,
    DigestsOnly,
    AlertsOnly,
    Stop,
}

impl Choice {
    const ALL: [Self; 8] =
        [Self::Resume, Self::PauseWeeks, Self::PauseMonth, Self::Weekly, Self::Usual, Self::DigestsOnly, Self::AlertsOnly, Self::Stop];

    const fn word(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::PauseWeeks => "pause-two-weeks",
            Self::PauseMonth => "pause-a-month",
            Self::Weekly => "weekly",
            Self::Usual => "as-usual",
            Self::DigestsOnly => "digests-only",
            Self::AlertsOnly => "alerts-only",
            Self::Stop => "stop",
        }
    }

    const fn label(self) -> Say {
        match self {
            Self::Resume => Say::Resume,
            Self::PauseWeeks => Say::PauseWeeks,
            Self::PauseMonth => Say::PauseMonth,
            Self::Weekly => Say::Weekly,
            Self::Usual => Say::Usual,
            Self::DigestsOnly => Say::DigestsOnly,
            Self::AlertsOnly => Say::AlertsOnly,
            Self::Stop => Say::Stop,
        }
    }

    /// Whether it would change something.
    fn is_offered(self, wish: &Suppression, now: Timestamp) -> bool {
        let paused = is_paused(wish, now);
        match self {
            Self::Resume => paused || wish.scope != Scope::None,
            Self::PauseWeeks | Self::PauseMonth | Self::Stop => wish.scope != Scope::All,
            Self::Weekly => !wish.weekly && !matches!(wish.scope, Scope::All | Scope::Digests),
            Self::Usual => wish.weekly && !matches!(wish.scope, Scope::All | Scope::Digests),
            Self::DigestsOnly => wish.scope != Scope::Alerts,
            Self::AlertsOnly => wish.scope != Scope::Digests,
        }
    }

    fn apply(self, before: Suppression, now: Timestamp) -> Suppression {
        let until = |days: i64| now.saturating_add(SignedDuration::from_hours(24 * days)).ok();
        let wish = Suppression { at: now, ..before };
        match self {
            Self::Resume => Suppression { scope: Scope::None, paused: None, weekly: false, ..wish },
            Self::PauseWeeks => Suppression { paused: until(14), ..wish },
            Self::PauseMonth => Suppression { paused: until(30), ..wish },
            Self::Weekly => Suppression { weekly: true, ..wish },
            Self::Usual => Suppression { weekly: false, ..wish },
            Self::DigestsOnly => Suppression { scope: Scope::Alerts, ..wish },
            Self::AlertsOnly => Suppression { scope: Scope::Digests, ..wish },
            Self::Stop => Suppression { scope: Scope::All, ..wish },
        }
    }
}

fn is_paused(wish: &Suppression, now: Timestamp) -> bool {
    wish.paused.is_some_and(|until| until > now)
}

/// Whose link it is, and how to speak to them.
struct Guest {
    wish: Suppression,
    language: Language,
    zone: TimeZone,
}

/// Nothing when the link is not ours.
async fn guest(front: &Front, token: &str) -> Option<Result<Guest, Response>> {
    let (channel, recipient) = unsubscribe_key(&front.effects).verify(token)?;
    let config = front.config.borrow().clone();
    let is_theirs = |rep: &&std::sync::Arc<Rep>| rep.rep.email.trim().eq_ignore_ascii_case(recipient.trim());
    let rep = config.reps.iter().find(is_theirs);
    let language = rep.map_or_else(Language::default, |rep| rep.language);
    let zone = rep.map_or_else(|| config.daemon.zone.clone(), |rep| rep.rep.zone.clone());
    let wish = match front.effects.store.suppressed(&channel, &recipient).await {
        Ok(found) => found.unwrap_or_else(|| Suppression::new(channel, recipient, front.effects.clock.now())),
        Err(error) => {
            tracing::error!(%error, "a recipient's wishes could not be read");
            return Some(Err(not_now(language)));
        }
    };
    Some(Ok(Guest { wish, language, zone }))
}

/// Shows; changes nothing.
pub(super) async fn show(State(front): State<Front>, Path(token): Path<String>) -> Response {
    match guest(&front, &token).await {
        None => wrong_link(),
        Some(Err(response)) => response,
        Some(Ok(guest)) => wishes(&guest, false, front.effects.clock.now()),
    }
}

/// Decides: by a button of the page, or by a mail program's one click (whose body says `List-Unsubscribe=One-Click` and names no choice).
pub(super) async fn take(State(front): State<Front>, Path(token): Path<String>, body: Bytes) -> Response {
    let guest = match guest(&front, &token).await {
        None => return wrong_link(),
        Some(Err(response)) => return response,
        Some(Ok(guest)) => guest,
    };
    let named = url::form_urlencoded::parse(&body).find(|(name, _)| name == "choice").map(|(_, word)| word.into_owned());
    let choice = match named {
        None => Some(Choice::Stop),
        Some(word) => Choice::ALL.into_iter().find(|choice| choice.word() == word),
    };
    let now = front.effects.clock.now();
    let Some(choice) = choice else { return wishes(&guest, false, now) };
    let changed = choice.apply(guest.wish.clone(), now);
    let config = front.config.borrow().clone();
    match wish(&front.effects, &config, changed.clone(), now).await {
        Ok(()) => {
            tracing::info!(choice = choice.word(), "a recipient changed what they get");
            wishes(&Guest { wish: changed, ..guest }, true, now)
        }
        Err(error) => {
            tracing::error!(%error, "a recipient's wish could not be stored");
            not_now(guest.language)
        }
    }
}

/// What they get now, and a button for everything else.
fn wishes(guest: &Guest, saved: bool, now: Timestamp) -> Response {
    let Guest { wish, language, zone } = guest;
    let state = match (wish.scope, wish.paused.filter(|until| *until > now)) {
        (Scope::All, _) => language.say(Say::GetsNothing).to_owned(),
        (_, Some(until)) => language.paused_until(until.to_zoned(zone.clone()).date()),
        (Scope::None, None) if wish.weekly => language.say(Say::GetsWeekly).to_owned(),
        (Scope::None, None) => language.say(Say::GetsAll).to_owned(),
        (Scope::Alerts, None) if wish.weekly => language.say(Say::GetsWeeklyOnly).to_owned(),
        (Scope::Alerts, None) => language.say(Say::GetsDigests).to_owned(),
        (Scope::Digests, None) => language.say(Say::GetsAlerts).to_owned(),
    };
    let done = if saved { format!("<p role=\"status\"><strong>{}</strong></p>", language.say(Say::Saved)) } else { String::new() };
    let buttons = Choice::ALL
        .into_iter()
        .filter(|choice| choice.is_offered(wish, now))
        .map(|choice| format!("<p><button name=\"choice\" value=\"{}\">{}</button></p>", choice.word(), language.say(choice.label())))
        .collect::<Vec<_>>()
        .concat();
    let body = format!("{done}<p><strong>{}</strong>: {state}</p><form method=\"post\">{buttons}</form>", escape(&wish.recipient));
    page(StatusCode::OK, *language, language.say(Say::Title), &body)
}

fn not_now(language: Language) -> Response {
    page(StatusCode::SERVICE_UNAVAILABLE, language, language.say(Say::NotYet), &format!("<p>{}</p>", language.say(Say::TryAgain)))
}

/// Nobody can be told apart here, so it is said in every language.
fn wrong_link() -> Response {
    let body = Language::ALL
        .map(|language| {
            let (title, words) = (language.say(Say::WrongLink), language.say(Say::WrongLinkWhy));
            format!("<p lang=\"{}\"><strong>{title}</strong> {words}</p>", language.tag())
        })
        .concat();
    page(StatusCode::NOT_FOUND, Language::default(), Language::default().say(Say::WrongLink), &body)
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}\
                     button{font:inherit;padding:.5rem 1rem;width:100%;text-align:start}";

fn page(status: StatusCode, language: Language, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>",
        language.tag()
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn new() -> Suppression {
        Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), at("2026-11-23T08:00:00Z"))
    }

    #[test]
    fn what_is_offered_would_change_something_and_nothing_else_is() {
        let now = at("2026-11-23T08:00:00Z");
        let after = |choices: &[Choice]| choices.iter().fold(new(), |wish, choice| choice.apply(wish, now));
        let offered = |wish: &Suppression, now| {
            Choice::ALL.into_iter().filter(|choice| choice.is_offered(wish, now)).map(Choice::word).collect::<Vec<_>>()
        };
        for (choices, want) in [
            (&[][..], "pause-two-weeks pause-a-month weekly digests-only alerts-only stop"),
            (&[Choice::Stop], "resume digests-only alerts-only"),
            (&[Choice::PauseWeeks], "resume pause-two-weeks pause-a-month weekly digests-only alerts-only stop"),
            (&[Choice::Weekly], "pause-two-weeks pause-a-month as-usual digests-only alerts-only stop"),
            (&[Choice::AlertsOnly], "resume pause-two-weeks pause-a-month digests-only stop"),
            (&[Choice::Weekly, Choice::Stop, Choice::Resume], "pause-two-weeks pause-a-month weekly digests-only alerts-only stop"),
        ] {
            assert_eq!(offered(&after(choices), now).join(" "), want, "{choices:?}");
        }
        let paused = after(&[Choice::PauseWeeks]);
        assert_eq!(paused.paused, Some(at("2026-12-07T08:00:00Z")));
        assert!(!offered(&paused, at("2026-12-07T08:00:00Z")).contains(&"resume"), "a pause ends by itself");
    }

    #[tokio::test]
    async fn the_page_in_every_language() {
        let now = at("2026-11-23T08:00:00Z");
        let mut pages = String::new();
        for language in Language::ALL {
            for choices in [&[][..], &[Choice::PauseMonth], &[Choice::Weekly, Choice::DigestsOnly], &[Choice::Stop]] {
                let wish = choices.iter().fold(new(), |wish, choice| choice.apply(wish, now));
                let response = wishes(&Guest { wish, language, zone: TimeZone::UTC }, !choices.is_empty(), now);
                let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
                let html = String::from_utf8(bytes.to_vec()).unwrap();
                let main = html.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
                assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())) && !html.contains("<script"));
                pages.push_str(&main.replace("</p>", "</p>\n"));
                pages.push_str("\n\n");
            }
        }
        insta::assert_snapshot!("unsubscribe", pages);
    }
}
