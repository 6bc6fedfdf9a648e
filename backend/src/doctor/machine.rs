//! Settings, clock, TLS, and calling others.

use super::{Report, both};
use crate::{
    config::Config,
    domain::{care::certificate::Certificate, clock::Instant},
    http::listen::{self, Tls},
};
use chrono::TimeDelta;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{io::ErrorKind, path::Path};

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
            both(
                format!("时钟不对：{shown}，期限和有效期都会算错"),
                format!("the clock is wrong: {shown}; every deadline and certificate would be judged by it"),
            ),
            (
                "打开时间同步（timedatectl set-ntp true），时钟对了再开服务",
                "switch on time synchronisation (timedatectl set-ntp true) before serving",
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
    if let Tls::Files { certificate, key } = tls
        && let Some((zh, en)) = [certificate, key].into_iter().find_map(|path| closed(path))
    {
        return report.bad(
            "tls",
            both(zh, en),
            (
                "检查 --tls-certificate 和 --tls-key 的路径；让运行服务的账号能读，并用那个账号运行 doctor",
                "check the paths in --tls-certificate and --tls-key; let the service's account read them, and run `doctor` as that account",
            ),
        );
    }
    if let Err(error) = listen::load(tls) {
        return report.bad(
            "tls",
            both(format!("证书不能用：{error}"), format!("the certificate cannot be used: {error}")),
            (
                "检查两个文件是否都是 PEM、互相对应（同一次签发的证书和私钥）",
                "check that both files are PEM and belong together (a certificate and its own key)",
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
    validity(&certificate, now, report);
    let host = config.public_url.as_ref().and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| !certificate.is_for(host)) {
        let names = match &certificate.names[..] {
            [] => "—".to_owned(),
            names => names.join(" "),
        };
        report.bad(
            "tls",
            both(
                format!("证书不是给 {host} 的，而是：{names}；浏览器会拦下"),
                format!("the certificate is not for {host} but for: {names}; browsers will not open it"),
            ),
            (
                "换一张写有该名称的证书，或把 --public-url 改成证书上的名称",
                "use a certificate with that name, or give a name of the certificate as --public-url",
            ),
        );
    }
}

/// Why a file cannot be opened; `None` where it can.
fn closed(path: &Path) -> Option<(String, String)> {
    let shown = path.display();
    match std::fs::File::open(path).err()?.kind() {
        ErrorKind::NotFound => Some((format!("没有 {shown} 这个文件"), format!("{shown} is not there"))),
        _ => Some((format!("{shown} 读不了"), format!("{shown} cannot be read"))),
    }
}

fn validity(certificate: &Certificate, now: Instant, report: &mut Report) {
    let (from, until) = (certificate.not_before.format("%F %H:%M UTC"), certificate.not_after.format("%F"));
    let renew = (
        "换上新证书（同样的两个文件），再重启服务",
        "put a new certificate in the place of these two files and restart the service",
    );
    if certificate.not_after <= now {
        return report.bad(
            "tls",
            both(
                format!("证书 {until} 已经到期，浏览器打不开"),
                format!("the certificate ended on {until}: browsers do not open it any more"),
            ),
            renew,
        );
    }
    if certificate.not_before > now {
        return report.bad(
            "tls",
            both(
                format!("证书 {from} 才生效"),
                format!("the certificate is good only from {from} on"),
            ),
            (
                "先看本机时钟对不对；对的话换一张现在有效的证书",
                "look first whether this machine's clock is right; if it is, use a certificate that is good now",
            ),
        );
    }
    let left = certificate.not_after - now;
    if left < SOON {
        let days = left.num_days();
        return report.mind(
            "tls",
            both(
                format!("证书 {until} 到期，还有 {days} 天"),
                format!("the certificate ends on {until}, in {days} days"),
            ),
            renew,
        );
    }
    report.good("tls", format!("证书到 {until} 有效"), format!("the certificate is good until {until}"));
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
