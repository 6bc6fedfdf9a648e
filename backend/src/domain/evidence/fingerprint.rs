//! Fingerprints of pictures and how far two of them are apart. How a fingerprint is made: `imaging::fingerprint`.

/// One hash of 256 bits. Re-saved, resized, recoloured and stamped copies differ in a few bits, strangers in about 128.
pub type Bits = [u64; 4];

/// Bytes of a stored fingerprint: three hashes, big-endian.
const BYTES: usize = 3 * 32;

/// The hashes of one upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint {
    pub plain: Bits,
    /// Without even borders; equal to `plain` where there are none.
    pub trimmed: Bits,
    /// As a mirror shows it.
    pub mirrored: Bits,
}

/// Which of its hashes came closest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    Plain,
    Trimmed,
    Mirrored,
}

/// Bits in which two hashes differ, 0 to 256.
pub fn apart(a: &Bits, b: &Bits) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

impl Fingerprint {
    /// The least distance between any showing of `self` and the plain or trimmed picture of `other`, and which showing that was.
    pub fn distance(&self, other: &Self) -> (u32, Likeness) {
        let mut best = (apart(&self.plain, &other.plain), Likeness::Plain);
        let mut closer = |bits: u32, how: Likeness| {
            if bits < best.0 {
                best = (bits, how);
            }
        };
        if self.trimmed != self.plain || other.trimmed != other.plain {
            closer(apart(&self.trimmed, &other.trimmed), Likeness::Trimmed);
            closer(apart(&self.trimmed, &other.plain), Likeness::Trimmed);
            closer(apart(&self.plain, &other.trimmed), Likeness::Trimmed);
        }
        closer(apart(&self.mirrored, &other.plain), Likeness::Mirrored);
        closer(apart(&self.mirrored, &other.trimmed), Likeness::Mirrored);
        best
    }

    /// A picture without any structure (a lens cap, a white page) is like every other such picture and proves nothing.
    pub fn is_blank(&self) -> bool {
        self.plain == [0; 4]
    }

    pub fn to_bytes(self) -> Vec<u8> {
        [self.plain, self.trimmed, self.mirrored]
            .iter()
            .flatten()
            .flat_map(|word| word.to_be_bytes())
            .collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != BYTES {
            return None;
        }
        let mut words = bytes.chunks_exact(8).map(|part| part.try_into().map(u64::from_be_bytes));
        let mut bits = || -> Option<Bits> {
            let mut bits = [0; 4];
            for word in &mut bits {
                *word = words.next()?.ok()?;
            }
            Some(bits)
        };
        Some(Self { plain: bits()?, trimmed: bits()?, mirrored: bits()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_bytes_come_back_and_others_are_refused() {
        let print = Fingerprint { plain: [1, 2, 3, 4], trimmed: [5, 6, 7, 8], mirrored: [9, u64::MAX, 0, 1] };
        assert_eq!(Fingerprint::from_bytes(&print.to_bytes()), Some(print));
        assert_eq!(Fingerprint::from_bytes(&print.to_bytes()[1..]), None);
    }

    #[test]
    fn the_closest_showing_is_told() {
        let here =
            Fingerprint { plain: [0b1111, 0, 0, 0], trimmed: [0b1111, 0, 0, 0], mirrored: [0b1100, 0, 0, 0] };
        let there =
            Fingerprint { plain: [0b1100, 0, 0, 0], trimmed: [0b1100, 0, 0, 0], mirrored: [0b1111, 0, 0, 0] };
        assert_eq!(here.distance(&here), (0, Likeness::Plain));
        assert_eq!(here.distance(&there), (0, Likeness::Mirrored));
        assert_eq!(apart(&[u64::MAX; 4], &[0; 4]), 256);
    }
}
