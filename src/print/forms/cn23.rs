//! CN23: the large form for parcels, EMS and letters above 300 SDR, 210 × 148 mm, or rearranged upright for a label
//! of 100 × 150 mm.

use super::{Content, Pages, Table, category, continuation, number};
use crate::print::form_content::{FormContent, Party};
use crate::print::labels::Label;
use crate::print::sheet::{Area, Composer, area};
use crate::print::table::{Row, columns};
use crate::print::text::{Align, Style};

/// One way to arrange the boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::print) enum Arrangement {
    Landscape,
    Label,
}

impl Arrangement {
    /// Width and height in millimetres.
    pub const fn size(self) -> (f32, f32) {
        match self {
            Self::Landscape => (210.0, 148.0),
            Self::Label => (100.0, 150.0),
        }
    }

    /// Type of the form's words and of the data.
    pub const fn style(self) -> (Style, Style) {
        match self {
            Self::Landscape => (Style::plain(5.2, 3.6), Style::plain(8.0, 5.0)),
            Self::Label => (Style::plain(4.4, 3.2), Style::plain(6.5, 4.5)),
        }
    }

    const fn margin(self) -> f32 {
        match self {
            Self::Landscape => 5.0,
            Self::Label => 2.0,
        }
    }
}

/// Draws the form on the composer's sheet and continuation pages after it.
pub(in crate::print) fn draw(composer: &mut Composer<'_>, content: &Content<'_>, arrangement: Arrangement) -> Pages {
    let (bars_drawn, table, page_number) = match arrangement {
        Arrangement::Landscape => landscape(composer, content),
        Arrangement::Label => label(composer, content),
    };
    let later = continuation(composer, "CN 23", arrangement.margin(), table, &content.facts.item_id);
    let mut sheets = vec![composer.sheet.clone()];
    sheets.extend(later);
    number(composer, &mut sheets, page_number, arrangement.margin());
    Pages { sheets, bars_drawn }
}

/// The arrangement of the official form.
fn landscape(composer: &mut Composer<'_>, content: &Content<'_>) -> (bool, Table<6>, Area) {
    let facts = content.facts;
    header(composer, facts, area(5.0, 5.0, 200.0, 9.0), [48.0, 92.0, 38.0, 22.0]);
    party(composer, area(5.0, 14.0, 70.0, 28.0), 19.0, Label::From, &facts.sender);
    party(composer, area(5.0, 42.0, 100.0, 24.0), 19.0, Label::To, &facts.recipient);
    sender_reference(composer, area(75.0, 14.0, 30.0, 28.0), facts);
    let bars_drawn = symbols(composer, content, area(105.0, 14.0, 76.0, 28.0), area(181.0, 14.0, 24.0, 28.0));
    importer_reference(composer, area(105.0, 42.0, 100.0, 13.0), facts);
    importer_contact(composer, area(105.0, 55.0, 100.0, 11.0), facts);
    let mut table = table(composer, facts, [84.0, 16.0, 20.0, 32.0, 26.0, 22.0]);
    table.place(composer, area(5.0, 66.0, 200.0, 40.0), 6.5);
    non_delivery(composer, area(5.0, 106.0, 60.0, 8.0), facts);
    totals(composer, area(65.0, 106.0, 140.0, 8.0), [34.0, 46.0, 30.0, 30.0], facts);
    category(composer, area(5.0, 114.0, 118.0, 13.0), Some(10), facts, 3);
    comments(composer, area(5.0, 127.0, 118.0, 8.0), facts);
    documents(composer, area(5.0, 135.0, 118.0, 8.0), facts);
    office(composer, area(123.0, 114.0, 82.0, 7.0), facts);
    statement(composer, area(123.0, 121.0, 82.0, 10.0));
    signature(composer, area(123.0, 131.0, 82.0, 12.0), facts);
    (bars_drawn, table, area(181.0, 10.5, 24.0, 3.5))
}

/// The same boxes upright.
fn label(composer: &mut Composer<'_>, content: &Content<'_>) -> (bool, Table<6>, Area) {
    let facts = content.facts;
    header(composer, facts, area(2.0, 2.0, 96.0, 9.0), [24.0, 38.0, 20.0, 14.0]);
    let bars_drawn = symbols(composer, content, area(2.0, 11.0, 78.0, 18.0), area(80.0, 11.0, 18.0, 18.0));
    party(composer, area(2.0, 29.0, 48.0, 26.0), 11.0, Label::From, &facts.sender);
    party(composer, area(50.0, 29.0, 48.0, 26.0), 11.0, Label::To, &facts.recipient);
    sender_reference(composer, area(2.0, 55.0, 26.0, 11.0), facts);
    importer_reference(composer, area(28.0, 55.0, 38.0, 11.0), facts);
    importer_contact(composer, area(66.0, 55.0, 32.0, 11.0), facts);
    let mut table = table(composer, facts, [36.0, 9.0, 12.0, 17.0, 12.0, 10.0]);
    table.place(composer, area(2.0, 66.0, 96.0, 29.0), 7.0);
    totals(composer, area(2.0, 95.0, 96.0, 7.5), [22.0, 32.0, 21.0, 21.0], facts);
    category(composer, area(2.0, 102.5, 96.0, 13.5), Some(10), facts, 3);
    comments(composer, area(2.0, 116.0, 50.0, 9.0), facts);
    non_delivery(composer, area(52.0, 116.0, 46.0, 9.0), facts);
    documents(composer, area(2.0, 125.0, 96.0, 8.0), facts);
    statement(composer, area(2.0, 133.0, 50.0, 15.0));
    office(composer, area(52.0, 133.0, 46.0, 6.5), facts);
    signature(composer, area(52.0, 139.5, 46.0, 8.5), facts);
    (bars_drawn, table, area(84.0, 7.5, 14.0, 3.5))
}

fn header(composer: &mut Composer<'_>, facts: &FormContent, frame: Area, widths: [f32; 4]) {
    let languages = composer.languages;
    let cells = columns(widths.map(|w| (w, Align::Start)));
    let [operator, title, opened, number] = cells.map(|cell| area(frame.x + cell.x, frame.y, cell.w, frame.h));
    composer.frame(frame);
    composer.labelled(operator, &languages.label(Label::Operator), &facts.operator, composer.data);
    composer.centered_words(title, &languages.label(Label::Title), Style::plain(9.0, 5.0).bold().align(Align::Center));
    composer.centered_words(opened, &languages.label(Label::OpenedOfficially), composer.small);
    composer.words(number.top(5.5), "CN 23", Style::plain(11.0, 6.0).bold().align(Align::Center));
}

/// One row for each part of the address, its caption in front.
fn party(composer: &mut Composer<'_>, frame: Area, caption_width: f32, role: Label, party: &Party) {
    let languages = composer.languages;
    composer.frame(frame);
    let role_height = 3.2;
    composer.words(frame.top(role_height), &languages.label(role), Style::plain(6.0, 4.5).bold());
    let place = [party.postcode.as_str(), party.city.as_str()];
    let mut rows = vec![
        (Label::Name, party.name.as_str()),
        (Label::Business, &party.business),
        (Label::Street, &party.street),
        (Label::Country, &party.country),
    ];
    if role == Label::From {
        rows.push((Label::Contact, &party.contact));
    }
    let height = (frame.h - role_height) / (rows.len() + 1) as f32;
    let mut y = frame.y + role_height;
    for (label, text) in rows {
        if label == Label::Country {
            postcode_and_city(composer, area(frame.x, y, frame.w, height), caption_width, role, place);
            y += height;
        }
        let caption = languages.label(label);
        let label = format!("{} · {caption}", languages.label(role));
        composer.captioned(area(frame.x, y, frame.w, height), caption_width, &caption, &label, text);
        y += height;
    }
}

fn postcode_and_city(composer: &mut Composer<'_>, row: Area, caption_width: f32, role: Label, place: [&str; 2]) {
    let left = caption_width + (row.w - caption_width) * 0.3;
    let cells = [
        (Label::Postcode, Area { w: left, ..row }, caption_width),
        (Label::City, area(row.x + left, row.y, row.w - left, row.h), caption_width * 0.5),
    ];
    for ((label, cell, caption_width), text) in cells.into_iter().zip(place) {
        let caption = composer.languages.label(label);
        let label = format!("{} · {caption}", composer.languages.label(role));
        composer.captioned(cell, caption_width, &caption, &label, text);
    }
}

fn symbols(composer: &mut Composer<'_>, content: &Content<'_>, bars: Area, square: Area) -> bool {
    composer.frame(area(bars.x, bars.y, bars.w + square.w, bars.h));
    let label = composer.languages.label(Label::ItemNumber);
    let label_height = composer.words(bars, &label, composer.small);
    if let Some(matrix) = &content.matrix {
        composer.qr(square, matrix);
    }
    composer.bars(bars.below(label_height), content.bars.as_ref(), &content.facts.item_id)
}

fn sender_reference(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.label(Label::SenderReference), &facts.sender_reference);
}

fn importer_reference(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.label(Label::ImporterReference), &facts.importer_reference);
}

fn importer_contact(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.label(Label::ImporterContact), &facts.importer_contact);
}

fn table(composer: &mut Composer<'_>, facts: &FormContent, widths: [f32; 6]) -> Table<6> {
    let languages = composer.languages;
    let aligns = [Align::Start, Align::Right, Align::Right, Align::Right, Align::Center, Align::Center];
    let mut at = aligns.into_iter();
    let columns = columns(widths.map(|w| (w, at.next().unwrap_or(Align::Start))));
    let heads = [
        languages.numbered(Label::Description, 1),
        languages.numbered(Label::Quantity, 2),
        languages.numbered(Label::NetWeight, 3),
        languages.numbered(Label::Value, 5),
        languages.numbered(Label::Tariff, 7),
        languages.numbered(Label::Origin, 8),
    ];
    let rows = facts.pieces.iter().map(|p| {
        let cells = [&p.description, &p.quantity, &p.net_weight, &p.value, &p.tariff, &p.origin];
        Row::new(composer.bench, cells.map(String::as_str), false)
    });
    Table { columns, heads, rows: rows.collect() }
}

fn totals(composer: &mut Composer<'_>, frame: Area, widths: [f32; 4], facts: &FormContent) {
    let languages = composer.languages;
    let cells = columns(widths.map(|w| (w, Align::Start)));
    let labels = [
        (languages.numbered(Label::GrossWeight, 4), &facts.gross_weight),
        (languages.numbered(Label::TotalValue, 6), &facts.total_value),
        (languages.numbered(Label::Postage, 9), &facts.postage),
        (languages.label(Label::Insured), &facts.insured),
    ];
    for (cell, (label, text)) in cells.into_iter().zip(labels) {
        composer.boxed(area(frame.x + cell.x, frame.y, cell.w, frame.h), &label, text);
    }
}

fn non_delivery(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.label(Label::NonDelivery), &facts.non_delivery);
}

fn comments(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.numbered(Label::Comments, 11), &facts.comments);
}

/// Licence, certificate and invoice, ticked where the item has one, with their numbers.
fn documents(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    let boxes = [
        (Label::Licence, 12, &facts.licences),
        (Label::Certificate, 13, &facts.certificates),
        (Label::Invoice, 14, &facts.invoices),
    ];
    let w = frame.w / 3.0;
    for (at, (label, number, text)) in boxes.into_iter().enumerate() {
        let cell = area(frame.x + at as f32 * w, frame.y, w, frame.h);
        let label = composer.languages.numbered(label, number);
        composer.frame(cell);
        composer.tick(cell.top(3.2), &label, !text.is_empty());
        composer.value(cell.below(3.2), &label, text, composer.data);
    }
}

fn office(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.label(Label::Office), &facts.office_and_date);
}

fn statement(composer: &mut Composer<'_>, frame: Area) {
    composer.frame(frame);
    composer.words(frame, &composer.languages.label(Label::Statement), composer.small);
}

fn signature(composer: &mut Composer<'_>, frame: Area, facts: &FormContent) {
    composer.boxed(frame, &composer.languages.numbered(Label::Signature, 15), &facts.signed_on);
}
