//! Extra fields of a contract, parted into those the profile has a place for (`EP.*`) and the rest.
//!
//! The two parallel lists of the contract come apart here and go together again in one order: the rest as sent,
//! then the `EP.*` fields in the order of the table, then the families by number.

use std::collections::HashSet;

use crate::contract::WcfDate;

use super::table::{self, FAMILIES, Family, Home, Row, Shape};
use super::value::{date_text, parse_number};

/// One entry of a family: its fields in order, `None` where unset.
pub type Entry = Vec<Option<String>>;

/// A pair of the contract's two lists.
pub type Pair = (Option<String>, Option<String>);

/// The extra fields of one object.
#[derive(Clone, Debug)]
pub struct Extras {
    home: Home,
    singles: Vec<(&'static Row, String)>,
    families: Vec<(&'static Family, Vec<Entry>)>,
    /// Fields the profile knows no place for, in the order sent.
    pub rest: Vec<Pair>,
}

impl Extras {
    /// None yet.
    pub fn new(home: Home) -> Self {
        Self { home, singles: Vec::new(), families: Vec::new(), rest: Vec::new() }
    }

    /// Takes the two lists of a contract apart. Pairs without name and value are left out; a value that does not fit
    /// its place, or the second one of a name, stays among the rest.
    pub fn split(home: Home, names: &[Option<String>], values: &[Option<String>]) -> Self {
        let mut extras = Self::new(home);
        let mut numbered: Vec<(&'static Family, usize, usize, String)> = Vec::new();
        let mut known = HashSet::new();
        for at in 0..names.len().max(values.len()) {
            match (text_at(names, at), text_at(values, at)) {
                (None, None) => {}
                (Some(name), Some(value)) => {
                    if let Some(row) = extras.place_for(name, value) {
                        extras.singles.push((row, value.to_owned()));
                    } else if let Some((family, number, field)) = family_field(home, name, value)
                        && known.insert((family.list, number, field))
                    {
                        numbered.push((family, number, field, value.to_owned()));
                    } else {
                        extras.rest.push((Some(name.to_owned()), Some(value.to_owned())));
                    }
                }
                (name, value) => extras.rest.push((name.map(str::to_owned), value.map(str::to_owned))),
            }
        }
        extras.gather(numbered);
        extras
    }

    fn place_for(&self, name: &str, value: &str) -> Option<&'static Row> {
        if !name.starts_with("EP.") {
            return None;
        }
        let row = table::row(self.home, name)?;
        (fits(row.shape, value) && self.get(name).is_none()).then_some(row)
    }

    /// Numbers the entries anew from 1, without holes.
    fn gather(&mut self, mut numbered: Vec<(&'static Family, usize, usize, String)>) {
        numbered.sort_by_key(|(_, number, _, _)| *number);
        let mut last = (std::ptr::null::<Family>(), 0);
        let home = self.home;
        for family in FAMILIES.iter().filter(|family| family.home == home) {
            for (_, number, field, value) in numbered.iter().filter(|entry| std::ptr::eq(entry.0, family)) {
                if last != (std::ptr::from_ref(family), *number) {
                    last = (std::ptr::from_ref(family), *number);
                    self.entries_mut(family).push(vec![None; family.fields.len()]);
                }
                if let Some(entry) = self.entries_mut(family).last_mut() {
                    entry[*field] = Some(value.clone());
                }
            }
        }
    }

    /// Value of an `EP.*` field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.singles.iter().find(|(row, _)| row.member == name).map(|(_, value)| value.as_str())
    }

    /// The `EP.*` fields of `home` whose EDIFACT place is `edifact`.
    pub fn placed(&self, home: Home, edifact: &str) -> impl Iterator<Item = (&'static str, &str)> {
        let fits = move |row: &Row| row.home == home && row.edifact == edifact;
        self.singles.iter().filter(move |(row, _)| fits(row)).map(|(row, value)| (row.member, value.as_str()))
    }

    /// Sets an `EP.*` field; one that does not fit its place, or is not in the table, goes to the rest. An empty
    /// value unsets it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.singles.retain(|(row, _)| row.member != name);
        if value.is_empty() {
            return;
        }
        match self.place_for(name, value) {
            Some(row) => self.singles.push((row, value.to_owned())),
            None => self.rest.push((Some(name.to_owned()), Some(value.to_owned()))),
        }
    }

    /// Adds a field as it came, by name.
    pub fn add(&mut self, name: &str, value: &str) {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match self.place_for(name, value) {
            Some(row) if !value.is_empty() => self.singles.push((row, value.to_owned())),
            _ if name.is_empty() && value.is_empty() => {}
            _ => self.rest.push((text(name), text(value))),
        }
    }

    /// Entries of a family.
    pub fn entries(&self, list: &str) -> &[Entry] {
        self.families.iter().find(|(family, _)| family.list == list).map_or(&[], |(_, entries)| entries)
    }

    fn entries_mut(&mut self, family: &'static Family) -> &mut Vec<Entry> {
        let at = self.families.iter().position(|(known, _)| std::ptr::eq(*known, family)).unwrap_or_else(|| {
            self.families.push((family, Vec::new()));
            self.families.len() - 1
        });
        &mut self.families[at].1
    }

    /// Adds an entry to a family; entries without any field are left out, fields beyond their size go to the rest.
    pub fn push_entry(&mut self, list: &str, mut entry: Entry) {
        let Some(family) = FAMILIES.iter().find(|family| family.home == self.home && family.list == list) else {
            return;
        };
        entry.resize(family.fields.len(), None);
        for field in &mut entry {
            if field.as_deref() == Some("") {
                *field = None;
            }
        }
        if entry.iter().any(Option::is_some) {
            self.entries_mut(family).push(entry);
        }
    }

    /// Changes one field of all entries of a family.
    pub fn change_field(&mut self, list: &str, field: usize, change: impl Fn(&str) -> String) {
        if let Some((_, entries)) = self.families.iter_mut().find(|(family, _)| family.list == list) {
            for value in entries.iter_mut().filter_map(|entry| entry.get_mut(field)?.as_mut()) {
                *value = change(value);
            }
        }
    }

    /// Removes the first entry of a family.
    pub fn take_first(&mut self, list: &str) -> Option<Entry> {
        let (_, entries) = self.families.iter_mut().find(|(family, _)| family.list == list)?;
        (!entries.is_empty()).then(|| entries.remove(0))
    }

    /// Sets one field of an entry that is there already (`EP.Pointers[1].Text`); otherwise the rest takes it.
    pub fn set_entry_field(&mut self, name: &str, value: &str) {
        if let Some((family, number, field)) = family_field(self.home, name, "")
            && let Some(entry) = self.entries_mut(family).get_mut(number.wrapping_sub(1))
        {
            entry[field] = Some(value.to_owned());
        } else {
            self.rest.push((Some(name.to_owned()), Some(value.to_owned())));
        }
    }

    /// The contract's two lists.
    pub fn into_lists(self) -> (Vec<Option<String>>, Vec<Option<String>>) {
        let home = self.home;
        let placeable = |(name, _): &Pair| name.as_deref().is_some_and(|name| name.starts_with("EP."));
        if !self.rest.iter().any(placeable) {
            return self.into_ordered_lists();
        }
        // Fields that came by name may fit a place, or number a list, after all.
        let (names, values) = self.into_ordered_lists();
        Self::split(home, &names, &values).into_ordered_lists()
    }

    fn into_ordered_lists(self) -> (Vec<Option<String>>, Vec<Option<String>>) {
        let mut pairs = self.rest;
        if !self.singles.is_empty() {
            for row in table::rows().filter(|row| row.home == self.home && row.is_extra()) {
                if let Some((_, value)) = self.singles.iter().find(|(known, _)| std::ptr::eq(*known, row)) {
                    pairs.push((Some(row.member.to_owned()), Some(value.clone())));
                }
            }
        }
        for family in FAMILIES.iter().filter(|family| family.home == self.home) {
            let entries = self.families.iter().find(|(known, _)| std::ptr::eq(*known, family));
            for (at, entry) in entries.map(|(_, entries)| entries.iter()).into_iter().flatten().enumerate() {
                for (field, value) in family.fields.iter().zip(entry) {
                    if let Some(value) = value {
                        pairs.push((Some(format!("EP.{}[{}].{field}", family.list, at + 1)), Some(value.clone())));
                    }
                }
            }
        }
        pairs.into_iter().unzip()
    }
}

fn text_at(list: &[Option<String>], at: usize) -> Option<&str> {
    list.get(at).and_then(Option::as_deref).filter(|text| !text.is_empty())
}

/// Takes `EP.Pointers[1].Text` apart; `None` when the profile has no such list or the value does not fit.
fn family_field(home: Home, name: &str, value: &str) -> Option<(&'static Family, usize, usize)> {
    let (list, rest) = name.strip_prefix("EP.")?.split_once('[')?;
    let (number, field) = rest.split_once("].")?;
    let number = number.parse().ok().filter(|number| (1..=9_999).contains(number))?;
    let family = FAMILIES.iter().find(|family| family.home == home && family.list == list)?;
    let at = family.fields.iter().position(|known| *known == field)?;
    (value.chars().count() <= family.sizes[at]).then_some((family, number, at))
}

/// Whether a value can stand in its own place.
fn fits(shape: Shape, value: &str) -> bool {
    match shape {
        Shape::Member => true,
        Shape::Text(size) => value.chars().count() <= size,
        Shape::Date => WcfDate::parse(value).ok().flatten().is_some_and(|date| date_text(date) == value),
        Shape::Decimal => value.len() <= 18 && parse_number(value).is_ok_and(|number| number.digits() == value),
        Shape::Amounts => amounts(value).is_some(),
    }
}

/// Reads `48.50 EUR, 3 USD`: number and currency, in exactly this form, each currency once.
pub fn amounts(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut seen = HashSet::new();
    text.split(", ")
        .map(|amount| {
            let (number, currency) = amount.split_once(' ')?;
            let plain = parse_number(number).is_ok_and(|read| read.digits() == number);
            (plain && is_currency(currency) && number.len() <= 35 && seen.insert(currency))
                .then_some((number, currency))
        })
        .collect()
}

/// Three capital letters.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}
