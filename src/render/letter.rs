//! Puts letters together: what stands in the subject, how many leads fit, and both forms of the text.

use jiff::Timestamp;

use super::clean::line;
use super::language::Word;
use super::view::{self, LeadView, LinkView, View};
use super::{Item, Language, Links, Reader, RenderError, Rendered, html, plain, sources};
use crate::base::text::clip;
use crate::model::Completeness;

/// Leads shown in one letter; a rep has two minutes.
const LEADS: usize = 25;
/// Bytes of HTML; Gmail cuts at about 102 kB.
const HTML_BYTES: usize = 90_000;
/// Characters of a subject; longer ones are cut by every program that lists mail.
const SUBJECT_CHARS: usize = 120;

pub(super) fn digest(
    reader: &Reader<'_>,
    items: &[Item<'_>],
    standings: &[Completeness],
    links: &Links,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let sources = sources::lines(reader, standings, now);
    let well = standings.iter().filter(|standing| standing.trouble.is_none()).count();
    let nothing = || language.nothing_new(well, standings.len() - well);
    let subject = if items.is_empty() { nothing() } else { subject(items, language) };
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let heading = if items.is_empty() { nothing() } else { language.leads_for_you(items.len()) };
    let leads = items.iter().take(LEADS).enumerate().map(|(i, item)| view::lead(reader, item, Some(i + 1), now)).collect();
    let no_sources = sources.is_empty().then(|| language.word(Word::NoSources).to_owned());
    let view = View {
        lang: language.tag(),
        subject,
        heading,
        paragraphs: std::iter::once(today).chain(no_sources).collect(),
        leads,
        more: None,
        sources_title: (!sources.is_empty()).then(|| language.word(Word::SourcesTitle)),
        sources,
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
    };
    let title = match items.len() {
        0 => format!("digest for {}: {}", reader.rep, Language::En.nothing_new(well, standings.len() - well)),
        count => format!("digest for {}, {count} leads", reader.rep),
    };
    fit(view, items.len(), title, |hidden| language.and_more(hidden, reader.rep.as_str()))
}

pub(super) fn held(reader: &Reader<'_>, items: &[Item<'_>], source: &str, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let heading = language.already_held(&line(source, 60), items.len());
    let today = language.date(now.to_zoned(reader.zone.clone()).date());
    let view = View {
        lang: language.tag(),
        subject: clip(&heading, SUBJECT_CHARS),
        heading,
        paragraphs: vec![today, language.word(Word::NoNews).to_owned()],
        leads: items.iter().take(LEADS).enumerate().map(|(i, item)| view::lead(reader, item, Some(i + 1), now)).collect(),
        more: None,
        sources_title: None,
        sources: Vec::new(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
    };
    let title = format!("what {} already held, for {}, {} leads", line(source, 60), reader.rep, items.len());
    fit(view, items.len(), title, |hidden| language.and_more(hidden, reader.rep.as_str()))
}

pub(super) fn alert(reader: &Reader<'_>, item: &Item<'_>, links: &Links, now: Timestamp) -> Result<Rendered, RenderError> {
    let language = reader.language;
    let name = view::name_of(item, language);
    let subject = match view::first_reason(item, language) {
        Some(reason) => format!("{name} – {reason}"),
        None => name.clone(),
    };
    let view = View {
        lang: language.tag(),
        subject: clip(&subject, SUBJECT_CHARS),
        heading: name.clone(),
        paragraphs: vec![language.word(Word::OnlyNow).to_owned()],
        leads: vec![view::lead(reader, item, None, now)],
        more: None,
        sources_title: None,
        sources: Vec::new(),
        footer: Some(language.word(Word::WhyThisMail)),
        unsubscribe: unsubscribe(links, language),
    };
    fit(view, 1, format!("alert for {}: {name}", reader.rep), |_| String::new())
}

pub(super) fn note(language: Language, subject: &str, paragraphs: &[&str]) -> Result<Rendered, RenderError> {
    let subject = line(subject, SUBJECT_CHARS);
    let view = View {
        lang: language.tag(),
        heading: subject.clone(),
        paragraphs: paragraphs.iter().map(|paragraph| line(paragraph, 2_000)).collect(),
        leads: Vec::new(),
        more: None,
        sources_title: None,
        sources: Vec::new(),
        footer: None,
        unsubscribe: None,
        subject: subject.clone(),
    };
    fit(view, 0, subject, |_| String::new())
}

fn unsubscribe(links: &Links, language: Language) -> Option<LinkView> {
    links.unsubscribe.as_ref().map(|url| LinkView { words: language.word(Word::Unsubscribe).to_owned(), href: super::clean::link(url) })
}

/// "7 leads for you: Talleres García – Looks for a supplier of pallets; Hospital Real; …": as many names as fit.
fn subject(items: &[Item<'_>], language: Language) -> String {
    let mut out = format!("{}: ", language.leads_for_you(items.len()));
    for (i, item) in items.iter().enumerate() {
        let name = view::name_of(item, language);
        let part = match (i, view::first_reason(item, language)) {
            (0, Some(reason)) => format!("{name} – {reason}"),
            (_, _) => name,
        };
        if i > 0 && out.chars().count() + part.chars().count() + 4 > SUBJECT_CHARS {
            out.push_str("; …");
            break;
        }
        if i > 0 {
            out.push_str("; ");
        }
        out.push_str(&part);
    }
    clip(&out, SUBJECT_CHARS)
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
