//! Settings, clock, TLS, and calling others.

use super::{Report, both};
use crate::{
    config::Config,
    domain::{care::certificate::Certificate, clock::Instant},
    http::listen::{self, Tls},
};
use chrono::TimeDelta;
use rustls::pki_types::{CertificateDer, pem::PemObject};

/// A certificate that ends sooner is told of.
const SOON: TimeDelta = TimeDelta::days(30);

pub(super) fn settings(config: &Config, report: &mut Report) {
    match config.check() {
        Ok(()) => report.good(
            "settings",
            format!("参数可用，监听 {}", config.bind),
            format!("usable; would listen on {}", config.bind),
        ),
        Err(error) => {
            let text = error.to_string();
            report.bad(
                "settings",
                both(format!("参数不能用：{text}"), format!("cannot be used: {text}")),
                (
                    "按提示改参数，见 lalian serve --help",
                    "change the flags as it says, see `lalian serve --help`",
                ),
            );
        }
    }
    if config.public_url.is_none() && !config.bind.ip().is_loopback() {
        report.mind(
            "settings",
            both(
                "没有 --public-url，发出的链接没有网址",
                "no --public-url: links in messages have no address",
            ),
            ("用 --public-url 写明浏览器用的网址", "name the address that browsers use with --public-url"),
        );
    }
}

pub(super) fn clock(now: Instant, report: &mut Report) {
    // A machine without a battery wakes up in 1970, one with a wrong one far away from the days of this program.
    let (low, high) = (1_767_225_600, 4_102_444_800);
    let shown = now.format("%F %T UTC").to_string();
    if (low..high).contains(&now.timestamp()) {
        report.good("clock", shown.clone(), shown);
    } else {
        report.bad(
            "clock",
            both(format!("时钟不对：{shown}"), format!("the clock is wrong: {shown}")),
            (
                "打开时间同步（timedatectl set-ntp true）",
                "switch on time synchronisation (timedatectl set-ntp true)",
            ),
        );
    }
}

pub(super) fn tls(config: &Config, now: Instant, report: &mut Report) {
    let Some(tls) = &config.tls else {
        let (zh, en) = if config.proxies.is_empty() {
            ("没有证书，只在本机提供", "no certificate; this machine only")
        } else {
            ("由前面的代理加密", "the proxy in front encrypts")
        };
        return report.good("tls", zh, en);
    };
    if let Err(error) = listen::load(tls) {
        return report.bad(
            "tls",
            both(format!("证书不能用：{error}"), format!("the certificate cannot be used: {error}")),
            (
                "检查两个文件是否是 PEM、互相对应、服务账号可读",
                "check that both files are PEM, belong together, and can be read by the service's account",
            ),
        );
    }
    // What `demo --lan` makes for itself it also renews by itself.
    let Tls::Files { certificate, .. } = tls else {
        return report.good(
            "tls",
            "证书由本机自己签发和更换",
            "certificates are made and renewed by this machine itself",
        );
    };
    let first = CertificateDer::pem_file_iter(certificate).ok().and_then(|mut chain| chain.next()?.ok());
    let Some(certificate) = first.as_deref().and_then(Certificate::read) else {
        return report.mind(
            "tls",
            both("证书的日期读不出来", "the dates of the certificate cannot be read"),
            ("用 openssl x509 -text 看一看", "look at it with openssl x509 -text"),
        );
    };
    let until = certificate.not_after.format("%F").to_string();
    let renew = ("换新证书后重启服务", "put a new certificate there and restart the service");
    if certificate.not_before > now || certificate.not_after <= now {
        report.bad(
            "tls",
            both(
                format!("证书不在有效期（到 {until}）"),
                format!("the certificate is not valid now (until {until})"),
            ),
            renew,
        );
    } else if certificate.not_after - now < SOON {
        report.mind(
            "tls",
            both(format!("证书 {until} 到期"), format!("the certificate ends on {until}")),
            renew,
        );
    } else {
        report.good("tls", format!("证书到 {until} 有效"), format!("the certificate is good until {until}"));
    }
    let host = config.public_url.as_ref().and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| !certificate.is_for(host)) {
        let names = certificate.names.join(" ");
        report.bad(
            "tls",
            both(
                format!("证书不是给 {host} 的，而是：{names}"),
                format!("the certificate is not for {host} but for: {names}"),
            ),
            (
                "换一张写有该名称的证书，或改 --public-url",
                "use a certificate with that name, or change --public-url",
            ),
        );
    }
}

pub(super) fn outgoing(config: &Config, report: &mut Report) {
    if config.outgoing.on {
        report.good("outgoing", "对外发送已打开", "messages go out");
    } else {
        report.mind(
            "outgoing",
            both(
                "对外发送已关闭：群机器人和邮件收不到",
                "nothing goes out: no robot and no mail box hears of anything",
            ),
            ("需要时去掉 --outgoing off", "take away --outgoing off when it is wanted"),
        );
    }
}
