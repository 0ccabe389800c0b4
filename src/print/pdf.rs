//! From sheets to a PDF/A-2b file: several small forms on one large page where the paper asks for it, fonts embedded
//! and subset, nothing in it that depends on the time or the host.

use chrono::{Datelike, NaiveDate};
use krilla::configure::{Archival, ConfigurationBuilder, ValidationError};
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::graphic::Graphic;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

use super::sheet::{Area, Mark, Sheet};
use super::text::{Block, POINT};
use crate::error::{Error, Result};

/// What the pages are printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Paper {
    /// Pages of exactly the form's size.
    #[default]
    Form,
    /// 210 × 297 mm upright, two CN23 or four CN22 on a page.
    A4,
    /// 148 × 210 mm, a CN23 across it or four CN22.
    A5,
    /// A label of 100 × 150 mm: CN22 enlarged, CN23 rearranged.
    Label,
}

impl Paper {
    /// Reads the name of a paper without regard to case; `None` for any other.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.to_ascii_lowercase().as_str() {
            "form" => Some(Self::Form),
            "a4" => Some(Self::A4),
            "a5" => Some(Self::A5),
            "label" => Some(Self::Label),
            _ => None,
        }
    }
}

/// Where sheets stand on a page, in millimetres.
#[derive(Clone, Debug, PartialEq)]
struct Imposition {
    page: (f32, f32),
    places: Vec<(f32, f32)>,
    scale: f32,
}

/// The title page data of a PDF file.
pub(super) struct Heading {
    pub title: String,
    pub printed_on: NaiveDate,
}

/// A finished file.
pub(super) struct File {
    pub bytes: Vec<u8>,
    pub pages: usize,
}

/// Writes `sheets` in their order; sheets of equal size share pages of `paper`.
///
/// # Errors
/// [`Error::Invalid`] when a character has no glyph after all, [`Error::Internal`] when the file breaks PDF/A rules.
pub(super) fn write(sheets: &[Sheet], paper: Paper, heading: Heading) -> Result<File> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|error| Error::Internal(format!("PDF/A-2b cannot be configured: {error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut pages = 0;
    let mut forms = Forms::default();
    for group in sheets.chunk_by(|a, b| (a.width, a.height) == (b.width, b.height)) {
        let Some(first) = group.first() else { continue };
        let imposition = impose((first.width, first.height), paper);
        for page in group.chunks(imposition.places.len()) {
            draw_page(&mut document, page, &imposition, &mut forms)?;
            pages += 1;
        }
    }
    let date = DateTime::new(u16::try_from(heading.printed_on.year()).unwrap_or_default())
        .month(heading.printed_on.month() as u8)
        .day(heading.printed_on.day() as u8);
    document.set_metadata(
        Metadata::new()
            .title(heading.title)
            .language("en".into())
            .creator("Entrepost".into())
            .producer("Entrepost".into())
            .creation_date(date),
    );
    let bytes = document.finish().map_err(refused)?;
    Ok(File { bytes, pages })
}

/// Says why without quoting what was printed.
fn refused(error: KrillaError) -> Error {
    match error {
        KrillaError::Validation(faults) => {
            if faults.iter().any(|(fault, _)| matches!(fault, ValidationError::RestrictedLicense(_))) {
                let message = "a font of the server's font folder forbids embedding; take it out of the folder";
                return Error::invalid("glyph", "", message);
            }
            if faults.iter().any(|(fault, _)| matches!(fault, ValidationError::ContainsNotDefGlyph(..))) {
                return Error::invalid(
                    "glyph",
                    "",
                    "a combination of characters has no glyph in the fonts at hand; put a font for its script into \
                     the server's font folder",
                );
            }
            Error::Internal(format!("the forms break {} PDF/A rules", faults.len()))
        }
        _ => Error::Internal("the PDF cannot be written".into()),
    }
}

fn impose(form: (f32, f32), paper: Paper) -> Imposition {
    let alone = Imposition { page: form, places: vec![(0.0, 0.0)], scale: 1.0 };
    match paper {
        Paper::Form => alone,
        Paper::A4 => grid(form, (210.0, 297.0)),
        Paper::A5 if form.0 > 148.0 => alone,
        Paper::A5 => grid(form, (148.0, 210.0)),
        Paper::Label => {
            let (w, h) = (100.0, 150.0);
            let scale = f32::min(w / form.0, h / form.1);
            let place = ((w - form.0 * scale) / 2.0, (h - form.1 * scale) / 2.0);
            Imposition { page: (w, h), places: vec![place], scale }
        }
    }
}

/// As many forms as the page holds, in the middle of it, row by row.
fn grid(form: (f32, f32), page: (f32, f32)) -> Imposition {
    let fitting = |page: f32, form: f32| ((page / form) as usize).max(1);
    let (across, down) = (fitting(page.0, form.0), fitting(page.1, form.1));
    let left = (page.0 - across as f32 * form.0) / 2.0;
    let top = (page.1 - down as f32 * form.1) / 2.0;
    let place = |at: usize| (left + (at % across) as f32 * form.0, top + (at / across) as f32 * form.1);
    Imposition { page, places: (0..across * down).map(place).collect(), scale: 1.0 }
}

/// The empty forms written so far, to be shown again by reference.
#[derive(Default)]
struct Forms<'a>(Vec<(&'a [Mark], Graphic)>);

impl<'a> Forms<'a> {
    fn graphic(&mut self, surface: &mut Surface<'_>, form: &'a [Mark]) -> Graphic {
        let same = |known: &[Mark]| known.len() == form.len() && known.iter().zip(form).all(|(a, b)| a.draws_as(b));
        if let Some((_, graphic)) = self.0.iter().find(|(known, _)| same(known)) {
            return graphic.clone();
        }
        let mut builder = surface.stream_builder();
        let mut inner = builder.surface();
        inner.set_fill(Some(Fill::default()));
        form.iter().for_each(|mark| draw(&mut inner, mark));
        inner.finish();
        let graphic = Graphic::new(builder.finish(), false);
        self.0.push((form, graphic.clone()));
        graphic
    }
}

fn draw_page<'a>(
    document: &mut Document,
    sheets: &'a [Sheet],
    imposition: &Imposition,
    forms: &mut Forms<'a>,
) -> Result<()> {
    let (width, height) = imposition.page;
    let settings = PageSettings::from_wh(width / POINT, height / POINT)
        .ok_or_else(|| Error::Internal("a page has no size".into()))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    for (sheet, (x, y)) in sheets.iter().zip(&imposition.places) {
        let scale = imposition.scale / POINT;
        surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, x / POINT, y / POINT));
        surface.set_fill(Some(Fill::default()));
        if !sheet.form.is_empty() {
            let form = forms.graphic(&mut surface, &sheet.form);
            surface.draw_graphic(form);
        }
        sheet.marks.iter().for_each(|mark| draw(&mut surface, mark));
        surface.pop();
    }
    surface.finish();
    page.finish();
    Ok(())
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    debug_assert!(mark.stays_in_frame(), "a text leaves its box: {mark:?}");
    match mark {
        Mark::Frame(area) => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { width: 0.18, ..Stroke::default() }));
            draw_areas(surface, &[*area]);
            surface.set_stroke(None);
            surface.set_fill(Some(Fill::default()));
        }
        Mark::Filled(areas) => draw_areas(surface, areas),
        Mark::Text { x, y, block, .. } => draw_text(surface, *x, *y, block),
    }
}

fn draw_areas(surface: &mut Surface<'_>, areas: &[Area]) {
    let mut path = PathBuilder::new();
    for rect in areas.iter().filter_map(|area| Rect::from_xywh(area.x, area.y, area.w, area.h)) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn draw_text(surface: &mut Surface<'_>, x: f32, y: f32, block: &Block) {
    for (at, line) in block.lines.iter().enumerate() {
        for run in &line.runs {
            let start = Point::from_xy(x + run.x, y + block.baseline(at));
            surface.draw_glyphs(start, &run.glyphs, run.font.clone(), &block.text, block.size, false);
            if !run.marks.is_empty() {
                surface.draw_glyphs(start, &run.marks, run.font.clone(), &block.text, block.size, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_share_large_pages() {
        assert_eq!(impose((210.0, 148.0), Paper::A4).places.len(), 2);
        assert_eq!(impose((74.0, 105.0), Paper::A4).places.len(), 4);
        assert_eq!(impose((74.0, 105.0), Paper::A5).places.len(), 4);
        assert_eq!(impose((210.0, 148.0), Paper::A5).page, (210.0, 148.0));
        let label = impose((74.0, 105.0), Paper::Label);
        assert!(label.scale > 1.3 && label.places == vec![((100.0 - 74.0 * label.scale) / 2.0, label.places[0].1)]);
    }
}
