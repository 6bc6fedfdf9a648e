//! Where files lie: whether they can be put there, and how much room there is.

use super::{MB, Report, both};
use crate::{
    config::{Config, Storage},
    files::{Files, Trouble},
    server,
};
use rustix::fs::{Access, access};
use std::path::Path;

pub(super) async fn files(config: &Config, report: &mut Report) {
    let place = place(&config.storage);
    if let Storage::Disk(folder) = &config.storage
        && !folder.exists()
    {
        return not_made_yet(folder, report);
    }
    let files = match server::open_files(&config.storage).await {
        Ok(files) => files,
        Err(server::Error::Files(error)) => return useless(&place, &error, report),
        Err(error) => return other(&place, &error.to_string(), report),
    };
    match files.probe().await {
        Ok(()) => report.good("storage", "能写、能读、能删", "can be written, read and cleared"),
        Err(error) => useless(&place, &error, report),
    }
    room(config, &files, report);
}

/// What it is called in front of people; never with keys.
fn place(storage: &Storage) -> String {
    match storage {
        Storage::Disk(folder) => folder.display().to_string(),
        Storage::Bucket(bucket) => {
            let at = bucket.endpoint.as_deref().or(bucket.region.as_deref()).unwrap_or("AWS");
            format!("{}（{at}）", bucket.bucket)
        }
    }
}

/// The first `serve` makes the folder, if it can.
fn not_made_yet(folder: &Path, report: &mut Report) {
    let place = folder.display().to_string();
    let above =
        folder.ancestors().skip(1).find(|path| path.exists()).filter(|path| !path.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new("."));
    if !above.is_dir() {
        return told(&above.display().to_string(), Trouble::NoFolder, report);
    }
    if access(above, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return told(&above.display().to_string(), Trouble::NoRights, report);
    }
    report.mind(
        "storage",
        both(format!("{place} 还不存在"), format!("{place} does not exist yet")),
        ("第一次运行 serve 时会建立", "the first `serve` makes it"),
    );
}

fn useless(place: &str, error: &crate::files::Error, report: &mut Report) {
    match error.trouble() {
        Trouble::Other => other(place, &error.to_string(), report),
        trouble => told(place, trouble, report),
    }
}

fn other(place: &str, error: &str, report: &mut Report) {
    report.bad(
        "storage",
        both(format!("文件存不进 {place}：{error}"), format!("files cannot be stored in {place}: {error}")),
        (
            "检查路径、权限、S3 地址和密钥；照片会留在手机上等待",
            "check path, rights, S3 address and keys; photos wait on the phones meanwhile",
        ),
    );
}

fn told(place: &str, trouble: Trouble, report: &mut Report) {
    let ((zh, en), next) = match trouble {
        Trouble::NoRights => (
            ("本账号不能在这里读写", "this account may not read and write there"),
            (
                "把文件夹交给运行服务的账号（chown、chmod 700），并用那个账号运行 doctor",
                "give the folder to the service's account (chown, chmod 700), and run `doctor` as that account",
            ),
        ),
        Trouble::NoFolder => (
            ("这里是一个文件，不是文件夹", "there is a file where a folder should be"),
            ("换一个 --storage，或把那个文件移开", "name another --storage, or move that file away"),
        ),
        Trouble::ReadOnly => (
            ("这块盘只能读", "that disk can only be read"),
            ("重新挂载为可写；反复出现时检查硬盘", "mount it writable; if that comes back, look at the disk"),
        ),
        Trouble::Full => {
            (("盘满了", "the disk is full"), ("腾出空间或换更大的盘", "make room or use a larger disk"))
        }
        Trouble::NoAnswer => (
            ("地址没有应答", "nobody answers at that address"),
            (
                "检查 --storage 里的 endpoint、存储服务是否运行、防火墙；照片会留在手机上等待",
                "check `endpoint` in --storage, whether the storage server runs, and the firewall; photos wait on the phones meanwhile",
            ),
        ),
        Trouble::Keys => (
            ("不认这对密钥", "these keys are not taken"),
            (
                "检查 --s3-access-key 和 --s3-secret-key-file，以及密钥能否读写删该桶",
                "check --s3-access-key and --s3-secret-key-file, and that the keys may read, write and delete in the bucket",
            ),
        ),
        Trouble::NoBucket => (
            ("没有这个存储桶", "there is no such bucket"),
            ("先建立存储桶，或改 --storage 里的名称", "make the bucket, or change its name in --storage"),
        ),
        Trouble::Clock => (
            ("说本机时钟不对", "its server finds this machine's clock wrong"),
            (
                "打开时间同步（timedatectl set-ntp true）",
                "switch on time synchronisation (timedatectl set-ntp true)",
            ),
        ),
        Trouble::Other => return other(place, "?", report),
    };
    report.bad(
        "storage",
        both(format!("文件存不进 {place}：{zh}"), format!("files cannot be stored in {place}: {en}")),
        next,
    );
}

fn room(config: &Config, files: &Files, report: &mut Report) {
    let Ok(Some(free)) = files.free_space() else { return };
    let (free_mb, floor) = (free / MB, config.disk_floor_bytes);
    if free < floor {
        report.bad(
            "disk",
            both(
                format!("只剩 {free_mb} MB，照片已暂缓接收"),
                format!("{free_mb} MB left: photos are not taken in"),
            ),
            ("腾出空间或换更大的盘", "make room or use a larger disk"),
        );
    } else if free < floor.saturating_mul(3) {
        report.mind(
            "disk",
            both(format!("剩 {free_mb} MB"), format!("{free_mb} MB left")),
            ("尽快腾出空间", "make room soon"),
        );
    } else {
        report.good("disk", format!("剩 {free_mb} MB"), format!("{free_mb} MB left"));
    }
}
