//! A light in words: glyph, word and colour together, so that none of them has to do alone; and its reasons.

use maud::{Markup, html};
use serde::Deserialize;

use super::texts::Texts;
use crate::contract::own::LightView;

/// A light as an answer of the own surface shows it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ShownLight {
    pub light: String,
    pub reasons: Vec<Reason>,
}

/// One reason of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reason {
    pub code: String,
    pub text: String,
}

impl From<&LightView> for ShownLight {
    fn from(view: &LightView) -> Self {
        let reason = |reason: &crate::contract::own::LightReason| Reason {
            code: reason.code.to_owned(),
            text: reason.text.clone(),
        };
        Self { light: view.light.to_owned(), reasons: view.reasons.iter().map(reason).collect() }
    }
}

/// Class, glyph and key of a light; what is not known is never green.
fn look(light: &str) -> (&'static str, &'static str, &'static str) {
    match light {
        "Green" => ("light green", "✓", "light.green"),
        "Red" => ("light red", "■", "light.red"),
        _ => ("light amber", "▲", "light.amber"),
    }
}

/// The light in a line of text or a table.
pub(super) fn word(texts: Texts, light: &str) -> Markup {
    let (class, glyph, key) = look(light);
    html! { span class=(class) { span aria-hidden="true" { (glyph) } " " (texts.get(key)) } }
}

/// The reasons, gravest first, each with its code. What has no text in the language of the page is shown in English.
pub(super) fn reasons(texts: Texts, light: &ShownLight) -> Markup {
    html! {
        ul.reasons {
            @for reason in &light.reasons {
                @let known = texts.find(&format!("reason.{}", reason.code));
                li {
                    span lang=[known.is_none().then_some("en")] dir="auto" { (known.unwrap_or(&reason.text)) }
                    " " code { (reason.code) }
                }
            }
        }
    }
}
