//! Icons before numbers, which say in place of a word whether these are of a fax or of a telephone. Knows what icons are called, and no page.

use scraper::{ElementRef, Node};

use super::html::Attributes as _;

/// Parts of the names of icons, in small letters; `true`: of a fax.
const NAMES: [(&str, bool); 18] = [
    ("fax", true),
    ("telefax", true),
    ("faks", true),
    ("факс", true),
    ("phone", false),
    ("telephone", false),
    ("smartphone", false),
    ("tel", false),
    ("telefono", false),
    ("teléfono", false),
    ("telefon", false),
    ("téléphone", false),
    ("mobile", false),
    ("mobil", false),
    ("movil", false),
    ("móvil", false),
    ("телефон", false),
    ("тел", false),
];
/// The letters that these begin with: most parts of names begin with others.
const BEGIN: [u8; 5] = [b'f', b'm', b'p', b's', b't'];
/// Bytes of what is said in place of an icon; what is longer describes a picture.
const SHORT: usize = 40;
/// Elements of a drawing that are looked at.
const PARTS: usize = 4;

/// Whether an element without words shows a fax (`true`) or a telephone: `<i class="fa fa-fax">`, `<img alt="Fax">`, `<svg aria-label="Fax">`.
pub(super) fn of(element: ElementRef<'_>) -> Option<bool> {
    let value = element.value();
    let drawn = match value.name() {
        "svg" => true,
        "img" => false,
        "i" | "span" | "em" | "b" if is_bare(element) => false,
        _ => return None,
    };
    let short = |text: &&str| text.len() <= SHORT;
    let words = ["aria-label", "title", "alt"].into_iter().filter_map(|name| value.attribute(name).filter(short));
    let own = value.attribute("class").into_iter().chain(words);
    own.filter_map(said).min().or_else(|| element.descendent_elements().skip(1).take(PARTS).filter(|_| drawn).filter_map(part).min())
}

/// Whether nothing is said in an element: what is in it is at most a drawing.
fn is_bare(element: ElementRef<'_>) -> bool {
    element.children().all(|child| match child.value() {
        Node::Text(text) => text.trim().is_empty(),
        Node::Element(inner) => inner.name() == "svg",
        _ => true,
    })
}

/// What a part of a drawing says that it shows: its title, or the name of another drawing that it repeats (`<use href="#icon-fax">`).
fn part(element: ElementRef<'_>) -> Option<bool> {
    match element.value().name() {
        "use" => element.value().attrs().filter_map(|(_, value)| said(value.split_once('#')?.1)).min(),
        "title" => element.text().filter_map(said).min(),
        _ => None,
    }
}

/// What a name of an icon or a class says: what is called both a fax and a telephone is a telephone.
pub(super) fn said(name: &str) -> Option<bool> {
    let begins = |part: &&str| part.bytes().next().is_some_and(|first| !first.is_ascii() || BEGIN.contains(&first.to_ascii_lowercase()));
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(begins);
    parts.filter_map(|part| NAMES.iter().find(|(name, _)| is(part, name)).map(|(_, fax)| *fax)).min()
}

fn is(part: &str, name: &str) -> bool {
    if part.is_ascii() { part.eq_ignore_ascii_case(name) } else { part.to_lowercase() == name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_of_numbers() {
        for (html, want) in [
            ("<i class='fa fa-fax'></i>", Some(true)),
            ("<i class='fas fa-phone-alt'> </i>", Some(false)),
            ("<i class=icon-phone></i>", Some(false)),
            ("<span class='bi bi-telephone-fill'></span>", Some(false)),
            ("<span class=icon_fax><svg></svg></span>", Some(true)),
            ("<svg aria-label=Fax><path></path></svg>", Some(true)),
            ("<svg><title>Факс</title><path></path></svg>", Some(true)),
            ("<svg><use href='/icons.svg#icon-fax'></use></svg>", Some(true)),
            ("<svg><use xlink:href='#phone'></use></svg>", Some(false)),
            ("<img src=/x.png alt=Fax>", Some(true)),
            ("<img src=/x.png title='Teléfono'>", Some(false)),
            // What is both is a telephone.
            ("<img src=/x.png alt='Phone / Fax'>", Some(false)),
            ("<i class='fa fa-envelope'></i>", None),
            ("<i class='fa fa-telescope'></i>", None),
            ("<i class=fax>to us</i>", None),
            ("<div class=fax></div>", None),
            ("<img src=/fax.png alt='Acme'>", None),
        ] {
            let tree = scraper::Html::parse_fragment(html);
            let element = tree.root_element().child_elements().next().expect("one element");
            assert_eq!(of(element), want, "{html}");
        }
    }
}
