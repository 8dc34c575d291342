//! Sets apart what a list holds and is none of its records: entries that nobody knows and that have nothing of what nearly all others have, but
//! something else instead, which none of these has. Such are the news and events that stand beside a directory in the same boxes: they have a day
//! where a member has its town, and lead to another part of the site.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use url::Url;

use crate::base::text::clip;
use crate::model::{BadEntry, Draft, Record, RecordKind, Value};

/// Records that are shown, before they say what a record of this list has.
const ENOUGH: usize = 8;
/// Things that nearly all of them have: one alone may be missing.
const USUAL: usize = 2;
/// Of how many in a hundred nearly all are, where the records are known and where they are not: then news are among them.
const KNOWN: usize = 90;
const UNKNOWN: usize = 70;
/// Fields that everything in a box has.
const OF_ANY: [&str; 3] = ["name", "title", "image"];
/// Fields that are days.
const DAYS: [&str; 5] = ["date", "time", "published", "updated", "deadline"];
/// Fields by which somebody is reached: who has one is nobody's news.
const REACHED: [&str; 5] = ["phone", "mobile", "email", "tax_id", "postcode"];
/// Words of a sentence.
const PROSE: usize = 8;
/// Digits of a postcode, a year, a number in a street.
const DIGITS: usize = 3;
/// Fields named, and characters of an example.
const NAMED: usize = 4;
const EXAMPLE: usize = 60;

/// Something that an entry has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Has<'d> {
    /// A field of this name.
    Field(&'d str),
    /// A day, whatever the field is called: towns and days stand in the same place of such boxes.
    Day,
    /// A sentence.
    Prose,
    /// A page of its own in this part of the site.
    Page(String),
}

/// Takes out of a page's drafts what is none of its list's records, and says of each why. `is_day`: whether a text begins with a day.
pub fn set_apart(drafts: &mut Vec<Draft>, known: &[Record], is_day: &dyn Fn(&str) -> bool) -> Vec<BadEntry> {
    let keys: HashSet<&str> = known.iter().filter(|record| !record.gone).map(|record| record.key.as_str()).collect();
    let is_known = |draft: &Draft| keys.contains(draft.key.as_str());
    let shown = drafts.iter().filter(|draft| is_known(draft)).count();
    let (all, share) = if shown >= ENOUGH { (shown, KNOWN) } else { (drafts.len(), UNKNOWN) };
    let counts = |draft: &Draft| shown < ENOUGH || is_known(draft);
    if all < ENOUGH {
        return Vec::new();
    }
    let has: Vec<BTreeSet<Has<'_>>> = drafts.iter().map(|draft| of(draft, is_day)).collect();
    let mut with: BTreeMap<&Has<'_>, usize> = BTreeMap::new();
    for own in drafts.iter().zip(&has).filter(|(draft, _)| counts(draft)).flat_map(|(_, own)| own) {
        *with.entry(own).or_default() += 1;
    }
    let usual: BTreeSet<&Has<'_>> = with.into_iter().filter(|(_, with)| with * 100 >= all * share).map(|(own, _)| own).collect();
    let is_like = |own: &BTreeSet<Has<'_>>| own.iter().any(|one| usual.contains(one));
    let members: Vec<&BTreeSet<Has<'_>>> =
        drafts.iter().zip(&has).filter(|(draft, own)| counts(draft) && is_like(own)).map(|(_, own)| own).collect();
    let lead = usual.iter().any(|own| matches!(own, Has::Page(_)));
    let is_strange = |own: &Has<'_>| match own {
        Has::Field(_) => false,
        Has::Day | Has::Prose => !members.iter().any(|member| member.contains(own)),
        Has::Page(_) => lead && !members.iter().any(|member| member.contains(own)),
    };
    // Where nothing is known, only of a list of companies it is clear what is none.
    let may_be = |draft: &Draft| !is_known(draft) && !is_reached(draft) && (shown >= ENOUGH || draft.kind == RecordKind::Company);
    let is_other = |(draft, own): &(&Draft, &BTreeSet<Has<'_>>)| may_be(draft) && !is_like(own) && own.iter().any(is_strange);
    let other: Vec<&Draft> = drafts.iter().zip(&has).filter(is_other).map(|(draft, _)| draft).collect();
    // What is as many as the records is another list of them.
    if usual.len() < USUAL || other.is_empty() || other.len() * 2 > members.len() {
        return Vec::new();
    }
    let usual: Vec<&str> = usual.iter().map(|own| own.told()).take(NAMED).collect();
    let reason = format!("not taken for a record: it has none of what they have ({})", usual.join(", "));
    let name = |draft: &Draft| draft.value("name").or_else(|| draft.value("title")).map_or_else(|| draft.key.clone(), Value::text);
    let told = other.iter().map(|draft| BadEntry { path: clip(&name(draft), EXAMPLE), reason: reason.clone() }).collect();
    let other: HashSet<String> = other.into_iter().map(|draft| draft.key.clone()).collect();
    drafts.retain(|draft| !other.contains(&draft.key));
    told
}

impl Has<'_> {
    const fn told(&self) -> &str {
        match self {
            Self::Field(name) => name,
            Self::Day => "a date",
            Self::Prose => "a sentence",
            Self::Page(_) => "a page beside theirs",
        }
    }
}

/// Whether somebody is reached by what an entry says.
fn is_reached(draft: &Draft) -> bool {
    draft.fields.iter().any(|(name, found)| REACHED.contains(&name.as_str()) || matches!(found.value, Value::Phone(_) | Value::Email(_)))
}

/// What an entry has.
fn of<'d>(draft: &'d Draft, is_day: &dyn Fn(&str) -> bool) -> BTreeSet<Has<'d>> {
    let fields = draft.fields.iter().filter(|(name, _)| !OF_ANY.contains(&name.as_str()));
    let has = fields.filter_map(|(name, found)| match &found.value {
        Value::Url(url) if name.as_str() == "url" => part(url).map(Has::Page),
        Value::Date(_) | Value::Time(_) => Some(Has::Day),
        Value::Text(text) if DAYS.contains(&name.as_str()) || is_day(text) => Some(Has::Day),
        Value::Text(text) if is_prose(text) => Some(Has::Prose),
        _ => Some(Has::Field(name.as_str())).filter(|_| name.as_str() != "url"),
    });
    has.collect()
}

/// The part of a site in which a page is: its host and the way to its last step, numbers left out, and the names of its parameters.
fn part(url: &Url) -> Option<String> {
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let above = if names.is_empty() { steps.split_last().map_or(&[][..], |(_, above)| above) } else { &steps[..] };
    let plain = above.iter().map(|step| if step.contains(|c: char| c.is_ascii_digit()) { "*" } else { step });
    let names = names.into_iter().collect::<Vec<_>>().join("&");
    Some(format!("{}/{}?{names}", url.host_str().unwrap_or_default(), plain.collect::<Vec<_>>().join("/")))
}

/// Whether a text is a sentence, and no address.
fn is_prose(text: &str) -> bool {
    let number = |word: &str| word.chars().filter(char::is_ascii_digit).count() >= DIGITS;
    text.split_whitespace().nth(PROSE - 1).is_some() && !text.split_whitespace().any(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{ContentHash, SourceId};
    use crate::model::{Field, FieldName, Found, OwnPage};

    fn draft(key: &str, fields: &[&str]) -> Draft {
        let found = || Found { value: Value::Text("x".into()), quote: String::new(), path: String::new() };
        Draft {
            key: key.into(),
            kind: RecordKind::Company,
            url: "https://a.example/".parse().expect("url"),
            fields: fields.iter().map(|name| (FieldName::new(name), found())).collect(),
            detail: None,
            partial: false,
            again: false,
        }
    }

    fn record(draft: &Draft) -> Record {
        let (source, now): (SourceId, _) = ("s".parse().expect("slug"), jiff::Timestamp::UNIX_EPOCH);
        let field = |found: &Found| Field { value: found.value.clone(), quote: String::new(), path: String::new(), first_seen: now };
        Record {
            id: Record::id_of(&source, &draft.key),
            source,
            key: draft.key.clone(),
            kind: draft.kind,
            url: draft.url.clone(),
            fields: draft.fields.iter().map(|(name, found)| (name.clone(), field(found))).collect(),
            content: ContentHash::default(),
            first_seen: now,
            changed: now,
            missing: 0,
            gone: false,
            own_page: OwnPage::Read,
        }
    }

    fn said(draft: &mut Draft, name: &str, value: Value) {
        draft.fields.insert(FieldName::new(name), Found { value, quote: String::new(), path: String::new() });
    }

    const fn never(_: &str) -> bool {
        false
    }

    #[test]
    fn what_has_nothing_of_the_list_is_none_of_it() {
        let members = |n: usize| (0..n).map(|n| draft(&n.to_string(), &["name", "phone", "place"])).collect::<Vec<_>>();
        for (n, fields, apart) in [
            (12, &["name", "url", "date", "text"][..], true),
            (12, &["name", "place"], false),
            (12, &["name", "phone", "date"], false),
            // A member of which only the name is known.
            (12, &["name", "url"], false),
            (12, &["name", "category"], false),
            (12, &["name", "email", "date"], false),
            (5, &["name", "date"], false),
        ] {
            let mut all = members(n);
            let known: Vec<Record> = all.iter().map(record).collect();
            all.insert(0, draft("dinner", fields));
            let told = set_apart(&mut all, &known, &never);
            assert_eq!((!told.is_empty(), all.len()), (apart, n + usize::from(!apart)), "{n} {fields:?} {told:?}");
            let want = "not taken for a record: it has none of what they have (phone, place)";
            assert!(told.iter().all(|one| (one.path.as_str(), one.reason.as_str()) == ("x", want)), "{told:?}");
        }
    }

    #[test]
    fn news_in_the_boxes_of_members_are_told_by_their_days_and_by_where_they_lead() {
        let is_day = |text: &str| text.starts_with("12 December");
        let page = |path: &str| Value::Url(format!("https://a.example{path}").parse().expect("url"));
        let member = |n: usize, linked: bool| {
            let mut member = draft(&n.to_string(), &["name"]);
            said(&mut member, "place", Value::Text("Soria".into()));
            said(&mut member, "phone", Value::Text(format!("94{n}")));
            if linked {
                said(&mut member, "url", page(&format!("/member/{n}")));
            }
            member
        };
        for (linked, fields, apart) in [
            // The day stands where a town does.
            (false, &[("place", "12 December, at the inn")][..], true),
            (true, &[("place", "12 December"), ("url", "/news/1")], true),
            (true, &[("url", "/news/1")], true),
            (false, &[("text", "All members come together to eat in the new house")], true),
            // Members with few fields.
            (true, &[("url", "/member/99")], false),
            (true, &[("place", "Soria"), ("url", "/other/99")], false),
            (false, &[("url", "/other/99")], false),
            (true, &[], false),
            (false, &[("column_4", "Metal")], false),
            (false, &[("column_4", "Calle Mayor 12, at the end of the street, on the left, 09001 Burgos")], false),
        ] {
            for (known, n) in [(true, 2), (false, 2), (false, 9)] {
                let mut all: Vec<Draft> = (0..13).map(|n| member(n, linked)).collect();
                let stored: Vec<Record> = if known { all.iter().map(record).collect() } else { Vec::new() };
                for news in 0..n {
                    let mut other = draft(&format!("news {news}"), &["name"]);
                    for (name, text) in fields {
                        said(&mut other, name, if *name == "url" { page(text) } else { Value::Text((*text).into()) });
                    }
                    all.insert(3 + news, other);
                }
                let told = set_apart(&mut all, &stored, &is_day);
                // As many as that are none beside a list.
                let apart = apart && n < 9;
                assert_eq!(
                    (!told.is_empty(), all.len()),
                    (apart, 13 + if apart { 0 } else { n }),
                    "{linked} {fields:?} {known} {n} {told:?}"
                );
            }
        }
    }
}
