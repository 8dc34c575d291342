//! The daily feed of `FedBizOpps`, the portal before SAM.gov: as XML, and as the older text with tags that are never closed.
//!
//! Both are brought to one list of fields by tag. Source: FBO's interface description (tags `PRESOL`, `COMBINE`, ..., dates `MMDDYYYY`).

use roxmltree::Node;

use super::entry::Entry;
use super::{Batch, Head, Input, Tombstone, code, when, xml};
use crate::base::text::squeeze;
use crate::model::{
    Award, BadEntry, DeadlineKind, Failure, FailureClass, NoticeKind, Outcome, Party, Procedure, ProcedureKind, Raw, Stage, Texts,
    WorthKind,
};

/// Kinds of notices, by their tags.
const KINDS: [&str; 15] = [
    "PRESOL", "COMBINE", "SRCSGT", "SSALE", "SNOTE", "AWARD", "JA", "FAIROPP", "ITB", "FSTD", "MOD", "AMDCSS", "CANCEL", "ARCHIVE",
    "DELETE",
];

/// Fields of one notice.
const FIELDS: usize = 10_000;

pub(super) fn fits(head: &Head<'_>) -> bool {
    (head.root == "NOTICES" || KINDS.contains(&head.root))
        && ["<SOLNBR>", "<AWDNBR>", "<CLASSCOD>"].iter().any(|tag| head.text.contains(tag))
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    let text = input.text.trim_start_matches('\u{feff}').trim_start();
    if xml::root_name(text).is_some_and(|root| KINDS.contains(&root)) {
        for record in records(text) {
            input.check_time()?;
            batch.check_room()?;
            match record {
                Ok(record) => {
                    let kind = &record.kind;
                    let raw = Raw::new(format!("<{kind}>\n"), record.text.as_str(), format!("</{kind}>\n"));
                    notice(input, (&record, raw), "", &mut batch);
                }
                Err(bad) => batch.bad.push(bad),
            }
        }
        return Ok(batch);
    }
    let document = xml::parse(input.text)?;
    if document.root_element().tag_name().name() != "NOTICES" {
        return Err(Failure::new(FailureClass::Unreadable, "it is no feed of FedBizOpps: the element `NOTICES` is missing"));
    }
    for node in document.root_element().children().filter(Node::is_element) {
        input.check_time()?;
        batch.check_room()?;
        let first = Record::of(node, &document);
        // Those inside are told from the first by their hashes.
        let raw = Raw::new("<NOTICES>", first.text.as_str(), "</NOTICES>");
        notice(input, (&first, raw.clone()), "", &mut batch);
        // Later versions stand inside the first.
        let mut previous = first.id();
        for change in xml::all(node, "CHANGES/*") {
            let mut record = Record::of(change, &document);
            record.fields.push(("NTYPE".to_owned(), first.kind.clone()));
            notice(input, (&record, raw.clone()), &previous, &mut batch);
            previous = record.id();
        }
    }
    Ok(batch)
}

/// A notice as its fields, in the document's order.
struct Record {
    kind: String,
    path: String,
    text: String,
    fields: Vec<(String, String)>,
}

impl Record {
    fn of(node: Node<'_, '_>, document: &roxmltree::Document<'_>) -> Self {
        let field = |child: Node<'_, '_>| {
            let name = child.tag_name().name().to_owned();
            let value = if name == "EMAIL" { xml::text(child, "ADDRESS") } else { String::new() };
            let value = if value.is_empty() { plain(&xml::words(child)) } else { value };
            (name, value)
        };
        Self {
            kind: node.tag_name().name().to_owned(),
            path: xml::path(node),
            text: document.input_text()[node.range()].to_owned(),
            fields: node
                .children()
                .filter(|child| child.is_element() && child.tag_name().name() != "CHANGES")
                .take(FIELDS)
                .map(field)
                .collect(),
        }
    }

    /// The first value of a field that has one.
    fn get(&self, tag: &str) -> &str {
        let mut values = self.fields.iter().filter(|(name, _)| name == tag).map(|(_, value)| value.trim());
        values.find(|value| !matches!(*value, "" | "N/A" | "Not available." | "Not Available")).unwrap_or_default()
    }

    fn number(&self) -> &str {
        Some(self.get("SOLNBR")).filter(|number| !number.is_empty()).unwrap_or(self.get("AWDNBR"))
    }

    /// The feed gives notices no id: number, kind and day are one.
    fn id(&self) -> String {
        [self.number(), &self.kind, self.get("DATE")].join(" ")
    }

    /// A day as ISO 8601: `02082015`, also with a slip (`0130-2015`, `02082015-7`), and `0616` with the field `YEAR`.
    fn day(&self, written: &str) -> Option<String> {
        let digits: String = written.chars().filter(char::is_ascii_digit).take(8).collect();
        let (day, year) = match digits.len() {
            8 => (&digits[..4], digits[4..].to_owned()),
            6 => (&digits[..4], format!("20{}", &digits[4..])),
            4 => (&digits[..], format!("20{}", self.get("YEAR"))),
            _ => return None,
        };
        let day = format!("{year}-{}-{}", &day[..2], &day[2..]);
        when::day(&day).map(|day| day.to_string())
    }
}

/// Notices of the older feed: a tag begins its line, its value goes on until the next one, and only whole notices are closed.
fn records(text: &str) -> impl Iterator<Item = Result<Record, BadEntry>> {
    let mut lines = text.lines();
    let mut count = 0;
    std::iter::from_fn(move || {
        let kind = lines.find_map(|line| tag(line).map(|(kind, _)| kind).filter(|kind| KINDS.contains(kind)))?;
        count += 1;
        let mut record = Record { kind: kind.to_owned(), path: format!("/{kind}[{count}]"), text: String::new(), fields: Vec::new() };
        let end = format!("</{kind}>");
        for line in lines.by_ref() {
            if line.trim() == end {
                record.fields.iter_mut().for_each(|(_, value)| *value = plain(value));
                return Some(Ok(record));
            }
            record.text.push_str(line);
            record.text.push('\n');
            if let (Some((tag, value)), true) = (tag(line), record.fields.len() < FIELDS) {
                record.fields.push((tag.to_owned(), value.to_owned()));
            } else if let Some((_, value)) = record.fields.last_mut() {
                value.push(' ');
                value.push_str(line);
            }
        }
        Some(Err(BadEntry { path: record.path, reason: format!("it breaks off: `{end}` is missing") }))
    })
}

/// The tag in capitals that begins a line, and what follows it.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (tag, value) = line.trim_start().strip_prefix('<')?.split_once('>')?;
    (!tag.is_empty() && tag.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).then_some((tag, value))
}

/// Words without the marks of HTML.
fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        // A smaller-than sign is no mark: marks begin with a letter or a slash and end.
        let mark = after.split_once('>').filter(|(mark, _)| mark.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
        words.push(if mark.is_some() { ' ' } else { '<' });
        rest = mark.map_or(after, |(_, after)| after);
    }
    words.push_str(rest);
    squeeze(&words.replace("&nbsp;", " ").replace("&amp;", "&"))
}

fn notice(input: &Input<'_>, (record, raw): (&Record, Raw), previous: &str, batch: &mut Batch) {
    let number = record.number().to_owned();
    if matches!(record.kind.as_str(), "ARCHIVE" | "DELETE") && !number.is_empty() {
        // Put away is not cancelled.
        let when = record.get("DATE").to_owned();
        batch.gone.push(Tombstone { procedure: number, when, reason: record.kind.clone(), void: false });
        return;
    }
    let mut entry = Entry::new(record.path.clone(), (record.text.as_bytes(), raw), input.clock.clone(), &mut batch.bad);
    if number.is_empty() {
        return entry.refuse("it has no number: `SOLNBR` and `AWDNBR` are missing");
    }
    let notice = &mut entry.notice;
    notice.id = record.id();
    // A modification or an award repeats little of what came before.
    notice.whole = false;
    previous.clone_into(&mut notice.previous);
    notice.publication.clone_from(&number);
    notice.procedure.clone_from(&number);
    notice.code.clone_from(&record.kind);
    notice.languages = vec!["en".to_owned()];
    (notice.kind, notice.stage) = kind_and_stage(record);
    entry.other_id("solicitation", "SOLNBR", &number);
    published(&mut entry, record);
    entry.title("en", "SUBJECT", record.get("SUBJECT"));
    entry.description("en", "DESC", record.get("DESC"));
    deadline(&mut entry, record, &input.clock);
    buyers(&mut entry, record);
    entry.class("NAICS", "NAICS", record.get("NAICS"), true, "");
    let first = entry.notice.content.classes.is_empty();
    entry.class("PSC", "CLASSCOD", record.get("CLASSCOD"), first, "");
    set_aside(&mut entry, record);
    let place = code::place(record.get("POPCOUNTRY"), "", &[record.get("POPADDRESS"), record.get("POPZIP")].join(" "));
    if place.is_some() {
        code::push(&mut entry.content().places, place);
        entry.mark("places", "POPCOUNTRY");
    }
    let link = ["LINK", "URL"].into_iter().find(|tag| !record.get(tag).is_empty()).unwrap_or("LINK");
    entry.link(link, record.get(link), input.url);
    award(&mut entry, record);
    batch.notices.push(entry.notice);
}

fn kind_and_stage(record: &Record) -> (NoticeKind, Stage) {
    let of = |kind: &str| match kind {
        "PRESOL" | "SRCSGT" | "SNOTE" | "ITB" => (NoticeKind::Planning, Stage::Planned),
        "COMBINE" => (NoticeKind::Competition, Stage::Open),
        "AWARD" => (NoticeKind::Award, Stage::Awarded),
        "JA" | "FAIROPP" => (NoticeKind::IntendedAward, Stage::Unknown),
        // Something is sold, and offers are taken all the same.
        "SSALE" => (NoticeKind::Other, Stage::Open),
        "CANCEL" => (NoticeKind::Cancellation, Stage::Cancelled),
        "AMDCSS" => (NoticeKind::Change, Stage::Open),
        _ => (NoticeKind::Other, Stage::Unknown),
    };
    match record.kind.as_str() {
        // What is changed stands in `NTYPE`, where it stands at all.
        "MOD" => (NoticeKind::Change, of(record.get("NTYPE")).1),
        kind => of(kind),
    }
}

fn published(entry: &mut Entry<'_>, record: &Record) {
    let written = record.get("DATE");
    entry.published("DATE", &record.day(written).unwrap_or_else(|| written.to_owned()));
    written.clone_into(&mut entry.notice.published_text);
}

fn deadline(entry: &mut Entry<'_>, record: &Record, clock: &super::Clock) {
    let written = record.get("RESPDATE");
    let day = record.day(written);
    if let Some(mut deadline) = entry.read_deadline_in(DeadlineKind::Tender, "RESPDATE", day.as_deref().unwrap_or(written), clock) {
        written.clone_into(&mut deadline.text);
        entry.content().deadlines.push(deadline);
        entry.mark("deadlines", "RESPDATE");
    }
}

/// The office that buys first, then what it belongs to.
fn buyers(entry: &mut Entry<'_>, record: &Record) {
    for tag in ["LOCATION", "OFFICE", "AGENCY"] {
        let party = Party { name: Texts::one("en", record.get(tag)), ..Party::default() };
        if !party.name.is_empty() {
            code::push(&mut entry.content().buyers, Some(party));
            entry.mark("buyers", tag);
        }
    }
    if let Some(office) = entry.content().buyers.first_mut() {
        record.get("EMAIL").clone_into(&mut office.email);
        let (address, zip) = (record.get("OFFADD"), record.get("ZIP"));
        let words = if address.contains(zip) { address.to_owned() } else { format!("{address} {zip}") };
        office.seat = code::place("US", "", &words).unwrap_or_default();
    }
}

fn set_aside(entry: &mut Entry<'_>, record: &Record) {
    let aside = record.get("SETASIDE").to_owned();
    if aside.to_lowercase().contains("small") {
        entry.content().suits_small = Some(true);
        entry.mark("suits_small", "SETASIDE");
    }
    let (kind, text, place) = if entry.notice.kind == NoticeKind::IntendedAward {
        (ProcedureKind::Direct, record.kind.clone(), "")
    } else {
        (ProcedureKind::Other, aside, "SETASIDE")
    };
    if !text.is_empty() {
        entry.content().procedure = Some(Procedure { kind, text });
        entry.mark("procedure", place);
    }
}

fn award(entry: &mut Entry<'_>, record: &Record) {
    let [number, winner, amount, date] = ["AWDNBR", "AWARDEE", "AWDAMT", "AWDDATE"].map(|tag| record.get(tag));
    if [number, winner, amount, date].iter().all(|value| value.is_empty()) {
        return;
    }
    let plain: String = amount.chars().filter(|c| !matches!(c, '$' | ',' | ' ')).collect();
    let worth = entry.read_worth(WorthKind::Award, "AWDAMT", &plain, "USD", None).into_iter().collect();
    let day = record.day(date);
    let date = entry.read_day("AWDDATE", day.as_deref().unwrap_or(date));
    let winner = Party { name: Texts::one("en", winner), ..Party::default() };
    let winners = Some(winner).filter(|party| !party.name.is_empty()).into_iter().collect();
    let (id, lots, outcome, reason, losers) = (number.to_owned(), Vec::new(), Outcome::Won, String::new(), Vec::new());
    entry.content().awards.push(Award { id, lots, outcome, reason, winners, losers, worth, date, bids: None, term: None });
    entry.mark("awards", if number.is_empty() { "AWARDEE" } else { "AWDNBR" });
}

#[cfg(test)]
mod tests;
