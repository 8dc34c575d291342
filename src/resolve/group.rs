//! Groups: which organisation is the head office of another that is a legal entity of its own. Knows no store; who is around a key is handed in.

use super::hosts::{is_shared, registrable};
use super::linkage;
use super::merge::tax_of;
use super::unite::{are_kept_apart, contradicting};
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
/// domains that it uses and another owns. Only a legal entity, one with a tax id, is known by a domain.
pub fn above(organisation: &Organisation) -> Vec<IdentityKey> {
    let named = organisation.facts(FactName::Parent).filter_map(|fact| match &fact.value {
        Value::Url(url) => url.host_str().and_then(own_domain).map(IdentityKey::Domain),
        value => {
            let core = CompanyName::parse(&value.text()).core;
            (!core.is_empty())
                .then(|| IdentityKey::NamePlace(text::clip(&core, super::identity::KEY_CHARS), format!("@{}", fact.evidence.source)))
        }
    });
    let used = domains(organisation).filter(|_| tax_ids(organisation).next().is_some()).map(IdentityKey::Domain);
    let mut keys: Vec<IdentityKey> = Vec::new();
    for key in named.chain(used) {
        if keys.len() < ABOVE && !organisation.keys.contains(&key) && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The keys around which the head office of an organisation may be found: those [`above`] it, and domains of its own, which others may use. Who was
/// known first owns a domain, and that says nothing of who leads.
pub fn ties(organisation: &Organisation) -> Vec<IdentityKey> {
    let mut keys = above(organisation);
    if tax_ids(organisation).next().is_some() {
        keys.extend(organisation.keys.iter().filter(|key| matches!(key, IdentityKey::Domain(_))).take(ABOVE).cloned());
    }
    keys
}

/// Whether two forms of one organisation are led, and lead, alike.
pub fn lead_alike(a: &Organisation, b: &Organisation) -> bool {
    a.keys == b.keys && a.name == b.name && a.apart == b.apart && above(a) == above(b)
}

fn tax_ids(organisation: &Organisation) -> impl Iterator<Item = &str> {
    organisation.keys.iter().filter_map(tax_of)
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

/// The head office of an organisation among those around one of its [`ties`], if one of them is that; the same whoever was known first.
///
/// Whom a record names as its parent is. Who uses the same domain is where both are legal entities of their own (their tax ids differ), their names
/// have something in common, one web site for all of a group, and the names say which of them leads. Whom somebody said not to be the same
/// as it is not, and then nobody is, as the next likeliest may be of the same group.
pub fn head<'o>(organisation: &Organisation, key: &IdentityKey, around: &'o [Organisation]) -> Option<&'o Organisation> {
    let others = || around.iter().filter(|other| other.id != organisation.id);
    let head = match key {
        IdentityKey::Domain(domain) => {
            let named = is_named(organisation, key);
            let place = standing(organisation);
            let leads = |other: &Organisation| named || standing(other) < place && is_kin(organisation, other);
            let users = others().filter(|other| other.keys.contains(key) || domains(other).any(|used| used == *domain));
            users.filter(|other| leads(other)).min_by_key(|other| (standing(other), other.id))
        }
        IdentityKey::TaxId(_) | IdentityKey::Phone(_) | IdentityKey::NamePlace(..) | IdentityKey::Unnamed(_) => {
            others().find(|owner| owner.keys.contains(key))
        }
    };
    head.filter(|head| !are_kept_apart(organisation, head))
}

/// Whether a record names the owner of this key as the parent.
fn is_named(organisation: &Organisation, key: &IdentityKey) -> bool {
    let of_parent = |value: &Value| matches!(value, Value::Url(url) if url.host_str().and_then(own_domain).map(IdentityKey::Domain).as_ref() == Some(key));
    organisation.facts(FactName::Parent).any(|fact| of_parent(&fact.value))
}

fn is_kin(a: &Organisation, b: &Organisation) -> bool {
    let name = |one: &Organisation| one.name.as_deref().map(CompanyName::parse);
    contradicting(a, b).is_some() && name(a).zip(name(b)).is_some_and(|(a, b)| linkage::are_alike(&a, &b) || begin_alike(&a.core, &b.core))
}

/// "Ferrovial Servicios" and "Ferrovial Construcción": what a group is called comes first.
fn begin_alike(a: &str, b: &str) -> bool {
    let first = |name: &str| name.split(' ').next().map(str::to_owned).filter(|word| word.chars().count() > 3);
    first(a).is_some_and(|first_of_a| Some(first_of_a) == first(b))
}

/// How likely a name is a head office's: the less, the likelier. What says so goes first; a group is called as its members are, in fewer words.
fn standing(organisation: &Organisation) -> (u8, usize) {
    let name = organisation.name.as_deref().unwrap_or_default();
    let words = text::words(name);
    let has = |list: &[&str]| words.split(' ').any(|word| list.contains(&word));
    let rank = match (has(IS_LED), has(LEADS)) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    };
    (rank, CompanyName::parse(name).core.split(' ').count())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::ids::RecordId;
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
        let led_by =
            |one: &Organisation, other: &Organisation| ties(one).iter().any(|key| head(one, key, std::slice::from_ref(other)).is_some());
        let cases: [Case<'_>; 10] = [
            ("Acme Sur", &[site], &[tax("ESB87654321")], true),
            ("Acme Sur", &[(Email, "ventas@acme.example.com")], &[tax("ESB87654321")], true),
            // Nobody can tell who leads.
            ("Acmé", &[site], &[tax("ESB87654321")], false),
            ("Grupo Acme", &[site], &[tax("ESB87654321")], false),
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
            let mut member = with(name, facts, keys);
            member.records = vec![RecordId(7)];
            assert_eq!(led_by(&member, &parent), want, "{name} {facts:?} {keys:?}");
            assert_eq!(led_by(&parent, &member), name == "Grupo Acme", "{name}: nobody leads whom it is led by");
            let apart = Organisation { apart: BTreeSet::from([RecordId(7)]), ..parent.clone() };
            assert!(!led_by(&member, &apart), "{name}: somebody said that it is not");
        }
        assert_eq!((above(&parent), ties(&parent).len()), (vec![], 2));
        // Whoever was known first owns the domain.
        let shared = IdentityKey::Domain("example.com".to_owned());
        let (first, later) =
            (with("Acme Sur", &[site], &[tax("ESB87654321"), shared.clone()]), with("acme", &[site], &[tax("ESB12345674")]));
        assert!(led_by(&first, &later) && !led_by(&later, &first));
        // Of several the likeliest.
        let all =
            [parent.clone(), with("Grupo Acme", &[site], &[tax("ESA58818501")]), with("Acme Sur Dos", &[site], &[tax("ESB87654321")])];
        for turn in 0..3 {
            let mut all = all.clone();
            all.rotate_left(turn);
            let of = |name: &str| head(all.iter().find(|one| one.title() == name).unwrap(), &shared, &all).map(Organisation::title);
            assert_eq!([of("Acme Sur Dos"), of("acme"), of("Grupo Acme")], [Some("Grupo Acme"), Some("Grupo Acme"), None]);
        }
    }

    #[test]
    fn names_say_who_is_likelier_the_head_office() {
        let named = |name: &str| standing(&organisation(name, &[]));
        for (head, below) in [
            ("Grupo Acme", "Acme Sur SL"),
            ("Acme SA", "Acme SA Sucursal en Portugal"),
            ("ООО Ромашка", "Ромашка, филиал в Твери"),
            ("Acme Holding", "Acme Niederlassung Köln"),
            ("Acme SA", "Acme Portugal, Lda."),
        ] {
            assert!(named(head) < named(below), "{head} / {below}");
        }
    }
}
