//! What whoever runs the daemon is told: a channel was switched off, a source is ill, it is well again; and tests by hand.
//!
//! Makes messages; decides nothing of delivery. Knows no store.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::drain::DrainError;
use crate::base::clock::minute;
use crate::base::ids::ChannelId;
use crate::config::{Config, Source};
use crate::deliver::Settings;
use crate::model::{Advice, Failure, FailureClass, Health, Message, MessageKind, MessageState, Sealed, SourceState, Turn};
use crate::outbox;
use crate::render::{self, Address, Envelope, Event, Language, RenderError};

/// What heals by itself is told of when it lasts for so long; what needs a hand, at once.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);
/// Who was told of an illness of a source does not hear of the same again before so long: one that comes and goes must not flood them.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Entries that could not be read which are told of.
const EXAMPLES: usize = 5;

/// Something to say that is about no lead.
struct Note<'a> {
    kind: MessageKind,
    /// With `at`, what its id is made from.
    topic: String,
    at: Timestamp,
    subject: String,
    paragraphs: Vec<String>,
    event: Event<'a>,
}

/// Whether a failure lasts, or needs a hand: then somebody must hear of it.
pub(super) fn lasts(failure: &Failure, since: Timestamp, now: Timestamp) -> bool {
    match failure.class.advice() {
        Advice::AskOperator | Advice::Fade => true,
        Advice::Retry { .. } | Advice::SlowDown { .. } => now.duration_since(since) >= PATIENCE,
        Advice::NextDay => false,
    }
}

/// Whether who was told of one illness is to hear of another one: where it is graver, or needs a hand and can be read no more than before.
fn comes_upon(known: FailureClass, class: FailureClass) -> bool {
    let needs_a_hand = matches!(class.advice(), Advice::AskOperator | Advice::Fade);
    !known.is_same_illness(class) && (known.is_mild() || needs_a_hand && !class.is_mild())
}

/// Puts into the turn what is to be said of the source's health: that it is ill, and once it is well that it is so. Of one illness once a day at
/// most; of another one that comes upon it, where that is graver or needs a hand.
pub(super) fn health(config: &Config, source: &Source, turn: &mut Turn, now: Timestamp) {
    let Some(state) = &mut turn.source else { return };
    state.told_lately.retain(|(_, told)| now.duration_since(*told) < AGAIN);
    let tell = match &state.health {
        Health::Ill { since, failure } => {
            let lately = state.told_lately.iter().any(|(class, _)| class.is_same_illness(failure.class));
            let another = state.told_of.filter(|_| state.told_ill).is_none_or(|known| comes_upon(known, failure.class));
            !lately && another && lasts(failure, *since, now)
        }
        Health::Well { .. } => state.told_ill,
        Health::Unknown => false,
    };
    if !tell {
        return;
    }
    // Noted even where nobody is told: a channel that is added later begins with the next change.
    state.told_of = match &state.health {
        Health::Ill { failure, .. } => Some(failure.class),
        Health::Well { .. } | Health::Unknown => None,
    };
    state.told_ill = state.told_of.is_some();
    if let Some(class) = state.told_of {
        state.ill_told = Some(now);
        state.told_lately.push((class, now));
    }
    let Some(note) = note_of(source, state, &config.daemon.zone) else { return };
    for channel in config.daemon.notices.iter().filter_map(|id| config.channel(id)) {
        match message(config, channel, &note, None, now) {
            Ok(message) => turn.messages.push(message),
            // The words come from a page: what cannot be said by mail must not cost the turn.
            Err(error) => tracing::error!(channel = %channel.id, source = %source.id, %error, "a notice could not be made"),
        }
    }
}

/// In the zone of whoever runs the daemon.
fn note_of<'a>(source: &'a Source, state: &'a SourceState, zone: &TimeZone) -> Option<Note<'a>> {
    let name = if source.title == source.id.as_str() { source.title.clone() } else { format!("{} ({})", source.title, source.id) };
    let root = source.reader.roots().iter().find(|url| crate::model::Page::id_of(&source.id, url) == state.root);
    let place = root.map(|url| format!("It is read from {url}."));
    let topic = |word: &str| format!("{word}:{}:{}", source.id, state.root);
    match &state.health {
        Health::Ill { since, failure } => {
            let (subject, paragraph) = ill(&name, (*since, failure), state.last_sign(), zone);
            let examples = failure.class == FailureClass::BadEntries;
            let examples = examples.then(|| state.misread.iter().rev().take(EXAMPLES).map(|one| format!("{}: {}", one.path, one.reason)));
            let mut paragraphs = vec![paragraph];
            paragraphs.extend(examples.into_iter().flatten());
            paragraphs.push(format!("What to do: {}.", failure.class.what_to_do()));
            paragraphs.extend(place);
            paragraphs.push(format!("`atalaya source show {}` shows more. You will hear when it is well again.", source.id));
            Some(Note {
                kind: MessageKind::Notice,
                topic: topic("source.ill"),
                // Of one illness somebody may be told again after a day.
                at: state.ill_told.unwrap_or(*since),
                subject,
                paragraphs,
                event: Event::SourceIll { source: source.id.as_str(), title: &source.title, failure, since: *since, state },
            })
        }
        Health::Well { since } => Some(Note {
            kind: MessageKind::Notice,
            topic: topic("source.well"),
            at: *since,
            subject: format!("The source {name} is well again"),
            paragraphs: vec![format!("It is so since {}. Nothing needs to be done.", minute(*since, zone))],
            event: Event::SourceWell { source: source.id.as_str(), title: &source.title, since: *since, state },
        }),
        Health::Unknown => None,
    }
}

/// Subject and first paragraph of an illness.
fn ill(name: &str, (since, failure): (Timestamp, &Failure), sign: Option<Timestamp>, zone: &TimeZone) -> (String, String) {
    let at = minute(since, zone);
    let text = &failure.text;
    match failure.class {
        FailureClass::Silent => {
            let days = sign.map_or(0, |sign| since.duration_since(sign).as_hours() / 24);
            let days = if days > 1 { format!(": nothing new for {days} days") } else { String::new() };
            (format!("The source {name} is silent{days}"), format!("It is read completely, but brings {text}."))
        }
        FailureClass::Drift => {
            (format!("The source {name} changed its shape"), format!("Since {at} its records lack what they used to have: {text}."))
        }
        FailureClass::BadEntries => {
            (format!("The source {name} has entries that cannot be read"), format!("Since {at}: {text}. All others were read."))
        }
        other => (format!("The source {name} is ill: {other}"), format!("Since {at} it cannot be read as it should: {text}.")),
    }
}

/// What the operator must hear of a channel, by another one than that which fails.
pub(super) fn of_channel(
    config: &Config,
    failing: &ChannelId,
    notices: &[outbox::Notice],
    now: Timestamp,
) -> Result<Vec<Message>, DrainError> {
    let reaches = |channel: &&Arc<Settings>| channel.id != *failing && (channel.from().is_none() || config.daemon.operator.is_some());
    let chosen = config.daemon.notices.iter().filter_map(|id| config.channel(id)).find(reaches);
    let Some(other) = chosen.or_else(|| config.channels.iter().find(reaches)) else {
        for notice in notices {
            tracing::error!(text = notice.text, "the operator should hear this, and there is no other channel to say it by");
        }
        return Ok(Vec::new());
    };
    notices
        .iter()
        .map(|notice| {
            let note = Note {
                kind: MessageKind::Notice,
                topic: format!("notice:{}", notice.text),
                at: now,
                subject: "Atalaya: please look".to_owned(),
                paragraphs: vec![notice.text.clone()],
                event: Event::Notice { text: &notice.text, at: now },
            };
            message(config, other, &note, None, now)
        })
        .collect()
}

/// That leads are told to nobody.
pub(super) fn of_untold(config: &Config, lines: Vec<String>, now: Timestamp) -> Vec<Message> {
    let text = lines.join("\n");
    let note = Note {
        kind: MessageKind::Notice,
        topic: format!("untold:{text}"),
        at: now,
        subject: "Leads are told to nobody".to_owned(),
        paragraphs: lines,
        event: Event::Notice { text: &text, at: now },
    };
    let made = config.daemon.notices.iter().filter_map(|id| config.channel(id)).filter_map(|channel| {
        let made = message(config, channel, &note, None, now);
        made.inspect_err(|error| tracing::error!(channel = %channel.id, %error, "a notice could not be made")).ok()
    });
    made.collect()
}

/// A test message by this channel. Mail goes to `to` (a rep's name or an address), else to the operator.
pub fn test_message(config: &Config, channel: &Arc<Settings>, to: Option<&str>, now: Timestamp) -> Result<Message, DrainError> {
    const WORDS: &str = "This is a test of the way out. Nothing needs to be done.";
    let rep = to.and_then(|name| config.reps.iter().find(|rep| rep.rep.id.as_str() == name));
    let to = rep.map(|rep| rep.rep.email.as_str()).or(to);
    let note = Note {
        kind: MessageKind::Test,
        topic: format!("test:{WORDS}"),
        at: now,
        subject: "Atalaya: a test".to_owned(),
        paragraphs: vec![WORDS.to_owned()],
        event: Event::Test { note: WORDS, at: now },
    };
    message(config, channel, &note, to, now)
}

/// A letter to the operator where the channel carries mail, an event otherwise.
fn message(config: &Config, channel: &Settings, note: &Note<'_>, to: Option<&str>, now: Timestamp) -> Result<Message, DrainError> {
    let sealed = match channel.from() {
        Some(from) => letter(config, (channel, from), note, to, now)?,
        None => render::payload(&note.event),
    };
    let message = outbox::alone(&channel.id, note.kind, &note.topic, sealed, note.at);
    Ok(Message { title: note.subject.clone(), made: now, state: MessageState::Ready { not_before: now }, ..message })
}

fn letter(
    config: &Config,
    (channel, from): (&Settings, &Address),
    note: &Note<'_>,
    to: Option<&str>,
    now: Timestamp,
) -> Result<Sealed, DrainError> {
    let nobody = || DrainError::Unknown("nobody to write to: name a rep or an address, or set `operator` in [daemon]".to_owned());
    let to = to.or(config.daemon.operator.as_deref()).ok_or_else(nobody)?;
    let to = Address::parse(to).map_err(RenderError::from)?;
    let paragraphs: Vec<&str> = note.paragraphs.iter().map(String::as_str).collect();
    let letter = render::note(Language::default(), &note.subject, &paragraphs)?;
    let operator = "operator".parse().map_err(|_| DrainError::Unknown("`operator` is no id".to_owned()))?;
    let id = outbox::lone_message_id(&channel.id, note.kind, &note.topic, note.at);
    let reply_to = channel.reply_to();
    let envelope =
        Envelope { from, reply_to, to: &to, rep: &operator, kind: note.kind, id: &id, window: note.at, date: now, unsubscribe: None };
    Ok(render::mail(&envelope, &letter)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illness_is_told_in_the_zone_of_whoever_runs_the_daemon() {
        let since = "2026-11-23T08:00:00Z".parse().unwrap();
        let failure = Failure::new(FailureClass::NotFound, "it answered 404");
        for (zone, want) in [("Europe/Madrid", "Since 2026-11-23 09:00 +01:00 it"), ("UTC", "Since 2026-11-23 08:00 UTC it")] {
            let (_, paragraph) = ill("Fair", (since, &failure), None, &TimeZone::get(zone).unwrap());
            assert!(paragraph.starts_with(want), "{paragraph}");
        }
    }

    #[test]
    fn silence_is_said_once_and_for_how_long() {
        let since: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let failure = Failure::new(FailureClass::Silent, "nothing new");
        for (hours, want) in [(None, ""), (Some(30), ""), (Some(24 * 9), ": nothing new for 9 days")] {
            let sign = hours.map(|hours| since - SignedDuration::from_hours(hours));
            let (subject, _) = ill("PLACSP (es)", (since, &failure), sign, &TimeZone::UTC);
            assert_eq!(subject, format!("The source PLACSP (es) is silent{want}"));
        }
    }

    #[test]
    fn another_illness_is_told_where_it_is_graver_or_needs_a_hand() {
        use FailureClass::{BadEntries, Connect, Drift, LoginWall, NotFound, ServerError, Silent};
        for (known, class, want) in [
            (Silent, NotFound, true),
            (Silent, ServerError, true),
            (Silent, Drift, true),
            (ServerError, NotFound, true),
            (NotFound, LoginWall, true),
            (ServerError, Connect, false),
            (NotFound, ServerError, false),
            (NotFound, BadEntries, false),
            (NotFound, NotFound, false),
        ] {
            assert_eq!(comes_upon(known, class), want, "{known} {class}");
        }
    }
}
