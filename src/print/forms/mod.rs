//! What CN22 and CN23 share: the table of contents pieces, the category ticks and the continuation pages.

pub(super) mod cn22;
pub(super) mod cn23;

use super::codes::{Bars, Matrix};
use super::form_content::FormContent;
use super::labels::Label;
use super::sheet::{Area, Composer, Mark, Overflow, Sheet, area};
use super::table::{Column, Flow, Row, SetRow, columns};
use super::text::{Align, Style};

/// What a form prints: the facts of an item and its two symbols.
pub(super) struct Content<'a> {
    pub facts: &'a FormContent,
    pub bars: Option<Bars>,
    pub matrix: Option<Matrix>,
}

/// The pages of an item, and whether its id could be printed as bars.
pub(super) struct Pages {
    pub sheets: Vec<Sheet>,
    pub bars_drawn: bool,
}

/// The contents table of a form: columns, their heads, a row for each piece.
struct Table<const N: usize> {
    columns: [Column; N],
    heads: [String; N],
    rows: Vec<Row>,
}

impl<const N: usize> Table<N> {
    /// Head and rows within `body`, whose first `head_height` millimetres are the head. All rows go on this page
    /// where a readable size allows it; else it takes what fits, and the others stay in the table.
    fn place(&mut self, composer: &mut Composer<'_>, body: Area, head_height: f32) {
        let space = body.below(head_height);
        for (column, head) in self.columns.iter().zip(&self.heads) {
            let whole = area(body.x + column.x, body.y, column.w, body.h);
            composer.frame(whole);
            composer.frame(whole.top(head_height));
            composer.words(whole.top(head_height), head, composer.small);
        }
        let Style { max, min, .. } = composer.data;
        let smallest = composer.small.min;
        let mut size = max;
        while self.rows.iter_mut().map(|row| row.height(&self.columns, size, smallest)).sum::<f32>() > space.h {
            if size <= min {
                return self.place_beginning(composer, space);
            }
            size = (size - 0.5).max(min);
        }
        let rows = self.set(composer, size);
        self.rows.clear();
        self.draw(composer, rows, space);
    }

    fn place_beginning(&mut self, composer: &mut Composer<'_>, space: Area) {
        let note_height = 2.5;
        let mut left = space.h - note_height;
        let mut fitting = self.set(composer, composer.data.min);
        let count = fitting.iter().take_while(|row| {
            left -= row.height;
            left >= 0.0
        });
        let count = count.count();
        fitting.truncate(count);
        self.rows.drain(..count);
        self.draw(composer, fitting, space);
        let note = format!("+ {}: {}", self.rows.len(), composer.languages.label(Label::Continued));
        let width = self.columns.first().map_or(space.w, |column| column.w);
        let place = area(space.x, space.y + space.h - note_height, width, note_height);
        composer.value(place, "", &note, composer.note_style());
    }

    fn set(&mut self, composer: &Composer<'_>, size: f32) -> Vec<SetRow> {
        let smallest = composer.small.min;
        self.rows.iter_mut().map(|row| row.set(composer.fonts, &self.columns, size, smallest)).collect()
    }

    fn draw(&self, composer: &mut Composer<'_>, rows: Vec<SetRow>, space: Area) {
        let mut y = space.y;
        for row in rows {
            let height = row.height;
            row.draw(&mut composer.sheet, &self.columns, space.x, y);
            y += height;
            if y < space.y + space.h - 0.2 {
                composer.sheet.marks.push(Mark::rule(space.below(y - space.y)));
            }
        }
    }
}

/// The category ticks, `across` in a row, with the explanation in what is left on the right of the last row.
fn category(composer: &mut Composer<'_>, frame: Area, number: Option<u8>, facts: &FormContent, across: usize) {
    const TICKS: [Label; 6] =
        [Label::Gift, Label::Documents, Label::Sale, Label::Sample, Label::Returned, Label::Other];
    composer.frame(frame);
    let label = match number {
        Some(number) => composer.languages.numbered(Label::Category, number),
        None => composer.languages.label(Label::Category),
    };
    let label_height = composer.words(frame, &label, composer.small);
    let grid = frame.below(label_height);
    // The explanation takes a row of its own below the ticks.
    let rows = TICKS.len().div_ceil(across) + 1;
    let (w, h) = (grid.w / across as f32, (grid.h - 0.2) / rows as f32);
    for (at, tick) in TICKS.into_iter().enumerate() {
        let place = area(grid.x + (at % across) as f32 * w, grid.y + (at / across) as f32 * h, w, h);
        let words = composer.languages.label(tick);
        composer.tick(place, &words, facts.nature == Some(tick));
    }
    let explanation = area(grid.x, grid.y + (rows - 1) as f32 * h, grid.w, h);
    let words = composer.languages.label(Label::Explanation);
    composer.captioned(explanation, 20.0_f32.min(grid.w / 3.0), &words, &words, &facts.nature_text);
}

/// A page of its own for what did not fit, as many as it takes; none when everything fitted.
fn continuation<const N: usize>(
    composer: &mut Composer<'_>,
    heading: &str,
    margin: f32,
    table: Table<N>,
    item_id: &str,
) -> Vec<Sheet> {
    let overflow = std::mem::take(&mut composer.overflow);
    if table.rows.is_empty() && overflow.is_empty() {
        return Vec::new();
    }
    let size = (composer.sheet.width, composer.sheet.height);
    let page = area(0.0, 0.0, size.0, size.1).inset(margin, margin);
    let head_height = 6.0;
    let body = area(page.x, page.y + head_height, page.w, page.h - head_height - 4.0);
    let mut flow = Flow::new(size, body);
    flow_pieces(composer, &mut flow, table);
    flow_overflow(composer, &mut flow, overflow, body.w);
    let title = format!("{heading} · {}", composer.languages.label(Label::Continuation));
    let mut pages = flow.pages;
    for sheet in &mut pages {
        std::mem::swap(&mut composer.sheet, sheet);
        composer.words(area(page.x, page.y, page.w * 0.68, head_height), &title, composer.data.bold());
        let id = Style { align: Align::Right, ..composer.data }.bold();
        composer.value(area(page.x + page.w * 0.68, page.y, page.w * 0.32, head_height), "", item_id, id);
        std::mem::swap(&mut composer.sheet, sheet);
    }
    pages
}

fn flow_pieces<const N: usize>(composer: &mut Composer<'_>, flow: &mut Flow, mut table: Table<N>) {
    if table.rows.is_empty() {
        return;
    }
    let heads = table.heads.each_ref().map(String::as_str);
    let Style { max: head_size, min, .. } = composer.small;
    let head = Row::new(composer.bench, heads, false).set(composer.fonts, &table.columns, head_size, min);
    flow.head(Some(&head), &table.columns);
    let size = (composer.data.max + composer.data.min) / 2.0;
    for row in table.set(composer, size) {
        flow.row(row, &table.columns, Some(&head));
    }
    flow.skip(2.0);
}

fn flow_overflow(composer: &mut Composer<'_>, flow: &mut Flow, overflow: Vec<Overflow>, width: f32) {
    let columns = columns([(width * 0.3, Align::Start), (width * 0.7, Align::Start)]);
    let size = (composer.data.max + composer.data.min) / 2.0;
    for Overflow { label, text } in overflow {
        let mut row = Row::new(composer.bench, [&label, &text], false);
        flow.row(row.set(composer.fonts, &columns, size, composer.data.min), &columns, None);
    }
}

/// Writes `1/3` and so on: on the first page at `first`, on the others at the bottom right.
fn number(composer: &mut Composer<'_>, sheets: &mut [Sheet], first: Area, margin: f32) {
    let count = sheets.len();
    if count < 2 {
        return;
    }
    for (at, sheet) in sheets.iter_mut().enumerate() {
        let bottom = area(sheet.width - margin - 20.0, sheet.height - margin - 3.5, 20.0, 3.5);
        let style = Style::plain(6.0, 4.0).align(if at == 0 { Align::Center } else { Align::Right });
        std::mem::swap(&mut composer.sheet, sheet);
        composer.value(if at == 0 { first } else { bottom }, "", &format!("{}/{count}", at + 1), style);
        std::mem::swap(&mut composer.sheet, sheet);
    }
}
