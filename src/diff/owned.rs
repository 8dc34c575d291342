//! What a record's own page said of it stays as it was until that page is read again: that its link leads elsewhere, or to nothing, says nothing of the
//! record. Values from an own page are known by the place that they name.

use crate::base::text::clip;
use crate::model::{Draft, Field, Found, Record};

/// What the places of values begin with that an own page said.
const OWN: &str = "own page: ";
/// Own pages that cannot be read, of which it is said.
const SEVERAL: usize = 2;
/// Characters of an example.
const EXAMPLE: usize = 80;

/// Names the own page as the place of what it said: of what a draft has now, and had not before it was read.
pub fn mark_own(before: &Draft, after: &mut Draft) {
    let said = after.fields.iter_mut().filter(|(name, found)| before.fields.get(*name) != Some(found));
    said.for_each(|(_, found)| found.path.insert_str(0, OWN));
}

/// Whether something is known of a record that its own page said.
pub fn has_own(record: &Record) -> bool {
    record.fields.values().any(is_own)
}

/// Whether an own page said this.
pub fn is_own(field: &Field) -> bool {
    field.path.starts_with(OWN)
}

/// Whether a draft whose own page was read again has nothing of all that this page said of its record.
pub fn lost_own(draft: &Draft, record: &Record) -> bool {
    let mut said = record.fields.iter().filter(|(_, field)| is_own(field)).peekable();
    said.peek().is_some() && said.all(|(name, _)| !draft.fields.contains_key(name))
}

/// Gives a draft whose own page is not read what that page said before.
pub fn keep_own(draft: &mut Draft, record: &Record) {
    for (name, field) in record.fields.iter().filter(|(_, field)| is_own(field)) {
        let known = || Found { value: field.value.clone(), quote: field.quote.clone(), path: field.path.clone() };
        draft.fields.entry(name.clone()).or_insert_with(known);
    }
}

/// That most own pages cannot be read, in words: of `of` those with these names, for these reasons. `said`: they were once.
pub fn own_unread(unread: &[(String, String)], of: usize, said: bool) -> Option<String> {
    let (name, why) = unread.first().filter(|_| unread.len() >= SEVERAL && unread.len() * 2 > of)?;
    let [more, kept] = if said { [" any more", "what they said is kept, and "] } else { ["", ""] };
    Some(format!(
        "the own pages of {} of {of} records cannot be read{more} (that of \"{}\": {}); {kept}`detail = \"off\"` says that they are not to be read",
        unread.len(),
        clip(name, EXAMPLE),
        clip(why, EXAMPLE)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_gives_nothing_of_all_that_it_gave_is_built_otherwise() {
        use crate::model::{FieldName, RecordKind, Value, sample};
        let mut record = sample::record("club", "1", RecordKind::Company, &[("name", "Alba"), ("phone", "1"), ("place", "Ulm")]);
        for name in ["phone", "place"] {
            record.fields.entry(FieldName::new(name)).and_modify(|field| field.path.insert_str(0, OWN));
        }
        for (fields, lost) in
            [(&["name"][..], true), (&["name", "email"], true), (&["name", "place"], false), (&["name", "phone", "place"], false)]
        {
            let found = Found { value: Value::Text("x".into()), quote: "x".into(), path: "p".into() };
            let mut draft = sample::draft("1", &[]);
            draft.fields = fields.iter().map(|name| (FieldName::new(name), found.clone())).collect();
            assert_eq!(lost_own(&draft, &record), lost, "{fields:?}");
        }
        record.fields.retain(|_, field| !is_own(field));
        let draft = sample::draft("1", &[]);
        assert!(!lost_own(&draft, &record), "it never gave anything");
    }

    #[test]
    fn most_of_several_own_pages_are_told_of() {
        let unread = |n: usize| vec![("Alba".to_owned(), "404".to_owned()); n];
        for (n, had, told) in [(0, 0, false), (1, 1, false), (2, 2, true), (2, 4, false), (3, 5, true), (5, 20, false)] {
            assert_eq!(own_unread(&unread(n), had, true).is_some(), told, "{n} of {had}");
        }
    }
}
