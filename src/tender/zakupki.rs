//! The Russian procurement system EIS (`zakupki.gov.ru`): XML of purchases and contracts under the law 223-FZ, and the RSS of its search. Must
//! not know how either is fetched.
//!
//! Reference: the schemes `223/integration/schema/TFF`. Prefixes of namespaces vary from file to file, and some files have them wrong, so
//! everything goes by local names.

mod contract;
mod purchase;
mod rss;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use roxmltree::Node;

use super::cuts::{Cut, Cuts, Names};
use super::notes::Notes;
use super::when::{self, Clock};
use super::{Batch, Head, Input, code, xml};
use crate::base::ids::ContentHash;
use crate::model::{BadEntry, Class, Document, Failure, FailureClass, Notice, NoticeKind, Party, Place, Raw, Stage, Texts, ZoneFrom};

/// What everything is written in.
const LANGUAGE: &str = "ru";

/// Whether the head is that of a document of EIS.
pub(super) fn fits(head: &Head<'_>) -> bool {
    let eis = head.text.contains("zakupki.gov.ru");
    head.root.starts_with("purchaseNotice") || (eis && matches!(head.root, "contract" | "purchaseRejection")) || rss::fits(head)
}

/// Reads one document.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let text = input.text.trim_start_matches('\u{feff}').trim();
    let root = xml::root_name(text).unwrap_or_default();
    if text.is_empty() {
        return Err(unreadable("it is empty: the source has files of no bytes, there is nothing to do about them"));
    }
    if matches!(root, "rss" | "RDF") {
        return rss::read(input);
    }
    // Items are in the root's namespace, so they share its prefix; other elements of that name may be within them.
    let before = text.find(root).map_or("", |at| &text[..at]);
    let prefixed = format!("{}item", before.rfind('<').map_or("", |at| &before[at + 1..]));
    for name in [prefixed.as_str(), "item"] {
        let batch = items(input, &[name], root)?;
        if !batch.notices.is_empty() || !batch.bad.is_empty() {
            return Ok(batch);
        }
    }
    Err(unreadable(&format!("its root is `{root}` and it holds no `item`")))
}

fn unreadable(why: &str) -> Failure {
    Failure::new(FailureClass::Unreadable, format!("no document of EIS: {why}"))
}

/// The notices of the items of this name.
fn items(input: &Input<'_>, names: &[&str], root: &str) -> Result<Batch, Failure> {
    let clock = clock();
    let mut cuts = Cuts::new(input.text.as_bytes(), Names { entries: names, beside: &[] });
    let mut batch = Batch::default();
    while let Some(cut) = cuts.next()? {
        input.check_time()?;
        batch.check_room()?;
        let place = cut.place(&format!("/{root}/body"));
        let mut notes = Notes::new(&place, input.url, &clock);
        let notice = item(&cut, &mut notes);
        match notice {
            Ok(notice) => batch.notices.push(Notice { raw: cuts.alone(&cut, ""), unread: notes.unread, ..notice }),
            Err(reason) => batch.bad.push(BadEntry { path: place.clone(), reason }),
        }
    }
    let found = !batch.notices.is_empty() || !batch.bad.is_empty();
    if !cuts.closed && found {
        batch.bad.push(BadEntry { path: format!("/{root}"), reason: "the document breaks off: it has no end".to_owned() });
    }
    Ok(batch)
}

/// Times without a zone mean that of Moscow.
fn clock() -> Clock {
    TimeZone::get("Europe/Moscow").map_or_else(|_| Clock::assumed(), |zone| Clock { zone, from: ZoneFrom::Portal })
}

fn item(cut: &Cut, notes: &mut Notes<'_>) -> Result<Notice, String> {
    let text = cut.document()?;
    let document = xml::parse(&text).map_err(|failure| failure.text)?;
    let item = document.root_element().first_element_child().ok_or("it is empty")?;
    let is_content = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name().ends_with("Data");
    let node = item.children().find(is_content).ok_or("it holds no `...Data` element: nothing says what it is about")?;
    let hash = ContentHash::of(cut.text.as_bytes());
    let name = node.tag_name().name();
    if name.starts_with("contract") {
        contract::notice(node, hash, notes)
    } else if name.starts_with("purchaseNotice") {
        purchase::notice(node, hash, notes)
    } else if name.starts_with("purchaseRejection") {
        purchase::rejection(node, hash, notes)
    } else {
        Err(format!("it is a `{name}`, and no purchase or contract"))
    }
}

/// What purchases and contracts have in common; `number` is the procedure's.
fn notice(node: Node<'_, '_>, number: String, hash: ContentHash, notes: &mut Notes<'_>) -> Notice {
    let dates = ["modificationDate", "publicationDateTime", "publicationDate", "createDateTime"];
    let published = dates.into_iter().find_map(|name| xml::first(node, name).filter(|node| !xml::words(*node).is_empty()));
    let published_text = published.map(xml::words).unwrap_or_default();
    let at = when::instant(&published_text, notes.clock);
    match published {
        Some(published) if at.is_none() => notes.odd(published, "time"),
        Some(_) => {}
        None => notes.missing("`publicationDateTime`"),
    }
    let guid = xml::text(node, "guid");
    Notice {
        id: if guid.is_empty() { hash.to_string() } else { guid },
        procedure: number,
        version: xml::text(node, "version"),
        publication: xml::text(node, "registrationNumber"),
        published_text,
        published: at,
        kind: NoticeKind::Other,
        stage: Stage::Unknown,
        code: String::new(),
        previous: String::new(),
        languages: vec![LANGUAGE.to_owned()],
        test: false,
        whole: true,
        results_apart: false,
        unread: Vec::new(),
        raw: Raw::default(),
        amendments: Vec::new(),
        content: crate::model::Content::default(),
        found: std::collections::BTreeMap::new(),
        hash,
    }
}

fn texts(node: Option<Node<'_, '_>>) -> Texts {
    node.map(|node| Texts::one(LANGUAGE, &xml::words(node))).unwrap_or_default()
}

/// The first of these elements that says something.
fn first<'a, 'i: 'a>(node: Node<'a, 'i>, paths: &'static [&'static str]) -> Option<Node<'a, 'i>> {
    paths.iter().filter_map(|path| xml::first(node, path)).find(|node| !xml::words(*node).is_empty())
}

/// A party from `mainInfo` or `supplierInfo`, its tax number first.
fn party(node: Node<'_, '_>) -> Option<Party> {
    let mut party = Party { name: texts(first(node, &["fullName", "name", "shortName"])), ..Party::default() };
    for (scheme, name) in [("INN", "inn"), ("KPP", "kpp"), ("OGRN", "ogrn"), ("IKO", "iko")] {
        code::push(&mut party.ids, code::id(scheme, &xml::text(node, name)));
    }
    let address = first(node, &["legalAddress", "postalAddress"]).map(xml::words);
    let address = address.unwrap_or_else(|| {
        let parts = ["address/postCode", "address/region/fullName", "address/city/fullName", "address/street/fullName", "address/house"];
        super::notes::joined(parts.map(|path| xml::text(node, path)).each_ref().map(String::as_str))
    });
    // Who has a Russian tax number and no other country is there.
    let country = first(node, &["address/country/name", "country/name"]).map_or_else(|| "RU".to_owned(), xml::words);
    party.seat = Place { country: code::country(&country), region: String::new(), text: address };
    party.email = first(node, &["email", "address/email"]).map(xml::words).unwrap_or_default();
    party.phone = first(node, &["phone", "address/phone"]).map(xml::words).unwrap_or_default();
    party.website = code::url(&xml::text(node, "website"), None);
    (!party.name.is_empty() || !party.ids.is_empty()).then_some(party)
}

/// Who buys, and who runs the purchase when that is somebody else.
fn buyers(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Vec<Party> {
    let mut buyers: Vec<Party> = Vec::new();
    for path in ["customer/mainInfo", "customerInfo/mainInfo", "placer/mainInfo"] {
        for info in xml::all(node, path) {
            let Some(party) = party(info) else { continue };
            notes.found("buyers", info);
            if buyers.iter().all(|known| known.ids.first() != party.ids.first()) {
                buyers.push(party);
            }
        }
    }
    buyers
}

/// Classes of everything bought.
fn classes(items: &[Node<'_, '_>], known: &mut Vec<Class>) {
    for (scheme, name) in [("OKPD2", "okpd2"), ("OKVED2", "okved2"), ("OKDP", "okdp"), ("OKPD", "okpd"), ("OKVED", "okved")] {
        for class in items.iter().filter_map(|item| xml::first(*item, name)) {
            let found = code::class(scheme, &xml::text(class, "code"), known.is_empty(), &xml::text(class, "name"));
            code::push_class(known, found);
        }
    }
}

fn documents(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Vec<Document> {
    let mut documents = Vec::new();
    for document in xml::all(node, "attachments/document") {
        let Some(url) = notes.address(xml::first(document, "url")) else { continue };
        notes.found("documents", document);
        let title = first(document, &["description", "fileName"]).map(xml::words).unwrap_or_default();
        let date = xml::text(document, "createDateTime");
        code::push(&mut documents, Some(Document { url, title, restricted: false, hash: String::new(), date }));
    }
    documents
}
