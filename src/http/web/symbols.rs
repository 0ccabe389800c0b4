//! Symbols that cameras and scanners read, as pictures in a page. Beside each stands the same as text.

use maud::{Markup, html};
use qrcode::{Color, QrCode};

use crate::error::{Error, Result};
use crate::print::{QUIET_BARS, code128};

/// Empty squares around a code, without which cameras do not find it.
const QUIET: usize = 4;
/// Height of bars, in their narrowest one.
const BARS_HIGH: usize = 30;

/// A QR code.
///
/// # Errors
/// For a text that is too long for one.
pub(super) fn qr(text: &str) -> Result<Markup> {
    let code = QrCode::new(text.as_bytes()).map_err(|error| Error::Internal(format!("QR: {error}")))?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
    let squares: String =
        dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    let side = width + 2 * QUIET;
    Ok(html! {
        svg.qr viewBox=(format!("0 0 {side} {side}")) aria-hidden="true" focusable="false" shape-rendering="crispEdges" {
            path d=(squares) fill="#000" {}
        }
    })
}

/// A Code 128 symbol of an id; nothing for one that has none.
pub(super) fn bars(id: &str) -> Markup {
    let Some(bars) = code128(id) else { return html! {} };
    let wide = bars.modules + 2 * QUIET_BARS;
    let dark: String = bars
        .dark
        .iter()
        .map(|(first, count)| format!("M{} 0h{count}v{BARS_HIGH}h-{count}z", first + QUIET_BARS))
        .collect();
    html! {
        svg.bars viewBox=(format!("0 0 {wide} {BARS_HIGH}")) aria-hidden="true" focusable="false" shape-rendering="crispEdges" {
            path d=(dark) fill="#000" {}
        }
    }
}
