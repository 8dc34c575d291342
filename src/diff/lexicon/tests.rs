use super::*;

use SignalKind::{
    BranchOpened as Branch, ExhibitorListed as Fair, RequestForSuppliers as Request, TenderPublished as Tender, VacancyPublished as Job,
};

/// What each text says: language, kinds, text. Written for these tests.
const CASES: &[(&str, &[SignalKind], &str)] = &[
    ("en", &[Request], "We are looking for reliable suppliers of steel tubes."),
    ("en", &[Request], "Northwind seeks new packaging vendors for its plant in Leeds."),
    ("en", &[Request], "Subcontractors wanted for a refurbishment in Bristol"),
    ("en", &[Request], "Acme invites manufacturers to present their samples by March."),
    ("en", &[Request], "Request for quotations: 40 pallets of tinned fish"),
    ("en", &[Request], "How to become our supplier"),
    ("en", &[], "We are no longer looking for suppliers of steel tubes."),
    ("en", &[], "We are not looking for new suppliers at the moment."),
    ("en", &[], "Acme is looking for suppliers of glass. The call was closed in May; the deadline has passed."),
    ("en", &[], "Are you looking for a supplier of boxes?"),
    ("en", &[], "If you are looking for a supplier of boxes, call us."),
    ("en", &[], "Our suppliers need pallets to work with."),
    ("en", &[], "Ten years ago the firm was looking for suppliers in Asia."),
    ("en", &[], "Acme has found a supplier after it was searching for suppliers all year."),
    ("en", &[Branch], "The group opened a new distribution centre near Porto."),
    ("en", &[Branch], "Acme opens its second warehouse in Gdansk"),
    ("en", &[Branch], "A new plant in Ohio will be inaugurated: the new plant opens in June."),
    ("en", &[], "Opening hours of our new branch: 9 to 5."),
    ("en", &[], "The bank closes its branch in York and will not open a new branch."),
    ("en", &[], "The chain cancelled the plan to open a new store in Hull."),
    ("en", &[Job], "We are hiring welders and drivers in Sheffield."),
    ("en", &[Job], "The new line will create 50 new jobs."),
    ("en", &[], "There are no open positions at the moment."),
    ("en", &[], "We are not hiring engineers this year."),
    ("en", &[Fair], "Visit us at FRUIT LOGISTICA, hall 4: our stand is 4.12."),
    ("en", &[Fair], "The firm will take part in the packaging fair in October."),
    ("en", &[], "Thank you for visiting our stand!"),
    ("en", &[], "The firm will not take part in the packaging fair."),
    ("en", &[], "His paintings will be exhibited at the museum."),
    ("en", &[Tender], "The city launched a tender for 30 electric buses."),
    ("en", &[Tender], "Call for tenders: cleaning of schools"),
    ("en", &[], "Acme won the tender that the city launched."),
    ("en", &[], "The city cancelled the call for tenders."),
    ("en", &[], "No one is looking for suppliers any more."),
    ("en", &[], "Nobody is hiring."),
    ("en", &[], "Nobody, it seems, is hiring."),
    ("en", &[], "They denied that they are hiring."),
    ("en", &[], "Reports that Acme is hiring are false."),
    ("en", &[], "Acme has no plans to open a branch."),
    ("en", &[], "The chain cannot open a new branch in York."),
    ("en", &[], "Acme can't open a new branch in York."),
    ("en", &[], "The firm failed to open a second plant."),
    ("en", &[], "The mill used to be looking for suppliers of grain."),
    ("en", &[], "Hiring engineers is not planned."),
    ("en", &[], "We've no need of new suppliers."),
    ("en", &[], "We need no new suppliers."),
    ("en", &[], "Acme stopped hiring engineers."),
    ("en", &[], "Northwind halted its search for suppliers."),
    ("en", &[], "Acme will neither attend nor exhibit at the fair."),
    ("en", &[], "We are not, at present, looking for suppliers."),
    ("en", &[Request], "Acme is not only looking for suppliers of glass."),
    ("en", &[Request], "Northwind never stopped looking for suppliers."),
    ("en", &[Request], "Acme does not make glass but is looking for suppliers of it."),
    ("en", &[Request], "The mill, no longer a family firm, is looking for suppliers."),
    ("en", &[Request], "No doubt Acme is looking for suppliers."),
    ("en", &[Request], "No, we are looking for suppliers of glass, not of jars."),
    ("en", &[Job], "Nobody works on Sunday, and we are hiring drivers."),
    ("en", &[Request], "WTB: 40 used pallets"),
    ("en", &[Request], "Wanted: used pallets, 1200 x 800"),
    ("en", &[Job], "Wanted: experienced welders"),
    ("en", &[], "They wanted more pallets."),
    ("en", &[Fair], "We will be present at Hannover Messe 2027."),
    ("es", &[Request], "Buscamos proveedores de cartón ondulado para nuestra planta."),
    ("es", &[Request], "La cadena necesita nuevos fabricantes de envases"),
    ("es", &[Request], "Se buscan proveedores de fruta ecológica en Murcia."),
    ("es", &[Request], "Solicitud de ofertas para 200 sillas"),
    ("es", &[], "No buscamos proveedores en este momento."),
    ("es", &[], "Ya no buscamos proveedores de cartón."),
    ("es", &[], "¿Busca proveedores de cartón?"),
    ("es", &[], "Si busca un proveedor de cartón, llámenos."),
    ("es", &[], "Buscamos proveedores de vidrio. El plazo de presentación ha finalizado."),
    ("es", &[Branch], "Talleres García abrirá una nueva delegación en Lugo."),
    ("es", &[Branch], "Inaugura su segunda tienda en Vigo"),
    ("es", &[Branch], "La apertura de la planta está prevista para junio."),
    ("es", &[], "El horario de apertura de la tienda es de 9 a 14."),
    ("es", &[], "El grupo cierra la nueva tienda que abrió en mayo."),
    ("es", &[Job], "La empresa incorpora operarios y conductores en Zaragoza."),
    ("es", &[Job], "La nueva línea creará 50 puestos de trabajo."),
    ("es", &[], "No hay vacantes por el momento."),
    ("es", &[Fair], "Expondremos en Alimentaria, pabellón 3."),
    ("es", &[Fair], "La cooperativa participará en la feria Fruit Attraction."),
    ("es", &[], "La cooperativa no participará en la feria."),
    ("es", &[], "Gracias por visitar nuestro stand."),
    ("es", &[Tender], "El ayuntamiento saca a licitación la limpieza de colegios."),
    ("es", &[Tender], "El hospital convoca una licitación para comprar ecógrafos"),
    ("es", &[], "La licitación convocada en mayo queda desierta."),
    ("es", &[], "El ayuntamiento adjudica la licitación publicada en mayo."),
    ("es", &[], "La apertura de la tienda no está prevista."),
    ("es", &[], "Nadie busca proveedores."),
    ("es", &[], "Ninguna empresa busca proveedores de cartón."),
    ("es", &[], "La cadena niega estar buscando proveedores."),
    ("es", &[], "Acme ni busca proveedores ni contrata personal."),
    ("es", &[], "No compro ni vendo pallets."),
    ("es", &[], "Sin buscar proveedores, la cadena crece."),
    ("es", &[], "La empresa ha dejado de buscar proveedores."),
    ("es", &[], "Los rumores de que Acme contrata personal son falsos."),
    ("es", &[Request], "La cadena no solo busca proveedores de cartón."),
    ("es", &[Request], "La cadena no deja de buscar proveedores."),
    ("es", &[Request], "No fabricamos vidrio, pero buscamos proveedores."),
    ("es", &[Request], "No trabajamos con plásticos y buscamos proveedores de vidrio."),
    ("es", &[Request], "No obstante la cadena busca proveedores."),
    ("es", &[Request], "Entidad sin ánimo de lucro busca proveedores de fruta."),
    ("es", &[Request], "Compro pallets usados"),
    ("es", &[Fair], "Estaremos presentes en Alimentaria 2027"),
    ("ru", &[Request], "Завод ищет поставщиков металлопроката."),
    ("ru", &[], "Завод прекратил набор сотрудников."),
    ("ru", &[], "Компания приостановила набор персонала."),
    ("ru", &[], "Компания опровергла, что ищет поставщиков."),
    ("ru", &[], "Компания опровергла слухи о том, что ищет поставщиков."),
    ("ru", &[], "Не куплю и не продам."),
    ("ru", &[], "Открытие филиала в Казани не планируется."),
    ("ru", &[], "Никто не ищет поставщиков."),
    ("ru", &[], "Поставщики больше не требуются."),
    ("ru", &[], "Сеть отказалась открывать новый магазин."),
    ("ru", &[Request], "Завод не только ищет поставщиков, но и строится."),
    ("ru", &[Request], "Завод не производит стекло, но ищет поставщиков."),
    ("ru", &[Job], "Требуются не менее пяти сварщиков."),
    ("ru", &[Request], "Требуются надёжные производители упаковки"),
    ("ru", &[Request], "Приглашаем поставщиков к сотрудничеству!"),
    ("ru", &[Request], "Запрос котировок: стулья офисные, 200 шт."),
    ("ru", &[], "Завод больше не ищет поставщиков металлопроката."),
    ("ru", &[], "Мы не ищем новых поставщиков."),
    ("ru", &[], "Если вам нужен поставщик упаковки, позвоните нам."),
    ("ru", &[], "Ищете поставщика упаковки?"),
    ("ru", &[], "Компания ищет поставщиков стекла. Приём заявок завершён."),
    ("ru", &[Branch], "Компания открыла новый филиал в Казани."),
    ("ru", &[Branch], "В Твери запустили завод упаковки."),
    ("ru", &[Branch], "Новый склад откроется в июне."),
    ("ru", &[], "Компания не откроет новый филиал в Казани."),
    ("ru", &[], "Банк закрыл новый офис, который открыл в мае."),
    ("ru", &[Job], "Требуются сварщики и водители на завод в Туле."),
    ("ru", &[Job], "Проект создаст 50 рабочих мест."),
    ("ru", &[], "Сейчас нет открытых вакансий."),
    ("ru", &[Fair], "Компания примет участие в выставке «Продэкспо»."),
    ("ru", &[Fair], "Приглашаем на наш стенд в павильоне 2."),
    ("ru", &[], "Компания не примет участие в выставке."),
    ("ru", &[], "Спасибо всем, кто посетил наш стенд!"),
    ("ru", &[Tender], "Администрация объявила тендер на закупку автобусов."),
    ("ru", &[Tender], "Больница разместила закупку аппаратов УЗИ"),
    ("ru", &[], "Компания выиграла тендер, который объявила администрация."),
    ("ru", &[], "Тендер отменён, хотя его объявили в мае."),
];

#[test]
fn texts_say_what_they_say() {
    let lexicons = Lexicons::shipped();
    assert_eq!(lexicons.languages().collect::<Vec<_>>(), ["en", "es", "ru"]);
    let mut wrong = Vec::new();
    for (language, want, text) in CASES {
        for asked in [Some(*language), None] {
            let found = lexicons.find(text, asked);
            let kinds: Vec<SignalKind> = found.iter().map(|said| said.kind).collect();
            if kinds != **want {
                wrong.push(format!("{asked:?} {text}: {found:?}, wanted {want:?}"));
            }
        }
        let others = lexicons.languages().filter(|other| other != language).flat_map(|other| lexicons.find(text, Some(other)));
        wrong.extend(others.map(|said| format!("{text}: {said:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn who_closes_closes_their_own() {
    for (text, want) in [
        ("Brightwater Foods Ltd is looking for suppliers of glass jars. Harrow Castings Ltd is no longer looking for suppliers.", 1),
        ("Harrow Castings Ltd is no longer looking for suppliers. Brightwater Foods Ltd is looking for suppliers of glass jars.", 1),
        ("Harrow Foods is looking for suppliers. Brightwater Foods is no longer looking for suppliers.", 1),
        ("Acme is looking for suppliers. Brightwater is no longer looking for suppliers.", 1),
        ("Brightwater Foods Ltd is looking for suppliers. Brightwater is no longer looking for suppliers.", 0),
        ("Brightwater Foods Ltd is looking for suppliers. They are no longer looking for suppliers.", 0),
        ("Brightwater Foods Ltd is looking for suppliers. The company is no longer looking for suppliers.", 0),
        ("We are looking for suppliers. Brightwater Foods Ltd is no longer looking for suppliers.", 0),
        ("Brightwater Foods Ltd is looking for suppliers. Registration is closed.", 0),
        ("BRIGHTWATER FOODS IS LOOKING FOR SUPPLIERS. WE ARE NO LONGER LOOKING FOR SUPPLIERS.", 0),
        ("Conservas del Mar, S.L. busca proveedores de vidrio. Molinos Ebro, S.L. ya no busca proveedores.", 1),
        ("Conservas del Mar, S.L. busca proveedores de vidrio. La empresa ya no busca proveedores.", 0),
        ("ООО «Рассвет» ищет поставщиков упаковки. АО «Закат» больше не ищет поставщиков.", 1),
        ("ООО «Рассвет» ищет поставщиков упаковки. ООО «Закат» больше не ищет поставщиков.", 1),
        ("ООО «Рассвет» ищет поставщиков упаковки. «Рассвет» больше не ищет поставщиков.", 0),
        // Who is named by a pronoun is who was named last.
        (
            "Acme S.A. is looking for suppliers of jars. Beta GmbH is looking for suppliers. It is no longer looking for suppliers of tin.",
            1,
        ),
        ("Acme S.A. sold its plant to Beta GmbH. It is looking for suppliers. Acme S.A. is no longer looking for suppliers.", 1),
        ("Acme S.A. opens in Vigo. It is looking for suppliers. Acme is no longer looking for suppliers.", 0),
        ("Acme, S.L. busca proveedores de vidrio. Beta GmbH busca proveedores. La empresa ya no busca proveedores.", 1),
        ("ООО «Рассвет» ищет поставщиков. АО «Закат» ищет поставщиков. Она больше не ищет поставщиков.", 1),
        // Of each one sentence.
        ("Acme is looking for suppliers of glass. Brightwater Foods seeks suppliers of jars. Acme is seeking vendors.", 2),
        ("Acme is looking for suppliers of glass. We are looking for suppliers of jars.", 1),
        ("Alba seeks suppliers. Brio seeks suppliers. Cato seeks suppliers. Dora seeks suppliers. Eris seeks suppliers.", 4),
    ] {
        let found = Lexicons::shipped().find(text, None);
        assert_eq!(found.len(), want, "{text}: {found:?}");
    }
}

#[test]
fn the_proof_is_the_sentence() {
    let text = "Good news from Vigo. Talleres García S.L. is looking for suppliers of sheet metal. Call us!";
    let found = Lexicons::shipped().find(text, Some("en-GB"));
    assert_eq!(found[0].sentence, "Talleres García S.L. is looking for suppliers of sheet metal.");
    assert_eq!(Lexicons::shipped().find(text, Some("de")), [], "a language without a lexicon says nothing");
}

#[test]
fn a_lexicon_of_another_language_is_one_file() {
    let text =
        "language = \"nl\"\n[[signal]]\nkind = \"request-for-suppliers\"\nphrases = [\"zoek* … leverancier*\"]\nunless = [\"=geen\"]\n";
    let mut lexicons = (*Lexicons::shipped()).clone();
    lexicons.put(Lexicon::parse(text).unwrap());
    assert_eq!(lexicons.find("Wij zoeken nieuwe leveranciers.", None).len(), 1);
    assert_eq!(lexicons.find("Wij zoeken geen nieuwe leveranciers.", None), []);
    // One that is put in takes the place of the one that was there.
    lexicons.put(Lexicon::parse(&text.replace("\"nl\"", "\"en\"")).unwrap());
    assert_eq!(lexicons.find("We are looking for suppliers.", Some("en")), []);
}

#[test]
fn a_mistake_is_named_with_its_line() {
    let with = |lines: &str| format!("language = \"en\"\n{lines}");
    for (text, want) in [
        ("signal = []".to_owned(), "line 1: missing field `language`"),
        (with("colour = 1\nsignal = []"), "line 2: unknown field `colour`"),
        (with("[[signal]]\nkind = \"branch\"\nphrases = []"), "line 3: found \"branch\", expected a kind of signal"),
        (with("[[signal]]\nkind = \"price-moved\"\nphrases = []"), "line 3: found \"price-moved\""),
        (with("[[signal]]\nkind = \"branch-opened\"\nphrases = [\n \"a\",\n \"…\",\n]"), "line 6: found \"…\", expected words"),
        ("language = \"english\"\nsignal = []".to_owned(), "line 1: found \"english\", expected a language"),
        (with("[[signal]"), "line 2: "),
    ] {
        let error = Lexicon::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(want), "{error}\nwanted {want}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_searched_and_every_find_is_in_it(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "we are looking for", "suppliers", "no longer", "abre", "una nueva", "tienda", "ищет", "поставщиков", "hiring", ".", "?", "\n", "\u{301}", "…", "\0", "x",
        ]), 0..120),
    ) {
        let text = pieces.join(" ");
        let squeezed = crate::base::text::squeeze(&text);
        let found = Lexicons::shipped().find(&text, None);
        for said in &found {
            proptest::prop_assert!(said.sentence.chars().count() <= caps::QUOTE_CHARS);
            let inner = said.sentence.trim_matches('…').trim();
            proptest::prop_assert!(squeezed.contains(inner), "{} in {}", inner, squeezed);
            proptest::prop_assert!(found.iter().filter(|other| other.kind == said.kind).count() <= OF_A_KIND);
        }
    }
}
