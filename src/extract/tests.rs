//! Settings as people write them, over small pages and over real ones.

use std::fs;

use super::*;
use crate::model::Value;

/// A source in Spain.
pub(super) fn about() -> About {
    About { source: "fair".parse().unwrap(), zone: TimeZone::get("Europe/Madrid").unwrap(), country: Some("ES".to_owned()) }
}

fn compile(settings: &str) -> Result<Reader, Vec<Fault>> {
    let spec: Spec = toml::from_str(settings).unwrap();
    spec.compile(&about())
}

/// A reader of these settings at an address that serves for most tests.
pub(super) fn reader(settings: &str) -> Reader {
    compile(&format!("url = \"https://fair.example/list\"\n{settings}")).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Reads a page at this address.
pub(super) fn read_at(reader: &Reader, url: &str, html: &[u8]) -> Result<Extract, Failure> {
    let url = Url::parse(url).unwrap();
    reader.read(&input(&url, html))
}

/// The input of a page.
pub(super) fn input<'a>(url: &'a Url, bytes: &'a [u8]) -> Input<'a> {
    Input { bytes, content_type: Some("text/html; charset=utf-8"), url, next: None, now: Timestamp::UNIX_EPOCH, expired: &|| false }
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let cases = [
        ("kind = 'lisitng'\nurl = 'https://a.example/'", vec!["kind"]),
        ("kind = 'listing'", vec!["url"]),
        ("kind = 'listing'\nurl = 'ftp://a.example/'\nrecord = 'li['\nfields = { a = 'h3 >' }", vec!["url", "record", "fields.a"]),
        (
            "kind = 'listing'\nurls = ['https://a.example/', 'x']\nrecord = 'li'\nrecords = 'offers'\npages = 0
             fields = { a = { select = 'b', from = 'c' }, b = { from = 'z' }, c = { select = 'c', regex = '(', kind = 'int' } }",
            vec!["urls[1]", "fields.a", "fields.b.from", "fields.c.kind", "fields.c.regex", "records", "pages"],
        ),
        (
            "kind = 'directory'\nurl = 'https://a.example/'\nrecord = 'li'\nfields = { a = 'b' }\nkey = ['a', 'x']\nnext = 'a'
             page_param = 'p'\ndetail = 'a @href'\nkinds = { Wanted = 'wish' }\nfilter = '.x'\ncountry = 'Spain'\ncurrency = 'EURO'\ndates = 'ymd'",
            vec!["country", "currency", "dates", "detail_fields", "kinds.Wanted", "key[1]", "page_param", "filter"],
        ),
        ("kind = 'page'\nurl = 'https://a.example/'\nselect = ['main', '']\nrecord = 'x'", vec!["select[1]", "record"]),
        (
            "kind = 'listing'\nurl = 'https://a.example/'\nrecord = 'li'
             fields = { a = { select = 'x', zone = 'Mars', format = '%!', country = 'XX', currency = 'XXXX', regex = 'x', group = 1 }, b = 'x @' }",
            vec!["fields.a.country", "fields.a.currency", "fields.a.group", "fields.a.format", "fields.a.zone", "fields.b"],
        ),
    ];
    for (settings, want) in cases {
        let faults = compile(settings).err().unwrap_or_default();
        let mut keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
        let mut want = want;
        keys.sort_unstable();
        want.sort_unstable();
        assert_eq!(keys, want, "{settings}\n{faults:?}");
        assert!(faults.iter().all(|fault| !fault.expected.is_empty()));
    }
}

#[test]
fn unknown_settings_are_refused_and_the_keys_are_those_of_the_shape() {
    assert!(toml::from_str::<Spec>("colour = 'red'").is_err());
    assert!(toml::from_str::<Spec>("fields = { a = { selct = 'b' } }").is_err());
    let schema = schemars::schema_for!(Spec);
    let properties = schema.as_value()["properties"].as_object().unwrap();
    let mut shape: Vec<&str> = properties.keys().map(String::as_str).collect();
    let mut keys = KEYS.to_vec();
    shape.sort_unstable();
    keys.sort_unstable();
    assert_eq!(shape, keys);
}

#[test]
fn every_kind_reads_without_settings() {
    let url = Url::parse("https://a.example/x").unwrap();
    for kind in Kind::ALL {
        let reader = by_content(kind, &url, &about());
        assert_eq!(reader.roots(), std::slice::from_ref(&url));
        assert_eq!(Kind::from_word(kind.word()), Some(kind));
    }
}

/// Page, settings, records, and words that some record must hold.
type Sample = (&'static str, &'static str, usize, &'static [(&'static str, &'static str)]);

/// The counts of `tbdw` are those of its gold paths, counted by another parser (`html5lib`) and another engine (`libxml2`).
const SAMPLES: &[Sample] = &[
    (
        "tbdw/1.html",
        "record = 'blockquote.QuickSearch > p:has(> a[href])'\nfields = { title = '> a', url = '> a @href', rating = { select = 'font[color=red] b', kind = 'number' }, language = { select = 'font', many = true, regex = 'in (\\w+)' } }",
        20,
        &[("title", "Asian & Pacific Islander Heritage Month"), ("rating", "86.44"), ("language", "English")],
    ),
    (
        "tbdw/3.html",
        "record = 'ol > li'\nfields = { title = 'a.rt', url = 'a.rt @href', site = 'u' }",
        20,
        &[("title", "Tourism Indonesia"), ("url", "http://www.tourismindonesia.com/")],
    ),
    (
        "tbdw/5.html",
        "record = 'ul:has(> li > a[class])'\nfields = { name = 'a.link', url = 'a.link @href', about = '.descript', published = { select = '.date', regex = 'Added: (\\S+)' }, hits = { select = '.date', regex = 'Hits: (\\d+)', kind = 'number' } }",
        25,
        &[("name", "Citicruiser"), ("published", "2000-12-19"), ("hits", "103")],
    ),
    (
        "tbdw/7.html",
        "record = 'tr:has(> td[headers])'\nfields = { title = 'a', url = 'a @href', rank = { select = 'td[headers=Rank]', kind = 'number' } }",
        10,
        &[("title", "Digital Clendening: Search :"), ("rank", "10")],
    ),
    (
        "tbdw/11.html",
        "record = 'dl:has(> dt > b > a)'\nfields = { title = 'dt a', url = { select = 'small', regex = '^\\S+' }, updated = { select = 'small', regex = '\\d{4}-\\d\\d-\\d\\d' } }",
        10,
        &[("url", "http://members.freemail.absa.co.za/whb/brief_history.html"), ("updated", "2001-08-24")],
    ),
    (
        "tbdw/15.html",
        "record = 'tbody > tr:has(> td[valign] > font > b > a)'\nfields = { title = 'b a', url = 'b a @href', published = 'i' }",
        5,
        &[("published", "2004-01-31"), ("title", "Davie police officer was Afghan blast victim")],
    ),
    ("tbdw/17.html", "record = 'dl > dd'\nkey = 'text'\nfields = { text = ':scope' }", 160, &[]),
    (
        "tbdw/35.html",
        "record = 'p.g'\nfields = { title = 'a', url = 'a @href', cached = { select = 'a.fl', many = true } }",
        10,
        &[("title", "MU Student Society for News Design"), ("cached", "Cached; Similar pages")],
    ),
    (
        "tbdw/45.html",
        "record = 'body > dl'\ndates = 'mdy'\nfields = { title = 'dt a', url = 'em a @href', updated = { select = 'font', regex = '^[^,]+' }, size = { select = 'font', regex = '(\\d+) bytes', kind = 'number' } }",
        10,
        &[("updated", "2004-02-03"), ("size", "14852")],
    ),
    (
        "tbdw/49.html",
        "record = 'tr:has(> td > font > b > a)'\nfields = { title = 'b a', url = 'b a @href' }",
        13,
        &[("title", "Wooden Watering Can")],
    ),
    (
        "record-layouts/sample4.html",
        "record = 'li[class*=ChartEntryItem]'\nfields = { title = 'p', artist = '[class*=Title-] a, [class*=Title-] div', rank = { select = '[class*=StyledChartPosition]', kind = 'number' } }",
        10,
        &[],
    ),
    (
        "record-layouts/sample5.html",
        "record = 'a:has(h3.font-heading)'\nfields = { name = 'h3', url = '@href', about = 'p' }\nkey = 'name'",
        26,
        &[],
    ),
    (
        "record-layouts/sample17.html",
        "record = 'article.cardBlock'\nfields = { title = 'h3', url = 'a.cardTitleIncreasedHeight @href', about = 'p.card__excerpt' }\nkey = ['url', 'title']",
        20,
        &[],
    ),
];

#[test]
fn real_pages_give_the_right_records() {
    let Some(folder) = real::samples() else { return };
    let folder = folder.join("leads");
    for (file, settings, count, want) in SAMPLES {
        let page = fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let reader = reader(&format!("kind = \"listing\"\n{settings}"));
        let url = Url::parse("https://fair.example/list").unwrap();
        let mut input = input(&url, &page);
        input.content_type = None;
        let extract = reader.read(&input).unwrap_or_else(|failure| panic!("{file}: {failure}"));
        assert_eq!((extract.records.len(), &extract.bad), (*count, &Vec::new()), "{file}");
        for (field, value) in *want {
            let found = extract.records.iter().any(|draft| draft.value(field).map(Value::text).as_deref() == Some(*value));
            let all: Vec<_> = extract.records.iter().map(|draft| draft.value(field).map(Value::text)).collect();
            assert!(found, "{file}: no record with {field} = {value}: {all:?}");
        }
        for draft in &extract.records {
            assert!(draft.fields.values().all(|found| !found.quote.is_empty() && !found.path.is_empty()), "{file}: evidence of {draft:?}");
        }
    }
}
