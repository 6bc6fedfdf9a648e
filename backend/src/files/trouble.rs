//! What keeps storage from taking bytes in, as far as an error says it: for whoever has to mend it.

use super::Error;
use object_store::client::HttpError;
use std::{error::Error as Cause, io};

/// What somebody can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// This account may not read or write there.
    NoRights,
    /// There is a file where a folder should be.
    NoFolder,
    /// The disk can only be read.
    ReadOnly,
    Full,
    /// Nobody answers at the bucket's address.
    NoAnswer,
    /// The bucket's server takes neither these keys nor this signature.
    Keys,
    NoBucket,
    /// The bucket's server finds this machine's clock wrong.
    Clock,
    Other,
}

impl Error {
    /// What is behind it.
    pub fn trouble(&self) -> Trouble {
        if matches!(self, Self::Full) {
            return Trouble::Full;
        }
        let mut cause: Option<&(dyn Cause + 'static)> = Some(self);
        // Also a disk refuses by that name; then an error of the system lies below it.
        let mut refused = Trouble::Other;
        while let Some(error) = cause {
            if let Some(found) = told(error) {
                return found;
            }
            if let Some(object_store::Error::PermissionDenied { .. }) = error.downcast_ref() {
                refused = Trouble::Keys;
            }
            cause = error.source();
        }
        refused
    }
}

fn told(error: &(dyn Cause + 'static)) -> Option<Trouble> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_disk(error.kind());
    }
    if error.is::<HttpError>() {
        return Some(Trouble::NoAnswer);
    }
    let error = error.downcast_ref::<object_store::Error>()?;
    // Refusals of a bucket's server carry their code in the body only.
    let says = |code: &str| error.to_string().contains(code);
    match error {
        _ if says("RequestTimeTooSkewed") => Some(Trouble::Clock),
        object_store::Error::Unauthenticated { .. } => Some(Trouble::Keys),
        _ if says("NoSuchBucket") => Some(Trouble::NoBucket),
        _ => None,
    }
}

fn of_disk(kind: io::ErrorKind) -> Option<Trouble> {
    match kind {
        io::ErrorKind::PermissionDenied => Some(Trouble::NoRights),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Some(Trouble::NoFolder),
        io::ErrorKind::ReadOnlyFilesystem => Some(Trouble::ReadOnly),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Trouble::Full),
        _ => None,
    }
}
