//! Rows of cells that flow over as many pages as they need.
//!
//! Knows columns and page ends; the words in the rows are the caller's. A row higher than a page is cut between lines.

use std::sync::Arc;

use super::fonts::Fonts;
use super::sheet::{Area, Mark, Sheet, area};
use super::text::{Align, Bench, Block, Shaped, Style};

/// A column: where it begins from the left of the table, its width, and where its lines stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub x: f32,
    pub w: f32,
    pub align: Align,
}

/// Columns side by side from widths in millimetres.
pub(super) fn columns<const N: usize>(widths: [(f32, Align); N]) -> [Column; N] {
    let mut x = 0.0;
    widths.map(|(w, align)| {
        let column = Column { x, w, align };
        x += w;
        column
    })
}

/// Room around the text of a cell.
const PAD_X: f32 = 0.7;
const PAD_Y: f32 = 0.35;

/// The shaped cells of one row.
pub(super) struct Row(Vec<Shaped>);

/// A row set at one size.
#[derive(Clone)]
pub(super) struct SetRow {
    blocks: Vec<Block>,
    pub height: f32,
}

impl Row {
    pub fn new<const N: usize>(bench: &mut Bench, cells: [&str; N], bold: bool) -> Self {
        Self(cells.into_iter().map(|cell| bench.shape(cell, bold)).collect())
    }

    /// Sets all cells at `size` points, wrapped in their columns; a cell whose longest word is too wide is set
    /// smaller, down to `min`, before its word is broken.
    pub fn set(&mut self, fonts: &Fonts, columns: &[Column], size: f32, min: f32) -> SetRow {
        let set = |cell: &mut Shaped, align: Align, size: f32, width: f32| {
            cell.set(fonts.faces(), Style::plain(size, min).align(align), size, width)
        };
        let blocks: Vec<Block> = self.each_cell(columns, size, min, set).collect();
        let height = blocks.iter().map(Block::height).fold(0.0, f32::max) + 2.0 * PAD_Y;
        SetRow { blocks, height }
    }

    /// The height the row would have, set so.
    pub fn height(&mut self, columns: &[Column], size: f32, min: f32) -> f32 {
        let heights = self.each_cell(columns, size, min, |cell, _, size, width| cell.height(size, width));
        heights.fold(0.0, f32::max) + 2.0 * PAD_Y
    }

    /// Calls `with` for each cell with its alignment, size and width.
    fn each_cell<T>(
        &mut self,
        columns: &[Column],
        size: f32,
        min: f32,
        with: impl Fn(&mut Shaped, Align, f32, f32) -> T,
    ) -> impl Iterator<Item = T> {
        self.0.iter_mut().zip(columns).map(move |(cell, column)| {
            let width = column.w - 2.0 * PAD_X;
            let fitting = cell.size_without_breaking_words(width, size, min);
            with(cell, column.align, fitting, width)
        })
    }
}

impl SetRow {
    /// Draws the row with its top at `top` in a table whose left side is `left`.
    pub fn draw(self, sheet: &mut Sheet, columns: &[Column], left: f32, top: f32) {
        let height = self.height;
        for (block, column) in self.blocks.into_iter().zip(columns).filter(|(block, _)| !block.lines.is_empty()) {
            let frame = area(left + column.x, top, column.w, height);
            sheet.marks.push(Mark::Text { frame, x: frame.x + PAD_X, y: top + PAD_Y, block: Arc::new(block) });
        }
    }

    /// Cuts off the lines that fit into `height`; `None` when not a single line of any cell does.
    fn split(self, height: f32) -> (Option<Self>, Self) {
        let room = height - 2.0 * PAD_Y;
        let fitting = |block: &Block| ((room / block.line_height()) as usize).min(block.lines.len());
        let part = |take: bool| {
            let blocks = self.blocks.iter().map(|block| {
                let at = fitting(block);
                block.part(if take { 0..at } else { at..block.lines.len() })
            });
            let blocks: Vec<Block> = blocks.collect();
            let height = blocks.iter().map(Block::height).fold(0.0, f32::max) + 2.0 * PAD_Y;
            Self { blocks, height }
        };
        let first = part(true);
        if first.blocks.iter().all(|block| block.lines.is_empty()) { (None, self) } else { (Some(first), part(false)) }
    }
}

/// Pages being filled from top to bottom within `body`.
pub(super) struct Flow {
    size: (f32, f32),
    body: Area,
    y: f32,
    pub pages: Vec<Sheet>,
}

impl Flow {
    /// Pages of `size` (width, height), filled within `body`.
    pub fn new(size: (f32, f32), body: Area) -> Self {
        let mut flow = Self { size, body, y: 0.0, pages: Vec::new() };
        flow.turn();
        flow
    }

    fn turn(&mut self) {
        self.pages.push(Sheet::new(self.size.0, self.size.1));
        self.y = self.body.y;
    }

    fn page(&mut self) -> Option<&mut Sheet> {
        self.pages.last_mut()
    }

    fn left(&self) -> f32 {
        self.body.y + self.body.h - self.y
    }

    /// Puts `row` below what is there, on a new page where it does not fit; `head` is repeated above it there.
    pub fn row(&mut self, row: SetRow, columns: &[Column], head: Option<&SetRow>) {
        if row.height > self.left() && self.y > self.body.y && row.height <= self.body.h / 2.0 {
            self.turn();
            self.head(head, columns);
        }
        let mut rest = row;
        loop {
            if rest.height <= self.left() {
                return self.put(rest, columns);
            }
            let (first, more) = rest.split(self.left());
            match first {
                Some(first) => self.put(first, columns),
                // An empty page that takes no line would never end; the page sizes exclude it.
                None if self.y <= self.body.y => return,
                None => {}
            }
            rest = more;
            self.turn();
            self.head(head, columns);
        }
    }

    /// Starts a new page unless `height` millimetres are left on this one.
    pub fn keep(&mut self, height: f32) {
        if self.left() < height {
            self.turn();
        }
    }

    pub fn head(&mut self, head: Option<&SetRow>, columns: &[Column]) {
        if let Some(head) = head {
            self.put(head.clone(), columns);
        }
    }

    /// Leaves `height` millimetres free.
    pub fn skip(&mut self, height: f32) {
        self.y += height;
    }

    fn put(&mut self, row: SetRow, columns: &[Column]) {
        let (x, y, height) = (self.body.x, self.y, row.height);
        if let Some(page) = self.page() {
            for column in columns {
                page.marks.push(Mark::Frame(area(x + column.x, y, column.w, height)));
            }
            row.draw(page, columns, x, y);
        }
        self.y += height;
    }
}
