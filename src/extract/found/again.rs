//! A record that a list shows twice: in its place, and in a box for those who pay for it, under an address that counts who comes, without its legal
//! form, or with a slogan behind its name. It is one record.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use url::Url;

use super::Raw;
use crate::base::text::words;
use crate::model::{CompanyName, Draft, FieldName, KEY_PARTS, Record, Value};

/// Fields by which two of one name are the same: one of these that both have says so, and one that differs denies it.
const TELLING: [&str; 7] = ["phone", "email", "tax_id", "website", "address", "postcode", "place"];

/// The field that says where somebody stands at a fair, and what is between two of them.
const STAND: &str = "stand";
const STANDS: &str = "; ";

/// Digits of a telephone number, and of those at its end that are looked up.
const NUMBER: usize = 6;
const LAST: usize = 8;
/// Entries of one record: a number that more have is nobody's own.
const MANY: usize = 6;
/// Entries of one name that are looked at beside each other.
const NAMESAKES: usize = 12;
/// What stands between a name and a slogan.
const SLOGAN: [&str; 6] = [" – ", " — ", " - ", " | ", ": ", " · "];

/// Which records of a list are shown a second time under their own address: the one that says most stays.
pub(super) fn second(records: &[Raw], keys: &[String]) -> HashSet<usize> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
    let mut out = HashSet::new();
    for (at, key) in keys.iter().enumerate() {
        let Some(other) = first.get_mut(key.as_str()) else {
            first.insert(key, at);
            continue;
        };
        if is_called_as(&records[*other].name, &records[at].name) {
            let fuller = records[at].cells.len() > records[*other].cells.len();
            out.insert(if fuller { std::mem::replace(other, at) } else { at });
        }
    }
    out
}

/// Leaves one of those that are the same: what is known, else what leads where the others lead, else what says more.
pub(super) fn one_each(drafts: &mut Vec<Draft>, known: &[&Record]) {
    let mut groups: HashMap<(bool, String), Vec<usize>> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        if let Some(name) = super::super::has_name(draft) {
            let by = std::iter::once((false, words(&name))).chain(ways(draft).map(|way| (true, way)));
            by.for_each(|by| groups.entry(by).or_default().push(at));
        }
    }
    // What many are reached by is that of the house, and what many are called tells none of them apart: each of a group is looked at beside all others.
    groups.retain(|(way, _), all| all.len() > 1 && all.len() <= if *way { MANY } else { NAMESAKES });
    if groups.is_empty() {
        return;
    }
    let keys: HashSet<&str> = known.iter().map(|record| record.key.as_str()).collect();
    let mut parts: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for draft in drafts.iter() {
        *parts.entry(part(draft)).or_default() += 1;
    }
    let is_known = |at: usize| keys.contains(drafts[at].key.as_str());
    let rank = |at: usize| {
        let (draft, name) = (&drafts[at], name(&drafts[at]));
        let plain = (without_slogan(&name).is_none(), CompanyName::parse(&name).form.is_some());
        (is_known(at), parts.get(&part(draft)).copied().unwrap_or(0), draft.fields.len(), plain, std::cmp::Reverse(at))
    };
    let mut one_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort_unstable();
    for mut all in groups {
        all.retain(|at| !one_of.contains_key(at));
        all.sort_by_cached_key(|at| std::cmp::Reverse(rank(*at)));
        let mut kept: Vec<usize> = Vec::new();
        for at in all {
            match kept.iter().find(|other| !is_known(at) && is_same(&drafts[**other], &drafts[at])) {
                Some(other) => drop(one_of.insert(at, *other)),
                None => kept.push(at),
            }
        }
    }
    for (copy, kept) in &one_of {
        // The second of one name has its number in its key, whichever of them stays.
        let numbered = |one: &str, other: &str| other.strip_prefix(one).is_some_and(|rest| rest.starts_with(KEY_PARTS));
        let (own, other) = (drafts[*kept].key.clone(), drafts[*copy].key.clone());
        if numbered(&other, &own) && !keys.contains(own.as_str()) {
            drafts[*kept].key = other;
        } else if numbered(&own, &other) && drafts[*copy].fields.len() > drafts[*kept].fields.len() {
            drafts.swap(*copy, *kept);
            drafts[*kept].key = own;
        }
        if has_two_stands(&drafts[*kept], &drafts[*copy]) {
            let other = drafts[*copy].clone();
            add_stand(&mut drafts[*kept], &other);
        }
    }
    let mut at = 0;
    drafts.retain(|_| {
        at += 1;
        !one_of.contains_key(&(at - 1))
    });
}

/// Whether two are one: they have one telephone number, or agree in something that tells and differ in nothing that does; and are no two entries of
/// one part of the site, which counts its own. Of two whose names are not the same, a number or a site must be.
fn is_same(one: &Draft, other: &Draft) -> bool {
    let (here, there) = (part(one), part(other));
    if has_two_stands(one, other) {
        return true;
    }
    if here.is_some() && here == there {
        return false;
    }
    let rings = rings(one, other) || rings(other, one);
    let both = TELLING.iter().filter_map(|name| Some((*name, told(one.value(name)?), told(other.value(name)?))));
    let both: Vec<(&str, String, String)> = both.filter(|(name, ..)| *name != "website" || here.is_some() == there.is_some()).collect();
    let agree = both.iter().all(|(name, one, other)| one == other || *name == "phone" && rings);
    let (mine, theirs) = (name(one), name(other));
    if words(&mine) == words(&theirs) {
        return rings || agree && !both.is_empty();
    }
    let site = || both.iter().any(|(name, ..)| *name == "website");
    agree && (rings || site()) && is_called_as(&mine, &theirs)
}

/// Whether two are one company with two stands at a fair: of one name, and nothing that tells differs.
fn has_two_stands(one: &Draft, other: &Draft) -> bool {
    let stands = |draft: &Draft| draft.value(STAND).is_some();
    let differs = |field: &str| matches!((one.value(field), other.value(field)), (Some(one), Some(other)) if told(one) != told(other));
    stands(one) && stands(other) && words(&name(one)) == words(&name(other)) && !TELLING.iter().any(|field| differs(field))
}

/// The stands of one company, in their order and not in that of the page.
fn add_stand(draft: &mut Draft, other: &Draft) {
    let field = FieldName::new(STAND);
    let Some((own, theirs)) = draft.fields.get_mut(&field).zip(other.value(STAND)) else { return };
    let (text, theirs) = (own.value.text(), theirs.text());
    let all: BTreeSet<&str> = text.split(STANDS).chain(theirs.split(STANDS)).collect();
    own.value = Value::Text(all.into_iter().collect::<Vec<_>>().join(STANDS));
}

fn name(draft: &Draft) -> String {
    super::super::has_name(draft).unwrap_or_default()
}

/// Whether two names are one: but for the legal form of the one, and for a slogan behind it.
fn is_called_as(one: &str, other: &str) -> bool {
    let core = |name: &str| Some(CompanyName::parse(name).core).filter(|core| !core.is_empty());
    let same = |one: &str, other: &str| core(one).is_some_and(|own| core(other).is_some_and(|theirs| own == theirs));
    let with = |long: &str, short: &str| without_slogan(long).is_some_and(|name| same(name, short));
    words(one) == words(other) || same(one, other) || with(one, other) || with(other, one)
}

fn without_slogan(name: &str) -> Option<&str> {
    SLOGAN.iter().filter_map(|mark| name.find(mark)).min().map(|at| &name[..at]).filter(|name| !name.trim().is_empty())
}

/// How a record is reached: the ends of its numbers, and its site.
fn ways(draft: &Draft) -> impl Iterator<Item = String> {
    draft.fields.iter().filter_map(|(name, found)| match &found.value {
        Value::Url(url) if name.as_str() == "website" => Some(format!("{}{}", url.host_str().unwrap_or_default(), url.path())),
        value if is_number(name.as_str(), value) => {
            let digits = digits(value);
            let from = digits.len().saturating_sub(LAST);
            (digits.len() >= NUMBER).then(|| digits[from..].to_owned())
        }
        _ => None,
    })
}

fn digits(value: &Value) -> String {
    value.text().chars().filter(char::is_ascii_digit).collect()
}

/// Whether a value may be a telephone number.
fn is_number(name: &str, value: &Value) -> bool {
    let number = matches!(value, Value::Phone(_) | Value::Text(_) | Value::Number(_));
    number && name != "tax_id" && !value.text().contains(char::is_alphabetic)
}

/// Whether the telephone number of the one is said of the other too: in a box that leaves out the town, the number stands where the town does.
fn rings(one: &Draft, other: &Draft) -> bool {
    let Some(own) = one.value("phone").map(digits).filter(|own| own.len() >= NUMBER) else { return false };
    let mut said = other.fields.iter().filter(|(name, found)| is_number(name.as_str(), &found.value));
    said.any(|(_, found)| {
        let theirs = digits(&found.value);
        theirs.len() >= NUMBER && (own.ends_with(&theirs) || theirs.ends_with(&own))
    })
}

fn told(value: &Value) -> String {
    words(&value.text())
}

/// The part of the site in which a record has its page; `None`: it has none there.
fn part(draft: &Draft) -> Option<String> {
    let Value::Url(url) = draft.value("url")? else { return None };
    let above = |url: &Url| url.path().rsplit_once('/').map_or_else(String::new, |(above, _)| above.to_owned());
    let names = url.query_pairs().map(|(name, _)| name.into_owned()).collect::<Vec<_>>().join("&");
    let way = if names.is_empty() { above(url) } else { url.path().to_owned() };
    Some(format!("{}{way}?{names}", url.host_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::record;
    use crate::model::{FieldName, Found, RecordKind};

    fn draft(key: &str, fields: &[(&str, &str)]) -> Draft {
        let value = |name: &str, text: &str| match name {
            "url" => Value::Url(format!("https://a.example{text}").parse().expect("url")),
            _ => Value::Text(text.to_owned()),
        };
        let found = |name: &str, text: &str| Found { value: value(name, text), quote: String::new(), path: String::new() };
        Draft {
            key: key.to_owned(),
            kind: RecordKind::Company,
            url: "https://a.example/".parse().expect("url"),
            fields: fields.iter().map(|(name, text)| (FieldName::new(name), found(name, text))).collect(),
            detail: None,
            partial: false,
            again: false,
        }
    }

    #[test]
    fn who_is_shown_twice_is_one() {
        let member = [("name", "Acme, S.L."), ("phone", "+34947200331"), ("place", "Soria"), ("url", "/m/1")];
        for (box_of, known, want) in [
            (&[("name", "ACME, S.L."), ("phone", "+34 947 200 331"), ("url", "/redirect?id=7")][..], false, &["b", "m", "o"][..]),
            (&[("name", "Acme, S.L."), ("place", "Soria"), ("url", "/redirect?id=7")], false, &["b", "m", "o"]),
            (&[("name", "Acme, S.L."), ("phone", "+34 947 200 331"), ("place", "Soria")], false, &["b", "m", "o"]),
            // What is known stays, whichever it is.
            (&[("name", "Acme, S.L."), ("phone", "+34 947 200 331"), ("url", "/redirect?id=7")], true, &["s", "b", "m", "o"]),
            // Of one name and one number it is one, wherever the number stands.
            (&[("name", "Acme, S.L."), ("phone", "947 200 331"), ("place", "Paid"), ("url", "/redirect?id=7")], false, &["b", "m", "o"]),
            (&[("name", "Acme, S.L."), ("place", "947 20 03 31"), ("url", "/redirect?id=7")], false, &["b", "m", "o"]),
            // Others: a branch, another of the same name, one of whom nothing else is said.
            (&[("name", "Acme, S.L."), ("phone", "+34 947 200 332"), ("place", "Soria"), ("url", "/r?id=7")], false, &["s", "b", "m", "o"]),
            (&[("name", "Acme, S.L."), ("phone", "+34 947 200 331"), ("url", "/m/2")], false, &["s", "b", "m", "o"]),
            (&[("name", "Acme, S.L."), ("url", "/redirect?id=7")], false, &["s", "b", "m", "o"]),
            (&[("name", "Bolt, S.L."), ("phone", "+34 947 200 331"), ("url", "/redirect?id=7")], false, &["s", "b", "m", "o"]),
            // Without its legal form, or with a slogan, and with its number.
            (&[("name", "Acme"), ("phone", "+34 947 200 331"), ("url", "/redirect?id=7")], false, &["b", "m", "o"]),
            (&[("name", "Acme SL – the best jars"), ("phone", "947 200 331"), ("text", "Jars of all kinds")], false, &["b", "m", "o"]),
            (&[("name", "Acme | jars"), ("phone", "947 200 331"), ("place", "Soria")], false, &["b", "m", "o"]),
            (&[("name", "Acme"), ("place", "Soria"), ("url", "/redirect?id=7")], false, &["s", "b", "m", "o"]),
            (&[("name", "Acme – Burgos"), ("phone", "947 200 331"), ("place", "Burgos")], false, &["s", "b", "m", "o"]),
            (&[("name", "Acme Motor"), ("phone", "947 200 331"), ("place", "Soria")], false, &["s", "b", "m", "o"]),
        ] {
            let others = [("b", [("name", "Beta"), ("url", "/m/8")]), ("o", [("name", "Omega"), ("url", "/m/9")])];
            let mut all = vec![draft("s", box_of), draft("b", &others[0].1), draft("m", &member), draft("o", &others[1].1)];
            let stored = [record("s", "s", RecordKind::Company, &[]), record("s", "m", RecordKind::Company, &[])];
            let stored: Vec<&Record> = if known { stored.iter().collect() } else { Vec::new() };
            one_each(&mut all, &stored);
            assert_eq!(all.iter().map(|draft| draft.key.as_str()).collect::<Vec<_>>(), want, "{box_of:?}");
        }
    }

    #[test]
    fn the_key_of_a_name_is_that_of_the_first_and_what_is_said_that_of_the_fuller() {
        let numbered = format!("acme{KEY_PARTS}2");
        for (keys, known, want) in
            [([numbered.as_str(), "acme"], false, "acme"), (["acme", &numbered], false, "acme"), (["acme", &numbered], true, "acme")]
        {
            let copy = [("name", "Acme"), ("place", "Soria")];
            let own = [("name", "Acme"), ("place", "Soria"), ("phone", "947 200 331")];
            let mut all = vec![draft(keys[0], &copy), draft(keys[1], &own), draft("b", &[("name", "Beta"), ("place", "Soria")])];
            let stored = record("s", "acme", RecordKind::Company, &[]);
            one_each(&mut all, &if known { vec![&stored] } else { Vec::new() });
            let said: Vec<(&str, usize)> = all.iter().map(|draft| (draft.key.as_str(), draft.fields.len())).collect();
            assert_eq!(said, [(want, 3), ("b", 2)], "{keys:?} {known}");
        }
    }

    #[test]
    fn who_has_two_stands_is_one_with_both() {
        let first = [("name", "Acme, S.L."), ("stand", "B12"), ("industry", "Cold")];
        for (second, want) in [
            (&[("name", "ACME, S.L."), ("stand", "A7")][..], Some("A7; B12")),
            (&[("name", "Acme, S.L."), ("stand", "A7"), ("url", "/e/9")], Some("A7; B12")),
            (&[("name", "Acme, S.L."), ("stand", "B12")], Some("B12")),
            (&[("name", "Acme, S.A."), ("stand", "A7")], None),
            (&[("name", "Acme, S.L."), ("place", "Soria")], None),
        ] {
            let mut all = vec![draft("acme", &first), draft("b", &[("name", "Beta"), ("stand", "A7")]), draft("again", second)];
            one_each(&mut all, &[]);
            let stand = all.iter().find(|draft| draft.key == "acme").and_then(|draft| draft.value("stand")).map(Value::text);
            assert_eq!(
                (all.len(), stand.as_deref()),
                if let Some(stands) = want { (2, Some(stands)) } else { (3, Some("B12")) },
                "{second:?}"
            );
        }
    }
}
