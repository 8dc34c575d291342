//! What fields are called and what the words in them mean, in the reader's language: the one place for words that nobody but a program would
//! say. Knows no letter.

use super::Language;
use super::due::said;
use crate::model::{
    AWARD_BEFORE, AWARDED_LOTS, BUYER_SAYS, CANCELLED_LOTS, CONTRACTS, DEADLINE_FOR, FactName, JOINT_BUYERS, LOT_AWARDS, LOT_WORTH,
    LOTS_DUE, TITLES, UNREADABLE,
};

/// What the deadline of a tender is called where those of its lots are told.
pub(super) const FIRST_DEADLINE: &str = "first_deadline";

/// Fields as people call them; what a rep knows is not the name of the list that codes are from.
const NAMES: [(&str, [&str; 3]); 67] = [
    ("price", ["price", "precio", "цена"]),
    ("deadline", ["deadline", "plazo", "срок"]),
    ("portal", ["portal", "portal", "портал"]),
    (UNREADABLE, ["words on the deadline", "texto del plazo", "слова о сроке"]),
    ("reason", ["reason", "motivo", "причина"]),
    (BUYER_SAYS, ["the buyer says", "el comprador dice", "заказчик сообщает"]),
    ("stage", ["stage", "estado", "состояние"]),
    ("lots", ["lots", "lotes", "лоты"]),
    ("lot", ["lot", "lote", "лот"]),
    (LOT_WORTH, ["values of lots", "importes de los lotes", "стоимость лотов"]),
    (LOT_AWARDS, ["who won the lots", "adjudicatarios de los lotes", "победители лотов"]),
    (CONTRACTS, ["contract", "contrato", "контракт"]),
    (AWARD_BEFORE, ["value of the contract before", "importe adjudicado antes", "прежняя цена контракта"]),
    (CANCELLED_LOTS, ["lots closed without award", "lotes cancelados o desiertos", "лоты, отменённые или несостоявшиеся"]),
    (AWARDED_LOTS, ["awarded lots", "lotes adjudicados", "лоты с победителем"]),
    (FIRST_DEADLINE, ["first deadline", "primer plazo", "первый срок"]),
    (LOTS_DUE, ["deadlines of lots", "plazos de los lotes", "сроки лотов"]),
    ("documents", ["documents", "documentos", "документы"]),
    ("award", ["award", "adjudicación", "результат"]),
    ("text", ["text", "texto", "текст"]),
    ("title", ["title", "título", "заголовок"]),
    (TITLES, ["title in other languages", "título en otros idiomas", "заголовок на других языках"]),
    ("buyer", ["buyer", "comprador", "заказчик"]),
    (JOINT_BUYERS, ["bought together with", "compra conjunta con", "закупка вместе с"]),
    ("value", ["value", "valor", "стоимость"]),
    ("nature", ["what is bought", "tipo de contrato", "предмет"]),
    ("procedure", ["procedure", "procedimiento", "процедура"]),
    ("buyer_type", ["kind of buyer", "tipo de comprador", "вид заказчика"]),
    ("buyer_activity", ["what the buyer does", "actividad del comprador", "деятельность заказчика"]),
    ("cpv", CLASS),
    ("unspsc", CLASS),
    ("naics", CLASS),
    ("classes", CLASS),
    ("performed_in", ["where it is done", "lugar de ejecución", "место исполнения"]),
    ("questions_until", ["questions until", "plazo de preguntas", "срок вопросов"]),
    (DEADLINE_FOR, ["the deadline is for", "el plazo es para", "срок подачи"]),
    ("opening", ["opening of offers", "apertura de ofertas", "вскрытие заявок"]),
    ("estimate", ["estimate", "valor estimado", "ориентировочная стоимость"]),
    ("budget_net", ["budget without tax", "presupuesto sin impuestos", "бюджет без налога"]),
    ("budget_gross", ["budget with tax", "presupuesto con impuestos", "бюджет с налогом"]),
    ("minimum", ["least value", "valor mínimo", "наименьшая стоимость"]),
    ("maximum", ["greatest value", "valor máximo", "наибольшая стоимость"]),
    ("award_value", ["value of the contract", "importe adjudicado", "цена контракта"]),
    ("winner", ["winner", "adjudicatario", "победитель"]),
    ("won_by", ["won by", "ganada por", "победитель"]),
    ("loser", ["who lost", "quien perdió", "проигравший"]),
    ("submission", ["where offers go", "dónde se presentan las ofertas", "куда подавать заявки"]),
    ("contract_start", ["start of the contract", "inicio del contrato", "начало контракта"]),
    ("contract_end", ["end of the contract", "fin del contrato", "окончание контракта"]),
    ("other_ids", ["other references", "otras referencias", "другие номера"]),
    ("description", ["description", "descripción", "описание"]),
    ("summary", ["summary", "resumen", "краткое описание"]),
    ("category", ["category", "categoría", "категория"]),
    ("categories", ["categories", "categorías", "категории"]),
    ("author", ["author", "autor", "автор"]),
    ("date", ["date", "fecha", "дата"]),
    ("published", ["published", "publicado", "опубликовано"]),
    ("updated", ["updated", "actualizado", "обновлено"]),
    ("company", ["company", "empresa", "компания"]),
    ("organisation", ["organisation", "organización", "организация"]),
    ("postcode", ["postcode", "código postal", "индекс"]),
    ("stand", ["stand", "stand", "стенд"]),
    ("fax", ["fax", "fax", "факс"]),
    ("turnover", ["turnover", "facturación", "оборот"]),
    ("link", ["link", "enlace", "ссылка"]),
    ("url", ["address of the page", "dirección de la página", "адрес страницы"]),
    ("image", ["picture", "imagen", "изображение"]),
];
const CLASS: [&str; 3] = ["what is bought (its class)", "qué se compra (su clase)", "что закупается (класс)"];

/// Words that stand for a value in these fields, as people say them.
const VALUES: [(&str, &str, [&str; 3]); 38] = [
    // Why nobody won: code list `non-award-justification` of eForms.
    ("reason", "all-rej", ["no offer could be accepted", "ninguna oferta era admisible", "ни одна заявка не подошла"]),
    ("reason", "chan-need", ["the buyer's needs changed", "cambiaron las necesidades del comprador", "изменились потребности заказчика"]),
    ("reason", "ins-fund", ["there is not enough money", "falta de fondos", "не хватило средств"]),
    ("reason", "no-rece", ["no offers were received", "no se recibió ninguna oferta", "не поступило ни одной заявки"]),
    ("reason", "no-signed", ["the winner did not sign", "el adjudicatario no firmó", "победитель не подписал контракт"]),
    ("reason", "one-admis", ["only one offer could be accepted", "solo una oferta era admisible", "подошла только одна заявка"]),
    ("reason", "other", ["for another reason", "por otro motivo", "по иной причине"]),
    (
        "reason",
        "rev-body",
        ["decided by a review body or a court", "por decisión de un órgano de recurso", "по решению органа обжалования"],
    ),
    (
        "reason",
        "rev-buyer",
        ["decided by the buyer after a complaint", "decisión del comprador tras un recurso", "решение заказчика после жалобы"],
    ),
    (
        "reason",
        "tch-pr-error",
        ["technical or procedural errors", "errores técnicos o de procedimiento", "технические или процедурные ошибки"],
    ),
    // Why a notice was changed: code list `change-corig-justification` of eForms.
    ("reason", "cancel", ["the notice was cancelled", "se anuló el anuncio", "извещение отменено"]),
    ("reason", "cancel-intent", ["it is meant to be cancelled", "se prevé anularla", "планируется отмена"]),
    ("reason", "cor-buy", ["corrected by the buyer", "corrección del comprador", "исправлено заказчиком"]),
    ("reason", "info-release", ["information is available now", "ya hay información disponible", "сведения теперь доступны"]),
    ("reason", "susp-review", ["suspended by a review", "suspendida por un recurso", "приостановлено из-за жалобы"]),
    ("reason", "update-add", ["information was added", "se añadió información", "сведения дополнены"]),
    (DEADLINE_FOR, "requests", ["requests to take part", "solicitudes de participación", "заявки на участие в отборе"]),
    (DEADLINE_FOR, "interest", ["expressions of interest", "manifestaciones de interés", "выражения интереса"]),
    ("award", "won", ["won", "ganada", "победа"]),
    ("award", "lost", ["lost", "perdida", "проигрыш"]),
    ("award", "ended", ["the contract is over", "el contrato ha terminado", "контракт завершён"]),
    ("award", "annulled", ["annulled", "anulada", "отменено"]),
    ("nature", "goods", ["goods", "suministros", "товары"]),
    ("nature", "services", ["services", "servicios", "услуги"]),
    ("nature", "works", ["works", "obras", "работы"]),
    ("nature", "mixed", ["of several kinds", "mixto", "смешанный"]),
    ("procedure", "open", ["open", "abierto", "открытая"]),
    ("procedure", "restricted", ["restricted", "restringido", "закрытая"]),
    ("procedure", "negotiated", ["negotiated", "negociado", "переговоры"]),
    ("procedure", "direct", ["direct award", "adjudicación directa", "у единственного поставщика"]),
    ("procedure", "other", ["other", "otro", "иная"]),
    ("buyer_type", "central", ["central government", "administración central", "центральная власть"]),
    ("buyer_type", "regional", ["regional government", "administración regional", "региональная власть"]),
    ("buyer_type", "local", ["local government", "administración local", "местная власть"]),
    ("buyer_type", "public-body", ["public body", "organismo público", "государственное учреждение"]),
    ("buyer_type", "undertaking", ["public undertaking", "empresa pública", "государственное предприятие"]),
    ("buyer_type", "international", ["international organisation", "organismo internacional", "международная организация"]),
    ("buyer_type", "subsidised", ["subsidised", "subvencionado", "субсидируемый заказчик"]),
];

/// The usual names of fields in the reader's language; any other is the user's own word.
pub(super) fn name_of(language: Language, name: &str) -> String {
    if let Some((_, words)) = NAMES.iter().find(|(known, _)| *known == name) {
        return said(language, *words).to_owned();
    }
    match FactName::from_word(name) {
        Some(fact) if language != Language::En => language.fact(fact).to_owned(),
        Some(_) | None => name.replace('_', " "),
    }
}

/// What a word that stands for a value in a field means; `None` where it is no such word.
pub(super) fn word_of(language: Language, name: &str, text: &str) -> Option<&'static str> {
    let name = if name == BUYER_SAYS { "reason" } else { name };
    VALUES.iter().find(|(field, word, _)| (*field, *word) == (name, text)).map(|(.., words)| said(language, *words))
}
