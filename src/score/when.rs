//! The conditions of rules as compiled: every mistake named at once, with what was expected. Knows no points and no facts.

use std::str::FromStr;

use iso_currency::Currency;
use jiff::SignedDuration;

use super::asks::{Ask, FieldCondition, Range};
use super::codes::{Codes, Scheme};
use super::places;
use super::profile::ProfileAsk;
use super::rules::Condition;
use super::segment::{Faults, duration, words};
use super::spec::{FieldSpec, StemsSpec, ValueSpec, WhenSpec};
use super::words::{Language, Phrases};
use crate::base::ids::SourceId;
use crate::model::{BuyerKind, FactName, Nature, ProcedureKind, RecordKind, Stage};

/// Every key.
const KEYS: &str = "`words`, `stems`, `industry`, `nace`, `size_band`, `government`, `state_owned`, `reseller`, `region`, `country`, `source`, `record`, `has`, `lacks`, `cpv`, `unspsc`, `naics`, `class`, `buyer`, \
                    `buyer_type`, `performed_in`, `nature`, `procedure`, `stage`, `value`, `deadline_not_before`, `field`";

impl WhenSpec {
    pub(super) fn compile(&self, key: &str, faults: &mut Faults) -> Condition {
        let mut asks = self.asks_of_any_record(key, faults);
        asks.extend(self.asks_of_tenders(key, faults));
        let mut fact = None;
        if let Some(field) = &self.field {
            let condition = field.compile(&format!("{key}.field"), faults);
            match FactName::from_word(&condition.name) {
                Some(name) => fact = Some((name, condition)),
                None => asks.push(Ask::Field(condition)),
            }
        }
        if self.is_empty() {
            faults.add(key, "nothing", format!("at least one condition: {KEYS}"));
        }
        Condition {
            asks,
            industry: faults.phrases(&format!("{key}.industry"), &self.industry, None),
            region: faults.areas(&format!("{key}.region"), &self.region),
            country: faults.countries(&format!("{key}.country"), &self.country),
            has: faults.facts(&format!("{key}.has"), &self.has),
            lacks: faults.facts(&format!("{key}.lacks"), &self.lacks),
            fact,
            profile: self.asks_of_client(key, faults),
        }
    }

    fn asks_of_client(&self, key: &str, faults: &mut Faults) -> Vec<ProfileAsk> {
        let mut asks = Vec::new();
        if !self.nace.is_empty() {
            asks.push(ProfileAsk::Nace(faults.nace(&format!("{key}.nace"), &self.nace)));
        }
        if !self.size_band.is_empty() {
            asks.push(ProfileAsk::SizeBand(self.size_band.clone()));
        }
        asks.extend(self.government.map(ProfileAsk::Government));
        asks.extend(self.state_owned.map(ProfileAsk::StateOwned));
        asks.extend(self.reseller.map(ProfileAsk::Reseller));
        asks
    }

    fn asks_of_any_record(&self, key: &str, faults: &mut Faults) -> Vec<Ask> {
        let mut asks = Vec::new();
        if !self.words.is_empty() {
            asks.push(Ask::Words(faults.phrases(&format!("{key}.words"), &self.words, None)));
        }
        let stems = self.stems.compile(&format!("{key}.stems"), faults);
        asks.extend(stems.map(Ask::Words));
        if !self.source.is_empty() {
            let expected = "the id of a source";
            asks.push(Ask::Source(faults.each(&format!("{key}.source"), &self.source, |id| SourceId::from_str(id).ok(), expected)));
        }
        if !self.record.is_empty() {
            let expected = format!("a kind of record: {}", words(&RecordKind::ALL, RecordKind::word));
            asks.push(Ask::Kind(faults.each(&format!("{key}.record"), &self.record, RecordKind::from_word, &expected)));
        }
        asks
    }

    fn asks_of_tenders(&self, key: &str, faults: &mut Faults) -> Vec<Ask> {
        let mut asks = Vec::new();
        let schemes = [
            ("cpv", &self.cpv, Scheme::Cpv),
            ("unspsc", &self.unspsc, Scheme::Unspsc),
            ("naics", &self.naics, Scheme::Naics),
            ("class", &self.class, Scheme::Other),
        ];
        if self.broad && schemes.iter().all(|(_, written, _)| written.is_empty()) {
            faults.add(format!("{key}.broad"), "true", "codes beside it: `cpv`, `unspsc`, `naics` or `class`");
        }
        for (name, written, scheme) in schemes.into_iter().filter(|(_, written, _)| !written.is_empty()) {
            let asked = faults.each(&format!("{key}.{name}"), written, |code| scheme.asked(code), scheme.expected());
            asks.push(Ask::Codes(Codes { scheme, asked, broad: self.broad }));
        }
        if !self.buyer.is_empty() {
            asks.push(Ask::Buyer(faults.phrases(&format!("{key}.buyer"), &self.buyer, None)));
        }
        let stages: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Unknown).collect();
        let lists = [
            ("buyer_type", &self.buyer_type, BuyerKind::ALL.map(BuyerKind::word).to_vec()),
            ("nature", &self.nature, Nature::ALL.map(Nature::word).to_vec()),
            ("procedure", &self.procedure, ProcedureKind::ALL.map(ProcedureKind::word).to_vec()),
            ("stage", &self.stage, stages.into_iter().map(Stage::word).collect()),
        ];
        for (name, written, known) in lists.into_iter().filter(|(_, written, _)| !written.is_empty()) {
            let expected = format!("one of {}", words(&known, |word| word));
            let read = |word: &str| known.iter().copied().find(|known| *known == word.trim());
            asks.push(Ask::OneOf(name, faults.each(&format!("{key}.{name}"), written, read, &expected)));
        }
        if !self.performed_in.is_empty() {
            let areas = faults.each(&format!("{key}.performed_in"), &self.performed_in, places::parse, places::EXPECTED);
            asks.push(Ask::Places(areas));
        }
        if !self.value.is_empty() {
            let ranges = self.value.iter().enumerate();
            asks.push(Ask::Worth(ranges.filter_map(|(index, range)| range.compile(&format!("{key}.value[{index}]"), faults)).collect()));
        }
        asks.extend(self.deadline_not_before.as_ref().map(|text| Ask::Left(left(&format!("{key}.deadline_not_before"), text, faults))));
        asks
    }

    fn lists(&self) -> [(&'static str, &[String]); 25] {
        [
            ("words", &self.words),
            ("stems", &self.stems.es),
            ("stems", &self.stems.en),
            ("stems", &self.stems.de),
            ("stems", &self.stems.fr),
            ("stems", &self.stems.ru),
            ("industry", &self.industry),
            ("NACE", &self.nace),
            ("size", &self.size_band),
            ("region", &self.region),
            ("country", &self.country),
            ("source", &self.source),
            ("record", &self.record),
            ("has", &self.has),
            ("lacks", &self.lacks),
            ("cpv", &self.cpv),
            ("unspsc", &self.unspsc),
            ("naics", &self.naics),
            ("class", &self.class),
            ("buyer", &self.buyer),
            ("buyer type", &self.buyer_type),
            ("performed in", &self.performed_in),
            ("nature", &self.nature),
            ("procedure", &self.procedure),
            ("stage", &self.stage),
        ]
    }

    fn is_empty(&self) -> bool {
        self.field.is_none()
            && [self.government, self.state_owned, self.reseller].iter().all(Option::is_none)
            && self.value.is_empty()
            && self.deadline_not_before.is_none()
            && self.lists().iter().all(|(_, list)| list.is_empty())
    }

    /// The condition in words, for a rule without `why`.
    pub(super) fn said(&self) -> String {
        let lists = self.lists().into_iter().filter(|(_, list)| !list.is_empty());
        let mut said: Vec<String> = lists.map(|(key, list)| format!("{key}: {}", list.join(", "))).collect();
        for (name, wanted) in [("government", self.government), ("state-owned", self.state_owned), ("reseller", self.reseller)] {
            said.extend(wanted.map(|wanted| if wanted { name.to_owned() } else { format!("not {name}") }));
        }
        said.extend(self.value.iter().map(ValueSpec::said));
        said.extend(self.deadline_not_before.as_ref().map(|left| format!("deadline not before: {left}")));
        said.extend(self.field.as_ref().map(|field| format!("field {}", field.name)));
        said.join("; ")
    }
}

/// What must be left until a deadline.
fn left(key: &str, text: &str, faults: &mut Faults) -> SignedDuration {
    duration(text).unwrap_or_else(|| {
        faults.add(key, text, "a duration of a minute or more, such as `10d` or `2 weeks`");
        SignedDuration::ZERO
    })
}

fn ordered(key: &str, min: Option<f64>, max: Option<f64>, faults: &mut Faults) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        faults.add(format!("{key}.min"), min, format!("no more than `max` = {max}"));
    }
}

impl StemsSpec {
    /// All languages as one list; `None` when nothing is asked for.
    fn compile(&self, key: &str, faults: &mut Faults) -> Option<Phrases> {
        let languages = [
            ("es", &self.es, Language::Spanish),
            ("en", &self.en, Language::English),
            ("de", &self.de, Language::German),
            ("fr", &self.fr, Language::French),
            ("ru", &self.ru, Language::Russian),
        ];
        let mut all: Option<Phrases> = None;
        for (name, written, language) in languages.into_iter().filter(|(_, written, _)| !written.is_empty()) {
            all.get_or_insert_default().extend(faults.phrases(&format!("{key}.{name}"), written, Some(language)));
        }
        all
    }
}

impl ValueSpec {
    fn compile(&self, key: &str, faults: &mut Faults) -> Option<Range> {
        for (name, bound) in [("min", self.min), ("max", self.max)] {
            if let Some(bound) = bound.filter(|bound| !bound.is_finite() || *bound < 0.0) {
                faults.add(format!("{key}.{name}"), bound, "an amount, 0 or more");
            }
        }
        if self.min.is_none() && self.max.is_none() {
            faults.add(key, &self.currency, "`min` or `max`");
        }
        ordered(key, self.min, self.max, faults);
        let currency = Currency::from_code(self.currency.trim().to_uppercase().as_str());
        if currency.is_none() {
            faults.add(format!("{key}.currency"), &self.currency, "the currency of the amounts: three letters of ISO 4217 such as `EUR`");
        }
        currency.map(|currency| Range { min: self.min, max: self.max, currency })
    }

    fn said(&self) -> String {
        let bound = |word: &str, bound: Option<f64>| bound.map(|bound| format!("{word} {bound}"));
        let bounds: Vec<String> = [bound("from", self.min), bound("up to", self.max)].into_iter().flatten().collect();
        format!("value {} {}", bounds.join(" "), self.currency)
    }
}

impl FieldSpec {
    fn compile(&self, key: &str, faults: &mut Faults) -> FieldCondition {
        if self.name.trim().is_empty() {
            faults.add(format!("{key}.name"), &self.name, "the name of a field");
        }
        if self.contains.is_empty() && self.min.is_none() && self.max.is_none() {
            faults.add(key, &self.name, "`contains`, `min` or `max`");
        }
        ordered(key, self.min, self.max, faults);
        let contains = faults.phrases(&format!("{key}.contains"), &self.contains, None);
        FieldCondition { name: self.name.trim().to_owned(), contains, min: self.min, max: self.max }
    }
}
