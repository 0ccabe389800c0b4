//! A cell as a file has it, and where it stands.

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    /// Days since the last day of 1899, as spreadsheets count them.
    Date(f64),
    Flag(bool),
    /// `#N/A` and the like.
    Fault(String),
}

/// A cell that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// From 0.
    pub column: u32,
    /// None for a formula that was never calculated.
    pub value: Option<Value>,
    pub has_formula: bool,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1, as spreadsheet programs show it.
    pub row: u32,
    /// It is filtered out or hidden.
    pub hidden: bool,
}

/// The name of a column: A, B, … Z, AA.
pub fn letters(column: u32) -> String {
    let (mut rest, mut name) = (column, Vec::new());
    loop {
        name.push(b'A' + u8::try_from(rest % 26).unwrap_or_default());
        match rest / 26 {
            0 => break,
            more => rest = more - 1,
        }
    }
    name.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// The column that the name of a cell begins with.
pub fn column_of(cell: &str) -> Option<u32> {
    let name = cell.as_bytes().iter().take_while(|byte| byte.is_ascii_uppercase());
    let number = name.take(LONGEST_NAME).fold(0_u32, |number, letter| number * 26 + u32::from(letter - b'A') + 1);
    number.checked_sub(1)
}

/// Letters of a column's name; the last column of a spreadsheet is XFD.
const LONGEST_NAME: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_read_as_they_are_written() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (53, "BB"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!((letters(column).as_str(), column_of(&format!("{name}12"))), (name, Some(column)));
        }
        assert_eq!(column_of("XFD1048576"), Some(16_383));
        assert_eq!(column_of("12"), None);
        assert!(column_of(&"Z".repeat(90)).is_some_and(|column| column > 16_383));
    }
}
