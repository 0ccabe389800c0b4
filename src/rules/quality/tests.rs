//! Each rule with a declaration that keeps it and one that breaks it.

use super::*;
use crate::contract::{Document, WcfDate};
use crate::error::Finding;
use crate::refdata::search::restriction::{Against, Route, Screened};
use crate::refdata::search::{goods, restrictions};

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn good() -> (MailObject, DeclarationData) {
    let object = MailObject {
        id: text("LA123456785NL"),
        orig_post_org_cd: text("NLA"),
        dest_post_org_cd: text("USA"),
        mail_class_cd: text("U"),
        mail_category_cd: text("A"),
        posting_dt: WcfDate::parse("2026-01-09T14:15:00Z").unwrap(),
        ..MailObject::default()
    };
    let data = serde_json::from_str(
        r#"{"NatureTypeCd":"11","HandlingClassCd":"N","GrossWeight":0.62,"Postage":9.75,"PostageCurrencyCd":"EUR",
        "SenderName":"Example Webshop B.V.","SenderAddressLine1":"Voorbeeldstraat 12","SenderCity":"Utrecht",
        "SenderZIP":"3511 AB","SenderCountryCd":"NL","SenderTelephone":"+31302345678",
        "RecipientName":"Alex Morgan","RecipientAddressLine1":"100 Main Street","RecipientCity":"Springfield",
        "RecipientZIP":"62701","RecipientState":"IL","RecipientCountryCd":"US","RecipientTelephone":"+12175551234",
        "ContentPieces":[{"Index":1,"Description":"Cotton T-shirt for men, knitted","Number":2,"NetWeight":0.4,
        "Amount":38.50,"CurrencyCd":"EUR","HS":"610910","OrigCountryCd":"PT"}]}"#,
    );
    (object, data.unwrap())
}

fn context(destination: &str) -> Context<'_> {
    Context { destination, is_final: true, today: "2026-01-09".parse().ok(), ..Context::default() }
}

/// The level `rule` is found at, after `change` to a good declaration.
fn level(rule: &str, destination: &str, change: impl Fn(&mut MailObject, &mut DeclarationData)) -> Option<Level> {
    let (mut object, mut data) = good();
    change(&mut object, &mut data);
    let report = check(&object, &data, &context(destination));
    report.findings.iter().find(|finding| finding.rule == rule).map(|finding| finding.level)
}

fn total(data: &mut DeclarationData, name: &str, value: &str) {
    data.extra_field_names.push(text(name));
    data.extra_field_values.push(text(value));
}

type Change = fn(&mut MailObject, &mut DeclarationData);
const WARN: Option<Level> = Some(Level::Warn);
const REJECT: Option<Level> = Some(Level::Reject);

fn is_accepted(report: &Report) -> bool {
    report.findings.iter().all(|finding| finding.level < Level::Reject)
}

#[test]
fn a_good_declaration_has_no_findings_anywhere() {
    let (object, data) = good();
    for destination in ["US", "DE", "IN", "NO", "JP", ""] {
        let report = check(&object, &data, &context(destination));
        assert_eq!(report.findings, [], "{destination}");
        assert_eq!(report.score, 100);
        assert!(is_accepted(&report));
    }
}

#[test]
fn every_rule_is_broken_and_at_its_level() {
    let cases: &[(&str, &str, Option<Level>, Change)] = &[
        ("required", "US", REJECT, |_, d| d.recipient_city = text(" ")),
        ("required", "US", REJECT, |_, d| d.postage = None),
        ("required", "US", REJECT, |_, d| d.content_pieces.clear()),
        ("required", "US", REJECT, |_, d| d.content_pieces[0].number = Some(0)),
        ("required", "US", REJECT, |o, _| o.posting_dt = None),
        ("size", "US", REJECT, |_, d| d.recipient_city = Some("x".repeat(36))),
        ("decimals", "US", REJECT, |_, d| d.gross_weight = "0.6201".parse().ok()),
        ("decimals", "US", REJECT, |_, d| d.content_pieces[0].amount = "38.505".parse().ok()),
        ("item_id_form", "US", REJECT, |o, _| o.id = text("PARCEL-17")),
        ("item_id_class", "US", REJECT, |o, _| o.mail_class_cd = text("C")),
        ("item_id_check_digit", "US", WARN, |o, _| o.id = text("LA123456784NL")),
        ("late", "US", WARN, |o, _| o.mail_state_cd = Some(10)),
        ("posting_date", "US", WARN, |o, _| o.posting_dt = WcfDate::parse("1999-12-31T23:59:59Z").unwrap()),
        ("posting_date", "US", WARN, |o, _| o.posting_dt = WcfDate::parse("2027-02-01T00:00:00Z").unwrap()),
        ("transport_date", "US", WARN, |_, d| d.transport_date = WcfDate::parse("/Date(1795168800)/").unwrap()),
        ("transport_date", "US", WARN, |_, d| d.transport_date = WcfDate::parse("2062-01-09T00:00:00Z").unwrap()),
        ("posting_date", "US", WARN, |o, _| o.posting_dt = WcfDate::parse("/Date(1795168800)/").unwrap()),
        ("item_id_country", "US", WARN, |o, _| o.id = text("LA123456785UK")),
        ("item_id_country", "US", WARN, |o, _| o.id = text("LA123456785EU")),
        ("weight_over_limit", "US", WARN, |_, d| d.gross_weight = "620".parse().ok()),
        ("weight_over_limit", "US", WARN, |_, d| d.gross_weight = "7.001".parse().ok()),
        ("weight_over_limit", "US", WARN, |o, d| {
            o.id = text("EE123456785NL");
            o.mail_class_cd = text("E");
            d.gross_weight = "31.501".parse().ok();
        }),
        ("weight_over_limit", "US", WARN, |o, d| {
            o.mail_class_cd = text("C");
            d.gross_weight = "1250".parse().ok();
        }),
        ("sender_is_recipient", "US", WARN, |_, d| {
            d.recipient_name = text("EXAMPLE  webshop bv");
            d.recipient_address_line1 = text("Voorbeeld-Straat");
            d.recipient_address_line2 = text("12");
        }),
        ("sender_is_recipient", "US", WARN, |_, d| {
            (d.sender_name, d.recipient_name) = (text("Anna Müller"), None);
            (d.recipient_first_name, d.recipient_last_name) = (text("MUELLER"), text("Anna"));
            d.recipient_address_line1 = text("Voorbeeldstraat 12");
        }),
        ("currency_known", "US", REJECT, |_, d| d.content_pieces[0].currency_cd = text("QQQ")),
        ("code_known", "US", WARN, |_, d| d.handling_class_cd = text("Q")),
        ("code_known", "IN", REJECT, |_, d| d.handling_class_cd = text("Q")),
        ("weight_zero", "US", REJECT, |_, d| d.gross_weight = "0.000".parse().ok()),
        ("weight_zero", "US", REJECT, |_, d| d.content_pieces[0].net_weight = "0".parse().ok()),
        ("net_over_gross", "US", REJECT, |_, d| d.content_pieces[0].net_weight = "0.621".parse().ok()),
        ("value_zero", "US", REJECT, |_, d| d.content_pieces[0].amount = "0.00".parse().ok()),
        ("value_one", "US", WARN, |_, d| d.content_pieces[0].amount = "1.00".parse().ok()),
        ("value_one", "IN", REJECT, |_, d| d.content_pieces[0].amount = "1".parse().ok()),
        ("postage_zero", "US", WARN, |_, d| d.postage = "0".parse().ok()),
        ("postage_zero", "IN", REJECT, |_, d| d.postage = "0".parse().ok()),
        ("currencies_mixed", "US", WARN, |_, d| {
            let mut second = d.content_pieces[0].clone();
            (second.currency_cd, second.net_weight) = (text("USD"), "0.1".parse().ok());
            d.content_pieces.push(second);
        }),
        ("total_differs", "US", WARN, |_, d| total(d, "EP.TotalValue", "99.99 EUR")),
        ("total_differs", "IN", WARN, |_, d| total(d, "TotalValue", "38.52")),
        ("description_vague", "US", REJECT, |_, d| d.content_pieces[0].description = text("12345 ab")),
        ("description_vague", "US", REJECT, |_, d| d.content_pieces[0].description = text("Cadeau")),
        ("description_short", "US", WARN, |_, d| d.content_pieces[0].description = text("Mug")),
        ("stop_word_alone", "US", WARN, |_, d| d.content_pieces[0].description = text("Clothes")),
        ("stop_word_alone", "FR", REJECT, |_, d| d.content_pieces[0].description = text("various clothes")),
        ("stop_word_inside", "FR", WARN, |_, d| d.content_pieces[0].description = text("blue clothes")),
        ("hs_absent", "US", WARN, |_, d| d.content_pieces[0].hs = None),
        ("hs_absent", "DE", REJECT, |_, d| d.content_pieces[0].hs = None),
        ("hs_absent", "CH", REJECT, |_, d| d.content_pieces[0].hs = None),
        ("hs_form", "US", WARN, |_, d| d.content_pieces[0].hs = text("6109")),
        ("hs_form", "NO", REJECT, |_, d| d.content_pieces[0].hs = text("61091O")),
        ("hs_unknown", "US", WARN, |_, d| d.content_pieces[0].hs = text("610999")),
        ("origin_absent", "JP", WARN, |_, d| d.content_pieces[0].orig_country_cd = None),
        ("origin_absent", "US", REJECT, |_, d| d.content_pieces[0].orig_country_cd = None),
        ("gift_commercial", "US", WARN, |_, d| d.nature_type_cd = text("31")),
        ("nature_unexplained", "US", REJECT, |_, d| d.nature_type_cd = text("999")),
        ("contact_absent", "US", WARN, |_, d| d.recipient_telephone = None),
        ("contact_absent", "DE", REJECT, |_, d| d.recipient_telephone = None),
        ("placeholder", "US", WARN, |_, d| d.recipient_name = text("TEST")),
        ("placeholder", "US", WARN, |_, d| d.recipient_address_line1 = text("alex morgan")),
        ("name_short", "IN", REJECT, |_, d| d.recipient_name = text("Li Y")),
        ("address_short", "IN", REJECT, |_, d| d.recipient_address_line1 = text("A 12")),
        ("zip_short", "IN", REJECT, |_, d| d.recipient_zip = text("6270")),
    ];
    for (rule, destination, expected, change) in cases {
        assert_eq!(level(rule, destination, change), *expected, "{rule} to {destination}");
    }
    let elsewhere = [
        "postage_currency",
        "prohibited_goods",
        "restricted_goods",
        "foreign_id",
        "unknown_post",
        "recipient_country",
        "not_printable",
        "country_known",
        // Found where the members are dropped.
        "reserved_member",
    ];
    for rule in RULES {
        let covered = cases.iter().any(|(id, ..)| *id == rule.id) || elsewhere.contains(&rule.id);
        assert!(covered, "{} has no declaration that breaks it", rule.id);
    }
}

#[test]
fn what_only_looks_like_a_fault_is_left_alone() {
    let cases: &[(&str, &str, Change)] = &[
        ("item_id_check_digit", "US", |o, _| o.id = text("LA12345678XNL")),
        ("item_id_form", "US", |o, _| o.id = text("9384748AU")),
        ("item_id_class", "US", |o, _| o.id = text("ZA123456785NL")),
        ("required", "US", |_, d| {
            d.recipient_name = None;
            d.recipient_last_name = text("Morgan");
        }),
        ("late", "US", |o, _| o.mail_state_cd = Some(2)),
        ("transport_date", "US", |_, d| d.transport_date = WcfDate::parse("2026-12-24T00:00:00Z").unwrap()),
        ("item_id_country", "US", |o, _| o.id = text("LA123456785GG")),
        ("item_id_country", "US", |o, _| o.id = text("9384748AU")),
        ("weight_over_limit", "US", |_, d| d.gross_weight = "7.000".parse().ok()),
        ("weight_over_limit", "US", |o, d| {
            o.id = text("MA123456785NL");
            d.gross_weight = "30".parse().ok();
        }),
        ("weight_over_limit", "US", |o, d| {
            o.mail_class_cd = text("T");
            d.gross_weight = "600".parse().ok();
        }),
        // One name at another address, another name at one address, and nothing but blanks.
        ("sender_is_recipient", "US", |_, d| d.recipient_name = text("Example Webshop B.V.")),
        ("sender_is_recipient", "US", |_, d| d.recipient_address_line1 = text("Voorbeeldstraat 12")),
        ("sender_is_recipient", "US", |_, d| {
            (d.sender_name, d.sender_address_line1) = (text(" "), text("-"));
            (d.recipient_name, d.recipient_address_line1) = (text("."), None);
        }),
        ("posting_date", "US", |o, _| o.posting_dt = WcfDate::parse("2000-01-01T00:00:00Z").unwrap()),
        ("posting_date", "US", |o, _| o.posting_dt = WcfDate::parse("2027-01-09T00:00:00Z").unwrap()),
        ("net_over_gross", "US", |_, d| d.content_pieces[0].net_weight = "0.620".parse().ok()),
        ("value_zero", "US", |_, d| {
            d.nature_type_cd = text("91");
            d.content_pieces[0].amount = "0".parse().ok();
        }),
        ("value_one", "IN", |_, d| d.content_pieces[0].amount = "1.01".parse().ok()),
        ("decimals", "US", |_, d| d.gross_weight = "0.6200".parse().ok()),
        ("description_vague", "US", |_, d| d.content_pieces[0].description = text("茶杯")),
        ("description_short", "US", |_, d| d.content_pieces[0].description = text("茶杯")),
        ("stop_word_alone", "DE", |_, d| d.content_pieces[0].description = text("wooden toy cars")),
        ("stop_word_inside", "DE", |_, d| d.content_pieces[0].description = text("leather shoes with rubber sole")),
        ("hs_absent", "DE", |_, d| {
            d.nature_type_cd = text("31");
            d.content_pieces[0].hs = None;
        }),
        ("hs_form", "DE", |_, d| d.content_pieces[0].hs = text("6109.10.00 10")),
        ("hs_unknown", "DE", |_, d| {
            (d.content_pieces[0].hs, d.content_pieces[0].revised_hs) = (text("610999"), text("610910"));
        }),
        ("origin_absent", "US", |_, d| {
            d.nature_type_cd = text("31");
            d.content_pieces[0].orig_country_cd = None;
        }),
        ("gift_commercial", "US", |_, d| {
            d.nature_type_cd = text("31");
            d.sender_name = text("Costanza Salt");
            d.content_pieces[0].number = Some(20);
        }),
        ("nature_unexplained", "US", |_, d| {
            d.nature_type_cd = text("999");
            d.extra_field_names = vec![text("EP.NatureExplanation")];
            d.extra_field_values = vec![text("loan to a museum")];
        }),
        ("contact_absent", "DE", |_, d| {
            d.recipient_telephone = None;
            d.recipient_email = text("alex@post.test.org");
        }),
        ("zip_short", "IN", |_, d| d.recipient_zip = text(".")),
        ("name_short", "US", |_, d| d.recipient_name = text("Li Y")),
        ("size", "US", |_, d| d.documents = vec![Document { document_id: text("INV-1"), ..Document::default() }]),
    ];
    for (rule, destination, change) in cases {
        assert_eq!(level(rule, destination, change), None, "{rule} to {destination}");
    }
}

#[test]
fn own_strictness_goes_before_the_table() {
    let (object, mut data) = good();
    data.postage_currency_cd = text("USD");
    data.content_pieces[0].hs = None;
    let own = |rule: &str, destination: Option<&str>, level| Override {
        rule: rule.into(),
        destination: destination.map(str::to_owned),
        level,
    };
    let overrides = [
        own("postage_currency", None, Level::Reject),
        own("hs_absent", None, Level::Off),
        own("hs_absent", Some("DE"), Level::Warn),
    ];
    let levels = |destination| {
        let report = check(&object, &data, &Context { overrides: &overrides, ..context(destination) });
        report.findings.into_iter().map(|finding| (finding.rule, finding.level)).collect::<Vec<_>>()
    };
    assert_eq!(levels("FR"), [("postage_currency", Level::Reject)]);
    assert_eq!(levels("DE"), [("hs_absent", Level::Warn), ("postage_currency", Level::Reject)]);
}

#[test]
fn a_draft_is_only_warned_about_and_scored_alike() {
    let (object, mut data) = good();
    data.content_pieces[0].amount = "0".parse().ok();
    data.recipient_telephone = None;
    let last = check(&object, &data, &context("US"));
    assert!(!is_accepted(&last));
    assert_eq!(last.score, 70);
    let draft = check(&object, &data, &Context { is_final: false, ..context("US") });
    assert!(is_accepted(&draft) && draft.findings.iter().all(|finding| finding.level == Level::Warn));
    assert_eq!(draft.score, 70);
    assert!(check(&MailObject::default(), &DeclarationData::default(), &context("")).score < 10);
}

#[test]
fn forbidden_goods_are_found_through_the_context() {
    let (object, mut data) = good();
    data.content_pieces[0].description = text("chewing gum with mint");
    data.content_pieces[0].hs = text("170410");
    let rules = |destination, data: &DeclarationData| {
        let route = Route { destination, sending: "NL", on: "2026-11-21".parse().unwrap() };
        let screening = |code: &str, text: &str| Screened::of(&restrictions().screen(code, text, route, goods()));
        let report = check(&object, data, &Context { screening: Some(&screening), ..context(destination) });
        report.findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules("SG", &data), ["prohibited_goods"]);
    assert!(rules("NZ", &data).is_empty());
    data.content_pieces[0].description = text("red wine 75 cl");
    data.content_pieces[0].hs = None;
    data.nature_type_cd = text("31");
    data.sender_name = text("Anna Berg");
    assert_eq!(rules("ZA", &data), ["restricted_goods"]);
}

#[test]
fn goods_are_screened_as_declared_and_as_revised() {
    let (object, mut data) = good();
    let rules = |data: &DeclarationData| {
        let screening = |code: &str, _: &str| {
            let whole = restrictions().rules().first().filter(|_| code == "170410");
            let found = Against { whole, any: whole.is_some() };
            Screened { prohibited: found, restricted: found }
        };
        let report = check(&object, data, &Context { screening: Some(&screening), ..context("US") });
        report.findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&data), [""; 0]);
    data.content_pieces[0].hs = text("170410");
    data.content_pieces[0].revised_hs = text("610910");
    assert_eq!(rules(&data), ["prohibited_goods", "restricted_goods"], "as declared");
    data.content_pieces[0].hs = text("610910");
    data.content_pieces[0].revised_hs = text("170410");
    assert_eq!(rules(&data), ["prohibited_goods", "restricted_goods"], "as revised");
}

#[test]
fn posts_and_ids_are_found_through_the_context() {
    let (object, data) = good();
    let own = |level| vec![Override { rule: FOREIGN_ID.into(), destination: None, level }];
    let found = |posts: Posts, overrides: &[Override]| {
        let report = check(&object, &data, &Context { posts, overrides, ..context("US") });
        report.findings.into_iter().map(|finding| (finding.path, finding.level)).collect::<Vec<_>>()
    };
    let unlisted = Posts { origin_unlisted: true, destination_unlisted: true, ..Posts::default() };
    let warned = [("OrigPostOrgCd".to_owned(), Level::Warn), ("DestPostOrgCd".to_owned(), Level::Warn)];
    assert_eq!(found(unlisted, &[]), warned);
    let elsewhere = Posts { recipient_elsewhere: true, ..Posts::default() };
    assert_eq!(found(elsewhere, &[]), [("RecipientCountryCd".to_owned(), Level::Warn)]);
    let foreign = Posts { foreign_id: true, ..Posts::default() };
    assert_eq!(found(foreign, &[]), [("Id".to_owned(), Level::Amber)]);
    assert_eq!(found(foreign, &own(Level::Reject)), [("Id".to_owned(), Level::Reject)]);
    assert_eq!(found(foreign, &own(Level::Off)), []);
}

#[test]
fn countries_of_partners_are_found_and_those_of_callers_were_refused_before() {
    let (object, mut data) = good();
    data.content_pieces[0].orig_country_cd = text("UK");
    let found = |is_partner| {
        let report = check(&object, &data, &Context { is_partner, ..context("US") });
        report.findings.into_iter().map(|finding| (finding.rule, finding.path, finding.level)).collect::<Vec<_>>()
    };
    assert_eq!(found(true), [("country_known", "ContentPieces[0].OrigCountryCd".to_owned(), Level::Reject)]);
    assert_eq!(found(false), []);
}

#[test]
fn what_cannot_be_printed_is_found_where_it_stands() {
    let (object, data) = good();
    let told = ["Declaration.Data.SenderName", "MailObject.Id"].map(|path| Finding::new("glyph", path, "no font"));
    let report = check(&object, &data, &Context { not_printable: &told, ..context("US") });
    let found: Vec<_> = report.findings.iter().map(|f| (f.rule, f.subject, f.path.as_str(), f.level)).collect();
    let expected = [
        ("not_printable", Subject::Data, "SenderName", Level::Warn),
        ("not_printable", Subject::MailObject, "Id", Level::Warn),
    ];
    assert_eq!(found, expected);
}

#[test]
fn only_a_foreign_id_can_be_amber() {
    for rule in RULES {
        assert_eq!(rule.levels().contains(&Level::Amber), rule.id == FOREIGN_ID, "{}", rule.id);
        assert!(rule.levels().contains(&rule.level), "{}", rule.id);
    }
}

#[test]
fn findings_name_place_rule_and_remedy_but_no_values() {
    let (object, mut data) = good();
    data.recipient_name = text("TEST");
    data.content_pieces[0].amount = "0".parse().ok();
    let report = check(&object, &data, &context("US"));
    let finding = report.findings.iter().find(|finding| finding.rule == "value_zero").unwrap().to_finding();
    assert_eq!((finding.code, finding.path.as_str()), ("value_zero", "ContentPieces[0].Amount"));
    assert!(finding.message.starts_with("a value of 0") && finding.message.contains("give"));
    assert!(report.findings.iter().all(|finding| !finding.message.contains("TEST")));
}

#[test]
fn rule_names_are_unique_and_levels_have_names() {
    for (at, rule) in RULES.iter().enumerate() {
        assert!(RULES[at + 1..].iter().all(|other| other.id != rule.id), "{}", rule.id);
        assert_eq!(Level::from_stored(rule.level.stored()), Ok(rule.level));
    }
    assert!(Level::from_stored("block").is_err());
}

#[test]
fn a_total_is_compared_only_with_lines_that_make_one() {
    let second = |data: &mut DeclarationData, amount: &str, currency: &str| {
        let mut piece = data.content_pieces[0].clone();
        (piece.amount, piece.currency_cd) = (amount.parse().ok(), text(currency));
        data.content_pieces.push(piece);
    };
    let found = |total_value: &str, amount: &str, currency: &str| {
        let change = |_: &mut MailObject, data: &mut DeclarationData| {
            second(data, amount, currency);
            total(data, "EP.TotalValue", total_value);
        };
        level("total_differs", "US", change).is_some()
    };
    for total in [
        "48.50 EUR",
        "48.5",
        "EUR 48.50",
        "48,50 EUR",
        "48.51 EUR",
        "48.49 EUR",
        "60.00 USD",
        "48.50 EUR, 3 USD",
        "paid",
    ] {
        assert!(!found(total, "10.00", "EUR"), "{total}");
    }
    for total in ["48.52 EUR", "48.48", "0", "-48.50 EUR", "1e27 EUR"] {
        assert!(found(total, "10.00", "EUR"), "{total}");
    }
    assert!(!found("99.99 EUR", "10.00", "USD") && !found("99.99 EUR", "", "EUR") && !found("99.99 EUR", "10", ""));
    // Yen have no smaller unit.
    let yen = |total_value: &'static str| {
        level("total_differs", "US", |_, data| {
            (data.content_pieces[0].amount, data.content_pieces[0].currency_cd) = ("500".parse().ok(), text("JPY"));
            total(data, "EP.TotalValue", total_value);
        })
    };
    assert_eq!((yen("501 JPY"), yen("502 JPY")), (None, WARN));
}
