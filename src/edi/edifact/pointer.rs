//! Where an error points to: member paths and the segments they stand in.

use crate::edi::profile::table::{self, Home};

/// Line number (from 1) and segment tag of a member path such as `Data.ContentPieces[0].Amount` or
/// `Declaration/ContentPiece[2]/Description`; the first counts from 0, the second, an XPath, from 1.
pub fn place_of(path: &str) -> (Option<usize>, &'static str) {
    let number = |list: &str| {
        let (_, rest) = path.split_once(list)?;
        rest.split_once(']')?.0.parse::<usize>().ok().filter(|line| *line < 99_999)
    };
    let line = number("ContentPieces[").map(|at| at + 1).or_else(|| number("ContentPiece["));
    let member = path.rsplit(['.', '/']).next().unwrap_or_default();
    let homes: &[Home] =
        if line.is_some() { &[Home::Piece] } else { &[Home::DeclarationData, Home::MailObject, Home::Declaration] };
    let row = homes.iter().find_map(|home| table::row(*home, member));
    (line, row.map_or("", |row| row.edifact.split(' ').next().unwrap_or_default()))
}

/// The path of a line, for pointers that came without one.
pub fn path_of_line(line: &str) -> Option<String> {
    let line: usize = line.parse().ok().filter(|line| *line > 0)?;
    Some(format!("Declaration/ContentPiece[{line}]"))
}

/// Data error codes are `E001` and so on, one character more than data element 9013 holds: the letter stays at home.
pub fn shorten(code: &mut String) {
    if code.len() == 4 && code.starts_with('E') && code[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        code.remove(0);
    }
}

/// Undoes [`shorten`].
pub fn lengthen(code: &str) -> String {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) { format!("E{code}") } else { code.to_owned() }
}
