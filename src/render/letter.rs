//! Puts letters together: what stands in the subject, how many leads fit, and both forms of the text.

use jiff::Timestamp;

use super::altered::{self, ChangeView};
use super::clean::line;
use super::due::{self, DueView};
use super::language::Word;
use super::view::{self, LeadView, LinkView, View};
use super::{
    ChangeItem, DeadlineItem, Early, Item, Language, Links, News, Reader, RenderError, Rendered, html, pairs, plain, sources, stock,
};
use crate::base::text::{self, clip};
use crate::model::Record;

/// Leads shown in one letter; a rep has two minutes.
pub const LEADS: usize = 25;
/// Deadlines shown in one letter.
const DEADLINES: usize = 25;
/// Tenders that changed shown in one letter.
const CHANGES: usize = 25;
/// Bytes of HTML; Gmail cuts at about 102 kB.
const HTML_BYTES: usize = 90_000;
/// Characters of a subject; longer ones are cut by every program that lists mail.
const SUBJECT_CHARS: usize = 70;
/// Characters of the subject of a word to the operator, who must find the source in it.
const NOTE_CHARS: usize = 120;

pub(super) fn digest(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let News { items, more, changes, deadlines, closed, stock, pairs: asked, sources: standings } = *news;
    let sources = sources::lines(reader, standings, now);
    let told = Dated::of(reader, (changes, deadlines), now);
    let (count, altered, due) = (items.len() + more, changes.len(), told.deadlines.len() + told.more_deadlines);
    let dated = [(altered > 0).then(|| altered::heading(language, altered)), (due > 0).then(|| language.deadlines(due))];
    let dated: Vec<String> = dated.into_iter().flatten().collect();
    let with = |leads: String| dated.iter().cloned().chain([leads]).collect::<Vec<_>>().join("; ");
    let (subject, heading) = match (count, altered, due) {
        (0, 0, 0) => {
            let open: usize = stock.iter().map(|stock| stock.open).sum();
            let heading = if open > 0 { stock::open(language, open) } else { sources::nothing_new(language, standings) };
            (heading.clone(), heading)
        }
        (0, _, _) => (told.subject(language, changes), dated.join("; ")),
        (n, _, _) => (clip(&with(subject(items, n, language)), SUBJECT_CHARS), with(language.leads_for_you(n))),
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
        leads,
        pairs_title: (!asked.is_empty()).then(|| pairs::title(language)),
        pairs: asked.iter().map(|pair| pairs::pair(language, pair)).collect(),
        pairs_how: (!asked.is_empty()).then(|| pairs::how(language)),
        sources_title: (!sources.is_empty()).then(|| language.word(Word::SourcesTitle)),
        sources,
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language),
        ..told.view(language)
    };
    let counted = counted(count, altered, due);
    let title = if counted.is_empty() {
        format!("digest for {}: {}", reader.rep, sources::nothing_new(Language::En, standings))
    } else {
        format!("digest for {}, {counted}", reader.rep)
    };
    fit(view, count, title, |hidden| language.and_more(hidden))
}

/// "2 leads, 1 deadline, 1 tender that changed", for lists of messages.
fn counted(leads: usize, altered: usize, due: usize) -> String {
    let parts = [(leads, "lead", "leads"), (due, "deadline", "deadlines"), (altered, "tender that changed", "tenders that changed")];
    let some = parts.into_iter().filter(|(n, _, _)| *n > 0);
    some.map(|(n, one, many)| text::count(n, one, many)).collect::<Vec<_>>().join(", ")
}

/// What of tenders is in a letter.
struct Dated {
    changes: Vec<ChangeView>,
    more_changes: usize,
    deadlines: Vec<DueView>,
    more_deadlines: usize,
}

impl Dated {
    fn of(reader: &Reader<'_>, (changes, deadlines): (&[ChangeItem<'_>], &[DeadlineItem<'_>]), now: Timestamp) -> Self {
        let mut due: Vec<DueView> = deadlines.iter().filter_map(|item| due::due(reader, item, now)).collect();
        let more_deadlines = due.len().saturating_sub(DEADLINES);
        due.truncate(DEADLINES);
        Self {
            changes: changes.iter().take(CHANGES).map(|item| altered::change(reader, item, now)).collect(),
            more_changes: changes.len().saturating_sub(CHANGES),
            deadlines: due,
            more_deadlines,
        }
    }

    /// Of a letter without leads: what changed, else "2 deadlines coming up: tomorrow – offers: Ultrasound scanners".
    fn subject(&self, language: Language, changes: &[ChangeItem<'_>]) -> String {
        let count = self.deadlines.len() + self.more_deadlines;
        let first = self.deadlines.first().map(|due| format!(": {} – {}", due.ahead, due.what.words)).unwrap_or_default();
        let subject = match (changes.is_empty(), count) {
            (true, _) => format!("{}{first}", language.deadlines(count)),
            (false, 0) => altered::subject(language, changes),
            (false, _) => format!("{}; {}", altered::subject(language, changes), language.deadlines(count)),
        };
        clip(&subject, SUBJECT_CHARS)
    }

    /// A letter with nothing but that.
    fn view(self, language: Language) -> View {
        View {
            changes_title: (!self.changes.is_empty()).then(|| altered::title(language)),
            changes: self.changes,
            more_changes: (self.more_changes > 0).then(|| altered::and_more(language, self.more_changes)),
            deadlines_title: (!self.deadlines.is_empty()).then(|| language.word(Word::DeadlinesTitle)),
            deadlines: self.deadlines,
            more_deadlines: (self.more_deadlines > 0).then(|| language.and_more_due(self.more_deadlines)),
            ..View::default()
        }
    }
}

pub(super) fn reminder(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let told = Dated::of(reader, (news.changes, news.deadlines), now);
    let (altered, due) = (news.changes.len(), told.deadlines.len() + told.more_deadlines);
    let subject = told.subject(language, news.changes);
    let why = if due > 0 { language.word(Word::BeforeDigest) } else { altered::at_once(language) };
    let headings = [(altered > 0).then(|| altered::heading(language, altered)), (due > 0).then(|| language.deadlines(due))];
    let view = View {
        lang: language.tag(),
        heading: headings.into_iter().flatten().collect::<Vec<_>>().join("; "),
        paragraphs: std::iter::once(why.to_owned()).chain(due::closed(reader, news.closed)).collect(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language),
        subject,
        ..told.view(language)
    };
    let title = format!("{} for {}, {}", if altered > 0 { "alert" } else { "reminder" }, reader.rep, counted(0, altered, due));
    fit(view, 0, title, |_| String::new())
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
    let why = early.map_or(language.word(Word::OnlyNow), |early| due::early(language, early));
    let number = |place: usize| (items.len() > 1).then_some(place + 1);
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(why.to_owned()).chain(due::closed(reader, news.closed)).collect(),
        leads: items.iter().take(LEADS).enumerate().map(|(place, item)| view::lead(reader, item, number(place), now)).collect(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language).filter(|_| !news.deadlines.is_empty() || !news.changes.is_empty()),
        ..Dated::of(reader, (news.changes, news.deadlines), now).view(language)
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
