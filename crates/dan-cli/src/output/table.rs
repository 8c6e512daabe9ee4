//! Tables and lists that fit the terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use crate::output::style::{STRONG, styled};

/// The least width that a table is squeezed into.
const NARROWEST: u16 = 20;
/// The blanks between two columns.
const GAP: u16 = 2;

/// A table with a heading for each column. Without rows, `nothing` is said instead.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    nothing: &str,
) -> String {
    let mut table = Table::new();
    table.add_rows(rows);
    if table.is_empty() {
        return format!("{nothing}\n");
    }
    table.set_header(headings);
    let text = lines(table, 0);
    match text.split_once('\n') {
        Some((heading, rest)) => format!("{}\n{rest}", styled(STRONG, heading)),
        None => text,
    }
}

/// Names with what belongs to them, aligned.
pub(crate) fn pairs<N: Into<String>>(rows: impl IntoIterator<Item = (N, String)>) -> String {
    let mut table = Table::new();
    table.add_rows(rows.into_iter().map(|(name, value)| [name.into(), value]));
    lines(table, 0)
}

/// A text in lines that fit the terminal, each behind some blanks.
pub(crate) fn paragraph(indent: u16, text: &str) -> String {
    let mut table = Table::new();
    table.add_row([text]);
    lines(table, indent)
}

/// The table's lines, without blanks at their ends.
fn lines(mut table: Table, indent: u16) -> String {
    table.load_style(presets::NOTHING);
    let width = columns();
    match width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    let widths = table.column_max_content_widths();
    for column in table.column_iter_mut() {
        let left = if column.index == 0 { indent } else { GAP };
        column.set_padding((left, 0));
        // Names stay whole where the others keep room enough.
        let is_name = widths.len() > 1 && column.index == 0;
        if is_name && width.is_some_and(|width| widths[0] <= width / 5 * 3) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// How many columns standard output has; none where it is no terminal, and lines may be of any length.
pub(crate) fn columns() -> Option<u16> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(width.0.max(NARROWEST))
}
