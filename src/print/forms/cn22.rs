//! CN22: the small form for letters up to 300 SDR, 74 × 105 mm.
//!
//! It carries no addresses (they stand on the item). What our data has beyond its boxes (documents, references,
//! instruction when undeliverable) goes into one box of further particulars.

use super::{Content, Pages, Table, category, continuation, number};
use crate::print::form_content::{FormContent, Piece, joined};
use crate::print::labels::{Label, Languages};
use crate::print::sheet::{Composer, area};
use crate::print::table::{Row, columns};
use crate::print::text::{Align, Style};

/// Width and height in millimetres.
pub(in crate::print) const SIZE: (f32, f32) = (74.0, 105.0);
/// Type of the form's words and of the data.
pub(in crate::print) const TYPE: (Style, Style) = (Style::plain(4.6, 3.2), Style::plain(6.5, 4.5));
const MARGIN: f32 = 2.0;

/// Draws the form on the composer's sheet and continuation pages after it.
pub(in crate::print) fn draw(composer: &mut Composer<'_>, content: &Content<'_>) -> Pages {
    let facts = content.facts;
    header(composer, facts);
    let bars_drawn = composer.bars(area(2.0, 16.0, 70.0, 14.0), content.bars.as_ref(), &facts.item_id);
    composer.frame(area(2.0, 16.0, 70.0, 14.0));
    category(composer, area(2.0, 30.0, 70.0, 13.5), None, facts, 3);
    let mut table = table(composer, facts);
    table.place(composer, area(2.0, 43.5, 70.0, 28.0), 7.5);
    totals(composer, facts);
    particulars(composer, facts);
    signature(composer, content);
    let later = continuation(composer, "CN 22", MARGIN, table, &facts.item_id);
    let mut sheets = vec![composer.sheet.clone()];
    sheets.extend(later);
    number(composer, &mut sheets, area(58.0, 7.0, 14.0, 3.5), MARGIN);
    Pages { sheets, bars_drawn }
}

fn header(composer: &mut Composer<'_>, facts: &FormContent) {
    let languages = composer.languages;
    let bold = Style::plain(6.5, 4.0).bold();
    composer.frame(area(2.0, 2.0, 70.0, 9.0));
    composer.words(area(2.0, 2.0, 33.0, 9.0), &languages.label(Label::Title), bold);
    composer.words(area(35.0, 2.0, 23.0, 9.0), &languages.label(Label::OpenedOfficially), composer.small);
    composer.words(area(58.0, 2.0, 14.0, 5.0), "CN 22", Style::plain(9.0, 6.0).bold().align(Align::Center));
    let operator = area(2.0, 11.0, 70.0, 5.0);
    composer.frame(operator);
    let label = languages.label(Label::Operator);
    composer.captioned(operator, 22.0, &label, &label, &facts.operator);
}

fn table(composer: &mut Composer<'_>, facts: &FormContent) -> Table<5> {
    let languages = composer.languages;
    let widths =
        [(25.0, Align::Start), (10.0, Align::Right), (15.0, Align::Right), (10.5, Align::Center), (9.5, Align::Center)];
    let rows = facts.pieces.iter().map(|piece| {
        let description = with_quantity(piece);
        let cells = [&*description, &*piece.net_weight, &*piece.value, &*piece.tariff, &*piece.origin];
        Row::new(composer.bench, cells, false)
    });
    Table { columns: columns(widths), heads: heads(languages), rows: rows.collect() }
}

fn heads(languages: Languages) -> [String; 5] {
    [
        languages.numbered(Label::QuantityDescription, 1),
        languages.numbered(Label::NetWeight, 2),
        languages.numbered(Label::Value, 3),
        languages.numbered(Label::Tariff, 4),
        languages.numbered(Label::Origin, 5),
    ]
}

fn with_quantity(piece: &Piece) -> String {
    match piece.quantity.as_str() {
        "" => piece.description.clone(),
        quantity => format!("{quantity} × {}", piece.description),
    }
}

fn totals(composer: &mut Composer<'_>, facts: &FormContent) {
    let languages = composer.languages;
    composer.boxed(area(2.0, 71.5, 20.0, 6.5), &languages.numbered(Label::TotalWeight, 6), &facts.gross_weight);
    composer.boxed(area(22.0, 71.5, 27.0, 6.5), &languages.numbered(Label::TotalValue, 7), &facts.total_value);
    composer.boxed(area(49.0, 71.5, 23.0, 6.5), &languages.label(Label::Postage), &facts.postage);
}

fn particulars(composer: &mut Composer<'_>, facts: &FormContent) {
    let languages = composer.languages;
    let named = |label: Label, text: &str| match text {
        "" => String::new(),
        text => format!("{}: {text}", languages.label(label)),
    };
    let text = joined(
        "; ",
        [
            named(Label::Licence, &facts.licences),
            named(Label::Certificate, &facts.certificates),
            named(Label::Invoice, &facts.invoices),
            named(Label::Insured, &facts.insured),
            named(Label::NonDelivery, &facts.non_delivery),
            named(Label::From, &facts.sender_reference),
            named(Label::To, &facts.importer_reference),
            facts.comments.clone(),
        ],
    );
    let frame = area(2.0, 78.0, 70.0, 8.0);
    composer.frame(frame);
    let small = Style { min: 3.75, ..composer.data };
    composer.labelled(frame, &languages.label(Label::Particulars), &text, small);
}

fn signature(composer: &mut Composer<'_>, content: &Content<'_>) {
    let languages = composer.languages;
    let statement = area(2.0, 86.0, 52.0, 8.5);
    composer.frame(statement);
    composer.words(statement, &languages.label(Label::Statement), composer.small);
    let label = languages.numbered(Label::Signature, 8);
    composer.boxed(area(2.0, 94.5, 52.0, 8.5), &label, &content.facts.signed_on);
    let square = area(54.0, 86.0, 18.0, 17.0);
    composer.frame(square);
    if let Some(matrix) = &content.matrix {
        composer.qr(square, matrix);
    }
}
