//! Who may do what at a browser: roles and use cases, in one table. Pages ask it to know what to show; use cases ask it before
//! they do anything.
//!
//! Who calls with a token or a session of a system has no role: scopes and the kind of its organization bind it, as ever.

use super::Actor;
use crate::domain::Role::{self, Admin, Clerk, Officer, Reader, Supervisor};
use crate::domain::Roles;
use crate::error::{Error, Result};

/// Something that people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseCase {
    /// Look at items, their lights and histories.
    SeeItems,
    Print,
    /// Declare, amend, withdraw.
    Declare,
    /// Look at what senders declared without an account, and take it over.
    TakeOver,
    AnswerReferrals,
    /// Say where an item is.
    MoveItems,
    /// Raise a referral.
    Ask,
    Decide,
    /// Put a warning on an item id.
    Warn,
    /// Put a block on an item id.
    Block,
    /// Take a mark away.
    Clear,
    /// Offer goods and services.
    Offer,
    /// Have programs notified of what happens: subscriptions, callback hosts, deliveries.
    Subscribe,
    /// Users of the organization, and their sessions.
    ManageUsers,
}

/// Each use case with the roles that have it. Every one stands here once.
pub const RIGHTS: &[(UseCase, &[Role])] = &[
    (UseCase::SeeItems, &[Reader, Clerk, Officer, Supervisor]),
    (UseCase::Print, &[Reader, Clerk, Officer, Supervisor]),
    (UseCase::Declare, &[Clerk, Supervisor]),
    (UseCase::TakeOver, &[Clerk, Supervisor]),
    (UseCase::AnswerReferrals, &[Clerk, Supervisor]),
    (UseCase::MoveItems, &[Clerk, Supervisor]),
    (UseCase::Ask, &[Officer, Supervisor]),
    (UseCase::Decide, &[Officer, Supervisor]),
    (UseCase::Warn, &[Clerk, Officer, Supervisor]),
    (UseCase::Block, &[Officer, Supervisor]),
    (UseCase::Clear, &[Supervisor]),
    (UseCase::Offer, &[Clerk, Supervisor]),
    (UseCase::Subscribe, &[Admin]),
    (UseCase::ManageUsers, &[Admin]),
];

impl UseCase {
    /// The roles that have it.
    pub fn roles(self) -> Roles {
        let row = RIGHTS.iter().find(|(case, _)| *case == self);
        row.map(|(_, roles)| roles.iter().copied().collect()).unwrap_or_default()
    }

    /// Whether one of `roles` has it.
    pub fn is_open_to(self, roles: Roles) -> bool {
        !self.roles().both(roles).is_empty()
    }

    /// # Errors
    /// 403 with the roles that are needed, when none of `roles` is one.
    pub fn check(self, roles: Roles) -> Result<()> {
        if self.is_open_to(roles) { Ok(()) } else { Err(Error::MissingRole { needed: self.roles().to_string() }) }
    }
}

impl Actor {
    /// Whether who is signed in may do this; a system is bound by its scopes instead.
    ///
    /// # Errors
    /// 403 with the roles that are needed.
    pub fn check(&self, case: UseCase) -> Result<()> {
        self.roles.map_or(Ok(()), |roles| case.check(roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_case_stands_in_the_table_once_and_no_operator_has_one() {
        let mut cases: Vec<UseCase> = RIGHTS.iter().map(|(case, _)| *case).collect();
        let all = cases.len();
        cases.dedup();
        assert_eq!((cases.len(), cases.last()), (all, Some(&UseCase::ManageUsers)), "in the order of the vocabulary");
        for (case, roles) in RIGHTS {
            assert!(!roles.is_empty() && !roles.contains(&Role::Operator), "{case:?}");
            for role in Role::ALL {
                let one: Roles = [role].into_iter().collect();
                assert_eq!(case.check(one).is_ok(), roles.contains(&role), "{case:?} {role}");
            }
            assert!(case.check(Roles::default()).is_err());
        }
    }
}
