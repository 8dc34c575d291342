//! How an answer seems to be paged, from what stands beside its records: an address, a cursor, a number or an offset. Knows how APIs look, and no
//! API.

use serde_json::{Map, Value};
use url::Url;

use super::super::spec::PagingSpec;

/// Levels that are searched: what says the next page stands near the top.
const LEVELS: usize = 3;
/// Members that hold the address of the next page; `next` alone may also be a number.
const NEXT: [&str; 7] = ["next", "nexturl", "nextpageurl", "nextlink", "nexthref", "nextpage", "odatanextlink"];
/// Members that hold a word to send back, and the parameter that usually takes it.
const CURSORS: [(&str, &str); 8] = [
    ("nextcursor", "cursor"),
    ("nextpagetoken", "pageToken"),
    ("nexttoken", "token"),
    ("continuationtoken", "continuationToken"),
    ("continuation", "continuation"),
    ("endcursor", "after"),
    ("cursornext", "cursor"),
    ("cursor", "cursor"),
];
/// Members with the number of this page, those with the number of the last one, and those with the place of the first record.
const PAGE: [&str; 5] = ["page", "currentpage", "pagenumber", "pageno", "pageindex"];
const LAST: [&str; 7] = ["totalpages", "lastpage", "pagecount", "pages", "numpages", "pagestotal", "maxpage"];
const OFFSET: [&str; 4] = ["offset", "skip", "start", "from"];
/// Members with how many records a page has, and how many there are at all.
const LIMIT: [&str; 10] = ["limit", "perpage", "pagesize", "size", "count", "rows", "take", "top", "itemsperpage", "resultsperpage"];
const TOTAL: [&str; 9] =
    ["total", "totalcount", "totalitems", "totalresults", "totalelements", "numfound", "totalrecords", "hits", "found"];

/// A member beside the records.
struct Beside<'v> {
    /// As jq writes it.
    path: String,
    /// In small letters and digits; of one inside of another, `links.next`, its own name alone.
    name: String,
    /// As it is written.
    written: &'v str,
    value: &'v Value,
}

/// The setting that follows the pages of this answer; `None` where nothing says that there are several. `records`: how many it holds.
pub(super) fn proposed(answer: &Value, url: &Url, records: usize) -> Option<PagingSpec> {
    let mut all = Vec::new();
    beside(answer.as_object()?, "", 0, &mut all);
    let number = |names: &[&str]| {
        names.iter().find_map(|name| all.iter().find_map(|one| Some((one, one.value.as_u64().filter(|_| one.name == *name)?))))
    };
    let next = all.iter().filter(|one| NEXT.contains(&one.name.as_str())).find(|one| is_address(one.value));
    if let Some(next) = next {
        return Some(PagingSpec { next: Some(next.path.clone()), ..PagingSpec::default() });
    }
    let asked = |name: &str| url.query_pairs().find(|(key, _)| plain(key) == plain(name)).map(|(key, _)| key.into_owned());
    let cursor = CURSORS.iter().find_map(|(name, param)| {
        let one = all.iter().find(|one| one.name == *name && is_word(one.value))?;
        Some((one, asked(param).unwrap_or_else(|| (*param).to_owned())))
    });
    if let Some((cursor, param)) = cursor {
        return Some(PagingSpec { cursor: Some(cursor.path.clone()), param: Some(param), ..PagingSpec::default() });
    }
    let all_here = number(&TOTAL).is_some_and(|(_, total)| total <= records as u64);
    if all_here {
        return None;
    }
    let (limit, last) = (number(&LIMIT), number(&LAST));
    if let Some((page, at)) = number(&PAGE).filter(|(_, at)| *at <= 1 && (limit.is_some() || last.is_some() || number(&TOTAL).is_some())) {
        if last.is_some_and(|(_, last)| last <= 1) {
            return None;
        }
        // `current_page` is what an answer says, and `page` what is asked for.
        let param = PAGE
            .iter()
            .find_map(|name| asked(name))
            .unwrap_or_else(|| if page.name == "currentpage" { "page".to_owned() } else { page.written.to_owned() });
        let start = u32::try_from(at).ok().filter(|at| *at != 1);
        return Some(PagingSpec { page: last.map(|(last, _)| last.path.clone()), param: Some(param), start, ..PagingSpec::default() });
    }
    let (offset, _) = number(&OFFSET).filter(|(_, at)| *at == 0)?;
    let step = limit.map_or(records as u64, |(_, limit)| limit);
    let param = asked(offset.written).unwrap_or_else(|| offset.written.to_owned());
    let step = u32::try_from(step).ok().filter(|step| *step > 0)?;
    Some(PagingSpec { param: Some(param), start: Some(0), step: Some(step), ..PagingSpec::default() })
}

/// The members outside of any list, those that lie near first.
fn beside<'v>(object: &'v Map<String, Value>, place: &str, level: usize, all: &mut Vec<Beside<'v>>) {
    for (name, value) in object {
        let path = format!("{place}{}", step(name));
        // `links.next.href` is the address of the next page as `links.next` is.
        let value = value
            .as_object()
            .filter(|_| NEXT.contains(&plain(name).as_str()))
            .and_then(|of| of.get("href"))
            .map_or((path.clone(), value), |href| (format!("{path}.href"), href));
        all.push(Beside { path: value.0, name: plain(name), written: name, value: value.1 });
    }
    for (name, inner) in object.iter().filter_map(|(name, value)| Some((name, value.as_object()?))).filter(|_| level < LEVELS) {
        beside(inner, &format!("{place}{}", step(name)), level + 1, all);
    }
}

fn step(name: &str) -> String {
    let simple = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if simple { format!(".{name}") } else { format!(".\"{name}\"") }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| ["http://", "https://", "/", "?"].iter().any(|begin| text.starts_with(begin)))
}

fn is_word(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty() && !is_address(value),
        Value::Number(_) => true,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn how_answers_are_paged() {
        let items = json!([{"id": 1, "next": "/not/this"}, {"id": 2}]);
        let with = |more: Value| {
            let mut answer = json!({ "items": items });
            answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            answer
        };
        for (more, query, want) in [
            (json!({"links": {"self": "/a", "next": "https://a.example/?page=2"}, "total": 40}), "", "{ next = \".links.next\" }"),
            (json!({"_links": {"next": {"href": "/a?page=2"}}}), "", "{ next = \"._links.next.href\" }"),
            (json!({"@odata.nextLink": "https://a.example/?$skip=2"}), "", "{ next = \".\\\"@odata.nextLink\\\"\" }"),
            (json!({"count": 40, "next": "https://a.example/?page=2", "previous": null}), "", "{ next = \".next\" }"),
            (json!({"meta": {"next_cursor": "abc"}}), "", "{ cursor = \".meta.next_cursor\", param = \"cursor\" }"),
            (json!({"nextPageToken": "abc"}), "page_token=x", "{ cursor = \".nextPageToken\", param = \"page_token\" }"),
            (json!({"page": 1, "per_page": 2, "total": 40}), "", "{ param = \"page\" }"),
            (json!({"meta": {"current_page": 1, "last_page": 20}}), "page=1", "{ page = \".meta.last_page\", param = \"page\" }"),
            (json!({"page": 0, "size": 2, "totalPages": 20}), "", "{ page = \".totalPages\", param = \"page\", start = 0 }"),
            (json!({"offset": 0, "limit": 2, "total": 40}), "", "{ param = \"offset\", start = 0, step = 2 }"),
            (json!({"paging": {"start": 0, "total": 40}}), "", "{ param = \"start\", start = 0, step = 2 }"),
            // All of it is here, or nothing says that there is more.
            (json!({"page": 1, "per_page": 50, "total": 2}), "", ""),
            (json!({"page": 1, "total_pages": 1}), "", ""),
            (json!({"offset": 0, "limit": 50, "total": 2}), "", ""),
            (json!({"next": null, "total": 2}), "", ""),
            (json!({"total": 40}), "", ""),
            (json!({"page": "about us"}), "", ""),
        ] {
            let url: Url = format!("https://a.example/api?{query}").parse().unwrap();
            let told = proposed(&with(more.clone()), &url, 2).map(|paging| paging.written()).unwrap_or_default();
            assert_eq!(told, want, "{more}");
        }
        assert!(proposed(&json!([{"id": 1}]), &"https://a.example/".parse().unwrap(), 1).is_none());
    }
}
