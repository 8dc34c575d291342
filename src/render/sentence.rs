//! Sentences from what is stored: what a signal tells, in the reader's language and by their clock. Foreign words in
//! them stay as they are.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Language;
use super::clean::line;
use super::due::{odd_words, said, stage_word};
use super::ended::{
    again as again_until, contracts, each_otherwise, ended, ended_early, ended_lots, is_again, label_lots, next_lots, of_lots, reasons,
    taken_back, won_by_lots,
};
use super::fields::{FIRST_DEADLINE, name_of, word_of};
use super::language::Word;
use super::lots::named;
use crate::base::text::words;
use crate::model::{
    AWARDED_LOTS, BUYER_SAYS, CANCELLED_LOTS, CONTRACTS, FAR, FROM_TO, FactName, LISTS, LOT_AWARDS, LOT_WORTH, LOTS_DUE, Oddity,
    Organisation, SAID_APART, Signal, SignalKind, Stage, Story, Unknown,
};

/// Fields whose times are deadlines.
const DEADLINES: [&str; 2] = ["deadline", "questions_until"];

/// What a member of a group is called beside its head office, and where it is, as far as that is known: "Acme Sur SL (Cádiz)".
pub fn member(one: &Organisation) -> String {
    let title = line(one.title(), 80);
    match place_of(one).filter(|place| !words(&title).contains(&words(place))) {
        Some(place) => format!("{title} ({})", line(&place, 60)),
        None => title,
    }
}

/// Where an organisation is, by what was last said.
pub(super) fn place_of(one: &Organisation) -> Option<String> {
    one.best(FactName::Place, &|_| 1.0).map(|fact| fact.value.text())
}

/// A sentence about a signal with whose it is, where that is one of these members of the group of whoever is told of: "Tender published: cots — Acme
/// Sur SL (Cádiz), of its group".
pub fn with_member(language: Language, said: String, signal: &Signal, members: &[Organisation]) -> String {
    let Some(whose_is) = members.iter().find(|member| member.id == signal.organisation) else { return said };
    let whose = match language {
        Language::En => "of its group",
        Language::Es => "de su grupo",
        Language::Ru => "из этой же группы",
    };
    let name = if whose_is.name.is_none() { language.word(Word::NotNamed).to_owned() } else { member(whose_is) };
    format!("{said} — {name}, {whose}")
}

/// One sentence for the reader: "Looks for a supplier: pallets (Talleres García)". Times are by the clock of `zone`, which is named; without one
/// by the clock they were written for. `now` says what is over.
pub fn sentence(language: Language, zone: Option<&TimeZone>, signal: &Signal, now: Timestamp) -> String {
    match &signal.story {
        Story::Sentence(sentence) => sentence.clone(),
        Story::Appeared { title, by, with, on } => {
            let day = on.map(|day| language.date(day));
            let with = with.as_deref().map(|with| moment(language, zone, with, Some(signal).filter(|_| takes_answers(signal.kind))));
            let today = now.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).date();
            let over = on.is_some_and(|day| day < today);
            let line = appeared(language, signal.kind, title, (with.as_deref(), day.as_deref(), over));
            let holds = match (signal.kind == SignalKind::ContractExpiring, language) {
                (false, _) => "",
                (true, Language::En) => "now with ",
                (true, Language::Es) => "ahora con ",
                (true, Language::Ru) => "сейчас у ",
            };
            by.as_ref().map_or_else(|| line.clone(), |by| format!("{line} ({holds}{by})"))
        }
        // What was won or lost before stands in the reason that it takes back.
        Story::Changed { title, .. } if signal.kind == SignalKind::AwardAnnulled => format!("{}: {title}", language.signal(signal.kind)),
        Story::Changed { title, fields, more } => {
            let (won, next) = (won(language, fields), next_lots(language, zone, signal));
            let told = ordered(language, signal).into_iter().filter_map(|(name, old, new)| {
                let name = called(signal, name);
                if let Some(annulled) = annulled(language, signal, (name, old.as_deref(), new.as_deref())) {
                    return Some(annulled);
                }
                match (name, old, &won, &next) {
                    ("winner", None, Some(won), _) => return Some(won.clone()),
                    ("award_value", None, Some(_), _) | ("lot", _, _, Some(_)) => return None,
                    ("deadline", _, _, Some(next)) => return Some(next.clone()),
                    _ => {}
                }
                let old = old.as_deref().map(|old| value(language, zone, name, old, None));
                let words = new.as_deref().map(|new| value(language, zone, name, new, Some(signal)));
                Some(field(language, name, old.as_deref(), words.as_deref()))
            });
            let told: Vec<String> = told.collect();
            let more = (*more > 0).then(|| language.and_more_fields(*more as usize));
            let of_lots = || of_lots(language, signal).or_else(|| ended_early(language, signal));
            let label = if is_annulment(signal) { Some(language.signal(SignalKind::AwardAnnulled)) } else { of_lots() };
            let label = label.map_or_else(String::new, |label| format!("{label}: "));
            format!("{label}{title}: {}", told.into_iter().chain(more).collect::<Vec<_>>().join("; "))
        }
        Story::Again { of, gone } => {
            let day = gone.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).date();
            again(language, zone, (signal, of), language.date(day), now)
        }
        Story::Gone { title } => match language {
            Language::En => format!("No longer listed: {title}"),
            Language::Es => format!("Ya no aparece: {title}"),
            Language::Ru => format!("Больше не значится: {title}"),
        },
        Story::Said { title, by, sentence } => {
            // A title is often the very sentence.
            let of = (words(title) != words(sentence)).then(|| title.clone());
            let whose: Vec<String> = by.clone().into_iter().chain(of).collect();
            let whose = if whose.is_empty() { String::new() } else { format!(" ({})", whose.join("; ")) };
            format!("{}: {}{whose}", language.signal(signal.kind), quoted(language, sentence))
        }
    }
}

/// Whether it says that an award stands no longer: its tender has lost a winner, or is awarded no more.
pub(super) fn is_annulment(signal: &Signal) -> bool {
    // Of a list that was cut off nobody knows who is no more on it.
    let names = |text: &Option<String>| -> Option<BTreeSet<String>> {
        let text = text.as_deref().unwrap_or_default();
        let each = text.split("; ").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        (!text.ends_with('…')).then(|| each.collect())
    };
    let Story::Changed { fields, .. } = signal.story.plain() else { return false };
    // Who won together with others may have left them, and what they won stands.
    let less = fields.iter().any(|(name, ..)| matches!(name.as_str(), "award_value" | AWARDED_LOTS | LOT_AWARDS));
    let lost = |(name, old, new): &(String, Option<String>, Option<String>)| match name.as_str() {
        // One company may have won other lots too.
        LOT_AWARDS => old.is_some() && new.is_none(),
        "winner" if new.is_some() && !less => false,
        "winner" | AWARDED_LOTS => {
            matches!((names(old), names(new)), (Some(old), Some(new)) if new.len() < old.len() && new.is_subset(&old))
        }
        "stage" => {
            let [old, new] = [old, new].map(|stage| stage.as_deref().and_then(Stage::from_word));
            old == Some(Stage::Awarded) && new == Some(Stage::Closed)
        }
        _ => false,
    };
    match signal.kind {
        SignalKind::TenderChanged => fields.iter().any(lost),
        // Who calls for offers anew, until another day, takes no award back.
        SignalKind::TenderPublished => {
            let called = |(name, ..): &Told| name == "deadline" || name == LOTS_DUE;
            fields.iter().any(|field| field.0 != AWARDED_LOTS && lost(field)) && !fields.iter().any(called)
        }
        _ => false,
    }
}

/// What an annulled award says in a field of its tender: who had won, and whether the tender is open. A tender that took offers all along was
/// never closed, so that nothing is said of "again" where it is open.
pub(super) fn annulled(language: Language, signal: &Signal, (name, old, new): (&str, Option<&str>, Option<&str>)) -> Option<String> {
    match (name, old, new) {
        _ if !is_annulment(signal) => None,
        ("winner", Some(old), None) => Some(old.to_owned()),
        (LOT_AWARDS, Some(old), None) => Some(value(language, None, LOT_AWARDS, old, None)),
        ("stage", _, Some(new)) if Stage::from_word(new) == Some(Stage::Open) => {
            Some(said(language, ["the tender is open", "la licitación está abierta", "тендер открыт"]).to_owned())
        }
        ("stage", _, Some(_)) => {
            Some(said(language, ["the tender is not open again", "la licitación no vuelve a abrirse", "тендер снова не открыт"]).to_owned())
        }
        _ => None,
    }
}

/// A field of a story: its name, what it was, what it is.
pub(super) type Told = (String, Option<String>, Option<String>);

fn tells_of_lots(signal: &Signal) -> impl Iterator<Item = &Told> {
    let fields: &[Told] = if let Story::Changed { fields, .. } = signal.story.plain() { fields } else { &[] };
    fields.iter().filter(|(name, ..)| name == LOTS_DUE)
}

/// The fields of a story as they are told: what became of lots first, and who won them before the others, so that "it" is what they won.
pub(super) fn ordered(language: Language, signal: &Signal) -> Vec<&Told> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return Vec::new() };
    let (label, of_lots) = (label_lots(language, signal), of_lots(language, signal).is_some());
    let awarded = signal.kind == SignalKind::TenderAwarded;
    let by_lots = won_by_lots(fields);
    // Which lot lost its award says whose it was.
    let lost_any = is_annulment(signal) || signal.kind == SignalKind::TenderCancelled;
    let lost = lost_any && fields.iter().any(|(name, old, new)| name == LOT_AWARDS && old.is_some() && new.is_none());
    let again = fields.iter().any(is_again) || matches!(signal.kind, SignalKind::TenderPlanned | SignalKind::TenderPublished);
    let came = |[old, new]: [&Option<String>; 2]| !ended_lots([old.as_deref(), new.as_deref()]).0.is_empty();
    let shown = |(name, old, new): &Told| match name.as_str() {
        // That a lot has ended no longer is said where it takes offers again.
        AWARDED_LOTS | CANCELLED_LOTS if again && !came([old, new]) => false,
        // What it came to concerns nobody since it stands no longer.
        "award_value" if lost_any && new.is_none() => false,
        // Nor does a day of the round that was called off.
        "deadline" if signal.kind == SignalKind::TenderPlanned && new.is_none() => false,
        LOT_AWARDS => by_lots || lost,
        "winner" | "award_value" | AWARDED_LOTS => !by_lots && !lost,
        _ => true,
    };
    let mut fields: Vec<&Told> = fields.iter().filter(|field| shown(field) && !said_of_lots(signal, field)).collect();
    fields.sort_by_key(|field| match field.0.as_str() {
        LOTS_DUE if again => i32::from(!is_again(field)),
        LOTS_DUE if label.is_none() => 0,
        name if label == Some(name) => -1,
        "stage" if awarded => 0,
        "winner" | "award_value" | LOT_AWARDS if label.is_some() || awarded || is_annulment(signal) => 1,
        CANCELLED_LOTS if label.is_some() => 2,
        CANCELLED_LOTS => 4,
        // Until when the others are due.
        "deadline" | "lot" if of_lots => 4,
        _ => 3,
    });
    fields
}

/// Whether it is the deadline of a tender that is told as that of one of its lots already.
fn said_of_lots(signal: &Signal, (name, old, new): &Told) -> bool {
    let until = |text: &Option<String>| text.as_deref().and_then(|text| text.rsplit_once(": ")).map(|(_, until)| until.to_owned());
    name == "deadline" && tells_of_lots(signal).any(|(_, from, to)| (until(from), until(to)) == (old.clone(), new.clone()))
}

/// What a field is called: beside those of its lots the deadline of a tender is the first.
pub(super) fn called<'a>(signal: &Signal, name: &'a str) -> &'a str {
    if name == "deadline" && tells_of_lots(signal).next().is_some() { FIRST_DEADLINE } else { name }
}

/// "Boreal Imaging, S.L. won it for 90,000 EUR": what the fields of a new winner and of a price that came with it come to; told where the winner is, and
/// not again where the price is.
pub(super) fn won(language: Language, fields: &[(String, Option<String>, Option<String>)]) -> Option<String> {
    let new = |asked: &str| fields.iter().find(|(name, old, _)| name == asked && old.is_none()).and_then(|(.., new)| new.as_deref());
    let (winner, price) = (new("winner")?, new("award_value").map(|price| language.amounts(price)));
    let (won, worth) = match language {
        Language::En => (format!("{winner} won it"), " for "),
        Language::Es => (format!("adjudicada a {winner}"), " por "),
        Language::Ru => (format!("победитель: {winner}"), ", цена контракта "),
    };
    Some(price.map_or_else(|| won.clone(), |price| format!("{won}{worth}{price}")))
}

/// What is there again, and since when it was gone.
fn again(language: Language, zone: Option<&TimeZone>, (signal, of): (&Signal, &Story), gone: String, now: Timestamp) -> String {
    let since = match language {
        Language::En => format!("was gone since {gone}"),
        Language::Es => format!("había desaparecido el {gone}"),
        Language::Ru => format!("отсутствовало с {gone}"),
    };
    let there = match language {
        Language::En => "listed again",
        Language::Es => "vuelve a aparecer",
        Language::Ru => "снова в списке",
    };
    if let (SignalKind::OrganisationListed | SignalKind::RecordChanged, Story::Appeared { title, .. }) = (signal.kind, of) {
        return match language {
            Language::En => format!("{title} is {there} ({since})"),
            Language::Es => format!("{title} {there} ({since})"),
            Language::Ru => format!("{title}: {there} ({since})"),
        };
    }
    let first = sentence(language, zone, &Signal { story: of.clone(), ..signal.clone() }, now);
    format!("{first}; {there} ({since})")
}

/// In the reader's quotation marks.
pub(super) fn quoted(language: Language, text: &str) -> String {
    match language {
        Language::En => format!("“{text}”"),
        Language::Es | Language::Ru => format!("«{text}»"),
    }
}

/// What a buyer says, in its own words; why a lot ended without a winner in the reader's, where a code says it.
fn said_by_buyer(language: Language, text: &str) -> String {
    let code = |one: &str| {
        let (lots, code) = one.rsplit_once(": ")?;
        word_of(language, BUYER_SAYS, code).map(|word| format!("{}: {word}", named(language, lots)))
    };
    if text.split(SAID_APART).all(|one| code(one).is_none()) {
        return quoted(language, text);
    }
    let said = text.split(SAID_APART).map(|one| code(one).unwrap_or_else(|| quoted(language, one)));
    said.collect::<Vec<_>>().join(", ")
}

/// Whether what belongs to a kind of signal is a deadline for answers.
fn takes_answers(kind: SignalKind) -> bool {
    matches!(kind, SignalKind::TenderPublished)
}

/// A value of a field in the reader's words; `signal` says of a deadline whether it is odd.
pub(super) fn value(language: Language, zone: Option<&TimeZone>, name: &str, text: &str, signal: Option<&Signal>) -> String {
    if let (LOTS_DUE, Some((lot, until))) = (name, text.rsplit_once(": ")) {
        return format!("{lot}: {}", moment(language, zone, until, signal));
    }
    if name == LOT_WORTH {
        let amount =
            |one: &str| one.rsplit_once(": ").map_or_else(|| one.to_owned(), |(lot, worth)| format!("{lot}: {}", language.amounts(worth)));
        return text.split("; ").map(amount).collect::<Vec<_>>().join("; ");
    }
    if name == LOT_AWARDS {
        let amount =
            |one: &str| one.rsplit_once(", ").map_or_else(|| one.to_owned(), |(who, worth)| format!("{who}, {}", language.amounts(worth)));
        return text.split("; ").map(amount).collect::<Vec<_>>().join("; ");
    }
    if name == CONTRACTS {
        return contracts(language, text);
    }
    if let Some(stage) = Stage::from_word(text).filter(|stage| name == "stage" && *stage != Stage::Unknown) {
        return stage_word(language, stage).to_owned();
    }
    match word_of(language, name, text) {
        Some(word) => word.to_owned(),
        None if name == BUYER_SAYS => said_by_buyer(language, text),
        None if name == "reason" && text.contains(SAID_APART) => reasons(language, text),
        None => moment(language, zone, text, signal.filter(|_| DEADLINES.contains(&name))),
    }
}

/// A time by the reader's clock, which is named; a day stays a day, and anything else as it is.
pub(super) fn moment(language: Language, zone: Option<&TimeZone>, text: &str, signal: Option<&Signal>) -> String {
    let (said, at, end) = if let Ok(zoned) = text.parse::<Zoned>() {
        let local = zone.map_or_else(|| zoned.clone(), |zone| zoned.with_time_zone(zone.clone()));
        (clock(language, &local), zoned.timestamp(), zoned.timestamp())
    } else if let (10, Ok(day)) = (text.len(), text.parse::<Date>()) {
        let Ok(begin) = day.to_zoned(TimeZone::UTC) else { return text.to_owned() };
        // Somewhere on earth the day is not over before that.
        let end = begin.timestamp().saturating_add(SignedDuration::from_hours(36)).unwrap_or(Timestamp::MAX);
        (language.date(day), begin.timestamp(), end)
    } else {
        return text.split(FROM_TO).map(|amount| language.amounts(amount)).collect::<Vec<_>>().join(FROM_TO);
    };
    let odd = signal.and_then(|signal| match (at.duration_since(signal.at) > FAR, end < signal.seen) {
        (true, _) => Some(Oddity::Far),
        (false, true) => Some(Oddity::OverWhenSeen),
        (false, false) => None,
    });
    odd.map_or_else(|| said.clone(), |odd| format!("{said} ({})", odd_words(language, odd)))
}

/// Day, hour and zone: "Thu 10 Dec 2026 13:00 Europe/Madrid".
pub fn clock(language: Language, local: &Zoned) -> String {
    format!("{} {}", language.date(local.date()), local.strftime("%H:%M %:Q"))
}

/// `over`: the day has passed.
fn appeared(language: Language, kind: SignalKind, title: &str, (with, day, over): (Option<&str>, Option<&str>, bool)) -> String {
    use Language::{En, Es, Ru};
    let said = |words: [&str; 3]| {
        let [en, es, ru] = words;
        match language {
            En => en,
            Es => es,
            Ru => ru,
        }
        .to_owned()
    };
    let then = |before: [&str; 3], text: Option<&str>| text.map_or_else(String::new, |text| format!("{}{text}", said(before)));
    match kind {
        SignalKind::RequestForSuppliers => said(["Looks for a supplier: ", "Busca proveedor: ", "Ищет поставщика: "]) + title,
        SignalKind::ExhibitorListed => {
            let verb = if over {
                [" exhibited at ", " expuso en ", ": участник прошедшей выставки "]
            } else {
                [" exhibits at ", " expone en ", ": участник выставки "]
            };
            let at = then(verb, with);
            format!("{title}{at}{}", then([" on ", " el ", ", "], day))
        }
        SignalKind::OrganisationListed => {
            title.to_owned() + &said([" is listed for the first time", " aparece por primera vez", ": впервые в списке"])
        }
        SignalKind::OfferListed => said(["Offers ", "Ofrece ", "Предлагает: "]) + title + &then([", ", ", ", ", "], with),
        SignalKind::TenderPublished => {
            let until = then([", answers until ", ", ofertas hasta ", ", заявки до "], with);
            said(["Tender published: ", "Licitación publicada: ", "Объявлен тендер: "]) + title + &until
        }
        SignalKind::AwardWon => {
            let worth = then([", ", ", ", ", "], with);
            said(["Won the contract: ", "Ha ganado el contrato: ", "Получен контракт: "]) + title + &worth
        }
        SignalKind::AwardLost => {
            let to = then([", won by ", ", ganada por ", ", победитель: "], with);
            said(["Lost the tender: ", "Ha perdido la licitación: ", "Проигран тендер: "]) + title + &to
        }
        SignalKind::ContractExpiring => {
            let on = then([" on ", " el ", " "], day);
            let worth = then([", ", ", ", ", "], with);
            let ends = if over {
                ["Contract ended", "El contrato terminó", "Контракт закончился"]
            } else {
                ["Contract ends", "El contrato termina", "Контракт заканчивается"]
            };
            format!("{}{on}: {title}{worth}", said(ends))
        }
        SignalKind::ContractModified | SignalKind::ContractCompleted => {
            format!("{}: {title}{}", language.signal(kind), then([", ", ", ", ", "], with))
        }
        SignalKind::ArticlePublished => said(["The press writes: ", "La prensa escribe: ", "Пресса пишет: "]) + title,
        SignalKind::VacancyPublished => said(["Looks for staff: ", "Busca personal: ", "Ищет сотрудников: "]) + title,
        SignalKind::PageChanged => said(["A new page: ", "Página nueva: ", "Новая страница: "]) + title,
        SignalKind::TenderPlanned
        | SignalKind::DeadlineMoved
        | SignalKind::TenderChanged
        | SignalKind::TenderSuspended
        | SignalKind::TenderCancelled
        | SignalKind::TenderAwarded
        | SignalKind::AwardAnnulled
        | SignalKind::PriceMoved
        | SignalKind::BranchOpened
        | SignalKind::RecordChanged
        | SignalKind::WentAway => format!("{}: {title}", language.signal(kind)),
    }
}

pub(super) fn field(language: Language, name: &str, old: Option<&str>, new: Option<&str>) -> String {
    if name == CANCELLED_LOTS || name == AWARDED_LOTS {
        return ended(language, name, [old, new]);
    }
    match (name, old, new) {
        (LOT_AWARDS, None, Some(new)) => return new.to_owned(),
        (LOT_AWARDS, Some(old), None) => return taken_back(language, old),
        _ => {}
    }
    if let (LOTS_DUE, None, Some(new)) = (name, old, new) {
        return again_until(language, new, false).unwrap_or_else(|| new.to_owned());
    }
    // Each with its lot before it.
    if let (LOTS_DUE, Some((lot, old)), Some((_, new))) =
        (name, old.and_then(|old| old.rsplit_once(": ")), new.and_then(|new| new.rsplit_once(": ")))
    {
        let noun = if lot.contains(", ") { "lots" } else { "lot" };
        return format!("{} {lot}: {old} → {new}", name_of(language, noun));
    }
    if let (CONTRACTS | LOT_AWARDS, Some(old), Some(new)) = (name, old, new) {
        return each_otherwise(language, old, new);
    }
    if let (BUYER_SAYS, Some(new)) = (name, new) {
        return format!("{}: {new}", name_of(language, name));
    }
    if let ("winner", Some(old), Some(new)) = (name, old, new)
        && let (came, gone) = ended_lots([Some(old), Some(new)])
        && came.is_empty() != gone.is_empty()
    {
        let one = |names: Vec<&str>, old, new| {
            field(language, "winner", Some(names.join("; ")).filter(|_| old).as_deref(), Some(names.join("; ")).filter(|_| new).as_deref())
        };
        return if came.is_empty() { one(gone, true, false) } else { one(came, false, true) };
    }
    // What it is now says it by itself.
    let speaks = ["stage", "award"].contains(&name);
    // Where nobody had won, there is no "now" against a "before".
    if let ("won_by", None, Some(new)) = (name, old, new) {
        let gap = if language == Language::Ru { ": " } else { " " };
        return format!("{}{gap}{new}", name_of(language, name));
    }
    // What a lot was worth and what it is worth now.
    let list = LISTS.contains(&name) && !([LOT_WORTH, LOT_AWARDS, CONTRACTS].contains(&name) && old.is_some() && new.is_some());
    let name = name_of(language, name);
    match (old, new, language) {
        (Some(old), Some(new), Language::En) if list => format!("{name}: removed {old}, added {new}"),
        (Some(old), Some(new), Language::Es) if list => format!("{name}: se retira {old}, se añade {new}"),
        (Some(old), Some(new), Language::Ru) if list => format!("{name}: исключено {old}, добавлено {new}"),
        (None, Some(new), Language::En) if list => format!("{name}: added {new}"),
        (None, Some(new), Language::Es) if list => format!("{name}: se añade {new}"),
        (None, Some(new), Language::Ru) if list => format!("{name}: добавлено {new}"),
        (Some(old), None, Language::En) if list => format!("{name}: removed {old}"),
        (Some(old), None, Language::Es) if list => format!("{name}: se retira {old}"),
        (Some(old), None, Language::Ru) if list => format!("{name}: исключено {old}"),
        (Some(old), Some(new), Language::En) if speaks => format!("now {new}, was {old}"),
        (Some(old), Some(new), Language::Es) if speaks => format!("ahora {new}, antes {old}"),
        (Some(old), Some(new), Language::Ru) if speaks => format!("теперь {new}, раньше {old}"),
        (Some(old), Some(new), _) => format!("{name} {old} → {new}"),
        (None, Some(new), Language::En) => format!("{name}: now {new}"),
        (None, Some(new), Language::Es) => format!("{name}: ahora {new}"),
        (None, Some(new), Language::Ru) => format!("{name}: теперь {new}"),
        (Some(old), None, Language::En) => format!("{name}: no longer {old}"),
        (Some(old), None, Language::Es) => format!("{name}: ya no consta {old}"),
        (Some(old), None, Language::Ru) => format!("{name}: больше не указано {old}"),
        (None, None, Language::En) => format!("{name} changed"),
        (None, None, Language::Es) => format!("{name}: cambio"),
        (None, None, Language::Ru) => format!("{name}: изменение"),
    }
}

/// What is unknown, in the reader's language.
pub(super) fn unknown(language: Language, unknown: &Unknown) -> String {
    match unknown {
        Unknown::Fact(name) => language.fact(*name).to_owned(),
        Unknown::Field(name) => name_of(language, name),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::sample::{day, organisation, signal};

    fn told(kind: SignalKind, story: Story) -> [String; 3] {
        let signal = Signal { story, ..signal(&organisation("Acme", &[]), kind, 0, 0) };
        Language::ALL.map(|language| sentence(language, None, &signal, day(1)))
    }

    #[test]
    fn what_a_text_says_is_quoted() {
        let story = |title: &str, by: Option<&str>| Story::Said {
            title: title.to_owned(),
            by: by.map(str::to_owned),
            sentence: "Acme seeks suppliers.".to_owned(),
        };
        let told = |title, by| told(SignalKind::RequestForSuppliers, story(title, by))[0].clone();
        assert_eq!(told("News", Some("Acme")), "Looks for a supplier: “Acme seeks suppliers.” (Acme; News)");
        assert_eq!(told("Acme seeks suppliers", None), "Looks for a supplier: “Acme seeks suppliers.”");
    }

    #[test]
    fn who_won_is_told_with_the_price() {
        let field = |name: &str, old: Option<&str>, new: Option<&str>| (name.to_owned(), old.map(str::to_owned), new.map(str::to_owned));
        let stage = field("stage", Some("open"), Some("awarded"));
        let winner = field("winner", None, Some("Boreal Imaging, S.L."));
        let price = field("award_value", None, Some("90000 EUR"));
        for (fields, want) in [
            (
                vec![stage.clone(), winner.clone(), price.clone()],
                [
                    "X: now awarded, was open; Boreal Imaging, S.L. won it for 90,000 EUR",
                    "X: ahora adjudicada, antes abierta; adjudicada a Boreal Imaging, S.L. por 90.000 EUR",
                    "X: теперь есть победитель, раньше открыт; победитель: Boreal Imaging, S.L., цена контракта 90\u{a0}000 EUR",
                ],
            ),
            (
                vec![stage, winner],
                [
                    "X: now awarded, was open; Boreal Imaging, S.L. won it",
                    "X: ahora adjudicada, antes abierta; adjudicada a Boreal Imaging, S.L.",
                    "X: теперь есть победитель, раньше открыт; победитель: Boreal Imaging, S.L.",
                ],
            ),
            (
                vec![price],
                [
                    "X: value of the contract: now 90,000 EUR",
                    "X: importe adjudicado: ahora 90.000 EUR",
                    "X: цена контракта: теперь 90\u{a0}000 EUR",
                ],
            ),
        ] {
            assert_eq!(told(SignalKind::TenderAwarded, Story::Changed { title: "X".to_owned(), fields, more: 0 }), want);
        }
    }

    #[test]
    fn the_last_lot_that_ended_without_award_is_told_and_not_who_had_won_the_others() {
        let field = |name: &str, old: Option<&str>, new: Option<&str>| (name.to_owned(), old.map(str::to_owned), new.map(str::to_owned));
        let (stage, lot) = (field("stage", Some("open"), Some("awarded")), field(CANCELLED_LOTS, None, Some("L1")));
        for (fields, want) in [
            (vec![stage.clone(), lot.clone()], "Lot closed without award: X: lot L1 closed without award; now awarded, was open"),
            (vec![stage, field("winner", None, Some("Acme")), lot], "X: now awarded, was open; Acme won it; lot L1 closed without award"),
        ] {
            assert_eq!(told(SignalKind::TenderAwarded, Story::Changed { title: "X".to_owned(), fields, more: 0 })[0], want);
        }
    }

    #[test]
    fn what_became_of_contracts_is_told_from_what_to_what() {
        let field = |(name, old, new): (&str, &str, &str)| {
            let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            (name.to_owned(), said(old), said(new))
        };
        let changed = |fields: &[(&str, &str, &str)]| Story::Changed {
            title: "X".into(),
            fields: fields.iter().copied().map(field).collect(),
            more: 0,
        };
        for (kind, story, want) in [
            (
                SignalKind::ContractModified,
                changed(&[("award_value", "100000 EUR", "150000 EUR"), ("contract_end", "2027-02-28", "2027-05-31")]),
                "X: value of the contract 100,000 EUR → 150,000 EUR; end of the contract Sun 28 Feb 2027 → Mon 31 May 2027",
            ),
            (
                SignalKind::ContractCompleted,
                changed(&[("contracts", "L2: Acme, S.L., 2027-03-31", "L2: Acme, S.L., ended 2026-12-06")]),
                "Contract ended early: X: L2: Acme, S.L., Wed 31 Mar 2027 → ended on Sun 6 Dec 2026",
            ),
            (
                SignalKind::ContractModified,
                changed(&[("contracts", "L1: A, 2027-03-31; L2: A, 2027-03-31", "L1: A, 2027-04-30; L2: A, 2027-04-30")]),
                "X: L1: A, Wed 31 Mar 2027 → Fri 30 Apr 2027; L2: A, Wed 31 Mar 2027 → Fri 30 Apr 2027",
            ),
            (
                SignalKind::TenderChanged,
                changed(&[("awarded_lots", "L1; L2", "L1"), ("cancelled_lots", "", "L2"), ("lot_awards", "L2: Acme, 20000 EUR", "")]),
                "Award annulled: X: L2: Acme, 20,000 EUR; lot L2 closed without award",
            ),
            (
                SignalKind::ContractModified,
                Story::Appeared { title: "X".into(), by: Some("B".into()), with: Some("2000000 AUD → 2500000 AUD".into()), on: None },
                "Contract changed: X, 2,000,000 AUD → 2,500,000 AUD (B)",
            ),
        ] {
            assert_eq!(told(kind, story)[0], want);
        }
    }

    #[test]
    fn an_award_that_is_annulled_names_who_had_won_and_says_whether_the_tender_is_open() {
        let fields = |fields: &[(&str, Option<&str>, Option<&str>)]| Story::Changed {
            title: "X".to_owned(),
            fields: fields.iter().map(|(name, old, new)| ((*name).to_owned(), old.map(str::to_owned), new.map(str::to_owned))).collect(),
            more: 0,
        };
        let winner = ("winner", Some("Acme"), None);
        for (kind, story, want) in [
            (
                SignalKind::TenderChanged,
                fields(&[winner, ("stage", Some("awarded"), Some("closed"))]),
                [
                    "Award annulled: X: Acme; the tender is not open again",
                    "Adjudicación anulada: X: Acme; la licitación no vuelve a abrirse",
                    "Результат отменён: X: Acme; тендер снова не открыт",
                ],
            ),
            (
                SignalKind::TenderPublished,
                fields(&[winner, ("stage", Some("awarded"), Some("open"))]),
                [
                    "Award annulled: X: Acme; the tender is open",
                    "Adjudicación anulada: X: Acme; la licitación está abierta",
                    "Результат отменён: X: Acme; тендер открыт",
                ],
            ),
            // One of those who won together left, and what they won stands; one of several awards does not.
            (
                SignalKind::TenderChanged,
                fields(&[("winner", Some("Acme; Bolt"), Some("Acme"))]),
                ["X: winner: no longer Bolt", "X: adjudicatario: ya no consta Bolt", "X: победитель: больше не указано Bolt"],
            ),
            (
                SignalKind::TenderChanged,
                fields(&[("winner", Some("Acme; Bolt"), Some("Acme")), ("award_value", Some("9 EUR"), Some("5 EUR"))]),
                [
                    "Award annulled: X: winner: no longer Bolt; value of the contract 9 EUR → 5 EUR",
                    "Adjudicación anulada: X: adjudicatario: ya no consta Bolt; importe adjudicado 9 EUR → 5 EUR",
                    "Результат отменён: X: победитель: больше не указано Bolt; цена контракта 9 EUR → 5 EUR",
                ],
            ),
            (
                SignalKind::TenderPublished,
                fields(&[("stage", Some("suspended"), Some("open"))]),
                ["X: now open, was suspended", "X: ahora abierta, antes suspendida", "X: теперь открыт, раньше приостановлен"],
            ),
        ] {
            assert_eq!(told(kind, story), want);
        }
    }

    #[test]
    fn what_appeared() {
        use SignalKind::{
            ArticlePublished, AwardLost, ContractExpiring, ExhibitorListed, OfferListed, OrganisationListed, PageChanged,
            RequestForSuppliers, TenderPublished, VacancyPublished,
        };
        for (kind, by, with, on, want) in [
            (
                RequestForSuppliers,
                Some("Ruiz"),
                None,
                None,
                ["Looks for a supplier: X (Ruiz)", "Busca proveedor: X (Ruiz)", "Ищет поставщика: X (Ruiz)"],
            ),
            (ExhibitorListed, None, Some("Expo"), None, ["X exhibits at Expo", "X expone en Expo", "X: участник выставки Expo"]),
            (
                ExhibitorListed,
                None,
                Some("Expo"),
                Some(date(2026, 10, 12)),
                [
                    "X exhibits at Expo on Mon 12 Oct 2026",
                    "X expone en Expo el lun 12 oct 2026",
                    "X: участник выставки Expo, пн 12 окт. 2026",
                ],
            ),
            (OrganisationListed, None, None, None, ["X is listed for the first time", "X aparece por primera vez", "X: впервые в списке"]),
            (
                OfferListed,
                Some("Ruiz"),
                Some("12 EUR"),
                None,
                ["Offers X, 12 EUR (Ruiz)", "Ofrece X, 12 EUR (Ruiz)", "Предлагает: X, 12 EUR (Ruiz)"],
            ),
            (
                TenderPublished,
                None,
                Some("1 May"),
                None,
                [
                    "Tender published: X, answers until 1 May",
                    "Licitación publicada: X, ofertas hasta 1 May",
                    "Объявлен тендер: X, заявки до 1 May",
                ],
            ),
            (
                AwardLost,
                Some("Hospital"),
                Some("Ruiz"),
                None,
                [
                    "Lost the tender: X, won by Ruiz (Hospital)",
                    "Ha perdido la licitación: X, ganada por Ruiz (Hospital)",
                    "Проигран тендер: X, победитель: Ruiz (Hospital)",
                ],
            ),
            (
                ContractExpiring,
                Some("Ruiz"),
                Some("12 EUR"),
                Some(date(2026, 10, 12)),
                [
                    "Contract ends on Mon 12 Oct 2026: X, 12 EUR (now with Ruiz)",
                    "El contrato termina el lun 12 oct 2026: X, 12 EUR (ahora con Ruiz)",
                    "Контракт заканчивается пн 12 окт. 2026: X, 12 EUR (сейчас у Ruiz)",
                ],
            ),
            (ArticlePublished, None, None, None, ["The press writes: X", "La prensa escribe: X", "Пресса пишет: X"]),
            (VacancyPublished, None, None, None, ["Looks for staff: X", "Busca personal: X", "Ищет сотрудников: X"]),
            (PageChanged, None, None, None, ["A new page: X", "Página nueva: X", "Новая страница: X"]),
        ] {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let story = Story::Appeared { title: "X".to_owned(), by: text(by), with: text(with), on };
            assert_eq!(told(kind, story), want);
        }
    }

    #[test]
    fn what_is_there_again_is_not_told_as_new() {
        let again = |kind| {
            let of = Box::new(Story::Appeared { title: "X".to_owned(), by: None, with: None, on: None });
            told(kind, Story::Again { of, gone: "2025-11-03T12:00:00Z".parse().unwrap() })
        };
        let listed = [
            "X is listed again (was gone since Mon 3 Nov 2025)",
            "X vuelve a aparecer (había desaparecido el lun 3 nov 2025)",
            "X: снова в списке (отсутствовало с пн 3 нояб. 2025)",
        ];
        assert_eq!(again(SignalKind::OrganisationListed), listed);
        assert_eq!(again(SignalKind::RecordChanged), listed);
        assert_eq!(
            again(SignalKind::OfferListed),
            [
                "Offers X; listed again (was gone since Mon 3 Nov 2025)",
                "Ofrece X; vuelve a aparecer (había desaparecido el lun 3 nov 2025)",
                "Предлагает: X; снова в списке (отсутствовало с пн 3 нояб. 2025)",
            ]
        );
    }

    #[test]
    fn since_when_it_was_gone_is_a_day_of_the_reader() {
        let of = Box::new(Story::Appeared { title: "X".to_owned(), by: None, with: None, on: None });
        let story = Story::Again { of, gone: "2025-11-03T23:30:00Z".parse().unwrap() };
        let signal = Signal { story, ..signal(&organisation("Acme", &[]), SignalKind::OrganisationListed, 0, 0) };
        let now = day(1);
        for (zone, gone) in [("Europe/Madrid", "Tue 4 Nov 2025"), ("America/Bogota", "Mon 3 Nov 2025")] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(sentence(Language::En, Some(&zone), &signal, now), format!("X is listed again (was gone since {gone})"));
        }
    }

    #[test]
    fn what_is_over_is_not_announced() {
        for (kind, with, want) in [
            (
                SignalKind::ExhibitorListed,
                Some("Expo"),
                [
                    "X exhibited at Expo on Mon 13 Oct 2025",
                    "X expuso en Expo el lun 13 oct 2025",
                    "X: участник прошедшей выставки Expo, пн 13 окт. 2025",
                ],
            ),
            (
                SignalKind::ContractExpiring,
                None,
                [
                    "Contract ended on Mon 13 Oct 2025: X",
                    "El contrato terminó el lun 13 oct 2025: X",
                    "Контракт закончился пн 13 окт. 2025: X",
                ],
            ),
        ] {
            let with = with.map(str::to_owned);
            assert_eq!(told(kind, Story::Appeared { title: "X".to_owned(), by: None, with, on: Some(date(2025, 10, 13)) }), want);
        }
    }

    #[test]
    fn what_changed_or_went_away() {
        let one = |name: &str, old: Option<&str>, new: Option<&str>, more| Story::Changed {
            title: "X".to_owned(),
            fields: vec![(name.to_owned(), old.map(str::to_owned), new.map(str::to_owned))],
            more,
        };
        for (story, want) in [
            (one("price", Some("12"), Some("10"), 0), ["X: price 12 → 10", "X: precio 12 → 10", "X: цена 12 → 10"]),
            (
                one("stand", None, Some("4B"), 2),
                ["X: stand: now 4B; and 2 more fields", "X: stand: ahora 4B; y 2 datos más", "X: стенд: теперь 4B; и ещё 2 поля"],
            ),
            (
                one("winner", None, Some("Agujas del Sur SL"), 0),
                ["X: Agujas del Sur SL won it", "X: adjudicada a Agujas del Sur SL", "X: победитель: Agujas del Sur SL"],
            ),
            (
                one("reason", None, Some("no-rece"), 0),
                [
                    "X: reason: now no offers were received",
                    "X: motivo: ahora no se recibió ninguna oferta",
                    "X: причина: теперь не поступило ни одной заявки",
                ],
            ),
            (
                one(BUYER_SAYS, None, Some("New plans."), 0),
                ["X: the buyer says: “New plans.”", "X: el comprador dice: «New plans.»", "X: заказчик сообщает: «New plans.»"],
            ),
            (
                one(BUYER_SAYS, None, Some("info-release"), 0),
                [
                    "X: the buyer says: information is available now",
                    "X: el comprador dice: ya hay información disponible",
                    "X: заказчик сообщает: сведения теперь доступны",
                ],
            ),
            (
                one(BUYER_SAYS, None, Some("New plans. · L2, L5: no-rece"), 0),
                [
                    "X: the buyer says: “New plans.”, lots L2, L5: no offers were received",
                    "X: el comprador dice: «New plans.», lotes L2, L5: no se recibió ninguna oferta",
                    "X: заказчик сообщает: «New plans.», лоты L2, L5: не поступило ни одной заявки",
                ],
            ),
            (
                one("phone", Some("+34"), None, 0),
                ["X: phone: no longer +34", "X: teléfono: ya no consta +34", "X: телефон: больше не указано +34"],
            ),
            (
                one("stage", Some("open"), Some("cancelled"), 0),
                ["X: now cancelled, was open", "X: ahora cancelada, antes abierta", "X: теперь отменён, раньше открыт"],
            ),
            (
                one("award", Some("won"), Some("annulled"), 0),
                ["X: now annulled, was won", "X: ahora anulada, antes ganada", "X: теперь отменено, раньше победа"],
            ),
            (
                one("nature", Some("goods"), Some("works"), 0),
                ["X: what is bought goods → works", "X: tipo de contrato suministros → obras", "X: предмет товары → работы"],
            ),
            (
                one("budget_net", None, Some("12 EUR"), 0),
                ["X: budget without tax: now 12 EUR", "X: presupuesto sin impuestos: ahora 12 EUR", "X: бюджет без налога: теперь 12 EUR"],
            ),
            (Story::Gone { title: "X".to_owned() }, ["No longer listed: X", "Ya no aparece: X", "Больше не значится: X"]),
            (Story::Sentence("As it was".to_owned()), ["As it was"; 3]),
        ] {
            assert_eq!(told(SignalKind::RecordChanged, story), want);
        }
    }

    #[test]
    fn times_are_by_the_readers_clock_and_odd_ones_are_flagged() {
        let madrid = TimeZone::get("Europe/Madrid").unwrap();
        let bogota = "2026-01-10T13:00:00-05:00[America/Bogota]";
        let said = |zone: Option<&TimeZone>, story| {
            // Seen on 2026-01-01.
            let signal = Signal { story, ..signal(&organisation("Acme", &[]), SignalKind::TenderPublished, 0, 0) };
            sentence(Language::En, zone, &signal, day(1))
        };
        let until = |with: &str| Story::Appeared { title: "X".to_owned(), by: None, with: Some(with.to_owned()), on: None };
        for (zone, with, want) in [
            (Some(&madrid), bogota, "Sat 10 Jan 2026 19:00 Europe/Madrid"),
            (None, bogota, "Sat 10 Jan 2026 13:00 America/Bogota"),
            (None, "2026-01-10T13:00:00+02:00[+02:00]", "Sat 10 Jan 2026 13:00 +02:00"),
            (Some(&madrid), "2026-01-10", "Sat 10 Jan 2026"),
            (Some(&madrid), "15 days after publication", "15 days after publication"),
            (Some(&madrid), "2049-01-10", "Sun 10 Jan 2049 (check the date: more than three years ahead)"),
            (None, "2025-12-20T10:00:00Z[UTC]", "Sat 20 Dec 2025 10:00 UTC (check the date: over when it was first seen)"),
        ] {
            assert_eq!(said(zone, until(with)), format!("Tender published: X, answers until {want}"));
        }
        let fields = [("deadline", bogota, "2049-01-10T13:00:00-05:00[America/Bogota]"), ("stage", "open", "suspended")];
        let fields = fields.map(|(name, old, new)| (name.to_owned(), Some(old.to_owned()), Some(new.to_owned()))).to_vec();
        assert_eq!(
            said(Some(&madrid), Story::Changed { title: "X".to_owned(), fields, more: 0 }),
            "X: deadline Sat 10 Jan 2026 19:00 Europe/Madrid → Sun 10 Jan 2049 19:00 Europe/Madrid (check the date: more than three years \
             ahead); now suspended, was open"
        );
    }
}
