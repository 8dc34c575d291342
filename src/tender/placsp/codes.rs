//! What the codes of CODICE mean. Knows no XML.

use std::collections::BTreeSet;

use crate::model::{Award, Nature, NoticeKind, Outcome, ProcedureKind, Stage};

/// `SyndicationContractFolderStatusCode-2.04`, and the status of market consultations. `None`: not in the list.
pub(super) fn status(code: &str, consultation: bool) -> Option<Stage> {
    match code {
        "ANUL" => Some(Stage::Cancelled),
        // There is nothing to offer on yet, also when the consultation is over.
        _ if consultation => Some(Stage::Planned),
        "PRE" => Some(Stage::Planned),
        "PUB" => Some(Stage::Open),
        "EV" => Some(Stage::Closed),
        "ADJ" => Some(Stage::Awarded),
        // Resolved, one way or the other: the results say which.
        "RES" => Some(Stage::Completed),
        _ => None,
    }
}

/// What the results come to, all lots together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Results {
    /// There are none, or none for some lots.
    Open,
    /// Somebody won, at least one lot.
    Won,
    /// Nobody won anything.
    Nobody,
}

impl Results {
    /// Of these results of so many lots.
    pub(super) fn of(awards: &[Award], lots: usize) -> Self {
        if awards.iter().any(|award| award.outcome.has_winner()) {
            return Self::Won;
        }
        let told = awards.iter().flat_map(|award| &award.lots).collect::<BTreeSet<_>>().len();
        let all = awards.iter().any(|award| award.lots.is_empty()) || told >= lots;
        if awards.is_empty() || !all || awards.iter().any(|award| award.outcome == Outcome::Pending) { Self::Open } else { Self::Nobody }
    }
}

/// Where a lot stands that has these results of its own.
pub(super) fn lot_stage(outcomes: &[Outcome]) -> Option<Stage> {
    if outcomes.iter().any(|outcome| outcome.has_winner()) {
        Some(Stage::Awarded)
    } else {
        (!outcomes.contains(&Outcome::Pending)).then_some(Stage::Cancelled)
    }
}

/// Where a procedure stands by its status, its results and its newest announcement. `ADJ` and `RES` also cover procedures that were deserted,
/// withdrawn and waived. `annulled`: whether an announcement of who won was taken back.
pub(super) fn stage(by_status: Stage, (results, lots, annulled): (Results, usize, bool), newest: &str) -> Stage {
    let given_up = matches!(newest, "DESISTIMIENTO" | "RENUNCIA" | "DESIERTO");
    // The announcement of the call, or of the plan, was taken back, whatever the status says still.
    let taken_back = newest.starts_with("ANUL") && announcement(newest).is_some_and(|(kind, _)| kind == NoticeKind::Cancellation);
    let awarded = matches!(newest, "DOC_CAN_ADJ" | "DOC_CAN_DEF") || signs(newest);
    match (by_status, results) {
        (Stage::Open, Results::Nobody) if given_up => Stage::Cancelled,
        (Stage::Open, Results::Open) if given_up && lots < 2 => Stage::Cancelled,
        (Stage::Planned | Stage::Open | Stage::Closed, Results::Open) if taken_back => Stage::Cancelled,
        (Stage::Closed | Stage::Awarded | Stage::Completed, results)
            if results == Results::Nobody || (results == Results::Open && given_up) =>
        {
            Stage::Cancelled
        }
        // Who had won has not, and nobody else has: it is to be decided again.
        (Stage::Awarded | Stage::Completed, Results::Open) if annulled && !awarded => Stage::Closed,
        (Stage::Completed, _) if newest == "DOC_CCN" => Stage::Completed,
        (Stage::Completed | Stage::Awarded, _) if newest == "DOC_MOD" => Stage::Modified,
        (Stage::Completed, results) if results == Results::Won || awarded => Stage::Awarded,
        // Resolved, and nothing says how: at least no offers are taken any more.
        (Stage::Completed, _) => Stage::Closed,
        // As long as the platform takes offers, a lot that was given up does not close the others.
        (
            Stage::Planned
            | Stage::Open
            | Stage::Closed
            | Stage::Suspended
            | Stage::Awarded
            | Stage::Cancelled
            | Stage::Modified
            | Stage::Unknown,
            _,
        ) => by_status,
    }
}

/// What a notice is for that leaves the procedure at this stage, its newest announcement being this one.
pub(super) fn kind(stage: Stage, newest: &str) -> NoticeKind {
    match (stage, announcement(newest).map(|(kind, _)| kind)) {
        (Stage::Cancelled, _) => NoticeKind::Cancellation,
        // The status went on, the announcement is still to come.
        (Stage::Open, Some(NoticeKind::Planning) | None) => NoticeKind::Competition,
        (Stage::Awarded, Some(NoticeKind::Planning | NoticeKind::Competition) | None) => NoticeKind::Award,
        (_, Some(kind)) => kind,
        (Stage::Planned, None) => NoticeKind::Planning,
        (Stage::Modified, None) => NoticeKind::Modification,
        (Stage::Completed, None) => NoticeKind::Completion,
        (Stage::Closed | Stage::Suspended | Stage::Unknown, None) => NoticeKind::Other,
    }
}

/// Whether an announcement says who won.
pub(super) fn awards(code: &str) -> bool {
    matches!(code, "DOC_CAN_PROV" | "DOC_CAN_DEF" | "DOC_CAN_ADJ")
}

/// Whether an announcement says that the contract was signed.
pub(super) fn signs(code: &str) -> bool {
    matches!(code, "DOC_FORM" | "DOC_FORM_ENC")
}

/// `TenderingNoticeTypeCode-2.11`: what an announcement is for, and how far in a procedure's life it comes.
pub(super) fn announcement(code: &str) -> Option<(NoticeKind, u8)> {
    Some(match code {
        "DOC_CON" => (NoticeKind::Planning, 0),
        "DOC_PIN" | "DOC_PIN_RTL" => (NoticeKind::Planning, 1),
        "DOC_CD" | "DOC_DD" => (NoticeKind::Competition, 2),
        "DOC_CN" => (NoticeKind::Competition, 3),
        "DOC_ATPV" => (NoticeKind::IntendedAward, 4),
        "DOC_CAN_PROV" => (NoticeKind::Award, 5),
        "DOC_CAN_DEF" => (NoticeKind::Award, 6),
        "DOC_CAN_ADJ" => (NoticeKind::Award, 7),
        "DOC_FORM" | "DOC_FORM_ENC" => (NoticeKind::Contract, 8),
        "DOC_MOD" | "PRO_FORM_ENC" => (NoticeKind::Modification, 9),
        "DOC_CCN" => (NoticeKind::Completion, 10),
        "DESISTIMIENTO" | "RENUNCIA" | "DESIERTO" => (NoticeKind::Cancellation, 11),
        // Taking back an announcement of what came after the call changes the procedure, it does not end it.
        "ANUL_DOC_CD" | "ANUL_DOC_DD" | "ANUL_DOC_CAN_PROV" | "ANUL_DOC_CAN_DEF" | "ANUL_DOC_CAN_ADJ" | "ANUL_DOC_FORM"
        | "ANUL_FORM_ENC" | "ANUL_DOC_MOD" | "ANUL_CCN" | "ANUL_RENUNCIA" | "ANUL_DESISTIMIENTO" => (NoticeKind::Change, 12),
        code if code.starts_with("ANUL") => (NoticeKind::Cancellation, 13),
        _ => return None,
    })
}

/// `TenderResultCode-2.09`.
pub(super) fn outcome(code: &str) -> Option<(Outcome, &'static str)> {
    Some(match code {
        "1" => (Outcome::Provisional, "Adjudicado provisionalmente"),
        "2" => (Outcome::Won, "Adjudicado definitivamente"),
        "3" => (Outcome::Unsuccessful, "Desierto"),
        "4" => (Outcome::Withdrawn, "Desistimiento"),
        "5" => (Outcome::Withdrawn, "Renuncia"),
        "6" => (Outcome::Unsuccessful, "Desierto provisionalmente"),
        "7" => (Outcome::Unsuccessful, "Desierto definitivamente"),
        "8" => (Outcome::Won, "Adjudicado"),
        "9" => (Outcome::Signed, "Formalizado"),
        "10" => (Outcome::Provisional, "Licitador mejor valorado"),
        "11" => (Outcome::Signed, "Encargo formalizado"),
        _ => return None,
    })
}

/// `ContractCode-2.08`. Special administrative (7), private (8), patrimonial (50) and other (999) contracts are of no nature we know.
pub(super) fn nature(code: &str) -> Option<Nature> {
    Some(match code {
        "1" => Nature::Goods,
        "2" | "21" | "22" => Nature::Services,
        "3" | "31" | "32" => Nature::Works,
        "40" => Nature::Mixed,
        _ => return None,
    })
}

/// `SyndicationTenderingProcessCode-2.07`.
pub(super) fn procedure(code: &str) -> (ProcedureKind, &'static str) {
    match code {
        "1" => (ProcedureKind::Open, "Abierto"),
        "2" => (ProcedureKind::Restricted, "Restringido"),
        "3" => (ProcedureKind::Direct, "Negociado sin publicidad"),
        "4" => (ProcedureKind::Negotiated, "Negociado con publicidad"),
        "5" => (ProcedureKind::Negotiated, "Diálogo competitivo"),
        "6" => (ProcedureKind::Direct, "Contrato menor"),
        "7" => (ProcedureKind::Other, "Derivado de acuerdo marco"),
        "8" => (ProcedureKind::Other, "Concurso de proyectos"),
        "9" => (ProcedureKind::Open, "Abierto simplificado"),
        "10" => (ProcedureKind::Negotiated, "Asociación para la innovación"),
        "11" => (ProcedureKind::Other, "Derivado de asociación para la innovación"),
        "12" => (ProcedureKind::Other, "Basado en un sistema dinámico de adquisición"),
        "13" => (ProcedureKind::Negotiated, "Licitación con negociación"),
        "100" => (ProcedureKind::Other, "Normas internas"),
        "999" => (ProcedureKind::Other, "Otros"),
        _ => (ProcedureKind::Other, ""),
    }
}

/// `DiligenceTypeCode-1.04`; the ordinary one is not worth a word.
pub(super) fn urgency(code: &str) -> &'static str {
    match code {
        "2" => "urgente",
        "3" => "emergencia",
        _ => "",
    }
}

/// `ContractingSystemTypeCode-2.08`; `None`: not in the list.
pub(super) fn technique(code: &str) -> Option<&'static str> {
    Some(match code {
        "" | "0" => "",
        "1" => "Acuerdo marco",
        "2" => "Sistema dinámico de adquisición",
        "3" => "Contrato basado en un acuerdo marco",
        "4" => "Contrato basado en un sistema dinámico de adquisición",
        _ => return None,
    })
}

/// `FundingProgramCode-2.08`: whether it is money of the European Union. National and regional programmes say nothing of that.
pub(super) fn eu_funds(code: &str) -> Option<bool> {
    match code {
        "EU" | "REU" | "FEDER" | "FSE+" | "FEADER" | "FEMP" | "PRTR" | "OFE" => Some(true),
        "NO-EU" => Some(false),
        _ => None,
    }
}

/// `DeclarationTypeCode-2.08`: whether it is reserved for sheltered employment.
pub(super) fn reserved(code: &str) -> bool {
    matches!(code, "10" | "11" | "16" | "17")
}

/// Codes of UN/ECE recommendation 20 and those of CODICE, in words.
pub(super) fn unit(code: &str) -> Option<(&'static str, jiff::Span)> {
    use jiff::ToSpan;
    Some(match code {
        "ANN" => ("years", 1.year()),
        "MON" => ("months", 1.month()),
        "WEE" => ("weeks", 1.week()),
        "DAY" => ("days", 1.day()),
        "HUR" => ("hours", 1.hour()),
        _ => return None,
    })
}
