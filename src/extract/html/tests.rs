//! The killers that were measured, and that ordinary pages come through unharmed.

use std::cell::Cell;
use std::fmt::Write as _;

use jiff::Timestamp;
use proptest::prelude::*;
use scraper::Selector;
use url::Url;

use super::*;

fn never() -> bool {
    false
}

fn counted(text: &str) -> Result<(Tree, u64), Failure> {
    let url = Url::parse("https://example.org/").unwrap();
    let input = Input { bytes: text.as_bytes(), content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &never };
    parse_counted(text, &input)
}

fn repeat(times: usize, piece: impl Fn(usize) -> String) -> String {
    (0..times).map(piece).collect()
}

/// 4,000 `b` and 4,000 `i`, each unlike the others, then blocks that open them all anew: 16 million nodes in 82 KB when nobody counts.
fn adoption_bomb() -> String {
    repeat(4_000, |n| format!("<b {n}x>")) + &repeat(4_000, |n| format!("<i {n}x>")) + &"x</b>".repeat(4_000)
}

/// The most elements inside each other.
fn depth(tree: &Tree) -> usize {
    let mut node = *tree.html.root_element();
    let (mut deep, mut deepest) = (1_usize, 1);
    loop {
        if let Some(child) = node.first_child() {
            deep += usize::from(child.value().is_element());
            deepest = deepest.max(deep);
            node = child;
            continue;
        }
        while node.next_sibling().is_none() {
            deep -= usize::from(node.value().is_element());
            let Some(parent) = node.parent().filter(|parent| parent.value().is_element() || parent.value().is_fragment()) else {
                return deepest;
            };
            node = parent;
        }
        deep -= usize::from(node.value().is_element());
        node = node.next_sibling().expect("the loop ended because there is one");
        deep += usize::from(node.value().is_element());
        deepest = deepest.max(deep);
    }
}

/// Name, page, whether it must be refused, steps it may take.
pub(super) type Killer = (&'static str, String, Option<bool>, u64);

/// Pages that take long when nobody counts.
pub(super) fn killers() -> Vec<Killer> {
    const MILLION: u64 = 1_000_000;
    let long = "x".repeat(50_000);
    vec![
        ("adoption bomb", adoption_bomb(), None, 50 * MILLION),
        ("50,000 divs", "<div>".repeat(50_000), Some(false), 60 * MILLION),
        ("50,000 divs, closed", "<div>".repeat(50_000) + &"</div>".repeat(50_000), Some(false), 60 * MILLION),
        ("8,000 ul and li", "<ul><li>".repeat(8_000), Some(false), 20 * MILLION),
        ("1,000,000 divs", "<div>".repeat(1_000_000), Some(true), 101 * MILLION),
        ("200,000 attributes", format!("<p {}>", repeat(200_000, |n| format!("a{n} "))), Some(true), MILLION),
        ("200,000 attributes, never ended", format!("<p {}", repeat(200_000, |n| format!("a{n}='<' "))), Some(true), MILLION),
        ("attributes gathered by body", repeat(5_000, |n| format!("<body a{n}>")), Some(true), MILLION),
        ("long href", format!("<a href={long}>{}", "<p>a".repeat(12_500)), Some(false), 5 * MILLION),
        ("comment flood", "<!-- a -->".repeat(500_000), Some(false), 5 * MILLION),
        ("one comment", format!("<!--{}-->", "<b a='".repeat(200_000)), Some(false), MILLION),
        ("one long attribute", format!("<p data-x='{}'>a", "{ \"a\": 1 } ".repeat(100_000)), Some(false), MILLION),
        ("end tags", "<div>".repeat(500) + &"</b>".repeat(500_000), None, 101 * MILLION),
        ("attributes on formatting", repeat(600, |n| format!("<a {}>", repeat(900, |m| format!("b{n}x{m} ")))), None, 101 * MILLION),
        ("names of elements", repeat(300_000, |n| format!("<element{n}/>")), Some(true), MILLION),
        ("one class attribute", format!("<p class='{}'>", repeat(500_000, |n| format!("class{n} "))), Some(true), MILLION),
        ("nested tables", "<table><tr><td>".repeat(20_000), None, 101 * MILLION),
        ("foster parents", "<table>".to_owned() + &"a<b>".repeat(50_000), None, 101 * MILLION),
        ("svg", "<svg>".repeat(20_000) + &"</svg>".repeat(20_000), None, 101 * MILLION),
        ("templates", "<template>".repeat(20_000), None, 101 * MILLION),
        ("selects", "<select><option>".repeat(20_000), None, 101 * MILLION),
        ("scripts in the deep", "<div>".repeat(2_000) + "<script>if (a<b) {}</script>after", Some(false), 10 * MILLION),
    ]
}

#[test]
fn every_killer_ends_within_counted_work() {
    for (name, page, refused, most) in killers() {
        match counted(&page) {
            Ok((tree, work)) => {
                assert_ne!(refused, Some(true), "{name} went through with {} nodes", tree.nodes);
                assert!(work <= most, "{name}: {work} steps");
                assert!(tree.nodes <= caps::HTML_NODES, "{name}: {} nodes", tree.nodes);
                assert!(depth(&tree) <= caps::HTML_DEPTH + 8, "{name}: {} deep", depth(&tree));
            }
            Err(failure) => {
                assert_ne!(refused, Some(false), "{name}: {failure}");
                assert_eq!(failure.class, FailureClass::ParseLimit, "{name}");
                assert!(failure.text.chars().any(|c| c.is_ascii_digit()), "{name}: no figure in {failure}");
            }
        }
    }
}

#[test]
fn what_is_too_deep_goes_to_its_ancestor_with_its_words() {
    let page =
        "<div>".repeat(2_000) + "<p>deep <em>down</em></p><ul><li>one<li>two</ul>" + &"</div>".repeat(2_000) + "<p id=after>after</p>";
    let (tree, _) = counted(&page).unwrap();
    let mut text = String::new();
    visible_text(tree.html.root_element(), &mut text, 10_000);
    assert_eq!(crate::base::text::squeeze(&text), "deep down one two after");
    let body = Selector::parse("body > #after").unwrap();
    assert_eq!(tree.html.select(&body).count(), 1, "what follows is where it belongs");
}

#[test]
fn attributes_of_an_unfinished_tag() {
    for (tag, want) in [
        ("<p", 0),
        ("<p a b=c d = 'e f' g=\"<\" h", 5),
        ("</p a>", 1),
        ("<p a/b>c d", 2),
        ("<!-- a b", 0),
        ("a < b c", 0),
        ("<p =a=b>", 1),
        ("<p a='unfinished b c", 1),
    ] {
        assert_eq!(count_attributes(tag.as_bytes()), want, "{tag}");
    }
}

#[test]
fn the_clock_is_asked_on_the_way() {
    let url = Url::parse("https://example.org/").unwrap();
    let asked = Cell::new(0);
    let expired = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let text = "<p>word ".repeat(100_000);
    let input = Input { bytes: &[], content_type: None, url: &url, next: None, now: Timestamp::UNIX_EPOCH, expired: &expired };
    let failure = parse(&text, &input).err().expect("the time is used up");
    assert_eq!(failure.class, FailureClass::ParseLimit);
    assert_eq!(asked.get(), 4, "and not asked again");
}

#[test]
fn visible_words() {
    for (html, want) in [
        ("<div>a<p>b</p>c</div>", "a b c"),
        ("<p>a<b>b</b><i>c</i> d", "abc d"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b c"),
        ("a<br>b<hr>c", "a b c"),
        ("a<!-- x -->b", "ab"),
        ("a<script>x</script><style>y</style><noscript>z</noscript><template>t</template>b", "ab"),
        ("a <span hidden>x</span><span style='color:red; DISPLAY : none'>y</span>b", "a b"),
        ("a&nbsp;b &amp; c&#8203;d", "a b & cd"),
    ] {
        let (tree, _) = counted(html).unwrap();
        let mut text = String::new();
        visible_text(tree.html.root_element(), &mut text, 10_000);
        assert_eq!(crate::base::text::squeeze(&text), want, "{html}");
    }
}

fn soup() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "div",
        "p",
        "b",
        "i",
        "a",
        "table",
        "tr",
        "td",
        "ul",
        "li",
        "select",
        "option",
        "script",
        "style",
        "svg",
        "math",
        "template",
        "body",
        "html",
        "head",
        "form",
        "button",
        "textarea",
        "title",
        "frameset",
        "plaintext",
        "nobr",
        "h1",
        "mi",
        "foreignObject",
        "input",
    ]);
    let piece = prop_oneof![
        tag.clone().prop_map(|name| format!("<{name}>")),
        (tag.clone(), "[a-z]{1,3}", "[a-z'\"<> ]{0,6}").prop_map(|(name, key, value)| format!("<{name} {key}={value}>")),
        tag.prop_map(|name| format!("</{name}>")),
        "[ a-z<>&;!/=\"'-]{0,12}",
        Just("<!-- x -->".to_owned()),
        Just("<![CDATA[ x ]]>".to_owned()),
        Just("<!doctype html>".to_owned()),
        Just("\0".to_owned()),
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The guard changes nothing on a page within the limits: same elements, same words as scraper alone. (It hands on no comments, and in a
    /// table one more or less decides on which side of it a blank stands.)
    #[test]
    fn soup_gives_the_tree_that_scraper_gives(text in soup()) {
        let (tree, _) = counted(&text).unwrap();
        let plain = Html::parse_document(&text);
        let shape = |html: &Html| {
            let mut out = String::new();
            for node in html.root_element().descendants() {
                if let Some(element) = node.value().as_element() {
                    let _ = write!(out, "<{}", element.name());
                    for (name, value) in element.attrs() {
                        let _ = write!(out, " {name}={value}");
                    }
                    out.push('>');
                } else if let Some(text) = node.value().as_text() {
                    out.extend(text.chars().filter(|c| !c.is_whitespace()));
                }
            }
            out
        };
        prop_assert_eq!(shape(&tree.html), shape(&plain));
    }
}
