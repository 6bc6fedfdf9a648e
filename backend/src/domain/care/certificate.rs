//! Reads of a certificate what an operator has to know in time: until when it is good and for which names. Nothing is trusted because of it;
//! the TLS library judges certificates by itself.

use crate::domain::clock::Instant;
use chrono::{NaiveDateTime, TimeZone, Utc};
use std::net::IpAddr;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub not_before: Instant,
    pub not_after: Instant,
    /// DNS names and addresses.
    pub names: Vec<String>,
}

/// One DER value and what follows it.
struct Value<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

fn value(bytes: &[u8]) -> Option<Value<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 || rest.len() < count {
            return None;
        }
        let (digits, rest) = rest.split_at(count);
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
    };
    if rest.len() < length {
        return None;
    }
    let (content, rest) = rest.split_at(length);
    Some(Value { tag, content, rest })
}

fn values(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let found = value(bytes)?;
        bytes = found.rest;
        Some((found.tag, found.content))
    })
}

fn time(tag: u8, text: &[u8]) -> Option<Instant> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        // Two digits of the year: 50 to 99 are of the last century.
        0x17 => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        0x18 => text.to_owned(),
        _ => return None,
    };
    Some(Utc.from_utc_datetime(&NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?))
}

/// The extension "subject alternative name".
const NAMES: &[u8] = &[0x55, 0x1d, 0x11];

fn names(extensions: &[u8]) -> Option<Vec<String>> {
    for (_, extension) in values(value(extensions)?.content) {
        let mut parts = values(extension);
        if parts.next()?.1 != NAMES {
            continue;
        }
        let list = parts.find(|(tag, _)| *tag == 0x04)?.1;
        let name = |(tag, content): (u8, &[u8])| match tag {
            0x82 => String::from_utf8(content.to_vec()).ok(),
            0x87 => match content.len() {
                4 => <[u8; 4]>::try_from(content).ok().map(|bytes| IpAddr::from(bytes).to_string()),
                16 => <[u8; 16]>::try_from(content).ok().map(|bytes| IpAddr::from(bytes).to_string()),
                _ => None,
            },
            _ => None,
        };
        return Some(values(value(list)?.content).filter_map(name).collect());
    }
    Some(Vec::new())
}

impl Certificate {
    /// Reads an X.509 certificate (DER); `None` for what is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let whole = value(der).filter(|whole| whole.tag == 0x30)?;
        let body = value(whole.content).filter(|body| body.tag == 0x30)?;
        let mut parts = values(body.content).filter(|(tag, _)| *tag != 0xa0);
        // Serial number, algorithm, issuer, and then the dates.
        let dates = parts.nth(3).filter(|(tag, _)| *tag == 0x30)?.1;
        let mut dates = values(dates);
        let (not_before, not_after) = (dates.next()?, dates.next()?);
        let extensions = parts.find(|(tag, _)| *tag == 0xa3).map(|(_, content)| content);
        Some(Self {
            not_before: time(not_before.0, not_before.1)?,
            not_after: time(not_after.0, not_after.1)?,
            names: extensions.map_or(Some(Vec::new()), names)?,
        })
    }

    /// Whether a browser takes it for this host.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            name == host
                || name
                    .strip_prefix("*.")
                    .is_some_and(|parent| host.split_once('.').is_some_and(|(_, above)| above == parent))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_certificate_and_ends() {
        for bytes in [&b""[..], b"0", b"0\x82", b"0\x84\xff\xff\xff\xff", &[0x30; 64]] {
            assert_eq!(Certificate::read(bytes), None);
        }
    }

    #[test]
    fn names_are_matched_as_browsers_do() {
        let at = Instant::default();
        let names = ["lalian.example.cn", "*.county.cn", "192.168.1.9"].map(str::to_owned).into();
        let certificate = Certificate { not_before: at, not_after: at, names };
        for (host, fits) in [
            ("Lalian.Example.cn", true),
            ("a.county.cn", true),
            ("a.b.county.cn", false),
            ("county.cn", false),
            ("192.168.1.9", true),
            ("192.168.1.8", false),
        ] {
            assert_eq!(certificate.is_for(host), fits, "{host}");
        }
    }

    #[test]
    fn both_forms_of_time_are_read() {
        let at = |text: &str| text.parse::<Instant>().ok();
        assert_eq!(time(0x17, b"261130023000Z"), at("2026-11-30T02:30:00Z"));
        assert_eq!(time(0x17, b"991130023000Z"), at("1999-11-30T02:30:00Z"));
        assert_eq!(time(0x18, b"20501130023000Z"), at("2050-11-30T02:30:00Z"));
        assert_eq!(time(0x17, b"26"), None);
    }
}
