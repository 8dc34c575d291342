//! A record that a list shows twice: in its place, and in a box for those who pay for it, under an address that counts who comes. It is one record.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use crate::base::text::words;
use crate::model::{Draft, Record, Value};

/// Fields by which two of one name are the same: one of these that both have says so, and one that differs denies it.
const TELLING: [&str; 7] = ["phone", "email", "tax_id", "website", "address", "postcode", "place"];

/// Digits of a telephone number.
const NUMBER: usize = 6;

/// Leaves one of those that are the same: what is known, else what leads where the others lead, else what says more.
pub(super) fn one_each(drafts: &mut Vec<Draft>, known: &[&Record]) {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        if let Some(name) = super::super::has_name(draft) {
            by_name.entry(words(&name)).or_default().push(at);
        }
    }
    by_name.retain(|_, all| all.len() > 1);
    if by_name.is_empty() {
        return;
    }
    let keys: HashSet<&str> = known.iter().map(|record| record.key.as_str()).collect();
    let mut parts: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for draft in drafts.iter() {
        *parts.entry(part(draft)).or_default() += 1;
    }
    let rank = |at: usize| {
        let draft = &drafts[at];
        (keys.contains(draft.key.as_str()), parts.get(&part(draft)).copied().unwrap_or(0), draft.fields.len(), std::cmp::Reverse(at))
    };
    let mut left_out: HashSet<usize> = HashSet::new();
    for mut all in by_name.into_values() {
        all.sort_by_key(|at| std::cmp::Reverse(rank(*at)));
        let mut kept: Vec<usize> = Vec::new();
        for at in all {
            let is_known = keys.contains(drafts[at].key.as_str());
            if !is_known && kept.iter().any(|other| is_same(&drafts[*other], &drafts[at])) {
                left_out.insert(at);
            } else {
                kept.push(at);
            }
        }
    }
    let mut at = 0;
    drafts.retain(|_| {
        at += 1;
        !left_out.contains(&(at - 1))
    });
}

/// Whether two of one name are one: they have one telephone number, or agree in something that tells and differ in nothing that does; and are no two
/// entries of one part of the site, which counts its own.
fn is_same(one: &Draft, other: &Draft) -> bool {
    let (here, there) = (part(one), part(other));
    if here.is_some() && here == there {
        return false;
    }
    if rings(one, other) || rings(other, one) {
        return true;
    }
    let both = TELLING.iter().filter_map(|name| Some((*name, told(one.value(name)?), told(other.value(name)?))));
    let both: Vec<(&str, String, String)> = both.filter(|(name, ..)| *name != "website" || here.is_some() == there.is_some()).collect();
    let linked = here.is_some() || there.is_some();
    // Two entries without pages of their own at one place may be two.
    let agree = both.iter().any(|(name, one, other)| one == other && (linked || !matches!(*name, "place" | "postcode")));
    agree && both.iter().all(|(_, one, other)| one == other)
}

/// Whether the telephone number of the one is said of the other too: in a box that leaves out the town, the number stands where the town does.
fn rings(one: &Draft, other: &Draft) -> bool {
    let digits = |value: &Value| value.text().chars().filter(char::is_ascii_digit).collect::<String>();
    let Some(own) = one.value("phone").map(digits).filter(|own| own.len() >= NUMBER) else { return false };
    let number = |value: &Value| !matches!(value, Value::Url(_)) && !value.text().contains(char::is_alphabetic);
    let mut said = other.fields.iter().filter(|(name, found)| name.as_str() != "tax_id" && number(&found.value));
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
        ] {
            let others = [("b", [("name", "Beta"), ("url", "/m/8")]), ("o", [("name", "Omega"), ("url", "/m/9")])];
            let mut all = vec![draft("s", box_of), draft("b", &others[0].1), draft("m", &member), draft("o", &others[1].1)];
            let stored = [record("s", "s", RecordKind::Company, &[]), record("s", "m", RecordKind::Company, &[])];
            let stored: Vec<&Record> = if known { stored.iter().collect() } else { Vec::new() };
            one_each(&mut all, &stored);
            assert_eq!(all.iter().map(|draft| draft.key.as_str()).collect::<Vec<_>>(), want, "{box_of:?}");
        }
    }
}
