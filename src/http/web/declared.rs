//! The form of a declaration: its fields, its lines of goods, and where what is wrong with it is said. Whoever declares at a page,
//! clerk or sender, does it with these.
//!
//! Fields are the columns of sheets, with their names; what is not shown of a declaration goes along unseen, so that nothing of it
//! is lost.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::field::{Line, Problems, line, marked_choice};
use super::sent::Form;
use super::texts::Texts;
use crate::contract::HSLookupInfo;
use crate::error::{Finding, Findings};
use crate::limits;
use crate::refdata::lists::{Coded, Language, List, lists};
use crate::rules::item_id::{CheckDigit, S10};
use crate::service::form::Found;
use crate::sheet::filled::{Fields, Filled};
use crate::sheet::keys::{Choice, Head, Home, Kind, column_of_path, label};
use crate::sheet::{SheetFinding, SheetItem, Weight};

/// Where the form of a new item is.
pub(super) const NEW: &str = "/console/items/new/form";

/// A group of fields.
pub(super) struct Section {
    /// Key of its heading.
    pub heading: &'static str,
    pub keys: &'static [&'static str],
    /// What is seldom filled in.
    pub more: &'static [&'static str],
}

/// The fields that say who sends.
pub(super) const SENDER: &[&str] = &[
    "sender_name",
    "sender_address1",
    "sender_address2",
    "sender_zip",
    "sender_city",
    "sender_state",
    "sender_country",
    "sender_phone",
    "sender_email",
];

/// The fields of an item, in their order.
pub(super) const SECTIONS: &[Section] = &[
    Section {
        heading: "declare.item",
        keys: &[
            "item_id",
            "destination",
            "posted_on",
            "mail_class",
            "nature",
            "nature_explained",
            "gross_kg",
            "postage",
            "postage_currency",
            "handling",
        ],
        more: &[
            "mail_category",
            "mail_subclass",
            "transport_mode",
            "insured",
            "insured_currency",
            "non_delivery",
            "external_reference",
            "local_id",
            "comments",
        ],
    },
    Section {
        heading: "items.sender",
        keys: SENDER,
        more: &["sender_first_name", "sender_last_name", "sender_id_ref"],
    },
    Section {
        heading: "items.recipient",
        keys: &[
            "recipient_name",
            "recipient_address1",
            "recipient_address2",
            "recipient_zip",
            "recipient_city",
            "recipient_state",
            "recipient_country",
            "recipient_phone",
            "recipient_email",
        ],
        more: &["recipient_first_name", "recipient_last_name", "recipient_id_ref", "recipient_fax"],
    },
];

/// Documents that go along.
pub(super) const DOCUMENTS: Section = Section {
    heading: "declare.documents",
    keys: &[],
    more: &[
        "doc1_type",
        "doc1_id",
        "doc1_name",
        "doc2_type",
        "doc2_id",
        "doc2_name",
        "doc3_type",
        "doc3_id",
        "doc3_name",
    ],
};

/// The fields of a line of goods.
pub(super) const LINE: Section = Section {
    heading: "declare.line",
    keys: &[
        "piece_description",
        "piece_quantity",
        "piece_net_kg",
        "piece_value",
        "piece_currency",
        "piece_hs",
        "piece_origin",
    ],
    more: &["market_id", "market_url", "purchase_order", "sales_order"],
};

impl Section {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().chain(self.more).copied()
    }
}

/// Notes of columns that help at a form as well.
const WITH_NOTE: [&str; 10] = [
    "destination",
    "posted_on",
    "nature_explained",
    "gross_kg",
    "external_reference",
    "piece_description",
    "piece_hs",
    "piece_net_kg",
    "piece_value",
    "sender_country",
];

/// The name of the field of a key, in a line of goods counted from 0.
pub(super) fn field_of(key: &str, line: Option<usize>) -> String {
    line.map_or_else(|| key.to_owned(), |line| format!("{key}-{}", line + 1))
}

/// What a field is called, with its line where it is in one.
pub(super) fn label_of(texts: Texts, key: &str, line: Option<usize>) -> String {
    let name = Head::read(key).map(|head| label(&head).name(texts.0).to_owned()).unwrap_or_default();
    match line {
        None => name,
        Some(line) => format!("{}, {name}", texts.with("declare.line", &[("number", &(line + 1).to_string())])),
    }
}

/// The fields that a form sends. A line that was there and is empty is there still.
pub(super) fn filled_of(form: &Form) -> Filled {
    let mut filled = Filled::default();
    let lines = form.get("lines").parse().unwrap_or(1_usize).clamp(1, limits::FORM_LINES);
    filled.lines.resize(lines, Fields::new());
    for (name, text) in form.members().filter(|(_, text)| !text.trim().is_empty()) {
        let of_line =
            name.rsplit_once('-').and_then(|(key, number)| Some((key, number.parse::<usize>().ok()?.checked_sub(1)?)));
        let of_line = of_line.filter(|(key, _)| Head::read(key).is_some_and(|head| head.is_of_piece()));
        match of_line {
            Some((key, at)) => {
                if let Some(fields) = filled.lines.get_mut(at) {
                    fields.insert(key.to_owned(), text.to_owned());
                }
            }
            None if Head::read(name).is_some_and(|head| head.home() != Home::Shown && !head.is_of_piece()) => {
                filled.item.insert(name.to_owned(), text.to_owned());
            }
            None => {}
        }
    }
    filled
}

/// Every field as a member that is not seen.
pub(super) fn unseen(filled: &Filled) -> Markup {
    unseen_but(filled, &[])
}

/// Every field as a member that is not seen, but for those of some keys.
pub(super) fn unseen_but(filled: &Filled, seen: &[&str]) -> Markup {
    let is_unseen = |key: &str| !seen.contains(&key);
    html! {
        input type="hidden" name="lines" value=(filled.lines.len());
        @for (key, text) in filled.item.iter().filter(|(key, _)| is_unseen(key)) { input type="hidden" name=(key) value=(text); }
        @for (at, fields) in filled.lines.iter().enumerate() {
            @for (key, text) in fields.iter().filter(|(key, _)| is_unseen(key)) {
                input type="hidden" name=(field_of(key, Some(at))) value=(text);
            }
        }
    }
}

/// What is wrong with a form, each at its field.
pub(super) struct FormFindings<'t> {
    pub texts: Texts,
    pub filled: &'t Filled,
    pub problems: Problems,
    /// Fields that cannot be read: what is missing without them is not told as well.
    unread: HashSet<String>,
}

impl<'t> FormFindings<'t> {
    pub fn new(texts: Texts, filled: &'t Filled) -> Self {
        Self { texts, filled, problems: Problems::default(), unread: HashSet::new() }
    }

    /// What cannot be read of the fields. Warnings are told when the whole is checked.
    pub fn unreadable(&mut self, found: &[SheetFinding]) {
        for found in found.iter().filter(|found| found.level == Weight::Error) {
            let place = found.column.as_deref().map(|key| {
                let is_of_piece = Head::read(key).is_some_and(|head| head.is_of_piece());
                let line = found.row.filter(|_| is_of_piece).map(|row| row.saturating_sub(1) as usize);
                (key.to_owned(), line)
            });
            self.unread.extend(place.as_ref().map(|(key, line)| field_of(key, *line)));
            self.add(&found.code, place, &found.message);
        }
    }

    /// What refuses the declaration.
    pub fn refused(&mut self, found: &Findings, item: &SheetItem) {
        for found in found.iter() {
            self.refused_at(found, place_of(found.code, &found.path, item));
        }
    }

    /// The same of the fields of some keys alone.
    pub fn refused_where(&mut self, found: &Findings, item: &SheetItem, is_meant: impl Fn(&str) -> bool) {
        for found in found.iter() {
            let place = place_of(found.code, &found.path, item);
            if place.as_ref().is_some_and(|(key, _)| is_meant(key)) {
                self.refused_at(found, place);
            }
        }
    }

    fn refused_at(&mut self, found: &Finding, place: Option<(String, Option<usize>)>) {
        if !place.as_ref().is_some_and(|(key, line)| self.unread.contains(&field_of(key, *line))) {
            self.add(found.code, place, &found.message);
        }
    }

    /// Everything that was told, in the order of the fields.
    pub fn ordered(mut self) -> Problems {
        let lines = (0..self.filled.lines.len()).flat_map(|at| LINE.all().map(move |key| field_of(key, Some(at))));
        let of_item = SECTIONS.iter().flat_map(Section::all).map(str::to_owned);
        let places: HashMap<String, usize> =
            of_item.chain(lines).chain(DOCUMENTS.all().map(str::to_owned)).zip(0..).collect();
        self.problems.order_by(|field| places.get(field).copied().unwrap_or(usize::MAX));
        self.problems
    }

    /// Adds what was found at a place.
    pub fn add(&mut self, code: &str, place: Option<(String, Option<usize>)>, message: &str) {
        let (text, is_english) = words(self.texts, self.filled, code, place.as_ref(), message);
        let field = place.filter(|(key, _)| is_shown(key)).map(|(key, line)| field_of(&key, line));
        self.problems.add(field, text, is_english);
    }
}

/// Key and line of the field that a finding is about.
pub(super) fn place_of(code: &str, path: &str, item: &SheetItem) -> Option<(String, Option<usize>)> {
    let known = match (code, path) {
        ("nature_unexplained", _) => Some("nature_explained"),
        (_, "itemId") => Some("item_id"),
        (_, "externalReference") => Some("external_reference"),
        _ => None,
    };
    if let Some(key) = known {
        return Some((key.to_owned(), None));
    }
    let Some((key, place)) = column_of_path(path) else {
        return path.ends_with("ContentPieces").then(|| ("piece_description".to_owned(), Some(0)));
    };
    let is_of_piece = Head::read(&key).is_some_and(|head| head.is_of_piece());
    let row = item.piece_rows.get(place.unwrap_or_default()).map_or(0, |row| row.saturating_sub(1) as usize);
    Some((key, is_of_piece.then_some(row)))
}

fn is_shown(key: &str) -> bool {
    SECTIONS.iter().chain([&DOCUMENTS, &LINE]).any(|section| section.all().any(|known| known == key))
}

/// Codes whose messages speak to programs.
const OWN_WORDS: [&str; 9] = [
    "required",
    "code_known",
    "hs_absent",
    "hs_unknown",
    "nature_unexplained",
    "number_form",
    "whole_number_form",
    "unknown_code",
    "item_id_form",
];

/// What to say of a finding: the name of the field, and what to do. English is told what was found exactly, other languages in
/// their own words.
pub(super) fn words(
    texts: Texts,
    filled: &Filled,
    code: &str,
    place: Option<&(String, Option<usize>)>,
    message: &str,
) -> (String, bool) {
    let known = texts.find(&format!("found.{code}")).filter(|_| texts.0 != Language::En || OWN_WORDS.contains(&code));
    let said = known.unwrap_or(message);
    let digit = S10::parse(filled.text(None, "item_id").trim()).map(S10::check_digit);
    let said = match digit {
        Some(CheckDigit::Wrong { expected }) => Cow::Owned(said.replace("{digit}", &expected.to_string())),
        _ => Cow::Borrowed(said),
    };
    let text = match place {
        Some((key, line)) => format!("{}: {said}", label_of(texts, key, *line)),
        None => said.into_owned(),
    };
    (text, known.is_none())
}

/// What was found beside, in words, with the field it is about.
pub(super) fn beside(texts: Texts, filled: &Filled, item: &SheetItem, found: &Found) -> (String, bool) {
    let place = place_of(&found.rule, &found.path, item);
    words(texts, filled, &found.rule, place.as_ref(), &found.message)
}

/// The form with everything that is shown of it.
pub(super) struct Shown<'f> {
    pub texts: Texts,
    pub filled: &'f Filled,
    pub problems: &'f Problems,
    /// Keys that have to be filled in, and how that is said of them.
    pub needed: &'f HashSet<&'static str>,
    pub mark: &'f str,
    /// Countries and currencies are chosen by their names.
    pub by_name: bool,
    /// Codes that are proposed for the goods of a line.
    pub proposed: Option<(usize, Vec<HSLookupInfo>)>,
    /// The field where the cursor stands.
    pub focus: Option<String>,
    /// The id of the item cannot be changed.
    pub is_fixed: bool,
    /// Codes and names of posts that are proposed.
    pub posts: Vec<(String, String)>,
}

impl Shown<'_> {
    /// All of it but the buttons at its end. The first button does what Enter does.
    pub fn markup(&self) -> Markup {
        let texts = self.texts;
        html! {
            button.unseen type="submit" name="do" value="check" tabindex="-1" aria-hidden="true" { (texts.get("declare.check")) }
            (self.unshown())
            @for section in SECTIONS { (self.section(section, None)) }
            h2 { (texts.get("items.goods")) }
            @for at in 0..self.filled.lines.len() { (self.line(at)) }
            p.actions { button type="submit" name="do" value="add" data-key="add" { (texts.get("declare.add")) } }
            (self.section(&DOCUMENTS, None))
            (self.proposals_of_lists())
        }
    }

    /// What there is no field for.
    fn unshown(&self) -> Markup {
        html! {
            input type="hidden" name="lines" value=(self.filled.lines.len());
            @for (key, text) in self.filled.item.iter().filter(|(key, _)| !is_shown(key)) {
                input type="hidden" name=(key) value=(text);
            }
            @for (at, fields) in self.filled.lines.iter().enumerate() {
                @for (key, text) in fields.iter().filter(|(key, _)| !is_shown(key)) {
                    input type="hidden" name=(field_of(key, Some(at))) value=(text);
                }
            }
        }
    }

    /// A group of fields, of the item or of a line.
    pub fn section(&self, section: &Section, line: Option<usize>) -> Markup {
        let is_open = section
            .more
            .iter()
            .any(|key| !self.filled.text(line, key).is_empty() || self.problems.has(&field_of(key, line)));
        let more = if section.keys.is_empty() { section.heading } else { "declare.more" };
        html! {
            fieldset.wide {
                @if !section.keys.is_empty() {
                    legend { (self.texts.with(section.heading, &[("number", &(line.unwrap_or_default() + 1).to_string())])) }
                    div.fields { @for key in section.keys { (self.field(key, line)) } }
                }
                @if !section.more.is_empty() {
                    details open[is_open] {
                        summary { (self.texts.get(more)) }
                        div.fields { @for key in section.more { (self.field(key, line)) } }
                    }
                }
            }
        }
    }

    fn line(&self, at: usize) -> Markup {
        self.line_of(&LINE, at)
    }

    /// A line of goods with these fields, and what can be done with it.
    pub fn line_of(&self, section: &Section, at: usize) -> Markup {
        let (texts, number) = (self.texts, (at + 1).to_string());
        html! {
            div.goods {
                (self.section(section, Some(at)))
                @if let Some((_, codes)) = self.proposed.as_ref().filter(|(line, _)| *line == at) { (self.codes(at, codes)) }
                p.actions {
                    button type="submit" name="do" value=(format!("hs-{number}")) { (texts.with("declare.hs", &[("number", &number)])) }
                    @if self.filled.lines.len() > 1 {
                        button.quiet type="submit" name="do" value=(format!("drop-{number}")) { (texts.with("declare.drop", &[("number", &number)])) }
                    }
                }
            }
        }
    }

    fn codes(&self, at: usize, codes: &[HSLookupInfo]) -> Markup {
        let texts = self.texts;
        html! {
            div.note id=(format!("proposed-{}", at + 1)) role="status" tabindex="-1" {
                @if codes.is_empty() { p { (texts.get("declare.hs-none")) } }
                @else {
                    p { (texts.get("declare.hs-found")) }
                    ul.codes-found {
                        @for found in codes {
                            @let code = found.hs_code.as_deref().unwrap_or_default();
                            li {
                                button type="submit" name="do" value=(format!("take-{}-{code}", at + 1)) { (texts.with("declare.take", &[("code", code)])) }
                                " " span lang="en" { (found.observations.as_deref().unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn field(&self, key: &str, at: Option<usize>) -> Markup {
        let Some(head) = Head::read(key) else { return html! {} };
        let (name, kind, tongue) = (field_of(key, at), head.kind(), self.texts.0);
        let (named, value) = (label(&head), self.filled.text(at, key));
        let note = Some(named.note(tongue)).filter(|note| WITH_NOTE.contains(&key) && !note.is_empty());
        let hint = if key == "item_id" { Some(self.texts.get("declare.id-hint")) } else { note };
        let mark = self.needed.contains(key).then_some(self.mark);
        let names = if self.by_name { names(kind, tongue, value) } else { None };
        if let Some(options) = names.or_else(|| options(kind, tongue, value)) {
            let options: Vec<(&str, String)> =
                options.iter().map(|(code, text)| (code.as_str(), text.clone())).collect();
            return marked_choice(self.problems, &name, named.name(tongue), (hint, mark), &options, value);
        }
        let list = match kind {
            Kind::Post => Some("posts"),
            Kind::Code(Choice::Countries) => Some("countries"),
            Kind::Code(Choice::Currencies) => Some("currencies"),
            _ => None,
        };
        let inputmode = match kind {
            Kind::Kilograms | Kind::Money => Some("decimal"),
            Kind::Whole | Kind::Hs => Some("numeric"),
            _ => None,
        };
        line(
            self.problems,
            Line {
                name: &name,
                label: named.name(tongue),
                hint,
                value,
                autocomplete: Some("off"),
                inputmode,
                mark,
                list,
                has_focus: self.focus.as_ref() == Some(&name),
                is_fixed: self.is_fixed && key == "item_id",
                ..Line::default()
            },
        )
    }

    /// Posts, countries and currencies, once for all fields.
    fn proposals_of_lists(&self) -> Markup {
        let tongue = self.texts.0;
        html! {
            datalist #posts { @for (code, name) in &self.posts { option value=(code) { (name) } } }
            datalist #countries { @for row in lists().countries.rows() { option value=(row.code) { (row.names().in_language(tongue)) } } }
            datalist #currencies { @for row in lists().currencies.rows() { option value=(row.code) { (row.names().in_language(tongue)) } } }
        }
    }
}

/// The codes to choose from, where there are few: nothing, the listed ones, and the one that is there whatever it is.
fn options(kind: Kind, tongue: Language, value: &str) -> Option<Vec<(String, String)>> {
    fn all<R: Coded>(list: &List<R>, tongue: Language) -> Vec<(String, String)> {
        let row = |row: &R| (row.code().to_owned(), format!("{} {}", row.code(), row.names().in_language(tongue)));
        list.rows().iter().map(row).collect()
    }
    let lists = lists();
    let listed = match kind {
        Kind::Code(Choice::MailClasses) => all(&lists.mail_classes, tongue),
        Kind::Code(Choice::MailCategories) => all(&lists.mail_categories, tongue),
        Kind::Code(Choice::Handling) => all(&lists.handling_classes, tongue),
        Kind::Code(Choice::Natures) => all(&lists.nature_types, tongue),
        Kind::Code(Choice::TransportModes) => all(&lists.transport_modes, tongue),
        Kind::Code(Choice::NonDelivery) => all(&lists.non_delivery, tongue),
        Kind::Code(Choice::MailSubclasses) => all(&lists.mail_subclasses, tongue),
        Kind::Code(Choice::DocumentTypes) => all(&lists.document_types, tongue),
        _ => return None,
    };
    let is_known = value.is_empty() || listed.iter().any(|(code, _)| code == value);
    let own = (!is_known).then(|| (value.to_owned(), value.to_owned()));
    Some([(String::new(), String::new())].into_iter().chain(listed).chain(own).collect())
}

/// Countries or currencies to choose from, by name.
fn names(kind: Kind, tongue: Language, value: &str) -> Option<Vec<(String, String)>> {
    fn all<R: Coded>(list: &List<R>, tongue: Language) -> Vec<(String, String)> {
        let row = |row: &R| (row.code().to_owned(), row.names().in_language(tongue).to_owned());
        list.rows().iter().map(row).collect()
    }
    let mut listed = match kind {
        Kind::Code(Choice::Countries) => all(&lists().countries, tongue),
        Kind::Code(Choice::Currencies) => all(&lists().currencies, tongue),
        _ => return None,
    };
    listed.sort_by_cached_key(|(_, name)| deunicode::deunicode(name).to_lowercase());
    let is_known = value.is_empty() || listed.iter().any(|(code, _)| code == value);
    let own = (!is_known).then(|| (value.to_owned(), value.to_owned()));
    Some([(String::new(), String::new())].into_iter().chain(listed).chain(own).collect())
}

/// Whether a value is one of those to choose from, where there are such.
pub(super) fn is_listed(texts: Texts, key: &str, value: &str) -> bool {
    let Some(kind) = Head::read(key).map(|head| head.kind()) else { return true };
    let listed = options(kind, texts.0, "").or_else(|| names(kind, texts.0, ""));
    listed.is_none_or(|listed| listed.iter().any(|(code, _)| code == value))
}

/// The value of a field as it is read to somebody: codes of short lists with their names.
pub(super) fn value_in_words(texts: Texts, key: &str, value: &str) -> String {
    let options = Head::read(key).and_then(|head| options(head.kind(), texts.0, value)).unwrap_or_default();
    options
        .into_iter()
        .find(|(code, _)| code == value && !code.is_empty())
        .map_or_else(|| value.to_owned(), |(_, text)| text)
}

/// Where two forms differ: key and line of each field that does.
pub(super) fn differences(one: &Filled, other: &Filled) -> Vec<(String, Option<usize>)> {
    let lines = one.lines.len().max(other.lines.len());
    let none = Fields::new();
    let mut found = Vec::new();
    for at in std::iter::once(None).chain((0..lines).map(Some)) {
        let of = |filled: &Filled| match at {
            None => filled.item.clone(),
            Some(at) => filled.lines.get(at).unwrap_or(&none).clone(),
        };
        let (a, b) = (of(one), of(other));
        let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        let differs = |key: &&&String| {
            let text = |fields: &Fields| fields.get(**key).map(|text| text.trim().to_owned()).unwrap_or_default();
            Head::read(key).is_some_and(|head| head.home() != Home::Shown) && text(&a) != text(&b)
        };
        found.extend(keys.iter().filter(differs).map(|key| ((*key).clone(), at)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FINDING_CODES;
    use crate::rules::quality::RULES;
    use crate::sheet::keys::KEYS;

    #[test]
    fn every_field_is_a_column_and_stands_in_the_form_once() {
        let mut seen = HashSet::new();
        for key in SECTIONS.iter().chain([&DOCUMENTS, &LINE]).flat_map(Section::all) {
            assert!(KEYS.iter().any(|known| known.key == key), "{key}");
            assert!(seen.insert(key), "{key} twice");
        }
        assert!(WITH_NOTE.iter().all(|key| seen.contains(key)));
    }

    #[test]
    fn everything_that_can_be_found_in_a_declaration_has_words_in_every_language() {
        // Of other surfaces, or of pages with words of their own.
        let elsewhere = [
            "password_wrong",
            "password_length",
            "password_common",
            "password_user",
            "code",
            "no_rate",
            "unequal_length",
            "flow",
            "absent",
            "ambiguous",
            "unknown_version",
            "not_yours",
            "cursor",
            "unknown_parameter",
            "read_only",
            "glyph",
            "json",
            "callback_host",
            "unconfigured",
            "kind",
            "http",
            "syntax",
            "charset",
            "twice",
            "count",
            "segment",
            "changed_since",
            "profile",
            "taken",
        ];
        let codes = FINDING_CODES.iter().map(|(code, _)| *code).filter(|code| !elsewhere.contains(code));
        let rules = RULES.iter().map(|rule| rule.id);
        let sheets = ["number_form", "whole_number_form", "date_form", "digits_lost", "older_version"];
        for code in codes.chain(rules).chain(sheets) {
            for tongue in Language::ALL {
                assert!(Texts(tongue).find(&format!("found.{code}")).is_some(), "{code} in {tongue:?}");
            }
        }
    }

    #[test]
    fn what_is_found_leads_to_its_field() {
        let item = SheetItem { piece_rows: vec![1, 3], ..SheetItem::nothing() };
        for (code, path, expected) in [
            ("required", "mailObject.Id", Some("item_id")),
            ("required", "declaration.Data.ContentPieces", Some("piece_description-1")),
            ("hs_form", "declaration.Data.ContentPieces[1].HS", Some("piece_hs-3")),
            ("nature_unexplained", "declaration.Data.NatureTypeCd", Some("nature_explained")),
            ("value_one", "ContentPieces[0].Amount", Some("piece_value-1")),
            ("posting_date", "MailObject.PostingDt", Some("posted_on")),
            ("state", "event", None),
        ] {
            let found = place_of(code, path, &item).map(|(key, line)| field_of(&key, line));
            assert_eq!(found.as_deref(), expected, "{code} {path}");
        }
    }

    #[test]
    fn a_form_comes_back_as_it_was_sent() {
        let sent: Form = [
            ("item_id", " EE "),
            ("lines", "3"),
            ("piece_hs-2", "1"),
            ("piece_hs-9", "x"),
            ("extra:a-1", "b"),
            ("light", "Green"),
            ("do", "add"),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
        let filled = filled_of(&sent);
        assert_eq!((filled.lines.len(), filled.text(Some(1), "piece_hs")), (3, "1"));
        assert_eq!(filled.item.keys().collect::<Vec<_>>(), ["extra:a-1", "item_id"]);
    }
}
