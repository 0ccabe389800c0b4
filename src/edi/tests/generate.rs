//! Items as the property tests make them: every member set or not, texts in many scripts, numbers with many digits.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use crate::contract::declaration::{CommercialTransaction, ContentPiece, DeclarationData, Document};
use crate::contract::open::OtherMembers;
use crate::contract::referral::{ReferralMembers, ReferralResponseMembers};
use crate::contract::response::{ResponseData, Tax};
use crate::contract::{Declaration, Entity, MailObject, Number, Referral, ReferralResponse, Response, WcfDate};
use crate::edi::contrl::{Action, Control, MessageControl, SegmentControl};
use crate::edi::edifact::charset::transliterate;
use crate::edi::profile::table::{FAMILIES, Home, Shape};
use crate::edi::profile::{Charset, table};
use crate::edi::{Function, Interchange, Item, ItemMessage, Kind, Mailbox, Message, Organization};

type Text = BoxedStrategy<Option<String>>;
type Texts = Vec<Option<String>>;

fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        6 => proptest::char::range(' ', '~'),
        2 => proptest::char::range('\u{A0}', '\u{FF}'),
        1 => proptest::char::range('А', 'я'),
        1 => proptest::char::range('一', '丿'),
        1 => proptest::sample::select(vec!['\'', '+', ':', '?', '*', '&', '<', '"', ']', '\n', '\t', '\r', '\u{1}', '\u{85}', '🎁', '\u{FFFE}', '\u{E000}']),
    ]
}

/// A text that fits a place of `size` characters in every character set.
fn shortened(characters: Vec<char>, size: usize) -> String {
    let mut lengths = [1; 4];
    let fits = |c: &char| {
        for (length, charset) in lengths.iter_mut().zip(Charset::ALL) {
            *length += transliterate(charset, c.encode_utf8(&mut [0; 4])).chars().count();
        }
        lengths.iter().all(|length| *length <= size)
    };
    std::iter::once('A').chain(characters.into_iter().take_while(fits)).collect()
}

fn filled(size: usize) -> impl Strategy<Value = String> {
    prop_oneof![6 => vec(character(), 0..20), 1 => vec(character(), size / 2..size)]
        .prop_map(move |characters| shortened(characters, size))
}

/// A text or nothing.
fn text(size: usize) -> Text {
    option::of(filled(size)).boxed()
}

fn needed(size: usize) -> Text {
    filled(size).prop_map(Some).boxed()
}

fn code(form: &'static str) -> Text {
    form.prop_map(Some).boxed()
}

fn maybe(form: &'static str) -> Text {
    option::of(form).boxed()
}

fn date() -> impl Strategy<Value = WcfDate> {
    (-62_135_596_799i64..=253_402_300_799)
        .prop_map(|seconds| WcfDate::new(chrono::DateTime::from_timestamp(seconds, 0).unwrap()))
}

fn number(form: &'static str) -> BoxedStrategy<Option<Number>> {
    option::weighted(0.9, form.prop_map(|digits| Number::parse(&digits).unwrap())).boxed()
}

fn weight() -> BoxedStrategy<Option<Number>> {
    number("-?(0|[1-9][0-9]{0,6})(\\.[0-9]{1,3}0{0,2})?")
}

fn amount() -> BoxedStrategy<Option<Number>> {
    number("-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,2}0{0,2})?")
}

fn guid() -> BoxedStrategy<Option<Uuid>> {
    option::of(any::<u128>().prop_map(|bits| Uuid::from_u128(bits | 1))).boxed()
}

fn entity() -> BoxedStrategy<Entity> {
    prop_oneof![4 => Just(Entity::STORE), 1 => (0..4i32).prop_map(Entity)].boxed()
}

/// A value for a place of this shape.
fn shaped(shape: Shape) -> BoxedStrategy<String> {
    match shape {
        Shape::Member => unreachable!(),
        Shape::Text(size) if size <= 3 => "[A-Z0-9]{1,3}".boxed(),
        Shape::Text(size) => filled(size).boxed(),
        Shape::Date => date().prop_map(crate::edi::profile::value::date_text).boxed(),
        Shape::Decimal => "(0|[1-9][0-9]{0,4})(\\.[0-9]{1,2})?".boxed(),
        Shape::Amounts => "(0|[1-9][0-9]{0,4})(\\.[0-9]{1,2})? EUR(, 17 USD)?".boxed(),
    }
}

/// Extra fields: some of ours, some of the profile's, in any order, some that fit no place.
fn extras(home: Home) -> BoxedStrategy<(Texts, Texts)> {
    let singles: Vec<_> = table::rows()
        .filter(|row| row.home == home && row.is_extra())
        .map(|row| {
            option::weighted(0.3, shaped(row.shape).prop_map(|value| (Some(row.member.to_owned()), Some(value))))
        })
        .collect();
    let mut fields = Vec::new();
    for family in FAMILIES.iter().filter(|family| family.home == home) {
        for number in 1..=3 {
            for (field, size) in family.fields.iter().zip(family.sizes) {
                let name = format!("EP.{}[{number}].{field}", family.list);
                let value = match (*field, *size) {
                    ("Code", 4) => "E[0-9]{3}".boxed(),
                    (_, size) if size <= 5 => "[A-Z]{1,3}".boxed(),
                    (_, size) => filled(size).boxed(),
                };
                fields.push(option::weighted(0.4, value.prop_map(move |value| (Some(name.clone()), Some(value)))));
            }
        }
    }
    let free = vec((text(40), text(700)), 0..4);
    let odd = option::of(Just((Some("EP.LengthCm".to_owned()), Some("about 3".to_owned()))));
    (singles, fields, free, odd)
        .prop_map(|(singles, fields, free, odd)| {
            singles.into_iter().flatten().chain(free).chain(fields.into_iter().flatten()).chain(odd).unzip()
        })
        .boxed()
}

/// What a kind of message always needs is set when `$needed` says so.
macro_rules! generate {
    ($type:ident { $($field:ident: $strategy:expr),* $(,)? } $(extras $home:expr)?) => {{
        let mut made = Just($type::default()).boxed();
        $(made = (made, $strategy).prop_map(|(mut made, $field)| { made.$field = $field; made }).boxed();)*
        $(made = (made, extras($home))
            .prop_map(|(mut made, (names, values))| {
                made.extra_field_names = names;
                made.extra_field_values = values;
                made
            })
            .boxed();)?
        made
    }};
}

pub fn mail_object() -> BoxedStrategy<MailObject> {
    generate!(MailObject {
        entity_state: entity(),
        id: code("[A-Z]{2}[0-9]{9}[A-Z]{2}"),
        local_id: text(35),
        local_id2: text(35),
        orig_post_org_cd: code("[A-Z]{3}"),
        dest_post_org_cd: code("[A-Z]{3}"),
        mail_category_cd: code("[A-D]"),
        mail_class_cd: code("[UCET]"),
        mail_state_cd: option::of(any::<i32>()),
        mail_state_remarks: text(255),
        p_id: guid(),
        posting_dt: date().prop_map(Some),
        type_cd: text(10),
    })
}

fn piece() -> BoxedStrategy<ContentPiece> {
    generate!(ContentPiece {
        amount: amount().prop_map(|value| value.or(Some(Number::parse("0").unwrap()))),
        currency_cd: code("EUR|USD|CHF"),
        description: needed(800),
        hs: maybe("[0-9]{6,14}"),
        import_restrictions: text(100),
        import_restrictions_notes: text(1024),
        index: option::of(0..2_000i32),
        net_weight: weight().prop_map(|value| value.or(Some(Number::parse("0.1").unwrap()))),
        number: any::<i32>().prop_map(Some),
        orig_country_cd: maybe("[A-Z]{2}"),
        revised_description: text(100),
        revised_hs: maybe("[0-9]{6,14}"),
    } extras Home::Piece)
}

fn document() -> BoxedStrategy<Document> {
    generate!(Document { document_id: text(35), document_name: text(70), document_type: maybe("[0-9]{3}|LICENCE") })
}

fn sale() -> BoxedStrategy<CommercialTransaction> {
    generate!(CommercialTransaction {
        content_pieces_indexes: vec(any::<i32>(), 0..4),
        market_place_id: text(40),
        market_place_url: text(700),
        purchase_order_number: text(40),
        sales_order_number: text(40),
    })
}

pub fn data() -> BoxedStrategy<DeclarationData> {
    generate!(DeclarationData {
        commercial_transactions: vec(sale(), 0..3),
        content_pieces: vec(piece(), 1..4),
        documents: vec(document(), 0..3),
        gross_weight: weight().prop_map(|value| value.or(Some(Number::parse("1.250").unwrap()))),
        handling_class_cd: code("[NRV]"),
        insured_value: amount(),
        insured_value_currency_cd: maybe("EUR"),
        max_index: option::of(any::<i32>()),
        nature_type_cd: code("11|31|991"),
        package_image_local_path: text(300),
        package_image_source_info: text(80),
        postage: amount().prop_map(|value| value.or(Some(Number::parse("3.50").unwrap()))),
        postage_currency_cd: code("EUR"),
        recipient_address_line1: needed(70),
        recipient_address_line2: text(70),
        recipient_city: needed(35),
        recipient_country_cd: code("[A-Z]{2}"),
        recipient_email: text(254),
        recipient_fax: text(35),
        recipient_first_name: text(35),
        recipient_id_ref: text(35),
        recipient_last_name: text(35),
        recipient_name: needed(70),
        recipient_state: text(35),
        recipient_telephone: text(25),
        recipient_zip: text(17),
        sender_address_line1: needed(70),
        sender_address_line2: text(70),
        sender_city: needed(35),
        sender_country_cd: code("[A-Z]{2}"),
        sender_email: text(254),
        sender_first_name: text(35),
        sender_id_ref: text(35),
        sender_last_name: text(35),
        sender_name: needed(70),
        sender_state: text(35),
        sender_telephone: text(25),
        sender_zip: text(17),
        transport_date: option::of(date()),
        transport_mode: maybe("[0-9]|ROADRAIL"),
    } extras Home::DeclarationData)
}

pub fn declaration() -> BoxedStrategy<Declaration> {
    generate!(Declaration {
        entity_state: entity(),
        cds_state_cd: option::of(any::<i32>()),
        cust_organization_cd: maybe("[A-Z]{2}"),
        mail_object_p_id: guid(),
        p_id: guid(),
        post_organization_cd: maybe("[A-Z]{3}"),
        data: data().prop_map(Some),
    })
}

fn tax() -> BoxedStrategy<Tax> {
    generate!(Tax {
        amount: amount(),
        currency_cd: maybe("EUR"),
        description: text(80),
        hs: maybe("[0-9]{6,10}"),
        net_weight: weight(),
        number: option::of(any::<i32>()),
        rate: number("(0|[1-9][0-9]?)(\\.[0-9]{1,8})?"),
        tax_type: maybe("VAT|BC|HANDLING"),
    } extras Home::Tax)
}

fn response() -> BoxedStrategy<Response> {
    let data = generate!(ResponseData {
        clearance_dt: date().prop_map(Some),
        decision_cd: code("[0-9]{1,3}"),
        decision_reason_cd: maybe("[0-9]{1,4}"),
        decision_reason_nm: text(600),
        dutiable: any::<bool>(),
        taxes: vec(tax(), 0..3),
        total_fee: amount(),
        total_fee_currency_cd: maybe("EUR"),
    } extras Home::ResponseData);
    generate!(Response {
        entity_state: entity(),
        cds_state_cd: option::of(any::<i32>()),
        cust_organization_cd: maybe("[A-Z]{2}"),
        mail_object_p_id: guid(),
        p_id: guid(),
        post_organization_cd: maybe("[A-Z]{3}"),
        data: data.prop_map(Some),
    })
}

fn others() -> BoxedStrategy<OtherMembers> {
    let value = prop_oneof![
        Just("1.50".to_owned()),
        filled(600).prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#"{"b":[1,null]}"#.to_owned()),
    ];
    proptest::collection::btree_map("X[A-Za-z]{1,12}", value, 0..3)
        .prop_map(|members| {
            let raw = |text| serde_json::value::RawValue::from_string(text).unwrap();
            members.into_iter().map(|(name, text)| (name, raw(text))).collect()
        })
        .boxed()
}

fn referral() -> BoxedStrategy<Referral> {
    let known = generate!(ReferralMembers {
        content_pieces_indexes: vec(any::<i32>(), 0..4),
        event_dt: date().prop_map(Some),
        referral_cd: code("RFI|RFS|DNL|BCFS"),
        referral_id: needed(35),
        remarks: text(512),
    } extras Home::Referral);
    (known, others()).prop_map(|(known, other)| Referral { known, other }).boxed()
}

fn answer() -> BoxedStrategy<ReferralResponse> {
    let known = generate!(ReferralResponseMembers {
        action_taken: text(512),
        event_dt: date().prop_map(Some),
        information: text(512),
        referral_id: needed(35),
        referral_response_cd: code("R[0-9]{2}"),
    } extras Home::Answer);
    (known, others()).prop_map(|(known, other)| ReferralResponse { known, other }).boxed()
}

/// One that is there, as items hold it.
fn boxed<T: std::fmt::Debug + 'static>(strategy: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<Box<T>>> {
    strategy.prop_map(|value| Some(Box::new(value))).boxed()
}

/// A complete item for a message of this kind.
pub fn item(kind: Kind) -> BoxedStrategy<Item> {
    let declaration = match kind {
        Kind::Itmatt | Kind::Cusitm => boxed(declaration()),
        Kind::Refrsp => option::of(declaration().prop_map(Box::new)).boxed(),
        Kind::Cusrsp | Kind::Itmref => Just(None).boxed(),
    };
    let response = if kind == Kind::Cusrsp { boxed(response()) } else { Just(None).boxed() };
    let referral = if kind == Kind::Itmref { boxed(referral()) } else { Just(None).boxed() };
    let answer = if kind == Kind::Refrsp { boxed(answer()) } else { Just(None).boxed() };
    (mail_object(), declaration, response, referral, answer)
        .prop_map(|(mail_object, declaration, response, referral, referral_response)| Item {
            mail_object,
            declaration,
            response,
            referral,
            referral_response,
        })
        .boxed()
}

fn organization() -> impl Strategy<Value = (Organization, Organization)> {
    ("[A-Z]{3}", "[A-Z]{3}", "[A-Z]{2}", 0..3u8).prop_map(|(a, b, customs, which)| match which {
        0 => (Organization::Operator(a), Organization::Operator(b)),
        1 => (Organization::Customs(customs), Organization::Operator(a)),
        _ => (Organization::Operator(a), Organization::Customs(customs)),
    })
}

fn item_message(kind: Kind) -> BoxedStrategy<ItemMessage> {
    let function = prop_oneof![
        4 => Just(Function::New), 2 => Just(Function::Replacement), 1 => Just(Function::Cancellation)
    ];
    (vec(item(kind), 1..4), function, "[A-Z0-9-]{1,35}", "[A-Z0-9-]{1,35}", date(), organization())
        .prop_map(move |(items, function, reference, previous, created, (sender, recipient))| ItemMessage {
            kind,
            reference,
            function,
            previous_reference: (function != Function::New || kind == Kind::Cusrsp).then_some(previous),
            created: Some(created),
            sender,
            recipient,
            items,
        })
        .boxed()
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    ("[A-Z0-9.]{1,35}", "(58)?").prop_map(|(id, qualifier)| Mailbox { id, qualifier })
}

fn control() -> impl Strategy<Value = Control> {
    let action = || proptest::sample::select(Action::ALL.to_vec());
    let error = || option::of("[0-9]{1,2}");
    let segment = (1..99u32, "[0-9]{1,2}").prop_map(|(position, error)| SegmentControl { position, error });
    let message = ("[0-9]{1,14}", proptest::array::uniform5("[A-Z0-9]{1,3}"), action(), error(), vec(segment, 0..3))
        .prop_map(|(number, identifier, action, error, segments)| MessageControl {
            number,
            identifier,
            action,
            error,
            segments,
        });
    ("[A-Z0-9]{1,14}", mailbox(), mailbox(), action(), error(), vec(message, 0..3)).prop_map(
        |(reference, sender, recipient, action, error, messages)| Control {
            reference,
            sender,
            recipient,
            action,
            error,
            messages,
        },
    )
}

/// An interchange of up to three messages.
pub fn interchange() -> impl Strategy<Value = Interchange> {
    let messages = proptest::strategy::Union::new(Kind::ALL.map(item_message));
    let message = prop_oneof![6 => messages.prop_map(Message::Items), 1 => control().prop_map(Message::Control)];
    let created = (0..3_155_760_000i64).prop_map(|at| WcfDate::new(chrono::DateTime::from_timestamp(at, 0).unwrap()));
    (mailbox(), mailbox(), "[A-Z0-9]{14}", any::<bool>(), any::<bool>(), created, vec(message, 1..3)).prop_map(
        |(sender, recipient, reference, test, ack_wanted, created, messages)| Interchange {
            sender,
            recipient,
            reference,
            test,
            ack_wanted,
            created: Some(created),
            messages,
        },
    )
}
