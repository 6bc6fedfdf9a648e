//! A database that does not answer: what its silence means, by what it is.

use super::{Report, both};
use crate::store::{Error, Reach};

pub(super) fn no_database(error: &Error, report: &mut Report) {
    let told = match error.reach() {
        Reach::Refused => (
            ("这个地址和端口上没有数据库", "nobody listens at that address and port"),
            (
                "看数据库服务是否在运行（systemctl status postgresql），地址和端口是否正确",
                "see whether it runs (systemctl status postgresql), and check address and port",
            ),
        ),
        Reach::NoHost => (
            ("找不到那台机器，或它没有应答", "that machine is not found or does not answer"),
            (
                "检查 --database 里的机器名、网络和防火墙",
                "check the host in --database, the network and the firewall",
            ),
        ),
        Reach::Login => (
            ("不认这个账号或密码", "the name or the password is not taken"),
            (
                "检查 --database（或 --database-file）里的账号和密码",
                "check name and password in --database (or --database-file)",
            ),
        ),
        Reach::NoDatabase => (
            ("服务在运行，但没有这个名称的数据库", "the server runs but has no database of that name"),
            ("先建立（createdb），再运行 lalian migrate", "make it (createdb), then run `lalian migrate`"),
        ),
        Reach::Tls => (
            ("加密连接没有建立起来", "no encrypted connection came about"),
            (
                "检查数据库的证书，或地址里的 sslmode、sslrootcert",
                "check its certificate, or sslmode and sslrootcert in the address",
            ),
        ),
        Reach::Busy => (
            ("正在启动或停止，或连接数已满", "it is starting or stopping, or has no free connection"),
            (
                "等一分钟再看；一直这样就调大 max_connections",
                "look again in a minute; if it stays so, raise its max_connections",
            ),
        ),
        Reach::NoRights => (
            (
                "本账号不能读写数据库文件或它所在的文件夹",
                "this account may not read and write its file or folder",
            ),
            (
                "把数据目录交给运行服务的账号（chown -R），并用那个账号运行 doctor",
                "give the data folder to the service's account (chown -R), and run `doctor` as that account",
            ),
        ),
        Reach::NotOurs => (
            ("那个文件不是数据库", "that file is no database"),
            (
                "检查 --database 的路径；文件坏了就用 lalian restore 恢复到新地方",
                "check the path in --database; if the file is damaged, `lalian restore` into a new place",
            ),
        ),
        Reach::Other => {
            return report.bad(
                "database",
                both(format!("数据库不应答：{error}"), format!("the database does not answer: {error}")),
                ("检查地址、账号、服务是否运行", "check address, account, and whether it runs"),
            );
        }
    };
    let ((zh, en), next) = told;
    report.bad(
        "database",
        both(format!("数据库不应答：{zh}"), format!("the database does not answer: {en}")),
        next,
    );
}
