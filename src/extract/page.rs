//! Reads one page for its text: blocks of visible words with their places, and one record. Knows no list and no next page.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::LazyLock;

use html5ever::local_name;
use scraper::node::Element;
use scraper::{ElementRef, Node};

use super::html::{self, Attributes as _, NodeId, Tag, Tree, skipped};
use super::listing::{Fields, base_of};
use super::record::{Gather, Parts, RecordRule, canonical};
use super::selector::{Css, Pick, Taker};
use super::value::Hints;
use super::{About, Input, Kind, List, Spec, text_of};
use crate::base::caps;
use crate::base::ids::{base32, hash64};
use crate::base::text::{clip, squeeze};
use crate::model::{Block, Extract, Failure, FailureClass, Fault, FieldName, Found, Value};

/// Bytes of words and places taken from one page.
const TAKEN: usize = 16 * 1024 * 1024;
/// Names in a block's place that are written out; of deeper ones the last, after a hash of the rest.
const PLACE_NAMES: usize = 12;
/// Characters of one name in a block's place.
const NAME_CHARS: usize = 80;

/// Compiled settings of the kind `page`.
pub(super) struct PageReader {
    rule: RecordRule,
    select: Vec<Css>,
    remove: Vec<Css>,
    fields: Fields,
}

static TITLE: LazyLock<Pick> = LazyLock::new(|| fixed("head title"));
static HEADING: LazyLock<Pick> = LazyLock::new(|| fixed("h1"));
static DESCRIPTION: LazyLock<Pick> = LazyLock::new(|| fixed("meta[name=description i] @content"));
static SHARED_DESCRIPTION: LazyLock<Pick> = LazyLock::new(|| fixed("meta[property=\"og:description\"] @content"));

fn fixed(text: &str) -> Pick {
    Pick::compile("", text, None, &mut Vec::new()).expect("the selector is fixed")
}

impl PageReader {
    /// Checks and compiles; all faults are added.
    #[expect(clippy::unnecessary_wraps, reason = "the same shape for every kind")]
    pub(super) fn compile(spec: &Spec, about: &About, faults: &mut Vec<Fault>) -> Option<Self> {
        let hints = Hints::compile(spec, about, faults);
        let mut list = |key: &str, list: &List| -> Vec<Css> {
            list.0.iter().enumerate().filter_map(|(i, text)| Css::compile(&format!("{key}[{i}]"), text, faults)).collect()
        };
        let (select, remove) = (list("select", &spec.select), list("remove", &spec.remove));
        let fields = Fields::compile(&spec.fields, "fields", &hints, faults);
        Some(Self { rule: RecordRule::compile(spec, Kind::Page, faults), select, remove, fields })
    }

    /// The fields that its record can have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        ["title", "description", "text"].into_iter().chain(self.fields.names())
    }

    /// What all of its records are.
    pub(super) fn rule(&self) -> &RecordRule {
        &self.rule
    }

    /// Reads the page.
    pub(super) fn read(&self, input: &Input<'_>) -> Result<Extract, Failure> {
        let tree = html::parse(&text_of(input), input)?;
        let kept = picked(&self.select, &tree, input)?;
        let dropped = picked(&self.remove, &tree, input)?;
        let mut walk = Walk { input, kept: &kept, dropped: &dropped, all: !self.select.is_empty(), taken: 0, blocks: Vec::new() };
        walk.run(&tree)?;
        if walk.blocks.is_empty() && !walk.all {
            // A page of nothing but navigation is that navigation.
            walk.all = true;
            walk.run(&tree)?;
        }
        let blocks = walk.blocks;
        let mut fields = page_fields(&tree, &blocks);
        let root = tree.html.root_element();
        let base = base_of(root, input.url);
        fields.extend(self.fields.read(&mut Taker::new(tree.nodes, input), root, &base, "")?);
        let mut gather = Gather::new(&self.rule, input.url);
        let id = Some(canonical(input.url).into());
        gather.add(Parts { fields, url: Some(input.url.clone()), id, detail: None, kind: None, partial: false, path: "html".to_owned() });
        Ok(Extract { blocks, ..gather.extract })
    }
}

fn picked(list: &[Css], tree: &Tree, input: &Input<'_>) -> Result<HashSet<NodeId>, Failure> {
    let mut out = HashSet::new();
    for css in list {
        out.extend(css.select(tree.html.root_element(), tree.nodes, input)?.iter().map(|element| element.id()));
    }
    Ok(out)
}

/// Title, description and the joined text.
fn page_fields(tree: &Tree, blocks: &[Block]) -> BTreeMap<FieldName, Found> {
    let mut fields = BTreeMap::new();
    let mut put = |name: &str, text: &str, path: &str| {
        if !text.is_empty() {
            let found = Found { value: Value::Text(text.to_owned()), quote: clip(text, caps::QUOTE_CHARS), path: path.to_owned() };
            fields.insert(FieldName::new(name), found);
        }
    };
    let root = tree.html.root_element();
    let title = TITLE.first(root).or_else(|| HEADING.first(root)).map(|text| squeeze(&text)).unwrap_or_default();
    put("title", &title, "title");
    let description = DESCRIPTION.first(root).or_else(|| SHARED_DESCRIPTION.first(root)).map(|text| squeeze(&text)).unwrap_or_default();
    put("description", &description, "meta[name=description]");
    let mut text = String::new();
    for block in blocks {
        let separator = usize::from(!text.is_empty());
        if text.len() + separator + block.text.len() > caps::FIELD_CHARS {
            break;
        }
        if separator > 0 {
            text.push(' ');
        }
        text.push_str(&block.text);
    }
    put("text", &text, blocks.first().map_or("html", |block| block.path.as_str()));
    fields
}

/// One walk over the tree.
struct Walk<'w> {
    input: &'w Input<'w>,
    kept: &'w HashSet<NodeId>,
    dropped: &'w HashSet<NodeId>,
    /// Whether navigation, headers and footers are taken too; with `select`, what it names is.
    all: bool,
    taken: usize,
    blocks: Vec<Block>,
}

/// An open element on the way down.
#[derive(Default)]
struct Frame {
    name: Rc<str>,
    /// How often each name was seen among its children.
    seen: HashMap<Rc<str>, u32>,
    /// Whether its words are taken.
    wanted: bool,
    /// Whether it is inside an article or the main part.
    inside: bool,
    /// Whether it ends a block.
    breaks: bool,
    /// How many blocks have begun in it.
    runs: u32,
}

impl Walk<'_> {
    fn run(&mut self, tree: &Tree) -> Result<(), Failure> {
        let root = *tree.html.root_element();
        let mut frames =
            vec![Frame { name: Rc::from("html"), wanted: self.kept.is_empty() || self.kept.contains(&root.id()), ..Frame::default() }];
        let mut text = String::new();
        let Some(mut node) = root.first_child() else { return Ok(()) };
        let mut steps = 0_u32;
        loop {
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1024) {
                self.input.check_time()?;
            }
            let wanted = frames.last().is_some_and(|frame| frame.wanted);
            let mut down = false;
            match node.value() {
                Node::Text(words) if wanted => text.push_str(words),
                Node::Element(element) => {
                    down = ElementRef::wrap(node).is_some_and(|element| !self.leaves_out(element, &frames));
                    if Tag::of(element.name()).breaks() {
                        self.flush(&mut text, &mut frames)?;
                    }
                    if down {
                        let wanted = wanted || self.kept.contains(&node.id());
                        open(element, wanted, &mut frames);
                    }
                }
                Node::Text(_) | Node::Document | Node::Fragment | Node::Doctype(_) | Node::Comment(_) | Node::ProcessingInstruction(_) => {}
            }
            if down && let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            if down {
                self.close(&mut text, &mut frames)?;
            }
            while node.next_sibling().is_none() {
                let Some(parent) = node.parent().filter(|parent| *parent != root) else {
                    return self.flush(&mut text, &mut frames);
                };
                self.close(&mut text, &mut frames)?;
                node = parent;
            }
            let Some(next) = node.next_sibling() else { return Ok(()) };
            node = next;
        }
    }

    fn close(&mut self, text: &mut String, frames: &mut Vec<Frame>) -> Result<(), Failure> {
        if frames.last().is_some_and(|frame| frame.breaks) {
            self.flush(text, frames)?;
        }
        frames.pop();
        Ok(())
    }

    /// What has been gathered becomes a block of the nearest element that breaks lines.
    fn flush(&mut self, text: &mut String, frames: &mut [Frame]) -> Result<(), Failure> {
        let squeezed = squeeze(text);
        text.clear();
        if squeezed.is_empty() {
            return Ok(());
        }
        let at = frames.iter().rposition(|frame| frame.breaks).unwrap_or(0);
        frames[at].runs += 1;
        let mut path = place(&frames[..=at]);
        if frames[at].runs > 1 {
            // Words after an inner block are a run of their own.
            path = format!("{path}~{}", frames[at].runs);
        }
        self.taken += path.len() + squeezed.len();
        if self.taken > TAKEN {
            let text = format!("{}: its text holds more than {} MiB", self.input.url, TAKEN / 1024 / 1024);
            return Err(Failure::new(FailureClass::ParseLimit, text));
        }
        self.blocks.push(Block { path, text: squeezed });
        Ok(())
    }

    fn leaves_out(&self, element: ElementRef<'_>, frames: &[Frame]) -> bool {
        let id = element.id();
        if self.dropped.contains(&id) || skipped(&element) {
            return true;
        }
        let element = element.value();
        if self.all || self.kept.contains(&id) {
            return false;
        }
        let inside = frames.last().is_some_and(|frame| frame.inside);
        match element.name.local {
            local_name!("nav") | local_name!("aside") | local_name!("select") => true,
            local_name!("header") | local_name!("footer") => !inside,
            _ => {
                matches!(element.attribute("role"), Some("navigation" | "complementary"))
                    || !inside && matches!(element.attribute("role"), Some("banner" | "contentinfo"))
            }
        }
    }
}

fn open(element: &Element, wanted: bool, frames: &mut Vec<Frame>) {
    let name = name_of(element);
    let parent_inside = frames.last().is_some_and(|frame| frame.inside);
    let name = match frames.last_mut() {
        Some(parent) => {
            let nth = parent.seen.entry(Rc::clone(&name)).and_modify(|n| *n += 1).or_insert(1);
            if *nth > 1 { Rc::from(format!("{name}[{nth}]")) } else { name }
        }
        None => name,
    };
    let inside = parent_inside || matches!(element.name.local, local_name!("article") | local_name!("main"));
    frames.push(Frame { name, seen: HashMap::new(), wanted, inside, breaks: Tag::of(element.name()).breaks(), runs: 0 });
}

/// `div#content.news.wide`
fn name_of(element: &Element) -> Rc<str> {
    let mut name = element.name().to_owned();
    if let Some(id) = element.id() {
        name.push('#');
        name.push_str(id);
    }
    for class in element.classes() {
        if name.len() > NAME_CHARS {
            break;
        }
        name.push('.');
        name.push_str(class);
    }
    Rc::from(clip(&squeeze(&name), NAME_CHARS))
}

/// The names from the top, `>` between them.
fn place(frames: &[Frame]) -> String {
    let names = |frames: &[Frame]| frames.iter().map(|frame| frame.name.as_ref()).collect::<Vec<_>>().join(">");
    if frames.len() <= PLACE_NAMES {
        return names(frames);
    }
    let (far, near) = frames.split_at(frames.len() - PLACE_NAMES);
    let parts: Vec<&[u8]> = far.iter().map(|frame| frame.name.as_bytes()).collect();
    format!("{}>{}", base32(&hash64(&parts).to_be_bytes()), names(near))
}

#[cfg(test)]
mod tests;
