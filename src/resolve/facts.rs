//! What a record adds to what is known of an organisation. Conflicting values are kept side by side; the number of facts is bounded.

use std::collections::BTreeMap;

use super::Identity;
use super::hosts::registrable;
use super::merge::FACTS;
use crate::base::caps;
use crate::base::text;
use crate::model::{AS_WRITTEN, CompanyName, Evidence, Fact, FactName, IdentityKey, Record, RecordKind, Value, country_of_source};

/// Fields that are facts under another word than their own.
const ALIASES: &[(&str, FactName)] = &[
    ("web", FactName::Website),
    ("homepage", FactName::Website),
    ("telephone", FactName::Phone),
    ("tel", FactName::Phone),
    ("mobile", FactName::Phone),
    ("mail", FactName::Email),
    ("vat", FactName::TaxId),
    ("vat_id", FactName::TaxId),
    ("cif", FactName::TaxId),
    ("nif", FactName::TaxId),
    ("nipc", FactName::TaxId),
    ("siret", FactName::TaxId),
    ("siren", FactName::TaxId),
    ("ust_id", FactName::TaxId),
    ("partita_iva", FactName::TaxId),
    ("inn", FactName::TaxId),
    ("city", FactName::Place),
    ("town", FactName::Place),
    ("locality", FactName::Place),
    ("municipality", FactName::Place),
    ("localidad", FactName::Place),
    ("poblacion", FactName::Place),
    ("municipio", FactName::Place),
    ("ciudad", FactName::Place),
    ("ville", FactName::Place),
    ("comune", FactName::Place),
    ("ort", FactName::Place),
    ("postal_code", FactName::Postcode),
    ("zip", FactName::Postcode),
    ("plz", FactName::Postcode),
    ("cp", FactName::Postcode),
    ("province", FactName::Region),
    // A second caption for where it is: the province beside the region.
    ("region_2", FactName::Region),
    ("sector", FactName::Industry),
    ("category", FactName::Industry),
    ("employees", FactName::Size),
    ("contact", FactName::Person),
    ("parent_company", FactName::Parent),
    ("parent_organization", FactName::Parent),
    ("holding", FactName::Parent),
];
/// Values of one list field that become facts.
const VALUES: usize = 8;
/// The last digits of a telephone number, which are the same with the code of its country and without.
const TAIL: usize = 7;
/// Characters of what a person does.
const ROLE: usize = 80;
/// Characters of a fact: more is a description, and stays in the record.
const CHARS: usize = 500;

/// Replaces what this record said before by what it says now; the name that it said before, where that is another now, is given back.
pub(super) fn update(facts: &mut Vec<Fact>, record: &Record, identity: &Identity) -> Option<Fact> {
    let now = of(record, identity);
    let named = |fact: &&Fact| fact.record == record.id && fact.name == FactName::Name;
    let renamed = facts.iter().find(named).filter(|was| now.iter().any(|is| is.name == FactName::Name && is.value != was.value)).cloned();
    facts.retain(|fact| fact.record != record.id || fact.name == FactName::FormerName);
    facts.extend(now);
    // What is only written otherwise is the same name.
    let core = |fact: &Fact| CompanyName::parse(&fact.value.text()).core;
    let is_now = |was: &Fact| facts.iter().filter(named).any(|is| core(is) == core(was));
    let former = renamed.clone().filter(|was| !is_now(was)).map(|was| Fact { name: FactName::FormerName, ..was });
    let known =
        |was: &Fact| facts.iter().any(|fact| fact.name == FactName::FormerName && fact.record == record.id && fact.value == was.value);
    let former = former.filter(|was| !known(was));
    facts.extend(former);
    bound(facts, FACTS);
    renamed
}

/// Puts facts into their order and gives up those that are too many.
pub(super) fn bound(facts: &mut Vec<Fact>, most: usize) {
    facts.sort_by_key(order);
    while facts.len() > most {
        facts.remove(to_drop(facts));
    }
}

/// One order for any way the facts came: by name, then age.
fn order(fact: &Fact) -> (FactName, jiff::Timestamp, crate::base::ids::RecordId, String) {
    (fact.name, fact.evidence.seen, fact.record, fact.value.text())
}

fn of(record: &Record, identity: &Identity) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(name) = identity.name.as_deref() {
        facts.push(Fact {
            name: FactName::Name,
            value: Value::Text(text::clip(name, CHARS)),
            record: record.id,
            evidence: proof_of_name(record, name),
        });
    }
    // What the one person of the record does there is said with the person: nothing else of the organisation has a role.
    let role = record.text("role").map(|role| text::clip(&text::squeeze(&role), ROLE)).filter(|role| role.chars().any(char::is_alphabetic));
    // The field `name` is the organisation's only where `identify` took it for that: it has come in above, or not at all.
    for field in record.fields.keys() {
        let word = field.as_str();
        let Some(fact) = fact_of(record, word, identity) else { continue };
        let (Some(value), Some(evidence)) = (record.value(word), record.evidence(word)) else { continue };
        for one in value.each().iter().take(VALUES) {
            let said = one.text();
            // Pages put a mailbox where a person could be named.
            let fact = if fact == FactName::Person && said.contains('@') { FactName::Email } else { fact };
            let role = role.as_deref().filter(|_| fact == FactName::Person && !value_is_list(value));
            let one = role.map_or_else(|| one.clone(), |role| Value::Text(format!("{said}, {role}")));
            let twin = |known: &Fact| known.name == fact && known.value == one;
            // Nobody has fewer than no people: the sum of a sheet went wrong.
            let below_zero = fact == FactName::Size && said.trim_start().starts_with(['-', '−']);
            // A dash is what pages put where they know nothing.
            if !below_zero && said.chars().any(char::is_alphanumeric) && said.len() <= CHARS && !facts.iter().any(twin) {
                facts.push(Fact { name: fact, value: one, record: record.id, evidence: evidence.clone() });
            }
        }
    }
    // A number that one of them shows whole is not shown as it is written besides.
    let digits = |fact: &Fact| fact.value.text().chars().filter(char::is_ascii_digit).collect::<String>();
    let whole: Vec<String> = facts.iter().filter(|fact| fact.name == FactName::Phone && !fact.is_unread_phone()).map(digits).collect();
    facts.retain(|fact| {
        let own = digits(fact);
        let tail = own.get(own.len().saturating_sub(TAIL)..).unwrap_or_default();
        !fact.is_unread_phone() || whole.iter().all(|number| !number.ends_with(tail))
    });
    let unplaced = facts.iter().all(|fact| fact.name != FactName::Country);
    if let (true, Some((field, country))) = (unplaced, identity.country)
        && let Some(evidence) = record.evidence(field)
    {
        facts.push(Fact { name: FactName::Country, value: Value::Text(country.to_owned()), record: record.id, evidence });
    }
    if let (true, Some(country)) = (facts.is_empty(), identity.of_source.as_deref()) {
        facts.extend(country_of_source(country, record.id, proof_of_name(record, &record.title())));
    }
    facts
}

/// Of several persons nobody knows who does it.
const fn value_is_list(value: &Value) -> bool {
    matches!(value, Value::List(_))
}

/// Which fact of the organisation a field is, if any; many a field of an offer or a request is about the goods.
fn fact_of(record: &Record, word: &str, identity: &Identity) -> Option<FactName> {
    let of_company = record.kind == RecordKind::Company;
    let of_goods = matches!(record.kind, RecordKind::Offer | RecordKind::Request | RecordKind::Tender | RecordKind::Award);
    match word {
        // In above by the identity, where it is the organisation's name at all.
        "name" => None,
        "url" => (of_company && leads_to_own_site(record, identity)).then_some(FactName::Website),
        "category" | "sector" | "employees" | "contact" if !of_company => None,
        "size" if of_goods => None,
        _ if word.ends_with(AS_WRITTEN) => {
            fact_of(record, word.trim_end_matches(AS_WRITTEN), identity).filter(|fact| *fact == FactName::Phone)
        }
        _ => FactName::from_word(word).or_else(|| ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, fact)| *fact)),
    }
}

/// Whether the field `url` is an address that `identify` took for the organisation's own.
fn leads_to_own_site(record: &Record, identity: &Identity) -> bool {
    let Some(Value::Url(url)) = record.value("url") else { return false };
    let domain = url.host_str().and_then(registrable);
    domain.is_some_and(|domain| identity.keys.contains(&IdentityKey::Domain(domain)))
}

/// The field the name was read from; a name fixed by the source's settings has the record itself as its proof.
fn proof_of_name(record: &Record, name: &str) -> Evidence {
    let written = |said: &dyn Fn(&str) -> bool| record.fields.iter().find(|(_, field)| said(&text::squeeze(&field.value.text())));
    let read = written(&|said| said == name).or_else(|| written(&|said| said.starts_with(name)));
    read.and_then(|(field, _)| record.evidence(field.as_str())).unwrap_or_else(|| Evidence {
        source: record.source.clone(),
        url: record.url.clone(),
        quote: text::clip(name, caps::QUOTE_CHARS),
        path: String::new(),
        content: record.content,
        seen: record.first_seen,
    })
}

/// Which fact to give up first: a repeat of what a newer one says, the oldest of the most repeated; only then the oldest of the name
/// with the most values. `facts` is sorted by [`order`] and not empty.
fn to_drop(facts: &[Fact]) -> usize {
    let mut said: BTreeMap<(FactName, String), Vec<usize>> = BTreeMap::new();
    let mut named: BTreeMap<FactName, Vec<usize>> = BTreeMap::new();
    for (index, fact) in facts.iter().enumerate() {
        said.entry((fact.name, text::fold(&fact.value.text()))).or_default().push(index);
        named.entry(fact.name).or_default().push(index);
    }
    let first_of_most = |groups: Vec<Vec<usize>>| groups.into_iter().max_by_key(|group| (group.len(), std::cmp::Reverse(group[0])));
    let repeats = first_of_most(said.into_values().filter(|group| group.len() > 1).collect());
    repeats.or_else(|| first_of_most(named.into_values().collect())).map_or(0, |group| group[0])
}
