//! People who sign in at a browser: their roles, and what their sessions are for.

use super::organization::OrganizationKind;
use super::stored::{stored_enum, word_set};

stored_enum! {
    /// What somebody is for. A role binds who signs in at a browser; systems have scopes.
    pub enum Role: text in "user_account.roles" {
        /// Looks at items, prints and exports.
        Reader = "reader",
        /// Of a post: declares, imports, answers, moves items.
        Clerk = "clerk",
        /// Of customs: decides, asks, marks.
        Officer = "officer",
        /// Does the work of clerks or officers, confirms what needs a second person, and shares out work.
        Supervisor = "supervisor",
        /// Looks after users, offices, tokens and rules of the own organization; sees no item by that.
        Admin = "admin",
        /// Runs the server: organizations, partners, lists; belongs to no organization and sees no item.
        Operator = "operator",
    }
}

word_set! {
    /// Several roles.
    pub struct Roles(u8) of Role
}

impl Role {
    /// Whether there is this role in an organization of `kind`; without one, at the server itself.
    pub fn exists_in(self, kind: Option<OrganizationKind>) -> bool {
        match (self, kind) {
            (Self::Operator, kind) => kind.is_none(),
            (_, None) => false,
            (Self::Clerk, Some(kind)) => kind == OrganizationKind::Post,
            (Self::Officer, Some(kind)) => kind == OrganizationKind::Customs,
            (Self::Reader | Self::Supervisor | Self::Admin, Some(_)) => true,
        }
    }

    /// The roles there are in an organization of `kind`.
    pub fn of_kind(kind: Option<OrganizationKind>) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| role.exists_in(kind))
    }
}

stored_enum! {
    /// What a session at a browser is for.
    pub enum SessionKind: text in "web_session.kind" {
        /// Somebody is signed in.
        Web = "web",
        /// The password was right; a code of the second factor is waited for.
        Factor = "factor",
        /// The password was right; a second factor is demanded and has to be set up first.
        Enrol = "enrol",
        /// Everything was right; one of several offices has to be chosen.
        Office = "office",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_those_of_the_kind_of_organization() {
        let of = |kind| Role::of_kind(kind).collect::<Roles>().to_string();
        assert_eq!(of(Some(OrganizationKind::Post)), "reader clerk supervisor admin");
        assert_eq!(of(Some(OrganizationKind::Customs)), "reader officer supervisor admin");
        assert_eq!(of(None), "operator");
    }
}
