//! Real documents through the program's own `check`, and an address that is no document at all.

use crate::rig::{program, samples};

fn check(arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = program().current_dir(std::env::temp_dir()).args(["check", "--json"]).args(arguments).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

#[test]
fn real_documents_are_read_as_what_they_are() {
    let Some(samples) = samples() else { return };
    for (file, kind, records) in [
        ("tenders/other-feeds/ustda-rss.xml", "feed", 3),
        ("tenders/other-feeds/dgmarket-mca-rss.xml", "feed", 3),
        ("tenders/other-feeds/us-state-geojson.json", "tenders", 6),
        ("leads/tbdw/1.html", "page", 1),
    ] {
        let path = samples.join(file);
        let (code, found) = check(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{file}: {found}");
        assert_eq!((found["kind"].as_str(), found["records"].as_array().map(Vec::len)), (Some(kind), Some(records)), "{file}: {found}");
    }
}

#[test]
fn an_address_of_this_network_is_refused_with_what_to_do() {
    let (code, found) = check(&["http://127.0.0.1:9/"]);
    assert_eq!(code, Some(1));
    let problem = found["problem"].as_str().unwrap();
    assert!(problem.starts_with("refused") && problem.contains("[net] allow"), "{problem}");
}
