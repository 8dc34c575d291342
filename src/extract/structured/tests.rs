//! Structured data of pages of our own making.

use serde_json::json;

use super::*;

fn page(html: &str) -> Structured {
    let tree = scraper::Html::parse_document(html);
    read(tree.root_element(), &Url::parse("https://shop.example/a/").unwrap())
}

fn told(html: &str) -> Vec<String> {
    let line = |thing: &Thing| {
        let fields: Vec<String> = thing.fields.iter().map(|(name, values)| format!("{name}={}", values.join("+"))).collect();
        format!("{} {}", thing.types.join("+"), fields.join(" "))
    };
    page(html).things.iter().map(line).collect()
}

#[test]
fn things_of_every_syntax() {
    let cases = [
        (
            "<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"Product\",\"name\":\"Lamp\",\"brand\":{\"@id\":\"#b\"},\
             \"offers\":{\"@type\":\"Offer\",\"price\":5}},{\"@id\":\"#b\",\"@type\":\"Brand\",\"name\":\"Acme\"}]}</script>",
            vec!["Product brand=Acme name=Lamp price=5", "Offer price=5", "Brand name=Acme"],
        ),
        (
            "<p itemscope itemtype='https://schema.org/Hotel'><b itemprop='name'>Sol</b><a itemprop=url href=/sol>x</a><i itemprop=telephone>1</i></p>",
            vec!["Hotel name=Sol phone=1 url=https://shop.example/sol"],
        ),
        (
            "<div vocab='http://schema.org/' typeof=Event><b property=name>Fair</b><time property=startDate datetime=2026-10-12>x</time></div>",
            vec!["Event date=2026-10-12 name=Fair"],
        ),
        (
            "<div class=h-card><a class='p-name u-url' href='https://a.example/'>Ana</a></div>",
            vec!["h-card name=Ana url=https://a.example/"],
        ),
        ("<p>nothing</p>", vec![]),
    ];
    for (html, want) in cases {
        assert_eq!(told(html), want, "{html}");
    }
}

#[test]
fn items_refer_to_others_and_never_to_themselves() {
    let found = page("<div itemscope itemref='a b'></div><p id=a itemprop=x>1</p><p id=b itemprop=x>2</p>");
    assert_eq!(found.microdata, [json!({ "properties": { "x": ["1", "2"] } })]);
    let turning = page("<div itemscope id=a itemref=b></div><div id=b itemprop=x itemscope itemref=b></div>");
    assert_eq!(turning.microdata.len(), 1);
}

#[test]
fn hostile_data_are_bounded() {
    let nested = "<div itemprop=x itemscope>word ".repeat(400);
    let many = "<i itemprop='a b c d'>x</i>".repeat(20_000);
    let found = page(&format!("<div itemscope>{nested}{many}"));
    assert!(serde_json::to_string(&found).unwrap().len() < 16 * TAKEN);
    let cards = "<div class='h-card p-x'>w ".repeat(400);
    assert!(serde_json::to_string(&page(&cards)).unwrap().len() < 16 * TAKEN);
}
