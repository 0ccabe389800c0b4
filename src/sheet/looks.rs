//! How cells of the workbooks we write look.

use rust_xlsxwriter::{Color, Format, FormatBorder};

use super::keys::Kind;

/// Rows of keys and names.
pub(super) const HEAD_ROWS: u32 = 2;

/// How cells of a sheet look.
pub(super) struct Looks {
    pub key: Format,
    pub head: Format,
    pub needed: Format,
    pub shown: Format,
    pub text: Format,
    pub fault: Format,
    day: Format,
    kilograms: Format,
    money: Format,
    whole: Format,
}

impl Looks {
    pub fn new() -> Self {
        let number = |format: &str| Format::new().set_num_format(format);
        let head = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Medium);
        Self {
            key: Format::new().set_font_color(Color::RGB(0x006B_7785)).set_font_size(8),
            needed: head.clone().set_background_color(Color::RGB(0x00FF_E3B3)),
            shown: head.clone().set_font_color(Color::RGB(0x006B_7785)).set_background_color(Color::RGB(0x00F2_F2F2)),
            head: head.set_background_color(Color::RGB(0x00E8_EDF2)),
            text: number("@"),
            fault: number("@").set_background_color(Color::RGB(0x00FF_D6D6)),
            day: number("yyyy\\-mm\\-dd"),
            kilograms: number("0.000"),
            money: number("0.00"),
            whole: number("0"),
        }
    }

    /// Of the cells of a column.
    pub fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Kilograms => &self.kilograms,
            Kind::Money | Kind::Centimetres => &self.money,
            Kind::Whole => &self.whole,
            Kind::Day => &self.day,
            _ => &self.text,
        }
    }
}
