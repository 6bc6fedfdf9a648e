use super::*;
use proptest::prelude::*;

fn guard() -> Guard {
    Guard::new(
        vec!["relay.example.gov.cn".into(), "Robot.Test:8443".into()],
        vec!["10.1.0.0/16".parse().unwrap()],
    )
}

fn refused(purpose: Purpose, text: &str) -> Refused {
    guard().check(purpose, text).expect_err(text)
}

#[test]
fn the_addresses_that_the_groups_give_are_taken() {
    for (purpose, text, host, port) in [
        (
            Purpose::WeCom,
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6",
            "qyapi.weixin.qq.com",
            443,
        ),
        (
            Purpose::WeCom,
            " https://QYAPI.weixin.qq.com:443/cgi-bin/webhook/send?key=1 ",
            "qyapi.weixin.qq.com",
            443,
        ),
        (Purpose::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=ab", "oapi.dingtalk.com", 443),
        (Purpose::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/0123", "open.feishu.cn", 443),
        (Purpose::Feishu, "https://relay.example.gov.cn/x", "relay.example.gov.cn", 443),
        (Purpose::DingTalk, "https://robot.test:8443/robot/send", "robot.test", 8443),
        (Purpose::Push, "https://fcm.googleapis.com/fcm/send/abc:def", "fcm.googleapis.com", 443),
        (
            Purpose::Push,
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "updates.push.services.mozilla.com",
            443,
        ),
        (Purpose::Push, "https://web.push.apple.com/Q", "web.push.apple.com", 443),
    ] {
        let target = guard().check(purpose, text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        assert_eq!((target.host.as_str(), target.port), (host, port), "{text}");
    }
}

#[test]
fn everything_else_is_refused_for_a_reason_that_can_be_told() {
    for (text, why) in [
        ("", Refused::NotAnAddress),
        ("qyapi.weixin.qq.com/cgi-bin/webhook/send", Refused::NotAnAddress),
        ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", Refused::NotHttps),
        ("file:///etc/passwd", Refused::NotHttps),
        ("gopher://qyapi.weixin.qq.com/cgi-bin/webhook/send", Refused::NotHttps),
        ("https://user:pass@qyapi.weixin.qq.com/cgi-bin/webhook/send", Refused::UserInfo),
        ("https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send", Refused::UserInfo),
        ("https://@qyapi.weixin.qq.com/cgi-bin/webhook/send", Refused::UserInfo),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send#@evil.example", Refused::Fragment),
        ("https://qyapi.weixin.qq.com:8080/cgi-bin/webhook/send", Refused::Port),
        ("https://qyapi.weixin.qq.com:22/cgi-bin/webhook/send", Refused::Port),
        ("https://127.0.0.1/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://2130706433/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://0x7f.1/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://0177.0.0.1/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://[::1]/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://[::ffff:10.0.0.1]/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://１２７.0.0.1/cgi-bin/webhook/send", Refused::IpAddress),
        ("https://localhost/cgi-bin/webhook/send", Refused::Host),
        ("https://qyapi.weixin.qq.com./cgi-bin/webhook/send", Refused::Host),
        ("https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send", Refused::Host),
        ("https://evilqyapi.weixin.qq.com/cgi-bin/webhook/send", Refused::Host),
        ("https://oapi.dingtalk.com/robot/send?access_token=1", Refused::Host),
        ("https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=1", Refused::Path),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/../gettoken", Refused::Path),
        ("https://qyapi.weixin.qq.com\\@evil.example/cgi-bin/webhook/send", Refused::NotAnAddress),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send\r\nHost: evil", Refused::NotAnAddress),
        ("https://robot.test/robot/send", Refused::Host),
        ("https://robot.test:8444/robot/send", Refused::Host),
    ] {
        assert_eq!(refused(Purpose::WeCom, text), why, "{text}");
        let (zh, en) = why.words();
        assert!(!zh.is_ascii() && en.is_ascii());
    }
    assert_eq!(
        refused(Purpose::Push, "https://push.services.mozilla.com/x"),
        Refused::Host,
        "below it, not itself"
    );
    assert_eq!(refused(Purpose::Push, "https://evilpush.apple.com/x"), Refused::Host);
    assert_eq!(
        refused(
            Purpose::WeCom,
            &format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}", "a".repeat(2_000))
        ),
        Refused::NotAnAddress
    );
}

#[test]
fn mail_servers_have_names_and_the_usual_ports() {
    let guard = guard();
    for (host, port) in [
        ("smtp.qq.com", 465),
        ("mail.example.gov.cn", 587),
        ("mail.example.gov.cn", 25),
        ("robot.test", 8443),
    ] {
        assert_eq!(guard.check_mail(host, port), Ok(()), "{host}:{port}");
    }
    for (host, port, why) in [
        ("smtp.qq.com", 22, Refused::Port),
        ("smtp.qq.com", 6379, Refused::Port),
        ("127.0.0.1", 25, Refused::IpAddress),
        ("0x7f.1", 25, Refused::IpAddress),
        ("localhost", 25, Refused::NotAnAddress),
        ("", 25, Refused::NotAnAddress),
        ("a.b/c", 25, Refused::NotAnAddress),
        ("user@smtp.qq.com", 25, Refused::NotAnAddress),
        ("smtp.qq.com\r\nMAIL", 25, Refused::NotAnAddress),
    ] {
        assert_eq!(guard.check_mail(host, port), Err(why), "{host}:{port}");
    }
}

#[test]
fn private_and_special_addresses_are_not_public() {
    for ip in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "3fff::1",
        "fd00:ec2::254",
    ] {
        assert!(!is_public(ip.parse().unwrap()), "{ip}");
    }
    for ip in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.0.1",
        "198.17.0.1",
        "223.5.5.5",
        "::ffff:8.8.8.8",
        "2400:3200::1",
        "2606:4700::1111",
        "2001:4860:4860::8888",
    ] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
    assert!(guard().may_reach("10.1.2.3".parse().unwrap()), "named by the operator");
    assert!(guard().may_reach("::ffff:10.1.2.3".parse().unwrap()));
    assert!(!guard().may_reach("10.2.0.1".parse().unwrap()));
}

proptest! {
    #[test]
    fn a_private_address_stays_private_in_every_dress(a in any::<u32>()) {
        let v4 = Ipv4Addr::from(a);
        let mapped = v4.to_ipv6_mapped();
        prop_assert_eq!(is_public(v4.into()), is_public(mapped.into()));
        // What the standard library knows to be special never passes.
        if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified() {
            prop_assert!(!is_public(v4.into()));
        }
    }

    #[test]
    fn no_text_leads_to_another_host(text in "https?://[a-z@:.\\\\/#?0-9\\[\\]%]{0,40}qyapi\\.weixin\\.qq\\.com[a-z@:.\\\\/#?0-9%]{0,40}") {
        if let Ok(target) = guard().check(Purpose::WeCom, &text) {
            prop_assert_eq!(target.url.scheme(), "https");
            let listed = ["qyapi.weixin.qq.com", "relay.example.gov.cn", "robot.test"].contains(&target.host.as_str());
            prop_assert!(listed, "{}", target.url);
            prop_assert_eq!(target.url.host_str(), Some(target.host.as_str()));
        }
    }
}
