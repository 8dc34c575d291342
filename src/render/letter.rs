//! Puts letters together: what stands in the subject, how many leads fit, and both forms of the text.

use jiff::Timestamp;

use super::altered::{self, ChangeView};
use super::clean::line;
use super::due::{self, DueView};
use super::language::Word;
use super::view::{self, LeadView, LinkView, View};
use super::{
    ChangeItem, DeadlineItem, Early, Item, Language, Links, News, Reader, RenderError, Rendered, html, one_line, pairs, plain, sources,
    stock,
};
use crate::base::ids::RecordId;
use crate::base::text::{self, clip};
use crate::model::{FieldName, Record};

/// Leads described in one letter; a rep has two minutes. Of more a line each is said.
const LEADS: usize = 25;
/// Deadlines described in one letter; of more a line each is said.
const DEADLINES: usize = 25;
/// Tenders that changed described in one letter; of more a line each is said.
const CHANGES: usize = 25;
/// Bytes of HTML; Gmail cuts at about 102 kB.
const HTML_BYTES: usize = 90_000;
/// Characters of a subject; longer ones are cut by every program that lists mail.
const SUBJECT_CHARS: usize = 70;
/// Characters of the subject of a word to the operator, who must find the source in it.
const NOTE_CHARS: usize = 120;

pub(super) fn digest(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let News { items, changes, deadlines, closed, lost, stock, pairs: asked, sources: standings } = *news;
    let sources = sources::lines(reader, standings, now);
    let told = Dated::of(reader, (changes, deadlines), now);
    let (count, altered, due) = (items.len(), changes.len(), told.deadlines());
    let dated = [(altered > 0).then(|| altered::heading(language, altered)), (due > 0).then(|| language.deadlines(due))];
    let dated: Vec<String> = dated.into_iter().flatten().collect();
    let leads = leads(reader, items, now);
    let with = |leads: String| dated.iter().cloned().chain([leads]).collect::<Vec<_>>().join("; ");
    let (subject, heading) = match (count, altered, due) {
        (0, 0, 0) if !lost.is_empty() => {
            let heading = altered::lost_heading(language, lost.len());
            (heading.clone(), heading)
        }
        (0, 0, 0) => {
            let open: usize = stock.iter().map(|stock| stock.open).sum();
            let heading = if open > 0 { stock::open(language, open) } else { sources::nothing_new(language, standings) };
            (heading.clone(), heading)
        }
        (0, _, _) => (told.subject(reader, changes), dated.join("; ")),
        (n, _, _) => (clip(&with(subject(reader, items, &leads, now)), SUBJECT_CHARS), with(language.leads_for_you(n))),
    };
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let no_sources = sources.is_empty().then(|| language.word(Word::NoSources).to_owned());
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(today)
            .chain(no_sources)
            .chain(due::closed(reader, closed))
            .chain(altered::lost(language, lost))
            .collect(),
        stocks: stock.iter().filter_map(|one| stock::stock(reader, one)).collect(),
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
    let title = if counted.is_empty() && !lost.is_empty() {
        format!("digest for {}: {}", reader.rep, altered::lost_heading(Language::En, lost.len()))
    } else if counted.is_empty() {
        format!("digest for {}: {}", reader.rep, sources::nothing_new(Language::En, standings))
    } else {
        format!("digest for {}, {counted}", reader.rep)
    };
    fit(view, Lines::of(reader, items, changes, now), title, language)
}

/// The deadlines that a letter with these leads and changes tells, each with the tender whose it is: its reader need not be reminded of them.
pub(super) fn tells(reader: &Reader<'_>, (items, changes): (&[Item<'_>], &[ChangeItem<'_>]), now: Timestamp) -> Vec<(RecordId, FieldName)> {
    let of_leads = items
        .iter()
        .enumerate()
        .flat_map(|(place, item)| if place < LEADS { view::tells(reader, item, now) } else { one_line::tells(reader, item, now) });
    let of_changes =
        changes.iter().enumerate().flat_map(|(place, change)| altered::tells(change, place < CHANGES, now).collect::<Vec<_>>());
    of_leads.chain(of_changes).collect()
}

/// The leads that are described.
fn leads(reader: &Reader<'_>, items: &[Item<'_>], now: Timestamp) -> Vec<LeadView> {
    items.iter().take(LEADS).enumerate().map(|(place, item)| view::lead(reader, item, Some(place + 1), now)).collect()
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
    deadlines: Vec<DueView>,
    more_deadlines: Vec<LinkView>,
}

impl Dated {
    fn of(reader: &Reader<'_>, (changes, deadlines): (&[ChangeItem<'_>], &[DeadlineItem<'_>]), now: Timestamp) -> Self {
        let mut due: Vec<DueView> = deadlines.iter().filter_map(|item| due::due(reader, item, now)).collect();
        let more = due.split_off(due.len().min(DEADLINES));
        Self {
            changes: changes.iter().take(CHANGES).map(|item| altered::change(reader, item, now)).collect(),
            deadlines: due,
            more_deadlines: more.into_iter().map(DueView::in_one_line).collect(),
        }
    }

    /// How many there are.
    fn deadlines(&self) -> usize {
        self.deadlines.len() + self.more_deadlines.len()
    }

    /// Of a letter without leads: what changed, else "2 deadlines coming up: tomorrow – offers: Ultrasound scanners".
    fn subject(&self, reader: &Reader<'_>, changes: &[ChangeItem<'_>]) -> String {
        let language = reader.language;
        let count = self.deadlines();
        let first = self.deadlines.first().map(|due| format!(": {} – {}", due.ahead, due.what.words)).unwrap_or_default();
        let subject = match (changes.is_empty(), count) {
            (true, _) => format!("{}{first}", language.deadlines(count)),
            (false, 0) => altered::subject(reader, changes),
            (false, _) => format!("{}; {}", altered::subject(reader, changes), language.deadlines(count)),
        };
        clip(&subject, SUBJECT_CHARS)
    }

    /// A letter with nothing but that.
    fn view(self, language: Language) -> View {
        View {
            changes_title: (!self.changes.is_empty()).then(|| altered::title(language)),
            changes: self.changes,
            deadlines_title: (!self.deadlines.is_empty()).then(|| language.word(Word::DeadlinesTitle)),
            deadlines: self.deadlines,
            more_deadlines: self.more_deadlines,
            ..View::default()
        }
    }
}

pub(super) fn reminder(reader: &Reader<'_>, news: &News<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let told = Dated::of(reader, (news.changes, news.deadlines), now);
    let (altered, due) = (news.changes.len(), told.deadlines());
    let subject = told.subject(reader, news.changes);
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
    fit(view, Lines::of(reader, &[], news.changes, now), title, language)
}

fn calendar(links: &Links, language: Language) -> Option<LinkView> {
    links.calendar.as_ref().map(|url| LinkView { words: language.word(Word::Calendar).to_owned(), href: super::clean::link(url) })
}

pub(super) fn held(reader: &Reader<'_>, news: &News<'_>, source: &str, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let (items, count) = (news.items, news.items.len());
    let heading = language.already_held(&line(source, 60), count);
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let view = View {
        lang: language.tag(),
        subject: clip(&heading, SUBJECT_CHARS),
        heading,
        paragraphs: [today, language.word(Word::NoNews).to_owned()].into_iter().chain(due::closed(reader, news.closed)).collect(),
        stocks: news.stock.iter().filter_map(|one| stock::stock(reader, one)).collect(),
        leads: leads(reader, items, now),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        ..View::default()
    };
    let title = format!("what {} already held, for {}, {}", line(source, 60), reader.rep, text::count(count, "lead", "leads"));
    fit(view, Lines::of(reader, items, &[], now), title, language)
}

pub(super) fn too_late(reader: &Reader<'_>, closed: &[Record], links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let heading = due::passed(language, closed.len());
    let first = closed.first().map(|record| format!(": {}", line(&record.title_in(language.tag()), 80))).unwrap_or_default();
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
    fit(view, Lines::default(), title, language)
}

pub(super) fn alert(
    reader: &Reader<'_>,
    news: &News<'_>,
    early: Option<Early>,
    links: &Links,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let items = news.items;
    let leads = if let [item] = items { vec![view::lead(reader, item, None, now)] } else { leads(reader, items, now) };
    let (subject, heading, title) = if let [item] = items {
        let name = view::name_of(item, language);
        let due = news.deadlines.first().filter(|_| early.is_some()).and_then(|item| due::due(reader, item, now));
        let closes = due.map(|due| format!("{} {} – {}", language.word(Word::Closes), due.ahead, due.what.words));
        // The time that is left goes first: what is cut is the name.
        let closes = closes.or_else(|| soon(&leads).map(str::to_owned)).or_else(|| view::first_closes(item, reader, now));
        let subject = match (closes, view::first_reason(item, reader, now)) {
            (Some(closes), _) => format!("{closes}, {name}"),
            (None, Some(reason)) if reason.starts_with(&name) => reason,
            (None, Some(reason)) => format!("{name} – {reason}"),
            (None, None) => name.clone(),
        };
        let title = format!("alert for {}: {name}", reader.rep);
        (clip(&subject, SUBJECT_CHARS), name, title)
    } else {
        let title = format!("alert for {}, {}", reader.rep, text::count(items.len(), "lead", "leads"));
        (subject(reader, items, &leads, now), language.leads_for_you(items.len()), title)
    };
    let why = early.map_or(language.word(Word::OnlyNow), |early| due::early(language, early));
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(why.to_owned()).chain(due::closed(reader, news.closed)).collect(),
        leads,
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
        calendar: calendar(links, language).filter(|_| !news.deadlines.is_empty() || !news.changes.is_empty()),
        ..Dated::of(reader, (news.changes, news.deadlines), now).view(language)
    };
    fit(view, Lines::of(reader, items, news.changes, now), title, language)
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
    fit(view, Lines::default(), subject, language)
}

fn unsubscribe(links: &Links, language: Language) -> Option<LinkView> {
    links.unsubscribe.as_ref().map(|url| LinkView { words: language.word(Word::Unsubscribe).to_owned(), href: super::clean::link(url) })
}

/// "7 leads for you: Talleres García": how many, and the first, with what of it closes soon. Why stands in the letter. Of a tender that its reader knows
/// what became of it: "Deadline moved to Mon 21 Dec 2026 07:30: Ultrasound scanners".
fn subject(reader: &Reader<'_>, items: &[Item<'_>], leads: &[LeadView], now: Timestamp) -> String {
    let language = reader.language;
    if let [item] = items
        && let Some((tender, signal)) = view::news_of_tender(item)
    {
        return clip(&altered::headline(reader, tender, signal), SUBJECT_CHARS);
    }
    // Who is not named is told by what is known of them.
    let called = |item: &Item<'_>| match view::name_of(item, language) {
        name if name == language.word(Word::NotNamed) => view::first_reason(item, reader, now).unwrap_or(name),
        name => name,
    };
    let name = items.first().map(called);
    let first = name.map(|name| soon(leads).map_or_else(|| name.clone(), |closes| format!("{closes}, {name}")));
    let first = first.map(|first| format!(": {first}")).unwrap_or_default();
    clip(&format!("{}{first}", language.leads_for_you(items.len())), SUBJECT_CHARS)
}

/// What closes soon of the first of these.
fn soon(leads: &[LeadView]) -> Option<&str> {
    leads.first()?.closes.iter().find(|closes| closes.soon).map(|closes| closes.head.as_str())
}

/// What is said of each lead and of each tender that changed where it is not described.
#[derive(Default)]
struct Lines {
    leads: Vec<LinkView>,
    changes: Vec<LinkView>,
}

impl Lines {
    fn of(reader: &Reader<'_>, items: &[Item<'_>], changes: &[ChangeItem<'_>], now: Timestamp) -> Self {
        Self {
            leads: items.iter().map(|item| one_line::in_one_line(reader, item, now)).collect(),
            changes: changes.iter().map(|item| altered::in_one_line(reader, item)).collect(),
        }
    }
}

/// Describes less, from the end, until the HTML is small enough: of what is not described a line is said, so that all of it is named.
fn fit(mut view: View, lines: Lines, title: String, language: Language) -> Result<Rendered, RenderError> {
    loop {
        view.more_leads = lines.leads[view.leads.len().min(lines.leads.len())..].to_vec();
        view.more_changes = lines.changes[view.changes.len().min(lines.changes.len())..].to_vec();
        let some = |more: &[LinkView]| Some(more.len()).filter(|n| *n > 0);
        view.more_leads_title = some(&view.more_leads).map(|n| language.and_more(n));
        view.more_changes_title = some(&view.more_changes).map(|n| altered::and_more(language, n));
        view.more_deadlines_title = some(&view.more_deadlines).map(|n| language.and_more_due(n));
        let html = html::page(&view)?;
        if html.len() <= HTML_BYTES || !shorten(&mut view, html.len()) {
            let text = plain::page(&view);
            return Ok(Rendered { subject: view.subject, title, text, html });
        }
    }
}

/// Describes about as many as fit by size, at least one less than before and one of each: leads first, then changes, then deadlines. Whether there
/// was something to leave out.
fn shorten(view: &mut View, bytes: usize) -> bool {
    let keep = |described: usize| (described * HTML_BYTES / bytes).clamp(1, described - 1);
    if view.leads.len() > 1 {
        view.leads.truncate(keep(view.leads.len()));
    } else if view.changes.len() > 1 {
        view.changes.truncate(keep(view.changes.len()));
    } else if view.deadlines.len() > 1 {
        let more = view.deadlines.split_off(keep(view.deadlines.len()));
        view.more_deadlines.splice(..0, more.into_iter().map(DueView::in_one_line));
    } else {
        return false;
    }
    true
}
