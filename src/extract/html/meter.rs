//! Counts what a parse costs and says when it is too much. Shared by the guard (tokens) and the sink (nodes, steps).

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use crate::base::caps;

/// Steps of counted work in one parse: an ordinary page takes about one for each byte, so this is ten times what the largest body needs.
pub(super) const WORK: u64 = 100_000_000;
/// Attributes of the whole tree: twice as many as nodes.
pub(super) const ATTRIBUTES: usize = 2 * caps::HTML_NODES;

/// Different names of elements, attributes and classes. Each longer one is kept in a table of the parser that has 4,096 chains: half a million
/// names take seconds.
pub(super) const NAMES: usize = 30_000;
/// Names up to this length are kept without that table.
pub(super) const SHORT_NAME: usize = 7;
/// Bytes of classes on a page before they are counted too.
pub(super) const CLASS_BYTES: usize = 512 * 1024;

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Too many nodes.
    Nodes,
    /// Too many attributes on one element.
    Attributes(usize),
    /// Too many attributes altogether.
    AllAttributes,
    /// Too many different names.
    Names,
    /// Too many steps.
    Work,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes => write!(f, "its tree has more than {} nodes", caps::HTML_NODES),
            Self::Attributes(seen) => write!(f, "an element has {seen} attributes or more; {} are allowed", caps::HTML_ATTRIBUTES),
            Self::AllAttributes => write!(f, "its elements have more than {ATTRIBUTES} attributes"),
            Self::Names => write!(f, "it has more than {NAMES} different names of elements, attributes and classes"),
            Self::Work => write!(f, "building its tree took more than {WORK} steps"),
        }
    }
}

/// The counters of one parse.
#[derive(Clone, Default)]
pub(super) struct Meter(Rc<Counts>);

#[derive(Default)]
struct Counts {
    tokens: Cell<u64>,
    nodes: Cell<usize>,
    attributes: Cell<usize>,
    work: Cell<u64>,
    class_bytes: Cell<usize>,
    names: RefCell<HashSet<Box<str>>>,
    over: Cell<Option<Over>>,
}

impl Meter {
    /// Nothing counted yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Tokens so far, parse errors left out.
    pub(super) fn tokens(&self) -> u64 {
        self.0.tokens.get()
    }

    /// Nodes so far.
    pub(super) fn nodes(&self) -> usize {
        self.0.nodes.get()
    }

    /// Steps so far.
    pub(super) fn work(&self) -> u64 {
        self.0.work.get()
    }

    /// The limit that was reached, if one was.
    pub(super) fn over(&self) -> Option<Over> {
        self.0.over.get()
    }

    fn set_over(&self, over: Over) {
        if self.0.over.get().is_none() {
            self.0.over.set(Some(over));
        }
    }

    /// One more token.
    pub(super) fn token(&self) {
        self.0.tokens.set(self.0.tokens.get() + 1);
        self.spend(1);
    }

    /// So many more steps.
    pub(super) fn spend(&self, steps: u64) {
        let work = self.0.work.get().saturating_add(steps);
        self.0.work.set(work);
        if work > WORK {
            self.set_over(Over::Work);
        }
    }

    /// One more node with so many attributes.
    pub(super) fn node(&self, attributes: usize) {
        self.0.nodes.set(self.0.nodes.get() + 1);
        self.0.attributes.set(self.0.attributes.get().saturating_add(attributes));
        if self.0.nodes.get() > caps::HTML_NODES {
            self.set_over(Over::Nodes);
        }
        if self.0.attributes.get() > ATTRIBUTES {
            self.set_over(Over::AllAttributes);
        }
    }

    /// One more name of an element or attribute.
    pub(super) fn name(&self, name: &str) {
        if name.len() <= SHORT_NAME {
            return;
        }
        let mut names = self.0.names.borrow_mut();
        if !names.contains(name) {
            names.insert(Box::from(name));
            if names.len() > NAMES {
                self.set_over(Over::Names);
            }
        }
    }

    /// One more `class` attribute.
    pub(super) fn classes(&self, value: &str) {
        let bytes = self.0.class_bytes.get().saturating_add(value.len());
        self.0.class_bytes.set(bytes);
        if bytes > CLASS_BYTES {
            value.split_ascii_whitespace().for_each(|class| self.name(class));
        }
    }

    /// One element with so many attributes.
    pub(super) fn see_attributes(&self, seen: usize) {
        if seen > caps::HTML_ATTRIBUTES {
            self.set_over(Over::Attributes(seen));
        }
    }
}
