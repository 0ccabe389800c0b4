use proptest::prelude::*;

use super::*;
use crate::contract::{ContentPiece, Document, Number};

fn number(digits: &str) -> Option<Number> {
    Some(Number::parse(digits).unwrap())
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn toy() -> ContentPiece {
    ContentPiece {
        amount: number("38.50"),
        currency_cd: text("EUR"),
        description: text("Wooden toy car"),
        hs: text("950300"),
        net_weight: number("1.200"),
        number: Some(1),
        orig_country_cd: text("AU"),
        ..ContentPiece::default()
    }
}

fn rifle_parts() -> ContentPiece {
    let description = text("Parts of rifles");
    ContentPiece { amount: number("2500"), description, hs: text("930690"), number: Some(4), ..toy() }
}

fn judged() -> DeclarationData {
    DeclarationData {
        content_pieces: vec![toy(), rifle_parts()],
        gross_weight: number("1.500"),
        nature_type_cd: text("31"),
        sender_name: text("Jürgen Müller"),
        sender_address_line1: text("12 Harbour Street"),
        sender_city: text("Sydney"),
        sender_zip: text("2000"),
        sender_country_cd: text("AU"),
        sender_telephone: text("+61 2 5550 1234"),
        recipient_first_name: text("Anna"),
        recipient_last_name: text("Schmidt"),
        recipient_address_line1: text("Musterstraße 5"),
        recipient_city: text("Köln"),
        recipient_zip: text("50667"),
        recipient_country_cd: text("DE"),
        ..DeclarationData::default()
    }
}

fn version(data: &DeclarationData) -> Version<'_> {
    Version { data, dest_post: "DEA", dest_country: Some("DE") }
}

fn between(was: &DeclarationData, is: &DeclarationData) -> Difference {
    compare(&version(was), &version(is), &MaterialTable::built_in())
}

/// What `change` makes differ in the data above.
fn after(change: impl FnOnce(&mut DeclarationData)) -> Vec<Part> {
    let (was, mut is) = (judged(), judged());
    change(&mut is);
    between(&was, &is).material
}

fn gross(was: &str, is: &str) -> bool {
    let data = |digits| DeclarationData { gross_weight: number(digits), ..judged() };
    between(&data(was), &data(is)).is_material()
}

fn line(change: impl FnOnce(&mut ContentPiece)) -> bool {
    let parts = after(|data| change(&mut data.content_pieces[0]));
    assert!(parts.is_empty() || parts == [Part::Lines], "{parts:?}");
    !parts.is_empty()
}

#[test]
fn edges_of_weights() {
    for (was, is, material) in [
        ("1.000", "1.050", false),
        ("1.000", "1.051", true),
        ("1.000", "0.950", false),
        ("1.000", "0.949", true),
        ("0.100", "0.120", false),
        ("0.100", "0.121", true),
        ("0.100", "0.080", false),
        ("20.000", "20.500", false),
        ("20.000", "20.501", true),
        ("1.500", "1.520", false),
        ("1.500", "1.575", false),
        ("1.500", "1.576", true),
        ("1.500", "1.5", false),
        ("0", "0.02", false),
    ] {
        assert_eq!(gross(was, is), material, "{was} -> {is}");
    }
}

#[test]
fn small_steps_add_up_as_the_judged_version_counts() {
    let steps = ["1.560", "1.620", "1.680"].map(|is| gross("1.500", is));
    assert_eq!(steps, [false, true, true]);
}

#[test]
fn a_gross_weight_that_was_missing_was_weighed_but_none_may_go() {
    let (none, some) = (DeclarationData { gross_weight: None, ..judged() }, judged());
    assert!(!between(&none, &some).is_material());
    assert_eq!(between(&some, &none).material, [Part::GrossWeight]);
}

#[test]
fn ways_of_writing_one_name_are_one() {
    for name in ["JUERGEN MUELLER, ", "jurgen  muller", "Jürgen-Müller", "ＪÜＲＧＥＮ Ｍüller"] {
        assert_eq!(after(|data| data.sender_name = text(name)), [], "{name}");
    }
    assert_eq!(after(|data| data.sender_name = text("Jürgen Mülner")), [Part::Sender]);
    assert_eq!(after(|data| data.sender_name = None), [Part::Sender]);
    for (one, other) in
        [("Łódź", "LODZ"), ("Straße", "STRASSE"), ("Ærø", "aero"), ("Ελένη", "ΕΛΕΝΗ"), ("Sørø", "Soero")]
    {
        assert!(text::is_same_text(one, other), "{one} {other}");
    }
    for (one, other) in [("Иванов", "Петров"), ("バス", "ハス"), ("किरण", "करण"), ("12", "21")]
    {
        assert!(!text::is_same_text(one, other), "{one} {other}");
    }
}

#[test]
fn first_and_last_name_stand_in_any_order_and_may_be_one_name() {
    let swap = |data: &mut DeclarationData| {
        std::mem::swap(&mut data.recipient_first_name, &mut data.recipient_last_name);
    };
    assert_eq!(after(swap), []);
    for name in ["Schmidt, Anna", "ANNA SCHMIDT"] {
        let join = |data: &mut DeclarationData| {
            (data.recipient_first_name, data.recipient_last_name, data.recipient_name) = (None, None, text(name));
        };
        assert_eq!(after(join), [], "{name}");
    }
    assert_eq!(after(|data| data.recipient_first_name = text("Anne")), [Part::Recipient]);
    assert_eq!(after(|data| data.recipient_name = text("Bernd Braun")), [Part::Recipient], "a second name");
}

#[test]
fn addresses_count_but_not_how_lines_are_split_nor_state_and_contacts() {
    let split = |data: &mut DeclarationData| {
        (data.sender_address_line1, data.sender_address_line2) = (text("12"), text("Harbour Street"));
    };
    assert_eq!(after(split), []);
    let contacts = |data: &mut DeclarationData| {
        (data.sender_telephone, data.sender_email, data.sender_state) = (None, text("a@b.au"), text("NSW"));
        (data.recipient_fax, data.recipient_telephone) = (text("1"), text("2"));
    };
    assert_eq!(after(contacts), []);
    assert_eq!(after(|data| data.sender_address_line1 = text("13 Harbour Street")), [Part::Sender]);
    assert_eq!(after(|data| data.sender_city = text("Melbourne")), [Part::Sender]);
    assert_eq!(after(|data| data.recipient_zip = text("50668")), [Part::Recipient]);
    assert_eq!(after(|data| data.recipient_country_cd = text("AT")), [Part::Recipient]);
}

#[test]
fn an_importer_counts_like_the_other_parties() {
    let with = |name: &str, value: &str| {
        let extra = (vec![text(name)], vec![text(value)]);
        after(|data| (data.extra_field_names, data.extra_field_values) = extra)
    };
    assert_eq!(with("EP.ImporterName", "Import AG"), [Part::Importer]);
    assert_eq!(with("EP.ImporterTelephone", "1"), []);
    assert_eq!(with("EP.Comments", "urgent"), []);
}

#[test]
fn identifiers_may_be_added_but_not_changed_or_removed() {
    let with = |id: Option<&str>| DeclarationData { sender_id_ref: id.map(str::to_owned), ..judged() };
    let (none, one) = (with(None), with(Some("IM2760000001")));
    assert!(!between(&none, &one).is_material());
    assert!(!between(&one, &with(Some("im 2760000001"))).is_material());
    assert_eq!(between(&one, &with(Some("IM2760000002"))).material, [Part::References]);
    assert_eq!(between(&one, &none).material, [Part::References]);
    let extra = |names: &[&str], values: &[&str]| DeclarationData {
        extra_field_names: names.iter().map(|name| text(name)).collect(),
        extra_field_values: values.iter().map(|value| text(value)).collect(),
        ..judged()
    };
    for name in ["IOSS", "EP.SenderVatId", "ep.importeridref", "EORI-Number"] {
        let one = extra(&[name], &["A1"]);
        assert!(!between(&judged(), &one).is_material(), "{name} added");
        assert!(!between(&one, &extra(&["Colour", name], &["red", "A1"])).is_material(), "{name} elsewhere");
        assert_eq!(between(&one, &extra(&[name], &["A2"])).material, [Part::References], "{name} changed");
        assert_eq!(between(&one, &judged()).material, [Part::References], "{name} removed");
    }
    assert!(!between(&extra(&["Colour"], &["red"]), &judged()).is_material());
}

#[test]
fn a_line_differs_by_goods_and_by_more_than_rounding() {
    assert!(!line(|piece| piece.description = text("WOODEN TOY-CAR")));
    assert!(line(|piece| piece.description = text("Wooden boy car")));
    assert!(!line(|piece| piece.hs = text("9503.00.99")));
    assert!(line(|piece| piece.hs = text("950420")));
    assert!(line(|piece| piece.hs = text("9503")), "shorter than six digits");
    assert!(line(|piece| piece.orig_country_cd = text("CN")));
    assert!(line(|piece| piece.number = Some(2)));
    assert!(line(|piece| piece.currency_cd = text("USD")));
    assert!(!line(|piece| piece.amount = number("38.5")));
    assert!(!line(|piece| piece.amount = number("38.51")));
    assert!(line(|piece| piece.amount = number("38.52")));
    assert!(!line(|piece| piece.net_weight = number("1.260")));
    assert!(line(|piece| piece.net_weight = number("1.261")));
    for absent in [
        |piece: &mut ContentPiece| piece.hs = None,
        |piece: &mut ContentPiece| piece.number = None,
        |piece: &mut ContentPiece| piece.amount = None,
        |piece: &mut ContentPiece| piece.net_weight = None,
        |piece: &mut ContentPiece| piece.orig_country_cd = None,
    ] {
        let mut without = judged();
        absent(&mut without.content_pieces[0]);
        assert_eq!(between(&without, &judged()).material, [Part::Lines], "absent, then there");
        assert_eq!(between(&judged(), &without).material, [Part::Lines], "there, then absent");
    }
}

#[test]
fn lines_are_a_set() {
    assert_eq!(after(|data| data.content_pieces.reverse()), []);
    assert_eq!(after(|data| data.content_pieces[0].index = Some(7)), []);
    assert_eq!(after(|data| data.content_pieces.push(toy())), [Part::Lines]);
    assert_eq!(after(|data| drop(data.content_pieces.pop())), [Part::Lines]);
    assert_eq!(after(|data| data.content_pieces[1] = toy()), [Part::Lines], "other counts of the same goods");
}

#[test]
fn lines_of_the_same_goods_find_partners_whatever_their_order() {
    let of = |numbers: &[(&str, &str)]| DeclarationData {
        content_pieces: numbers
            .iter()
            .map(|(amount, weight)| ContentPiece { amount: number(amount), net_weight: number(weight), ..toy() })
            .collect(),
        ..judged()
    };
    let was = of(&[("10.00", "1"), ("10.01", "2")]);
    assert!(!between(&was, &of(&[("10.00", "2"), ("10.01", "1")])).is_material(), "a cent each way");
    assert!(!between(&was, &of(&[("10.02", "2"), ("10.01", "1")])).is_material(), "a cent up");
    assert!(between(&was, &of(&[("10.00", "1"), ("10.01", "1")])).is_material());
}

#[test]
fn many_lines_made_to_take_long_are_given_up() {
    let piece = |at: usize, cents: usize| ContentPiece {
        amount: number(&format!("10.0{}", cents % 2)),
        net_weight: number(&format!("1.{:03}", (at * 7) % 60)),
        ..toy()
    };
    let lines = |shift: usize| (0..999).map(|at| piece(at, at + shift)).collect::<Vec<_>>();
    let (was, mut is) = (lines(0), lines(1));
    is.reverse();
    let data = |content_pieces| DeclarationData { content_pieces, ..judged() };
    let _ = between(&data(was.clone()), &data(is));
    let mut reversed = was.clone();
    reversed.reverse();
    assert!(!between(&data(was), &data(reversed)).is_material());
}

#[test]
fn insured_value_nature_and_destination() {
    let insured = |value: &str, currency: &str| DeclarationData {
        insured_value: number(value),
        insured_value_currency_cd: text(currency),
        ..judged()
    };
    let was = insured("100", "EUR");
    assert!(!between(&was, &insured("110.00", "EUR")).is_material());
    assert!(!between(&was, &insured("90", "EUR")).is_material());
    for other in [insured("110.01", "EUR"), insured("89.99", "EUR"), insured("100", "USD"), judged()] {
        assert_eq!(between(&was, &other).material, [Part::InsuredValue]);
    }
    assert!(!between(&judged(), &insured("2538.50", "EUR")).is_material(), "new, up to what the goods are worth");
    assert_eq!(between(&judged(), &insured("2538.51", "EUR")).material, [Part::InsuredValue]);
    assert_eq!(between(&judged(), &insured("1", "USD")).material, [Part::InsuredValue], "cannot be compared");
    assert_eq!(after(|data| data.nature_type_cd = text("11")), [Part::Nature]);
    assert_eq!(after(|data| data.nature_type_cd = None), [Part::Nature]);

    let data = judged();
    let version = |dest_post, dest_country| Version { data: &data, dest_post, dest_country };
    let moved = |to| compare(&version("DEA", Some("DE")), &to, &MaterialTable::built_in()).material;
    assert_eq!(moved(version("FRA", Some("DE"))), [Part::Destination]);
    assert_eq!(moved(version("DEA", Some("FR"))), [Part::Destination]);
    assert_eq!(moved(version("DEA", Some("DE"))), []);
}

#[test]
fn documents_may_be_added_and_that_is_told() {
    let with = |documents: &[(&str, &str, &str)]| {
        let document = |(id, kind, name): &(&str, &str, &str)| Document {
            document_id: text(id),
            document_type: text(kind),
            document_name: text(name),
        };
        DeclarationData { documents: documents.iter().map(document).collect(), ..judged() }
    };
    let (none, one) = (with(&[]), with(&[("L-1", "L", "licence")]));
    assert_eq!(between(&none, &one), Difference { document_added: true, ..Difference::default() });
    assert_eq!(between(&one, &with(&[("L-1", "L", "export licence")])), Difference::default());
    assert_eq!(between(&one, &none).material, [Part::Documents]);
    assert!(!between(&one, &none).document_added);
    for other in [("L-2", "L", "licence"), ("L-1", "C", "licence")] {
        let difference = between(&one, &with(&[other]));
        assert_eq!((difference.material, difference.document_added), (vec![Part::Documents], true));
    }
}

#[test]
fn what_is_laid_over_the_lines_is_told_apart() {
    let mut revised = judged();
    revised.content_pieces[1].revised_hs = text("950300");
    let difference = between(&judged(), &revised);
    assert!(difference.overlay_changed && !difference.is_material());
    revised.content_pieces.reverse();
    let mut same = revised.clone();
    same.content_pieces.reverse();
    assert!(!between(&revised, &same).overlay_changed);
}

#[test]
fn the_rest_is_not_material() {
    let change = |data: &mut DeclarationData| {
        data.postage = number("9.80");
        data.handling_class_cd = text("R");
        data.transport_mode = text("4");
        data.package_image_local_path = text("/photo");
        data.commercial_transactions.push(crate::contract::CommercialTransaction::default());
    };
    assert_eq!(after(change), []);
}

#[test]
fn customs_may_have_a_table_of_their_own() {
    let file =
        b"group,member,counts,least,percent,most\nitem,GrossWeight,1,,10,\nparty,City,0,,,\nreference,Lot,1,,,\n";
    let rows = crate::refdata::table::read::<crate::refdata::material::MaterialRow>(file);
    assert_eq!(rows.faults, []);
    let table = MaterialTable::built_in().overlaid(&rows.rows);
    let was = DeclarationData { extra_field_names: vec![text("Lot")], extra_field_values: vec![text("7")], ..judged() };
    let parts = |is: &DeclarationData| compare(&version(&was), &version(is), &table).material;
    let other = DeclarationData { gross_weight: number("1.65"), sender_city: text("Perth"), ..was.clone() };
    assert_eq!(parts(&other), []);
    assert_eq!(parts(&DeclarationData { gross_weight: number("1.651"), ..was.clone() }), [Part::GrossWeight]);
    assert_eq!(parts(&judged()), [Part::References]);
    let faulty = b"group,member,counts,least,percent,most\nline,Colour,1,,,\nbox,HS,1,,,\nline,HS,2,,,\n";
    let faults = crate::refdata::table::read::<crate::refdata::material::MaterialRow>(faulty).faults;
    assert_eq!(faults.len(), 3, "{faults:?}");
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("\\PC{0,12}|[aeouäöü ]{0,6}")
}

fn any_number() -> impl Strategy<Value = Option<Number>> {
    let large = Just("-79228162514264337593543950335");
    let small =
        prop_oneof![Just("0"), Just("0.01"), Just("12.5"), Just("12.50"), Just("79228162514264337593543950335")];
    proptest::option::of(prop_oneof![large, small].prop_map(|digits| Number::parse(digits).unwrap()))
}

prop_compose! {
    fn any_piece()(
        amount in any_number(), net_weight in any_number(), description in any_text(), hs in any_text(),
        currency_cd in any_text(), number in any::<Option<i32>>(), revised_hs in any_text(),
    ) -> ContentPiece {
        ContentPiece { amount, net_weight, description, hs, currency_cd, number, revised_hs, ..ContentPiece::default() }
    }
}

prop_compose! {
    fn any_data()(
        content_pieces in proptest::collection::vec(any_piece(), 0..5),
        gross_weight in any_number(), insured_value in any_number(),
        sender_name in any_text(), sender_first_name in any_text(), sender_last_name in any_text(),
        line1 in any_text(), line2 in any_text(), ids in proptest::collection::vec(any_text(), 0..4),
        documents in proptest::collection::vec(any_text(), 0..3),
    ) -> DeclarationData {
        let document = |document_id| Document { document_id, ..Document::default() };
        DeclarationData {
            content_pieces, gross_weight, insured_value, sender_name, sender_first_name, sender_last_name,
            sender_address_line1: line1, sender_address_line2: line2,
            extra_field_names: ids.iter().map(|_| text("IOSS")).collect(), extra_field_values: ids,
            documents: documents.into_iter().map(document).collect(),
            ..DeclarationData::default()
        }
    }
}

proptest! {
    #[test]
    fn the_same_data_never_differ(data in any_data()) {
        prop_assert_eq!(between(&data, &data.clone()), Difference::default());
        // Without the way round for equal data, too.
        let mut other = data.clone();
        other.content_pieces.iter_mut().for_each(|piece| piece.index = Some(3));
        other.sender_telephone = text("1");
        prop_assert_eq!(between(&data, &other), Difference::default());
    }

    #[test]
    fn the_order_of_lines_never_counts(data in any_data(), seed in 0_usize..24) {
        let mut other = data.clone();
        if !other.content_pieces.is_empty() {
            let by = seed % other.content_pieces.len();
            other.content_pieces.rotate_left(by);
            if seed % 2 == 0 { other.content_pieces.reverse(); }
        }
        prop_assert_eq!(between(&data, &other), Difference::default());
    }

    #[test]
    fn how_an_address_is_split_never_counts(data in any_data(), at in 0_usize..30) {
        let whole = [&data.sender_address_line1, &data.sender_address_line2].into_iter().flatten().cloned();
        let whole: Vec<char> = whole.collect::<String>().chars().collect();
        let (one, two) = whole.split_at(at.min(whole.len()));
        let other = DeclarationData {
            sender_address_line1: Some(one.iter().collect()),
            sender_address_line2: Some(two.iter().collect()),
            ..data.clone()
        };
        prop_assert!(!between(&data, &other).is_material());
    }

    #[test]
    fn any_two_versions_are_compared(was in any_data(), is in any_data()) {
        let _ = between(&was, &is);
    }
}
