//! The little that is read of a HEIC here: the size that it claims, and where its EXIF item stands. Pixels are a converter's matter.

/// As many first bytes as are looked through; the boxes that describe the file stand in front of its pixels.
const HEAD: usize = 256 * 1024;

/// The largest size that the file's `ispe` boxes name: that of the whole picture, where it is made of tiles.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number =
        |at: usize| -> Option<u32> { Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
    // The word, version and flags, width, height.
    let sizes = named(bytes, *b"ispe").filter_map(|at| Some((number(at + 8)?, number(at + 12)?)));
    sizes.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
}

/// The same file, whose EXIF no converter finds. Pixels are turned by boxes of the container; versions of the converter differ in what they
/// do when there is EXIF as well: turn the pixels, copy the number that tells a viewer to turn them, or both.
pub fn without_exif(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    for at in named(bytes, *b"infe") {
        // The word, version and flags, the item's id (longer in version 3), its protection, its type.
        let kind = at + if bytes.get(at + 4) == Some(&3) { 14 } else { 12 };
        if let Some(kind) = plain.get_mut(kind..kind + 4)
            && kind == b"Exif"
        {
            kind.copy_from_slice(b"none");
        }
    }
    plain
}

fn named(bytes: &[u8], word: [u8; 4]) -> impl Iterator<Item = usize> {
    let head = &bytes[..bytes.len().min(HEAD)];
    head.windows(4).enumerate().filter(move |(_, four)| **four == word).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_size_counts_and_what_is_cut_off_does_not() {
        let ispe = |width: u32, height: u32| {
            [&b"\0\0\0\x14ispe\0\0\0\0"[..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
        };
        let file = [ispe(512, 512), ispe(4032, 3024), ispe(320, 240)].concat();
        assert_eq!(size(&file), Some((4032, 3024)));
        assert_eq!(size(&file[..30]), Some((512, 512)));
        assert_eq!(size(b"ispe"), None);
    }

    #[test]
    fn only_the_exif_item_loses_its_name() {
        let infe = |version: u8, id: &[u8], kind: &[u8; 4]| {
            [&b"\0\0\0\x15infe"[..], &[version, 0, 0, 1], id, &[0, 0], kind, b"\0"].concat()
        };
        let picture = infe(2, &[0, 1], b"hvc1");
        let file = [
            picture.clone(),
            infe(2, &[0, 2], b"Exif"),
            infe(3, &[0, 0, 0, 3], b"Exif"),
            b"Exif\0\0MM".to_vec(),
        ]
        .concat();
        let plain = without_exif(&file);
        assert_eq!(plain.len(), file.len());
        assert!(plain.starts_with(&picture) && plain.ends_with(b"Exif\0\0MM"));
        assert_eq!(plain.windows(4).filter(|four| four == b"Exif").count(), 1);
        for length in 0..file.len() {
            assert_eq!(without_exif(&file[..length]).len(), length);
        }
    }
}
