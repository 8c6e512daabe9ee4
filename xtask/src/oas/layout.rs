//! JSON on paper: what fits into a line stands in one, and the rest is indented.

use serde_json::Value;

/// Where a line ends at the latest, if it can.
const WIDTH: usize = 120;
const INDENT: &str = "  ";

/// JSON with its members in a chosen order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// A text, a number, true, false or null, as JSON writes it.
    Scalar(String),
    /// An array.
    List(Vec<Tree>),
    /// An object.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// The text, with a line end.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let line = self.in_one_line();
        let column = text.len() - text.rfind('\n').map_or(0, |end| end + 1);
        let comma = 1;
        if column + line.chars().count() + comma <= WIDTH {
            text.push_str(&line);
            return;
        }
        match self {
            Self::Scalar(scalar) => text.push_str(scalar),
            Self::List(items) => {
                write_block(text, depth, ['[', ']'], items, |text, item| item.write(text, depth + 1));
            }
            Self::Object(members) => {
                write_block(text, depth, ['{', '}'], members, |text, (name, value)| {
                    text.push_str(&quoted(name));
                    text.push_str(": ");
                    value.write(text, depth + 1);
                });
            }
        }
    }

    fn in_one_line(&self) -> String {
        match self {
            Self::Scalar(scalar) => scalar.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::in_one_line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(members) if members.is_empty() => "{}".to_owned(),
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", quoted(name), value.in_one_line()))
                    .collect();
                format!("{{ {} }}", members.join(", "))
            }
        }
    }
}

fn write_block<T>(
    text: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    elements: &[T],
    write: impl Fn(&mut String, &T),
) {
    text.push(open);
    for (index, element) in elements.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&INDENT.repeat(depth + 1));
        write(text, element);
    }
    text.push('\n');
    text.push_str(&INDENT.repeat(depth));
    text.push(close);
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
