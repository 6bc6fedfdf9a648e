//! Care: backups that a phone can rely on, putting them back, and what an operator should look at.

pub mod back_up;
pub mod list;
pub mod origin;
mod originals;
pub mod restore;
mod schedule;
mod sets;
mod tidy;
pub mod unfinished;
pub mod verify;

use super::AppError;
use crate::{
    domain::care::manifest::Manifest,
    files::{self, Vault, seal::Recipients},
    store,
};
use std::path::PathBuf;

/// Why a backup could not be made, checked or put back: a sentence for the operator in both languages, with what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    #[error(
        "已有一次备份正在进行（{0} 前有动静）。等它结束；若它已中断，五分钟后再试。\nAnother backup is under way (last sign of life {0} ago). Wait for it; if it died, try again after five minutes."
    )]
    Running(String),
    #[error(
        "另一次备份接手了，本次停下；已完成的备份不受影响。\nAnother backup took over, so this one stopped; complete ones are not touched."
    )]
    TakenOver,
    #[error(
        "备份存放处没有空间了。腾出空间或换一处再备份；已完成的备份不受影响。\nThe place for backups is full. Make room or name another place; complete backups are not touched."
    )]
    TargetFull,
    #[error(
        "备份存放处无法使用：{0}。检查路径、权限和网络。\nThe place for backups cannot be used: {0}. Check its path, rights and network."
    )]
    Target(String),
    #[error(
        "备份存放处只能读，不能写。以 systemd 服务运行时，把这个文件夹写进 ReadWritePaths（做法见 lalian.service 里的说明），重启服务；否则检查磁盘是否只读挂载。\nThe place for backups is read-only. As a systemd service name the folder in ReadWritePaths (lalian.service says how) and restart; otherwise see whether the disk is mounted read-only."
    )]
    TargetReadOnly,
    #[error(
        "在 {0} 没有找到完整的备份。检查路径；没有写完的备份不算。\nThere is no complete backup in {0}. Check the path; one that was not finished does not count."
    )]
    NoSet(String),
    #[error(
        "没有名为 {name} 的完整备份。现有：{there}。\nThere is no complete backup called {name}. There are: {there}."
    )]
    NoSuchSet { name: String, there: String },
    #[error(
        "这里有几个系统的备份，请用 --set 说明要哪一份；各系统最新的有：{0}。\nSeveral installations keep their backups here; say which one with --set. The newest of each are: {0}."
    )]
    SeveralInstallations(String),
    #[error(
        "这份备份是加密的：请用 --identity 给出私钥文件。\nThis backup is encrypted: give the file with the secret key as --identity."
    )]
    NeedsIdentity,
    #[error(
        "所给私钥打不开这份备份。它是为以下公钥加密的：{0}。\nNone of these secret keys opens this backup. It was encrypted to: {0}."
    )]
    WrongKey(String),
    #[error(
        "私钥文件不能用：{0}。应是 age-keygen 或 lalian backup key 写出的文件。\nThe file with the secret key cannot be used: {0}. It should be one written by age-keygen or `lalian backup key`."
    )]
    Identity(String),
    #[error(
        "不是公钥：{0}。公钥形如 age1…，用 lalian backup key 生成。\nThis is no public key: {0}. One looks like age1…; `lalian backup key` makes a pair."
    )]
    Recipient(String),
    #[error(
        "密钥只以加密形式备份：--with-keys 需要 --recipient。\nSecret keys are only ever backed up encrypted: --with-keys needs --recipient."
    )]
    KeysInClear,
    #[error(
        "备份中的 {0} 已损坏，内容与记录不符。换一份备份（--set），或换一处存放的副本。\n{0} of the backup is damaged: it is not what was written. Use another one (--set) or another copy of it."
    )]
    Damaged(String),
    #[error(
        "备份中缺少 {0}。换一份备份（--set），或换一处存放的副本。\n{0} of the backup is missing. Use another one (--set) or another copy of it."
    )]
    Missing(String),
    #[error(
        "备份中有 {count} 个照片文件缺失或损坏（如 {first}）。用 --without-damaged 可先恢复其余，手机会把自己还有的重新送来。\n{count} photo files of the backup are missing or damaged (such as {first}). --without-damaged puts back the rest; phones then send again what they still have."
    )]
    Originals { count: usize, first: String },
    #[error(
        "备份 {0} 没有签名（旧版程序写成），无法用所给公钥核对来源。确信来源时去掉 --keys。\nThe backup {0} is not signed (an older version wrote it), so the keys that were given cannot tell who made it. If you are sure of its origin leave out --keys."
    )]
    NotSigned(String),
    #[error(
        "备份 {0} 不是所给公钥的主人做的，或清单被改过，不予恢复。请核对存放处，换一份备份（--set）。\nThe backup {0} was not made by the owner of the keys that were given, or its manifest was changed; it is not put back. Look at the place of backups, or use another one (--set)."
    )]
    NotOurs(String),
    #[error(
        "公布的公钥文件不能用：{0}。应是 https://…/.well-known/jwks.json 的内容。\nThe file of published keys cannot be used: {0}. It should be what https://…/.well-known/jwks.json shows."
    )]
    Published(String),
    #[error(
        "这份备份由更新的版本写成（{0}）。请用该版本或更新的程序恢复。\nA newer version wrote this backup ({0}). Use that version of the program or a newer one."
    )]
    Newer(String),
    #[error(
        "数据库不是空的（表 {0} 有内容）。恢复只进空的地方，以免覆盖：换一个 --data 或 --database。\nThe database is not empty (table {0} has rows). A restore only goes into an empty place, so that nothing is overwritten: name another --data or --database."
    )]
    DatabaseInUse(String),
    #[error(
        "数据库的结构比备份新。请用全新的空数据库。\nThe database already has a newer shape than the backup. Use an entirely new, empty database."
    )]
    DatabaseAhead,
    #[error(
        "文件存放处不是空的。恢复只进空的地方：换一个 --storage 或清空它。\nThe place for files is not empty. A restore only goes into an empty place: name another --storage, or clear it."
    )]
    FilesInUse,
    #[error(
        "这里的恢复（{0}）没有做完，数据不全，暂时不能使用。请再运行一次同样的 lalian restore 命令，它会接着做完。\nA restore ({0}) was begun here and not finished: the data is not whole and is not used. Run the same `lalian restore` command again; it goes on where it stopped."
    )]
    HalfRestored(String),
    #[error(
        "文件存放处没有空间了。腾出空间后重新运行同一命令，会接着做。\nThe place for files is full. Make room and run the same command again; it goes on where it stopped."
    )]
    FilesFull,
    #[error(transparent)]
    App(#[from] AppError),
}

pub type CareResult<T> = Result<T, CareError>;

impl From<store::Error> for CareError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl store::WriteError for CareError {
    fn as_store(&self) -> Option<&store::Error> {
        match self {
            CareError::App(error) => error.as_store(),
            _ => None,
        }
    }
}

impl CareError {
    /// A short word for the record.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Running(_) => "running",
            Self::TakenOver => "taken_over",
            Self::TargetFull => "target_full",
            Self::Target(_) | Self::TargetReadOnly => "target",
            Self::NoSet(_) | Self::NoSuchSet { .. } | Self::SeveralInstallations(_) => "no_set",
            Self::NeedsIdentity | Self::Identity(_) => "identity",
            Self::WrongKey(_) => "wrong_key",
            Self::Recipient(_) => "recipient",
            Self::KeysInClear => "keys_in_clear",
            Self::Damaged(_) => "damaged",
            Self::Missing(_) => "missing",
            Self::Originals { .. } => "originals",
            Self::NotSigned(_) | Self::NotOurs(_) | Self::Published(_) => "origin",
            Self::Newer(_) => "newer",
            Self::DatabaseInUse(_) | Self::DatabaseAhead | Self::FilesInUse => "not_empty",
            Self::HalfRestored(_) => "half_restored",
            Self::FilesFull => "files_full",
            Self::App(_) => "internal",
        }
    }
}

/// Where backups go by the schedule.
#[derive(Clone)]
pub struct Plan {
    pub place: files::Place,
    /// The place without secrets.
    pub shown: String,
    pub recipients: Recipients,
    /// The folder of secret keys, when they are to be in it.
    pub keys: Option<PathBuf>,
}

/// Opens a place to write to.
pub fn make_vault(place: &files::Place) -> CareResult<Vault> {
    Vault::make(place).map_err(at_target)
}

/// Opens a place to read from.
pub fn vault_at(place: &files::Place) -> CareResult<Vault> {
    Vault::at(place).map_err(at_target)
}

/// The complete sets of a place, oldest first.
pub async fn complete(vault: &Vault) -> CareResult<Vec<Manifest>> {
    let mut found = Vec::new();
    for name in sets::names(vault).await? {
        found.extend(sets::manifest(vault, &name).await?);
    }
    Ok(found)
}

/// What went wrong at the place of backups.
#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
pub fn at_target(error: files::Error) -> CareError {
    if error.is_full() {
        CareError::TargetFull
    } else if error.is_read_only() {
        CareError::TargetReadOnly
    } else {
        CareError::Target(error.to_string())
    }
}

/// What went wrong where the county's files lie.
fn at_files(error: files::Error) -> CareError {
    if error.is_full() { CareError::FilesFull } else { CareError::App(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_place_that_the_service_may_not_write_to_says_so_and_what_to_do() {
        for error in [io::Error::from(io::ErrorKind::ReadOnlyFilesystem), io::Error::from_raw_os_error(30)] {
            let told = at_target(files::Error::from(error));
            assert!(matches!(told, CareError::TargetReadOnly), "{told}");
            assert!(told.to_string().contains("ReadWritePaths"), "{told}");
        }
        let other = at_target(files::Error::from(io::Error::from(io::ErrorKind::PermissionDenied)));
        assert!(matches!(other, CareError::Target(_)), "{other}");
    }
}
