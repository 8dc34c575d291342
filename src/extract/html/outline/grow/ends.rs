//! End tags, and whatever else ends elements.

use super::super::super::tag::{CLOSES_INNER, FORMATS, GRID, HEADING, IMPLIED, PART, SCOPE, SPECIAL, Tag, Traits};
use super::around::{IN_BODY, IN_CAPTION, IN_CELL, IN_P};
use super::{Form, Growth, Mode, Open, Plain, Range};

impl Growth<'_> {
    pub(super) fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.entries[open.entry as usize].end = Range::new(self.entries.len(), 0).from;
        }
    }

    /// Closes the elements whose end tags may be left out here.
    pub(super) fn pop_inner(&mut self, except: Option<Tag>) {
        while self.current().tag.has(IMPLIED) && Some(self.current().tag) != except {
            self.pop();
        }
    }

    /// The innermost open element like this; `None` when one with these traits comes first.
    fn find(&self, wanted: impl Fn(&Open) -> bool, stop: impl Fn(Tag) -> bool) -> Option<usize> {
        for (i, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(i);
            }
            if stop(open.tag) {
                return None;
            }
        }
        None
    }

    /// Closes an element with all that is open in it; what the standard would remember of that must not be open.
    fn close_at(&mut self, at: usize, remembered: Traits) -> Plain {
        if self.open[at + 1..].iter().any(|open| open.tag.has(remembered) || matches!(open.tag, Tag::Form | Tag::Object)) {
            return Err("an end with something open before it");
        }
        while self.open.len() > at {
            self.pop();
        }
        Ok(())
    }

    /// Closes the innermost element like this, which is in scope.
    pub(super) fn close(&mut self, wanted: impl Fn(Tag) -> bool) -> Plain {
        let at = self.find(|open| wanted(open.tag), |_| false).ok_or("an end without its beginning")?;
        self.close_at(at, FORMATS)
    }

    /// Closes the cell or caption that is open, and forgets what is open in it.
    pub(super) fn close_cell(&mut self) -> Plain {
        let cell = self.find(|open| matches!(open.tag, Tag::Td | Tag::Th | Tag::Caption), |_| false);
        self.close_at(cell.ok_or("an end without its beginning")?, 0)
    }

    /// Closes a formatting element (13.2.6.4.7, the adoption agency, where nobody is adopted); `false` when there is none.
    pub(super) fn close_formatting(&mut self, tag: Tag) -> Plain<bool> {
        let Some(at) = self.find(|open| open.tag == tag && !open.foreign, |_| false) else { return Ok(false) };
        self.close_at(at, FORMATS | SPECIAL)?;
        Ok(true)
    }

    pub(super) fn end(&mut self, tag: Tag, name: Range) -> Plain {
        let open = self.current();
        if open.foreign {
            if !self.is_named(&open, tag, name) {
                return Err("an end tag of something else in an svg");
            }
            self.pop();
            return Ok(());
        }
        match self.mode {
            Mode::Body => {}
            Mode::InHead if tag == Tag::Head => {
                self.advance();
                return Ok(());
            }
            Mode::Initial | Mode::BeforeHtml | Mode::BeforeHead if tag == Tag::Head => return Err("an end tag before the body"),
            _ if matches!(tag, Tag::Body | Tag::Html | Tag::Br) => return Err("an end tag before the body"),
            // It is ignored, but no document type may follow.
            mode => {
                self.mode = mode.max(Mode::BeforeHtml);
                return Ok(());
            }
        }
        if open.tag.has(GRID) || tag.has(PART | GRID) && open.around & (IN_CELL | IN_CAPTION) != 0 {
            return self.end_in_table(tag);
        }
        let scope = |tag: Tag| tag.has(SCOPE);
        let found = match tag {
            // Nothing is closed by these: what follows still goes where the body's end went.
            Tag::Body | Tag::Html if open.around & IN_BODY != 0 => return Ok(()),
            Tag::Body | Tag::Html | Tag::Br => return Err("an end tag that means something else"),
            Tag::Form => return self.end_form(),
            Tag::P => {
                if open.around & IN_P == 0 {
                    // The end of a p that is not open is an empty p.
                    self.push_implied(Tag::P);
                }
                return self.close(|tag| tag == Tag::P);
            }
            Tag::Li => self.find(|open| open.tag == Tag::Li, |tag| scope(tag) || matches!(tag, Tag::Ol | Tag::Ul)),
            Tag::Dd | Tag::Dt => self.find(|open| open.tag == tag, scope),
            _ if tag.has(HEADING) => self.find(|open| open.tag.has(HEADING), scope),
            _ if tag.has(CLOSES_INNER) => self.find(|open| open.tag == tag, scope),
            _ if tag.has(FORMATS) => return self.close_formatting(tag).map(drop),
            _ => self.find(|open| self.is_named(open, tag, name), |tag| tag.has(SPECIAL)),
        };
        // An end tag of what is not open is as if it were not written.
        found.map_or(Ok(()), |at| self.close_at(at, FORMATS))
    }

    fn is_named(&self, open: &Open, tag: Tag, name: Range) -> bool {
        open.tag == tag && {
            let written = self.entries[open.entry as usize].text;
            tag != Tag::Other || written.of(self.text).eq_ignore_ascii_case(name.of(self.text))
        }
    }

    fn end_form(&mut self) -> Plain {
        let form = std::mem::replace(&mut self.form, Form::None);
        if form == Form::Open {
            self.pop_inner(None);
            if self.current().tag != Tag::Form {
                return Err("the end of a form in something");
            }
            self.pop();
        }
        Ok(())
    }

    /// Closes all parts of a table up to this one.
    fn end_in_table(&mut self, tag: Tag) -> Plain {
        loop {
            let open = self.current();
            match open.tag {
                _ if open.tag == tag => {
                    self.pop();
                    return Ok(());
                }
                _ if open.tag.has(GRID) && tag == Tag::Form && self.form != Form::Open => return self.end_form(),
                Tag::Colgroup | Tag::Tbody | Tag::Thead | Tag::Tfoot if tag == Tag::Table => self.pop(),
                Tag::Tr if matches!(tag, Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot) => self.pop(),
                _ if open.tag.has(GRID) => return Err("an end tag of something else in a table"),
                Tag::Td | Tag::Th | Tag::Caption if !tag.has(GRID) => return Err("an end tag of something else in a table"),
                _ => match tag {
                    Tag::Td | Tag::Th | Tag::Caption => {
                        let found = self.find(|open| open.tag == tag, |other| matches!(other, Tag::Td | Tag::Th | Tag::Caption));
                        return self.close_at(found.ok_or("an end tag of something else in a table")?, 0);
                    }
                    Tag::Table => self.close_cell()?,
                    Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr if open.around & IN_CELL != 0 => self.close_cell()?,
                    _ => return Err("an end tag of something else in a table"),
                },
            }
        }
    }
}
