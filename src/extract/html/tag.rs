//! What is known of each element by its name: how it nests, what it shows. One table for the reader of plain pages and for the words of all.

/// Kinds of elements, as bits.
pub(super) type Traits = u32;

/// Has no content and no end tag.
pub(super) const VOID: Traits = 1;
/// Its content is text and nothing else.
pub(super) const RAW: Traits = 1 << 1;
/// The same, with character references.
pub(super) const RCDATA: Traits = 1 << 2;
/// Its start tag closes an open `p`.
pub(super) const CLOSES_P: Traits = 1 << 3;
/// Its end tag closes items and paragraphs left open in it.
pub(super) const CLOSES_INNER: Traits = 1 << 4;
/// Its end tag may be left out wherever an outer element ends (HTML standard 13.2.6.3).
pub(super) const IMPLIED: Traits = 1 << 5;
/// "Special" in the standard (13.2.4.2): a search for an open element ends here.
pub(super) const SPECIAL: Traits = 1 << 6;
/// Bounds the default scope (13.2.4.2).
pub(super) const SCOPE: Traits = 1 << 7;
/// May stand in `head`.
pub(super) const HEAD: Traits = 1 << 8;
/// Part of a table: closes cells, has no place outside.
pub(super) const PART: Traits = 1 << 9;
/// Formatting (13.2.4.3): opened again where it was not closed.
pub(super) const FORMATS: Traits = 1 << 10;
/// A heading.
pub(super) const HEADING: Traits = 1 << 11;
/// A line feed right after its start tag is none of its text.
pub(super) const DROPS_LF: Traits = 1 << 12;
/// Has rules that only the tree builder follows.
pub(super) const ODD: Traits = 1 << 13;
/// Inside an `svg` its start tag ends the `svg`.
pub(super) const BREAKS_OUT: Traits = 1 << 14;
/// Stands on lines or in a cell of its own.
const BREAKS: Traits = 1 << 15;
/// Shows nothing.
const HIDDEN: Traits = 1 << 16;
/// Holds parts of a table, white space, and no words.
pub(super) const GRID: Traits = 1 << 17;

const BLOCK: Traits = CLOSES_P | CLOSES_INNER | SPECIAL;
const HEADS: Traits = CLOSES_P | HEADING | SPECIAL | BREAKS | BREAKS_OUT;
const LEAF: Traits = VOID | SPECIAL;
const ITEM: Traits = IMPLIED | SPECIAL | BREAKS;
const CELL: Traits = PART | SPECIAL | BREAKS;

macro_rules! tags {
    ($($tag:ident $name:literal $traits:expr;)*) => {
        /// The name of an element, as far as anything is known of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(in crate::extract) enum Tag {
            $($tag,)*
            /// Nothing is known of it.
            Other,
        }

        impl Tag {
            /// The tag of a name in lower case.
            #[expect(non_upper_case_globals, reason = "patterns, one for each tag")]
            fn of_lower(name: &[u8]) -> Self {
                // Of constant bytes the compiler makes a tree of decisions; strings it would compare one after the other.
                $(const $tag: &[u8] = $name.as_bytes();)*
                match name {
                    $($tag => Self::$tag,)*
                    _ => Self::Other,
                }
            }

            /// Its name; empty when nothing is known.
            pub(super) const fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$($name,)* ""];
                NAMES[self as usize]
            }

            const fn traits(self) -> Traits {
                const TRAITS: &[Traits] = &[$($traits,)* 0];
                TRAITS[self as usize]
            }
        }
    };
}

tags! {
    A "a" FORMATS;
    Abbr "abbr" 0;
    Address "address" BLOCK | BREAKS;
    Applet "applet" ODD;
    Area "area" LEAF;
    Article "article" BLOCK | BREAKS;
    Aside "aside" BLOCK | BREAKS;
    B "b" FORMATS | BREAKS_OUT;
    Base "base" LEAF | HEAD;
    Basefont "basefont" LEAF | HEAD;
    Bgsound "bgsound" LEAF | HEAD;
    Big "big" FORMATS | BREAKS_OUT;
    Blockquote "blockquote" BLOCK | BREAKS | BREAKS_OUT;
    Body "body" SPECIAL | BREAKS | BREAKS_OUT;
    Br "br" LEAF | BREAKS | BREAKS_OUT;
    Button "button" CLOSES_INNER | SPECIAL | BREAKS;
    Caption "caption" PART | SPECIAL | SCOPE | BREAKS;
    Center "center" BLOCK | BREAKS | BREAKS_OUT;
    Code "code" FORMATS | BREAKS_OUT;
    Col "col" PART | LEAF;
    Colgroup "colgroup" PART | SPECIAL | GRID;
    Datalist "datalist" HIDDEN;
    Dd "dd" ITEM | BREAKS_OUT;
    Desc "desc" 0;
    Details "details" BLOCK | BREAKS;
    Dialog "dialog" CLOSES_P | CLOSES_INNER | BREAKS;
    Dir "dir" BLOCK | BREAKS;
    Div "div" BLOCK | BREAKS | BREAKS_OUT;
    Dl "dl" BLOCK | BREAKS | BREAKS_OUT;
    Dt "dt" ITEM | BREAKS_OUT;
    Em "em" FORMATS | BREAKS_OUT;
    Embed "embed" LEAF | BREAKS_OUT;
    Fieldset "fieldset" BLOCK | BREAKS;
    Figcaption "figcaption" BLOCK | BREAKS;
    Figure "figure" BLOCK | BREAKS;
    Font "font" FORMATS | BREAKS_OUT;
    Footer "footer" BLOCK | BREAKS;
    ForeignObject "foreignobject" ODD;
    Form "form" BLOCK | BREAKS;
    Frame "frame" ODD;
    Frameset "frameset" ODD;
    H1 "h1" HEADS;
    H2 "h2" HEADS;
    H3 "h3" HEADS;
    H4 "h4" HEADS;
    H5 "h5" HEADS;
    H6 "h6" HEADS;
    Head "head" SPECIAL | HIDDEN | BREAKS_OUT;
    Header "header" BLOCK | BREAKS;
    Hgroup "hgroup" BLOCK | BREAKS;
    Hr "hr" LEAF | CLOSES_P | BREAKS | BREAKS_OUT;
    Html "html" SPECIAL | SCOPE;
    I "i" FORMATS | BREAKS_OUT;
    Iframe "iframe" RAW | SPECIAL | HIDDEN;
    Image "image" ODD;
    Img "img" LEAF | BREAKS_OUT;
    Input "input" LEAF;
    Isindex "isindex" ODD;
    Keygen "keygen" VOID;
    Label "label" 0;
    Li "li" ITEM | BREAKS_OUT;
    Link "link" LEAF | HEAD;
    Listing "listing" BLOCK | DROPS_LF | BREAKS | BREAKS_OUT;
    Main "main" BLOCK | BREAKS;
    Marquee "marquee" ODD;
    Math "math" ODD;
    Menu "menu" BLOCK | BREAKS | BREAKS_OUT;
    Meta "meta" LEAF | HEAD | BREAKS_OUT;
    Nav "nav" BLOCK | BREAKS;
    Nobr "nobr" FORMATS | BREAKS_OUT;
    Noembed "noembed" RAW | SPECIAL;
    Noframes "noframes" RAW | SPECIAL | HEAD | HIDDEN;
    Noscript "noscript" RAW | SPECIAL | HEAD | HIDDEN;
    Object "object" CLOSES_INNER | SPECIAL | SCOPE | HIDDEN;
    Ol "ol" BLOCK | BREAKS | BREAKS_OUT;
    Optgroup "optgroup" IMPLIED;
    Option "option" IMPLIED | BREAKS;
    P "p" IMPLIED | CLOSES_P | SPECIAL | BREAKS | BREAKS_OUT;
    Param "param" LEAF;
    Plaintext "plaintext" ODD;
    Pre "pre" BLOCK | DROPS_LF | BREAKS | BREAKS_OUT;
    Rb "rb" ODD;
    Rp "rp" ODD;
    Rt "rt" ODD;
    Rtc "rtc" ODD;
    Ruby "ruby" BREAKS_OUT;
    S "s" FORMATS | BREAKS_OUT;
    Script "script" RAW | SPECIAL | HEAD | HIDDEN;
    Search "search" CLOSES_P | CLOSES_INNER | BREAKS;
    Section "section" BLOCK | BREAKS;
    Select "select" CLOSES_INNER | SPECIAL | SCOPE | BREAKS;
    Small "small" FORMATS | BREAKS_OUT;
    Source "source" LEAF;
    Span "span" BREAKS_OUT;
    Strike "strike" FORMATS | BREAKS_OUT;
    Strong "strong" FORMATS | BREAKS_OUT;
    Style "style" RAW | SPECIAL | HEAD | HIDDEN;
    Sub "sub" BREAKS_OUT;
    Summary "summary" BLOCK | BREAKS;
    Sup "sup" BREAKS_OUT;
    Svg "svg" HIDDEN;
    Table "table" CLOSES_P | SPECIAL | SCOPE | BREAKS | BREAKS_OUT | GRID;
    Tbody "tbody" PART | SPECIAL | BREAKS | GRID;
    Td "td" CELL | SCOPE;
    Template "template" ODD | HIDDEN;
    Textarea "textarea" RCDATA | SPECIAL | DROPS_LF | BREAKS;
    Tfoot "tfoot" PART | SPECIAL | BREAKS | GRID;
    Th "th" CELL | SCOPE;
    Thead "thead" PART | SPECIAL | BREAKS | GRID;
    Title "title" RCDATA | SPECIAL | HEAD;
    Tr "tr" CELL | GRID;
    Track "track" LEAF;
    Tt "tt" FORMATS | BREAKS_OUT;
    U "u" FORMATS | BREAKS_OUT;
    Ul "ul" BLOCK | BREAKS | BREAKS_OUT;
    Var "var" BREAKS_OUT;
    Wbr "wbr" LEAF;
    Xmp "xmp" RAW | CLOSES_P | SPECIAL | BREAKS;
}

/// Bytes of the longest name in the table.
const LONGEST: usize = 13;

impl Tag {
    /// The tag of a name, in whichever case.
    pub(in crate::extract) fn of(name: &str) -> Self {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Other };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        Self::of_lower(lower)
    }

    /// Whether it has one of these traits.
    pub(super) const fn has(self, traits: Traits) -> bool {
        self.traits() & traits != 0
    }

    /// Whether an element stands on lines or in a cell of its own.
    pub(in crate::extract) const fn breaks(self) -> bool {
        self.has(BREAKS)
    }

    /// Whether nothing of an element is shown. (`aria-hidden` is not asked: it hides from readers what others see.)
    pub(super) const fn hidden(self) -> bool {
        self.has(HIDDEN)
    }
}
