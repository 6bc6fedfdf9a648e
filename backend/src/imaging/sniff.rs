//! The type of a file by its first bytes. Names, endings and declared types are never asked; what is not listed here is no photo,
//! so a web page or an SVG drawing cannot get a type under which a browser would run it.

use crate::domain::field::media::PhotoKind;

/// As many first bytes as [`sniff`] looks at.
pub const SNIFF_BYTES: usize = 64;

/// Brands of HEIF files with HEVC pictures; other ISO media files (films, AVIF) are not accepted.
const HEIC_BRANDS: [&[u8; 4]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];

/// Names the photo type, or `None` for anything else.
pub fn sniff(bytes: &[u8]) -> Option<PhotoKind> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Some(PhotoKind::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(PhotoKind::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(PhotoKind::Webp);
    }
    let brand = bytes.get(8..12)?;
    (bytes.get(4..8) == Some(b"ftyp") && HEIC_BRANDS.iter().any(|known| brand == *known))
        .then_some(PhotoKind::Heic)
}
