//! XML documents by local names: namespaces vary between channels and years, the names do not. Knows no format.

use quick_xml::Reader;
use quick_xml::events::Event;
use roxmltree::{Document, Node, ParsingOptions};

use crate::base::text::squeeze;
use crate::model::{Failure, FailureClass};

/// Nodes of one document.
const NODES: u32 = 3_000_000;

/// The first element's local name, past prolog, comments and DTD; `None` for text that begins with none.
pub(super) fn root_name(mut head: &str) -> Option<&str> {
    loop {
        head = head.trim_start();
        head = if let Some(comment) = head.strip_prefix("<!--") {
            &comment[comment.find("-->")? + 3..]
        } else if head.starts_with("<?") || head.starts_with("<!") {
            &head[head.find('>')? + 1..]
        } else {
            let name = head.strip_prefix('<')?;
            let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            return name[..end].rsplit(':').next().filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        }
    }
}

/// Elements within elements.
const DEPTH: usize = 256;

/// Attributes of one element.
const ATTRIBUTES: usize = 128;

/// Reads a document whole. No DTD, no entities of its own.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Failure> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    // The charset is settled already, and some prologs lie about it.
    let text = without_prolog(text);
    bounded(text)?;
    Document::parse_with_options(text, options).map_err(|why| {
        let class = if matches!(why, roxmltree::Error::NodesLimitReached) { FailureClass::ParseLimit } else { FailureClass::Unreadable };
        Failure::new(class, format!("it is no XML that can be read: {why}"))
    })
}

/// Refuses nesting and attributes whose work in the tree grows with their square. What is no XML is left for the tree to name.
fn bounded(text: &str) -> Result<(), Failure> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut depth = 0_usize;
    loop {
        let tag = match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                tag
            }
            Ok(Event::Empty(tag)) => tag,
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Ok(Event::Eof) | Err(_) => return Ok(()),
            Ok(_) => continue,
        };
        if depth > DEPTH {
            return Err(Failure::new(FailureClass::ParseLimit, format!("its elements stand more than {DEPTH} deep in each other")));
        }
        if tag.len() > ATTRIBUTES && tag.attributes().with_checks(false).count() > ATTRIBUTES {
            return Err(Failure::new(FailureClass::ParseLimit, format!("an element has more than {ATTRIBUTES} attributes")));
        }
    }
}

fn without_prolog(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

/// The start tag and the end tag of the root: what entries that were cut out of a document stand between to be one again.
pub(super) fn root_tags<'i>(document: &Document<'i>) -> (&'i str, String) {
    let root = document.root_element();
    let text = &document.input_text()[root.range()];
    // Nothing but its end comes before the first child of a root that has one.
    let end = root.first_child().map_or(text.len(), |child| child.range().start - root.range().start);
    let start = text[..end].trim_end();
    let name = start.trim_start_matches('<').split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    (start, format!("</{name}>"))
}

/// The child elements with this local name.
pub(super) fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The elements at a path of local names below this one: `TenderingProcess/ProcedureCode`. `*` stands for any name.
pub(super) fn all<'a, 'i: 'a>(node: Node<'a, 'i>, path: &str) -> Vec<Node<'a, 'i>> {
    let mut found = vec![node];
    for step in path.split('/') {
        let below = |node: Node<'a, 'i>| node.children().filter(Node::is_element);
        found = found.into_iter().flat_map(below).filter(|child| step == "*" || child.tag_name().name() == step).collect();
    }
    found
}

/// The first element at a path of local names.
pub(super) fn first<'a, 'i: 'a>(node: Node<'a, 'i>, path: &str) -> Option<Node<'a, 'i>> {
    match path.split_once('/') {
        None => node.children().find(|child| child.is_element() && (path == "*" || child.tag_name().name() == path)),
        Some((step, rest)) => {
            let mut steps = node.children().filter(|child| child.is_element() && (step == "*" || child.tag_name().name() == step));
            steps.find_map(|child| first(child, rest))
        }
    }
}

/// Every element with this local name, at any depth.
pub(super) fn below<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.descendants().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// All text of an element, white space squeezed.
pub(super) fn words(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    for part in node.descendants().filter(Node::is_text).filter_map(|node| node.text()) {
        // Paragraphs without a blank between them are two words.
        text.push_str(part);
        text.push(' ');
    }
    squeeze(&text)
}

/// The text at a path; empty when there is none.
pub(super) fn text(node: Node<'_, '_>, path: &str) -> String {
    first(node, path).map(words).unwrap_or_default()
}

/// The value of an attribute by its local name; empty when there is none.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value().trim()).unwrap_or_default()
}

/// A yes or no as XML Schema writes it.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Where an element stands: `/ContractNotice/ProcurementProjectLot[2]/ID`.
pub(super) fn path(node: Node<'_, '_>) -> String {
    let mut steps: Vec<String> = Vec::new();
    for element in node.ancestors().filter(Node::is_element) {
        let name = element.tag_name().name();
        let alike = |other: &Node<'_, '_>| other.is_element() && other.tag_name().name() == name;
        let before = element.prev_siblings().skip(1).filter(alike).count();
        let alone = before == 0 && !element.next_siblings().skip(1).any(|other| alike(&other));
        steps.push(if alone { name.to_owned() } else { format!("{name}[{}]", before + 1) });
    }
    steps.reverse();
    format!("/{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_by_local_names() {
        let text = "<?xml version='1.0' encoding='utf-16'?>\n<!-- x --><a:N xmlns:a='u'><a:L><a:ID s='x'>1</a:ID></a:L><L><ID> 2\n<b>3</b></ID></L></a:N>";
        assert_eq!(root_name(text), Some("N"));
        let document = parse(text).unwrap();
        let root = document.root_element();
        assert_eq!(all(root, "L/ID").into_iter().map(words).collect::<Vec<_>>(), ["1", "2 3"]);
        assert_eq!(all(root, "*/ID").len(), 2);
        let id = first(root, "L/ID").unwrap();
        assert_eq!((path(id).as_str(), attribute(id, "s"), text_of(&id)), ("/N/L[1]/ID", "x", "1".to_owned()));
        assert_eq!(super::text(root, "L/Name"), "");
    }

    fn text_of(node: &Node<'_, '_>) -> String {
        words(*node)
    }

    #[test]
    fn nesting_has_a_bound() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(200)).is_ok());
        let bomb = nested(100_000);
        let small_stack = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let failure = small_stack.spawn(move || parse(&bomb).unwrap_err()).unwrap().join().unwrap();
        assert_eq!(failure.class, FailureClass::ParseLimit);
        assert_eq!(parse(&"<a>".repeat(100_000)).unwrap_err().class, FailureClass::ParseLimit);
        let spaces = (0..100_000).fold(String::new(), |text, n| text + "<a xmlns:n" + &n.to_string() + "='u'>");
        assert_eq!(parse(&spaces).unwrap_err().class, FailureClass::ParseLimit);
        let attributes = (0..100_000).fold("<a".to_owned(), |text, n| text + " a" + &n.to_string() + "='1'") + "/>";
        assert_eq!(parse(&attributes).unwrap_err().class, FailureClass::ParseLimit);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in ["", "<a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "{}"] {
            assert_eq!(parse(text).unwrap_err().class, FailureClass::Unreadable, "{text}");
        }
        assert_eq!(root_name("hello"), None);
    }
}
