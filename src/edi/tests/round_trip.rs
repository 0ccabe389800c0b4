//! `read(write(x)) == x`, and what was read once is written canonically ever after.

use proptest::prelude::*;

use super::generate;
use crate::contract::canonical::value_form;
use crate::edi::profile::Charset;
use crate::edi::{Form, Interchange, Message, Profile, normalize, read, write};

/// Compares item by item, so that a failure shows the difference and not two pages.
fn assert_same(was: &Interchange, is: &Interchange) {
    for (was, is) in was.messages.iter().zip(&is.messages) {
        if let (Message::Items(was), Message::Items(is)) = (was, is) {
            for (was, is) in was.items.iter().zip(&is.items) {
                let json = |item: &crate::edi::Item| {
                    serde_json::to_string_pretty(&(
                        (&item.mail_object, &item.declaration, &item.response),
                        (&item.referral, &item.referral_response),
                    ))
                    .unwrap()
                };
                let (was_json, is_json) = (value_form(&json(was)), value_form(&json(is)));
                for (was, is) in was_json.lines().zip(is_json.lines()) {
                    assert_eq!(was, is);
                }
                assert_eq!(was, is);
            }
        }
    }
    assert_eq!(was, is);
}

fn round_trip(interchange: Interchange, form: Form, profile: &Profile) {
    let written = write(&interchange, form, profile).unwrap_or_else(|findings| panic!("{findings}"));
    let received = read(&written.bytes);
    assert!(!received.findings.has_errors(), "{}\n{}", received.findings, String::from_utf8_lossy(&written.bytes));
    assert_same(&normalize::interchange(interchange), &received.interchange);
    let again = write(&received.interchange, form, profile).unwrap_or_else(|findings| panic!("{findings}"));
    let third = write(&read(&again.bytes).interchange, form, profile).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(third.bytes == again.bytes, "what was read is written canonically");
}

/// A few cases in every run; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48);
    ProptestConfig { cases, max_shrink_iters: 30, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edifact(interchange in generate::interchange(), charset in 0..4usize, line_breaks: bool) {
        let profile = Profile { charset: Charset::ALL[charset], line_breaks, ..Profile::default() };
        round_trip(interchange, Form::Edifact, &profile);
    }

    #[test]
    fn xml(interchange in generate::interchange(), line_breaks: bool) {
        round_trip(interchange, Form::Xml, &Profile { line_breaks, ..Profile::default() });
    }

    #[test]
    fn edifact_and_xml_say_the_same(interchange in generate::interchange()) {
        let profile = Profile::default();
        let edifact = read(&write(&interchange, Form::Edifact, &profile).unwrap().bytes).interchange;
        let xml = read(&write(&interchange, Form::Xml, &profile).unwrap().bytes).interchange;
        assert_same(&edifact, &xml);
    }

    #[test]
    fn the_normal_form_is_stable(interchange in generate::interchange()) {
        let once = normalize::interchange(interchange);
        prop_assert!(normalize::interchange(once.clone()) == once);
    }
}
