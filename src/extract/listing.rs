//! Reads listings and directories: records by a selector, fields by selectors within them, the next page by a link or a number.

mod remarks;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use url::Url;

use super::html::{self, Element, Reading};
use super::record::{Gather, Parts, RecordRule, canonical};
use super::selector::{Css, Pick, Taker};
use super::transform::{Plan, plans, read_fields};
use super::value::{self, Hints};
use super::{About, FieldSpec, Input, Kind, Spec, text_of};
use crate::model::{Draft, Extract, Failure, Fault, FieldName, Found, Value};

/// Compiled settings of the kinds `listing` and `directory`.
pub(super) struct ListingReader {
    rule: RecordRule,
    record: Css,
    fields: Fields,
    next: Option<Pick>,
    numbered: Option<Numbered>,
    pages: u32,
    detail: Option<Detail>,
    detail_fields: Fields,
}

/// Plans and their picks, side by side.
#[derive(Default)]
pub(super) struct Fields {
    plans: Vec<Plan>,
    picks: Vec<Option<Pick>>,
}

/// A query parameter that numbers the pages.
pub(super) struct Numbered {
    name: String,
    start: u32,
    step: u32,
}

/// Where a record's own page is.
enum Detail {
    Field(FieldName),
    Pick(Pick),
}

impl Fields {
    /// Compiles the table `at`.
    pub(super) fn compile(table: &BTreeMap<String, FieldSpec>, at: &str, hints: &Hints, faults: &mut Vec<Fault>) -> Self {
        let plans = plans(table, at, hints, faults);
        let picks = plans.iter().map(|plan| Pick::of(plan, at, faults)).collect();
        Self { plans, picks }
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().map(|plan| plan.name.as_str())
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Reads all fields within an element.
    pub(super) fn read<'t, E: Element<'t>>(
        &self,
        taker: &mut Taker<'_>,
        within: E,
        base: &Url,
        prefix: &str,
    ) -> Result<BTreeMap<FieldName, Found>, Failure> {
        read_fields(&self.plans, base, &mut |i, plan| match &self.picks[i] {
            Some(pick) => taker.take(pick, plan.many, within, prefix),
            None => Ok(Vec::new()),
        })
    }
}

impl ListingReader {
    /// Checks and compiles; all faults are added.
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let kind = Kind::from_word(&spec.kind).unwrap_or(Kind::Listing);
        let hints = Hints::compile(spec, about, faults);
        if spec.record.is_none() {
            faults.push(Fault::new("record", "", "a CSS selector of one record, such as `li.item`"));
        }
        let record = spec.record.as_deref().and_then(|text| Css::compile("record", text, faults));
        if spec.fields.is_empty() {
            faults.push(Fault::new("fields", "", "at least one field, such as `{ name = \"h3\", url = \"h3 a @href\" }`"));
        }
        let fields = Fields::compile(&spec.fields, "fields", &hints, faults);
        let detail_fields = Fields::compile(&spec.detail_fields, "detail_fields", &hints, faults);
        let detail = Detail::compile(spec, faults);
        let next = spec.next.as_deref().and_then(|text| Pick::compile("next", text, None, faults)).map(|pick| pick.or_attr("href"));
        let rule = RecordRule::compile(spec, kind, faults);
        let numbered = Numbered::compile(spec, faults);
        Some(Self { rule, record: record?, fields, next, numbered, pages: spec.pages.unwrap_or(super::PAGES), detail, detail_fields })
    }

    /// The fields that its records can have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.names().chain(self.detail_fields.names())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads one page of the list.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        html::read(&text_of(input), input, &List { reader: self, input })
    }

    /// Whether the records' own pages are read.
    pub(super) fn reads_own(&self) -> bool {
        !self.detail_fields.is_empty()
    }

    /// Adds what a record's own page says; it knows better than the list.
    pub(super) fn read_detail(&self, draft: &mut Draft, input: &Input<'_>) -> Result<(), Failure> {
        if self.detail_fields.is_empty() {
            return Ok(());
        }
        draft.fields.extend(html::read(&text_of(input), input, &Own { reader: self, input })?);
        Ok(())
    }

    fn next_page<'t, E: Element<'t>>(&self, taker: &mut Taker<'_>, root: E, base: &Url, input: &Input<'_>) -> Result<Option<Url>, Failure> {
        if let Some(pick) = &self.next {
            let words = taker.take(pick, false, root, "")?;
            let next = words.first().and_then(|words| value::url(&words.text, base));
            return Ok(next.filter(|next| next != input.url));
        }
        Ok(self.numbered.as_ref().and_then(|numbered| numbered.after(input.url, self.pages)))
    }
}

/// The reading of one page of the list.
struct List<'r> {
    reader: &'r ListingReader,
    input: &'r Input<'r>,
}

impl Reading for List<'_> {
    type Output = Extract;

    fn read<'t, E: Element<'t>>(&self, root: E, nodes: usize) -> Result<Extract, Failure> {
        let Self { reader, input } = *self;
        let base = base_of(root, input.url);
        let mut taker = Taker::new(nodes, input);
        let mut gather = Gather::new(&reader.rule, input.url);
        let found = reader.record.select(root, nodes, input)?;
        let any = !found.is_empty();
        for element in found {
            input.check_time()?;
            let fields = reader.fields.read(&mut taker, element, &base, &reader.record.text)?;
            let own = match &reader.detail {
                Some(detail) => detail.url(&fields, &mut taker, element, &base)?,
                None => None,
            };
            let url = own.clone().or_else(|| url_field(&fields));
            let detail = if reader.detail_fields.is_empty() { None } else { url.clone() };
            gather.add(Parts { fields, url: own, id: None, detail, kind: None, partial: false, path: reader.record.text.clone() });
        }
        if any {
            gather.extract.follow.extend(reader.next_page(&mut taker, root, &base, input)?);
        }
        Ok(gather.extract)
    }
}

/// The reading of a record's own page.
struct Own<'r> {
    reader: &'r ListingReader,
    input: &'r Input<'r>,
}

impl Reading for Own<'_> {
    type Output = BTreeMap<FieldName, Found>;

    fn read<'t, E: Element<'t>>(&self, root: E, nodes: usize) -> Result<Self::Output, Failure> {
        let base = base_of(root, self.input.url);
        self.reader.detail_fields.read(&mut Taker::new(nodes, self.input), root, &base, "")
    }
}

impl Detail {
    fn compile(spec: &Spec, faults: &mut Vec<Fault>) -> Option<Self> {
        let Some(text) = spec.detail.as_deref() else {
            if !spec.detail_fields.is_empty() && !["url", "link"].iter().any(|name| spec.fields.contains_key(*name)) {
                faults.push(Fault::new("detail", "", "where a record's own page is, such as `h3 a @href`"));
            }
            return None;
        };
        if spec.detail_fields.is_empty() {
            faults.push(Fault::new("detail_fields", "", "what to read from the page that `detail` leads to"));
        }
        if spec.fields.contains_key(text) {
            return Some(Self::Field(FieldName::new(text)));
        }
        Pick::compile("detail", text, None, faults).map(|pick| Self::Pick(pick.or_attr("href")))
    }

    fn url<'t, E: Element<'t>>(
        &self,
        fields: &BTreeMap<FieldName, Found>,
        taker: &mut Taker<'_>,
        element: E,
        base: &Url,
    ) -> Result<Option<Url>, Failure> {
        Ok(match self {
            Self::Field(name) => match fields.get(name).map(|found| &found.value) {
                Some(Value::Url(url)) => Some(url.clone()),
                Some(Value::Text(text)) => value::url(text, base),
                _ => None,
            },
            Self::Pick(pick) => {
                let words = taker.take(pick, false, element, "")?;
                words.first().and_then(|words| value::url(&words.text, base)).map(|url| canonical(&url))
            }
        })
    }
}

fn url_field(fields: &BTreeMap<FieldName, Found>) -> Option<Url> {
    ["url", "link"].iter().find_map(|name| match fields.get(*name).map(|found| &found.value) {
        Some(Value::Url(url)) => Some(url.clone()),
        _ => None,
    })
}

impl Numbered {
    /// From `page_param`.
    pub(super) fn compile(spec: &Spec, faults: &mut Vec<Fault>) -> Option<Self> {
        let table = &spec.page_param.as_ref()?.table;
        if spec.next.is_some() {
            faults.push(Fault::new("page_param", &table.name, "either `next` or `page_param`, not both"));
        }
        if table.name.is_empty() {
            faults.push(Fault::new("page_param.name", "", "the name of a query parameter, such as `page`"));
        }
        if table.step == Some(0) {
            faults.push(Fault::new("page_param.step", "0", "a number from 1"));
        }
        Some(Self { name: table.name.clone(), start: table.start.unwrap_or(1), step: table.step.unwrap_or(1) })
    }

    /// The address of the page after this one, within so many pages.
    pub(super) fn after(&self, url: &Url, pages: u32) -> Option<Url> {
        let now =
            url.query_pairs().find(|(name, _)| *name == self.name.as_str()).map_or(Some(self.start), |(_, value)| value.parse().ok())?;
        let next = now.checked_add(self.step)?;
        if next.saturating_sub(self.start) / self.step.max(1) >= pages {
            return None;
        }
        let mut out = url.clone();
        let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| *name != self.name).collect();
        out.query_pairs_mut().clear().extend_pairs(kept).append_pair(&self.name, &next.to_string());
        Some(out)
    }
}

static BASE: LazyLock<Pick> =
    LazyLock::new(|| Pick::compile("base", "base[href] @href", None, &mut Vec::new()).expect("the selector is fixed"));

/// What relative addresses are relative to: the page's `base` element, else its own address.
pub(super) fn base_of<'t, E: Element<'t>>(root: E, url: &Url) -> Url {
    BASE.first(root).and_then(|href| url.join(href.trim()).ok()).unwrap_or_else(|| url.clone())
}

#[cfg(test)]
mod tests;
