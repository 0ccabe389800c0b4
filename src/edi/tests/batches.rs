//! Long messages are cut into several.

use super::samples::ITMATT;
use crate::edi::{Form, Item, ItemMessage, Message, Profile, batch, read};
use crate::limits;

fn message(items: usize, change: impl Fn(&mut Item)) -> ItemMessage {
    let Message::Items(mut message) = read(ITMATT.as_bytes()).interchange.messages.remove(0) else { panic!() };
    change(&mut message.items[0]);
    message.items = vec![message.items[0].clone(); items];
    message
}

#[test]
fn at_most_999_items_or_one_mebibyte() {
    let profile = Profile::default();
    let small = batch::ranges(&message(1_998, |_| {}), Form::Edifact, &profile).unwrap();
    assert_eq!(small.first(), Some(&(0..999)));
    assert_eq!(small, [0..999, 999..1_998]);

    let large = message(600, |item| {
        let data = item.declaration.as_mut().unwrap().data.as_mut().unwrap();
        data.content_pieces[0].description = Some("d".repeat(2_500));
    });
    for form in [Form::Edifact, Form::Xml] {
        let ranges = batch::ranges(&large, form, &profile).unwrap();
        assert!(ranges.len() > 1);
        assert_eq!(ranges.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..600).collect::<Vec<_>>());
        for range in ranges {
            let part = ItemMessage { items: large.items[range].to_vec(), ..large.clone() };
            let mut interchange = read(ITMATT.as_bytes()).interchange;
            interchange.messages = vec![Message::Items(part)];
            let written = crate::edi::write(&interchange, form, &profile).unwrap();
            assert!(written.bytes.len() <= limits::EDI_BATCH_BYTES, "{}", written.bytes.len());
        }
    }
}

#[test]
fn a_message_of_a_thousand_items_is_refused() {
    let mut interchange = read(ITMATT.as_bytes()).interchange;
    interchange.messages = vec![Message::Items(message(1_000, |_| {}))];
    let findings = crate::edi::write(&interchange, Form::Edifact, &Profile::default()).unwrap_err();
    assert_eq!(findings.list()[0].fault.code, "limit");
}
