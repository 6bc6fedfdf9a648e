//! Words that go out, with gaps from a closed list: counts, the unit, the day and a link. No name of a person, no ticket, no place fits in.

/// Longest template, in characters.
pub const LONGEST: usize = 600;

/// Everything that may stand between braces.
pub const GAPS: [&str; 16] = [
    "county",
    "unit",
    "date",
    "to_accept",
    "in_progress",
    "due_soon",
    "overdue",
    "returned",
    "submitted",
    "on_hold",
    "requests",
    "to_issue",
    "to_verify",
    "total",
    "urgent",
    "link",
];

/// Why a template cannot be used: Chinese, English.
pub fn fault(template: &str) -> Option<(String, String)> {
    if template.trim().is_empty() || template.chars().count() > LONGEST {
        return Some((format!("1 到 {LONGEST} 个字"), format!("1 to {LONGEST} characters")));
    }
    if template.chars().any(|c| c.is_control() && c != '\n') {
        return Some(("含有不能显示的字符".into(), "holds characters that cannot be shown".into()));
    }
    let list = GAPS.join("、");
    pieces(template).find_map(|piece| match piece {
        Piece::Gap(name) if !GAPS.contains(&name) => Some((
            format!("没有 {{{name}}} 这一项，可用的有：{list}"),
            format!("there is no {{{name}}}; there are: {}", GAPS.join(", ")),
        )),
        Piece::Broken => {
            Some(("大括号要成对，如 {unit}".into(), "braces come in pairs, such as {unit}".into()))
        }
        _ => None,
    })
}

/// The template with its gaps filled. What is in no list stays away.
pub fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    pieces(template)
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Gap(name) if GAPS.contains(&name) => value(name),
            Piece::Gap(_) | Piece::Broken => String::new(),
        })
        .collect()
}

enum Piece<'a> {
    Text(&'a str),
    Gap(&'a str),
    Broken,
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(at) = rest.find(['{', '}']) else {
            return Some(Piece::Text(std::mem::take(&mut rest)));
        };
        if at > 0 {
            let (text, more) = rest.split_at(at);
            rest = more;
            return Some(Piece::Text(text));
        }
        let gap = rest
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'))
            .filter(|(name, _)| !name.contains('{'));
        if let Some((name, more)) = gap {
            rest = more;
            Some(Piece::Gap(name))
        } else {
            rest = &rest[1..];
            Some(Piece::Broken)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_nothing_else_is_taken_for_one() {
        let said = fill("{unit}：{overdue} 件\n{link}", |name| format!("<{name}>"));
        assert_eq!(said, "<unit>：<overdue> 件\n<link>");
        // What is filled in is not read again.
        assert_eq!(fill("{unit}", |_| "{link}".into()), "{link}");
        for bad in [
            "",
            " ",
            "{name}",
            "{person}",
            "{",
            "}",
            "a{unit",
            "{{unit}}",
            "{}",
            "a\u{7}",
            &"字".repeat(LONGEST + 1),
        ] {
            assert!(fault(bad).is_some(), "{bad}");
            assert!(!fill(bad, |_| "!".into()).contains('{'), "{bad}");
        }
        for good in ["字", "{unit}{date}", "一\n二"] {
            assert_eq!(fault(good), None, "{good}");
        }
    }
}
