//! Start tags: what they close, what they open beside themselves, where they go.

use super::super::super::tag::{BREAKS_OUT, CLOSES_P, DROPS_LF, GRID, HEAD, HEADING, ODD, PART, RAW, RCDATA, Tag, VOID};
use super::around::{IN_A, IN_BUTTON, IN_CAPTION, IN_CELL, IN_DD, IN_LI, IN_NOBR, IN_P, IN_SELECT};
use super::{Form, Growth, Mode, Plain, Range, What};

/// Where a start tag belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Among words.
    Body,
    /// Right inside a table, its rows or columns.
    Table,
    /// It is ignored.
    Nowhere,
}

impl Growth<'_> {
    /// Opens `html`, `head` and `body` as far as they are not.
    pub(super) fn reach_body(&mut self) {
        while self.mode != Mode::Body {
            self.advance();
        }
    }

    /// To the next mode, as any tag does that does not belong in this one.
    pub(super) fn advance(&mut self) {
        self.mode = match self.mode {
            Mode::Initial => Mode::BeforeHtml,
            Mode::BeforeHtml => {
                self.push_implied(Tag::Html);
                Mode::BeforeHead
            }
            Mode::BeforeHead => {
                self.push_implied(Tag::Head);
                Mode::InHead
            }
            Mode::InHead => {
                self.pop();
                Mode::AfterHead
            }
            Mode::AfterHead | Mode::Body => {
                self.push_implied(Tag::Body);
                Mode::Body
            }
        };
    }

    /// Whether raw text follows.
    pub(super) fn start(&mut self, tag: Tag, name: Range, attrs: Range, closed: bool) -> Plain<bool> {
        if self.current().foreign {
            return self.start_foreign(tag, name, attrs, closed).map(|()| false);
        }
        if tag.has(ODD) {
            return Err(tag.name());
        }
        if self.mode != Mode::Body && self.start_before_body(tag, name, attrs)? {
            return Ok(tag.has(RAW | RCDATA));
        }
        if matches!(tag, Tag::Html | Tag::Head | Tag::Body) {
            // Nothing of these is taken but their attributes.
            let ignored = !self.current().tag.has(GRID) && (attrs.is_empty() || tag == Tag::Head);
            return if ignored { Ok(false) } else { Err("a second html or body") };
        }
        let place = self.start_in_table(tag, attrs)?;
        if place == Place::Nowhere || place == Place::Body && !self.close_before(tag)? {
            return Ok(false);
        }
        if place == Place::Table && matches!(tag, Tag::Form | Tag::Input) {
            self.add(What::Element, tag, name, attrs);
            return Ok(false);
        }
        self.drop_lf = tag.has(DROPS_LF);
        match tag {
            Tag::Svg if closed => drop(self.add(What::Foreign, tag, name, attrs)),
            Tag::Svg => self.push(What::Foreign, tag, name, attrs),
            _ if tag.has(VOID) => drop(self.add(What::Element, tag, name, attrs)),
            _ => self.push(What::Element, tag, name, attrs),
        }
        Ok(tag.has(RAW | RCDATA))
    }

    /// Whether the tag was taken; else the body is open now.
    fn start_before_body(&mut self, tag: Tag, name: Range, attrs: Range) -> Plain<bool> {
        loop {
            let next = match (self.mode, tag) {
                (Mode::Body, _) => return Ok(false),
                (Mode::Initial | Mode::BeforeHtml, Tag::Html) => Mode::BeforeHead,
                (Mode::BeforeHead, Tag::Head) => Mode::InHead,
                (Mode::AfterHead, Tag::Body) => Mode::Body,
                (Mode::BeforeHead | Mode::InHead | Mode::AfterHead, Tag::Html) if attrs.is_empty() => return Ok(true),
                (Mode::BeforeHead | Mode::InHead | Mode::AfterHead, Tag::Html) => return Err("a second html or body"),
                (Mode::InHead | Mode::AfterHead, Tag::Head) => return Ok(true),
                (Mode::InHead, _) if tag.has(HEAD) => {
                    if tag.has(VOID) {
                        self.add(What::Element, tag, name, attrs);
                    } else {
                        self.push(What::Element, tag, name, attrs);
                    }
                    return Ok(true);
                }
                (Mode::AfterHead, _) if tag.has(HEAD) && tag != Tag::Noscript => return Err("something for the head after it"),
                _ => {
                    self.advance();
                    continue;
                }
            };
            self.push(What::Element, tag, name, attrs);
            self.mode = next;
            return Ok(true);
        }
    }

    /// Closes and opens the parts of a table as the tag demands, and says where the tag belongs then.
    fn start_in_table(&mut self, tag: Tag, attrs: Range) -> Plain<Place> {
        loop {
            let open = self.current();
            match (open.tag, tag) {
                (Tag::Colgroup, Tag::Col)
                | (Tag::Table, Tag::Caption | Tag::Colgroup | Tag::Tbody | Tag::Thead | Tag::Tfoot)
                | (Tag::Tbody | Tag::Thead | Tag::Tfoot, Tag::Tr)
                | (Tag::Tr, Tag::Td | Tag::Th) => return Ok(Place::Table),
                (Tag::Table, Tag::Col) => self.push_implied(Tag::Colgroup),
                (Tag::Table, Tag::Tr | Tag::Td | Tag::Th) => self.push_implied(Tag::Tbody),
                (Tag::Tbody | Tag::Thead | Tag::Tfoot, Tag::Td | Tag::Th) => self.push_implied(Tag::Tr),
                (Tag::Colgroup, _) => self.pop(),
                (Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr, _) if tag.has(PART) => self.pop(),
                (_, Tag::Style | Tag::Script) if open.tag.has(GRID) => return Ok(Place::Table),
                (_, Tag::Form) if open.tag.has(GRID) => {
                    if self.form != Form::None {
                        return Ok(Place::Nowhere);
                    }
                    self.form = Form::Empty;
                    return Ok(Place::Table);
                }
                (_, Tag::Input) if open.tag.has(GRID) && self.is_hidden(attrs) => return Ok(Place::Table),
                _ if open.tag.has(GRID) => return Err("something in a table"),
                _ if !tag.has(PART) => return Ok(Place::Body),
                _ if open.around & (IN_CELL | IN_CAPTION) != 0 => self.close_cell()?,
                // A part of a table outside of tables is as if it were not written.
                _ => return Ok(Place::Nowhere),
            }
        }
    }

    /// Whether `type` is `hidden`.
    fn is_hidden(&self, attrs: Range) -> bool {
        let mut attrs = self.attrs[attrs.from as usize..attrs.to as usize].iter();
        let kind = attrs.find(|attr| attr.name.of(self.text).eq_ignore_ascii_case("type"));
        kind.is_some_and(|attr| attr.value.of(self.text).eq_ignore_ascii_case("hidden"))
    }

    /// Closes what the start tag closes; `false` when the tag is ignored.
    fn close_before(&mut self, tag: Tag) -> Plain<bool> {
        let around = self.current().around;
        match tag {
            Tag::Form if self.form != Form::None => return Ok(false),
            Tag::Select | Tag::Input | Tag::Hr if around & IN_SELECT != 0 => return Err("a control in a select"),
            Tag::Nobr if around & IN_NOBR != 0 => return Err("a nobr in a nobr"),
            Tag::A if around & IN_A != 0 => drop(self.close_formatting(Tag::A)?),
            Tag::Button if around & IN_BUTTON != 0 => self.close(|tag| tag == Tag::Button)?,
            Tag::Li if around & IN_LI != 0 => self.close(|tag| tag == Tag::Li)?,
            Tag::Dd | Tag::Dt if around & IN_DD != 0 => self.close(|tag| matches!(tag, Tag::Dd | Tag::Dt))?,
            Tag::Option if around & IN_SELECT != 0 => self.pop_inner(Some(Tag::Optgroup)),
            Tag::Optgroup if around & IN_SELECT != 0 => self.pop_inner(None),
            Tag::Option | Tag::Optgroup if self.current().tag == Tag::Option => self.pop(),
            _ => {}
        }
        let closes_p = match tag {
            Tag::Li | Tag::Dd | Tag::Dt => true,
            // Without a p around, it is all the same.
            Tag::Table => self.table_ends_p.or((around & IN_P == 0).then_some(false)).ok_or("a table in a p of an old document type")?,
            _ => tag.has(CLOSES_P),
        };
        if closes_p && self.current().around & IN_P != 0 {
            self.close(|tag| tag == Tag::P)?;
        }
        if tag.has(HEADING) && self.current().tag.has(HEADING) {
            self.pop();
        }
        if tag == Tag::Form {
            self.form = Form::Open;
        }
        Ok(true)
    }

    fn start_foreign(&mut self, tag: Tag, name: Range, attrs: Range, closed: bool) -> Plain {
        let inside = self.current().tag;
        if tag.has(BREAKS_OUT) || matches!(tag, Tag::Script | Tag::ForeignObject | Tag::Font | Tag::Math) {
            return Err("an odd element in an svg");
        }
        if matches!(inside, Tag::Title | Tag::Desc) {
            return Err("an element in an svg's title");
        }
        if closed {
            self.add(What::Foreign, tag, name, attrs);
        } else {
            self.push(What::Foreign, tag, name, attrs);
        }
        Ok(())
    }
}
