//! argon2id behind a bounded queue: at most one per processor at work, a few dozen waiting, the rest asked to come back,
//! so that a storm of sign-ins takes neither the memory nor the threads of those who are already in.

use super::super::{AppError, AppResult};
use crate::domain::{
    people::password::Cost,
    problem::{Code, Problem},
    random::Random,
};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash as Phc,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many may wait for a processor; at 30 ms each that is two seconds.
const WAITING: usize = 64;

/// A hashed password, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash(pub(super) String);

/// Hashes and checks passwords.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// A hash of nothing, checked for accounts that do not exist, so that they cost the same.
    nobody: String,
    places: Semaphore,
    working: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(cost: Cost, random: &dyn Random) -> AppResult<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|error| AppError::Internal(format!("password cost: {error}")))?;
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let (mut salt, mut hash) = ([0; 16], [0; 32]);
        random.fill(&mut salt);
        random.fill(&mut hash);
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        let Cost { memory_kib, passes } = cost;
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            nobody: format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}"),
            places: Semaphore::new(processors + WAITING),
            working: Arc::new(Semaphore::new(processors)),
        })
    }

    /// Hashes a password that was judged before.
    pub async fn hash(&self, password: &SecretString, random: &dyn Random) -> AppResult<PasswordHash> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hashed = self.work(move || {
            let hashed: Result<Phc, _> =
                argon2.hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
            hashed.map(|hash| hash.to_string())
        });
        match hashed.await? {
            Ok(hash) => Ok(PasswordHash(hash)),
            Err(error) => Err(AppError::Internal(format!("argon2: {error}"))),
        }
    }

    /// True when the password is the one of this hash. Without a hash the same work is done and the answer is no.
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> AppResult<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let matches = self
            .work(move || {
                PasswordVerifier::<str>::verify_password(&argon2, password.expose_secret().as_bytes(), &hash)
                    .is_ok()
            })
            .await?;
        Ok(matches && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
        let full = || AppError::from(Problem::new(Code::Unavailable).with_retry_after(3));
        let _place = self.places.try_acquire().map_err(|_no_place| full())?;
        let working = Arc::clone(&self.working).acquire_owned().await.map_err(|_closed| full())?;
        // The permit moves into the thread: a caller who goes away does not free a processor that is still busy.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(working);
            done
        });
        done.await.map_err(|error| AppError::Internal(format!("password work: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::SystemRandom;

    fn cheap() -> Passwords {
        Passwords::new(Cost::CHEAP, &SystemRandom).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_nobody_s_never_does() {
        let passwords = cheap();
        let right: SecretString = "云坪山下的第三棵槐树".into();
        let hash = passwords.hash(&right, &SystemRandom).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash:?}");
        assert!(passwords.verify(&right, Some(&hash.0)).await.unwrap());
        assert!(!passwords.verify(&"云坪".into(), Some(&hash.0)).await.unwrap());
        assert!(!passwords.verify(&right, None).await.unwrap());
        assert_ne!(passwords.hash(&right, &SystemRandom).await.unwrap(), hash, "salted");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_storm_is_asked_to_come_back() {
        let passwords =
            Arc::new(Passwords::new(Cost { memory_kib: 4096, passes: 2 }, &SystemRandom).unwrap());
        let mut storm = tokio::task::JoinSet::new();
        for _ in 0..400 {
            let passwords = Arc::clone(&passwords);
            storm.spawn(async move { passwords.verify(&"x".into(), None).await });
        }
        let outcomes = storm.join_all().await;
        let refused = outcomes.iter().filter(
            |outcome| matches!(outcome, Err(AppError::Problem(problem)) if problem.code == Code::Unavailable),
        );
        let refused = refused.count();
        assert!(refused > 0 && refused < 400, "{refused} of 400 refused");
        assert!(!passwords.verify(&"x".into(), None).await.unwrap(), "open again afterwards");
    }
}
