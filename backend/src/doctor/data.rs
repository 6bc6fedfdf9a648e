//! Database, keys, epoch, and the age of backups.

use super::{Report, both, reach};
use crate::{
    app::{
        care,
        people::keys::{Keys, Purpose},
    },
    config::{Config, Storage},
    domain::clock::{Instant, SHANGHAI},
    server,
    store::{
        Store,
        care::{backups, health, schema},
        meta,
        people::persons,
    },
};
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

/// A backup older than this is told of: the daily one was missed.
const OLD: TimeDelta = TimeDelta::hours(36);
/// And one older than this is bad.
const TOO_OLD: TimeDelta = TimeDelta::days(7);
/// A clock further behind the newest record was set back.
const BACK: TimeDelta = TimeDelta::minutes(10);

pub(super) fn keys(config: &Config, report: &mut Report) {
    let folder = config.data.join("keys");
    if !folder.is_dir() {
        return report.mind(
            "keys",
            both("还没有签名密钥", "there are no signing keys yet"),
            ("第一次运行 serve 时会生成", "the first `serve` makes them"),
        );
    }
    for purpose in Purpose::ALL {
        if let Err(error) = Keys::list(&folder, purpose) {
            report.bad(
                "keys",
                both(format!("密钥读不出来：{error}"), format!("keys cannot be read: {error}")),
                ("从备份取回 keys 目录", "take the folder `keys` back from a backup"),
            );
        }
    }
    let open = std::fs::read_dir(&folder).into_iter().flatten().flatten().find(|entry| {
        entry.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o077 != 0)
    });
    match open {
        Some(entry) => report.bad(
            "keys",
            both(
                format!("{} 别人也能读", entry.path().display()),
                format!("others can read {}", entry.path().display()),
            ),
            ("chmod 600，并考虑 lalian keys rotate", "chmod 600, and think of `lalian keys rotate`"),
        ),
        None => report.good("keys", "只有服务账号能读", "only the service's account can read them"),
    }
}

pub(super) async fn database(config: &Config, now: Instant, thorough: bool, report: &mut Report) {
    if let Some(file) = config.sqlite_file().filter(|file| !file.is_file()) {
        return report.mind(
            "database",
            both(format!("{} 还不存在", file.display()), format!("{} does not exist yet", file.display())),
            (
                "第一次运行 serve 时会建立，或用 lalian restore 恢复",
                "the first `serve` makes it, or `lalian restore`",
            ),
        );
    }
    let store = match Store::connect(config.database.expose_secret()).await {
        Ok(store) => store,
        Err(error) => return reach::no_database(&error, report),
    };
    if let Err(error) = look(config, &store, now, thorough, report).await {
        reach::no_database(&error, report);
    }
    store.close().await;
}

async fn look(
    config: &Config,
    store: &Store,
    now: Instant,
    thorough: bool,
    report: &mut Report,
) -> Result<(), crate::store::Error> {
    let state = store.health(thorough).await?;
    let read = store.read();
    report.good("database", state.version.clone(), state.version);
    if let Some(damage) = state.damage {
        report.bad(
            "database",
            both(format!("数据库文件损坏：{damage}"), format!("the database file is damaged: {damage}")),
            (
                "停下服务，用 lalian restore 恢复到新地方",
                "stop the service and `lalian restore` into a new place",
            ),
        );
    }
    if let Some(mode) = state.journal.filter(|mode| mode != "wal") {
        report.bad(
            "database",
            both(format!("日志方式是 {mode}，应为 wal"), format!("journal mode is {mode}, should be wal")),
            ("数据目录不要放在网络盘上", "do not put the data folder on a network drive"),
        );
    }
    if let Some(there) = state.now.filter(|there| (*there - now).abs() > TimeDelta::seconds(5)) {
        report.mind(
            "clock",
            both(
                format!("本机是 {}，数据库那台机器是 {}", shown(now), shown(there)),
                format!("this machine says {}, the database's says {}", shown(now), shown(there)),
            ),
            (
                "两台机器都打开时间同步（timedatectl set-ntp true）",
                "switch on time synchronisation on both machines (timedatectl set-ntp true)",
            ),
        );
    }
    let (applied, known) = (schema::applied(read).await?, schema::known());
    if !known.starts_with(&applied) {
        report.bad(
            "database",
            both("数据库属于更新的版本", "the database belongs to a newer version"),
            ("用更新的程序", "use a newer program"),
        );
        return Ok(());
    }
    if applied.len() < known.len() {
        let waiting = known.len() - applied.len();
        report.mind(
            "database",
            both(format!("有 {waiting} 项结构更新"), format!("{waiting} migrations wait")),
            ("先备份，再运行 lalian migrate", "make a backup, then run `lalian migrate`"),
        );
        return Ok(());
    }
    if let Some(newest) = health::newest_moment(read).await?.filter(|newest| *newest - now > BACK) {
        report.bad(
            "clock",
            both(
                format!("本机时钟是 {}，比最新的记录（{}）还早", shown(now), shown(newest)),
                format!("this machine says {}, which is before the newest record ({})", shown(now), shown(newest)),
            ),
            (
                "先停服务，打开时间同步（timedatectl set-ntp true），时钟对了再开",
                "stop the service, switch on time synchronisation (timedatectl set-ntp true), and serve once the clock is right",
            ),
        );
    }
    let epoch = meta::get(read, meta::EPOCH).await?.and_then(|text| text.parse().ok());
    match epoch {
        Some(epoch) => {
            report.good("epoch", format!("{epoch}"), format!("{epoch}"));
        }
        None => report.mind(
            "epoch",
            both("还没有服务过", "nothing was served from it yet"),
            ("运行 lalian serve", "run `lalian serve`"),
        ),
    }
    let dead = health::given_up(read).await?;
    if dead > 0 {
        report.mind(
            "jobs",
            both(format!("有 {dead} 项后台工作多次失败后放下了"), format!("{dead} jobs were given up")),
            ("看日志里的 a job is given up", "look for `a job is given up` in the log"),
        );
    }
    if !persons::any(read).await? {
        report.mind(
            "accounts",
            both("还没有账号，谁都登录不了", "there are no accounts: nobody can sign in"),
            (
                "运行 lalian user add admin --name 管理员 --role platform_admin，用它给出的登录码登录",
                "run `lalian user add admin --name NAME --role platform_admin` and sign in with the code that it prints",
            ),
        );
    }
    super::calendar::look(store, now, report).await?;
    backup(config, store, epoch, now, report).await
}

async fn backup(
    config: &Config,
    store: &Store,
    epoch: Option<uuid::Uuid>,
    now: Instant,
    report: &mut Report,
) -> Result<(), crate::store::Error> {
    match &config.backups {
        None if config.storage_replicated => {
            report.good("backups", "已声明另有实时副本", "declared as replicated elsewhere");
        }
        None => report.mind(
            "backups",
            both("没有设置每日备份", "no daily backup is set up"),
            (
                "用 --backup-to 和 --backup-recipient 启动 serve（先 lalian backup key）",
                "start `serve` with --backup-to and --backup-recipient (first `lalian backup key`)",
            ),
        ),
        Some(plan) => target(config, plan, report).await,
    }
    let newest = backups::newest_done(store.read(), epoch).await?;
    let age = newest.as_ref().map(|row| now - row.started_at);
    let next = ("看 lalian backup 的报错，或现在做一份", "see what `lalian backup` says, or make one now");
    match age {
        None if config.storage_replicated => {}
        None => report.mind("backups", both("还没有一份完整的备份", "there is no complete backup yet"), next),
        Some(age) => {
            let hours = age.num_hours();
            let (zh, en) =
                (format!("最近一份是 {hours} 小时前的"), format!("the newest is {hours} hours old"));
            if age > TOO_OLD {
                report.bad("backups", (zh, en), next);
            } else if age > OLD {
                report.mind("backups", (zh, en), next);
            } else {
                report.good("backups", zh, en);
            }
        }
    }
    last_try(store, report).await?;
    if let Some(row) = newest.filter(|row| row.faults > 0) {
        report.bad(
            "backups",
            both(
                format!("备份时服务器上有 {} 个照片文件缺失或损坏", row.faults),
                format!("{} photo files were missing or damaged on the server", row.faults),
            ),
            (
                "在设置的存储页看是哪些；手机会继续保留自己的",
                "see which at /figures/storage; phones keep theirs",
            ),
        );
    }
    Ok(())
}

/// What became of the newest one that was tried, when it came to nothing.
async fn last_try(store: &Store, report: &mut Report) -> Result<(), crate::store::Error> {
    let tried = backups::list(store.read(), 1).await?.pop();
    let Some(failed) = tried.filter(|row| row.state == backups::FAILED) else { return Ok(()) };
    let told = failed.detail.or(failed.problem).unwrap_or_default();
    let (zh, en) = told.split_once('\n').unwrap_or((&told, &told));
    let when = failed.started_at.format("%F %H:%M UTC");
    report.mind(
        "backups",
        both(
            format!("最近一次备份（{when}）没有做成：{zh}"),
            format!("the last try ({when}) came to nothing: {en}"),
        ),
        (
            "改正后再运行 lalian backup；以前的备份不受影响",
            "mend it and run `lalian backup`; former backups are not touched",
        ),
    );
    Ok(())
}

async fn target(config: &Config, plan: &crate::config::BackupPlan, report: &mut Report) {
    if plan.recipients.is_empty() {
        report.mind(
            "backups",
            both("备份没有加密", "backups are not encrypted"),
            (
                "用 lalian backup key 生成密钥对，加 --backup-recipient",
                "make keys with `lalian backup key`, give --backup-recipient",
            ),
        );
    }
    if let Err(error) = server::backup_plan(config) {
        let text = error.to_string();
        return report.bad("backups", both(text.clone(), text), ("改正后重启服务", "mend it and restart"));
    }
    if let Storage::Disk(folder) = &plan.place
        && same_disk(folder, &config.data)
    {
        report.mind(
            "backups",
            both(
                "备份和数据在同一块盘上，盘坏了就都没了",
                "backups lie on the same disk as the data: both go with it",
            ),
            ("换一块盘、网络盘或 S3", "use another disk, a network share or S3"),
        );
    }
    let probed = async { care::make_vault(&plan.place)?.probe().await.map_err(care::at_target) };
    if let Err(error) = probed.await {
        let text = error.to_string();
        let (zh, en) = text.split_once('\n').unwrap_or((&text, &text));
        report.bad("backups", both(zh, en), ("", ""));
    }
}

/// A moment as people compare it with a watch.
fn shown(at: Instant) -> String {
    at.with_timezone(&SHANGHAI).format("%F %T（UTC+8）").to_string()
}

/// Whether two folders, or what will hold them, lie on one disk.
pub fn same_disk(one: &Path, other: &Path) -> bool {
    let device = |path: &Path| {
        let there = path.ancestors().find(|path| path.exists())?;
        std::fs::metadata(there).ok().map(|meta| meta.dev())
    };
    device(one).is_some() && device(one) == device(other)
}
