//! Whom a record of JSON names beside what it is: the name and the web site of an employer, a seller, a buyer. Knows members by their names alone.

use std::collections::BTreeMap;

use url::Url;

use super::super::{contacts, value};
use crate::model::{FieldName, Found, Value};

/// Members whose own name is that of the organisation that a record is about, the surest first.
const OWNERS: [&str; 14] = [
    "organisation",
    "organization",
    "company",
    "hiringorganization",
    "employer",
    "seller",
    "vendor",
    "supplier",
    "exhibitor",
    "buyer",
    "contractingauthority",
    "procuringentity",
    "customer",
    "advertiser",
];
/// What the name is called inside of them.
const NAMES: [&str; 4] = ["name", "legalname", "displayname", "title"];
/// What its web site is called inside of them.
const SITES: [&str; 12] =
    ["website", "site", "homepage", "web", "websiteurl", "siteurl", "weburl", "companyurl", "domain", "url", "sameas", "link"];

/// Whom a record names in an object of its own, or beside it: `employer.name`, `companyName`.
pub(super) fn owner(fields: &BTreeMap<FieldName, Found>) -> Option<&Found> {
    of_owner(fields, |last| NAMES.contains(&last), |rest| rest == "name").find(|found| matches!(found.value, Value::Text(_)))
}

/// The web site of whom a record names: `employer.site`, `companyWebsite`. What is on the site of the answer itself is its page there.
pub(super) fn owner_site<'f>(fields: &'f BTreeMap<FieldName, Found>, page: &Url) -> Option<&'f Found> {
    let is = |last: &str| SITES.contains(&last);
    let elsewhere = |found: &&Found| {
        let whole = |text: &str| if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let text = Some(found.value.text()).filter(|text| text.contains('.') && !text.contains(['@', ' ']));
        let url = text.and_then(|text| Url::parse(&whole(&text)).ok());
        url.is_some_and(|url| url.domain().is_some() && !value::is_of_site(&url, page) && contacts::social::network(&url).is_none())
    };
    of_owner(fields, is, is).find(elsewhere)
}

/// What records say of whom they name, the surest first: members called so inside of an owner, or after its name.
fn of_owner<'f>(
    fields: &'f BTreeMap<FieldName, Found>,
    inside: impl Fn(&str) -> bool + Copy + 'f,
    after: impl Fn(&str) -> bool + Copy + 'f,
) -> impl Iterator<Item = &'f Found> {
    let bare = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect::<String>();
    let is_of = move |name: &FieldName, owner: &str| {
        let parts: Vec<String> = name.as_str().split('.').map(bare).collect();
        match parts.as_slice() {
            [.., of, last] if of == owner => inside(last),
            [.., last] => last.strip_prefix(owner).is_some_and(after),
            [] => false,
        }
    };
    OWNERS.iter().flat_map(move |owner| {
        let mut named: Vec<(&FieldName, &Found)> = fields.iter().filter(|(name, _)| is_of(name, owner)).collect();
        named.sort_by_key(|(name, _)| name.as_str().matches('.').count());
        named.into_iter().map(|(_, found)| found)
    })
}
