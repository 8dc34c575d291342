//! What a question carries beside its address: the JSON body of a POST. Knows no connection.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};
use url::Url;

/// The fields of a JSON body that are the same in every question of a source. What differs from one to the next (the stretch of time, the
/// portal's word of the next page) stands in the query of the address, so that an address names one page whichever way it is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body(Map<String, Value>);

impl Body {
    /// A body with these fields.
    pub fn new(fields: BTreeMap<String, Value>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// What is sent for an address: it without its query, and the fields with the query's among them, as texts.
    pub(super) fn of(&self, url: &Url) -> (Url, Bytes) {
        let mut fields = self.0.clone();
        fields.extend(url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))));
        let mut bare = url.clone();
        bare.set_query(None);
        (bare, Value::Object(fields).to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_an_address_stands_among_the_fields() {
        let fields = serde_json::from_str(r#"{"limit": 250, "fields": ["ND"], "scope": "ALL"}"#).unwrap();
        for (url, want) in [
            ("https://p.example/search", r#"{"fields":["ND"],"limit":250,"scope":"ALL"}"#),
            (
                "https://p.example/search?query=PD%3E%3D20261123%20AND%20PC%20IN%20(33)&scope=ACTIVE&iterationNextToken=a%2Bb%3D",
                r#"{"fields":["ND"],"iterationNextToken":"a+b=","limit":250,"query":"PD>=20261123 AND PC IN (33)","scope":"ACTIVE"}"#,
            ),
        ] {
            let (bare, body) = Body::new(BTreeMap::clone(&fields)).of(&Url::parse(url).unwrap());
            assert_eq!(bare.as_str(), "https://p.example/search");
            let (got, want): (Value, Value) = (serde_json::from_slice(&body).unwrap(), serde_json::from_str(want).unwrap());
            assert_eq!(got, want, "{url}");
        }
    }
}
