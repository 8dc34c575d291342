//! Edge cases of robots.txt, and that nothing breaks the matcher.

use proptest::prelude::*;

use super::*;

/// robots.txt, path, whether `atalaya` may fetch it.
#[track_caller]
fn check(file: &str, path: &str, allowed: bool) {
    check_bytes(file.as_bytes(), path, allowed);
}

#[track_caller]
fn check_bytes(file: &[u8], path: &str, allowed: bool) {
    let url = Url::parse("https://example.org").unwrap().join(path).unwrap();
    let verdict = Robots::parse(file, "atalaya").verdict(&url);
    assert_eq!(verdict == Verdict::Allowed, allowed, "{} for {path}: {verdict:?}", String::from_utf8_lossy(file));
}

#[test]
fn groups() {
    for (file, path, allowed) in [
        ("", "/x", true),
        ("nonsense", "/x", true),
        ("<html><body>Not found</body></html>", "/x", true),
        ("User-agent: *\nDisallow: /", "/x", false),
        ("user-agent:*\ndisallow:/", "/x", false),
        ("USER-AGENT: *\nDISALLOW: /", "/x", false),
        ("User-agent: atalaya\nDisallow: /", "/x", false),
        ("User-agent: ATALAYA\nDisallow: /", "/x", false),
        ("User-agent: Atalaya/1.0\nDisallow: /", "/x", false),
        ("User-agent: atalaya (test)\nDisallow: /", "/x", false),
        ("User-agent: atalayabot\nDisallow: /", "/x", true),
        ("User-agent: atalaya-news\nDisallow: /", "/x", true),
        ("User-agent: atala\nDisallow: /", "/x", true),
        ("User-agent: other\nDisallow: /", "/x", true),
        ("User-agent: *\nDisallow: /\nUser-agent: atalaya\nDisallow:", "/x", true),
        ("User-agent: *\nDisallow: /\nUser-agent: atalaya\nAllow: /a", "/x", true),
        ("User-agent: *\nDisallow: /\nUser-agent: atalaya", "/x", true),
        ("User-agent: atalaya\nDisallow: /a\nUser-agent: other\nDisallow: /b\nUser-agent: atalaya\nDisallow: /c", "/c", false),
        ("User-agent: atalaya\nDisallow: /a\nUser-agent: other\nDisallow: /b\nUser-agent: atalaya\nDisallow: /c", "/a", false),
        ("User-agent: atalaya\nDisallow: /a\nUser-agent: other\nDisallow: /b\nUser-agent: atalaya\nDisallow: /c", "/b", true),
        ("User-agent: *\nDisallow: /a\nUser-agent: other\nUser-agent: *\nDisallow: /b", "/a", false),
        ("User-agent: other\nUser-agent: atalaya\nDisallow: /", "/x", false),
        ("User-agent: atalaya\nUser-agent: other\nDisallow: /", "/x", false),
        ("User-agent: atalaya\n\n\nUser-agent: other\nDisallow: /", "/x", false),
        ("User-agent: atalaya\nSitemap: https://example.org/s.xml\nUser-agent: other\nDisallow: /", "/x", false),
        ("User-agent: atalaya\nUnknown: 1\nDisallow: /", "/x", false),
        ("User-agent: atalaya\n\nDisallow: /", "/x", false),
        ("Disallow: /", "/x", true),
        ("Disallow: /\nUser-agent: atalaya\nAllow: /a", "/x", true),
        ("User-agent: * bots\nDisallow: /", "/x", false),
        ("User-agent: *bots\nDisallow: /", "/x", true),
        ("User-agent:\nDisallow: /", "/x", true),
    ] {
        check(file, path, allowed);
    }
}

#[test]
fn lines_and_spelling() {
    for (file, path, allowed) in [
        ("\u{feff}User-agent: *\nDisallow: /", "/x", false),
        ("User-agent: *\r\nDisallow: /\r\n", "/x", false),
        ("User-agent: *\rDisallow: /\r", "/x", false),
        ("# all\nUser-agent: * # everyone\nDisallow: / # everything", "/x", false),
        ("User-agent: *\nDisallow: /a#b", "/ab", false),
        ("User-agent: *\n#Disallow: /", "/x", true),
        ("User-agent: *\nDisallow: # nothing", "/x", true),
        ("User-agent: *\nDissallow: /", "/x", false),
        ("User-agent: *\nDisalow: /", "/x", false),
        ("User-agent: *\nDiasllow: /", "/x", false),
        ("User-agent: *\nDisallaw: /", "/x", false),
        ("User-agent *\nDisallow /", "/x", false),
        ("User-agent: *\nDisallow / nothing of ours", "/x", true),
        ("User agent: *\nDisallow: /", "/x", false),
        ("   User-agent :\t* \n\t Disallow :  /x  ", "/x", false),
        ("User-agent: *\nDisallow: /a:b", "/a:b", false),
    ] {
        check(file, path, allowed);
    }
    check_bytes(b"User-agent: *\nDisallow: /caf\xe9", "/caf%E9", false);
    check_bytes(b"\xff\xfe\x00garbage\x00\nUser-agent: *\nDisallow: /", "/x", false);
}

#[test]
fn paths() {
    for (rules, path, allowed) in [
        ("Disallow: /fish", "/fish", false),
        ("Disallow: /fish", "/fish.html", false),
        ("Disallow: /fish", "/fish/salmon", false),
        ("Disallow: /fish", "/fishheads", false),
        ("Disallow: /fish", "/Fish.asp", true),
        ("Disallow: /fish", "/catfish", true),
        ("Disallow: /fish", "/?id=fish", true),
        ("Disallow: /fish/", "/fish", true),
        ("Disallow: /fish/", "/fish/?id=1", false),
        ("Disallow: fish", "/fish", true),
        ("Disallow: *fish", "/fish", false),
        ("Disallow: /fish*", "/fishheads/yummy", false),
        ("Disallow: /*.php", "/folder/any.php.file.html", false),
        ("Disallow: /*.php", "/windows.PHP", true),
        ("Disallow: /*.php$", "/filename.php", false),
        ("Disallow: /*.php$", "/filename.php?a", true),
        ("Disallow: /*.php$", "/filename.php/", true),
        ("Disallow: /*.php$", "/a.php.php", false),
        ("Disallow: /fish*.php", "/fishheads/catfish.php?parameters", false),
        ("Disallow: /a$b", "/a$b", false),
        ("Disallow: /a$b", "/a", true),
        ("Disallow: /$", "/", false),
        ("Disallow: /$", "/x", true),
        ("Disallow: /a*b*c$", "/axxbyyc", false),
        ("Disallow: /a*b*c$", "/axxbyycd", true),
        ("Disallow: /a*$", "/abc", false),
        ("Disallow: /a**b", "/axb", false),
        ("Disallow: /\nAllow: /p", "/page", true),
        ("Allow: /p\nDisallow: /", "/page", true),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", true),
        ("Disallow: /folder\nAllow: /folder", "/folder/page", true),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", false),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", true),
        ("Allow: /$\nDisallow: /", "/", true),
        ("Allow: /$\nDisallow: /", "/page.htm", false),
        ("Disallow: /x/page.html\nAllow: /x/", "/x/page.html", false),
        ("Disallow: /", "/robots.txt", true),
        ("Disallow: /robots.txt", "/robots.txt", true),
        ("Disallow: /*?", "/a?b", false),
        ("Disallow: /*?", "/a", true),
        ("Disallow: /a?b=1", "/a?b=12", false),
        ("Disallow: /", "", false),
        ("Allow:\nDisallow: /", "/x", false),
    ] {
        check(&format!("User-agent: *\n{rules}"), path, allowed);
    }
}

#[test]
fn percent_forms() {
    for (rule, path, allowed) in [
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", false),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ", false),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", false),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", false),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A", false),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", false),
        ("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", false),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", false),
        ("/*https://", "/go?u=https://x", false),
        ("/a%2Fb", "/a/b", true),
        ("/a/b", "/a%2Fb", true),
        ("/a%2fb", "/a%2Fb", false),
        ("/file-with-a-%2A.html", "/file-with-a-*.html", false),
        ("/file-with-a-%2A.html", "/file-with-a-b.html", true),
        ("/foo-%24", "/foo-$", false),
        ("/a%7Eb", "/a~b", false),
        ("/100%", "/100%", false),
        ("/a%zz", "/a%zz", false),
        ("/a b", "/a%20b", false),
    ] {
        check(&format!("User-agent: *\nDisallow: {rule}"), path, allowed);
    }
}

#[test]
fn delay_and_sitemaps() {
    let file = "Sitemap: https://example.org/a.xml\nUser-agent: *\nCrawl-delay: 10\nUser-agent: atalaya\nDisallow: /x\nCrawl-delay: 2.5\n\
                site-map: https://example.org/b.xml\nSitemap:\n";
    let robots = Robots::parse(file.as_bytes(), "atalaya");
    assert_eq!(robots.crawl_delay(), Some(Duration::from_millis(2_500)));
    assert_eq!(robots.sitemaps(), ["https://example.org/a.xml", "https://example.org/b.xml"]);
    for odd in ["-1", "NaN", "inf", "soon", "1e400", ""] {
        let robots = Robots::parse(format!("User-agent: *\nCrawl-delay: {odd}").as_bytes(), "atalaya");
        assert_eq!(robots.crawl_delay(), None, "{odd}");
    }
}

#[test]
fn the_verdict_names_the_line() {
    let robots = Robots::parse(b"User-agent: *\n\nAllow: /\nDisallow: /private # no", "atalaya");
    let verdict = robots.verdict(&Url::parse("https://example.org/private/x").unwrap());
    assert_eq!(verdict, Verdict::Disallowed { line: 4, rule: "/private".to_owned() });
}

#[test]
fn only_whole_lines_within_the_cap_count() {
    let most = usize::try_from(caps::ROBOTS_BYTES).unwrap();
    let head = b"User-agent: *\nDisallow: /a\n".to_vec();
    let mut file = head.clone();
    while file.len() < most - 10 {
        file.extend_from_slice(b"#\n");
    }
    file.extend_from_slice(b"Disallow: /b/long/path/that/is/cut\nDisallow: /\n");
    check_bytes(&file, "/a", false);
    check_bytes(&file, "/b", true);
    assert!(text_of(&file).len() <= most);
}

#[test]
fn what_is_stored_reads_the_same() {
    let file = b"User-agent: *\nDisallow: /caf\xe9\nDisallow: /\xc3\xb1\n";
    assert_eq!(Robots::parse(text_of(file).as_bytes(), "atalaya").rules.len(), 2);
    check_bytes(text_of(file).as_bytes(), "/caf%e9", false);
    check_bytes(text_of(file).as_bytes(), "/%C3%B1", false);
}

proptest! {
    #[test]
    fn any_bytes_are_a_robots_txt(body in proptest::collection::vec(any::<u8>(), 0..2_000), path in "/[ -~]{0,60}") {
        let url = Url::parse("https://example.org").unwrap().join(&path).unwrap_or_else(|_| Url::parse("https://example.org/").unwrap());
        let _ = Robots::parse(&body, "atalaya").verdict(&url);
    }

    #[test]
    fn a_plain_prefix_forbids_what_begins_with_it(prefix in "/[a-z/]{1,10}", more in "[a-z/]{0,10}") {
        let robots = Robots::parse(format!("User-agent: *\nDisallow: {prefix}").as_bytes(), "atalaya");
        let mut url = Url::parse("https://example.org/").unwrap();
        url.set_path(&format!("{prefix}{more}"));
        prop_assert_ne!(robots.verdict(&url), Verdict::Allowed);
    }

    /// The matcher agrees with the obvious recursive one.
    #[test]
    fn stars_match_as_they_should(pattern in "/[ab*]{0,8}\\$?", path in "/[ab]{0,10}") {
        fn plain(pattern: &[u8], text: &[u8]) -> bool {
            match pattern {
                [] => true,
                [b'$'] => text.is_empty(),
                [b'*', rest @ ..] => (0..=text.len()).any(|at| plain(rest, &text[at..])),
                [first, rest @ ..] => text.first() == Some(first) && plain(rest, &text[1..]),
            }
        }
        let url = Url::parse("https://example.org").unwrap().join(&path.replace("//", "/")).unwrap();
        let robots = Robots::parse(format!("User-agent: *\nDisallow: {pattern}").as_bytes(), "atalaya");
        prop_assert_eq!(robots.verdict(&url) != Verdict::Allowed, plain(pattern.as_bytes(), url.path().as_bytes()));
    }
}
