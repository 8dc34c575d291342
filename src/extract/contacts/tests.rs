//! Contacts of pages of our own making.

use super::*;

fn page(html: &str) -> Contacts {
    let tree = scraper::Html::parse_document(html);
    let url = Url::parse("https://firma.de/kontakt").unwrap();
    let structured = crate::extract::structured::read(tree.root_element(), &url);
    let found = read(tree.root_element(), &url, &structured);
    Contacts { numbers: numbers(tree.root_element(), found.country.as_deref()), ..found }
}

fn emails(html: &str) -> String {
    page(html).emails.iter().map(|found| found.value.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn addresses_in_all_their_hidings() {
    let cases = [
        ("<a href='mailto:info@firma.de?subject=Hi'>x</a>", "info@firma.de"),
        ("<a href='MAILTO:a%40firma.de,b@firma.de?cc=c%40firma.de'>x</a>", "a@firma.de b@firma.de c@firma.de"),
        ("<a href='&#109;ailto&#58;info&#64;firma&#46;de'>x</a>", "info@firma.de"),
        ("<span data-cfemail='422b2c242d02242b302f236c2627'>[email&#160;protected]</span>", "info@firma.de"),
        ("<a href='/cdn-cgi/l/email-protection#422b2c242d02242b302f236c2627'>[email&#160;protected]</a>", "info@firma.de"),
        ("<a data-user='info' data-domain='firma.de'>x</a>", "info@firma.de"),
        ("<a data-user='ofni' data-domain='ed.amrif'>x</a>", "info@firma.de"),
        ("<span style='unicode-bidi:bidi-override;direction:rtl'>ed.amrif@ofni</span>", "info@firma.de"),
        ("<i data-x='aW5mb0BmaXJtYS5kZTEy'></i>", ""),
        ("<i data-x='aW5mb0BmaXJtYTEuZGUh'></i>", ""),
        ("<i data-x='c2FsZXNAZmlybWEuZGUx'></i>", ""),
        ("<i data-x='a29udGFAZmlybWEuZGU='></i>", "konta@firma.de"),
        ("<a onclick=\"location='mailto:info@firma.de'\">x</a>", "info@firma.de"),
        ("<p>info [at] firma [dot] de</p>", "info@firma.de"),
        ("<p>info(arroba)firma.de, anna (собака) firma.ru</p>", "info@firma.de anna@firma.ru"),
        ("<p>contact [arobase] firma.fr</p>", "contact@firma.fr"),
        ("<p>info (παπάκι) firma.gr</p>", "info@firma.gr"),
        // What follows a full stop is another sentence.
        ("<p>Mail sales(at)pumpshop.com. Call us</p>", "sales@pumpshop.com"),
        ("<p>Mail sales [at] pumpshop [dot] com. Call us</p>", "sales@pumpshop.com"),
        ("<p>sales [at] pumpshop [dot] co [dot] uk. VAT GB 1</p>", "sales@pumpshop.co.uk"),
        ("<p>sales (at) pumpshop . com</p>", "sales@pumpshop.com"),
        ("<p>sales (at) pumpshop dot com</p>", "sales@pumpshop.com"),
        ("<p>u003einfo@firma.de \\u0022\\u003eanna@firma.de</p>", "info@firma.de anna@firma.de"),
        ("<p>Write to info@firma.de.</p>", "info@firma.de"),
        (
            "<script type='application/ld+json'>{\"@type\":\"Organization\",\"contactPoint\":{\"email\":\"mailto:hr@firma.de\"}}</script>",
            "hr@firma.de",
        ),
        ("<div style='display: none'>x@firma.de <a href='mailto:info@firma.de'>y</a></div><p>z@firma.de</p>", "info@firma.de z@firma.de"),
        // In words alone, where nothing else can be meant.
        ("<p>Escriba a info arroba firma punto es, por favor</p>", "info@firma.es"),
        ("<p>ana punto ruiz arroba firma punto com punto ar</p>", "ana.ruiz@firma.com.ar"),
        ("<p>ventas guion bajo sur arroba mi guion firma punto es</p>", "ventas_sur@mi-firma.es"),
        ("<p>info arroba firma.es</p>", "info@firma.es"),
        ("<p>Mail info AT firma DOT de now</p>", "info@firma.de"),
        ("<p>info собака firma точка ru</p>", "info@firma.ru"),
        ("<p>contact arobase firma point fr</p>", "contact@firma.fr"),
        ("<p>info ät firma punkt de</p>", "info@firma.de"),
        ("<p>E-mail: info at firma dot com</p>", "info@firma.com"),
        ("<p>Find us at firma dot com, see you AT firma.com, una arroba de vino punto com</p>", ""),
        ("<p>FIND US AT FIRMA DOT COM</p>", ""),
        ("<p>Media arroba son seis kilos. Punto y aparte.</p>", ""),
        // No addresses.
        ("<p>logo@2x.png you@example.com a@sentry.io user@domain.com x@y.zzzz</p>", ""),
        ("<p>0123456789abcdef0123456789abcdef@o1.ingest.sentry.io</p>", ""),
        ("<script>var a='info@firma.de'</script>", ""),
        ("<p>look (at) this</p>", ""),
    ];
    for (html, want) in cases {
        assert_eq!(emails(html), want, "{html}");
    }
}

#[test]
fn roles_by_lexicon() {
    for (address, beside, want) in [
        ("ventas@x.es", "", Role::Sales),
        ("einkauf@x.de", "", Role::Purchasing),
        ("hr-team@x.com", "", Role::Jobs),
        ("presse@x.fr", "", Role::Press),
        ("anna.maier@x.de", "", Role::Person),
        ("info@x.it", "Vertrieb", Role::Generic),
        ("zk7@x.ru", "Отдел закупки", Role::Purchasing),
        ("zk7@x.ru", "", Role::Unknown),
    ] {
        assert_eq!(role::of_address(address, beside), want, "{address}");
    }
}

#[test]
fn labels_and_digits_of_other_scripts() {
    for (html, want) in [
        ("<html lang=el><p>Τηλ. 2810 223344, κιν. 6944 123456</p>", &[("+302810223344", false), ("+306944123456", false)][..]),
        ("<html lang=ar-EG><p>هاتف: ٠٢-٢٣٤٥٦٧٨٩ البريد</p>", &[("+20223456789", false)]),
        ("<html lang=zh><p>联系电话：010-6552 9988，传真：010-6552 9989</p>", &[("+861065529988", false), ("+861065529989", true)]),
        ("<html lang=ja><p>電話 03-3212-2323</p>", &[("+81332122323", false)]),
        ("<html lang=zh><p>订单 010-6552 9988</p>", &[]),
        // An icon says it too, and of two in one line each the word beside it.
        (
            "<html lang=en-GB><p><i class='fa fa-fax'></i> 01904 550200</p><p><i class='fa fa-phone'></i> 01904 550100</p>",
            &[("+441904550200", true), ("+441904550100", false)],
        ),
        (
            "<html lang=en-GB><p><a href='tel:01904550200'><i class=fa-fax></i> 01904 550200</a> <svg aria-label=Phone></svg> 01904 550100",
            &[("+441904550200", true), ("+441904550100", false)],
        ),
        ("<html lang=en-GB><p class=fax>+44 1904 550200</p>", &[("+441904550200", true)]),
        ("<html lang=en-GB><p>F: 01904 550200 | T: 01904 550100", &[("+441904550200", true), ("+441904550100", false)]),
        ("<html lang=en-GB><p>(F) 01904 550200 (T) 01904 550100", &[("+441904550200", true), ("+441904550100", false)]),
        ("<html lang=es-ES><p>Contacto: 981 22 33 44</p>", &[("+34981223344", false)]),
        ("<html lang=en-GB><p><i class=fa-phone></i> Order 01904 550100</p>", &[]),
    ] {
        let tree = scraper::Html::parse_document(html);
        let url = Url::parse("https://firma.com/kontakt").unwrap();
        let found = read(tree.root_element(), &url, &Structured::default());
        assert_eq!(found.phones.iter().map(|phone| (phone.value.as_str(), phone.fax)).collect::<Vec<_>>(), want, "{html}");
    }
}

#[test]
fn numbers_links_and_places() {
    let found = page(
        "<html lang=de><p>Tel.: 030 901820-0</p><p>Fax 030 9018201</p><p>Order 4711 0815 1234</p><p>P.IVA 01234567891</p><a href='tel:+34911234567'>call</a>\
         <a href='https://wa.me/4930901820'>x</a><a href='https://www.facebook.com/sharer.php?u=1'>y</a><a href='https://t.me/firma'>z</a>\
         <address>Firma GmbH<br>Hauptstr. 5<br>10115 Berlin</address>",
    );
    let phones: Vec<(&str, bool)> = found.phones.iter().map(|phone| (phone.value.as_str(), phone.fax)).collect();
    assert_eq!(phones, [("+49309018200", false), ("+49309018201", true), ("+34911234567", false)]);
    assert_eq!(found.links.iter().filter_map(|link| link.network).collect::<Vec<_>>(), ["whatsapp", "telegram"]);
    let address = &found.addresses[0].place;
    assert_eq!((address.parts.postcode.as_deref(), address.country_code.as_deref()), (Some("10115"), Some("DE")));
}

#[test]
fn who_made_a_site_is_not_whom_it_is_about() {
    let company = "<p>Firma GmbH<br>Hauptstr. 5<br>10115 Berlin<br>Tel. 030 901820 0<br><a href='mailto:info@firma.de'>Mail</a></p>";
    for credit in [
        "<p>Gestaltung: Neue Media Agentur, Tel. 040 3698970, <a href='mailto:buero@agentur.de'>buero@agentur.de</a></p>",
        "<h3>Webdesign</h3><p>Neue Media Agentur<br>Tel. 040 3698970<br>buero@agentur.de</p><h3>Haftung</h3>",
        "<p><strong>Design &amp; Umsetzung:</strong><br>Neue Media<br>Telefon 040 3698970<br>buero@agentur.de</p>",
        "<dl><dt>Webdesign</dt><dd>Neue Media, Tel. 040 3698970, buero@agentur.de</dd></dl>",
        "<div><div>Konzeption und Umsetzung</div><div>Neue Media<br>Tel. 040 3698970<br>buero@agentur.de</div></div>",
        "<p>Webdesign by <a href='https://agentur.de'>Neue Media</a>, <a href='tel:+49403698970'>040 3698970</a>, buero@agentur.de</p>",
    ] {
        for html in [
            format!("<html lang=de><title>Impressum</title>{credit}{company}"),
            format!("<html lang=de><title>Impressum</title>{company}{credit}"),
        ] {
            let found = page(&html);
            let roles = |all: &[Contact]| all.iter().map(|one| (one.value.clone(), one.role)).collect::<std::collections::BTreeMap<_, _>>();
            let (phones, emails) = (roles(&found.phones), roles(&found.emails));
            assert_eq!(phones.get("+49403698970"), Some(&Role::Maker), "{html}");
            assert_eq!(phones.get("+49309018200"), Some(&Role::Unknown), "{html}");
            assert_eq!((emails.get("buero@agentur.de"), emails.get("info@firma.de")), (Some(&Role::Maker), Some(&Role::Generic)), "{html}");
            assert_eq!(found.addresses.len(), 1, "{html}");
        }
    }
    // An agency's own numbers are its own, and no credit where they stand by themselves too.
    let found = page("<html lang=de><h2>Webdesign</h2><p>Rufen Sie an: Tel. 040 3698970</p>");
    assert_eq!(found.phones[0].role, Role::Unknown);
    let found = page("<html lang=de><p>Website by Studio, Tel. 040 3698970</p><p>Tel. 040 3698970</p>");
    assert_eq!(found.phones[0].role, Role::Unknown);
}

#[test]
fn what_stands_in_a_legal_notice() {
    let found = page(
        "<html lang=de><title>Impressum</title><h1>Impressum</h1><p>Firma GmbH<br>Hauptstr. 5<br>D-10115 Berlin</p><p>Neue Medien GmbH, Tel. 030 901820 0</p>\
         <p>Presse: Tel. 030 901820 1</p><p>Registergericht: Amtsgericht München<br>Registernummer: HRB 6684</p>\
         <dl><dt>Umsatzsteuer-ID</dt><dd>DE 136 695 976</dd></dl>",
    );
    assert_eq!(found.addresses[0].place.parts.text.as_deref(), Some("Hauptstr. 5, D-10115 Berlin"));
    assert_eq!(found.addresses[0].place.parts.postcode.as_deref(), Some("10115"));
    assert_eq!(found.phones.iter().map(|phone| phone.role).collect::<Vec<_>>(), [Role::Unknown, Role::Press]);
    assert!(found.numbers.iter().any(|number| number.value == "DE136695976"), "{:?}", found.numbers);
    assert!(found.numbers.iter().any(|number| number.value.contains("HRB 6684")), "{:?}", found.numbers);
}

#[test]
fn numbers_without_a_country_are_kept_as_they_are_written() {
    for (html, phones, unread) in [
        ("<html lang=en><p>Tel. 01482 555 123</p>", &[][..], &["01482 555 123"][..]),
        ("<html lang=en><p>5 Dock St, Hull HU1 3DZ. Tel. 01482 555 123</p>", &["+441482555123"], &[]),
        ("<html lang=ru><p>Тел.: 8 (34147) 5-12-34</p>", &["+73414751234"], &[]),
        ("<html lang=sv><p>Tel: 031-12 34 56</p>", &["+4631123456"], &[]),
        ("<html lang=en><p><a href='tel:031123456'>Call</a></p>", &[], &["031123456"]),
        ("<html lang=en><p>Order 01482 555 123</p>", &[], &[]),
    ] {
        let tree = scraper::Html::parse_document(html);
        let url = Url::parse("https://members.example/m/1").unwrap();
        let found = read(tree.root_element(), &url, &Structured::default());
        let values = |all: &[Contact]| all.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
        assert_eq!(
            (values(&found.phones), values(&found.unread)),
            (phones.iter().map(|s| (*s).to_owned()).collect(), unread.iter().map(|s| (*s).to_owned()).collect()),
            "{html}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn whatever_the_words_it_ends(text in "(\\PC|[@.\\[\\]()+0-9 a]){0,120}") {
        email::in_text(&text);
        email::spelled(&text);
        email::in_attribute(&text);
        email::of_mailto(&text);
        rung::runs(&text);
        place::read(PostalAddress { text: Some(text), ..PostalAddress::default() }, Some("DE"));
    }
}
