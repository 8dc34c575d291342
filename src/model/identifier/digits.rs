//! The arithmetic of check digits. Knows no country.

/// The values of the digits of a text; what is no digit is left out.
pub(super) fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// The number that the digits of a text write; at most 19 of them fit.
pub(super) fn number(text: &str) -> u64 {
    digits(text).iter().take(19).fold(0, |sum, digit| sum * 10 + u64::from(*digit))
}

/// The sum of digits times weights, from the left, as far as both go.
pub(super) fn weigh(text: &str, weights: &[u32]) -> u32 {
    digits(text).iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The last digit of a text.
pub(super) fn last(text: &str) -> u32 {
    digits(text).last().copied().unwrap_or_default()
}

/// Whether the digits of a text end in their check digit by Luhn's formula (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(text: &str) -> bool {
    luhn_sum(text).is_multiple_of(10)
}

fn luhn_sum(text: &str) -> u32 {
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    digits(text).into_iter().rev().enumerate().map(doubled).sum()
}

/// The check digit that Luhn's formula puts behind these digits.
pub(super) fn luhn_digit(text: &str) -> u32 {
    (10 - luhn_sum(&format!("{text}0")) % 10) % 10
}

/// Whether the digits of a text end in their check digit by ISO/IEC 7064, MOD 11,10.
pub(super) fn mod_11_10(text: &str) -> bool {
    let digits = digits(text);
    let Some((check, rest)) = digits.split_last() else { return false };
    let product = rest.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// The remainder by 97 of digits and letters (A = 10 ... Z = 35): 1 when they end in their check digits by ISO/IEC 7064, MOD 97-10.
pub(super) fn mod_97(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97)
}

/// Whether year, month and day are a day of the calendar.
pub(super) fn is_day(year: u64, month: u64, day: u64) -> bool {
    let (Ok(year), Ok(month), Ok(day)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else { return false };
    jiff::civil::Date::new(year, month, day).is_ok()
}

/// Whether `yymmdd` or `ddmmyy` can be a day of any century; only the 29th of February of 1900 is missed.
pub(super) fn is_short_day(year: &str, month: u64, day: &str) -> bool {
    let (year, day) = (number(year), number(day));
    is_day(1900 + year, month, day) || is_day(2000 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples() {
        // ISO/IEC 7812-1 annex B; ISO/IEC 7064 annex: 0794 0 by MOD 11,10 and 794 44 by MOD 97-10.
        assert!(luhn("49927398716") && !luhn("49927398717"));
        assert_eq!(luhn_digit("4992739871"), 6);
        assert!(mod_11_10("07945") && !mod_11_10("07946"));
        assert_eq!(mod_97("79444"), 1);
        assert!(is_short_day("00", 2, "29") && !is_short_day("01", 2, "29"));
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_digit_never_passes(body in "[0-9]{4,15}", place in 0_usize..15, add in 1_u32..10) {
            let place = place % body.len();
            let spoil = |text: &str| -> String {
                let other = |(n, c): (usize, char)| if n == place { char::from_digit((c.to_digit(10).unwrap() + add) % 10, 10).unwrap() } else { c };
                text.chars().enumerate().map(other).collect()
            };
            let good = format!("{body}{}", luhn_digit(&body));
            proptest::prop_assert!(luhn(&good) && !luhn(&spoil(&good)));
            let good = (0..10).map(|n| format!("{body}{n}")).find(|text| mod_11_10(text)).unwrap();
            proptest::prop_assert!(!mod_11_10(&spoil(&good)));
        }
    }
}
