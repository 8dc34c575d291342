//! Tests of the format, on documents made for them and on the samples.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::ZoneFrom;
use crate::tender::Format;
use crate::tender::testing::{bomb_is_named, faults, read_text, replace, said, tampered};

const ROWS: &str = include_str!("rows.json");

#[test]
fn rows_whole() {
    assert_eq!(Format::detect(ROWS), Some(Format::Secop));
    let batch = read_text(Format::Secop, ROWS).unwrap();
    let [open, won, odd] = &batch.notices[..] else { panic!("three notices") };
    assert_eq!(
        (open.procedure.as_str(), open.publication.as_str(), open.version.as_str()),
        ("CO1.REQ.1000001", "LP-001-2026", "2026-03-04T00:00:00.000")
    );
    assert_eq!((open.kind, open.stage, open.code.as_str()), (NoticeKind::Competition, Stage::Open, "Publicado / Presentación de oferta"));
    let content = &open.content;
    // Floating times are Bogota's, and UTC is five hours on.
    let due = content.deadlines[0].due.as_ref().unwrap();
    assert_eq!(
        (due.at.to_string().as_str(), due.zone.as_str(), due.zone_from),
        ("2026-04-10T22:00:00Z", "America/Bogota", ZoneFrom::Portal)
    );
    assert_eq!(content.deadlines[1].kind, DeadlineKind::Opening);
    let classes: Vec<(&str, bool)> = content.classes.iter().map(|class| (class.code.as_str(), class.main)).collect();
    assert_eq!(classes, [("14111500", true), ("14111600", false), ("14111700", false)]);
    assert_eq!((content.worth.len(), content.worth[0].amount.currency.unwrap().code(), content.nature), (1, "COP", Some(Nature::Goods)));
    assert_eq!((content.awards.len(), content.procedure.as_ref().unwrap().kind), (0, ProcedureKind::Open));
    assert_eq!((content.term.as_ref().unwrap().duration.as_str(), content.places[0].text.as_str()), ("6 Meses", "Cali, Valle del Cauca"));
    assert!(content.link.as_ref().unwrap().as_str().ends_with("CO1.NTC.1000001"));
    assert_eq!((won.kind, won.stage), (NoticeKind::Award, Stage::Awarded));
    let award = &won.content.awards[0];
    assert_eq!((award.winners[0].ids[0].id.as_str(), award.worth[0].amount.number.to_string().as_str()), ("900000003", "49500000.50"));
    assert_eq!(
        (award.date.unwrap().to_string().as_str(), award.bids, award.winners[0].seat.text.as_str()),
        ("2026-02-20", Some(1), "Bogotá")
    );
    assert_eq!((won.content.classes.len(), won.content.link.is_some()), (1, true));
    assert_eq!((odd.kind, odd.stage), (NoticeKind::Cancellation, Stage::Cancelled));
    let (aside, unread) = faults(&batch);
    assert_eq!((aside, unread), (vec!["[2]"], vec!["[3]/fecha_de_recepcion_de", "[3]/precio_base"]));
}

#[test]
fn stages_by_their_words() {
    for (state, phase, won, want) in [
        ("Publicado", "Presentación de oferta", "No", Stage::Open),
        ("Publicado", "Planeación", "No", Stage::Planned),
        ("Borrador", "", "No", Stage::Planned),
        ("Seleccionado", "Presentación de oferta", "No", Stage::Closed),
        ("Seleccionado", "Presentación de oferta", "Si", Stage::Awarded),
        ("Seleccionado", "", "Sí", Stage::Awarded),
        ("Adjudicado", "", "", Stage::Awarded),
        ("Suspendido", "", "No", Stage::Suspended),
        ("Cancelado", "", "No", Stage::Cancelled),
        ("Proceso Desierto", "", "No", Stage::Cancelled),
        ("No Definido", "", "No", Stage::Unknown),
    ] {
        let row = json!({"estado_del_procedimiento": state, "fase": phase, "adjudicado": won});
        assert_eq!(kind_and_stage(&row).1, want, "{state} {phase} {won}");
    }
}

#[test]
fn what_is_no_list_of_rows() {
    let refused = read_text(Format::Secop, r#"{"error": true, "message": "Query timed out"}"#).unwrap_err();
    assert!(refused.text.contains("Query timed out"), "{refused}");
    assert_eq!(read_text(Format::Secop, "[]").unwrap(), Batch::default());
    bomb_is_named(Format::Secop, &"[".repeat(100_000));
    bomb_is_named(Format::Secop, &"[{\"id_del_proceso\":".repeat(100_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_tampering_panics(at in 0_usize..10_000, byte in proptest::option::of(any::<u8>())) {
        let _ = read_text(Format::Secop, &tampered(ROWS, at, byte));
    }

    #[test]
    fn a_spoilt_row_spoils_no_other(at in 0_usize..45, with in prop_oneof![
        Just(json!(null)), Just(json!([])), Just(json!({"url": {}})), Just(json!("x")), Just(json!(7)), Just(json!("9999-99-99"))
    ]) {
        let mut rows: Value = serde_json::from_str(ROWS).unwrap();
        replace(&mut rows[0], at, &with);
        let (clean, batch) = (read_text(Format::Secop, ROWS).unwrap(), read_text(Format::Secop, &rows.to_string()).unwrap());
        let of = |batch: &Batch| batch.notices.iter().rev().take(2).map(said).collect::<Vec<_>>();
        prop_assert_eq!(of(&batch), of(&clean));
    }
}
