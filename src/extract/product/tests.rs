//! Products of pages of our own making.

use super::*;

fn page(html: &str) -> String {
    let tree = scraper::Html::parse_document(html);
    let url = Url::parse("https://laden.de/p/lampe-1234567.html").unwrap();
    let structured = crate::extract::structured::read(tree.root_element(), &url);
    let Some(found) = read(tree.root_element(), &url, &structured) else { return "none".to_owned() };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let price = found.price.map(|price| price.to_string()).unwrap_or_default();
    format!("{price} {} {:?} {}", text(&found.currency), found.availability, text(&found.sku))
}

#[test]
fn facts_from_data_then_from_the_page() {
    let cases = [
        (
            "<script type='application/ld+json'>{\"@type\":\"Product\",\"sku\":\"L-1\",\"offers\":{\"price\":\"1234.50\",\"priceCurrency\":\"EUR\",\
             \"availability\":\"https://schema.org/SoldOut\"}}</script>",
            "1234.5 EUR Some(OutOfStock) L-1",
        ),
        (
            "<div itemscope itemtype='http://schema.org/Product'><b itemprop=sku>7</b><div itemprop=offers itemscope itemtype='http://schema.org/Offer'>\
             <span itemprop=price>1.299,00 €</span></div></div><button>In den Warenkorb</button>",
            "1299 EUR Some(InStock) 7",
        ),
        (
            "<meta property='product:price:amount' content='5.00'><meta property='product:price:currency' content='usd'>",
            "5 USD Some(InStock) 1234567",
        ),
        (
            "<h1>Lampe</h1><p>Artikelnummer: AB-123</p><del class=price-old>29,90 €</del><b class=price>19,90 €</b><p>Ausverkauft</p>",
            "19.9 EUR Some(OutOfStock) AB-123",
        ),
        ("<h1>Impressum</h1><p>Seit 1998</p>", "none"),
    ];
    for (html, want) in cases {
        assert_eq!(page(html), want, "{html}");
    }
}
