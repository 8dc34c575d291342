//! Tables and cards as people have them.

use proptest::prelude::*;

use super::*;

fn settings(columns: &[(&str, &str)]) -> SheetSettings {
    let columns = columns.iter().map(|(caption, field)| ((*caption).to_owned(), (*field).to_owned())).collect();
    SheetSettings { columns, country: Some("ES".to_owned()), zone: TimeZone::UTC }
}

fn url() -> Url {
    Url::parse("import:fair?origin=Fair").unwrap()
}

fn take(bytes: &[u8], columns: &[(&str, &str)]) -> Result<Sheet, SheetError> {
    read(bytes, &url(), &settings(columns))
}

/// The rows in words: `field=value` sorted by field.
fn said(sheet: &Sheet) -> Vec<String> {
    let row = |row: &SheetRow| {
        let fields: Vec<String> = row.draft.fields.iter().map(|(name, found)| format!("{name}={}", found.value.text())).collect();
        fields.join(" | ")
    };
    sheet.rows.iter().map(row).collect()
}

#[test]
fn columns_by_their_captions() {
    for (header, want) in [
        ("Company,E-mail,Phone,City", "company email phone place"),
        ("Empresa;Teléfono;Correo electrónico;Localidad;CIF", "company phone email place tax_id"),
        ("Firma;Vorname;Nachname;Telefon;PLZ;Ort", "company first_name last_name phone postcode place"),
        ("Название\tИНН\tСайт\tГород", "name tax_id website place"),
        ("Name,Company,Job title", "person company role"),
        ("Nombre,Apellidos,Empresa", "first_name last_name company"),
        ("Name,Website", "name website"),
        ("Company,Phone 1,Phone 2,Our rating", "company phone phone our_rating"),
        ("Company,City,City,,Ort", "company place place_2 column_4 place_3"),
        ("Фирма;Телефон;Город;Контактное лицо", "company phone place person"),
        ("Контрагент;Телефон/факс", "company phone"),
        ("Название компании;Сайт", "company website"),
        ("Наименование организации;ИНН", "company tax_id"),
        ("Полное наименование;Город", "company place"),
        ("Nombre de la empresa;Teléfono fijo;N.I.F.", "company phone tax_id"),
        ("Nombre o razón social;Localidad", "company place"),
        ("Customer name,Billing City,Company Website", "company place website"),
        ("Organisation Name,Town/City,Post code", "company place postcode"),
        ("Firma;Straße;E-Mail-Adresse", "company address email"),
    ] {
        let sheet = take(format!("{header}\nx\n").as_bytes(), &[]).unwrap();
        let fields: Vec<&str> = sheet.columns.iter().filter_map(|column| column.field.as_deref()).collect();
        assert_eq!(fields.join(" "), want, "{header}");
    }
    let sheet = take(b"Wer,Wo,Geheim\nAcme,Vigo,x\n", &[("wer", "company"), ("Wo", "place"), ("Geheim", "-")]).unwrap();
    assert_eq!(said(&sheet), ["name=Acme | place=Vigo"]);
    assert!(sheet.columns.iter().all(|column| column.understood));
    let missing = take(b"Company\nAcme\n", &[("Firma", "company")]).unwrap_err();
    assert_eq!(missing.to_string(), "it has no column `Firma`; its columns are `Company`");
}

#[test]
fn tables_as_people_save_them() {
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("Company\tCity\r\nAcme\tCádiz\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bare = |big: bool| -> Vec<u8> {
        let units = "Company\tCity\r\nAcme\tCádiz\r\n".encode_utf16();
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let latin = encoding_rs::WINDOWS_1252.encode("Empresa;Población\nCañas y Tubos, S.L.;Logroño\n").0.into_owned();
    let two_lines = "name=Acme | note=one\ntwo";
    for (bytes, want) in [
        (b"\xef\xbb\xbfCompany,City\nAcme,Vigo\n".to_vec(), vec!["name=Acme | place=Vigo"]),
        (b"sep=;\r\nCompany;City\r\nAcme, S.L.;Vigo\r\n".to_vec(), vec!["name=Acme, S.L. | place=Vigo"]),
        (utf16, vec!["name=Acme | place=Cádiz"]),
        (bare(true), vec!["name=Acme | place=Cádiz"]),
        (bare(false), vec!["name=Acme | place=Cádiz"]),
        (latin, vec!["name=Cañas y Tubos, S.L. | place=Logroño"]),
        (b"Company|City\nAcme, Sons|Vigo\n".to_vec(), vec!["name=Acme, Sons | place=Vigo"]),
        (b"Company;City\nAcme, Sons, Co;Vigo\n".to_vec(), vec!["name=Acme, Sons, Co | place=Vigo"]),
        (b"Exhibitors of 2026\n\nCompany,City\nAcme,Vigo\n".to_vec(), vec!["name=Acme | place=Vigo"]),
        (b"Company,Notes\nAcme,\"one\ntwo\"\n".to_vec(), vec![two_lines]),
        (b"Company,City,Phone\nAcme\n,,\nBolt,Vigo\n".to_vec(), vec!["name=Bolt | place=Vigo"]),
        (b"Company,Phone\nAcme,\"986 11 22 33; +351 21 123 45 67\"\n".to_vec(), vec!["name=Acme | phone=+34986112233; +351211234567"]),
        (b"Company,Country,Phone\nAcme,Portugal,21 123 45 67\n".to_vec(), vec!["country=Portugal | name=Acme | phone=+351211234567"]),
        (b"Company,Web,Email\nAcme,acme.es,n/a\n".to_vec(), vec!["email_as_written=n/a | name=Acme | website=https://acme.es/"]),
        (b"First name,Last name,Company\nAna,Garc\xc3\xada,Acme\n".to_vec(), vec!["name=Acme | person=Ana García"]),
    ] {
        let sheet = take(&bytes, &[]).unwrap();
        let got: Vec<String> = said(&sheet).iter().map(|row| row.replace("one two", "one\ntwo")).collect();
        assert_eq!(got, want, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let sheet = take(b"Company,City,Phone\nAcme,Vigo,12\nBolt,Vigo,986112233,x,y\nTotal: 3\n,Vigo,\n\nCora,Lugo,\n", &[]).unwrap();
    assert_eq!(sheet.rows.len(), 2);
    let told: Vec<String> = sheet.bad.iter().map(|bad| format!("{}: {}", bad.path, bad.reason)).collect();
    assert_eq!(
        told,
        [
            "line 3: 5 cells, the header has 3: is a delimiter inside of a cell not quoted?",
            "line 4: one cell, the header has 3",
            "line 5: it names no company, person, address, number or site: nobody could be found by it",
        ]
    );
    assert_eq!((sheet.bad_count, sheet.unread_count), (3, 1));
    assert_eq!(sheet.unread[0], BadEntry { path: "line 2, Phone".into(), reason: "`12` is no telephone number".into() });
    for (bytes, want) in [
        (&b""[..], "it is empty"),
        (b"  \n", "it is empty"),
        (b"PK\x03\x04....", "it is no text but a spreadsheet"),
        (b"aaa,bbb\n1,2\n", "none of its first lines names its columns; the first one says `aaa | bbb`"),
    ] {
        let why = take(bytes, &[]).unwrap_err().to_string();
        assert!(why.starts_with(want), "{why}");
    }
    // Lines are counted as people do, whatever ends them.
    for end in ["\n", "\r\n"] {
        let text = ["Company;Phone;Country", "Alpha Ltd;020 7946 0951;GB", "\"Be", "ta\";xx;GB", "", "Cora Ltd;yy;GB"].join(end);
        for (before, more) in [("", 0), ("sep=;", 1)] {
            let text = if more == 0 { text.clone() } else { [before, end, &text].concat() };
            let sheet = take(text.as_bytes(), &[]).unwrap();
            let told: Vec<&str> = sheet.unread.iter().map(|bad| bad.path.as_str()).collect();
            assert_eq!(told, [3, 6].map(|line| format!("line {}, Phone", line + more)), "{text:?}");
        }
    }
    let stray = "Company;Phone;Country\nAlpha Ltd;1;GB\n\"Beta Ltd;020 7946 0951;GB\nCora Ltd;020 7946 0952;GB\n";
    let sheet = take(stray.as_bytes(), &[]).unwrap();
    assert!(sheet.bad[0].path == "line 3" && sheet.bad[0].reason.contains("quotation mark"), "{sheet:?}");
    // One that leaves as many cells as the header has: the next one closes it.
    for open in [
        "Company,City,Note\nAcme,Vigo,\"big\nBolt,Lugo,old\nCora,Vigo,new\nDora,Lugo,\"x\nEris,Vigo,y\n",
        "Company,City,Note\nAcme,Vigo,\"big\nBolt,Lugo,old\nCora,Vigo,new\nDora,Lugo,last\n",
        "Company;Note\nAcme;\"big\nBolt;old\nCora;new\nDora;last\n",
    ] {
        let sheet = take(open.as_bytes(), &[]).unwrap();
        assert!(sheet.bad.iter().any(|bad| bad.path == "line 2" && bad.reason.contains("quotation mark")), "{open}: {sheet:?}");
    }
    for honest in [
        "Company,Address\nAcme,\"Calle Mayor 1, 2\n08201 Sabadell, Barcelona\nSpain\"\n",
        "Company,City,Note\nAcme,Vigo,\"Called in May, no answer.\nAsked for pallets, boxes, film.\nWill call again.\"\n",
        "Company,City,Note\nAcme,Vigo,\"pallets, boxes, film\njars, lids, tins\"\n",
        "Company,Products\nAcme,\"pallets, boxes\njars, lids\ntins, film\n\"\nBolt,\"x\"\n",
        "Company;Note\nAcme;\"one; two\nthree\nfour; five\"\n",
    ] {
        assert_eq!(take(honest.as_bytes(), &[]).unwrap().bad, [], "{honest}");
    }
    let address = "Company;Address\nAlpha Ltd;\"Calle Mayor 1; 2\n08201 Sabadell\"\n";
    assert_eq!(take(address.as_bytes(), &[]).unwrap().bad, []);
    let open = format!("Company,City\nAcme,\"Vigo\n{}", "x,y\n".repeat(300));
    let sheet = take(open.as_bytes(), &[]).unwrap();
    assert!(sheet.rows.is_empty() && sheet.bad[0].reason.contains("quotation mark"), "{sheet:?}");
}

#[test]
fn tax_numbers_that_cannot_be_right_are_told_and_kept() {
    let table = "Company,Country,CIF\nAcme,Spain,B12345674\nBolt,Spain,B12345678\nCora,Spain,esb-12345678\nDora,Spain,n/a\nEris,Russia,7707083894\n\
                 Fir,Spain,12-34\n";
    let sheet = take(table.as_bytes(), &[]).unwrap();
    let told: Vec<String> = sheet.wrong.iter().map(|bad| format!("{}: {}", bad.path, bad.reason)).collect();
    assert_eq!(
        told,
        [
            "line 3, CIF: `B12345678`: wrong check digit",
            "line 4, CIF: `esb-12345678`: wrong check digit",
            "line 6, CIF: `7707083894`: wrong check digit"
        ]
    );
    assert_eq!((sheet.wrong_count, sheet.bad_count, sheet.rows.len()), (3, 0, 6));
    assert!(said(&sheet)[1].contains("tax_id=B12345678"), "{:?}", said(&sheet));
}

#[test]
fn keys_stay_whatever_the_order_of_rows() {
    let keys = |bytes: &str| {
        let sheet = take(bytes.as_bytes(), &[]).unwrap();
        let mut keys: Vec<String> = sheet.rows.into_iter().map(|row| row.draft.key).collect();
        keys.sort();
        (keys, sheet.repeats)
    };
    let header = "Company,Contact,Email,City,CIF\n";
    let (one, two, three) = ("Acme,Ana,ana@acme.es,Vigo,B12345674\n", "Acme,Luis,luis@acme.es,Vigo,B12345674\n", "Bolt,,,Lugo,\n");
    let (all, none) = keys(&format!("{header}{one}{two}{three}"));
    assert_eq!(all, ["name:bolt,lugo,", "tax:B12345674 | email:ana@acme.es", "tax:B12345674 | email:luis@acme.es"]);
    assert!(none.is_empty());
    assert_eq!(keys(&format!("{header}{three}{two}{one}")).0, all);
    assert_eq!(
        keys(&format!("{header}{one}{three}{three}")),
        (vec!["name:bolt,lugo,".to_owned(), "tax:B12345674".to_owned()], vec![(4, 3)])
    );
    assert_eq!(keys(&format!("{header}{}", one.replace("Vigo", "Pontevedra"))).0, ["tax:B12345674"], "a corrected row is the same row");
}

#[test]
fn business_cards() {
    let card = |body: &str| format!("BEGIN:VCARD\r\n{body}\r\nEND:VCARD\r\n");
    for (body, want) in [
        (
            "VERSION:3.0\r\nN:García;Ana;;;\r\nFN:Ana García\r\nORG:Acme\\, S.L.;Ventas\r\nTITLE:Directora\r\nTEL;TYPE=work,voice:986 11 22 33\r\nitem1.EMAIL;type=INTERNET:ana@acme.es\r\nADR;TYPE=work:;;Calle Olmo 1;Vigo;Pontevedra;36201;España\r\nURL:www.acme.es\r\nNOTE:Met at the stand\\nCall in May\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB",
            "address=Calle Olmo 1 | country=España | email=ana@acme.es | name=Acme, S.L. | note=Met at the stand Call in May | person=Ana García | phone=+34986112233 | place=Vigo | postcode=36201 | region=Pontevedra | role=Directora | website=https://www.acme.es/",
        ),
        (
            "VERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r\nORG;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:B=F6rse=\r\n =26 Co\r\nTEL;WORK;FAX:+49 30 123456\r\nTEL;CELL:+49 151 23456789",
            "fax=+4930123456 | name=Börse& Co | person=Jörg Müller | phone=+4915123456789",
        ),
        (
            "VERSION:4.0\r\nKIND:org\r\nFN:Talleres Orban\r\n eja\r\nTEL;VALUE=uri;TYPE=\"voice,work\":tel:+34-947-200-331\r\nEMAIL:info@orbaneja.es",
            "email=info@orbaneja.es | name=Talleres Orbaneja | phone=+34947200331",
        ),
        ("FN:Acme\r\nORG:ACME;;", "name=ACME"),
        ("FN:Ana Sol\r\nORG:Acme\r\nTITLE:\r\nROLE:Compras", "name=Acme | person=Ana Sol | role=Compras"),
        ("FN:Ana Sol\r\nORG:Acme\r\nROLE:Compras\r\nTITLE:Directora", "name=Acme | person=Ana Sol | role=Directora"),
    ] {
        let sheet = take(card(body).as_bytes(), &[]).unwrap();
        assert_eq!(said(&sheet), [want], "{body}");
        assert_eq!((sheet.format, sheet.bad_count), (SheetFormat::VCard, 0));
    }
    let several =
        [card("FN:Ana\r\nEMAIL:ana@acme.es"), "BEGIN:VCARD\r\nFN:Lost\r\n".into(), card("FN:Bo\r\nEMAIL:bo@bolt.es"), card("VERSION:3.0")]
            .concat();
    let sheet = take(several.as_bytes(), &[]).unwrap();
    assert_eq!(sheet.rows.len(), 2);
    let told: Vec<&str> = sheet.bad.iter().map(|bad| bad.path.as_str()).collect();
    assert_eq!((told, sheet.bad_count), (vec!["line 5", "line 11"], 2));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..600), cards in any::<bool>()) {
        let start: &[u8] = if cards { b"BEGIN:VCARD\n" } else { b"Company,City,Phone\n" };
        let _ = take(&[start, &bytes].concat(), &[]);
        let _ = take(&bytes, &[("x", "y")]);
    }

    #[test]
    fn no_lines_of_a_card_break_the_reader(lines in proptest::collection::vec(
        "(BEGIN:VCARD|END:VCARD|[ \t]?(item[0-9]\\.)?(TEL|N|FN|ORG|ADR|EMAIL)(;[A-Za-z=\"-]{0,20}|;ENCODING=QUOTED-PRINTABLE|;CHARSET=[a-z0-9-]{0,8})*:[a-zé;\\\\=0-9A-F+]{0,30}=?)", 0..30)
    ) {
        let text = format!("BEGIN:VCARD\n{}\nEND:VCARD", lines.join("\n"));
        if let Ok(sheet) = take(text.as_bytes(), &[]) {
            let mut keys: Vec<&str> = sheet.rows.iter().map(|row| row.draft.key.as_str()).collect();
            keys.sort_unstable();
            let all = keys.len();
            keys.dedup();
            prop_assert_eq!(all, keys.len(), "no two rows have one key");
        }
    }

    #[test]
    fn every_row_is_a_record_a_repeat_or_told(rows in proptest::collection::vec(("[a-z ,;\"]{0,12}", "[a-z0-9@.]{0,12}"), 0..20)) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let lines: Vec<String> = rows.iter().map(|(a, b)| format!("{},{}", quoted(a), quoted(b))).collect();
        let sheet = take(format!("Company,Email\n{}\n", lines.join("\n")).as_bytes(), &[]).unwrap();
        let empty = rows.iter().filter(|(a, b)| a.trim().is_empty() && b.trim().is_empty()).count();
        prop_assert_eq!(sheet.rows.len() + sheet.repeats.len() + sheet.bad_count + empty, rows.len());
    }
}

#[test]
fn rows_without_a_company_and_with_a_wish_are_counted() {
    let text = "Company,Contact,Email,Do Not Call,Opt-out\nAcme,Ana,,TRUE,\n,Eva,eva@b.es,FALSE,\nBeta,,,sí,x\n";
    let sheet = take(text.as_bytes(), &[]).unwrap();
    assert_eq!(sheet.without_company(), 1);
    assert_eq!(sheet.wishes(), [("Do Not Call".to_owned(), 2), ("Opt-out".to_owned(), 1)]);
    let sheet = take("Wer,Contact\nAcme,Петрова А.\n".as_bytes(), &[]).unwrap();
    assert_eq!((sheet.without_company(), sheet.wishes().len()), (1, 0));
}
