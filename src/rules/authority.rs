//! Whose word counts: who may declare an item, and what several decisions about it amount to.
//!
//! Pure: takes what was said with its authors, gives what stands. Knows no texts; whether a decision still stands, because
//! what it judged is what is declared now, is said by the caller.
//!
#![doc = include_str!("authority.md")]

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::domain::{Author, Category, FiscalState};
use crate::limits;

/// The rules above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("authority.md");

/// What an item shows on its way, as Markdown, for the documentation.
pub const FLOWS: &str = include_str!("flows.md");

/// Whose data a declaration is, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataRank {
    /// Of a post that has no say in the item's data.
    Stranger,
    /// Of a post that speaks for the origin, by agreement with who reads it.
    Speaker,
    /// Captured by the post whose row it is.
    Owner,
    /// Of the origin itself.
    Origin,
}

impl DataRank {
    /// The rank of data that `declarer` says about an item from `origin` in a row of `owner`.
    pub fn of(declarer: &str, origin: &str, owner: &str, speaks_for: impl Fn(&str, &str) -> bool) -> Self {
        if declarer == origin {
            Self::Origin
        } else if declarer == owner {
            Self::Owner
        } else if speaks_for(declarer, origin) {
            Self::Speaker
        } else {
            Self::Stranger
        }
    }
}

/// One decision, as far as it matters which of several counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub author: Author,
    pub org: String,
    /// Its place among the decisions of its author.
    pub place: i64,
    pub category: Option<Category>,
    pub state: FiscalState,
    pub digest: Vec<u8>,
    /// What it judged is what is declared now, but for what is immaterial.
    pub stands: bool,
    /// Entered by a post beside the administration itself, which did not agree to that.
    pub beside_customs: bool,
}

impl Decided {
    /// Information decides nothing; a code that cannot be read neither.
    pub fn decides(&self) -> bool {
        self.category.is_some_and(|category| category != Category::Information)
    }

    /// A clearance of something else than what is declared now.
    pub fn is_lapsed_clearance(&self) -> bool {
        !self.stands && self.category == Some(Category::Clearance)
    }

    /// Whether it takes the item off what its customs has to work on.
    pub fn answers(&self) -> bool {
        let by_post = self.author == Author::Post;
        self.stands && !(by_post && (self.beside_customs || !self.decides()))
    }
}

/// Which of two decisions of one rank counts later: of one author by the place given once, of several by the second,
/// then the graver.
fn later(a: &Decided, b: &Decided) -> Ordering {
    if a.org == b.org {
        return a.place.cmp(&b.place).then_with(|| a.digest.cmp(&b.digest));
    }
    let second = |decided: &Decided| decided.place.div_euclid(PLACES_PER_SECOND);
    (second(a), a.category, a.place, &a.digest).cmp(&(second(b), b.category, b.place, &b.digest))
}

/// The last word of each author, and of these the latest.
fn latest<'d>(decisions: impl Iterator<Item = &'d Decided>) -> Option<&'d Decided> {
    let mut last: Vec<&Decided> = Vec::new();
    for decided in decisions {
        match last.iter_mut().find(|other| other.org == decided.org) {
            // Told again with another version: that of the last time.
            Some(other) if later(decided, other) != Ordering::Less => *other = decided,
            Some(_) => {}
            None => last.push(decided),
        }
    }
    last.into_iter().max_by(|a, b| later(a, b))
}

/// The decision that says where the item stands with one administration: of the highest author that has decided at all,
/// the latest that decides; while nobody has decided, the latest information.
pub fn effective(decisions: &[Decided]) -> Option<&Decided> {
    let deciders = || decisions.iter().filter(|decided| decided.decides());
    match deciders().map(|decided| decided.author).max() {
        Some(highest) => latest(deciders().filter(|decided| decided.author == highest)),
        None => {
            let highest = decisions.iter().map(|decided| decided.author).max()?;
            latest(decisions.iter().filter(|decided| decided.author == highest))
        }
    }
}

/// The decision to show: the latest word, information included, of the author whose decisions count.
pub fn current(decisions: &[Decided]) -> Option<&Decided> {
    let author = effective(decisions)?.author;
    latest(decisions.iter().filter(|decided| decided.author == author))
}

/// The place of a decision as partners are told it: whose word it is, then its place. A greater number counts later, so that
/// what a post entered never goes before what its customs said.
pub fn order(author: Author, place: i64) -> i64 {
    i64::from(author.stored()) * ORDERS_PER_AUTHOR + place
}

/// The place in an order that a partner told, and its author's rank; nothing for a number that is no order.
pub fn placed(order: i64) -> Option<(Author, i64)> {
    let author = [Author::Post, Author::Rule, Author::Customs]
        .into_iter()
        .find(|author| order.checked_div_euclid(ORDERS_PER_AUTHOR) == Some(i64::from(author.stored())))?;
    Some((author, order.rem_euclid(ORDERS_PER_AUTHOR)))
}

/// More than the places of any time.
const ORDERS_PER_AUTHOR: i64 = 1_000_000_000_000_000;

/// Places within one second of time.
pub const PLACES_PER_SECOND: i64 = 1_000;
/// Where a prohibition stands in its second: behind everything milder that is said within it.
const PROHIBITION: i64 = 900;
/// Where the first of the others stands.
const FIRST: i64 = 100;

/// The place of a decision that one author makes at `at`, after it has made `before`.
///
/// Of what is said within one second the later counts later, but nothing milder follows a prohibition. A graver decision
/// that is dated a little earlier than the last one, as two clocks of one administration may differ, counts after it.
pub fn place(at: DateTime<Utc>, category: Option<Category>, before: &[(i64, Option<Category>)]) -> i64 {
    let second = at.timestamp();
    let prohibits = category == Some(Category::Prohibition);
    let of_second = |second: i64| before.iter().filter(move |(place, _)| place.div_euclid(PLACES_PER_SECOND) == second);
    let last = before.iter().max();
    if let Some((last, of_last)) = last {
        let ahead = last.div_euclid(PLACES_PER_SECOND) - second;
        if category > *of_last && (1..=limits::CLOCK_SKEW_S).contains(&ahead) {
            let floor =
                if prohibits { last.div_euclid(PLACES_PER_SECOND) * PLACES_PER_SECOND + PROHIBITION } else { 0 };
            return floor.max(last + 1);
        }
    }
    let base = second * PLACES_PER_SECOND + if prohibits { PROHIBITION } else { FIRST };
    let milder = |(place, category): &&(i64, Option<Category>)| {
        prohibits || (*category != Some(Category::Prohibition) && *place < second * PLACES_PER_SECOND + PROHIBITION)
    };
    of_second(second).filter(milder).map(|(place, _)| place + 1).max().unwrap_or(base).max(base)
}

/// The place of a decision whose author gave it none: its second, in it by gravity.
pub fn unplaced(at: DateTime<Utc>, category: Option<Category>) -> i64 {
    at.timestamp() * PLACES_PER_SECOND + gravity(category)
}

fn gravity(category: Option<Category>) -> i64 {
    match category {
        None => 0,
        Some(Category::Information) => 1,
        Some(Category::Clearance) => 2,
        Some(Category::Hold) => 3,
        Some(Category::Prohibition) => PROHIBITION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    /// What counts of decisions that one customs makes in this order.
    fn outcome(said: &[(i64, Category)]) -> Category {
        let mut before: Vec<(i64, Option<Category>)> = Vec::new();
        let mut decisions = Vec::new();
        for (second, category) in said {
            let place = place(at(*second), Some(*category), &before);
            before.push((place, Some(*category)));
            decisions.push(decided("DE", Author::Customs, place, *category));
        }
        effective(&decisions).unwrap().category.unwrap()
    }

    fn decided(org: &str, author: Author, place: i64, category: Category) -> Decided {
        Decided {
            author,
            org: org.into(),
            place,
            category: Some(category),
            state: FiscalState::Cleared,
            digest: Vec::new(),
            stands: true,
            beside_customs: false,
        }
    }

    #[test]
    fn of_one_customs_the_later_said_counts_within_a_second_but_nothing_milder_after_a_prohibition() {
        use Category::{Clearance, Hold, Information, Prohibition};
        assert_eq!(outcome(&[(0, Information), (0, Hold), (0, Clearance)]), Clearance);
        assert_eq!(outcome(&[(0, Clearance), (0, Hold)]), Hold);
        assert_eq!(outcome(&[(0, Prohibition), (0, Clearance)]), Prohibition);
        assert_eq!(outcome(&[(0, Clearance), (0, Prohibition), (0, Hold)]), Prohibition);
        assert_eq!(outcome(&[(0, Prohibition), (1, Clearance)]), Clearance);
    }

    #[test]
    fn a_graver_decision_dated_a_little_earlier_counts_and_a_milder_one_does_not() {
        use Category::{Clearance, Hold, Prohibition};
        assert_eq!(outcome(&[(240, Clearance), (120, Prohibition)]), Prohibition);
        assert_eq!(outcome(&[(240, Clearance), (120, Prohibition), (240, Clearance)]), Prohibition);
        assert_eq!(outcome(&[(301, Clearance), (0, Prohibition)]), Clearance);
        assert_eq!(outcome(&[(300, Clearance), (0, Hold)]), Hold);
        assert_eq!(outcome(&[(240, Prohibition), (120, Clearance)]), Prohibition);
        assert_eq!(outcome(&[(240, Clearance), (120, Prohibition), (241, Clearance)]), Clearance);
    }

    #[test]
    fn a_lower_author_counts_only_while_no_higher_one_has_decided() {
        use Category::{Clearance, Information, Prohibition};
        let post = decided("DEA", Author::Post, 9_000, Clearance);
        let customs = decided("DE", Author::Customs, 1_000, Prohibition);
        let info = decided("DE", Author::Customs, 9_500, Information);
        assert_eq!(effective(&[post.clone(), customs.clone()]), Some(&customs));
        assert_eq!(effective(&[post.clone(), info.clone()]), Some(&post));
        assert_eq!(effective(&[customs.clone(), info.clone()]), Some(&customs));
        assert_eq!(current(&[customs.clone(), info.clone()]), Some(&info));
        assert_eq!(effective(std::slice::from_ref(&info)), Some(&info));
        assert_eq!(effective(&[]), None);
    }

    #[test]
    fn of_two_authors_of_one_rank_the_graver_wins_within_a_second() {
        use Category::{Clearance, Hold};
        let a = decided("DE", Author::Customs, 5_100, Hold);
        let b = decided("DX", Author::Customs, 5_800, Clearance);
        assert_eq!(effective(&[a.clone(), b.clone()]), Some(&a));
        let later = decided("DX", Author::Customs, 6_100, Clearance);
        assert_eq!(effective(&[a, later.clone()]), Some(&later));
    }

    #[test]
    fn an_order_tells_whose_word_it_is_and_what_follows_what() {
        assert_eq!(placed(order(Author::Customs, 1_790_000_000_100)), Some((Author::Customs, 1_790_000_000_100)));
        assert!(order(Author::Customs, 1) > order(Author::Post, 1_790_000_000_900));
        assert_eq!([placed(-1), placed(i64::MAX)], [None, None]);
    }

    #[test]
    fn whose_data_it_is() {
        let rank = |declarer| DataRank::of(declarer, "AUA", "DEA", |by, of| (by, of) == ("FRA", "AUA"));
        assert_eq!(
            ["AUA", "DEA", "FRA", "PTA"].map(rank),
            [DataRank::Origin, DataRank::Owner, DataRank::Speaker, DataRank::Stranger]
        );
    }
}
