//! What kind of client an organisation is: its industry, its size, whether a state stands behind it, whether it sells on. Each is said with its
//! proof, or is unknown. Knows no segment and no points.

use super::Known;
use super::people::People;
use super::rules::View;
use super::tables::{Client, Tables, section};
use crate::base::text::squeeze;
use crate::model::{CompanyName, Evidence, Fact, FactName, LegalKind, Record, RecordKind, Unknown, Value, is_open_application};

/// Suffixes under which only bodies of a state register, beside `gov.XX` and `mil.XX`.
const OF_STATES: &str = include_str!("../resolve/government.txt");
/// Fields in which an organisation describes itself.
const TEXTS: [&str; 4] = ["description", "about", "summary", "text"];
/// Industries that one organisation is given.
const INDUSTRIES: usize = 8;

/// What is known of a yes-or-no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is; the proof.
    Yes(Evidence),
    /// It is not; the proof.
    No(Evidence),
    /// Nobody says.
    Unknown,
}

/// The facts of segments about one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Sections and divisions of NACE, the best proof of each.
    pub nace: Vec<(String, Evidence)>,
    /// Categories that no table speaks of.
    pub unmapped: Vec<Evidence>,
    /// How many people work there.
    pub people: Option<(People, Evidence)>,
    /// The bands of size that so many people may be; empty when nobody says how many.
    pub bands: Vec<String>,
    /// A body of a state, a region or a municipality.
    pub government: Standing,
    /// A company that a state, a region or a municipality owns.
    pub state_owned: Standing,
    /// Buys to sell on.
    pub reseller: Standing,
}

/// What a segment asks of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProfileAsk {
    Nace(Vec<String>),
    SizeBand(Vec<String>),
    Government(bool),
    StateOwned(bool),
    Reseller(bool),
}

impl Profile {
    /// What was known at the moment of the view: the most trusted and newest proof is the best.
    pub(super) fn of(view: &View<'_>) -> Self {
        let tables = view.known.tables;
        let (nace, unmapped) = industries(view, tables);
        let people = people(view);
        let bands = people.as_ref().map_or_else(Vec::new, |(people, _)| tables.bands_of(*people));
        let bands = bands.into_iter().map(str::to_owned).collect();
        let (government, state_owned) = states(view, tables);
        let reseller = reseller(view, tables, &nace, &government);
        Self { nace, unmapped, people, bands, government, state_owned, reseller }
    }

    /// Its lines as shown to a person: what, which, and the proof.
    pub fn lines(&self) -> Vec<(&'static str, String, Option<&Evidence>)> {
        let mut lines: Vec<(&'static str, String, Option<&Evidence>)> = Vec::new();
        lines.extend(self.nace.iter().map(|(code, proof)| ("nace", code.clone(), Some(proof))));
        if self.nace.is_empty() {
            let unmapped = self.unmapped.first();
            lines.push(("nace", unmapped.map_or("unknown", |_| "unknown: no table speaks of this category").to_owned(), unmapped));
        }
        let band = match self.bands.as_slice() {
            [] => "unknown".to_owned(),
            [one] => one.clone(),
            [first, .., last] => format!("unknown: {first} to {last}"),
        };
        lines.push(("size_band", band, self.people.as_ref().map(|(_, proof)| proof)));
        for (name, standing) in [("government", &self.government), ("state_owned", &self.state_owned), ("reseller", &self.reseller)] {
            lines.push(match standing {
                Standing::Yes(proof) => (name, "yes".to_owned(), Some(proof)),
                Standing::No(proof) => (name, "no".to_owned(), Some(proof)),
                Standing::Unknown => (name, "unknown".to_owned(), None),
            });
        }
        lines
    }
}

/// The kind of client an organisation is, by what was known at a moment.
pub fn profile(known: &Known<'_>, at: jiff::Timestamp) -> Profile {
    Profile::of(&View::new(*known, at))
}

impl ProfileAsk {
    /// What a profile says to it.
    pub(super) fn ask(&self, profile: &Profile) -> Standing {
        match self {
            Self::Nace(asked) => ask_nace(asked, profile),
            Self::SizeBand(asked) => {
                let Some((_, proof)) = &profile.people else { return Standing::Unknown };
                let inside = profile.bands.iter().filter(|band| asked.contains(band)).count();
                match inside {
                    0 => Standing::No(proof.clone()),
                    all if all == profile.bands.len() => Standing::Yes(proof.clone()),
                    _ => Standing::Unknown,
                }
            }
            Self::Government(wanted) => turned(&profile.government, *wanted),
            Self::StateOwned(wanted) => turned(&profile.state_owned, *wanted),
            Self::Reseller(wanted) => turned(&profile.reseller, *wanted),
        }
    }

    /// What would tell where it is unknown.
    pub(super) fn unknown(&self) -> Unknown {
        match self {
            Self::Nace(_) => Unknown::Fact(FactName::Industry),
            Self::SizeBand(_) => Unknown::Fact(FactName::Size),
            Self::Government(_) => Unknown::Field("government".to_owned()),
            Self::StateOwned(_) => Unknown::Field("state_owned".to_owned()),
            Self::Reseller(_) => Unknown::Field("reseller".to_owned()),
        }
    }

    /// The fact that would tell a gate.
    pub(super) const fn fact(&self) -> FactName {
        match self {
            Self::Nace(_) | Self::Reseller(_) => FactName::Industry,
            Self::SizeBand(_) => FactName::Size,
            // A tax number or a whole name tells whose it is.
            Self::Government(_) | Self::StateOwned(_) => FactName::TaxId,
        }
    }

    /// The setting that asks.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Nace(_) => "nace",
            Self::SizeBand(_) => "size_band",
            Self::Government(_) => "government",
            Self::StateOwned(_) => "state-owned",
            Self::Reseller(_) => "reseller",
        }
    }
}

fn turned(standing: &Standing, wanted: bool) -> Standing {
    match (standing, wanted) {
        (standing, true) => standing.clone(),
        (Standing::Yes(proof), false) => Standing::No(proof.clone()),
        (Standing::No(proof), false) => Standing::Yes(proof.clone()),
        (Standing::Unknown, false) => Standing::Unknown,
    }
}

/// One industry that is asked for is enough. A "no" needs that all its categories are understood, and finely enough.
fn ask_nace(asked: &[String], profile: &Profile) -> Standing {
    let inside =
        |asked: &String, code: &str| asked == code || section(asked).filter(|_| asked.len() == 1) == section(code) && asked.len() == 1;
    if let Some((_, proof)) = profile.nace.iter().find(|(code, _)| asked.iter().any(|asked| inside(asked, code))) {
        return Standing::Yes(proof.clone());
    }
    let coarse = profile.nace.iter().any(|(code, _)| code.len() == 1 && asked.iter().any(|asked| section(asked) == section(code)));
    match profile.nace.first() {
        Some((_, proof)) if !coarse && profile.unmapped.is_empty() => Standing::No(proof.clone()),
        Some(_) | None => Standing::Unknown,
    }
}

/// Industries as they are found, the best proof of each.
#[derive(Default)]
struct Industries(Vec<(String, Evidence)>);

impl Industries {
    fn take<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>, proof: &Evidence) {
        for code in codes {
            if self.0.len() < INDUSTRIES && !self.0.iter().any(|(known, _)| known == code) {
                self.0.push((code.to_owned(), proof.clone()));
            }
        }
    }
}

/// What a source says in so many codes; then the categories of directories and classes of structured data; then contracts won; and only where
/// none of these speaks, the words in which it describes itself.
fn industries(view: &View<'_>, tables: &Tables) -> (Vec<(String, Evidence)>, Vec<Evidence>) {
    let (mut found, mut unmapped) = (Industries::default(), Vec::new());
    for record in view.records() {
        for (name, text) in values(record, &["nace"]) {
            let code: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).take(2).collect();
            if let Some(proof) = record.evidence(name).filter(|_| section(&code).is_some()) {
                found.take([code.as_str()], &proof);
            }
        }
        for (name, text) in values(record, &["type"]) {
            if let Some(proof) = record.evidence(name) {
                found.take(tables.industries(&text), &proof);
            }
        }
    }
    for fact in view.facts(FactName::Industry) {
        let codes = tables.industries(&fact.value.text());
        if codes.is_empty() {
            unmapped.push(fact.evidence.clone());
        }
        found.take(codes, &fact.evidence);
    }
    for record in view.records() {
        let won = record.kind == RecordKind::Award && !record.fields.contains_key("loser");
        let public = record.kind == RecordKind::Tender && values(record, &["buyer_type"]).any(|(_, word)| administers(&word));
        if let Some(proof) = record.evidence("cpv").filter(|_| won) {
            let codes: Vec<String> = values(record, &["cpv"]).map(|(_, code)| code).collect();
            found.take(codes.iter().filter_map(|code| tables.of_cpv(code)), &proof);
        }
        if let Some(proof) = record.evidence("buyer_type").filter(|_| public) {
            found.take(["84"], &proof);
        }
    }
    if found.0.is_empty() {
        for (text, proof) in descriptions(view) {
            found.take(tables.industries(&text), &proof);
        }
    }
    (found.0, unmapped)
}

/// Whether a buyer of this kind governs or administers.
fn administers(buyer_type: &str) -> bool {
    matches!(buyer_type, "central" | "regional" | "local")
}

/// The values of fields of a record, one by one.
fn values<'a>(record: &'a Record, names: &'a [&'static str]) -> impl Iterator<Item = (&'static str, String)> + 'a {
    names.iter().flat_map(|name| record.value(name).map_or(&[][..], Value::each).iter().map(|value| (*name, value.text())))
}

/// What it says of itself.
fn descriptions<'a>(view: &'a View<'_>) -> impl Iterator<Item = (String, Evidence)> + 'a {
    let own = view.records().filter(|record| matches!(record.kind, RecordKind::Company | RecordKind::Page));
    own.flat_map(|record| TEXTS.iter().filter_map(|name| Some((record.text(name)?, record.evidence(name)?))))
}

/// What is stated, or follows from the turnover that is; else at least one for each branch or open vacancy, where there are several, and as many
/// as work where so much is turned over as a contract that was won is worth: more is asked of those who offer.
fn people(view: &View<'_>) -> Option<(People, Evidence)> {
    let stated = |fact: &Fact| Some((People::parse(&fact.value.text())?, fact.evidence.clone()));
    if let Some(stated) = view.facts(FactName::Size).find_map(stated) {
        return Some(stated);
    }
    let turnover = |record: &Record, name| match record.value(name)? {
        Value::Money(amount) => Some((People::of_turnover(amount)?, record.evidence(name)?)),
        Value::Text(_)
        | Value::Url(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Phone(_)
        | Value::Email(_)
        | Value::List(_) => None,
    };
    if let Some(turned_over) = view.records().find_map(|record| turnover(record, "turnover")) {
        return Some(turned_over);
    }
    let won = view.records().filter(|record| record.kind == RecordKind::Award && !record.fields.contains_key("loser"));
    let contracts = won.filter_map(|record| turnover(record, "award_value")).map(|(people, proof)| (People { to: None, ..people }, proof));
    let contracts: Vec<_> = contracts.filter(|(people, _)| people.from > 1).collect();
    let least = |count: usize| Some(People { from: u32::try_from(count).ok().filter(|count| *count > 1)?, to: None });
    let branches = view.records().filter_map(|record| Some((least(record.value("branches")?.each().len())?, record.evidence("branches")?)));
    let vacancies: Vec<&Record> =
        view.records().filter(|record| record.kind == RecordKind::Vacancy && !is_open_application(&record.title())).collect();
    let proof = vacancies.first().and_then(|record| record.evidence("title").or_else(|| record.evidence("name")));
    let vacancies = least(vacancies.len()).zip(proof);
    branches.chain(vacancies).chain(contracts).max_by_key(|(people, _)| people.from)
}

/// Whether it is a body of a state, and whether a state owns it: by the notices in which it buys, by its domain, its legal form, its name, and what
/// it says of itself. The two exclude each other.
fn states(view: &View<'_>, tables: &Tables) -> (Standing, Standing) {
    let mut buys = None;
    for record in view.records().filter(|record| record.kind == RecordKind::Tender) {
        let kinds: Vec<String> = values(record, &["buyer_type"]).map(|(_, word)| word).collect();
        let is = |kind: &str| kinds.iter().any(|word| word == kind);
        let name = if kinds.is_empty() { "buyer" } else { "buyer_type" };
        let Some(proof) = record.evidence(name) else { continue };
        if is("undertaking") {
            return (Standing::No(proof.clone()), Standing::Yes(proof));
        }
        if !is("subsidised") {
            buys.get_or_insert(proof);
        }
    }
    let names: Vec<(&Fact, String)> = view.facts(FactName::Name).map(|fact| (fact, fact.value.text())).collect();
    let named = |client: Client| names.iter().find(|(_, name)| tables.named(client, name)).map(|(fact, _)| fact.evidence.clone());
    let form = |kind: LegalKind| {
        let of_form = |name: &str| CompanyName::parse(name).form.is_some_and(|form| form.kind == kind);
        names.iter().find(|(_, name)| of_form(name)).map(|(fact, _)| fact.evidence.clone())
    };
    let described = || descriptions(view).find(|(text, _)| tables.described(Client::StateOwned, text)).map(|(_, proof)| proof);
    if let Some(proof) = named(Client::StateOwned).or_else(described) {
        return (Standing::No(proof.clone()), Standing::Yes(proof));
    }
    let private = form(LegalKind::Entity).or_else(|| form(LegalKind::Person));
    let by_name = || named(Client::Government).filter(|_| private.is_none());
    if let Some(proof) = buys.or_else(|| domain(view)).or_else(|| form(LegalKind::Body)).or_else(by_name) {
        return (Standing::Yes(proof.clone()), Standing::No(proof));
    }
    let state_owned = form(LegalKind::Person).map_or(Standing::Unknown, Standing::No);
    (private.map_or(Standing::Unknown, Standing::No), state_owned)
}

/// A web address or a mailbox under a suffix that only bodies of a state have.
fn domain(view: &View<'_>) -> Option<Evidence> {
    let of_state = |host: &str| {
        let ends = std::iter::successors(Some(host), |end| Some(end.split_once('.')?.1));
        ends.into_iter().any(|end| {
            OF_STATES.lines().any(|row| row == end) || matches!(end.split_once('.'), Some(("gov" | "mil", country)) if country.len() == 2)
        })
    };
    let host = |fact: &Fact| match &fact.value {
        Value::Url(url) => url.host_str().map(str::to_owned),
        value => {
            let text = squeeze(&value.text()).to_lowercase();
            let bare = text.rsplit_once('@').map_or(text.as_str(), |(_, domain)| domain);
            Some(bare.trim_start_matches("https://").trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned())
        }
    };
    let mut facts = view.facts(FactName::Website).chain(view.facts(FactName::Email));
    facts.find(|fact| host(fact).is_some_and(|host| of_state(&host))).map(|fact| fact.evidence.clone())
}

/// Whether it buys to sell on: by its name, its categories and what it says of itself; trade as its industry says so, too. Of whoever has another
/// industry, or is a body of a state, it is not assumed.
fn reseller(view: &View<'_>, tables: &Tables, nace: &[(String, Evidence)], government: &Standing) -> Standing {
    let named = view.facts(FactName::Name).find(|fact| tables.named(Client::Reseller, &fact.value.text()));
    let listed = view.facts(FactName::Industry).find(|fact| tables.described(Client::Reseller, &fact.value.text()));
    let described = || descriptions(view).find(|(text, _)| tables.described(Client::Reseller, text)).map(|(_, proof)| proof);
    let trades = || nace.iter().find(|(code, _)| code == "46").map(|(_, proof)| proof.clone());
    let yes = listed.or(named).map(|fact| fact.evidence.clone()).or_else(trades).or_else(described);
    match (yes, government, nace.first()) {
        (_, Standing::Yes(proof), _) => Standing::No(proof.clone()),
        (Some(proof), _, _) => Standing::Yes(proof),
        (None, _, Some((_, proof))) if nace.iter().all(|(code, _)| section(code) != Some('G')) => Standing::No(proof.clone()),
        (None, _, _) => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests;
