//! Calendars of deadlines at their secret addresses: `/calendar/<rep or segment>/<token>.ics`, for calendar programs that ask again and again.
//!
//! A wrong address is not found, whatever is wrong with it. GET changes nothing.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::answer::{AnswerError, unknown};
use super::front::Front;
use crate::base::ids::ContentHash;
use crate::config::Config;
use crate::pipeline::{Effects, calendar_key, calendar_of, calendar_turn, calendars, renew_calendar};
use crate::render::CalendarOf;

/// A calendar of deadlines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CalendarView {
    /// Whose: `rep` or `segment`.
    pub of: String,
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where calendar programs read it. Whoever has it can read it.
    pub url: String,
}

pub(super) async fn serve(State(front): State<Front>, Path((name, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let not_found = || (StatusCode::NOT_FOUND, "there is no such calendar\n").into_response();
    let Some(token) = file.strip_suffix(".ics") else { return not_found() };
    let (rep, segment) = (name.parse().ok(), name.parse().ok());
    let key = calendar_key(&front.effects);
    let of = [rep.as_ref().map(CalendarOf::Rep), segment.as_ref().map(CalendarOf::Segment)];
    let config = front.config.borrow().clone();
    let read = async {
        for of in of.into_iter().flatten() {
            if key.verify(of, calendar_turn(&front.effects, of).await?, token) {
                return calendar_of(&front.effects, &config, of, front.effects.clock.now()).await;
            }
        }
        Ok(None)
    };
    match read.await {
        Ok(Some(text)) => found(text, &headers),
        Ok(None) => not_found(),
        Err(error) => {
            tracing::error!(%error, "a calendar could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")], "not now\n").into_response()
        }
    }
}

/// The addresses of all calendars, or of one, after they were changed where that is wanted; an error says that nobody is called so.
pub(super) async fn views(effects: &Effects, config: &Config, name: Option<&str>, renew: bool) -> Result<Vec<CalendarView>, AnswerError> {
    if renew {
        for (of, ..) in calendars(effects, config).await?.iter().filter(|(of, ..)| name.is_none_or(|name| of.name() == name)) {
            renew_calendar(effects, *of).await?;
        }
    }
    let all = calendars(effects, config).await?;
    let views = all.iter().filter(|(of, ..)| name.is_none_or(|name| of.name() == name)).map(|(of, title, url)| CalendarView {
        of: of.word().to_owned(),
        name: of.name().to_owned(),
        title: (*title).to_owned(),
        url: url.to_string(),
    });
    let views: Vec<CalendarView> = views.collect();
    match name.filter(|_| views.is_empty()) {
        Some(name) => Err(unknown("rep or segment", name, all.iter().map(|(of, ..)| of.name()))),
        None => Ok(views),
    }
}

/// The calendar, or that the asker has it already.
fn found(text: String, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", ContentHash::of(text.as_bytes()));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|list| list.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*");
    let common = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "private, no-cache"), (header::REFERRER_POLICY, "no-referrer")];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response()
}
