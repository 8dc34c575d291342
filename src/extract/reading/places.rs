//! Words that are a town or an address by their shape: a postcode, the word for a town, a number between words. Knows no town.

use std::sync::LazyLock;

use phonenumber::country::Id;
use regex::Regex;

use crate::base::text::patterns::compiled;

/// Characters of a town with what stands before it.
const TOWN: usize = 60;

/// What stands before a town: `70173 Stuttgart`, `CH-8005 Zürich`, `1234 AB Delft`, `00-950 Warszawa`, `4000-123 Porto`, `г. Самара`; and four digits
/// alone.
static BEFORE: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let postcode = r"(?:[A-Z]{1,2}[- ]\d{4,6}|\d{5,6}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2})";
    let any = format!(r"^(?:(?:\d{{6}},? )?(?:г|гор|пгт|пос|м|смт)\. ?|{postcode},? )");
    [any.as_str(), r"^\d{4} "].map(compiled)
});

/// Whether words are a town by their shape, behind what this says of it.
fn is_named(before: &Regex, text: &str) -> bool {
    let town = before.find(text).map_or("", |found| &text[found.end()..]);
    let other = |c: char| c.is_numeric() || matches!(c, ',' | ';' | ':' | '@' | '€' | '$');
    town.starts_with(char::is_uppercase) && town.chars().nth(1).is_some() && !town.contains(other)
}

/// Whether the postcodes of a country are four digits: elsewhere these are a year or a number of something.
const fn has_four(country: Id) -> bool {
    use Id::{AT, AU, BE, BG, CH, DK, HU, LI, LU, NO, NZ, SI, ZA};
    matches!(country, AT | AU | BE | BG | CH | DK | HU | LI | LU | NO | NZ | SI | ZA)
}

/// Whether words are a town by their shape, on a page of this country.
pub(super) fn is_town(text: &str, country: Option<Id>) -> bool {
    let text = text.trim();
    let four = || country.is_some_and(has_four);
    text.chars().count() <= TOWN
        && text.split_whitespace().count() <= 7
        && (is_named(&BEFORE[0], text) || four() && is_named(&BEFORE[1], text))
}

/// Whether words are an address by their shape: a house number or a postcode between commas and words.
pub(super) fn is_address(text: &str) -> bool {
    let chars = text.chars().count();
    let parts = text.split([',', '\n', '·']).count();
    let number = text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        (1..=6).contains(&word.len())
            && word.bytes().next().is_some_and(|b| b.is_ascii_digit())
            && word.bytes().filter(u8::is_ascii_digit).count() * 2 >= word.len()
    });
    // Names and numbers, not a sentence; scripts without capitals have none in small letters either.
    let words = text.split_whitespace().count();
    let small = text.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    (12..=140).contains(&chars)
        && small * 3 <= words
        && parts >= 2
        && number
        && text.chars().filter(|c| c.is_alphabetic()).count() * 2 > chars
}

#[cfg(test)]
mod tests {
    use super::is_town;

    #[test]
    fn towns_by_their_shape() {
        for (text, want) in [
            ("70173 Stuttgart", true),
            ("28013 Madrid", true),
            ("D-04109 Leipzig", true),
            ("CH-8005 Zürich", true),
            ("1234 AB Delft", true),
            ("00-950 Warszawa", true),
            ("4000-123 Porto", true),
            ("110 00 Praha", true),
            ("г. Самара", true),
            ("г.Нижний Новгород", true),
            ("443001, г. Самара", true),
            ("Stuttgart", false),
            ("12 Monkeys", false),
            ("2024 wurde gebaut", false),
            ("Hauptstr. 1, 70173 Stuttgart", false),
            ("70173 Stuttgart, Hauptstr. 1", false),
            ("12500 €", false),
            ("г. 2024", false),
            ("2019 Toyota Corolla", false),
            ("1010 Wien", false),
            ("12999 L", false),
            ("", false),
        ] {
            assert_eq!(is_town(text, None), want, "{text}");
        }
        assert!(is_town("1010 Wien", "AT".parse().ok()) && !is_town("1010 Wien", "DE".parse().ok()));
    }
}
