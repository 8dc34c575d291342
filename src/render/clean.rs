//! Foreign text made harmless: no controls, no invisible or direction-turning characters, no address but http(s) as a link.

use url::Url;

use crate::base::text::{clip, squeeze};

/// One line of foreign text, at most `chars` characters. `squeeze` drops control and most invisible characters; the rest is dropped here.
pub(super) fn line(text: &str, chars: usize) -> String {
    let visible: String = text.chars().filter(|c| !turns_or_hides(*c)).collect();
    clip(&squeeze(&visible), chars)
}

/// Direction isolates, deprecated format characters, tags, variation selectors beyond the plain ones, interlinear marks, line separators.
const fn turns_or_hides(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{2028}' | '\u{2029}' | '\u{2061}'..='\u{206f}'
        | '\u{3164}' | '\u{fff9}'..='\u{fffb}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// The address for a link, or nothing: only http and https, without a user name.
pub(super) fn link(url: &Url) -> Option<String> {
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    // Longer ones are no links that a mail program keeps whole.
    (plain && url.as_str().len() <= 2_000).then(|| url.as_str().to_owned())
}

/// The address as people say it: no scheme, no trailing slash.
pub(super) fn address_words(url: &str) -> String {
    let words = url.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    clip(words.trim_end_matches('/'), 60)
}

/// `tel:` for a number in E.164.
pub(super) fn phone_link(phone: &str) -> Option<String> {
    let digits = phone.strip_prefix('+')?;
    ((6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("tel:{phone}"))
}

/// `mailto:` for an address of plain characters; anything else is shown, but no link.
pub(super) fn mail_link(email: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@' | b'+');
    let good = email.len() <= 254 && email.bytes().all(plain) && email.bytes().filter(|b| *b == b'@').count() == 1;
    (good && !email.starts_with('@') && !email.ends_with('@')).then(|| format!("mailto:{email}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (given, want) in [
            ("  Talleres \u{202e}aicraG\u{202c} \u{2066}S.L.\u{2069}", "Talleres aicraG S.L."),
            ("a\u{0}b\u{1b}[31mc\r\nBcc: x", "ab[31mc Bcc: x"),
            ("pay\u{200b}pal\u{e0041}", "paypal"),
            ("Ñandú – Строитель 株式会社", "Ñandú – Строитель 株式会社"),
        ] {
            assert_eq!(line(given, 100), want);
        }
    }

    #[test]
    fn links() {
        for (given, good) in [
            ("https://a.example/x?y=1", true),
            ("http://a.example", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("ftp://a.example/", false),
            ("https://bank.example@evil.example/", false),
        ] {
            assert_eq!(link(&Url::parse(given).unwrap()).is_some(), good, "{given}");
        }
        assert_eq!(phone_link("+34911234567").as_deref(), Some("tel:+34911234567"));
        assert_eq!(phone_link("+34 911"), None);
        assert_eq!(mail_link("a.b@c.example").as_deref(), Some("mailto:a.b@c.example"));
        for bad in ["a@b@c", "a@b.example?bcc=x", "\"a b\"@c", "@x", "x@", "a"] {
            assert_eq!(mail_link(bad), None, "{bad}");
        }
    }
}
