//! The S10 item identifier: form, check digit, and what its service indicator says of the item.
//!
//! Source: the public UPU S10 standard. The check digit is never a reason to refuse an id: published samples carry an
//! `X` in its place.

use rust_decimal::Decimal;

use crate::refdata::lists::lists;

/// An identifier of S10 form: two letters, eight digits, check digit (or `X`), two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S10<'a>(&'a str);

/// What the place of the check digit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    Right,
    Wrong {
        expected: u8,
    },
    /// `X`: not computed, as in published samples.
    Open,
}

impl<'a> S10<'a> {
    /// `None` when `id` is not of S10 form; other ids (up to 35 characters) are allowed elsewhere.
    pub fn parse(id: &'a str) -> Option<Self> {
        let b = id.as_bytes();
        let letters = |range: &[u8]| range.iter().all(u8::is_ascii_uppercase);
        let fits = b.len() == 13
            && letters(&b[..2])
            && b[2..10].iter().all(u8::is_ascii_digit)
            && (b[10].is_ascii_digit() || b[10] == b'X')
            && letters(&b[11..]);
        fits.then_some(Self(id))
    }

    /// The two letters that name the service.
    pub fn service_indicator(self) -> &'a str {
        &self.0[..2]
    }

    /// ISO country of the post that issued the id.
    pub fn country(self) -> &'a str {
        &self.0[11..]
    }

    pub fn check_digit(self) -> CheckDigit {
        let expected = check_digit(&self.0[2..10]);
        match self.0.as_bytes()[10] {
            b'X' => CheckDigit::Open,
            given if given - b'0' == expected => CheckDigit::Right,
            _ => CheckDigit::Wrong { expected },
        }
    }

    /// What the service indicator says; `None` for a reserved pair of letters.
    pub fn service(self) -> Option<Service> {
        let indicator = self.service_indicator();
        let row = lists()
            .s10_indicators
            .rows
            .iter()
            .find(|row| (row.from.as_str()..=row.to.as_str()).contains(&indicator))?;
        let filled = |text: &'static str| (!text.is_empty()).then_some(text);
        Some(Service {
            mail_class: filled(&row.mail_class),
            handling_class: filled(&row.handling_class),
            max_kg: row.max_kg,
            name: &row.name,
        })
    }
}

/// The meaning of a service indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// U, C or E; `None` for domestic and bilateral use without a fixed class.
    pub mail_class: Option<&'static str>,
    /// N, R or V.
    pub handling_class: Option<&'static str>,
    /// The most that such an item may weigh, where that differs from its class.
    pub max_kg: Option<Decimal>,
    pub name: &'static str,
}

/// The check digit over eight digits: weights 8 6 4 2 3 5 9 7, 11 minus the rest modulo 11, 10 becomes 0, 11 becomes 5.
fn check_digit(serial: &str) -> u8 {
    let sum: u32 =
        serial.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => u8::try_from(digit).unwrap_or_default(),
    }
}

/// The mail class to take when none is given: E for EMS, C for parcels and e-commerce parcels, U for everything else,
/// by the first letter of the id.
pub fn class_from_id(id: &str) -> &'static str {
    match id.as_bytes().first() {
        Some(b'E') => "E",
        Some(b'C' | b'H') => "C",
        _ => "U",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_digits_of_the_standard() {
        for (serial, digit) in [("47312482", 9), ("12345678", 5), ("00000001", 4), ("00000011", 6), ("20000015", 6)] {
            assert_eq!(check_digit(serial), digit, "{serial}");
        }
    }

    #[test]
    fn ids_from_real_life_pass() {
        for id in ["EE216035025ID", "RG065685619UA", "UT003015083CZ", "LP584804958MY", "UW269778617NZ", "EK702078015IN"]
        {
            assert_eq!(S10::parse(id).unwrap().check_digit(), CheckDigit::Right, "{id}");
        }
        assert_eq!(S10::parse("EE23050001XAU").unwrap().check_digit(), CheckDigit::Open);
        assert_eq!(S10::parse("LA123456784NL").unwrap().check_digit(), CheckDigit::Wrong { expected: 5 });
    }

    #[test]
    fn other_forms_are_not_s10() {
        for id in
            ["", "EE230500015A", "ee230500015AU", "E1230500015AU", "EE2305000155AU", "EEX30500015AU", "ÉE3050001XAU"]
        {
            assert_eq!(S10::parse(id), None, "{id}");
        }
    }

    #[test]
    fn the_service_indicator_gives_class_and_handling() {
        let service = |id| S10::parse(id).unwrap().service();
        let registered = service("RA123456785DE").unwrap();
        assert_eq!((registered.mail_class, registered.handling_class), (Some("U"), Some("R")));
        let insured = service("CV123456785DE").unwrap();
        assert_eq!((insured.mail_class, insured.handling_class), (Some("C"), Some("V")));
        assert_eq!(service("ZZ123456785DE").unwrap().mail_class, None);
        assert_eq!(service("WA123456785DE"), None, "reserved");
    }

    #[test]
    fn class_when_none_is_given() {
        for (id, class) in [("EE1", "E"), ("CP1", "C"), ("HA1", "C"), ("RR1", "U"), ("", "U"), ("9384748AU", "U")] {
            assert_eq!(class_from_id(id), class, "{id}");
        }
    }

    proptest! {
        #[test]
        fn a_wrong_check_digit_names_the_right_one(serial in "[0-9]{8}", digit in 0u8..10) {
            let id = format!("RR{serial}{digit}DE");
            match S10::parse(&id).unwrap().check_digit() {
                CheckDigit::Wrong { expected } => {
                    let corrected = format!("RR{serial}{expected}DE");
                    prop_assert_eq!(S10::parse(&corrected).unwrap().check_digit(), CheckDigit::Right);
                }
                check => prop_assert_eq!(check, CheckDigit::Right),
            }
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in "\\PC{0,20}") {
            if let Some(id) = S10::parse(&text) {
                let _ = (id.check_digit(), id.service(), id.country());
            }
        }
    }
}
