//! Whether a page broke off: HTML that ended with its last tag before, and ends somewhere in the middle now.

const END: &[u8] = b"</html";

/// Whether these bytes lack the end that the version before them had, and are fewer.
pub fn broke_off(old: &[u8], new: &[u8]) -> bool {
    new.len() < old.len() && !ends(new) && ends(old)
}

/// Whether the last tag is there; looked for from the end, where it stands.
fn ends(bytes: &[u8]) -> bool {
    bytes.windows(END.len()).rev().any(|part| part.eq_ignore_ascii_case(END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_lost_its_end() {
        let whole = "<html><body><li>a<li>b<li>c</body></HTML>\n<!-- 3 ms -->";
        for (old, new, want) in [
            (whole, &whole[..24], true),
            (whole, "", true),
            (whole, "<html><li>a</html>", false),
            // Longer: another template.
            (whole, "<main><li>a<li>b<li>c<li>d<li>e<li>f<li>g<li>h<li>i<li>j<li>k</main>", false),
            ("<li>a<li>b<li>c", "<li>a", false),
            ("{\"a\": 1}", "{", false),
        ] {
            assert_eq!(broke_off(old.as_bytes(), new.as_bytes()), want, "{old} | {new}");
        }
    }
}
