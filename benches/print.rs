//! Customs forms a second on one core: with fonts read for every document (cold) and kept (warm), one file for each item
//! and 500 items in one file, beside reportlab drawing the same content with the same fonts in the same run.
//!
//! `cargo bench --bench print`. Makes a Python environment in `target/venv` when there is none (`python3` and a package
//! index are needed for that). Ends with an error when a ratio is below its limit.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use entrepost::contract::CdsView;
use entrepost::print::{Fonts, Form, Item, Options, render};

/// Reportlab as it was when the limits were set.
const PEER: &str = "reportlab==5.1.0";
/// How much faster than the peer, warm against warm.
const LIMIT_PEER: f64 = 3.0;
/// How much faster an item is in a file of 500 than in a file of its own.
const LIMIT_BATCH: f64 = 3.0;
const BATCH: usize = 500;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let peer = peer_rates();
    if let Err(reason) = &peer {
        println!("reportlab: not measured ({reason})");
    }
    let peer = peer?;
    let mut below = Vec::new();
    for (form, peer_rate) in [(Form::Cn22, peer.0), (Form::Cn23, peer.1)] {
        let cold = rate(8, || print(&view(0), form, &Fonts::embedded()?))?;
        let fonts = Fonts::embedded()?;
        let warm = rate(300, || print(&view(0), form, &fonts))?;
        let alone = rate(300, || print(&view(0), form, &fonts))?;
        let batch = batch_rate(form, &fonts)?;
        println!("{form:?}: cold fonts {cold:.0}/s, warm fonts {warm:.0}/s, reportlab (warm fonts) {peer_rate:.0}/s");
        println!("{form:?}: {:.1} times reportlab (at least {LIMIT_PEER})", warm / peer_rate);
        println!(
            "{form:?}: {BATCH} items in one file {batch:.0}/s, {:.1} times one by one (at least {LIMIT_BATCH})",
            batch / alone
        );
        if warm / peer_rate < LIMIT_PEER || batch / alone < LIMIT_BATCH {
            below.push(format!("{form:?}"));
        }
    }
    if below.is_empty() { Ok(()) } else { Err(format!("below the limit: {}", below.join(", ")).into()) }
}

/// A view with four lines; `number` varies id, names and amounts.
fn view(number: usize) -> CdsView {
    let piece = |at: usize| {
        format!(
            r#"{{"Description": "Cotton T-shirt for men, knitted, pattern {at}", "Number": {at}, "NetWeight": 0.{at}50,
                "Amount": {}.50, "CurrencyCd": "EUR", "HS": "610910", "OrigCountryCd": "PT"}}"#,
            number % 90 + at
        )
    };
    let pieces: Vec<String> = (1..=4).map(piece).collect();
    let json = format!(
        r#"{{"MailObject": {{"Id": "RR{:08}0FR", "OrigPostOrgCd": "FRA", "MailClassCd": "U"}},
        "Declaration": {{"Data": {{"NatureTypeCd": "11", "GrossWeight": 1.850, "Postage": 9.75,
            "PostageCurrencyCd": "EUR", "SenderName": "Maison Exemple {number}",
            "SenderAddressLine1": "12 rue du Port", "SenderCity": "Nantes", "SenderZIP": "44000",
            "SenderCountryCd": "FR", "SenderTelephone": "+33255501{number:03}", "SenderIdRef": "FR0000{number:06}",
            "RecipientName": "João Conceição {number}", "RecipientAddressLine1": "Rua do Exemplo {number}",
            "RecipientCity": "Lisboa", "RecipientZIP": "1000-001", "RecipientCountryCd": "PT",
            "RecipientEmail": "cliente{number}@example.org", "RecipientIdRef": "PT00000{number:04}",
            "ContentPieces": [{}],
            "Documents": [{{"DocumentType": "380", "DocumentId": "INV-2026-{number:04}"}}]}}}}}}"#,
        number,
        pieces.join(",")
    );
    serde_json::from_str(&json).unwrap_or_default()
}

fn print(view: &CdsView, form: Form, fonts: &Fonts) -> Result<usize> {
    let items = [Item { view, sdr_value: None }];
    file_size(&items, form, fonts)
}

fn file_size(items: &[Item<'_>], form: Form, fonts: &Fonts) -> Result<usize> {
    let options = Options { form: Some(form), ..Options::default() };
    let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap_or_default();
    let pdf = render(items, &options, fonts, day).map_err(|error| error.to_string())?;
    if pdf.pages != items.len() {
        return Err(format!("{} pages for {} items", pdf.pages, items.len()).into());
    }
    Ok(pdf.bytes.len())
}

/// Documents a second, the best of three rounds of `count`.
fn rate(count: u32, document: impl Fn() -> Result<usize>) -> Result<f64> {
    document()?;
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        for _ in 0..count {
            std::hint::black_box(document()?);
        }
        best = best.min(start.elapsed());
    }
    Ok(f64::from(count) / best.as_secs_f64())
}

/// Items a second when [`BATCH`] of them go into one file.
fn batch_rate(form: Form, fonts: &Fonts) -> Result<f64> {
    let views: Vec<CdsView> = (0..BATCH).map(view).collect();
    let items: Vec<Item<'_>> = views.iter().map(|view| Item { view, sdr_value: None }).collect();
    let files = rate(1, || file_size(&items, form, fonts))?;
    Ok(files * BATCH as f64)
}

/// CN22 and CN23 a second as drawn by `print_reportlab.py`.
fn peer_rates() -> Result<(f64, f64)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let environment = root.join("target/venv");
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    if run(Command::new(&python).args(["-c", "import reportlab"])).is_err() {
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PEER]))?;
    }
    let output =
        run(Command::new(&python).arg(root.join("benches/print_reportlab.py")).arg(root.join("refdata/fonts")))?;
    let rates: Vec<f64> = output.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match rates[..] {
        [cn22, cn23] => Ok((cn22, cn23)),
        _ => Err(format!("unexpected answer: {output}").into()),
    }
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
