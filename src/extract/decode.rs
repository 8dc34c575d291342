//! Bytes to text: which charset a page is in. Knows no format beyond the few bytes in which HTML and XML name their charset.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use url::Url;

/// How far into a page its own word on the charset is looked for (the HTML standard's figure).
const PRESCAN_BYTES: usize = 1024;

/// Pairs of bytes that show whether every second byte is zero.
const PAIRS: usize = 256;

/// How many bytes the guess looks at: enough for any language, and no second pass over ten megabytes.
const GUESS_BYTES: usize = 64 * 1024;

/// The text of a page. Never fails: what is no character of the charset becomes U+FFFD.
///
/// The first of these that says something decides: byte order mark, `charset` of the Content-Type header, `<meta>` or XML prolog within
/// the first 1,024 bytes (and the zero bytes of UTF-16 without a mark), valid UTF-8, and at last a guess from the bytes
/// and the top-level domain of `url`.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, url: &Url) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return once_more(encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    let encoding = content_type.and_then(of_header).or_else(|| of_zero_bytes(bytes)).or_else(|| of_prescan(bytes));
    once_more(match encoding {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => guess(bytes, url).decode_without_bom_handling(bytes).0,
        },
    })
}

/// Text whose every character beyond ASCII is half of one in UTF-8 was read as Western once before it came here ("JÃºcar"): as it was meant.
fn once_more(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() {
        return text;
    }
    let mut bytes = Vec::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
        // Most text shows at its first letter that it is none.
        let halves = rest[at..].chars().take_while(|c| !c.is_ascii());
        let Some(halves) = halves.map(western).collect::<Option<Vec<u8>>>().filter(|halves| std::str::from_utf8(halves).is_ok()) else {
            return text;
        };
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.extend_from_slice(&halves);
        rest = rest[at..].trim_start_matches(|c: char| !c.is_ascii());
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_or(text, Cow::Owned)
}

/// The byte of a character in Windows-1252, or in Latin-1 where that has none.
fn western(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok().or_else(|| {
        let mut letters = [0; 4];
        let (bytes, _, failed) = WINDOWS_1252.encode(c.encode_utf8(&mut letters));
        if failed { None } else { bytes.first().copied() }
    })
}

/// The `charset` parameter of a Content-Type (RFC 9110 section 8.3), quoted or not.
fn of_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let label = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label(label.as_bytes())).flatten()
    })
}

/// UTF-16 without a mark shows itself by its halves (XML 1.0 appendix F, RFC 4627 section 3): that of ASCII, and of the delimiters and line ends of
/// any text, is zero, that of Latin, Greek and Cyrillic letters is nearly so; the other half never is. Text in other charsets holds no zero.
fn of_zero_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    let is_utf16 = |high: usize| {
        let count = |is: &dyn Fn(&[u8]) -> bool| bytes.chunks_exact(2).take(PAIRS).filter(|pair| is(pair)).count();
        let (all, zeros) = (count(&|_| true), count(&|pair| pair[high] == 0));
        all >= 2 && zeros * 8 >= all && count(&|pair| pair[high] < 6) * 4 >= all * 3 && count(&|pair| pair[1 - high] == 0) == 0
    };
    [(0, UTF_16BE), (1, UTF_16LE)].into_iter().find(|(high, _)| is_utf16(*high)).map(|(_, encoding)| encoding)
}

/// What an XML prolog or a `<meta>` says. A page that could be read this far is no UTF-16, whatever it says (HTML standard).
fn of_prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head: String = bytes[..bytes.len().min(PRESCAN_BYTES)].iter().map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let label = match head.trim_start().strip_prefix("<?xml") {
        Some(rest) => value_after(rest.split("?>").next()?, "encoding")?,
        None => head.match_indices("<meta").find_map(|(at, _)| value_after(head[at..].split('>').next()?, "charset"))?,
    };
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    })
}

/// The value in `name = "value"`, with or without quotes and spaces.
fn value_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.match_indices(name).find_map(|(at, _)| {
        let value = text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let value = match value.strip_prefix('"').or_else(|| value.strip_prefix('\'')) {
            Some(quoted) => quoted.split(['"', '\'']).next()?,
            None => value.split([' ', '\t', '\r', '\n', ';', '"', '\'', '/', '>']).next()?,
        };
        (!value.is_empty()).then_some(value)
    })
}

fn guess(bytes: &[u8], url: &Url) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(GUESS_BYTES)], true);
    let tld = url.domain().and_then(|host| host.trim_end_matches('.').rsplit('.').next());
    // Valid UTF-8 was tried before this: what is left of it here was broken elsewhere in the page.
    detector.guess(tld.map(str::as_bytes), chardetng::Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, url: &str, want: &str) {
        let got = decode(bytes, content_type, &url.parse().unwrap());
        assert!(got.contains(want), "{want:?} not in {got:?}");
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn the_first_that_says_something_decides() {
        let cyrillic = encoding_rs::WINDOWS_1251.encode("Закупка оборудования для больницы").0.into_owned();
        let koi = encoding_rs::KOI8_R.encode("Закупка").0.into_owned();
        let with = |head: &str, body: &[u8]| [head.as_bytes(), body].concat();
        for (bytes, content_type, url, want) in [
            ("\u{feff}señor".as_bytes().to_vec(), Some("text/html; charset=windows-1251"), "http://a.example/", "señor"),
            ([&[0xfe, 0xff], utf16("señor", true).as_slice()].concat(), None, "http://a.example/", "señor"),
            (utf16("<?xml version='1.0' encoding='UTF-16'?><a>señor</a>", true), None, "http://a.example/", "<a>señor"),
            (utf16("<rss>señor", false), None, "http://a.example/", "<rss>señor"),
            (utf16("{\"a\":\"ñ\"}", false), None, "http://a.example/", "ñ"),
            (utf16("Company;City\nAcme;Cádiz, Москва\n", false), None, "http://a.example/", "Cádiz, Москва"),
            (utf16("Company;City\nAcme;Cádiz\n", true), None, "http://a.example/", "Cádiz"),
            (utf16("Компания;Город\nРассвет;Казань\n", false), None, "http://a.example/", "Рассвет;Казань"),
            (b"one\0two\0".to_vec(), None, "http://a.example/", "two"),
            (koi.clone(), Some("text/html; Charset=\"koi8-r\""), "http://a.example/", "Закупка"),
            (with("<meta charset=koi8-r>", &koi), Some("text/html"), "http://a.example/", "Закупка"),
            (with("<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'/>", &koi), None, "http://a.example/", "Закупка"),
            (with("<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a>", &koi), None, "http://a.example/", "Закупка"),
            (with("<meta charset='utf-16'>", "señor".as_bytes()), None, "http://a.example/", "señor"),
            ("señor".as_bytes().to_vec(), None, "http://a.example/", "señor"),
            ("Conservas AsÃ³n JÃºcar, Â¡hola!".as_bytes().to_vec(), None, "http://a.example/", "Asón Júcar, ¡hola!"),
            ("Ã\u{93}rbigo".as_bytes().to_vec(), Some("text/html; charset=utf-8"), "http://a.example/", "Órbigo"),
            ("Ã“rbigo â‚¬ 5".as_bytes().to_vec(), Some("text/html; charset=utf-8"), "http://a.example/", "Órbigo € 5"),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚".as_bytes().to_vec(), None, "http://a.example/", "Привет"),
            // One letter that was read rightly, and it is what it is.
            ("JÃºcar, señor".as_bytes().to_vec(), None, "http://a.example/", "JÃºcar, señor"),
            ("SÃO PAULO".as_bytes().to_vec(), None, "http://a.example/", "SÃO PAULO"),
            (cyrillic, None, "http://zakupki.example.ru/", "Закупка"),
            (b"caf\xe9 de la gare, entr\xe9e gratuite".to_vec(), None, "http://a.fr/", "café"),
            (b"broken \xff utf".to_vec(), Some("text/plain; charset=utf-8"), "http://a.example/", "\u{fffd}"),
            (b"a".to_vec(), Some("text/html; charset=nonsense; charset"), "http://a.example/", "a"),
            (Vec::new(), None, "http://127.0.0.1/", ""),
        ] {
            check(&bytes, content_type, url, want);
        }
    }

    proptest! {
        #[test]
        fn anything_becomes_text(bytes in proptest::collection::vec(any::<u8>(), 0..2000), header in proptest::option::of(".{0,40}")) {
            let _ = decode(&bytes, header.as_deref(), &"http://a.example/".parse().unwrap());
        }
    }
}
