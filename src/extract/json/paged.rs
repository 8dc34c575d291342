//! How an answer seems to be paged, from what stands beside its records, in its head and in its address: an address, a cursor, a number or an
//! offset. Knows how APIs look, and no API.

use serde_json::{Map, Value};
use url::Url;

use super::super::Input;
use super::super::spec::PagingSpec;
use super::names;
use super::paging::{PAGES, number_of};

/// Levels that are searched: what says the next page stands near the top.
const LEVELS: usize = 3;
/// Ways that are proposed of one answer.
const WAYS: usize = 4;
/// Members that hold the address of the next page, or its number.
const NEXT: [&str; 30] = [
    "next",
    "nexturl",
    "nextpageurl",
    "nextlink",
    "nexthref",
    "nextpage",
    "odatanextlink",
    "siguiente",
    "paginasiguiente",
    "siguientepagina",
    "urlsiguiente",
    "proxima",
    "proximo",
    "proximapagina",
    "suivant",
    "suivante",
    "pagesuivante",
    "weiter",
    "nachste",
    "nachsteseite",
    "naechste",
    "naechsteseite",
    "prossima",
    "prossimo",
    "prossimapagina",
    "successiva",
    "sleduiushchaia",
    "sleduyushchaya",
    "nastepna",
    "volgende",
];
/// Members of such a member that hold the address, where it is an object.
const ADDRESS: [&str; 3] = ["href", "url", "link"];
/// Members that hold a word to send back, and the parameter that usually takes it.
const CURSORS: [(&str, &str); 10] = [
    ("nextcursor", "cursor"),
    ("nextpagetoken", "pageToken"),
    ("nexttoken", "token"),
    ("continuationtoken", "continuationToken"),
    ("continuation", "continuation"),
    ("endcursor", "after"),
    ("cursornext", "cursor"),
    ("cursor", "cursor"),
    ("siguientecursor", "cursor"),
    ("cursorsiguiente", "cursor"),
];
/// Members with the number of this page, and parameters that take it. `number` alone says so only beside how many pages there are.
const PAGE: [&str; 20] = [
    "page",
    "currentpage",
    "pagenumber",
    "pageno",
    "pageindex",
    NUMBER,
    "pagina",
    "paginaactual",
    "paginaatual",
    "numeropagina",
    "paginacorrente",
    "pageactuelle",
    "pagecourante",
    "numeropage",
    "seite",
    "aktuelleseite",
    "seitennummer",
    "stranitsa",
    "stranica",
    "strona",
];
const NUMBER: &str = "number";
/// Further parameters that number pages.
const ASKED: [&str; 6] = ["p", "pg", "pagenum", "paged", "pagina", "seite"];
/// What the parameter is called that numbers pages, by what stands in the name of a number or of a list beside it.
const TONGUES: [(&str, &str); 14] = [
    ("pagina", "pagina"),
    ("seite", "seite"),
    ("resultados", "pagina"),
    ("datos", "pagina"),
    ("elementos", "pagina"),
    ("registros", "pagina"),
    ("anuncios", "pagina"),
    ("ofertas", "pagina"),
    ("dados", "pagina"),
    ("itens", "pagina"),
    ("risultati", "pagina"),
    ("elementi", "pagina"),
    ("ergebnisse", "seite"),
    ("eintrage", "seite"),
];
/// Members with how many pages there are, or the number of the last; and those that say the number of the last.
const LAST: [&str; 28] = [
    "totalpages",
    "lastpage",
    "pagecount",
    "pages",
    "numpages",
    "pagestotal",
    "maxpage",
    "totalpaginas",
    "paginastotales",
    "totaldepaginas",
    "numpaginas",
    "numeropaginas",
    "paginas",
    "ultimapagina",
    "totalpagine",
    "pagine",
    "nombrepages",
    "nbpages",
    "totalpage",
    "dernierepage",
    "seiten",
    "anzahlseiten",
    "seitenanzahl",
    "gesamtseiten",
    "letzteseite",
    "vsegostranits",
    "stranits",
    "stranic",
];
const NUMBER_OF_LAST: [&str; 5] = ["lastpage", "maxpage", "ultimapagina", "dernierepage", "letzteseite"];
/// Members with the place of the first record, and parameters that take it.
const OFFSET: [&str; 10] = ["offset", "skip", "start", "from", "startindex", "desde", "inicio", "desplazamiento", "debut", "inizio"];
/// Members with how many records a page has, and how many there are at all.
const LIMIT: [&str; 23] = [
    "limit",
    "perpage",
    "pagesize",
    "size",
    "count",
    "rows",
    "take",
    "top",
    "itemsperpage",
    "resultsperpage",
    "limite",
    "porpagina",
    "tamanopagina",
    "tamanhopagina",
    "itensporpagina",
    "elementosporpagina",
    "registrosporpagina",
    "parpage",
    "proseite",
    "seitengrosse",
    "perpagina",
    "elementiperpagina",
    "nastranitse",
];
const TOTAL: [&str; 30] = [
    "total",
    "totalcount",
    "totalitems",
    "totalresults",
    "totalelements",
    "numfound",
    "totalrecords",
    "numbermatched",
    "odatacount",
    "totalhits",
    "hits",
    "found",
    "count",
    "totalresultados",
    "totalregistros",
    "totalelementos",
    "totalitens",
    "numerototal",
    "totale",
    "totalerisultati",
    "totalresultats",
    "nombretotal",
    "nbresultats",
    "gesamt",
    "gesamtzahl",
    "gesamtanzahl",
    "anzahl",
    "treffer",
    "vsego",
    "itogo",
];

/// How an answer seems to be paged.
#[derive(Clone, Debug, Default)]
pub struct Paged {
    /// Settings that would follow its pages, the surest first.
    pub ways: Vec<PagingWay>,
    /// How many records it says that there are, where that is more than it holds.
    pub total: Option<u64>,
}

/// A setting that would follow the pages of an answer.
#[derive(Clone, Debug)]
pub struct PagingWay {
    /// The setting.
    pub paging: PagingSpec,
    /// Whether the answer says so; else it is how others do.
    pub said: bool,
}

impl Paged {
    /// Pages that a visit needs for all of them, where a visit reads fewer by itself; `records`: how many one page holds.
    pub fn pages_needed(&self, records: usize) -> Option<u64> {
        let pages = self.total?.div_ceil(u64::try_from(records).ok().filter(|records| *records > 0)?);
        (pages > u64::from(PAGES)).then_some(pages)
    }
}

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

/// How this answer seems to be paged. `records`: how many it holds; `total`: how many its head says that there are.
pub(super) fn proposed(answer: &Value, input: &Input<'_>, (records, total): (usize, Option<u64>)) -> Paged {
    let mut all = Vec::new();
    if let Some(object) = answer.as_object() {
        beside(object, "", 0, &mut all);
    }
    let seen = Seen { all, url: input.url, records: records as u64 };
    let said = TOTAL.iter().find_map(|name| seen.number(&[name]).map(|(_, total)| total).filter(|n| *name != "count" || *n > seen.records));
    let total = total.or(said);
    let mut ways: Vec<PagingWay> = Vec::new();
    let mut add = |paging: Option<PagingSpec>, said| ways.extend(paging.map(|paging| PagingWay { paging, said }));
    add(seen.address().or_else(|| of_links(answer)), true);
    add(input.next.map(|_| PagingSpec { link: true, ..PagingSpec::default() }), true);
    add(seen.cursor(), true);
    let all_here = total.is_some_and(|total| total <= seen.records);
    if !all_here && records > 0 {
        add(seen.next_number(), true);
        match seen.page(total.is_some()) {
            Numbered::Proposed(page) => page.into_iter().for_each(|page| add(Some(page), true)),
            Numbered::Whole => return Paged { ways, total: None },
            Numbered::Unsaid => {}
        }
        add(seen.offset(), true);
        add(seen.asked_page(), false);
        add(seen.asked_offset(), false);
        if total.is_some() {
            let own = seen.all.iter().find_map(|one| tongue(&one.name));
            for param in own.into_iter().chain(["page"]) {
                add(Some(PagingSpec { param: Some(param.to_owned()), ..PagingSpec::default() }), false);
            }
            add(seen.by_offset("offset", None), false);
        }
    }
    let mut known: Vec<String> = Vec::new();
    ways.retain(|way| {
        let written = way.paging.written();
        let new = !known.contains(&written);
        known.push(written);
        new
    });
    ways.truncate(WAYS);
    Paged { ways, total: total.filter(|_| !all_here) }
}

/// What the number of a page says.
enum Numbered {
    Proposed(Vec<PagingSpec>),
    /// That this is the only one.
    Whole,
    Unsaid,
}

/// An answer as far as its paging is concerned.
struct Seen<'v> {
    all: Vec<Beside<'v>>,
    url: &'v Url,
    records: u64,
}

impl Seen<'_> {
    /// The first of these that is a number, or the words of one.
    fn number(&self, names: &[&str]) -> Option<(&Beside<'_>, u64)> {
        names.iter().find_map(|name| self.all.iter().filter(|one| one.name == *name).find_map(|one| Some((one, whole(one.value)?))))
    }

    /// The parameter of the address that is called so.
    fn asked(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| plain(key) == plain(name)).map(|(key, _)| key.into_owned())
    }

    /// The parameter of the address that numbers pages.
    fn asked_number(&self) -> Option<String> {
        PAGE.iter().filter(|name| **name != NUMBER).chain(&ASKED).find_map(|name| self.asked(name))
    }

    fn address(&self) -> Option<PagingSpec> {
        let next = self.all.iter().filter(|one| NEXT.contains(&one.name.as_str())).find(|one| is_address(one.value))?;
        Some(PagingSpec { next: Some(next.path.clone()), ..PagingSpec::default() })
    }

    fn cursor(&self) -> Option<PagingSpec> {
        CURSORS.iter().find_map(|(name, param)| {
            let one = self.all.iter().find(|one| one.name == *name && is_word(one.value))?;
            let param = self.asked(param).unwrap_or_else(|| (*param).to_owned());
            Some(PagingSpec { cursor: Some(one.path.clone()), param: Some(param), ..PagingSpec::default() })
        })
    }

    /// `next_page: 2`.
    fn next_number(&self) -> Option<PagingSpec> {
        let (one, next) = self.number(&NEXT).filter(|(_, next)| *next > 0)?;
        let start = (next == 1).then_some(0);
        Some(PagingSpec {
            page: Some(one.path.clone()),
            param: Some(self.asked_number().unwrap_or_else(|| tongue(&one.name).unwrap_or("page").to_owned())),
            start,
            ..PagingSpec::default()
        })
    }

    /// `page: 1`, beside how many there are.
    fn page(&self, counted: bool) -> Numbered {
        let last = self.number(&LAST);
        let found = self.number(&PAGE).filter(|(page, _)| page.name != NUMBER || last.is_some());
        let Some((page, at)) = found.filter(|_| self.number(&LIMIT).is_some() || last.is_some() || counted) else {
            return Numbered::Unsaid;
        };
        if last.as_ref().is_some_and(|(_, last)| *last <= 1) {
            return Numbered::Whole;
        }
        // `current_page` is what an answer says, and `page` what is asked for.
        let current = |name: &str| matches!(name, "currentpage" | "pageactuelle" | "pagecourante" | NUMBER);
        let own = if current(&page.name) { "page" } else { tongue(&page.name).unwrap_or(page.written) };
        let param = self.asked_number().unwrap_or_else(|| own.to_owned());
        // An API may count from 0 and be asked from 1: what was asked for says so.
        let starts: Vec<u64> = match number_of(self.url, &param) {
            Some(asked) => vec![u64::from(asked > 0 && asked >= at)],
            None if at == 0 => vec![0, 1],
            None => vec![1],
        };
        let spec = |start: u64| {
            let (mut number, mut count) = (None, None);
            if let Some((last, _)) = &last {
                let is_number = start > 0 || NUMBER_OF_LAST.contains(&last.name.as_str());
                *(if is_number { &mut number } else { &mut count }) = Some(last.path.clone());
            }
            let start = u32::try_from(start).ok().filter(|start| *start != 1);
            PagingSpec { page: number, count, param: Some(param.clone()), start, ..PagingSpec::default() }
        };
        Numbered::Proposed(starts.into_iter().map(spec).collect())
    }

    /// `offset: 0`.
    fn offset(&self) -> Option<PagingSpec> {
        let (offset, _) = self.number(&OFFSET).filter(|(_, at)| *at == 0)?;
        let limit = self.number(&LIMIT).map(|(_, limit)| limit);
        let param = self.asked(offset.written).unwrap_or_else(|| offset.written.to_owned());
        self.by_offset(&param, limit)
    }

    /// The address has the number of a page.
    fn asked_page(&self) -> Option<PagingSpec> {
        let param = self.asked_number()?;
        let start = number_of(self.url, &param).filter(|asked| *asked == 0).map(|_| 0);
        Some(PagingSpec { param: Some(param), start, ..PagingSpec::default() })
    }

    /// The address has the place of a record.
    fn asked_offset(&self) -> Option<PagingSpec> {
        let param = OFFSET.iter().find_map(|name| self.asked(name)).filter(|param| number_of(self.url, param).is_some())?;
        self.by_offset(&param, None)
    }

    fn by_offset(&self, param: &str, limit: Option<u64>) -> Option<PagingSpec> {
        let step = u32::try_from(limit.unwrap_or(self.records)).ok().filter(|step| *step > 0)?;
        Some(PagingSpec { param: Some(param.to_owned()), start: Some(0), step: Some(step), ..PagingSpec::default() })
    }
}

/// Whether a member says how many records there are, or which page this is: itself, or inside as `meta.total` does.
pub(super) fn is_counted(members: &Map<String, Value>) -> bool {
    let mut all = Vec::new();
    beside(members, "", LEVELS - 1, &mut all);
    let counts = |name: &str| name != NUMBER && [&TOTAL[..], &PAGE, &LAST].iter().any(|names| names.contains(&name));
    all.iter().any(|one| whole(one.value).is_some() && counts(&one.name))
}

/// The members outside of any list, those that lie near first.
fn beside<'v>(object: &'v Map<String, Value>, place: &str, level: usize, all: &mut Vec<Beside<'v>>) {
    for (name, value) in object {
        let path = format!("{place}{}", step(name));
        // `links.next.href` is the address of the next page as `links.next` is.
        let inside = value.as_object().filter(|_| NEXT.contains(&plain(name).as_str()));
        let address = inside.and_then(|of| ADDRESS.iter().find_map(|name| Some((format!("{path}{}", step(name)), of.get(*name)?))));
        let (path, value) = address.unwrap_or((path, value));
        all.push(Beside { path, name: plain(name), written: name, value });
    }
    for (name, inner) in object.iter().filter_map(|(name, value)| Some((name, value.as_object()?))).filter(|_| level < LEVELS) {
        beside(inner, &format!("{place}{}", step(name)), level + 1, all);
    }
}

/// `links: [{ rel: "next", href: "…" }]`.
fn of_links(answer: &Value) -> Option<PagingSpec> {
    ["links", "_links", "link"].iter().find_map(|name| {
        let links = answer.get(*name)?.as_array()?;
        let next = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))?;
        let href = ADDRESS.iter().find(|name| next.get(**name).is_some_and(is_address))?;
        let filter = format!("{}[] | select(.rel == \"next\") | .{href}", step(name));
        Some(PagingSpec { next: Some(filter), ..PagingSpec::default() })
    })
}

fn step(name: &str) -> String {
    let simple = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if simple { format!(".{name}") } else { format!(".\"{name}\"") }
}

/// The parameter that numbers pages where members are called so.
fn tongue(name: &str) -> Option<&'static str> {
    TONGUES.iter().find(|(part, _)| name.contains(part)).map(|(_, param)| *param)
}

/// In small Latin letters and digits, without the small words between: `total_de_paginas` is `totalpaginas`.
fn plain(name: &str) -> String {
    names::words_of(name).concat()
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok())
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

    fn ways(answer: &Value, query: &str, (records, total): (usize, Option<u64>), next: Option<&str>) -> (Vec<String>, Option<u64>) {
        let url: Url = format!("https://a.example/api?{query}").parse().unwrap();
        let next = next.map(|next| url.join(next).unwrap());
        let input =
            Input { bytes: &[], content_type: None, url: &url, next: next.as_ref(), now: jiff::Timestamp::UNIX_EPOCH, expired: &|| false };
        let paged = proposed(answer, &input, (records, total));
        (paged.ways.iter().map(|way| way.paging.written()).collect(), paged.total)
    }

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
            (json!({"links": {"next": {"url": "/a?page=2"}}}), "", "{ next = \".links.next.url\" }"),
            (
                json!({"links": [{"rel": "self", "href": "/a"}, {"rel": "next", "href": "/a?page=2"}]}),
                "",
                "{ next = \".links[] | select(.rel == \\\"next\\\") | .href\" }",
            ),
            (json!({"@odata.nextLink": "https://a.example/?$skip=2"}), "", "{ next = \".\\\"@odata.nextLink\\\"\" }"),
            (json!({"count": 40, "next": "https://a.example/?page=2", "previous": null}), "", "{ next = \".next\" }"),
            (json!({"pagination": {"next_page": "/a?page=2"}}), "", "{ next = \".pagination.next_page\" }"),
            (json!({"pagination": {"next_page": 2, "page": 1}}), "", "{ page = \".pagination.next_page\", param = \"page\" }"),
            (json!({"pagination": {"next_page": "2"}}), "p=1", "{ page = \".pagination.next_page\", param = \"p\" }"),
            (json!({"nextPage": 1}), "page=0", "{ page = \".nextPage\", param = \"page\", start = 0 }"),
            // In other languages.
            (json!({"pagina": 1, "total_paginas": 9}), "", "{ page = \".total_paginas\", param = \"pagina\" }"),
            (json!({"página_actual": 1, "total": 40}), "", "{ param = \"pagina\" }"),
            (json!({"siguiente": "/a?pagina=2"}), "", "{ next = \".siguiente\" }"),
            (json!({"paginazione": {"prossima_pagina": 2}}), "", "{ page = \".paginazione.prossima_pagina\", param = \"pagina\" }"),
            (json!({"aktuelleSeite": 1, "anzahlSeiten": 9}), "", "{ page = \".anzahlSeiten\", param = \"seite\" }"),
            (json!({"page_courante": 1, "nombre_pages": 9}), "", "{ page = \".nombre_pages\", param = \"page\" }"),
            (json!({"страница": 1, "всего": 40}), "", "{ param = \"страница\" }"),
            (json!({"resultados": [], "total": 40}), "", "{ param = \"pagina\" }"),
            (json!({"meta": {"next_cursor": "abc"}}), "", "{ cursor = \".meta.next_cursor\", param = \"cursor\" }"),
            (json!({"nextPageToken": "abc"}), "page_token=x", "{ cursor = \".nextPageToken\", param = \"page_token\" }"),
            (json!({"page": 1, "per_page": 2, "total": 40}), "", "{ param = \"page\" }"),
            (json!({"meta": {"current_page": 1, "last_page": 20}}), "page=1", "{ page = \".meta.last_page\", param = \"page\" }"),
            (json!({"meta": {"current_page": 1, "last_page": 20}}), "", "{ page = \".meta.last_page\", param = \"page\" }"),
            (json!({"page": 0, "size": 2, "totalPages": 20}), "", "{ count = \".totalPages\", param = \"page\", start = 0 }"),
            // As Spring writes pages.
            (
                json!({"number": 0, "size": 2, "totalPages": 20, "totalElements": 40, "last": false}),
                "",
                "{ count = \".totalPages\", param = \"page\", start = 0 }",
            ),
            (json!({"number": 0, "size": 2, "totalPages": 20, "last": false}), "page=1", "{ page = \".totalPages\", param = \"page\" }"),
            (
                json!({"page": {"number": 0, "size": 2, "totalPages": 20}}),
                "page=0",
                "{ count = \".page.totalPages\", param = \"page\", start = 0 }",
            ),
            (json!({"offset": 0, "limit": 2, "total": 40}), "", "{ param = \"offset\", start = 0, step = 2 }"),
            (json!({"paging": {"start": 0, "total": 40}}), "", "{ param = \"start\", start = 0, step = 2 }"),
            // Nothing but the address, or the number of all, says that there is more.
            (json!({}), "pageNumber=1&pageSize=2", "{ param = \"pageNumber\" }"),
            (json!({}), "page=0", "{ param = \"page\", start = 0 }"),
            (json!({}), "skip=0&limit=2", "{ param = \"skip\", start = 0, step = 2 }"),
            (json!({"total": 40}), "", "{ param = \"page\" }"),
            (json!({"count": 40}), "q=a", "{ param = \"page\" }"),
            // All of it is here, or nothing says that there is more.
            (json!({"page": 1, "per_page": 50, "total": 2}), "", ""),
            (json!({"page": 1, "total_pages": 1}), "", ""),
            (json!({"number": 0, "size": 50, "totalPages": 1, "last": true}), "", ""),
            (json!({"number": 7, "size": 2}), "", ""),
            (json!({"offset": 0, "limit": 50, "total": 2}), "", ""),
            (json!({"next": null, "total": 2}), "", ""),
            (json!({"total": 2}), "page=1", ""),
            (json!({"count": 2}), "", ""),
            (json!({"page": "about us"}), "", ""),
        ] {
            let (told, _) = ways(&with(more.clone()), query, (2, None), None);
            assert_eq!(told.first().map(String::as_str).unwrap_or_default(), want, "{more} {query}");
            assert!(told.len() <= WAYS, "{told:?}");
        }
    }

    #[test]
    fn a_bare_list_is_paged_by_its_head_or_its_address() {
        let list = json!([{"id": 1}, {"id": 2}]);
        for (query, total, next, want, says) in [
            ("", None, None, &[][..], None),
            ("", None, Some("?page=2"), &["{ link = true }"], None),
            ("page=1", None, None, &["{ param = \"page\" }"], None),
            ("_page=1&_limit=2", None, None, &["{ param = \"_page\" }"], None),
            ("offset=0", None, None, &["{ param = \"offset\", start = 0, step = 2 }"], None),
            ("start=now", None, None, &[], None),
            ("", Some(23), None, &["{ param = \"page\" }", "{ param = \"offset\", start = 0, step = 2 }"], Some(23)),
            ("page=1", Some(2), None, &[], None),
        ] {
            let told = ways(&list, query, (2, total), next);
            assert_eq!(told, (want.iter().map(|way| (*way).to_owned()).collect(), says), "{query} {total:?}");
        }
        let many = Paged { total: Some(401), ..Paged::default() };
        assert_eq!([many.pages_needed(20), many.pages_needed(30), many.pages_needed(0)], [Some(21), None, None]);
    }
}
