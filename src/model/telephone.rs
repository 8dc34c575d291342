//! The numbering plans of the world's telephones, of which only those are read that a number asks for. Knows no text and no country of a page.
//!
//! The library reads all of them at once, five thousand patterns, which takes ten times what reading a page does. Its patterns are kept in
//! `config/codes/telephones.tsv`, a region a line (a test tells when the library has others), and it is given two plans at most.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Database, loader};
use phonenumber::{PhoneNumber, is_valid_with, parse_with};
use serde::{Deserialize, Serialize};

/// The regions: their code, their name and their plan, with a tab between; those of one code in the order in which they are asked.
static REGIONS: LazyLock<Vec<(u16, &str, &str)>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let (code, rest) = line.split_once('\t')?;
        let (id, plan) = rest.split_once('\t')?;
        Some((code.parse().ok()?, id, plan))
    };
    include_str!("../../config/codes/telephones.tsv").lines().filter_map(row).collect()
});

/// The codes by the names of their regions, and which numbers are a code.
static CODES: LazyLock<(HashMap<&str, u16>, Vec<bool>)> = LazyLock::new(|| {
    let mut is_code = vec![false; 1_000];
    REGIONS.iter().for_each(|(code, ..)| is_code[usize::from(*code)] = true);
    (REGIONS.iter().map(|(code, id, _)| (*id, *code)).collect(), is_code)
});

/// Plans that are kept, by their codes.
type Kept = HashMap<[Option<u16>; 2], Arc<Database>>;
const KEPT: usize = 32;
static READ: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// All of the library, for what is written in other ways than with digits and what stands between them.
static WHOLE: LazyLock<Arc<Database>> = LazyLock::new(|| Arc::new(DATABASE.clone()));

/// What the library knows of a region and reading a number needs.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Plan {
    /// Whether it is asked before the others of its code.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    main: bool,
    /// What is dialled before the code of another country.
    #[serde(skip_serializing_if = "Option::is_none")]
    abroad: Option<String>,
    /// What is dialled before a number within the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    /// With the codes of carriers, and what it is replaced with.
    #[serde(skip_serializing_if = "Option::is_none")]
    parsing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transform: Option<String>,
    /// Its numbers among those of its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    leading: Option<String>,
    kinds: BTreeMap<String, Kind>,
}

/// One kind of numbers: their pattern and their lengths.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Kind {
    pattern: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lengths: Vec<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    local: Vec<u16>,
}

impl Plan {
    /// As the library takes it. Its `\d` are the digits of all scripts, and only those of ASCII are ever matched.
    fn of_library(mut self, code: u16, id: &str) -> loader::Metadata {
        let pattern = |pattern: String| pattern.replace(r"\d", "[0-9]");
        let mut kind = |name: &str| {
            self.kinds.remove(name).map(|kind| loader::Descriptor {
                national_number: Some(pattern(kind.pattern)),
                possible_length: kind.lengths,
                possible_local_length: kind.local,
                example: None,
            })
        };
        loader::Metadata {
            general: kind("general"),
            fixed_line: kind("fixed_line"),
            mobile: kind("mobile"),
            toll_free: kind("toll_free"),
            premium_rate: kind("premium_rate"),
            shared_cost: kind("shared_cost"),
            personal_number: kind("personal_number"),
            voip: kind("voip"),
            pager: kind("pager"),
            uan: kind("uan"),
            voicemail: kind("voicemail"),
            id: Some(id.to_owned()),
            country_code: Some(code),
            international_prefix: self.abroad.map(pattern),
            national_prefix: self.prefix,
            national_prefix_for_parsing: self.parsing.map(pattern),
            national_prefix_transform_rule: self.transform,
            main_country_for_code: self.main,
            leading_digits: self.leading.map(pattern),
            ..loader::Metadata::default()
        }
    }
}

/// A number, read as from this country; `None` where it is none.
pub fn parse(text: &str, home: Option<Id>) -> Option<PhoneNumber> {
    parse_with(&plans(text, home), home, text).ok()
}

/// A number that the plan of its country has, read as from this country.
pub fn valid(text: &str, home: Option<Id>) -> Option<PhoneNumber> {
    let plans = plans(text, home);
    parse_with(&plans, home, text).ok().filter(|number| is_valid_with(&plans, number))
}

/// The plans that a number can ask for: that of the country it is read as from, and that of the country it names.
pub fn plans(text: &str, home: Option<Id>) -> Arc<Database> {
    let own = home.map(|home| CODES.0.get(home.as_ref()).copied());
    let is_plain = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '(' | ')' | '-' | '.' | '/' | '–');
    if own == Some(None) || !text.chars().all(is_plain) {
        return Arc::clone(&WHOLE);
    }
    let own = own.flatten();
    let named = named(text, home, own).filter(|code| Some(*code) != own);
    of_codes([own, named])
}

/// The code that a number begins with, behind a plus or what is dialled before it in its country.
fn named(text: &str, home: Option<Id>, own: Option<u16>) -> Option<u16> {
    let begin = text.find(|c: char| c.is_ascii_digit() || c == '+')?;
    let digits: String = text[begin..].chars().filter(char::is_ascii_digit).collect();
    let plans = own.map(|own| of_codes([Some(own), None]));
    let abroad = plans.as_ref().zip(home).and_then(|(plans, home)| plans.by_id(home.as_ref())?.international_prefix()?.find(&digits));
    let behind = abroad.filter(|abroad| abroad.start() == 0).map(|abroad| &digits[abroad.end()..]).filter(|rest| !rest.starts_with('0'));
    let rest = behind.or_else(|| text[begin..].starts_with('+').then_some(digits.as_str()))?;
    (1..=3).filter_map(|end| rest.get(..end)?.parse().ok()).find(|code: &u16| CODES.1[usize::from(*code)])
}

/// The plans of these codes.
fn of_codes(codes: [Option<u16>; 2]) -> Arc<Database> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read.get(&codes) {
        return Arc::clone(known);
    }
    let wanted = REGIONS.iter().filter(|(code, ..)| codes.contains(&Some(*code)));
    let plans: Result<Vec<_>, _> =
        wanted.map(|(code, id, plan)| serde_json::from_str::<Plan>(plan).map(|plan| plan.of_library(*code, id))).collect();
    let plans = plans.ok().and_then(|plans| Database::from(plans).ok()).map_or_else(|| Arc::clone(&WHOLE), Arc::new);
    if read.len() >= KEPT {
        read.clear();
    }
    read.insert(codes, Arc::clone(&plans));
    plans
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use phonenumber::Metadata;
    use phonenumber::metadata::Descriptor;

    use super::*;

    fn kinds(of: &Metadata) -> Vec<(&'static str, &Descriptor)> {
        let of = of.descriptors();
        let all = [
            ("general", Some(of.general())),
            ("fixed_line", of.fixed_line()),
            ("mobile", of.mobile()),
            ("toll_free", of.toll_free()),
            ("premium_rate", of.premium_rate()),
            ("shared_cost", of.shared_cost()),
            ("personal_number", of.personal_number()),
            ("voip", of.voip()),
            ("pager", of.pager()),
            ("uan", of.uan()),
            ("voicemail", of.voicemail()),
        ];
        all.into_iter().filter_map(|(name, kind)| Some((name, kind?))).collect()
    }

    fn all() -> impl Iterator<Item = &'static Metadata> {
        (1..=999).filter_map(|code: u16| DATABASE.by_code(&code)).flatten()
    }

    #[test]
    fn the_plans_are_those_of_the_library() {
        let bare = |pattern: &str| pattern.split_whitespace().collect::<String>();
        let mut want = String::new();
        for region in all() {
            let kind = |kind: &Descriptor| Kind {
                pattern: bare(kind.national_number().as_str()),
                lengths: kind.possible_length().to_vec(),
                local: kind.possible_local_length().to_vec(),
            };
            let plan = Plan {
                main: region.is_main_country_for_code(),
                abroad: region.international_prefix().map(|pattern| bare(pattern.as_str())),
                prefix: region.national_prefix().map(str::to_owned),
                parsing: region.national_prefix_for_parsing().map(|pattern| bare(pattern.as_str())),
                transform: region.national_prefix_transform_rule().map(str::to_owned),
                leading: region.leading_digits().map(|pattern| bare(pattern.as_str())),
                kinds: kinds(region).into_iter().map(|(name, of)| (name.to_owned(), kind(of))).collect(),
            };
            writeln!(want, "{}\t{}\t{}", region.country_code(), region.id(), serde_json::to_string(&plan).unwrap()).unwrap();
        }
        let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/codes/telephones.tsv");
        if std::env::var_os("ATALAYA_WRITE_PLANS").is_some() {
            std::fs::write(&place, &want).unwrap();
        }
        let has = std::fs::read_to_string(place).unwrap();
        assert!(has == want, "the library has other plans: run this test with ATALAYA_WRITE_PLANS=1");
    }

    #[test]
    fn with_few_plans_a_number_is_what_it_is_with_all() {
        let homes = [None, Some(Id::DE), Some(Id::ES), Some(Id::US), Some(Id::RU), Some(Id::BR), Some(Id::GB), Some(Id::IT), Some(Id::AR)];
        for region in all() {
            let code = region.country_code();
            for (kind, example) in kinds(region).into_iter().filter_map(|(name, kind)| Some((name, kind.example()?))) {
                let own = region.id().parse().ok();
                let forms = [
                    format!("+{code} {example}"),
                    format!("+{code} (0) {example}"),
                    format!("(+{code}) 0{example}1"),
                    format!("00{code}-{example}"),
                    format!("011 {code} {example}"),
                    format!("+00 {code}.{example}"),
                    format!("8~10{code}{example} ext. 5"),
                    format!("0 {example}"),
                    format!("8{example}"),
                    example.to_owned(),
                    example[1..].to_owned(),
                ];
                for (home, form) in homes.into_iter().chain([own]).flat_map(|home| forms.iter().map(move |form| (home, form))) {
                    let whole = phonenumber::parse(home, form).ok();
                    assert_eq!(parse(form, home), whole, "{form} ({kind}), from {home:?}");
                    assert_eq!(valid(form, home), whole.filter(phonenumber::is_valid), "{form} ({kind}), from {home:?}");
                }
            }
        }
    }
}
