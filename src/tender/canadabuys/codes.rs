//! Codes and words of `CanadaBuys`: kinds, states, zones, provinces, classes. Knows no rows.

use jiff::tz::TimeZone;

use super::super::{Clock, code};
use crate::base::text::{fold, words};
use crate::model::{Nature, NoticeKind, Place, ProcedureKind, Stage, ZoneFrom};

/// What a notice is for, and where it leaves the procedure: `noticeType` (words today, codes such as `PAC-ACAN` once) and `tenderStatus`.
pub(super) fn kind_and_stage(kind: &str, status: &str, awarded: bool, amended: bool) -> (NoticeKind, Stage) {
    let (kind, status) = (words(kind), words(status));
    let begins = |starts: &[&str]| starts.iter().any(|start| status.starts_with(start));
    let planning = [
        "information",
        "letter of interest",
        "loi",
        "rfi",
        "advance procurement",
        "notice of intent",
        "industry day",
        "preavis",
        "interet",
    ];
    let has = |wanted: &[&str]| wanted.iter().any(|word| format!(" {kind} ").contains(&format!(" {word} ")));
    let of = if awarded {
        NoticeKind::Award
    } else if has(&["acan", "pac", "advance contract award", "preavis d adjudication"]) {
        NoticeKind::IntendedAward
    } else if has(&planning) {
        NoticeKind::Planning
    } else {
        NoticeKind::Competition
    };
    let stage = if begins(&["cancel", "annul"]) {
        Stage::Cancelled
    } else if awarded || begins(&["award", "attribu", "adjug"]) {
        Stage::Awarded
    } else if begins(&["expir", "close", "ferme", "inacti", "archiv"]) {
        Stage::Closed
    } else if begins(&["suspend"]) {
        Stage::Suspended
    } else if begins(&["open", "active", "actif", "ouvert", "amend", "modifi", "new", "nouveau"]) {
        if of == NoticeKind::Planning { Stage::Planned } else { Stage::Open }
    } else {
        Stage::Unknown
    };
    let of = match of {
        _ if stage == Stage::Cancelled => NoticeKind::Cancellation,
        NoticeKind::Competition if stage == Stage::Awarded => NoticeKind::Award,
        NoticeKind::Competition if amended => NoticeKind::Change,
        of => of,
    };
    (of, stage)
}

/// The zone that words name: `Eastern Standard Time (EST)` in July is daylight time all the same, so the name of the region counts and
/// not what is said of summer. Central time in Saskatchewan knows no summer; where the words do not say so, the earlier moment is taken.
pub(super) fn zone(written: &str) -> Option<Clock> {
    const ZONES: [(&str, &[&str]); 8] = [
        ("America/Regina", &["saskatchewan", "regina"]),
        ("America/Whitehorse", &["yukon", "yst"]),
        ("America/St_Johns", &["newfoundland", "terre neuve", "nst", "ndt", "hnt", "hat"]),
        ("America/Halifax", &["atlantic", "atlantique", "ast", "adt", "hna", "haa"]),
        ("America/Winnipeg", &["central", "centre", "cst", "cdt", "hnc", "hac"]),
        ("America/Edmonton", &["mountain", "rocheuses", "mst", "mdt", "hnr", "har"]),
        ("America/Vancouver", &["pacific", "pacifique", "pst", "pdt", "hnp", "hap"]),
        ("America/Toronto", &["eastern", "est", "edt", "hne", "hae"]),
    ];
    let padded = format!(" {} ", words(written));
    let names = |names: &&[&str]| names.iter().any(|name| padded.contains(&format!(" {name} ")));
    let (name, _) = ZONES.iter().find(|(_, list)| names(list))?;
    Some(Clock { zone: TimeZone::get(name).ok()?, from: ZoneFrom::Text })
}

/// A region of delivery: a province, a part of one, a country.
pub(super) fn place(region: &str) -> Option<Place> {
    let province = province(region);
    let known = crate::model::country_code(region).unwrap_or_default();
    let canadian = !province.is_empty() || fold(region).contains("national capital") || fold(region).contains("capitale nationale");
    code::place(if canadian { "CA" } else { known }, province, region)
}

/// ISO 3166-2 of a province; empty for anything else.
pub(super) fn province(written: &str) -> &'static str {
    const PROVINCES: [(&str, &str); 24] = [
        ("alberta", "CA-AB"),
        ("ab", "CA-AB"),
        ("british columbia", "CA-BC"),
        ("bc", "CA-BC"),
        ("manitoba", "CA-MB"),
        ("mb", "CA-MB"),
        ("new brunswick", "CA-NB"),
        ("nb", "CA-NB"),
        ("newfoundland", "CA-NL"),
        ("nl", "CA-NL"),
        ("nova scotia", "CA-NS"),
        ("ns", "CA-NS"),
        ("northwest territories", "CA-NT"),
        ("nt", "CA-NT"),
        ("nunavut", "CA-NU"),
        ("ontario", "CA-ON"),
        ("on", "CA-ON"),
        ("prince edward island", "CA-PE"),
        ("pe", "CA-PE"),
        ("quebec", "CA-QC"),
        ("qc", "CA-QC"),
        ("saskatchewan", "CA-SK"),
        ("sk", "CA-SK"),
        ("yukon", "CA-YT"),
    ];
    let words = words(written);
    let found = PROVINCES.iter().find(|(name, _)| words == *name || (name.len() > 2 && words.starts_with(&format!("{name} "))));
    found.map_or("", |(_, code)| code)
}

/// `procurementCategory`.
pub(super) fn nature<'a>(categories: impl Iterator<Item = &'a str>) -> Option<Nature> {
    let mut found = None;
    for category in categories {
        let nature = match category.to_uppercase().as_str() {
            "CNST" | "CONSTRUCTION" => Nature::Works,
            "GD" | "GOODS" => Nature::Goods,
            "SRV" | "SRVTGD" | "SERVICES" | "SERVICES RELATED TO GOODS" => Nature::Services,
            _ => continue,
        };
        found = Some(if found.is_none_or(|known| known == nature) { nature } else { Nature::Mixed });
    }
    found
}

/// `procurementMethod` today, `tendering_procedure` once.
pub(super) fn procedure(written: &str) -> ProcedureKind {
    let words = words(written);
    let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(word));
    if has(&[
        "non competitive",
        "non concurrentiel",
        "limited",
        "one firm",
        "sole source",
        "exclusive",
        "government objectives",
        "advance contract",
    ]) {
        ProcedureKind::Direct
    } else if has(&["selective", "selectif", "invited", "prequalified", "pre qualified"]) {
        ProcedureKind::Restricted
    } else if has(&["open", "ouvert", "all interested", "tous les fournisseurs"]) {
        ProcedureKind::Open
    } else {
        ProcedureKind::Other
    }
}

/// Codes of a cell, with their labels where it has them: `*80101500`, `N8305: Textile Fabrics, N8415: Clothing, Special Purpose`.
pub(super) fn split(cell: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for line in super::values(cell, &['|', ';']) {
        let mut from = 0;
        // A comma parts codes only where a code follows it: labels have commas of their own.
        let cuts = line.match_indices(',').map(|(at, _)| at).chain([line.len()]);
        for cut in cuts.filter(|&cut| cut == line.len() || starts_with_code(&line[cut + 1..])) {
            let (code, label) = line[from..cut].split_once(':').unwrap_or((&line[from..cut], ""));
            if code.contains(char::is_alphanumeric) {
                found.push((code.trim(), label.trim()));
            }
            from = (cut + 1).min(line.len());
        }
    }
    found
}

fn starts_with_code(text: &str) -> bool {
    let word = text.trim_start().split([':', ',']).next().unwrap_or_default().trim();
    (3..=10).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_alphanumeric())
        && word.bytes().filter(u8::is_ascii_digit).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_codes() {
        for (cell, want) in [
            ("*80101500\n*80101600", vec![("80101500", ""), ("80101600", "")]),
            ("80101500,80101600", vec![("80101500", ""), ("80101600", "")]),
            ("N7610|N7620", vec![("N7610", ""), ("N7620", "")]),
            (
                "N8305: Textile Fabrics, N8415: Clothing, Special Purpose",
                vec![("N8305", "Textile Fabrics"), ("N8415", "Clothing, Special Purpose")],
            ),
            ("N8905Z: Meat, Poultry and Fish", vec![("N8905Z", "Meat, Poultry and Fish")]),
            ("", vec![]),
            (",", vec![]),
        ] {
            assert_eq!(split(cell), want, "{cell}");
        }
    }

    #[test]
    fn zones_by_their_words() {
        for (words, want) in [
            ("Eastern Standard Time (EST)", Some("America/Toronto")),
            ("Eastern Daylight Time (EDT)", Some("America/Toronto")),
            ("Heure normale de l'Est (HNE)", Some("America/Toronto")),
            ("Central Standard Time (CST)", Some("America/Winnipeg")),
            ("Saskatchewan Central Standard Time (CST)", Some("America/Regina")),
            ("Heure avancée des Rocheuses (HAR)", Some("America/Edmonton")),
            ("Pacific Daylight Time (PDT)", Some("America/Vancouver")),
            ("Atlantic Standard Time (AST)", Some("America/Halifax")),
            ("Newfoundland Daylight Time (NDT)", Some("America/St_Johns")),
            ("Heure normale de Terre-Neuve (HNT)", Some("America/St_Johns")),
            ("sharp", None),
            ("", None),
        ] {
            assert_eq!(zone(words).as_ref().and_then(|clock| clock.zone.iana_name()), want, "{words}");
        }
    }

    #[test]
    fn kinds_and_stages() {
        use NoticeKind::{Award, Cancellation, Change, Competition, IntendedAward, Planning};
        for (kind, status, amended, want) in [
            ("Request for Proposal", "Open", false, (Competition, Stage::Open)),
            ("Request for Proposal", "Open", true, (Change, Stage::Open)),
            ("APM-NPP", "Active", true, (Change, Stage::Open)),
            ("PAC-ACAN", "Active", false, (IntendedAward, Stage::Open)),
            ("Advance Contract Award Notice", "Expired", false, (IntendedAward, Stage::Closed)),
            ("Request for Information", "Open", false, (Planning, Stage::Planned)),
            ("Request for Proposal", "Cancelled", true, (Cancellation, Stage::Cancelled)),
            ("Request for Proposal", "Awarded", false, (Award, Stage::Awarded)),
            ("Request for Proposal", "", false, (Competition, Stage::Unknown)),
        ] {
            assert_eq!(kind_and_stage(kind, status, false, amended), want, "{kind} {status}");
        }
    }

    #[test]
    fn regions_and_methods() {
        let of = |region: &str| place(region).map(|place| (place.country, place.region));
        assert_eq!(of("Quebec (except NCR)"), Some(("CA".into(), "CA-QC".into())));
        assert_eq!(of("National Capital Region"), Some(("CA".into(), String::new())));
        assert_eq!(of("Canada"), Some(("CA".into(), String::new())));
        assert_eq!(of("World"), Some((String::new(), String::new())));
        assert_eq!(procedure("Competitive - Open Bidding"), ProcedureKind::Open);
        assert_eq!(procedure("Non-Competitive"), ProcedureKind::Direct);
        assert_eq!(procedure("Competitive - Selective Tendering"), ProcedureKind::Restricted);
        assert_eq!(nature(["SRV", "SRVTGD"].into_iter()), Some(Nature::Services));
        assert_eq!(nature(["SRV", "GD"].into_iter()), Some(Nature::Mixed));
    }
}
