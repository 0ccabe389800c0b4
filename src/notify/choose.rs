//! What of everything that waits may be sent now, in which order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::domain::Ordering;
use crate::store::delivery::DeliveryRow;
use crate::store::types::{At, Id};

/// Deliveries that are sent one after the other: the next one once the one before was taken.
pub(super) type Chain = Vec<DeliveryRow>;

/// What may be sent.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// New ones before replays.
    pub chains: Vec<Chain>,
    /// When something of the rest may be sent.
    pub next_at: Option<At>,
}

/// What has to wait for one another.
#[derive(PartialEq, Eq, Hash)]
enum Lane {
    All,
    Item(Id),
    One(i64),
}

/// Chooses of what waits, in its order, at most `most`.
pub(super) fn choose(waiting: Vec<DeliveryRow>, ordering: Ordering, now: At, most: usize) -> Choice {
    let mut choice = Choice::default();
    let (mut replays, mut count) = (Vec::new(), 0);
    // Where the chain of a lane is; none where one of it has to wait.
    let mut lanes: HashMap<(bool, Lane), Option<usize>> = HashMap::new();
    for row in waiting {
        let lane = match ordering {
            Ordering::All => Lane::All,
            Ordering::Item => Lane::Item(row.object_pid),
            Ordering::None => Lane::One(row.seq_no),
        };
        let chains: &mut Vec<Chain> = if row.is_replay { &mut replays } else { &mut choice.chains };
        let lane = lanes.entry((row.is_replay, lane));
        if matches!(&lane, Entry::Occupied(known) if known.get().is_none()) {
            continue;
        }
        if row.next_at > now || count == most {
            choice.next_at = Some(choice.next_at.map_or(row.next_at, |at| at.min(row.next_at)));
            lane.insert_entry(None);
            continue;
        }
        count += 1;
        match lane {
            Entry::Occupied(known) => known.get().iter().for_each(|at| chains[*at].push(row.clone())),
            Entry::Vacant(new) => {
                new.insert(Some(chains.len()));
                chains.push(vec![row]);
            }
        }
    }
    choice.chains.append(&mut replays);
    choice
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::Notification;
    use crate::store::event::EventRow;

    fn at(seconds: i64) -> At {
        At(DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("a time"))
    }

    /// (number, item, seconds until it is due, replay)
    fn row((seq_no, item, due, is_replay): (i64, u128, i64, bool)) -> DeliveryRow {
        let event = EventRow::notice("DEA", seq_no, Notification::SecretExpiring, None, ("{}".into(), at(0)));
        let event = EventRow { object_pid: Id(Uuid::from_u128(item)), ..event };
        let row = DeliveryRow::new(("DEA", Id(Uuid::nil()), seq_no), &event, at(due));
        DeliveryRow { is_replay, ..row }
    }

    fn chosen(waiting: &[(i64, u128, i64, bool)], ordering: Ordering, most: usize) -> (Vec<Vec<i64>>, Option<At>) {
        let choice = choose(waiting.iter().copied().map(row).collect(), ordering, at(0), most);
        let numbers = |chain: &Chain| chain.iter().map(|row| row.seq_no).collect();
        (choice.chains.iter().map(numbers).collect(), choice.next_at)
    }

    #[test]
    fn an_item_waits_for_its_own_and_for_no_other() {
        let waiting = [(1, 1, 5, false), (2, 2, 0, false), (3, 1, 0, false), (4, 2, 0, false), (5, 3, 9, false)];
        assert_eq!(chosen(&waiting, Ordering::Item, 99), (vec![vec![2, 4]], Some(at(5))));
        assert_eq!(chosen(&waiting, Ordering::All, 99), (vec![], Some(at(5))));
        assert_eq!(chosen(&waiting, Ordering::None, 99), (vec![vec![2], vec![3], vec![4]], Some(at(5))));
    }

    #[test]
    fn replays_come_last_and_wait_for_replays_alone() {
        let waiting = [(1, 1, 0, true), (2, 1, 0, true), (3, 1, 0, false), (4, 2, 7, true), (5, 2, 0, false)];
        assert_eq!(chosen(&waiting, Ordering::Item, 99), (vec![vec![3], vec![5], vec![1, 2]], Some(at(7))));
        assert_eq!(chosen(&waiting, Ordering::All, 99), (vec![vec![3, 5], vec![1, 2]], Some(at(7))));
    }

    #[test]
    fn no_more_than_asked_for_and_the_rest_is_due() {
        let waiting = [(1, 1, -9, false), (2, 2, -8, false), (3, 1, -7, false)];
        assert_eq!(chosen(&waiting, Ordering::Item, 2), (vec![vec![1], vec![2]], Some(at(-7))));
        assert_eq!(chosen(&[], Ordering::Item, 2), (vec![], None));
    }
}
