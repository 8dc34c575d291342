//! Rows of Colombia's SECOP II (data set `p6dx-8zbt` of datos.gov.co), as Socrata answers them. Knows nothing of its questions.
//!
//! Socrata leaves out what is empty; SECOP writes `No Definido` and the like instead. Source: the data set's dictionary of October 2025.

use serde_json::Value;

use super::entry::{self, Entry, unlike};
use super::{Batch, Clock, Head, Input, code, json, table, when};
use crate::base::text::fold;
use crate::model::{
    Award, DeadlineKind, Failure, Nature, NoticeKind, Outcome, Party, Procedure, ProcedureKind, Raw, Stage, Term, Texts, WorthKind,
};

pub(super) fn fits(head: &Head<'_>) -> bool {
    head.text.starts_with('[') && head.has_key("id_del_proceso")
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let (document, mut batch) = entry::document(input)?;
    let Value::Array(list) = &document else {
        return Err(unlike("SECOP II", "the list of rows", &json::text(&document, "message")));
    };
    // Times carry no zone, and the portal has one.
    let clock = input.clock.or_portal("America/Bogota");
    for (index, row) in list.iter().enumerate() {
        input.check_time()?;
        batch.check_room()?;
        notice(input, row, &clock, &format!("[{index}]"), &mut batch);
    }
    Ok(batch)
}

/// The words of a column; empty for what SECOP writes where it has nothing.
fn text(row: &Value, key: &str) -> String {
    let text = json::text(row, key);
    let nothing =
        ["no definido", "no definida", "no adjudicado", "no aplica", "no especificado", "no provisto", "nd", "n/a", "sin descripcion"];
    if nothing.contains(&fold(&text).as_str()) { String::new() } else { text }
}

fn notice(input: &Input<'_>, row: &Value, clock: &Clock, path: &str, batch: &mut Batch) {
    let own = row.to_string();
    let raw = Raw::new("[", own.as_str(), "]");
    let mut entry = Entry::new(path, (own.as_bytes(), raw), clock.clone(), &mut batch.bad);
    let id = text(row, "id_del_proceso");
    if id.is_empty() {
        return entry.refuse("it has no `id_del_proceso`");
    }
    let changed = ["fecha_de_ultima_publicaci", "fecha_de_publicacion_del", "fecha_de_publicacion_fase_3"];
    let place = changed.into_iter().find(|key| !text(row, key).is_empty()).unwrap_or(changed[0]);
    let notice = &mut entry.notice;
    notice.procedure.clone_from(&id);
    notice.id = id;
    notice.version = text(row, "fecha_de_ultima_publicaci");
    notice.publication = text(row, "referencia_del_proceso");
    notice.languages = vec!["es".to_owned()];
    (notice.kind, notice.stage) = kind_and_stage(row);
    notice.code = ["estado_del_procedimiento", "fase"].map(|key| text(row, key)).join(" / ");
    entry.published(place, when::midnight_is_day(&text(row, place)));
    for (scheme, key) in [("reference", "referencia_del_proceso"), ("portfolio", "id_del_portafolio")] {
        entry.other_id(scheme, key, &text(row, key));
    }
    entry.title("es", "nombre_del_procedimiento", &text(row, "nombre_del_procedimiento"));
    entry.description("es", "descripci_n_del_procedimiento", &text(row, "descripci_n_del_procedimiento"));
    for (kind, key) in [
        (DeadlineKind::Tender, "fecha_de_recepcion_de"),
        (DeadlineKind::Opening, "fecha_de_apertura_de_respuesta"),
        (DeadlineKind::Opening, "fecha_de_apertura_efectiva"),
    ] {
        entry.deadline(kind, key, when::midnight_is_day(&text(row, key)));
    }
    buyer(&mut entry, row);
    classes(&mut entry, row);
    method(&mut entry, row);
    // Nought is what a procedure without a price has.
    let price = text(row, "precio_base");
    if json::number(&price).is_none_or(|number| !number.is_zero()) {
        entry.worth(WorthKind::Estimate, "precio_base", &price, "COP");
    }
    place_of(&mut entry, row);
    award(&mut entry, row);
    // A link comes as a text or as an object with `url`.
    let link = [text(row, "urlproceso"), text(row, "urlproceso/url")].concat();
    entry.link("urlproceso", &link, input.url);
    batch.notices.push(entry.notice);
}

/// `adjudicado`, `estado_del_procedimiento` (state of the procedure), `estado_resumen` and `fase`, in this order.
fn kind_and_stage(row: &Value) -> (NoticeKind, Stage) {
    let [won, state, summary, phase] =
        ["adjudicado", "estado_del_procedimiento", "estado_resumen", "fase"].map(|key| fold(&text(row, key)));
    let summary = if summary.is_empty() { fold(&text(row, "estadoresumen")) } else { summary };
    let says = |words: &[&str]| words.iter().any(|word| state.contains(word) || summary.contains(word));
    // `Seleccionado` says that the choice is made; until `adjudicado` says so there is no winner.
    if says(&["cancelad", "desiert", "revocad", "descartad", "terminado anormalmente"]) {
        (NoticeKind::Cancellation, Stage::Cancelled)
    } else if matches!(won.as_str(), "si" | "true") || (won != "no" && says(&["adjudicad"])) || says(&["celebrad", "contratado"]) {
        (NoticeKind::Award, Stage::Awarded)
    } else if says(&["suspendid"]) {
        (NoticeKind::Competition, Stage::Suspended)
    } else if says(&["borrador"]) || phase.contains("borrador") || phase.contains("planeacion") {
        (NoticeKind::Planning, Stage::Planned)
    } else if says(&["seleccionado", "evaluacion", "cerrado"]) || fold(&text(row, "estado_de_apertura_del_proceso")) == "cerrado" {
        (NoticeKind::Competition, Stage::Closed)
    } else if says(&["publicado", "abierto", "recepcion", "presentacion", "aprobado", "convocado"]) || !phase.is_empty() {
        (NoticeKind::Competition, Stage::Open)
    } else {
        (NoticeKind::Other, Stage::Unknown)
    }
}

fn buyer(entry: &mut Entry<'_>, row: &Value) {
    let name = Texts::one("es", &text(row, "entidad"));
    if name.is_empty() {
        return;
    }
    let mut ids = Vec::new();
    for (scheme, key) in [("NIT", "nit_entidad"), ("SECOP", "codigo_entidad")] {
        code::push(&mut ids, code::id(scheme, &text(row, key)));
    }
    let seat = code::place("CO", "", &place_words(row, "ciudad_entidad", "departamento_entidad")).unwrap_or_default();
    entry.content().buyers.push(Party { name, ids, seat, kind: text(row, "ordenentidad"), ..Party::default() });
    entry.mark("buyers", "entidad");
}

fn place_words(row: &Value, town: &str, department: &str) -> String {
    let parts = [text(row, town), text(row, department)];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

/// The unit that buys stands for the place of performance: rows have no other.
fn place_of(entry: &mut Entry<'_>, row: &Value) {
    let words = place_words(row, "ciudad_de_la_unidad_de", "departamento_entidad");
    if !text(row, "ciudad_de_la_unidad_de").is_empty() {
        code::push(&mut entry.content().places, code::place("CO", "", &words));
        entry.mark("places", "ciudad_de_la_unidad_de");
    }
}

fn classes(entry: &mut Entry<'_>, row: &Value) {
    entry.class("UNSPSC", "codigo_principal_de_categoria", &text(row, "codigo_principal_de_categoria"), true, "");
    for more in table::values(&text(row, "categorias_adicionales"), &[',', ';', '|', ' ']) {
        if more.bytes().any(|b| b.is_ascii_digit()) {
            entry.class("UNSPSC", "categorias_adicionales", more, false, "");
        }
    }
}

/// `modalidad_de_contratacion`, by Law 1150 of 2007.
fn method(entry: &mut Entry<'_>, row: &Value) {
    let written = text(row, "modalidad_de_contratacion");
    let folded = fold(&written);
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    let kind = if has(&["directa"]) {
        ProcedureKind::Direct
    } else if has(&["licitacion", "minima cuantia", "subasta", "abierto"]) {
        ProcedureKind::Open
    } else if has(&["seleccion abreviada", "merito", "invitacion"]) {
        ProcedureKind::Restricted
    } else {
        ProcedureKind::Other
    };
    if !written.is_empty() {
        entry.content().procedure = Some(Procedure { kind, text: written });
        entry.mark("procedure", "modalidad_de_contratacion");
    }
    let of = fold(&text(row, "tipo_de_contrato"));
    let nature = if of.contains("obra") {
        Some(Nature::Works)
    } else if ["suministro", "compraventa", "aprovisionamiento"].iter().any(|word| of.contains(word)) && !of.contains("servicio") {
        Some(Nature::Goods)
    } else if ["servicio", "consultoria", "interventoria", "seguro"].iter().any(|word| of.contains(word)) {
        Some(Nature::Services)
    } else {
        None
    };
    if nature.is_some() {
        entry.content().nature = nature;
        entry.mark("nature", "tipo_de_contrato");
    }
    let (length, unit) = (text(row, "duracion"), text(row, "unidad_de_duracion"));
    if !matches!(length.as_str(), "" | "0") {
        let duration = format!("{length} {unit}").trim().to_owned();
        entry.content().term = Some(Term { duration, ..Term::default() });
        entry.mark("term", "duracion");
    }
}

fn award(entry: &mut Entry<'_>, row: &Value) {
    if entry.notice.stage != Stage::Awarded {
        return;
    }
    let name = Texts::one("es", &text(row, "nombre_del_proveedor"));
    let amount = text(row, "valor_total_adjudicacion");
    let amount = if json::number(&amount).is_some_and(|number| number.is_zero()) { "" } else { &amount };
    let worth = entry.read_worth(WorthKind::Award, "valor_total_adjudicacion", amount, "COP", None);
    let day = text(row, "fecha_adjudicacion");
    let date = entry.read_day("fecha_adjudicacion", &day);
    let mut ids = Vec::new();
    for (scheme, key) in [("NIT", "nit_del_proveedor_adjudicado"), ("SECOP", "codigoproveedor")] {
        code::push(&mut ids, code::id(scheme, &text(row, key)));
    }
    let seat = code::place("", "", &place_words(row, "ciudad_proveedor", "departamento_proveedor")).unwrap_or_default();
    let winners = if name.is_empty() && ids.is_empty() { Vec::new() } else { vec![Party { name, ids, seat, ..Party::default() }] };
    let (id, lots, losers, reason) = (text(row, "id_adjudicacion"), Vec::new(), Vec::new(), String::new());
    let bids = text(row, "respuestas_al_procedimiento").parse().ok();
    let worth = worth.into_iter().collect();
    entry.content().awards.push(Award { id, lots, outcome: Outcome::Won, reason, winners, losers, worth, date, bids, term: None });
    entry.mark("awards", if text(row, "id_adjudicacion").is_empty() { "adjudicado" } else { "id_adjudicacion" });
}

#[cfg(test)]
mod tests;
