//! The parts of a workbook that its sheets refer to: their names, texts and formats.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::package::{Markup, Package, add_reference, add_text, attribute, plain};
use crate::limits;
use crate::sheet::refusal::Refusal;

/// A visible sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SheetPart {
    pub name: String,
    /// Of the part that holds it.
    pub path: String,
}

/// What sheets refer to.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub sheets: Vec<SheetPart>,
    /// Days are counted from 1904.
    pub from_1904: bool,
    pub texts: Vec<Box<str>>,
    /// Of each format of cells, whether it shows a date.
    pub date_formats: Vec<bool>,
}

impl Book {
    /// # Errors
    /// It is no workbook, or beyond its limits.
    pub fn read(package: &mut Package<'_>) -> Result<Self, Refusal> {
        let Some((sheets, from_1904)) = package.part("xl/workbook.xml", named_sheets)? else {
            return Err(other_package(package));
        };
        if has(package, "xl/vbaProject.bin") {
            return Err(Refusal::OtherKind { kind: "a workbook with macros (.xlsm)" });
        }
        let targets = package.part("xl/_rels/workbook.xml.rels", relations)?.unwrap_or_default();
        let sheets = sheets.into_iter().filter_map(|(name, id)| {
            let target = targets.get(&id)?;
            // Only parts of the workbook itself are opened.
            let path = target.strip_prefix("/xl/").unwrap_or(target);
            let is_inside = !path.starts_with('/') && !path.split('/').any(|step| step == "..");
            is_inside.then(|| SheetPart { name, path: format!("xl/{path}") })
        });
        Ok(Self {
            sheets: sheets.collect(),
            from_1904,
            date_formats: package.part("xl/styles.xml", date_formats)?.unwrap_or_default(),
            texts: package.part("xl/sharedStrings.xml", texts)?.unwrap_or_default(),
        })
    }
}

/// Whether there is a part.
fn has(package: &mut Package<'_>, name: &str) -> bool {
    package.part(name, |_| Ok(())).ok().flatten().is_some()
}

/// What an archive is that holds no workbook we read.
fn other_package(package: &mut Package<'_>) -> Refusal {
    let kind = match () {
        () if has(package, "xl/workbook.bin") => "a binary Excel workbook (.xlsb)",
        () if has(package, "content.xml") => "an OpenDocument spreadsheet (.ods)",
        () => "an archive without a workbook",
    };
    Refusal::OtherKind { kind }
}

/// Names and relations of the visible sheets, and whether days are counted from 1904.
fn named_sheets(markup: &mut Markup<'_>) -> Result<(Vec<(String, String)>, bool), Refusal> {
    let (mut sheets, mut from_1904, mut count) = (Vec::new(), false, 0);
    loop {
        match markup.next()? {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "sheet" => {
                    count += 1;
                    if count > limits::SHEETS {
                        return Err(Refusal::limit("sheets", limits::SHEETS));
                    }
                    if attribute(&element, "state").is_none_or(|state| state == "visible") {
                        let of = |name| attribute(&element, name).unwrap_or_default();
                        sheets.push((of("name"), of("id")));
                    }
                }
                "workbookPr" => from_1904 = matches!(attribute(&element, "date1904").as_deref(), Some("1" | "true")),
                _ => {}
            },
            Event::Eof => return Ok((sheets, from_1904)),
            _ => {}
        }
    }
}

fn relations(markup: &mut Markup<'_>) -> Result<HashMap<String, String>, Refusal> {
    let mut targets = HashMap::new();
    loop {
        match markup.next()? {
            Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "Relationship" => {
                if targets.len() == limits::SHEET_PARTS {
                    return Err(Refusal::limit("parts", limits::SHEET_PARTS));
                }
                let of = |name| attribute(&element, name).unwrap_or_default();
                targets.insert(of("Id"), of("Target"));
            }
            Event::Eof => return Ok(targets),
            _ => {}
        }
    }
}

fn date_formats(markup: &mut Markup<'_>) -> Result<Vec<bool>, Refusal> {
    let (mut own, mut formats, mut are_of_cells) = (HashMap::new(), Vec::new(), false);
    loop {
        match markup.next()? {
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => are_of_cells = false,
            Event::Start(element) if element.local_name().as_ref() == "cellXfs" => are_of_cells = true,
            Event::Start(element) | Event::Empty(element) => {
                let number = || attribute(&element, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                match element.local_name().as_ref() {
                    "numFmt" => {
                        let shows_date = is_date(&attribute(&element, "formatCode").unwrap_or_default());
                        own.extend(number().map(|id| (id, shows_date)));
                    }
                    "xf" if are_of_cells => {
                        let id = number().unwrap_or_default();
                        formats
                            .push(own.get(&id).copied().unwrap_or_else(|| DATES.iter().any(|ids| ids.contains(&id))));
                    }
                    _ => {}
                }
                if own.len().max(formats.len()) > limits::SHEET_STYLES {
                    return Err(Refusal::limit("formats", limits::SHEET_STYLES));
                }
            }
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

/// Formats that every spreadsheet program has and that show dates or times.
const DATES: [std::ops::RangeInclusive<u32>; 4] = [14..=22, 27..=36, 45..=47, 50..=58];

/// Whether a format has a day, month, year or time in it, outside quotes and brackets.
fn is_date(format: &str) -> bool {
    let (mut quoted, mut bracketed, mut skipped) = (false, false, false);
    format.chars().any(|sign| {
        if std::mem::take(&mut skipped) {
            return false;
        }
        match sign {
            '\\' | '_' | '*' => skipped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            _ if quoted || bracketed => {}
            _ => return matches!(sign.to_ascii_lowercase(), 'd' | 'm' | 'y' | 'h' | 's'),
        }
        false
    })
}

/// The texts that cells share. How a text is spoken is left out.
fn texts(markup: &mut Markup<'_>) -> Result<Vec<Box<str>>, Refusal> {
    let (mut texts, mut bytes): (Vec<Box<str>>, usize) = (Vec::new(), 0);
    let (mut text, mut is_text, mut is_spoken) = (String::new(), false, false);
    loop {
        match markup.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "si" => text.clear(),
                "t" => is_text = !is_spoken,
                "rPh" => is_spoken = true,
                _ => {}
            },
            Event::Text(part) if is_text => add_text(&mut text, &part.xml10_content()),
            Event::CData(part) if is_text => add_text(&mut text, &part.xml10_content()),
            Event::GeneralRef(reference) if is_text => add_reference(&mut text, &reference),
            Event::End(element) => match element.local_name().as_ref() {
                "t" => is_text = false,
                "rPh" => is_spoken = false,
                "si" => put(&mut texts, &mut bytes, &text)?,
                _ => {}
            },
            Event::Empty(element) if element.local_name().as_ref() == "si" => put(&mut texts, &mut bytes, "")?,
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

fn put(texts: &mut Vec<Box<str>>, bytes: &mut usize, text: &str) -> Result<(), Refusal> {
    *bytes += text.len();
    if texts.len() == limits::SHEET_STRINGS {
        return Err(Refusal::limit("texts", limits::SHEET_STRINGS));
    }
    if *bytes > limits::SHEET_STRING_BYTES {
        return Err(Refusal::limit("bytes of texts", limits::SHEET_STRING_BYTES));
    }
    texts.push(plain(text).into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn formats_of_dates_are_told_from_those_of_numbers() {
        for format in ["yyyy\\-mm\\-dd", "[$-409]d/m/yy h:mm AM/PM;@", "dd.MM.yyyy", "[Red]hh:mm:ss"] {
            assert!(is_date(format), "{format}");
        }
        for format in ["General", "0.000", "#,##0.00 \"days\"", "[Red]0.0", "0\\d", "@"] {
            assert!(!is_date(format), "{format}");
        }
    }
}
