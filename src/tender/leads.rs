//! Project leads of the United States' Department of State (`GeoJSON`): thin notices of projects abroad. Must not know how they are fetched.

use std::collections::BTreeMap;

use serde_json::Value;

use super::when;
use super::{Batch, Head, Input, code, json};
use crate::base::ids::ContentHash;
use crate::model::{BadEntry, Content, DeadlineKind, Failure, FailureClass, Notice, NoticeKind, Party, Raw, Stage, Texts, WorthKind};

const LANGUAGE: &str = "en";

/// Whether the head is that of such a file.
pub(super) fn fits(head: &Head<'_>) -> bool {
    head.has_key("features") && head.has_key("Project_Title")
}

/// Reads a file.
pub(super) fn read(input: &Input<'_>) -> Result<Batch, Failure> {
    let (document, _) = json::parse(input.text)?;
    let mut batch = Batch::default();
    if json::at(&document, "features").is_none() {
        return Err(Failure::new(FailureClass::Unreadable, "it has no `features`: it is no GeoJSON of leads"));
    }
    for (place, feature) in json::list(&document, "features").iter().enumerate() {
        input.check_time()?;
        batch.check_room()?;
        let path = format!("features[{place}]");
        match lead(feature, &path, input) {
            Ok(notice) => batch.notices.push(notice),
            Err(reason) => batch.bad.push(BadEntry { path, reason }),
        }
    }
    Ok(batch)
}

fn lead(feature: &Value, path: &str, input: &Input<'_>) -> Result<Notice, String> {
    let said = |name: &str| json::text(feature, &format!("properties/{name}"));
    // A project number comes with several features, so it is not what they are told apart by.
    let procedure = [json::text(feature, "id"), said("Project_Number")].into_iter().find(|id| !id.is_empty());
    let procedure = procedure.ok_or("it has neither `id` nor `Project_Number`: nothing says which lead it is")?;
    let mut unread = Vec::new();
    let mut odd = |name: &str, wanted: &str| {
        unread.push(BadEntry {
            path: format!("{path}/properties/{name}"),
            reason: format!("`{}` is no {wanted}; it stays unknown", said(name)),
        });
    };
    let published_text = [said("Project_Announced"), said("Timestamp")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let published = when::instant(&published_text, &input.clock);
    if published.is_none() && !published_text.is_empty() {
        odd("Project_Announced", "time");
    }
    let mut content = Content {
        title: Texts::one(LANGUAGE, &said("Project_Title")),
        description: Texts::one(LANGUAGE, &said("Project_Description")),
        ..Content::default()
    };
    for name in ["Implementing_Entity", "Borrowing_Entity"] {
        let party = Party { name: Texts::one(LANGUAGE, &said(name)), ..Party::default() };
        code::push(&mut content.buyers, Some(party).filter(|party| !party.name.is_empty()));
    }
    // The file's own pages call it "Project Size (USD)".
    let worth = code::worth(WorthKind::Estimate, &said("Project_Size"), "USD", None);
    if worth.is_none() && !said("Project_Size").is_empty() {
        odd("Project_Size", "amount");
    }
    content.worth.extend(worth);
    let deadline = when::deadline(DeadlineKind::Tender, &said("Tender_Date"), "", &input.clock);
    if deadline.as_ref().is_some_and(|deadline| deadline.due.is_none()) {
        odd("Tender_Date", "day");
    }
    content.deadlines.extend(deadline);
    content.places.extend(code::place(&said("Country"), "", &said("Specific_Location")));
    content.classes.extend(code::class("sector", &said("Sector"), true, ""));
    content.other_ids.extend(code::id("Project_Number", &said("Project_Number")));
    content.link = ["Link_To_Project", "Business_URL"].iter().find_map(|name| code::url(&said(name), input.url));
    let (kind, stage) = standing(&said("Status"));
    let own = feature.to_string();
    let hash = ContentHash::of(own.as_bytes());
    Ok(Notice {
        procedure,
        id: hash.to_string(),
        version: said("Timestamp"),
        publication: String::new(),
        published_text,
        published,
        kind,
        stage,
        code: said("Status"),
        previous: String::new(),
        languages: vec![LANGUAGE.to_owned()],
        test: false,
        whole: true,
        results_apart: false,
        unread,
        raw: Raw::new(r#"{"features":["#, own, "]}"),
        amendments: Vec::new(),
        found: found(&content, path),
        content,
        hash,
    })
}

/// Where each filled field is.
fn found(content: &Content, path: &str) -> BTreeMap<&'static str, String> {
    let fields = [
        ("title", "Project_Title", !content.title.is_empty()),
        ("description", "Project_Description", !content.description.is_empty()),
        ("buyers", "Implementing_Entity", !content.buyers.is_empty()),
        ("worth", "Project_Size", !content.worth.is_empty()),
        ("deadlines", "Tender_Date", !content.deadlines.is_empty()),
        ("places", "Country", !content.places.is_empty()),
        ("classes", "Sector", !content.classes.is_empty()),
        ("other_ids", "Project_Number", !content.other_ids.is_empty()),
        ("link", "Link_To_Project", content.link.is_some()),
    ];
    fields.into_iter().filter(|(_, _, is)| *is).map(|(field, name, _)| (field, format!("{path}/properties/{name}"))).collect()
}

/// `Pipeline` is a project that is announced; the tender itself is elsewhere.
fn standing(status: &str) -> (NoticeKind, Stage) {
    match status {
        "Pipeline" => (NoticeKind::Planning, Stage::Planned),
        "Active" => (NoticeKind::Competition, Stage::Open),
        "Fulfilled" => (NoticeKind::Completion, Stage::Completed),
        "Canceled" | "Cancelled" => (NoticeKind::Cancellation, Stage::Cancelled),
        _ => (NoticeKind::Other, Stage::Unknown),
    }
}
