//! Words that are a town by their shape: behind a postcode, or behind the word for a town. Knows no town.

use std::sync::LazyLock;

use regex::Regex;

/// Characters of a town with what stands before it.
const TOWN: usize = 60;

/// `70173 Stuttgart`, `CH-8005 Zürich`, `1234 AB Delft`, `00-950 Warszawa`, `4000-123 Porto`, `г. Самара`.
static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    let postcode = r"(?:[A-Z]{1,2}[- ])?(?:\d{4,6}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2})";
    let town = r"\p{Lu}[^\d,;:@€$]*";
    Regex::new(&format!(r"^(?:{postcode},? {town}|(?:\d{{6}},? )?(?:г|гор|пгт|пос|м|смт)\. ?{town})$")).expect("the pattern is fixed")
});

/// Whether words are a town by their shape.
pub(super) fn is_town(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= TOWN && text.split_whitespace().count() <= 7 && SHAPE.is_match(text)
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
            ("1200 St", true),
            ("", false),
        ] {
            assert_eq!(is_town(text), want, "{text}");
        }
    }
}
