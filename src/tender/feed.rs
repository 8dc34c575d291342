//! Any RSS 0.9 to 2.0 or Atom feed of tenders: thin notices, of what feeds have in common and of the few habits that lead feeds share. Must
//! not know any portal.

#[cfg(test)]
mod tests;
mod titles;
mod until;

use std::collections::HashMap;

use jiff::Timestamp;
use roxmltree::Node;
use url::Url;

use super::cuts::{Cut, Cuts, Names};
use super::notes::Notes;
use super::when::{self, Clock};
use super::{Batch, Head, Input, code, html, xml};
use crate::base::ids::ContentHash;
use crate::base::text::{fold, words};
use crate::model::{
    BadEntry, Class, Content, Deadline, DeadlineKind, Failure, FailureClass, Notice, NoticeKind, Party, Place, Raw, Stage, Texts,
    language_code, untracked,
};

pub(crate) use titles::{award_of, subject_of};

/// Whether the head is that of a feed.
pub(super) fn fits(head: &Head<'_>) -> bool {
    matches!(head.root, "rss" | "RDF" | "feed")
}

/// What the whole feed says.
#[derive(Default)]
struct Channel {
    title: String,
    language: String,
    next: Option<String>,
    /// Its elements that entries are understood by.
    heard: String,
}

/// Reads a feed.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut cuts = Cuts::new(input.text.as_bytes(), Names { entries: &["item", "entry"], beside: &["link", "title", "language"] });
    let (mut batch, mut channel) = (Batch::default(), Channel::default());
    while let Some(cut) = cuts.next()? {
        input.check_time()?;
        if !matches!(cut.name.as_str(), "item" | "entry") {
            channel.hear(&cut, input.url);
            continue;
        }
        batch.check_room()?;
        let place = cut.place(match cuts.root.as_str() {
            "rss" => "/rss/channel",
            "feed" => "/feed",
            _ => "/RDF",
        });
        let mut notes = Notes::new(&place, input.url, &input.clock);
        let notice = entry(&cut, &channel, &mut notes);
        match notice {
            Ok(notice) => {
                let raw = cuts.alone(&cut, &channel.between(&cuts.root));
                batch.notices.push(Notice { raw, unread: notes.unread, ..notice });
            }
            Err(reason) => batch.bad.push(BadEntry { path: place.clone(), reason }),
        }
    }
    let root = cuts.root.rsplit(':').next().unwrap_or_default().to_owned();
    if !matches!(root.as_str(), "rss" | "RDF" | "feed") {
        let what = if root.is_empty() { "it is empty or no XML".to_owned() } else { format!("its root is `{root}`") };
        return Err(Failure::new(FailureClass::Unreadable, format!("it is no RSS or Atom feed: {what}")));
    }
    batch.cut = !cuts.closed;
    if batch.cut {
        batch.bad.push(BadEntry { path: format!("/{root}"), reason: "the document breaks off: it has no end".to_owned() });
    }
    batch.next = channel.next;
    join_awards(&mut batch.notices);
    Ok(batch)
}

/// Gives what is published as the award of another entry of the feed, by its title, to the tender of that. It repeats no deadline.
fn join_awards(notices: &mut [Notice]) {
    let title = |notice: &Notice| notice.content.title.best(&[]).map(str::to_owned).unwrap_or_default();
    let mut called: HashMap<String, Option<(String, Option<Timestamp>)>> = HashMap::new();
    for notice in notices.iter().filter(|notice| award_of(&title(notice)).is_none()) {
        let one = (notice.procedure.clone(), notice.published);
        // Of two that are called alike nobody knows which was awarded.
        called.entry(words(&title(notice))).and_modify(|known| *known = known.take().filter(|known| known.0 == one.0)).or_insert(Some(one));
    }
    for notice in notices {
        let tender = award_of(&title(notice)).and_then(|what| called.get(&what)?.as_ref());
        let later = |since: &Option<Timestamp>| since.is_none() || notice.published.is_none() || notice.published >= *since;
        if let Some((procedure, _)) = tender.filter(|(procedure, since)| *procedure != notice.procedure && later(since)) {
            notice.procedure.clone_from(procedure);
            notice.whole = false;
        }
    }
}

impl Channel {
    /// What stands between the root and an entry.
    fn between(&self, root: &str) -> String {
        let opens = if root.ends_with("feed") { "" } else { "<channel>" };
        [opens, &self.heard].concat()
    }

    fn hear(&mut self, cut: &Cut, url: Option<&Url>) {
        let Ok(text) = cut.document() else { return };
        let Ok(document) = xml::parse(&text) else { return };
        let Some(node) = document.root_element().first_element_child() else { return };
        match cut.name.as_str() {
            "title" if self.title.is_empty() => {
                self.title = xml::words(node);
                self.heard.push_str(&cut.text);
            }
            "language" if self.language.is_empty() => {
                self.language = xml::words(node);
                self.heard.push_str(&cut.text);
            }
            "link" if xml::attribute(node, "rel") == "next" => {
                let href = xml::attribute(node, "href");
                let full = url.and_then(|url| url.join(href).ok()).map_or_else(|| href.to_owned(), Into::into);
                self.next = self.next.take().or(Some(full).filter(|full| !full.is_empty()));
            }
            _ => {}
        }
    }
}

/// The text of an element as it is, line breaks and tags kept.
pub(super) fn raw(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

/// The first of these child elements that says something.
fn first<'a, 'i: 'a>(node: Node<'a, 'i>, names: &[&'static str]) -> Option<Node<'a, 'i>> {
    names.iter().filter_map(|name| xml::first(node, name)).find(|node| !xml::words(*node).is_empty())
}

fn entry(cut: &Cut, channel: &Channel, notes: &mut Notes<'_>) -> Result<Notice, String> {
    let text = cut.document()?;
    let document = xml::parse(&text).map_err(|failure| failure.text)?;
    let node = document.root_element().first_element_child().ok_or("it is empty")?;
    let link = link(node, notes);
    let named = first(node, &["guid", "id"]).map(xml::words);
    let about = Some(xml::attribute(node, "about").to_owned()).filter(|about| !about.is_empty());
    let procedure = named.or(about).or_else(|| link.as_ref().map(Url::to_string)).map(|named| untracked_id(&named));
    let procedure = procedure.ok_or("it has neither `guid`, `id` nor `link`: nothing says which one it is")?;
    let dated = first(node, &["pubDate", "published", "updated", "date", "issued", "modified"]);
    let written = dated.map(raw).unwrap_or_default();
    let language = [xml::attribute(node, "lang"), channel.language.as_str()].into_iter().find(|language| !language.is_empty());
    let month_first = when::month_first(language.unwrap_or_default(), notes.clock);
    let published = instant(&written, month_first, notes.clock);
    match dated {
        Some(dated) if published.is_none() => notes.odd(dated, "time"),
        Some(_) | None => {}
    }
    let language = language_code(language.unwrap_or_default());
    let hash = ContentHash::of(cut.text.as_bytes());
    let mut notice = Notice {
        procedure,
        id: hash.to_string(),
        version: String::new(),
        publication: String::new(),
        published_text: html::words(&written),
        published,
        kind: NoticeKind::Other,
        stage: Stage::Unknown,
        code: String::new(),
        previous: String::new(),
        languages: if language == "und" { Vec::new() } else { vec![language.clone()] },
        test: false,
        whole: true,
        results_apart: false,
        unread: Vec::new(),
        raw: Raw::default(),
        amendments: Vec::new(),
        content: Content { link, ..Content::default() },
        found: std::collections::BTreeMap::new(),
        hash,
    };
    content(node, (&language, month_first), channel, &mut notice, notes);
    notice.found = std::mem::take(&mut notes.found);
    Ok(notice)
}

/// An id that is an address, without what says where its readers came from.
fn untracked_id(id: &str) -> String {
    let address = Url::parse(id).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    address.and_then(|url| Some(untracked(&url)).filter(|bare| *bare != url)).map_or_else(|| id.to_owned(), String::from)
}

/// The page for people: RSS has it as text, Atom in `href`.
fn link(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Option<Url> {
    let shown = |link: &Node<'_, '_>| matches!(xml::attribute(*link, "rel"), "" | "alternate");
    let links: Vec<_> = xml::children(node, "link").filter(shown).chain(xml::children(node, "guid")).collect();
    links.into_iter().find_map(|link| {
        let written = [xml::attribute(link, "href").to_owned(), xml::words(link)].into_iter().find(|written| !written.is_empty())?;
        // A `guid` need not be an address.
        let whole = link.tag_name().name() == "link" || written.starts_with("http");
        let url = code::url(&written, notes.url).filter(|_| whole)?;
        notes.found("link", link);
        Some(untracked(&url))
    })
}

fn content(
    node: Node<'_, '_>,
    (language, month_first): (&str, Option<bool>),
    channel: &Channel,
    notice: &mut Notice,
    notes: &mut Notes<'_>,
) {
    let content = &mut notice.content;
    if let Some(title) = first(node, &["title"]) {
        notes.found("title", title);
        content.title = Texts::one(language, &html::words(&raw(title)));
        if let Some(became) = content.title.best(&[]).and_then(titles::became) {
            (notice.kind, notice.stage) = became;
        }
    }
    let described = first(node, &["encoded", "description", "summary", "content"]);
    let labels = described.map(|node| html::labelled(&raw(node))).unwrap_or_default();
    if let Some(described) = described {
        notes.found("description", described);
        content.description = Texts::one(language, &html::words(&raw(described)));
    }
    for category in xml::children(node, "category").chain(xml::children(node, "subject")) {
        self::category(category, notice, notes);
    }
    let content = &mut notice.content;
    for (label, value) in labels {
        let label = fold(&label);
        let is = |words: &[&str]| words.iter().any(|word| label.ends_with(word));
        if let Some(described) = described
            && content.buyers.is_empty()
            && is(&["buyer", "purchaser", "contracting authority", "procuring entity", "organo de contratacion"])
        {
            notes.found("buyers", described);
            content.buyers.push(Party { name: Texts::one(language, &value), ..Party::default() });
        }
    }
    deadline_in_words(node, described, month_first, content, notes);
    if let Some(author) = author(node, channel).filter(|_| content.buyers.is_empty()) {
        notes.found("buyers", author);
        content.buyers.push(Party { name: Texts::one(language, &xml::words(author)), ..Party::default() });
    }
}

/// The deadline that title and text say in words, where nothing else says it.
fn deadline_in_words(
    node: Node<'_, '_>,
    described: Option<Node<'_, '_>>,
    month_first: Option<bool>,
    content: &mut Content,
    notes: &mut Notes<'_>,
) {
    if !content.deadlines.is_empty() {
        return;
    }
    let titled = first(node, &["title"]);
    let said = [titled, described].into_iter().flatten().map(|node| (node, html::lines(&raw(node))));
    let lines: Vec<(Node<'_, '_>, String)> = said.flat_map(|(node, lines)| lines.into_iter().map(move |line| (node, line))).collect();
    let Some((place, until)) = until::until(lines.iter().map(|(_, line)| line.as_str()), month_first) else { return };
    let Some(mut found) = when::in_words(DeadlineKind::Tender, &until.words) else { return };
    found.due = until.day.and_then(|day| deadline(DeadlineKind::Tender, &day, month_first, notes.clock)?.due);
    notes.found("deadlines", lines[place].0);
    // That the documents say it is no fault of the feed.
    if found.due.is_none() && found.text.contains(|c: char| c.is_ascii_digit()) {
        notes.odd_words(lines[place].0, &until.words, "single day that everybody reads alike");
    }
    content.deadlines.push(found);
}

/// Who wrote the entry, when that may be the buyer: not who publishes the feed, not an address, not an account.
fn author<'a, 'i: 'a>(node: Node<'a, 'i>, channel: &Channel) -> Option<Node<'a, 'i>> {
    let author = first(node, &["creator", "author/name"]).or_else(|| xml::first(node, "author").filter(|author| !author.has_children()))?;
    let (name, publisher) = (fold(&xml::words(author)), fold(&channel.title));
    let account = name.contains('@') || matches!(name.as_str(), "admin" | "administrator" | "webmaster" | "editor" | "root" | "anonymous");
    (!name.is_empty() && !account && !publisher.contains(&name)).then_some(author)
}

/// A category: some feeds write `CPV/24400000`, `country/sn - Senegal`, `deadline/2015/Apr/30` and `type/spn`; others a word.
fn category(node: Node<'_, '_>, notice: &mut Notice, notes: &mut Notes<'_>) {
    let term = xml::attribute(node, "term");
    let text = if term.is_empty() { xml::words(node) } else { term.to_owned() };
    let label = xml::attribute(node, "label");
    let domain = [xml::attribute(node, "domain"), xml::attribute(node, "scheme")].into_iter().find(|domain| !domain.is_empty());
    let (scheme, code) = match domain {
        Some(domain) => (domain.rsplit(['/', '#']).next().unwrap_or(domain), text.as_str()),
        None => text.split_once(['/', ':']).unwrap_or(("category", &text)),
    };
    let content = &mut notice.content;
    match fold(scheme).as_str() {
        "deadline" => {
            let deadline = deadline(DeadlineKind::Tender, code, None, notes.clock);
            if deadline.is_some() {
                notes.found("deadlines", node);
            }
            if deadline.as_ref().is_some_and(|deadline| deadline.due.is_none()) {
                notes.odd(node, "day");
            }
            code::push(&mut content.deadlines, deadline);
        }
        "country" => {
            let (code, name) = code.split_once(" - ").unwrap_or((code, ""));
            let country = if code.trim().len() == 2 { code.trim().to_uppercase() } else { code::country(code) };
            notes.found("places", node);
            code::push(&mut content.places, (!country.is_empty()).then(|| Place { country, region: String::new(), text: name.to_owned() }));
        }
        "type" => {
            if notice.stage == Stage::Unknown {
                (notice.kind, notice.stage) = kind(code);
            }
            code.clone_into(&mut notice.code);
        }
        _ => {
            let main = content.classes.is_empty();
            let class = code::class(scheme, code, main, label);
            // What looks like a code of a scheme and is none of its codes is a word.
            let class = class.or_else(|| Some(Class { scheme: "category".to_owned(), code: text.clone(), main, label: label.to_owned() }));
            if let Some(class) = class.filter(|class| !class.code.is_empty()) {
                notes.found("classes", node);
                code::push_class(&mut content.classes, Some(class));
            }
        }
    }
}

/// Kinds of notices as development banks and dgMarket write them.
fn kind(code: &str) -> (NoticeKind, Stage) {
    match fold(code).as_str() {
        "spn" | "rfp" | "rfq" | "ifb" | "itb" | "eoi" | "reoi" | "rei" | "tender" => (NoticeKind::Competition, Stage::Open),
        "gpn" | "pin" | "ppn" => (NoticeKind::Planning, Stage::Planned),
        "ca" | "can" | "award" => (NoticeKind::Award, Stage::Awarded),
        _ => (NoticeKind::Other, Stage::Unknown),
    }
}

/// A deadline as people write it; what is no day stays words.
pub(super) fn deadline(kind: DeadlineKind, text: &str, month_first: Option<bool>, clock: &Clock) -> Option<Deadline> {
    let mut deadline = when::in_words(kind, text)?;
    let due = |written: &str| when::deadline(kind, written, "", clock).and_then(|deadline| deadline.due);
    deadline.due = due(text).or_else(|| due(&when::iso(text, month_first)?));
    Some(deadline)
}

/// An instant as feeds write it: RFC 2822, ISO 8601, in an attribute of a bit of HTML, or as people do.
pub(super) fn instant(text: &str, month_first: Option<bool>, clock: &Clock) -> Option<Timestamp> {
    let text = text.trim();
    let attribute = text.split_once("content=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
    let text = attribute.unwrap_or(text);
    let mail = || jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    mail().or_else(|| when::instant(text, clock)).or_else(|| when::instant(&when::iso(text, month_first)?, clock))
}
