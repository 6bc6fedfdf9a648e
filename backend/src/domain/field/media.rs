//! Words for photographs and voice notes: what a file is by its bytes, its name by its hash, and the three sizes a person may ask for.
//! The phone's own `media_type` and file name are never believed (decisions.md 6, "accepted types by sniffing only").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a stored photo's first bytes say it is. Anything else is kept as bytes, flagged, and never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoKind {
    Jpeg,
    Png,
    Webp,
    /// Kept and downloadable; no copy for the screen is made of it yet.
    Heic,
}

impl PhotoKind {
    /// The type sent with the original's bytes.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
        }
    }

    /// File name ending for a download.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Heic => "heic",
        }
    }

    /// Reads back what [`PhotoKind::media_type`] wrote.
    pub fn from_media_type(text: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Webp, Self::Heic].into_iter().find(|kind| kind.media_type() == text)
    }
}

/// What a stored voice note's first bytes say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoiceKind {
    /// Chromium and Firefox: Opus in `WebM`.
    Webm,
    /// Safari: AAC in MP4.
    Mp4,
}

/// As many first bytes as [`VoiceKind::sniff`] looks at: the tracks stand there.
pub const VOICE_SNIFF_BYTES: usize = 4096;

/// Brands of MP4 files as recorders write them; a film has a video track, which is looked for.
const MP4_BRANDS: [&[u8]; 7] = [b"M4A ", b"M4B ", b"isom", b"iso5", b"iso6", b"mp41", b"mp42"];

impl VoiceKind {
    /// Names the type of a sound without picture, or `None` for anything else.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        let holds = |what: &[u8]| head.windows(what.len()).any(|window| window == what);
        if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
            let sound = holds(b"webm") && (holds(b"A_OPUS") || holds(b"A_VORBIS"));
            return (sound && !holds(b"V_")).then_some(Self::Webm);
        }
        let brand = head.get(8..12)?;
        let sound = head.get(4..8) == Some(b"ftyp") && MP4_BRANDS.contains(&brand);
        (sound && !holds(b"vide")).then_some(Self::Mp4)
    }
}

/// What a stored file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Photo(PhotoKind),
    Voice(VoiceKind),
}

impl From<PhotoKind> for FileKind {
    fn from(kind: PhotoKind) -> Self {
        Self::Photo(kind)
    }
}

impl FileKind {
    /// The type sent with the original's bytes.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Photo(kind) => kind.media_type(),
            Self::Voice(VoiceKind::Webm) => "audio/webm",
            Self::Voice(VoiceKind::Mp4) => "audio/mp4",
        }
    }

    /// File name ending for a download.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Photo(kind) => kind.extension(),
            Self::Voice(VoiceKind::Webm) => "webm",
            Self::Voice(VoiceKind::Mp4) => "m4a",
        }
    }

    /// Reads back what [`FileKind::media_type`] wrote.
    pub fn from_media_type(text: &str) -> Option<Self> {
        let voices = [Self::Voice(VoiceKind::Webm), Self::Voice(VoiceKind::Mp4)];
        let voice = voices.into_iter().find(|kind| kind.media_type() == text);
        voice.or_else(|| PhotoKind::from_media_type(text).map(Self::Photo))
    }

    /// Whether a phone that named this type meant the same; parameters such as the codec do not count.
    pub fn is_named(self, media_type: &str) -> bool {
        media_type.split(';').next().is_some_and(|plain| plain.trim().eq_ignore_ascii_case(self.media_type()))
    }
}

/// The three sizes of a photo that a person may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhotoSize {
    /// 320 px on the long side, for lists.
    Thumb,
    /// 1600 px on the long side, upright, for looking at.
    Display,
    /// The bytes that the phone hashed. Opening one is written to the audit log.
    Original,
}

/// The sizes that an address can be signed for: never the original, whose opening is written to the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureSize {
    Thumb,
    Display,
}

impl PictureSize {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Display => "display",
        }
    }
}

impl From<PictureSize> for PhotoSize {
    fn from(size: PictureSize) -> Self {
        match size {
            PictureSize::Thumb => Self::Thumb,
            PictureSize::Display => Self::Display,
        }
    }
}

/// A part of a file as somebody asks for it, before its length is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// From this byte to the end.
    From(u64),
    /// From the first to the second byte, both included.
    Between(u64, u64),
    /// So many bytes at the end.
    Last(u64),
}

impl Span {
    /// Reads the value of a `Range` header with one span of bytes; anything else means the whole file (RFC 9110, 14.2).
    pub fn parse(header: &str) -> Option<Self> {
        let (from, to) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        match (from.trim(), to.trim()) {
            ("", last) => Some(Self::Last(last.parse().ok()?)),
            (from, "") => Some(Self::From(from.parse().ok()?)),
            (from, to) => {
                let (from, to) = (from.parse().ok()?, to.parse().ok()?);
                (from <= to).then_some(Self::Between(from, to))
            }
        }
    }

    /// The bytes meant in a file of this length; `None` when there are none.
    pub fn within(self, length: u64) -> Option<std::ops::Range<u64>> {
        let range = match self {
            Self::From(from) => from..length,
            Self::Between(from, to) => from..to.saturating_add(1).min(length),
            Self::Last(count) => length.saturating_sub(count)..length,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The SHA-256 of a file's bytes, as the phone computed it and the server checked it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 lower-case hexadecimal digits; anything else is `None`, so that one file has one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Self(bytes))
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for Sha256 {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Sha256({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_what_it_writes_and_nothing_else() {
        let text = "00ff0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab";
        assert_eq!(Sha256::parse(text).unwrap().to_string(), text);
        for wrong in
            ["", "00", &text[1..], &format!("{text}0"), &text.to_uppercase(), &text.replace("ff", "fg")]
        {
            assert_eq!(Sha256::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_are_read_as_the_standard_says() {
        let bytes = |header: &str| Span::parse(header).map(|span| span.within(100));
        assert_eq!(bytes("bytes=0-9"), Some(Some(0..10)));
        assert_eq!(bytes("bytes=90-"), Some(Some(90..100)));
        assert_eq!(bytes("bytes=-5"), Some(Some(95..100)));
        assert_eq!(bytes("bytes=-500"), Some(Some(0..100)));
        assert_eq!(bytes("bytes=50-18446744073709551615"), Some(Some(50..100)));
        for unsatisfiable in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(bytes(unsatisfiable), Some(None), "{unsatisfiable}");
        }
        for ignored in
            ["", "bytes", "bytes=", "bytes=9-1", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=-"]
        {
            assert_eq!(bytes(ignored), None, "{ignored}");
        }
    }

    #[test]
    fn media_types_read_back() {
        for kind in [PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Webp, PhotoKind::Heic] {
            assert_eq!(PhotoKind::from_media_type(kind.media_type()), Some(kind));
        }
        assert_eq!(PhotoKind::from_media_type("image/svg+xml"), None);
        for kind in [FileKind::Voice(VoiceKind::Webm), FileKind::Voice(VoiceKind::Mp4), PhotoKind::Png.into()]
        {
            assert_eq!(FileKind::from_media_type(kind.media_type()), Some(kind));
        }
        let webm = FileKind::Voice(VoiceKind::Webm);
        assert!(
            webm.is_named("audio/webm;codecs=opus")
                && webm.is_named("Audio/WebM")
                && !webm.is_named("audio/mp4")
        );
    }

    #[test]
    fn a_voice_is_sound_without_picture() {
        let webm = |codecs: &[u8]| {
            [b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm".as_slice(), codecs].concat()
        };
        assert_eq!(VoiceKind::sniff(&webm(b"...A_OPUS...")), Some(VoiceKind::Webm));
        assert_eq!(VoiceKind::sniff(&webm(b"...V_VP9...A_OPUS")), None, "a film is no voice note");
        assert_eq!(VoiceKind::sniff(&webm(b"")), None);
        for brand in ["M4A ", "isom", "iso5", "mp42"] {
            let head = format!("\0\0\0\x1cftyp{brand}\0\0\0\0moov....soun");
            assert_eq!(VoiceKind::sniff(head.as_bytes()), Some(VoiceKind::Mp4), "{brand}");
        }
        for other in
            ["\0\0\0\x1cftypisom\0\0\0\0....vide", "\0\0\0\x18ftypheic\0\0\0\0", "ID3", "RIFF....WAVE", ""]
        {
            assert_eq!(VoiceKind::sniff(other.as_bytes()), None, "{other}");
        }
    }
}
