//! Texts of strangers' files as a register keeps them: one width, no stray spaces. What was changed is told, so that nobody wonders later.

/// Characters that show nothing and only make two equal names differ.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Letters, digits and the signs of codes in one width. Chinese brackets and commas are written wide and stay so.
fn narrow(c: char) -> char {
    match c {
        '０'..='９'
        | 'Ａ'..='Ｚ'
        | 'ａ'..='ｚ'
        | '－'
        | '＿'
        | '．'
        | '＠'
        | '＋'
        | '／'
        | '＃'
        | '＆'
        | '％' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\t' | '\r' | '\n' | '\u{2000}'..='\u{200a}' => ' ',
        other => other,
    }
}

/// A name: letters and digits in half width, one space between words of letters, none beside a Chinese character.
pub fn name(text: &str) -> String {
    let text: Vec<char> = text.chars().filter(|c| !invisible(*c)).map(narrow).collect();
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text {
        if c == ' ' {
            gap = true;
            continue;
        }
        let joined = out.chars().last().is_none_or(han) || han(c);
        if gap && !joined {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// A code, a number or a phone number: no spaces at all, and no apostrophe that only told a program "this is text".
pub fn code(text: &str) -> String {
    let text: String = text.chars().filter(|c| !invisible(*c)).map(narrow).filter(|c| *c != ' ').collect();
    text.strip_prefix('\'').unwrap_or(&text).to_owned()
}

/// The text of a CSV file: UTF-8, or GBK as old office programs save it. `None` when it is neither; true when it was GBK.
pub fn decode(bytes: &[u8]) -> Option<(String, bool)> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some((text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(), false));
    }
    let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    (!broken && !text.contains('\0')).then(|| (text.into_owned(), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_width_and_stray_spaces_and_nothing_else() {
        for (given, kept) in [
            (" 张　三 ", "张三"),
            ("云坪镇 ０３号\u{200b}", "云坪镇03号"),
            ("Bus  Stop　９", "Bus Stop 9"),
            ("松场社区（新区）", "松场社区（新区）"),
            ("=1+1", "=1+1"),
            ("a\u{feff}b", "ab"),
        ] {
            assert_eq!(name(given), kept);
        }
    }

    #[test]
    fn codes_have_no_spaces() {
        assert_eq!(code("'５１９９ 0100　1000"), "519901001000");
        assert_eq!(code("138 0000 0000"), "13800000000");
    }

    #[test]
    fn gbk_is_read_and_noise_is_not() {
        assert_eq!(decode("\u{feff}编码".as_bytes()), Some(("编码".to_owned(), false)));
        assert_eq!(decode(&[0xb1, 0xe0, 0xc2, 0xeb]), Some(("编码".to_owned(), true)));
        assert_eq!(decode(&[0xff, 0xfe, 0x00, 0x81]), None);
    }
}
