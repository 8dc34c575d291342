//! Numbers of Russia, Ukraine, Belarus and Kazakhstan. Texts come with the right shape.

use super::digits::{last, number, weigh};
use super::{Fault, Sound, Whom};

type Judged = Result<Sound, Fault>;

/// ИНН: ten digits of a legal entity, twelve of a person. Order of the Federal Tax Service ED-7-14/559@ of 2020, annex.
pub(super) fn inn(text: &str) -> Judged {
    if number(text) == 0 {
        return Err(Fault::Part("only zeros"));
    }
    let right = |text: &str, weights: &[u32]| weigh(text, weights) % 11 % 10 == last(text);
    if text.len() == 10 {
        return Sound::new(text, Whom::Entity).when(right(text, &[2, 4, 10, 3, 5, 9, 4, 6, 8]));
    }
    let both = right(&text[..11], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) && right(text, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);
    Sound::new(text, Whom::Person).when(both)
}

/// КПП: tax office, reason, running number; no check digit, and many organisations share one.
pub(super) fn kpp(text: &str) -> Judged {
    if number(&text[..4]) == 0 { Err(Fault::Part("no such tax office")) } else { Ok(Sound::form(text, Whom::Entity)) }
}

/// ОГРН and ОГРНИП: the number before the check digit by 11, of the fifteen digits by 13. Order of the Ministry of Finance 165n of 2017.
pub(super) fn ogrn(text: &str) -> Judged {
    let person = text.len() == 15;
    let fits = if person { text.starts_with(['3', '4']) } else { text.starts_with(['1', '2', '5', '6', '7', '8', '9']) };
    if !fits {
        return Err(Fault::Part("no such register in front"));
    }
    let (body, modulus, whom) = if person { (&text[..14], 13, Whom::Person) } else { (&text[..12], 11, Whom::Entity) };
    Sound::new(text, whom).when(number(body) % modulus % 10 == u64::from(last(text)))
}

/// ЄДРПОУ: eight digits. Order of the State Statistics Committee of Ukraine 386 of 2005.
pub(super) fn edrpou(text: &str) -> Judged {
    let weights: [u32; 7] = if (30_000_000..=60_000_000).contains(&number(text)) { [7, 1, 2, 3, 4, 5, 6] } else { [1, 2, 3, 4, 5, 6, 7] };
    let check = weigh(text, &weights) % 11;
    let check = if check == 10 { weigh(text, &weights.map(|weight| weight + 2)) % 11 % 10 } else { check };
    Sound::new(text, Whom::Entity).when(check == last(text))
}

/// РНОКПП, the ten digits of a person. The first weight is -1, which is 10 by 11.
pub(super) fn rnokpp(text: &str) -> Judged {
    Sound::new(text, Whom::Person).when(weigh(text, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == last(text))
}

/// БИН and ИИН: the fifth digit of a legal entity's is 4, 5 or 6; a person's is the day of birth. Tax Code of Kazakhstan.
pub(super) fn bin(text: &str) -> Judged {
    let whom = if matches!(&text[4..5], "4" | "5" | "6") { Whom::Entity } else { Whom::Person };
    let first = weigh(text, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let check = if first == 10 { weigh(text, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11 } else { first };
    Sound::new(text, whom).when(check == last(text))
}

/// УНП: the first digit names the region. Ministry of Taxes and Duties of Belarus.
pub(super) fn unp(text: &str) -> Judged {
    if !matches!(&text[..1], "1" | "2" | "3" | "4" | "5" | "6" | "7") {
        return Err(Fault::Part("unknown region"));
    }
    let check = weigh(text, &[29, 23, 19, 17, 13, 7, 5, 3]) % 11;
    Sound::new(text, Whom::Either).when(check == last(text))
}
