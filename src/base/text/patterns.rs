//! Patterns that are fixed, for what stands in texts of all scripts. Knows no text.

use regex::Regex;

/// A fixed pattern whose `\b` and `\d` are those of ASCII. With those of all scripts the engine leaves its quick way at the first letter beyond ASCII
/// (`regex`, "Unicode": word boundaries), and takes long to be built.
///
/// # Panics
///
/// When it is no pattern: whoever has it keeps it in a static that a test reads.
pub fn compiled(pattern: &str) -> Regex {
    let pattern = pattern.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]");
    Regex::new(&pattern).expect("the pattern is fixed")
}

#[cfg(test)]
mod tests {
    use super::compiled;

    #[test]
    fn ends_of_words_and_digits_are_those_of_ascii() {
        let code = compiled(r"\b\d{5}[\d-]?\b");
        for (text, want) in
            [("28013 Madrid", true), ("a28013", false), ("280133456", false), ("в 443001-", true), ("г44300", true), ("٤٤٣٠٠", false)]
        {
            assert_eq!(code.is_match(text), want, "{text}");
        }
    }
}
