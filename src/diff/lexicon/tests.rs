use super::*;

use SignalKind::{
    BranchOpened as Branch, ExhibitorListed as Fair, RequestForSuppliers as Request, TenderPublished as Tender, VacancyPublished as Job,
};

/// What each text says: language, kinds, text. Written for these tests.
const CASES: &[(&str, &[SignalKind], &str)] = &[
    ("es", &[Job], "Hornos Vega contrata a 12 impresores para su taller."),
    ("es", &[Job], "Hornos Vega busca transportistas autónomos."),
    ("es", &[], "Hornos Vega contrata a un bufete para el juicio."),
    ("es", &[Branch], "Hornos Vega estrena fábrica de velas en Elda."),
    ("es", &[], "Hornos Vega estrena logotipo y web."),
    ("es", &[], "La oficina de Hornos Vega abre los lunes."),
    ("ru", &[Job], "Фабрика набирает 25 штамповщиков."),
    ("ru", &[], "Фабрика набирает 10 баллов в рейтинге."),
    ("ru", &[Branch], "Фабрика переезжает в новый корпус."),
    ("ru", &[], "Фабрика переезжает на удалённую работу."),
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

/// Of each sentence of the press what it tells.
#[test]
fn the_press_tells_what_is_decided_and_nothing_else() {
    let rows = include_str!("press.txt").lines().filter(|line| !line.starts_with('#'));
    let mut wrong = Vec::new();
    for row in rows {
        let [language, want, text] = row.split(" | ").collect::<Vec<_>>()[..] else { panic!("three parts: {row}") };
        let asked = Asked { language: Some(language), year: Some(2026), ..Asked::default() };
        let found = Lexicons::shipped().find_new(text, &asked, &|_| true);
        let told = |word: &str| {
            let kind = match word {
                "branch" => Branch,
                "job" => Job,
                "request" => Request,
                "fair" => Fair,
                "tender" => Tender,
                other => panic!("no kind: {other}"),
            };
            found.iter().any(|said| said.kind == kind)
        };
        let holds = if want == "nothing" { found.is_empty() } else { want.split(", ").all(told) };
        if !holds {
            wrong.push(format!("{text}: {found:?}, wanted {want}"));
        }
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
        // Who is named by a pronoun is whom the sentence before is about.
        (
            "Acme S.A. is looking for suppliers of jars. Beta GmbH is looking for suppliers. It is no longer looking for suppliers of tin.",
            1,
        ),
        ("Acme S.A. sold its plant to Beta GmbH. It is looking for suppliers. Acme S.A. is no longer looking for suppliers.", 0),
        ("Acme S.A. sold its plant to Beta GmbH. It is looking for suppliers. Beta GmbH is no longer looking for suppliers.", 1),
        ("Acme S.A. opens in Vigo. It is looking for suppliers. Acme is no longer looking for suppliers.", 0),
        ("Acme, S.L. busca proveedores de vidrio. Beta GmbH busca proveedores. La empresa ya no busca proveedores.", 1),
        ("ООО «Рассвет» ищет поставщиков. АО «Закат» ищет поставщиков. Она больше не ищет поставщиков.", 1),
        // Of each one sentence.
        ("Acme is looking for suppliers of glass. Brightwater Foods seeks suppliers of jars. Acme is seeking vendors.", 2),
        ("Acme is looking for suppliers of glass. We are looking for suppliers of jars.", 1),
        // It is over for one of two.
        ("Alba Ltd and Brio Ltd are looking for suppliers. Alba Ltd is no longer looking for suppliers.", 1),
        ("Alba Ltd and Brio Ltd are looking for suppliers. Both are no longer looking for suppliers.", 0),
        ("Alba seeks suppliers. Brio seeks suppliers. Cato seeks suppliers. Dora seeks suppliers. Eris seeks suppliers.", 4),
    ] {
        let found = Lexicons::shipped().find(text, None);
        assert_eq!(found.len(), want, "{text}: {found:?}");
    }
}

/// Whom a text names whose own is somebody else's: of each sentence that says something, each.
fn named(text: &str) -> Vec<Option<String>> {
    let asked = Asked { own: Some("Daily Gazette"), year: Some(2026), ..Asked::default() };
    let found = Lexicons::shipped().find_new(text, &asked, &|_| true);
    found.iter().flat_map(|said| said.each(Some("Daily Gazette"))).map(|of| of.map(str::to_owned)).collect()
}

/// Holds that each text is of whom it is of.
fn assert_is_of(cases: &[(&str, Option<&str>)]) {
    let wrong = cases.iter().filter(|(text, want)| named(text) != [want.map(str::to_owned)]);
    let wrong: Vec<String> = wrong.map(|(text, want)| format!("{text}: {:?}, wanted {want:?}", named(text))).collect();
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

/// Of whom each text tells what it says: nobody where it says nothing. Written for these tests.
const PRESS: &[(&str, &[&str])] = &[
    ("Acme Ltd and Beta Ltd opened a new branch in York.", &["Acme Ltd", "Beta Ltd"]),
    // Read in feeds that were made up to see what is told of whom.
    (
        "La quesería palentina Quesos Valdehuerta, S.L. busca proveedores de envases de vidrio, según explicó su gerente. Su distribuidora, Frío Norte, S.A., no participa.",
        &["Quesos Valdehuerta, S.L."],
    ),
    (
        "Tras la compra de Envases Duero, S.L., el grupo Cartonajes Lerma, S.A. ha abierto una planta en Aranda de Duero.",
        &["Cartonajes Lerma, S.A."],
    ),
    (
        "Vidrios Pisuerga, S.A. cierra su fábrica de Palencia. Su competidora Cristalerías Cerrato, S.L. contratará a 25 de sus trabajadores.",
        &["Cristalerías Cerrato, S.L."],
    ),
    (
        "Conservas Carrión, S.L. estará presente en Alimentaria 2027 con stand propio, invitada por la agencia Ferias Sol, S.L.",
        &["Conservas Carrión, S.L."],
    ),
    (
        "Maquinaria Arlanza, S.A. y Tornillería Esgueva, S.L. expondrán en la feria BIEMH 2027 de Bilbao.",
        &["Maquinaria Arlanza, S.A.", "Tornillería Esgueva, S.L."],
    ),
    ("Embutidos Tierra Llana, S.L. desmintió que vaya a abrir una delegación en Madrid.", &[]),
    (
        "Dutch baker Van Houten Brood B.V. has opened a distribution centre in Leeds, built by Redmire Construction Ltd.",
        &["Van Houten Brood B.V."],
    ),
    (
        "\"We are looking for suppliers of reusable pallets,\" said Priya Nair, procurement chief at Ashdown Foods plc. Its haulier, Trent Haulage Ltd, declined to comment.",
        &["Ashdown Foods plc"],
    ),
    ("Marlow Robotics Ltd will hire 120 engineers after a deal with Severn Motors plc.", &["Marlow Robotics Ltd"]),
    ("Fenwick Plastics Ltd lost its case against Oakley Moulds Ltd. The latter is hiring 15 toolmakers.", &["Oakley Moulds Ltd"]),
    ("Analysts expect that Harrow Steel plc might open a depot in Poole.", &[]),
    ("Founded in 1962, Penrith Dairies Ltd opened its second creamery in 1988.", &[]),
    ("Both Kendal Mint Ltd and Sedbergh Tea Ltd are hiring.", &["Kendal Mint Ltd", "Sedbergh Tea Ltd"]),
    ("Tyne Catering Ltd runs canteens. Its client Wear Hospitals Ltd is looking for suppliers of trays.", &["Wear Hospitals Ltd"]),
    (
        "Lácteos Sur, S.L. vendió su planta a Helados Polo, S.A., que busca proveedores de cucuruchos y abrirá una nueva fábrica en Dueñas.",
        &["Helados Polo, S.A.", "Helados Polo, S.A."],
    ),
    ("El grupo Cartonajes Tres, S.A. ha abierto una planta en Aranda, junto a Envases Tres, S.L.", &["Cartonajes Tres, S.A."]),
    ("Alpha Eleven Ltd is hiring 20 people. Bravo Eleven Ltd is hiring 30 people.", &["Alpha Eleven Ltd", "Bravo Eleven Ltd"]),
    ("Alpha Fifteen Ltd lost its case against Bravo Fifteen Ltd. Bravo Fifteen is hiring 15 toolmakers.", &["Bravo Fifteen Ltd"]),
    ("Alfa Dieciseis, S.L. denunció a Beta Dieciseis, S.L. Esta última busca proveedores de cartón.", &["Beta Dieciseis, S.L."]),
    ("Tras la compra de Envases Duero, S.L., el grupo Cartonajes Lerma, S.A. busca proveedores de cola.", &["Cartonajes Lerma, S.A."]),
    ("Tras la compra de Vidrios Sanabria, S.L., Tapones Zamora, S.A. busca proveedores de corcho.", &["Tapones Zamora, S.A."]),
    ("After buying Redmire Construction Ltd, Kestrel Foods plc is looking for suppliers of jars.", &["Kestrel Foods plc"]),
    ("Quesos Frías, S.L. ha abierto una nueva planta en Oña.", &["Quesos Frías, S.L."]),
    ("Pan Briviesca, S.L. abrió la semana pasada una fábrica en Pancorbo.", &["Pan Briviesca, S.L."]),
    ("Fenwick Plastics Ltd lost its case against Oakley Moulds Ltd. Oakley Moulds is hiring 15 toolmakers.", &["Oakley Moulds Ltd"]),
    ("Willow Group plc bought Yarrow Feeds Ltd. The latter is hiring 40 drivers.", &["Yarrow Feeds Ltd"]),
    ("Dalton Mills Ltd and Pennine Yarn Ltd are looking for suppliers of wool.", &["Dalton Mills Ltd", "Pennine Yarn Ltd"]),
    ("Hornos Tarazona, S.L. y Masas Tudela, S.A. buscan proveedores de harina.", &["Hornos Tarazona, S.L.", "Masas Tudela, S.A."]),
    ("Ripon Paper Ltd has opened a distribution centre in Leeds.", &["Ripon Paper Ltd"]),
    ("Thirsk Boxes Ltd opens new depot in Hull.", &["Thirsk Boxes Ltd"]),
    ("Malton Malt Ltd sued Filey Fish Ltd. It is hiring 15 people.", &["Malton Malt Ltd"]),
    ("Ripley Ceramics Ltd welcomed Oakley Moulds Ltd to its site. Oakley Moulds is hiring 15 toolmakers.", &["Oakley Moulds Ltd"]),
    ("Otley Wool Ltd moved in next to Skipton Glass Ltd. Skipton Glass Ltd is hiring 15 people.", &["Skipton Glass Ltd"]),
    ("Gestoría Aranda, S.L. asesora a Harinas Toro, S.L. Harinas Toro busca proveedores de trigo.", &["Harinas Toro, S.L."]),
    ("Whitby Boats Ltd is a neighbour of Scarby Nets Ltd. Scarby Nets is looking for suppliers of rope.", &["Scarby Nets Ltd"]),
    (
        "Leyburn Foods Ltd has won a contract. Following the sale of Leyburn Foods Ltd, Bedale Group plc is hiring 40 people.",
        &["Bedale Group plc"],
    ),
    ("With the help of Hawes Cheese Ltd, Muker Dairy Ltd is looking for suppliers of milk.", &["Muker Dairy Ltd"]),
    ("Gracias a Consultores Sil, S.L., Termas Ourense, S.A. busca proveedores de toallas.", &["Termas Ourense, S.A."]),
    ("Junto a Sedano Lana, S.L., Hilaturas Béjar, S.A. contratará a 30 personas.", &["Hilaturas Béjar, S.A."]),
    (
        "Pinturas Nalón, S.A., Barnices Sella, S.L. y Lacas Deva, S.L. buscan proveedores de resina.",
        &["Pinturas Nalón, S.A.", "Barnices Sella, S.L.", "Lacas Deva, S.L."],
    ),
    ("Acorn Mills Ltd is looking for suppliers of wool, as is Beech Yarn Ltd.", &["Acorn Mills Ltd"]),
    ("Cantabria Pan, S.L. abre una planta en Reinosa.", &["Cantabria Pan, S.L."]),
    ("Liébana Pan, S.L. ha inaugurado una fábrica en Potes.", &["Liébana Pan, S.L."]),
    ("Besaya Pan, S.L. ha abierto una tienda en Torrelavega.", &["Besaya Pan, S.L."]),
    ("Ilkley Foods Ltd opened a distribution hub in Leeds.", &["Ilkley Foods Ltd"]),
    // English.
    ("Buying Ashby Tins Ltd, Corby Canners plc is looking for suppliers of lids.", &["Corby Canners plc"]),
    ("Thanks to a loan from Ardent Bank plc, Melton Pies Ltd will open a second bakery in Oakham.", &["Melton Pies Ltd"]),
    ("Backed by Oundle Capital LLP, Thrapston Looms Ltd is recruiting 30 weavers.", &["Thrapston Looms Ltd"]),
    ("In a joint venture with Rushden Boots Ltd, Raunds Leather Ltd has opened a factory in Corby.", &["Raunds Leather Ltd"]),
    ("While Kettering Foods Ltd cuts jobs, Burton Latimer Ltd is hiring 60 drivers.", &["Burton Latimer Ltd"]),
    ("Desborough Cartons Ltd, which once belonged to Rothwell Group plc, is looking for suppliers of board.", &["Desborough Cartons Ltd"]),
    ("Wisbech Canning Ltd sold its Ely depot to March Freight Ltd and is now hiring 20 people.", &["Wisbech Canning Ltd"]),
    ("Wisbech Canning Ltd sold its Ely depot to March Freight Ltd, and Chatteris Vans Ltd is hiring 20 people.", &["Chatteris Vans Ltd"]),
    (
        "Spalding Bulbs Ltd, Bourne Seeds Ltd and Holbeach Herbs Ltd will exhibit at GreenTech in June.",
        &["Spalding Bulbs Ltd", "Bourne Seeds Ltd", "Holbeach Herbs Ltd"],
    ),
    ("Stamford Stone Ltd helped Oakham Ales Ltd open a new brewery in Uppingham.", &["Oakham Ales Ltd"]),
    ("Grantham Gears Ltd met Sleaford Springs Ltd in court. The former is hiring 12 fitters.", &["Grantham Gears Ltd"]),
    (
        "Louth Lamps Ltd and Alford Glass Ltd have merged. Both are looking for suppliers of brass.",
        &["Louth Lamps Ltd", "Alford Glass Ltd"],
    ),
    ("Horncastle Hay Ltd did not say whether Spilsby Straw Ltd is hiring.", &[]),
    ("Skegness Rock Ltd denied that it will open a factory in Boston.", &[]),
    ("Critics of Mablethorpe Ice Ltd say Sutton Cones Ltd is hiring their staff.", &["Sutton Cones Ltd"]),
    ("Boston Bakes Ltd opened its first bakery in 1974.", &[]),
    ("Boston Bakes Ltd's landlord Fenland Estates plc is looking for contractors.", &["Fenland Estates plc"]),
    ("The court fined Gainsborough Pumps Ltd; Brigg Valves Ltd is hiring 10 engineers.", &["Brigg Valves Ltd"]),
    ("Scunthorpe Steel plc, together with Immingham Docks Ltd, will open a terminal in Hull.", &["Scunthorpe Steel plc"]),
    ("\"We are hiring 40 people,\" said Ann Lowe of Goole Glass Ltd, which supplies Selby Sauces Ltd.", &["Goole Glass Ltd"]),
    ("Sources close to Beverley Boilers Ltd expect Driffield Dairy Ltd to open a creamery in Malton.", &["Driffield Dairy Ltd"]),
    ("Pickering Pans Ltd could open a shop in Helmsley.", &[]),
    ("Filey Foods Ltd has no plans to follow Hornsea Hams Ltd, which is looking for suppliers of salt.", &["Hornsea Hams Ltd"]),
    ("Neither Ripon Rope Ltd nor Masham Malt Ltd is hiring.", &[]),
    ("Ahead of the fair, Otley Ovens Ltd rented a hall from Ilkley Inns Ltd and will exhibit at FoodTech in May.", &["Otley Ovens Ltd"]),
    ("Skipton Sacks Ltd is suing Keighley Kegs Ltd, whose rival Bingley Barrels Ltd is hiring 15 coopers.", &["Bingley Barrels Ltd"]),
    ("Settle Soap Ltd and its supplier Hawes Herbs Ltd have opened a factory in Leyburn.", &["Settle Soap Ltd"]),
    ("As well as Kendal Cakes Ltd, Ulverston Urns Ltd is looking for suppliers of tins.", &["Ulverston Urns Ltd"]),
    ("Penrith Paper Ltd, Carlisle Cards Ltd's oldest client, is recruiting.", &["Penrith Paper Ltd"]),
    ("Rumours that Kelso Knits Ltd is hiring are false.", &[]),
    (
        "Alnwick Ales Ltd closed its depot. Hexham Hides Ltd, after a talk with Alnwick Ales Ltd, is looking for suppliers of salt.",
        &["Hexham Hides Ltd"],
    ),
    ("Berwick Boats Ltd lost a contract to Wooler Wool Ltd. Wooler Wool is looking for suppliers of dye.", &["Wooler Wool Ltd"]),
    ("LEEDS - Ashford Apples Ltd is hiring 20 people after losing an order from Romney Rolls Ltd.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd (formerly Romney Rolls Ltd) has opened a warehouse in Hythe.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd – a unit of Romney Rolls plc – is looking for suppliers of crates.", &["Ashford Apples Ltd"]),
    ("Last week Ashford Apples Ltd bought Romney Rolls Ltd and is looking for suppliers of crates.", &["Ashford Apples Ltd"]),
    ("Last week Ashford Apples Ltd opened a shop in Hythe.", &["Ashford Apples Ltd"]),
    ("Despite a lawsuit by Romney Rolls Ltd and Deal Docks Ltd, Ashford Apples Ltd is recruiting.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd said Romney Rolls Ltd will open a factory in Hythe.", &["Romney Rolls Ltd"]),
    ("Ashford Apples Ltd expects that Romney Rolls Ltd will open a factory in Hythe.", &["Romney Rolls Ltd"]),
    ("Ashford Apples Ltd expects to open a factory in Hythe with Romney Rolls Ltd.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd, which Romney Rolls Ltd sold in May, is looking for suppliers of crates.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd is shrinking, but Romney Rolls Ltd is hiring 40 drivers.", &["Romney Rolls Ltd"]),
    ("Ashford Apples Ltd is shrinking, whereas its rival Romney Rolls Ltd is hiring 40 drivers.", &["Romney Rolls Ltd"]),
    ("Ashford Apples Ltd, as well as Romney Rolls Ltd, is hiring 40 drivers.", &["Ashford Apples Ltd", "Romney Rolls Ltd"]),
    ("Last month Ashford Apples Ltd and Romney Rolls Ltd opened a warehouse in Hythe.", &["Ashford Apples Ltd", "Romney Rolls Ltd"]),
    ("A spokesman for Romney Rolls Ltd confirmed that Ashford Apples Ltd is looking for suppliers.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd, not Romney Rolls Ltd, is looking for suppliers of crates.", &["Ashford Apples Ltd"]),
    (
        "The owners of Romney Rolls Ltd, the bank and Ashford Apples Ltd all agree: Ashford Apples Ltd is hiring 9 people.",
        &["Ashford Apples Ltd"],
    ),
    ("With Romney Rolls Ltd gone, Ashford Apples Ltd, its old rival, is hiring 9 people.", &["Ashford Apples Ltd"]),
    (
        "Ashford Apples Ltd owes money to Romney Rolls Ltd. The latter, based in Dover, is looking for suppliers of crates.",
        &["Romney Rolls Ltd"],
    ),
    ("Ashford Apples Ltd owes money to Romney Rolls Ltd; the former is looking for suppliers of crates.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd never said that Romney Rolls Ltd is hiring.", &[]),
    ("Nobody at Ashford Apples Ltd or Romney Rolls Ltd is hiring.", &[]),
    ("In 2009 Ashford Apples Ltd and Romney Rolls Ltd opened a factory in Hythe.", &[]),
    ("Ashford Apples Ltd opened an investigation into a factory of Romney Rolls Ltd.", &[]),
    ("Since Romney Rolls Ltd left the town, Ashford Apples Ltd has opened a distribution centre there.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd's new owner, Romney Rolls Ltd, says Ashford Apples Ltd is looking for suppliers.", &["Ashford Apples Ltd"]),
    ("Ashford Apples Ltd's new owner, Romney Rolls Ltd, is looking for suppliers of crates.", &["Romney Rolls Ltd"]),
    ("Ashford Apples Inc. and its subsidiaries are recruiting.", &["Ashford Apples Inc"]),
    (
        "Ashford Apples Ltd, Romney Rolls Ltd, and Deal Docks plc are looking for suppliers of crates.",
        &["Ashford Apples Ltd", "Romney Rolls Ltd", "Deal Docks plc"],
    ),
    ("Ashford Apples Ltd leased vans from Romney Rolls B.V. The latter is now looking for suppliers of tyres.", &["Romney Rolls B.V."]),
    // Spanish.
    ("Comprando Aceros Luna, S.L., Forjas Sol, S.A. busca proveedores de chapa.", &["Forjas Sol, S.A."]),
    ("Con el apoyo de Caja Norte, S.A., Quesos Abadía, S.L. abrirá una fábrica en Toro.", &["Quesos Abadía, S.L."]),
    ("Después de vender su nave a Mudanzas Pico, S.L., Lámparas Faro, S.A. contratará a 20 personas.", &["Lámparas Faro, S.A."]),
    ("Mientras Telas Mora, S.L. recorta gastos, Hilos Vega, S.A. contrata a 40 trabajadores.", &["Hilos Vega, S.A."]),
    ("Panes Roble, S.L., filial de Harinas Olmo, S.A., ha inaugurado una tienda en Lugo.", &["Panes Roble, S.L."]),
    ("Maderas Tejo, S.A. demandó a Muebles Haya, S.L. La primera busca proveedores de cola.", &["Maderas Tejo, S.A."]),
    (
        "Vinos Arroyo, S.L. y Aceites Monte, S.A. se han unido. Ambas buscan proveedores de botellas.",
        &["Vinos Arroyo, S.L.", "Aceites Monte, S.A."],
    ),
    (
        "Conservas Ría, S.L., Salazones Mar, S.A. y Ahumados Costa, S.L. participarán en la feria Alimentaria.",
        &["Conservas Ría, S.L.", "Salazones Mar, S.A.", "Ahumados Costa, S.L."],
    ),
    ("Aguas Fuente, S.A. niega que Zumos Huerta, S.L. vaya a abrir una planta en Jaén.", &[]),
    ("Ni Bodegas Cepa, S.A. ni Licores Ancla, S.L. contratarán a más trabajadores.", &[]),
    ("Según Turrones Nieve, S.L., Mazapanes Sol, S.A. ha abierto una fábrica en Jijona.", &["Mazapanes Sol, S.A."]),
    ("Cementos Roca, S.A. abrió su primera fábrica en 1965.", &[]),
    ("Grúas Alto, S.L. alquiló una nave a Cartones Bajo, S.A. y busca proveedores de acero.", &["Grúas Alto, S.L."]),
    ("Grúas Alto, S.L. cerró su nave, y Cartones Bajo, S.A. busca proveedores de acero.", &["Cartones Bajo, S.A."]),
    ("El director de Textil Ebro, S.A. anunció que Lanas Duero, S.L. contratará a 15 personas.", &["Lanas Duero, S.L."]),
    ("Junto con Frutas Sol, S.L. el grupo Verduras Luna, S.A. abrirá un almacén en Mercabarna.", &["Verduras Luna, S.A."]),
    (
        "Papeles Pino, S.L. compró Tintas Abeto, S.A. Su gerente lo confirmó. Papeles Pino contratará a 12 empleados.",
        &["Papeles Pino, S.L."],
    ),
    (
        "«Buscamos proveedores de sal», dijo Pilar Gil, gerente de Jamones Cueva, S.L., cliente de Especias Oro, S.A.",
        &["Jamones Cueva, S.L."],
    ),
    ("Clínicas Salud, S.L. podría abrir una clínica en Soria.", &[]),
    ("Ayer Calzados Paso, S.L. absorbió a Bolsos Mano, S.A., que contratará a 30 personas.", &["Bolsos Mano, S.A."]),
    ("La bodega riojana Viñas Viejas, S.A., proveedora de Hoteles Playa, S.L., ha abierto una tienda en Haro.", &["Viñas Viejas, S.A."]),
    ("Tanto Hornos Luz, S.L. como Moldes Paz, S.A. buscan proveedores de harina.", &["Hornos Luz, S.L.", "Moldes Paz, S.A."]),
    ("Si Pastas Trigo, S.L. crece, Salsas Tomate, S.A. abrirá una fábrica en Murcia.", &[]),
    ("Con Plásticos Uno, S.L. en quiebra, Envases Tres, S.A. incorpora operarios en Zamora.", &["Envases Tres, S.A."]),
    ("Aceros Tajo, S.A. dejó de buscar proveedores; Hierros Genil, S.L. busca proveedores de alambre.", &["Hierros Genil, S.L."]),
    ("La propietaria de Gafas Ver, S.L., Óptica Mira, S.A., busca proveedores de lentes.", &["Óptica Mira, S.A."]),
    ("Colchones Sueño, S.L., tras vender su tienda a Muebles Día, S.A., abrirá una nave en Yecla.", &["Colchones Sueño, S.L."]),
    ("Turbinas Río, S.A. ganó el pleito contra Válvulas Paso, S.L. Turbinas Río incorpora técnicos en Burgos.", &["Turbinas Río, S.A."]),
    ("Comprada por Cartones Bajo, S.A., la fábrica cierra; Cartones Bajo, S.A. busca proveedores de cola.", &["Cartones Bajo, S.A."]),
    ("El presidente de Grúas Alto, S.L. vendió sus acciones, pero Cartones Bajo, S.A. contratará a 30 personas.", &["Cartones Bajo, S.A."]),
    ("Cartones Bajo, S.A. (antes Grúas Alto, S.L.) ha abierto una planta en Vic.", &["Cartones Bajo, S.A."]),
    ("La semana pasada Cartones Bajo, S.A. compró Grúas Alto, S.L. y ahora busca proveedores de papel.", &["Cartones Bajo, S.A."]),
    ("Cartones Bajo, S.A. espera abrir una planta en Vic con Grúas Alto, S.L.", &["Cartones Bajo, S.A."]),
    ("Cartones Bajo, S.A. dice que Grúas Alto, S.L. busca proveedores de acero.", &["Grúas Alto, S.L."]),
    ("Cartones Bajo, S.A. pierde dinero y Grúas Alto, S.L. busca proveedores de acero.", &["Grúas Alto, S.L."]),
    ("Cartones Bajo, S.A. pierde dinero, mientras que su rival Grúas Alto, S.L. busca proveedores de acero.", &["Grúas Alto, S.L."]),
    (
        "El grupo Cartones Bajo, S.A. y la constructora Grúas Alto, S.L. abrirán una nueva sede en Vic.",
        &["Cartones Bajo, S.A.", "Grúas Alto, S.L."],
    ),
    ("Cartones Bajo, S.A. debe dinero a Grúas Alto, S.L. Esta última, con sede en Vic, busca proveedores de acero.", &["Grúas Alto, S.L."]),
    ("Cartones Bajo, S.A. debe dinero a Grúas Alto, S.L. Aquella contratará a 12 personas.", &["Cartones Bajo, S.A."]),
    ("A diferencia de Cartones Bajo, S.A., Grúas Alto, S.L. contratará a 12 personas.", &["Grúas Alto, S.L."]),
    ("Abrirá Grúas Alto, S.L. una planta en Vic.", &["Grúas Alto, S.L."]),
    ("Además de Cartones Bajo, S.A., Grúas Alto, S.L. expondrá en la feria BIEMH.", &["Grúas Alto, S.L."]),
    ("Cartones Bajo, S.A. compró la nave de Grúas Alto, S.L.", &[]),
    ("Ninguna filial de Cartones Bajo, S.A. busca proveedores.", &[]),
    ("Grúas Alto, S.L. rechaza que Cartones Bajo, S.A. busque proveedores.", &[]),
    ("En 1990 Cartones Bajo, S.A. y Grúas Alto, S.L. abrieron una planta en Vic.", &[]),
    ("Cartones Bajo, S.A. abrió un expediente a una fábrica de Grúas Alto, S.L.", &[]),
    ("Cartones Bajo, S.A., que fue cliente de Grúas Alto, S.L., busca proveedores de papel.", &["Cartones Bajo, S.A."]),
    (
        "Animada por el éxito de Grúas Alto, S.L., Cartones Bajo, S.A., con sede en Vic, ha abierto una tienda en Olot.",
        &["Cartones Bajo, S.A."],
    ),
    ("Cartones Bajo, S.A. ha demandado a la empresa Grúas Alto, S.L., la cual busca proveedores de acero.", &["Grúas Alto, S.L."]),
    (
        "Cartones Bajo, S.A. visitó a Grúas Alto, S.L. La empresa vasca calló. Cartones Bajo busca proveedores de papel.",
        &["Cartones Bajo, S.A."],
    ),
    ("Con Grúas Alto, S.L. de socia, Cartones Bajo, S.A. inaugura una planta en Vic.", &["Cartones Bajo, S.A."]),
    // Russian.
    ("Вместе с ООО «Юг» компания ООО «Север» ищет поставщиков упаковки.", &["ООО «Север»"]),
    ("После покупки АО «Луч» группа ПАО «Заря» открыла завод в Туле.", &["ПАО «Заря»"]),
    ("Купив АО «Луч», ПАО «Заря» ищет подрядчиков.", &["ПАО «Заря»"]),
    ("Благодаря ООО «Инвест» фабрика ООО «Ткач» открыла магазин в Твери.", &["ООО «Ткач»"]),
    ("ООО «Мука» и АО «Хлеб» ищут поставщиков зерна.", &["ООО «Мука»", "АО «Хлеб»"]),
    ("ООО «Мука», АО «Хлеб» и ООО «Соль» примут участие в выставке «Продэкспо».", &["ООО «Мука»", "АО «Хлеб»", "ООО «Соль»"]),
    ("ООО «Клён» подало в суд на АО «Дуб». Последнее ищет поставщиков фанеры.", &["АО «Дуб»"]),
    ("ООО «Клён» подало в суд на АО «Дуб». Первое ищет поставщиков фанеры.", &["ООО «Клён»"]),
    ("ООО «Рис» и ООО «Гречка» объединились. Обе компании ищут поставщиков тары.", &["ООО «Рис»", "ООО «Гречка»"]),
    ("ООО «Кит» опровергло, что ищет поставщиков.", &[]),
    ("ООО «Кит» не открывало завод в Орле.", &[]),
    ("Ни ООО «Кит», ни АО «Краб» не ищут поставщиков.", &[]),
    ("ООО «Кит» продало склад АО «Краб» и ищет поставщиков рыбы.", &["ООО «Кит»"]),
    ("ООО «Кит» закрыло склад, а АО «Краб» ищет поставщиков соли.", &["АО «Краб»"]),
    ("Пока ООО «Кит» чинит цех, АО «Краб» ищет сварщиков.", &["АО «Краб»"]),
    ("По данным ООО «Обзор», АО «Краб» открыло магазин в Сочи.", &["АО «Краб»"]),
    ("АО «Краб», купленное группой ПАО «Море», открыло магазин в Сочи.", &["АО «Краб»"]),
    ("АО «Краб» выиграло суд у ООО «Кит», которое ищет поставщиков льда.", &["ООО «Кит»"]),
    ("В 1998 году АО «Краб» открыло завод в Сочи.", &[]),
    ("АО «Краб» может открыть магазин в Сочи.", &[]),
    ("Директор ООО «Кит» сообщил, что АО «Краб» ищет водителей.", &["АО «Краб»"]),
    ("Если суд разрешит, АО «Краб» откроет завод в Сочи.", &[]),
    ("«Мы ищем поставщиков стекла», — сообщила Анна Котова, директор ООО «Окно».", &["ООО «Окно»"]),
    ("АО «Краб» помогло ООО «Рак» открыть магазин в Анапе.", &["ООО «Рак»"]),
    ("Завод ООО «Винт», клиент АО «Сталь», ищет поставщиков проволоки.", &["ООО «Винт»"]),
    ("Конкурент ООО «Винт», компания АО «Гайка», открыла цех в Омске.", &["АО «Гайка»"]),
    ("ООО «Весна» (ранее АО «Зима») открыло магазин в Омске.", &["ООО «Весна»"]),
    ("На прошлой неделе ООО «Весна» купило АО «Зима» и теперь ищет поставщиков тары.", &["ООО «Весна»"]),
    ("ООО «Весна», как и АО «Зима», ищет поставщиков тары.", &["ООО «Весна»", "АО «Зима»"]),
    ("ООО «Весна» закрыло цех, но АО «Зима» ищет водителей.", &["АО «Зима»"]),
    ("ООО «Весна» заявило, что АО «Зима» ищет водителей.", &["АО «Зима»"]),
    ("ООО «Весна» должно деньги АО «Зима». Последняя ищет поставщиков тары.", &["АО «Зима»"]),
    ("Компании ООО «Весна» и АО «Зима» открыли склад в Омске.", &["ООО «Весна»", "АО «Зима»"]),
    ("В мае ООО «Весна» и АО «Зима» открыли склад в Омске.", &["ООО «Весна»", "АО «Зима»"]),
    ("По сравнению с АО «Зима», ООО «Весна» растёт и ищет поставщиков тары.", &["ООО «Весна»"]),
    ("Совместно с АО «Зима» ООО «Весна» примет участие в выставке «Агро».", &["ООО «Весна»"]),
    ("При поддержке АО «Зима» ООО «Весна» откроет завод в Омске.", &["ООО «Весна»"]),
    ("Открыла ООО «Весна» новый магазин в Омске.", &["ООО «Весна»"]),
    ("ООО «Весна», принадлежащее ПАО «Лето», ищет поставщиков тары.", &["ООО «Весна»"]),
    ("Юристы ООО «Весна» считают, что АО «Зима» ищет поставщиков тары.", &["АО «Зима»"]),
    ("ООО «Весна» продало долю АО «Зима», которое откроет завод в Омске.", &["АО «Зима»"]),
    ("ООО «Весна» не подтвердило, что АО «Зима» ищет водителей.", &[]),
    ("Ни одна дочка ООО «Весна» не ищет поставщиков.", &[]),
    ("АО «Зима» опровергло слухи, что ООО «Весна» откроет завод в Омске.", &[]),
    ("В 2001 году ООО «Весна» и АО «Зима» открыли склад в Омске.", &[]),
    ("ООО «Весна» выкупило цех у АО «Зима».", &[]),
    ("Отделившись от АО «Зима», ООО «Весна» набирает персонал.", &["ООО «Весна»"]),
    ("Несмотря на долги перед АО «Зима», ООО «Весна» набирает персонал.", &["ООО «Весна»"]),
    ("Гендиректор АО «Зима» ушёл, а ООО «Весна», его новый работодатель, набирает персонал.", &["ООО «Весна»"]),
    ("ООО «Весна» обслуживает АО «Зима». «Зима» ищет поставщиков тары.", &["АО «Зима»"]),
    // Written when those above held, to see whether they do.
    ("Tarn Foods Ltd has agreed to buy Beck Mills Ltd for 4 million and will open a second factory in Kendal.", &["Tarn Foods Ltd"]),
    ("Under a deal with Beck Mills Ltd, Tarn Foods Ltd will create 40 new jobs.", &["Tarn Foods Ltd"]),
    ("Tarn Foods Ltd will create 40 new jobs under a deal with Beck Mills Ltd.", &["Tarn Foods Ltd"]),
    ("Having won an appeal against Beck Mills Ltd, Tarn Foods Ltd is looking for suppliers of oats.", &["Tarn Foods Ltd"]),
    ("Tarn Foods Ltd sold its oat mill to Beck Mills Ltd, who is looking for suppliers of oats.", &["Beck Mills Ltd"]),
    ("Tarn Foods Ltd, the company behind Beck Mills Ltd, has opened a new store in Leeds.", &["Tarn Foods Ltd"]),
    ("New jobs: Tarn Foods Ltd is recruiting.", &["Tarn Foods Ltd"]),
    ("Rumours of a merger of Tarn Foods Ltd and Beck Mills Ltd grow. Tarn Foods is looking for suppliers of oats.", &["Tarn Foods Ltd"]),
    (
        "The managing director of Tarn Foods Ltd resigned. His successor comes from Beck Mills Ltd, which is hiring 10 engineers.",
        &["Beck Mills Ltd"],
    ),
    ("Both companies, Tarn Foods Ltd and Beck Mills Ltd, are looking for suppliers of oats.", &["Tarn Foods Ltd", "Beck Mills Ltd"]),
    ("Tarn Foods Ltd and its neighbour Beck Mills Ltd are looking for suppliers of oats.", &["Tarn Foods Ltd", "Beck Mills Ltd"]),
    ("When Tarn Foods Ltd moved out, Beck Mills Ltd took over the site and is now looking for suppliers of oats.", &["Beck Mills Ltd"]),
    ("Instead of Tarn Foods Ltd, Beck Mills Ltd will exhibit at Foodex this year.", &["Beck Mills Ltd"]),
    ("\"Demand is strong,\" said Beck Mills Ltd. Tarn Foods Ltd is looking for suppliers of oats.", &["Tarn Foods Ltd"]),
    ("Tarn Foods Ltd was wrongly said to be hiring; it is not hiring.", &[]),
    ("Tarn Foods Ltd has not ruled out buying Beck Mills Ltd.", &[]),
    ("Beck Mills Ltd might open a plant if Tarn Foods Ltd leaves.", &[]),
    ("Back in 2012 Tarn Foods Ltd opened its first shop in Kendal.", &[]),
    ("Tarn Foods Ltd makes bread that Beck Mills Ltd sells.", &[]),
    ("Tarn Foods Ltd - whose flour comes from Beck Mills Ltd - is looking for suppliers of oats.", &["Tarn Foods Ltd"]),
    ("A year after Tarn Foods Ltd closed its doors, Beck Mills Ltd is hiring 12 people in the same street.", &["Beck Mills Ltd"]),
    ("Tarn Foods Ltd plans to open a depot next to Beck Mills Ltd in Hull.", &["Tarn Foods Ltd"]),
    ("Tarn Foods Ltd's plan failed. Its landlord, Beck Mills Ltd, is looking for suppliers of paint.", &["Beck Mills Ltd"]),
    ("Helped by a grant, Tarn Foods Ltd, a supplier to Beck Mills Ltd, has opened a bakery in Ripon.", &["Tarn Foods Ltd"]),
    ("Lonja Sur, S.L. ha acordado comprar Redes Cabo, S.A. y abrirá una segunda planta en Adra.", &["Lonja Sur, S.L."]),
    ("En virtud de un acuerdo con Redes Cabo, S.A., Lonja Sur, S.L. creará 40 empleos.", &["Lonja Sur, S.L."]),
    ("Tras ganar el recurso contra Redes Cabo, S.A., Lonja Sur, S.L. busca proveedores de hielo.", &["Lonja Sur, S.L."]),
    ("Lonja Sur, S.L. vendió su barco a la empresa Redes Cabo, S.A., que necesita nuevos proveedores de cuerda.", &["Redes Cabo, S.A."]),
    ("Lonja Sur, S.L., la empresa que dirige el hijo del dueño de Redes Cabo, S.A., ha abierto una tienda en Adra.", &["Lonja Sur, S.L."]),
    ("Cuando Lonja Sur, S.L. se fue, Redes Cabo, S.A. alquiló la nave y ahora busca proveedores de cuerda.", &["Redes Cabo, S.A."]),
    ("Las empresas Lonja Sur, S.L. y Redes Cabo, S.A. buscan proveedores de hielo.", &["Lonja Sur, S.L.", "Redes Cabo, S.A."]),
    ("Lonja Sur, S.L. abrirá en mayo una nueva tienda junto a Redes Cabo, S.A.", &["Lonja Sur, S.L."]),
    ("En lugar de Lonja Sur, S.L., Redes Cabo, S.A. expondrá en la feria Conxemar.", &["Redes Cabo, S.A."]),
    ("Lonja Sur, S.L. cerró en 2020. Un año después, Redes Cabo, S.A. contrata a 12 trabajadores.", &["Redes Cabo, S.A."]),
    ("Lonja Sur, S.L. no confirma que Redes Cabo, S.A. busque proveedores.", &[]),
    ("Hace diez años Lonja Sur, S.L. buscaba proveedores de hielo.", &[]),
    ("La compra de Lonja Sur, S.L. por Redes Cabo, S.A. no se ha cerrado.", &[]),
    ("Lonja Sur, S.L. desmiente que Redes Cabo, S.A. contrate a sus trabajadores.", &[]),
    ("Fundada en 1950, Lonja Sur, S.L., proveedora de Redes Cabo, S.A., inaugura una tienda en Adra.", &["Lonja Sur, S.L."]),
    ("Lonja Sur, S.L. se despide. Redes Cabo, S.A. incorpora a 20 trabajadores.", &["Redes Cabo, S.A."]),
    ("Para competir con Redes Cabo, S.A., la cooperativa andaluza Lonja Sur, S.L. busca proveedores de hielo.", &["Lonja Sur, S.L."]),
    (
        "Lonja Sur, S.L. felicita a Redes Cabo, S.A. por su centenario. Su rival Redes Cabo, S.A. abrirá una fábrica en Adra.",
        &["Redes Cabo, S.A."],
    ),
    ("Vecinos de Redes Cabo, S.A. aseguran que Lonja Sur, S.L. contratará a 12 personas.", &["Lonja Sur, S.L."]),
    ("El Ayuntamiento y Redes Cabo, S.A. firmaron ayer; Lonja Sur, S.L. estrena nueva sede.", &["Lonja Sur, S.L."]),
    ("ООО «Пруд» договорилось купить АО «Невод» и откроет второй завод в Азове.", &["ООО «Пруд»"]),
    ("По договору с АО «Невод» ООО «Пруд» создаст 40 рабочих мест.", &["ООО «Пруд»"]),
    ("Выиграв суд у АО «Невод», ООО «Пруд» ищет поставщиков льда.", &["ООО «Пруд»"]),
    ("Когда ООО «Пруд» уехало, АО «Невод» заняло цех и теперь ищет поставщиков льда.", &["АО «Невод»"]),
    ("Вместо ООО «Пруд» АО «Невод» примет участие в выставке «Рыба».", &["АО «Невод»"]),
    ("Фабрики ООО «Пруд» и АО «Невод» ищут поставщиков льда.", &["ООО «Пруд»", "АО «Невод»"]),
    ("ООО «Пруд» закрылось в 2020 году. Через год АО «Невод» набирает персонал.", &["АО «Невод»"]),
    ("ООО «Пруд» не сообщило, что АО «Невод» ищет поставщиков.", &[]),
    ("Слухи о том, что ООО «Пруд» ищет поставщиков, не соответствуют действительности.", &[]),
    ("В 2008 году ООО «Пруд» открыло склад в Азове.", &[]),
    ("Покупка ООО «Пруд» компанией АО «Невод» не завершена.", &[]),
    ("Чтобы обойти АО «Невод», ООО «Пруд» ищет поставщиков льда.", &["ООО «Пруд»"]),
    ("ООО «Пруд» — крупнейший клиент АО «Невод» — ищет поставщиков льда.", &["ООО «Пруд»"]),
    ("Юрист ООО «Пруд» рассказал, что АО «Невод» откроет магазин в Азове.", &["АО «Невод»"]),
    ("Рядом с АО «Невод» ООО «Пруд» откроет магазин в Азове.", &["ООО «Пруд»"]),
    ("ООО «Пруд» спорит с АО «Невод». Вторая ищет поставщиков льда.", &["АО «Невод»"]),
    ("После победы над АО «Невод» ООО «Пруд», основанное в 1990 году, ищет поставщиков льда.", &["ООО «Пруд»"]),
    ("Директор ООО «Пруд» перешёл в АО «Невод», которое набирает сотрудников.", &["АО «Невод»"]),
    ("Жители говорят, что АО «Невод» уходит, а ООО «Пруд» открыло магазин в Азове.", &["ООО «Пруд»"]),
    ("Никто в ООО «Пруд» не ищет поставщиков.", &[]),
    ("The Leeds plant of Acme Ltd is hiring 20 people.", &["Acme Ltd"]),
    ("Acme Ltd moved. The company in Hull is hiring 20 people.", &["Acme Ltd"]),
    ("Acme works with Beta Ltd and opened a new branch.", &["its own"]),
    ("Acme, backed by Beta Ltd, opened a new branch in York.", &["its own"]),
    ("Acme Ltd closed its hall. A new branch was opened in York by Beta Ltd.", &["Beta Ltd"]),
    ("\"Our customers are hiring 30 people,\" said Tom Vale, director of Kapok Recruitment Ltd.", &[]),
    ("Not only Myrtle Ltd but also Nettle Ltd is looking for suppliers of bottles.", &["Myrtle Ltd", "Nettle Ltd"]),
    ("No solo Mirto, S.L. sino también Ortiga, S.A. busca proveedores de botellas.", &["Mirto, S.L.", "Ortiga, S.A."]),
    ("«Nuestros clientes buscan proveedores de sal», dijo Pilar Gil, gerente de Jamones Cueva, S.L.", &[]),
    ("Не только ООО «Мирт», но и АО «Клевер» ищет поставщиков тары.", &["ООО «Мирт»", "АО «Клевер»"]),
    ("«Наши клиенты ищут поставщиков стекла», — сообщила Анна Котова, директор ООО «Окно».", &[]),
    // Other forms, and quotation marks that are not told apart.
    ("After a row with Vela S.p.A., Kranz GmbH & Co. KG is looking for suppliers of valves.", &["Kranz GmbH & Co. KG"]),
    ("Kranz GmbH & Co. KG and Vela S.p.A. are looking for suppliers of valves.", &["Kranz GmbH & Co. KG", "Vela S.p.A."]),
    ("Together with Vela S.p.A., Nowak Sp. z o.o. will open a warehouse in Lodz.", &["Nowak Sp. z o.o."]),
    ("Kranz GmbH & Co. KG sued Vela S.p.A. The latter is hiring 12 people.", &["Vela S.p.A."]),
    ("Helped by Brown & Co. Ltd, Smith & Sons Ltd has opened a shop in Hull.", &["Smith & Sons Ltd"]),
    ("Smith & Sons Ltd and Brown Bros Ltd have opened a shop in Hull.", &["Smith & Sons Ltd", "Brown Bros Ltd"]),
    ("Smith, Inc., and Brown, Inc., are looking for suppliers of pipes.", &["Smith, Inc", "Brown, Inc"]),
    ("Smith, Inc., which is owned by Brown, Inc., is looking for suppliers of pipes.", &["Smith, Inc"]),
    ("In the dispute between Smith Corp. and Hull Council, Brown LLC is looking for suppliers of pipes.", &["Brown LLC"]),
    ("Smith, Inc., nor Brown, Inc., is not hiring.", &[]),
    ("Tras la venta de Sur, S.L.U., Norte, S.A.U. busca proveedores de tubos.", &["Norte, S.A.U."]),
    ("Norte, S.A.U. y Sur, S.L.U. buscan proveedores de tubos.", &["Norte, S.A.U.", "Sur, S.L.U."]),
    ("Norte, S.A.U. compró la mayoría de Sur, S.L.U. Esta última busca proveedores de tubos.", &["Sur, S.L.U."]),
    ("Gracias a Norte, S.A., Cooperativa Olivar, S. Coop. busca proveedores de tubos.", &["Cooperativa Olivar, S. Coop."]),
    ("Con la ayuda de Norte, S.A., Hijos de Pérez, S.L. abrirá una tienda en Jaca.", &["Hijos de Pérez, S.L."]),
    (
        "Industrias del Metal, S.A. y Talleres y Forjas, S.L. buscan proveedores de tubos.",
        &["Industrias del Metal, S.A.", "Talleres y Forjas, S.L."],
    ),
    ("Вместе с ЗАО «Лето» ООО «Торговый дом «Весна» ищет поставщиков тары.", &["ООО «Торговый дом «Весна»"]),
    ("Обогнав ПАО «Лето», ООО «ТД Весна» ищет поставщиков тары.", &["ООО «ТД Весна»"]),
    ("Вместе с ООО \"Весна\" ЗАО \"Лето\" ищет поставщиков тары.", &["ЗАО \"Лето\""]),
    ("ЗАО \"Лето\" и ООО \"Весна\" ищут поставщиков тары.", &["ЗАО \"Лето\"", "ООО \"Весна\""]),
    // Who goes on is the subject of the sentence before, and not who was named last.
    ("Acme Ltd bought a lorry from Delta GmbH. It opens a new branch in Leeds.", &["Acme Ltd"]),
    ("Delta GmbH supplies Acme Ltd with pumps. The company is hiring 30 welders.", &["Delta GmbH"]),
    ("Beta Ltd moved its depot. It sold the old one to Acme Ltd. It is hiring 20 drivers.", &["Beta Ltd"]),
    ("According to Acme Ltd, Beta Ltd makes pumps. The company is hiring 40 drivers.", &["Beta Ltd"]),
    ("\"We make pumps,\" Acme Ltd said. It is hiring 20 drivers.", &["Acme Ltd"]),
    ("Acme Ltd makes pumps, Beta Ltd said. It is hiring 20 drivers.", &["Acme Ltd"]),
    ("Acme Ltd's profits doubled. It is hiring 20 drivers.", &["Acme Ltd"]),
    ("Talks with Acme Ltd ended on Friday. It opens a new branch in Leeds.", &["its own"]),
    ("Northwind bought Acme Ltd. It is hiring 20 drivers.", &["its own"]),
    ("Acme Ltd and Beta Ltd make pumps. The company is hiring 40 drivers.", &["its own"]),
    ("Acme S.L. compró una nave a Beta S.A. La empresa abre una nueva sucursal en Burgos.", &["Acme S.L."]),
    ("La venta de Acme S.L. a Beta S.A. se cerró ayer. La empresa abrirá una nueva planta en Vigo.", &["its own"]),
    ("ООО «Ромашка» купило склад у ООО «Василёк». Компания открывает новый филиал в Туле.", &["ООО «Ромашка»"]),
    ("Губернатор посетил ООО «Ромашка». Компания набирает 30 сварщиков.", &["its own"]),
    // Each one's own, also where one of them does the contrary.
    ("Acme Ltd closed its plant and Beta Ltd opened a branch in Leeds.", &["Beta Ltd"]),
    ("Beta Ltd opened a new depot in Hull, and Acme Ltd closed its depot in York.", &["Beta Ltd"]),
    ("Acme Ltd is closing its York shop; Beta Ltd opened a new store in Leeds.", &["Beta Ltd"]),
    ("Acme Ltd cancelled plans to open a new branch, and Beta Ltd opened a new branch in Leeds.", &["Beta Ltd"]),
    ("Acme Ltd closed the plant that Beta Ltd opened as its new factory in Leeds.", &[]),
    ("Acme Ltd opened a new branch in York, which Beta Ltd closed in May.", &[]),
    ("Acme Ltd opened a new branch in York and will close the branch in Hull.", &[]),
    ("Acme Ltd is looking for suppliers of glass and Beta Ltd is hiring 40 drivers.", &["Acme Ltd", "Beta Ltd"]),
    ("Acme S.L. cierra su tienda de Vigo, pero Beta S.A. inaugura una nueva tienda en Lugo.", &["Beta S.A."]),
    ("Acme S.L. busca proveedores de envases y Beta S.A. contrata a 30 soldadores.", &["Acme S.L.", "Beta S.A."]),
    ("ООО «Ромашка» закрыло завод в Туле, а ООО «Василёк» открыло филиал в Рязани.", &["ООО «Василёк»"]),
    // Two names, where one of them is known to be a company.
    ("Acme Ltd makes pumps. Acme and Beta Ltd are opening a new branch in Leeds.", &["Acme Ltd", "Beta Ltd"]),
    ("Beta Ltd grew. Acme Ltd moved to Hull and Beta Ltd opened a branch in Leeds.", &["Beta Ltd"]),
    ("Acme and Beta Ltd are opening a new branch in Leeds.", &["Acme and Beta Ltd"]),
    ("Acme S.L. fabrica bombas. Acme y Beta S.L. abren una nueva sucursal en Burgos.", &["Acme S.L.", "Beta S.L."]),
    ("ООО «Ромашка» растёт. Ромашка и ООО «Василёк» откроют новый филиал в Туле.", &["ООО «Ромашка»", "ООО «Василёк»"]),
    // One name of two words, though one of them is a company too; and two, where each has its verb.
    ("Marks Ltd makes jam. Marks and Spencer plc is hiring 40 drivers.", &["Marks and Spencer plc"]),
    ("Marks Ltd makes jam. It sells to Marks and Spencer plc. Marks and Spencer plc opened a store in Leeds.", &["Marks and Spencer plc"]),
    ("Marks Ltd and Spencer Ltd make jam. Marks and Spencer Ltd are hiring 40 drivers.", &["Marks Ltd", "Spencer Ltd"]),
    ("Moldes S.L. fabrica bombas. Moldes y Matrices S.L. busca proveedores de acero.", &["Moldes y Matrices S.L."]),
    ("Acme Ltd moved to Hull and Beta Ltd opened a branch in Leeds.", &["Beta Ltd"]),
    ("Acme Ltd pulled out of York and Beta Ltd is now hiring 20 drivers.", &["Beta Ltd"]),
    ("Acme Ltd sold vans to Smith and Sons Ltd last week and is hiring 20 drivers.", &["Acme Ltd"]),
    ("Acme Ltd said talks with Smith and Sons Ltd ended. Smith and Sons Ltd is hiring 20 drivers.", &["Smith and Sons Ltd"]),
    ("Acme S.L. se fue a Lugo y Beta S.L. abrirá una planta en Vigo.", &["Beta S.L."]),
    // What is sold is no name, and a month is none.
    ("Sales of Acme Ltd rose by a tenth.", &[]),
    ("Shares in Acme Ltd fell after Beta Ltd opened a new branch in Leeds.", &["Beta Ltd"]),
    ("Shares in Acme Ltd rose after it opened a new branch in Leeds.", &["Acme Ltd"]),
    ("Sales of Acme Ltd rose. The company is hiring 20 engineers.", &["its own"]),
    ("Ventas de Acme S.L. suben tras la apertura de una nueva tienda.", &["Acme S.L."]),
    ("Продажи ООО «Ромашка» выросли на десять процентов.", &[]),
    ("In May Beta Ltd opened a branch in Leeds.", &["Beta Ltd"]),
];

#[test]
fn it_is_of_the_subject_of_its_clause() {
    let wrong = PRESS.iter().filter_map(|(text, want)| {
        let told: Vec<String> = named(text).into_iter().map(|of| of.unwrap_or_else(|| "its own".to_owned())).collect();
        (told != *want).then(|| format!("{text}: {told:?}, wanted {want:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Written for this test: whose it is behind the verb, legal forms with points and strokes, where somebody is from, and what one was called before.
#[test]
fn a_company_is_named_behind_the_verb_and_beside_where_it_is_from() {
    assert_is_of(&[
        ("Abre en Soria la nueva nave de Talleres Urdaneta, S.L.", Some("Talleres Urdaneta, S.L.")),
        ("Abrirá en Zamora una tienda de la firma Cárnicas Duero, S.L.", Some("Cárnicas Duero, S.L.")),
        ("Queda inaugurado el almacén de Hierros Nalón, S.A. en Mieres.", Some("Hierros Nalón, S.A.")),
        ("La nueva planta de Vidrios Tajo, S.L.U. abrirá en marzo en Toledo.", Some("Vidrios Tajo, S.L.U.")),
        ("Abre en Lugo una tienda para clientes de Vidrios Tajo, S.L.", None),
        ("Abre en Lugo la primera tienda de un proveedor de Vidrios Tajo, S.L.", None),
        ("Abre en Lugo un centro de formación con la ayuda de Vidrios Tajo, S.L.", None),
        ("La danesa Nordhavn A/S abre una oficina en Vigo.", Some("Nordhavn A/S")),
        ("Grupo Pardo, S.L., antigua Ceras Pardo, S.A., contratará a 20 operarios.", Some("Grupo Pardo, S.L.")),
        ("В Твери открыт склад ООО «Светлица».", Some("ООО «Светлица»")),
        ("Открыт новый магазин компании ООО «Светлица» в Туле.", Some("ООО «Светлица»")),
        ("Состоялось открытие цеха ООО «Светлица» в Туле.", Some("ООО «Светлица»")),
        ("В Туле открыт склад для ООО «Светлица».", None),
        ("В Туле открыт магазин рядом с ООО «Светлица».", None),
        ("В Туле открыт склад клиента компании ООО «Светлица».", None),
        ("Итальянская Ronco Macchine S.r.l. открыла офис в Твери.", Some("Ronco Macchine S.r.l.")),
        ("Испанская Envases Lago, S.L. открыла представительство в Твери.", Some("Envases Lago, S.L.")),
        ("ООО «Светлица» (ранее ООО «Рассвет») откроет склад в Твери.", Some("ООО «Светлица»")),
        ("Moto Brescia S.r.l. is opening a showroom in Leeds.", Some("Moto Brescia S.r.l.")),
        ("The Danish Nordhavn A/S is opening a warehouse in Hull.", Some("Nordhavn A/S")),
        ("Denmark's Nordhavn A/S is opening a warehouse in Hull.", Some("Nordhavn A/S")),
        ("Wharfe Mills Ltd, previously known as Otley Yarns Ltd, is looking for suppliers of dye.", Some("Wharfe Mills Ltd")),
        ("Wharfe Mills Ltd, which used to be called Otley Yarns Ltd, is looking for suppliers of dye.", Some("Wharfe Mills Ltd")),
        ("Formerly Otley Yarns Ltd, Wharfe Mills Ltd is to open a shop in Ilkley.", Some("Wharfe Mills Ltd")),
        ("A brewery was opened in Masham by Wharfe Mills Ltd.", Some("Wharfe Mills Ltd")),
        ("Немецкая Müller Druck GmbH открыла завод в Кирове.", Some("Müller Druck GmbH")),
        ("ООО «Заря», ранее известное как ООО «Восход», построит цех в Кирове.", Some("ООО «Заря»")),
        ("Ранее ООО «Заря» открыло магазин в Кирове.", Some("ООО «Заря»")),
        ("Previously Weldon Foils Ltd, Corby Foils Ltd is hiring 14 fitters.", Some("Corby Foils Ltd")),
        ("Previously Weldon Foils Ltd opened a depot in Kettering.", Some("Weldon Foils Ltd")),
        ("Spanish City Ltd is opening a restaurant in Whitley Bay.", Some("Spanish City Ltd")),
        ("Danish Crown A/S is opening a depot in Hull.", Some("Danish Crown A/S")),
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
fn what_stands_in_marks_behind_a_form_is_the_name_and_no_name_is_what_opens() {
    assert_is_of(&[
        ("ООО «Чепецкие сыры» открывает новый магазин в Глазове.", Some("ООО «Чепецкие сыры»")),
        ("АО \"Сарапульский молзавод\" открывает филиал в Ижевске.", Some("АО \"Сарапульский молзавод\"")),
        ("ЗАО „Донские травы“ открывает новый цех в Ростове.", Some("ЗАО „Донские травы“")),
        ("ООО “Живая вода” открывает новый цех в Омске.", Some("ООО “Живая вода”")),
        ("ООО «молочная ферма» ищет поставщиков кормов.", Some("ООО «молочная ферма»")),
        ("ООО «Рога, копыта и перья» открыло филиал в Курске.", Some("ООО «Рога, копыта и перья»")),
        ("ООО «Торговый дом «Лесная поляна»» открывает новый склад.", Some("ООО «Торговый дом «Лесная поляна»»")),
        ("ООО «Торговый дом «Лесная поляна» открывает новый склад.", Some("ООО «Торговый дом «Лесная поляна»")),
        ("Генеральный директор ООО «Волжский берег» Пётр Ильин открыл новый магазин.", Some("ООО «Волжский берег»")),
        ("ООО «Рога» судится. ООО «Рога и копыта» открывает новый магазин в Твери.", Some("ООО «Рога и копыта»")),
        ("ООО «Чистый лист» работает давно. «Чистый лист» ищет поставщиков бумаги.", Some("ООО «Чистый лист»")),
        ("«Мы открываем новый магазин в Твери», — сказал директор.", None),
        ("После покупки ООО «Хлебокомбинат №2» компания ООО «Русский каравай» открывает филиал в Перми.", Some("ООО «Русский каравай»")),
        ("Wolds Brewery Ltd has opened its taproom in Driffield.", Some("Wolds Brewery Ltd")),
        ("Otley Foundry Limited opened in Leeds last week.", Some("Otley Foundry Limited")),
        ("Smith & Sons (Holdings) plc opens a new depot in Hull.", Some("Smith & Sons (Holdings) plc")),
        ("Birch Ltd (Hull) opened a new branch in York.", Some("Birch Ltd")),
    ]);
}

#[test]
fn what_is_shut_or_was_only_wished_is_no_opening() {
    let mut wrong = Vec::new();
    for (text, want) in [
        ("Hessle Foods Ltd is to shut its Hessle mill, which opened in 1962.", 0),
        ("The factory, which Paull Plastics Ltd opened in 1988, will close in May.", 0),
        ("The brewery, which Wolds Ltd opened last year, will shut in May.", 0),
        ("Council has refused planning permission for a new yard that Keyingham Ltd wanted to open.", 0),
        ("Planners have refused permission for a new warehouse that Goole Storage Ltd wanted to open.", 0),
        ("Permission was refused for a second depot Acme Ltd had hoped to open in Selby.", 0),
        ("ООО «Альфа» закроет завод, который открыла в 1975 году.", 0),
        ("Acme Ltd wants to open a new depot in Hull.", 1),
        ("Acme Ltd said it wanted to open a new depot in Hull.", 1),
        ("Acme Ltd has opened a new plant in Leeds, its first since 1988.", 1),
        ("Acme Ltd opens a new plant in Leeds after a fire shut its old one.", 1),
    ] {
        let found = Lexicons::shipped().find(text, None);
        if found.len() != want {
            wrong.push(format!("{text}: {found:?}, wanted {want}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
            "we are looking for", "suppliers", "no longer", "abre", "una nueva", "tienda", "ищет", "поставщиков", "hiring", ".", "?",
            "Acme Ltd", "Beta, S.L.", "«ООО «Х»", ",", "and", "y", "after buying", "the latter", "both", "of", "'s", "who said that", "which", "(", "—", "\n", "\u{301}", "…", "\0", "x",
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
