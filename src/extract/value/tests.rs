//! Words and what they mean.

use iso_currency::Currency;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::base::ids::SourceId;

fn hints(settings: &str) -> Hints {
    let spec: Spec = toml::from_str(settings).unwrap();
    let about =
        About { source: "s".parse::<SourceId>().unwrap(), zone: TimeZone::get("Europe/Madrid").unwrap(), country: Some("ES".to_owned()) };
    let mut faults = Vec::new();
    let hints = Hints::compile(&spec, &about, &mut faults);
    assert_eq!(faults, []);
    hints
}

fn base() -> Url {
    Url::parse("https://shop.example/list/?page=2").unwrap()
}

/// Reads and shows; "" when there is no value.
fn check(kind: Type, settings: &str, cases: &[(&str, &str)]) {
    let hints = hints(settings);
    for (words, want) in cases {
        let value = read(kind, words, &base(), &hints);
        assert_eq!(value.map(|value| value.to_string()).unwrap_or_default(), *want, "{words:?}");
    }
}

#[test]
fn money() {
    check(
        Type::Money,
        "",
        &[
            ("1.234,56 €", "1234.56 EUR"),
            ("$1,234.56", "1234.56 USD"),
            ("1 234,56 руб.", "1234.56 RUB"),
            ("1\u{a0}234\u{202f}567 ₽", "1234567 RUB"),
            ("ab 12,- CHF", "12 CHF"),
            ("CHF 1'234.50", "1234.5 CHF"),
            ("EUR 10 – 20", "10 EUR"),
            ("10–20 EUR", "10 EUR"),
            ("€ 10 - € 20", "10 EUR"),
            ("from 1,299.00 GBP", "1299 GBP"),
            ("3 rooms, 250 € a night", "250 EUR"),
            ("£0.99", "0.99 GBP"),
            ("1.234", "1234"),
            ("1.234 €", "1234 EUR"),
            ("0.234 €", "0.234 EUR"),
            ("12.345.678 €", "12345678 EUR"),
            ("1,23,456.00 ₹", "123456 INR"),
            ("1.2 Mio. EUR", "1200000 EUR"),
            ("3,5 млн руб", "3500000 RUB"),
            ("R$ 99,90", "99.9 BRL"),
            ("US$ 5", "5 USD"),
            ("199 kr", "199"),
            ("$.75", "0.75 USD"),
            ("only...500 €", "500 EUR"),
            ("99", "99"),
            ("20 % off", ""),
            ("on request", ""),
            ("", ""),
            ("12.03.2026", ""),
            ("TOP 10", "10"),
        ],
    );
    check(Type::Money, "currency = 'EUR'", &[("99", "99 EUR"), ("99 USD", "99 USD"), ("99 $", "99 USD")]);
    check(Type::Money, "currency = 'SEK'", &[("1 299 kr", "1299 SEK"), ("1.299:-", "1299 SEK")]);
    check(Type::Money, "country = 'CA'", &[("$5", "5 CAD"), ("US$5", "5 USD")]);
    check(Type::Number, "", &[("1.234 Stück", "1234"), ("-3,5 °C", "-3.5"), ("a-3", "3"), ("none", ""), ("12 of 30", "12")]);
}

#[test]
fn a_number_that_no_country_has_is_kept_as_written() {
    for (field, words, want) in [
        ("phone", "Tel.: 01482 555 123", "phone_as_written=01482 555 123"),
        ("mobile_2", "031-12 34 56", "mobile_2_as_written=031-12 34 56"),
        ("fax", "8 (34147) 5-12-34", "fax_as_written=8 (34147) 5-12-34"),
        ("phone", "٠٢-٢٣٤٥٦٧٨٩", "phone_as_written=02-23456789"),
        ("phone", "on request", ""),
        ("phone", "12345", ""),
        ("phone", "000 000 000", ""),
        ("size", "01482 555 123", ""),
    ] {
        let kept = as_written(field, words).map(|(name, value)| format!("{name}={}", value.text()));
        assert_eq!(kept.unwrap_or_default(), want, "{words}");
    }
    for (settings, words, want) in [
        ("country = 'GB'", "01482 555 123", "+441482555123"),
        ("country = 'RU'", "8 (34147) 5-12-34", "+73414751234"),
        ("country = 'RU'", "8 800 555-35-35", "+78005553535"),
        ("country = 'RU'", "8 (8442) 23-45-67", "+78442234567"),
        ("country = 'RU'", "(8442) 23-45-67", "+78442234567"),
        ("country = 'RU'", "8-912-345-67-89", "+79123456789"),
        ("country = 'RU'", "89123456789", "+79123456789"),
        ("country = 'SE'", "031-12 34 56", "+4631123456"),
        ("country = 'SE'", "08-12 34 56 78", "+46812345678"),
    ] {
        check(Type::Phone, settings, &[(words, want)]);
    }
}

#[test]
fn days_and_times() {
    let moments = [
        ("2026-11-23T10:00:00Z", "2026-11-23 10:00 UTC"),
        ("2026-11-23T10:00:00+02:00", "2026-11-23 08:00 UTC"),
        ("2026-11-23T10:00", "2026-11-23 09:00 UTC"),
        ("2026-11-23 10:00:30", "2026-11-23 09:00 UTC"),
        ("Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23 09:00 UTC"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23 10:00 UTC"),
        ("23/11/2026 14:30", "2026-11-23 13:30 UTC"),
        ("23.11.2026, 14.30 Uhr", "2026-11-23 13:30 UTC"),
        ("23.11.2026 um 9 Uhr", "2026-11-23 08:00 UTC"),
        ("23 nov. 2026 à 14h30", "2026-11-23 13:30 UTC"),
        ("Nov 23, 2026 2:30 PM EST", "2026-11-23 19:30 UTC"),
        ("Nov 23, 2026 2:30 p.m.", "2026-11-23 13:30 UTC"),
        ("23.11.2026 24:00", "2026-11-23 23:00 UTC"),
        ("23/11/2026 10:00 (UTC+2)", "2026-11-23 08:00 UTC"),
        ("23/07/2026 10:00", "2026-07-23 08:00 UTC"),
        ("14:30, 23 November 2026", "2026-11-23 13:30 UTC"),
        ("23 ноября 2026 г. 10:00 МСК", "2026-11-23 07:00 UTC"),
        ("1795428000", "2026-11-23 10:00 UTC"),
        ("1795428000000", "2026-11-23 10:00 UTC"),
    ];
    check(Type::Time, "", &moments);
    let days = [
        ("2026-11-23", "2026-11-23"),
        ("23.11.2026", "2026-11-23"),
        ("23. 11. 2026", "2026-11-23"),
        ("03/04/2026", "2026-04-03"),
        ("11/23/2026", "2026-11-23"),
        ("23/11/26", "2026-11-23"),
        ("2026/11/23", "2026-11-23"),
        ("Published: 23 de noviembre de 2026", "2026-11-23"),
        ("November 23rd, 2026", "2026-11-23"),
        ("mar, 24 nov 2026", "2026-11-24"),
        ("23. März 2026", "2026-03-23"),
        ("1er août 2026", "2026-08-01"),
        ("23 settembre 2026", "2026-09-23"),
        ("23 de março de 2026", "2026-03-23"),
        ("23 мая 2026 г.", "2026-05-23"),
        ("5 июля 2026", "2026-07-05"),
        ("23-Nov-26", "2026-11-23"),
        ("2026年11月23日", "2026-11-23"),
        ("31.02.2026", ""),
        ("3 minutes ago", ""),
        ("yesterday", ""),
        ("23 November", ""),
        ("1.2.3", ""),
    ];
    check(Type::Time, "", &days);
    check(Type::Time, "dates = 'mdy'", &[("03/04/2026", "2026-03-04"), ("03.04.2026", "2026-04-03"), ("13/04/2026", "2026-04-13")]);
    check(Type::Date, "", &[("2026-11-23T23:30:00-05:00", "2026-11-23"), ("23.11.2026 14:30", "2026-11-23")]);
}

#[test]
fn a_day_at_the_beginning_is_one_and_in_a_street_is_none() {
    for (text, want) in [
        ("3 nov. 2026", true),
        ("12 de diciembre, Hotel Norte", true),
        ("3/11/2026", true),
        ("2026-11-03", true),
        ("Viernes, 12 de diciembre", true),
        ("viernes 12 de diciembre de 2026", true),
        ("November 23, 2026", true),
        ("12 декабря", true),
        ("Plaza 2 de Mayo", false),
        ("Mayo 12", false),
        ("Calle Mayor, 12, 09001 Burgos", false),
        ("947 20 03 11", false),
        ("Soria", false),
        ("", false),
    ] {
        assert_eq!(begins_with_day(text), want, "{text}");
    }
}

#[test]
fn a_time_says_how_its_zone_was_known() {
    for (words, zone, from) in [
        ("2026-11-23T10:00:00+02:00", "+02", ZoneFrom::Text),
        ("2026-11-23T10:00:00Z", "UTC", ZoneFrom::Text),
        ("23.11.2026 10:00", "Europe/Madrid", ZoneFrom::Source),
    ] {
        let Some(Value::Time(moment)) = read(Type::Time, words, &base(), &hints("")) else { panic!("{words} is a time") };
        assert_eq!((moment.zone.as_str(), moment.zone_from, moment.text.as_str()), (zone, from, words));
    }
    let mut unset = hints("");
    (unset.zone, unset.zone_from) = (TimeZone::UTC, ZoneFrom::Assumed);
    let Some(Value::Time(moment)) = read(Type::Time, "23.11.2026 10:00", &base(), &unset) else { panic!("it is a time") };
    assert_eq!(moment.zone_from, ZoneFrom::Assumed);
}

#[test]
fn contacts() {
    check(
        Type::Phone,
        "",
        &[
            ("+34 911 23 45 67", "+34911234567"),
            ("911 234 567", "+34911234567"),
            ("tel:+34911234567", "+34911234567"),
            ("tel:+34%20911%20234%20567", "+34911234567"),
            ("Tel.: +49 (0)30 901820", "+4930901820"),
            ("0034 911 234 567", "+34911234567"),
            ("Phone: 911 234 567, Fax: 911 234 568", "+34911234567"),
            ("947 200 331 / 947 200 332", "+34947200331"),
            ("Fax 947 200 339 Tel. 947 200 331", "+34947200331"),
            ("Télécopie: 947 200 339 · 947 200 338; tél. 947 200 331", "+34947200331"),
            ("947 200 339 (fax) / 947 200 331 (tel)", "+34947200331"),
            ("Tel. y fax: 947 200 331", "+34947200331"),
            ("Calle Mayor 12, Burgos. Tel. 947 200 331", "+34947200331"),
            ("Fax: 947 200 339", ""),
            ("факс 947 200 339", ""),
            ("947 200 331 - 947 200 332", "+34947200331"),
            ("+7 812 320-11-22", "+78123201122"),
            ("+7 (843) 570-10-20", "+78435701020"),
            ("123", ""),
            ("call us", ""),
            ("2026-11-23", ""),
        ],
    );
    check(
        Type::Fax,
        "",
        &[
            ("Fax 947 200 339 Tel. 947 200 331", "+34947200339"),
            ("Tel. 947 200 331 / Fax 947 200 339", "+34947200339"),
            ("947 200 339", "+34947200339"),
            ("Tel. 947 200 331", ""),
        ],
    );
    check(Type::Phone, "country = 'US'", &[("(212) 736-5000", "+12127365000")]);
    check(Type::Phone, "country = 'DE'", &[("0711 / 90 44 00", "+49711904400"), ("0711/904412 / 0711/904413", "+49711904412")]);
    check(
        Type::Phone,
        "country = 'RU'",
        &[
            ("8 (812) 320-11-22", "+78123201122"),
            ("(846) 200-10-01", "+78462001001"),
            ("8 800 555 35 35", "+78005553535"),
            ("+7 495 123-45-67", "+74951234567"),
            ("8 495 123-45-67", "+74951234567"),
            ("8 8 12", ""),
        ],
    );
    check(
        Type::Email,
        "",
        &[
            ("Ana@Example.ORG", "Ana@example.org"),
            ("mailto:ana%40example.org?subject=Hi", "ana@example.org"),
            ("write to ana@example.org.", "ana@example.org"),
            ("ana [at] example [dot] org", "ana@example.org"),
            ("ana(at)example.org", "ana@example.org"),
            ("logo@2x.png", ""),
            ("ana@localhost", ""),
            ("no address", ""),
            ("/cdn-cgi/l/email-protection#543a353935143139353d387a373b39", "nama@email.com"),
            ("info@müller.de", "info@xn--mller-kva.de"),
        ],
    );
}

#[test]
fn a_site_that_somebody_reads_is_never_within_the_page() {
    for (words, want) in [
        ("https://Firm.example/a", "https://firm.example/a"),
        ("firm.example", "https://firm.example/"),
        ("www.firm.example/es", "https://www.firm.example/es"),
        ("on request", ""),
        ("n/a", ""),
        ("info@firm.example", ""),
        ("-", ""),
    ] {
        assert_eq!(site(words, &base()).map(|url| url.to_string()).unwrap_or_default(), want, "{words}");
    }
}

#[test]
fn addresses() {
    check(
        Type::Url,
        "",
        &[
            ("/a/b", "https://shop.example/a/b"),
            ("b?x=1#top", "https://shop.example/list/b?x=1"),
            ("?page=3", "https://shop.example/list/?page=3"),
            ("//cdn.example/x", "https://cdn.example/x"),
            (" https://user:pass@other.example/ ", "https://other.example/"),
            ("www.firm.example", "https://www.firm.example/"),
            ("javascript:void(0)", ""),
            ("mailto:a@b.example", ""),
            ("data:text/html,x", ""),
            ("#", ""),
            ("", ""),
        ],
    );
}

/// Prices as shops print them, with the amount that people read (price-parser's examples, without those it gets wrong itself).
#[test]
fn prices_of_real_shops() {
    let Some(folder) = crate::extract::real::samples() else { return };
    let lines = std::fs::read_to_string(folder.join("leads/prices/prices-even.jsonl")).unwrap();
    let (mut right, mut all) = (0, 0);
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().unwrap_or("");
        if text("set").contains("XFAIL") || !case["decimal_separator"].is_null() {
            continue;
        }
        all += 1;
        let mut hints = hints("");
        hints.currency = Currency::from_code(text("currency_hint"));
        let read = money::amount(text("text"), &hints).map(|amount| amount.number);
        let want = text("amount").parse::<Decimal>().ok().map(|number| number.normalize());
        right += usize::from(read == want);
    }
    crate::extract::real::say(&format!("prices: {right} of {all} amounts right"));
    assert!(right * 100 >= all * 98, "{right} of {all}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every byte of a page may end up in any field.
    #[test]
    fn nothing_panics(words in "[0-9a-zа-яäß年月 .,:;/+\u{a0}'€$£₽%@#()\\-–]{0,60}", any in "\\PC{0,40}") {
        let hints = hints("");
        for kind in [Type::Text, Type::Url, Type::Money, Type::Number, Type::Date, Type::Time, Type::Phone, Type::Fax, Type::Email] {
            let _ = read(kind, &words, &base(), &hints);
            let _ = read(kind, &any, &base(), &hints);
        }
    }

    /// A price printed in any usual way is read back.
    #[test]
    fn printed_prices_are_read_back(whole in 0_u64..100_000_000, cents in 0_u32..100, style in 0_usize..5) {
        let (group, point) = [(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")][style];
        let digits = whole.to_string();
        let mut text = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                text.push_str(group);
            }
            text.push(digit);
        }
        let text = format!("{text}{point}{cents:02} €");
        let want = Decimal::new(i64::try_from(whole).unwrap() * 100 + i64::from(cents), 2).normalize();
        let value = read(Type::Money, &text, &base(), &hints(""));
        prop_assert_eq!(value, Some(Value::Money(crate::model::Amount { number: want, currency: Some(Currency::EUR) })), "{}", text);
    }
}

#[test]
fn an_address_ends_where_its_domain_does() {
    for (text, want) in [
        ("write to info@acme.example.", &["info@acme.example"][..]),
        ("ana.b@c-d.co.uk-x, a@b.c1", &["ana.b@c-d.co.uk"]),
        ("почта@пример.рф", &["почта@пример.рф"]),
        ("1@2.3.com.4", &["1@2.3.com"]),
        ("a@b@c.de", &["b@c.de"]),
        ("x@y @acme.example a@-b.com a@b..com", &[]),
    ] {
        let found: Vec<&str> = contact::addresses(text, contact::domain_end).collect();
        assert_eq!(found, want, "{text}");
    }
}
