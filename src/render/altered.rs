//! Tenders that are otherwise than they were, in words: what moved from when to when, by the reader's clock, with the way to the notice. Knows no
//! letter.

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

use super::clean::{line, link};
use super::due::{about, ahead, answer, doubts, said, still_open, until};
use super::ended::{again, ended_early, ended_lots, label_lots, next_lots, of_lots, taken_back};
use super::language::{Language, Word, of_number, plural};
use super::sentence::{Told, annulled, called, field, is_annulment, ordered, value, won};
use super::view::{LinkView, day, proof};
use super::{ChangeItem, Fits, Holder, Reader};
use crate::base::caps;
use crate::base::ids::RecordId;
use crate::model::{
    Closing, FieldName, LOT_AWARDS, LOTS_DUE, Lead, Record, SAID_APART, Signal, SignalKind, Stage, Story, closings, is_live,
};

/// One tender in a letter.
#[derive(Debug, Serialize)]
pub(super) struct ChangeView {
    /// What it is called.
    pub what: LinkView,
    /// "Deadline moved: Thu 10 Dec 2026 13:00 → Mon 21 Dec 2026 07:30 (Mon 7 Dec 2026, today)", the oldest first.
    pub news: Vec<String>,
    /// The buyer, the value, the stage.
    pub about: Vec<String>,
    /// "offers: in 7 days, Mon 21 Dec 2026 07:30", as long as it can be answered.
    pub until: Vec<String>,
    /// What is to be looked at before it is believed.
    pub notes: Vec<String>,
    /// Where it says so, unless that is where it is read itself.
    pub proof: Option<LinkView>,
    /// How to name it to others.
    pub reference: String,
}

pub(super) fn change(reader: &Reader<'_>, item: &ChangeItem<'_>, now: Timestamp) -> ChangeView {
    let (language, record) = (reader.language, item.record);
    let href = link(&record.url);
    let seen = |signal: &Signal| format!("{} ({})", told(reader, item, signal), language.news_of(&day(reader, signal.seen, now)));
    let with = item.with.map(|who| now_with(language, who)).or_else(|| leaves(language, item));
    let proof = item.signals.last().map(|signal| proof(&signal.evidence, language));
    ChangeView {
        what: LinkView { words: line(&record.title_in(language.tag()), 160), href: href.clone() },
        news: item.signals.iter().map(seen).chain(with).collect(),
        about: about(language, record),
        until: open(record, now)
            .map(|one| format!("{}: {}, {}", answer(language, &one), ahead(reader, &one, now), until(language, reader.zone, &one)))
            .collect(),
        notes: if is_live(record) {
            doubts(reader, (record, item.said))
        } else {
            still_open(language, Some(reader.zone), item.said).into_iter().collect()
        },
        proof: proof.filter(|proof| proof.href != href),
        reference: format!("{} {}", language.word(Word::Reference), record.id),
    }
}

/// The deadlines until which a tender takes answers.
fn open(record: &Record, now: Timestamp) -> impl Iterator<Item = Closing<'_>> {
    let all = if is_live(record) { closings(record) } else { Vec::new() };
    all.into_iter().filter(move |closing| !closing.is_over(now) && closing.end() >= now)
}

/// The deadlines that are told with a change, each with its tender: all of them, in one line a new one alone.
pub(super) fn tells(item: &ChangeItem<'_>, described: bool, now: Timestamp) -> impl Iterator<Item = (RecordId, FieldName)> {
    let moved = item.signals.iter().any(|signal| signal.kind == SignalKind::DeadlineMoved);
    let told = open(item.record, now)
        .filter(|_| item.with.is_none())
        .filter(move |closing| described || moved && closing.name.as_str() == "deadline");
    told.map(|closing| (item.record.id, closing.name.clone()))
}

/// The news of a tender. To who hears of it for the first time it is how it came to be theirs.
fn told(reader: &Reader<'_>, item: &ChangeItem<'_>, signal: &Signal) -> String {
    match item.fits {
        Fits::New => labelled(reader, signal, Some(new(reader.language))),
        Fits::Still | Fits::NoMore | Fits::Again => news(reader, signal),
    }
}

fn new(language: Language) -> &'static str {
    said(language, ["New for you", "Nuevo para ti", "Новое для вас"])
}

/// That it leaves the calendar or is back in it, as long as it can be answered: what is over stays there as what it is.
fn leaves(language: Language, item: &ChangeItem<'_>) -> Option<String> {
    let leaves = [
        "No longer matches what you look for: it leaves your calendar; you still hear what becomes of it",
        "Ya no es lo que buscas: sale de tu calendario; se te seguirá avisando de lo que pase",
        "Больше не подходит под ваш запрос: тендер уходит из календаря, но о его судьбе вы узнаете",
    ];
    let back = [
        "Matches what you look for again: it is back in your calendar",
        "Vuelve a ser lo que buscas: está otra vez en tu calendario",
        "Снова подходит под ваш запрос: тендер опять в календаре",
    ];
    let words = match item.fits {
        Fits::NoMore => leaves,
        Fits::Again => back,
        Fits::Still | Fits::New => return None,
    };
    is_live(item.record).then(|| said(language, words).to_owned())
}

/// "Deadline moved: Thu 10 Dec 2026 13:00 → Mon 21 Dec 2026 07:30", and what else is otherwise.
pub(super) fn news(reader: &Reader<'_>, signal: &Signal) -> String {
    labelled(reader, signal, None)
}

/// Behind another label than its own, which may say part of it already.
fn labelled(reader: &Reader<'_>, signal: &Signal, other: Option<&str>) -> String {
    let language = reader.language;
    let label = other.unwrap_or_else(|| label(language, signal));
    let Story::Changed { fields, more, .. } = signal.story.plain() else { return label.to_owned() };
    let plain = other.is_none() && (of_lots(language, signal).is_none() || signal.gave_way());
    let won = won(language, fields);
    let (of_label, next) = (label_lots(language, signal), next_lots(language, Some(reader.zone), signal));
    let one = |field_of: &Told| {
        let (name, old, new) = field_of;
        // What was odd about the old value concerns nobody any more.
        let told = |text: &Option<String>, signal| text.as_deref().map(|text| value(language, Some(reader.zone), name, text, signal));
        if let Some(annulled) = annulled(language, signal, (name, old.as_deref(), new.as_deref())) {
            return Some(annulled);
        }
        match (name.as_str(), old, &won, &next) {
            ("winner", None, Some(won), _) => return Some(won.clone()),
            ("award_value", None, Some(_), _) | ("lot", _, _, Some(_)) => return None,
            ("deadline", _, _, Some(next)) => return Some(next.clone()),
            _ => {}
        }
        match (signal.kind, name.as_str(), told(old, None), told(new, Some(signal))) {
            // It ended: what else of it is otherwise concerns nobody any more.
            (SignalKind::TenderCancelled, "reason", _, new) => new,
            (SignalKind::TenderCancelled, "winner" | LOT_AWARDS, Some(old), None) => Some(taken_back(language, &old)),
            // The label says the stage.
            (SignalKind::TenderCancelled, ..) => None,
            (kind, "stage", _, _) if says_stage(kind) || is_close(signal, field_of) => None,
            // Why it had ended concerns nobody any more.
            (SignalKind::TenderPublished, "stage" | "reason", _, _) if is_again(signal) => None,
            (_, LOTS_DUE, None, Some(new)) if of_label == Some(LOTS_DUE) => again(language, &new, true),
            (_, lots, old, new) if of_label == Some(lots) && lots != LOTS_DUE => {
                Some(ended_lots([old.as_deref(), new.as_deref()]).0.join(", "))
            }
            (SignalKind::DeadlineMoved, "deadline", Some(old), Some(new)) if called(signal, name) == "deadline" && plain => {
                Some(format!("{old} → {new}"))
            }
            (_, _, old, new) => Some(field(language, called(signal, name), old.as_deref(), new.as_deref())),
        }
    };
    let mut told: Vec<String> = ordered(language, signal).into_iter().filter_map(one).collect();
    if *more > 0 && signal.kind != SignalKind::TenderCancelled {
        told.push(language.and_more_fields(*more as usize));
    }
    if told.is_empty() { label.to_owned() } else { line(&format!("{label}: {}", told.join("; ")), 3 * caps::QUOTE_CHARS) }
}

/// "Deadline moved: Thu 10 Dec 2026 13:00 → Mon 21 Dec 2026 07:30: Ultrasound scanners – Hospital", where there are many.
pub(super) fn in_one_line(reader: &Reader<'_>, item: &ChangeItem<'_>) -> LinkView {
    let all: Vec<String> = item.signals.iter().map(|signal| told(reader, item, signal)).collect();
    let news = Some(all.join(" · ")).filter(|news| !news.is_empty());
    let news = news.or_else(|| item.with.map(|who| now_with(reader.language, who))).unwrap_or_default();
    let buyer = item.record.text("buyer").map(|buyer| format!(" – {}", line(&buyer, 80))).unwrap_or_default();
    let open = still_open(reader.language, Some(reader.zone), item.said).map(|open| format!(" ({open})")).unwrap_or_default();
    let words = format!("{}{buyer}: {}{open}", line(&item.record.title_in(reader.language.tag()), 120), line(&news, 2 * caps::QUOTE_CHARS));
    LinkView { words, href: link(&item.record.url) }
}

/// That somebody else answers it now, or nobody.
fn now_with(language: Language, who: &Holder) -> String {
    let Some(who) = named(language, who) else {
        let gone = [
            "Is no longer in your calendar, and in nobody's",
            "Ya no está en tu calendario ni en el de nadie más",
            "Тендера больше нет в вашем календаре, и никто другой его не ведёт",
        ];
        return said(language, gone).to_owned();
    };
    match language {
        Language::En => format!("Is now with {who} and no longer in your calendar"),
        Language::Es => format!("Ahora la lleva {who} y ya no está en tu calendario"),
        Language::Ru => format!("Теперь тендер ведёт {who}, в вашем календаре его больше нет"),
    }
}

/// What to call whoever has it.
pub(super) fn named(language: Language, who: &Holder) -> Option<String> {
    match who {
        Holder::Rep(name) => Some(line(name, 60)),
        Holder::Gone(id) => {
            let gone = said(language, ["not configured any more", "ya no está en la configuración", "в настройках больше нет"]);
            Some(format!("{} ({gone})", line(id, 60)))
        }
        Holder::Nobody => None,
    }
}

/// How many leads are somebody else's now.
pub(super) fn lost_heading(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("{n} {} no longer yours", plural(n, "lead is", "leads are")),
        Language::Es => format!("{n} {}", plural(n, "cliente posible ya no es tuyo", "clientes posibles ya no son tuyos")),
        Language::Ru => {
            let words = ["возможный клиент больше не ваш", "возможных клиента больше не ваши", "возможных клиентов больше не ваши"];
            format!("{n} {}", of_number(n, words))
        }
    }
}

/// One paragraph on the leads that are somebody else's now: "Talleres García (now with Bea)"; none where there are none.
pub(super) fn lost(language: Language, leads: &[(Lead, Holder)]) -> Option<String> {
    let one = |(lead, who): &(Lead, Holder)| {
        let with = match (language, named(language, who)) {
            (Language::En, Some(who)) => format!("now with {who}"),
            (Language::En, None) => "now with nobody".to_owned(),
            (Language::Es, Some(who)) => format!("ahora lo lleva {who}"),
            (Language::Es, None) => "ahora no lo lleva nadie".to_owned(),
            (Language::Ru, Some(who)) => format!("теперь его ведёт {who}"),
            (Language::Ru, None) => "теперь его никто не ведёт".to_owned(),
        };
        format!("{} ({with})", line(&lead.title, 120))
    };
    let told: Vec<String> = leads.iter().map(one).collect();
    let begin = said(language, ["No longer yours: ", "Ya no son tuyos: ", "Больше не ваши: "]);
    (!told.is_empty()).then(|| format!("{begin}{}", told.join("; ")))
}

/// That a tender which somebody had went to somebody else.
fn went(language: Language) -> &'static str {
    said(language, ["Tender is now with somebody else", "La licitación ahora la lleva otra persona", "Тендер теперь ведёт другой человек"])
}

/// Codes of reasons for which nobody won though nobody called anything off: of the code list `non-award-justification` of eForms.
const NOBODY: [&str; 4] = ["all-rej", "no-rece", "no-signed", "one-admis"];

fn label(language: Language, signal: &Signal) -> &'static str {
    if is_annulment(signal) {
        return language.signal(SignalKind::AwardAnnulled);
    }
    if let Some(label) = of_lots(language, signal).or_else(|| ended_early(language, signal)) {
        return label;
    }
    if signal.gone().is_some() {
        let back = ["Is in its portal's list again", "Vuelve a estar en la lista de su portal", "Снова в списке портала"];
        return said(language, back);
    }
    if signal.kind == SignalKind::WentAway {
        let gone = [
            "Is no longer in its portal's list, and nothing says why",
            "Ya no está en la lista de su portal, y nada dice por qué",
            "Больше нет в списке портала, причина не указана",
        ];
        return said(language, gone);
    }
    if let Story::Changed { fields, .. } = signal.story.plain() {
        // Who joins others takes nobody's place.
        let replaced = |(name, old, new): &Told| {
            let (came, gone) = ended_lots([old.as_deref(), new.as_deref()]);
            match name.as_str() {
                // Those who are left have what all had.
                "winner" => !gone.is_empty() && new.is_some(),
                LOT_AWARDS => came.iter().any(|now| gone.iter().any(|was| takes_lot(now, was))),
                _ => false,
            }
        };
        let why = fields.iter().find(|(name, ..)| name == "reason").and_then(|(.., new)| new.as_deref());
        let nobody = |why: &str| NOBODY.contains(&why.rsplit_once(": ").map_or(why, |(_, code)| code));
        if signal.kind == SignalKind::TenderCancelled && why.is_some_and(|why| why.split(SAID_APART).all(nobody)) {
            return said(language, ["Ended without award", "Terminó sin adjudicar", "Завершился без победителя"]);
        }
        if fields.iter().any(|field| is_close(signal, field)) {
            return said(language, ["Takes no more offers", "Ya no admite ofertas", "Заявки больше не принимаются"]);
        }
        if fields.iter().any(|field| is_hour(signal, field)) {
            return said(language, ["The hour of the deadline is known", "Ya se sabe la hora del plazo", "Стал известен час срока"]);
        }
        if signal.kind == SignalKind::TenderChanged && fields.iter().any(replaced) {
            return said(language, ["Winner changed", "Cambia el adjudicatario", "Победитель изменился"]);
        }
        // Who joins others is told as that.
        let joined = |(name, old, new): &Told| match name.as_str() {
            LOT_AWARDS => old.is_none() && new.is_some(),
            "winner" => old.is_some() && !ended_lots([old.as_deref(), new.as_deref()]).0.is_empty(),
            _ => false,
        };
        let first = |(name, old, new): &Told| name == "winner" && old.is_none() && new.is_some();
        if signal.kind == SignalKind::TenderChanged && fields.iter().any(first) {
            return said(language, ["First award", "Primera adjudicación", "Первый победитель"]);
        }
        if signal.kind == SignalKind::TenderChanged && fields.iter().any(joined) {
            return said(language, ["Another award", "Otra adjudicación", "Ещё один победитель"]);
        }
        if signal.kind == SignalKind::TenderPlanned && fields.iter().any(|(name, old, _)| name == "stage" && old.is_some()) {
            return said(language, ["Planned again", "Vuelve a estar prevista", "Снова запланирован"]);
        }
    }
    if is_again(signal) {
        return said(language, ["Takes offers again", "Vuelve a admitir ofertas", "Снова принимает заявки"]);
    }
    language.signal(signal.kind)
}

/// Whether what is said of a lot ("2: Bolt, 1900 EUR") names another company than what was said of it.
fn takes_lot(now: &str, was: &str) -> bool {
    let read = |said: &str| {
        let (lot, won) = said.split_once(": ")?;
        let who = won.rsplit_once(", ").filter(|(_, worth)| worth.starts_with(|c: char| c.is_ascii_digit())).map_or(won, |(who, _)| who);
        Some((lot.to_owned(), who.to_owned()))
    };
    read(now).zip(read(was)).is_some_and(|((lot, now), (other, was))| lot == other && now != was)
}

/// Whether it says that a tender that took offers takes none any more.
fn is_close(signal: &Signal, (name, old, new): &Told) -> bool {
    let stage = |text: &Option<String>| text.as_deref().and_then(Stage::from_word);
    signal.kind == SignalKind::TenderChanged && name == "stage" && stage(old) == Some(Stage::Open) && stage(new) == Some(Stage::Closed)
}

/// Whether it says no more than at what hour a day ends that was known.
fn is_hour(signal: &Signal, (name, old, new): &Told) -> bool {
    let day = old.as_deref().filter(|old| old.parse::<Zoned>().is_err()).and_then(|old| old.parse::<Date>().ok());
    let at = new.as_deref().and_then(|new| new.parse::<Zoned>().ok());
    signal.kind == SignalKind::DeadlineMoved && name == "deadline" && day.is_some() && day == at.map(|at| at.date())
}

/// Whether a kind of news says by itself where its tender stands.
const fn says_stage(kind: SignalKind) -> bool {
    use SignalKind::{ContractCompleted, ContractModified, TenderAwarded, TenderPlanned, TenderSuspended};
    matches!(kind, TenderPlanned | TenderSuspended | TenderAwarded | ContractModified | ContractCompleted)
}

/// Whether a tender that was suspended, or took no offers any more, is open again.
fn is_again(signal: &Signal) -> bool {
    let Story::Changed { fields, .. } = signal.story.plain() else { return false };
    let stopped = |old: &str| Stage::from_word(old).is_some_and(|stage| stage == Stage::Suspended || !stage.is_live());
    signal.kind == SignalKind::TenderPublished && fields.iter().any(|(name, old, _)| name == "stage" && old.as_deref().is_some_and(stopped))
}

/// "Deadline moved to Mon 21 Dec 2026 07:30: Ultrasound scanners", of several tenders with how many there are.
pub(super) fn subject(reader: &Reader<'_>, items: &[ChangeItem<'_>]) -> String {
    let language = reader.language;
    let Some(item) = items.first() else { return String::new() };
    let first = match item.signals.last() {
        Some(_) if item.fits == Fits::New => format!("{}: {}", new(language), line(&item.record.title_in(language.tag()), 120)),
        Some(signal) => headline(reader, item.record, signal),
        None => format!("{}: {}", went(language), line(&item.record.title_in(language.tag()), 120)),
    };
    if items.len() == 1 { first } else { format!("{}: {first}", heading(language, items.len())) }
}

/// "Deadline moved to Mon 21 Dec 2026 07:30: Ultrasound scanners". The new day goes first: what is cut is the name.
pub(super) fn headline(reader: &Reader<'_>, record: &Record, signal: &Signal) -> String {
    let language = reader.language;
    let moved = moved_to(reader, signal).unwrap_or_default();
    // In a subject its name has room.
    let label = match (signal.kind, signal.gone()) {
        (SignalKind::WentAway, None) => said(language, ["No longer listed", "Ya no figura", "Больше нет в списке"]),
        (_, Some(_)) => said(language, ["Listed again", "Figura de nuevo", "Снова в списке"]),
        (_, None) => label(language, signal),
    };
    format!("{label}{moved}: {}", line(&record.title_in(language.tag()), 120))
}

/// " to Mon 21 Dec 2026 07:30": the new deadline, where it was moved.
fn moved_to(reader: &Reader<'_>, signal: &Signal) -> Option<String> {
    let Story::Changed { fields, .. } = signal.story.plain() else { return None };
    let (name, _, new) = fields.iter().find(|(name, ..)| signal.kind == SignalKind::DeadlineMoved && name == "deadline")?;
    let (language, new) = (reader.language, new.as_deref()?);
    let until = match new.parse::<Zoned>() {
        Ok(at) => {
            let local = at.with_time_zone(reader.zone.clone());
            format!("{} {}", language.date(local.date()), local.strftime("%H:%M"))
        }
        Err(_) => value(language, Some(reader.zone), name, new, None),
    };
    let to = if fields.iter().any(|field| is_hour(signal, field)) {
        [", "; 3]
    } else if of_lots(language, signal).is_some() {
        [", offers until ", ", ofertas hasta ", ", заявки до "]
    } else {
        [" to ", " al ", " на "]
    };
    Some(format!("{}{until}", said(language, to)))
}

/// How many tenders are otherwise than they were.
pub(super) fn heading(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("News of {n} {}", plural(n, "tender", "tenders")),
        Language::Es => format!("Novedades de {n} {}", plural(n, "licitación", "licitaciones")),
        Language::Ru => format!("Новости по {n} {}", of_number(n, ["тендеру", "тендерам", "тендерам"])),
    }
}

pub(super) fn title(language: Language) -> &'static str {
    said(
        language,
        ["News of tenders in your calendar", "Novedades de las licitaciones de tu calendario", "Новости по тендерам из вашего календаря"],
    )
}

/// Why it comes without a digest.
pub(super) fn at_once(language: Language) -> &'static str {
    said(
        language,
        [
            "It cannot wait for your next digest, so this comes at once.",
            "No puede esperar a tu próximo resumen, por eso llega al momento.",
            "Это не может ждать следующей сводки, поэтому письмо пришло сразу.",
        ],
    )
}

/// Tenders of which a line each is said.
pub(super) fn and_more(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("And {n} more {}, a line each:", plural(n, "tender", "tenders")),
        Language::Es => format!("Y {n} {} más, una línea cada una:", plural(n, "licitación", "licitaciones")),
        Language::Ru => format!("И ещё {n} {}, по строке о каждом:", of_number(n, ["тендер", "тендера", "тендеров"])),
    }
}
