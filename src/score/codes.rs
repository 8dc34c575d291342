//! Codes of classifications, as rules ask for them and as notices write them. Knows no rule and no record.

/// Where a code comes from; the name of the field that holds codes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Cpv,
    Unspsc,
    Naics,
    /// Any other, written in front of the code: `GSIN:N7030`.
    Other,
}

impl Scheme {
    /// The field of a record that holds them.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Cpv => "cpv",
            Self::Unspsc => "unspsc",
            Self::Naics => "naics",
            Self::Other => "classes",
        }
    }

    /// What a rule may ask for.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Cpv => {
                "a CPV code or its beginning: 2 to 8 digits, with or without the check digit, such as `33112200-0`, `331` or `72*`"
            }
            Self::Unspsc => "a UNSPSC code or its beginning: 2, 4, 6 or 8 digits, such as `42201700` or `42`",
            Self::Naics => "a NAICS code or its beginning: 2 to 6 digits, such as `3391`",
            Self::Other => {
                "a scheme and a code or its beginning, such as `GSIN:N7030` or `OKPD2:26.60`; CPV, UNSPSC and NAICS have keys of their own"
            }
        }
    }

    /// What a rule asks for: a code without what only fills it up.
    pub(super) fn asked(self, written: &str) -> Option<String> {
        let written = written.trim();
        let code = self.read(written.strip_suffix('*').unwrap_or(written))?;
        let lengths = match self {
            Self::Cpv | Self::Unspsc => 2..=8,
            Self::Naics => 2..=6,
            Self::Other => 3..=80,
        };
        let whole = self != Self::Unspsc || code.len().is_multiple_of(2);
        let own = self != Self::Other || ![Self::Cpv, Self::Unspsc, Self::Naics].iter().any(|other| other.is_named(&code));
        (lengths.contains(&code.len()) && whole && own).then(|| self.significant(&code).to_owned())
    }

    fn is_named(self, code: &str) -> bool {
        code.split(':').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(self.field()))
    }

    /// A code as compared: the digits, for others scheme and code in upper case. `None` when it is none.
    fn read(self, written: &str) -> Option<String> {
        let digits = |text: &str| (text.len() >= 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned());
        match self {
            Self::Cpv => match written.split_once('-') {
                Some((code, check)) => digits(code).filter(|_| check.len() == 1 && check.bytes().all(|b| b.is_ascii_digit())),
                None => digits(written),
            },
            // SECOP writes the list's version in front.
            Self::Unspsc => {
                let version = written.get(..3).filter(|version| version.eq_ignore_ascii_case("V1."));
                digits(&written[version.map_or(0, str::len)..])
            }
            Self::Naics => digits(written),
            Self::Other => {
                let (scheme, code) = written.split_once(':')?;
                let upper = |text: &str| text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect::<String>();
                let (scheme, code) = (upper(scheme), upper(code));
                (!scheme.is_empty() && !code.is_empty()).then(|| format!("{scheme}:{code}"))
            }
        }
    }

    /// A code without its filling: the zeros at its end, never below the two digits of a division.
    fn significant(self, code: &str) -> &str {
        match self {
            Self::Cpv => {
                let cut = code.trim_end_matches('0');
                code.get(..cut.len().max(2)).unwrap_or(code)
            }
            Self::Unspsc => {
                let mut cut = code;
                while let Some(shorter) = cut.strip_suffix("00").filter(|shorter| shorter.len() >= 2) {
                    cut = shorter;
                }
                cut
            }
            // No zero of the NAICS only fills.
            Self::Naics => code,
            Self::Other => {
                let mut cut = code;
                while let Some((shorter, group)) = cut.rsplit_once('.')
                    && group.bytes().all(|b| b == b'0')
                {
                    cut = shorter;
                }
                cut
            }
        }
    }
}

/// Codes of which one must be there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Codes {
    pub(super) scheme: Scheme,
    /// As made by [`Scheme::asked`].
    pub(super) asked: Vec<String>,
    /// Whether a notice's code that is above an asked one will do: many buyers write no more than the division.
    pub(super) broad: bool,
}

impl Codes {
    /// What a code of a notice says; `None` when it is none of the schemes asked for.
    pub(super) fn holds(&self, written: &str) -> Option<bool> {
        let code = self.scheme.read(written.trim())?;
        let scheme = |code: &str| code.split_once(':').map(|(scheme, _)| scheme.to_owned());
        if !self.asked.iter().any(|asked| scheme(asked) == scheme(&code)) {
            return None;
        }
        let above = self.scheme.significant(&code);
        Some(self.asked.iter().any(|asked| code.starts_with(asked.as_str()) || (self.broad && asked.starts_with(above))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_asks_for() {
        use Scheme::{Cpv, Naics, Other, Unspsc};
        for (scheme, written, want) in [
            (Cpv, "33112200-0", Some("331122")),
            (Cpv, "33000000", Some("33")),
            (Cpv, "72*", Some("72")),
            (Cpv, "7200", Some("72")),
            (Cpv, "30000000", Some("30")),
            (Cpv, "30192121-5", Some("30192121")),
            (Cpv, " 331 ", Some("331")),
            (Cpv, "3", None),
            (Cpv, "331122001", None),
            (Cpv, "33-112", None),
            (Cpv, "medical", None),
            (Unspsc, "V1.42201700", Some("422017")),
            (Unspsc, "42000000", Some("42")),
            (Unspsc, "42201810", Some("42201810")),
            (Unspsc, "422", None),
            (Naics, "339112", Some("339112")),
            (Naics, "33*", Some("33")),
            (Naics, "3391120", None),
            (Other, "gsin: n7030", Some("GSIN:N7030")),
            (Other, "OKPD2:26.60.00.000", Some("OKPD2:26.60")),
            (Other, "N7030", None),
            (Other, "cpv:331", None),
            (Other, "GSIN:", None),
        ] {
            assert_eq!(scheme.asked(written).as_deref(), want, "{scheme:?} {written}");
        }
    }

    #[test]
    fn what_a_notice_says_to_it() {
        use Scheme::{Cpv, Naics, Other, Unspsc};
        for (scheme, asked, code, plain, broad) in [
            (Cpv, "331", "33112200", Some(true), Some(true)),
            (Cpv, "33112200", "33112200-0", Some(true), Some(true)),
            (Cpv, "33112200", "33100000", Some(false), Some(true)),
            (Cpv, "33112200", "33000000-0", Some(false), Some(true)),
            (Cpv, "33112200", "33120000", Some(false), Some(false)),
            (Cpv, "30192121", "30000000", Some(false), Some(true)),
            (Cpv, "331", "various", None, None),
            (Unspsc, "422017", "V1.42201700", Some(true), Some(true)),
            (Unspsc, "422017", "42200000", Some(false), Some(true)),
            (Naics, "3391", "339112", Some(true), Some(true)),
            (Naics, "339112", "339", Some(false), Some(true)),
            (Other, "OKPD2:26.60", "okpd2:26.60.12", Some(true), Some(true)),
            (Other, "OKPD2:26.60.12", "OKPD2:26.60.00.000", Some(false), Some(true)),
            (Other, "GSIN:N7030", "PSC:7030", None, None),
        ] {
            for (is_broad, want) in [(false, plain), (true, broad)] {
                let codes = Codes { scheme, asked: vec![scheme.asked(asked).expect("good")], broad: is_broad };
                assert_eq!(codes.holds(code), want, "{asked} of {code}, broad {is_broad}");
            }
        }
    }
}
