//! Why a database cannot be reached, as far as an error says it: for whoever has to mend it.

use super::Error;
use sea_orm::{
    DbErr, RuntimeErr, SqlxError as Sqlx,
    sqlx::{Connection, PgConnection},
};
use std::{io, sync::Arc, time::Duration};

/// What somebody can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nobody listens at that address and port.
    Refused,
    /// The host's name is not known, or there is no way to it.
    NoHost,
    /// The name or the password is not taken.
    Login,
    /// The server runs and has no database of that name.
    NoDatabase,
    Tls,
    /// Starting, stopping, or without a free place.
    Busy,
    /// A file that this account may not read or write.
    NoRights,
    /// A file that is no SQLite database.
    NotOurs,
    Other,
}

/// Tries once, without a pool, and answers with what was said; `None` where that works.
pub(super) async fn reason(url: &str, patience: Duration) -> Option<Error> {
    match tokio::time::timeout(patience, PgConnection::connect(url)).await {
        Ok(Ok(connection)) => {
            // It was only asked; how it parts is nobody's matter.
            let _ = connection.close().await;
            None
        }
        Ok(Err(error)) => Some(Error::Unreachable(Arc::new(error))),
        Err(_) => {
            let silent = io::Error::new(io::ErrorKind::TimedOut, "no answer");
            Some(Error::Unreachable(Arc::new(Sqlx::Io(silent))))
        }
    }
}

impl Error {
    /// What is behind it.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Unreachable(error)
            | Self::Db(
                DbErr::Conn(RuntimeErr::SqlxError(error))
                | DbErr::Exec(RuntimeErr::SqlxError(error))
                | DbErr::Query(RuntimeErr::SqlxError(error)),
            ) => of(error),
            _ => Reach::Other,
        }
    }
}

fn of(error: &Sqlx) -> Reach {
    match error {
        Sqlx::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Reach::Refused,
            io::ErrorKind::PermissionDenied => Reach::NoRights,
            _ => Reach::NoHost,
        },
        Sqlx::Tls(_) => Reach::Tls,
        Sqlx::Database(error) => error.code().map_or(Reach::Other, |code| of_code(&code)),
        _ => Reach::Other,
    }
}

/// PostgreSQL's codes have five signs; SQLite's are numbers whose low byte is the kind.
fn of_code(code: &str) -> Reach {
    match code {
        "28P01" | "28000" | "42501" => Reach::Login,
        "3D000" => Reach::NoDatabase,
        "57P03" | "57P01" | "53300" => Reach::Busy,
        _ => match code.parse::<u32>().map(|number| number & 0xff) {
            // Cannot be opened, read-only, no permission.
            Ok(14 | 8 | 3) if code.len() < 5 => Reach::NoRights,
            Ok(26) if code.len() < 5 => Reach::NotOurs,
            _ => Reach::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        for (code, reach) in [
            ("28P01", Reach::Login),
            ("3D000", Reach::NoDatabase),
            ("57P03", Reach::Busy),
            ("14", Reach::NoRights),
            ("1032", Reach::NoRights),
            ("26", Reach::NotOurs),
            ("1", Reach::Other),
            ("40001", Reach::Other),
            ("08P01", Reach::Other),
        ] {
            assert_eq!(of_code(code), reach, "{code}");
        }
    }
}
