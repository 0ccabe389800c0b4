//! The fiscal state of an item: what customs decided about duty and release.
//!
//! Derived from every decision ever received, ranked like responses (`precedence`): the newest that decides counts;
//! information (an acknowledgement) never undoes a decision. Order and repetition of arrival do not matter.
//!
#![doc = include_str!("fiscal.md")]

use super::decision::{Category, Decision};
use super::precedence::Rank;

/// The table above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("fiscal.md");

/// Where an item stands with customs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FiscalState {
    NotSent,
    Sent,
    Acked,
    Hold,
    Cleared,
    ClearedDue,
    Refused,
    Detained,
}

impl FiscalState {
    pub const ALL: [Self; 8] = [
        Self::NotSent,
        Self::Sent,
        Self::Acked,
        Self::Hold,
        Self::Cleared,
        Self::ClearedDue,
        Self::Refused,
        Self::Detained,
    ];

    /// The word that travels.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSent => "NOT_SENT",
            Self::Sent => "SENT",
            Self::Acked => "ACKED",
            Self::Hold => "HOLD",
            Self::Cleared => "CLEARED",
            Self::ClearedDue => "CLEARED_DUE",
            Self::Refused => "REFUSED",
            Self::Detained => "DETAINED",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The state that one decision alone leads to. `dutiable`: an amount is due.
pub fn after(decision: &Decision, dutiable: bool) -> FiscalState {
    match decision.category {
        Category::Information => FiscalState::Acked,
        Category::Hold if decision.opens_hold => FiscalState::Hold,
        Category::Hold => FiscalState::Acked,
        Category::Clearance if dutiable || decision.code == AMOUNT_DUE => FiscalState::ClearedDue,
        Category::Clearance => FiscalState::Cleared,
        Category::Prohibition if decision.opens_hold => FiscalState::Detained,
        Category::Prohibition => FiscalState::Refused,
    }
}

/// "Cleared, amount due on delivery" says so whether or not the response repeats it.
const AMOUNT_DUE: &str = "4";

/// One decision as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub rank: Rank,
    pub state: FiscalState,
}

impl Decided {
    /// Information decides nothing.
    pub fn decides(&self) -> bool {
        self.rank.category.is_some_and(|category| category != Category::Information)
    }
}

/// The state that follows from all decisions of one customs administration. `told`: customs may see the item.
pub fn state<'d>(decisions: impl IntoIterator<Item = &'d Decided>, told: bool) -> FiscalState {
    let newest = decisions.into_iter().max_by_key(|decided| (decided.decides(), &decided.rank));
    match newest {
        Some(decided) => decided.state,
        None if told => FiscalState::Sent,
        None => FiscalState::NotSent,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::rules::decision::DecisionTable;

    fn decided(second: i64, customs: &str, code: &str, dutiable: bool) -> Decided {
        let decision = DecisionTable::default().decide(customs, code).unwrap();
        let rank = Rank {
            decided_at: DateTime::from_timestamp(second, 0).unwrap(),
            category: Some(decision.category),
            digest: code.as_bytes().to_vec(),
        };
        Decided { rank, state: after(&decision, dutiable) }
    }

    #[test]
    fn every_row_of_the_table() {
        assert_eq!(state([], false), FiscalState::NotSent);
        assert_eq!(state([], true), FiscalState::Sent);
        let rows = [("99", "ACKED"), ("8", "ACKED"), ("1", "HOLD"), ("2", "CLEARED"), ("4", "CLEARED_DUE")];
        for (code, expected) in rows.into_iter().chain([("6", "REFUSED"), ("7", "DETAINED"), ("55", "HOLD")]) {
            assert_eq!(state([&decided(1, "IN", code, false)], true).code(), expected, "{code}");
        }
        assert_eq!(state([&decided(1, "IN", "2", true)], true), FiscalState::ClearedDue);
    }

    #[test]
    fn an_acknowledgement_never_undoes_a_decision_but_a_withdrawal_does() {
        let cleared = decided(1, "IN", "2", false);
        assert_eq!(state([&cleared, &decided(2, "IN", "99", false)], true), FiscalState::Cleared);
        assert_eq!(state([&cleared, &decided(2, "IN", "3", false)], true), FiscalState::Hold);
        assert_eq!(state([&cleared, &decided(0, "IN", "7", false)], true), FiscalState::Cleared);
    }

    fn any_decided() -> impl Strategy<Value = Decided> {
        let code = proptest::sample::select(vec!["99", "1", "2", "4", "6", "7", "8", "700"]);
        (0i64..5, code, any::<bool>()).prop_map(|(second, code, dutiable)| decided(second, "IN", code, dutiable))
    }

    proptest! {
        #[test]
        fn order_and_repetition_of_arrival_do_not_matter(
            decisions in proptest::collection::vec(any_decided(), 1..8).prop_map(|list| {
                // One digest, one document: the same code at the same time has the same amount due.
                let mut known: Vec<Decided> = Vec::new();
                for decided in list {
                    if !known.iter().any(|other| other.rank == decided.rank) {
                        known.push(decided);
                    }
                }
                known
            }),
            turn in 0usize..8,
        ) {
            let mut arrived = decisions.clone();
            arrived.extend(decisions.iter().take(turn).cloned());
            arrived.rotate_left(turn % decisions.len());
            arrived.reverse();
            prop_assert_eq!(state(&decisions, true), state(&arrived, true));
        }
    }
}
