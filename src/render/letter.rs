//! Puts letters together: what stands in the subject, how many leads fit, and both forms of the text.

use jiff::Timestamp;

use super::clean::line;
use super::due::{self, DueView};
use super::language::Word;
use super::view::{self, LeadView, LinkView, View};
use super::{DeadlineItem, Early, Item, Language, Links, News, Reader, RenderError, Rendered, html, plain, sources, stock};
use crate::base::text::{self, clip};
use crate::model::Record;

/// Leads shown in one letter; a rep has two minutes.
pub const LEADS: usize = 25;
/// Deadlines shown in one letter.
const DEADLINES: usize = 25;
/// Bytes of HTML; Gmail cuts at about 102 kB.
const HTML_BYTES: usize = 90_000;
/// Characters of a subject; longer ones are cut by every program that lists mail.
const SUBJECT_CHARS: usize = 70;
/// Characters of the subject of a word to the operator, who must find the source in it.
const NOTE_CHARS: usize = 120;

pub(super) fn digest(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let News { items, more, deadlines, closed, stock, sources: standings } = *news;
    let sources = sources::lines(reader, standings, now);
    let (deadlines, more_due) = dues(reader, deadlines, now);
    let (count, due) = (items.len() + more, deadlines.len() + more_due);
    let (subject, heading) = match (count, due) {
        (0, 0) => {
            let open: usize = stock.iter().map(|stock| stock.open).sum();
            let heading = if open > 0 { stock::open(language, open) } else { sources::nothing_new(language, standings) };
            (heading.clone(), heading)
        }
        (n, 0) => (subject(items, n, language), language.leads_for_you(n)),
        (0, n) => (due_subject(language, &deadlines, n), language.deadlines(n)),
        (n, due) => {
            let both = format!("{}; {}", language.deadlines(due), subject(items, n, language));
            (clip(&both, SUBJECT_CHARS), format!("{}; {}", language.deadlines(due), language.leads_for_you(n)))
        }
    };
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let leads = items.iter().take(LEADS).enumerate().map(|(i, item)| view::lead(reader, item, Some(i + 1), now)).collect();
    let no_sources = sources.is_empty().then(|| language.word(Word::NoSources).to_owned());
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(today)
            .chain(no_sources)
            .chain(due::closed(reader, closed))
            .chain(stock.iter().flat_map(|stock| stock::lines(reader, stock)))
            .collect(),
        deadlines_title: (!deadlines.is_empty()).then(|| language.word(Word::DeadlinesTitle)),
        deadlines,
        more_deadlines: (more_due > 0).then(|| language.and_more_due(more_due)),
        leads,
        more: None,
        sources_title: (!sources.is_empty()).then(|| language.word(Word::SourcesTitle)),
        sources,
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language),
    };
    let title = match (count, due) {
        (0, 0) => format!("digest for {}: {}", reader.rep, sources::nothing_new(Language::En, standings)),
        (n, 0) => format!("digest for {}, {}", reader.rep, text::count(n, "lead", "leads")),
        (0, due) => format!("digest for {}, {}", reader.rep, text::count(due, "deadline", "deadlines")),
        (n, due) => {
            format!("digest for {}, {}, {}", reader.rep, text::count(n, "lead", "leads"), text::count(due, "deadline", "deadlines"))
        }
    };
    fit(view, count, title, |hidden| language.and_more(hidden))
}

pub(super) fn reminder(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let (deadlines, more_due) = dues(reader, news.deadlines, now);
    let due = deadlines.len() + more_due;
    let subject = due_subject(language, &deadlines, due);
    let view = View {
        lang: language.tag(),
        heading: language.deadlines(due),
        more_deadlines: (more_due > 0).then(|| language.and_more_due(more_due)),
        paragraphs: std::iter::once(language.word(Word::BeforeDigest).to_owned()).chain(due::closed(reader, news.closed)).collect(),
        deadlines_title: Some(language.word(Word::DeadlinesTitle)),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language),
        subject,
        deadlines,
        ..View::default()
    };
    let title = format!("reminder for {}, {}", reader.rep, text::count(due, "deadline", "deadlines"));
    fit(view, 0, title, |_| String::new())
}

/// The deadlines that are shown, and how many more there are.
fn dues(reader: &Reader<'_>, deadlines: &[DeadlineItem<'_>], now: Timestamp) -> (Vec<DueView>, usize) {
    let mut all: Vec<DueView> = deadlines.iter().filter_map(|item| due::due(reader, item, now)).collect();
    let more = all.len().saturating_sub(DEADLINES);
    all.truncate(DEADLINES);
    (all, more)
}

/// "2 deadlines coming up: tomorrow – offers: Ultrasound scanners".
fn due_subject(language: Language, deadlines: &[DueView], count: usize) -> String {
    let first = deadlines.first().map(|due| format!(": {} – {}", due.ahead, due.what.words)).unwrap_or_default();
    clip(&format!("{}{first}", language.deadlines(count)), SUBJECT_CHARS)
}

fn calendar(links: &Links, language: Language) -> Option<LinkView> {
    links.calendar.as_ref().map(|url| LinkView { words: language.word(Word::Calendar).to_owned(), href: super::clean::link(url) })
}

pub(super) fn held(reader: &Reader<'_>, news: &News<'_>, source: &str, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let (items, count) = (news.items, news.items.len() + news.more);
    let heading = language.already_held(&line(source, 60), count);
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let view = View {
        lang: language.tag(),
        subject: clip(&heading, SUBJECT_CHARS),
        heading,
        paragraphs: [today, language.word(Word::NoNews).to_owned()]
            .into_iter()
            .chain(due::closed(reader, news.closed))
            .chain(news.stock.iter().flat_map(|stock| stock::lines(reader, stock)))
            .collect(),
        leads: items.iter().take(LEADS).enumerate().map(|(i, item)| view::lead(reader, item, Some(i + 1), now)).collect(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        ..View::default()
    };
    let title = format!("what {} already held, for {}, {}", line(source, 60), reader.rep, text::count(count, "lead", "leads"));
    fit(view, count, title, |hidden| language.and_more(hidden))
}

pub(super) fn too_late(reader: &Reader<'_>, closed: &[Record], links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let heading = due::passed(language, closed.len());
    let first = closed.first().map(|record| format!(": {}", line(&record.title(), 80))).unwrap_or_default();
    let view = View {
        lang: language.tag(),
        subject: clip(&format!("{heading}{first}"), SUBJECT_CHARS),
        heading,
        paragraphs: std::iter::once(language.date(now.to_zoned(reader.zone.clone()).date())).chain(due::closed(reader, closed)).collect(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        ..View::default()
    };
    let title = format!("alert for {}: {} passed before it could be told", reader.rep, text::count(closed.len(), "deadline", "deadlines"));
    fit(view, 0, title, |_| String::new())
}

pub(super) fn alert(
    reader: &Reader<'_>,
    news: &News<'_>,
    early: Option<Early>,
    links: &Links,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let (items, count) = (news.items, news.items.len() + news.more);
    let (subject, heading, title) = if let [item] = items {
        let name = view::name_of(item, language);
        let closes = news.deadlines.first().filter(|_| early.is_some()).and_then(|item| due::due(reader, item, now));
        let subject = match (closes, view::first_reason(item, reader, now)) {
            (Some(due), _) => format!("{} {} – {}, {name}", language.word(Word::Closes), due.ahead, due.what.words),
            (None, Some(reason)) if reason.starts_with(&name) => reason,
            (None, Some(reason)) => format!("{name} – {reason}"),
            (None, None) => name.clone(),
        };
        let title = format!("alert for {}: {name}", reader.rep);
        (clip(&subject, SUBJECT_CHARS), name, title)
    } else {
        let title = format!("alert for {}, {}", reader.rep, text::count(count, "lead", "leads"));
        (subject(items, count, language), language.leads_for_you(count), title)
    };
    let (deadlines, more_due) = dues(reader, news.deadlines, now);
    let why = early.map_or(language.word(Word::OnlyNow), |early| due::early(language, early));
    let number = |place: usize| (items.len() > 1).then_some(place + 1);
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(why.to_owned()).chain(due::closed(reader, news.closed)).collect(),
        deadlines_title: (!deadlines.is_empty()).then(|| language.word(Word::DeadlinesTitle)),
        deadlines,
        more_deadlines: (more_due > 0).then(|| language.and_more_due(more_due)),
        leads: items.iter().take(LEADS).enumerate().map(|(place, item)| view::lead(reader, item, number(place), now)).collect(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language).filter(|_| !news.deadlines.is_empty()),
        ..View::default()
    };
    fit(view, count, title, |hidden| language.and_more(hidden))
}

pub(super) fn note(language: Language, subject: &str, paragraphs: &[&str]) -> Result<Rendered, RenderError> {
    let subject = line(subject, NOTE_CHARS);
    let view = View {
        lang: language.tag(),
        heading: subject.clone(),
        paragraphs: paragraphs.iter().map(|paragraph| line(paragraph, 2_000)).collect(),
        subject: subject.clone(),
        ..View::default()
    };
    fit(view, 0, subject, |_| String::new())
}

fn unsubscribe(links: &Links, language: Language) -> Option<LinkView> {
    links.unsubscribe.as_ref().map(|url| LinkView { words: language.word(Word::Unsubscribe).to_owned(), href: super::clean::link(url) })
}

/// "7 leads for you: Talleres García": how many, and the best. Why stands in the letter.
fn subject(items: &[Item<'_>], count: usize, language: Language) -> String {
    let best = items.first().map(|item| format!(": {}", view::name_of(item, language))).unwrap_or_default();
    clip(&format!("{}{best}", language.leads_for_you(count)), SUBJECT_CHARS)
}

/// Leaves out leads from the end until the HTML is small enough, and says how many.
fn fit(view: View, total: usize, title: String, more: impl Fn(usize) -> String) -> Result<Rendered, RenderError> {
    let mut view = view;
    loop {
        let hidden = total - view.leads.len().min(total);
        view.more = (hidden > 0).then(|| more(hidden));
        let html = html::page(&view)?;
        if html.len() <= HTML_BYTES || view.leads.len() <= 1 {
            let text = plain::page(&view);
            return Ok(Rendered { subject: view.subject, title, text, html });
        }
        keep_fraction(&mut view.leads, html.len());
    }
}

/// Keeps about as many as fit by size, at least one less than before.
fn keep_fraction(leads: &mut Vec<LeadView>, bytes: usize) {
    let keep = (leads.len() * HTML_BYTES / bytes).clamp(1, leads.len() - 1);
    leads.truncate(keep);
}
