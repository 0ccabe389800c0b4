//! Tests of the room as a whole: what is on the pages, where it stands, and what other programs read back.

mod fixtures;
mod layout;
mod tools;

use chrono::NaiveDate;

use super::*;

/// The day every test prints on.
fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn print(view: &CdsView, options: &Options, fonts: &Fonts) -> Pdf {
    render(&[Item { view, sdr_value: Some(Decimal::from(100)) }], options, fonts, day()).unwrap()
}

fn findings(view: &CdsView, fonts: &Fonts) -> Vec<Finding> {
    let items = [Item { view, sdr_value: None }];
    match render(&items, &Options::default(), fonts, day()) {
        Err(Error::Invalid(findings)) => findings.into_vec(),
        other => panic!("findings expected, not {other:?}"),
    }
}

#[test]
fn the_rules_choose_the_form() {
    let of = |class: &str, id: &str, sdr: Option<i64>| {
        let mail = MailObject { mail_class_cd: Some(class.into()), id: Some(id.into()), ..MailObject::default() };
        Form::by_rule(Some(&mail), sdr.map(Decimal::from))
    };
    assert_eq!(of("U", "", Some(300)), Form::Cn22);
    assert_eq!(of("U", "", Some(301)), Form::Cn23);
    assert_eq!(of("C", "", Some(10)), Form::Cn23);
    assert_eq!(of("E", "", Some(10)), Form::Cn23);
    assert_eq!(of("", "RR123456785AU", Some(10)), Form::Cn22);
    assert_eq!(of("", "EE123456785AU", Some(10)), Form::Cn23);
    assert_eq!(of("U", "", None), Form::Cn23, "unknown value: the form that is never too little");
}

#[test]
fn equal_input_gives_equal_bytes() {
    let view = fixtures::webshop();
    let first = print(&view, &Options::default(), &Fonts::embedded().unwrap());
    let fonts = Fonts::embedded().unwrap();
    print(&fixtures::arabic(), &Options::default(), &fonts);
    assert_eq!(first.bytes, print(&view, &Options::default(), &fonts).bytes, "whatever was printed before");
    let elsewhere =
        std::thread::scope(|scope| scope.spawn(|| print(&view, &Options::default(), &fonts)).join().unwrap());
    assert_eq!(first.bytes, elsewhere.bytes);
}

#[test]
fn a_missing_glyph_is_a_mark_with_advice_that_names_place_and_character() {
    let fonts = Fonts::embedded().unwrap();
    let mut view = fixtures::webshop();
    fixtures::data(&mut view).content_pieces[1].description = Some("Teekanne 茶壶 😀".into());
    let found = print(&view, &Options::default(), &fonts).advice;
    assert_eq!(found.len(), 1);
    let (mail, data) = (view.mail_object.clone().unwrap(), fixtures::data(&mut view).clone());
    let proofs = proofread(&mail, &data, &fonts);
    assert_eq!((&proofs[0].path, &proofs[0].message), (&found[0].path, &found[0].message), "when it is stored, too");
    assert_eq!((found[0].code, found[0].path.as_str()), ("glyph", "Declaration.Data.ContentPieces[1].Description"));
    assert!(found[0].message.contains("U+8336, U+58F6, U+1F600"), "{}", found[0].message);
    assert!(!found[0].message.contains('茶'), "findings never quote values");
    assert_eq!(found[0].item_id.as_deref(), Some("EE123456785AU"));
}

#[test]
fn a_view_without_declaration_and_a_text_without_end_are_findings() {
    let fonts = Fonts::embedded().unwrap();
    assert_eq!(findings(&CdsView::default(), &fonts)[0].code, "required");
    let mut view = fixtures::webshop();
    fixtures::data(&mut view).sender_name = Some("x".repeat(limits::PRINT_TEXT_CHARS + 1));
    assert_eq!(findings(&view, &fonts)[0].code, "too_long");
}

#[test]
fn batches_name_the_item_and_keep_the_order() {
    let fonts = Fonts::embedded().unwrap();
    let (good, bad) = (fixtures::letter(), CdsView::default());
    let item = |view| Item { view, sdr_value: Some(Decimal::ONE) };
    let Err(Error::Invalid(found)) = render(&[item(&good), item(&bad)], &Options::default(), &fonts, day()) else {
        panic!("the second item cannot be printed")
    };
    assert_eq!(found.iter().next().and_then(|finding| finding.index), Some(1));
    let both = [item(&good), Item { sdr_value: None, view: &good }];
    let pdf = render(&both, &Options { copies: 2, ..Options::default() }, &fonts, day()).unwrap();
    assert_eq!((pdf.forms, pdf.pages), (vec![Form::Cn22, Form::Cn23], 4));
    assert!(render(&[], &Options::default(), &fonts, day()).is_err());
}

#[test]
fn a_form_against_the_rules_is_printed_with_advice() {
    let fonts = Fonts::embedded().unwrap();
    let options = Options { form: Some(Form::Cn22), ..Options::default() };
    assert_eq!(print(&fixtures::webshop(), &options, &fonts).advice[0].path, "form");
    assert!(print(&fixtures::letter(), &options, &fonts).advice.is_empty());
    let mut view = fixtures::letter();
    view.mail_object.as_mut().unwrap().id = Some("ORDER-2026-0000000000-0000000000-01".into());
    assert_eq!(print(&view, &options, &fonts).advice[0].path, "MailObject.Id");
}

#[test]
fn drafts_of_responses_are_left_out() {
    let fonts = Fonts::embedded().unwrap();
    let mut view = fixtures::answered();
    assert_eq!(print(&view, &Options::default(), &fonts).pages, 2);
    view.response = None;
    assert_eq!(print(&view, &Options::default(), &fonts).pages, 2);
    view.dc_response.as_mut().unwrap().cds_state_cd = Some(50);
    assert_eq!(print(&view, &Options::default(), &fonts).pages, 1);
}
