//! The lines of a declaration as a set: neither their order nor their numbers count.
//!
//! Two sets are the same when every line of the one has a partner of its own in the other: same goods, and numbers
//! within their tolerances. A changed description is thereby a line less and another line more.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::table::{MaterialTable, is_within, value};
use super::text::{normalized, reference};
use crate::contract::ContentPiece;
use crate::refdata::material::Tolerance;
use crate::rules::forms::given;

/// Pairs of lines looked at after which the search for partners is given up and the sets differ. Only sets made for the
/// purpose come near it: lines are tried in the order of their numbers, and the first one tried fits as a rule.
const TRIES: usize = 200_000;
/// Digits of an HS code that mean the same in every country.
const HS_DIGITS: usize = 6;

/// How two sets of lines differ.
#[derive(Debug, Default)]
pub(super) struct LineDifference {
    pub differ: bool,
    /// On a line with the same goods; only told of sets that do not differ.
    pub overlay_changed: bool,
}

/// Compares two sets of lines.
pub(super) fn compare(was: &[ContentPiece], is: &[ContentPiece], table: &MaterialTable) -> LineDifference {
    if was == is {
        return LineDifference::default();
    }
    let differ = LineDifference { differ: true, overlay_changed: false };
    if was.len() != is.len() {
        return differ;
    }
    let (was, is) = (by_goods(was, table), by_goods(is, table));
    let (mut tries, mut overlay_changed) = (TRIES, false);
    for (goods, was) in &was {
        let Some(is) = is.get(goods).filter(|is| is.len() == was.len()) else { return differ };
        let Some(partners) = Pairing::of(was, is, table, &mut tries) else { return differ };
        overlay_changed |= partners.iter().zip(is).any(|(was, is)| was.overlay != is.overlay);
    }
    LineDifference { differ: false, overlay_changed }
}

/// What must be equal in two lines that are the same goods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Goods {
    description: String,
    hs: String,
    origin: String,
    number: Option<i32>,
    currency: String,
}

impl Goods {
    fn of(piece: &ContentPiece, table: &MaterialTable) -> Self {
        let counts = &table.line;
        let code = |counts: bool, code: &Option<String>| given(code).filter(|_| counts).map(reference);
        Self {
            description: given(&piece.description).filter(|_| counts.description).map(normalized).unwrap_or_default(),
            hs: given(&piece.hs).filter(|_| counts.hs).map(six_digits).unwrap_or_default(),
            origin: code(counts.origin, &piece.orig_country_cd).unwrap_or_default(),
            number: piece.number.filter(|_| counts.number),
            currency: code(counts.currency, &piece.currency_cd).unwrap_or_default(),
        }
    }
}

/// The part of an HS code that every country shares.
pub(in crate::rules) fn six_digits(hs: &str) -> String {
    hs.chars().filter(char::is_ascii_digit).take(HS_DIGITS).collect()
}

/// The numbers of a line, and what was laid over it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line<'a> {
    amount: Option<Decimal>,
    net_weight: Option<Decimal>,
    overlay: [Option<&'a str>; 4],
}

impl<'a> Line<'a> {
    fn of(piece: &'a ContentPiece) -> Self {
        Self {
            amount: value(&piece.amount),
            net_weight: value(&piece.net_weight),
            overlay: [
                given(&piece.revised_hs),
                given(&piece.revised_description),
                given(&piece.import_restrictions),
                given(&piece.import_restrictions_notes),
            ],
        }
    }

    /// Whether `self`, as judged, may have become `current`.
    fn fits(&self, current: &Self, table: &MaterialTable) -> bool {
        let counts = &table.line;
        is_near(counts.amount, self.amount, current.amount)
            && is_near(counts.net_weight, self.net_weight, current.net_weight)
    }
}

/// A number that is not there and one that is differ, whatever it is.
fn is_near(tolerance: Option<Tolerance>, judged: Option<Decimal>, current: Option<Decimal>) -> bool {
    match (tolerance, judged, current) {
        (None, ..) | (_, None, None) => true,
        (Some(tolerance), Some(judged), Some(current)) => is_within(&tolerance, judged, current),
        _ => false,
    }
}

fn by_goods<'a>(pieces: &'a [ContentPiece], table: &MaterialTable) -> BTreeMap<Goods, Vec<Line<'a>>> {
    let mut lines: BTreeMap<Goods, Vec<Line<'_>>> = BTreeMap::new();
    for piece in pieces {
        lines.entry(Goods::of(piece, table)).or_default().push(Line::of(piece));
    }
    lines.values_mut().for_each(|lines| lines.sort_unstable());
    lines
}

/// The search for a partner of every line among as many lines of the same goods.
struct Pairing<'a, 'p> {
    was: &'a [Line<'p>],
    is: &'a [Line<'p>],
    table: &'a MaterialTable,
    /// The partner of each current line found so far.
    partners: Vec<Option<usize>>,
}

impl<'a, 'p> Pairing<'a, 'p> {
    /// The judged line that belongs to each current one; `None` where one is left over.
    fn of(
        was: &'a [Line<'p>],
        is: &'a [Line<'p>],
        table: &'a MaterialTable,
        tries: &mut usize,
    ) -> Option<Vec<&'a Line<'p>>> {
        let mut pairing = Self { was, is, table, partners: vec![None; is.len()] };
        let all_found = (0..was.len()).all(|judged| pairing.find(judged, &mut vec![false; is.len()], tries));
        all_found.then(|| pairing.partners.iter().flatten().filter_map(|judged| was.get(*judged)).collect())
    }

    /// Finds a partner for a judged line, where need be by finding another one for the line that has it. `seen` are
    /// current lines already asked for.
    fn find(&mut self, judged: usize, seen: &mut [bool], tries: &mut usize) -> bool {
        let count = self.is.len();
        for current in (judged..count).chain(0..judged) {
            if *tries == 0 {
                return false;
            }
            *tries -= 1;
            if seen[current] || !self.was[judged].fits(&self.is[current], self.table) {
                continue;
            }
            seen[current] = true;
            let holder = self.partners[current];
            if holder.is_none_or(|holder| self.find(holder, seen, tries)) {
                self.partners[current] = Some(judged);
                return true;
            }
        }
        false
    }
}
