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
    // What would be, and what somebody denies.
    ("en", &[], "Northwind would open a new branch in York if it got a permit."),
    ("en", &[], "If it got a permit, Northwind would open a new branch in York."),
    ("en", &[], "Northwind could open a new plant in Leeds."),
    ("en", &[], "Northwind may open a new plant in Leeds."),
    ("en", &[], "Northwind denied that it will open a new plant in Leeds."),
    ("en", &[], "Northwind said it has no plans to open a new plant in Leeds."),
    ("en", &[], "Northwind denied reports that it will soon open a new plant in Leeds."),
    ("en", &[], "Northwind ruled out opening a new plant in Leeds."),
    ("es", &[], "La cadena descarta abrir una nueva tienda en Vigo."),
    ("en", &[Branch], "Northwind said it would open a new plant in Leeds."),
    ("en", &[Branch], "Northwind plans to open a new plant in Leeds in May."),
    // What hangs on something, what is only thought of or asked.
    ("en", &[], "If sales recover, Nutmeg Ltd will open a second plant in Hull."),
    ("en", &[], "Galangal Ltd is considering opening a branch in Kent."),
    ("en", &[], "Violet Ltd would have opened a plant in Leeds had the bank agreed."),
    ("en", &[], "Asked whether Zedoary Ltd is hiring, its director said no."),
    ("en", &[Branch], "If anything, demand grows: Nutmeg Ltd opens a second plant in Hull."),
    ("en", &[Branch], "Even if rents rise, Nutmeg Ltd will open a second plant in Hull."),
    ("en", &[Job], "Asked for help, Nutmeg Ltd is hiring 40 drivers."),
    ("es", &[], "Si el Ayuntamiento lo aprueba, Bodegas Llano, S.A. abrirá una planta en Toro."),
    ("es", &[Branch], "Si bien las ventas bajan, Bodegas Llano, S.A. abrirá una nueva planta en Toro."),
    ("es", &[], "Tejas Rojas estudia abrir una nueva planta en Ávila."),
    ("es", &[], "Tejas Rojas estudia la apertura de una nueva planta en Ávila."),
    ("es", &[], "Pan Negro habría abierto una nueva planta de no ser por la crisis."),
    ("es", &[], "Ni Frutas Uno, S.L. ni Frutas Dos, S.L. buscan proveedores."),
    ("es", &[Request], "No vende Frutas Uno, S.L., y Frutas Dos, S.L. busca proveedores."),
    ("ru", &[], "Если город согласится, сеть откроет новый магазин в Твери."),
    ("ru", &[], "Сеть рассматривает возможность открыть новый магазин в Твери."),
    ("es", &[], "La cadena podría abrir una nueva tienda en Vigo."),
    ("es", &[], "La cadena no prevé abrir una nueva tienda en Vigo."),
    ("es", &[], "La cadena inauguraría una nueva tienda si hubiera local."),
    ("es", &[Branch], "La cadena prevé abrir una nueva tienda en Vigo."),
    ("ru", &[], "Сеть не планирует открывать новый магазин."),
    ("ru", &[], "Сеть открыла бы новый магазин в Твери."),
    ("ru", &[], "Сеть может открыть новый магазин в Твери."),
    ("ru", &[Branch], "Сеть планирует открыть новый магазин в Твери."),
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

/// Whom a text names whose own is somebody else's: of each sentence that says something, each.
fn named(text: &str) -> Vec<Option<String>> {
    let asked = Asked { own: Some("Daily Gazette"), ..Asked::default() };
    let found = Lexicons::shipped().find_new(text, &asked, &|_| true);
    found.iter().flat_map(|said| said.each("Daily Gazette")).map(|of| of.map(str::to_owned)).collect()
}

/// Holds that each text is of whom it is of.
fn assert_is_of(cases: &[(&str, Option<&str>)]) {
    let cases: Vec<(&str, &[Option<&str>])> = cases.iter().map(|(text, want)| (*text, std::slice::from_ref(want))).collect();
    assert_are_of(&cases);
}

/// Holds the same where it may be of several.
fn assert_are_of(cases: &[(&str, &[Option<&str>])]) {
    let is_wrong = |(text, want): &&(&str, &[Option<&str>])| named(text).iter().map(Option::as_deref).ne(want.iter().copied());
    let wrong: Vec<String> =
        cases.iter().filter(is_wrong).map(|(text, want)| format!("{text}: {:?}, wanted {want:?}", named(text))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn it_is_of_the_subject_and_not_of_who_stands_beside_it() {
    assert_is_of(&[
        ("Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        // Who stands beside it.
        ("Acme Ltd, a client of Beta Ltd, opened a new branch in York.", Some("Acme Ltd")),
        ("A client of Beta Ltd opened a new branch in York.", None),
        ("Supplier to Beta Ltd, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Former unit of Beta Group plc, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Spun off from Beta Ltd, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Unlike rival Beta Ltd, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("As rival Beta Ltd struggles, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Acme beats rival Beta Ltd and opened a new branch in York.", None),
        ("In Leeds, rival Beta Ltd opened a new branch.", Some("Beta Ltd")),
        ("Acme Ltd's competitor Beta Ltd opened a new branch in York.", Some("Beta Ltd")),
        ("Acme Ltd, which beats Beta Ltd's rival, opened a new branch in York.", Some("Acme Ltd")),
        ("Jane Ivory of Beta Ltd said Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Beta Ltd announced on Monday that Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Acme Ltd said its Leeds unit opened a new branch in York.", Some("Acme Ltd")),
        ("Acme Ltd opened a new branch in York, said Jane Ivory of Beta Ltd.", Some("Acme Ltd")),
        ("According to Jane Ivory of Beta Ltd, Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Acme SL, cliente de Beta SL, inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Escindida de Beta SL, Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Según Beta SL, Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("El director de Beta SL anunció que Acme SL inaugura una nueva tienda.", Some("Acme SL")),
        ("ООО «Альфа», бывшее подразделение ООО «Бета», открыла новый магазин.", Some("ООО «Альфа»")),
        ("По словам ООО «Бета», ООО «Альфа» открыла новый магазин.", Some("ООО «Альфа»")),
        ("ООО «Альфа», поставщик компании ООО «Бета», открыла новый магазин.", Some("ООО «Альфа»")),
        ("Acme Ltd, a subsidiary of Beta Group plc, opened a new branch in York.", Some("Acme Ltd")),
        ("A subsidiary of Beta Group plc opened a new branch in York.", Some("Beta Group plc")),
        ("Acme Ltd and its customer Beta Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Customers of Beta Ltd say Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Acme Ltd's Leeds unit opened a new branch in York.", Some("Acme Ltd")),
        ("ООО «Вектор и Партнеры» открыла новый магазин.", Some("ООО «Вектор и Партнеры»")),
        ("Grupo Norte, S.A. inaugura una nueva tienda en Vigo.", Some("Grupo Norte, S.A.")),
        ("Sainsbury's Supermarkets Ltd opened a new store in York.", Some("Sainsbury's Supermarkets Ltd")),
        ("Acme SL, filial de Beta SA, inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("El grupo Acme SL, proveedor de Beta SL, inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Дочка ООО «Бета» компания ООО «Альфа» открыла новый магазин.", Some("ООО «Альфа»")),
        ("Компания «Альфа» — конкурент ООО «Бета» — открыла новый магазин.", None),
        ("Поставщик ООО «Альфа» открыл новый магазин.", Some("ООО «Альфа»")),
    ]);
    // What is said of somebody's client is not theirs.
    let asked = Asked { own: Some("Beta Ltd"), ..Asked::default() };
    let of = |text: &str| Lexicons::shipped().find_new(text, &asked, &|_| true).len();
    assert_eq!(of("A client of Beta Ltd opened a new branch in York."), 0);
    assert_eq!(of("Beta Ltd opened a new branch in York."), 1);
}

#[test]
fn it_is_of_who_is_said_to_do_it_and_of_who_says_it_of_their_own() {
    assert_is_of(&[
        ("Gorse Group plc said its former unit Hazel Cans Ltd is looking for suppliers of steel.", Some("Hazel Cans Ltd")),
        ("Gorse Group plc said its rival Hazel Cans Ltd is looking for suppliers of steel.", Some("Hazel Cans Ltd")),
        (
            "Grupo Alto, S.A. informó de que su antigua filial Conservas Bajo, S.L. busca proveedores de latas.",
            Some("Conservas Bajo, S.L."),
        ),
        ("Umbra Ltd has won a contract with Vetch Mills Ltd, which is looking for suppliers of grain.", Some("Vetch Mills Ltd")),
        ("Umbra Ltd, which works with Vetch Mills Ltd, is looking for suppliers of grain.", Some("Umbra Ltd")),
        ("Umbra Ltd, which is looking for suppliers of grain, works with Vetch Mills Ltd.", Some("Umbra Ltd")),
        (
            "Obras Puente, S.A. ha ganado un contrato con Molinos Viento, S.L., que busca proveedores de trigo.",
            Some("Molinos Viento, S.L."),
        ),
        ("\"We are hiring 12 people,\" said Kim Roe, boss of Whimbrel Ltd.", Some("Whimbrel Ltd")),
        (
            "\"We are looking for suppliers of liner,\" said Jane Moss of Juniper Board Ltd, a client of Kapok Advisers Ltd.",
            Some("Juniper Board Ltd"),
        ),
        ("«Buscamos proveedores de cartón», dijo Juana Moro, de Cartones Duero, S.L.", Some("Cartones Duero, S.L.")),
    ]);
}

#[test]
fn what_is_said_of_several_is_of_each() {
    assert_are_of(&[
        ("Acme Ltd and Beta Ltd opened a new branch in York.", &[Some("Acme Ltd"), Some("Beta Ltd")]),
    ]);
}

#[test]
fn a_name_starts_behind_words_in_front_and_ends_behind_its_form() {
    assert_is_of(&[
        // Behind its form a name ends: "is", "as" and "se" are forms somewhere, and here they are not.
        ("Tern Foods Ltd is looking for suppliers of jars.", Some("Tern Foods Ltd")),
        ("Tern Foods Ltd is now looking for suppliers of jars.", Some("Tern Foods Ltd")),
        ("The Scottish group Avocet plc is looking for suppliers of peat.", Some("Avocet plc")),
        ("Dutch firm Ruff BV is hiring 40 people.", Some("Ruff BV")),
        ("Clover GmbH is looking for suppliers of valves.", Some("Clover GmbH")),
        ("Ginkgo Capital LLP, is looking for suppliers of fleet cars.", Some("Ginkgo Capital LLP")),
        ("Tern Foods Ltd as a first step is looking for suppliers of jars.", Some("Tern Foods Ltd")),
        ("Tern Foods is looking for suppliers of jars.", None),
        ("Tern Foods limited is looking for suppliers of jars.", Some("Tern Foods limited")),
        ("Tern SE is looking for suppliers of jars.", Some("Tern SE")),
        ("Acme s.l. busca proveedores de vidrio.", Some("Acme s.l.")),
        ("Acme SL se expande y busca proveedores de vidrio.", Some("Acme SL")),
        // Words in front that are no part of the name.
        ("Said Jane Ivory of Acme Ltd: a new branch opened in York.", Some("Acme Ltd")),
        ("Royal Bank of Scotland plc said it opened a new branch in York.", Some("Royal Bank of Scotland plc")),
        ("Directora General Ana Ruiz de Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Rival Birch Logistics plc opened a new depot in York.", Some("Birch Logistics plc")),
        ("CEO Jane Ivory of Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Managing Director Jane Ivory of Acme Ltd opened a new branch in York.", Some("Acme Ltd")),
        ("Chief executive Jane Ivory of Acme Ltd said it opened a new branch in York.", Some("Acme Ltd")),
        ("Spanish retailer Acme SA opened a new branch in York.", Some("Acme SA")),
        ("Spanish Retailer Acme SA Opened A New Branch in York.", Some("Acme SA")),
        ("Spanish Oak Ltd opened a new branch in York.", Some("Spanish Oak Ltd")),
        ("Rival Boats Ltd opened a new branch in York. A car of Rival Boats stood there.", Some("Rival Boats Ltd")),
        ("Retailer Ltd opened a new branch in York.", Some("Retailer Ltd")),
        ("Bank of Scotland plc opened a new branch in York.", Some("Bank of Scotland plc")),
        ("La empresa gallega Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Empresa Gallega Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Conservas del Mar, S.L. inaugura una nueva tienda en Vigo.", Some("Conservas del Mar, S.L.")),
        ("La directora Ana Ruiz de Acme SL inaugura una nueva tienda en Vigo.", Some("Acme SL")),
        ("Компания ООО «Альфа» открыла новый магазин.", Some("ООО «Альфа»")),
        ("Российская компания ООО «Альфа» открыла новый магазин.", Some("ООО «Альфа»")),
        ("Новый магазин открыла компания ООО «Альфа».", None),
        ("Генеральный директор ООО «Альфа» Иван Петров открыл новый магазин.", Some("ООО «Альфа»")),
    ]);
}

#[test]
fn what_happened_long_ago_is_no_news() {
    let mut wrong = Vec::new();
    for (text, want) in [
        ("Acme opened a new branch in York in 2015.", 0),
        ("In 2015, Acme opened a new branch in York.", 0),
        ("In May 2015 Acme opened a new branch in York.", 0),
        ("Acme opened a new branch in York in 2025.", 1),
        ("Acme opens a new branch in York in 2027.", 1),
        ("Acme opened a new branch in York, its first since 2015.", 1),
        ("The firm, which in 2015 moved, opened a new branch in York.", 1),
        ("Acme opened a new branch in York in May of 2015.", 0),
        ("Acme, founded in 1998, opened a new branch in York.", 1),
        ("Founded in 1998, Acme opened a new branch in York.", 1),
        ("Acme was founded in 1998 and opens a new branch in York.", 1),
        ("The new branch in York was opened in 2015.", 0),
        ("En 2015 abrió una nueva planta en Vigo.", 0),
        ("La cadena abrió una nueva tienda en Vigo en 2015.", 0),
        ("Fundada en 1998, la cadena abre una nueva tienda en Vigo.", 1),
        ("La cadena, fundada en 1998, abre una nueva tienda en Vigo.", 1),
        ("В 2015 году сеть открыла новый магазин в Твери.", 0),
        ("Сеть, основанная в 1998 году, открыла новый магазин в Твери.", 1),
    ] {
        let asked = Asked { year: Some(2026), ..Asked::default() };
        let (found, ever) = (Lexicons::shipped().find_new(text, &asked, &|_| true).len(), Lexicons::shipped().find(text, None).len());
        if (found, ever) != (want, 1) {
            wrong.push(format!("{text}: {found} of {ever}, wanted {want} of 1"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
// PROBE
#[test]
fn probe() {
    let Ok(text) = std::fs::read_to_string("/tmp/probe.txt") else { return };
    for line in text.lines() {
        let (own, text) = line.split_once('|').unwrap();
        let asked = Asked { own: Some(own), year: Some(2026), ..Asked::default() };
        let found = Lexicons::shipped().find_new(text, &asked, &|_| true);
        let all: Vec<String> = found.iter().map(|said| format!("{}:{:?}", said.kind.word(), said.each(own).iter().map(|o| o.unwrap_or("OWN")).collect::<Vec<_>>())).collect();
        eprintln!("P {own} | {text}\n   => {}", all.join(" ; "));
    }
}
