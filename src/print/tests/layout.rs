//! Nothing leaves its box and nothing lies on anything else, whatever is declared.

use super::super::sheet::{Area, Mark};
use super::*;
use crate::refdata::lists::Language;

/// Rounding of lengths.
const EPSILON: f32 = 0.02;

fn sheets(view: &CdsView, form: Form, paper: Paper, languages: Languages, fonts: &Fonts) -> Vec<Sheet> {
    let options = Options { form: Some(form), paper, languages, ..Options::default() };
    let setting = Setting { fonts, languages, names: &options.names, zone: Tz::UTC, printed_on: day() };
    let mut found = Findings::default();
    let item = Item { view, sdr_value: None };
    let printable = Printable::read(0, 1, &item, setting, &mut found);
    assert!(found.is_empty(), "{found:?}");
    printable.draw(form, &options, fonts, &mut fonts.bench()).sheets
}

/// Every arrangement of every fixture in every language.
fn every_sheet(check: impl Fn(&str, &Sheet)) {
    let fonts = Fonts::embedded().unwrap();
    for (name, view) in fixtures::all() {
        for form in [Form::Cn22, Form::Cn23] {
            for paper in [Paper::Form, Paper::Label] {
                for second in [Language::Fr, Language::Es, Language::Pt] {
                    let languages = Languages::with_second(second);
                    for (at, sheet) in sheets(&view, form, paper, languages, &fonts).iter().enumerate() {
                        check(&format!("{name} {form:?} {paper:?} {second:?} page {}", at + 1), sheet);
                    }
                }
            }
        }
    }
}

/// The dark areas of a symbol in millimetres.
fn dark(mark: &Mark) -> Vec<Area> {
    let Mark::Filled { x, y, module: (w, h), areas } = mark else { return Vec::new() };
    areas.iter().map(|a| Area { x: x + a.x * w, y: y + a.y * h, w: a.w * w, h: a.h * h }).collect()
}

fn overlap(a: Area, b: Area) -> bool {
    let apart = |a0: f32, a1: f32, b0: f32, b1: f32| a0.max(b0) >= a1.min(b1) - EPSILON;
    !apart(a.x, a.x + a.w, b.x, b.x + b.w) && !apart(a.y, a.y + a.h, b.y, b.y + b.h)
}

#[test]
fn every_line_stays_in_its_box_and_on_the_page() {
    every_sheet(|name, sheet| {
        let page = Area { x: 0.0, y: 0.0, w: sheet.width, h: sheet.height };
        for mark in sheet.form.iter().chain(&sheet.marks) {
            match mark {
                Mark::Text { frame, block, .. } => {
                    assert!(frame.within(page), "{name}: {:?}", block.text);
                    assert!(mark.stays_in_frame(), "{name}: {:?} leaves {frame:?}", block.text);
                }
                Mark::Frame(area) => assert!(area.within(page), "{name}: {area:?}"),
                Mark::Filled { .. } => assert!(dark(mark).iter().all(|area| area.within(page)), "{name}"),
            }
        }
    });
}

#[test]
fn no_text_lies_on_another_or_on_a_symbol() {
    every_sheet(|name, sheet| {
        let mut taken: Vec<(Area, String)> = Vec::new();
        for mark in sheet.form.iter().chain(&sheet.marks) {
            let areas = match mark {
                Mark::Text { block, .. } => {
                    mark.lines().into_iter().map(|area| (area, block.text.to_string())).collect()
                }
                // Bars and modules; the thin rules of the table are lines, not symbols.
                Mark::Filled { areas, .. } if areas.len() > 1 => {
                    dark(mark).into_iter().map(|area| (area, "symbol".into())).collect()
                }
                _ => Vec::new(),
            };
            for (area, text) in &areas {
                let other = taken.iter().find(|(other, _)| overlap(*area, *other));
                assert!(other.is_none(), "{name}: {text:?} {area:?} lies on {other:?}");
            }
            taken.extend(areas);
        }
    });
}

#[test]
fn the_words_of_the_forms_are_never_cut() {
    every_sheet(|name, sheet| {
        for mark in sheet.form.iter().chain(&sheet.marks) {
            let Mark::Text { block, .. } = mark else { continue };
            let declared_elsewhere = ["Hubert", "HUBERT", "Apartment", "REFERENCE", "Certificate / C", "Certificate: "];
            let is_data = declared_elsewhere.iter().any(|start| block.text.starts_with(start))
                || block.text.contains("REFERENCE-REFERENCE");
            assert!(block.whole || is_data, "{name}: {:?} is cut", block.text);
        }
    });
}

#[test]
fn what_does_not_fit_stands_in_full_on_a_numbered_page() {
    let fonts = Fonts::embedded().unwrap();
    let view = fixtures::crowded();
    let sheets = sheets(&view, Form::Cn22, Paper::Form, Languages::default(), &fonts);
    let texts = |sheet: &Sheet| -> Vec<String> {
        let texts = sheet.marks.iter().filter_map(|mark| match mark {
            Mark::Text { block, .. } if block.whole => Some(block.text.to_string()),
            _ => None,
        });
        texts.collect()
    };
    let all: Vec<String> = sheets.iter().flat_map(texts).collect();
    for line in 1..=20 {
        let wanted = format!("× Line {line}:");
        assert_eq!(all.iter().filter(|text| text.contains(&wanted)).count(), 1, "{wanted}");
    }
    assert!(all.iter().any(|text| text.contains(&"REFERENCE-".repeat(20))));
    for page in 1..=sheets.len() {
        assert!(all.contains(&format!("{page}/{}", sheets.len())));
    }
}

#[test]
fn a_text_longer_than_a_page_goes_on_line_by_line() {
    let fonts = Fonts::embedded().unwrap();
    let mut view = fixtures::letter();
    fixtures::data(&mut view).content_pieces[0].description = Some("لوحة زيتية كبيرة ".repeat(60));
    let sheets = sheets(&view, Form::Cn22, Paper::Form, Languages::default(), &fonts);
    let mut printed = vec![false; 17 * 60 * 2];
    let mut pages = 0;
    for sheet in &sheets {
        let marks = sheet.marks.iter().filter_map(|mark| match mark {
            Mark::Text { block, .. } if block.text.contains("لوحة") => Some(block),
            _ => None,
        });
        let runs: Vec<_> = marks.flat_map(|block| &block.lines).flat_map(|line| &line.runs).collect();
        pages += usize::from(!runs.is_empty());
        for glyph in runs.iter().flat_map(|run| &run.glyphs) {
            glyph.text_range.clone().for_each(|at| printed[at] = true);
        }
    }
    let text = format!("1 × {}", "لوحة زيتية كبيرة ".repeat(60));
    let lost = text.trim_end().char_indices().filter(|(at, c)| !c.is_whitespace() && !printed[*at]).count();
    assert_eq!((pages, lost), (2, 0));
}

mod any_declaration {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::ContentPiece;

    fn text() -> impl Strategy<Value = Option<String>> {
        let letters = prop_oneof![
            "[A-Za-z0-9 .,/-]{0,120}",
            "[а-яА-Я ]{0,80}",
            "[α-ωΑ-ΡΣ-Ω ]{0,80}",
            "[ا-غف-ي٠-٩ a-z0-9]{0,80}",
            "[W]{0,200}",
        ];
        prop::option::of(letters)
    }

    fn piece() -> impl Strategy<Value = ContentPiece> {
        (text(), text(), text(), any::<i32>(), 0u64..u64::MAX).prop_map(|(description, hs, origin, number, amount)| {
            ContentPiece {
                description,
                hs,
                orig_country_cd: origin,
                number: Some(number),
                amount: amount.to_string().parse().ok(),
                net_weight: format!("{amount}.999").parse().ok(),
                currency_cd: Some("XXX".into()),
                ..ContentPiece::default()
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn stays_in_its_boxes(
            texts in prop::array::uniform12(text()),
            pieces in prop::collection::vec(piece(), 0..24),
            cn22: bool,
            label: bool,
        ) {
            static FONTS: std::sync::OnceLock<Fonts> = std::sync::OnceLock::new();
            let fonts = FONTS.get_or_init(|| Fonts::embedded().unwrap());
            let mut view = fixtures::bare();
            let data = fixtures::data(&mut view);
            data.content_pieces = pieces;
            let [a, b, c, d, e, f, g, h, i, j, k, l] = texts;
            (data.sender_name, data.sender_first_name, data.sender_address_line1, data.sender_city) = (a, b, c, d);
            (data.recipient_name, data.recipient_last_name, data.recipient_city, data.recipient_zip) = (e, f, g, h);
            (data.sender_id_ref, data.recipient_id_ref, data.recipient_email, data.nature_type_cd) = (i, j, k, l);
            let form = if cn22 { Form::Cn22 } else { Form::Cn23 };
            let paper = if label { Paper::Label } else { Paper::Form };
            let mut found = Findings::default();
            let (names, languages) = (LocalNames::built_in(), Languages::default());
            let setting = Setting { fonts, languages, names: &names, zone: Tz::UTC, printed_on: day() };
            let printable = Printable::read(0, 1, &Item { view: &view, sdr_value: None }, setting, &mut found);
            let found = found.into_vec();
            prop_assert!(found.iter().all(|finding| finding.code == "out_of_range"), "{found:?}");
            let options = Options { paper, ..Options::default() };
            for sheet in printable.draw(form, &options, fonts, &mut fonts.bench()).sheets {
                for mark in sheet.form.iter().chain(&sheet.marks) {
                    prop_assert!(mark.stays_in_frame(), "{mark:?}");
                }
            }
        }
    }
}
