//! Lists of records, found from the page's own structure. Knows no language but captions of columns, no site, and no meaning of a class: names are
//! shape.
//!
//! What repeats below one element (or below all elements of one place, as the cells of a grid) is cut into records before each child that has a
//! certain mark. Every mark that occurs again and again is tried; the cut whose records are most alike and hold most is taken.

mod alternate;
mod begins;
mod cut;
mod frame;
mod grid;
mod line;
mod logos;
mod marks;
mod parted;
mod rank;
mod towns;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::html::Tag;
use super::record::LOOKED_AT;
use super::shown::{At, Node, Shown};
use crate::model::CompanyName;
pub(super) use begins::is_heading;
use cut::Cut;
use frame::Frame;
pub(super) use line::{at_commas, parts, pieces};
use marks::{Marks, Work};

/// Regions kept of one page.
const REGIONS: usize = 12;
/// Regions weighed against each other, the best first.
const WEIGHED: usize = 200;
/// How alike the rows of one grid are.
const ROWS_ALIKE: f64 = 0.7;
/// Groups of rows tried for one place.
const GROUPS: usize = 8;
/// Fewer make no list.
const FEWEST: usize = 3;
/// Groups whose parts are not alike by chance.
const ROWS: usize = 5;
/// Records that may be a list, and are too few to be sure; and how alike they are then.
const SHORT: usize = 2;
/// Characters of what only stands over a group: a letter, a range of letters.
pub(super) const LETTER: usize = 3;
const SHORT_ALIKE: f64 = 0.8;
/// Of so many records one may say next to nothing.
const SPARSE: usize = 4;
/// Bytes of a line among names.
const PROSE: usize = 300;

/// Records of a list whose names are looked at, and the share of them that have a legal form where they are companies: many are called by a name alone.
const NAMES: usize = 40;
const FORMS: f64 = 0.2;

/// One list of a page.
pub(super) struct Region {
    /// The records, each as its sub-trees in the order of the page.
    pub(super) records: Vec<Vec<At>>,
    /// How much it looks like what the page is for; only to be compared on one page.
    pub(super) score: f64,
}

/// The lists of a page, the main one first.
pub(super) fn regions(shown: &Shown<'_>) -> Vec<Region> {
    let frame = Frame::of(shown);
    let mut found: Vec<Region> = cuts(shown, &frame, FEWEST)
        .into_iter()
        .map(|cut| {
            let score = rank::score(shown, &cut);
            Region { records: cut.records, score }
        })
        // A menu is never what a page is for, and its own parts are no list.
        .filter(|region| region.score > 0.0 && !rank::is_menu(shown, &region.records) && !frame.is_list(&region.records))
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.records[0].cmp(&b.records[0])));
    if let Some(inner) = grouped(shown, &found) {
        found[..=inner].rotate_right(1);
    }
    if let Some(whole) = said_more(shown, &found) {
        found[..=whole].rotate_right(1);
    }
    if let Some(first) = found.first_mut()
        && let Some(cards) = grid::cards(shown, &first.records)
    {
        first.records = cards;
    }
    found.truncate(WEIGHED);
    for region in &mut found {
        parted::parted(shown, region);
        without_others(shown, region);
        with_sparse(shown, region);
        without_heads(shown, region);
        without_prose(shown, region);
    }
    found.extend(logos::logos(shown));
    apart(shown, found)
}

/// The list whose records the first one only groups: each of its records is a heading, and below it records that lead to their pages.
fn grouped(shown: &Shown<'_>, found: &[Region]) -> Option<usize> {
    let sum =
        |region: &Region, of: fn(&Node<'_>) -> usize| -> usize { region.records.iter().flatten().map(|at| of(&shown.nodes[*at])).sum() };
    let groups = found.first()?;
    let many = groups.records.len();
    let (links, runs, chars) = (sum(groups, |node| node.links), sum(groups, |node| node.runs), sum(groups, |node| node.chars));
    let within: BTreeSet<At> = groups.records.iter().flatten().copied().collect();
    let inside = |inner: &Region| shown.around(inner.records[0][0]).any(|around| within.contains(&around));
    let is_grouped = |inner: &Region| {
        let (count, own) = (inner.records.len(), sum(inner, |node| node.runs));
        if count <= many || runs.saturating_sub(own) < many || left_over(shown, groups, inner) != many {
            return false;
        }
        let leading = links >= count && sum(inner, |node| node.links) == links;
        let named = names_somebody(shown, groups, inner);
        if !leading && (!named && !is_told_apart(shown, inner) || are_columns(shown, groups, inner)) {
            return false;
        }
        let starts: BTreeSet<At> = inner.records.iter().filter_map(|record| record.first()).copied().collect();
        let parts = |group: &Vec<At>| {
            let (start, end) = (*group.first()?, shown.nodes[*group.last()?].end);
            let heading = (start..end).find(|at| shown.nodes[*at].element.is_none())?;
            (heading < *starts.range(start..end).next()?).then(|| starts.range(start..end).count())
        };
        let Some(parts) = groups.records.iter().map(parts).collect::<Option<Vec<usize>>>() else { return false };
        // Letters over lists of bare links are heads of groups; a name over such a list may be that of a record.
        let letters = chars.saturating_sub(sum(inner, |node| node.chars)) <= many * LETTER;
        letters || named || own >= 2 * count && parts.iter().max() != parts.iter().min()
    };
    (1..found.len().min(WEIGHED)).find(|at| inside(&found[*at]) && is_grouped(&found[*at]))
}

/// Whether what stands in these groups are the columns of one record each, and not records of their own: as many in most groups, companies in no more
/// than one place of them, and either no company in another place or a number in one and none in another, as prices and telephones beside whose they
/// are. Records are alike wherever they stand.
fn are_columns(shown: &Shown<'_>, groups: &Region, inner: &Region) -> bool {
    let numbered = |at: At| shown.nodes[at..shown.nodes[at].end].iter().any(|node| node.text.contains(char::is_numeric));
    let parts: BTreeSet<At> = inner.records.iter().map(|record| record[0]).collect();
    let row = |group: &Vec<At>| -> Vec<At> { group.iter().flat_map(|at| parts.range(*at..shown.nodes[*at].end)).copied().collect() };
    let mut rows: Vec<Vec<At>> = groups.records.iter().take(NAMES).map(row).collect();
    let all = rows.len();
    let mut times: HashMap<usize, usize> = HashMap::new();
    for row in &rows {
        *times.entry(row.len()).or_default() += 1;
    }
    let Some((usual, _)) = times.into_iter().max_by_key(|(parts, times)| (*times, *parts)) else { return false };
    rows.retain(|row| row.len() == usual);
    let with = |place: usize, has: &dyn Fn(At) -> bool| rows.iter().filter(|row| has(row[place])).count() * 4;
    let nearly_all = |wanted: bool| (0..usual).any(|place| with(place, &|at| numbered(at) == wanted) >= rows.len() * 3);
    let forms: Vec<usize> = (0..usual).map(|place| with(place, &|at| has_form(shown, at))).collect();
    let apart = rows.len() >= ROWS && forms.contains(&0) && forms.iter().any(|with| *with >= rows.len() * 2);
    let several = forms.iter().filter(|with| **with >= rows.len()).count() > 1;
    rows.len() * 2 >= all && !several && (apart || nearly_all(true) && nearly_all(false))
}

/// Whether what stands here begins with a name that has a legal form.
fn has_form(shown: &Shown<'_>, at: At) -> bool {
    let first = (at..shown.nodes[at].end).find(|at| shown.nodes[*at].element.is_none());
    first.is_some_and(|at| pieces(shown.nodes[at].text).first().is_some_and(|name| CompanyName::parse(name).form.is_some()))
}

/// How many words of these groups stand in none of their records, those left out that nearly all groups repeat: heads of their columns, ways back.
fn left_over(shown: &Shown<'_>, groups: &Region, inner: &Region) -> usize {
    let own: BTreeSet<At> = inner.records.iter().flatten().copied().collect();
    let mut said: HashMap<&str, usize> = HashMap::new();
    for group in groups.records.iter().flatten() {
        let mut at = *group;
        while at < shown.nodes[*group].end {
            let node = &shown.nodes[at];
            if node.element.is_none() {
                *said.entry(node.text.trim()).or_default() += 1;
            }
            at = if own.contains(&at) { node.end } else { at + 1 };
        }
    }
    said.into_values().filter(|times| times * 10 < groups.records.len() * 8).sum()
}

/// The list whose records say more of the names that are all of the first one's.
fn said_more(shown: &Shown<'_>, found: &[Region]) -> Option<usize> {
    let sum = |record: &[At], of: fn(&Node<'_>) -> usize| record.iter().map(|at| of(&shown.nodes[*at])).sum::<usize>();
    let names = &found.first()?.records;
    let holds = |(record, name): (&Vec<At>, &Vec<At>)| record.iter().any(|at| (*at..shown.nodes[*at].end).contains(&name[0]));
    let more = |region: &Region| {
        let records = &region.records;
        let several = records.iter().filter(|record| sum(record, |node| node.runs) > 1).count();
        records.len() == names.len() && several * 2 > names.len() && records.iter().zip(names).all(holds)
    };
    let bare = |name: &Vec<At>| sum(name, |node| node.runs) == 1 && sum(name, |node| node.links) == 0;
    found.iter().take(WEIGHED).position(more).filter(|_| names.iter().all(bare))
}

/// Takes records out that stand apart in a parent of their own, share no class with most others, and say nothing of how to reach anybody where those do:
/// events below members.
fn without_others(shown: &Shown<'_>, region: &mut Region) {
    let classes = |at: At| shown.nodes[at].attr("class").split_ascii_whitespace().collect::<BTreeSet<&str>>();
    if region.records.iter().any(|record| record.len() != 1 || classes(record[0]).is_empty()) {
        return;
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    region.records.iter().flat_map(|record| classes(record[0])).for_each(|class| *times.entry(class).or_default() += 1);
    let usual: BTreeSet<&str> =
        times.into_iter().filter(|(_, times)| times * 10 >= region.records.len() * 6).map(|(class, _)| class).collect();
    let of_them = |record: &Vec<At>| !classes(record[0]).is_disjoint(&usual);
    let reached = |record: &Vec<At>| rank::is_reached(shown, record);
    let (mine, others): (Vec<&Vec<At>>, Vec<&Vec<At>>) = region.records.iter().partition(|record| of_them(record));
    let parents: BTreeSet<At> = mine.iter().map(|record| shown.nodes[record[0]].parent).collect();
    let apart = others.iter().all(|record| !reached(record) && !parents.contains(&shown.nodes[record[0]].parent));
    if !others.is_empty() && mine.len() >= FEWEST && apart && mine.iter().filter(|record| reached(record)).count() * 10 >= mine.len() * 6 {
        region.records.retain(of_them);
    }
}

/// Whether records begin with names of companies, more of them than the headings over them: these are towns and trades.
fn names_somebody(shown: &Shown<'_>, groups: &Region, inner: &Region) -> bool {
    let share = |region: &Region| {
        let looked = &region.records[..region.records.len().min(NAMES)];
        let forms = looked.iter().filter(|record| has_form(shown, record[0])).count();
        forms as f64 / looked.len() as f64
    };
    let own = share(inner);
    own >= FORMS && share(groups) * 2.0 <= own
}

/// Whether a region is of rows of tables that each begin with other words: below a heading each, they are records, and not the captions and values of
/// one record each.
fn is_told_apart(shown: &Shown<'_>, region: &Region) -> bool {
    let rows: Vec<At> = region.records.iter().filter_map(|record| record.first()).copied().collect();
    if rows.iter().any(|row| !shown.nodes[*row].is(Tag::Tr) || shown.nodes[*row].runs < 2) {
        return false;
    }
    let first = |row: &At| shown.nodes[*row..shown.nodes[*row].end].iter().find(|node| node.element.is_none()).map(|node| node.text.trim());
    let heads = repeated_heads(shown, &rows);
    let told: Vec<&str> = rows.iter().filter(|row| !heads.contains(row)).filter_map(first).collect();
    let distinct = told.iter().collect::<BTreeSet<_>>().len();
    distinct * 10 >= told.len() * 9
}

/// The first rows of several tables, where all of them say the same: their heads, built as the rows below are.
fn repeated_heads(shown: &Shown<'_>, rows: &[At]) -> Vec<At> {
    let parent = |row: &At| shown.nodes[*row].parent;
    let firsts: Vec<At> =
        rows.iter().enumerate().filter(|(i, row)| *i == 0 || parent(&rows[i - 1]) != parent(row)).map(|(_, row)| *row).collect();
    let words = |row: At| shown.nodes[row..shown.nodes[row].end].iter().filter(|node| node.element.is_none()).map(|node| node.text.trim());
    let same = firsts.len() > 1 && firsts.len() < rows.len() && firsts.windows(2).all(|pair| words(pair[0]).eq(words(pair[1])));
    if same { firsts } else { Vec::new() }
}

/// Whether a row is one cell over all columns: a heading over the rows below it.
pub(super) fn is_over(shown: &Shown<'_>, row: At) -> bool {
    let mut cells = shown.children(row).filter(|cell| shown.nodes[*cell].element.is_some());
    let wide = |cell: At| shown.nodes[cell].attr("colspan").trim().parse::<usize>().is_ok_and(|columns| columns > 1);
    cells.next().is_some_and(wide) && cells.next().is_none()
}

/// Takes the heads of its tables, and of groups of their rows, away from a region of rows.
fn without_heads(shown: &Shown<'_>, region: &mut Region) {
    let rows: Vec<At> = region.records.iter().filter_map(|record| record.first()).copied().collect();
    if rows.len() < 2 || !rows.iter().all(|row| shown.nodes[*row].is(Tag::Tr)) {
        return;
    }
    let mut heads = repeated_heads(shown, &rows);
    // Of a few rows the first may look as they do.
    heads.extend(rows.first().filter(|row| cut::names_columns(shown, **row)));
    let over: Vec<At> = rows.iter().filter(|row| is_over(shown, **row)).copied().collect();
    // As many as the rows they stand over are a record together with them.
    let over = if over.len() * 2 < rows.len() { over } else { Vec::new() };
    if !heads.is_empty() || !over.is_empty() {
        region.records.retain(|record| !heads.contains(&record[0]) && !over.contains(&record[0]));
    }
}

/// Takes in what stands among the records as they do, with their class, and says next to nothing: a name where others have more.
fn with_sparse(shown: &Shown<'_>, region: &mut Region) {
    let class = |at: At| Some(shown.nodes[at].attr("class")).filter(|class| !class.is_empty());
    let way = |at: At| {
        let first = (at..shown.nodes[at].end).find(|at| shown.nodes[*at].element.is_none())?;
        Some(begins::way(shown, (at, first), false)).filter(|(_, tells)| *tells).map(|(way, _)| way)
    };
    let Some((first, parent)) = region.records.first().map(|record| (record[0], shown.nodes[record[0]].parent)) else { return };
    let alike = |at: At| {
        shown.nodes[at].parent == parent && class(at).is_some() && class(at) == class(first) && way(at).is_some() && way(at) == way(first)
    };
    if !region.records.iter().all(|record| record.len() == 1 && alike(record[0])) {
        return;
    }
    let all: Vec<At> = shown.children(parent).filter(|at| alike(*at)).collect();
    if all.len() * SPARSE <= region.records.len() * (SPARSE + 1) {
        region.records = all.into_iter().map(|at| vec![at]).collect();
    }
}

/// Takes sentences about a list of names alone out of it.
fn without_prose(shown: &Shown<'_>, region: &mut Region) {
    let sum = |of: fn(&Node<'_>) -> usize| region.records.iter().flatten().map(|at| of(&shown.nodes[*at])).sum::<usize>();
    if sum(|node| node.links) == 0 && sum(|node| node.runs) < 2 * region.records.len() {
        let prose = |record: &Vec<At>| record.iter().any(|at| line::is_prose(&shown.words(*at, PROSE)));
        region.records.retain(|record| !prose(record));
    }
}

/// Two records that stand below each other as those of a list do, each with more than its link; where a page has no list, it may be one.
pub(super) fn short(shown: &Shown<'_>) -> Option<Region> {
    let says = |record: &Vec<At>| {
        let sum = |of: fn(&Node<'_>) -> usize| record.iter().map(|at| of(&shown.nodes[*at])).sum::<usize>();
        sum(|node| node.links) > 0 && sum(|node| node.runs) > 1 && sum(|node| node.chars - node.link_chars) > 0
    };
    let alike = |cut: &Cut| cut.records.len() == SHORT && cut.alike >= SHORT_ALIKE && cut.records.iter().all(says);
    let cuts = cuts(shown, &Frame::of(shown), SHORT).into_iter().filter(|cut| alike(cut) && is_content(shown, cut.records[0][0]));
    let scored = cuts.map(|cut| Region { score: rank::score(shown, &cut), records: cut.records });
    scored.max_by(|a, b| a.score.total_cmp(&b.score).then_with(|| b.records[0].cmp(&a.records[0])))
}

/// Whether what stands here is what the page is for, and not what stands around it.
pub(super) fn is_content(shown: &Shown<'_>, at: At) -> bool {
    rank::place(shown, at) >= 1.0
}

/// What repeats, in so many records at least, each place cut in the best way.
fn cuts(shown: &Shown<'_>, frame: &Frame, fewest: usize) -> Vec<Cut> {
    let mut work = Work::new(fewest);
    let mut cuts: Vec<Cut> = Vec::new();
    let places = places(shown);
    for parents in places.values() {
        let rows: Vec<Row> = parents
            .iter()
            .map(|parent| {
                let heads = towns::heads(shown, *parent);
                let children = shown.children(*parent).filter(|child| !heads.contains(child));
                children.map(|child| (child, work.marks(shown, child))).collect::<Row>()
            })
            .filter(|row| !row.is_empty())
            .collect();
        cuts.extend(rows.iter().filter(|row| row.len() >= fewest).filter_map(|row| cut::best(shown, row, &mut work)));
        for alike in alike_rows(&rows, frame) {
            // With one record in each, what lies between them would be passed over: there the row of the parents themselves tells more.
            let gaps = alike.last().zip(alike.first()).is_some_and(|(last, first)| last - first + 1 > alike.len());
            let children: Row = alike.iter().flat_map(|i| &rows[*i]).cloned().collect();
            if children.len() >= fewest {
                cuts.extend(cut::best(shown, &children, &mut work).filter(|cut| !gaps || cut.records.len() > alike.len()));
            }
        }
    }
    cuts
}

/// Puts the list whose records stand at this path of names first; where none was found there, whatever stands there is one.
pub(super) fn first_at(shown: &Shown<'_>, path: &str, regions: &mut Vec<Region>) {
    let at = |region: &Region| region.records.first().and_then(|record| record.first()).is_some_and(|root| names(shown, *root) == path);
    if let Some(found) = regions.iter().position(at) {
        regions[..=found].rotate_right(1);
        return;
    }
    let mut there: Vec<At> = vec![0];
    for name in path.split('/').filter(|name| !name.is_empty()).skip(1) {
        let named = |at: &At| shown.nodes[*at].element.is_some_and(|element| element.value().name() == name);
        there = there.into_iter().flat_map(|above| shown.children(above).filter(named).collect::<Vec<_>>()).collect();
    }
    let heads = |at: &At| shown.children(*at).all(|cell| shown.nodes[cell].is(Tag::Th));
    there.retain(|at| *at > 0 && shown.nodes[*at].chars > 0 && !heads(at) && !cut::names_columns(shown, *at));
    there.truncate(LOOKED_AT);
    if !there.is_empty() {
        regions.insert(0, Region { records: there.into_iter().map(|at| vec![at]).collect(), score: f64::MAX });
    }
}

/// The names of the elements on the way to one: `/html/body/ul/li`.
fn names(shown: &Shown<'_>, at: At) -> String {
    let mut way: Vec<&str> =
        std::iter::once(at).chain(shown.around(at)).filter_map(|at| Some(shown.nodes[at].element?.value().name())).collect();
    way.reverse();
    way.iter().flat_map(|name| ["/", name]).collect()
}

/// What is right below one element, each with its marks.
type Row = Vec<(At, Marks)>;

/// Which rows of one place, and of one part of the page, hold alike things, as the rows of a grid do; each group of more than one.
fn alike_rows(rows: &[Row], frame: &Frame) -> Vec<Vec<usize>> {
    let part = |row: usize| rows[row].first().and_then(|(at, _)| frame.part(*at));
    let mut groups: Vec<(Marks, Vec<usize>)> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let mut marks: Marks = row.iter().flat_map(|(_, marks)| marks).copied().collect();
        marks.sort_unstable();
        marks.dedup();
        match groups.iter().position(|(of, rows)| part(rows[0]) == part(i) && marks::alike(of, &marks) >= ROWS_ALIKE) {
            Some(found) => groups[found].1.push(i),
            None if groups.len() < GROUPS => groups.push((marks, vec![i])),
            None => {}
        }
    }
    groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
}

/// Elements by their place: the names from the top.
fn places(shown: &Shown<'_>) -> BTreeMap<(At, u64), Vec<At>> {
    let mut keys: Vec<u64> = Vec::with_capacity(shown.nodes.len());
    let mut first: HashMap<u64, At> = HashMap::new();
    let mut out: BTreeMap<(At, u64), Vec<At>> = BTreeMap::new();
    for (at, node) in shown.nodes.iter().enumerate() {
        let Some(element) = node.element else {
            keys.push(0);
            continue;
        };
        let above = if at == 0 { 0 } else { keys[node.parent] };
        let key = marks::join(above, marks::name_of(element));
        keys.push(key);
        let quiet = matches!(node.tag, Tag::Select | Tag::Head);
        if at + 1 < node.end && !quiet && node.chars > 0 {
            let first = *first.entry(key).or_insert(at);
            out.entry((first, key)).or_default().push(at);
        }
    }
    out
}

/// Those that overlap no better one.
fn apart(shown: &Shown<'_>, found: Vec<Region>) -> Vec<Region> {
    let mut taken: BTreeSet<At> = BTreeSet::new();
    let mut out: Vec<Region> = Vec::new();
    for mut region in found {
        let overlaps =
            |at: &At| taken.range(*at..shown.nodes[*at].end).next().is_some() || shown.around(*at).any(|around| taken.contains(&around));
        if out.len() >= REGIONS || region.records.iter().flatten().any(overlaps) {
            continue;
        }
        region.records.truncate(LOOKED_AT);
        taken.extend(region.records.iter().flatten());
        out.push(region);
    }
    out
}
