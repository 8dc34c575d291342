//! What became of the lots of a tender, in the reader's words: won, closed without award, still to be had. Knows no letter and no store.

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Language;
use super::due::said;
use super::fields::word_of;
use super::lots::named;
use super::sentence::{Told, moment};
use crate::model::{AWARDED_LOTS, CANCELLED_LOTS, CONTRACTS, ENDED, LOT_AWARDS, LOTS_DUE, SAID_APART, Signal, SignalKind, Story};

/// The field of the lots whose end is what is told; others are told with what became of them.
pub(super) fn label_lots(language: Language, signal: &Signal) -> Option<&'static str> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return None };
    let has = |asked: &&str| fields.iter().any(|field| field.0 == *asked && (*asked != LOTS_DUE || is_again(field)));
    [LOTS_DUE, AWARDED_LOTS, CANCELLED_LOTS].into_iter().find(has).filter(|_| of_lots(language, signal).is_some())
}

/// What a changed contract is called where it is over before the day on which it was to end.
pub(super) fn ended_early(language: Language, signal: &Signal) -> Option<&'static str> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return None };
    let day = |until: &str| until.trim_start_matches(ENDED).trim().parse::<Date>().ok();
    let last = |text: &Option<String>| {
        let each = text.as_deref().unwrap_or_default().split("; ");
        each.filter_map(|one| day(one.rsplit_once(", ").map_or(one, |(_, until)| until))).min()
    };
    let sooner =
        |(name, old, new): &Told| ["contract_end", CONTRACTS].contains(&name.as_str()) && last(new).is_some() && last(new) < last(old);
    let early = signal.kind == SignalKind::ContractCompleted && fields.iter().any(sooner);
    early.then(|| said(language, ["Contract ended early", "Contrato terminado antes de tiempo", "Контракт прекращён досрочно"]))
}

/// "L2: Acme, ended on Sun 6 Dec 2026": until when contracts run.
pub(super) fn contracts(language: Language, text: &str) -> String {
    let day = |day: &str| day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| language.date(day));
    let one = |one: &str| {
        let Some((whose, until)) = one.rsplit_once(", ") else { return one.to_owned() };
        let until = match until.strip_prefix(ENDED).map(str::trim) {
            None => day(until),
            Some("") => said(language, ["ended", "terminado", "завершён"]).to_owned(),
            Some(on) => format!("{} {}", said(language, ["ended on", "terminado el", "завершён"]), day(on)),
        };
        format!("{whose}, {until}")
    };
    text.split("; ").map(one).collect::<Vec<_>>().join("; ")
}

/// Whether a field tells of lots that had ended and take offers again.
pub(super) fn is_again((name, old, new): &Told) -> bool {
    name == LOTS_DUE && old.is_none() && new.is_some()
}

/// "L1, until Sat 19 Dec 2026 13:00": lots that take offers again, where that is what is told; else with what happened to them.
pub(super) fn again(language: Language, new: &str, labelled: bool) -> Option<String> {
    let (lots, until) = new.rsplit_once(": ")?;
    if labelled {
        return Some(format!("{lots}, {} {until}", said(language, ["until", "hasta", "до"])));
    }
    let verb = match (language, lots.contains(", ")) {
        (Language::En, false) => "takes offers again until",
        (Language::En, true) => "take offers again until",
        (Language::Es, false) => "vuelve a admitir ofertas hasta",
        (Language::Es, true) => "vuelven a admitir ofertas hasta",
        (Language::Ru, _) => "снова принимаются заявки до",
    };
    let gap = if language == Language::Ru { ": " } else { " " };
    Some(format!("{}{gap}{verb} {until}", named(language, lots)))
}

/// Whether who won is told lot by lot: where several were won, or one beside those that were.
pub(super) fn won_by_lots(fields: &[Told]) -> bool {
    let told = |asked: &str| fields.iter().find(|(name, ..)| name == asked);
    // Of a lot that goes on nothing else says which it is.
    let lot = |new: &str| new.contains(": ") && told(AWARDED_LOTS).is_none();
    let several = |new: &str| new.contains("; ") || lot(new) || told("winner").is_none_or(|(_, old, _)| old.is_some());
    told(LOT_AWARDS).and_then(|(.., new)| new.as_deref()).is_some_and(several)
}

/// "lot L2 takes offers until Sat 19 Dec 2026 13:00": where a lot ended before its time, what takes the place of its deadline.
pub(super) fn next_lots(language: Language, zone: Option<&TimeZone>, signal: &Signal) -> Option<String> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return None };
    let new = |asked: &str| fields.iter().find(|(name, ..)| name == asked).and_then(|(.., new)| new.as_deref());
    let (lots, until) = (new("lot").filter(|_| !signal.gave_way())?, moment(language, zone, new("deadline")?, Some(signal)));
    let [one, several] = match language {
        Language::En => [["lot ", " takes offers until "], ["lots ", " take offers until "]],
        Language::Es => [["el lote ", " admite ofertas hasta "], ["los lotes ", " admiten ofertas hasta "]],
        Language::Ru => [["по лоту ", " заявки принимаются до "], ["по лотам ", " заявки принимаются до "]],
    };
    let [before, after] = if lots.contains(", ") { several } else { one };
    Some(format!("{before}{lots}{after}{until}"))
}

/// What happened to the lots of a tender, where that is what is told: a deadline that passed is none that was moved.
pub(super) fn of_lots(language: Language, signal: &Signal) -> Option<&'static str> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return None };
    let tells = |asked: &str| fields.iter().find(|(name, ..)| name == asked);
    let came = |name: &str| tells(name).is_some_and(|(_, old, new)| !ended_lots([old.as_deref(), new.as_deref()]).0.is_empty());
    let withdrawn = tells("lots").is_some_and(|(_, old, _)| old.is_some()) && tells(LOTS_DUE).is_none() && tells("deadline").is_some();
    // One that is due before all others is what the deadline is of now: theirs did not move.
    let sooner = tells("deadline").is_some_and(|(_, old, new)| {
        let end = |until: &Option<String>| until.as_deref().and_then(|until| until.parse::<Zoned>().ok());
        end(old).zip(end(new)).is_some_and(|(old, new)| new < old)
    });
    let added = tells("lots").is_some_and(|(_, old, new)| old.is_none() && new.is_some()) && tells(LOTS_DUE).is_none() && sooner;
    match signal.kind {
        SignalKind::DeadlineMoved if fields.iter().any(is_again) => {
            Some(said(language, ["Lot takes offers again", "Un lote vuelve a admitir ofertas", "По лоту снова принимаются заявки"]))
        }
        SignalKind::DeadlineMoved | SignalKind::TenderChanged if came(AWARDED_LOTS) => {
            Some(said(language, ["Lot awarded", "Lote adjudicado", "По лоту выбран победитель"]))
        }
        // With the last of its lots that was undecided, nobody has won anything new.
        SignalKind::TenderAwarded if came(AWARDED_LOTS) || tells("winner").is_some() || tells(LOT_AWARDS).is_some() => None,
        SignalKind::DeadlineMoved | SignalKind::TenderChanged | SignalKind::TenderAwarded if came(CANCELLED_LOTS) => {
            // Not every portal tells a lot that was called off from one that nobody won.
            Some(said(language, ["Lot closed without award", "Lote cancelado o desierto", "Лот отменён или не состоялся"]))
        }
        SignalKind::DeadlineMoved if added => Some(said(language, ["Lot added", "Lote añadido", "Добавлен лот"])),
        SignalKind::DeadlineMoved if withdrawn => Some(said(language, ["Lot withdrawn", "Lote retirado", "Лот снят"])),
        SignalKind::DeadlineMoved if tells("lot").is_some() => Some(said(
            language,
            ["A lot closed, others open", "Venció un lote, otros siguen abiertos", "Приём по лоту закрыт, по другим идёт"],
        )),
        _ => None,
    }
}

/// The lots that ended without a winner, and those of which that is said no longer.
pub(super) fn ended_lots([old, new]: [Option<&str>; 2]) -> (Vec<&str>, Vec<&str>) {
    let [old, new] =
        [old, new].map(|lots| -> Vec<&str> { lots.unwrap_or_default().split("; ").map(str::trim).filter(|lot| !lot.is_empty()).collect() });
    (new.iter().filter(|lot| !old.contains(lot)).copied().collect(), old.iter().filter(|lot| !new.contains(lot)).copied().collect())
}

/// "lot L1 closed without award", "lot L1 no longer so"; and of those that somebody has won.
pub(super) fn ended(language: Language, name: &str, lots: [Option<&str>; 2]) -> String {
    let (ended, back) = ended_lots(lots);
    let awarded = name == AWARDED_LOTS;
    let told = |(lots, again): (Vec<&str>, bool)| {
        let words = match (language, awarded, again) {
            (Language::En, true, false) => [["lot", " awarded"], ["lots", " awarded"]],
            (Language::En, true, true) => [["lot", " no longer awarded"], ["lots", " no longer awarded"]],
            (Language::En, false, false) => [["lot", " closed without award"], ["lots", " closed without award"]],
            (Language::En, false, true) => [["lot", " goes on after all"], ["lots", " go on after all"]],
            (Language::Es, true, false) => [["lote", " adjudicado"], ["lotes", " adjudicados"]],
            (Language::Es, true, true) => [["lote", " ya no adjudicado"], ["lotes", " ya no adjudicados"]],
            (Language::Es, false, false) => [["lote", " cancelado o desierto"], ["lotes", " cancelados o desiertos"]],
            (Language::Es, false, true) => [["lote", " sigue adelante"], ["lotes", " siguen adelante"]],
            (Language::Ru, true, false) => [["лот", ": победитель выбран"], ["лоты", ": победители выбраны"]],
            (Language::Ru, true, true) => [["лот", ": победителя больше нет"], ["лоты", ": победителей больше нет"]],
            (Language::Ru, false, false) => [["лот", ": отменён или не состоялся"], ["лоты", ": отменены или не состоялись"]],
            (Language::Ru, false, true) => [["лот", ": всё же продолжается"], ["лоты", ": всё же продолжаются"]],
        };
        let [noun, after] = words[usize::from(lots.len() > 1)];
        format!("{noun} {}{after}", lots.join(", "))
    };
    [(ended, false), (back, true)].into_iter().filter(|(lots, _)| !lots.is_empty()).map(told).collect::<Vec<_>>().join(", ")
}

/// "award annulled: L1: Acme, 10,000 EUR": with what else became of a tender.
pub(super) fn taken_back(language: Language, award: &str) -> String {
    format!("{}: {award}", said(language, ["award annulled", "adjudicación anulada", "результат отменён"]))
}

/// "L1: Acme, 10,000 EUR → 15,000 EUR; L2: Bolt, 900 EUR → L2: Cima, 900 EUR": of contracts and lots each what it was and what it is; then what has no
/// other beside it.
pub(super) fn each_otherwise(language: Language, old: &str, new: &str) -> String {
    let head = |one: &str| one.rsplit_once(", ").map_or(one, |(whose, _)| whose).to_owned();
    let lot = |one: &str| one.split_once(": ").map(|(lot, _)| lot.to_owned());
    let mut is: Vec<&str> = new.split("; ").collect();
    let (mut told, mut left) = (Vec::new(), Vec::new());
    for was in old.split("; ") {
        match is.iter().position(|one| head(one) == head(was)) {
            Some(place) => {
                let now = is.remove(place);
                told.push(format!("{was} → {}", now.strip_prefix(&head(was)).unwrap_or(now).trim_start_matches(", ")));
            }
            None => left.push(was),
        }
    }
    left.retain(|was| match is.iter().position(|one| lot(one).is_some() && lot(one) == lot(was)) {
        Some(place) => {
            told.push(format!("{was} → {}", is.remove(place)));
            false
        }
        None => true,
    });
    let no_longer = |gone: &str| format!("{} {gone}", said(language, ["no longer", "ya no", "больше не"]));
    match (left.join("; "), is.join("; ")) {
        (gone, came) if gone.is_empty() && came.is_empty() => {}
        (gone, came) if gone.is_empty() => told.push(came),
        (gone, came) if came.is_empty() => told.push(no_longer(&gone)),
        (gone, came) if lot(&gone).is_some() && lot(&came).is_some() => told.extend([came, no_longer(&gone)]),
        (gone, came) => told.push(format!("{gone} → {came}")),
    }
    told.join("; ")
}

/// Why the lots of a tender ended, each for its own reason: "lot L1: no offers were received, lot L2: Renuncia".
pub(super) fn reasons(language: Language, text: &str) -> String {
    let one = |one: &str| match one.rsplit_once(": ") {
        Some((lots, why)) => format!("{}: {}", named(language, lots), word_of(language, "reason", why).unwrap_or(why)),
        None => one.to_owned(),
    };
    text.split(SAID_APART).map(one).collect::<Vec<_>>().join(", ")
}
