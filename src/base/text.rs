//! Small, total functions over text. Knows no format and no field, and languages only by their endings.

pub mod dates;
pub mod patterns;
pub mod phrases;
pub mod stems;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Runs of white space become one space; the ends are trimmed. Zero-width characters and control characters go.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Words of ASCII are taken at once: most text is made of them.
        let word = rest.bytes().take_while(u8::is_ascii_graphic).count();
        let (piece, after) = rest.split_at(word.max(c.len_utf8()));
        rest = after;
        if c.is_whitespace() || c == '\u{a0}' {
            gap = true;
        } else if !is_invisible(c) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push_str(piece);
        }
    }
    out
}

/// So many of something: "1 source", "2 sources".
pub fn count<N: std::fmt::Display + PartialEq + From<u8>>(n: N, one: &str, many: &str) -> String {
    let word = if n == N::from(1) { one } else { many };
    format!("{n} {word}")
}

/// For comparing: compatibility decomposition, no accents, lower case, squeezed. Cyrillic `й` and `ё` fold to `и` and `е`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return squeeze(&text.to_ascii_lowercase());
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if let Some(plain) = folded(c) {
            out.push(plain);
        } else {
            out.extend(in_parts(c));
        }
    }
    squeeze(&out)
}

/// [`fold`], then everything but letters and digits becomes a space: the words of a text. In one pass, because every field of every record
/// goes through it.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut take = |c: char, out: &mut String| {
        if c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() {
            if std::mem::take(&mut gap) && !out.is_empty() {
                out.push(' ');
            }
            out.push(c);
        } else if c.is_whitespace() || !is_invisible(c) {
            gap = true;
        }
    };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c.is_ascii_alphanumeric() {
            take(c.to_ascii_lowercase(), &mut out);
            // The rest of a word of ASCII is taken at once: most text is made of them.
            let (word, after) = rest.split_at(rest.bytes().take_while(u8::is_ascii_alphanumeric).count());
            let from = out.len();
            out.push_str(word);
            out[from..].make_ascii_lowercase();
            rest = after;
        } else if c.is_ascii() {
            take(c, &mut out);
        } else if let Some(plain) = folded(c) {
            take(plain, &mut out);
        } else {
            in_parts(c).for_each(|c| take(c, &mut out));
        }
    }
    out
}

/// A letter without what is combined with it, in lower case. What it is made of does not hang on those beside it.
fn in_parts(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase)
}

/// A letter of Western Europe or of Russian, folded: what most letters beyond ASCII are, without the tables for all.
fn folded(c: char) -> Option<char> {
    Some(match c {
        'à'..='å' | 'À'..='Å' => 'a',
        'ç' | 'Ç' => 'c',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ñ' | 'Ñ' => 'n',
        'ò'..='ö' | 'Ò'..='Ö' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ё' | 'Ё' => 'е',
        'й' | 'Й' => 'и',
        'а'..='я' | 'ß' => c,
        'А'..='Я' => char::from_u32(u32::from(c) + 32)?,
        _ => return None,
    })
}

/// Whether these words stand among those, each of them whole; both as [`words`] gives them.
pub fn holds(all: &str, some: &str) -> bool {
    // A phrase is short and asked for once: to make ready for a search costs more than the search.
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b' ', all.as_bytes()).map(|gap| gap + 1));
    starts.filter_map(|at| all[at..].strip_prefix(some)).any(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// [`words`] in Latin letters, for comparing over scripts: `Ромашка` is `romashka`. It loses what the letters told apart; keep the original.
pub fn latin(text: &str) -> String {
    if text.is_ascii() { words(text) } else { words(&any_ascii::any_ascii(text)) }
}

/// Names listed where one is unknown.
const LISTED: usize = 20;

/// "There is no such thing": which name was probably meant, and the names there are, at most so many of them.
pub fn no_such<'a>(what: &str, named: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let named = clip(named, 80);
    if known.is_empty() {
        return format!("there is no {what} `{named}`, there are none at all");
    }
    // One letter in three may be wrong; more is another name.
    let allowed = (named.chars().count() / 3).clamp(1, 3);
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(name, &named), *name)).min().filter(|(far, _)| *far <= allowed);
    let meant = near.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"));
    let more = known.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (mark, there) = if meant.is_empty() { (";", "there are") } else { ("", "There are") };
    format!("there is no {what} `{named}`{meant}{mark} {there}: {}{more}", known[..known.len().min(LISTED)].join(", "))
}

/// Characters that take no room and would make two equal names differ.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}')
}

/// At most `chars` characters, with `…` as the last when something was cut.
pub fn clip(text: &str, chars: usize) -> String {
    if text.len() <= chars || text.chars().count() <= chars {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(chars.saturating_sub(1)).collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_whole_among_others() {
        for (all, some, want) in [
            ("sales team", "sales", true),
            ("our sales team", "sales team", true),
            ("presales", "sales", false),
            ("salesman of sales", "sales", true),
            ("salesmen", "sales", false),
            ("отдел продаж", "продаж", true),
            ("", "sales", false),
        ] {
            assert_eq!(holds(all, some), want, "{some} in {all}");
        }
    }

    #[test]
    fn folding_and_squeezing() {
        for (given, want) in [
            ("  Talleres\u{a0}García,\n S.L. ", "talleres garcia, s.l."),
            ("ИП Королёв", "ип королев"),
            ("ﬁne\u{200b}print", "fineprint"),
            ("Straße", "straße"),
        ] {
            assert_eq!(fold(given), want);
        }
        assert_eq!(words("Müller & Söhne, S.A."), "muller sohne s a");
        for c in '\u{80}'..'\u{600}' {
            assert!(folded(c).is_none_or(|plain| in_parts(c).eq([plain])), "{c}");
        }
        assert_eq!(latin("Ромашка-Север"), "romashka sever");
        assert_eq!(latin("Łódź, Ελλάς"), "lodz ellas");
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("abcd", 4), "abcd");
    }

    proptest::proptest! {
        #[test]
        fn squeezing_word_by_word_is_squeezing_character_by_character(text in "(\\PC|[ -~]|[ \u{a0}\u{200b}\u{ad}\t\n\u{7}ñ])*") {
            let mut plain = String::new();
            for c in text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)) {
                match c.is_whitespace() {
                    true if plain.is_empty() || plain.ends_with(' ') => {}
                    true => plain.push(' '),
                    false => plain.push(c),
                }
            }
            proptest::prop_assert_eq!(squeeze(&text), plain.trim_end());
        }

        #[test]
        fn the_words_in_one_pass_are_those_of_fold(text in "(\\PC|[ \u{a0}\u{200b}\u{ad}\t\u{7}İßﬁé])*") {
            let whole = squeeze(&text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect::<String>());
            proptest::prop_assert_eq!(&fold(&text), &whole);
            let plain = squeeze(&whole.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>());
            proptest::prop_assert_eq!(words(&text), plain);
        }
    }

    #[test]
    fn what_is_unknown_is_told_with_what_is_known() {
        let many: Vec<String> = (0..23).map(|n| format!("s{n:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (named, known, want) in [
            ("fiar", &["fair", "press"][..], "there is no source `fiar`; did you mean `fair`? There are: fair, press"),
            ("x", &["ana", "press"], "there is no source `x`; there are: ana, press"),
            ("x", &[], "there is no source `x`, there are none at all"),
        ] {
            assert_eq!(no_such("source", named, known.iter().copied()), want);
        }
        let told = no_such("source", "other", many);
        assert!(told.ends_with("s18, s19 and 3 more"), "{told}");
    }
}
