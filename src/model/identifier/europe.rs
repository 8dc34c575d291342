//! The check digits of VAT numbers of the European Union and Northern Ireland. Texts come without country and with the right shape.
//!
//! Sources: European Commission, DG TAXUD, "VAT number algorithms" (VIES on the web, annex of the technical notes), and each country's own
//! rule where that goes further; it is named there.

use super::digits::{digits, is_day, is_short_day, last, luhn, mod_11_10, mod_97, number, weigh};
use super::registers::{nif, siren_is_right};
use super::{Fault, Sound, Whom};

type Judged = Result<Sound, Fault>;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

pub(super) fn austria(text: &str) -> Judged {
    let sum: u32 = digits(&text[1..8]).iter().enumerate().map(|(n, d)| if n % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d }).sum();
    Sound::new(text, Whom::Either).when((sum + 4 + last(text)).is_multiple_of(10))
}

/// Also the number of the Crossroads Bank; nine digits are the form of before 2005.
pub(super) fn belgium(text: &str) -> Judged {
    let number_ = format!("{text:0>10}");
    if !number_.starts_with(['0', '1']) {
        return Err(Fault::Part("begins with neither 0 nor 1"));
    }
    let right = 97 - number(&number_[..8]) % 97 == number(&number_[8..]);
    Sound::new(&number_, Whom::Either).when(right)
}

/// Nine digits are a legal entity's; ten a person's, a foreigner's, or another's.
pub(super) fn bulgaria(text: &str) -> Judged {
    if text.len() == 9 {
        let first = weigh(text, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let check = if first == 10 { weigh(text, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
        return Sound::new(text, Whom::Entity).when(check == last(text));
    }
    let month = match number(&text[2..4]) {
        month @ 41.. => month - 40,
        month @ 21.. => month - 20,
        month => month,
    };
    let person = is_short_day(&text[..2], month, &text[4..6]) && weigh(text, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == last(text);
    let foreigner = weigh(text, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == last(text);
    let other = (11 - weigh(text, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == last(text);
    let whom = if person || foreigner { Whom::Person } else { Whom::Either };
    Sound::new(text, whom).when(person || foreigner || other)
}

pub(super) fn cyprus(text: &str) -> Judged {
    if text.starts_with("12") {
        return Err(Fault::Part("begins with 12"));
    }
    let odd = |digit: u32| [1, 0, 5, 7, 9, 13, 15, 17, 19, 21][digit as usize % 10];
    let sum: u32 = digits(text).iter().enumerate().map(|(n, d)| if n % 2 == 0 { odd(*d) } else { *d }).sum();
    Sound::new(text, Whom::Either).when(text.ends_with(char::from(LETTERS[sum as usize % 26])))
}

/// Eight digits are a legal entity's IČO; nine or ten a person's birth number or, with a 6 in front, a special one.
pub(super) fn czechia(text: &str) -> Judged {
    if text.len() == 8 {
        return ico(text);
    }
    let special = {
        let rest = weigh(&text[1..], &[8, 7, 6, 5, 4, 3, 2]) % 11;
        text.len() == 9 && text.starts_with('6') && (18 - (10 + 11 - rest) % 11) % 10 == last(text)
    };
    if special {
        return Ok(Sound::new(text, Whom::Person));
    }
    let month = match number(&text[2..4]) {
        month @ 71.. => month - 70,
        month @ 51.. => month - 50,
        month @ 21.. => month - 20,
        month => month,
    };
    let born = is_short_day(&text[..2], month, &text[4..6]) && (text.len() == 10 || number(&text[..2]) < 54);
    if !born {
        return Err(if text.starts_with('6') && text.len() == 9 { Fault::CheckDigit } else { Fault::Part("no day of birth") });
    }
    // Nine digits, given until 1953, have no check digit.
    if text.len() == 9 {
        return Ok(Sound::form(text, Whom::Person));
    }
    Sound::new(text, Whom::Person).when(number(&text[..9]) % 11 % 10 == number(&text[9..]))
}

/// The number of the register of persons, Czech and Slovak: IČO.
pub(super) fn ico(text: &str) -> Judged {
    if text.starts_with('9') {
        return Err(Fault::Part("begins with 9"));
    }
    let check = (11 - weigh(text, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    Sound::new(text, Whom::Either).when(check == last(text))
}

pub(super) fn germany(text: &str) -> Judged {
    if text.starts_with('0') {
        return Err(Fault::Shape);
    }
    Sound::new(text, Whom::Either).when(mod_11_10(text))
}

pub(super) fn denmark(text: &str) -> Judged {
    if text.starts_with('0') {
        return Err(Fault::Shape);
    }
    Sound::new(text, Whom::Either).when(weigh(text, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
}

pub(super) fn estonia(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(weigh(text, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10))
}

/// ΑΦΜ; eight digits are the form of before 2004.
pub(super) fn greece(text: &str) -> Judged {
    let number = format!("{text:0>9}");
    let check = weigh(&number, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10;
    Sound::new(&number, Whom::Either).when(check == last(&number))
}

pub(super) fn spain(text: &str) -> Judged {
    nif(text)
}

pub(super) fn finland(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(weigh(text, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11))
}

/// Two characters over a SIREN; with letters by the rule of the Direction générale des Finances publiques (no I, no O). Numbers of Monaco
/// (SIREN part beginning with 000) have no SIREN.
pub(super) fn france(text: &str) -> Judged {
    const KEYS: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, siren) = text.split_at(2);
    let value = |at: usize| key.chars().nth(at).and_then(|c| KEYS.find(c)).map(|place| place as u64).ok_or(Fault::Shape);
    let (first, second) = (value(0)?, value(1)?);
    let monaco = siren.starts_with("000");
    if !monaco && !siren_is_right(siren) {
        return Err(Fault::CheckDigit);
    }
    let right = if key.bytes().all(|b| b.is_ascii_digit()) {
        number(key) == (12 + 3 * (number(siren) % 97)) % 97
    } else {
        let check = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
        (number(siren) + 1 + check / 11) % 11 == check % 11
    };
    let sound = Sound::new(text, Whom::Either);
    (if monaco { sound } else { sound.of(siren) }).when(right)
}

/// OIB, by its law: ISO/IEC 7064, MOD 11,10.
pub(super) fn croatia(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(mod_11_10(text))
}

pub(super) fn hungary(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(weigh(text, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10))
}

/// Seven digits and one or two letters, or the older form with a letter or sign in second place.
pub(super) fn ireland(text: &str) -> Judged {
    const CHECKS: &[u8] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let old = !text[1..2].bytes().all(|b| b.is_ascii_digit());
    let number = if old { format!("0{}{}", &text[2..7], &text[..1]) } else { text[..7].to_owned() };
    let behind = text.as_bytes().get(8).and_then(|c| CHECKS.iter().position(|check| check == c)).map_or(0, |place| place * 9);
    let sum = weigh(&number, &[8, 7, 6, 5, 4, 3, 2]) as usize + behind;
    let whom = if text.ends_with('H') && text.len() == 9 { Whom::Entity } else { Whom::Either };
    Sound::new(text, whom).when(text.as_bytes()[7] == CHECKS[sum % 23])
}

/// Partita IVA: the office of its issue stands before the check digit.
pub(super) fn italy(text: &str) -> Judged {
    let office = number(&text[7..10]);
    if !matches!(office, 1..=100 | 120 | 121 | 888 | 999) {
        return Err(Fault::Part("no tax office has this number"));
    }
    if number(&text[..7]) == 0 {
        return Err(Fault::Part("the serial number is zero"));
    }
    Sound::new(text, Whom::Either).when(luhn(text))
}

pub(super) fn lithuania(text: &str) -> Judged {
    if &text[text.len() - 2..text.len() - 1] != "1" {
        return Err(Fault::Part("no 1 before the check digit"));
    }
    let body = &text[..text.len() - 1];
    let sum = |shift: u32| -> u32 {
        let weights: Vec<u32> = (0..11).map(|n| (n + shift) % 9 + 1).collect();
        weigh(body, &weights) % 11
    };
    let check = if sum(0) == 10 { sum(2) % 10 } else { sum(0) };
    Sound::new(text, if text.len() == 9 { Whom::Entity } else { Whom::Either }).when(check == last(text))
}

pub(super) fn luxembourg(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(number(&text[..6]) % 89 == number(&text[6..]))
}

/// A first digit over 3 is a legal entity's; else it is a personal code with the day of birth, or 32 and no day.
pub(super) fn latvia(text: &str) -> Judged {
    if last(&text[..1]) > 3 {
        return Sound::new(text, Whom::Entity).when(weigh(text, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3);
    }
    let century = 1800 + 100 * number(&text[6..7]);
    let born = text.starts_with("32") || is_day(century + number(&text[4..6]), number(&text[2..4]), number(&text[..2]));
    let check = (1 + weigh(text, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    if born { Sound::new(text, Whom::Person).when(check == last(text)) } else { Err(Fault::Part("no day of birth")) }
}

pub(super) fn malta(text: &str) -> Judged {
    if text.starts_with('0') {
        return Err(Fault::Shape);
    }
    Sound::new(text, Whom::Either).when(weigh(text, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37))
}

/// Of legal entities the RSIN (eleven-proof); of sole traders since 2020 a number with two check digits over country and all.
pub(super) fn netherlands(text: &str) -> Judged {
    let (body, suffix) = text.split_once('B').ok_or(Fault::Shape)?;
    let padded = format!("{body:0>9}B{suffix}");
    if number(suffix) == 0 || number(body) == 0 {
        return Err(Fault::Shape);
    }
    let rsin = weigh(&padded, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == last(&padded[..9]);
    let trader = mod_97(&format!("NL{padded}")) == 1;
    Sound::new(&padded, if rsin { Whom::Either } else { Whom::Person }).when(rsin || trader)
}

/// NIP.
pub(super) fn poland(text: &str) -> Judged {
    Sound::new(text, Whom::Either).when(weigh(text, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(text))
}

/// NIF (NIPC of legal entities): the first digit says whose.
pub(super) fn portugal(text: &str) -> Judged {
    let whom = match &text[..1] {
        "0" => return Err(Fault::Shape),
        "1" | "2" | "3" => Whom::Person,
        "5" | "6" => Whom::Entity,
        _ => Whom::Either,
    };
    let check = (11 - weigh(text, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    Sound::new(text, whom).when(check == last(text))
}

/// CUI of two to ten digits, or a person's CNP of thirteen.
pub(super) fn romania(text: &str) -> Judged {
    if text.starts_with('0') {
        return Err(Fault::Shape);
    }
    if text.len() == 13 {
        let check = weigh(text, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        let check = if check == 10 { 1 } else { check };
        let born = is_short_day(&text[1..3], number(&text[3..5]), &text[5..7]);
        return if born { Sound::new(text, Whom::Person).when(check == last(text)) } else { Err(Fault::Part("no day of birth")) };
    }
    let check = weigh(&format!("{text:0>10}"), &[7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10 % 11 % 10;
    Sound::new(text, Whom::Either).when(check == last(text))
}

/// The organisation number and a running number of what was registered for VAT.
pub(super) fn sweden(text: &str) -> Judged {
    if &text[10..] == "00" {
        return Err(Fault::Part("ends in 00"));
    }
    Ok(swedish_number(&text[..10])?.of(&text[..10])).map(|sound| Sound { number: text.to_owned(), ..sound })
}

/// Organisationsnummer: a third digit from 2 on is a legal entity's, less is a personal number's month.
pub(super) fn swedish_number(text: &str) -> Judged {
    let whom = if last(&text[2..3]) >= 2 { Whom::Entity } else { Whom::Person };
    Sound::new(text, whom).when(luhn(text))
}

pub(super) fn slovenia(text: &str) -> Judged {
    if text.starts_with('0') {
        return Err(Fault::Shape);
    }
    let check = 11 - weigh(text, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    Sound::new(text, Whom::Either).when(check < 11 && check % 10 == last(text))
}

pub(super) fn slovakia(text: &str) -> Judged {
    if text.starts_with('0') || !matches!(&text[2..3], "2" | "3" | "4" | "7" | "8" | "9") {
        return Err(Fault::Shape);
    }
    Sound::new(text, Whom::Either).when(number(text).is_multiple_of(11))
}

/// Nine digits, twelve with the branch; `GD` and `HA` for government departments and health authorities. HMRC: weights by 97, since 2010
/// also 55 more. Northern Ireland writes the same numbers behind `XI`.
pub(super) fn united_kingdom(text: &str) -> Judged {
    if let Some(body) = text.strip_prefix("GD").or_else(|| text.strip_prefix("HA")) {
        let part = body.strip_prefix("8888").unwrap_or(body);
        let department = text.starts_with("GD");
        if (number(&part[..3]) < 500) != department {
            return Err(Fault::Part("no such department or authority"));
        }
        return Sound::new(text, Whom::Entity).when(part.len() == 3 || number(&part[..3]) % 97 == number(&part[3..]));
    }
    let rest = weigh(text, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    let right = rest == 0 || (number(&text[..3]) >= 100 && rest == 42);
    Sound::new(text, Whom::Either).of(&text[..9]).when(right)
}
