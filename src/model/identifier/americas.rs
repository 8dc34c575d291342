//! Numbers of the Americas and Australia. Texts come with the right shape.

use super::digits::{digits, is_short_day, last, luhn, number, weigh};
use super::{Fault, Sound, Whom};

type Judged = Result<Sound, Fault>;

/// EIN: no check digit, but prefixes that were never given out (IRS, "How EINs are assigned and valid EIN prefixes").
pub(super) fn ein(text: &str) -> Judged {
    match number(&text[..2]) {
        0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97 => Err(Fault::Part("no office has this prefix")),
        _ => Ok(Sound::form(text, Whom::Either)),
    }
}

/// CNPJ: eight characters of the company, four of the site, two check digits. Since July 2026 the first twelve may be letters, which count
/// as their ASCII code less 48. Receita Federal, Instrução Normativa RFB 2.229/2024 and its technical note.
pub(super) fn cnpj(text: &str) -> Judged {
    let check = |body: &str| {
        let sum: u32 = body.bytes().rev().zip((2..10).cycle()).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
        let rest = sum % 11;
        if rest < 2 { 0 } else { 11 - rest }
    };
    if text.bytes().all(|b| Some(&b) == text.as_bytes().first()) {
        return Err(Fault::Part("one digit repeated"));
    }
    let digit = |at: usize| last(&text[at..=at]);
    Sound::new(text, Whom::Entity).of(&text[..8]).when(check(&text[..12]) == digit(12) && check(&text[..13]) == digit(13))
}

/// CPF of a person.
pub(super) fn cpf(text: &str) -> Judged {
    let check = |body: &str| {
        let sum: u32 = digits(body).iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum();
        let rest = sum % 11;
        if rest < 2 { 0 } else { 11 - rest }
    };
    if text.bytes().all(|b| Some(&b) == text.as_bytes().first()) {
        return Err(Fault::Part("one digit repeated"));
    }
    Sound::new(text, Whom::Person).when(check(&text[..9]) == last(&text[..10]) && check(&text[..10]) == last(text))
}

/// CUIT: type, body, check digit (AFIP/ARCA, RG 10/97).
pub(super) fn cuit(text: &str) -> Judged {
    let whom = match &text[..2] {
        "20" | "23" | "24" | "25" | "26" | "27" => Whom::Person,
        "30" | "33" | "34" => Whom::Entity,
        "50" | "51" | "55" => Whom::Either,
        _ => return Err(Fault::Part("no such type in front")),
    };
    let check = match 11 - weigh(text, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        check => check,
    };
    Sound::new(text, whom).when(check == last(text))
}

/// RFC: letters of the name, a day, homoclave. Of issued numbers about one in seventy breaks the rule of the homoclave (Anexo of the SAT), so
/// one that does is valid by its form only.
pub(super) fn rfc(text: &str) -> Judged {
    // The rules put X for the last letter of words that would offend: a number that holds one was never issued.
    const NEVER: &str = "BUEI BUEY CACA CACO CAGA CAGO CAKA CAKO COGE COJA COJE COJI COJO CULO FETO GUEY JOTO KACA KACO KAGA KAGO KOGE KOJO KAKA KULO \
        LOCA LOCO LOKA LOKO MAME MAMO MEAR MEAS MEON MION MOCO MULA PEDA PEDO PENE PUTA PUTO QULO RATA RUIN";
    const VALUES: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
    let chars: Vec<char> = text.chars().collect();
    let person = matches!(chars.len(), 10 | 13);
    let letters = if person { 4 } else { 3 };
    let tail: String = chars[letters..].iter().collect();
    if !is_short_day(&tail[..2], number(&tail[2..4]), &tail[4..6]) {
        return Err(Fault::Part("no such day"));
    }
    let name: String = chars[..letters].iter().collect();
    if person && NEVER.split_whitespace().any(|word| word == name) {
        return Err(Fault::Part("letters that are never given"));
    }
    let whom = if person { Whom::Person } else { Whom::Entity };
    if tail.len() == 6 {
        return Ok(Sound::form(text, whom));
    }
    let clave: Vec<char> = tail[6..].chars().collect();
    let by_rule = matches!(clave[0], '1'..='9' | 'A'..='V') && matches!(clave[1], '1'..='9' | 'A'..='Z');
    let padded = if person { String::new() } else { " ".to_owned() } + text;
    let value = |c: char| VALUES.chars().position(|v| v == c).unwrap_or_default();
    let sum: usize = padded.chars().take(12).enumerate().map(|(n, c)| value(c) * (13 - n)).sum();
    let check = (11 - sum % 11) % 11;
    Ok(if by_rule && clave[2].to_digit(16) == u32::try_from(check).ok() { Sound::new(text, whom) } else { Sound::form(text, whom) })
}

/// NIT: weights from the right (DIAN, Orden Administrativa 4 of 1989). Portals leave the check digit out: nine digits of a legal entity's block
/// are taken as such.
pub(super) fn nit(text: &str) -> Judged {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let of_entity = text.starts_with(['8', '9']);
    if text.len() == 9 && of_entity {
        return Ok(Sound::form(text, Whom::Entity));
    }
    let body = &text[..text.len() - 1];
    let sum: u32 = digits(body).iter().rev().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = if sum % 11 < 2 { sum % 11 } else { 11 - sum % 11 };
    let whom = if text.len() == 10 && of_entity { Whom::Entity } else { Whom::Either };
    Sound::new(text, whom).of(body).when(check == last(text))
}

/// RUT: weights 2 to 7 from the right, `K` for ten; numbers from fifty millions on are legal entities' (Servicio de Impuestos Internos).
pub(super) fn rut(text: &str) -> Judged {
    let (body, check) = text.split_at(text.len() - 1);
    let sum: u32 = digits(body).iter().rev().zip((2..8).cycle()).map(|(digit, weight)| digit * weight).sum();
    let right = match (11 - sum % 11) % 11 {
        10 => check == "K",
        digit => check == digit.to_string(),
    };
    let whom = if number(body) >= 50_000_000 { Whom::Entity } else { Whom::Person };
    Sound::new(text, whom).when(right)
}

/// RUC of Peru: type, body, check digit (SUNAT).
pub(super) fn ruc(text: &str) -> Judged {
    let whom = match &text[..2] {
        "10" => Whom::Person,
        "20" => Whom::Entity,
        "15" | "16" | "17" => Whom::Either,
        _ => return Err(Fault::Part("no such type in front")),
    };
    let check = (11 - weigh(text, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    Sound::new(text, whom).when(check == last(text))
}

/// BN: nine digits by Luhn; fifteen with program and account (Canada Revenue Agency).
pub(super) fn bn(text: &str) -> Judged {
    if text.len() > 9 && !matches!(&text[9..11], "RC" | "RM" | "RP" | "RT" | "RR" | "RZ") {
        return Err(Fault::Part("no such program"));
    }
    Sound::new(text, Whom::Either).of(&text[..9]).when(luhn(&text[..9]))
}

/// ABN: two check digits in front, by 89 (Australian Business Register).
pub(super) fn abn(text: &str) -> Judged {
    let lead = text.starts_with('0');
    let sum = weigh(text, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    Sound::new(text, Whom::Either).when(!lead && sum >= 10 && (sum - 10).is_multiple_of(89))
}

/// ACN of a company (Australian Securities and Investments Commission).
pub(super) fn acn(text: &str) -> Judged {
    let check = (10 - weigh(text, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10;
    Sound::new(text, Whom::Entity).when(check == last(text))
}
