//! Versions of the front end, as a phone tells its own and the server the oldest that may begin visits.

use std::{fmt, str::FromStr};

/// `major.minor.patch`, perhaps with a suffix (semver).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientVersion(String);

impl FromStr for ClientVersion {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (numbers, suffix) =
            text.split_once('-').map_or((text, None), |(numbers, rest)| (numbers, Some(rest)));
        let number = |part: &str| part.len() <= 9 && part.parse::<u32>().is_ok() && !part.starts_with('+');
        let plain = |rest: &str| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        };
        let three = numbers.split('.').count() == 3 && numbers.split('.').all(number);
        if three && suffix.is_none_or(plain) && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err("版本号形如 1.2.0 · a version looks like 1.2.0")
        }
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_three_numbers() {
        for good in ["0.1.0", "1.20.3", "2.0.0-rc.1", " 1.0.0 "] {
            assert_eq!(
                good.parse::<ClientVersion>().map(|version| version.to_string()),
                Ok(good.trim().to_owned())
            );
        }
        for bad in ["", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.x", "1.0.0-", "1.+1.0", "1.0.0-a\r\nb", "1..0"]
        {
            assert!(bad.parse::<ClientVersion>().is_err(), "{bad}");
        }
    }
}
