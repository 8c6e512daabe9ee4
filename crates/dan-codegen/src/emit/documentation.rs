//! Descriptions as Rust documentation.

use proc_macro2::TokenStream;
use quote::quote;

/// Where lines are broken.
const WIDTH: usize = 100;

/// A description as `///` lines. Prose from a document is no rustdoc: what would be a link or a tag there is escaped.
pub(super) fn documentation(description: &str) -> TokenStream {
    let lines: Vec<String> =
        description.trim().lines().flat_map(|line| wrapped(&escaped(line.trim_end()))).collect();
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// Markdown outside code spans, with brackets, tags and bare addresses made harmless.
fn escaped(line: &str) -> String {
    let mut result = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            result.push('`');
        }
        if index % 2 == 1 {
            result.push_str(part);
        } else {
            result.push_str(&escaped_prose(part));
        }
    }
    // A code span that is never closed is a plain sign.
    if line.matches('`').count() % 2 == 1 {
        line.replace('`', "'").replace(['[', '<'], "(").replace([']', '>'], ")")
    } else {
        result
    }
}

fn escaped_prose(text: &str) -> String {
    let mut result = String::new();
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            result.push(' ');
        }
        if word.starts_with("http://") || word.starts_with("https://") {
            let address = word.trim_end_matches(['.', ',', ';', ')']);
            result += &format!("<{address}>{}", &word[address.len()..]);
        } else {
            result.extend(word.chars().flat_map(|sign| {
                let escape = matches!(sign, '[' | ']' | '<' | '>').then_some('\\');
                escape.into_iter().chain([sign])
            }));
        }
    }
    result
}

fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
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
        assert_eq!(escaped("a [link] to <b> and `Vec<u8>`"), r"a \[link\] to \<b\> and `Vec<u8>`");
        assert_eq!(escaped("see https://example.no/a_b."), "see <https://example.no/a_b>.");
        assert_eq!(escaped("an odd ` sign [x]"), "an odd ' sign (x)");
    }

    #[test]
    fn long_lines_are_broken() {
        let lines = wrapped(&"word ".repeat(60));
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
