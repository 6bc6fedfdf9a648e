//! Every setting: one flag and one `LALIAN_*` variable each, read once, checked before anything starts.

use crate::{
    app::demo::made::Made,
    domain::{
        client::ClientVersion,
        clock::{SharedClock, SystemClock},
        people::password,
        random::{SharedRandom, SystemRandom},
    },
    files::BucketSettings,
    http::{
        admission::Limits,
        lan::Lan,
        listen::{Entrance, Tls},
    },
    outgoing::OutgoingSettings,
};
use clap::{Args, builder::BoolishValueParser};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::Url;

mod care;

pub use care::{BackupArgs, BackupPlan};

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {cause}")]
    File { path: String, cause: std::io::Error },
    #[error("{0}")]
    Unusable(String),
}

/// Where the database is.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[command(next_help_heading = "数据 Data")]
pub struct DatabaseArgs {
    /// 数据目录 Folder of the county profile: database and files [default: data, for the demo data/demo]
    #[arg(long, global = true, env = "LALIAN_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 数据库 Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: sqlite in the data folder]
    #[arg(long, global = true, env = "LALIAN_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// 存放数据库地址的文件 File that holds the database URL, so that its password stands in no command line
    #[arg(
        long,
        global = true,
        env = "LALIAN_DATABASE_FILE",
        value_name = "FILE",
        conflicts_with = "database"
    )]
    database_file: Option<PathBuf>,
}

/// Where files are.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[command(next_help_heading = "文件 Files")]
pub struct StorageArgs {
    /// 文件存放处 Files: file:DIR or s3://BUCKET/PREFIX?endpoint=URL&region=NAME [default: files in the data folder]
    #[arg(long, global = true, env = "LALIAN_STORAGE", value_name = "URL")]
    storage: Option<String>,
    /// S3 访问键 S3 access key; without it, where AWS tools look
    #[arg(long, global = true, env = "LALIAN_S3_ACCESS_KEY", value_name = "KEY", hide_env_values = true)]
    s3_access_key: Option<String>,
    /// 存放 S3 密钥的文件 File that holds the S3 secret key
    #[arg(long, global = true, env = "LALIAN_S3_SECRET_KEY_FILE", value_name = "FILE")]
    s3_secret_key_file: Option<PathBuf>,
    /// S3 密钥 S3 secret key; a file is the better place
    #[arg(
        long,
        env = "LALIAN_S3_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true,
        conflicts_with = "s3_secret_key_file"
    )]
    s3_secret_key: Option<String>,
    /// 剩余空间低于此数时暂缓收文件 Below this many free megabytes files wait (503) while answers still enter
    #[arg(long, global = true, env = "LALIAN_DISK_FLOOR_MB", value_name = "MB", default_value_t = 1024)]
    disk_floor_mb: u64,
}

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
    tls_certificate: Option<PathBuf>,
    /// 私钥 TLS private key (PEM)
    #[arg(long, env = "LALIAN_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// 前置代理 Proxies in front of us that end TLS, as addresses or networks; only their X-Forwarded-For is believed
    #[arg(long, env = "LALIAN_BEHIND_PROXY", value_name = "NET,NET", value_delimiter = ',', value_parser = network)]
    behind_proxy: Vec<IpNet>,
    /// 浏览器访问的网址 The address that browsers use, such as https://lalian.example.gov.cn
    #[arg(long, env = "LALIAN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<Url>,
    /// 页面文件目录 Folder with the built front end [default: pwa/dist of the checkout, or the one inside the binary]
    #[arg(long, env = "LALIAN_PWA", value_name = "DIR")]
    pub pwa: Option<PathBuf>,
    /// 工作线程 Threads that answer requests [default: one per processor]
    #[arg(long, env = "LALIAN_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    workers: Option<u16>,
    /// 同时处理的请求总数 Requests under way at once, in all
    #[arg(long, env = "LALIAN_MAX_REQUESTS", value_name = "N", default_value_t = 512)]
    max_requests: usize,
    /// 单个来源同时处理的请求数 Requests under way at once from one address
    #[arg(long, env = "LALIAN_MAX_REQUESTS_PER_PEER", value_name = "N", default_value_t = 128)]
    max_requests_per_peer: usize,
    /// 可以开始新检查的最低版本 Oldest version of the front end that may begin new visits, such as 1.2.0; older ones still send everything
    #[arg(long, env = "LALIAN_MIN_CLIENT", value_name = "VERSION")]
    min_client: Option<ClientVersion>,
    /// 数据库和文件都有副本 The database and the files are both replicated elsewhere as they are written: phones may then forget
    /// photos three days after they arrived; otherwise they keep them for 14 days
    #[arg(long, env = "LALIAN_STORAGE_REPLICATED", value_parser = BoolishValueParser::new())]
    storage_replicated: bool,
    /// 停止前等待秒数 Seconds that requests under way may take after a stop
    #[arg(long, env = "LALIAN_DRAIN_S", value_name = "S", default_value_t = 20)]
    drain_s: u64,
    #[command(flatten)]
    outgoing: OutgoingArgs,
    #[command(flatten)]
    backups: BackupArgs,
}

/// Whom the program itself may call.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "对外发送 Outgoing")]
pub struct OutgoingArgs {
    /// 是否对外发送通知 Whether messages to group robots, mail boxes and browsers go out at all
    #[arg(long, env = "LALIAN_OUTGOING", value_name = "ON|OFF", default_value = "on", value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    outgoing: bool,
    /// 另外允许的域名 More hosts that robots may have, with a port of their own where they need one: relay.example.gov.cn:8443
    #[arg(long, env = "LALIAN_OUTGOING_HOSTS", value_name = "HOST,HOST", value_delimiter = ',')]
    outgoing_hosts: Vec<String>,
    /// 允许到达的内部网络 Private networks that may be called all the same, for an own relay or mail server
    #[arg(long, env = "LALIAN_OUTGOING_NETWORKS", value_name = "NET,NET", value_delimiter = ',', value_parser = network)]
    outgoing_networks: Vec<IpNet>,
    /// 另外信任的根证书 One more root certificate (PEM) for servers that are called
    #[arg(long, env = "LALIAN_OUTGOING_CA", value_name = "FILE")]
    outgoing_ca: Option<PathBuf>,
}

impl Default for OutgoingArgs {
    /// For commands that call nobody.
    fn default() -> Self {
        Self { outgoing: false, outgoing_hosts: Vec::new(), outgoing_networks: Vec::new(), outgoing_ca: None }
    }
}

impl OutgoingArgs {
    fn resolve(self) -> Result<OutgoingSettings, Error> {
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

/// Where objects lie.
pub use crate::files::Place as Storage;

/// Everything that a server needs to start.
#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; secret because of the password inside.
    pub database: SecretString,
    pub storage: Storage,
    pub disk_floor_bytes: u64,
    pub bind: SocketAddr,
    pub tls: Option<Tls>,
    /// More addresses to listen on: the panes of the demo's stand.
    pub more_entrances: Vec<Entrance>,
    /// The demo's way in for phones of the same room.
    pub lan: Option<Arc<Lan>>,
    pub proxies: Vec<IpNet>,
    pub public_url: Option<Url>,
    pub pwa: Option<PathBuf>,
    pub workers: usize,
    pub limits: Limits,
    /// Oldest front end that may begin new visits.
    pub min_client: Option<ClientVersion>,
    /// The operator's word that what is written is also elsewhere.
    pub storage_replicated: bool,
    pub drain: Duration,
    /// Whom the program itself may call.
    pub outgoing: OutgoingSettings,
    /// Where backups go each day; nowhere unless it was said.
    pub backups: Option<BackupPlan>,
    /// Runs the demo county: needs a demo database, as everything else refuses one.
    pub demo: bool,
    /// The program whose children open photographs: this one. Without it they are opened in this process.
    pub developer: Option<PathBuf>,
    pub password_cost: password::Cost,
    pub clock: SharedClock,
    pub random: SharedRandom,
}

impl Config {
    /// From flags and variables; `data` is where things lie when nothing is said.
    pub fn new(
        database: &DatabaseArgs,
        storage: StorageArgs,
        network: NetworkArgs,
        data: &str,
    ) -> Result<Self, Error> {
        let data = database.folder(data);
        Ok(Self {
            database: database.url(&data)?,
            disk_floor_bytes: storage.disk_floor_mb * 1024 * 1024,
            storage: storage.resolve(&data)?,
            data,
            bind: network.bind,
            tls: network
                .tls_certificate
                .zip(network.tls_key)
                .map(|(certificate, key)| Tls::Files { certificate, key }),
            more_entrances: Vec::new(),
            lan: None,
            proxies: network.behind_proxy,
            public_url: network.public_url,
            pwa: network.pwa,
            workers: network.workers.map_or_else(processors, usize::from),
            limits: Limits { total: network.max_requests, per_peer: network.max_requests_per_peer },
            min_client: network.min_client,
            storage_replicated: network.storage_replicated,
            drain: Duration::from_secs(network.drain_s),
            backups: network.backups.resolve(None)?,
            outgoing: network.outgoing.resolve()?,
            demo: false,
            developer: Some(own_program()),
            password_cost: password::Cost::STANDARD,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        })
    }

    /// For tests: everything below `data`, a free port on loopback, cheap passwords, one worker.
    pub fn for_testing(data: &Path) -> Self {
        Self {
            database: format!("sqlite:{}", data.join("lalian.db").display()).into(),
            storage: Storage::Disk(data.join("files")),
            disk_floor_bytes: 0,
            data: data.to_owned(),
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            more_entrances: Vec::new(),
            lan: None,
            proxies: Vec::new(),
            public_url: None,
            pwa: Some(data.join("no-front-end")),
            workers: 1,
            limits: Limits { total: 512, per_peer: 512 },
            min_client: None,
            storage_replicated: false,
            drain: Duration::from_secs(5),
            outgoing: OutgoingSettings::default(),
            backups: None,
            demo: false,
            developer: None,
            password_cost: password::Cost::CHEAP,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// Refuses what would be unsafe: passwords and photos in clear text on a network.
    pub fn check(&self) -> Result<(), Error> {
        let loopback = self.bind.ip().to_canonical().is_loopback();
        let unusable = |text: &str| Err(Error::Unusable(text.to_owned()));
        if self.demo {
            self.check_demo(loopback)?;
        }
        if !loopback && self.tls.is_none() && self.proxies.is_empty() {
            return unusable(
                "离开本机必须加密：请给出 --tls-certificate 和 --tls-key，或用 --behind-proxy 列出前面的代理。\n\
                 Off loopback the connection must be encrypted: give --tls-certificate and --tls-key, \
                 or list the proxies in front with --behind-proxy.",
            );
        }
        if self.limits.total == 0 || self.limits.per_peer == 0 {
            return unusable("--max-requests must be at least 1");
        }
        Ok(())
    }

    /// Panes of the demo ask for no password, so it must not be open to strangers, encrypted or not: this machine, or phones of the same room.
    fn check_demo(&self, loopback: bool) -> Result<(), Error> {
        let unusable = |text: &str| Err(Error::Unusable(text.to_owned()));
        if !self.proxies.is_empty() {
            return unusable(
                "示例不用密码就能进，不能放在代理后面给别人用：去掉 --behind-proxy；同一房间的手机用 lalian demo --lan。\n\
                 The demo lets in without a password and must not stand behind a proxy: take away --behind-proxy; for phones of the \
                 same room use lalian demo --lan.",
            );
        }
        if !loopback && self.lan.is_none() {
            return unusable(
                "示例不用密码就能进，只在本机运行：请用 127.0.0.1；同一房间的手机用 lalian demo --lan。\n\
                 The demo lets in without a password and stays on this machine: bind 127.0.0.1; for phones of the same room use \
                 lalian demo --lan.",
            );
        }
        Ok(())
    }

    /// True when a proxy in front of us speaks HTTPS with browsers.
    pub fn is_encrypted_in_front(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Every address to listen on, the program's own first.
    pub fn entrances(&self) -> Vec<Entrance> {
        let main = Entrance { bind: self.bind, tls: self.tls.clone(), pane: None };
        std::iter::once(main).chain(self.more_entrances.iter().cloned()).collect()
    }

    /// Where a demo on SQLite and a local folder is kept as it was made, beside its data.
    pub fn made_copy(&self) -> Option<Made> {
        let Storage::Disk(files) = &self.storage else { return None };
        let kept = self.demo && self.sqlite_file().is_some();
        kept.then(|| Made { folder: self.data.join("made"), files: files.clone(), anew: Arc::default() })
    }

    /// The SQLite file, if the database is one.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.database.expose_secret().strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.split('?').next().unwrap_or_default().trim_start_matches("//")))
    }
}

impl DatabaseArgs {
    pub fn folder(&self, default: &str) -> PathBuf {
        self.data.clone().unwrap_or_else(|| default.into())
    }

    /// The URL, from wherever it was given.
    pub fn url(&self, data: &Path) -> Result<SecretString, Error> {
        let url = match (&self.database, &self.database_file) {
            (Some(url), _) => url.clone(),
            (None, Some(file)) => read(file)?,
            (None, None) => format!("sqlite:{}", data.join("lalian.db").display()),
        };
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        known.then(|| url.into()).ok_or_else(|| {
            Error::Unusable("the database URL must begin with sqlite: or postgres:".to_owned())
        })
    }
}

impl StorageArgs {
    fn resolve(self, data: &Path) -> Result<Storage, Error> {
        let Some(text) = &self.storage else { return Ok(Storage::Disk(data.join("files"))) };
        let secret_key = match (self.s3_secret_key, &self.s3_secret_key_file) {
            (Some(key), _) => Some(key.into()),
            (None, Some(file)) => Some(read(file)?.into()),
            (None, None) => None,
        };
        place(text, self.s3_access_key, secret_key)
    }
}

/// A folder or a bucket from its URL.
fn place(text: &str, access_key: Option<String>, secret_key: Option<SecretString>) -> Result<Storage, Error> {
    if let Some(path) = text.strip_prefix("file:") {
        return Ok(Storage::Disk(path.trim_start_matches("//").into()));
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "s3");
    let Some((url, bucket)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
        return Err(Error::Unusable(
            "the storage URL must look like file:DIR or s3://BUCKET/PREFIX".to_owned(),
        ));
    };
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok(Storage::Bucket(BucketSettings {
        bucket: bucket.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: parameter("endpoint"),
        region: parameter("region"),
        access_key,
        secret_key,
    }))
}

/// A secret from a file, without its final newline.
fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file)
        .map(|text| text.trim_end().to_owned())
        .map_err(|cause| Error::File { path: file.display().to_string(), cause })
}

/// This very program, also after its file was replaced by another version.
fn own_program() -> PathBuf {
    let own = Path::new("/proc/self/exe");
    if own.exists() {
        own.to_owned()
    } else {
        std::env::current_exe().unwrap_or_else(|_unknown| "lalian".into())
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct All {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        storage: StorageArgs,
        #[command(flatten)]
        network: NetworkArgs,
    }

    fn config(arguments: &[&str]) -> Result<Config, String> {
        let arguments = ["lalian"].iter().chain(arguments);
        let all = All::try_parse_from(arguments).map_err(|error| error.to_string())?;
        Config::new(&all.database, all.storage, all.network, "data").map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_has_its_variable_and_its_words() {
        for argument in All::command().get_arguments().filter(|argument| argument.get_id() != "help") {
            let variable = argument.get_env().and_then(|name| name.to_str()).unwrap_or_default();
            let expected = format!("LALIAN_{}", argument.get_id().as_str().to_uppercase());
            assert_eq!(variable, expected);
            assert!(argument.get_help().is_some(), "{expected} is not explained");
        }
    }

    #[test]
    fn nothing_said_means_the_county_profile_on_loopback() {
        let config = config(&[]).unwrap();
        assert_eq!(config.sqlite_file().unwrap(), Path::new("data/lalian.db"));
        assert!(matches!(&config.storage, Storage::Disk(path) if path == Path::new("data/files")));
        assert!(config.check().is_ok());
    }

    #[test]
    fn storage_counts_as_replicated_only_when_the_operator_says_so() {
        assert!(!config(&[]).unwrap().storage_replicated);
        assert!(config(&["--storage-replicated"]).unwrap().storage_replicated);
    }

    #[test]
    fn off_loopback_needs_encryption() {
        let refused = |arguments: &[&str]| config(arguments).unwrap().check().is_err();
        assert!(refused(&["--bind", "0.0.0.0:80"]));
        assert!(refused(&["--bind", "[::]:80"]));
        assert!(!refused(&["--bind", "[::1]:80"]));
        assert!(!refused(&["--bind", "0.0.0.0:80", "--behind-proxy", "10.0.0.5,192.168.0.0/16"]));
        assert!(!refused(&["--bind", "0.0.0.0:80", "--tls-certificate", "c.pem", "--tls-key", "k.pem"]));
        assert!(config(&["--tls-certificate", "c.pem"]).is_err(), "a certificate without its key");
        assert!(config(&["--behind-proxy", "everybody"]).is_err());
    }

    #[test]
    fn a_demo_is_open_to_nobody_outside_this_machine() {
        let check = |arguments: &[&str]| Config { demo: true, ..config(arguments).unwrap() }.check();
        let tls = ["--tls-certificate", "c.pem", "--tls-key", "k.pem"];
        assert!(check(&[]).is_ok() && check(&tls).is_ok());
        for outside in ["0.0.0.0:443", "[::]:443", "8.8.8.8:443", "192.168.1.5:443"] {
            let refused = check(&[&["--bind", outside][..], &tls].concat()).unwrap_err().to_string();
            assert!(refused.contains("--lan") && refused.contains("示例"), "{refused}");
        }
        let refused = check(&["--behind-proxy", "127.0.0.1"]).unwrap_err().to_string();
        assert!(refused.contains("--behind-proxy"), "{refused}");
    }

    #[test]
    fn a_bucket_is_read_from_its_url_and_its_secret_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "s3cret\n").unwrap();
        let config = config(&[
            "--storage",
            "s3://photos/county/a?endpoint=http://127.0.0.1:9000&region=cn",
            "--s3-access-key",
            "id",
            "--s3-secret-key-file",
            file.to_str().unwrap(),
        ])
        .unwrap();
        let Storage::Bucket(bucket) = config.storage else { panic!("a bucket") };
        assert_eq!((bucket.bucket.as_str(), bucket.prefix.as_str()), ("photos", "county/a"));
        assert_eq!(bucket.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(bucket.secret_key.unwrap().expose_secret(), "s3cret");
    }

    #[test]
    fn unusable_addresses_of_data_are_refused() {
        assert!(config(&["--database", "mysql://x"]).is_err());
        assert!(config(&["--storage", "ftp://x"]).is_err());
        assert!(config(&["--database-file", "/nowhere/at/all"]).is_err());
    }

    #[test]
    fn secrets_are_never_shown() {
        let config = config(&["--database", "postgres://u:hidden@h/d"]).unwrap();
        assert!(!format!("{:?}", config.database).contains("hidden"));
    }
}
