//! A declaration as it is filled into a form: members of the item and of each line of goods, by the keys of columns. A form is a
//! sheet of one item, and what may stand in its fields is what may stand in cells.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::cell::{Cell, Place, Value};
use super::items::{Gathering, Reading, SheetItem};
use super::keys::{Head, VERSION};
use super::out::{Exported, Out, PARTIAL, rows_of};
use super::table::Column;

/// Texts by key, as they were typed.
pub type Fields = BTreeMap<String, String>;

/// The fields of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub item: Fields,
    /// One entry for each line of goods.
    pub lines: Vec<Fields>,
}

/// Stands for the id that is not given yet: rows of an item are told by it.
const NO_ID: &str = "?";

/// Fields of a line that are filled in before anybody typed into it.
const GIVEN: [&str; 2] = ["piece_index", "piece_currency"];

/// Whether a line of goods is more than a place for one.
pub fn says_something(line: &Fields) -> bool {
    line.iter().any(|(key, text)| !GIVEN.contains(&key.as_str()) && !text.trim().is_empty())
}

impl Filled {
    /// What an item says, as a form begins with it. The version that is shown with it begins with [`PARTIAL`] where a form
    /// cannot carry all of it.
    pub fn of(item: &Exported<'_>) -> Self {
        let rows = rows_of(item);
        let has_lines = item.data.is_some_and(|data| !data.content_pieces.is_empty());
        let text = |(head, out): (Head, Out)| {
            let (Out::Text(text) | Out::Number(text) | Out::Day(text)) = out;
            (head.text().into_owned(), text)
        };
        let mut filled = Self::default();
        for row in rows {
            let (of_line, of_item): (Vec<_>, Vec<_>) = row.into_iter().partition(|(head, _)| head.is_of_piece());
            filled.item.extend(of_item.into_iter().map(text));
            if has_lines {
                filled.lines.push(of_line.into_iter().map(text).collect());
            }
        }
        filled
    }

    /// Whether a form carries all of the item that it was made of.
    pub fn is_whole(&self) -> bool {
        !self.text(None, VERSION).starts_with(PARTIAL)
    }

    /// The text of a field of the item, or of a line; empty where there is none.
    pub fn text(&self, line: Option<usize>, key: &str) -> &str {
        let fields = line.map_or(Some(&self.item), |line| self.lines.get(line));
        fields.and_then(|fields| fields.get(key)).map_or("", String::as_str)
    }

    /// What the form declares. Findings name the key, and as their row the line of goods, counted from 1.
    pub fn read(&self, comma: bool, reading: Reading<'_>) -> SheetItem {
        let keys: BTreeSet<&str> =
            self.lines.iter().chain([&self.item]).flat_map(Fields::keys).map(String::as_str).collect();
        let always = ["item_id", "destination"];
        let heads = keys.into_iter().chain(always).collect::<BTreeSet<_>>().into_iter().filter_map(Head::read);
        let columns: Vec<Column> = heads.zip(0..).map(|(head, place)| Column { place, head }).collect();
        let has_id = !self.text(None, "item_id").trim().is_empty();
        let mut found = None;
        let mut each = |item: SheetItem| {
            found.get_or_insert(item);
            ControlFlow::Continue(())
        };
        let mut gathering = Gathering::of(&columns, comma, reading);
        let none = Fields::new();
        for (at, row) in (1..).zip(0..self.lines.len().max(1)) {
            let line = self.lines.get(row).filter(|line| says_something(line)).unwrap_or(&none);
            let text_of = |column: &Column| {
                let key = column.head.text();
                match key.as_ref() {
                    "item_id" if !has_id => NO_ID,
                    // Told again in each row, so that it belongs to the item.
                    "item_id" => self.text(None, "item_id"),
                    _ if column.head.is_of_piece() => line.get(key.as_ref()).map_or("", String::as_str),
                    _ if row == 0 => self.text(None, &key),
                    _ => "",
                }
            };
            let cells = columns.iter().filter_map(|column| {
                let text = text_of(column);
                let value = Some(Value::Text(text.to_owned()));
                (!text.is_empty()).then_some(Cell { column: column.place, value, has_formula: false })
            });
            gathering.take_row(Place { row: at, hidden: false }, &cells.collect::<Vec<_>>(), &mut each);
        }
        gathering.end(&mut each);
        let mut item = found.unwrap_or_else(SheetItem::nothing);
        if !has_id {
            (item.object.id, item.item_id) = (None, None);
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    fn read(filled: &Filled, comma: bool) -> SheetItem {
        let posts_of = |country: &str| if country == "DE" { vec!["DEA".to_owned()] } else { Vec::new() };
        filled.read(comma, Reading { sheet: None, post: "AUA", zone: Tz::Australia__Sydney, posts_of: &posts_of })
    }

    #[test]
    fn a_form_says_the_same_when_it_is_filled_with_what_it_said() {
        let item = [
            ("item_id", "ee 123456785 au"),
            ("destination", "DE"),
            ("posted_on", "2026-11-26"),
            ("gross_kg", "1,500"),
            ("doc4_id", "A-1"),
            ("extra:Colour", "red"),
            ("nature_explained", "kept"),
        ];
        let lines = vec![
            fields(&[("piece_description", "Köln — 北京"), ("piece_hs", "0901.21"), ("market_id", "M")]),
            fields(&[("piece_currency", "EUR")]),
            fields(&[("piece_description", "Book"), ("market_id", "M")]),
        ];
        let first = read(&Filled { item: fields(&item), lines }, true);
        assert_eq!(first.findings, []);
        assert_eq!(first.piece_rows, [1, 3], "an empty line is none");
        let object = &first.object;
        assert_eq!(
            (object.id.as_deref(), object.dest_post_org_cd.as_deref(), object.orig_post_org_cd.as_deref()),
            (Some("EE123456785AU"), Some("DEA"), Some("AUA"))
        );
        assert_eq!(first.data.commercial_transactions[0].content_pieces_indexes, [1, 2]);
        let shown = [("version", "1.2.ab".to_owned())];
        let exported = Exported {
            object: &first.object,
            data: Some(&first.data),
            external_reference: Some("my own"),
            shown: &shown,
            zone: Tz::Australia__Sydney,
        };
        let again = Filled::of(&exported);
        assert!(again.is_whole());
        assert_eq!((again.text(None, "posted_on"), again.text(Some(1), "piece_description")), ("2026-11-26", "Book"));
        let second = read(&again, false);
        assert_eq!((second.object, second.data), (first.object, first.data));
        assert_eq!(second.external_reference.as_deref(), Some("my own"));
    }

    #[test]
    fn what_is_wrong_names_its_field_and_its_line() {
        let lines =
            vec![fields(&[("piece_value", "12")]), fields(&[("piece_value", "1,234.50"), ("piece_quantity", "x")])];
        let item = read(&Filled { item: fields(&[("posted_on", "26/11/2026")]), lines }, true);
        let mut found: Vec<(u32, &str)> = item
            .findings
            .iter()
            .map(|found| (found.row.unwrap_or_default(), found.column.as_deref().unwrap_or_default()))
            .collect();
        found.sort_unstable();
        assert_eq!(found, [(1, "destination"), (1, "posted_on"), (2, "piece_quantity"), (2, "piece_value")]);
        assert_eq!((item.object.id, item.data.content_pieces.len()), (None, 1));
        assert!(read(&Filled::default(), false).object.id.is_none());
    }
}
