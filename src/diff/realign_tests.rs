//! Who is who, where a list writes its records otherwise than before.

use jiff::Timestamp;

use super::*;
use crate::base::ids::{ContentHash, SourceId};
use crate::base::text::words;
use crate::model::{Draft, Field, FieldName, Found, OwnPage, Page, Record, RecordKind, Value};

/// Name, telephone and place.
type Row = (&'static str, &'static str, &'static str);

fn source() -> SourceId {
    "s".parse().expect("slug")
}

fn draft(kind: RecordKind, key: &str, fields: &[(&str, &str)]) -> Draft {
    let found = |text: &str| Found { value: Value::Text(text.into()), quote: text.into(), path: "p".into() };
    Draft {
        key: key.into(),
        kind,
        url: "https://a.example/".parse().expect("url"),
        fields: fields.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (FieldName::new(name), found(text))).collect(),
        detail: None,
        partial: false,
        again: false,
    }
}

fn company((name, phone, place): Row) -> Draft {
    draft(RecordKind::Company, &words(name), &[("name", name), ("phone", phone), ("place", place)])
}

fn record(draft: &Draft) -> Record {
    let now = Timestamp::UNIX_EPOCH;
    let field = |found: &Found| Field { value: found.value.clone(), quote: String::new(), path: String::new(), first_seen: now };
    Record {
        id: Record::id_of(&source(), &draft.key),
        source: source(),
        key: draft.key.clone(),
        kind: draft.kind,
        url: draft.url.clone(),
        fields: draft.fields.iter().map(|(name, found)| (name.clone(), field(found))).collect(),
        content: ContentHash::default(),
        first_seen: now,
        changed: now,
        missing: 0,
        gone: false,
        own_page: OwnPage::Read,
    }
}

fn page(members: &[Record]) -> Page {
    let members = members.iter().map(|record| record.id).collect();
    Page { members, ..Page::root(&source(), "https://a.example/".parse().expect("url"), Timestamp::UNIX_EPOCH) }
}

/// Which of the former records each draft is; `-` is nobody's.
fn who(before: &[Draft], now: &[Draft]) -> String {
    let known: Vec<Record> = before.iter().map(record).collect();
    let mut drafts = now.to_vec();
    realign(&mut drafts, &known, &page(&known));
    let at = |draft: &Draft| known.iter().position(|record| record.key == draft.key).map_or("-".to_owned(), |at| at.to_string());
    drafts.iter().map(at).collect()
}

const FOUR: [Row; 4] = [
    ("Talleres Orbaneja, S.L.", "947200331", "Burgos"),
    ("Maderas Arlanza, S.A.", "947170017", "Lerma"),
    ("Forjas Leonesas", "987210310", "León"),
    ("Hermanos Cuesta, C.B.", "983220145", "Valladolid"),
];

#[test]
fn a_company_that_is_written_otherwise_is_who_it_was() {
    let with = |at: usize, row: Row| {
        let mut rows = FOUR;
        rows[at] = row;
        rows
    };
    let all = |name: [&'static str; 4], phones: bool, places: bool| {
        std::array::from_fn(|at| (name[at], if phones { FOUR[at].1 } else { "" }, if places { FOUR[at].2 } else { "" }))
    };
    let numbered = ["1. Talleres Orbaneja, S.L.", "2. Maderas Arlanza, S.A.", "3. Forjas Leonesas", "4. Hermanos Cuesta, C.B."];
    let cut = ["Talleres Orba…", "Maderas Arla…", "Forjas Leone…", "Hermanos Cue…"];
    let rows: [(&str, [Row; 4], &str); 14] = [
        ("legal form", with(0, ("TALLERES ORBANEJA SL", "947200331", "Burgos")), "0123"),
        ("legal form, no telephone", with(0, ("TALLERES ORBANEJA SL", "", "Burgos")), "0123"),
        ("a badge", with(1, ("Maderas Arlanza, S.A. ¡Nuevo!", "947170017", "Lerma")), "0123"),
        ("closed, name alone", with(2, ("Forjas Leonesas (cerrado)", "", "")), "0123"),
        ("abbreviated", with(3, ("Hnos. Cuesta", "", "Valladolid")), "0123"),
        ("renamed", with(2, ("Siderurgia del Norte", "987210310", "León")), "0123"),
        ("all numbered", all(numbered, true, true), "0123"),
        ("all numbered, names alone", all(numbered, false, false), "0123"),
        ("all cut, names alone", all(cut, false, false), "0123"),
        ("another company", with(2, ("Quesos Tierno", "980510223", "Zamora")), "01-3"),
        ("another name and place at a number", with(2, ("Quesos Tierno", "987210310", "Zamora")), "01-3"),
        ("the same name, another number and place", with(2, ("Forjas Leonesas, S.A.", "911000111", "Madrid")), "01-3"),
        ("the same place and another number, nearly the name", with(2, ("Forjas Leonesas Norte", "911000111", "León")), "01-3"),
        ("another legal form with another number at the place", with(1, ("Maderas Arlanza SL", "911000111", "Lerma")), "0123"),
    ];
    for (what, now, want) in rows {
        let (before, now): (Vec<Draft>, Vec<Draft>) = (FOUR.map(company).into(), now.map(company).into());
        assert_eq!(who(&before, &now), want, "{what}");
        let turned: Vec<Draft> = now.iter().rev().cloned().collect();
        if !what.contains("alone") {
            assert_eq!(who(&before, &turned), want.chars().rev().collect::<String>(), "{what}, in another order");
        }
    }
}

#[test]
fn what_two_have_says_nothing() {
    let before = [("Alfa Bravo", "947200331", "Burgos"), ("Echo Foxtrot", "947200331", "Burgos")].map(company);
    let now = [("Alfa Bravo", "947200331", "Burgos"), ("Golf Hotel", "947200331", "Burgos")].map(company);
    assert_eq!(who(&before, &now), "0-", "a switchboard");
    let now = [("Kilo Lima", "947200331", "Burgos"), ("Golf Hotel", "947200331", "Burgos")].map(company);
    assert_eq!(who(&before, &now), "--");
    // Two that could be one record are nobody's.
    let now = [("Alfa Bravo, S.L.", "", "Burgos"), ("Alfa Bravo, S.A.", "", "Burgos"), ("Echo Foxtrot", "", "Burgos")].map(company);
    assert_eq!(who(&before, &now), "--1");
    // A chain: whoever is there is told from the others by the place.
    let chain = [("Super Ahorro, S.A.", "", "Burgos"), ("Super Ahorro, S.A. ", "", "Soria")];
    let keyed = |row: Row, key: &str| Draft { key: key.to_owned(), ..company(row) };
    let before = [keyed(chain[0], "super ahorro s a"), keyed(chain[1], "super ahorro s a | 2")];
    let now = [keyed(("Super Ahorro SA", "", "Soria"), "super ahorro sa"), keyed(("Super Ahorro SA", "", "Burgos"), "super ahorro sa | 2")];
    assert_eq!(who(&before, &now), "10");
}

#[test]
fn two_tax_numbers_are_two_companies() {
    let of = |name: &str, tax: &str| {
        draft(RecordKind::Company, &words(name), &[("name", name), ("phone", "947200331"), ("tax_id", tax), ("place", "Burgos")])
    };
    assert_eq!(who(&[of("Alfa Bravo", "B09012345")], &[of("Alfa Bravo SL", "B09012345")]), "0");
    assert_eq!(who(&[of("Alfa Bravo", "B09012345")], &[of("Alfa Bravo SL", "B47111222")]), "-");
}

#[test]
fn links_that_all_moved_move_nobody_and_one_new_offer_of_a_seller_is_a_new_one() {
    let offer = |link: &str, title: &str| draft(RecordKind::Offer, link, &[("title", title), ("phone", "947200331")]);
    let old: Vec<Draft> = (1..=4).map(|n| offer(&format!("https://a.example/m/{n}"), &format!("Pallets, lot {n}"))).collect();
    let moved: Vec<Draft> = (1..=4).map(|n| offer(&format!("https://a.example/offer?id={n}"), &format!("Pallets, lot {n}"))).collect();
    assert_eq!(who(&old, &moved), "0123");
    let mut one = old.clone();
    one[3] = offer("https://a.example/m/5", "Pallets, lot 5");
    assert_eq!(who(&old, &one), "012-");
    one[3] = offer("https://a.example/m/5", "Pallets, lot 4");
    assert_eq!(who(&old, &one), "012-", "the same words once more");
}

#[test]
fn links_that_count_places_are_nobodys() {
    let at = |place: usize, row: Row| Draft { key: format!("https://a.example/sheet?pos={place}"), ..company(row) };
    let listed = |rows: &[Row]| rows.iter().enumerate().map(|(place, row)| at(place + 1, *row)).collect::<Vec<Draft>>();
    let six: Vec<Row> =
        FOUR.into_iter().chain([("Imprenta Duero, S.L.", "", "Soria"), ("Cajas Ebro, S.A.", "941200331", "Haro")]).collect();
    let new = ("Embutidos Moncayo, S.A.", "975200331", "Soria");
    for (what, now, want) in [
        ("the same", six.clone(), "012345"),
        ("the first left", six[1..].to_vec(), "12345"),
        ("one came first", [&[new], &six[..]].concat(), "-012345"),
        ("one came and one left", [&six[1..5], &[new], &six[5..]].concat(), "1234-5"),
        ("sorted otherwise", six.iter().rev().copied().collect(), "543210"),
        // Two that are called otherwise by now are so.
        ("two renamed", [&six[..4], &[("Grupo Norte", "", "Soria"), ("Grupo Sur", "", "Haro")]].concat(), "012345"),
    ] {
        assert_eq!(who(&listed(&six), &listed(&now)), want, "{what}");
    }
}

#[test]
fn who_is_called_otherwise_by_now_is_known_by_that_wherever_it_stands() {
    let mut renamed = record(&company(FOUR[0]));
    renamed.fields = record(&company(("Grupo Norte", "", ""))).fields;
    let missing = Record { missing: 1, ..record(&company(FOUR[2])) };
    let elsewhere = [1, 3].map(|at| record(&company(FOUR[at])));
    let known = [vec![renamed.clone(), missing.clone()], elsewhere.to_vec()].concat();
    let mut drafts = [
        ("Grupo Norte", "", ""),
        ("Forjas Leonesas SL", "987210310", "León"),
        ("Maderas Arlanza SA", "947170017", "Lerma"),
        ("Hermanos Cuesta Logística", "983220145", "Valladolid"),
    ]
    .map(company);
    realign(&mut drafts, &known, &page(&[]));
    let want = [&renamed.key, &missing.key, &elsewhere[0].key, "hermanos cuesta logistica"];
    assert_eq!(drafts.each_ref().map(|draft| draft.key.as_str()), want, "who may be shown on another page is taken for nobody else");
}

#[test]
fn ten_thousand_that_are_all_written_otherwise_take_no_time() {
    let row = |n: usize, form: &str| {
        let (name, phone) = (format!("Talleres {:x}q Sella{form}", n * 7919), format!("{}", 900_000_000 + n));
        draft(RecordKind::Company, &words(&name), &[("name", &name), ("phone", &phone), ("place", "Burgos")])
    };
    let before: Vec<Record> = (0..10_000).map(|n| record(&row(n, ", S.L."))).collect();
    let mut drafts: Vec<Draft> = (0..10_000).rev().map(|n| row(n, " SL")).collect();
    realign(&mut drafts, &before, &page(&before));
    assert!(drafts.iter().rev().zip(&before).all(|(draft, record)| draft.key == record.key));
}

#[test]
fn who_is_renamed_takes_mail_and_site_along() {
    let was = [
        ("phone", "947200331"),
        ("email", "info@orbaneja.example"),
        ("website", "https://orbaneja.example/"),
        ("tax_id", "B09000001"),
        ("place", "Burgos"),
    ];
    let other = draft(RecordKind::Company, "https://a.example/m/2", &[("name", "Maderas Arlanza"), ("phone", "947170017")]);
    for (what, is, want) in [
        (
            "new mail and site",
            [
                ("phone", "947200331"),
                ("email", "info@norte.example"),
                ("website", "https://norte.example/"),
                ("tax_id", ""),
                ("place", "Burgos"),
            ],
            true,
        ),
        (
            "and nothing else",
            [("phone", "947200331"), ("email", "info@norte.example"), ("website", ""), ("tax_id", ""), ("place", "")],
            true,
        ),
        (
            "moved, by its tax number",
            [("phone", "911000111"), ("email", ""), ("website", ""), ("tax_id", "B09000001"), ("place", "Madrid")],
            true,
        ),
        (
            "another tax number",
            [("phone", "947200331"), ("email", ""), ("website", ""), ("tax_id", "B09000002"), ("place", "Burgos")],
            false,
        ),
        (
            "another place",
            [("phone", "947200331"), ("email", "info@norte.example"), ("website", ""), ("tax_id", ""), ("place", "Madrid")],
            false,
        ),
    ] {
        let entry = |key: &str, name: &'static str, fields: [(&'static str, &'static str); 5]| {
            draft(RecordKind::Company, key, &[[("name", name)].as_slice(), &fields].concat())
        };
        let before = [entry("https://a.example/m/1", "Talleres Orbaneja, S.L.", was), other.clone()];
        let now = [entry("https://a.example/m/9", "Siderurgia del Norte", is), other.clone()];
        assert_eq!(who(&before, &now), if want { "01" } else { "-1" }, "{what}");
    }
}
