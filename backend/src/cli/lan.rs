//! `demo --lan`: what the terminal says of the way in for phones, at the start and again when the address or the authority changes.

use super::say;
use lalian::{
    config::Config,
    domain::clock::SHANGHAI,
    http::lan::{Lan, Settings, terminal_qr},
};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::task::JoinHandle;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "同一房间的手机 Phones in the same room")]
pub struct LanArgs {
    /// 让同一局域网里的手机也能打开：自己做证书，显示二维码 Also serve phones of the same local network, with a certificate made here and a code to scan; whoever is in that network can open the demo
    #[arg(long)]
    lan: bool,
    /// 只用这个地址 This private address only [default: all of this machine's]
    #[arg(long, requires = "lan", value_name = "IP")]
    lan_address: Option<Ipv4Addr>,
    /// 端口 Port for phones; the four after it are used too, others where one is taken
    #[arg(long, requires = "lan", value_name = "PORT", default_value_t = 8443)]
    lan_port: u16,
}

impl LanArgs {
    /// The way in for phones, where one is asked for: its authority is made here.
    pub fn open(&self, config: &Config) -> Result<Option<Arc<Lan>>, String> {
        if !self.lan {
            return Ok(None);
        }
        let settings =
            Settings { folder: config.data.join("lan"), address: self.lan_address, port: self.lan_port };
        Lan::open(settings, Arc::clone(&config.clock), &config.random).map(|lan| Some(Arc::new(lan)))
    }
}

/// How often the machine's addresses are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// Keeps the certificate good while the demo runs, and says what changed.
pub fn watch(lan: Arc<Lan>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            match lan.look_again() {
                Ok(true) => say(&sheet(&lan)),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the certificate for phones could not be renewed"),
            }
        }
    })
}

/// What a person with a phone needs, in the order in which it is needed.
pub fn sheet(lan: &Lan) -> String {
    let authority = lan.authority();
    let (install, url) = (lan.install_url(), lan.url());
    let networks: Vec<_> = authority.networks().iter().map(ToString::to_string).collect();
    format!(
        "\n手机怎么进来（连同一个无线网） Phones in the same Wi-Fi:\n\
         \x20 1. 扫下面的码，照着做，让手机信任这台电脑（只做一次） scan and follow the steps once   install: {install}/\n\
         \x20    页面上的指纹应当是 the page must show  SHA-256: {}\n\n{}\n\
         \x20 2. 再打开 then open   lan: {url}/\n\
         \x20 证书只能证明 the certificate vouches only for {}, 到 until {}；同一网络里的人都能打开示例 everybody in this network can open the demo.\n",
        authority.fingerprint(),
        terminal_qr(&format!("{install}/")),
        networks.join(", "),
        authority.ends_at().with_timezone(&SHANGHAI).format("%F"),
    )
}
