//! Layouts of our own making, and what has to come out of them.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

fn read_at(address: &str, html: &str) -> Reading {
    let url = Url::parse(address).unwrap();
    read_page(&Input {
        bytes: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: &url,
        next: None,
        now: Timestamp::UNIX_EPOCH,
        expired: &|| false,
    })
    .unwrap()
}

/// As a list whose records are companies, or not.
fn read_as(html: &str, company: bool) -> Reading {
    let url = Url::parse("https://fair.example/list").unwrap();
    let input = Input { bytes: html.as_bytes(), content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &|| false };
    read_with(&input, &hints(&url), &Asked { company, ..Asked::default() }).unwrap()
}

fn read(html: &str) -> Reading {
    read_at("https://fair.example/list?page=1", html)
}

fn repeat(times: usize, one: impl Fn(usize) -> String) -> String {
    (1..=times).map(one).collect()
}

/// Names of the main list's records.
fn names(reading: &Reading) -> Vec<&str> {
    values(reading, "name")
}

fn values<'r>(reading: &'r Reading, label: &str) -> Vec<&'r str> {
    let Some(main) = reading.lists.first() else { return Vec::new() };
    let Some(column) = main.columns.iter().position(|column| column.label == label) else { return Vec::new() };
    main.records.iter().flat_map(|item| &item.cells).filter(|cell| cell.column == column).map(|cell| cell.value.as_str()).collect()
}

const MENU: &str =
    "<nav><ul><li><a href=/a>Home</a><li><a href=/b>About us</a><li><a href=/c>Contact</a><li><a href=/d>News</a></ul></nav>";
const WORDS: &str = "makes boxes and pallets for growers of fruit, and delivers within two days";

#[test]
fn records_of_many_layouts() {
    let card = |n: usize| format!("<div class=card><img src=/{n}.png><h3><a href=/o/{n}>Maker {n}</a></h3><p>Maker {n} {WORDS}</p></div>");
    let rows = |n: usize| format!("<tr><td><a href=/o/{n}>Maker {n}</a><td>Town {n}<td>{n}0 people<tr><td colspan=3>{n}: {WORDS}");
    let defined = |n: usize| format!("<dt><a href=/o/{n}>Maker {n}</a><dd>It {WORDS} since 19{n}0");
    let flat = |n: usize| format!("<h4><a href=/o/{n}>Maker {n}</a></h4><p>The {n}. {WORDS}</p><p>Open on {n} days</p>");
    let cell =
        |n: usize| format!("<td><a href=/o/{n}><img src=/{n}.png></a><br><b><a href=/o/{n}>Maker {n}</a></b><br>Hall {n}, stand {n}</td>");
    let nested = |n: usize| format!("<li><h3><a href=/o/{n}>Maker {n}</a></h3><p>It {WORDS}</p><ul><li>boxes<li>pallets<li>crates</ul>");
    let ad = "<div class=ad><iframe src=/ad></iframe><span>Advertisement</span></div>";
    for (what, count, html) in [
        ("cards", 6, repeat(6, card)),
        (
            "cards in a section each",
            6,
            format!(
                "<section><h2>A</h2>{}</section><section><h2>B</h2>{}</section>",
                repeat(3, card),
                (4..=6).map(card).collect::<String>()
            ),
        ),
        ("pairs of rows", 6, format!("<table><tr><th>Name<th>Town<th>Size{}</table>", repeat(6, rows))),
        ("definitions", 5, format!("<dl>{}</dl>", repeat(5, defined))),
        ("heading and paragraphs", 5, format!("<div>{}</div>", repeat(5, flat))),
        ("cells of a grid", 6, format!("<table><tr>{}<tr>{}</table>", repeat(3, cell), (4..=6).map(cell).collect::<String>())),
        ("lists in a list", 5, format!("<ul>{}</ul>", repeat(5, nested))),
        ("an advertisement between", 6, format!("<div>{}{ad}{}</div>", repeat(3, card), (4..=6).map(card).collect::<String>())),
        (
            "an odd one",
            6,
            format!(
                "<div>{}<div class=card><h3><a href=/o/4>Maker 4</a></h3></div>{}</div>",
                repeat(3, card),
                (5..=6).map(card).collect::<String>()
            ),
        ),
        ("page numbers below", 6, format!("<div>{}<div class=pages><a href=?p=2>2</a> <a href=?p=3>3</a></div></div>", repeat(6, card))),
        (
            "other scripts",
            4,
            repeat(4, |n| {
                format!("<div><h3><a href=/o/{n}>Maker {n} завод</a></h3><p>製造業者 {n} はダンボール箱を作っています、東京</p></div>")
            }),
        ),
    ] {
        let page = format!(
            "<html><body>{MENU}<main><h1>Exhibitors</h1>{html}</main><footer><ul><li><a href=/x>Terms</a><li><a href=/y>Privacy</a><li><a href=/z>Imprint</a></ul></footer>"
        );
        let reading = read(&page);
        let want: Vec<String> = (1..=count).map(|n| format!("Maker {n}")).collect();
        let found: Vec<&str> = names(&reading).iter().map(|name| name.trim_end_matches(" завод")).collect();
        assert_eq!(found, want, "{what}");
        let details: Vec<String> = reading.lists[0].records.iter().filter_map(|item| item.detail.as_ref()).map(Url::to_string).collect();
        assert_eq!(details.len(), count, "{what}");
        assert_eq!(details[1], "https://fair.example/o/2", "{what}");
    }
}

#[test]
fn names_are_what_tells_records_apart() {
    let row = |cells: &'static str| move |n: usize| format!("<tr>{}", cells.replace("{n}", &n.to_string()));
    let card = |inner: &'static str| move |n: usize| format!("<div class=e>{}</div>", inner.replace("{n}", &n.to_string()));
    let table = |head: &str, cells: &'static str| format!("<table><tr><th>{}{}</table>", head.replace('|', "<th>"), repeat(8, row(cells)));
    let some = repeat(8, |n| {
        let site = if n % 2 == 1 { format!("<p><a href=http://maker{n}.example>maker{n}.example</a>") } else { String::new() };
        format!("<div class=e><p class=n>Maker {n}<p>Town {n}{site}</div>")
    });
    for html in [
        // The same words in all records are none of their names.
        repeat(8, card("<p class=n>Maker {n}<p>Main St {n}, 2800{n} Town<p><a href=/o/{n}>Read more</a>")),
        repeat(8, card("<a href=/o/{n}>Ver más</a><p>Maker {n}<p>Town {n}")),
        repeat(8, |n| {
            let site = if n < 3 { "<p><a href=http://a.example>Website</a>" } else { "" };
            format!("<div class=e><p class=n>Maker {n}<p>Town {n}{site}</div>")
        }),
        // Addresses neither, in all records or in some.
        table("Empresa|Localidad|Web", "<td>Maker {n}<td>Town<td><a href=http://www.maker{n}.example>www.maker{n}.example</a>"),
        repeat(8, card("<p class=n>Maker {n}<p>Town<p><a href=http://maker{n}.example>maker{n}.example</a>")),
        repeat(8, card("<p><a href=/mail/{n}>a{n}@maker.example</a><p class=n>Maker {n}")),
        some,
        // Nor what the head of a table calls otherwise.
        table("Ort|Ansprechpartner|Firma", "<td>Ort {n}<td>Anna {n}<td>Maker {n}"),
        table("Region|Phone|Company", "<td><a href=/r/{n}>Region {n}</a><td>+34 91 123 45 6{n}<td>Maker {n}"),
        // What is called like a host, and alone is so, keeps its name.
        repeat(8, |n| {
            if n == 1 { "<li><a href=/o/1>Maker 1</a> Town" } else { "<li><a href=/o/{n}>Maker {n}</a> Town" }
                .replace("{n}", &n.to_string())
        }),
    ] {
        let reading = read(&format!("{MENU}<main>{html}</main>"));
        let want: Vec<String> = (1..=8).map(|n| format!("Maker {n}")).collect();
        assert_eq!(names(&reading), want, "{html}");
    }
    let hosts = repeat(8, |n| {
        format!("<li><a href=/o/{n}>{}</a> <b>Town {n}</b>", if n == 4 { "Maker.example".to_owned() } else { format!("Maker {n}") })
    });
    assert_eq!(names(&read(&format!("<ul>{hosts}</ul>")))[3], "Maker.example");
}

#[test]
fn a_column_headed_so_is_the_name_where_records_are_companies() {
    let rows = repeat(8, |n| format!("<tr><td><a href=/o/{n}>Box {n}</a><td>Maker {n}"));
    let html = format!("<table><tr><th>Angebot<th>Firma{rows}</table>");
    let url = Url::parse("https://fair.example/list").unwrap();
    let input = Input { bytes: html.as_bytes(), content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &|| false };
    for (company, want) in [(false, "Box 1"), (true, "Maker 1")] {
        let reading = read_with(&input, &hints(&url), &Asked { company, ..Asked::default() }).unwrap();
        assert_eq!(names(&reading)[0], want);
    }
}

#[test]
fn the_link_of_a_record_is_the_same_in_all() {
    let offers = ["PET瓶坯", "注塑机", "纸箱", "钛白粉", "球阀"];
    let two = |class: bool| {
        let one = |n: usize| {
            let [t, c] = if class { [" class=t", " class=c"] } else { ["", ""] };
            format!(
                "<div class=o><div{t}><a href=/offer/{n}>{}</a></div><div{c}><a href=/firm/{n}>宁波海天机械 {n}</a></div><div class=p>¥{n}.50</div></div>",
                offers[n - 1]
            )
        };
        repeat(5, one)
    };
    let more = repeat(5, |n| {
        format!("<div class=e><p>Maker {n}<p><a href=http://maker{n}.example>www.maker{n}.example</a><p><a href=/offer/{n}>more</a></div>")
    });
    for html in [two(true), two(false), more] {
        let reading = read(&html);
        let found: Vec<String> =
            reading.lists[0].records.iter().filter_map(|item| item.detail.as_ref()).map(|url| url.path().to_owned()).collect();
        assert_eq!(found, (1..=5).map(|n| format!("/offer/{n}")).collect::<Vec<_>>(), "{html}");
    }
}

#[test]
fn records_are_parted_where_the_page_parts_them() {
    let rows = |line: &'static str| {
        move |n: usize| format!("<tr><td>Firm {n}, Lda.</td><td>Porto</td></tr><tr><td><b>Maker {n}</b></td><td>{n},50 €</td></tr>{line}")
    };
    let (line, empty) = ("<tr><td colspan=2><hr></td></tr>", "<tr><td colspan=2>&nbsp;</td></tr>");
    let headed = |n: usize| format!("<p>Firm {n}, Lda., Porto</p><h3>Maker {n}</h3><p>{n},50 €</p><hr>");
    let bold = |n: usize| {
        let mail = if matches!(n, 2 | 6) { String::new() } else { format!("<br><a href=mailto:a{n}@maker.example>a{n}@maker.example</a>") };
        format!("{}<b>Maker {n}</b><br>Firm {n}, Town<br>Tel: 0161 496 000{n}{mail}", if n > 1 { "<hr>" } else { "" })
    };
    for html in [
        format!("<table>{}</table>", repeat(6, rows(line))),
        format!("<table>{}</table>", repeat(6, rows(empty))),
        format!("<table>{line}{}</table>", repeat(6, rows(line))),
        format!("<div>{}</div>", repeat(6, headed)),
        format!("<h1>Members</h1><p>They make boxes.</p>{}<p>Copyright 2026</p>", repeat(6, bold)),
    ] {
        let reading = read(&html);
        let found: Vec<String> = reading.lists[0]
            .records
            .iter()
            .map(|item| item.cells.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>().join(" | "))
            .collect();
        assert_eq!(found.len(), 6, "{html}: {found:#?}");
        for (n, words) in (1..=6).zip(&found) {
            assert!(words.contains(&format!("Maker {n}")) && words.contains(&format!("Firm {n},")), "{html}: {found:#?}");
        }
        assert!(!found[5].contains("Copyright"), "{found:#?}");
    }
}

#[test]
fn a_group_of_records_is_none() {
    let letters = |one: &dyn Fn(usize) -> String, (open, close): (&str, &str)| -> String {
        let groups = [("A", 1..=3), ("B", 4..=4), ("C", 5..=6), ("D", 7..=10), ("E", 11..=11)];
        let group = |(letter, of): (&str, std::ops::RangeInclusive<usize>)| {
            format!("<h2>{letter}</h2>{open}{}{close}", of.map(one).collect::<Vec<_>>().concat())
        };
        groups.into_iter().map(group).collect::<Vec<_>>().concat()
    };
    let item = |n: usize| format!("<li><a href=/o/{n}>Maker {n}</a> – Leeds</li>");
    let card = |n: usize| format!("<div class=e><p class=n>Maker {n}</p><p>{n} Main St</p><a href=/o/{n}>Read more</a></div>");
    let some = |n: usize| {
        let address = if n % 2 == 1 { format!("<p class=a>{n} Main St, Dayton</p>") } else { String::new() };
        let phone = if n.is_multiple_of(3) { String::new() } else { format!("<p class=t>(937) 555-01{n:02}</p>") };
        let site = if n % 3 == 1 { "<p><a href=http://a.example>Website</a></p>" } else { "" };
        format!("<div class=e><h3><a href=/o/{n}>Maker {n}</a></h3>{address}{phone}{site}</div>")
    };
    let bare = |n: usize| {
        let more = if matches!(n, 8 | 30) { String::new() } else { format!("<p>{n} Main St, Dayton</p><p>(937) 555-01{n:02}</p>") };
        format!("<div class=e><h3><a href=/o/{n}>Maker {n}</a></h3>{more}</div>")
    };
    let halls = |n: usize| {
        let hall = if n % 2 == 1 { format!("<td rowspan=2>East {n}") } else { String::new() };
        format!("<tr>{hall}<td>Maker {n}<td>{n} Main St")
    };
    let site = |n: usize| {
        let site = if n % 2 == 1 { format!("<a href=http://www.maker{n}.example>www.maker{n}.example</a>") } else { String::new() };
        format!("<tr><td>Maker {n}<td>Soria<td>{site}")
    };
    for (count, html) in [
        (11, letters(&item, ("<ul>", "</ul>"))),
        (11, letters(&card, ("", ""))),
        (30, repeat(30, some)),
        (30, repeat(30, bare)),
        (11, format!("<table><tr><th>Halle<th>Firma<th>Straße{}</table>", repeat(11, halls))),
        (8, format!("<table><tr><th>Empresa<th>Localidad<th>Web{}</table>", repeat(8, site))),
    ] {
        let reading = read(&format!("<h1>Members</h1>{html}"));
        assert_eq!(names(&reading), (1..=count).map(|n| format!("Maker {n}")).collect::<Vec<_>>(), "{html}");
    }
}

#[test]
fn a_cell_of_several_rows_belongs_to_all_of_them() {
    let row = |n: usize| {
        let hall = if n % 2 == 1 { format!("<td rowspan=2>East {n}") } else { String::new() };
        format!("<tr>{hall}<td><a href=/o/{n}>Maker {n}</a><td>{n} Main St")
    };
    for head in ["<tr><th>Hall<th>Company<th>Street", ""] {
        let reading = read(&format!("<table>{head}{}</table>", repeat(8, row)));
        let rows = |n: usize| reading.lists[0].records[n].cells.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>();
        assert_eq!(rows(2), ["Maker 3", "https://fair.example/o/3", "East 3", "3 Main St"], "{head}");
        assert_eq!(rows(3), ["Maker 4", "https://fair.example/o/4", "East 3", "4 Main St"], "{head}");
    }
}

#[test]
fn two_layouts_are_one_list() {
    let gold = |n: usize| {
        format!(
            "<div class=g><img src=/{n}.png><h3>Maker {n}</h3><p>Town {n}</p><p>Tel. 225 100 20{n}</p><p>It {WORDS}; {WORDS}.</p></div>"
        )
    };
    let row = |n: usize| format!("<tr><td>Maker {n}<td>Town {n}<td>225 300 40{n}");
    let rows: String = (4..=9).map(row).collect();
    let html = format!("<div>{}</div><table><tr><th>Empresa<th>Localidade<th>Telefone{rows}</table>", repeat(3, gold));
    let reading = read_at("https://fair.example.pt/", &html);
    assert_eq!(names(&reading), [4, 5, 6, 7, 8, 9, 1, 2, 3].map(|n| format!("Maker {n}")), "{html}");
    assert_eq!(values(&reading, "phone").len(), 9);
}

#[test]
fn large_cards_and_rows_that_lead_alike_are_one_list_and_teasers_are_none_of_it() {
    let card = |path: &'static str, n: usize| {
        format!(
            "<div class=g><img src=/{n}.png><h2><a href={path}/{n}>Maker {n}</a></h2><p>It {WORDS}.</p><p>Ring {n}, 7017{n} Town</p><p>Tel. 0711 88022{n}0</p></div>"
        )
    };
    let row =
        |n: usize| format!("<tr><td><a href=/members/{n}>Maker {n}</a></td><td>Ring {n}, 7017{n} Town</td><td>0711 49230{n}0</td></tr>");
    let rows = || format!("<table>{}</table>", (5..=9).map(row).collect::<String>());
    let cards = |path: &'static str| format!("<div>{}</div>", repeat(4, |n| card(path, n)));
    let again = |n: usize| format!("<li><a href=/members/{n}>Maker {n}</a> <span>Ring {n}, 7017{n} Town</span></li>");
    let news = |n: usize| format!("<li><a href=/news/{n}>We moved {n}</a> <span>1{n}.11.2026</span></li>");
    for (count, html) in [
        (9, format!("{}{}", cards("/members"), rows())),
        (9, format!("{}{}", rows(), cards("/members"))),
        (9, format!("{}{}<h2>News</h2><ul>{}</ul>", cards("/members"), rows(), repeat(4, news))),
        // Those that lead elsewhere, those that are there already, and those that stand beside the content.
        (5, format!("{}<div>{}</div>", rows(), repeat(3, |n| card("/partners", n)))),
        (5, format!("{}<ul>{}</ul>", rows(), (5..=7).map(again).collect::<String>())),
        (5, format!("{}<aside><ul>{}</ul></aside>", rows(), repeat(4, again))),
        (5, format!("{}<ul>{}</ul>", rows(), repeat(4, news))),
    ] {
        let reading = read_at("https://fair.example.de/members", &format!("{MENU}<main><h1>Members</h1>{html}</main>"));
        let most = reading.lists.iter().map(|list| list.records.len()).max();
        assert_eq!(most, Some(count), "{html}");
        if count == 9 {
            let mut found: Vec<&str> = names(&reading);
            found.sort_unstable();
            assert_eq!(found, (1..=9).map(|n| format!("Maker {n}")).collect::<Vec<_>>(), "{html}");
            assert_eq!(values(&reading, "phone").len(), 9, "{html}");
        }
    }
}

#[test]
fn a_few_large_cards_are_records_of_the_list_beside_them_and_banners_are_none() {
    let card = |to: &str, name: &str, more: &str| {
        format!("<div class=g><img src=/1.png><h2><a href={to}>{name}</a></h2><p>{name} {WORDS}.</p>{more}</div>")
    };
    let member = |n: usize| card(&format!("/members/{n}"), &format!("Maker {n}"), "");
    let row = |n: usize, to: &str, name: &str| {
        format!("<tr><td><a href=/members/{to}>{name}</a></td><td>Ringstraße {n}, 70173 Stuttgart</td><td>0711 49230{n}</td></tr>")
    };
    let reached: String = (5..=9).map(|n| row(n, &n.to_string(), &format!("Maker {n}"))).collect();
    let reached = format!("<table>{reached}</table>");
    let firms: String =
        ["acme", "beta", "dorn", "elba", "fink"].iter().zip(1..).map(|(firm, n)| row(n, firm, &format!("{firm} GmbH"))).collect();
    let firms = format!("<table>{firms}</table>");
    let place = "<p>Hauptstr. 7, 70174 Stuttgart</p>";
    let in_section = format!("<section><h2>Premium</h2><div>{}</div></section>", card("/members/1", "Maker 1", ""));
    for (count, html) in [
        (6, format!("<div>{}</div>{reached}", member(1))),
        (7, format!("{}{reached}", repeat(2, member))),
        (7, format!("{reached}<div>{}</div>", repeat(2, member))),
        (6, format!("{in_section}{reached}")),
        // More than two, and nothing by which both are reached.
        (9, format!("<div>{}</div>{reached}", repeat(4, member))),
        // By their legal form, by where they are.
        (6, format!("{}{firms}", card("/members/zeta", "Zeta AG", ""))),
        (6, format!("{}{firms}", card("/members/zeta", "Zeta", place))),
        // Pages of the site itself, links to other pages of the list, news, and what a text mentions.
        (5, format!("{}{firms}", card("/members/join", "Become a member", "<p>Tel. 0711 100200</p>"))),
        (5, format!("{}{}{firms}", card("/members/join", "Become a member", ""), card("/members/login", "Log in", ""))),
        (5, format!("<p><a href=/members/2>Next</a></p>{reached}")),
        (5, format!("{}{reached}", card("/news/1", "Maker 1", place))),
        (5, format!("<p>It {WORDS}, as <a href=/members/1>Maker 1</a> does</p>{reached}")),
        (5, format!("{reached}<aside>{}</aside>", member(1))),
    ] {
        let reading = read_at("https://fair.example.de/members", &format!("{MENU}<main><h1>Members</h1>{html}</main>"));
        let main = reading.lists.first().map_or(0, |list| list.records.len());
        assert_eq!(main, count, "{html}");
        assert!(names(&reading).iter().all(|name| name.starts_with("Maker") || name.contains("Zeta") || name.ends_with("GmbH")), "{html}");
    }
    // Goods that stand beside a list of goods may be advertised.
    let good = |n: usize| format!("<li><a href=/p/{n}>Crate {n}</a> <span>of wood</span> <b>{n},50 €</b></li>");
    let goods: String = (3..=9).map(good).collect();
    let reading = read_at("https://shop.example.de/", &format!("<div>{}</div><ul>{goods}</ul>", card("/p/1", "Box 1", "<b>2,00 €</b>")));
    assert_eq!(reading.lists[0].records.len(), 7);
}

#[test]
fn members_below_their_towns_are_records_and_the_towns_are_none() {
    let firms = [
        "Forjas Tera, S.L.",
        "Quesos Sil",
        "Maderas Eo SA",
        "Bodegas Pas, S.L.",
        "Vidrios Esla",
        "Harinas Cea SL",
        "Aceites Saja",
        "Hornos Deva, S.A.",
    ];
    let towns = [("Burgos", 0..1), ("Lerma", 1..4), ("Soria", 4..5), ("Zamora", 5..7), ("León", 7..8)];
    let by_town = |town: &str, one: &str, (open, close): (&str, &str)| -> String {
        let fill = |n: usize| one.replace("{f}", firms[n]).replace("{n}", &n.to_string());
        let group = |(name, of): &(&str, std::ops::Range<usize>)| {
            town.replace("{t}", name) + open + &of.clone().map(fill).collect::<String>() + close
        };
        towns.iter().map(group).collect()
    };
    let card = "<div class=card><h3>{f}</h3><p>Tel. 947 20 03 1{n}</p></div>";
    let flat = "<h3>{f}</h3><p>Metal {n}</p><p>Tel. 947 20 03 1{n}</p>";
    let (h2, divs) = ("<h2>{t}</h2>", ("<div class=cards>", "</div>"));
    let row = "<tr><td>{f}<td>Metal {n}<td>947 20 03 1{n}";
    let over = "<tr><td colspan=3><b>{t}</b>";
    for html in [
        by_town(h2, card, divs),
        by_town(h2, card, ("", "")),
        by_town("<section><h2>{t}</h2>", card, ("", "</section>")),
        by_town(h2, "<li><b>{f}</b> Tel. 947 20 03 1{n}</li>", ("<ul>", "</ul>")),
        by_town(h2, "<dt>{f}<dd>Metal, Tel. 947 20 03 1{n}", ("<dl>", "</dl>")),
        by_town(h2, "<li>{f}</li>", ("<ul>", "</ul>")),
        by_town(h2, flat, ("", "")),
        by_town(h2, "<p><b>{f}</b><br>Metal {n}<br>Tel. 947 20 03 1{n}</p>", ("", "")),
        by_town(h2, row, ("<table><tr><th>Empresa<th>Sector<th>Tel", "</table>")),
        by_town(h2, row, ("<table><thead><tr><th>Empresa<th>Sector<th>Tel</thead>", "</table>")),
        format!("<table><tr><th>Empresa<th>Sector<th>Tel{}</table>", by_town(over, row, ("", ""))),
    ] {
        let reading = read(&format!("{MENU}<h1>Socios</h1>{html}"));
        assert_eq!(names(&reading), firms, "{html}");
        assert_eq!(values(&reading, "section"), ["Burgos", "Lerma", "Lerma", "Lerma", "Soria", "Zamora", "Zamora", "León"], "{html}");
    }
    let nested = format!("<ul>{}</ul>", by_town("<li>{t}", "<li>{f} - 947 20 03 1{n}</li>", ("<ul>", "</ul>")));
    assert_eq!(names(&read(&nested)), firms);
    // Companies with their people, and with what is said of them, stay companies.
    let person = |n: usize| format!("<div class=card><h3>Ana Ruiz {n}</h3><p>Tel. 947 20 03 1{n}</p></div>");
    let fact = |n: usize| format!("<div class=f><h3>{}</h3><p>Town {n}</p></div>", ["Address", "Office", "Stock"][n - 1]);
    for one in [&person as &dyn Fn(usize) -> String, &fact] {
        let html =
            (0..8).map(|n| format!("<h2>{}</h2><div class=p>{}</div>", firms[n], repeat(1 + n % 3, one))).collect::<Vec<_>>().concat();
        assert_eq!(names(&read(&html)), firms, "{html}");
    }
}

#[test]
fn names_alone_are_a_list_and_a_menu_is_none_beside_anything() {
    let firms = ["Forjas Tera, S.L.", "Quesos Sil", "Maderas Eo SA", "Bodegas Pas, S.L.", "Vidrios Esla", "Harinas Cea SL"];
    let list =
        |(open, close): (&str, &str), names: &[&str]| names.iter().map(|name| format!("{open}{name}{close}")).collect::<Vec<_>>().concat();
    for html in [
        format!("<ul>{}</ul>", list(("<li>", "</li>"), &firms)),
        format!("<div>{}</div>", list(("<p>", "</p>"), &firms)),
        format!("<table>{}</table>", list(("<tr><td>", "</td></tr>"), &firms)),
        format!("<ul>{}</ul>", list(("<li>", "</li>"), &["Forjas Tera", "Quesos Sil", "Maderas Del Eo", "Bodegas Pas", "Vidrios Esla"])),
    ] {
        let reading = read(&format!("{MENU}<h1>Socios</h1>{html}<footer><a href=/x>Legal notice</a></footer>"));
        assert!(names(&reading).len() >= 5 && names(&reading)[0].starts_with("Forjas Tera"), "{html}: {:?}", names(&reading));
    }
    let services = ["Asesoramiento jurídico", "Formación para empresas", "Bolsa de trabajo", "Ayudas y subvenciones", "Seguros colectivos"];
    let paragraphs =
        firms.map(|firm| format!("We met {firm} in the summer of that year, and they told us about what they do and how it all began"));
    let paragraphs: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
    let reached = firms.map(|firm| format!("{firm} – León – Tel. 978 470 406"));
    let reached: Vec<&str> = reached.iter().map(String::as_str).collect();
    for said in [&services[..], &firms[..4], &["Forjas Tera, S.L."; 6], &paragraphs, &reached] {
        let reading = read(&format!("{MENU}<h1>Us</h1><ul>{}</ul>", list(("<li>", "</li>"), said)));
        assert!(!names(&reading).contains(&said[0]), "{said:?}");
    }
}

#[test]
fn a_menu_is_never_a_list_and_lines_and_logos_are() {
    let firms = ["Forjas Tera, S.L.", "Quesos Sil", "Maderas Eo SA", "Bodegas Pas, S.L.", "Vidrios Esla", "Harinas Cea SL"];
    let lines = |one: &dyn Fn(usize, &str) -> String| firms.iter().enumerate().map(|(n, firm)| one(n + 1, firm)).collect::<Vec<_>>();
    let broken = |lines: Vec<String>| format!("<p>{}</p>", lines.join("<br>"));
    let logo = |n: usize, firm: &str| format!("<a href=/m/{n}><img src=/{n}.png alt='{firm}'></a>");
    for (html, beside) in [
        (broken(lines(&|_, firm| format!("· {firm}"))), None),
        (broken(lines(&|n, firm| format!("{n}. {firm}"))), None),
        (lines(&|_, firm| format!("<p>- {firm}</p>")).concat(), None),
        (lines(&|_, firm| format!("<li>{firm} (Soria)</li>")).concat(), Some(("column 1", "Soria"))),
        (broken(lines(&|n, firm| format!("{firm} Tel. 947 200 33{n}"))), Some(("phone", "947 200 331"))),
        (lines(&|n, firm| format!("<li>{firm}, {}</li>", ["Soria", "Lugo"][n % 2])).concat(), None),
        (lines(&|n, firm| format!("<li>{firm} - Soria - Tel. 947 200 33{n}</li>")).concat(), Some(("phone", "947 200 331"))),
        (
            lines(&|n, firm| format!("<div>{firm}, Calle Mayor {n}, 09001 Soria, Tel. 947 200 33{n}</div>")).concat(),
            Some(("phone", "947 200 331")),
        ),
        (format!("<div>{}</div>", lines(&logo).concat()), Some(("link", "https://fair.example/m/1"))),
        (lines(&|n, firm| format!("<div class=l>{}</div>", logo(n, firm))).concat(), Some(("link", "https://fair.example/m/1"))),
        // What is said of the list is none of it.
        (
            format!(
                "<p>Estas son las empresas que forman parte de la asociación.</p>{}",
                lines(&|_, firm| format!("<p>{firm}</p>")).concat()
            ),
            None,
        ),
        (format!("{}<p>Si quiere asociarse, escriba a la asociación.</p>", lines(&|_, firm| format!("<p>{firm}</p>")).concat()), None),
        (format!("<p>Nuestros socios:<br>{}</p>", firms.join("<br>")), None),
        (format!("<p>{}<br>y muchas más</p>", firms.join("<br>")), None),
    ] {
        let reading = read(&format!("{MENU}<main><h1>Socios</h1>{html}</main><footer>Legal notice</footer>"));
        assert_eq!(names(&reading), firms, "{html}");
        if let Some((label, first)) = beside.filter(|(label, _)| *label != "column 1") {
            assert_eq!(values(&reading, label).first().copied(), Some(first), "{html}: {:?}", reading.lists[0].columns);
        }
    }
    let network = |n: usize| format!("<a href=https://www.facebook.com/x{n}><img src=/{n}.png alt='Face {n}'></a>");
    let unnamed = |n: usize| format!("<a href=/m/{n}><img src=/{n}.png alt=logo></a>");
    for body in ["<p>We make boxes.</p>".to_owned(), repeat(6, network), repeat(6, unnamed), repeat(3, |n| format!("<p>{n}</p>"))] {
        let reading = read(&format!("{MENU}<main><h1>Socios</h1>{body}</main><footer><a href=/x>x</a></footer>"));
        assert!(reading.lists.is_empty(), "{body}: {:?}", reading.lists);
    }
}

#[test]
fn rows_with_a_town_alone_stand_over_the_firms_below_them() {
    let firms = ["Forjas Tera, S.L.", "Quesos Sil", "Maderas Eo SA", "Bodegas Pas, S.L.", "Vidrios Esla", "Harinas Cea SL", "Hornos Deva"];
    let towns = [("Burgos", 0..1), ("Lerma", 1..4), ("Soria", 4..5), ("Zamora", 5..7)];
    let table = |head: &str, over: &str, row: &str| {
        let fill = |n: usize| row.replace("{f}", firms[n]).replace("{n}", &n.to_string());
        let group = |(town, of): &(&str, std::ops::Range<usize>)| over.replace("{t}", town) + &of.clone().map(fill).collect::<String>();
        format!("<table>{head}{}</table>", towns.iter().map(group).collect::<String>())
    };
    let (head, row) = ("<tr><th>Empresa<th>Sector<th>Teléfono", "<tr><td>{f}<td>Metal {n}<td>947 20 03 1{n}");
    let linked = "<tr><td><a href=/m/{n}>{f}</a><td>Metal {n}<td>947 20 03 1{n}";
    let wide = "<tr class=g><th colspan=3>{t}</th></tr>";
    for html in [
        table(head, wide, row),
        table("", wide, row),
        table("<thead><tr><th>Empresa<th>Sector<th>Teléfono</thead><tbody>", wide, row),
        table(head, wide, linked),
        table(head, "<tr><td><b>{t}</b></td></tr>", row),
        table(head, "<tr><td>{t}<td>&nbsp;<td>&nbsp;", row),
        table("", "<tr><td>{t}<td><td>", row),
    ] {
        let reading = read(&format!("{MENU}<main><h1>Socios</h1>{html}</main>"));
        assert_eq!(names(&reading), firms, "{html}");
        assert_eq!(values(&reading, "section"), ["Burgos", "Lerma", "Lerma", "Lerma", "Soria", "Zamora", "Zamora"], "{html}");
        let labels: Vec<&str> = reading.lists[0].columns.iter().map(|column| column.label.as_str()).collect();
        assert!(!labels.contains(&"phone 2") && !labels.contains(&"column 3"), "{html}: {labels:?}");
    }
    // A firm of which nothing else is said is one.
    let bare =
        |n: usize| if n % 3 == 2 { format!("<tr><td>{}<td><td>", firms[n]) } else { row.replace("{f}", firms[n]).replace("{n}", "7") };
    let html = format!("<table>{head}{}</table>", (0..7).map(bare).collect::<String>());
    assert_eq!(names(&read(&html)), firms, "{html}");
}

#[test]
fn a_caption_alone_is_no_value() {
    let member = |n: usize| {
        format!(
            "<div class=c><h3><a href=/m/{n}>Maker {n}</a></h3><p>Town {n}</p><p>Tel. <a href='tel:+3494720033{n}'>947 20 03 3{n}</a></p></div>"
        )
    };
    let news = "<div class=c><h3><a href=/n/1>A fair is held</a></h3><p>12/11/2026</p><p>It begins on Monday.</p></div>";
    let reading = read(&format!("<main>{}{news}{}</main>", repeat(4, member), (5..=8).map(member).collect::<String>()));
    let cells = reading.lists[0].records.iter().flat_map(|item| &item.cells);
    assert_eq!(
        cells.filter(|cell| cell.value == "Tel." || cell.value.starts_with("It begins")).count(),
        0,
        "{:#?}",
        reading.lists[0].columns
    );
    assert_eq!(values(&reading, "phone").len(), 8);
}

#[test]
fn more_than_a_page_shows_is_told_where_no_link_leads_to_it() {
    let card = |n: usize| format!("<li class=card><h3><a href=/o/{n}>Maker {n}</a></h3><p>Maker {n} {WORDS}</p></li>");
    let month = repeat(30, |day| format!("<i>{day}</i> "));
    for (below, want) in [
        ("<button>Ver más</button>", Some("Ver más")),
        ("<button data-next=2>Cargar más (13 en total)</button>", Some("Cargar más (13 en total)")),
        ("<a href='#' class=btn>Load more</a>", Some("Load more")),
        ("<a href='#'>Ver más empresas</a>", Some("Ver más empresas")),
        ("<a class=btn data-page=2>Show more members</a>", Some("Show more members")),
        ("<a href='javascript:void(0)'>Показать ещё</a>", Some("Показать ещё")),
        ("<button><span>Показать ещё компании</span></button>", Some("Показать ещё компании")),
        ("<div role=button tabindex=0>Mostrar más resultados</div>", Some("Mostrar más resultados")),
        ("<div class=more><span>Load more</span></div>", Some("Load more")),
        ("<form><input type=text value='Load more'><input type=submit value=More></form>", Some("More")),
        ("<div><button>1</button><button>2</button><button>3</button></div>", Some("1 2")),
        ("<nav><button>1</button><button>2</button><button>…</button><button>12</button></nav>", Some("1 2")),
        ("<ul class=pagination><li class=active><a>1</a></li><li><a onclick='p(2)'>2</a></li></ul>", Some("1 2")),
        ("<div><span class=on>1</span> <span>2</span> · <span>3</span> <span>4</span></div>", Some("1 2")),
        ("<p>Mostrando 6 de 57 resultados</p>", Some("6 de 57")),
        ("<p>Showing <b>1</b>–<b>6</b> of <b>57</b></p>", Some("1–6 of 57")),
        ("<p>Página 1 de 8</p>", Some("Página 1 de 8")),
        // It can be followed, is none of the list's, or is something else.
        ("<a href='?page=2'><img src=2.gif alt=2></a><a href='?page=3'><img src=3.gif alt=3></a>", None),
        ("<footer><button>Ver más</button></footer>", None),
        ("<button>Search</button>", None),
        ("<button>Ver más noticias</button>", None),
        ("<a href=/news>Ver más</a>", None),
        ("<button>1</button> <button>5</button>", None),
        ("<ol><li><b>1</b> Ask us</li><li><b>2</b> Pay</li><li><b>3</b> Come</li></ol>", None),
        (month.as_str(), None),
        ("<p>Founded 6 of May, 3 de 57 fotos</p>", None),
    ] {
        let reading = read_at("https://fair.example/list", &format!("{MENU}<h1>Makers</h1><ul>{}</ul>{below}", repeat(6, card)));
        assert_eq!(reading.more.as_deref(), want, "{below}: {:?}", reading.next);
    }
    // Each of them has its own.
    let own = |n: usize| format!("<li class=card><h3><a href=/o/{n}>Maker {n}</a></h3><p>{WORDS}</p><a href='#'>Ver más</a></li>");
    assert_eq!(read(&format!("<ul>{}</ul>", repeat(6, own))).more, None);
}

#[test]
fn a_link_for_more_leads_on_where_its_address_says_so() {
    let card = |n: usize| format!("<li class=card><h3><a href=/o/{n}>Maker {n}</a></h3><p>Maker {n} {WORDS}</p></li>");
    for (page, href, text, follows) in [
        ("/list", "?page=2", "Ver más", true),
        ("/list?page=2", "?page=3", "Ver más", true),
        ("/list?page=2", "?page=1", "Ver más", false),
        ("/list?town=5", "?town=5&desde=6", "Ver más empresas", true),
        ("/list?town=5", "?town=6&desde=6", "Ver más empresas", false),
        ("/list", "?all=1", "View all companies", true),
        ("/list", "/list/page/2", "Показать ещё компании", true),
        ("/list/page/2", "/list/page/3", "Mostrar más", true),
        ("/list/page/2", "/list/page/1", "Mostrar más", false),
        ("/list", "?page=2", "Read on", false),
        ("/list", "/news", "Ver más", false),
        ("/list", "?sort=name", "Ver más", false),
    ] {
        let html = format!("{MENU}<h1>Makers</h1><ul>{}</ul><a href='{href}'>{text}</a>", repeat(6, card));
        let reading = read_at(&format!("https://fair.example{page}"), &html);
        let wanted = Url::parse(&format!("https://fair.example{page}")).unwrap().join(href).unwrap();
        assert_eq!(reading.next, follows.then_some(wanted), "{page} {href} {text}");
        assert_eq!(reading.more, None, "{page} {href} {text}");
    }
}

#[test]
fn tables_below_a_heading_each_and_headings_between_rows() {
    let firms = ["Arvor", "Iroise", "Rance", "Ried", "Vosges", "Rhin", "Cinto", "Porto"];
    let rows = |some: std::ops::Range<usize>, template: &str| {
        some.map(|n| template.replace("{f}", firms[n]).replace("{n}", &n.to_string())).collect::<String>()
    };
    let plain = "<tr><td>{f} SARL<td>Ville {f}<td>02 98 55 10 0{n}";
    let table = |some| format!("<table><tr><td><b>Société</b><td><b>Ville</b><td><b>Téléphone</b>{}</table>", rows(some, plain));
    let html = format!("<h2>Bretagne</h2>{}<h2>Alsace</h2>{}<h2>Corse</h2>{}", table(0..3), table(3..6), table(6..8));
    let reading = read_at("https://fair.example.fr/", &html);
    let list = &reading.lists[0];
    assert_eq!(list.records.len(), 8, "{html}");
    let called = |label: &str| list.columns.iter().find(|column| column.label == label).and_then(|column| column.caption.as_deref());
    assert_eq!((called("phone"), called("column 1")), (Some("Téléphone"), Some("Ville")));
    // What stands between the rows is of none of them, and over those below it.
    let linked = "<tr><td><a href=/m/{n}>{f}</a><td>Ville {f}<td>info(at){f}.example.fr";
    let over = |name: &str| format!("<tr class=g><td colspan=3>{name}");
    let html = format!(
        "{}{}{}{}{}{}",
        over("Bretagne"),
        rows(0..3, linked),
        over("Alsace"),
        rows(3..6, linked),
        over("Corse"),
        rows(6..8, linked)
    );
    let reading = read(&format!("<table>{html}</table>"));
    assert_eq!(reading.lists[0].records.len(), 8);
    assert!(
        reading.lists[0].records.iter().all(|item| item.cells.iter().all(|cell| !cell.value.contains("Alsace") || cell.value == "Alsace")),
        "{:#?}",
        reading.lists[0]
    );
    assert_eq!(values(&reading, "section").iter().filter(|over| **over == "Alsace").count(), 3);
    assert_eq!(values(&reading, "email").len(), 8);
    // Captions and values of one record each are no records.
    let card =
        |n: usize| format!("<h2>Crate {n}</h2><table><tr><td>Weight<td>{n} kg<tr><td>Height<td>{n}0 cm<tr><td>Colour<td>c{n}</table>");
    assert_eq!(read(&repeat(4, card)).lists[0].records.len(), 4);
}

#[test]
fn classes_that_each_record_has_of_its_own_part_no_columns() {
    let firms = ["Kern", "Weber", "Lang", "Ott", "Sauer"];
    let card = |n: usize| {
        let name = firms[n - 1];
        format!(
            "<div class=k{n}x><div class=a{n}><h2>{name}</h2></div><div class=b{n}><p>Town of {name}</p></div><div class=c{n}><p>Sells {name}s</p></div></div>"
        )
    };
    let filled: Vec<usize> = read(&repeat(5, card)).lists[0].columns.iter().map(|column| column.filled).collect();
    assert_eq!(filled, [5; 3]);
}

#[test]
fn a_head_that_is_built_as_the_rows_below_it_is_none_of_them() {
    let row = |n: usize| format!("<tr><td><b><a href=/o/{n}>Maker {n}</a></b></td><td>Hall {n}</td></tr>");
    let plain = "<tr><td><b>Kistenwerk Nord</b></td><td>Hall 9</td></tr>";
    for (count, head) in [(8, "<tr><td><b>Firma</b></td><td>Halle</td></tr>"), (9, plain)] {
        let reading = read(&format!("<table>{head}{}</table>", repeat(8, row)));
        assert_eq!(reading.lists[0].records.len(), count, "{head}");
    }
}

#[test]
fn an_offer_in_a_row_is_one_record_whoever_sells_it() {
    let offers = [
        ("Flexo press", "2016", "45.000 €", "Cidacos, S.L.", "941 223 100"),
        ("Guillotine", "1998", "6.500 €", "Oja, S.A.", "941 340 221"),
        ("Folder", "2009", "POA", "Leza", "941 450 332"),
        ("Die cutter", "2004", "9.000 €", "Najerilla, S.L.", "941 363 443"),
        ("Coater", "2011", "18.750 €", "Iregua, S.L.", "941 502 554"),
    ];
    for (before, template, after) in [
        ("<table>", "<tr><td>{what}<td>{year}<td>{price}<td>{whose}<td>Tel. {tel}</tr>", "</table>"),
        ("<ul>", "<li>{what}<div>{price}</div><div>Seller: {whose}</div><div>Tel. {tel}</div></li>", "</ul>"),
        ("", "<div><p>{what}</p><p>{whose}</p><p>Tel. {tel}</p><p>{price}</p></div>", ""),
    ] {
        let row = |(what, year, price, whose, tel): (&str, &str, &str, &str, &str)| {
            let what = format!("<a href='/m/{year}'>{what}</a>");
            let own = [("{what}", what.as_str()), ("{year}", year), ("{price}", price), ("{whose}", whose), ("{tel}", tel)];
            own.iter().fold(template.to_owned(), |row, (name, value)| row.replace(name, value))
        };
        let reading = read(&[before, &offers.map(row).concat(), after].concat());
        assert_eq!(names(&reading), offers.map(|(what, ..)| what), "{template}");
        for (label, first) in [("price", "45.000 €"), ("phone", "941 223 100")] {
            let found = values(&reading, label);
            assert!(found.len() == 5 && found[0].ends_with(first), "{label} {found:?}: {template}");
        }
    }
    // Where few have a day, companies stand in one place and nowhere else.
    let request = |n: usize| {
        let until = if n.is_multiple_of(3) { "Closes 19 March 2027" } else { "Open" };
        format!("<li><a href=/r/{n}>Lids, lot {n}</a><div>{} Ltd</div><div>{until}</div></li>", offers[n % 5].0)
    };
    assert_eq!(read(&format!("<ul>{}</ul>", repeat(6, request))).lists[0].records.len(), 6);
    // Below towns, whoever has a number is still one of several.
    let town = |town: &str| {
        let firm = |name: &str| format!("<li>{town} {name}</li>");
        format!("<div><h3>{town}</h3><ul>{}{}{}</ul></div>", firm("Board, S.L. 941 223 100"), firm("Print, S.A."), firm("Ink, S.L."))
    };
    let reading = read(&["Haro", "Alfaro", "Arnedo", "Ezcaray"].map(town).concat());
    assert_eq!(reading.lists[0].records.len(), 12);
}

#[test]
fn whoever_sells_is_no_name_of_what_is_sold() {
    let row = |n: usize| format!("<tr><td>Press {n}</td><td>{n}.500 €</td><td><a href=/s/{n}>Maker {n} Ltd</a></td></tr>");
    let reading = read(&format!("<table><tr><th>Item<th>Price<th>Seller</tr>{}</table>", repeat(5, row)));
    assert_eq!(names(&reading)[0], "Press 1");
}

#[test]
fn the_head_of_a_short_table_is_none_of_its_rows() {
    let towns = ["Leek", "Otley", "Ripon", "Selby", "Thirsk", "Malton", "Goole", "Skipton"];
    let row = |n: usize| format!("<tr><td>{} Board Ltd</td><td>{}</td></tr>", towns[8 - n], towns[n - 1]);
    let head = "<tr><td><b>Company</b></td><td><b>Town</b></td></tr>";
    let plain = "<tr><td><b>Kistenwerk</b></td><td><b>Town</b></td></tr>";
    for (rows, head, want) in [(2, head, 2), (3, head, 3), (4, head, 4), (8, head, 8), (3, plain, 4)] {
        let reading = read(&format!("<h1>Members</h1><table>{head}{}</table>", repeat(rows, row)));
        assert_eq!(reading.lists[0].records.len(), want, "{rows} {head}");
    }
}

#[test]
fn few_days_until_which_are_deadlines_where_the_others_say_no_day() {
    let card = |n: usize, until: &str| format!("<section><h3><a href=/r/{n}>Lids {n}</a></h3><p class=d>{until}</p></section>");
    for (others, want) in [("Open", 2), ("Posted 3 May 2026", 0), ("No closing date", 2)] {
        let html: String = (1..=6_usize).map(|n| card(n, if n.is_multiple_of(3) { "Closes 19 February 2027" } else { others })).collect();
        let found = read(&html);
        let deadlines = values(&found, "deadline").iter().filter(|value| value.contains("2027")).count();
        assert_eq!(deadlines, want, "{others}: {:?}", found.lists[0].columns);
    }
}

#[test]
fn cells_that_are_coloured_in_turn_are_one_column() {
    let firms = ["Kern", "Weber", "Lang", "Ott", "Sauer", "Blum", "Roth", "Vogt"];
    let each = |template: &str| {
        repeat(8, |n| {
            let colour = if n % 2 == 1 { "odd" } else { "even" };
            template
                .replace("{f}", firms[n - 1])
                .replace("{n}", &n.to_string())
                .replace("{c}", colour)
                .replace("{a}", if n % 2 == 1 { "alt" } else { "" })
        })
    };
    for html in [
        format!("<table>{}</table>", each("<tr><td class={c}><a href=/m/{n}>{f}</a><td class={c}>Hall {f}<td class={c}>Ref {n}-{f}")),
        format!("<table>{}</table>", each("<tr><td class='{a}'><a href=/m/{n}>{f}</a><td class='{a}'>Hall {f}<td class='{a}'>Ref {n}-{f}")),
        each("<div class=row-{c}><h3><a href=/m/{n}>{f}</a></h3><p class=t-{c}>Hall {f}</p><span class=u-{c}>Ref {n}-{f}</span></div>"),
        format!("<ul>{}</ul>", each("<li><div class={c}><h3><a href=/m/{n}>{f}</a></h3><p>Hall {f}</p><p>Ref {n}-{f}</p></div>")),
    ] {
        let reading = read(&html);
        let filled: Vec<usize> = reading.lists[0].columns.iter().map(|column| column.filled).collect();
        assert_eq!(filled, [8; 4], "{html} {:#?}", reading.lists[0].columns);
    }
    // What some have and others have not is a field each.
    let some = |n: usize| {
        let said = if n.is_multiple_of(3) { "<p class=hall>Hall" } else { "<p class=ref>Ref" };
        format!("<li><h3><a href=/m/{n}>{}</a></h3>{said} {n}</p>", firms[n - 1])
    };
    let reading = read(&format!("<ul>{}</ul>", repeat(8, some)));
    assert_eq!(reading.lists[0].columns.iter().map(|column| column.filled).filter(|filled| *filled < 8).collect::<Vec<_>>(), [6, 2]);
}

#[test]
fn what_takes_turns_is_one_record_and_what_is_only_coloured_is_one_each() {
    let firms = ["Kern", "Weber", "Lang", "Ott", "Sauer", "Blum", "Roth", "Vogt"];
    let each = |template: &'static str| {
        repeat(8, |n| {
            let colour = if n % 2 == 1 { "odd" } else { "even" };
            template.replace("{f}", firms[n - 1]).replace("{n}", &n.to_string()).replace("{c}", colour)
        })
    };
    let table = |rows: String| format!("<table>{rows}</table>");
    for html in [
        // One record of two or three.
        table(each("<tr><td colspan=2><a href=/m/{n}>{f}</a><tr><td>{n} Main St<td>0711 49{n}230")),
        table(each("<tr><td>{f}<td>Hall A<tr><td>{n} Main St<td>0711 49{n}230")),
        table(each("<tr><td><a href=/m/{n}>{f}</a><tr><td>{n} Main St, <a href=mailto:a{n}@b.example>a{n}@b.example</a>")),
        table(each("<tr class={c}><td><a href=/m/{n}>{f}</a><td>since 19{n}0<tr class={c}><td>{n} Main St<td>0711 49{n}230")),
        table(each("<tr class=odd><td><a href=/m/{n}>{f}</a><td>since 19{n}0<tr class=even><td>{n} Main St<td>0711 49{n}230")),
        table(format!(
            "<tr><th>Name<th>More{}",
            each("<tr><td><a href=/m/{n}>{f}</a><td>since 19{n}0<tr><td>{n} Main St<td>0711 49{n}230")
        )),
        table(each("<tr><td rowspan=2><img src=/{n}.png><td>{f}<td>Hall A<tr><td>{n} Main St<td>0711 49{n}230")),
        table(each("<tr><td>{f}<td>a{n}@b.example<tr><td>{n} Main St<td>Town<tr><td>Tel.<td>0711 49{n}230")),
        format!("<div>{}</div>", each("<div>{f}</div><div>{n} Main St<br>Tel. 0711 49{n}230</div>")),
        format!("<div>{}</div>", each("<div class=t>{f}</div><div class=d>{n} Main St</div>")),
        // One record each, in two colours.
        table(each("<tr class={c}><td>{f}<td>{n} Main St")),
        table(each("<tr class={c}><td><a href=/m/{n}>{f}</a><td>{n} Main St")),
        table(each("<tr class={c}><td><a href=/m/{n}>{f}</a><td>{n} Main St<td>0711 49{n}230")),
        table(each("<tr><td class={c}><a href=/m/{n}>{f}</a><td class={c}>{n} Main St<td class={c}>0711 49{n}230")),
        table(format!("<tr><th>Name<th>Street{}", each("<tr class={c}><td>{f}<td>{n} Main St"))),
        format!("<ul>{}</ul>", each("<li class={c}><h3><a href=/m/{n}>{f}</a></h3><p>{n} Main St</li>")),
        format!("<div>{}</div>", each("<div class={c}><a href=/m/{n}>{f}</a><br>{n} Main St</div>")),
        each("<p><b>{f}</b><br>{n} Main St<br>Tel. 0711 49{n}230</p>"),
        each("<p>{f}<br>{n} Main St<br>Tel. 0711 49{n}230</p>"),
        format!("<div>{}</div>", each("<div class={c}><span>{f}</span> <span>{n} Main St</span></div>")),
    ] {
        let reading = read(&format!("{MENU}<main><h1>Members</h1>{html}</main>"));
        assert_eq!(names(&reading), firms, "{html}");
        for (n, item) in reading.lists[0].records.iter().enumerate() {
            assert!(item.cells.iter().any(|cell| cell.value.contains(&format!("{} Main St", n + 1))), "{html}: {item:?}");
        }
    }
}

#[test]
fn what_stands_before_names_is_none_of_them() {
    let firms =
        ["Forjas Tera", "Quesos Sil", "Maderas Eo SA", "Bodegas Pas, S.L.", "Vidrios Esla", "Harinas Cea", "Hornos Deva", "Aceites Saja"];
    let each = |template: &'static str| repeat(8, |n| template.replace("{f}", firms[n - 1]).replace("{n}", &n.to_string()));
    let bold = "<tr><td><b>Empresa</b></td><td><b>Dirección</b></td><td><b>Población</b></td><td><b>Teléfono</b></td></tr>";
    for html in [
        // A sentence before headings and what is said below them.
        format!("<p>Consulte aquí las empresas.</p>{}", each("<h3>{f}</h3><p>Calle Mayor {n}, Burgos</p><p>Tel. 947 20 03 1{n}</p><hr>")),
        format!("<p>Consulte aquí las empresas.</p>{}", each("<h3>{f}</h3><p>Calle Mayor {n}, Burgos</p><p>Tel. 947 20 03 1{n}</p>")),
        // The head of a table that is built as its rows.
        format!("<table>{bold}{}</table>", each("<tr><td>{f}</td><td>Calle Mayor {n}</td><td>Lugo</td><td>947 20 03 1{n}</td></tr>")),
        // Words in front of a name, and of what is none.
        each("<div class=f><p>Nombre: {f}</p><p>Población: Town {n}</p><p>Teléfono: 947 20 03 1{n}</p></div>"),
        each("<div class=f><div class=s>Pab. 3 Stand A1{n}</div><div class=n>{f}</div><div class=c>Tel. 947 20 03 1{n}</div></div>"),
    ] {
        let reading = read(&format!("{MENU}<main><h1>Socios</h1>{html}</main>"));
        assert_eq!(names(&reading), firms, "{html}");
        let phones: Vec<String> = (1..=8).map(|n| format!("947 20 03 1{n}")).collect();
        assert_eq!(values(&reading, "phone"), phones, "{html}: {:?}", reading.lists[0].columns);
    }
}

#[test]
fn what_names_say_besides_is_read_and_what_stands_beside_them_is_not() {
    let firms =
        ["Abbey Forge Ltd", "Bishop Mills Ltd", "Derwent Dairy Ltd", "Ebor Glass plc", "Fulford Foods Ltd", "Gowrie Ltd", "Hale Tools Ltd"];
    let each = |of: std::ops::Range<usize>, template: &str| -> String {
        of.map(|n| template.replace("{f}", firms[n]).replace("{n}", &n.to_string())).collect()
    };
    let line = "<div class=m><h4>{f}</h4><p>Tel. 01904 55010{n}</p></div>";
    let letters = |close: &str| {
        let group = |(letter, of)| {
            let members = each(of, "<li><a href=/m/{n}>{f}</a> – Tel. 01904 55010{n}</li>");
            format!("<li><h3>{letter}</h3><ul>{members}</ul>{close}</li>")
        };
        format!("<ul>{}</ul>", [("A", 0..2), ("B", 2..3), ("C", 3..6), ("D", 6..7)].map(group).concat())
    };
    let boxed = |class: &str, said: &dyn Fn(usize) -> String, of: std::ops::Range<usize>| {
        let one = |n: usize| format!("<div class={class}><img src=/{n}.png>{}</div>", said(n));
        format!("<h2>{class}</h2><div class=g>{}</div>", of.map(one).collect::<String>())
    };
    let member = |n: usize| {
        format!("<h4>{}</h4><ul><li>Tel. 01904 55010{n}</li><li><a href=mailto:a{n}@b.example>a{n}@b.example</a></li></ul>", firms[n])
    };
    let event =
        |n: usize| format!("<h4>Export clinic {n}</h4><ul><li>1{n} December 2026</li><li><a href=/events/{n}>Book now</a></li></ul>");
    let person =
        |n: usize| format!("<li><img src=/b/{n}.jpg><b>Ann Rendall</b><span>Chair</span><a href=mailto:p{n}@m.example>Email</a></li>");
    for html in [
        // Names with legal forms alone are no list where there is a number below each.
        each(0..7, line),
        // Names that are counted.
        (0..7).map(|n| each(n..n + 1, line).replace("<h4>", &format!("<h4>{}. ", n + 1))).collect(),
        letters("<a href=#top>Back to top</a>"),
        boxed("member", &member, 0..7) + &boxed("event", &event, 0..3),
        // Of one there is a number alone, and no page is where something is done.
        each(
            0..7,
            "<div class=m><a href=/members/{n}><img src=/{n}.png></a><a href=/fav/{n}>Add to favourites</a><h4>{f}</h4><ul>\
             <li><a href=tel:+44190455010{n}>01904 55010{n}</a></li><li><a href=mailto:a{n}@b.example>a{n}@b.example</a></li></ul></div>",
        )
        .replace("<li><a href=mailto:a3@b.example>a3@b.example</a></li>", ""),
        format!("<ul class=people>{}</ul>", (0..3).map(person).collect::<String>())
            + &each(0..7, "<div class=m><h3>{f}</h3><p>Kirkwall KW15</p><p>Tel. 01904 55010{n} | E: sales{n}@f.example</p></div>"),
    ] {
        let reading = read(&format!("{MENU}<main><h1>Members</h1>{html}</main>"));
        assert_eq!(names(&reading), firms, "{html}");
        assert_eq!(values(&reading, "phone").len(), 7, "{html}: {:?}", reading.lists[0].columns);
        assert!(!values(&reading, "link").iter().any(|link| link.contains("/fav/")), "{html}");
    }
}

#[test]
fn a_board_is_no_list_of_members() {
    let roles = ["Chair", "Treasurer", "Secretary", "Sales manager", "Director", "President", "Manager"];
    let person = |n: usize| {
        let role = roles[n - 1];
        format!("<li><img src=/b/{n}.jpg><b>Ann Rendall {n}</b><span>{role}</span><a href=mailto:p{n}@m.example>Email</a></li>")
    };
    let member = |n: usize| format!("<div class=m><h3>Skerry {n}</h3><p>Kirkwall KW15</p><p>Tel. 01904 55010{n}</p></div>");
    let html = format!("<h2>Board</h2><ul class=people>{}</ul><h2>Members</h2><div>{}</div>", repeat(7, person), repeat(5, member));
    // Members of a board are called so too.
    let some = (3..7).fold(html.clone(), |html, n| html.replace(roles[n], "Member"));
    let firms = (1..=2).fold(some.clone(), |html, n| html.replace(&format!("Skerry {n}"), &format!("Skerry {n} Ltd")));
    for (html, company, first) in [
        (&html, true, "Skerry 1"),
        (&html, false, "Ann Rendall 1"),
        (&firms, true, "Skerry 1 Ltd"),
        (&firms, false, "Ann Rendall 1"),
        (&some, true, "Ann Rendall 1"),
        (&firms.replace("Ann Rendall 7", "Rendall Ltd"), true, "Ann Rendall 1"),
    ] {
        assert_eq!(names(&read_as(html, company))[0], first, "{company}");
    }
}

#[test]
fn a_count_is_nobody() {
    let member = |n: usize| format!("<div class=m><h3>Skerry {n}</h3><p>Kirkwall</p><p>Tel. 01904 55010{n}</p><p>1{n} reviews</p></div>");
    for many in [2, 6] {
        let reading = read_as(&format!("<main>{}</main>", repeat(many, member)), true);
        let said = reading.lists[0].records.iter().flat_map(|item| &item.cells).filter(|cell| cell.value.contains("reviews")).count();
        assert_eq!(said, 0, "{many}: {:#?}", reading.lists[0]);
    }
}

#[test]
fn an_icon_says_what_a_number_is() {
    let lines = [
        "<p><i class='fa fa-fax'></i> {f}</p><p><i class='fa fa-phone'></i> {t}</p>",
        "<p><i class=icon-fax></i> {f} <i class=icon-phone></i> {t}</p>",
        "<p><span class='icon fax'></span> {f}<br><span class='icon tel'></span> {t}</p>",
        "<p><svg aria-label=Fax><path></path></svg> {f}</p><p><svg aria-label=Phone><path></path></svg>{t}</p>",
        "<p><img alt=Fax src=f.png> {f}</p><p><img alt=Tel src=t.png>{t}</p>",
        "<p><i class=fa-fax></i> <a href='tel:{f}'>{f}</a></p><p><i class=fa-phone></i> <a href='tel:{t}'>{t}</a></p>",
        "<p><a href='tel:{f}'><i class=fa-fax></i> {f}</a></p><p><a href='tel:{t}'><i class=fa-phone></i> {t}</a></p>",
        "<p><a href='tel:{f}'>Fax: {f}</a></p><p><a href='tel:{t}'>Tel: {t}</a></p>",
        "<ul><li class=icon-fax>{f}</li><li class=icon-phone>{t}</li></ul>",
        "<p>York <i class=fa-fax></i> {f} (office)</p><p><i class=fa-phone></i> {t} (office)</p>",
        // As words do.
        "<p>F: {f} | T: {t}</p>",
        "<p>T: {t} | F: {f}</p>",
        "<p>(F) {f} (T) {t}</p>",
        "<p>Fax {f} · Tel {t}</p>",
        "<p>F {f} / P {t}</p>",
        "<p>Факс: {f} Тел.: {t}</p>",
        "<p><i class=fa-phone></i>Ref. 12345{f}</p><p>Fax {f}</p><p>Tel {t}</p>",
        "<p><i class=fa-fax></i> {f}</p>",
    ];
    let digits = |values: Vec<&str>| -> Vec<String> {
        let end = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        values.iter().map(|text| end(text)).map(|all| all[all.len() - 4..].to_owned()).collect()
    };
    for line in lines {
        let member = |n: usize| {
            let line = line.replace("{f}", &format!("01904 55020{n}")).replace("{t}", &format!("01904 55010{n}"));
            format!("<div class=c><h3>Maker {n}</h3><p>Hall {n}</p>{line}</div>")
        };
        let reading = read_at("https://fair.example.uk/list", &format!("<main>{}</main>", repeat(6, member)));
        let columns = &reading.lists[0].columns;
        let want = |from: usize| (1..=6).map(|n| format!("{}", from + n)).collect::<Vec<_>>();
        assert_eq!(digits(values(&reading, "fax")), want(200).iter().map(|n| format!("0{n}")).collect::<Vec<_>>(), "{line}: {columns:#?}");
        let phones = if line.contains("{t}") { want(100).iter().map(|n| format!("0{n}")).collect() } else { Vec::new() };
        assert_eq!(digits(values(&reading, "phone")), phones, "{line}: {columns:#?}");
        assert!(values(&reading, "phone 2").is_empty(), "{line}: {columns:#?}");
    }
}

#[test]
fn who_is_to_be_asked_for_may_be_a_number() {
    let people = ["Ann Lee", "Bob Ray", "Eve Orr", "Kim Fox", "Lou Day", "Max Poe"];
    for (line, phones, named) in [
        ("<p>Contact: {t}</p>", 6, 0),
        ("<p><b>Contacto:</b> {t}</p>", 6, 0),
        ("<p>Контакт: {t}</p>", 6, 0),
        ("<p>Contact: {p}</p>", 0, 6),
        ("<p>Contact: {p}, {t}</p>", 6, 6),
        ("<p>Contact: {h}</p>", 3, 3),
        ("<p>Contact: 01904 55020{n}</p><p>Tel: {t}</p>", 6, 6),
    ] {
        let member = |n: usize| {
            let (number, person) = (format!("01904 55010{n}"), people[n - 1]);
            let line = line
                .replace("{h}", if n.is_multiple_of(2) { "{t}" } else { "{p}" })
                .replace("{t}", &number)
                .replace("{p}", person)
                .replace("{n}", &n.to_string());
            format!("<div class=c><h3>Maker {n}</h3><p>York</p>{line}</div>")
        };
        let reading = read_at("https://fair.example.uk/list", &format!("<main>{}</main>", repeat(6, member)));
        let list = &reading.lists[0];
        assert_eq!(values(&reading, "phone").len(), phones, "{line}: {list:#?}");
        assert!(values(&reading, "phone").iter().all(|phone| phone.contains("55010")), "{line}: {list:#?}");
        let asked = list.columns.iter().position(|column| column.caption.is_some());
        let said = list.records.iter().flat_map(|item| &item.cells).filter(|cell| Some(cell.column) == asked).count();
        assert_eq!(said, named, "{line}: {list:#?}");
    }
}

#[test]
fn the_parts_of_a_page_are_no_list_and_part_lists() {
    let firms =
        ["Forjas Tera", "Quesos Sil", "Maderas Eo SA", "Bodegas Pas, S.L.", "Vidrios Esla", "Harinas Cea", "Hornos Deva", "Aceites Saja"];
    let each = |template: &'static str| repeat(8, |n| template.replace("{f}", firms[n - 1]).replace("{n}", &n.to_string()));
    let page = |html: &str| {
        let news = repeat(3, |n| format!("<li><a href=/news/{n}>Annual dinner no. {n}</a></li>"));
        let menu = "<a href=/>Home</a> <a href=/about>About us</a> <a href=/members>Members</a>";
        format!(
            "<div class=top><a href=/login>Log in</a> | <a href=/join>Join</a></div><div id=menu>{menu}</div><div \
             id=content><h2>Members</h2>{html}</div><div id=side><h4>News</h4><ul>{news}</ul></div><div id=foot>Copyright 2026 The \
             Association, 1 Park Row, Leeds, Tel 0113 496 0000 <a href=/privacy>Privacy</a></div>"
        )
    };
    for html in [
        format!("<ul>{}</ul>", each("<li><a href=/m/{n}>{f}</a>, Leeds</li>")),
        format!("<div>{}</div>", each("<b>{f}</b><br>{n} High Street, Leeds<br>Tel: 01423 55500{n}<br><br>")),
        format!(
            "<div class=m><h3>Alder</h3></div>{}",
            each("<div class=m><h3>{f}</h3><p>{n} High Street</p><p>Tel: 01423 55500{n}</p></div>")
        ),
    ] {
        let reading = read(&page(&html));
        let names = names(&reading);
        assert_eq!(names[names.len() - 8..], firms, "{html}: {names:?}");
        assert_eq!(names.len(), if html.contains("Alder") { 9 } else { 8 }, "{html}");
        let phones = if html.contains("Tel:") { 8 } else { 0 };
        assert_eq!(values(&reading, "phone").len(), phones, "{html}: {:?}", reading.lists[0].columns);
    }
    let nothing = read(&page("<p>We make boxes for growers.</p>"));
    assert!(nothing.lists.iter().all(|list| list.records.iter().all(|item| item.cells.iter().all(|cell| cell.value != "Log in"))));
}

#[test]
fn places_are_those_of_a_browser() {
    let html = format!("<body><table>{}</table>", repeat(4, |n| format!("<tr><td><a href=/{n}>Maker {n}</a><td>Town {n}, {WORDS}")));
    let reading = read(&html);
    assert_eq!(reading.lists[0].records[2].paths, ["/html/body[1]/table[1]/tbody[1]/tr[3]"]);
}

#[test]
fn fields_by_what_they_are() {
    let html = repeat(5, |n| {
        format!(
            "<li><img src=/{n}.png><h2><a href=/o/{n}>Maker {n}</a></h2><div>{n},50 €</div><div>+34 91 123 45 6{n}</div><div><a \
             href='mailto:a{n}@maker.example'>write</a></div><div>1{n}.03.2026</div><div>Calle Mayor {n}, 2800{n} Madrid</div><p>It {WORDS} \
             {n}</p><em>{}</em><span>Read more</span>",
            if n % 2 == 0 { "Boxes" } else { "Pallets" }
        )
    });
    let reading = read(&format!("<ul>{html}</ul>"));
    for (label, want) in [
        ("name", "Maker 1"),
        ("link", "https://fair.example/o/1"),
        ("image", "https://fair.example/1.png"),
        ("price", "1,50 €"),
        ("phone", "+34 91 123 45 61"),
        ("date", "11.03.2026"),
        ("address", "Calle Mayor 1, 28001 Madrid"),
        ("category", "Pallets"),
    ] {
        let found = values(&reading, label);
        assert_eq!((found.len(), found.first().copied()), (5, Some(want)), "{label}");
    }
    assert_eq!(values(&reading, "email").len(), 5);
    assert!(values(&reading, "description")[0].contains("pallets for growers"));
    assert!(!reading.lists[0].columns.iter().any(|column| column.example == "Read more"));
    assert!(reading.lists[0].columns.iter().all(|column| column.filled == 5));
}

#[test]
fn an_amount_whose_currency_has_an_element_of_its_own_is_a_price() {
    let amount = "<bdi>1{n},50&nbsp;<span class=symbol>€</span></bdi>";
    let before = "<bdi><span class=symbol>£</span>1{n}.50</bdi>";
    for (price, want) in [
        (format!("<span class=price><span class=amount>{amount}</span></span>"), "11,50 €"),
        (format!("<span class=price><span class=amount>{before}</span></span>"), "£11.50"),
        (format!("<span class=price><del>{}</del> <ins>{amount}</ins></span>", amount.replace("1{n}", "9{n}")), "91,50 €"),
    ] {
        let card = |n: usize| {
            let price = price.replace("{n}", &n.to_string());
            format!("<li class=product><a href=/p/{n}><img src=/{n}.jpg><h2>Box no. {n}</h2>{price}</a><a href=?add={n}>Add</a></li>")
        };
        let reading = read(&format!("<ul>{}</ul>", repeat(6, card)));
        assert_eq!(values(&reading, "price").first().copied(), Some(want), "{price}: {:?}", reading.lists[0].columns);
    }
}

#[test]
fn the_next_page() {
    for (html, want) in [
        ("<head><link rel=next href='?page=2'></head>", Some("?page=2")),
        ("<a rel='nofollow next' href='?page=2'>x</a>", Some("?page=2")),
        ("<a href='?p=0'>Zurück</a> <a href='?p=2'>Nächste Seite</a>", Some("?p=2")),
        ("<a href='?p=2'>Следующая »</a>", Some("?p=2")),
        ("<a href='?p=2'>次へ</a>", Some("?p=2")),
        ("<a href='?p=2' aria-label='Next'><svg></svg></a>", Some("?p=2")),
        ("<a href='?p=2'>›</a>", Some("?p=2")),
        ("<b>1</b> <a href='?p=2'>2</a> <a href='?p=3'>3</a>", Some("?p=2")),
        ("<a href='?p=1'>1</a> <span>2</span> <a href='?p=3'>3</a>", Some("?p=3")),
        // The present page is a link too: it is marked, it leads here, or it is the first.
        ("<li class='page-item active'><a href='?page=1'>1</a></li><li><a href='?page=2'>2</a></li>", Some("?page=2")),
        ("<a href='?page=1' aria-current=page>1</a> <a href='?page=2'>2</a>", Some("?page=2")),
        ("<a href='?p=1'>1</a> <a href='?p=2' class=current>2</a> <a href='?p=3'>3</a>", Some("?p=3")),
        ("<a href='?p=1'>1</a> <a href='?p=2'>2</a> <a href='?page=1'>3</a> <a href='?p=4'>4</a>", Some("?p=4")),
        ("<a href='?o=0' class=active>1-5</a> <a href='?o=5'>6-10</a>", Some("?o=5")),
        ("<b>1-5</b> <a href='?o=5'>6-10</a> <a href='?o=10'>11-15</a>", Some("?o=5")),
        ("<a href='?o=10'><img src=a.png alt='Siguiente'></a>", Some("?o=10")),
        ("<a href='/a'>Далее</a> <a href='/b'>Далее</a> <a href='/c'>Далее</a>", None),
        ("<a href='https://other.example/?p=2'>Next</a>", None),
        ("<a href='?page=1'>Next</a>", None),
    ] {
        let want = want.map(|query| format!("https://fair.example/list{query}"));
        assert_eq!(read(html).next.map(|url| url.to_string()), want, "{html}");
    }
}

#[test]
fn where_nothing_says_which_page_is_the_present_one_a_row_from_the_first_on_begins_here() {
    for (page, html, want) in [
        ("/list", "<a href='?p=1'>1</a> <a href='?p=2'>2</a>", Some("/list?p=2")),
        ("/list?town=7", "<a href='?town=7&o=0'>1</a> <a href='?town=7&o=20'>2</a>", Some("/list?town=7&o=20")),
        ("/list", "<a href='/list/page/1'>1</a> <a href='/list/page/2'>2</a>", Some("/list/page/2")),
        ("/list", "<a href='/list/1.html'>1</a> <a href='/list/2.html'>2</a>", Some("/list/2.html")),
        // Another page of the row, a vote, another list, days.
        ("/list?p=9", "<a href='?p=1'>1</a> <a href='?p=2'>2</a>", None),
        ("/list", "<a href='?rate=1'>1</a> <a href='?rate=2'>2</a>", None),
        ("/list", "<a href='?town=7&p=1'>1</a> <a href='?town=7&p=2'>2</a>", None),
        ("/", "<a href='/2026/11/1'>1</a> <a href='/2026/11/2'>2</a>", None),
        ("/other", "<a href='/list?p=1'>1</a> <a href='/list?p=2'>2</a>", None),
        ("/list", "<a href='?stars=2'>2</a>", None),
    ] {
        let next = read_at(&format!("https://fair.example{page}"), html).next;
        assert_eq!(next.map(|url| url.to_string()), want.map(|path| format!("https://fair.example{path}")), "{page} {html}");
    }
}

#[test]
fn the_number_that_a_link_dials_goes_before_the_one_that_is_shown() {
    let page = |href: &str, shown: &str| {
        read(&format!(
            "<ul>{}</ul>",
            repeat(5, |n| {
                let [href, shown] = [href, shown].map(|text| text.replace("{n}", &n.to_string()));
                format!("<li><a href=/o/{n}>Maker {n}</a> <b>{WORDS} {n}</b> <a href='{href}'>{shown}</a>")
            })
        ))
    };
    for (href, shown, want) in [
        ("tel:+3494400112{n}", "call 44 00 11 2{n}", "+34944001121"),
        ("tel:+34%20944%2000%2011%202{n}", "944 00 11 2{n}", "+34944001121"),
        ("tel:+3494400112{n}", "call", "+34944001121"),
        ("tel:", "+34 944 00 11 2{n}", "+34 944 00 11 21"),
    ] {
        let reading = page(href, shown);
        assert_eq!(values(&reading, "phone").first().copied(), Some(want), "{href} {shown}");
    }
}

#[test]
fn what_a_page_is_for() {
    let article =
        repeat(8, |n| format!("<p>The {n}. paragraph tells, at some length and with commas, what happened on day {n}; {WORDS}.</p>"));
    let list = repeat(8, |n| format!("<li><a href=/{n}>Maker {n}</a> {WORDS} in town {n}"));
    let row_of = |most| repeat(most, |n| format!("<li><a href=/m/{n}>Maker {n}, S.L.</a> <span>Town {n}</span>"));
    let goods = r#"<script type="application/ld+json">{"@type":"Product","name":"Box"}</script><h1>Box</h1><p>A box of card.</p>"#;
    for (html, want) in [
        (format!("{MENU}<article><h1>News</h1>{article}</article>"), PageType::Article),
        (format!("{MENU}<ul>{list}</ul>"), PageType::List),
        (format!("<h1>Members</h1><ul>{}</ul>", row_of(4)), PageType::List),
        (format!("<h1>Members</h1><p>{}</p><ul>{}</ul>", "We make boxes of wood. ".repeat(9), row_of(4)), PageType::Other),
        (format!("{MENU}<ul>{}</ul>", repeat(3, |n| format!("<li><a href=/{n}>Maker {n}</a> {WORDS} in town {n}"))), PageType::List),
        (
            format!(
                "{MENU}<h1>Boxes</h1><div>{WORDS} {WORDS} {WORDS}</div><ul>{}</ul>",
                repeat(3, |n| format!("<li><a href=/{n}>Part {n}</a>"))
            ),
            PageType::Other,
        ),
        (format!("{MENU}{goods}"), PageType::Detail),
        (format!("{MENU}<h1>Welcome</h1><p>We make boxes.</p>"), PageType::Other),
        (String::new(), PageType::Other),
    ] {
        assert_eq!(read(&html).kind, want, "{html}");
    }
}

#[test]
fn the_main_text_is_without_what_is_around_it() {
    let article =
        repeat(6, |n| format!("<p>The {n}. paragraph tells, at some length and with commas, what happened on day {n}; {WORDS}.</p>"));
    let cookies = "<div class=cookie-banner><p>We use cookies to make this site better for you and for our partners.</p></div>";
    let reading = read(&format!(
        "<html lang=en_GB><title>News  of boxes</title><body>{MENU}{cookies}<article><h1>News</h1>{article}</article><aside><p>Also read this other \
         news, which is about something else altogether and long.</p></aside><p hidden>unseen</p><footer>Imprint</footer>"
    ));
    let lines: Vec<&str> = reading.text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (7, "News"), "{lines:#?}");
    assert_eq!((reading.language.as_deref(), reading.title.as_str()), (Some("en-GB"), "News of boxes"));
}

#[test]
fn words_are_parted_where_the_page_parts_them() {
    for (html, want) in [
        ("<p><a href=/1>Talleres Orbaneja</a> <span>Burgos</span> <b>947 200 331</b></p>", "Talleres Orbaneja Burgos 947 200 331"),
        ("<p><b>our</b>\n<i>rules</i> and <a href=/x>terms</a>.</p>", "our rules and terms."),
        ("<p><span>one</span> <script>x</script><span>two</span></p>", "one two"),
        ("<p>one<img src=/a.png>two</p>", "one two"),
        ("<p>H<sub>2</sub>O and <span>T</span>he</p>", "H2O and The"),
        ("<p><b>Name</b> <!-- x --> </p> <p><i>Town</i></p>", "Name\nTown"),
        // Buttons and tabs that a style sets apart; parts of one word stay one.
        ("<p><span>Website Analytics</span><span>Marketing</span><b><i>24 h</i></b><b>Now</b></p>", "Website Analytics Marketing24 h Now"),
        (
            "<p>we: <b>Java</b><i>script</i>, <b>e</b><b>Bay</b>, Mc<b>Donald</b>, <b>A</b>Bc, <b>CO</b><sub>2</sub></p>",
            "we: Javascript, eBay, McDonald, ABc, CO2",
        ),
        ("<search>Seek here</search>Found <menu>Copy</menu>Paste", "Seek here\nFound\nCopy\nPaste"),
    ] {
        assert_eq!(read(html).text, want, "{html}");
    }
}

#[test]
fn two_records_are_a_list_that_nobody_can_be_sure_of() {
    let card = |n: usize| format!("<li class=card><h3><a href=/o/{n}>Maker {n}</a></h3><p>Maker {n} {WORDS}</p></li>");
    let short = |html: &str| {
        let reading = read(html);
        (reading.lists.len(), reading.short.as_ref().map(|short| short.records.len()))
    };
    for (html, want) in [
        (format!("<h1>Makers</h1><ul>{}</ul>", repeat(2, card)), (0, Some(2))),
        (format!("<h1>Makers</h1><ul>{}</ul>", repeat(3, card)), (1, None)),
        (format!("<h1>Makers</h1><ul>{}</ul>", repeat(1, card)), (0, None)),
        // Words alone, links alone, and what is around a page are none.
        ("<p>One thing that is said here.</p><p>Another thing, said there.</p>".to_owned(), (0, None)),
        ("<ul><li><a href=/a>Home page</a><li><a href=/b>About us</a></ul>".to_owned(), (0, None)),
        (format!("<h1>Hello</h1><footer><ul>{}</ul></footer>", repeat(2, card)), (0, None)),
    ] {
        assert_eq!(short(&html), want, "{html}");
    }
}

#[test]
fn hostile_pages_end() {
    let deep = "<b><i><u><font>".repeat(2_000);
    let wide = "<li><a href=/x>word</a> 12 EUR".repeat(3_000);
    for html in [deep, wide, "<div>".repeat(5_000), "word ".repeat(50_000), "<table><tr><td>a<td>b<tr><td>a<td>".repeat(1_000)] {
        let reading = read(&html);
        assert!(reading.lists.iter().map(|listed| listed.records.len()).sum::<usize>() <= 10_000 * 12);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_page_is_read_twice_alike(parts in proptest::collection::vec("<(div|p|li|ul|tr|td|table|a href=/x|b|h2|br)>|[a-z0-9 €@.]{0,12}|</(div|ul|table|a)>", 0..80)) {
        let html = parts.concat();
        let reading = read(&html);
        prop_assert_eq!(format!("{reading:?}"), format!("{:?}", read(&html)));
        for item in reading.lists.iter().flat_map(|listed| &listed.records) {
            prop_assert!(!item.paths.is_empty());
        }
    }
}

#[test]
fn a_number_is_what_the_caption_before_it_says() {
    let (phone, fax) = (|n: usize| format!("947 20 03 3{n}"), |n: usize| format!("947 20 04 4{n}"));
    let town = |n: usize| ["Burgos", "Soria", "Zamora", "Palencia"][n % 4];
    let makes = |n: usize| format!("We make boxes of wood and of paper for {n} growers of fruit in all of the province");
    let phones: Vec<String> = (1..=8).map(|n| format!("Tel. {}", phone(n))).collect();
    for (what, line) in [
        ("a fax first", Box::new(|n: usize| format!("<p>Fax {} Tel. {}</p>", fax(n), phone(n))) as Box<dyn Fn(usize) -> String>),
        (
            "a fax in some",
            Box::new(
                |n| if n % 3 == 0 { format!("<p>Fax {} · Tel. {}</p>", fax(n), phone(n)) } else { format!("<p>Tel. {}</p>", phone(n)) },
            ),
        ),
        ("lines of their own", Box::new(|n| format!("<p>Télécopie: {}</p><p>Tel. {}</p>", fax(n), phone(n)))),
        (
            "lines of their own in some",
            Box::new(|n| format!("{}<p>Tel. {}</p>", if n % 2 == 0 { format!("<p>Fax {}</p>", fax(n)) } else { String::new() }, phone(n))),
        ),
        ("captions of their own", Box::new(|n| format!("<p><b>Fax</b> {}</p><p>Tel. {}</p>", fax(n), phone(n)))),
        ("a town beside", Box::new(|n| format!("<p>{} – Tel. {}</p>", town(n), phone(n)))),
        ("a text", Box::new(|n| format!("<p>{}. Tel. {}</p>", makes(n), phone(n)))),
    ] {
        let html = format!("<main>{}</main>", repeat(8, |n| format!("<div class=c><h3>Maker {n}</h3><p>Hall {n}</p>{}</div>", line(n))));
        let reading = read_at("https://fair.es/list", &html);
        let got: Vec<&str> = values(&reading, "phone").iter().map(|text| text.trim_start_matches("Tel. ")).collect();
        assert_eq!(got, phones.iter().map(|text| &text[5..]).collect::<Vec<_>>(), "{what}: {:#?}", reading.lists[0].columns);
        let faxes = values(&reading, "fax").iter().filter(|text| text.contains(" 04 4")).count();
        assert_eq!(faxes, html.matches(" 04 4").count(), "{what}: {:#?}", reading.lists[0].columns);
    }
    let read = |line: &dyn Fn(usize) -> String| {
        read_at(
            "https://fair.es/list",
            &format!("<main>{}</main>", repeat(8, |n| format!("<div class=c><h3>Maker {n}</h3>{}</div>", line(n)))),
        )
    };
    // What stands beside the number is what it was.
    let towns = read(&|n| format!("<p>{} – {}</p>", town(n), phone(n)));
    assert_eq!(values(&towns, "category").first().copied(), Some("Soria"), "{:#?}", towns.lists[0].columns);
    assert_eq!(values(&towns, "phone").len(), 8);
    let texts = read(&|n| format!("<p>{}. Tel. {}</p>", makes(n), phone(n)));
    assert!(values(&texts, "description").iter().all(|text| text.contains("Tel. 947")), "{:#?}", texts.lists[0].columns);
    let streets = read(&|n| format!("<p>Calle Mayor {n}, 09001 Burgos · {}</p>", phone(n)));
    assert_eq!(values(&streets, "address").first().copied(), Some("Calle Mayor 1, 09001 Burgos"), "{:#?}", streets.lists[0].columns);
    assert_eq!(values(&streets, "phone").len(), 8);
}

/// The columns of a list of companies, each with how many records have it, and what the record of this number says in it.
fn told(html: &str, record: usize) -> Vec<(String, usize, String)> {
    let reading = read_as(html, true);
    let main = &reading.lists[0];
    let value = |column: usize| {
        let cell = main.records[record].cells.iter().find(|cell| cell.column == column);
        cell.map_or_else(String::new, |cell| cell.value.clone())
    };
    let called =
        |column: &Column| column.caption.as_deref().filter(|_| column.label.starts_with("column")).unwrap_or(&column.label).to_owned();
    let columns = main.columns.iter().enumerate().filter(|(_, column)| !matches!(column.label.as_str(), "link" | "image"));
    columns.map(|(at, column)| (called(column), column.filled, value(at))).collect()
}

#[test]
fn what_has_a_caption_is_a_field_however_few_have_it_and_though_all_have_the_same() {
    let only = |n: usize, at: usize, text: &str| if n == at { text.to_owned() } else { String::new() };
    let trade = |n: usize| ["Guss", "Blech", "Metal"][n % 3].to_owned() + ["", " und Draht", ", Stahl", "e"][n % 4];
    let table = format!(
        "<table><tr><th>Empresa<th>Localidad<th>Correo<th>CIF<th></tr>{}</table>",
        repeat(30, |n| format!(
            "<tr><td>Maker {n}, S.L.<td>Villarreal<td>{}<td>{}<td><a href=/m/{n}>Ver ficha</a></tr>",
            only(n, 5, "info@maker.example"),
            only(n, 9, "B12345674")
        ))
    );
    let defined = repeat(20, |n| {
        let (mail, id) = (only(n, 5, "<dt>Correo</dt><dd>info@maker.example</dd>"), only(n, 9, "<dt>CIF</dt><dd>B12345674</dd>"));
        format!(
            "<article><h3>Maker {n} S.A.</h3><dl>{mail}<dt>Actividad</dt><dd>{}</dd>{id}<dt>Municipio</dt><dd>Burgos</dd></dl></article>",
            trade(n)
        )
    });
    let lines = repeat(12, |n| {
        let id = only(n, 9, "<p>USt-IdNr.: DE136695976</p>");
        format!("<li><h4>Maker {n} GmbH</h4><p>Ort: Hagen</p>{id}<p>Branche: {}</p><p>Mitarbeiter: {n}0</p></li>", trade(n))
    });
    let rows = repeat(10, |n| {
        let id = only(n, 9, "<tr><th>NIF</th><td>501442600</td></tr>");
        format!(
            "<table class=f><tr><th colspan=2>Maker {n} Lda</th></tr><tr><th>Localidade</th><td>Maia</td></tr>{id}<tr><th>Setor</th><td>{}</td></tr></table>",
            trade(n)
        )
    });
    for (html, record, want) in [
        (
            table,
            4,
            &[("name", 30, "Maker 5, S.L."), ("Localidad", 30, "Villarreal"), ("email", 1, "info@maker.example"), ("tax_id", 1, "")][..],
        ),
        (
            defined,
            8,
            &[
                ("name", 20, "Maker 9 S.A."),
                ("Actividad", 20, "Guss und Draht"),
                ("Municipio", 20, "Burgos"),
                ("tax_id", 1, "B12345674"),
                ("email", 1, ""),
            ],
        ),
        (
            format!("<ul>{lines}</ul>"),
            8,
            &[
                ("name", 12, "Maker 9 GmbH"),
                ("Ort", 12, "Hagen"),
                ("tax_id", 1, "DE136695976"),
                ("Branche", 12, "Guss und Draht"),
                ("Mitarbeiter", 12, "90"),
            ],
        ),
        (rows, 8, &[("name", 10, "Maker 9 Lda"), ("Localidade", 10, "Maia"), ("NIF", 1, "501442600"), ("Setor", 10, "Guss und Draht")]),
    ] {
        let mut all = told(&html, record);
        all.sort();
        let mut want: Vec<(String, usize, String)> =
            want.iter().map(|(label, n, value)| ((*label).to_owned(), *n, (*value).to_owned())).collect();
        want.sort();
        assert_eq!(all, want);
    }
}

#[test]
fn what_has_no_caption_and_few_have_is_a_field_where_it_tells_what_it_is() {
    for (text, want) in [
        ("<span class=e>sales@maker.example</span>", Some("email")),
        ("<span class=t>+44 113 496 0123</span>", Some("phone")),
        ("<span class=v>GB 980 7806 84</span>", Some("tax_id")),
        ("<span class=x>Closed on Mondays</span>", None),
        ("<span class=x>Order 113 496</span>", None),
    ] {
        let one = |n: usize| {
            format!(
                "<li class=m><h4>Maker {n} Ltd</h4><p>{WORDS} {n}</p><span class=s>Save</span><span class=h>+44 113 496 9999</span>{}</li>",
                if n == 7 { text } else { "" }
            )
        };
        let labels: Vec<String> = told(&format!("<ul>{}</ul>", repeat(30, one)), 6).into_iter().map(|(label, ..)| label).collect();
        let told: Vec<&str> =
            labels.iter().map(String::as_str).filter(|label| !matches!(*label, "name" | "column 1" | "description")).collect();
        assert_eq!(told, want.into_iter().collect::<Vec<_>>(), "{text} {labels:?}");
    }
}

#[test]
fn a_line_is_no_more_than_it_says() {
    let town = |n: usize| ["Leeds", "York", "Hull", "Ely", "Wick", "Ross", "Bury", "Hove"][n % 8];
    for (line, want) in [
        ((|n| format!("Hall 5, Stand B1{n}")) as fn(usize) -> String, ("stand", "Hall 5, Stand B12")),
        (|n| format!("Stand B1{n}"), ("Stand", "B12")),
        (|n| format!("Halle {n}"), ("stand", "Halle 2")),
        (|n| format!("Павильон 3, стенд Б1{n}"), ("stand", "Павильон 3, стенд Б12")),
        (|n| format!("{n}20 employees"), ("size 2", "220 employees")),
        (|n| format!("{n}0-{n}9 Mitarbeiter"), ("size 2", "20-29 Mitarbeiter")),
    ] {
        let one = |n: usize| {
            format!(
                "<li><h3>Maker {n} ★★★★☆</h3><p class=a>{} · {n}20 employees</p><p class=b>{}</p><p class=c>★★★★☆</p><p class=d>Rating: ★★★★☆</p></li>",
                town(n),
                line(n)
            )
        };
        let all = told(&format!("<ul>{}</ul>", repeat(8, one)), 1);
        let value = |label: &str| all.iter().find(|(own, ..)| own == label).map(|(.., value)| value.as_str());
        assert_eq!(value("name"), Some("Maker 2"), "{all:?}");
        assert_eq!(value(want.0), Some(want.1), "{all:?}");
        assert!(value("address").is_none() && all.iter().any(|(.., value)| value == "Hull"), "{all:?}");
        assert!(all.iter().all(|(.., value)| !value.contains('★')), "{all:?}");
    }
}

#[test]
fn a_code_behind_a_name_or_a_town_is_a_country() {
    let list = |lang: &str, codes: [&str; 3], town: &str| {
        let one = |n: usize| format!("<li><h3>Werk {n} AG{}</h3><p>{town} {n}</p></li>", codes[n % 3]);
        let reading = read_as(&format!("<html lang={lang}><ul>{}</ul>", repeat(9, one)), true);
        values(&reading, "country").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(list("de", ["", " (CH)", " (AT)"], "Ort"), ["CH", "AT", "CH", "AT", "CH", "AT"]);
    // Provinces, and what is no country.
    assert!(list("it", ["", " (TO)", " (AT)"], "Ort").is_empty());
    assert!(list("de", ["", " (CH)", " (ZH)"], "Ort").is_empty());
    assert!(list("de", ["", " (IT-Service)", ""], "Ort").is_empty());
    assert_eq!(list("de", ["", " (Schweiz)", " (Austria)"], "Ort")[..2], ["Schweiz", "Austria"]);
}

#[test]
fn a_line_that_is_a_country_is_so_without_a_caption() {
    let card = |n: usize, country: &str, more: &str| {
        format!(
            "<div class=x><h2>{}</h2><p>{country}</p><p>Stand A{n}0</p>{more}</div>",
            ["Kern GmbH", "Brenta S.r.l.", "Odra S.A.", "Leek Ltd"][n - 1]
        )
    };
    let co = "<p>Co-exhibitors:</p><ul><li>Laser Neckar GmbH (Germany)</li></ul>";
    for (countries, want) in [
        (["Germany", "Italy", "Poland", "United Kingdom"], 4),
        (["Deutschland", "Italien", "Polen", "Österreich"], 4),
        (["Germany", "Germany", "Poland", "Germany"], 4),
        (["DE", "IT", "CA", "AL"], 0),
        (["Anna Kern", "Aldo Brenta", "Ewa Odra", "Jim Leek"], 0),
    ] {
        let cards: String = countries.iter().enumerate().map(|(n, country)| card(n + 1, country, if n == 1 { co } else { "" })).collect();
        let reading = read(&cards);
        let found = values(&reading, "country").iter().filter(|value| countries.contains(value)).count();
        assert_eq!(found, want, "{countries:?} {:?}", reading.lists[0].columns);
    }
}

#[test]
fn a_country_behind_a_name_leaves_it() {
    let list = |ends: &[&str]| {
        let one = |n: usize| format!("<li><h3>Werk {n} AG{}</h3><p>Ort {n}</p></li>", ends[n % ends.len()]);
        let reading = read_as(&format!("<html lang=en><ul>{}</ul>", repeat(9, one)), true);
        let of = |label: &str| values(&reading, label).into_iter().map(str::to_owned).collect::<Vec<_>>();
        (of("name")[1].clone(), of("country").first().cloned().unwrap_or_default())
    };
    for (end, country) in [(" (Spain)", "Spain"), (" (Reino Unido)", "Reino Unido"), (" (UK)", "UK"), (" (Германия)", "Германия")]
    {
        assert_eq!(list(&[end, ""]), ("Werk 2 AG".to_owned(), country.to_owned()), "{end}");
    }
    for ends in [&[" (Holdings)", ""][..], &[" (Georgia)", " (Ohio)", " (Texas)"], &[" (Lda)"]] {
        let (name, country) = list(ends);
        assert_eq!((name.as_str(), country.as_str()), (format!("Werk 2 AG{}", ends[2 % ends.len()]).as_str(), ""), "{ends:?}");
    }
}

#[test]
fn whoever_shares_a_stand_has_a_country_and_a_form_of_its_own() {
    let others = [
        "Abel Teile, S.L. (Spain)",
        "Zorn, S. Coop. (Spain)",
        "Kranz, Inc. (United States)",
        "Tins &amp; Co Ltd (United Kingdom)",
        "Bell Ltd (Holdings)",
    ];
    let one = |n: usize| {
        let co = others.get(n.wrapping_sub(1)).map(|first| {
            let more = others.get(n).map(|more| format!("<li>{more}</li>")).unwrap_or_default();
            format!("<div class=co>Co-exhibitors:<ul><li>{first}</li>{more}</ul></div>")
        });
        format!("<div class=exh><h2>Werk {n} Ltd</h2><p>France</p><p>Stand P1{n}</p>{}</div>", co.unwrap_or_default())
    };
    let reading = read_as(&repeat(12, one), true);
    let said = |name: &str| {
        let list = &reading.lists[0];
        let value = |item: &Item, label: &str| {
            item.cells.iter().find(|cell| list.columns[cell.column].label == label).map(|cell| cell.value.clone())
        };
        let item = list.records.iter().find(|item| item.beside && value(item, "name").as_deref() == Some(name));
        item.map(|item| value(item, "country").unwrap_or_default())
    };
    for (name, country) in [
        ("Abel Teile, S.L.", "Spain"),
        ("Zorn, S. Coop.", "Spain"),
        ("Kranz, Inc.", "United States"),
        ("Tins & Co Ltd", "United Kingdom"),
        ("Bell Ltd (Holdings)", ""),
    ] {
        assert_eq!(said(name).as_deref(), Some(country), "{name}: {:?}", values(&reading, "name"));
    }
}

/// Rows below another, columns, boxes and names that are several: each is a record, with the stand of the one it stands with.
#[test]
fn whoever_stands_with_another_has_its_stand() {
    let co =
        |n: usize| (1..=if n < 6 { n % 3 } else { 0 }).map(|m| format!("{} Teile {n} GmbH", ["Zorn", "Abel"][m - 1])).collect::<Vec<_>>();
    let main = |n: usize| format!("{} Werke GmbH", ["C", "D", "E", "F", "G", "H", "I", "J", "K"][n - 1]);
    let table = |heads: &str, row: &dyn Fn(usize) -> String| format!("<table><tr>{heads}</tr>{}</table>", repeat(9, row));
    let rows = |class: &str, before: &str, behind: &str| {
        table("<th>Aussteller<th>Land<th>Halle<th>Stand", &|n| {
            let below =
                co(n).iter().map(|name| format!("<tr{class}><td>{before}{name}{behind}<td>AT<td><td></tr>")).collect::<Vec<_>>().concat();
            format!("<tr><td>{}<td>DE<td>4<td>C{n}</tr>{below}", main(n))
        })
    };
    let column = |head: &str, mark: &str| {
        table(&format!("<th>Exhibitor<th>Hall<th>Stand<th>{head}"), &|n| {
            format!("<tr><td>{}<td>4<td>C{n}<td>{}</tr>", main(n), co(n).join(mark))
        })
    };
    let cards = |below: &dyn Fn(&[String]) -> String| {
        repeat(9, |n| {
            let below = Some(co(n)).filter(|all| !all.is_empty()).map(|all| below(&all)).unwrap_or_default();
            format!("<div class=c><h3>{}</h3><p>Halle 4, Stand C{n}</p>{below}</div>", main(n))
        })
    };
    let boxes =
        |all: &[String]| all.iter().map(|name| format!("<div class=s><h4>{name}</h4><p>Wien</p></div>")).collect::<Vec<_>>().concat();
    let chips = |all: &[String]| format!("<div><small>Sharing this stand:</small> <i>{}</i></div>", all.join("</i> <i>"));
    for html in [
        rows("", "↳ ", ""),
        rows("", "- ", ""),
        rows("", "mit ", ""),
        rows("", "(Mitaussteller) ", ""),
        rows("", "", " (Mitaussteller)"),
        rows("", "&nbsp;&nbsp;", ""),
        rows(" class=sub", "", ""),
        // Out of the order of the others.
        rows("", "", ""),
        column("Co-exhibitors", ", "),
        column("Coexpositores", " / "),
        column("Sharing this stand", "<br>"),
        cards(&boxes),
        cards(&chips),
        cards(&|all| format!("<p>Stand shared with: {}</p>", all.join(" / "))),
    ] {
        let reading = read_as(&html, true);
        let want: Vec<String> = (1..=9).flat_map(|n| std::iter::once(main(n)).chain(co(n))).collect();
        assert_eq!(names(&reading), want, "{html}");
        let stand =
            |item: &Item| item.cells.iter().find_map(|cell| cell.value.rsplit('C').next().and_then(|nth| nth.parse::<usize>().ok()));
        let stands: Vec<usize> = (1..=9).flat_map(|n| std::iter::repeat_n(n, 1 + co(n).len())).collect();
        assert_eq!(reading.lists[0].records.iter().filter_map(stand).collect::<Vec<_>>(), stands, "{html}");
    }
    // Who has no stand yet keeps its place, and stays without one.
    let unplaced = table("<th>Exhibitor<th>Hall<th>Stand", &|n| {
        let (hall, stand) = if n % 3 == 0 { (String::new(), String::new()) } else { ("4".to_owned(), format!("C{n}")) };
        format!("<tr><td>{}<td>{hall}<td>{stand}</tr>", main(n))
    });
    let reading = read_as(&unplaced, true);
    assert!(reading.lists[0].records.iter().enumerate().all(|(at, item)| (item.cells.len() > 1) == ((at + 1) % 3 != 0)), "{reading:?}");
}

#[test]
fn who_shares_a_stand_is_a_record_of_its_own() {
    let co = |n: usize| format!("<ul class=co><li>Branch {n} Technik GmbH</li><li><a href=/e/9{n}>Partner {n} AG</a></li></ul>");
    let nested = |n: usize| {
        let beside = if n % 4 == 2 { format!("<p>Mitaussteller:</p>{}", co(n)) } else { String::new() };
        format!("<li class=a><h3>Maker {n} GmbH</h3><p>Halle 3, Stand C{n}</p>{beside}</li>")
    };
    let cell = |n: usize| {
        let beside = if n == 2 { "<br>Branch 2 Technik, S.A." } else { "" };
        format!("<tr><td>Maker {n}, S.L.{beside}</td><td>Pabellón 1, Stand A{n}</td><td>Trade {}</td></tr>", n % 7)
    };
    let line = |n: usize| {
        let beside = if n == 2 { "<dt>Co-exhibitors</dt><dd>Branch 2, Ltd, Partner 2 plc</dd>" } else { "" };
        format!("<div class=e><h3><a href=/e/{n}>Maker {n} Ltd</a></h3><dl><dt>Stand</dt><dd>A{n}</dd>{beside}</dl></div>")
    };
    for (html, want) in [
        (format!("<ul>{}</ul>", repeat(9, nested)), &["Maker 2 GmbH", "Branch 2 Technik GmbH", "Partner 2 AG", "Maker 3 GmbH"][..]),
        (
            format!("<table><tr><th>Expositor<th>Ubicación<th>Sector</tr>{}</table>", repeat(30, cell)),
            &["Maker 2, S.L.", "Branch 2 Technik, S.A.", "Maker 3, S.L."],
        ),
        (repeat(12, line), &["Maker 2 Ltd", "Branch 2, Ltd", "Partner 2 plc", "Maker 3 Ltd"]),
    ] {
        let reading = read_as(&html, true);
        assert_eq!(&names(&reading)[1..=want.len()], want, "{:?}", reading.lists[0].columns);
        let main = &reading.lists[0];
        let stand = |item: &Item| {
            item.cells.iter().find(|cell| cell.value.contains(['A', 'C']) && cell.value.ends_with('2')).map(|cell| cell.value.clone())
        };
        assert!(stand(&main.records[1]).is_some() && stand(&main.records[1]) == stand(&main.records[2]), "{:?}", main.records[2]);
        assert!(main.records.iter().all(|item| item.cells.len() <= 4), "nothing of them is left in the records: {:?}", main.columns);
    }
    // Called so, they need no legal form, and may be in most records.
    let said =
        |n: usize| format!("<li class=a><h3>Maker {n} GmbH</h3><p>Halle 3, Stand C{n}</p><p>Mitaussteller: Nord {n}, Hydra {n}</p></li>");
    let listed = |n: usize| {
        let beside =
            if n % 3 == 1 { format!("<span>Co-exhibitors:</span><ul><li>Nord {n}</li><li>Hydra {n}</li></ul>") } else { String::new() };
        format!("<li class=a><h3>Maker {n} Ltd</h3><p>Stand C{n}</p>{beside}</li>")
    };
    let row = |n: usize| {
        let beside =
            if n % 3 == 1 { format!("<tr><td colspan=3>Coexpositores: Nord {n}, S.L.; Hydra {n}</td></tr>") } else { String::new() };
        format!("<tr><td>Maker {n}, S.L.</td><td>Stand A{n}</td><td>Trade {}</td></tr>{beside}", n % 7)
    };
    let cells = |n: usize| {
        let beside = if n % 3 == 1 { format!("<tr><td>↳ Co-exhibitor: Nord {n}</td><td></td><td></td></tr>") } else { String::new() };
        format!("<tr><td>Maker {n} Ltd</td><td>Stand A{n}</td><td>Trade {}</td></tr>{beside}", n % 7)
    };
    for (html, want) in [
        (format!("<ul>{}</ul>", repeat(9, said)), &["Maker 1 GmbH", "Nord 1", "Hydra 1", "Maker 2 GmbH"][..]),
        (format!("<ul>{}</ul>", repeat(9, listed)), &["Maker 1 Ltd", "Nord 1", "Hydra 1", "Maker 2 Ltd"]),
        (
            format!("<table><tr><th>Expositor<th>Ubicación<th>Sector</tr>{}</table>", repeat(12, row)),
            &["Maker 1, S.L.", "Nord 1, S.L.", "Hydra 1", "Maker 2, S.L."],
        ),
        (
            format!("<table><tr><th>Exhibitor<th>Where<th>Trade</tr>{}</table>", repeat(12, cells)),
            &["Maker 1 Ltd", "Nord 1", "Maker 2 Ltd"],
        ),
    ] {
        let reading = read_as(&html, true);
        let all = names(&reading);
        let from = all.iter().position(|name| *name == want[0]).unwrap_or_else(|| panic!("{all:?}"));
        assert_eq!(&all[from..from + want.len()], want, "{:?}", reading.lists[0].columns);
        assert!(reading.lists[0].columns.iter().all(|column| column.label != "section"), "{:?}", reading.lists[0].columns);
    }
    let groups = |n: usize| format!("<tr><td>Maker {n}, S.L.<br>Group {n}, S.A.</td><td>Town {n}</td><td>Trade {}</td></tr>", n % 7);
    let reading = read_as(&format!("<table><tr><th>Empresa<th>Localidad<th>Sector</tr>{}</table>", repeat(9, groups)), true);
    assert_eq!(reading.lists[0].records.len(), 9, "what all have is something of theirs");
}

#[test]
fn hall_and_stand_are_one_place() {
    for (head, cells, want) in [
        ("<th>Aussteller<th>Halle<th>Stand<th>Ort", "<td>Halle A2<td>A2.2{n}<td>Kassel", "Halle A2, A2.22"),
        ("<th>Exhibitor<th>Booth<th>Hall<th>Town", "<td>C1{n}<td>5<td>Leeds", "Hall 5, C12"),
        ("<th>Expositor<th>Pabellón<th>Stand<th>Lugar", "<td>7<td>B-{n}<td>Soria", "Pabellón 7, B-2"),
        ("<th>Aussteller<th>Halle<th>Lager<th>Ort", "<td>Halle 4<td>Lager {n}<td>Kassel", "Halle 4"),
        ("<th>Exhibitor<th>Stand<th>Staff<th>Town", "<td>Hall 4, B1{n}<td>4{n}<td>Leeds", "Hall 4, B12"),
    ] {
        let row = |n: usize| format!("<tr><td><a href=/e/{n}>Maker {n} Ltd</a>{}</tr>", cells.replace("{n}", &n.to_string()));
        let reading = read_as(&format!("<table><tr>{head}</tr>{}</table>", repeat(9, row)), true);
        let list = &reading.lists[0];
        let column = list.columns.iter().position(|column| column.label == "stand").unwrap_or_else(|| panic!("{:?}", list.columns));
        let said: Vec<&str> = list.records[1].cells.iter().filter(|cell| cell.column == column).map(|cell| cell.value.as_str()).collect();
        assert_eq!(said, [want], "{:?}", list.columns);
    }
}

#[test]
fn a_day_before_the_name_is_no_name() {
    for template in [
        "<li><span>0{n}.10.2026</span> <a href=/e/{n}>Maker {n} GmbH</a> <span>Ulm</span></li>",
        "<li><time>{n} Oct</time><div>Maker {n} GmbH</div><div>Leeds</div></li>",
        "<li><div>{n} de marzo de 2026</div><div>Maker {n} GmbH</div><div>Soria</div></li>",
        "<li><h4>2026-03-0{n}</h4><div>Maker {n} GmbH</div><p>Soria {n}</p></li>",
    ] {
        let reading = read_as(&format!("<ul>{}</ul>", repeat(9, |n| template.replace("{n}", &n.to_string()))), true);
        assert_eq!(names(&reading)[1], "Maker 2 GmbH", "{template}: {:?}", reading.lists[0].columns);
    }
}

#[test]
fn a_pair_that_a_record_lacks_moves_no_other() {
    for (line, what) in [
        ("<tr><td>{k}</td><td>{v}</td></tr>", "<table>"),
        ("<tr><th>{k}</th><td>{v}</td></tr>", "<table>"),
        ("<dt>{k}</dt><dd>{v}</dd>", "<dl>"),
        ("<div class=l><span>{k}</span><span>{v}</span></div>", "<div>"),
    ] {
        let record = |n: usize| {
            let pairs =
                [("Gründung", format!("19{n}1"), n != 3), ("Branche", format!("Blech {n}"), n != 5), ("Ort", "Ulm".to_owned(), true)];
            let lines: String =
                pairs.iter().filter(|(.., there)| *there).map(|(k, v, _)| line.replace("{k}", k).replace("{v}", v)).collect();
            format!("<li><h3>Maker {n} GmbH</h3>{what}{lines}{}</li>", what.replace('<', "</"))
        };
        let reading = read_as(&format!("<ul>{}</ul>", repeat(9, record)), true);
        let list = &reading.lists[0];
        for (at, caption, want) in
            [(2, "Branche", Some("Blech 3")), (2, "Gründung", None), (4, "Ort", Some("Ulm")), (4, "Gründung", Some("1951"))]
        {
            let column = list.columns.iter().position(|column| column.caption.as_deref() == Some(caption));
            let said = list.records[at].cells.iter().find(|cell| Some(cell.column) == column).map(|cell| cell.value.as_str());
            assert_eq!(said, want, "{line} {caption}: {:?}", list.columns);
        }
    }
}
