//! Tables of hostile addresses, and the door against real sockets.

use std::net::Ipv4Addr;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn open() -> Door {
    Door::new(Settings::default())
}

fn allowing(nets: &[&str], ports: &[u16]) -> Door {
    let spec = Spec { allow: nets.iter().map(ToString::to_string).collect(), ports: ports.to_vec() };
    Door::new(spec.compile().unwrap())
}

#[track_caller]
fn check(door: &Door, url: &str, passes: bool) {
    let parsed = Url::parse(url);
    // What the parser refuses never gets as far as the door.
    let result = parsed.as_ref().map(|url| door.check(url));
    assert_eq!(matches!(result, Ok(Ok(()))), passes, "{url}: {result:?}");
}

/// Every spelling of an IPv4 address that URL parsers have been fooled with.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let whole = address.to_bits();
    let low24 = whole & 0x00ff_ffff;
    let low16 = whole & 0xffff;
    let wide = |c: char| if c.is_ascii_digit() { char::from_u32(c as u32 - 0x30 + 0xff10).unwrap() } else { c };
    let dotted = format!("{a}.{b}.{c}.{d}");
    let percent: Vec<_> = dotted.bytes().map(|octet| format!("%{octet:02x}")).collect();
    let percent = percent.concat();
    vec![
        dotted.clone(),
        format!("{dotted}."),
        whole.to_string(),
        format!("0x{whole:x}"),
        format!("0X{whole:X}"),
        format!("0{whole:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0000{a:o}.{b}.{c}.{d}"),
        format!("{a}.{low24}"),
        format!("{a}.{b}.{low16}"),
        format!("{a:#x}.{low24:#o}").replace("0o", "0"),
        dotted.chars().map(wide).collect(),
        dotted.replace('.', "。"),
        dotted.replace('.', "．"),
        percent,
        dotted.replace('.', "%2e"),
        format!("[::ffff:{dotted}]"),
        format!("[::FFFF:{:x}:{:x}]", whole >> 16, whole & 0xffff),
        format!("[0:0:0:0:0:ffff:{dotted}]"),
        format!("[::{:x}:{:x}]", whole >> 16, whole & 0xffff),
        format!("[::ffff:0:{:x}:{:x}]", whole >> 16, whole & 0xffff),
        format!("[64:ff9b::{dotted}]"),
        format!("[64:ff9b:1::{dotted}]"),
        format!("[2002:{:x}:{:x}::]", whole >> 16, whole & 0xffff),
        format!("[2001:0:{:x}:{:x}::1]", whole >> 16, whole & 0xffff),
        format!("[2001:0:4136:e378:8000:63bf:{:x}:{:x}]", !whole >> 16, !whole & 0xffff),
        format!("[fe80::5efe:{dotted}]"),
        format!("[2a00:1450::5efe:{dotted}]"),
        format!("[2a00:1450::200:5efe:{dotted}]"),
    ]
}

#[test]
fn every_spelling_of_a_denied_address_is_refused() {
    let denied = ["127.0.0.1", "0.0.0.0", "10.1.2.3", "169.254.169.254", "192.168.1.1", "100.64.0.1", "172.31.255.255", "198.18.0.1"];
    let mut count = 0;
    for address in denied {
        for spelling in spellings(address.parse().unwrap()) {
            for url in [format!("http://{spelling}/"), format!("https://{spelling}/x?y"), format!("http:\\\\{spelling}\\")] {
                check(&open(), &url, false);
                count += 1;
            }
        }
    }
    assert!(count >= 120, "{count}");
}

#[test]
fn denied_ranges_and_their_edges() {
    for (address, denied) in [
        ("0.255.255.255", true),
        ("1.0.0.0", false),
        ("9.255.255.255", false),
        ("11.0.0.0", false),
        ("100.63.255.255", false),
        ("100.127.255.255", true),
        ("100.128.0.0", false),
        ("126.255.255.255", false),
        ("127.255.255.255", true),
        ("128.0.0.0", false),
        ("169.253.255.255", false),
        ("172.15.255.255", false),
        ("172.16.0.0", true),
        ("172.32.0.0", false),
        ("192.0.0.8", true),
        ("192.0.1.0", false),
        ("192.0.2.1", true),
        ("192.88.99.1", true),
        ("192.167.255.255", false),
        ("198.17.255.255", false),
        ("198.19.255.255", true),
        ("198.20.0.0", false),
        ("198.51.100.7", true),
        ("203.0.113.7", true),
        ("223.255.255.255", false),
        ("224.0.0.1", true),
        ("239.255.255.250", true),
        ("240.0.0.1", true),
        ("255.255.255.255", true),
        ("8.8.8.8", false),
        ("::", true),
        ("::1", true),
        ("::2", true),
        ("100::1", true),
        ("100:0:0:1::1", true),
        ("2001::1", true),
        ("2001:1ff:ffff::1", true),
        ("2001:2::1", true),
        ("2001:20::1", true),
        ("2001:200::1", false),
        ("2001:db8::1", true),
        ("2001:4860:4860::8888", false),
        ("2002:808:808::", true),
        ("2003::1", false),
        ("2620:fe::fe", false),
        ("2a00:1450:4001::200e", false),
        ("3fff::1", true),
        ("3fff:fff::1", true),
        ("3fff:1000::1", false),
        ("4000::1", true),
        ("5f00::1", true),
        ("fc00::1", true),
        ("fd00::1", true),
        ("fe80::1", true),
        ("fec0::1", true),
        ("ff02::1", true),
        ("64:ff9b::808:808", true),
        ("64:ff9b:1::1", true),
        ("1::1", true),
    ] {
        assert_eq!(special_range(address.parse().unwrap()).is_some(), denied, "{address}");
    }
}

#[test]
fn schemes_ports_and_user_names() {
    for (url, passes) in [
        ("http://example.org/", true),
        ("https://example.org/a?b#c", true),
        ("https://example.org:443/", true),
        ("http://example.org:80/", true),
        ("https://example.org:80/", true),
        ("http://8.8.8.8/", true),
        ("http://[2a00:1450:4001::200e]/", true),
        ("http://example.org:8080/", false),
        ("http://example.org:22/", false),
        ("http://example.org:25/", false),
        ("http://8.8.8.8:8080/", false),
        ("ftp://example.org/", false),
        ("file:///etc/passwd", false),
        ("file:/etc/passwd", false),
        ("source:file:///etc/passwd", false),
        ("gopher://example.org/", false),
        ("data:text/html,x", false),
        ("javascript:alert(1)", false),
        ("ws://example.org/", false),
        ("http://user@example.org/", false),
        ("http://user:pass@example.org/", false),
        ("http://:pass@example.org/", false),
        ("http://example.org@127.0.0.1/", false),
        ("http://127.0.0.1#@example.org/", false),
        ("http://127.0.0.1\\@example.org/", false),
        ("http:127.0.0.1", false),
        ("http:///127.0.0.1/", false),
        ("http://127.0.0.1:80:80/", false),
        ("http://[::1%25lo]/", false),
    ] {
        check(&open(), url, passes);
    }
}

#[test]
fn what_the_configuration_allows() {
    let door = allowing(&["127.0.0.1", "10.20.0.0/16", "fd00::/8"], &[8080]);
    for (url, passes) in [
        ("http://127.0.0.1/", true),
        ("http://127.0.0.1:9999/", true),
        ("http://2130706433:9999/", true),
        ("http://127.0.0.2/", false),
        ("http://[::ffff:127.0.0.1]/", false),
        ("http://10.20.30.40:81/", true),
        ("http://10.21.0.1/", false),
        ("http://[fd00::1]:5/", true),
        ("http://example.org:8080/", true),
        ("http://example.org:8081/", false),
        ("http://8.8.8.8:8080/", true),
        ("ftp://127.0.0.1/", false),
        ("http://u@127.0.0.1/", false),
    ] {
        check(&door, url, passes);
    }
}

#[test]
fn the_table_names_all_faults() {
    let spec = Spec { allow: ["127.0.0.0/8", "intranet", "0.0.0.0/0", "10.0.0.7/33"].map(String::from).to_vec(), ports: vec![8080, 0] };
    let faults = spec.compile().unwrap_err();
    let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["allow[1]", "allow[2]", "allow[3]", "ports[1]"]);
}

#[tokio::test]
async fn mail_servers() {
    let door = allowing(&["127.0.0.1"], &[]);
    assert_eq!(door.resolve("127.0.0.1", 1).await.unwrap(), ["127.0.0.1:1".parse().unwrap()]);
    assert_eq!(door.resolve("8.8.8.8", 587).await.unwrap(), ["8.8.8.8:587".parse().unwrap()]);
    assert!(matches!(door.resolve("8.8.8.8", 80).await, Err(DoorError::Port { .. })));
    for denied in ["127.0.0.2", "::1", "[::1]", "0x7f.2", "10.0.0.1", "169.254.169.254"] {
        assert!(matches!(door.resolve(denied, 25).await, Err(DoorError::Address { .. })), "{denied}");
    }
    assert!(matches!(open().resolve("localhost", 25).await, Err(DoorError::Address { .. })));
    let found = door.resolve("localhost", 2525).await.unwrap();
    assert!(found.iter().all(|address| address.ip() == Ipv4Addr::LOCALHOST), "the IPv6 loopback is not on the list: {found:?}");
    assert!(matches!(door.resolve("no such name", 25).await, Err(DoorError::Unresolved { .. })));
    assert!(matches!(door.resolve("nowhere.invalid", 25).await, Err(DoorError::Unresolved { .. } | DoorError::LookupTimeout { .. })));
}

/// A server that answers 200 to everything, and its port.
async fn server() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4_096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
        }
    });
    port
}

async fn get(door: &Door, url: &str) -> Result<u16, SendError> {
    let client = door.client(&ClientSettings::new("test")).unwrap();
    let request = reqwest::Request::new(reqwest::Method::GET, Url::parse(url).unwrap());
    client.execute(request).await.map(|response| response.status().as_u16())
}

#[tokio::test]
async fn a_client_goes_through_the_door_only() {
    let port = server().await;
    let allowed = allowing(&["127.0.0.1"], &[port]);
    assert_eq!(get(&allowed, &format!("http://127.0.0.1:{port}/")).await.unwrap(), 200);
    assert_eq!(get(&allowed, &format!("http://localhost:{port}/")).await.unwrap(), 200);
    let strict = allowing(&[], &[port]);
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let error = get(&strict, &format!("http://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(error, SendError::Door(DoorError::Address { .. })), "{host}: {error:?}");
    }
    let error = get(&strict, "http://nowhere.invalid/").await.unwrap_err();
    assert!(matches!(&error, SendError::Door(door) if !door.is_refusal()), "{error:?}");
}

#[tokio::test]
async fn a_proxy_is_checked_too() {
    let proxied = |url: &str| ClientSettings { proxy: Some(Proxy::parse(url).unwrap()), ..ClientSettings::new("test") };
    assert!(matches!(open().client(&proxied("http://127.0.0.1:3128")), Err(DoorError::Address { .. })));
    assert!(open().client(&proxied("socks5h://8.8.8.8:1080")).is_ok());
    let named = open().client(&proxied("http://localhost:3128")).unwrap();
    let request = reqwest::Request::new(reqwest::Method::GET, Url::parse("http://example.org/").unwrap());
    let error = named.execute(request).await.unwrap_err();
    assert!(matches!(error, SendError::Door(DoorError::Address { .. })), "{error:?}");
    let port = server().await;
    let through = allowing(&["127.0.0.1"], &[]).client(&proxied(&format!("http://127.0.0.1:{port}"))).unwrap();
    let request = reqwest::Request::new(reqwest::Method::GET, Url::parse("http://example.org/").unwrap());
    assert_eq!(through.execute(request).await.unwrap().status(), 200);
    let request = reqwest::Request::new(reqwest::Method::GET, Url::parse("http://169.254.169.254/").unwrap());
    assert!(matches!(through.execute(request).await, Err(SendError::Door(DoorError::Address { .. }))));
    for bad in ["proxy", "ftp://proxy", "http://u:p@proxy:1", ""] {
        assert!(Proxy::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_ipv4_and_its_embedded_forms_agree_with_the_std(bits in any::<u32>()) {
        let address = Ipv4Addr::from_bits(bits);
        let special = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast()
            || address.is_broadcast() || address.is_documentation() || address.is_unspecified();
        prop_assert!(!special || special_range(address.into()).is_some());
        prop_assert!(special_range(address.to_ipv6_mapped().into()).is_some());
        prop_assert!(special_range(address.to_ipv6_compatible().into()).is_some());
    }
}
