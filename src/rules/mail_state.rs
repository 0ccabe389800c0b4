//! Where an item physically is: the furthest move counts. Source: the published codes; 5 is a client's.
//!
//! What a state means for light and security is theirs to say.

/// The moves, in the order in which an item makes them.
const MOVES: [i32; 5] = [1, 2, 10, 50, 52];

/// Sent to customs: a note, no move. It takes the place of no move and shows an item to nobody.
pub const SENT_TO_CUSTOMS: i32 = 5;

/// The state of an item that is in `current`, after a declared view says `said`: a view brings it further and never back,
/// and what is no move takes the place of none.
pub fn declared(current: Option<i32>, said: i32) -> i32 {
    let place = |state: i32| MOVES.iter().position(|one| *one == state);
    match current {
        Some(current) if place(said) < place(current) => current,
        _ => said,
    }
}

/// The state of an item that is in `current`, after it is said to have moved to `said`: that, further or back.
pub fn moved(current: Option<i32>, said: i32) -> i32 {
    if said == SENT_TO_CUSTOMS { declared(current, said) } else { said }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_view_brings_an_item_further_and_never_back() {
        for (at, state) in MOVES.iter().enumerate() {
            assert_eq!(declared(None, *state), *state);
            for earlier in &MOVES[..at] {
                assert_eq!((declared(Some(*state), *earlier), declared(Some(*earlier), *state)), (*state, *state));
                assert_eq!(moved(Some(*state), *earlier), *earlier, "a correction");
            }
            for note in [SENT_TO_CUSTOMS, 0, 7, 999] {
                assert_eq!((declared(Some(*state), note), declared(Some(note), *state)), (*state, *state));
            }
            assert_eq!(moved(Some(*state), SENT_TO_CUSTOMS), *state);
        }
        assert_eq!((declared(None, 5), moved(None, 5), declared(Some(5), 7)), (5, 5, 7));
    }

    proptest! {
        #[test]
        fn the_furthest_move_counts_in_any_order(said in proptest::collection::vec(0..60, 1..9)) {
            let end = said.iter().fold(None, |current, said| Some(declared(current, *said)));
            let furthest = said.iter().filter(|state| MOVES.contains(state)).max();
            prop_assert_eq!(end, furthest.or(said.last()).copied());
        }
    }
}
