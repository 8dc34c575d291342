//! Portals that behave as the documented ones do, with their traps and a ledger of everything they ever published: whoever watches them must
//! come to hold all of it, each procedure once.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rig::{Reply, Seen, Server};

/// Something published: a procedure as it then was.
#[derive(Clone, Debug)]
pub struct Published {
    /// Which procedure.
    pub number: u32,
    /// What it was called.
    pub title: String,
    /// When it was published; no document need say so.
    pub at: Timestamp,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// 429 with `Retry-After: 60`.
    TooMany,
    /// 404 with a word.
    NotFound,
    /// 500.
    Broken,
    /// 200, and the document ends in its middle.
    Cut,
    /// 200 with an error in place of the document.
    ErrorBody,
    /// 200 with a web page.
    Page,
}

/// A portal's ledger and what it is told to do.
#[derive(Default)]
pub struct Portal {
    /// Everything ever published, in order.
    pub ledger: Vec<Published>,
    /// What happens to the next answers: nothing, or a trap.
    pub traps: VecDeque<Option<Trap>>,
    /// Entries of a page.
    pub limit: usize,
    /// What was asked for wrongly, or what no careful client does.
    pub complaints: Vec<String>,
    /// Requests answered, without robots.txt.
    pub asked: Vec<String>,
    /// A cursor portal: after which of its positions an empty page comes that is not the end.
    pub empty_at: Option<usize>,
    /// A cursor portal: at which position its cursor leads back to the beginning.
    pub back_at: Option<usize>,
    /// A search: at which position it gives no word for the next page although there is more.
    pub stops_at: Option<usize>,
    /// A feed: what was void or archived: number and word.
    pub gone: Vec<(u32, &'static str)>,
}

/// A portal that is running.
pub struct Running {
    pub server: Server,
    pub portal: Arc<Mutex<Portal>>,
}

impl Running {
    pub fn lock(&self) -> MutexGuard<'_, Portal> {
        self.portal.lock().unwrap()
    }

    /// Publishes procedures of these numbers.
    pub fn publish(&self, numbers: impl IntoIterator<Item = u32>, at: Timestamp) {
        let mut portal = self.lock();
        portal.ledger.extend(numbers.into_iter().map(|number| Published { number, title: format!("Works {number}"), at }));
    }

    pub fn asked(&self) -> usize {
        self.lock().asked.len()
    }
}

/// Starts a portal of this kind.
pub fn start(limit: usize, answer: fn(&Portal, &Seen, &str) -> Reply) -> Running {
    let portal = Arc::new(Mutex::new(Portal { limit, ..Portal::default() }));
    let (shared, address) = (Arc::clone(&portal), Arc::new(Mutex::new(String::new())));
    let own = Arc::clone(&address);
    let server = Server::start(move |seen| {
        if seen.path == "/robots.txt" {
            return Reply::status(404);
        }
        let mut portal = shared.lock().unwrap();
        portal.asked.push(if seen.body.is_empty() { seen.query.clone() } else { String::from_utf8_lossy(&seen.body).into_owned() });
        let trap = portal.traps.pop_front().flatten();
        let reply = answer(&portal, seen, &own.lock().unwrap());
        if reply.status == 400 {
            portal.complaints.push(format!("{}: {}", seen.query, String::from_utf8_lossy(&reply.body)));
        }
        trap.map_or(reply.clone(), |trap| trapped(trap, &reply))
    });
    address.lock().unwrap().clone_from(&server.address);
    Running { server, portal }
}

fn trapped(trap: Trap, reply: &Reply) -> Reply {
    match trap {
        Trap::TooMany => Reply { headers: vec![("retry-after", "60".into())], ..Reply::status(429) },
        Trap::NotFound => Reply { body: "{\"error\": \"no such offset\"}".into(), ..Reply::status(404) },
        Trap::Broken => Reply::status(500),
        Trap::Cut => Reply { body: reply.body.slice(..reply.body.len() * 2 / 3), ..reply.clone() },
        Trap::ErrorBody => Reply { body: "{\"error\": {\"code\": 17, \"message\": \"the query took too long\"}}".into(), ..reply.clone() },
        Trap::Page => Reply::html("<!doctype html><html><body><h1>We are busy</h1></body></html>"),
    }
}

pub fn as_json(value: &Value) -> Reply {
    Reply { status: 200, headers: vec![("content-type", "application/json".into())], body: value.to_string().into() }
}

pub fn parameter(seen: &Seen, name: &str) -> Option<String> {
    url::form_urlencoded::parse(seen.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn bad(why: &str) -> Reply {
    Reply { status: 400, headers: Vec::new(), body: why.to_owned().into() }
}

fn release(one: &Published) -> Value {
    json!({
        "ocid": format!("ocds-t-{:06}", one.number), "id": format!("{:06}-{}", one.number, one.at.as_second()),
        "date": one.at.to_string(), "tag": ["tender"], "buyer": { "id": "b", "name": "Ayuntamiento" },
        "tender": { "id": "1", "title": one.title, "status": "active" },
    })
}

/// Find a Tender: windows of local time over a hidden instant, sorted by number; its cursor loses rows and looks like a last page; the same
/// instant twice and unknown parameters are refused.
pub fn windows(portal: &Portal, seen: &Seen, address: &str) -> Reply {
    let known = ["updatedFrom", "updatedTo", "limit", "cursor"];
    if let Some((key, _)) = url::form_urlencoded::parse(seen.query.as_bytes()).find(|(key, _)| !known.contains(&key.as_ref())) {
        return bad(&format!("unknown parameter {key}"));
    }
    if parameter(seen, "cursor").is_some() {
        return bad("a careful client does not follow this cursor");
    }
    let london = TimeZone::get("Europe/London").unwrap();
    let time = |name| parameter(seen, name)?.parse::<DateTime>().ok()?.to_zoned(london.clone()).ok().map(|at| at.timestamp());
    let (Some(from), Some(to)) = (time("updatedFrom"), time("updatedTo")) else { return bad("updatedFrom and updatedTo are times") };
    if from >= to {
        return bad("updatedFrom must be before updatedTo");
    }
    let mut within: Vec<&Published> = portal.ledger.iter().filter(|one| from <= one.at && one.at <= to).collect();
    within.sort_by_key(|one| one.number);
    let more = within.len() > portal.limit;
    let releases: Vec<Value> = within.iter().take(portal.limit).map(|one| release(one)).collect();
    // Now and then a full page names no next one, as if it were the last.
    let links = if more && within.len().is_multiple_of(2) { json!({ "next": format!("{address}/api?cursor=lossy") }) } else { json!({}) };
    as_json(&json!({ "uri": address, "version": "1.1", "publishedDate": "2026-11-23T08:00:00Z", "releases": releases, "links": links }))
}

/// Prozorro: an opaque offset, or a time for a beginning; the list ends with an empty page whose next one is itself.
pub fn cursor(portal: &Portal, seen: &Seen, address: &str) -> Reply {
    let offset = parameter(seen, "offset").unwrap_or_default();
    // `t.N.H.E`: position N, and E whether the empty page there was shown.
    let at = match offset.strip_prefix("t.") {
        Some(token) => token.split('.').next().and_then(|n| n.parse::<usize>().ok()),
        None => offset.parse::<i64>().ok().map(|second| portal.ledger.iter().take_while(|one| one.at.as_second() < second).count()),
    };
    let Some(at) = at.filter(|at| *at <= portal.ledger.len()) else { return bad("no such offset") };
    let link = |at: usize, word: &str| format!("{address}/tenders?offset=t.{at}.{word}");
    let answer = |data: Vec<Value>, next: String| as_json(&json!({ "data": data, "next_page": { "offset": "x", "uri": next } }));
    if portal.empty_at == Some(at) && !offset.ends_with("skipped") {
        return answer(Vec::new(), link(at, "skipped"));
    }
    if portal.back_at == Some(at) {
        return answer(Vec::new(), link(0, "a1b2"));
    }
    let until = (at + portal.limit).min(portal.ledger.len());
    let until = portal.empty_at.filter(|empty| (at + 1..until).contains(empty)).unwrap_or(until);
    let data = portal.ledger[at..until].iter().map(|one| {
        json!({ "id": format!("{:032x}", one.number), "tenderID": format!("UA-{}", one.number), "title": one.title, "status": "active.tendering",
                "dateModified": one.at.to_string(), "procuringEntity": { "name": "Rada" } })
    });
    let next = if until == at && offset.starts_with("t.") { format!("{address}/tenders?offset={offset}") } else { link(until, "a1b2") };
    answer(data.collect(), next)
}

const FEED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"
 xmlns:cbc="urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2" xmlns:cac="urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonBasicComponents-2"
 xmlns:cac-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonAggregateComponents-2">
<title>licitaciones</title><id>https://plataforma.example/</id><updated>2026-11-23T09:00:00.000+01:00</updated>
"#;

/// PLACSP: the last published first, page by page back in time under addresses that stay; corrections in place, and tombstones.
pub fn feed(portal: &Portal, seen: &Seen, address: &str) -> Reply {
    let all = portal.ledger.len();
    // Pages are numbered from the oldest, so that an address keeps its content; the first page is what is not on such a page yet.
    let full = all.saturating_sub(1) / portal.limit;
    let page = match seen.path.strip_prefix("/page/") {
        Some(number) => number.parse::<usize>().unwrap(),
        None => full,
    };
    let range = page * portal.limit..((page + 1) * portal.limit).min(all);
    let mut text = FEED.to_owned();
    if page > 0 {
        let _ = writeln!(text, "<link href=\"{address}/page/{}\" rel=\"next\"/>", page - 1);
    }
    if page == full {
        for (number, word) in &portal.gone {
            let _ = writeln!(
                text,
                "<at:deleted-entry ref=\"https://plataforma.example/p/{number}\" when=\"2026-11-23T09:00:00+01:00\"><at:comment type=\"{word}\"/></at:deleted-entry>"
            );
        }
    }
    for one in portal.ledger[range].iter().rev() {
        let _ = writeln!(
            text,
            "<entry><id>https://plataforma.example/p/{n}</id><link href=\"https://plataforma.example/p/{n}\"/><title>{title}</title><updated>{at}</updated>\
             <cac-place-ext:ContractFolderStatus><cbc:ContractFolderID>E {n}</cbc:ContractFolderID>\
             <cbc-place-ext:ContractFolderStatusCode>PUB</cbc-place-ext:ContractFolderStatusCode>\
             <cac:ProcurementProject><cbc:Name>{title}</cbc:Name></cac:ProcurementProject></cac-place-ext:ContractFolderStatus></entry>",
            n = one.number,
            title = one.title,
            at = one.at,
        );
    }
    text.push_str("</feed>");
    Reply { status: 200, headers: vec![("content-type", "application/atom+xml".into())], body: text.into() }
}

/// SAM.gov: whole days, both ends included, ten requests a day with the right key.
pub fn days(portal: &Portal, seen: &Seen, _: &str) -> Reply {
    if parameter(seen, "api_key").as_deref() != Some("sesame") {
        return bad("no key");
    }
    let zone = TimeZone::get("America/New_York").unwrap();
    let day = |name| jiff::civil::Date::strptime("%m/%d/%Y", parameter(seen, name).unwrap_or_default()).ok();
    let (Some(from), Some(to)) = (day("postedFrom"), day("postedTo")) else { return bad("postedFrom and postedTo are days") };
    let posted = |one: &Published| one.at.to_zoned(zone.clone()).date();
    let within: Vec<&Published> = portal.ledger.iter().filter(|one| (from..=to).contains(&posted(one))).collect();
    let rows = within.iter().take(portal.limit).map(|one| {
        json!({ "noticeId": format!("n{}", one.number), "solicitationNumber": format!("S-{}", one.number), "title": one.title, "type": "Solicitation",
                "postedDate": posted(one).to_string(), "active": "Yes" })
    });
    as_json(&json!({ "totalRecords": within.len(), "limit": portal.limit, "offset": 0, "opportunitiesData": rows.collect::<Vec<_>>() }))
}

/// TED: a POST of one JSON object, days of publication in its query, and a word for the next page; the last page is an empty one.
pub fn search(portal: &Portal, seen: &Seen, _: &str) -> Reply {
    if seen.path != "/v3/notices/search" || !seen.query.is_empty() || seen.header("content-type") != "application/json" {
        return bad("this is asked by POST of JSON at /v3/notices/search, without a query");
    }
    let Ok(question) = serde_json::from_slice::<Value>(&seen.body) else { return bad("no JSON") };
    if question["paginationMode"] != "ITERATION" || question["fields"].as_array().is_none_or(|fields| fields.len() <= 10) {
        return bad("paginationMode and fields are missing");
    }
    let day = |text: &str| jiff::civil::Date::strptime("%Y%m%d", text).ok();
    let query = question["query"].as_str().unwrap_or_default();
    let days = query.strip_prefix("publication-date>=").and_then(|rest| rest.split_once(" AND publication-date<="));
    let Some((Some(from), Some(to))) = days.map(|(from, to)| (day(from), day(to))) else { return bad("no days of publication") };
    let published = |one: &Published| one.at.to_zoned(TimeZone::get("Europe/Luxembourg").unwrap()).date();
    let within: Vec<&Published> = portal.ledger.iter().filter(|one| (from..=to).contains(&published(one))).collect();
    let at = match question["iterationNextToken"].as_str() {
        None => Some(0),
        Some(token) => token.strip_prefix("w+/=").and_then(|at| at.parse::<usize>().ok()).filter(|at| *at <= within.len()),
    };
    let Some(at) = at else { return bad("no such token") };
    let until = (at + portal.limit).min(within.len());
    let notices = within[at..until].iter().map(|one| {
        json!({ "publication-number": format!("{}-2026", one.number), "notice-identifier": format!("n-{}", one.number),
                "procedure-identifier": format!("p-{}", one.number), "notice-type": "cn-standard", "form-type": "competition",
                "publication-date": format!("{}+01:00", published(one)), "title-proc": { "eng": one.title }, "buyer-name": { "eng": ["City"] } })
    });
    let token = if until == at || portal.stops_at == Some(until) { Value::Null } else { json!(format!("w+/={until}")) };
    as_json(
        &json!({ "notices": notices.collect::<Vec<_>>(), "totalNoticeCount": within.len(), "iterationNextToken": token, "timedOut": false }),
    )
}

/// Whole seconds from a beginning on.
pub fn after(start: Timestamp, seconds: i64) -> Timestamp {
    start + SignedDuration::from_secs(seconds)
}
