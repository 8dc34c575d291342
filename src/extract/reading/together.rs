//! Lists of a page that are one in two layouts: few in large cards, all others in rows; the few may be one or two, which are no list by themselves. Alike
//! in where their records lead and in what tells that they are somebody: teasers of news and of goods are not, and pages of the site itself neither.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use url::Url;

use super::super::html::Tag;
use super::super::lists::is_content;
use super::super::shown::{At, Shown};
use super::Listed;
use crate::model::CompanyName;

/// Cards that stand alone; more are a list.
const ALONE: usize = 6;
/// Links of one such card.
const LINKS: usize = 5;
/// Letters that say something of a record.
const SAID: usize = 4;
/// Records of a list whose names are looked at.
const NAMES: usize = 40;

/// What tells that a record is somebody, and where: lists beside a list of news or of goods (the newest, the most read) hold none of it.
const REACHED: [(&str, &str); 4] = [("phone", "phone"), ("email", "email"), ("address", "where"), ("place", "where")];

/// The lists, the main one with the records of those that are the same in another layout. `true`: it stands where the content does.
pub(super) fn together(lists: Vec<(Listed, bool)>, company: bool) -> Vec<Listed> {
    let mut lists = lists.into_iter();
    let Some((mut main, content)) = lists.next() else { return Vec::new() };
    let mut out = Vec::new();
    for (other, beside) in lists {
        if content && beside && same(&main, &other, company) {
            let (most, few) = if other.records.len() > main.records.len() { (other, main) } else { (main, other) };
            main = join(most, few);
        } else {
            out.push(other);
        }
    }
    out.insert(0, main);
    out
}

/// Whether two lists hold the same kind of thing, and each of them once.
fn same(main: &Listed, other: &Listed, company: bool) -> bool {
    let known: HashSet<&Url> = main.records.iter().filter_map(|item| item.detail.as_ref()).collect();
    let again = other.records.iter().filter_map(|item| item.detail.as_ref()).any(|url| known.contains(url));
    let lead = match (leads(main), leads(other)) {
        (Some(way), Some(other_way)) => way == other_way && alike(main, other, company),
        (None, None) => {
            let reached = reached(main);
            reached == self::reached(other)
                && !reached.is_empty()
                && known.is_empty()
                && other.records.iter().all(|item| item.detail.is_none())
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    lead && !again
}

/// Whether something tells of both lists, which lead alike, that they hold somebody: a way to reach them, names with a legal form, or numbers in
/// place of names in their addresses, where the one list holds companies and both say something of each.
fn alike(main: &Listed, other: &Listed, company: bool) -> bool {
    let (one, two) = (reached(main), reached(other));
    // One alone that says whom to ring may be a word of the site itself: who wants to be a member rings there.
    let alone = other.records.len() == 1;
    if one.intersection(&two).any(|kind| !alone || *kind == "where") || has_forms(main) && has_forms(other) {
        return true;
    }
    let sold = |listed: &Listed| listed.columns.iter().any(|column| matches!(column.label.as_str(), "price" | "date" | "deadline"));
    let somebody = company || (!one.is_empty() || !two.is_empty()) && !sold(main) && !sold(other);
    somebody && is_numbered(main) && is_numbered(other) && says(main) && says(other)
}

/// Whether most names of a list have a legal form.
fn has_forms(listed: &Listed) -> bool {
    forms(listed) > 0.5
}

/// The share of the names of a list that have a legal form.
pub(super) fn forms(listed: &Listed) -> f64 {
    let Some(name) = listed.columns.iter().position(|column| column.label == "name") else { return 0.0 };
    let names = listed.records.iter().take(NAMES).filter_map(|item| item.cells.iter().find(|cell| cell.column == name));
    let forms = names.filter(|cell| CompanyName::parse(&cell.value).form.is_some()).count();
    forms as f64 / listed.records.len().clamp(1, NAMES) as f64
}

/// Whether the addresses of nearly all records of a list end in a number of theirs.
fn is_numbered(listed: &Listed) -> bool {
    let digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let numbered = |url: &Url| {
        let last = url.path_segments().and_then(|mut steps| steps.rfind(|step| !step.is_empty())).unwrap_or_default();
        // One program that shows everything numbers pages of all kinds.
        let everything = matches!(last.split('.').next(), None | Some("" | "index" | "default" | "main"));
        digits(last) || !everything && url.query_pairs().any(|(_, value)| digits(&value))
    };
    let all = listed.records.iter().filter(|item| item.detail.as_ref().is_some_and(numbered)).count();
    all * 10 >= listed.records.len() * 8
}

/// Whether a list says something of its records beside their names: more than how many there are, as lists of places and of trades do.
fn says(listed: &Listed) -> bool {
    let letters = |item: &super::Item| {
        let beside = item.cells.iter().filter(|cell| !matches!(listed.columns[cell.column].label.as_str(), "name" | "link" | "image"));
        beside.map(|cell| cell.value.chars().filter(|c| c.is_alphabetic()).count()).sum::<usize>()
    };
    listed.records.iter().filter(|item| letters(item) >= SAID).count() * 2 > listed.records.len()
}

/// Records of the main list that stand alone, one or two in another layout, each as its largest element with no other such record in it that begins
/// with its name; `list` reads them.
pub(super) fn take_in(shown: &Shown<'_>, links: &[(At, Url)], lists: &mut [Listed], list: &dyn Fn(&[Vec<At>]) -> Listed, company: bool) {
    let Some((main, others)) = lists.split_first_mut() else { return };
    let Some(lead) = leads(main) else { return };
    let known: HashSet<&Url> =
        std::iter::once(&*main).chain(&*others).flat_map(|list| &list.records).filter_map(|item| item.detail.as_ref()).collect();
    let same: Vec<&(At, Url)> = links.iter().filter(|(_, url)| way(url).is_some_and(|own| own == lead)).collect();
    let alone: Vec<&(At, Url)> = same.iter().filter(|(_, url)| !known.contains(url)).copied().collect();
    if alone.len() > ALONE * LINKS {
        return;
    }
    let mut cards: BTreeMap<At, &Url> = BTreeMap::new();
    for (at, url) in alone {
        let other = |at: At| same.iter().any(|(other, theirs)| (at..shown.nodes[at].end).contains(other) && theirs != url);
        if let Some(card) = card(shown, *at, &other) {
            cards.insert(card, url);
        }
    }
    let mut told: HashSet<&Url> = HashSet::new();
    let found: Vec<Vec<At>> = cards
        .into_iter()
        .filter(|(at, url)| {
            is_content(shown, *at) && !told.contains(url) && {
                let one = list(&[vec![*at]]);
                let fits = one.records.first().is_some_and(|item| item.detail.as_ref() == Some(*url)) && alike(main, &one, company);
                fits && told.insert(url)
            }
        })
        .map(|(at, _)| vec![at])
        .collect();
    if !found.is_empty() && found.len() <= ALONE {
        *main = join(main.clone(), list(&found));
    }
}

/// The largest element around a link that holds no `other`, whose first heading is the link or, without any, whose first words are; it says more than
/// the link.
fn card(shown: &Shown<'_>, link: At, other: &dyn Fn(At) -> bool) -> Option<At> {
    let heading = |at: &At| {
        matches!(shown.nodes[*at].tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 | Tag::Dt)
            && shown.nodes[*at].element.is_some()
    };
    let within = |inner: At, outer: At| (outer..shown.nodes[outer].end).contains(&inner);
    let begins = |card: At| {
        let inside = || card..shown.nodes[card].end;
        let first = inside().find(heading).or_else(|| inside().find(|at| shown.nodes[*at].element.is_none()));
        first.is_some_and(|first| within(first, link) || within(link, first))
    };
    let own = shown.nodes[link].chars;
    let around = std::iter::once(link).chain(shown.around(link));
    let fits = around.take_while(|at| *at > 0 && !matches!(shown.nodes[*at].tag, Tag::Main | Tag::Body) && !other(*at) && begins(*at));
    fits.filter(|at| shown.nodes[*at].chars > own || *at == link && shown.nodes[*at].runs > 1).last()
}

/// By what most records of a list are reached.
fn reached(listed: &Listed) -> BTreeSet<&'static str> {
    let most = listed.columns.iter().filter(|column| column.filled * 2 > listed.records.len());
    most.filter_map(|column| REACHED.iter().find(|(label, _)| *label == column.label)).map(|(_, kind)| *kind).collect()
}

/// What the addresses of nearly all records have in common: the host, the way to the last step, the names of the parameters.
fn leads(listed: &Listed) -> Option<String> {
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    for way in listed.records.iter().filter_map(|item| way(item.detail.as_ref()?)) {
        *ways.entry(way).or_default() += 1;
    }
    ways.into_iter().find(|(_, times)| times * 10 >= listed.records.len() * 8).map(|(way, _)| way)
}

/// Of a page right below the root, whose address says nothing of what it is, none.
fn way(url: &Url) -> Option<String> {
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let above = if names.is_empty() { steps.split_last()?.1 } else { &steps[..] };
    let plain = |step: &&str| if step.contains(|c: char| c.is_ascii_digit()) { "*" } else { *step }.to_owned();
    let above: Vec<String> = above.iter().map(plain).collect();
    let told = !above.is_empty() || !names.is_empty();
    told.then(|| format!("{}/{}?{}", url.host_str().unwrap_or_default(), above.join("/"), names.into_iter().collect::<Vec<_>>().join("&")))
}

/// One list with the records of another behind its own: a column with a name is the one of this name, and one without keeps to itself.
fn join(mut main: Listed, other: Listed) -> Listed {
    let plain = |label: &str| label.starts_with("column ");
    let mut numbers = Vec::with_capacity(other.columns.len());
    for column in other.columns {
        let same = main.columns.iter().position(|own| own.label == column.label).filter(|_| !plain(&column.label));
        let number = same.unwrap_or(main.columns.len());
        if let Some(same) = same {
            main.columns[same].filled += column.filled;
        } else {
            let mut free = (1..=main.columns.len() + 1).map(|n| format!("column {n}"));
            let free = free.find(|label| !main.columns.iter().any(|own| own.label == *label));
            let label = free.filter(|_| plain(&column.label)).unwrap_or_else(|| column.label.clone());
            main.columns.push(super::Column { label, ..column });
        }
        numbers.push(number);
    }
    for mut item in other.records {
        item.cells.iter_mut().for_each(|cell| cell.column = numbers[cell.column]);
        item.cells.sort_by_key(|cell| cell.column);
        main.records.push(item);
    }
    main
}
