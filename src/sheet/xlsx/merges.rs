//! Merged areas, found in the bytes of a sheet before its rows are read: they stand behind them.

use crate::limits;
use crate::sheet::cell::column_of;

/// Cells shown as one; only the first has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// From 0.
    pub first_column: u32,
    pub last_column: u32,
    /// From 1.
    pub first_row: u32,
    pub last_row: u32,
}

impl Merge {
    /// Whether a cell lies in it and has no value of its own.
    pub fn hides(&self, row: u32, column: u32) -> bool {
        (self.first_row..=self.last_row).contains(&row)
            && (self.first_column..=self.last_column).contains(&column)
            && (row, column) != (self.first_row, self.first_column)
    }
}

/// Looks for tags `mergeCell` in bytes that come in pieces.
#[derive(Default)]
pub(super) struct Finder {
    /// The tag that is open; of one that cannot be it its beginning.
    tag: Vec<u8>,
    is_open: bool,
    pub found: Vec<Merge>,
}

/// No tag of a merged area is longer.
const TAG_BYTES: usize = 128;

impl Finder {
    pub fn look_at(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if !self.is_open {
                let Some(at) = rest.iter().position(|byte| *byte == b'<') else { return };
                (self.is_open, rest) = (true, rest.get(at + 1..).unwrap_or_default());
                self.tag.clear();
                continue;
            }
            let end = rest.iter().position(|byte| *byte == b'>');
            let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let room = TAG_BYTES - self.tag.len();
            self.tag.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
            let Some(end) = end else { return };
            rest = rest.get(end + 1..).unwrap_or_default();
            self.is_open = false;
            if self.found.len() < limits::SHEET_MERGES {
                self.found.extend(merge(&self.tag));
            }
        }
    }
}

fn merge(tag: &[u8]) -> Option<Merge> {
    let name_end = tag.iter().position(|byte| byte.is_ascii_whitespace())?;
    let name = tag.get(..name_end)?;
    if name != b"mergeCell" && !name.ends_with(b":mergeCell") {
        return None;
    }
    let text = std::str::from_utf8(tag).ok()?;
    let area = text.split_once("ref=")?.1;
    let area = area.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    let (first, last) = area.split_once(':')?;
    let row = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_uppercase()).parse().ok();
    Some(Merge {
        first_column: column_of(first)?,
        last_column: column_of(last)?,
        first_row: row(first)?,
        last_row: row(last)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_areas_are_found_wherever_the_pieces_end() {
        let text = b"<sheetData><row r=\"1\"/></sheetData><mergeCells count=\"9\"><mergeCell ref=\"A2:A3\"/><x:mergeCell ref='C1:D9'/><mergeCell/></mergeCells>";
        let expected = [
            Merge { first_column: 0, last_column: 0, first_row: 2, last_row: 3 },
            Merge { first_column: 2, last_column: 3, first_row: 1, last_row: 9 },
        ];
        for size in 1..text.len() {
            let mut finder = Finder::default();
            text.chunks(size).for_each(|piece| finder.look_at(piece));
            assert_eq!(finder.found, expected, "{size}");
        }
    }
}
