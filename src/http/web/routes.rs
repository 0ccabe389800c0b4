//! The table of pages: what there is, who may open it, and who serves it.

use super::me;
use super::visit::{Access, Page, Visit};
use super::{
    attention, declare, factor, goods, import, items, lodge, papers, referrals, reset, scan, sign_in, start, status,
    templates, users,
};
use crate::domain::SessionKind;
use crate::service::rights::UseCase;

/// A row that is no entry of the menu.
macro_rules! page {
    ($verb:literal $path:literal, $access:expr, $run:path) => {
        Page {
            verb: $verb,
            path: $path,
            access: $access,
            takes_file: false,
            menu: None,
            run: |visit: Visit<'_>| Box::pin($run(visit)),
        }
    };
    ($verb:literal $path:literal, $access:expr, $run:path, $menu:literal) => {
        Page {
            verb: $verb,
            path: $path,
            access: $access,
            takes_file: false,
            menu: Some($menu),
            run: |visit: Visit<'_>| Box::pin($run(visit)),
        }
    };
    (file $path:literal, $access:expr, $run:path) => {
        Page { takes_file: true, ..page!("POST" $path, $access, $run) }
    };
}

const ITEMS: Access = Access::May(UseCase::SeeItems);
const DECLARE: Access = Access::AtPost(UseCase::Declare);
const OFFER: Access = Access::AtPost(UseCase::Offer);
const ANSWER: Access = Access::AtPost(UseCase::AnswerReferrals);
const USERS: Access = Access::May(UseCase::ManageUsers);

/// Every page, in the order of the menu.
pub static PAGES: &[Page] = &[
    page!("GET" "/", Access::Anybody, start::show),
    page!("GET" "/console", Access::SignedIn, me::home, "home.title"),
    page!("GET" "/console/login", Access::Anybody, sign_in::show),
    page!("POST" "/console/login", Access::Anybody, sign_in::enter),
    page!("GET" "/console/login/code", Access::Step(SessionKind::Factor), sign_in::step),
    page!("POST" "/console/login/code", Access::Step(SessionKind::Factor), sign_in::enter_code),
    page!("GET" "/console/login/enrol", Access::Step(SessionKind::Enrol), sign_in::step),
    page!("POST" "/console/login/enrol", Access::Step(SessionKind::Enrol), sign_in::enrol),
    page!("GET" "/console/login/office", Access::Step(SessionKind::Office), sign_in::step),
    page!("POST" "/console/login/office", Access::Step(SessionKind::Office), sign_in::choose_office),
    page!("POST" "/console/login/next", Access::Begun, sign_in::next),
    page!("POST" "/console/logout", Access::Begun, sign_in::leave),
    page!("GET" "/console/reset", Access::Anybody, reset::show),
    page!("POST" "/console/reset", Access::Anybody, reset::set),
    page!("GET" "/console/items", ITEMS, items::list, "items.menu"),
    page!("GET" "/console/items/new", DECLARE, declare::start, "declare.title"),
    page!("GET" "/console/items/new/form", DECLARE, declare::show),
    page!("POST" "/console/items/new/form", DECLARE, declare::act),
    page!("GET" "/console/items/{post}/{pid}", ITEMS, items::show),
    page!("GET" "/console/items/{post}/{pid}/amend", DECLARE, declare::show_amend),
    page!("POST" "/console/items/{post}/{pid}/amend", DECLARE, declare::act_amend),
    page!("GET" "/console/items/{post}/{pid}/withdraw", DECLARE, declare::ask_withdraw),
    page!("POST" "/console/items/{post}/{pid}/withdraw", DECLARE, declare::withdraw),
    page!("POST" "/console/items/{post}/{pid}/print", Access::May(UseCase::Print), items::print),
    page!("GET" "/console/attention", Access::AtPost(UseCase::SeeItems), attention::list, "attention.title"),
    page!("GET" "/console/referrals", Access::AtPost(UseCase::SeeItems), referrals::list, "referrals.menu"),
    page!("GET" "/console/referral", ANSWER, referrals::show),
    page!("POST" "/console/referral", ANSWER, referrals::answer),
    page!("GET" "/console/templates", DECLARE, templates::list, "templates.title"),
    page!("POST" "/console/templates", DECLARE, templates::change),
    page!("GET" "/console/goods", OFFER, goods::list, "goods.title"),
    page!("GET" "/console/good", OFFER, goods::show),
    page!("POST" "/console/good", OFFER, goods::save),
    page!("GET" "/console/import", DECLARE, import::show, "import.title"),
    page!(file "/console/import", DECLARE, import::take),
    page!("GET" "/console/import/template", DECLARE, import::template),
    page!("GET" "/console/imports/{id}", DECLARE, import::report),
    page!("POST" "/console/imports/{id}/take", DECLARE, import::take_checked),
    page!("GET" "/console/imports/{id}/refused", DECLARE, import::refused),
    page!("GET" "/console/print", Access::May(UseCase::Print), papers::show, "print.title"),
    page!("POST" "/console/print", Access::May(UseCase::Print), papers::print),
    page!("GET" "/console/scan", ITEMS, scan::show, "scan.title"),
    page!("GET" "/console/admin/users", USERS, users::list, "users.menu"),
    page!("GET" "/console/admin/users/new", USERS, users::ask_new),
    page!("POST" "/console/admin/users/new", USERS, users::add),
    page!("GET" "/console/admin/user", USERS, users::show),
    page!("POST" "/console/admin/user", USERS, users::change),
    page!("POST" "/console/admin/user/lock", USERS, users::lock),
    page!("POST" "/console/admin/user/unlock", USERS, users::unlock),
    page!("POST" "/console/admin/user/link", USERS, users::link),
    page!("POST" "/console/admin/user/factor", USERS, users::drop_factor),
    page!("POST" "/console/admin/user/sessions", USERS, users::end_all),
    page!("GET" "/console/admin/user/remove", USERS, users::ask_remove),
    page!("POST" "/console/admin/user/remove", USERS, users::remove),
    page!("GET" "/console/admin/sessions", USERS, users::sessions, "sessions.title"),
    page!("POST" "/console/admin/sessions", USERS, users::end_session),
    page!("GET" "/status", Access::Anybody, status::show),
    page!("GET" "/status.json", Access::Anybody, status::twin),
    page!("GET" "/declare", Access::Anybody, lodge::choose),
    page!("GET" "/declare/{post}", Access::Anybody, lodge::begin),
    page!("POST" "/declare/{post}", Access::Anybody, lodge::go_on),
    page!("GET" "/declare/{post}/mine", Access::Anybody, lodge::ask_mine),
    page!("POST" "/declare/{post}/mine", Access::Anybody, lodge::mine),
    page!("GET" "/console/keys", Access::SignedIn, me::keys),
    page!("GET" "/console/me", Access::SignedIn, me::show, "me.menu"),
    page!("POST" "/console/me", Access::SignedIn, me::save),
    page!("POST" "/console/me/office", Access::SignedIn, me::change_office),
    page!("GET" "/console/me/password", Access::SignedIn, me::ask_password),
    page!("POST" "/console/me/password", Access::SignedIn, me::change_password),
    page!("GET" "/console/me/factor", Access::SignedIn, factor::show),
    page!("POST" "/console/me/factor", Access::SignedIn, factor::turn_on),
    page!("POST" "/console/me/factor/off", Access::SignedIn, factor::turn_off),
    page!("GET" "/console/me/codes", Access::SignedIn, factor::ask_codes),
    page!("POST" "/console/me/codes", Access::SignedIn, factor::new_codes),
    page!("GET" "/console/me/sessions", Access::SignedIn, me::sessions),
    page!("POST" "/console/me/sessions", Access::SignedIn, me::end_sessions),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_stands_behind_another_and_every_entry_of_the_menu_is_a_page() {
        for (at, page) in PAGES.iter().enumerate() {
            let first = PAGES.iter().position(|other| other.verb == page.verb && other.fits(page.path).is_some());
            assert_eq!(first, Some(at), "{} {}", page.verb, page.path);
            assert!(page.menu.is_none() || page.verb == "GET", "{}", page.path);
        }
    }

    #[test]
    fn a_path_fits_by_its_parts() {
        let page = Page { path: "/console/items/{post}/{pid}", ..page!("GET" "", Access::SignedIn, me::home) };
        assert_eq!(page.fits("/console/items/AUA/1"), Some(vec!["AUA", "1"]));
        for other in ["/console/items/AUA", "/console/items//1", "/console/items/AUA/1/", "/console/items/AUA/1/2"] {
            assert_eq!(page.fits(other), None, "{other}");
        }
    }
}
