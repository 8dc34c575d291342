//! Tax and register numbers: which kinds a text can be, whether its check digits are right, and the one form in which it is compared.
//!
//! Pure arithmetic on what is written; whether a register knows the number is another question. The kinds are one table, [`kinds()`].

mod americas;
mod digits;
mod east;
mod europe;
mod find;
mod kinds;
mod registers;

use unicode_normalization::UnicodeNormalization as _;

pub use find::{MENTIONS, Mention, find};
pub use kinds::kinds;

/// Characters of a text that is looked at; a longer one is no number.
const LONGEST: usize = 80;

/// One kind of number.
#[derive(Debug)]
pub struct Kind {
    /// Its own name here: `es-nif`.
    pub id: &'static str,
    /// Whose it is, ISO 3166-1 alpha-2; `None` for numbers of the world.
    pub country: Option<&'static str>,
    /// What people call it.
    pub name: &'static str,
    /// Its shapes without country, `|` between them: `d` a digit, `a` a letter, `x` either, `f` a letter, `&` or `Ñ`, all else itself.
    pub shapes: &'static str,
    /// What stands in front of it in an international setting, where something does.
    pub prefix: &'static str,
    /// Words that announce it in running text.
    pub labels: &'static [&'static str],
    /// Told apart from the country's other numbers of its length by this in the key; `None` for what names no one organisation.
    tag: Option<&'static str>,
    check: Check,
}

/// How a kind is judged.
#[derive(Debug)]
enum Check {
    /// By its characters without separators, once they have one of the shapes.
    Compact(fn(&str) -> Result<Sound, Fault>),
    /// As it is written: it holds words.
    Spelled(fn(&str) -> Result<Sound, Fault>),
}

/// Whom a number names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// A legal entity or a public body.
    Entity,
    /// A natural person, also one in business.
    Person,
    /// The number does not tell.
    Either,
}

/// How far a valid number is proved by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its check digits are right.
    CheckDigit,
    /// Only its form is right: the kind has no check digit, or issued numbers exist that break the rule.
    Form,
}

/// Why a text is no number of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    /// The check digit is another.
    #[error("wrong check digit")]
    CheckDigit,
    /// A part says what cannot be: a region, a day, a type that does not exist.
    #[error("{0}")]
    Part(&'static str),
    /// A character where there can be none such.
    #[error("wrong characters")]
    Shape,
    /// Too short or too long.
    #[error("wrong length")]
    Length,
}

/// A number whose check was passed.
#[derive(Debug)]
struct Sound {
    /// In the form its issuer writes, without separators and country.
    number: String,
    /// How much of it names the organisation: a SIRET is a SIREN and a site.
    organisation: Option<String>,
    whom: Whom,
    proof: Proof,
}

impl Sound {
    fn new(number: &str, whom: Whom) -> Self {
        Self { number: number.to_owned(), organisation: None, whom, proof: Proof::CheckDigit }
    }

    fn form(number: &str, whom: Whom) -> Self {
        Self { proof: Proof::Form, ..Self::new(number, whom) }
    }

    fn of(self, organisation: &str) -> Self {
        Self { organisation: Some(organisation.to_owned()), ..self }
    }

    /// This, when the check digit is right.
    fn when(self, right: bool) -> Result<Self, Fault> {
        if right { Ok(self) } else { Err(Fault::CheckDigit) }
    }
}

/// What a text is as a number of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The kind.
    pub kind: &'static Kind,
    /// Valid, or why not.
    pub outcome: Result<Valid, Fault>,
    /// Whether the text itself names the country.
    pub prefixed: bool,
}

/// A valid number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// As it is written internationally, without separators: `ESB12345674`, `7707083893`.
    pub canonical: String,
    /// What two spellings of one organisation's number have in common, the country in front: a SIREN for each of its SIRETs and its VAT
    /// number. `None` where the number does not name one organisation.
    pub key: Option<String>,
    /// Whom it names.
    pub whom: Whom,
    /// How far it proves itself.
    pub proof: Proof,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Kind {}

impl Kind {
    /// The kind of this id.
    pub fn of(id: &str) -> Option<&'static Self> {
        kinds().find(|kind| kind.id == id)
    }

    /// Judges a number: `compact` is it without separators and country, `written` is all that was written.
    fn judge(&self, compact: Option<&str>, written: &str) -> Result<Valid, Fault> {
        let sound = match self.check {
            Check::Compact(check) => check(self.fit(compact.ok_or(Fault::Shape)?)?)?,
            Check::Spelled(check) => check(written)?,
        };
        let organisation = sound.organisation.as_ref().unwrap_or(&sound.number);
        let key = self.tag.filter(|_| !organisation.is_empty());
        let key = key.map(|tag| format!("{}{tag}{organisation}", self.country.unwrap_or_default()));
        Ok(Valid { canonical: format!("{}{}", self.prefix, sound.number), key, whom: sound.whom, proof: sound.proof })
    }

    /// The number, when it has one of the shapes.
    fn fit<'a>(&self, number: &'a str) -> Result<&'a str, Fault> {
        let length = number.chars().count();
        let mut fault = Fault::Length;
        for shape in self.shapes.split('|').filter(|shape| shape.len() == length) {
            if number.chars().zip(shape.chars()).all(|(c, class)| is_of(c, class)) {
                return Ok(number);
            }
            fault = Fault::Shape;
        }
        Err(fault)
    }

    /// The text without what names the country, where it does.
    fn stripped<'a>(&self, compact: &'a str) -> Option<&'a str> {
        let country = self.country.unwrap_or_default();
        [self.prefix, country].into_iter().filter(|front| !front.is_empty()).find_map(|front| compact.strip_prefix(front))
    }
}

fn is_of(c: char, class: char) -> bool {
    match class {
        'd' => c.is_ascii_digit(),
        'a' => c.is_ascii_uppercase(),
        'x' => c.is_ascii_digit() || c.is_ascii_uppercase(),
        'f' => c.is_ascii_uppercase() || c == '&' || c == 'Ñ',
        itself => c == itself,
    }
}

/// The kinds a text can be, valid ones first, those of its country before others.
///
/// `country` (ISO 3166-1 alpha-2) is whose number it is taken for when it does not say so itself. With neither, every kind whose shape it has
/// is judged, but digits alone are never taken for a kind that has no check digit: that would prove nothing. Empty when it has no such shape.
pub fn identify(text: &str, country: Option<&str>) -> Vec<Verdict> {
    let written: String = text.trim().chars().take(LONGEST + 1).collect();
    if written.is_empty() || written.chars().count() > LONGEST {
        return Vec::new();
    }
    let compact = compact(&written);
    let bare = compact.as_ref().is_some_and(|compact| compact.bytes().all(|b| b.is_ascii_digit()));
    let mut verdicts: Vec<Verdict> = Vec::new();
    for kind in kinds() {
        let whole = kind.judge(compact.as_deref(), &written);
        let inner = compact.as_deref().and_then(|compact| kind.stripped(compact)).map(|number| kind.judge(Some(number), &written));
        let prefixed = inner.is_some() && (inner.as_ref().is_some_and(Result::is_ok) || whole.is_err());
        let outcome = inner.filter(|_| prefixed).unwrap_or(whole);
        let spelled = matches!(kind.check, Check::Spelled(_));
        let at_home = country.is_some() && kind.country == country && !(bare && spelled);
        let fits = !matches!(outcome, Err(Fault::Length | Fault::Shape));
        let abroad = fits && (kind.country.is_none() || country.is_none());
        let proves = !bare || outcome.as_ref().is_ok_and(|valid| valid.proof == Proof::CheckDigit);
        if at_home || (prefixed && (fits || !kind.prefix.is_empty())) || (abroad && (proves || outcome.is_err())) {
            verdicts.push(Verdict { kind, outcome, prefixed });
        }
    }
    let rank = |verdict: &Verdict| {
        let fault = verdict.outcome.as_ref().err().copied();
        let weak = verdict.outcome.as_ref().is_ok_and(|valid| valid.proof == Proof::Form);
        (fault, weak, !verdict.prefixed, verdict.kind.country != country)
    };
    verdicts.sort_by_key(rank);
    verdicts
}

/// The key that a number gives its organisation: that of the likeliest valid kind.
///
/// What has the shape of one of the country's numbers and a wrong check digit is no key: a slip of the pen joins strangers. What is no number
/// of a kind that is known is a key as it is written, if it looks like one: 5 to 18 characters with at least 5 digits. Placeholders, whose
/// digits are all the same or just counted up, never are.
pub fn key(written: &str, country: Option<&str>) -> Option<String> {
    let id = compact(written)?;
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    if digits.bytes().all(|d| Some(&d) == digits.as_bytes().first()) || "1234567890".starts_with(&digits) {
        return None;
    }
    let known = known(written, country);
    if !known.is_empty() {
        return known.into_iter().find_map(|verdict| verdict.outcome.ok()?.key);
    }
    if let Some(proved) = of_one_country(written, country).and_then(|valid| valid.key) {
        return Some(proved);
    }
    let looks = id.is_ascii() && (5..=18).contains(&id.len()) && digits.len() >= 5;
    looks.then(|| format!("{}{id}", country.unwrap_or_default()))
}

/// A number with letters that names no country and proves itself by its check digits, where the numbers of one country alone are such.
fn of_one_country(written: &str, country: Option<&str>) -> Option<Valid> {
    if country.is_some() || !written.chars().any(char::is_alphabetic) {
        return None;
    }
    let proved = identify(written, None).into_iter().filter_map(|verdict| {
        let valid = verdict.outcome.ok().filter(|valid| valid.proof == Proof::CheckDigit)?;
        Some((verdict.kind.country, valid))
    });
    let proved: Vec<(Option<&str>, Valid)> = proved.collect();
    let one = proved.iter().all(|(country, _)| country.is_some() && *country == proved[0].0);
    proved.into_iter().next().filter(|_| one).map(|(_, valid)| valid)
}

/// Whether two keys are one number: one may lack the country that stands in front of the other.
pub fn same(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let front = long.strip_suffix(short);
    front.is_some_and(|front| front.is_empty() || front.len() == 2 && front.bytes().all(|b| b.is_ascii_uppercase()))
}

/// Why a number that has the shape of one of the country's is none.
pub fn fault(written: &str, country: Option<&str>) -> Option<Fault> {
    let known = known(written, country);
    if known.iter().any(|verdict| verdict.outcome.is_ok()) { None } else { known.into_iter().find_map(|verdict| verdict.outcome.err()) }
}

/// The kinds whose shape a text has, where it is sure whose they are: digits that name no country may be several countries' numbers.
fn known(written: &str, country: Option<&str>) -> Vec<Verdict> {
    let certain = |verdict: &Verdict| country.is_some() || verdict.prefixed || verdict.kind.country.is_none();
    let mut all = identify(written, country);
    all.retain(|verdict| certain(verdict) && !matches!(verdict.outcome, Err(Fault::Length | Fault::Shape)));
    all
}

/// Whether two keys can not both be one organisation's: numbers of the same country and kind that differ.
///
/// Kinds are told apart by length, as the keys are made for. A number whose country nobody knows says nothing against one with a country.
pub fn contradict(a: &str, b: &str) -> bool {
    let of = |key: &str| kinds().filter_map(|kind| kind.country).find(|country| key.starts_with(country));
    a != b && a.len() == b.len() && of(a) == of(b)
}

/// Upper case letters, digits and the few signs that numbers hold; `None` when there are other characters, or too many.
///
/// A comma counts only between groups of three digits, where a spreadsheet put it.
fn compact(text: &str) -> Option<String> {
    let folded: Vec<char> = text.trim().nfkc().flat_map(char::to_uppercase).take(LONGEST + 1).collect();
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    let run = |chars: &mut dyn Iterator<Item = &char>| chars.take_while(|c| c.is_ascii_digit()).count();
    let mut out = String::with_capacity(folded.len());
    for (place, c) in folded.iter().enumerate() {
        match c {
            '0'..='9' | 'A'..='Z' | '&' | 'Ñ' | '+' | '*' => out.push(*c),
            '.' | '-' | '/' | ':' | '(' | ')' | '\'' | '‐'..='―' | '−' | '·' => {}
            ',' if (1..=3).contains(&run(&mut folded[..place].iter().rev())) && run(&mut folded[place + 1..].iter()) == 3 => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests;
