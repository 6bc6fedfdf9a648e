//! How the program is reached, and whom it may call itself.

use super::{BackupArgs, Error, data::read};
use crate::{domain::client::ClientVersion, outgoing::OutgoingSettings};
use clap::{Args, builder::BoolishValueParser};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};
use url::Url;

/// How the program is reached.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[command(next_help_heading = "网络 Network")]
pub struct NetworkArgs {
    /// 监听地址 Address and port; anything but loopback needs a certificate or --behind-proxy
    #[arg(long, env = "LALIAN_BIND", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,
    /// 证书 TLS certificate chain (PEM)
    #[arg(long, env = "LALIAN_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// 私钥 TLS private key (PEM)
    #[arg(long, env = "LALIAN_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub(super) tls_key: Option<PathBuf>,
    /// 前置代理 Proxies in front of us that end TLS, as addresses or networks; only their X-Forwarded-For is believed
    #[arg(long, env = "LALIAN_BEHIND_PROXY", value_name = "NET,NET", value_delimiter = ',', value_parser = network)]
    pub(super) behind_proxy: Vec<IpNet>,
    /// 浏览器访问的网址 The address that browsers use, such as https://lalian.example.gov.cn
    #[arg(long, env = "LALIAN_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<Url>,
    /// 页面文件目录 Folder with the built front end [default: pwa/dist of the checkout, or the one inside the binary]
    #[arg(long, env = "LALIAN_PWA", value_name = "DIR")]
    pub pwa: Option<PathBuf>,
    /// 工作线程 Threads that answer requests [default: one per processor]
    #[arg(long, env = "LALIAN_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) workers: Option<u16>,
    /// 同时处理的请求总数 Requests under way at once, in all
    #[arg(long, env = "LALIAN_MAX_REQUESTS", value_name = "N", default_value_t = 512)]
    pub(super) max_requests: usize,
    /// 单个来源同时处理的请求数 Requests under way at once from one address
    #[arg(long, env = "LALIAN_MAX_REQUESTS_PER_PEER", value_name = "N", default_value_t = 128)]
    pub(super) max_requests_per_peer: usize,
    /// 可以开始新检查的最低版本 Oldest version of the front end that may begin new visits, such as 1.2.0; older ones still send everything
    #[arg(long, env = "LALIAN_MIN_CLIENT", value_name = "VERSION")]
    pub(super) min_client: Option<ClientVersion>,
    /// 数据库和文件都有副本 The database and the files are both replicated elsewhere as they are written: phones may then forget
    /// photos three days after they arrived; otherwise they keep them for 14 days
    #[arg(long, env = "LALIAN_STORAGE_REPLICATED", value_parser = BoolishValueParser::new())]
    pub(super) storage_replicated: bool,
    /// 停止前等待秒数 Seconds that requests under way may take after a stop
    #[arg(long, env = "LALIAN_DRAIN_S", value_name = "S", default_value_t = 20)]
    pub(super) drain_s: u64,
    #[command(flatten)]
    pub(super) outgoing: OutgoingArgs,
    #[command(flatten)]
    pub(super) backups: BackupArgs,
}

/// Whom the program itself may call.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "对外发送 Outgoing")]
pub struct OutgoingArgs {
    /// 是否对外发送通知 Whether messages to group robots, mail boxes and browsers go out at all
    #[arg(long, env = "LALIAN_OUTGOING", value_name = "ON|OFF", default_value = "on", value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub(super) outgoing: bool,
    /// 另外允许的域名 More hosts that robots may have, with a port of their own where they need one: relay.example.gov.cn:8443
    #[arg(long, env = "LALIAN_OUTGOING_HOSTS", value_name = "HOST,HOST", value_delimiter = ',')]
    pub(super) outgoing_hosts: Vec<String>,
    /// 允许到达的内部网络 Private networks that may be called all the same, for an own relay or mail server
    #[arg(long, env = "LALIAN_OUTGOING_NETWORKS", value_name = "NET,NET", value_delimiter = ',', value_parser = network)]
    pub(super) outgoing_networks: Vec<IpNet>,
    /// 另外信任的根证书 One more root certificate (PEM) for servers that are called
    #[arg(long, env = "LALIAN_OUTGOING_CA", value_name = "FILE")]
    pub(super) outgoing_ca: Option<PathBuf>,
}

impl Default for OutgoingArgs {
    /// For commands that call nobody.
    fn default() -> Self {
        Self { outgoing: false, outgoing_hosts: Vec::new(), outgoing_networks: Vec::new(), outgoing_ca: None }
    }
}

impl OutgoingArgs {
    pub(super) fn resolve(self) -> Result<OutgoingSettings, Error> {
        let root = match &self.outgoing_ca {
            Some(file) => Some(read(file)?.into_bytes()),
            None => None,
        };
        let (on, hosts, networks) = (self.outgoing, self.outgoing_hosts, self.outgoing_networks);
        Ok(OutgoingSettings { on, hosts, networks, root, ..OutgoingSettings::default() })
    }
}

impl Default for NetworkArgs {
    /// For commands that do not listen.
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls_certificate: None,
            tls_key: None,
            behind_proxy: Vec::new(),
            public_url: None,
            pwa: None,
            workers: None,
            max_requests: 1,
            max_requests_per_peer: 1,
            min_client: None,
            storage_replicated: false,
            drain_s: 0,
            outgoing: OutgoingArgs::default(),
            backups: BackupArgs::default(),
        }
    }
}

/// A network, or one address as the network of itself.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse()
        .or_else(|_not_a_net| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|error| error.to_string())
}
