//! Descriptions as Rust documentation.
//!
//! A description is Markdown that somebody wrote for another reader than rustdoc. Headings, lists, tables, code and links
//! stay; what rustdoc would take for a reference, a tag or an example to compile becomes harmless.

use proc_macro2::TokenStream;
use quote::quote;

/// Where lines are broken.
const WIDTH: usize = 100;

/// A description as `///` lines.
pub(super) fn documentation(description: &str) -> TokenStream {
    let lines = lines(description);
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// A text as `//!` lines.
pub(super) fn documentation_of_module(text: &str) -> String {
    wrapped(text, 0, 0).into_iter().map(|line| format!("//! {line}\n")).collect()
}

/// A text as part of one line of documentation.
pub(super) fn line_of(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn lines(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    // How far the text of the list item is indented that a line may continue.
    let mut indent = 0;
    for line in description.trim_matches(['\n', '\r']).lines() {
        let trimmed = line.trim();
        match (fence, fence_of(trimmed)) {
            (Some(open), Some(marker)) if marker == trimmed && marker.starts_with(open) => {
                lines.push(open.to_owned());
                fence = None;
            }
            (Some(_), _) => lines.push(line.trim_end().replace('\t', "    ")),
            (None, Some(marker)) => {
                // Code without a language would be compiled.
                lines.push(format!("{marker}text"));
                fence = Some(marker);
            }
            (None, None) => {
                let marker = list_marker(trimmed);
                let first = if marker > 0 { 0 } else { indent };
                indent = if trimmed.is_empty() { 0 } else { marker.max(first) };
                lines.extend(wrapped(&escaped(trimmed), first, indent));
            }
        }
    }
    lines.extend(fence.map(str::to_owned));
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines.truncate(end);
    lines
}

/// The signs that open or close a block of code.
fn fence_of(line: &str) -> Option<&str> {
    ['`', '~'].into_iter().find_map(|sign| {
        let length = line.len() - line.trim_start_matches(sign).len();
        (length >= 3 && !line[length..].contains(sign)).then(|| &line[..length])
    })
}

/// How many signs mark a line as an item of a list; none when it is no item.
fn list_marker(line: &str) -> usize {
    let digits = line.len() - line.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
    let marks = if digits > 0 { &['.', ')'][..] } else { &['*', '-', '+'] };
    let rest = line[digits..].strip_prefix(marks);
    if rest.is_some_and(|rest| rest.starts_with(' ')) { digits + 2 } else { 0 }
}

/// Prose with everything escaped that rustdoc would read as a reference or a tag.
fn escaped(line: &str) -> String {
    let mut result = String::new();
    let mut rest = line;
    while let Some(sign) = rest.chars().next() {
        let taken = match sign {
            '`' => code_span(rest),
            '[' => link(rest),
            '<' => automatic_link(rest),
            'h' => address(rest).map(|address| (format!("<{address}>"), address.len())),
            '\\' => rest[1..]
                .chars()
                .next()
                .filter(char::is_ascii_punctuation)
                .map(|next| (format!("\\{next}"), 2)),
            '\t' => Some((" ".to_owned(), 1)),
            _ => None,
        };
        let (text, length) = taken.unwrap_or_else(|| {
            let escape = if matches!(sign, '[' | ']' | '<' | '>' | '`') { "\\" } else { "" };
            (format!("{escape}{sign}"), sign.len_utf8())
        });
        result += &text;
        rest = &rest[length..];
    }
    result
}

/// Code, up to as many signs as it begins with.
fn code_span(text: &str) -> Option<(String, usize)> {
    let length = text.len() - text.trim_start_matches('`').len();
    let mut end = length;
    loop {
        end += text[end..].find('`')?;
        let run = text[end..].len() - text[end..].trim_start_matches('`').len();
        end += run;
        if run == length {
            return Some((text[..end].to_owned(), end));
        }
    }
}

/// A text with an address: `[text](https://…)`.
fn link(text: &str) -> Option<(String, usize)> {
    let end = text.find("](")?;
    let label = &text[1..end];
    let address = address(&text[end + 2..]).filter(|_| !label.contains(['[', ']', '`']))?;
    let length = end + 2 + address.len();
    text[length..].starts_with(')').then(|| (format!("[{}]({address})", escaped(label)), length + 1))
}

/// An address in angle brackets.
fn automatic_link(text: &str) -> Option<(String, usize)> {
    let address = address(&text[1..])?;
    text[1 + address.len()..].starts_with('>').then(|| (format!("<{address}>"), address.len() + 2))
}

/// The address that a text begins with, without the signs of the sentence around it.
fn address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let mut open = 0;
    let ends = |sign: char| {
        open += match sign {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open < 0 || sign.is_whitespace() || matches!(sign, '<' | '>' | '"' | '`' | '\\' | '[' | ']' | '|')
    };
    let address = text.split(ends).next()?.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
    (address.len() > scheme.len()).then_some(address)
}

/// Breaks a line. The first part and the others begin with so many blanks.
fn wrapped(line: &str, first: usize, others: usize) -> Vec<String> {
    if line.starts_with(['|', '#']) || line.is_empty() {
        return vec![line.to_owned()];
    }
    let mut lines = vec![" ".repeat(first)];
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let Some(last) = lines.last_mut() else { break };
        let is_first = last.trim().is_empty();
        // A word that would begin a list or a heading stays where it is.
        let may_begin =
            !word.starts_with(['#', '-', '+', '*', '=', '|', '~']) && list_marker(&format!("{word} ")) == 0;
        if !is_first && may_begin && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{}{word}", " ".repeat(others)));
        } else {
            if !is_first {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_markup() {
        for (text, documentation) in [
            ("a [link] to <b> and `Vec<u8>`", r"a \[link\] to \<b\> and `Vec<u8>`"),
            ("see https://example.no/a_b.", "see <https://example.no/a_b>."),
            ("(https://example.no/a(b)c)", "(<https://example.no/a(b)c>)"),
            ("[a b](https://example.no/c).", "[a b](https://example.no/c)."),
            ("[a](#b) http:// <https://example.no>", r"\[a\](#b) http:// <https://example.no>"),
            ("an odd ` sign [x]", r"an odd \` sign \[x\]"),
            ("``a`b`` \\[ok\\]", r"``a`b`` \[ok\]"),
        ] {
            assert_eq!(escaped(text), documentation);
        }
    }

    #[test]
    fn long_lines_are_broken() {
        let lines = wrapped(&"word ".repeat(60), 0, 0);
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(wrapped(&"- ".repeat(120), 0, 0).len() == 1, "no list begins by itself");
    }

    #[test]
    fn lists_and_code_keep_their_form() {
        let text = "1. one\ncontinued\n\n\tno code\n```\nlet x = ;\n";
        assert_eq!(lines(text), ["1. one", "   continued", "", "no code", "```text", "let x = ;", "```"]);
        assert_eq!(lines(&format!("* {}", "word ".repeat(40)))[1][..6], *"  word");
    }
}
