//! What a reading teaches for the next one: where the fields stand, how many records have them, which contacts are the site's own; and what that was
//! there before is found no more.

use std::collections::{HashMap, HashSet};

use super::super::Input;
use super::super::contacts;
use super::super::reading::Reading;
use super::align::Aligned;
use super::whose::{contact_mark, mark_of_number, mark_of_words};
use super::{ENOUGH, FEW, MOST, USED_TO};
use crate::model::{Extract, FieldName, Learned, LearnedField};

/// Records of a short page that do not lose a field at once by chance.
const TOGETHER: usize = 3;

/// The contacts that stand on the page and in none of its records.
pub(super) fn own_contacts(reading: &Reading, extract: &Extract, mut before: Vec<u64>) -> Vec<u64> {
    let of_records: HashSet<u64> = extract
        .records
        .iter()
        .flat_map(|draft| &draft.fields)
        .filter_map(|(field, found)| contact_mark(field.as_str(), &found.value))
        .collect();
    let contacts::Contacts { emails, phones, unread, .. } = &reading.contacts;
    let numbers = phones.iter().chain(unread).map(|contact| mark_of_number(&contact.value));
    for hash in emails.iter().map(|contact| mark_of_words(&contact.value)).chain(numbers) {
        if !of_records.contains(&hash) && !before.contains(&hash) && before.len() < Learned::OWN {
            before.push(hash);
        }
    }
    before
}

/// What a reading teaches.
pub(super) struct Learns<'l> {
    pub(super) aligned: &'l Aligned,
    pub(super) filled: &'l HashMap<FieldName, (usize, String)>,
    pub(super) records: usize,
    /// How many of the records that are known of this page have a field.
    pub(super) had: &'l dyn Fn(&FieldName) -> usize,
    /// Whether somebody has a name for a field: what is only a column may come and go.
    pub(super) named: &'l dyn Fn(&str) -> bool,
}

impl Learns<'_> {
    /// What is known from now on, and whether something that was there is in doubt.
    pub(super) fn from(&self, before: Learned, input: &Input<'_>) -> (Learned, bool) {
        let share = |name: &FieldName| {
            let with = self.filled.get(name).map_or(0, |(with, _)| *with);
            u16::try_from(with * 1_000 / self.records.max(1)).unwrap_or(1_000)
        };
        let says = self.records >= ENOUGH;
        let mut doubts: Vec<String> = Vec::new();
        let mut fields: Vec<LearnedField> = Vec::new();
        for mut field in before.fields {
            let (now, place) = (share(&field.name), self.aligned.place_of(&field.name));
            // A short page says nothing of how many have it, but that all lost it together.
            let none = self.filled.get(&field.name).is_none() && (self.had)(&field.name) >= TOGETHER;
            let missed = field.share >= MOST && (says && now <= FEW || none);
            if missed && field.gone < USED_TO {
                field.gone += 1;
                if !(self.named)(field.name.as_str()) {
                    fields.push(field);
                    continue;
                }
                let instead =
                    self.aligned.instead(field.place).map(|words| format!("; at its place stands now \"{words}\"")).unwrap_or_default();
                let percent = (field.share + 5) / 10;
                doubts.push(format!(
                    "`{}` was in {percent} % of the records (such as \"{}\") and is in {} % now{instead}",
                    field.name,
                    field.example,
                    (now + 5) / 10
                ));
                fields.push(field);
                continue;
            }
            if missed {
                continue;
            }
            field.gone = 0;
            field.place = place.unwrap_or(field.place);
            if says {
                field.share = (3 * field.share + now) / 4;
            }
            fields.push(field);
        }
        for (name, (_, example)) in self.filled {
            if fields.len() < Learned::FIELDS && !fields.iter().any(|field| field.name == *name) {
                let place = self.aligned.place_of(name).unwrap_or(0);
                fields.push(LearnedField { name: name.clone(), place, share: share(name), gone: 0, example: example.clone() });
            }
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        let relaid = if self.aligned.relaid { Some(input.now) } else { before.relaid };
        let doubt = (!doubts.is_empty()).then(|| doubts.join("; "));
        let doubtful = doubt.is_some();
        (Learned { fields, path: before.path, own: before.own, pages: before.pages, relaid, doubt }, doubtful)
    }
}
