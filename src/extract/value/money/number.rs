//! Numbers in a text: digits, their grouping understood from their own shape. Knows no currency but how many decimals it has.

use iso_currency::Currency;
use rust_decimal::Decimal;

/// Numbers looked at in one text.
const MOST: usize = 32;

/// A number in a text, and where.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: String,
}

/// Every kind of space becomes one that can be compared, every apostrophe and full-width or Arabic digit too, so that offsets are those of one text.
pub(super) fn plain_spaces(words: &str) -> String {
    words
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| match c {
            c if c.is_whitespace() => ' ',
            '’' | '´' | '`' => '\'',
            '٫' => '.',
            '٬' | '，' => ',',
            c => digit(c).unwrap_or(c),
        })
        .collect()
}

/// Digits of other scripts: Arabic, Persian, Devanagari, full width.
fn digit(c: char) -> Option<char> {
    let zero = ['\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}']
        .into_iter()
        .find(|zero| (*zero..=char::from_u32(*zero as u32 + 9).unwrap_or(*zero)).contains(&c))?;
    char::from_digit(c as u32 - zero as u32, 10)
}

/// Every number: digits, with separators that stand between digits. A space or apostrophe joins only groups of three; after a point two digits
/// may stand apart ("119. 95").
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let digits_to = |from: usize| bytes[from..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| from + n);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|n| at + n) {
        let mut end = digits_to(start);
        let mut grouped = end - start <= 3;
        let mut pointed = false;
        while let Some(separator) = bytes.get(end)
            && matches!(separator, b'.' | b',' | b' ' | b'\'')
        {
            let apart = matches!(separator, b'.' | b',') && !pointed && bytes.get(end + 1) == Some(&b' ');
            let from = (end + 1 + usize::from(apart)).min(bytes.len());
            let next = digits_to(from);
            let length = next.saturating_sub(from);
            let joins = match separator {
                b' ' | b'\'' => grouped && length == 3,
                _ if apart => length == 2 && !matches!(bytes.get(next), Some(b'.' | b',' | b'%')),
                _ => length > 0,
            };
            if !joins {
                break;
            }
            pointed = pointed || matches!(separator, b'.' | b',') && length != 3;
            grouped = grouped && length == 3;
            end = next;
        }
        let mut number = Number { start, end, digits: text[start..end].to_owned() };
        if text[..start].ends_with('.')
            && !text[..start - 1].ends_with(|c: char| c.is_alphanumeric() || c == '.')
            && !number.digits.contains('.')
        {
            // "$.75"
            number = Number { start: start - 1, end, digits: format!("0.{}", number.digits) };
        }
        found.push(number);
        at = end;
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// What the digits and their separators say.
pub(super) fn decimal(digits: &str, currency: Option<Currency>) -> Option<Decimal> {
    let plain: String = digits.chars().filter(|c| !matches!(c, ' ' | '\'')).collect();
    let (dots, commas) = (plain.matches('.').count(), plain.matches(',').count());
    let point = match (dots, commas) {
        (1, 0) | (0, 1) => {
            let at = plain.find(['.', ','])?;
            let after = plain.len() - at - 1;
            // "1.234" is a thousand and more, unless nothing could be grouped so ("0.234", "1234.567") or the currency has thousandths.
            let thousandths = currency.and_then(Currency::exponent) == Some(3);
            let groups = after == 3 && at <= 3 && !plain.starts_with('0') && !thousandths && !digits.contains([' ', '\'']);
            (!groups).then_some(at)
        }
        (1, _) if plain.rfind('.') > plain.rfind(',') => plain.rfind('.'),
        (_, 1) if plain.rfind(',') > plain.rfind('.') => plain.rfind(','),
        (_, 0) | (0, _) => None,
        _ => return None,
    };
    let (whole, rest) = point.map_or((plain.as_str(), ""), |at| (&plain[..at], &plain[at + 1..]));
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or("");
    let groups: Vec<&str> = groups.collect();
    // "12.03.2026" is no number; "1,23,456" (India) is one.
    let grouped_right = groups.last().is_none_or(|last| last.len() == 3) && groups.iter().all(|group| matches!(group.len(), 2 | 3));
    if first.is_empty() || first.len() > 3 && !groups.is_empty() || !grouped_right {
        return None;
    }
    let joined: String = whole.chars().filter(char::is_ascii_digit).collect();
    if rest.is_empty() { joined.parse().ok() } else { format!("{joined}.{rest}").parse().ok() }
}

/// "1.2 Mio.", "3 млн", "5k".
pub(super) fn multiple(after: &str) -> Option<Decimal> {
    let word: String = after.trim_start().chars().take_while(|c| c.is_alphabetic()).take(16).flat_map(char::to_lowercase).collect();
    let zeros = match word.as_str() {
        "k" | "tsd" | "tys" | "tis" | "тыс" | "тис" | "mille" | "mil" | "thousand" | "tausend" => 3,
        "万" => 4,
        "lakh" | "lakhs" | "lac" => 5,
        "mio" | "mln" | "mill" | "million" | "millions" | "millionen" | "millón" | "millones" | "milioni" | "milhões" | "млн" | "m€" => {
            6
        }
        "crore" | "crores" | "cr" => 7,
        "mrd" | "mld" | "bn" | "billion" | "milliarden" | "miliardi" | "milliards" | "млрд" => 9,
        _ => return None,
    };
    Some(Decimal::from(10_u64.pow(zeros)))
}
