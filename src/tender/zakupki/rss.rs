//! The RSS of EIS's search (44-FZ and 223-FZ): each item a purchase, its few fields in a bit of HTML. Knows no XML of the purchases.

use url::Url;

use super::super::cuts::{Cut, Cuts, Names};
use super::super::notes::Notes;
use super::super::{Batch, Head, Input, code, feed, html, xml};
use super::LANGUAGE;
use crate::base::ids::ContentHash;
use crate::base::text::fold;
use crate::model::{
    BadEntry, DeadlineKind, Failure, Notice, NoticeKind, Party, Place, Procedure, ProcedureKind, Raw, Stage, Texts, WorthKind,
};

/// Where links without a host lead.
const SITE: &str = "https://zakupki.gov.ru/";

pub(super) fn fits(head: &Head<'_>) -> bool {
    head.root == "rss" && (head.text.contains("zakupki.gov.ru") || head.text.contains("Размещение выполняется по"))
}

pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let clock = super::clock();
    let site = Url::parse(SITE).ok();
    let mut cuts = Cuts::new(input.text.as_bytes(), Names { entries: &["item"], beside: &[] });
    let mut batch = Batch::default();
    while let Some(cut) = cuts.next()? {
        input.check_time()?;
        batch.check_room()?;
        let place = cut.place("/rss/channel");
        let mut notes = Notes::new(&place, site.as_ref(), &clock);
        let notice = item(&cut, &mut notes);
        match notice {
            Ok(notice) => batch.notices.push(Notice { raw: cuts.alone(&cut, "<channel>"), unread: notes.unread, ..notice }),
            Err(reason) => batch.bad.push(BadEntry { path: place.clone(), reason }),
        }
    }
    batch.cut = !cuts.closed;
    if batch.cut {
        batch.bad.push(BadEntry { path: "/rss".to_owned(), reason: "the document breaks off: it has no end".to_owned() });
    }
    Ok(batch)
}

/// The labels of an item, the first of each.
struct Labels(Vec<(String, String)>);

impl Labels {
    /// The value whose label begins with one of these words.
    fn get(&self, labels: &[&str]) -> &str {
        let labelled = |label: &&str| self.0.iter().find(|(known, _)| fold(known).starts_with(&fold(label)));
        labels.iter().find_map(labelled).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

fn item(cut: &Cut, notes: &mut Notes<'_>) -> Result<Notice, String> {
    let text = cut.document()?;
    let document = xml::parse(&text).map_err(|failure| failure.text)?;
    let node = document.root_element().first_element_child().ok_or("it is empty")?;
    let link = code::url(&xml::text(node, "link"), notes.url);
    let number =
        link.as_ref().and_then(|link| link.query_pairs().find(|(name, _)| name == "regNumber").map(|(_, number)| number.into_owned()));
    let number = number.filter(|number| !number.is_empty()).or_else(|| link.as_ref().map(Url::to_string));
    let procedure = number.ok_or("it has no link: nothing says which purchase it is")?;
    let description = xml::first(node, "description");
    let labels = Labels(description.map(|node| html::labelled(&feed::raw(node))).unwrap_or_default());
    let (placed, updated) = (labels.get(&["Размещено", "Опубликовано"]), labels.get(&["Обновлено"]));
    let published_text =
        [xml::text(node, "pubDate").as_str(), updated, placed].into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
    let named = labels.get(&["Этап размещения", "Этап закупки"]);
    let stage = stage(named);
    let hash = ContentHash::of(cut.text.as_bytes());
    let mut notice = Notice {
        procedure: procedure.clone(),
        id: hash.to_string(),
        version: String::new(),
        publication: procedure,
        published: feed::instant(&published_text, Some(false), notes.clock),
        published_text,
        kind: if stage == Stage::Cancelled { NoticeKind::Cancellation } else { NoticeKind::Other },
        stage,
        code: named.to_owned(),
        previous: String::new(),
        languages: vec![LANGUAGE.to_owned()],
        test: false,
        whole: false,
        results_apart: false,
        unread: Vec::new(),
        raw: Raw::default(),
        amendments: Vec::new(),
        content: crate::model::Content { link, ..crate::model::Content::default() },
        found: std::collections::BTreeMap::new(),
        hash,
    };
    if notice.published.is_none() {
        notes.missing("time of publication that can be read");
    }
    content(node, &labels, &mut notice, notes);
    notice.found = std::mem::take(&mut notes.found);
    Ok(notice)
}

fn content(node: roxmltree::Node<'_, '_>, labels: &Labels, notice: &mut Notice, notes: &mut Notes<'_>) {
    let content = &mut notice.content;
    let (title, description) = (xml::first(node, "title"), xml::first(node, "description"));
    let mut found = |field, is: bool| {
        if let Some(node) = description.filter(|_| is) {
            notes.found(field, node);
        }
    };
    let subject = labels.get(&["Наименование объекта закупки", "Наименование закупки", "Предмет"]);
    found("title", !subject.is_empty());
    let headline = title.map(xml::words).unwrap_or_default();
    content.title = Texts::one(LANGUAGE, if subject.is_empty() { &headline } else { subject });
    let author = xml::text(node, "author");
    let named = labels.get(&["Наименование заказчика", "Заказчик", "Организация, осуществляющая размещение", "Наименование организации"]);
    let name = if named.is_empty() { author.as_str() } else { named };
    if !name.is_empty() {
        let seat = Place { country: "RU".to_owned(), ..Place::default() };
        content.buyers.push(Party { name: Texts::one(LANGUAGE, name), seat, ..Party::default() });
        found("buyers", true);
    }
    let price = labels.get(&["Начальная цена", "Начальная (максимальная) цена", "НМЦК", "Цена"]);
    let worth = code::worth(WorthKind::Estimate, &plain_number(price), currency(labels.get(&["Валюта"])), None);
    found("worth", worth.is_some());
    content.worth.extend(worth);
    let until = labels.get(&["Окончание подачи заявок", "Дата окончания подачи", "Дата и время окончания"]);
    let deadline = feed::deadline(DeadlineKind::Tender, until, Some(false), &super::clock());
    found("deadlines", deadline.is_some());
    content.deadlines.extend(deadline);
    let ikz = labels.get(&["Идентификационный код закупки", "ИКЗ"]);
    code::push(&mut content.other_ids, code::id("IKZ", ikz));
    found("other_ids", !ikz.is_empty());
    // The headline is the way of buying and the number: `Электронный аукцион №0373...`.
    let way = headline.split('№').next().unwrap_or_default().trim();
    let law = labels.get(&["Размещение выполняется по"]);
    let text = super::super::notes::joined([if subject.is_empty() { "" } else { way }, law]);
    if !text.is_empty() {
        content.procedure = Some(Procedure { kind: procedure(way), text });
        found("procedure", true);
    }
    if content.link.is_some()
        && let Some(link) = xml::first(node, "link")
    {
        notes.found("link", link);
    }
    if let Some(title) = title.filter(|_| !content.title.is_empty()) {
        notes.found("title", title);
    }
}

fn procedure(way: &str) -> ProcedureKind {
    let way = fold(way);
    if way.contains("единственн") {
        ProcedureKind::Direct
    } else if way.contains("закрыт") || way.contains("ограниченн") {
        ProcedureKind::Restricted
    } else if ["аукцион", "открыт", "котировок", "предложений"].iter().any(|word| way.contains(word)) {
        ProcedureKind::Open
    } else {
        ProcedureKind::Other
    }
}

/// The stages that the search shows. A purchase that is over may have a winner or none.
fn stage(named: &str) -> Stage {
    let named = fold(named);
    if named.contains("отмен") {
        Stage::Cancelled
    } else if named.contains("приостановлен") {
        Stage::Suspended
    } else if named.contains("подача") {
        Stage::Open
    } else if named.contains("комисси") || named.contains("заверш") || named.contains("определение") {
        Stage::Closed
    } else {
        Stage::Unknown
    }
}

/// `1 234 567,89` as `1234567.89`.
fn plain_number(text: &str) -> String {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).collect();
    if digits.contains('.') { digits.replace(',', "") } else { digits.replace(',', ".") }
}

/// The ISO 4217 code of a currency's Russian name.
fn currency(name: &str) -> &str {
    let folded = fold(name);
    if folded.contains("рубл") && !folded.contains("белорус") {
        "RUB"
    } else if folded.contains("доллар") && folded.contains("сша") {
        "USD"
    } else if folded == "евро" {
        "EUR"
    } else {
        name
    }
}
