//! Workbooks as spreadsheet programs write them (.xlsx), read within limits whatever a file says of itself.
//!
//! Only what is asked for is opened, and rows are handed out one by one. What cannot be understood is refused, never taken for
//! an empty cell. Knows cells, not what the columns mean.

mod book;
mod merges;
mod package;
mod rows;

use book::Book;
use package::Package;

use super::cell::{Cell, Place};
use super::refusal::Refusal;
use crate::limits;
pub use merges::Merge;

/// A workbook that is open.
pub struct Workbook<'b> {
    package: Package<'b>,
    book: Book,
}

impl<'b> Workbook<'b> {
    /// # Errors
    /// It is no workbook of this kind, damaged, or beyond a limit.
    pub fn open(bytes: &'b [u8]) -> Result<Self, Refusal> {
        if bytes.len() > limits::BODY_BYTES {
            return Err(Refusal::limit("bytes", limits::BODY_BYTES));
        }
        let mut package = Package::open(bytes)?;
        let book = Book::read(&mut package)?;
        Ok(Self { package, book })
    }

    /// Names of the visible sheets.
    pub fn sheets(&self) -> impl Iterator<Item = &str> {
        self.book.sheets.iter().map(|sheet| sheet.name.as_str())
    }

    /// Hands out the rows of a visible sheet, until `each` breaks off. Cells stand in the order of the file.
    ///
    /// # Errors
    /// What is damaged or beyond a limit; rows handed out before stay as they were.
    pub fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(Place, Vec<Cell>) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Refusal> {
        let missing = || Refusal::broken("a sheet that is missing");
        let path = self.book.sheets.get(sheet).map(|sheet| sheet.path.clone()).ok_or_else(missing)?;
        let book = &self.book;
        self.package.part(&path, |markup| rows::read(book, markup, each))?.ok_or_else(missing)
    }

    /// The merged areas of a visible sheet; they stand in its part behind the rows.
    ///
    /// # Errors
    /// Like [`Self::rows`].
    pub fn merges(&mut self, sheet: usize) -> Result<Vec<Merge>, Refusal> {
        let Some(path) = self.book.sheets.get(sheet).map(|sheet| sheet.path.clone()) else { return Ok(Vec::new()) };
        let mut finder = merges::Finder::default();
        self.package.look_through(&path, |bytes| finder.look_at(bytes))?;
        Ok(finder.found)
    }
}
