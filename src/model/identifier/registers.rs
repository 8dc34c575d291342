//! National numbers of Europe that are no VAT number, of Switzerland and Norway, and the numbers of the world. Texts come with the right shape.

use super::digits::{digits, is_short_day, last, luhn, luhn_digit, mod_97, number, weigh};
use super::{Fault, Sound, Whom};

type Judged = Result<Sound, Fault>;

/// What has a form and nothing to reckon, and names a legal entity.
#[expect(clippy::unnecessary_wraps, reason = "it is a check like the others")]
pub(super) fn entity_form(text: &str) -> Judged {
    Ok(Sound::form(text, Whom::Entity))
}

/// What has a form and nothing to reckon.
#[expect(clippy::unnecessary_wraps, reason = "it is a check like the others")]
pub(super) fn any_form(text: &str) -> Judged {
    Ok(Sound::form(text, Whom::Either))
}

/// NIF of Spain: DNI, NIE, the persons' K, L, M, and legal entities'. Orden EHA/451/2008; Real Decreto 1065/2007, art. 19 and 22.
pub(super) fn nif(text: &str) -> Judged {
    let letter = |body: &str| b"TRWAGMYFPDXBNJZSQVHLCKE"[usize::try_from(number(body) % 23).unwrap_or_default()];
    let (first, end) = (text.as_bytes()[0], text.as_bytes()[8]);
    let person = |body: &str| Sound::new(text, Whom::Person).when(letter(body) == end);
    match first {
        b'0'..=b'9' => person(&text[..8]),
        b'K' | b'L' | b'M' | b'X' => person(&text[1..8]),
        b'Y' => person(&format!("1{}", &text[1..8])),
        b'Z' => person(&format!("2{}", &text[1..8])),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            let check = luhn_digit(&text[1..8]);
            let (as_digit, as_letter) = (b"0123456789"[check as usize % 10], b"JABCDEFGHI"[check as usize % 10]);
            // Public bodies, orders and foreigners end in a letter, companies in a digit, the others in either.
            let right = match first {
                b'P' | b'Q' | b'R' | b'S' | b'N' | b'W' => end == as_letter,
                _ if &text[1..3] == "00" => end == as_letter,
                b'A' | b'B' | b'E' | b'H' => end == as_digit,
                _ => end == as_digit || end == as_letter,
            };
            Sound::new(text, Whom::Entity).when(right)
        }
        _ => Err(Fault::Part("no such letter in front")),
    }
}

/// Luhn's formula (INSEE, SIRENE).
pub(super) fn siren_is_right(text: &str) -> bool {
    luhn(text) && number(text) > 0
}

pub(super) fn siren(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(siren_is_right(text))
}

/// A SIREN and five digits of the site. The sites of La Poste (356000000) ran out of numbers: theirs sum up to a multiple of five.
pub(super) fn siret(text: &str) -> Judged {
    let of_the_post = text.starts_with("356000000") && digits(text).iter().sum::<u32>().is_multiple_of(5);
    let right = siren_is_right(&text[..9]) && (luhn(text) || of_the_post);
    Sound::new(text, Whom::Either).of(&text[..9]).when(right)
}

/// Steuernummer. Ten or eleven digits are one of a Land that cannot be told from the number; thirteen name it. The check digits follow
/// procedures of each Land that need it known, so only the form is judged. (Merkblatt of the tax authorities for ELSTER, section 2.)
pub(super) fn steuernummer(text: &str) -> Judged {
    const LANDS: &[&str] = &["10", "11", "21", "22", "23", "24", "26", "27", "28", "30", "31", "32", "40", "41", "5", "9"];
    if text.len() == 13 {
        if !LANDS.iter().any(|land| text.starts_with(land)) {
            return Err(Fault::Part("unknown Land in front"));
        }
        if &text[4..5] != "0" {
            return Err(Fault::Part("no 0 after the tax office"));
        }
    }
    Ok(Sound::form(text, Whom::Either))
}

/// Codice fiscale of a person: letters of the name, day of birth (40 more for women), place, check letter; of namesakes some digits are
/// letters. D.M. 23 December 1976, art. 2 to 7.
pub(super) fn codice_fiscale(text: &str) -> Judged {
    const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    const MONTHS: &str = "ABCDEHLMPRST";
    const OMOCODE: &str = "LMNPQRSTUV";
    let plain: Option<String> = text
        .char_indices()
        .map(|(n, c)| match n {
            6 | 7 | 9 | 10 | 12..=14 if !c.is_ascii_digit() => OMOCODE.find(c).and_then(|d| char::from_digit(u32::try_from(d).ok()?, 10)),
            _ => Some(c),
        })
        .collect();
    let plain = plain.ok_or(Fault::Shape)?;
    let in_shape = plain.char_indices().all(|(n, c)| matches!(n, 6 | 7 | 9 | 10 | 12..=14) == c.is_ascii_digit());
    if !in_shape {
        return Err(Fault::Shape);
    }
    let value = |c: char| c.to_digit(36).map_or(0, |v| if v > 9 { v - 10 } else { v });
    let sum: u32 = text[..15].chars().enumerate().map(|(n, c)| if n % 2 == 0 { ODD[value(c) as usize % 26] } else { value(c) }).sum();
    if u32::from(text.as_bytes()[15] - b'A') != sum % 26 {
        return Err(Fault::CheckDigit);
    }
    let month = MONTHS.find(&plain[8..9]).map_or(0, |place| place as u64 + 1);
    let day = number(&plain[9..11]) % 40;
    let born = is_short_day(&plain[6..8], month, &day.to_string());
    if born { Ok(Sound::new(text, Whom::Person)) } else { Err(Fault::Part("no day of birth")) }
}

/// REGON: nine digits, fourteen with the local unit. Ordinance on the REGON register of 2015.
pub(super) fn regon(text: &str) -> Judged {
    let right = |text: &str, weights: &[u32]| weigh(text, weights) % 11 % 10 == last(text);
    let local = text.len() == 9 || right(text, &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]);
    Sound::new(text, Whom::Either).of(&text[..9]).when(local && right(&text[..9], &[8, 9, 2, 3, 4, 5, 6, 7]))
}

/// Company number of Companies House: eight digits, or the letters of register and country and six digits; no check digit.
pub(super) fn company_number(text: &str) -> Judged {
    const REGISTERS: &str =
        "AC CE CS FC FE GE GN GS IC IP LP NA NC NF NI NL NO NP NR NV NZ OC OE PC R0 RC RS SA SC SE SF SG SI SL SO SP SR SZ ZC";
    let known = text[..2].bytes().all(|b| b.is_ascii_digit()) || REGISTERS.split(' ').any(|register| register == &text[..2]);
    if known { entity_form(text) } else { Err(Fault::Part("no such register")) }
}

/// UID: eleven-proof (eCH-0097). `MWST`, `TVA` or `IVA` behind it says that it is registered for VAT.
pub(super) fn uid(text: &str) -> Judged {
    let body = &text[..9];
    let check = (11 - weigh(body, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11;
    Sound::new(text, Whom::Either).of(body).when(check == last(body))
}

/// Organisasjonsnummer: eleven-proof (Brønnøysundregistrene). `MVA` behind it says that it is registered for VAT.
pub(super) fn organisasjonsnummer(text: &str) -> Judged {
    let body = &text[..9];
    let check = (11 - weigh(body, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    Sound::new(text, Whom::Entity).of(body).when(check == last(body))
}

/// Vergi kimlik numarası of Türkiye (Gelir İdaresi Başkanlığı).
pub(super) fn vkn(text: &str) -> Judged {
    let part = |(place, digit): (u32, u32)| {
        let moved = (digit + place) % 10;
        let grown = moved * (1 << place) % 9;
        if moved != 0 && grown == 0 { 9 } else { grown }
    };
    let sum: u32 = (1..10).rev().zip(digits(&text[..9])).map(part).sum();
    Sound::new(text, Whom::Either).when((10 - sum % 10) % 10 == last(text))
}

/// LEI: ISO 17442-1, check digits by ISO/IEC 7064, MOD 97-10.
pub(super) fn lei(text: &str) -> Judged {
    Sound::new(text, Whom::Entity).when(mod_97(text) == 1)
}

/// Court, register and number as they are written: `Amtsgericht München HRB 12345`, `HRA 350654, Mannheim`. There is no check digit, and which
/// courts keep registers is not known here. Without a court it names nobody.
pub(super) fn handelsregister(text: &str) -> Result<Sound, Fault> {
    const REGISTERS: [(&str, &str); 6] = [("hra", "HRA"), ("hrb", "HRB"), ("gnr", "GnR"), ("gsr", "GsR"), ("pr", "PR"), ("vr", "VR")];
    let spaced: String = text.chars().map(|c| if matches!(c, ',' | ':' | ';') { ' ' } else { c }).collect();
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let found = tokens.iter().enumerate().find_map(|(at, token)| {
        let lower = token.to_lowercase();
        let (short, shown) = REGISTERS.iter().find(|(short, _)| lower.starts_with(short))?;
        let rest = token.get(short.len()..)?;
        rest.chars().all(|c| c.is_ascii_digit()).then_some((at, *shown, rest))
    });
    let (at, register, glued) = found.ok_or(Fault::Shape)?;
    let mut after = tokens[at + 1..].iter().copied().skip_while(|token| matches!(token.to_lowercase().as_str(), "nr" | "nr.")).peekable();
    let number = if glued.is_empty() { after.next().unwrap_or_default() } else { glued };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let (number, mut suffix) = number.split_at(digits);
    let is_suffix = |part: &str| part.len() <= 3 && part.bytes().all(|b| b.is_ascii_uppercase());
    if suffix.is_empty() {
        // One to three capitals behind the number tell registers apart that one court took over.
        suffix = after.next_if(|part| part.bytes().all(|b| b.is_ascii_uppercase())).unwrap_or_default();
    }
    if !(1..=6).contains(&number.len()) || !is_suffix(suffix) {
        return Err(Fault::Shape);
    }
    let is_court = |token: &str| token.to_lowercase() == "amtsgericht" || token == "AG" || token.to_lowercase() == "registergericht";
    let court: Vec<&str> =
        if at > 0 { tokens[..at].to_vec() } else { after.collect() }.into_iter().filter(|token| !is_court(token)).collect();
    let canonical = [court.as_slice(), &[register, number, suffix]].concat().into_iter().filter(|part| !part.is_empty());
    let canonical = canonical.collect::<Vec<_>>().join(" ");
    Ok(Sound::form(&canonical, Whom::Entity).of(&if court.is_empty() {
        String::new()
    } else {
        crate::base::text::words(&canonical).to_uppercase().replace(' ', "")
    }))
}
