//! Any bytes through reading, checking, showing and converting; what is converted reads back the same.
//! `cargo +nightly fuzz run xml`

#![no_main]

use entrepost::edi::{Form, Profile, read, tool};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let profile = Profile::default();
    let _ = tool::check(bytes, &profile);
    let _ = tool::show(bytes);
    for form in [Form::Edifact, Form::Xml] {
        if let Ok(written) = tool::convert(bytes, form, &profile) {
            let once = read(&written.bytes);
            assert!(!once.findings.has_errors(), "{}", once.findings);
            let again = tool::convert(&written.bytes, form, &profile).expect("what was written can be written");
            assert_eq!(read(&again.bytes).interchange, once.interchange);
        }
    }
});
