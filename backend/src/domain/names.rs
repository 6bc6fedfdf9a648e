//! What a name is found by: its own letters, its code, and the first sounds of its syllables, as one types them on a phone.

use super::page::fold;
use pinyin::ToPinyin;

/// Characters of names that are read with one first sound or another; whoever types either one finds the name.
const TWO: [(char, [char; 2]); 24] = [
    ('重', ['z', 'c']),
    ('长', ['c', 'z']),
    ('乐', ['l', 'y']),
    ('行', ['x', 'h']),
    ('朝', ['c', 'z']),
    ('单', ['d', 's']),
    ('曾', ['z', 'c']),
    ('盛', ['s', 'c']),
    ('车', ['c', 'j']),
    ('解', ['j', 'x']),
    ('仇', ['c', 'q']),
    ('区', ['q', 'o']),
    ('查', ['c', 'z']),
    ('会', ['h', 'k']),
    ('厦', ['s', 'x']),
    ('尉', ['w', 'y']),
    ('调', ['d', 't']),
    ('传', ['c', 'z']),
    ('藏', ['c', 'z']),
    ('弹', ['d', 't']),
    ('降', ['j', 'x']),
    ('校', ['x', 'j']),
    ('奇', ['q', 'j']),
    ('种', ['z', 'c']),
];
/// Most spellings that are told of one name.
const MOST: usize = 4;

/// The first sounds of a name, `ypz` for 云坪镇; letters and digits stand for themselves. Where a character has two readings, the second
/// spelling follows after a space.
pub fn initials(name: &str) -> String {
    let mut spellings = vec![String::new()];
    for character in fold(name).chars() {
        let two = TWO.iter().find(|(known, _)| *known == character).map(|(_, sounds)| *sounds);
        let Some(first) = two.map(|[first, _]| first).or_else(|| sound(character)) else { continue };
        let more: Vec<String> = match two {
            Some([_, other]) if spellings.len() < MOST => {
                spellings.iter().map(|told| format!("{told}{other}")).collect()
            }
            _ => Vec::new(),
        };
        for told in &mut spellings {
            told.push(first);
        }
        spellings.extend(more);
    }
    spellings.join(" ").trim().to_owned()
}

fn sound(character: char) -> Option<char> {
    if character.is_ascii_alphanumeric() {
        return Some(character);
    }
    character.to_pinyin().and_then(|pinyin| pinyin.plain().chars().next()).map(|letter| {
        // The only sounds that are not plain letters.
        if letter.is_ascii() { letter } else { 'e' }
    })
}

/// The folded text that a row is found by: its words as they stand, and the first sounds of its name.
pub fn find_text(name: &str, more: &[&str]) -> String {
    let own: String = std::iter::once(name).chain(more.iter().copied()).collect::<Vec<_>>().join(" ");
    format!("{} {}", fold(&own), initials(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_sounds_of_names() {
        assert_eq!(initials("云坪镇"), "ypz");
        assert_eq!(initials("Ａ１ 号公厕（北）"), "a1hgcb");
        assert_eq!(initials("重庆路"), "zql cql");
        assert_eq!(initials("长乐街"), "clj zlj cyj zyj");
        assert!(initials(&"重".repeat(64)).split(' ').count() <= MOST);
        assert_eq!(initials("·—！"), "");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_row_is_found_by_name_code_and_first_sounds() {
        let text = find_text("云坪镇农贸市场", &["MKT-01"]);
        for asked in ["云坪镇农贸", "mkt-01", "ypznmsc", "nmsc"] {
            assert!(text.contains(&fold(asked)), "{asked}");
        }
        assert!(!text.contains("mkt-01ypz"), "a code and the sounds after it are two words");
    }
}
