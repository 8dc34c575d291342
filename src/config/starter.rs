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
    // Mail in a language that is not spoken here would be refused.
    let spoken = wishes.languages.iter().find_map(|tag| Language::of(tag)).unwrap_or_default();
    let language = spoken.tag();
    let zone = if wishes.zone.is_empty() { "UTC" } else { &wishes.zone };
    let mut out = String::from(HEAD);
    _ = writeln!(out, "[daemon]");
    _ = writeln!(out, "contact = {}   # goes into the User-Agent: the owner of a site can reach you", quoted(&wishes.contact));
    _ = writeln!(out, "zone = {}\n", quoted(zone));
    out.push_str(&SOURCES.replace("{verbs}", Words::of(spoken).verbs));
    out.push_str(&segment(wishes, &sells, spoken));
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

/// The segment: what is sold, to whom, and the reasons to call that nearly every seller shares.
fn segment(wishes: &Wishes, sells: &[&str], spoken: Language) -> String {
    let words = Words::of(spoken);
    let mut out = String::from(RULES);
    let goods = sells.join(", ");
    let title = if sells.is_empty() { words.title.trim_end_matches([' ', ':']).to_owned() } else { format!("{}{goods}", words.title) };
    _ = writeln!(out, "[[segment]]\nid = \"first\"\ntitle = {}", quoted(&title));
    if wishes.regions.is_empty() {
        _ = writeln!(out, "# regions = [\"ES\", \"PT\"]                # everywhere when left out");
    } else {
        _ = writeln!(out, "regions = {}", list(wishes.regions.iter().map(String::as_str)));
    }
    _ = writeln!(out, "line = {LINE}                               # points from which on somebody is a lead");
    _ = writeln!(
        out,
        "hot = {HOT}                                # points from which on you are told at once, and not with the next digest"
    );
    _ = writeln!(out, "gates = [{{ exclude = \"do-not-contact\" }}, {{ exclude = \"clients\" }}]   # named in [lists] below\n");
    if !sells.is_empty() {
        _ = writeln!(out, "  # Texts that speak of what you sell, in any ending of the word.\n  [[segment.points]]");
        let (all, mut tags) =
            (list(sells.iter().copied()), STEMMED.iter().filter(|tag| wishes.languages.iter().any(|known| known == *tag)).peekable());
        if tags.peek().is_some() {
            let stems: Vec<_> = tags.map(|tag| format!("{tag} = {all}")).collect();
            _ = writeln!(out, "  when = {{ stems = {{ {} }} }}", stems.join(", "));
        } else {
            _ = writeln!(out, "  when = {{ words = {all} }}");
        }
        _ = writeln!(out, "  points = {}\n  why = {}\n", SPEAKS, quoted(&format!("{} {}", words.speaks, sells[0])));
    }
    out.push_str(TRADES);
    for ((signal, points, half_life), why) in SIGNALS.into_iter().zip(words.signals) {
        _ = writeln!(
            out,
            "  [[segment.points]]\n  signal = \"{signal}\"\n  points = {points}\n  half_life = \"{half_life}\"\n  why = {}\n",
            quoted(why)
        );
    }
    out
}

/// What a rep reads, in their language.
struct Words {
    title: &'static str,
    speaks: &'static str,
    /// What follows a firm's name in a title.
    verbs: &'static str,
    /// As [`SIGNALS`].
    signals: [&'static str; 5],
}

impl Words {
    const fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                title: "Who may need: ",
                speaks: "speaks of",
                verbs: "opens|buys|looks for",
                signals: ["looks for a supplier", "exhibits at a fair", "opens a branch", "is in the news", "is new in a directory"],
            },
            Language::Es => Self {
                title: "Quién puede necesitar: ",
                speaks: "habla de",
                verbs: "abre|compra|busca",
                signals: ["busca proveedor", "expone en una feria", "abre una sede", "sale en la prensa", "es nueva en un directorio"],
            },
            Language::Ru => Self {
                title: "Кому может понадобиться: ",
                speaks: "пишет о том, что вы продаёте:",
                verbs: "открывает|покупает|ищет",
                signals: ["ищет поставщика", "участвует в выставке", "открывает филиал", "упоминается в прессе", "появилась в каталоге"],
            },
        }
    }
}

/// Languages whose words are found in any ending.
const STEMMED: [&str; 5] = ["de", "en", "es", "fr", "ru"];
/// What makes a lead, and what one that is told at once.
const LINE: u8 = 20;
const HOT: u8 = 30;
/// For texts that speak of what is sold: with any reason to call of 5 points or more it is a lead.
const SPEAKS: u8 = 15;

/// Reasons to call that nearly every seller shares: none of them alone is a lead.
const SIGNALS: [(&str, u8, &str); 5] = [
    ("request-for-suppliers", 15, "14d"),
    ("exhibitor-listed", 10, "30d"),
    ("branch-opened", 10, "60d"),
    ("article-published", 5, "14d"),
    ("organisation-listed", 5, "30d"),
];

const RULES: &str = "\
# Whom you sell to. +10 points double the odds that a call is worth it. A firm that is merely new somewhere is no lead by these numbers: it
# must also speak of what you sell, be of a trade that buys it, or give two reasons at once. Lower `line` to hear of more, raise it to hear
# of fewer; `atalaya check SOURCE` shows who would be told now, and `atalaya lead explain` every line of the sum.
";

const TRADES: &str = "  # Who buys it: industries by NACE, whatever words a directory uses for them (10 makes food, 11 drinks).
  # [[segment.points]]
  # when = { nace = [\"10\", \"11\"] }
  # points = 15
  # why = \"makes food or drinks\"

";

const HEAD: &str = "\
#:schema atalaya.schema.json
# Atalaya's configuration. `atalaya config check` names every mistake at once; `atalaya config show --origin` says which values are in
# force and where they come from; the line above gives your editor completion (`atalaya config schema > atalaya.schema.json`).

";

const SOURCES: &str = "\
# What is watched. `atalaya source add https://…` finds out how an address is best watched, shows what it would read, and writes it here.
# A directory, an exhibitor list or a marketplace reads itself: its records, their fields, the next pages.
#
# [[source]]
# id = \"fair-exhibitors\"
# kind = \"directory\"                     # \"listing\" where it lists offers
# url = \"https://fair.example/exhibitors\"
# every = \"1d\"
#
# A feed says whom an article is about by a field that you name:
#
# [[source]]
# id = \"trade-press\"
# kind = \"feed\"
# url = \"https://press.example/rss.xml\"
# every = \"30m\"
# fields = { company = { from = \"title\", regex = \"^(.+?) (?:{verbs}) \" } }
#
# The tenders of a portal that is known by name need no address (config/presets/portals.toml has the names):
#
# [[source]]
# id = \"tenders\"
# kind = \"tenders\"
# portal = \"placsp\"
#
# Only where a list is not read as you wish it is to be said what a record is, and where its fields stand (`source add --selectors` writes it):
#
# next = \"a[rel=next]\"
# record = \"li.exhibitor\"
# fields = { name = \"h3\", url = \"h3 a @href\", phone = \".tel\", industry = \".sector\" }

";

const TAIL: &str = "\
# Who is never a lead: names, domains, tax numbers, telephone numbers or e-mail addresses, or { file = \"clients.txt\" } with one a line, or a table.
[lists]
clients = []
do_not_contact = []

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
