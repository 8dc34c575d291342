//! The shape of `[[segment]]` as people write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::FactName;

/// The keys of `[[segment]]`.
pub const KEYS: &[&str] =
    &["id", "title", "regions", "countries", "gates", "capacity_per_week", "line", "hot", "points", "caps", "next_step"];

/// A market you sell to: who belongs to it, what makes an organisation interesting, and from when on it is a lead.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Its name in settings and output: 1 to 64 of a-z, 0-9, `-`, `_` and `.`.
    pub id: String,
    /// What people call it; the id when left out.
    pub title: String,
    /// Where it sells: countries (`ES`, `Spain`), parts of countries (`ES-MD`, NUTS `ES30`) or words as sources write them. An
    /// organisation known to be elsewhere is excluded; one whose place is unknown is not.
    pub regions: Vec<String>,
    /// As `regions`, countries only.
    pub countries: Vec<String>,
    /// Who is none of this segment's business; each with one rule.
    pub gates: Vec<GateSpec>,
    /// Leads a week that its reps can work.
    pub capacity_per_week: Option<u32>,
    /// Points from which on an organisation is a lead (default 10: its odds are doubled).
    /// It becomes one only when a signal speaks for it now, too.
    pub line: Option<f64>,
    /// Points from which on a rep is told at once (default 40).
    pub hot: Option<f64>,
    /// What makes an organisation interesting, rule by rule.
    pub points: Vec<PointsSpec>,
    /// The most that the rules of a family add together, in points: `{ size = 20 }`. A family not named here adds at most its greatest rule.
    pub caps: BTreeMap<String, f64>,
    /// What to do with its leads: "call the purchasing head". Left out, the contact that is known says it.
    pub next_step: String,
}

impl Spec {
    /// Every field of records that a rule asks for by name: `config` checks that some source can have it. Facts of the organisation are none.
    pub fn fields(&self) -> impl Iterator<Item = (FieldRule<'_>, &FieldSpec)> {
        self.points.iter().enumerate().filter_map(|(rule, points)| {
            let when = points.when.as_ref()?;
            let field = when.field.as_ref().filter(|field| !field.name.is_empty() && FactName::from_word(&field.name).is_none())?;
            Some((FieldRule { key: format!("points[{rule}].when.field.name"), source: &when.source }, field))
        })
    }

    /// Every band of size that it names, with the place: `config` checks that they are there.
    pub fn size_bands(&self) -> impl Iterator<Item = (String, &String)> {
        let of_gates = self.gates.iter().enumerate().flat_map(|(gate, spec)| {
            let each = spec.size_band.iter().enumerate();
            each.map(move |(at, band)| (format!("gates[{gate}].size_band[{at}]"), band))
        });
        let of_rules = self.points.iter().enumerate().flat_map(|(rule, spec)| {
            let each = spec.when.iter().flat_map(|when| &when.size_band).enumerate();
            each.map(move |(at, band)| (format!("points[{rule}].when.size_band[{at}]"), band))
        });
        of_gates.chain(of_rules)
    }
}

/// Where a rule names a field.
#[derive(Debug, Clone)]
pub struct FieldRule<'a> {
    /// The place of the name.
    pub key: String,
    /// The sources whose records alone are asked; empty: all.
    pub source: &'a [String],
}

/// A gate: exactly one of these keys.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GateSpec {
    /// Keeps out whoever is on a list: `competitors`, `clients` or `do-not-contact`; or who is known to be `government`, `state-owned` or a
    /// `reseller`.
    pub exclude: Option<String>,
    /// Asks for `legal-entity` (keeps out sole traders), `contact` (a telephone number or an e-mail address is known), `government`, `state-owned`
    /// or `reseller` (keeps out who is known to be none), or a fact that must be
    /// known: `website`, `phone`, `email`, `tax_id`, `industry`, `size`, `place`, `region`, `country`, `address`, `person`, `name`.
    pub require: Option<String>,
    /// Keeps out whoever is known to be in none of these countries.
    pub country: Vec<String>,
    /// Keeps out whoever is known to be in none of these regions.
    pub region: Vec<String>,
    /// Keeps out whoever is known to be in none of these industries: sections (`C`) or divisions (`10`) of NACE.
    pub nace: Vec<String>,
    /// Keeps out whoever is known to be of none of these sizes: names of `[lexicons] size_bands`.
    pub size_band: Vec<String>,
}

/// A rule with points: `when` something holds, or for each `signal` of a kind.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PointsSpec {
    /// What must hold; all of its keys together. Beside `signal`, it is asked of the signal's own record.
    pub when: Option<WhenSpec>,
    /// A kind of signal, such as `tender-published`.
    pub signal: Option<String>,
    /// Points: +10 doubles the odds, -10 halves them.
    pub points: f64,
    /// For signals: the time in which the points halve, such as `10d`. Each kind has its default.
    pub half_life: Option<String>,
    /// Why it matters, in your words: the rep reads it.
    pub why: String,
    /// Rules of one family speak of one thing and are capped together.
    pub family: Option<String>,
}

/// A condition. In each list one entry is enough; of several keys all must hold, those about records in one and the same record. A field that
/// a record leaves out is unknown: it neither gives the points nor settles that there are none.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WhenSpec {
    /// Words or phrases in the records' texts: whole words, accents and case ignored. `pallet*` finds words that begin so, `-toy` forbids a word.
    pub words: Vec<String>,
    /// Words or phrases in the line of business.
    pub industry: Vec<String>,
    /// Industries: sections (`C`) or divisions (`10`) of NACE, known by categories, codes and words (`config/codes/industries.toml`).
    pub nace: Vec<String>,
    /// Bands of size, by the number of people: names of `[lexicons] size_bands`, such as `medium`.
    pub size_band: Vec<String>,
    /// A body of a state, a region or a municipality (`true`), or none (`false`).
    pub government: Option<bool>,
    /// A company that one of these owns, or none.
    pub state_owned: Option<bool>,
    /// Buys to sell on, or does not.
    pub reseller: Option<bool>,
    /// Regions, as in the segment's `regions`.
    pub region: Vec<String>,
    /// Countries, as code or name.
    pub country: Vec<String>,
    /// Ids of sources that name it.
    pub source: Vec<String>,
    /// Kinds of records that name it: `offer`, `request`, `company`, `tender`, `article`, `vacancy`, `page`.
    pub record: Vec<String>,
    /// Facts that must be known, all of them: `phone`, `email`, `website`...
    pub has: Vec<String>,
    /// Facts that must not be known (yet), none of them.
    pub lacks: Vec<String>,
    /// As `words`, but by the stems of a language, so that other endings are found too: `{ es = ["ecógrafo", "-veterinario"], de = ["Gerät"] }`.
    pub stems: StemsSpec,
    /// CPV codes or their beginnings, in the field `cpv` of a record: `331` and `33100000-1` find `33190000`, `72*` finds all of division 72.
    pub cpv: Vec<String>,
    /// UNSPSC codes or their beginnings, as `cpv`.
    pub unspsc: Vec<String>,
    /// NAICS codes or their beginnings, 2 to 6 digits.
    pub naics: Vec<String>,
    /// Codes of any other scheme, or their beginnings, with the scheme in front: `GSIN:N7030`, `OKPD2:26.60`.
    pub class: Vec<String>,
    /// Finds notices of buyers who code too broadly, too: with `cpv = ["33112200"]` also `33100000` and `33000000`. Holds for all four schemes.
    pub broad: bool,
    /// Words or phrases in the name of a tender's buyer; as in `words`.
    pub buyer: Vec<String>,
    /// Kinds of buyers: `central`, `regional`, `local`, `public-body`, `undertaking`, `international`, `subsidised`.
    pub buyer_type: Vec<String>,
    /// Where the contract is done, which need not be where the buyer is: countries, NUTS or ISO 3166-2 codes or their beginnings (`ES5` holds
    /// `ES511`), or words as notices write them.
    pub performed_in: Vec<String>,
    /// What is bought: `goods`, `services`, `works`, `mixed`.
    pub nature: Vec<String>,
    /// How the winner is found: `open`, `restricted`, `negotiated`, `direct`, `other`.
    pub procedure: Vec<String>,
    /// Where the tender stands: `planned`, `open`, `closed`, `suspended`, `awarded`, `cancelled`, `modified`, `completed`.
    pub stage: Vec<String>,
    /// What the tender is worth: ranges, each in its currency. Asked of the best value known (estimate, budget without tax, with tax, ceiling,
    /// award); values are never summed, and an amount in a currency that no range has is unknown.
    pub value: Vec<ValueSpec>,
    /// What must be left until the deadline when the tender is judged, such as `10d`. A day without a time counts from its beginning, a day
    /// before it ends.
    pub deadline_not_before: Option<String>,
    /// A record's field.
    pub field: Option<FieldSpec>,
}

/// A condition on one field of a record: at least one of `contains`, `min`, `max`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FieldSpec {
    /// Which field.
    pub name: String,
    /// Words it holds; as in `words`.
    pub contains: Vec<String>,
    /// The least number or amount.
    pub min: Option<f64>,
    /// The greatest number or amount.
    pub max: Option<f64>,
}

/// Words or phrases by language; one that is found in any language is enough, one with `-` in front forbids in all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StemsSpec {
    /// German.
    pub de: Vec<String>,
    /// English.
    pub en: Vec<String>,
    /// Spanish.
    pub es: Vec<String>,
    /// French.
    pub fr: Vec<String>,
    /// Russian.
    pub ru: Vec<String>,
}

/// A range of amounts: `min`, `max` or both.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ValueSpec {
    /// The least amount.
    pub min: Option<f64>,
    /// The greatest amount.
    pub max: Option<f64>,
    /// The currency of both, as in ISO 4217: `EUR`.
    pub currency: String,
}
