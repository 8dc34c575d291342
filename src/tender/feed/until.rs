//! Until when offers are taken, in the sentences and labels of a feed: "Deadline extended to 29/01/2027 12:00". Knows no portal.

use std::sync::LazyLock;

use regex::Regex;

use crate::base::text::patterns::compiled;
use crate::base::text::{dates, fold, squeeze};

/// Characters behind the words for a deadline in which its day is looked for.
const FAR: usize = 160;
/// Characters that are told of it.
const TOLD: usize = 80;
/// Mentions of deadlines that are looked at in one text.
const MENTIONS: usize = 30;
/// Words before "deadline" that may say of what it is: "site visit deadline".
const BEFORE: usize = 3;

/// What a text says of the deadline for offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Until {
    /// Its words, as they are published.
    pub(super) words: String,
    /// The words that name its one day; nothing where they name none, or several.
    pub(super) day: Option<String>,
    /// Whether a deadline that was before moved.
    moved: bool,
}

/// A deadline, or offers and until when they are taken. Longer words stand before those that they begin with.
static MENTION: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?P<term>deadline|closing (?:date|time)|closing(?:: | on | at )|\bcloses\b|\bclose on\b",
        r"|due date|(?:submission|tender|bid) date|last (?:date|day) (?:for|of|to)|fecha limite|fecha de cierre|fecha tope",
        r"|fecha de presentacion|fin de(?:l)? plazo|\bplazo\b|date limite|date de cloture|date de remise|\bdelai\b|\b[a-z]*frist\b|schlusstermin",
        r"|\babgabetermin|einreichungstermin|data limite|\bprazo\b|scadenza|\btermine\b|data di chiusura",
        r"|дата окончания|окончание подачи|окончание приема|(?:^|[^\pL])срок[аи]?(?:[^\pL]|$)|termin skladania)",
        r"|(?P<offers>\b(?:offers?|tenders?|bids?|proposals?|quotations?|expressions of interest|applications",
        r"|ofertas?|proposiciones|propuestas?|solicitudes|offres?|plis|candidatures|angebote?n?|teilnahmeantrage|offert[ae]|proposte)\b",
        r"|(?:^|[^\pL])(?:заявк\pL*|предложени\pL*|прием))",
        r"(?:[^.;:!?0-9]|\d{1,2}\.\s){0,90}?",
        r"(?:^|[^\pL])(?:until|till|by|before|no later than|not later than|due(?: on| by)?|hasta|antes del?|a mas tardar|jusqu['’]?(?:au|a)?|avant le",
        r"|au plus tard|bis|spatestens|entro|fino al?|до|не позднее)(?:[^\pL]|$)"
    ))
});

/// What a deadline may be of that is no offer; and, behind a day, what another day is of.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"question|clarif|[ei]nquir|quer(?:y|ies)|aclaracion|consulta|pregunta|\bvisi[st]|sopralluogo|besichtigung|ortstermin|осмотр|разъяснен|вопрос|запрос\pL* о|\bfragen?\b|ruckfrage|bieterfrage|chiariment|quesit",
        r"|renseignement|eclaircissement|\bopen(?:ing|ed)\b|apertura|ouverture|\b(?:angebots)?offnung|вскрыти|рассмотрен|итог",
        r"|valid|bindefrist|zuschlagsfrist|gultig|bindung|деистви",
        r"|execution|ejecucion|ausfuhrung|esecuzione|исполнен|выполнен|оказани|поставк|deliver|entrega|livraison|consegna|liefer|leistung",
        r"|\bstart(?:s|ing)?\b|\bbegin|commence|inicio|\bdebut|\binizio\b|beginn|начал|duration|duracion|duree|durata|laufzeit|payment|\bpago\b|paiement|pagament|zahlung|оплат",
        r"|publi(?:c|s|e)|\bissued?\b|\bposted\b|veroffentlich|bekanntmach\w* vom|публикац|опубликован|размещен|award|adjudicacion|attribution|aggiudicazion|vergabe am|заключен",
        r"|download|collect|available|obtain|disponibl|erhaltlich|abruf|recurso|\bappeal|garanti[ae]|warranty|gewahrleistung|standstill|kundigung"
    ))
});
/// Behind a day these are of another thing; before it a deadline for offers may have them.
static BEYOND: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\bcontract|\bcontrato|\bcontrat\b|\bvertrag|\bcontratto|договор|контракт|\bphone|\btel\b|\bcontact|\bbudget|presupuesto|\bdate (?:de|du)\b",
    )
});

/// Where what was begins, and where what is now does.
static TURN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?:^|[^\pL])(?:(?P<old>was|were|previously|formerly|originally|original|initially|instead of|rather than|not|old|before:",
        r"|antes|anteriormente|inicialmente|en lugar de|en vez de|anterior|au lieu d[ue]|precedemment|initialement|anciennement|statt|anstatt|anstelle|bisher(?:ige?)?|ursprunglich|vormals|zuvor",
        r"|anziche|invece d(?:i|el)|precedentemente|originariamente|gia|вместо|ранее|прежде|прежнии|было|from|von|vom|desde el|dal|(?:с|со)\s+\d{1,2})",
        r"|(?P<new>now|new|is|to|until|till|by|extended|moved|postponed|ahora|nuevo|nueva|hasta|al|ampliad[oa]|prorrogad[oa]|pasa|maintenant|desormais|nouvelle?|au|jusqu|reporte\w*|prolonge\w*|neu\w*|nun|jetzt|auf|bis|zum|verlangert|verschoben",
        r"|ora|nuov[oa]|entro|fino|prorogat[oa]|теперь|нов\pL+|до|на|по|продлен\pL*|перенесен\pL*))(?:[^\pL]|$)"
    ))
});

/// That it is not what it was.
static MOVED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"exten[ds]|postpone|moved|changed|resched|\bnow\b|\bnew\b|revised|prolong|prorrog|ampli[ao]|aplaz|nuev[oa]|modific|report|repouss|recul|nouve|verlanger|verschob|verleg|geander",
        r"|\bneue?\w?\b|\bnun\b|prorog|posticip|rinvi|nuov|differi|продлен|продлев|перенес|нов\pL+ срок|изменен"
    ))
});

/// Words that say that there is a deadline, and not here which.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^[\s:–—-]*(?:(?:is|will be|sera|wird|werden|sara|будет)\s+)?(?:see|as (?:per|stated|indicated|specified)|refer to|to be (?:announced|confirmed|advised|determined|notified|published)|announced|tb[acd]\b|not yet|unknown",
        r"|ver\b|vease|vid\.|consult|segun|por determinar|a determinar|pendiente|indicad[oa]|voir|cf\b|selon|a (?:definir|preciser|confirmer)|communique|siehe|s\. |gemass|laut|wird (?:noch )?bekannt|noch|folgt|offen",
        r"|vedi|vedere|si veda|come da|da (?:definire|stabilire|comunicare)|см[. ]|смотри|согласно|указан|будет|уточня|в документац|по документац|не определен)"
    ))
});

/// What a text, line by line, says of the deadline for offers: that it moved, before which day it is, before words without one; with the place of its line.
pub(super) fn until<'l>(lines: impl Iterator<Item = &'l str>, month_first: Option<bool>) -> Option<(usize, Until)> {
    let lines = lines.enumerate().flat_map(|(place, line)| clauses(line).into_iter().map(move |clause| (place, clause)));
    let said = lines.flat_map(|(place, clause)| said(clause, month_first).into_iter().map(move |until| (place, until)));
    let said: Vec<(usize, Until)> = said.take(MENTIONS).collect();
    let dated = || said.iter().filter(|(_, until)| until.day.is_some());
    let moved = |(_, until): &&(usize, Until)| until.moved;
    let found = dated().rfind(moved).or_else(|| said.iter().rfind(moved));
    found.or_else(|| dated().next()).or_else(|| said.first()).cloned()
}

/// The sentences of a line: "29. Januar" and "12 p.m. on Friday" are none.
fn clauses(line: &str) -> Vec<&str> {
    let (mut out, mut from) = (Vec::new(), 0);
    for (at, stop) in line.char_indices().filter(|(_, c)| matches!(c, '.' | ';' | '|' | '!' | '?')) {
        let rest = &line[at + stop.len_utf8()..];
        let word: String = rest.trim_start().chars().take_while(|c| c.is_alphabetic()).collect();
        let is_end =
            stop != '.' || rest.starts_with(' ') && word.starts_with(char::is_uppercase) && !dates::is_month(&fold(&word)) && word != "Uhr";
        if is_end {
            out.push(&line[from..at]);
            from = at + stop.len_utf8();
        }
    }
    out.push(&line[from..]);
    out
}

/// A text folded letter by letter, and where in the text each byte of that is from.
fn folded(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut from) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    let mut letter = [0; 4];
    for (at, c) in text.char_indices() {
        let piece = if c.is_whitespace() { if c == '\t' { "\t" } else { " " }.to_owned() } else { fold(c.encode_utf8(&mut letter)) };
        from.resize(out.len() + piece.len(), at);
        out.push_str(&piece);
        from.resize(out.len(), at);
    }
    from.push(text.len());
    (out, from)
}

fn said(clause: &str, month_first: Option<bool>) -> Vec<Until> {
    if !MENTION.is_match(&fold(clause)) {
        return Vec::new();
    }
    let (text, from) = folded(clause);
    let starts: Vec<(usize, usize, bool)> = MENTION
        .captures_iter(&text)
        .take(MENTIONS)
        .filter_map(|found| Some((found.get(0)?.start(), found.get(0)?.end(), found.name("term").is_some())))
        .collect();
    let mut out = Vec::new();
    for (start, end, is_term) in starts {
        let within = &text[start..end];
        if OTHER.is_match(within) || of_other(&text[..start]) {
            continue;
        }
        let end = end - text[start..end].chars().next_back().filter(|c| !c.is_alphanumeric()).map_or(0, char::len_utf8);
        let cut = text[end..].char_indices().nth(FAR).map_or(text.len(), |(at, _)| end + at);
        let Some(value) = value(&text[end..cut], is_term, month_first) else { continue };
        let stretch = &clause[from[end]..from[end + value]];
        let moved = MOVED.is_match(&text[..end + value]);
        out.extend(words(stretch, is_term, moved, month_first));
    }
    out
}

/// Whether the words right before a mention say that it is of something else.
fn of_other(before: &str) -> bool {
    let near = before
        .split_whitespace()
        .rev()
        .take(BEFORE)
        .take_while(|word| !word.contains(|c: char| c.is_ascii_digit()) && !word.ends_with([',', ';', ':', ')', '-', '–']));
    near.collect::<Vec<_>>().iter().any(|word| OTHER.is_match(word))
}

/// How much of what stands behind a mention is on it: nothing where that is of something else.
fn value(behind: &str, is_term: bool, month_first: Option<bool>) -> Option<usize> {
    let has_day = |text: &str| names_day(text, month_first);
    let mut stops: Vec<usize> = OTHER.find_iter(behind).chain(BEYOND.find_iter(behind)).map(|found| found.start()).collect();
    stops.sort_unstable();
    let mut end = stops.into_iter().find(|stop| has_day(&behind[..*stop]));
    if let (None, Some(other)) = (end, OTHER.find(behind)) {
        // A label ends before it: "Deadline: 15 days after publication".
        if !ELSEWHERE.is_match(behind) && label_end(&behind[..other.start()]).is_none() {
            return None;
        }
        end = Some(other.start()).filter(|_| has_day(behind));
    }
    let address = behind.find("://").unwrap_or(behind.len());
    // Behind a word that joins it to offers the day stands at once.
    let near = behind.char_indices().nth(if is_term { FAR } else { TOLD }).map_or(behind.len(), |(at, _)| at);
    Some(end.unwrap_or(behind.len()).min(address).min(near))
}

/// Where a label ends: at a colon, but for that of an hour, or at the end of a table's cell.
fn label_end(text: &str) -> Option<usize> {
    text.match_indices([':', '\t']).map(|(at, _)| at).find(|at| !text[..*at].ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether some day is named, be it in figures that are read in two ways.
fn names_day(text: &str, month_first: Option<bool>) -> bool {
    dates::written(text, month_first.unwrap_or(false)).is_some()
}

/// The words of a deadline, with those of its day.
fn words(stretch: &str, is_term: bool, moved: bool, month_first: Option<bool>) -> Option<Until> {
    let day = day(stretch, moved, month_first);
    let label = label_end(stretch);
    let (value, is_label) = (label.map_or(stretch, |at| &stretch[at + 1..]), label.is_some());
    let sign = |c: char| c.is_whitespace() || matches!(c, ':' | ',' | '-' | '–' | '—' | '(' | '[' | '*');
    let value = squeeze(value.trim_start_matches(sign));
    let told: String = value.chars().take(TOLD).collect();
    if told.is_empty() {
        return None;
    }
    let said = fold(&told);
    let figures = told.contains(|c: char| c.is_ascii_digit());
    let counts =
        day.is_some() || names_day(stretch, month_first) || is_term && (figures && (is_label || moved) || ELSEWHERE.is_match(&said));
    counts.then_some(Until { words: told.trim_end_matches([',', ' ', '(', '-']).to_owned(), day, moved })
}

/// The words of the one day that holds now: not of the one that was.
fn day(stretch: &str, moved: bool, month_first: Option<bool>) -> Option<String> {
    let (text, from) = folded(stretch);
    let turns: Vec<(usize, bool)> =
        TURN.captures_iter(&text).filter_map(|turn| Some((turn.get(0)?.start(), turn.name("old").is_some()))).collect();
    let one = |text: &str| dates::only(text, month_first).is_some();
    let starts = std::iter::once((0, false)).chain(turns.iter().copied());
    let ends = turns.iter().map(|(at, _)| *at).chain([text.len()]);
    let pieces: Vec<(usize, usize, bool)> = starts.zip(ends).map(|((start, is_old), end)| (from[start], from[end], is_old)).collect();
    let now = pieces.iter().filter(|(_, _, is_old)| !is_old).map(|(start, end, _)| &stretch[*start..*end]).collect::<String>();
    if one(&now) {
        return Some(now);
    }
    // From one day to another: the last is the one that holds, where it stands behind a word that says so.
    let dated: Vec<&str> =
        pieces.iter().filter(|(_, _, is_old)| !is_old).map(|(start, end, _)| &stretch[*start..*end]).filter(|piece| one(piece)).collect();
    let last = dated.last().filter(|_| dated.len() > 1 && moved)?;
    Some((*last).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read, and the sentence.
    const SOME: &str = "
2027-01-29 12:00 | Deadline extended to 29/01/2027 12:00
2027-01-29 12:00 | The deadline for offers is extended to 29 January 2027, 12:00
2027-01-29 12:00 | Deadline extended to 29.01.2027 12:00.
2027-01-15 12:00 | Offers until 15 January 2027, 12:00
2027-01-29 12:00 | Closing date: 29.01.2027 12:00
2027-01-15 12:00 | Deadline: 15/01/2027 12:00
2027-02-05 17:00 | Tenders must be received by 5 February 2027 17:00 at the latest.
2027-02-05 | New deadline: 5 February 2027 (was 15 January 2027)
2027-02-05 | The closing date has been moved from 15 January 2027 to 5 February 2027.
2027-02-05 14:00 | Bids are now due on 5 February 2027 at 2 pm. Opening of bids on 6 February 2027.
none | Questions until 10 January 2027.
2027-01-15 | Published 1 December 2026, offers until 15 January 2027, opening 18 January 2027.
none | Deadline for questions: 10/01/2027
none | The contract starts on 1 March 2027.
none | Opening of tenders: 16 January 2027, 10:00
none | Tenders must remain valid until 30 June 2027.
2027-01-29 14:00 | El plazo de presentación de ofertas queda prorrogado hasta el 29 de enero de 2027 a las 14:00 horas.
2027-01-29 14:00 | Plazo ampliado hasta el 29/01/2027 14:00
2027-01-29 | Se amplía el plazo del 15 de enero de 2027 al 29 de enero de 2027
none | Plazo de ejecución: 31/12/2027
2027-01-20 13:00 | Presentación de ofertas hasta el 20 de enero de 2027, 13:00
none | Apertura de ofertas: 22/01/2027 10:00
words | Plazo de presentación: ver pliego
2027-01-29 12:00 | La date limite de remise des offres est reportée au 29 janvier 2027 à 12h00
2027-01-29 12:00 | Offres à remettre avant le 29/01/2027 12:00
2027-01-29 | Le délai est prolongé jusqu'au 29 janvier 2027.
none | Date de publication : 01/12/2026
none | Durée du marché : du 01/03/2027 au 28/02/2029
2027-01-29 12:00 | Die Angebotsfrist wurde verlängert bis 29. Januar 2027, 12:00 Uhr.
2027-01-29 10:00 | Frist für die Abgabe der Angebote: 29.01.2027, 10 Uhr
2027-01-29 | Die Frist wird vom 15.01.2027 auf den 29.01.2027 verschoben.
2027-01-29 12:00 | Angebote bis zum 29.01.2027 12:00
none | Lieferfrist: 31.12.2027
none | Bindefrist bis 30.04.2027
2027-01-29 12:00 | Il termine per la presentazione delle offerte è prorogato al 29 gennaio 2027 ore 12:00
2027-01-29 | Scadenza: nuova data 29/01/2027
2027-01-29 12:00 | Offerte entro il 29/01/2027 12:00
none | Inizio del contratto: 1 marzo 2027
2027-01-29 10:00 | Срок подачи заявок продлён до 29 января 2027 г. 10:00
2027-01-29 | Заявки принимаются до 29.01.2027
none | Срок поставки: до 31.12.2027
none | Дата публикации: 01.12.2026
2027-01-29 | Окончание приёма заявок перенесено с 15.01.2027 на 29.01.2027
words | Deadline: see the tender documents
words | Deadline: to be announced
none | Deadline: Not applicable.
words | Angebotsfrist: siehe Vergabeunterlagen
words | Срок подачи заявок: см. документацию
words | Deadline: 10/12/2026 or 31/12/2026
none | Site visit deadline: 10 January 2027
2027-01-15 | Publication date 01/12/2026 Closing date 15/01/2027 Contract start 01/03/2027
2027-01-29 | The deadline is 29 January 2027 instead of 15 January 2027.
2027-01-29 | Die Abgabefrist endet nun am 29. Januar 2027 statt am 15. Januar 2027
2027-01-07 | Proposal Deadline: January 7, 2027";

    const OTHERS: &str = "
2027-02-05 11:00 | Fecha límite de presentación de ofertas: 5 de febrero de 2027 a las 11:00
2027-01-29 | Nouvelle date limite : 29/01/2027 (au lieu du 15/01/2027)
2027-01-29 | Новый срок подачи заявок: 29.01.2027 (ранее 15.01.2027)
2027-01-29 | Submission of bids no later than 29 January 2027; opening on 30 January 2027
none | Tender documents are available until 10 January 2027
none | We supply cranes. Call 2027 for offers.
2027-01-29 15:00 | Tenders close on 29 January 2027 at 3 pm
2027-01-29 | Ferry refit. Deadline 15 January 2027. Update: deadline extended to 29 January 2027.
2027-01-29 12:00 | The submission deadline has been extended until Friday 29 January 2027, 12:00 noon.
2027-01-29 | Due date changed: now 29 January 2027
2027-01-29 | Proposals are due by January 29, 2027.
2027-01-29 | Last date for submission of tenders is 29/01/2027.
2027-01-29 17:00 | Expressions of interest must reach us no later than 29 January 2027 at 17:00.
none | The award is expected on 29 January 2027.
none | The framework runs until 29 January 2027.
none | Applications for the funding were invited; works start on 1 March 2027.
2027-01-29 | Extension of deadline - new closing date 29/01/2027
2027-01-29 | Tender deadline moved to 29/01/2027 from 15/01/2027
2027-01-29 | Tender opening date postponed; closing date: 29 January 2027.
none | Opening of bids postponed to 30 January 2027
2027-01-29 23:59 | Las ofertas deberán presentarse antes del 29 de enero de 2027 a las 23:59
2027-01-29 | Nuevo plazo: 29 de enero de 2027
2027-01-29 | Fecha límite para presentar ofertas: 29/01/2027 (antes 15/01/2027)
none | Fecha de publicación: 01/12/2026. Fecha de apertura: 30/01/2027.
none | Plazo para solicitar aclaraciones: 10/01/2027
none | Duración del contrato hasta el 31/12/2028
2027-01-29 | Se prorroga el plazo de presentación de proposiciones al 29 de enero de 2027
2027-01-29 12:00 | Date limite de réception des offres : 29 janvier 2027 à 12 h 00, ouverture des plis le 30 janvier 2027
2027-01-29 | Report de la date limite au 29/01/2027
2027-01-29 | Les plis doivent parvenir au plus tard le 29 janvier 2027
none | Ouverture des plis : 30/01/2027
none | Délai d'exécution : jusqu'au 31/12/2027
2027-01-29 | Neue Angebotsfrist: 29.01.2027 (bisher 15.01.2027)
2027-01-29 | Einreichungsfrist verschoben auf den 29. Januar 2027
2027-01-29 | Angebote sind spätestens bis zum 29. Januar 2027 einzureichen
none | Öffnung der Angebote: 30.01.2027
none | Vertragsbeginn: 01.03.2027
none | Ausführungsfrist: 01.03.2027 bis 31.12.2027
2027-01-29 | Termine ultimo per le offerte: 29/01/2027
2027-01-29 | La scadenza è stata posticipata dal 15 gennaio 2027 al 29 gennaio 2027
2027-01-29 | Le offerte devono pervenire entro e non oltre il 29/01/2027
none | Apertura delle buste: 30/01/2027
none | Durata del contratto fino al 31/12/2028
2027-01-29 | Дата окончания приёма заявок: 29.01.2027
2027-01-29 | Приём предложений продлён до 29 января 2027 года
2027-01-29 | Срок подачи предложений перенесён с 15 января 2027 г. на 29 января 2027 г.
none | Дата вскрытия конвертов: 30.01.2027
none | Срок исполнения контракта: до 31.12.2027
none | Срок действия договора до 31.12.2028
words | Deadline extended to the end of January 2027, see documents, lot 3
words | Date limite : à définir
words | Scadenza: da definire
words | Deadline for offers: see portal
words | The deadline will be announced.";

    #[test]
    fn deadlines_in_sentences() {
        for line in [SOME, OTHERS].iter().flat_map(|table| table.lines()).filter(|line| !line.is_empty()) {
            let (want, sentence) = line.split_once(" | ").expect("a row");
            let read = until(std::iter::once(sentence), Some(false))
                .map(|(_, until)| until.day.map(|day| dates::only(&day, Some(false)).unwrap()));
            let got = match read {
                None => "none".to_owned(),
                Some(None) => "words".to_owned(),
                Some(Some(read)) => read.date.to_string() + &read.time.map(|time| time.strftime(" %H:%M").to_string()).unwrap_or_default(),
            };
            assert_eq!(got, want, "{sentence}");
        }
    }
}
