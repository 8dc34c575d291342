//! The first configuration of a new user, with comments that teach. Knows the shape of the file, not how it is checked.

use crate::render::Language;
use std::fmt::Write;

use super::tree::quoted;
use crate::base::text::words;

/// What `init` asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// By what the owners of visited sites reach the user: an e-mail address. Digests go there too.
    pub contact: String,
    /// What the user sells, in words with commas between: "pallets, wooden crates".
    pub sells: String,
    /// Where, as countries or their parts: `ES`, `PT`.
    pub regions: Vec<String>,
    /// Languages, the first for the digest: `es`, `en`.
    pub languages: Vec<String>,
    /// The user's IANA zone.
    pub zone: String,
}

/// Words of a rule that `init` writes at most.
const WORDS: usize = 40;

/// A commented `atalaya.toml`.
pub fn starter(wishes: &Wishes) -> String {
    let sells: Vec<&str> = wishes.sells.split([',', ';', '\n']).map(str::trim).filter(|word| !words(word).is_empty()).take(WORDS).collect();
    let first = sells.first().copied().unwrap_or("your product");
    // Mail in a language that is not spoken here would be refused.
    let language = wishes.languages.iter().find_map(|tag| Language::of(tag)).unwrap_or_default().tag();
    let zone = if wishes.zone.is_empty() { "UTC" } else { &wishes.zone };
    let mut out = String::from(HEAD);
    _ = writeln!(out, "[daemon]");
    _ = writeln!(out, "contact = {}   # goes into the User-Agent: the owner of a site can reach you", quoted(&wishes.contact));
    _ = writeln!(out, "zone = {}\n", quoted(zone));
    out.push_str(SOURCES);
    _ = writeln!(
        out,
        "# Whom you sell to. +10 points double the odds that a call is worth it; `atalaya lead explain` shows every line of the sum."
    );
    _ = writeln!(out, "[[segment]]\nid = \"first\"\ntitle = {}", quoted(&format!("Who may need {}", sells.join(", ").trim())));
    if wishes.regions.is_empty() {
        _ = writeln!(out, "# regions = [\"ES\", \"PT\"]                # everywhere when left out");
    } else {
        _ = writeln!(out, "regions = {}", list(wishes.regions.iter().map(String::as_str)));
    }
    _ = writeln!(out, "gates = [{{ exclude = \"do-not-contact\" }}, {{ exclude = \"clients\" }}]\n");
    if !sells.is_empty() {
        _ = writeln!(out, "  [[segment.points]]\n  when = {{ words = {} }}\n  points = 20", list(sells.iter().copied()));
        _ = writeln!(out, "  why = {}\n", quoted(&format!("speaks of {first}")));
    }
    for (signal, points, half_life, why) in SIGNALS {
        _ = writeln!(
            out,
            "  [[segment.points]]\n  signal = \"{signal}\"\n  points = {points}\n  half_life = \"{half_life}\"\n  why = \"{why}\"\n"
        );
    }
    let others = if wishes.languages.len() > 1 { format!("   # of {}", wishes.languages.join(", ")) } else { String::new() };
    _ = writeln!(
        out,
        "# Who works the leads.\n[[rep]]\nid = \"me\"\nemail = {}\nlanguage = {}{others}",
        quoted(&wishes.contact),
        quoted(language)
    );
    _ = writeln!(out, "digest = \"Mon-Fri 08:00\"\n");
    out.push_str(TAIL);
    out
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", words.map(quoted).collect::<Vec<_>>().join(", "))
}

/// Reasons to call that nearly every seller shares.
const SIGNALS: [(&str, u8, &str, &str); 3] = [
    ("request-for-suppliers", 25, "7d", "looks for a supplier"),
    ("exhibitor-listed", 15, "30d", "exhibits at a fair"),
    ("organisation-listed", 10, "30d", "is new in a directory"),
];

const HEAD: &str = "\
#:schema atalaya.schema.json
# Atalaya's configuration. `atalaya config check` names every mistake at once; `atalaya config show --origin` says which values are in
# force and where they come from; the line above gives your editor completion (`atalaya config schema > atalaya.schema.json`).

";

const SOURCES: &str = "\
# What is watched. `atalaya source add https://…` finds out how an address is best watched, shows what it would read, and writes it here.
# A feed needs no more than this:
#
# [[source]]
# id = \"trade-press\"
# kind = \"feed\"
# url = \"https://press.example/rss.xml\"
# every = \"30m\"
#
# A directory or a marketplace whose records are found by themselves needs no more either:
#
# [[source]]
# id = \"fair-exhibitors\"
# kind = \"directory\"
# url = \"https://fair.example/exhibitors\"
# every = \"1d\"
#
# Where it is to be said what a record is, and where its fields stand (`source add --selectors` writes it):
#
# next = \"a[rel=next]\"
# record = \"li.exhibitor\"
# fields = { name = \"h3\", url = \"h3 a @href\", phone = \".tel\", industry = \".sector\" }

";

const TAIL: &str = "\
# How it reaches them. Until a mail server is set, digests are written as .eml files below the data folder.
[[channel]]
id = \"mailbox\"
kind = \"file\"
folder = \"out\"

# [[channel]]
# id = \"mail\"
# kind = \"email\"
# host = \"mail.example.com\"
# from = \"Atalaya <leads@example.com>\"
# username = \"atalaya\"
# password = { file = \"mail.secret\" }   # chmod 600; or { env = … }, or { credential = … } under systemd
";
