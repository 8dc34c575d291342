//! A tender in lines of words, for people, and what two of its versions differ in. Knows no format and no terminal.

use std::collections::HashMap;

use super::Tender;
use crate::base::text::clip;
use crate::model::{Award, Class, Content, Deadline, Due, Lot, Nature, Party, Place, Stage, Term, Texts, Worth, ZoneFrom};

/// Characters of one line's words.
const WORDS: usize = 400;
/// Lines of one tender: a framework of a thousand lots has ten times as many.
const LINES: usize = 20_000;

/// Characters of a deadline as it is written.
const WRITTEN: usize = 60;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The part of the content it is of, as [`super::Tender::said`] names it.
    pub part: &'static str,
    /// What it is called; no two lines have the same name.
    pub name: String,
    /// What it says.
    pub words: String,
}

/// A tender in lines, those of the whole before those of its lots, documents and awards; each name once.
pub fn lines(tender: &Tender) -> Vec<Line> {
    let (mut all, notice) = (Lines::default(), &tender.notice);
    if notice.stage != Stage::Unknown {
        all.of("stage").put("stage", notice.stage.word());
    }
    content(&mut all, &notice.content);
    all.part = "lots";
    for lot in &notice.content.lots {
        of_lot(&mut all, lot);
    }
    all.part = "documents";
    for document in &notice.content.documents {
        let restricted = if document.restricted { "restricted" } else { "" };
        let words = joined([&document.title, restricted, &document.date, &document.hash], ", ");
        all.put(&format!("document {}", document.url), if words.is_empty() { "to be had".to_owned() } else { words });
    }
    all.part = "awards";
    for (award, past) in tender.awards_so_far() {
        let again = if past { "its lots were called for again since" } else { "" };
        let lots = if award.lots.is_empty() { String::new() } else { format!(" for {}", award.lots.join(", ")) };
        all.put(&format!("award {}{lots}", award.id), joined([&of_award(award), again], "; "));
    }
    all.all
}

/// What became different, in the order of the newer lines: the name, before, after. `None`: it was not there, or is not any more.
pub fn differences(old: &[Line], new: &[Line]) -> Vec<(String, Option<String>, Option<String>)> {
    let by_name = |lines: &[Line]| lines.iter().map(|line| (line.name.clone(), line.words.clone())).collect::<HashMap<_, _>>();
    let (was, is) = (by_name(old), by_name(new));
    let differs = new.iter().filter(|line| was.get(&line.name) != Some(&line.words));
    let gone = old.iter().filter(|line| !is.contains_key(&line.name));
    differs
        .map(|line| (line.name.clone(), was.get(&line.name).cloned(), Some(line.words.clone())))
        .chain(gone.map(|line| (line.name.clone(), Some(line.words.clone()), None)))
        .collect()
}

#[derive(Default)]
struct Lines {
    all: Vec<Line>,
    part: &'static str,
    /// How often each name was used.
    names: HashMap<String, usize>,
}

impl Lines {
    fn of(&mut self, part: &'static str) -> &mut Self {
        self.part = part;
        self
    }

    fn put(&mut self, name: &str, words: impl Into<String>) {
        let words = words.into();
        if words.trim().is_empty() || self.all.len() >= LINES {
            return;
        }
        let count = self.names.entry(name.to_owned()).or_default();
        *count += 1;
        let name = if *count == 1 { name.to_owned() } else { format!("{name} ({count})") };
        self.all.push(Line { part: self.part, name, words: clip(&words, WORDS) });
    }
}

fn content(all: &mut Lines, content: &Content) {
    texts(all.of("title"), "title", &content.title);
    texts(all.of("description"), "description", &content.description);
    all.part = "buyers";
    for buyer in &content.buyers {
        all.put("buyer", of_party(buyer));
    }
    deadlines(all.of("deadlines"), "", &content.deadlines);
    worths(all.of("worth"), "", &content.worth);
    all.of("classes").put("classes", classes(&content.classes));
    all.of("nature").put("nature", content.nature.map(Nature::word).unwrap_or_default());
    let procedure = content.procedure.as_ref().map(|procedure| format!("{} ({})", procedure.kind.word(), procedure.text));
    all.of("procedure").put("procedure", procedure.unwrap_or_default());
    all.of("technique").put("technique", content.technique.as_str());
    all.of("places").put("performed in", places(&content.places));
    all.of("term").put("contract", content.term.as_ref().map(of_term).unwrap_or_default());
    all.of("submission_languages").put("offers in", content.submission_languages.join(", "));
    all.of("submission").put("offers to", content.submission.as_ref().map(ToString::to_string).unwrap_or_default());
    all.of("link").put("page", content.link.as_ref().map(ToString::to_string).unwrap_or_default());
    flags(all.of("eu_funds"), "", [content.eu_funds, content.suits_small, content.reserved]);
    let ids: Vec<String> = content.other_ids.iter().map(|id| joined([&id.scheme, &id.id], " ")).collect();
    all.of("other_ids").put("also known as", ids.join("; "));
}

fn of_lot(all: &mut Lines, lot: &Lot) {
    let name = format!("lot {}", lot.id);
    let of = format!("{name} ");
    all.put(&name, lot.title.best(&[]).unwrap_or("(no title)"));
    all.put(&format!("{of}stage"), lot.stage.map(Stage::word).unwrap_or_default());
    all.put(&format!("{of}description"), lot.description.best(&[]).unwrap_or_default());
    deadlines(all, &of, &lot.deadlines);
    worths(all, &of, &lot.worth);
    all.put(&format!("{of}classes"), classes(&lot.classes));
    all.put(&format!("{of}nature"), lot.nature.map(Nature::word).unwrap_or_default());
    all.put(&format!("{of}performed in"), places(&lot.places));
    all.put(&format!("{of}contract"), lot.term.as_ref().map(of_term).unwrap_or_default());
    flags(all, &of, [lot.eu_funds, lot.suits_small, lot.reserved]);
}

fn flags(all: &mut Lines, of: &str, [eu, small, reserved]: [Option<bool>; 3]) {
    for (name, flag) in [("EU funds", eu), ("suits small enterprises", small), ("reserved", reserved)] {
        all.put(&format!("{of}{name}"), flag.map(|yes| if yes { "yes" } else { "no" }).unwrap_or_default());
    }
}

/// The language is named where there are several.
fn texts(all: &mut Lines, name: &str, texts: &Texts) {
    let alone = texts.by_language.len() == 1;
    for (language, words) in &texts.by_language {
        all.put(&if alone { name.to_owned() } else { format!("{name} [{language}]") }, words.as_str());
    }
}

fn worths(all: &mut Lines, of: &str, worth: &[Worth]) {
    for one in worth {
        all.put(&format!("{of}{}", one.kind.word()), of_worth(one));
    }
}

fn of_worth(worth: &Worth) -> String {
    let tax = worth.with_tax.map(|with| if with { "with tax" } else { "without tax" }).unwrap_or_default();
    let currency = worth.amount.currency.map(|currency| currency.code()).unwrap_or_default();
    joined([worth.amount.number.to_string().as_str(), currency, tax], " ")
}

fn deadlines(all: &mut Lines, of: &str, deadlines: &[Deadline]) {
    for deadline in deadlines {
        all.put(&format!("{of}{} deadline", deadline.kind.word()), of_deadline(deadline));
    }
}

/// Day, time and zone, how the zone was known, and the instant; as written where it names no day.
fn of_deadline(deadline: &Deadline) -> String {
    let Some(Due { day, time, zone, zone_from, at }) = &deadline.due else { return format!("“{}”", deadline.text) };
    let known = match zone_from {
        ZoneFrom::Text => "as written",
        ZoneFrom::Source => "zone of the source's settings",
        ZoneFrom::Portal => "zone by the portal's rule",
        ZoneFrom::Buyer => "zone of the buyer's country",
        ZoneFrom::Assumed => "zone assumed",
    };
    match time {
        None => format!("{day}, no time given ({zone}, {known})"),
        Some(time) => {
            let time = time.strftime(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" });
            let known =
                if *zone_from == ZoneFrom::Text { format!("{known}: “{}”", clip(&deadline.text, WRITTEN)) } else { known.to_owned() };
            format!("{day} {time} {zone} ({known}; {})", at.strftime("%Y-%m-%d %H:%M UTC"))
        }
    }
}

fn places(places: &[Place]) -> String {
    places.iter().map(of_place).collect::<Vec<_>>().join("; ")
}

fn of_place(place: &Place) -> String {
    joined([&place.country, &place.region, &place.text], " ")
}

fn classes(classes: &[Class]) -> String {
    classes.iter().map(|class| joined([&class.scheme, &class.code, &class.label], " ")).collect::<Vec<_>>().join("; ")
}

fn of_party(party: &Party) -> String {
    let ids: Vec<String> = party.ids.iter().map(|id| joined([&id.scheme, &id.id], " ")).collect();
    let website = party.website.as_ref().map(ToString::to_string).unwrap_or_default();
    let small = if party.small == Some(true) { "small enterprise" } else { "" };
    let name = party.name.best(&[]).unwrap_or("(no name)");
    joined([name, &ids.join(", "), &of_place(&party.seat), &party.email, &party.phone, &website, small], ", ")
}

fn of_term(term: &Term) -> String {
    let day = |word: &str, day: Option<jiff::civil::Date>| day.map(|day| format!("{word} {day}")).unwrap_or_default();
    let renewals = term.renewals.map(|count| format!("renewals: {count}")).unwrap_or_default();
    joined([&day("from", term.start), &day("to", term.end), &term.duration, &renewals, &term.renewal], ", ")
}

fn of_award(award: &Award) -> String {
    let names = |parties: &[Party]| parties.iter().map(of_party).collect::<Vec<_>>().join(" and ");
    let worth = award.worth.iter().map(of_worth).collect::<Vec<_>>().join(", ");
    let date = award.date.map(|day| day.to_string()).unwrap_or_default();
    let bids = award.bids.map(|bids| format!("{bids} offers")).unwrap_or_default();
    let losers = if award.losers.is_empty() { String::new() } else { format!("not chosen: {}", names(&award.losers)) };
    let term = award.term.as_ref().map(of_term).unwrap_or_default();
    joined([award.outcome.word(), &names(&award.winners), &worth, &date, &bids, &award.reason, &losers, &term], "; ")
}

/// The words that say something, joined.
fn joined<const N: usize>(words: [&str; N], by: &str) -> String {
    words.into_iter().map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(by)
}
