//! Setting text: shaping, wrapping and fitting a text into a box. Lengths are millimetres, type sizes points.
//!
//! Knows fonts and lines, not what the text means. A text is shaped once and then broken at as many sizes as it takes.

use std::collections::HashMap;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::layout::AlignmentOptions;
use parley::style::{FontFamily, FontWeight, LineHeight, OverflowWrap, StyleProperty};
use parley::{Alignment, FontContext, GenericFamily, Layout, LayoutContext};

use super::faces::{FaceKey, Faces};

/// One point in millimetres.
pub(super) const POINT: f32 = 25.4 / 72.0;
/// The size texts are shaped at; everything scales from it.
const SHAPED: f32 = 10.0;
/// Step between the sizes tried, in points.
const STEP: f32 = 0.25;
/// Labels kept laid out; beyond it the store is emptied.
const LABELS_KEPT: usize = 4_096;

/// How a text is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub bold: bool,
    pub align: Align,
    /// Largest and smallest size in points.
    pub max: f32,
    pub min: f32,
}

/// Where lines stand between the sides; `Start` is the side reading begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Align {
    Start,
    Center,
    Right,
}

impl Style {
    /// Text of ordinary weight at `max` points, shrunk to fit no further than `min`.
    pub const fn plain(max: f32, min: f32) -> Self {
        Self { bold: false, align: Align::Start, max, min }
    }

    /// The same in bold.
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same, standing so between the sides.
    pub const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// Lines of text ready to draw.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub text: Arc<str>,
    /// Type size in millimetres.
    pub size: f32,
    /// Distance of lines and of the first baseline from the top, in type sizes.
    pub leading: f32,
    pub ascent: f32,
    pub lines: Vec<Line>,
    /// Whether the text is complete; else `lines` is its beginning.
    pub whole: bool,
}

/// One line: where it begins from the left of the box, how wide it is, its glyphs.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub x: f32,
    pub width: f32,
    pub runs: Vec<Run>,
}

/// Glyphs of one font.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub font: Font,
    /// From the left of the box.
    pub x: f32,
    pub glyphs: Vec<KrillaGlyph>,
    /// Dots and vowel signs drawn onto the glyphs. They stand for no text of their own (their letter's glyph carries
    /// it), so that readers find words and not letters with gaps.
    pub marks: Vec<KrillaGlyph>,
}

impl Block {
    /// Height of all lines, millimetres.
    pub fn height(&self) -> f32 {
        self.line_height() * self.lines.len() as f32
    }

    /// Whether it looks the same as `other`, without comparing glyphs.
    pub fn looks_as(&self, other: &Self) -> bool {
        let lines = |block: &Self| block.lines.iter().map(|line| (line.x, line.width)).collect::<Vec<_>>();
        self.text == other.text && self.size == other.size && lines(self) == lines(other)
    }

    /// From one baseline to the next, millimetres.
    pub fn line_height(&self) -> f32 {
        self.leading * self.size
    }

    /// Baseline of line `index` from the top.
    pub fn baseline(&self, index: usize) -> f32 {
        (index as f32 * self.leading + self.ascent) * self.size
    }

    /// The lines in `range` as a block of their own.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let lines = self.lines.get(range).unwrap_or_default().to_vec();
        Self { lines, text: self.text.clone(), ..*self }
    }
}

/// The tools of one thread: shaper, scratch space and the labels laid out so far.
pub(super) struct Bench {
    fonts: FontContext,
    layout: LayoutContext<()>,
    labels: HashMap<LabelKey, Arc<Block>>,
}

#[derive(PartialEq, Eq, Hash)]
struct LabelKey {
    text: String,
    look: (bool, Align, u32, u32),
    space: (u32, u32),
}

impl Bench {
    /// Tools that draw with these fonts.
    pub fn new(fonts: FontContext) -> Self {
        Self { fonts, layout: LayoutContext::new(), labels: HashMap::new() }
    }

    /// Shapes `text`; line feeds in it break lines.
    pub fn shape(&mut self, text: &str, bold: bool) -> Shaped {
        let mut builder = self.layout.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Single(GenericFamily::SansSerif.into())));
        builder.push_default(StyleProperty::FontSize(SHAPED));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.0)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::BreakWord));
        if bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        let mut layout = builder.build(text);
        let widths = layout.calculate_content_widths();
        layout.break_all_lines(None);
        let tall = layout.lines().any(|line| line.runs().any(|run| is_tall(run.metrics())));
        Shaped { text: text.into(), layout, natural: widths.max, longest_word: widths.min, tall }
    }

    /// A text of the form itself, the same on every form: laid out once for each box.
    pub fn label(&mut self, faces: &Faces, text: &str, style: Style, width: f32, height: f32) -> Arc<Block> {
        let key = LabelKey {
            text: text.to_owned(),
            look: (style.bold, style.align, style.max.to_bits(), style.min.to_bits()),
            space: (width.to_bits(), height.to_bits()),
        };
        if let Some(block) = self.labels.get(&key) {
            return block.clone();
        }
        if self.labels.len() >= LABELS_KEPT {
            self.labels.clear();
        }
        let block = Arc::new(self.shape(text, style.bold).fit(faces, style, width, height));
        self.labels.insert(key, block.clone());
        block
    }
}

/// A shaped text, not yet broken into lines.
pub(super) struct Shaped {
    text: Arc<str>,
    layout: Layout<()>,
    /// Width without any break, at [`SHAPED`].
    natural: f32,
    /// Width of the longest word, at [`SHAPED`].
    longest_word: f32,
    /// Whether it holds a script that rises or hangs further than Latin.
    tall: bool,
}

impl Shaped {
    /// The text in a box: first shrunk a little to stay on one line, then wrapped at the largest size that fits,
    /// and when even the smallest does not fit, its beginning ([`Block::whole`] is false).
    pub fn fit(&mut self, faces: &Faces, style: Style, width: f32, height: f32) -> Block {
        let one_line = (width / (self.natural / SHAPED * POINT) * 0.999).min(style.max);
        let high_enough = self.leading() * one_line * POINT <= height;
        if one_line >= style.min.max(style.max * 0.8) && high_enough && !self.text.contains('\n') {
            return self.set(faces, style, one_line, width);
        }
        let mut size = style.max;
        while size > style.min {
            let words_whole = self.longest_word / SHAPED * POINT * size <= width;
            if words_whole && self.height(size, width) <= height {
                return self.set(faces, style, size, width);
            }
            size = (size - STEP).max(style.min);
        }
        let mut block = self.set(faces, style, style.min, width);
        if block.height() > height {
            block.lines.truncate((height / block.line_height()) as usize);
            block.whole = false;
        }
        block
    }

    /// Height of the text at `size` points, wrapped at `width`.
    pub fn height(&mut self, size: f32, width: f32) -> f32 {
        self.layout.break_all_lines(Some(width / (size * POINT / SHAPED)));
        self.leading() * size * POINT * self.layout.len() as f32
    }

    fn leading(&self) -> f32 {
        if self.tall { 1.45 } else { 1.2 }
    }

    /// `size`, or as much less (down to `min`) as it takes for the longest word to fit into `width`.
    pub fn size_without_breaking_words(&self, width: f32, size: f32, min: f32) -> f32 {
        let fitting = width / (self.longest_word / SHAPED * POINT) * 0.999;
        if fitting < min { size } else { fitting.min(size) }
    }

    /// The text at `size` points, wrapped at `width`, as high as it gets.
    pub fn set(&mut self, faces: &Faces, style: Style, size: f32, width: f32) -> Block {
        let scale = size * POINT / SHAPED;
        self.layout.break_all_lines(Some(width / scale));
        let align = match style.align {
            Align::Start => Alignment::Start,
            Align::Center => Alignment::Center,
            Align::Right => Alignment::Right,
        };
        self.layout.align(align, AlignmentOptions::default());
        let lines = self.layout.lines().map(|line| {
            let metrics = line.metrics();
            let width = (metrics.advance - metrics.trailing_whitespace) * scale;
            Line { x: metrics.offset * scale, width, runs: runs(faces, &line, scale) }
        });
        let ascent = if self.tall { 1.02 } else { 0.95 };
        let (text, leading, lines) = (self.text.clone(), self.leading(), lines.collect());
        Block { text, size: size * POINT, leading, ascent, lines, whole: true }
    }
}

fn is_tall(metrics: &parley::RunMetrics) -> bool {
    metrics.ascent > 1.2 * SHAPED || metrics.descent > 0.4 * SHAPED
}

fn runs(faces: &Faces, line: &parley::Line<'_, ()>, scale: f32) -> Vec<Run> {
    let mut runs = Vec::new();
    for item in line.items() {
        let parley::PositionedLayoutItem::GlyphRun(placed) = item else { continue };
        let run = placed.run();
        let Some(font) = faces.drawable(&FaceKey::of(run), &run.font().data) else { continue };
        let (glyphs, marks) = glyphs(run);
        runs.push(Run { font, x: placed.offset() * scale, glyphs, marks });
    }
    runs
}

/// The glyphs of a run from left to right, in units of the type size, each with the text it stands for; and the marks
/// on them.
fn glyphs(run: &parley::Run<'_, ()>) -> (Vec<KrillaGlyph>, Vec<KrillaGlyph>) {
    let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(run.len());
    let mut marks = Vec::new();
    let mut pen = 0.0;
    // In right-to-left text the later parts of a ligature come before its glyph.
    let mut waiting_end = None;
    for cluster in run.visual_clusters() {
        let mut range = cluster.text_range();
        if cluster.is_ligature_continuation() {
            if cluster.is_rtl() {
                waiting_end = waiting_end.max(Some(range.end));
            } else {
                lengthen_last(&mut glyphs, range.end);
            }
            continue;
        }
        range.end = range.end.max(waiting_end.take().unwrap_or(0));
        if cluster.is_hard_line_break() {
            continue;
        }
        let letter = cluster.glyphs().any(|glyph| glyph.advance > 0.0);
        for glyph in cluster.glyphs() {
            let id = GlyphId::new(glyph.id);
            let (x, y) = (glyph.x / SHAPED, -glyph.y / SHAPED);
            if letter && glyph.advance == 0.0 {
                marks.push(KrillaGlyph::new(id, 0.0, pen + x, y, 0.0, 0..0, None));
            } else {
                let advance = glyph.advance / SHAPED;
                glyphs.push(KrillaGlyph::new(id, advance, x, y, 0.0, range.clone(), None));
                pen += advance;
            }
        }
    }
    (glyphs, marks)
}

/// Lets the glyphs of the last cluster stand for the text up to `end` too.
fn lengthen_last(glyphs: &mut [KrillaGlyph], end: usize) {
    let Some(start) = glyphs.last().map(|glyph| glyph.text_range.start) else { return };
    for glyph in glyphs.iter_mut().rev().take_while(|glyph| glyph.text_range.start == start) {
        glyph.text_range.end = end;
    }
}
