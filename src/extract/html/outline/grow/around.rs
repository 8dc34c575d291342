//! What stands around an element, as bits that it inherits: instead of walking up the open elements for each tag.

use super::super::super::tag::{SCOPE, SPECIAL, Tag};

/// What stands around an element, as bits.
pub(super) type Around = u16;

/// A `p` in button scope.
pub(super) const IN_P: Around = 1;
/// A `li` that the next `li` closes.
pub(super) const IN_LI: Around = 1 << 1;
/// The same for `dd` and `dt`.
pub(super) const IN_DD: Around = 1 << 2;
/// An `a`, up to the last marker.
pub(super) const IN_A: Around = 1 << 3;
/// A `button` in scope.
pub(super) const IN_BUTTON: Around = 1 << 4;
/// A `select` in scope.
pub(super) const IN_SELECT: Around = 1 << 5;
/// A `nobr` in scope.
pub(super) const IN_NOBR: Around = 1 << 6;
/// A cell of the nearest table.
pub(super) const IN_CELL: Around = 1 << 7;
/// The caption of the nearest table.
pub(super) const IN_CAPTION: Around = 1 << 8;
/// The `body` in scope.
pub(super) const IN_BODY: Around = 1 << 9;

/// What stands around the children of an element around which this stands.
pub(super) fn within(tag: Tag, mut around: Around) -> Around {
    if tag.has(SCOPE) {
        around &= !(IN_P | IN_BUTTON | IN_SELECT | IN_NOBR | IN_BODY);
    }
    if tag.has(SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P) {
        around &= !(IN_LI | IN_DD);
    }
    match tag {
        Tag::Body => around | IN_BODY,
        Tag::P => around | IN_P,
        Tag::Li => around | IN_LI,
        Tag::Dd | Tag::Dt => around | IN_DD,
        Tag::A => around | IN_A,
        Tag::Nobr => around | IN_NOBR,
        Tag::Button => around & !IN_P | IN_BUTTON,
        Tag::Select => around | IN_SELECT,
        Tag::Td | Tag::Th => around & !(IN_A | IN_CAPTION) | IN_CELL,
        Tag::Caption => around & !(IN_A | IN_CELL) | IN_CAPTION,
        Tag::Table => around & !(IN_CELL | IN_CAPTION),
        Tag::Object => around & !IN_A,
        _ => around,
    }
}
