//! Texts in which some words vary and the rest stays: templates with a gap for what varies. Knows no place and no page.

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Stands for words that vary.
pub(super) const GAP: &str = "\u{fffc}";
/// Words of a text that are compared one by one; longer texts are compared by their hash alone, so that the work is bounded.
const WORDS: usize = 2_000;
/// The same where a part is looked for at every word.
const PART: usize = 300;

/// The words of a text; digits grouped by spaces are one word ("1 234 567").
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let group = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
        match out.last_mut() {
            Some(last) if group && !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit() || b == b' ') => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => out.push(word.to_owned()),
        }
    }
    out
}

/// What two texts have in common, with gaps where they differ; `old` may have gaps already. `None` when the words that stay are
/// fewer than half: then nothing is worth comparing.
pub(super) fn template(old: &str, new: &str) -> Option<String> {
    let (a, b) = (words(old), words(new));
    if a.len().max(b.len()) > WORDS {
        return None;
    }
    let mut out: Vec<&str> = Vec::new();
    let mut stay = 0;
    for op in capture_diff_slices(Algorithm::Myers, &a, &b) {
        if op.tag() == DiffTag::Equal {
            stay += op.old_range().len();
            out.extend(a[op.old_range()].iter().map(String::as_str));
        } else if out.last() != Some(&GAP) {
            out.push(GAP);
        }
    }
    (stay > 0 && stay * 2 >= a.len().max(b.len())).then(|| out.join(" "))
}

/// Whether a text is the template with its gaps filled, by no more words than belong there.
pub(super) fn fits(template: &str, text: &str) -> bool {
    let (pattern, text) = (words(template), words(text));
    if text.len() > 2 * pattern.len() + 8 {
        return false;
    }
    // The usual matching of `*`: on failure, the last gap takes one word more.
    let (mut p, mut t, mut gap) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == GAP {
            gap = Some((p, t));
            p += 1;
        } else if p < pattern.len() && pattern[p] == text[t] {
            (p, t) = (p + 1, t + 1);
        } else if let Some((gap_p, gap_t)) = gap {
            gap = Some((gap_p, gap_t + 1));
            (p, t) = (gap_p + 1, gap_t + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|word| word == GAP)
}

/// A text that does not fit its template, with gaps again where they can be told: what is left is what changed.
pub(super) fn regap(template: &str, text: &str) -> String {
    let (a, b) = (words(template), words(text));
    if a.len().max(b.len()) > WORDS {
        return text.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &a, &b) {
        let (old, new) = (&a[op.old_range()], &b[op.new_range()]);
        if op.tag() == DiffTag::Equal {
            out.extend(new.iter().map(String::as_str));
        } else if !old.is_empty() && old.iter().all(|word| word == GAP) {
            out.push(GAP);
        } else if old.len() == new.len() {
            out.extend(old.iter().zip(new).map(|(was, is)| if was == GAP { GAP } else { is.as_str() }));
        } else {
            out.extend(new.iter().map(String::as_str));
        }
    }
    out.join(" ")
}

/// A part of a text that fits the template, with `…` for what varies in it; `None` where nothing of it does, or where it is of another text. What
/// no word that stays follows varies only if it is figures: else the gap of a teaser would take whatever another sentence says.
pub(super) fn without_gaps(template: &str, part: &str) -> Option<String> {
    let (pattern, part) = (words(template), words(part));
    if pattern.len().max(part.len()) > PART {
        return None;
    }
    let begins = |start: &usize| {
        let word = &pattern[*start];
        part.first() == Some(word) || word == GAP && pattern.get(start + 1).is_some_and(|next| part.contains(next))
    };
    let figures = |word: &String| word.bytes().any(|b| b.is_ascii_digit());
    let hidden = (0..pattern.len()).filter(begins).filter_map(|start| gaps_in(&pattern[start..], &part)).find(|hidden| {
        let varies = hidden.iter().filter(|varies| **varies).count();
        let stays = hidden.len() - varies;
        let mut last = hidden.iter().zip(&part).rev().take_while(|(varies, _)| **varies);
        varies > 0 && stays >= varies.max(2) && last.all(|(_, word)| figures(word))
    })?;
    let mut out: Vec<&str> = Vec::new();
    for (word, varies) in part.iter().zip(hidden) {
        match (varies, out.last()) {
            (false, _) => out.push(word),
            (true, Some(&"…")) => {}
            (true, _) => out.push("…"),
        }
    }
    Some(out.join(" "))
}

/// Which words stand in gaps where a text begins as the pattern does; `None` where it does not go on so.
fn gaps_in(pattern: &[String], text: &[String]) -> Option<Vec<bool>> {
    // As in [`fits`].
    let (mut p, mut t, mut gap) = (0, 0, None);
    let mut hidden = vec![false; text.len()];
    while t < text.len() {
        if pattern.get(p).is_some_and(|word| word == GAP) {
            gap = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((gap_p, gap_t)) = gap {
            hidden[gap_t] = true;
            gap = Some((gap_p, gap_t + 1));
            (p, t) = (gap_p + 1, gap_t + 1);
        } else {
            return None;
        }
    }
    Some(hidden)
}

/// Whether a text has become another thing altogether: at least twenty words, more than twice as many, and none shared.
pub(super) fn is_foreign(old: &str, new: &str) -> bool {
    let (a, b) = (words(old), words(new));
    b.len() >= 20 && b.len() > 2 * a.len() && !b.iter().any(|word| word.chars().count() > 3 && a.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        for (old, new, want) in [
            ("Visits today: 1 204 since 9:00", "Visits today: 999 since 9:00", Some("Visits today: \u{fffc} since 9:00")),
            ("Deal of the day: pallets", "Deal of the day: used forklifts", Some("Deal of the day: \u{fffc}")),
            ("Visit us in hall 4", "Save on pallets now", None),
            ("Open \u{fffc} days left", "Open 3 days left", Some("Open \u{fffc} days left")),
            ("12:01", "12:02", None),
        ] {
            assert_eq!(template(old, new).as_deref(), want, "{old} | {new}");
        }
    }

    #[test]
    fn fitting_and_regapping() {
        let visits = "Visits today: \u{fffc} price 12 EUR";
        assert!(fits(visits, "Visits today: 17 price 12 EUR"));
        assert!(fits(visits, "Visits today: price 12 EUR"));
        assert!(!fits(visits, "Visits today: 17 price 13 EUR"));
        assert!(!fits("a \u{fffc}", &"a ".repeat(40)));
        assert_eq!(regap(visits, "Visits today: 17 price 13 EUR"), "Visits today: \u{fffc} price 13 EUR");
        assert_eq!(regap("\u{fffc} EUR", "17 USD"), "\u{fffc} USD");
    }

    #[test]
    fn parts_without_what_varies() {
        let template = "Welcome. We are hiring drivers. Open now \u{fffc} and later";
        for (part, want) in [
            ("We are hiring drivers. Open now 12:04", Some("We are hiring drivers. Open now …")),
            ("Open now 12:04 and later", Some("Open now … and later")),
            ("We are hiring drivers.", None),
            ("Open now Saturdays", None),
            ("9:00 and later we are closed", None),
            ("We sell pallets until 12:04", None),
            ("12:04", None),
        ] {
            assert_eq!(without_gaps(template, part).as_deref(), want, "{part}");
        }
    }

    #[test]
    fn another_thing() {
        let article = "A completely different article about harbours cranes ships and their owners which nobody expected to appear in this very place of that page";
        assert!(is_foreign("Visit our stand", article));
        assert!(!is_foreign("Visit our stand", "Save on pallets now"));
        assert!(!is_foreign("An article about harbours", article));
    }
}
