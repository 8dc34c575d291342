//! Which fields the records of a source can have, what they are, and by which setting they say whom they are about. Knows no page.

use std::collections::BTreeSet;

use super::{By, Kind, Reader};
use crate::model::RecordKind;

/// What fields are called that are found by themselves, and those of most settings.
pub const USUAL_FIELDS: [&str; 27] = [
    "name",
    "title",
    "url",
    "link",
    "price",
    "salary",
    "phone",
    "email",
    "date",
    "address",
    "category",
    "industry",
    "description",
    "summary",
    "text",
    "published",
    "company",
    "organisation",
    "place",
    "region",
    "country",
    "website",
    "tax_id",
    "kind",
    "image",
    "size",
    "person",
];

impl Reader {
    /// The fields that its records can have, where settings and format name all of them; `None` where the page says.
    pub fn fields(&self) -> Option<BTreeSet<&str>> {
        match &self.by {
            By::Listing(reader) => Some(reader.names().collect()),
            By::Found(_) => None,
            By::Feed(reader) => Some(reader.names().collect()),
            By::Sitemap(reader) => Some(reader.names().collect()),
            By::Json(reader) => Some(reader.names().collect::<BTreeSet<_>>()).filter(|names| !names.is_empty()),
            By::Tenders(reader) => Some(reader.names().collect()),
            By::Page(reader) => Some(reader.names().collect()),
        }
    }

    /// What its records are, unless they say otherwise.
    pub fn holds(&self) -> RecordKind {
        let rule = match &self.by {
            By::Listing(reader) => reader.rule(),
            By::Found(reader) => reader.rule(),
            By::Feed(reader) => reader.rule(),
            By::Sitemap(reader) => reader.rule(),
            By::Json(reader) => reader.rule(),
            By::Tenders(reader) => reader.rule(),
            By::Page(reader) => reader.rule(),
        };
        rule.kind()
    }

    /// Whose a lead is that comes of records that name nobody.
    pub fn unnamed(&self) -> &'static str {
        if self.holds().speaks() {
            "what its texts say of a company that stands there with its legal form is that company's, any other lead that comes of it is \"(not named yet)\""
        } else {
            "a lead that comes of it is \"(not named yet)\""
        }
    }

    /// The setting by which its records say whom they are about.
    pub fn naming(&self) -> &'static str {
        match (&self.by, self.kind) {
            (By::Feed(_) | By::Sitemap(_), _) => {
                "a field that reads it, such as `fields = { company = { from = \"title\", regex = \"^(.+?) (?:opens|buys) \" } }`, or \
                 `organisation = \"Acme S.L.\"` where all of it is about one"
            }
            (By::Listing(_), Kind::Directory) => "the field `name`, such as `name = \"h3\"` in `fields`",
            (By::Listing(_), _) => {
                "the field `company`, such as `company = \".seller\"` in `fields`, or `kind = \"directory\"` where its records are companies"
            }
            (By::Found(_), _) => {
                "`fields = { company = \"column_1\" }` with the column that has it, `organisation = \"Acme S.L.\"` where all of it is of one, or `kind = \"directory\"` where its records are companies"
            }
            (By::Json(_), _) => {
                "the field `company`: `fields = { title = \"title\", company = \"company.name\" }` with every field that you want"
            }
            (By::Tenders(_), _) => "`organisation = \"…\"` where one buyer publishes all of it",
            (By::Page(_), _) => "`organisation = \"Acme S.L.\"`: whose page it is",
        }
    }
}
