//! What became of a tender, in the title of an entry: "CANCELLED: Crane", "Award notice: Crane". Knows no portal.

use crate::base::text::{fold, words};
use crate::model::{NoticeKind, Stage};

/// What titles say, apart from what is bought.
const WORDS: [(NoticeKind, Stage, &[&str]); 5] = [
    (
        NoticeKind::Cancellation,
        Stage::Cancelled,
        &[
            "cancelled",
            "canceled",
            "withdrawn",
            "tender cancelled",
            "cancelado",
            "cancelada",
            "anulado",
            "anulada",
            "licitacion cancelada",
            "licitacion anulada",
            "annule",
            "annulee",
            "annullato",
            "annullata",
            "revocata",
            "aufgehoben",
            "abgebrochen",
            "отменен",
            "отменена",
        ],
    ),
    (NoticeKind::Award, Stage::Cancelled, &["desierto", "desierta", "not awarded", "no award", "не состоялся", "не состоялась"]),
    (
        NoticeKind::Award,
        Stage::Awarded,
        &[
            "awarded",
            "contract awarded",
            "award",
            "award notice",
            "contract award",
            "contract award notice",
            "notice of award",
            "award of contract",
            "result",
            "results",
            "adjudicado",
            "adjudicada",
            "adjudicacion",
            "anuncio de adjudicacion",
            "resultado",
            "attribue",
            "attribution",
            "avis d'attribution",
            "avis d'attribution de marche",
            "resultat de marche",
            "vergeben",
            "vergabebekanntmachung",
            "bekanntmachung vergebener auftrage",
            "vergebener auftrag",
            "zuschlag",
            "zuschlagserteilung",
            "aggiudicato",
            "aggiudicata",
            "aggiudicazione",
            "avviso di aggiudicazione",
            "esito di gara",
            "результат",
            "результаты",
            "результаты закупки",
            "итоги",
            "итоги закупки",
        ],
    ),
    (
        NoticeKind::Change,
        Stage::Suspended,
        &["suspended", "suspendido", "suspendida", "suspendu", "ausgesetzt", "sospesa", "sospeso", "приостановлен", "приостановлена"],
    ),
    (
        NoticeKind::Change,
        Stage::Open,
        &["reopened", "re-opened", "resumed", "reabierto", "reabierta", "reanudado", "reanudada", "возобновлен", "возобновлена"],
    ),
];

/// What a title says, apart from what is bought, became of it: "CANCELLED: Crane", "Crane [adjudicada]".
pub(super) fn became(title: &str) -> Option<(NoticeKind, Stage)> {
    said(title).map(|(kind, stage, _)| (kind, stage))
}

/// What was bought, in plain words, where a title says that it was awarded: "Award notice: Ferry refit".
pub(crate) fn award_of(title: &str) -> Option<String> {
    subject_of(title).filter(|_| became(title).is_some_and(|(_, stage)| stage == Stage::Awarded))
}

/// What a title is about, in plain words, where it says what became of it: "CANCELLED: Ferry refit".
pub(crate) fn subject_of(title: &str) -> Option<String> {
    said(title).map(|(.., what)| words(&what)).filter(|what| !what.is_empty())
}

/// What became of it, and what it is.
fn said(title: &str) -> Option<(NoticeKind, Stage, String)> {
    let said = fold(title).replace('’', "'");
    let ends = [(':', ':'), ('[', ']'), ('(', ')')];
    let before = ends.iter().filter_map(|(opens, closes)| said.trim_start_matches(*opens).split_once(*closes));
    let dashes = [" - ", " – ", " — "];
    let first = dashes.iter().filter_map(|dash| said.split_once(dash));
    let turned = |(rest, last)| (last, rest);
    let last = dashes.iter().filter_map(|dash| said.rsplit_once(dash)).map(turned);
    let behind = ends[1..].iter().filter_map(|(opens, closes)| said.strip_suffix(*closes)?.rsplit_once(*opens)).map(turned);
    let of = |part: &str| WORDS.iter().find(|(_, _, words)| words.contains(&part.trim())).map(|(kind, stage, _)| (*kind, *stage));
    let mut parts = before.chain(first).chain(last).chain(behind);
    parts.find_map(|(part, rest)| of(part).map(|(kind, stage)| (kind, stage, rest.to_owned())))
}
