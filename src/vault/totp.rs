//! The second factor: time-based codes by RFC 6238 as every authenticator app reads them (SHA-1, 30 s, six digits), and the
//! recovery codes that stand in for a lost one.
//!
//! Pure: that no code is taken twice is the store's business, which is told the step of a code that fits.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::text::random_bytes;
use crate::error::Result;

/// Seconds of a step.
pub const STEP_S: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Steps that the clocks of server and device may be apart.
const WINDOW: i64 = 1;
/// Bytes of a secret: as many as the hash has.
const SECRET_BYTES: usize = 20;
/// Random bytes of a recovery code: sixteen characters.
const RECOVERY_BYTES: usize = 10;
/// Recovery codes of one user.
pub const RECOVERY_CODES: usize = 10;

/// Characters of base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret, in base32.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String> {
    Ok(encode(&random_bytes::<SECRET_BYTES>()?))
}

/// The step whose code this is: the present one or one beside it. None for what is no code, or another secret's.
pub fn step_of(secret: &str, code: &str, unix_s: i64) -> Option<i64> {
    let secret = decode(secret)?;
    let code = code.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let now = unix_s.div_euclid(STEP_S);
    // All are looked at, so that the time taken tells nothing.
    let mut found = None;
    for step in now - WINDOW..=now + WINDOW {
        let fits = code_at(&secret, step, DIGITS).bytes().zip(code.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
        if fits == 0 {
            found = Some(step);
        }
    }
    found
}

/// The code of a secret at a time, as a device shows it.
pub fn code(secret: &str, unix_s: i64) -> Option<String> {
    Some(code_at(&decode(secret)?, unix_s.div_euclid(STEP_S), DIGITS))
}

/// What an app reads from a QR code: `label` is the account, for people.
pub fn address(issuer: &str, label: &str, secret: &str) -> String {
    let (issuer, label) = (plain(issuer), plain(label));
    format!("otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}")
}

/// A text as it stands in a part of an address.
fn plain(text: &str) -> String {
    let one = |byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// New recovery codes: `abcd-efgh-jklm-nopq`, eighty random bits each.
///
/// # Errors
/// When the system gives no random bytes.
pub fn recovery_codes() -> Result<Vec<String>> {
    let one = || {
        let text = encode(&random_bytes::<RECOVERY_BYTES>()?).to_lowercase();
        let groups: Vec<&str> = [&text[..4], &text[4..8], &text[8..12], &text[12..]].to_vec();
        Ok(groups.join("-"))
    };
    (0..RECOVERY_CODES).map(|_| one()).collect()
}

/// What is stored of a recovery code, however it is typed; none for what cannot be one.
pub fn recovery_digest(code: &str) -> Option<[u8; 32]> {
    let letters: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let letters = letters.to_ascii_uppercase();
    let fits = letters.len() == RECOVERY_BYTES * 8 / 5 && letters.bytes().all(|byte| BASE32.contains(&byte));
    fits.then(|| Sha256::digest(letters.as_bytes()).into())
}

/// HOTP (RFC 4226) at a counter.
fn code_at(secret: &[u8], step: i64, digits: usize) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    let number = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    let code = number % 10_u32.pow(digits as u32);
    format!("{code:0digits$}")
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let value = BASE32.iter().position(|known| *known == byte)?;
        buffer = (buffer << 5) | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the RFC's tests.
    const ASCII: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standards() {
        // RFC 6238, appendix B, SHA-1, eight digits.
        for (at, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(ASCII, at / STEP_S, 8), expected, "{at}");
        }
        // RFC 4226, appendix D.
        let codes: Vec<String> = (0..10).map(|count| code_at(ASCII, count, 6)).collect();
        let expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489";
        assert_eq!(codes.join(" "), expected);
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648, section 10, without padding.
        let all = [("f", "MY"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")];
        for (plain, encoded) in all {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded).expect("base32"), plain.as_bytes());
        }
        assert_eq!(decode("M1"), None);
        assert_eq!(new_secret().expect("random bytes").len(), 32);
    }

    #[test]
    fn a_code_fits_its_own_step_and_the_ones_beside_it() {
        let secret = encode(ASCII);
        let (now, step) = (1_790_000_010, 1_790_000_010 / STEP_S);
        let code = code(&secret, now).expect("a code");
        for (at, expected) in [(-2, None), (-1, Some(step)), (0, Some(step)), (1, Some(step)), (2, None)] {
            assert_eq!(step_of(&secret, &code, now + at * STEP_S), expected, "{at}");
        }
        assert_eq!(step_of(&secret, &format!("{} {}", &code[..3], &code[3..]), now), Some(step), "as apps show it");
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"] {
            assert_eq!(step_of(&secret, wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let codes = recovery_codes().expect("random bytes");
        assert_eq!((codes.len(), codes[0].len()), (RECOVERY_CODES, 19));
        let digest = recovery_digest(&codes[0]);
        assert!(digest.is_some() && digest != recovery_digest(&codes[1]));
        assert_eq!(digest, recovery_digest(&codes[0].replace('-', " ").to_uppercase()));
        for wrong in ["", "abcd", "0000-0000-0000-0000", "abcd-efgh-jklm-nop"] {
            assert_eq!(recovery_digest(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_is_told_issuer_account_and_secret() {
        let told = address("Entrepost", "DEA depost", "JBSWY3DP");
        assert_eq!(told, "otpauth://totp/Entrepost:DEA%20depost?secret=JBSWY3DP&issuer=Entrepost");
    }
}
