//! Groups: which organisation is the head office of another that is a legal entity of its own. Knows no store; who owns a key is handed in.

use super::hosts::{is_shared, registrable};
use super::linkage;
use super::unite::contradicting;
use crate::base::text;
use crate::model::{CompanyName, FactName, IdentityKey, Organisation, Value};

/// Keys by which one organisation's head office is looked for at most.
const ABOVE: usize = 8;
/// Words of a name that say that it leads others, folded.
const LEADS: &[&str] = &[
    "holding",
    "holdings",
    "group",
    "grupo",
    "groupe",
    "gruppe",
    "gruppo",
    "international",
    "headquarters",
    "corporation",
    "corporacion",
    "холдинг",
    "группа",
    "корпорация",
];
/// Words of a name that say that it is led by another, folded.
const IS_LED: &[&str] = &[
    "branch",
    "sucursal",
    "filial",
    "delegacion",
    "succursale",
    "filiale",
    "niederlassung",
    "zweigstelle",
    "zweigniederlassung",
    "subsidiary",
    "филиал",
    "филія",
    "представительство",
    "представництво",
];

/// The keys of others by which the head office of an organisation may be known, the surest first: whom its records name as its parent, and
/// domains that it uses and another owns.
pub fn above(organisation: &Organisation) -> Vec<IdentityKey> {
    let named = organisation.facts(FactName::Parent).filter_map(|fact| match &fact.value {
        Value::Url(url) => url.host_str().and_then(own_domain).map(IdentityKey::Domain),
        value => {
            let core = CompanyName::parse(&value.text()).core;
            (!core.is_empty())
                .then(|| IdentityKey::NamePlace(text::clip(&core, super::identity::KEY_CHARS), format!("@{}", fact.evidence.source)))
        }
    });
    let mut keys: Vec<IdentityKey> = Vec::new();
    for key in named.chain(domains(organisation).map(IdentityKey::Domain)) {
        if keys.len() < ABOVE && !organisation.keys.contains(&key) && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn own_domain(host: &str) -> Option<String> {
    registrable(host).filter(|domain| !is_shared(domain))
}

fn domains(organisation: &Organisation) -> impl Iterator<Item = String> {
    let sites = organisation.facts(FactName::Website).filter_map(|fact| match &fact.value {
        Value::Url(url) => url.host_str().and_then(own_domain),
        value => own_domain(value.text().split('/').next().unwrap_or_default()),
    });
    let mail = organisation.facts(FactName::Email).filter_map(|fact| own_domain(fact.value.text().rsplit_once('@')?.1));
    sites.chain(mail)
}

/// The head office of an organisation among the owners of the keys [`above`] it, if one of them is that.
///
/// Whom a record names as its parent is. Who owns a domain that it uses is where both are legal entities of their own (their tax ids differ)
/// and their names have something in common, one web site for all of a
/// group, unless the names say that it is the other way round.
pub fn head<'o>(organisation: &Organisation, owners: &'o [Organisation]) -> Option<&'o Organisation> {
    above(organisation).iter().find_map(|key| {
        let owner = owners.iter().find(|owner| owner.id != organisation.id && owner.keys.contains(key))?;
        let leads = match key {
            IdentityKey::Domain(_) if !is_named(organisation, key) => is_kin(organisation, owner),
            IdentityKey::Domain(_)
            | IdentityKey::TaxId(_)
            | IdentityKey::Phone(_)
            | IdentityKey::NamePlace(..)
            | IdentityKey::Unnamed(_) => true,
        };
        leads.then_some(owner)
    })
}

/// Whether a record names the owner of this key as the parent.
fn is_named(organisation: &Organisation, key: &IdentityKey) -> bool {
    let of_parent = |value: &Value| matches!(value, Value::Url(url) if url.host_str().and_then(own_domain).map(IdentityKey::Domain).as_ref() == Some(key));
    organisation.facts(FactName::Parent).any(|fact| of_parent(&fact.value))
}

fn is_kin(a: &Organisation, b: &Organisation) -> bool {
    let name = |one: &Organisation| one.name.as_deref().map(CompanyName::parse);
    contradicting(a, b).is_some()
        && rank(a) >= rank(b)
        && name(a).zip(name(b)).is_some_and(|(a, b)| linkage::are_alike(&a, &b) || begin_alike(&a.core, &b.core))
}

/// "Ferrovial Servicios" and "Ferrovial Construcción": what a group is called comes first.
fn begin_alike(a: &str, b: &str) -> bool {
    let first = |name: &str| name.split(' ').next().map(str::to_owned).filter(|word| word.chars().count() > 3);
    first(a).is_some_and(|first_of_a| Some(first_of_a) == first(b))
}

/// How likely a name is a head office's: the less, the likelier.
fn rank(organisation: &Organisation) -> u8 {
    let words = text::words(organisation.name.as_deref().unwrap_or_default());
    let has = |list: &[&str]| words.split(' ').any(|word| list.contains(&word));
    match (has(IS_LED), has(LEADS)) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::organisation;

    fn with(name: &str, facts: &[(FactName, &str)], keys: &[IdentityKey]) -> Organisation {
        let mut one = organisation(name, facts);
        one.keys.extend(keys.iter().cloned());
        one
    }

    type Case<'a> = (&'a str, &'a [(FactName, &'a str)], &'a [IdentityKey], bool);

    fn tax(id: &str) -> IdentityKey {
        IdentityKey::TaxId(id.to_owned())
    }

    #[test]
    fn who_leads_whom() {
        use FactName::{Email, Parent, Website};
        let domain = || IdentityKey::Domain("acme.example.com".to_owned());
        let site = (Website, "https://www.acme.example.com/es");
        let parent = with("acme", &[site], &[tax("ESB12345674"), IdentityKey::Domain("example.com".to_owned()), domain()]);
        let cases: [Case<'_>; 8] = [
            ("Acme Sur", &[site], &[tax("ESB87654321")], true),
            ("Acme Sur", &[(Email, "ventas@acme.example.com")], &[tax("ESB87654321")], true),
            // One legal entity, or nobody knows: that is for merging and its questions.
            ("Acme Sur", &[site], &[tax("ESB12345674")], false),
            ("Acme Sur", &[site], &[], false),
            // Another's page on its site.
            ("Talleres Orbaneja", &[site], &[tax("ESB87654321")], false),
            // Said by a record.
            ("Talleres Orbaneja", &[(Parent, "Acme")], &[], true),
            ("Talleres Orbaneja", &[(Parent, "https://acme.example.com/")], &[], true),
            ("Talleres Orbaneja", &[(Parent, "Urbión")], &[], false),
        ];
        for (name, facts, keys, want) in cases {
            let member = with(name, facts, keys);
            assert_eq!(head(&member, std::slice::from_ref(&parent)).is_some(), want, "{name} {facts:?} {keys:?}");
            assert!(head(&parent, std::slice::from_ref(&member)).is_none(), "{name}: nobody leads whom it is led by");
        }
        assert_eq!(above(&parent), []);
    }

    #[test]
    fn names_say_who_is_likelier_the_head_office() {
        let named = |name: &str| rank(&organisation(name, &[]));
        for (head, below) in [
            ("Grupo Acme", "Acme Sur SL"),
            ("Acme SA", "Acme SA Sucursal en Portugal"),
            ("ООО Ромашка", "Ромашка, филиал в Твери"),
            ("Acme Holding", "Acme Niederlassung Köln"),
        ] {
            assert!(named(head) < named(below), "{head} / {below}");
        }
    }
}
