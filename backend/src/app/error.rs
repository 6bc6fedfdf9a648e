//! What a use case ends with when it does not succeed.

use crate::{
    domain::problem::{Code, Problem},
    files, store,
};

/// Either the caller's to mend, or ours.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The caller can read this and do something about it.
    #[error("{}", .0.code.as_str())]
    Problem(Box<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Anything else; logged in full, answered with an incident id only.
    #[error("{0}")]
    Internal(String),
}

pub type AppResult<T> = Result<T, AppError>;

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Code> for AppError {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl store::WriteError for AppError {
    fn as_store(&self) -> Option<&store::Error> {
        match self {
            AppError::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<files::Error> for AppError {
    fn from(error: files::Error) -> Self {
        match error {
            files::Error::Full => Problem::new(Code::StorageLow).with_retry_after(600).into(),
            other => Self::Internal(other.to_string()),
        }
    }
}
