//! The settings of reading, as written: one shape for every kind, so that an editor knows them all. Knows the words, not what they do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::transport::TransportSpec;

/// The top-level settings of a source that are read here.
pub const KEYS: &[&str] = &[
    "kind",
    "url",
    "urls",
    "records",
    "record",
    "fields",
    "key",
    "kinds",
    "next",
    "page_param",
    "pages",
    "detail",
    "detail_fields",
    "filter",
    "paging",
    "portal",
    "format",
    "transport",
    "select",
    "remove",
    "organisation",
    "country",
    "currency",
    "language",
    "dates",
];

/// How the pages of a source are read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// What the source is: `listing`, `directory`, `feed`, `sitemap`, `json`, `tenders` or `page`.
    pub kind: String,
    /// The address to watch.
    pub url: Option<String>,
    /// Several addresses to watch, instead of `url`.
    pub urls: Vec<String>,
    /// What its records are: `offer`, `request`, `company`, `tender`, `award`, `article`, `vacancy` or `page`. By default what the kind usually holds.
    pub records: Option<String>,
    /// CSS selector of one record: `li.exhibitor`. (In a `json` source: not used, see `filter`.) A listing or directory without it finds its
    /// records, their fields and its next page by itself.
    pub record: Option<String>,
    /// What is read from each record (without `record`: other names for what is found, `{ place = "column_2" }`): `{ name = "h3", url = "h3 a @href", price = { select = ".price", currency = "EUR" } }`.
    pub fields: BTreeMap<String, FieldSpec>,
    /// The fields that tell records apart. By default the record's own address, else its name and place.
    pub key: List,
    /// What the words in the field `kind` mean: `{ Wanted = "request", "For sale" = "offer" }`.
    pub kinds: BTreeMap<String, String>,
    /// CSS selector of the link to the next page: `a[rel=next]`.
    pub next: Option<String>,
    /// The query parameter that numbers the pages: `page`, or `{ name = "start", start = 0, step = 25 }`.
    pub page_param: Option<PageParam>,
    /// At most so many pages in one visit; 20 by default.
    pub pages: Option<u32>,
    /// Where a record's own page is: a selector with attribute (`h3 a @href`), or the name of a field that holds an address. Without `record`:
    /// `found` (by default in a directory: it is read by itself) or `off`.
    pub detail: Option<String>,
    /// What is read from a record's own page.
    pub detail_fields: BTreeMap<String, FieldSpec>,
    /// For `json`: a jq filter that yields one object for each record: `.items[]`. For `sitemap`: a regular expression; only addresses
    /// that match it become records.
    pub filter: Option<String>,
    /// For `json`: how the next page is asked for.
    pub paging: Option<PagingSpec>,
    /// For `tenders`: a portal that is known by name, such as `placsp`: its address, format, time zone and paging need not be set.
    pub portal: Option<String>,
    /// For `tenders`: the format of its documents, such as `ocds`; by default it is recognised.
    pub format: Option<String>,
    /// For `tenders`, `json` and `feed`: how the whole of it is got, `follow` by default: a word such as `walk-back`, or a table such as
    /// `{ kind = "window", limit = 100 }` for an address with `{from}` and `{to}` in it.
    pub transport: Option<TransportSpec>,
    /// For `page`: CSS selectors of what is watched; everything else is left out. For `json`: where in a page of HTML the JSON is, such as
    /// `script#__NEXT_DATA__` or `#app @data-page`; left out, the answer is JSON.
    pub select: List,
    /// For `page`: CSS selectors of what is left out.
    pub remove: List,
    /// The organisation that every record of this source is about, if it is always the same.
    pub organisation: Option<String>,
    /// Country of the site (ISO 3166-1, two letters): how its telephone numbers are to be read; and where its entries are that say nothing else.
    pub country: Option<String>,
    /// Currency (ISO 4217) of prices that name none, or one that several countries use (`$`).
    pub currency: Option<String>,
    /// Language of the site (two letters): of its texts, and of the month names in its dates; by default all known languages are tried.
    pub language: Option<String>,
    /// Which comes first in dates such as 03/04/2026: `dmy` (by default) or `mdy`.
    pub dates: Option<String>,
}

/// What is read into one field: a selector (`h3 a @href`), or a table that says more.
#[derive(Debug, Clone, Default)]
pub struct FieldSpec {
    /// The table; a plain selector fills only `select`.
    pub table: FieldTable,
}

/// All that can be said about one field.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FieldTable {
    /// CSS selector within the record (a jq path for `json`); `@href` at its end takes an attribute.
    pub select: Option<String>,
    /// The attribute to take instead of the text.
    pub attr: Option<String>,
    /// Take the words of another field instead of selecting.
    pub from: Option<String>,
    /// Always these words.
    #[serde(rename = "const")]
    pub constant: Option<String>,
    /// Characters to cut off at both ends, after white space.
    pub trim: Option<String>,
    /// A regular expression; what it finds is kept, and without a find the field is missing.
    pub regex: Option<String>,
    /// The group of `regex` that is kept; by default the first, or the whole when it has none.
    pub group: Option<usize>,
    /// Pairs of words to replace, in order, after `regex`: `[["Tsd.", "000"]]`.
    pub replace: Vec<[String; 2]>,
    /// How the words are understood: `text`, `url`, `money`, `number`, `date`, `time`, `phone` or `email`. By default from the field's name.
    pub kind: Option<String>,
    /// The form of a date or time, as in `%d.%m.%Y %H:%M`; by default it is recognised.
    pub format: Option<String>,
    /// As `currency` of the source, for this field.
    pub currency: Option<String>,
    /// IANA zone of times that name none.
    pub zone: Option<String>,
    /// As `country` of the source, for this field.
    pub country: Option<String>,
    /// Take every match, not only the first.
    pub many: bool,
}

impl<'de> Deserialize<'de> for FieldSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FieldSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a selector such as \"h3 a @href\", or a table such as { select = \".price\", kind = \"money\" }")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<FieldSpec, E> {
                Ok(FieldSpec { table: FieldTable { select: Some(text.to_owned()), ..FieldTable::default() } })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldSpec, A::Error> {
                FieldTable::deserialize(MapAccessDeserializer::new(map)).map(|table| FieldSpec { table })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for FieldSpec {
    fn schema_name() -> Cow<'static, str> {
        "Field".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<FieldTable>();
        json_schema!({ "anyOf": [{ "type": "string" }, table] })
    }
}

/// The query parameter that numbers pages: its name, or a table that says more.
#[derive(Debug, Clone, Default)]
pub struct PageParam {
    /// The table; a plain name fills only `name`.
    pub table: PageParamTable,
}

/// All that can be said about the parameter that numbers pages.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PageParamTable {
    /// The parameter's name.
    pub name: String,
    /// Its value on the first page; 1 by default.
    pub start: Option<u32>,
    /// What is added for each page; 1 by default, records per page where the parameter counts records.
    pub step: Option<u32>,
}

impl<'de> Deserialize<'de> for PageParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PageParam;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a parameter name such as \"page\", or { name = \"start\", start = 0, step = 25 }")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PageParam, E> {
                Ok(PageParam { table: PageParamTable { name: text.to_owned(), ..PageParamTable::default() } })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PageParam, A::Error> {
                PageParamTable::deserialize(MapAccessDeserializer::new(map)).map(|table| PageParam { table })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for PageParam {
    fn schema_name() -> Cow<'static, str> {
        "PageParam".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<PageParamTable>();
        json_schema!({ "anyOf": [{ "type": "string" }, table] })
    }
}

/// How a JSON source's next page is asked for: `next`, or `link`, or `cursor` and `param`, or `param` alone for pages that are numbered.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PagingSpec {
    /// jq path of the cursor in the answer: `.meta.next_cursor`.
    pub cursor: Option<String>,
    /// jq path of the next page's number, or of the last page's; without it pages are counted until one has no records.
    pub page: Option<String>,
    /// For numbers: jq path of how many pages there are: `.totalPages`.
    pub count: Option<String>,
    /// jq path of the next page's address: `.links.next`, or a filter that yields it: `.links[] | select(.rel == "next") | .href`.
    pub next: Option<String>,
    /// Whether the header `Link` of the answer names the next page (`<…>; rel="next"`, RFC 8288).
    pub link: bool,
    /// The query parameter that takes the cursor or the number.
    pub param: Option<String>,
    /// For numbers: the value on the first page; 1 by default.
    pub start: Option<u32>,
    /// For numbers: what is added for each page; 1 by default.
    pub step: Option<u32>,
}

impl PagingSpec {
    /// As it is written in a file.
    pub fn written(&self) -> String {
        let quoted = |key: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("{key} = \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
        };
        let number = |key: &str, number: Option<u32>| number.map(|number| format!("{key} = {number}"));
        let parts = [
            quoted("next", &self.next),
            self.link.then(|| "link = true".to_owned()),
            quoted("cursor", &self.cursor),
            quoted("page", &self.page),
            quoted("count", &self.count),
            quoted("param", &self.param),
            number("start", self.start),
            number("step", self.step),
        ];
        format!("{{ {} }}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// One text, or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List(pub Vec<String>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = List;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<List, E> {
                Ok(List(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<List, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(List)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for List {
    fn schema_name() -> Cow<'static, str> {
        "TextOrTexts".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }
}
