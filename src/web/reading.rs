//! What one page says by itself, as shown. Has view types of its own.

use std::collections::BTreeMap;

use serde::Serialize;
use url::Url;

use super::ask::SaidView;
use super::views;
use crate::extract::contacts::Contacts;
use crate::extract::product::Product;
use crate::extract::structured::Structured;
use crate::extract::{Listed, Reading, unfollowed};
use crate::pipeline::Rehearsed;

/// Records of a list that are not the main one: enough to see what it is.
const OTHER: usize = 3;

/// A column of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ColumnView {
    /// What its values are.
    pub label: String,
    /// How many records have it.
    pub filled: usize,
    /// One of its values.
    pub example: String,
}

/// A record of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ItemView {
    /// The absolute `XPath` of each of its sub-trees, in the order of the page.
    pub paths: Vec<String>,
    /// Its values by label.
    pub fields: BTreeMap<String, String>,
    /// The page about it.
    pub detail: Option<String>,
}

/// A list of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListView {
    /// How many records it has.
    pub count: usize,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Its records; of a list that is not the main one the first few.
    pub records: Vec<ItemView>,
}

/// What a page says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReadingView {
    /// What was looked at.
    pub target: String,
    /// What robots.txt says.
    pub robots: Option<String>,
    /// The answer: status and bytes.
    pub answer: Option<String>,
    /// `list`, `detail`, `article` or `other`.
    pub page_type: String,
    /// Its title.
    pub title: String,
    /// The language it says it is in.
    pub language: Option<String>,
    /// Its main list.
    pub main: Option<ListView>,
    /// Its other lists.
    pub others: Vec<ListView>,
    /// Where it has no list: records that may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<ListView>,
    /// Why those are taken for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure: Option<String>,
    /// The page that goes on with the list.
    pub next: Option<String>,
    /// That there seems to be more of the list than the page shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
    /// What its words say that is a reason to act.
    pub signals: Vec<SaidView>,
    /// How to reach whom it is about, each with its proof.
    pub contacts: Contacts,
    /// What it sells, where it is about one thing.
    pub product: Option<Product>,
    /// What it says for machines, as it says it, and the things that speaks of.
    pub structured: Structured,
    /// Its main text, a block a line.
    pub text: String,
    /// What is wrong, and what to do.
    pub problem: Option<String>,
}

/// What a page says, and how it was got.
pub fn reading_view(target: &str, got: &Rehearsed, reading: Option<Reading>) -> ReadingView {
    let mut view = ReadingView {
        target: target.to_owned(),
        robots: got.robots.clone(),
        answer: got.answer.clone(),
        signals: got.said.iter().map(|(_, said)| views::said(said)).collect(),
        problem: got.failure.as_ref().map(|failure| format!("{failure} ({})", failure.class.what_to_do())),
        ..ReadingView::default()
    };
    let Some(reading) = reading else { return view };
    let mut lists = reading.lists.iter();
    view.main = lists.next().map(|listed| list(listed, usize::MAX));
    view.others = lists.map(|listed| list(listed, OTHER)).collect();
    view.short = reading.short.as_ref().map(|listed| list(listed, usize::MAX));
    view.unsure = view.short.as_ref().map(|short| format!("a list of {}: too short to be sure that it is one", short.count));
    reading.kind.word().clone_into(&mut view.page_type);
    view.next = reading.next.as_ref().map(Url::to_string);
    view.more = reading.more.as_deref().filter(|_| view.main.is_some()).map(unfollowed);
    ReadingView {
        title: reading.title,
        language: reading.language,
        contacts: reading.contacts,
        product: reading.product,
        structured: reading.structured,
        text: reading.text,
        ..view
    }
}

fn list(listed: &Listed, most: usize) -> ListView {
    let label = |column: usize| listed.columns.get(column).map_or_else(String::new, |column| column.label.clone());
    let columns = listed.columns.iter().map(|column| ColumnView {
        label: column.label.clone(),
        filled: column.filled,
        example: column.example.clone(),
    });
    let records = listed.records.iter().take(most).map(|item| ItemView {
        paths: item.paths.clone(),
        fields: item.cells.iter().map(|cell| (label(cell.column), cell.value.clone())).collect(),
        detail: item.detail.as_ref().map(Url::to_string),
    });
    ListView { count: listed.records.len(), columns: columns.collect(), records: records.collect() }
}
