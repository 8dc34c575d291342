//! Lists of a page that are one in two layouts: few in large cards, all others in rows. Alike in where their records lead and in how those of them can
//! be reached: teasers of news and of goods are not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use url::Url;

use super::Listed;

/// What tells that a record is somebody, and where: lists beside a list of news or of goods (the newest, the most read) hold none of it.
const REACHED: [(&str, &str); 4] = [("phone", "phone"), ("email", "email"), ("address", "where"), ("place", "where")];

/// The lists, the main one with the records of those that are the same in another layout. `true`: it stands where the content does.
pub(super) fn together(lists: Vec<(Listed, bool)>) -> Vec<Listed> {
    let mut lists = lists.into_iter();
    let Some((mut main, content)) = lists.next() else { return Vec::new() };
    let mut out = Vec::new();
    for (other, beside) in lists {
        if content && beside && same(&main, &other) {
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
fn same(main: &Listed, other: &Listed) -> bool {
    let (one, two) = (reached(main), reached(other));
    let known: HashSet<&Url> = main.records.iter().filter_map(|item| item.detail.as_ref()).collect();
    let again = other.records.iter().filter_map(|item| item.detail.as_ref()).any(|url| known.contains(url));
    let lead = match (leads(main), leads(other)) {
        (Some(way), Some(other)) => way == other && one.intersection(&two).next().is_some(),
        (None, None) => one == two && !one.is_empty() && known.is_empty() && other.records.iter().all(|item| item.detail.is_none()),
        (Some(_), None) | (None, Some(_)) => false,
    };
    lead && !again
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
