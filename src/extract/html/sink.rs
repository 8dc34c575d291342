//! Scraper's tree sink with every step counted. Drops comments' cousins: parse errors are not kept.

use std::borrow::Cow;
use std::cell::Cell;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName};
use scraper::{Html, HtmlTreeSink};

use super::meter::Meter;

/// A node's handle in scraper's tree.
pub(in crate::extract) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// Counts, and hands on.
pub(super) struct CountingSink {
    inner: HtmlTreeSink,
    meter: Meter,
    after_text: Cell<bool>,
}

impl CountingSink {
    /// An empty document.
    pub(super) fn new(meter: Meter) -> Self {
        Self { inner: HtmlTreeSink::new(Html::new_document()), meter, after_text: Cell::new(false) }
    }

    /// Counts what is added; text that follows text makes no new node.
    fn count(&self, child: &NodeOrText<NodeId>) {
        let text = matches!(child, NodeOrText::AppendText(_));
        if text && !self.after_text.get() {
            self.meter.node(0);
        }
        self.after_text.set(text);
        self.meter.spend(1);
    }
}

impl TreeSink for CountingSink {
    type Output = Html;
    type Handle = NodeId;
    type ElemName<'a> = <HtmlTreeSink as TreeSink>::ElemName<'a>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.meter.spend(1);
        self.inner.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.meter.node(attrs.len());
        self.meter.spend(1 + attrs.len() as u64);
        self.after_text.set(false);
        self.inner.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.meter.node(0);
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.meter.node(0);
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.count(&child);
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, prev_element: &NodeId, child: NodeOrText<NodeId>) {
        self.count(&child);
        self.inner.append_based_on_parent_node(element, prev_element, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.meter.node(0);
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        self.meter.spend(1);
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        self.count(&new_node);
        self.inner.append_before_sibling(sibling, new_node);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        // The html and body elements gather the attributes of every further html and body tag: a tag's own limit would not hold them.
        self.meter.spend(attrs.len() as u64);
        let have = {
            let html = self.inner.0.borrow();
            html.tree.get(*target).and_then(|node| node.value().as_element().map(|element| element.attrs.len())).unwrap_or(0)
        };
        self.meter.see_attributes(have + attrs.len());
        self.inner.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let children = self.inner.0.borrow().tree.get(*node).map_or(0, |node| node.children().count());
        self.meter.spend(children as u64);
        self.inner.reparent_children(node, new_parent);
    }
}
