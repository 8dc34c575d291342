//! One release as one notice: its ids, what it is for, where it leaves the procedure, what it says it changes.

use serde_json::Value;
use url::Url;

use super::merge::{DEPTH, is_history, last_values};
use super::scope::{Scope, is_nothing, plain};
use super::{content, result};
use crate::base::ids::ContentHash;
use crate::model::{Amendment, BadEntry, Content, Notice, NoticeKind, Outcome, Raw, Stage};
use crate::tender::json::{at, list, text, words};
use crate::tender::{Clock, code, prozorro, when};

/// Where a release stands, and how what it leaves open is understood.
pub(super) struct Place<'a> {
    /// Its path in the document.
    pub path: String,
    /// The process its record names, for releases that name none.
    pub ocid: String,
    /// Whether it says everything of the process.
    pub whole: bool,
    /// Zone of times that name none.
    pub clock: &'a Clock,
    /// Where the document came from.
    pub url: Option<&'a Url>,
}

/// Reads one release; what is wrong with it when it names nothing it could be known by.
pub(super) fn notice(release: &Value, place: Place<'_>) -> Result<Notice, BadEntry> {
    let refused = |reason: &str| BadEntry { path: place.path.clone(), reason: reason.to_owned() };
    if !release.is_object() {
        return Err(refused("it is no object: a release is expected here"));
    }
    let latest;
    let root = if is_versioned(release) {
        latest = compiled_of(release);
        &latest
    } else {
        release
    };
    let mut scope = Scope::new(root, place.path.clone(), place.clock, place.url);
    let Some(procedure) = procedure(&mut scope, &place) else {
        return Err(refused("it has no `ocid`, and neither `id` nor `tender/id` in its place: nothing says which process it is of"));
    };
    let mut content = content::content(&mut scope);
    content.awards = result::awards(&mut scope);
    let published_text = text(root, "date");
    let published = when::instant(&published_text, place.clock);
    if published.is_none() && !is_nothing(&published_text) {
        scope.odd("date", &published_text, "no date");
    }
    let tags = tags(root);
    let (amendments, amends) = amendments(&scope);
    // A contract that was amended is a changed one, also where the release has another tag.
    let amended = amendments.iter().any(|amendment| amendment.place.starts_with("contracts"));
    let (kind, stage) = (kind(root, &tags), stage(&scope, &tags, (&content, amended), published));
    other_ids(&mut scope, &procedure, &mut content);
    let bytes = release.to_string();
    let id = [text(root, "id")].into_iter().find(|id| !is_nothing(id)).unwrap_or_else(|| format!("{procedure} {published_text}"));
    Ok(Notice {
        procedure,
        id,
        // Some publishers give a compiled release the id of the last release in it.
        version: if tags.iter().any(|tag| tag == "compiled") { "compiled".to_owned() } else { String::new() },
        publication: String::new(),
        published_text,
        published,
        kind,
        stage,
        code: [tags.join(","), text(root, "tender/status")].iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(" "),
        previous: amends.unwrap_or_else(|| before(root)),
        languages: Some(scope.language.clone()).filter(|language| language != "und").into_iter().collect(),
        test: [text(root, "mode"), text(root, "tender/mode")].iter().any(|mode| mode == "test"),
        whole: place.whole,
        results_apart: false,
        unread: scope.unread,
        raw: raw(&bytes, root, &place),
        amendments,
        content,
        found: scope.found,
        hash: ContentHash::of(bytes.as_bytes()),
    })
}

/// The release in the wrapping that says of it what its own had said.
fn raw(release: &str, root: &Value, place: &Place<'_>) -> Raw {
    if !place.whole && (place.ocid.is_empty() || !is_nothing(&text(root, "ocid"))) {
        return Raw::new(r#"{"releases":["#, release, "]}");
    }
    let ocid = Value::String(place.ocid.clone());
    if place.whole {
        Raw::new(format!(r#"{{"records":[{{"ocid":{ocid},"compiledRelease":"#), release, "}]}")
    } else {
        Raw::new(format!(r#"{{"records":[{{"ocid":{ocid},"releases":["#), release, "]}]}")
    }
}

/// The versioned form as a release: the last value of each field, and the date of the last of all.
fn compiled_of(versioned: &Value) -> Value {
    let mut release = last_values(versioned, 0);
    let (ocid, date) = (text(versioned, "ocid"), last_date(versioned, 0));
    if let Some(fields) = release.as_object_mut() {
        fields.entry("id").or_insert_with(|| Value::String(format!("{ocid}-{date}")));
        fields.entry("date").or_insert(Value::String(date));
        fields.entry("tag").or_insert_with(|| serde_json::json!(["compiled"]));
    }
    release
}

/// The latest date among versioned values. Those of one publisher are of one form and one zone: their texts tell which is later.
fn last_date(versioned: &Value, depth: usize) -> String {
    let below = |values: &mut dyn Iterator<Item = &Value>| values.map(|value| last_date(value, depth + 1)).max().unwrap_or_default();
    match versioned {
        Value::Array(list) if is_history(list) => list.iter().map(|version| text(version, "releaseDate")).max().unwrap_or_default(),
        Value::Array(list) if depth < DEPTH => below(&mut list.iter()),
        Value::Object(fields) if depth < DEPTH => below(&mut fields.values()),
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}

/// Whether it is the versioned form: its fields are histories.
pub(super) fn is_versioned(release: &Value) -> bool {
    let history = |value: &Value| matches!(value, Value::Array(list) if is_history(list));
    let fields = |value: &Value| value.as_object().is_some_and(|fields| fields.values().any(history));
    fields(release) || release.get("tender").is_some_and(fields)
}

/// The process: its OCID, else what stands for it.
fn procedure(scope: &mut Scope<'_>, place: &Place<'_>) -> Option<String> {
    let root = scope.root;
    let ocid = text(root, "ocid");
    if !is_nothing(&ocid) {
        return Some(ocid);
    }
    if !place.ocid.is_empty() {
        return Some(place.ocid.clone());
    }
    let (path, id) = ["tender/id", "id"].into_iter().map(|path| (path, text(root, path))).find(|(_, id)| !is_nothing(id))?;
    scope.unread.push(BadEntry { path: scope.place.clone(), reason: format!("it has no `ocid`: its `{path}` `{id}` stands for it") });
    Some(id)
}

/// The tags, of whichever kind: some publishers write one word instead of a list.
fn tags(root: &Value) -> Vec<String> {
    list(root, "tag").iter().map(words).filter(|tag| !tag.is_empty()).collect()
}

/// What a tag is for: codelist `releaseTag` of 1.1, and the words of the drafts before 1.0 that are still met.
fn kind_of_tag(tag: &str) -> Option<NoticeKind> {
    match tag {
        "planning" | "planningUpdate" | "marketEngagement" => Some(NoticeKind::Planning),
        "tender" | "tenderNotice" => Some(NoticeKind::Competition),
        "tenderAmendment" | "tenderUpdate" => Some(NoticeKind::Change),
        "tenderCancellation" => Some(NoticeKind::Cancellation),
        // What is cancelled is the award: the tender stands where its status says.
        "award" | "awardUpdate" | "awardNotice" | "awardCancellation" => Some(NoticeKind::Award),
        "contract" | "contractUpdate" | "contractSignature" | "implementation" | "implementationUpdate" => Some(NoticeKind::Contract),
        "contractAmendment" => Some(NoticeKind::Modification),
        "contractTermination" | "terminationNotice" => Some(NoticeKind::Completion),
        _ => None,
    }
}

/// UK notices under the Procurement Act 2023, as Find a Tender names them in `noticeType`.
fn kind_of_uk_notice(notice: &str) -> Option<NoticeKind> {
    match notice {
        "UK1" | "UK2" | "UK3" | "UK13" => Some(NoticeKind::Planning),
        "UK4" | "UK14" => Some(NoticeKind::Competition),
        "UK5" => Some(NoticeKind::IntendedAward),
        "UK6" => Some(NoticeKind::Award),
        "UK7" | "UK8" | "UK9" | "UK17" => Some(NoticeKind::Contract),
        "UK10" => Some(NoticeKind::Modification),
        "UK11" => Some(NoticeKind::Completion),
        "UK12" | "UK16" => Some(NoticeKind::Cancellation),
        "UK15" => Some(NoticeKind::Change),
        _ => None,
    }
}

/// What the release is for: the notice type of its own document, else the furthest of its tags; a compiled one by what it holds.
fn kind(root: &Value, tags: &[String]) -> NoticeKind {
    let id = text(root, "id");
    let holders = ["planning", "tender", "awards", "contracts"].into_iter().flat_map(|key| list(root, key));
    let own = holders.flat_map(|holder| list(holder, "documents")).find(|document| !id.is_empty() && text(document, "id") == id);
    if let Some(kind) = own.and_then(|document| kind_of_uk_notice(&text(document, "noticeType"))) {
        return kind;
    }
    let order = |kind: &NoticeKind| NoticeKind::ALL.iter().position(|known| known == kind);
    if let Some(kind) = tags.iter().filter_map(|tag| kind_of_tag(tag)).max_by_key(order) {
        return kind;
    }
    [
        ("contracts", NoticeKind::Contract),
        ("awards", NoticeKind::Award),
        ("tender", NoticeKind::Competition),
        ("planning", NoticeKind::Planning),
    ]
    .into_iter()
    .find(|(key, _)| !list(root, key).is_empty())
    .map_or(NoticeKind::Other, |(_, kind)| kind)
}

/// Where it leaves the procedure (reference, table 2.1): tags that end or change it, then results, then the tender's status
/// (codelist `tenderStatus`), then what the tags are about.
fn stage(scope: &Scope<'_>, tags: &[String], (content, amended): (&Content, bool), published: Option<jiff::Timestamp>) -> Stage {
    let root = scope.root;
    let tagged = |wanted: &[&str]| tags.iter().any(|tag| wanted.contains(&tag.as_str()));
    if tagged(&["tenderCancellation"]) {
        return Stage::Cancelled;
    }
    let contracts = list(root, "contracts");
    if tagged(&["contractTermination", "terminationNotice"]) || (!contracts.is_empty() && contracts.iter().all(result::is_over)) {
        return Stage::Completed;
    }
    if tagged(&["contractAmendment"]) || amended {
        return Stage::Modified;
    }
    let outcomes = || content.awards.iter().map(|award| award.outcome);
    if outcomes().any(|outcome| matches!(outcome, Outcome::Won | Outcome::Signed)) {
        return Stage::Awarded;
    }
    // Who is first in line may still be turned away.
    let chosen = outcomes().any(Outcome::has_winner);
    let by_status = of_status(&text(root, "tender/status"), &text(root, "tender/statusDetails"));
    // Who had won and has no longer: that ends the award, and not the procedure.
    let annulled = tagged(&["awardCancellation"])
        || contracts.iter().any(result::is_void)
        || content.awards.iter().any(|award| award.outcome == Outcome::Withdrawn && !award.winners.is_empty());
    let lost = |outcome: Outcome| matches!(outcome, Outcome::Unsuccessful | Outcome::Withdrawn);
    let runs = matches!(by_status, Some(Stage::Open | Stage::Suspended));
    if outcomes().next().is_some() && outcomes().all(lost) && !annulled && !runs {
        return Stage::Cancelled;
    }
    // Released before offers are due, it cannot be over: one publisher calls every published tender complete.
    let early = content::closes(scope).zip(published).is_some_and(|(closes, published)| closes > published);
    match by_status {
        Some(Stage::Closed) if early && content.awards.is_empty() && tagged(&["tender", "tenderUpdate", "tenderAmendment"]) => Stage::Open,
        Some(Stage::Open) if chosen && !early => Stage::Closed,
        Some(stage) => stage,
        None if annulled || chosen => Stage::Closed,
        None if tagged(&["award", "awardUpdate", "awardNotice", "contract", "contractUpdate", "contractSignature", "implementation"]) => {
            Stage::Awarded
        }
        // What changes a tender and gives it no status leaves it where it was, as the reference merge does.
        None if tagged(&["tenderUpdate", "tenderAmendment"]) => Stage::Unknown,
        None if tagged(&["tender", "tenderNotice"]) => Stage::Open,
        None if tagged(&["planning", "planningUpdate"]) => Stage::Planned,
        None => Stage::Unknown,
    }
}

/// The codelist `tenderStatus`, and the words beside it that are met: some publishers say only in `statusDetails` that an active tender is
/// suspended, and Prozorro how far it is. `None`: nothing that is known.
fn of_status(status: &str, details: &str) -> Option<Stage> {
    let [status, details] = [status, details].map(|word| word.trim().to_lowercase());
    if is_suspended(&status) {
        return Some(Stage::Suspended);
    }
    match status.as_str() {
        "planning" | "planned" => Some(Stage::Planned),
        "active" if is_suspended(&details) => Some(Stage::Suspended),
        "active" => Some(prozorro::substage(&details).unwrap_or(Stage::Open)),
        "complete" | "completed" => Some(Stage::Closed),
        "cancelled" | "canceled" | "unsuccessful" | "withdrawn" => Some(Stage::Cancelled),
        other => prozorro::substage(other),
    }
}

/// Whether a word of a status says that the procedure is stopped for a while: the codelist has none, publishers have their own.
pub(super) fn is_suspended(word: &str) -> bool {
    ["suspend", "suspens", "on hold", "onhold", "paused"].iter().any(|start| word.starts_with(start))
}

/// The numbers by which the process and those related to it are known; a related process says how it is related.
fn other_ids(scope: &mut Scope<'_>, procedure: &str, content: &mut Content) {
    let root = scope.root;
    let ids = &mut content.other_ids;
    code::push(ids, code::id("OCID", &text(root, "ocid")));
    code::push(ids, code::id("tender", &text(root, "tender/id")).filter(|id| id.id != procedure));
    code::push(ids, code::id("tender", &text(root, "tender/tenderID")).filter(|id| id.id != procedure));
    for related in list(root, "relatedProcesses") {
        for how in list(related, "relationship") {
            code::push(ids, code::id(&format!("{}:{}", text(related, "scheme"), words(how)), &text(related, "identifier")));
        }
    }
    if !ids.is_empty() {
        scope.saw("other_ids", "ocid");
    }
}

/// The process before it, where the release names one.
fn before(root: &Value) -> String {
    let prior = |related: &&Value| {
        list(related, "relationship").iter().any(|how| matches!(words(how).as_str(), "prior" | "planning" | "unsuccessfulProcess"))
    };
    list(root, "relatedProcesses").iter().find(prior).map(|related| text(related, "identifier")).unwrap_or_default()
}

/// What it says it changes, and the release it changes.
fn amendments(scope: &Scope<'_>) -> (Vec<Amendment>, Option<String>) {
    let root = scope.root;
    let (mut amendments, mut amends) = (Vec::new(), None);
    for key in ["planning", "tender", "awards", "contracts"] {
        for (i, holder) in list(root, key).iter().enumerate() {
            let alone = matches!(root.get(key), Some(Value::Object(_)));
            let place = if alone { key.to_owned() } else { format!("{key}[{i}]") };
            let single =
                list(holder, "amendment").iter().filter(|one| one.as_object().is_some_and(|fields| fields.values().any(|v| !v.is_null())));
            for amendment in list(holder, "amendments").iter().chain(single) {
                if let Some(release) = Some(text(amendment, "amendsReleaseID")).filter(|id| !is_nothing(id)) {
                    amends = Some(release);
                }
                amendments_of(scope, amendment, &place, &mut amendments);
            }
        }
    }
    (amendments, amends)
}

/// One entry for each field it says it changed, else one for all.
fn amendments_of(scope: &Scope<'_>, amendment: &Value, place: &str, amendments: &mut Vec<Amendment>) {
    let whole = Amendment {
        place: place.to_owned(),
        reason: plain(&text(amendment, "rationale")),
        text: scope.texts(amendment, "description"),
        ..Amendment::default()
    };
    let before = amendments.len();
    for change in list(amendment, "changes") {
        let old = at(change, "former_value").or_else(|| at(change, "formerValue"));
        if old.is_none() && is_nothing(&text(change, "property")) {
            continue;
        }
        let old = old.map(|old| Some(words(old)).filter(|text| !text.is_empty()).unwrap_or_else(|| old.to_string())).unwrap_or_default();
        amendments.push(Amendment { place: format!("{place}/{}", text(change, "property")), old, ..whole.clone() });
    }
    for change in list(amendment, "unstructuredChanges") {
        let side = |side: &str| {
            let values = [text(change, side), text(change, &format!("{side}/text")), text(change, &format!("{side}/date"))];
            values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
        };
        let at = [text(change, "where/label"), text(change, "where/section")].into_iter().find(|at| !at.is_empty());
        amendments.push(Amendment {
            place: at.unwrap_or_else(|| place.to_owned()),
            old: side("oldValue"),
            new: side("newValue"),
            ..whole.clone()
        });
    }
    // Some publishers put an amendment with nothing in it into everything.
    let says = !whole.reason.is_empty() || !whole.text.is_empty() || !is_nothing(&text(amendment, "date"));
    if amendments.len() == before && says {
        amendments.push(whole);
    }
}
