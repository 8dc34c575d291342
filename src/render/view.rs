//! What a letter shows, chosen and worded from the model's values; both forms of a letter are laid out from this and nothing else.

use jiff::Timestamp;
use serde::Serialize;

use super::altered::{ChangeView, named};
use super::clean::{line, link};
use super::closes::{self, ClosesView, closes_first, closing, in_time, tender_of};
use super::due::{DueView, doubts, said as said_in, stage_word, worth};
use super::known::{about, contacts};
use super::language::{Word, signed};
use super::lots;
use super::one_line::also;
use super::pairs::PairView;
use super::sentence;
use super::step::next_step;
use super::stock::StockView;
use super::telling::told;
use super::{Item, Language, Reader};
use crate::base::ids::RecordId;
use crate::base::{caps, text};
use crate::model::codes::Meaning;
use crate::model::{
    Evidence, FieldName, LeadState, Part, PartKind, Record, Score, Signal, SignalKind, Stage, Story, UNNAMED, Weight, deadline, origin_of,
    whole_points,
};

/// Reasons shown of one lead; the newest.
const REASONS: usize = 6;
/// Tenders beside them, of which one line is said.
const OTHERS: usize = 60;
/// Score lines shown of one lead; the rest becomes one line, so that the sum still holds.
const PARTS: usize = 8;
/// Unknown facts named.
const UNKNOWN: usize = 3;
/// Characters of what an article says.
const TEXT: usize = 320;

/// One letter.
#[derive(Debug, Default, Serialize)]
pub(super) struct View {
    pub lang: &'static str,
    pub subject: String,
    pub heading: String,
    pub paragraphs: Vec<String>,
    pub stocks: Vec<StockView>,
    pub changes_title: Option<&'static str>,
    pub changes: Vec<ChangeView>,
    pub more_changes_title: Option<String>,
    pub more_changes: Vec<LinkView>,
    pub deadlines_title: Option<&'static str>,
    pub deadlines: Vec<DueView>,
    pub more_deadlines_title: Option<String>,
    pub more_deadlines: Vec<LinkView>,
    pub leads: Vec<LeadView>,
    pub more_leads_title: Option<String>,
    pub more_leads: Vec<LinkView>,
    pub pairs_title: Option<&'static str>,
    pub pairs: Vec<PairView>,
    pub pairs_how: Option<&'static str>,
    pub sources_title: Option<&'static str>,
    pub sources: Vec<SourceView>,
    pub footer: Option<&'static str>,
    pub unsubscribe: Option<LinkView>,
    pub calendar: Option<LinkView>,
}

/// Words with an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LinkView {
    pub words: String,
    /// Nothing: the words stand alone.
    pub href: Option<String>,
}

/// One lead.
#[derive(Debug, Serialize)]
pub(super) struct LeadView {
    /// Its place in the letter, from 1; nothing when it is the only one.
    pub number: Option<usize>,
    pub name: String,
    /// Segment, and whether this is an update.
    pub tag: String,
    /// "also for Hotels (42)": the other segments of its reader in which it is a lead.
    pub also: Vec<String>,
    /// What of it closes soon, or is to be known before its history.
    pub closes: Vec<ClosesView>,
    /// What it does, how big, where.
    pub about: Vec<String>,
    pub contacts: Vec<LinkView>,
    pub why_now: &'static str,
    pub reasons: Vec<ReasonView>,
    /// How much more is new, and where it is.
    /// The tenders beside them, a line each; and how many more reasons there are.
    pub other_reasons: Vec<LinkView>,
    pub more_reasons: Option<String>,
    pub score_label: &'static str,
    /// Nothing where no rule counts anything of it.
    pub score: Option<String>,
    pub parts: Vec<PartView>,
    pub unknown_label: &'static str,
    pub unknown: Option<String>,
    pub next_label: &'static str,
    pub next: Option<String>,
    /// How to name it to others.
    pub reference: String,
}

/// One dated reason with its proof.
#[derive(Debug, Serialize)]
pub(super) struct ReasonView {
    /// The kind of reason in the reader's language, unless the sentence says it already.
    pub label: Option<&'static str>,
    pub sentence: String,
    /// The language of the sentence, where it is not the letter's.
    pub lang: Option<&'static str>,
    pub when: String,
    /// In the reader's quotation marks.
    pub quote: Option<String>,
    pub proof: LinkView,
    /// When it was seen, where that was on another day.
    pub seen: Option<String>,
    /// What is to be looked at before the deadline of its tender is believed.
    pub notes: Vec<String>,
}

/// One line of the sum.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PartView {
    pub points: String,
    pub why: String,
    pub how: Option<String>,
}

/// One source's completeness.
#[derive(Debug, Serialize)]
pub(super) struct SourceView {
    pub title: String,
    pub status: String,
    pub well: bool,
}

/// A day and how long ago it was, in the reader's zone: "Mon 23 Nov 2026, today".
pub(super) fn day(reader: &Reader<'_>, at: Timestamp, now: Timestamp) -> String {
    // A day without a time is kept as its first moment in UTC, and is that day for everybody.
    let whole = at.as_millisecond().rem_euclid(86_400_000) == 0;
    let zone = if whole { jiff::tz::TimeZone::UTC } else { reader.zone.clone() };
    let (date, today) = (at.to_zoned(zone).date(), now.to_zoned(reader.zone.clone()).date());
    let ago = i64::from(date.until(today).map_or(0, |span| span.get_days()));
    format!("{}, {}", reader.language.date(date), reader.language.age(ago))
}

fn day_and_hour(reader: &Reader<'_>, at: Timestamp) -> String {
    let local = at.to_zoned(reader.zone.clone());
    format!("{} {:02}:{:02}", reader.language.date(local.date()), local.hour(), local.minute())
}

/// What to call the organisation behind an item.
pub(super) fn name_of(item: &Item<'_>, language: Language) -> String {
    let named = item.organisation.name.as_deref().map(|name| line(name, 80)).filter(|name| !name.is_empty());
    let titled = || Some(line(&item.lead.title, 80)).filter(|title| !title.is_empty() && title != UNNAMED);
    named.or_else(titled).unwrap_or_else(|| language.word(Word::NotNamed).to_owned())
}

/// The strongest reason's sentence, for the subject.
pub(super) fn first_reason(item: &Item<'_>, reader: &Reader<'_>, now: Timestamp) -> Option<String> {
    Some(told(item, reader, best(item)?, now))
}

/// What closes first of the tender that the strongest reason tells of.
pub(super) fn first_closes(item: &Item<'_>, reader: &Reader<'_>, now: Timestamp) -> Option<String> {
    closes_first(reader, item, best(item)?, now)
}

/// What became of a tender that its reader has heard of, where that is all that is new of a lead. That a lot closed in its time is no news to head a
/// letter.
pub(super) fn news_of_tender<'a>(item: &Item<'a>) -> Option<(&'a Record, &'a Signal)> {
    item.told?;
    let signal = best(item)?;
    let of_it = |one: &&Signal| one.record == signal.record && one.is_of_known_tender() && !one.gave_way();
    news(item).iter().all(of_it).then_some(())?;
    Some((tender_of(item, signal)?, signal))
}

/// The strongest reason, of several the newest.
pub(super) fn best<'a>(item: &Item<'a>) -> Option<&'a Signal> {
    let score = &item.lead.score;
    news(item).into_iter().min_by_key(|signal| std::cmp::Reverse((rank(score, signal), points(score, signal))))
}

/// What its reader has not heard yet and still holds, or all of it where nothing is new: the best reasons first, there the newest first.
pub(super) fn news<'a>(item: &Item<'a>) -> Vec<&'a Signal> {
    let new = |signal: &&Signal| item.told.is_none_or(|told| signal.seen > told);
    let holds = |signal: &&Signal| !signal.is_annulled(item.signals);
    let mut sorted: Vec<&Signal> = item.signals.iter().filter(holds).filter(new).collect();
    if sorted.is_empty() {
        sorted.extend(item.signals.iter().filter(holds).take(REASONS));
    }
    let mut ranked: Vec<(u8, &Signal)> = sorted.into_iter().map(|signal| (rank(&item.lead.score, signal), signal)).collect();
    ranked.sort_by(|(a_rank, a), (b_rank, b)| (b_rank, b.at, b.seen, &a.story).cmp(&(a_rank, a.at, a.seen, &b.story)));
    // That something about it changed is no reason to call whom nobody heard of.
    let only_reasons = item.told.is_none() && ranked.first().is_some_and(|(best, _)| *best > 0);
    ranked.into_iter().filter(|(rank, _)| *rank > 0 || !only_reasons).map(|(_, signal)| signal).collect()
}

/// The words that a signal quotes, or by which its record calls itself.
fn words_of(signal: &Signal) -> String {
    match signal.story.plain() {
        Story::Said { sentence, .. } => text::words(sentence),
        Story::Appeared { title, .. } => text::words(title),
        Story::Sentence(_) | Story::Again { .. } | Story::Changed { .. } | Story::Gone { .. } => String::new(),
    }
}

/// What the same words of one page say goes together: one sentence may be several kinds of reason, and the title of its article.
pub(super) fn together<'a>(item: &Item<'_>, news: Vec<&'a Signal>) -> Vec<Vec<&'a Signal>> {
    let is_said = |signal: &Signal| matches!(signal.story, Story::Said { .. });
    // One tender on several portals is one.
    let tender =
        |signal: &Signal| tender_of(item, signal).filter(|_| matches!(signal.story, Story::Appeared { .. })).map(|tender| tender.id);
    let alike = |one: &Signal, other: &Signal| {
        if one.kind == other.kind && one.record != other.record && tender(one).is_some_and(|id| tender(other) == Some(id)) {
            return true;
        }
        let (a, b) = (words_of(one), words_of(other));
        one.evidence.url == other.evidence.url
            && one.organisation == other.organisation
            && (is_said(one) || is_said(other))
            && !a.is_empty()
            && (a.starts_with(&b) || b.starts_with(&a))
    };
    let mut groups: Vec<Vec<&Signal>> = Vec::new();
    for signal in news {
        match groups.iter_mut().find(|group| group.iter().any(|known| alike(known, signal))) {
            Some(group) => group.push(signal),
            None => groups.push(vec![signal]),
        }
    }
    groups
}

/// What a signal is worth in the sum, in hundredths of a point.
fn points(score: &Score, signal: &Signal) -> i64 {
    let of_it = |part: &&Part| part.kind == PartKind::Signal(signal.kind) && part.evidence.as_ref() == Some(&signal.evidence);
    score.parts.iter().filter(of_it).map(|part| part.centipoints).sum()
}

/// How much a signal is a reason: what the segment asks for goes before what is merely known, and what only changed or went away comes last
/// unless it is asked for.
fn rank(score: &Score, signal: &Signal) -> u8 {
    match (points(score, signal).signum(), signal.kind.weight()) {
        (1, _) | (-1, Weight::Begins | Weight::Develops) => 2,
        (_, Weight::Begins | Weight::Develops) => 1,
        (_, Weight::Aside) => 0,
    }
}

/// The deadlines that the description of a lead tells, each with the tender whose it is.
pub(super) fn tells(reader: &Reader<'_>, item: &Item<'_>, now: Timestamp) -> Vec<(RecordId, FieldName)> {
    let mut news = together(item, news(item));
    news.truncate(REASONS);
    closes::tells(reader, item, &news, now)
}

pub(super) fn lead(reader: &Reader<'_>, item: &Item<'_>, number: Option<usize>, now: Timestamp) -> LeadView {
    let language = reader.language;
    let Item { lead, segment, organisation, members: _, signals: _, told: _, handed: _, also: _, tenders: _, texts: _, meanings: _ } =
        *item;
    let mut news = together(item, news(item));
    // Nobody calls a buyer because a tender has another deadline or none: that is news for who answers it.
    let is_notice = !news.is_empty() && news.iter().flatten().all(|signal| signal.kind.is_of_open_tender());
    let next = if is_notice { language.look_at_the_notice().to_owned() } else { next_step(language, &lead.next_step) };
    let (about, contacts) = (about(organisation, language), contacts(organisation, &lead.next_step, language));
    let mut said: Vec<String> = about.iter().map(|one| text::words(one)).collect();
    let mut doubted: Vec<RecordId> = Vec::new();
    // No tender is left out: each is to be answered.
    let calls = |alike: &Vec<&Signal>| matches!(alike[0].kind, SignalKind::TenderPublished | SignalKind::TenderPlanned);
    let (others, rest): (Vec<_>, Vec<_>) = news.split_off(REASONS.min(news.len())).into_iter().partition(calls);
    let other = |alike: Vec<&Signal>| LinkView { words: told(item, reader, alike[0], now), href: link(&alike[0].evidence.url) };
    let hidden = rest.len() + others.len().saturating_sub(OTHERS);
    let other_reasons = in_time(others).into_iter().take(OTHERS).map(other).collect();
    let news = in_time(news);
    let closes = closing(reader, item, &news, now);
    let reasons = news.into_iter().map(|alike| ReasonView {
        notes: alike.iter().flat_map(|signal| doubts_of(reader, (item, signal), &mut doubted)).collect(),
        ..reason(reader, (item, &alike), &mut said, now)
    });
    let reasons = reasons.collect();
    let parts = parts(item, language, &mut said);
    LeadView {
        number,
        name: name_of(item, language),
        tag: tag(reader, item, segment, now),
        also: also(language, item),
        closes,
        about,
        contacts,
        why_now: language.word(Word::WhyNow),
        reasons,
        other_reasons,
        more_reasons: (hidden > 0).then(|| language.and_more_reasons(hidden)),
        score_label: language.word(Word::Score),
        score: (!parts.is_empty()).then(|| language.score_line(lead.score.fit, lead.score.signal, lead.score.known)),
        parts,
        unknown_label: language.word(Word::Unknown),
        unknown: unknown(&lead.score, language),
        next_label: language.word(Word::NextStep),
        next: Some(line(&next, caps::QUOTE_CHARS)).filter(|step| !step.is_empty()),
        reference: format!("{} {}", language.word(Word::Reference), lead.id),
    }
}

fn tag(reader: &Reader<'_>, item: &Item<'_>, segment: &str, now: Timestamp) -> String {
    let language = reader.language;
    let segment = format!("{}: {}", language.word(Word::Segment), line(segment, 120));
    match (item.handed.and_then(|had| named(language, had)), woken(reader, item, now), item.told) {
        (Some(had), ..) => format!("{segment} · {}", language.handed_over(&had)),
        (None, Some(woken), _) => format!("{segment} · {woken}"),
        (None, None, Some(_)) => format!("{segment} · {}", language.word(Word::Updated)),
        (None, None, None) => segment,
    }
}

/// That it was put away until a day which has come since its reader was last told of it, and by whom.
fn woken(reader: &Reader<'_>, item: &Item<'_>, now: Timestamp) -> Option<String> {
    let verdict = item.lead.verdict.as_ref().filter(|verdict| verdict.said == LeadState::Parked)?;
    let until = verdict.until.filter(|until| *until <= now && item.told.is_none_or(|told| told < *until))?;
    let local = until.to_zoned(reader.zone.clone());
    let is_day = local.time() == jiff::civil::Time::midnight();
    let day = if is_day { reader.language.date(local.date()) } else { day_and_hour(reader, until) };
    let by = line(&verdict.by, 60);
    Some(reader.language.parked((by != reader.rep.as_str()).then_some(by.as_str()), &day))
}

/// What decides whether a new tender is looked at: " (lot L1; lot L2 until Thu 17 Dec 2026 13:00); estimate 120,000 EUR".
fn details(reader: &Reader<'_>, item: &Item<'_>, signal: &Signal) -> Option<String> {
    let is_new = matches!(signal.kind, SignalKind::TenderPublished | SignalKind::TenderPlanned);
    let tender = tender_of(item, signal).filter(|_| is_new && matches!(signal.story.plain(), Story::Appeared { .. }))?;
    let lots = deadline(tender).and_then(|closing| lots::of(reader.language, reader.zone, &closing));
    let worth = worth(reader.language, tender).map(|worth| format!("; {worth}"));
    Some(lots.map(|lots| format!(" ({lots})")).into_iter().chain(worth).collect())
}

fn reason(reader: &Reader<'_>, (item, alike): (&Item<'_>, &[&Signal]), said: &mut Vec<String>, now: Timestamp) -> ReasonView {
    let language = reader.language;
    let signal = alike.iter().find(|signal| matches!(signal.story, Story::Said { .. })).unwrap_or(&alike[0]);
    let mut sentence = told(item, reader, signal, now) + &details(reader, item, signal).unwrap_or_default();
    let others = alike.iter().filter(|other| other.kind != signal.kind).map(|other| language.signal(other.kind));
    for other in others {
        sentence = format!("{other} · {sentence}");
    }
    said.push(text::words(&sentence));
    // In whatever language: it is told.
    said.extend(signal.story.title().filter(|_| tender_of(item, signal).is_some()).map(text::words));
    let text = alike.iter().find_map(|signal| item.texts.get(&signal.record));
    let quote = [Some(line(&signal.evidence.quote, 160)), text.map(|text| line(text, TEXT))];
    // A stage is told in the reader's words.
    let quote = quote.into_iter().flatten().find(|quote| Stage::from_word(quote).is_none() && is_new(quote, said));
    let seen = signal.evidence.seen;
    let date = |at: Timestamp| at.to_zoned(reader.zone.clone()).date();
    let english = language != Language::En && matches!(signal.story, Story::Sentence(_));
    ReasonView {
        // An old sentence is English; a reader of another language gets the kind in theirs first.
        label: english.then(|| language.signal(signal.kind)),
        sentence,
        lang: english.then_some("en"),
        when: language.news_of(&day(reader, signal.at, now)),
        quote: quote.map(|quote| sentence::quoted(language, &quote)),
        proof: proof(&signal.evidence, language),
        seen: (date(seen) != date(signal.at)).then(|| language.seen(&day_and_hour(reader, seen))),
        notes: Vec::new(),
    }
}

/// What is doubtful about the deadline of the tender that a signal tells of: said once of each.
fn doubts_of(reader: &Reader<'_>, (item, signal): (&Item<'_>, &Signal), said: &mut Vec<RecordId>) -> Vec<String> {
    let Some((_, tender)) = item.tenders.iter().find(|(record, _)| *record == signal.record) else { return Vec::new() };
    if said.contains(&tender.record.id) {
        return Vec::new();
    }
    said.push(tender.record.id);
    doubts(reader, (&tender.record, &tender.said))
}

pub(super) fn proof(evidence: &Evidence, language: Language) -> LinkView {
    if let Some(href) = link(&evidence.url) {
        let host = evidence.url.host_str().unwrap_or("").trim_start_matches("www.");
        return LinkView { words: format!("{} ({})", language.word(Word::ProofLink), line(host, 60)), href: Some(href) };
    }
    let source = origin_of(&evidence.url).map_or_else(|| evidence.source.to_string(), |origin| line(&origin, 120));
    LinkView { words: format!("{}: {source}", language.word(Word::Source)), href: None }
}

/// The words that prove a fact, unless the letter says them already: a signal's are shown with the signal. How the points came about is told by
/// `lead explain`. A code comes with what it means.
fn grounds(item: &Item<'_>, part: &Part, language: Language, said: &mut Vec<String>) -> Option<String> {
    let proof = part.evidence.as_ref().filter(|_| part.kind == PartKind::Fit)?;
    let quote = line(&proof.quote, 120);
    let told = match item.meanings.get(&proof.quote) {
        Some(meaning) => {
            let meaning = Meaning { text: line(&meaning.text, 80), ..meaning.clone() };
            format!("{} {}", language.word(Word::Class), meaning.told(&quote, said_in(language, ["in", "en", "в"])))
        }
        None => match Stage::from_word(&quote).filter(|stage| *stage != Stage::Unknown) {
            Some(stage) => stage_word(language, stage).to_owned(),
            None => sentence::quoted(language, &quote),
        },
    };
    is_new(&quote, said).then_some(told)
}

/// Whether these words tell something that was not said before; from then on they are said.
fn is_new(words: &str, said: &mut Vec<String>) -> bool {
    let plain = text::words(words);
    // A time is told by the reader's clock, not as it is written.
    let is_time = words.parse::<Timestamp>().is_ok() || words.parse::<jiff::civil::DateTime>().is_ok();
    if plain.is_empty() || is_time || said.iter().any(|before| text::holds(before, &plain)) {
        return false;
    }
    said.push(plain);
    true
}

/// The lines that count, biggest first within fit and signal; whatever does not fit is one line more. They are whole points, rounded as
/// they are added up, so that they sum to what is said of fit and signal.
fn parts(item: &Item<'_>, language: Language, said: &mut Vec<String>) -> Vec<PartView> {
    let mut counting: Vec<Part> = Vec::new();
    for part in item.lead.score.parts.iter().filter(|part| part.centipoints != 0) {
        // Several signals of one rule are one line.
        match counting.iter_mut().find(|known| (known.kind, &known.rule, &known.why) == (part.kind, &part.rule, &part.why)) {
            Some(known) => known.centipoints += part.centipoints,
            None => counting.push(part.clone()),
        }
    }
    counting.sort_by_key(|part| (matches!(part.kind, PartKind::Signal(_)), -part.centipoints.abs()));
    let mut sums = [0; 2];
    for part in &mut counting {
        let sum = &mut sums[usize::from(matches!(part.kind, PartKind::Signal(_)))];
        let before = whole_points(*sum);
        *sum += part.centipoints;
        part.centipoints = 100 * (whole_points(*sum) - before);
    }
    let shown = if counting.len() > PARTS { PARTS - 1 } else { counting.len() };
    let (first, rest) = counting.split_at(shown);
    let mut out: Vec<PartView> = first
        .iter()
        .map(|part| PartView { points: signed(part.centipoints), why: line(&part.why, 120), how: grounds(item, part, language, said) })
        .collect();
    if !rest.is_empty() {
        let points = signed(rest.iter().map(|part| part.centipoints).sum());
        out.push(PartView { points, why: language.other_rules(rest.len()), how: None });
    }
    out
}

fn unknown(score: &Score, language: Language) -> Option<String> {
    if score.unknown.is_empty() {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    // Lists of codes go by one name.
    for name in score.unknown.iter().map(|one| line(&sentence::unknown(language, one), 60)) {
        if names.len() < UNKNOWN && !names.contains(&name) {
            names.push(name);
        }
    }
    let list = names.join(", ");
    let (low, high) = score.between;
    Some(if low == high { format!("{list}.") } else { format!("{list}. {}", language.between(low, high)) })
}
