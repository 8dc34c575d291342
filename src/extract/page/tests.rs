//! The words of a page, in blocks.

use crate::extract::tests::{read_at, reader};
use crate::model::{RecordKind, Value};

const PAGE: &str = r#"<!doctype html><title>Shop  — news</title><meta name="Description" content="What is new">
<body><header><a>Logo</a></header><nav>Home</nav>
<main id=main><article class="b a"><header><h1>Opening</h1></header>Before<p>One <b>bold</b></p><p>Two</p>after<script>x()</script></article></main>
<aside>Ad</aside><footer>Imprint</footer>"#;

fn blocks(settings: &str, page: &str) -> Vec<(String, String)> {
    let extract =
        read_at(&reader(&format!("kind = 'page'\n{settings}")), "https://fair.example/news?utm_source=x", page.as_bytes()).unwrap();
    extract.blocks.into_iter().map(|block| (block.path, block.text)).collect()
}

#[test]
fn blocks_have_words_and_places() {
    let article = "html>body>main#main>article.a.b";
    let want = [
        (format!("{article}>header>h1"), "Opening"),
        (article.to_owned(), "Before"),
        (format!("{article}>p"), "One bold"),
        (format!("{article}>p[2]"), "Two"),
        (format!("{article}~2"), "after"),
    ];
    let want: Vec<_> = want.into_iter().map(|(path, text)| (path, text.to_owned())).collect();
    assert_eq!(blocks("", PAGE), want);
}

#[test]
fn what_is_watched_can_be_chosen() {
    let texts = |settings: &str, page: &str| blocks(settings, page).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("|");
    assert_eq!(texts("select = 'article p'", PAGE), "One bold|Two");
    assert_eq!(texts("select = ['nav', 'footer']", PAGE), "Home|Imprint");
    assert_eq!(texts("remove = ['h1', 'p + p']", PAGE), "Before|One bold|after");
    assert_eq!(texts("select = 'article'\nremove = 'b'", PAGE), "Opening|Before|One|Two|after");
    assert_eq!(texts("", "<nav>Only</nav><footer>this</footer>"), "Only|this", "nothing else remains");
    assert_eq!(texts("", ""), "");
    assert_eq!(texts("select = 'body'", "<p>a<p>b"), "a|b");
    assert_eq!(texts("", "a<br>b <i>c</i><ul><li>d<li>e</ul>"), "a|b c|d|e");
}

#[test]
fn the_page_is_one_record() {
    let settings = "kind = 'page'\nfields = { heading = 'h1' }";
    let extract = read_at(&reader(settings), "https://fair.example/news?utm_source=x", PAGE.as_bytes()).unwrap();
    let record = &extract.records[0];
    assert_eq!((extract.records.len(), record.kind, record.key.as_str()), (1, RecordKind::Page, "https://fair.example/news"));
    for (name, want) in
        [("title", "Shop — news"), ("description", "What is new"), ("text", "Opening Before One bold Two after"), ("heading", "Opening")]
    {
        assert_eq!(record.value(name).map(Value::text).as_deref(), Some(want), "{name}");
    }
}

#[test]
fn places_of_deep_blocks_stay_short_and_apart() {
    let page = format!("{}<p>x</p>{}<i></i>", "<div class=some-long-name>".repeat(300), "</div><div><p>y</p></div>".repeat(299));
    let blocks = blocks("", &page);
    assert!(blocks.len() > 200);
    assert!(blocks.iter().all(|(path, _)| path.len() < 1_200));
    let distinct: std::collections::HashSet<_> = blocks.iter().map(|(path, _)| path).collect();
    assert_eq!(distinct.len(), blocks.len());
}
