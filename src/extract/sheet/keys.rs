//! The key of each row: what of it stays when the file is corrected and brought in again. Knows no file.

use std::collections::{BTreeMap, HashMap};

use crate::base::ids::hash64;
use crate::base::text::{clip, fold, words};
use crate::model::{FieldName, Found};

type Fields = BTreeMap<FieldName, Found>;
/// A row with its line and its key.
type Keyed = (u64, String, Fields);

/// Characters of one part of a key.
const PART: usize = 120;

/// Gives every row a key and drops those that say the same as one before in every cell; returns these with the lines of both.
///
/// A row is known by its tax number, else its e-mail address, else name and place, else its telephone number, else by all it says. Where several
/// rows have the first of these in common (two people of one company), each of them is known by the next one besides: so that the order of the
/// rows decides nothing.
pub(super) fn give(rows: Vec<(u64, Fields)>) -> (Vec<Keyed>, Vec<(u64, u64)>) {
    let (mut first, mut repeats, mut single) = (HashMap::new(), Vec::new(), Vec::new());
    for (line, fields) in rows {
        let whole = whole(&fields);
        if let Some(before) = first.get(&whole) {
            repeats.push((line, *before));
        } else {
            first.insert(whole, line);
            let mut parts = parts(&fields);
            parts.push(format!("row:{whole:016x}"));
            single.push((line, parts, fields));
        }
    }
    let mut depth = vec![1_usize; single.len()];
    let key = |parts: &[String], depth: usize| parts[..depth.min(parts.len())].join(" | ");
    // Each round lengthens all keys that several rows have; the last part is no two rows'.
    let most = single.iter().map(|(_, parts, _)| parts.len()).max().unwrap_or(0);
    for _ in 0..most {
        let mut count: HashMap<String, usize> = HashMap::new();
        let keys: Vec<String> = single.iter().zip(&depth).map(|((_, parts, _), depth)| key(parts, *depth)).collect();
        for key in &keys {
            *count.entry(key.clone()).or_default() += 1;
        }
        if count.values().all(|n| *n == 1) {
            break;
        }
        for (depth, key) in depth.iter_mut().zip(&keys) {
            *depth += usize::from(count[key] > 1);
        }
    }
    let keyed = single.into_iter().zip(depth).map(|((line, parts, fields), depth)| (line, key(&parts, depth), fields));
    (keyed.collect(), repeats)
}

/// A hash over all that a row says, however it is spelled.
fn whole(fields: &Fields) -> u64 {
    let said: Vec<String> = fields.iter().map(|(name, found)| format!("{name}\u{1f}{}", fold(&found.value.text()))).collect();
    hash64(&said.iter().map(String::as_bytes).collect::<Vec<_>>())
}

/// By what a row is known, the surest first.
fn parts(fields: &Fields) -> Vec<String> {
    let first = |name: &str| fields.get(name).and_then(|found| found.value.each().first().map(crate::model::Value::text));
    let said = |names: &[&str]| names.iter().find_map(|name| first(name)).map(|text| words(&text)).filter(|text| !text.is_empty());
    let tax = first("tax_id").map(|id| id.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase());
    let who = [said(&["company", "name"]), said(&["place", "address", "postcode", "region"]), said(&["person"])];
    let named = who[0].is_some() || who[2].is_some();
    [
        tax.filter(|id| id.len() >= 5).map(|id| format!("tax:{id}")),
        first("email").map(|email| format!("email:{}", email.to_lowercase())),
        named.then(|| format!("name:{}", who.map(Option::unwrap_or_default).join(","))),
        first("phone").map(|phone| format!("phone:{phone}")),
    ]
    .into_iter()
    .flatten()
    .map(|part| clip(&part, PART))
    .collect()
}
