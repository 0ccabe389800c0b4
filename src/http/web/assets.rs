//! Style sheet, script and icon: in the binary, under addresses that change with them, so that browsers keep them for ever.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use crate::contract::canonical::hex;
use crate::error::{Error, Result};

/// Name, media type, text.
const ASSETS: [(&str, &str, &str); 3] = [
    (
        "console.css",
        "text/css; charset=utf-8",
        concat!(include_str!("../frame.css"), include_str!("assets/console.css")),
    ),
    ("console.js", "text/javascript; charset=utf-8", include_str!("assets/console.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// Digits of a digest that an address has.
const DIGITS: usize = 8;

fn addresses() -> &'static [String; 3] {
    static ADDRESSES: LazyLock<[String; 3]> = LazyLock::new(|| {
        ASSETS.map(|(name, _, text)| {
            let digest = hex(Sha256::digest(text.as_bytes()).as_slice());
            format!("/console/assets/{name}?v={}", &digest[..DIGITS])
        })
    });
    &ADDRESSES
}

/// Where a page finds one of them.
pub(super) fn address(name: &str) -> &'static str {
    let at = ASSETS.iter().position(|(known, ..)| *known == name);
    at.and_then(|at| addresses().get(at)).map_or("", String::as_str)
}

/// # Errors
/// 404 for what is none of them.
pub(super) fn serve(name: &str) -> Result<HttpResponse> {
    let found = ASSETS.iter().find(|(known, ..)| *known == name);
    let (_, kind, text) = found.ok_or(Error::Absent { what: "file" })?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, *kind)).insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    Ok(response.body(*text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small_and_nothing_is_loaded_from_elsewhere() {
        for (name, _, text) in ASSETS {
            let most = if name == "console.css" { 12 * 1024 } else { 6 * 1024 };
            assert!(text.len() <= most, "{name} has {} bytes", text.len());
            let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
            assert!(
                !elsewhere.contains("http:") && !elsewhere.contains("https:") && !text.contains("@import"),
                "{name}"
            );
            assert!(address(name).starts_with("/console/assets/") && address(name).len() > 20);
        }
    }

    /// `#rrggbb` as its relative luminance (WCAG 2).
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn every_text_can_be_read_on_its_ground_in_both_themes() {
        let css = ASSETS[0].2;
        let blocks: Vec<&str> =
            css.split("--ground:").skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect();
        assert_eq!(blocks.len(), 3, "light, dark by the browser, dark by choice");
        assert_eq!(blocks[1], blocks[2], "dark is dark");
        for block in blocks {
            let block = format!("--ground:{block}");
            let colour = |name: &str| {
                let rest = block.split(&format!("--{name}:")).nth(1).unwrap_or_else(|| panic!("--{name}"));
                rest.split(';').next().unwrap_or_default().trim().to_owned()
            };
            for (text, ground) in [
                ("ink", "ground"),
                ("dim", "ground"),
                ("link", "ground"),
                ("bad", "ground"),
                ("good", "ground"),
                ("warn", "ground"),
                ("good", "soft"),
                ("warn", "soft"),
                ("ink", "soft"),
                ("dim", "soft"),
                ("link", "soft"),
                ("bad", "soft"),
                ("on-main", "main"),
            ] {
                let (a, b) = (luminance(&colour(text)), luminance(&colour(ground)));
                let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
            }
        }
    }
}
