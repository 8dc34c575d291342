//! Pages made to be nasty, for tests: every byte of the choices decides one thing, so that what fails can be made small.

/// A page; no choices give the simplest.
pub(crate) fn page(choices: &[u8]) -> String {
    let mut cook = Cook { choices: choices.iter(), out: String::new(), wild: 0, left: 60 };
    // Most of all errors hide where only one thing is odd.
    cook.wild = [0, 0, 0, 0, 2, 4, 12, 60][cook.choose(8)];
    cook.document();
    cook.out
}

struct Cook<'c> {
    choices: std::slice::Iter<'c, u8>,
    out: String,
    /// Of 256 things so many are odd.
    wild: usize,
    /// Elements that may still come.
    left: usize,
}

const BLOCKS: &[&str] =
    &["div", "section", "article", "ul", "nav", "main", "header", "blockquote", "center", "details", "summary", "dialog", "fieldset"];
const INLINES: &[&str] =
    &["span", "b", "i", "em", "strong", "small", "label", "abbr", "u", "code", "font", "x-y", "o:p", "video", "ruby", "ins"];
const VOIDS: &[&str] =
    &["br", "img", "input", "hr", "wbr", "link", "meta", "area", "embed", "source", "param", "track", "keygen", "base", "bgsound"];
const RAWS: &[&str] = &["script", "style", "noscript", "iframe", "textarea", "title", "xmp", "noembed", "noframes"];
const ALL: &[&str] = &[
    "p",
    "li",
    "dd",
    "dt",
    "a",
    "button",
    "form",
    "h1",
    "h2",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "caption",
    "colgroup",
    "col",
    "select",
    "option",
    "optgroup",
    "svg",
    "math",
    "title",
    "template",
    "object",
    "applet",
    "nobr",
    "rt",
    "rp",
    "rb",
    "pre",
    "body",
    "html",
    "head",
    "frameset",
    "plaintext",
    "image",
    "foreignObject",
    "desc",
    "div",
    "span",
    "b",
    "i",
    "br",
    "input",
    "textarea",
    "script",
    "style",
    "ul",
    "dl",
    "mi",
    "frame",
    "marquee",
    "hr",
    "search",
    "menu",
    "listing",
    "datalist",
];
const LOOSE: &[&str] =
    &["li", "dd", "dt", "p", "option", "optgroup", "td", "tr", "a", "h2", "button", "div", "span", "b", "nobr", "form", "ul", "object"];
const TEXTS: &[&str] = &[
    "word",
    " ",
    "\n",
    "a b",
    "1 < 2",
    "a & b",
    "&amp;",
    "&nbsp;",
    "&lt;b&gt;",
    "&#8217;",
    "&#x41;",
    "&#128;",
    "&copy",
    "&copy;1",
    "&notit;",
    "&ampx",
    "&#10;",
    "&#32;x",
    "&#0;",
    "&#xD800;",
    "&bogus;",
    "\u{f1}\u{20ac}",
    "<3",
    "a<",
    "\u{c}",
    "\t x ",
    "&",
    "&;",
    "&#",
    "&#x",
    "--",
    "]]>",
    "&NotEqualTilde;",
    "&#x1F600;",
    "&#38;amp;",
    "&#160;",
    "&AMP",
    "&LT",
];
const ODD: &[&str] = &[
    "\0",
    "\r\n",
    "\r",
    "<!-->",
    "<!--->",
    "<!---->",
    "<!-- a --!>",
    "<!--a<!--b-->",
    "<!--a",
    "<!x>",
    "<?php x ?>",
    "</>",
    "</ p>",
    "<![CDATA[x]]>",
    "<!doctype html>",
    "<p",
    "<p a=",
    "<p a='",
    "</p",
    "<a =b>",
    "<a b=>",
    "<a \"b>",
    "<i<b>",
    "</br>",
    "</p>",
    "</body>",
    "</html>",
    "<p/>",
    "<br/>",
    "<svg/>",
    "<",
    "</",
    "</p x>",
    "<b a a>",
    "<font color=a>",
    "\u{feff}",
];

impl Cook<'_> {
    fn choose(&mut self, of: usize) -> usize {
        self.choices.next().map_or(0, |byte| usize::from(*byte) % of)
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.choose(of.len())]
    }

    fn wild(&mut self) -> bool {
        self.wild > 0 && 255 - self.choose(256) < self.wild
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn document(&mut self) {
        if self.wild() {
            let odd = self.one(ODD);
            self.put(odd);
        }
        let start = self.one(&["<!doctype html>\n", "", "\n<!-- x -->\n", "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 3.2//EN'>", " "]);
        self.put(start);
        let html = self.choose(4);
        if html < 2 {
            self.open("html");
        }
        let head = self.choose(4);
        if head < 3 {
            self.put(["<head>\n", "<HEAD id=h>", " ", ""][head]);
            for _ in 0..self.choose(4) {
                if self.choose(2) == 0 {
                    let name = self.one(&["meta", "link", "base", "meta"]);
                    self.open(name);
                } else {
                    let name = self.one(&["title", "script", "style", "noscript"]);
                    self.raw(name);
                }
                if self.choose(8) == 7 {
                    self.maybe_text();
                }
            }
            if head < 2 && !self.wild() {
                self.put("</head>");
                let between = self.one(&["\n", "", "<!-- x -->", " ", "\n\n", "x"]);
                self.put(between);
            }
        }
        if self.choose(3) < 2 {
            self.open("body");
        }
        self.content(0);
        let end =
            self.one(&["</body>\n</html>\n", "", "</body></html>", "</body> <!-- x --> ", "</html>", "</body>\n<p>more", "</html> text"]);
        self.put(end);
    }

    fn content(&mut self, depth: usize) {
        for _ in 0..=self.choose(5) {
            if self.left == 0 || depth > 9 {
                return;
            }
            self.left -= 1;
            self.piece(depth);
        }
    }

    fn piece(&mut self, depth: usize) {
        if self.wild() {
            return self.odd();
        }
        match self.choose(19) {
            0 | 1 => self.maybe_text(),
            2 | 3 => {
                let name = self.one(BLOCKS);
                self.element(name, depth, Cook::content);
            }
            4 | 5 => {
                let name = self.one(INLINES);
                self.element(name, depth, Cook::inline);
            }
            6 => self.element("a", depth, Cook::inline),
            7 => {
                self.open("p");
                self.inline(depth + 1);
                if self.choose(3) > 0 {
                    self.put("</p>");
                }
            }
            8 => {
                let name = self.one(&["ul", "ol", "menu"]);
                self.items(name, &["li"], depth);
            }
            9 => self.items("dl", &["dt", "dd"], depth),
            10 => self.table(depth),
            11 => {
                let name = self.one(VOIDS);
                self.open(name);
            }
            12 => {
                let name = self.one(RAWS);
                self.raw(name);
            }
            13 => {
                let name = self.one(&["h1", "h2", "h3", "button", "form", "pre", "listing", "object", "address", "figure", "datalist"]);
                self.element(name, depth, Cook::content);
            }
            14 => self.svg(depth),
            15 => self.select(),
            // What closes others, or nothing at all.
            16 => {
                let name = self.one(LOOSE);
                self.open(name);
            }
            17 => {
                let name = self.one(LOOSE);
                self.end(name, 0);
            }
            _ => self.put("<!-- x -->"),
        }
    }

    /// Mostly what may stand in a line.
    fn inline(&mut self, depth: usize) {
        for _ in 0..self.choose(4) {
            match self.choose(5) {
                0 | 1 => self.maybe_text(),
                2 if self.left > 0 && depth < 9 => {
                    self.left -= 1;
                    let name = self.one(INLINES);
                    self.element(name, depth, Cook::inline);
                }
                3 => self.put("<br>"),
                4 if self.wild() => self.content(depth + 1),
                _ => self.put("x"),
            }
        }
    }

    fn items(&mut self, name: &'static str, items: &[&'static str], depth: usize) {
        self.element(name, depth, |cook, depth| {
            for _ in 0..cook.choose(4) {
                let item = cook.one(items);
                cook.open(item);
                if cook.choose(3) == 0 {
                    cook.inline(depth);
                } else {
                    cook.content(depth + 1);
                }
                cook.end(item, 3);
            }
        });
    }

    fn table(&mut self, depth: usize) {
        self.element("table", depth, |cook, depth| {
            let parts = cook.one(&[
                "",
                "",
                "<caption>c</caption>",
                "<colgroup><col></colgroup>",
                "<col><col>",
                "<colgroup> <col>",
                "<caption>c",
                " ",
            ]);
            cook.put(parts);
            let body = cook.one(&["", "tbody", "thead", "tfoot"]);
            if !body.is_empty() {
                cook.open(body);
            }
            for _ in 0..cook.choose(3) {
                if cook.choose(5) > 0 {
                    cook.open("tr");
                }
                for _ in 0..cook.choose(3) {
                    let cell = cook.one(&["td", "th"]);
                    cook.open(cell);
                    if cook.choose(3) == 0 {
                        cook.content(depth + 1);
                    } else {
                        cook.inline(depth);
                    }
                    cook.end(cell, 4);
                }
                cook.end("tr", 4);
                let between = cook.one(&["", "\n", "<!-- x --> ", "<script>1</script>"]);
                cook.put(between);
            }
            if !body.is_empty() {
                cook.end(body, 4);
            }
        });
    }

    fn svg(&mut self, depth: usize) {
        self.element("svg", depth, |cook, depth| {
            for _ in 0..cook.choose(4) {
                match cook.choose(8) {
                    0..=2 => {
                        let tag = cook.one(&[
                            "<path d='M0'/>",
                            "<use xlink:href='#a' href=b />",
                            "<rect id=r class=x></rect>",
                            "<circle/>",
                            "<linearGradient viewbox=a></linearGradient>",
                            "<tr>x</tr>",
                        ]);
                        cook.put(tag);
                    }
                    3 | 4 => {
                        let name = cook.one(&["g", "title", "a", "text", "clipPath", "style", "desc", "option", "li-x"]);
                        cook.open(name);
                        cook.maybe_text();
                        cook.end(name, 20);
                    }
                    5 => cook.maybe_text(),
                    6 => cook.put("<!-- x -->"),
                    _ if cook.wild() => cook.content(depth + 1),
                    _ => {}
                }
            }
        });
    }

    fn select(&mut self) {
        self.element("select", 0, |cook, _| {
            for _ in 0..cook.choose(4) {
                let name = cook.one(&["option", "option", "option", "optgroup"]);
                cook.open(name);
                if name == "option" {
                    cook.maybe_text();
                }
                cook.end(name, 3);
            }
        });
    }

    fn raw(&mut self, name: &'static str) {
        self.open(name);
        let text = self.one(&[
            "x",
            "",
            "\nx",
            "&amp;x",
            "if (a<b && c) {}",
            "<p>b</p>",
            "</x>",
            "&#10;x",
            "<!-- x",
            "<!-- <script> x",
            "</SCRIPTx",
            "a &copy b",
            "<!-- </script> -->",
            "\n",
        ]);
        self.put(text);
        if !self.wild() {
            self.end(name, 0);
        }
    }

    fn element(&mut self, name: &'static str, depth: usize, inside: impl FnOnce(&mut Self, usize)) {
        self.open(name);
        inside(self, depth + 1);
        if self.wild() {
            return;
        }
        self.end(name, 0);
    }

    /// An end tag; of so many one is left out.
    fn end(&mut self, name: &str, out_of: usize) {
        if out_of > 0 && self.choose(out_of) == 1 {
            return;
        }
        let name = if self.choose(12) == 11 { name.to_ascii_uppercase() } else { name.to_owned() };
        let after = if self.choose(20) == 19 { " " } else { "" };
        self.put(&format!("</{name}{after}>"));
    }

    fn open(&mut self, name: &str) {
        let name = if self.choose(12) == 11 { name.to_ascii_uppercase() } else { name.to_owned() };
        self.put(&format!("<{name}"));
        for _ in 0..self.choose(6).saturating_sub(2) {
            let attribute = self.one(&[
                " class=x",
                " class='x y'",
                " class=\"item\n card\"",
                " id=r",
                " href=/a",
                " href='/a?b=1&amp;c=2'",
                " href=\"/b?c=1&copy=2&d\"",
                " data-k = v",
                " hidden",
                " style='display: none'",
                " title=\"a < b &gt; c\"",
                " CLASS=z",
                " id=r2",
                " rel=Next",
                " type=HIDDEN",
                " lang=en",
                " type=hidden",
                " title=''",
                " data-n=1\t",
                "/",
                " title='&amp' ",
                " href=a&b;c",
                " aria-label='x&#39;s &hellip;'",
                " hidden=until-found",
                " \u{e9}=\u{e9}",
                " title='x'class='y'",
                " Title=A",
            ]);
            self.put(attribute);
        }
        if self.wild() {
            self.put(" a a=b \"");
        }
        let end = if self.choose(40) == 39 { "/>" } else { ">" };
        self.put(end);
    }

    fn maybe_text(&mut self) {
        let text = self.one(TEXTS);
        // An ampersand at the end of a piece meets what follows.
        self.put(text);
    }

    fn odd(&mut self) {
        match self.choose(4) {
            0 => {
                let name = self.one(ALL);
                self.open(name);
            }
            1 => {
                let name = self.one(ALL);
                self.end(name, 0);
            }
            2 => {
                let name = self.one(RAWS);
                self.end(name, 0);
            }
            _ => {
                let odd = self.one(ODD);
                self.put(odd);
            }
        }
    }
}

/// Selectors of all kinds.
pub(crate) const SELECTORS: &[&str] = &[
    "*",
    "div",
    "p",
    "li",
    "a[href]",
    ".x",
    "#r",
    "li.x",
    "ul > li",
    "div p",
    "a, b",
    "[class]",
    "[class~=y]",
    "[href^='/a']",
    "[href$='d']",
    "[href*=copy]",
    "[title='a < b > c']",
    "[rel=next]",
    "[type=hidden]",
    "[lang|=en]",
    ":first-child",
    "p:last-child",
    "li:nth-child(2)",
    "li:nth-of-type(2n+1)",
    "b + i",
    "b ~ i",
    "div:has(a)",
    ":not(.x)",
    "span:only-child",
    "td",
    "tr > td",
    "tbody > tr",
    "table > tr",
    ":root",
    "p:empty",
    "option",
    "svg",
    "svg path",
    "use",
    "[viewBox]",
    "[viewbox]",
    "linearGradient",
    "lineargradient",
    "[d]",
    "TD",
    "DIV.x",
    ".X",
    ":is(h1, h2)",
    "dd:first-of-type",
    "head > *",
    "html > body",
    "[hidden]",
    "title",
    "script",
    "[*|href]",
    "*|a",
    "x-y",
    "title:not(svg *)",
    ":scope > *",
];
