//! The note about customs' answer: decision, reason, taxes and what is to be paid. No UPU form; ours.
//!
//! Drafts of a response are nobody's business but their author's and are left out. An unknown decision code is
//! printed as it came.

use rust_decimal::Decimal;

use super::form_content::{Notes, Reader, Setting, day, joined, money};
use super::labels::Label;
use super::names;
use super::sheet::{Composer, Sheet, area};
use super::table::{Column, Flow, Row, columns};
use super::text::Align;
use crate::contract::{CdsView, Number, Response, ResponseData, Tax};
use crate::error::Findings;

/// State of a response that its author has not finished.
const DRAFT: i32 = 50;

/// What the note says about one response.
#[derive(Debug, Default)]
pub(super) struct Duty {
    heading: String,
    /// Labels and texts, in order.
    lines: Vec<(String, String)>,
    /// Type, rate, amount.
    taxes: Vec<[String; 3]>,
    /// What comes on top of the taxes, and the sum.
    sums: Vec<(String, String)>,
}

/// The answers of own and destination customs, as far as there are any: with their paths and labels.
fn answers(view: &CdsView) -> impl Iterator<Item = (&'static str, Label, &Response, &ResponseData)> {
    let answers =
        [("Response", Label::OwnCustoms, &view.response), ("DCResponse", Label::DestinationCustoms, &view.dc_response)];
    answers.into_iter().filter_map(|(path, label, response)| {
        let response = response.as_ref().filter(|response| response.cds_state_cd != Some(DRAFT))?;
        Some((path, label, response, response.data.as_ref()?))
    })
}

/// Whether there is anything to note.
pub(super) fn has_any(view: &CdsView) -> bool {
    answers(view).next().is_some()
}

/// What is noted of each answer.
pub(super) fn read(view: &CdsView, setting: Setting<'_>, notes: &mut Notes) -> Vec<Duty> {
    let mut duties = Vec::new();
    for (path, label, response, data) in answers(view) {
        let mut own = Notes::default();
        duties.push(duty(&mut Reader::new(setting, &mut own), label, response, data));
        notes.faults.extend_under(path, own.faults);
        notes.advice.extend_under(path, own.advice);
    }
    duties
}

fn duty(reader: &mut Reader<'_, '_>, label: Label, response: &Response, data: &ResponseData) -> Duty {
    let languages = reader.setting.languages;
    let customs = reader.text("CustOrganizationCd", response.cust_organization_cd.as_ref());
    let code = reader.text("Data.DecisionCd", data.decision_cd.as_ref());
    let decision = names::decision(reader.setting.names, &customs, &code, languages).unwrap_or_default();
    let reason_code = reader.text("Data.DecisionReasonCd", data.decision_reason_cd.as_ref());
    let reason_name = names::decision_reason(&reason_code, languages).unwrap_or_default();
    let reason_text = reader.text("Data.DecisionReasonNm", data.decision_reason_nm.as_ref());
    let date = data.clearance_dt.map(|at| day(at, reader.setting.zone)).unwrap_or_default();
    let dutiable = languages.label(if data.dutiable { Label::Yes } else { Label::No });
    let fee = reader.amount("Data.TotalFee", data.total_fee.as_ref(), data.total_fee_currency_cd.as_ref());
    let taxes = data.taxes.iter().enumerate().map(|(at, tax)| tax_line(reader, at, tax)).collect();
    let lines = [
        (Label::Decision, joined(" · ", [code, decision])),
        (Label::Reason, joined(" · ", [reason_code, reason_name, reason_text])),
        (Label::DecisionDate, date),
        (Label::Dutiable, dutiable),
    ];
    let sums = [(Label::HandlingFee, fee), (Label::TotalDue, total(data, &mut reader.notes.advice))];
    let filled = |pairs: &[(Label, String)]| {
        let pairs = pairs.iter().filter(|(_, text)| !text.is_empty());
        pairs.map(|(label, text)| (languages.label(*label), text.clone())).collect()
    };
    let heading = joined(" · ", [languages.label(label), customs]);
    Duty { heading, lines: filled(&lines), taxes, sums: filled(&sums) }
}

fn tax_line(reader: &mut Reader<'_, '_>, at: usize, tax: &Tax) -> [String; 3] {
    let path = |member: &str| format!("Data.Taxes[{at}].{member}");
    let kind = reader.text(&path("Type"), tax.tax_type.as_ref());
    let name = names::tax_type(&kind, reader.setting.languages).unwrap_or_default();
    let description = reader.text(&path("Description"), tax.description.as_ref());
    let tariff = reader.text(&path("HS"), tax.hs.as_ref());
    let tariff = if tariff.is_empty() { tariff } else { format!("HS {tariff}") };
    [
        joined(" · ", [kind, name, description, tariff]),
        tax.rate.as_ref().map(|rate| rate.digits().to_owned()).unwrap_or_default(),
        reader.amount(&path("Amount"), tax.amount.as_ref(), tax.currency_cd.as_ref()),
    ]
}

/// Taxes and fee added up for each currency; empty when nothing is to be paid.
fn total(data: &ResponseData, findings: &mut Findings) -> String {
    let taxes = data.taxes.iter().map(|tax| (tax.amount.as_ref(), tax.currency_cd.as_deref()));
    let fee = std::iter::once((data.total_fee.as_ref(), data.total_fee_currency_cd.as_deref()));
    let amounts = taxes.chain(fee).filter_map(|(amount, currency)| Some((amount?, currency.unwrap_or_default())));
    let mut sums: Vec<(&str, Decimal)> = Vec::new();
    for (amount, currency) in amounts {
        if !add(&mut sums, amount, currency.trim()) {
            findings.add(
                "out_of_range",
                "Data.Taxes",
                "the amounts add up to more than 28 digits can hold; no sum is shown",
            );
            return String::new();
        }
    }
    let sums = sums.into_iter().filter(|(_, sum)| !sum.is_zero());
    let sums = sums.map(|(currency, sum)| money(sum, currency));
    sums.collect::<Vec<_>>().join(" + ")
}

fn add<'a>(sums: &mut Vec<(&'a str, Decimal)>, amount: &Number, currency: &'a str) -> bool {
    match sums.iter_mut().find(|(known, _)| *known == currency) {
        Some((_, sum)) => match sum.checked_add(amount.value()) {
            Some(more) => *sum = more,
            None => return false,
        },
        None => sums.push((currency, amount.value())),
    }
    true
}

/// The pages of the note, in the size of the composer's sheet.
pub(super) fn draw(composer: &mut Composer<'_>, item_id: &str, duties: &[Duty]) -> Vec<Sheet> {
    let size = (composer.sheet.width, composer.sheet.height);
    let page = area(0.0, 0.0, size.0, size.1).inset(4.0, 4.0);
    let mut flow = Flow::new(size, page);
    let data = composer.data;
    let whole = columns([(page.w * 0.62, Align::Start), (page.w * 0.38, Align::Right)]);
    let title = composer.languages.label(Label::DutyNote);
    let mut row = Row::new(composer.bench, [&title, item_id], true);
    flow.row(row.set(composer.fonts, &whole, data.max, data.min), &whole, None);
    for duty in duties {
        flow.skip(2.0);
        flow.keep(page.h / 4.0);
        draw_duty(composer, &mut flow, duty, page.w);
    }
    flow.pages
}

fn draw_duty(composer: &mut Composer<'_>, flow: &mut Flow, duty: &Duty, width: f32) {
    let size = middle_size(composer);
    let single = columns([(width, Align::Start)]);
    let mut heading = Row::new(composer.bench, [&duty.heading], true);
    flow.row(heading.set(composer.fonts, &single, size, composer.data.min), &single, None);
    let pairs = columns([(width * 0.35, Align::Start), (width * 0.65, Align::Start)]);
    draw_pairs(composer, flow, &duty.lines, &pairs);
    draw_taxes(composer, flow, &duty.taxes, width);
    let sums = columns([(width * 0.68, Align::Start), (width * 0.32, Align::Right)]);
    draw_pairs(composer, flow, &duty.sums, &sums);
}

fn middle_size(composer: &Composer<'_>) -> f32 {
    (composer.data.max + composer.data.min) / 2.0
}

fn draw_pairs(composer: &mut Composer<'_>, flow: &mut Flow, pairs: &[(String, String)], columns: &[Column]) {
    let size = middle_size(composer);
    for (label, text) in pairs {
        let mut row = Row::new(composer.bench, [label, text], false);
        flow.row(row.set(composer.fonts, columns, size, composer.small.min), columns, None);
    }
}

fn draw_taxes(composer: &mut Composer<'_>, flow: &mut Flow, taxes: &[[String; 3]], width: f32) {
    if taxes.is_empty() {
        return;
    }
    let table = columns([(width * 0.52, Align::Start), (width * 0.16, Align::Right), (width * 0.32, Align::Right)]);
    let heads = [Label::TaxType, Label::Rate, Label::Amount].map(|label| composer.languages.label(label));
    let mut head = Row::new(composer.bench, heads.each_ref().map(String::as_str), false);
    let head = head.set(composer.fonts, &table, composer.small.max, composer.small.min);
    flow.row(head.clone(), &table, None);
    let size = middle_size(composer);
    for tax in taxes {
        let mut row = Row::new(composer.bench, tax.each_ref().map(String::as_str), false);
        flow.row(row.set(composer.fonts, &table, size, composer.small.min), &table, Some(&head));
    }
}
