//! Which item an id means, of several rows that have it.
//!
//! An id names a parcel, but anybody may declare anything under it. What does not fit an id (its origin may not use it)
//! never hides what does; uses of an id more than a year apart are different items; a return leg takes over from the way
//! out once that is done. Knows no light and no store: of what is left the caller takes the gravest.

use chrono::{DateTime, Months, Utc};
use uuid::Uuid;

use super::item_facts::{Fact, Facts};
use super::security::{ARRIVED, has_departed};
use crate::domain::Flow;

/// An id may be used again after this long: then it is another item.
pub const LIFE_MONTHS: u32 = 12;

/// When the use of an id began: its posting, but never later than it was first heard of.
pub fn effective(posting: Option<DateTime<Utc>>, first_received: DateTime<Utc>) -> DateTime<Utc> {
    posting.map_or(first_received, |posting| posting.min(first_received))
}

/// Whether two uses of an id that began at these times are one.
pub fn is_same_life(a: DateTime<Utc>, b: DateTime<Utc>) -> bool {
    let (earlier, later) = if a <= b { (a, b) } else { (b, a) };
    earlier + Months::new(LIFE_MONTHS) >= later
}

/// One row with an id, as far as choosing needs it.
#[derive(Clone, Debug)]
pub struct Candidate<'r> {
    pub post: &'r str,
    pub origin: &'r str,
    pub destination: &'r str,
    /// Destinations of before.
    pub bound_before: &'r [String],
    pub flow: Flow,
    pub life_no: i32,
    pub effective: DateTime<Utc>,
    pub pid: Uuid,
    pub mail_state: Option<i32>,
    pub facts: Facts,
    /// Its origin may use the id.
    pub fits: bool,
}

impl Candidate<'_> {
    /// Later uses of an id, and rows made later, are greater.
    pub fn age(&self) -> (DateTime<Utc>, i32, Uuid) {
        (self.effective, self.life_no, self.pid)
    }

    /// The way out is done: gone from its origin, or come to where it was bound for.
    fn is_done(&self) -> bool {
        match self.flow {
            Flow::Outbound => has_departed(self.mail_state),
            Flow::Inbound => self.mail_state.is_some_and(|state| state >= ARRIVED),
            Flow::Transit => false,
        }
    }

    /// Whether this row is the way back of `out`, both of one post.
    fn returns(&self, out: &Candidate<'_>) -> bool {
        let is_strangers = self.facts.has(Fact::DataNotOfOrigin);
        let from_there = !is_strangers
            && (self.origin == out.destination || out.bound_before.iter().any(|post| post == self.origin));
        let taken_over = self.flow == Flow::Inbound && self.facts.has(Fact::MovedByPost);
        self.post == out.post
            && out.fits
            && self.origin != out.origin
            && self.destination == out.origin
            && (from_there || taken_over)
    }
}

/// What an id means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Places of the rows that count.
    pub counting: Vec<usize>,
    /// Ways out that are done, whose way back counts instead; what was held or stopped on them still is.
    pub done: Vec<usize>,
    /// Of what counts, ways out whose way back counts as well: a refusal of these is fulfilled by it.
    pub returning: Vec<usize>,
    /// Earlier uses of the id by what counts or is done.
    pub earlier: Vec<usize>,
    /// Of what counts, those that fit: by their origin, or as a way back.
    pub fitting: Vec<usize>,
}

/// Whether what a question names may be left aside for what fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A light: what does not fit never hides what does.
    Status,
    /// What is named is meant.
    Naming,
}

/// Chooses among rows with one id. `named`: whether a row is what the question names (its origin), if it names any.
pub fn choose(rows: &[Candidate<'_>], named: Option<&dyn Fn(&Candidate<'_>) -> bool>, purpose: Purpose) -> Chosen {
    let newest = newest_lives(rows);
    let fitting: Vec<usize> = newest.iter().copied().filter(|at| fits(rows, &newest, *at)).collect();
    let unnamed = || if fitting.is_empty() { newest.clone() } else { fitting.clone() };
    let mut counting = match named {
        None => unnamed(),
        Some(named) => {
            let meant: Vec<usize> = newest.iter().copied().filter(|at| named(&rows[*at])).collect();
            let hides = purpose == Purpose::Status && !meant.iter().any(|at| fitting.contains(at));
            if hides { meant.into_iter().chain(fitting.iter().copied()).collect() } else { meant }
        }
    };
    let done =
        take(&mut counting, |at, all| all.iter().any(|back| rows[at].is_done() && rows[*back].returns(&rows[at])));
    take(&mut counting, |at, all| {
        let moved = |other: &usize| {
            let (other, row) = (&rows[*other], &rows[at]);
            other.post == row.post && other.flow == row.flow && other.facts.has(Fact::MovedByPost)
        };
        !rows[at].facts.has(Fact::MovedByPost) && rows[at].flow != Flow::Outbound && all.iter().any(moved)
    });
    take(&mut counting, |at, all| {
        let goes_on = |other: &usize| rows[*other].origin == rows[at].origin && rows[*other].post != rows[at].post;
        rows[at].facts.has(Fact::Redirected)
            && all.iter().any(|other| goes_on(other) && !rows[*other].facts.has(Fact::Redirected))
    });
    let kept = |at: &usize| {
        let is_of = |other: &usize| rows[*other].post == rows[*at].post && rows[*other].origin == rows[*at].origin;
        !newest.contains(at) && counting.iter().chain(&done).any(is_of)
    };
    let earlier = (0..rows.len()).filter(kept).collect();
    let fitting = counting.iter().copied().filter(|at| fitting.contains(at)).collect();
    let comes_back = |at: &usize| counting.iter().any(|back| rows[*back].returns(&rows[*at]));
    let returning = counting.iter().copied().filter(comes_back).collect();
    Chosen { counting, done, returning, earlier, fitting }
}

/// Whether a row may rightly have the id: its origin may use it, or it is the way back of another row.
pub fn fits_among(rows: &[Candidate<'_>], at: usize) -> bool {
    fits(rows, &newest_lives(rows), at)
}

fn fits(rows: &[Candidate<'_>], newest: &[usize], at: usize) -> bool {
    rows[at].fits || newest.iter().any(|out| rows[at].returns(&rows[*out]))
}

/// The earlier uses of the id by the origin of a row, at its post; none of a row that is an earlier use itself.
pub fn earlier_uses(rows: &[Candidate<'_>], at: usize) -> Vec<usize> {
    let newest = newest_lives(rows);
    let of_one = |other: &usize| rows[*other].post == rows[at].post && rows[*other].origin == rows[at].origin;
    let earlier = (0..rows.len()).filter(|other| newest.contains(&at) && !newest.contains(other));
    earlier.filter(of_one).collect()
}

/// How many different items these rows are: a way out and its way back are one, and so is what several posts have of
/// one origin.
pub fn several(rows: &[Candidate<'_>], counting: &[usize]) -> bool {
    let is_back = |at: &&usize| counting.iter().any(|out| rows[**at].returns(&rows[*out]));
    let mut origins: Vec<&str> = counting.iter().filter(|at| !is_back(at)).map(|at| rows[*at].origin).collect();
    origins.sort_unstable();
    origins.dedup();
    origins.len() > 1
}

/// Takes those out that `leaves` says; gives them.
fn take(places: &mut Vec<usize>, leaves: impl Fn(usize, &[usize]) -> bool) -> Vec<usize> {
    let (gone, kept) = places.iter().partition(|at| leaves(**at, places));
    *places = kept;
    gone
}

/// Of the uses of an id by one origin at one post, the latest.
fn newest_lives(rows: &[Candidate<'_>]) -> Vec<usize> {
    let is_newest = |at: &usize| {
        let of_one = |row: &&Candidate<'_>| row.post == rows[*at].post && row.origin == rows[*at].origin;
        rows.iter().filter(of_one).all(|row| row.age() <= rows[*at].age())
    };
    (0..rows.len()).filter(is_newest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'r>(post: &'r str, origin: &'r str, destination: &'r str, fits: bool) -> Candidate<'r> {
        Candidate {
            post,
            origin,
            destination,
            bound_before: &[],
            flow: Flow::derive(post, origin, destination),
            life_no: 1,
            effective: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
            pid: Uuid::nil(),
            mail_state: None,
            facts: Facts::default(),
            fits,
        }
    }

    fn chosen(rows: &[Candidate<'_>]) -> Vec<usize> {
        choose(rows, None, Purpose::Status).counting
    }

    #[test]
    fn what_does_not_fit_never_hides_what_does() {
        let rows = [row("DEA", "AUA", "DEA", true), row("DEA", "FRA", "DEA", false)];
        assert_eq!(chosen(&rows), [0]);
        let stranger = |row: &Candidate<'_>| row.origin == "FRA";
        assert_eq!(choose(&rows, Some(&stranger), Purpose::Status).counting, [1, 0]);
        assert_eq!(choose(&rows, Some(&stranger), Purpose::Naming).counting, [1]);
        let own = |row: &Candidate<'_>| row.origin == "AUA";
        assert_eq!(choose(&rows, Some(&own), Purpose::Status).counting, [0]);
        let nobody = |row: &Candidate<'_>| row.origin == "PTA";
        assert_eq!(choose(&rows, Some(&nobody), Purpose::Status).counting, [0]);
        assert_eq!(chosen(&rows[1..]), [0]);
    }

    #[test]
    fn of_several_that_fit_all_count_until_a_move_names_one() {
        let mut rows = [row("DEA", "AUA", "DEA", true), row("DEA", "FRA", "DEA", true)];
        assert_eq!(chosen(&rows), [0, 1]);
        assert!(several(&rows, &[0, 1]));
        rows[0].facts.set(Fact::MovedByPost, true);
        assert_eq!(chosen(&rows), [0]);
    }

    #[test]
    fn a_way_back_takes_over_once_the_way_out_is_done() {
        let mut rows = [row("AUA", "AUA", "DEA", true), row("AUA", "DEA", "AUA", false)];
        assert_eq!(chosen(&rows), [0, 1]);
        assert!(!several(&rows, &[0, 1]), "one parcel");
        rows[0].mail_state = Some(10);
        let both = choose(&rows, None, Purpose::Status);
        assert_eq!((both.counting, both.done), (vec![1], vec![0]));
        // From elsewhere: a stranger's, until the post itself has taken it over from there.
        rows[1].origin = "FRA";
        assert_eq!(chosen(&rows), [0]);
        rows[1].facts.set(Fact::MovedByPost, true);
        assert_eq!(chosen(&rows), [1]);
        rows[1].facts.set(Fact::MovedByPost, false);
        let before = ["FRA".to_owned()];
        rows[0].bound_before = &before;
        assert_eq!(chosen(&rows), [1]);
    }

    #[test]
    fn earlier_uses_are_told_apart_by_when_they_began() {
        let mut rows = [row("DEA", "AUA", "DEA", true), row("DEA", "AUA", "DEA", true)];
        rows[0].effective -= chrono::TimeDelta::days(400);
        rows[0].life_no = 2;
        let found = choose(&rows, None, Purpose::Status);
        assert_eq!((found.counting, found.earlier), (vec![1], vec![0]));
        let now = rows[1].effective;
        assert_eq!(effective(Some(now + chrono::TimeDelta::days(400)), now), now);
        assert!(is_same_life(now, now - chrono::TimeDelta::days(365)));
        assert!(!is_same_life(now, now - chrono::TimeDelta::days(366)));
    }

    #[test]
    fn a_row_left_behind_by_a_redirection_gives_way_to_where_the_item_goes() {
        let mut rows = [row("DEB", "AUA", "DEB", true), row("DEA", "AUA", "DEA", true)];
        rows[0].facts.set(Fact::Redirected, true);
        assert_eq!(chosen(&rows), [1]);
        assert_eq!(chosen(&rows[..1]), [0]);
    }
}
