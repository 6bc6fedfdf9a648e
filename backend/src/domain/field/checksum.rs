//! The check value that a client may send with a piece of an upload (tus 1.0, checksum extension).

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::Digest;

/// Algorithms offered, as the header lists them.
pub const ALGORITHMS: &str = "sha1,sha256";

/// What a piece must hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Checksum {
    /// Reads `<algorithm> <base64 digest>`; `None` for an unknown algorithm or a digest of another length.
    pub fn parse(header: &str) -> Option<Self> {
        let (algorithm, digest) = header.trim().split_once(' ')?;
        let digest = STANDARD.decode(digest.trim()).ok()?;
        match algorithm {
            "sha1" => digest.try_into().ok().map(Self::Sha1),
            "sha256" => digest.try_into().ok().map(Self::Sha256),
            _ => None,
        }
    }

    /// Starts hashing what arrives.
    pub fn verifier(self) -> Verifier {
        match self {
            Self::Sha1(wanted) => Verifier::Sha1(wanted, sha1::Sha1::default()),
            Self::Sha256(wanted) => Verifier::Sha256(wanted, sha2::Sha256::default()),
        }
    }
}

/// Hashes a piece as it arrives and says whether it is the one that was meant.
pub enum Verifier {
    Sha1([u8; 20], sha1::Sha1),
    Sha256([u8; 32], sha2::Sha256),
}

impl Verifier {
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(_, hasher) => hasher.update(bytes),
            Self::Sha256(_, hasher) => hasher.update(bytes),
        }
    }

    pub fn matches(self) -> bool {
        match self {
            Self::Sha1(wanted, hasher) => hasher.finalize()[..] == wanted,
            Self::Sha256(wanted, hasher) => hasher.finalize()[..] == wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, bytes: &[u8]) -> Option<bool> {
        let mut verifier = Checksum::parse(header)?.verifier();
        bytes.chunks(2).for_each(|piece| verifier.update(piece));
        Some(verifier.matches())
    }

    #[test]
    fn both_algorithms_tell_right_from_wrong() {
        for header in
            ["sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="]
        {
            assert_eq!(check(header, b"abc"), Some(true), "{header}");
            assert_eq!(check(header, b"abd"), Some(false), "{header}");
            assert_eq!(check(header, b""), Some(false), "{header}");
        }
    }

    #[test]
    fn other_algorithms_and_broken_digests_are_not_read() {
        for header in
            ["", "sha1", "md5 kAFQmDzST7DWlj99KOF/cg==", "sha256 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "sha1 !!!"]
        {
            assert_eq!(Checksum::parse(header), None, "{header}");
        }
    }
}
