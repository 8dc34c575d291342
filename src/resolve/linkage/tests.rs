use proptest::prelude::*;

use super::*;

const TABLE: &str = "\
name;phone;address;city;tax_id;trust;seen;note
Talleres Orbaneja, S.L.;947 200 331;Calle Olmo, 12;Burgos;;1;2026-01-10;x
TALLERES ORBANEJA;+34 947200331;C/ Olmo 12;Burgos;;0.4;2026-05-01;
Panadería Urbión;947 200 448;Calle Olmo 14;Burgos;;;;
too;few
Panaderia Urbion SL;947200448;c/ Olmo, 14;;;;;
Orbaneja Viajes;975 110 200;Plaza Mayor 3;Soria;ESB12345674;;;
Orbaneja Viajes;975 110 200;Plaza Mayor 3;Soria;ESB99345670;;;
";

fn groups(found: &Resolution) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = found.clusters.iter().map(|cluster| cluster.rows.clone()).collect();
    groups.sort();
    groups
}

/// What the captions of these tests mean.
fn field_of(caption: &str) -> Option<&'static str> {
    let fields = ["name", "company", "address", "postcode", "country", "phone", "email", "tax_id"];
    let named = match caption.trim().to_lowercase().as_str() {
        "city" => "place".to_owned(),
        "url" => "website".to_owned(),
        "zip" => "postcode".to_owned(),
        other => other.to_owned(),
    };
    fields.into_iter().chain(["place", "website"]).find(|field| *field == named)
}

fn read_table(text: &str) -> Result<ReadTable, TableError> {
    super::read_table(text, field_of)
}

fn table() -> ReadTable {
    read_table(TABLE).unwrap()
}

#[test]
fn rows_of_one_company_are_found_and_bad_ones_told() {
    let table = table();
    assert_eq!((table.bad_count, table.bad[0].line), (1, 5), "{:?}", table.bad);
    assert_eq!(table.unknown, ["note"]);
    let found = resolve(&table.rows, &[]);
    assert_eq!(groups(&found), [vec![1, 2], vec![3, 5], vec![6], vec![7]]);
    let talleres = found.clusters.iter().find(|cluster| cluster.rows == [1, 2]).unwrap();
    assert_eq!(talleres.merged[0], (Column::Name, "Talleres Orbaneja, S.L.".to_owned()));
    let name = talleres.conflicts.iter().find(|conflict| conflict.column == Column::Name).unwrap();
    assert_eq!((name.value.as_str(), name.rows.as_slice()), ("TALLERES ORBANEJA", [2].as_slice()));
    assert!(talleres.conflicts.iter().all(|conflict| conflict.column != Column::Phone), "{:?}", talleres.conflicts);
    assert!(found.questions.iter().all(|question| (question.a, question.b) != (6, 7)), "tax ids settle it: {:?}", found.questions);
    let reason = &talleres.reasons[0];
    assert!(
        reason.why == Tie::Fields
            && reason.points > 0.0
            && reason.fields.iter().any(|(field, points)| *field == Field::Address && *points > 0.0)
    );
}

#[test]
fn answers_hold_and_tax_ids_hold_against_them() {
    let rows = table().rows;
    let answer = |a, b, same| Answer { a, b, same };
    for (answers, want) in [
        (vec![answer(1, 2, false)], vec![vec![1], vec![2], vec![3, 5], vec![6], vec![7]]),
        (vec![answer(1, 6, true)], vec![vec![1, 2, 6], vec![3, 5], vec![7]]),
        (vec![answer(6, 7, true)], vec![vec![1, 2], vec![3, 5], vec![6], vec![7]]),
        (vec![answer(1, 99, true)], vec![vec![1, 2], vec![3, 5], vec![6], vec![7]]),
    ] {
        assert_eq!(groups(&resolve(&rows, &answers)), want, "{answers:?}");
    }
}

#[test]
fn towns_numbers_and_letters_tell_names_apart() {
    fn check(rows: &[&str], want: &[&[u32]]) {
        let table = read_table(&format!("name;phone;city;country\n{}", rows.join("\n"))).unwrap();
        assert_eq!(groups(&resolve(&table.rows, &[])), want, "{rows:?}");
    }
    check(&["Hotel Miramar S.L.;;Málaga;ES", "Hotel Miramar S.L.;;Alicante;ES"], &[&[1], &[2]]);
    check(&["Ромашка ООО;;Тула;RU", "ООО «Ромашка»;;Омск;RU"], &[&[1], &[2]]);
    check(&["Ромашка ООО;;Тула;RU", "ООО «Ромашка»;;Тула;RU"], &[&[1, 2]]);
    check(&["Hotel Miramar S.L.;;Málaga;ES", "Hotel Miramar;;;ES"], &[&[1, 2]]);
    check(&["Talleres Orbaneja Villalonquéjar SL;;Burgos;ES", "Talleres Orbaneja Villalonquéjar;;Soria;ES"], &[&[1, 2]]);
    check(&["Firm 1 Ltd;020 7946 0951;London;GB", "Firm 2 Ltd;020 7946 0952;Leeds;GB"], &[&[1], &[2]]);
    check(&["Hotel Sol 1 SL;952100200;Malaga;ES", "Hotel Sol 2 SL;952100400;Malaga;ES"], &[&[1], &[2]]);
    check(&["Farmacia Norte 24 SL;952100500;Malaga;ES", "Farmacia Norte 7 SL;952100600;Malaga;ES"], &[&[1], &[2]]);
    check(&["Studio A Ltd;020 7946 0851;London;GB", "Studio B Ltd;020 7946 0852;London;GB"], &[&[1], &[2]]);
    check(&["Fresh Foods L;952100500;Malaga;ES", "Fresh Foods H3;952100500;Malaga;ES"], &[&[1], &[2]]);
    check(&["Unit 2 Ltd;020 7946 0851;London;GB", "Unit B Ltd;020 7946 0852;London;GB"], &[&[1], &[2]]);
    check(&["АО Мелькомбинат №3;;Саратов;RU", "АО Мелькомбинат №4;;Саратов;RU"], &[&[1], &[2]]);
    check(&["Farmacia Norte 24h;952100500;Malaga;ES", "Farmacia Norte 24 SL;952100500;Malaga;ES"], &[&[1, 2]]);
    // What each has of its own, a trade more, a family more, another form in law: a question at most.
    check(
        &["Centro Comercial El Mirador - Tienda Moda;947200100;Burgos;", "Centro Comercial El Mirador - Óptica Luz;947200100;Burgos;"],
        &[&[1], &[2]],
    );
    check(&["Banco Norte, S.A.;;Madrid;", "Banco Norte Seguros, S.A.;;Madrid;"], &[&[1], &[2]]);
    check(
        &["Construcciones Sánchez SL;;Burgos;", "Construcciones Sánchez e Hijos SL;;Burgos;", "Construcciones Sanchez SA;;Burgos;"],
        &[&[1], &[2], &[3]],
    );
    check(
        &["Construcciones Sánchez SL;;Burgos;", "CONSTRUCCIONES SANCHEZ S.L.U.;;Burgos;", "Grupo Construcciones Sánchez;;Burgos;"],
        &[&[1, 2, 3]],
    );
    check(&["Müller Maschinenbau GmbH;;Ulm;DE", "Mueller Maschinenbau;;Ulm;DE"], &[&[1, 2]]);
    check(
        &["ООО «Балтийский берег»;;;RU", "Baltiyskiy Bereg LLC;;;RU", "Baltijskij Bereg OOO;;;RU", "Baltiysky Bereg;;;RU"],
        &[&[1, 2, 3, 4]],
    );
    check(&["Щёлковский завод;;Щёлково;RU", "Schelkovsky Zavod;;Schelkovo;RU", "Shchyolkovskiy Zavod;;Shchelkovo;RU"], &[&[1, 2, 3]]);
}

#[test]
fn a_tax_number_is_one_with_and_without_its_country() {
    let check = |ids: [&str; 2], groups_of: usize| {
        let rows =
            format!("name;city;tax_id\nTalleres Orbaneja, S.L.;Burgos;{}\nTalleres Orbaneja Sociedad Limitada;Burgos;{}", ids[0], ids[1]);
        let found = resolve(&read_table(&rows).unwrap().rows, &[]);
        assert_eq!(groups(&found).len(), groups_of, "{ids:?}");
        let reasons = found.clusters.iter().flat_map(|cluster| &cluster.reasons).flat_map(|reason| &reason.fields);
        assert!(reasons.filter(|(field, _)| *field == Field::TaxId).all(|(_, points)| *points > 0.0), "{ids:?}");
    };
    check(["B12345674", "ESB12345674"], 1);
    check(["B-12345674", "B12345674"], 1);
    check(["7707083893", "RU7707083893"], 1);
    check(["B12345674", "ESB99345670"], 2);
}

#[test]
fn names_alone_hang_together_by_their_rare_words() {
    fn check(names: &[&str], want: &[&[u32]]) {
        let table = read_table(&format!("company\n{}", names.join("\n"))).unwrap();
        assert_eq!(groups(&resolve(&table.rows, &[])), want, "{names:?}");
    }
    check(&["KONINGS VERF N.V.", "Konings-Verf B. V.", "KONINSG VERF"], &[&[1, 2, 3]]);
    check(&["Hotel Zumarraga", "Hotel Astigarraga"], &[&[1], &[2]]);
    check(&["O R T Systems", "ORT systems"], &[&[1, 2]]);
    check(&["Ромашка Торг ООО", "Romashka Torg"], &[&[1, 2]]);
}

#[test]
fn two_companies_of_a_family_stay_two_when_their_rows_agree() {
    let line = |name: &str, mail: &str| format!("{name},947200331,Calle Olmo 12,{mail}\n");
    let twice = |one: &str, two: &str| {
        let rows = [line(one, "a@gmail.com"), line(one, ""), line(two, "b@gmail.com"), line(two, "")];
        let table = read_table(&format!("name,phone,address,email\n{}", rows.concat())).unwrap();
        groups(&resolve(&table.rows, &[]))
    };
    assert_eq!(twice("Orbaneja Gruas S.L.", "Orbaneja Muebles S.L."), [vec![1, 2], vec![3, 4]]);
    assert_eq!(twice("Orbaneja GmbH", "Orbaneja AG"), [vec![1, 2], vec![3, 4]]);
    assert_eq!(twice("Orbaneja Muebles S.L.", "Orbaneja Muebles S.L.U."), [vec![1, 2, 3, 4]]);
}

#[test]
fn what_each_table_says_of_itself() {
    for (text, want) in [
        ("", Err(TableError::Empty)),
        ("a,b\n1,2", Err(TableError::NoColumn("a,b".to_owned()))),
        ("Name\tZIP\nAcme\t1", Ok(1)),
        ("Name,Company\nAnn,\nBob,Acme", Ok(1)),
    ] {
        assert_eq!(read_table(text).map(|table| table.rows.len()), want, "{text:?}");
    }
    let (answers, bad) = read_answers("a,b,same\n1,2,yes\n3;4;no\n5,6,нет\n");
    assert_eq!(answers, [Answer { a: 1, b: 2, same: true }, Answer { a: 5, b: 6, same: false }]);
    assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [3]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Few words and numbers, so that most rows are alike in something.
    #[test]
    fn the_same_clusters_for_any_order(
        cells in proptest::collection::vec(("[abc]{3}(nova|nuvo|terra) (sl|gmbh|) ?[de]{0,3}", "[12]? ?(olmo|haya) [1-3]", "94720033[0-4]"), 2..40),
        order in any::<u64>(),
    ) {
        let mut rows: Vec<Row> = Vec::new();
        for (number, (name, address, phone)) in (1..).zip(&cells) {
            let mut row = Row::new(number, u64::from(number) + 1);
            row.set(Column::Name, name);
            row.set(Column::Address, address);
            if number % 3 > 0 {
                row.set(Column::Phone, phone);
            }
            rows.push(row);
        }
        let of = |rows: &[Row]| -> BTreeMap<u32, String> {
            let found = resolve(rows, &[]);
            found.clusters.iter().flat_map(|cluster| cluster.rows.iter().map(|row| (*row, cluster.id.to_string()))).collect()
        };
        let before = of(&rows);
        prop_assert_eq!(before.len(), rows.len());
        rows.sort_by_key(|row| words::hash(&(u64::from(row.number) ^ order).to_le_bytes()));
        prop_assert_eq!(of(&rows), before);
    }

    #[test]
    fn no_text_breaks_the_tables(text in "(\\PC|[,;\t\n\"0-9])*") {
        let _ = read_answers(&text);
        if let Ok(table) = read_table(&format!("name,phone,address,url,email,postcode\n{text}")) {
            let found = resolve(&table.rows, &[]);
            prop_assert_eq!(found.clusters.iter().map(|cluster| cluster.rows.len()).sum::<usize>(), table.rows.len());
        }
    }
}
