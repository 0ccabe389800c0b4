//! A page as a list of marks: frames, filled areas and texts, each text with the frame it must stay in.
//!
//! Lengths are millimetres from the top left corner. Knows boxes with labels, not forms; how marks become PDF is
//! `pdf.rs`.

use std::sync::Arc;

use super::codes::{Bars, Matrix, QUIET_BARS, QUIET_QR};
use super::fonts::Fonts;
use super::labels::{Label, Languages};
use super::text::{Align, Bench, Block, Style};

/// An area in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

/// Shorthand for [`Area`].
pub(super) const fn area(x: f32, y: f32, w: f32, h: f32) -> Area {
    Area { x, y, w, h }
}

impl Area {
    /// The area without a margin on all sides.
    pub fn inset(self, dx: f32, dy: f32) -> Self {
        area(self.x + dx, self.y + dy, (self.w - 2.0 * dx).max(0.0), (self.h - 2.0 * dy).max(0.0))
    }

    /// Whether it lies in `outer`, up to the rounding of lengths.
    pub fn within(self, outer: Self) -> bool {
        const ROUNDING: f32 = 0.02;
        self.x >= outer.x - ROUNDING
            && self.y >= outer.y - ROUNDING
            && self.x + self.w <= outer.x + outer.w + ROUNDING
            && self.y + self.h <= outer.y + outer.h + ROUNDING
    }

    /// What is left below the first `height` millimetres.
    pub fn below(self, height: f32) -> Self {
        area(self.x, self.y + height, self.w, (self.h - height).max(0.0))
    }

    /// The first `height` millimetres.
    pub fn top(self, height: f32) -> Self {
        Self { h: height.min(self.h), ..self }
    }
}

/// One thing on the page.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Frame(Area),
    /// Dark areas, measured in modules of (width, height) from (x, y): whole numbers keep the file small.
    Filled {
        x: f32,
        y: f32,
        module: (f32, f32),
        areas: Vec<Area>,
    },
    /// Lines from (x, y); all of it lies within `frame`.
    Text {
        frame: Area,
        x: f32,
        y: f32,
        block: Arc<Block>,
    },
}

impl Mark {
    /// A thin line from side to side of `area`, at its top.
    pub fn rule(area: Area) -> Self {
        Self::Filled { x: area.x, y: area.y, module: (area.w, 0.06), areas: vec![self::area(0.0, 0.0, 1.0, 1.0)] }
    }

    /// The room each line of a text takes; nothing for other marks.
    pub fn lines(&self) -> Vec<Area> {
        let Self::Text { x, y, block, .. } = self else { return Vec::new() };
        let lines = block.lines.iter().enumerate().filter(|(_, line)| line.width > 0.0);
        let height = block.line_height();
        lines.map(|(at, line)| area(x + line.x, y + at as f32 * height, line.width, height)).collect()
    }

    /// Whether both draw the same. Equal texts in type of equal size and width look equal.
    pub fn draws_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Frame(a), Self::Frame(b)) => a == b,
            (Self::Text { x, y, block, .. }, Self::Text { x: other_x, y: other_y, block: other, .. }) => {
                (x, y) == (other_x, other_y) && (Arc::ptr_eq(block, other) || block.looks_as(other))
            }
            _ => false,
        }
    }

    /// Whether all of a text lies in its frame. Always so; debug builds check it for every page they write.
    pub fn stays_in_frame(&self) -> bool {
        match self {
            Self::Text { frame, .. } => self.lines().iter().all(|line| line.within(*frame)),
            _ => true,
        }
    }
}

/// A finished page.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub width: f32,
    pub height: f32,
    /// The empty form: the same for every item, and written once into a file.
    pub form: Vec<Mark>,
    /// What the item puts into it.
    pub marks: Vec<Mark>,
}

impl Sheet {
    pub fn new(width: f32, height: f32) -> Self {
        Self { width, height, form: Vec::new(), marks: Vec::new() }
    }
}

/// A text that did not fit its box, to be repeated in full on the continuation page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overflow {
    pub label: String,
    pub text: String,
}

/// Puts boxes on a sheet and remembers what did not fit.
pub(super) struct Composer<'a> {
    pub fonts: &'a Fonts,
    pub bench: &'a mut Bench,
    pub languages: Languages,
    pub sheet: Sheet,
    pub overflow: Vec<Overflow>,
    /// Type of the form's own words.
    pub small: Style,
    /// Type of what the sender declared.
    pub data: Style,
}

/// Distance of text from the lines around it.
const PAD_X: f32 = 0.7;
const PAD_Y: f32 = 0.3;
/// The part of a box's height its label may take.
const LABEL_SHARE: f32 = 0.5;

impl Composer<'_> {
    pub fn frame(&mut self, area: Area) {
        self.sheet.form.push(Mark::Frame(area));
    }

    /// A text of the form in `frame`, at the top; returns its height. It always fits: the tables are tested for it.
    pub fn words(&mut self, frame: Area, text: &str, style: Style) -> f32 {
        let inner = frame.inset(PAD_X, PAD_Y);
        let block = self.bench.label(self.fonts.faces(), text, style, inner.w, inner.h);
        let height = block.height();
        self.sheet.form.push(Mark::Text { frame, x: inner.x, y: inner.y, block });
        height + PAD_Y
    }

    /// As [`Self::words`], in the middle of the height.
    pub fn centered_words(&mut self, frame: Area, text: &str, style: Style) {
        let inner = frame.inset(PAD_X, PAD_Y);
        let block = self.bench.label(self.fonts.faces(), text, style, inner.w, inner.h);
        let y = inner.y + (inner.h - block.height()) / 2.0;
        self.sheet.form.push(Mark::Text { frame, x: inner.x, y, block });
    }

    /// What the sender declared, in `frame`; `label` names it on the continuation page when it does not fit.
    pub fn value(&mut self, frame: Area, label: &str, text: &str, style: Style) {
        self.place(frame, label, text, style, false);
    }

    /// As [`Self::value`]; a text that fits stands in the middle of the height when `centered`.
    fn place(&mut self, frame: Area, label: &str, text: &str, style: Style, centered: bool) {
        if text.is_empty() {
            return;
        }
        let inner = frame.inset(PAD_X, PAD_Y);
        let mut shaped = self.bench.shape(text, style.bold);
        let block = shaped.fit(self.fonts.faces(), style, inner.w, inner.h);
        if block.whole {
            let room = if centered { inner.h - block.height() } else { 0.0 };
            return self.text(frame, inner.y + room / 2.0, block);
        }
        self.overflow.push(Overflow { label: label.to_owned(), text: text.to_owned() });
        let note_style = self.note_style();
        let note = self.languages.label(Label::Continued);
        let note = self.bench.label(self.fonts.faces(), &note, note_style, inner.w, inner.h);
        let beginning =
            shaped.fit(self.fonts.faces(), Style { max: style.min, ..style }, inner.w, inner.h - note.height());
        let below = inner.y + beginning.height();
        self.text(frame, inner.y, beginning);
        self.sheet.marks.push(Mark::Text { frame, x: inner.x, y: below, block: note });
    }

    /// Type of the note that a text goes on elsewhere.
    pub fn note_style(&self) -> Style {
        Style::plain(self.small.min, self.small.min * 0.75)
    }

    fn text(&mut self, frame: Area, y: f32, block: Block) {
        self.sheet.marks.push(Mark::Text { frame, x: frame.x + PAD_X, y, block: Arc::new(block) });
    }

    /// A framed box with its label above the value.
    pub fn boxed(&mut self, frame: Area, label: &str, text: &str) {
        self.frame(frame);
        self.labelled(frame, label, text, self.data);
    }

    /// A label above a value, without a frame.
    pub fn labelled(&mut self, frame: Area, label: &str, text: &str, style: Style) {
        let label_height = self.words(frame.top(frame.h * LABEL_SHARE), label, self.small);
        self.value(frame.below(label_height), label, text, style);
    }

    /// A caption to the left of a value; `label` names the value on the continuation page. The row may be low: its
    /// padding goes to the text, and the smallest type is a point smaller than elsewhere.
    pub fn captioned(&mut self, row: Area, caption_width: f32, caption: &str, label: &str, text: &str) {
        self.centered_words(Area { w: caption_width, ..row }, caption, self.small);
        let value = area(row.x + caption_width, row.y - 0.1, row.w - caption_width, row.h + 0.2);
        self.place(value, label, text, Style { min: self.data.min - 0.75, ..self.data }, true);
    }

    /// A square to tick, `ticked` or not, with its label to the right.
    pub fn tick(&mut self, frame: Area, label: &str, ticked: bool) {
        let side = (frame.h - 0.8).min(2.8);
        let square = area(frame.x + PAD_X, frame.y + (frame.h - side) / 2.0, side, side);
        self.frame(square);
        if ticked {
            let cross = Style::plain(12.0, 4.0).bold().align(Align::Center);
            let block = self.bench.label(self.fonts.faces(), "×", cross, side, side);
            let y = square.y + (side - block.height()) / 2.0;
            self.sheet.marks.push(Mark::Text { frame: square, x: square.x, y, block });
        }
        let words = area(square.x + side, frame.y, frame.w - side - PAD_X, frame.h);
        self.centered_words(words, label, self.small);
    }

    /// Code 128 bars with the id in letters below. Narrow bars are 0.33 mm wide where there is room, never below
    /// 0.25 mm; returns false, having written the id alone, where even that is too wide.
    pub fn bars(&mut self, frame: Area, bars: Option<&Bars>, id: &str) -> bool {
        let letters = Style::plain(9.0, 5.0).bold().align(Align::Center);
        let letters_height = 4.0_f32.min(frame.h / 2.0);
        let module = bars.map(|bars| (frame.w / (bars.modules + 2 * QUIET_BARS) as f32).min(0.36));
        let label = self.languages.label(Label::ItemNumber);
        let (Some(bars), Some(module)) = (bars, module.filter(|module| *module >= 0.25)) else {
            self.value(frame, &label, id, letters);
            return false;
        };
        let left = frame.x + (frame.w - module * bars.modules as f32) / 2.0;
        let height = frame.h - letters_height - 1.0;
        let areas = bars.dark.iter().map(|(at, count)| area(*at as f32, 0.0, *count as f32, 1.0)).collect();
        self.sheet.marks.push(Mark::Filled { x: left, y: frame.y + 1.0, module: (module, height), areas });
        self.value(frame.below(frame.h - letters_height), &label, id, letters);
        true
    }

    /// A QR code, as large as `frame` allows with its quiet zone.
    pub fn qr(&mut self, frame: Area, matrix: &Matrix) {
        let module = frame.w.min(frame.h) / (matrix.modules + 2 * QUIET_QR) as f32;
        let side = module * matrix.modules as f32;
        let (left, top) = (frame.x + (frame.w - side) / 2.0, frame.y + (frame.h - side) / 2.0);
        let areas = matrix.dark.iter().map(|(row, at, count)| area(*at as f32, *row as f32, *count as f32, 1.0));
        let areas = areas.collect();
        self.sheet.marks.push(Mark::Filled { x: left, y: top, module: (module, module), areas });
    }
}
