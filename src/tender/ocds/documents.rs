//! Documents and addresses: what can be read, the page for people, where offers go.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::scope::{Scope, is_nothing, plain};
use crate::model::Document;
use crate::tender::code;
use crate::tender::json::{list, text};

/// Longer words about how to offer are no longer an address with a word before it.
const DETAILS: usize = 300;

/// The documents of every part, each once.
pub(super) fn documents(scope: &mut Scope<'_>) -> Vec<Document> {
    let root = scope.root;
    let holders =
        ["planning", "tender", "awards", "contracts"].into_iter().flat_map(|key| list(root, key).iter().map(move |holder| (key, holder)));
    let (mut documents, mut seen) = (Vec::new(), BTreeSet::new());
    for (key, holder) in holders {
        let amended = list(holder, "amendments").iter().flat_map(|amendment| list(amendment, "documents"));
        for document in list(holder, "documents").iter().chain(amended) {
            let Some(url) = code::url(&text(document, "url"), scope.url) else { continue };
            let first = |keys: &[&str]| keys.iter().map(|key| text(document, key)).find(|text| !is_nothing(text)).unwrap_or_default();
            scope.saw("documents", &format!("{key}/documents"));
            let title = scope.texts(document, "title");
            let title = title.best(&[]).map_or_else(|| first(&["description", "documentType"]), str::to_owned);
            let restricted = text(document, "accessDetails").to_lowercase().contains("restrict");
            let date = first(&["dateModified", "datePublished"]);
            if seen.insert((url.to_string(), title.clone(), date.clone())) {
                documents.push(Document { url, title, restricted, hash: String::new(), date });
            }
        }
    }
    documents
}

/// The page for people: the document that is the notice, else what publishers have for it.
pub(super) fn link(scope: &mut Scope<'_>, tender: &Value) -> Option<Url> {
    let root = scope.root;
    let holders = ["contracts", "awards", "tender", "planning"]
        .into_iter()
        .flat_map(|key| list(root, key).iter().rev().map(move |holder| (key, holder)));
    let notices = holders.flat_map(|(key, holder)| list(holder, "documents").iter().rev().map(move |document| (key, document)));
    let notice =
        notices.filter(|(_, document)| text(document, "documentType").ends_with("Notice") || !text(document, "noticeType").is_empty());
    let notice = notice.filter(|(_, document)| !text(document, "format").contains("json"));
    let mut found = notice.filter_map(|(key, document)| Some((format!("{key}/documents"), code::url(&text(document, "url"), scope.url)?)));
    let link = found.next().or_else(|| {
        let said =
            [("tender/url", text(tender, "url")), ("urlSECOP", text(root, "urlSECOP")), ("awards/0/url", text(root, "awards/0/url"))];
        let more = [("contracts/0/url", text(root, "contracts/0/url")), ("planning/url", text(root, "planning/url"))];
        said.into_iter().chain(more).find_map(|(path, written)| Some((path.to_owned(), code::url(&written, scope.url)?)))
    });
    drop(found);
    let (path, url) = link?;
    scope.saw("link", &path);
    Some(url)
}

/// Where offers go: an address among the words about it; the profile of eForms has it with each lot.
pub(super) fn submission(scope: &mut Scope<'_>, tender: &Value) -> Option<Url> {
    let first = text(tender, "lots/0/submissionMethodDetails");
    if let Some(url) = code::url(&first, None).filter(|_| first.starts_with("http")) {
        scope.saw("submission", "tender/lots[0]/submissionMethodDetails");
        return Some(url);
    }
    for key in [
        "lodgeResponse",
        "submissionTerms/submissionUrl",
        "communication/atypicalToolUrl",
        "submissionMethodDetails",
        "submissionmethoddetails",
    ] {
        let written = plain(&text(tender, key));
        // Among many words, an address is of anything: a programme to read the documents with.
        if written.len() > DETAILS {
            continue;
        }
        let mut addresses = written.split([' ', '(', ')', '<', '>', '"', ',', ';']).filter(|word| word.starts_with("http"));
        if let Some(url) = addresses.find_map(|word| code::url(word.trim_end_matches('.'), None)) {
            scope.saw("submission", &format!("tender/{key}"));
            return Some(url);
        }
    }
    None
}
