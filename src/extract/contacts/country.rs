//! The country a page speaks from, by what it says itself: addresses, its own ending, numbers and postcodes that name theirs, its language. Whether
//! numbers are that country's, reading them says.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::place::{of_ending, of_language};
use crate::base::text::patterns::compiled;
use crate::base::text::squeeze;
use crate::extract::html::{Attributes as _, visible_text};
use crate::extract::structured::{PostalAddress, Structured};
use crate::extract::value::contact;
use crate::model::{calling_country, country_code};

/// Bytes of a page's words that are looked at.
const TEXT: usize = 64 * 1024;
/// Addresses looked at.
const ADDRESSES: usize = 20;
/// Letters without which a text is in no script for sure.
const LETTERS: usize = 20;

/// Forms of postcodes that are those of one country alone, as they stand before or behind a town; and letters of which one is in each of them, if
/// any are.
const POSTCODES: [(&str, &str, &[&str]); 9] = [
    ("GB", r"\b(?:[A-PR-UWYZ]\d{1,2}|[A-PR-UWYZ][A-HK-Y]\d{1,2}|[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW]) ?\d[ABD-HJLNP-UW-Z]{2}\b", &[]),
    ("CA", r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d\b", &[]),
    (
        "US",
        r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? \d{5}(?:-\d{4})?\b",
        &[],
    ),
    ("AU", r"\b(?:NSW|VIC|QLD|TAS|ACT),? \d{4}\b", &["NSW", "VIC", "QLD", "TAS", "ACT"]),
    ("BR", r"\bCEP:? ?\d{5}-\d{3}\b", &["CEP"]),
    ("PT", r"\b[1-9]\d{3}-\d{3},? \p{Lu}", &["-"]),
    ("PL", r"\b(?:ul|al|pl|os)\. .{3,60}?\b\d{2}-\d{3},? \p{Lu}\p{Ll}", &["ul.", "al.", "pl.", "os."]),
    (
        "RU",
        r"\b[1-6]\d{5},? (?:г\.|Россия|РФ|Москва|Санкт-Петербург|[А-Я][а-я]+(?:ая|ий|ой) |Республика )",
        &["г.", "Россия", "РФ", "Москва", "Санкт", "ая ", "ий ", "ой ", "Республика"],
    ),
    ("UA", r"\b\d{5},? (?:м\.|Україна|Київ)", &["м.", "Україна", "Київ"]),
];

/// Of [`POSTCODES`], each built when a text comes that may have one.
static FORMS: [OnceLock<Regex>; POSTCODES.len()] = [const { OnceLock::new() }; POSTCODES.len()];
/// A postcode behind the letters that Europe's cars carry: `S-411 05 Göteborg`, `CH-8001 Zürich`.
static PREFIXED: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b(A|B|CH|CZ|D|DE|DK|E|F|FI|FIN|H|I|IT|L|LT|LV|N|NL|NO|P|PL|S|SE|SI|SK)-\d{3} ?\d{1,2} \p{Lu}\p{Ll}"));
const CARS: [(&str, &str); 24] = [
    ("A", "AT"),
    ("B", "BE"),
    ("CH", "CH"),
    ("CZ", "CZ"),
    ("D", "DE"),
    ("DE", "DE"),
    ("DK", "DK"),
    ("E", "ES"),
    ("F", "FR"),
    ("FI", "FI"),
    ("FIN", "FI"),
    ("H", "HU"),
    ("I", "IT"),
    ("IT", "IT"),
    ("L", "LU"),
    ("LT", "LT"),
    ("LV", "LV"),
    ("N", "NO"),
    ("NL", "NL"),
    ("NO", "NO"),
    ("P", "PT"),
    ("PL", "PL"),
    ("S", "SE"),
    ("SE", "SE"),
];
static ABROAD: LazyLock<Regex> = LazyLock::new(|| compiled(r"\+\d[\d\s().\-/–\u{a0}]{6,22}\d"));

/// The country of a page, or of the part of it that is about one thing: of its addresses, the address's ending, numbers that name their country,
/// postcodes of one country's form, and last of the language, by which its region goes first.
///
/// A language says little where many programs set it and nobody looks at it: it comes behind whatever somebody wrote.
pub(in crate::extract) fn of_page(part: ElementRef<'_>, root: ElementRef<'_>, url: &Url, structured: &Structured) -> Option<&'static str> {
    let text = || {
        let mut text = String::new();
        visible_text(part, &mut text, TEXT);
        text
    };
    let text = LazyLock::new(text);
    let tag = root.value().attribute("lang").or_else(|| structured.meta.get("og:locale").map(String::as_str)).unwrap_or("");
    let tag = if tag.trim().is_empty() { of_script(&text) } else { tag };
    let (region, home) = of_language(tag);
    of_addresses(part, structured)
        .or_else(|| of_ending(url))
        .or_else(|| most(numbers(part, &text)))
        .or_else(|| most(postcodes(&text)))
        .or(region)
        .or(home)
}

/// The country that most speak of, the first by its code of equal ones.
fn most(countries: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let mut votes: BTreeMap<&'static str, usize> = BTreeMap::new();
    countries.for_each(|code| *votes.entry(code).or_default() += 1);
    votes.into_iter().max_by_key(|(code, count)| (*count, std::cmp::Reverse(*code))).map(|(code, _)| code)
}

/// Of the addresses that name a country: those for machines, else those that people read.
fn of_addresses(part: ElementRef<'_>, structured: &Structured) -> Option<&'static str> {
    let told = |address: &PostalAddress| address.country.as_deref().and_then(country_code);
    let shown = || {
        let elements = part.descendent_elements().filter(|element| element.value().name() == "address").take(ADDRESSES);
        most(elements.filter_map(|element| {
            let text = element.text().collect::<Vec<_>>().join("\n");
            text.split(['\n', ',', ';'])
                .rev()
                .map(squeeze)
                .find(|line| !line.is_empty())
                .filter(|line| line.len() > 2)
                .and_then(|line| country_code(&line))
        }))
    };
    most(structured.things.iter().flat_map(|thing| &thing.addresses).filter_map(told)).or_else(shown)
}

/// The countries of numbers that name theirs, in links and in words.
fn numbers<'t>(part: ElementRef<'t>, text: &'t str) -> impl Iterator<Item = &'static str> + 't {
    let links = part.descendent_elements().filter_map(|element| element.value().attribute("href")).filter(|href| href.starts_with("tel:+"));
    let words = ABROAD.find_iter(text).map(|found| found.as_str());
    links.take(100).chain(words.take(100)).filter_map(|number| calling_country(&contact::phone(number, None)?))
}

fn postcodes(text: &str) -> impl Iterator<Item = &'static str> {
    let may =
        POSTCODES.iter().zip(&FORMS).filter(|((.., letters), _)| letters.is_empty() || letters.iter().any(|some| text.contains(some)));
    let alone = may.flat_map(|((country, form, _), built)| built.get_or_init(|| compiled(form)).find_iter(text).take(20).map(|_| *country));
    let car = |letters: &str| CARS.iter().find(|(car, _)| *car == letters).map(|(_, country)| *country);
    alone.chain(PREFIXED.captures_iter(text).take(20).filter_map(move |found| car(found.get(1)?.as_str())))
}

/// The language of a text whose page names none, where its script says it.
fn of_script(text: &str) -> &'static str {
    let letters = |own: &dyn Fn(char) -> bool| text.chars().filter(|c| own(*c)).count();
    let (cyrillic, all) = (letters(&|c| matches!(c, 'а'..='я' | 'А'..='Я')), letters(&char::is_alphabetic));
    if cyrillic < LETTERS || cyrillic * 2 < all {
        return "";
    }
    // Letters that Russian lacks: of Ukrainian, and of others that are written so.
    match letters(&|c| "іїєґІЇЄҐ".contains(c)) {
        0 if text.contains(['ў', 'ј', 'ђ', 'ћ', 'ќ', 'ѓ', 'ә', 'ө', 'ү', 'қ']) || !text.contains(['ы', 'э', 'ё']) => "",
        0 => "ru",
        _ => "uk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(html: &str, address: &str) -> Option<&'static str> {
        let tree = scraper::Html::parse_document(html);
        let url = Url::parse(address).unwrap();
        let structured = crate::extract::structured::read(tree.root_element(), &url);
        of_page(tree.root_element(), tree.root_element(), &url, &structured)
    }

    #[test]
    fn the_country_a_page_speaks_from() {
        for (html, want) in [
            ("<html lang=en><p>5 Dock Street, Hull HU1 3DZ</p><p>Tel 01482 555 123</p>", Some("GB")),
            ("<html lang=en-US><p>5 Dock Street, Hull HU1 3DZ</p>", Some("GB")),
            ("<html lang=en-US><p>Tel 01482 555 123</p>", Some("US")),
            ("<html lang=en><p>Tel 01482 555 123</p>", None),
            ("<html lang=en><p>Part AB12 9XY of 2024, order 4711</p><p>Austin, TX 78701</p><p>Round Rock, TX 78664</p>", Some("US")),
            ("<html lang=en><p>Level 2, 5 Pitt St, Sydney NSW 2000</p>", Some("AU")),
            ("<html lang=en><p>12 King St, Toronto ON M5V 2T6</p>", Some("CA")),
            ("<html lang=sv><p>Tel 031-12 34 56</p>", Some("SE")),
            ("<html lang=en><p>Hamngatan 3, S-411 05 Göteborg</p>", Some("SE")),
            ("<html lang=de><p>Bahnhofstrasse 1, CH-8001 Zürich</p>", Some("CH")),
            ("<html lang=de><p>Hauptstr. 5, 10115 Berlin</p>", Some("DE")),
            ("<html lang=en><address>Hamngatan 3<br>411 05 Göteborg<br>Sweden</address>", Some("SE")),
            ("<html lang=en><address>Torggata 1<br>Oslo, Norge</address>", Some("NO")),
            ("<html lang=es><p>Rua das Flores 3, 4050-262 Porto</p>", Some("PT")),
            ("<html lang=en><p>ul. Długa 5, 00-238 Warszawa</p>", Some("PL")),
            ("<html lang=en><p>Mobile +46 70 123 45 67</p><p>Switchboard 031-12 34 56</p>", Some("SE")),
            ("<html><p>Телефон: 8 (34147) 5-12-34. Мы выпускаем мебель из дерева, это наше дело</p>", Some("RU")),
            ("<html><p>Телефон: 044 123 45 67. Ми виробляємо меблі з дерева, це наша справа</p>", Some("UA")),
            ("<html><p>Телефон: 02 123 4567. Произвеждаме мебели от дърво за всички</p>", None),
            ("<html lang=en><p>427430, г. Воткинск, ул. Мира, 3</p>", Some("RU")),
            (
                "<html lang=en><script type='application/ld+json'>{\"@type\":\"Organization\",\"name\":\"x\",\"address\":{\"streetAddress\":\"x\",\"addressCountry\":\"Sweden\"}}</script>",
                Some("SE"),
            ),
            ("<html lang=en><p>In 2024-2025 we sold 10-200 Boxes, 12-345 of them</p>", None),
        ] {
            assert_eq!(country(html, "https://members.example/m/1"), want, "{html}");
        }
        for (address, want) in
            [("https://firma.se/1", Some("SE")), ("https://firma.co.uk/1", Some("GB")), ("https://xn--e1afmkfd.xn--p1ai/", Some("RU"))]
        {
            assert_eq!(country("<html lang=en><p>Tel</p>", address), want, "{address}");
        }
    }
}
