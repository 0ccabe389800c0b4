//! `entrepost admin user …` and `admin session …`: who signs in, and what is open.

use std::io::Write;

use clap::{ArgAction, ArgMatches, Command};

use entrepost::domain::{Role, Roles};
use entrepost::service::Services;
use entrepost::service::users::{AccountChanges, AccountView, Administrator, Expected, WhichSessions};

use super::arguments::{needed, option, optional, secret, secret_option, switch, text};
use crate::Failure;

fn user_argument() -> clap::Arg {
    needed("USER", "user code")
}

fn org_option() -> clap::Arg {
    option("org", "CODE", "organization; - for who runs the server").required(true)
}

/// What can be set of a user.
fn with_settings(command: Command) -> Command {
    command
        .arg(user_argument())
        .arg(org_option())
        .arg(secret_option("password", "TEXT", "password, of twelve characters or more"))
        .arg(option("name", "TEXT", "what others read of the user"))
        .arg(
            option("role", "ROLE", "what the user is for in the console; repeat for more [default: as before]")
                .action(ArgAction::Append)
                .value_parser(Role::ALL.map(Role::stored)),
        )
        .arg(switch("no-role", "nothing but the own account").conflicts_with("role"))
        .arg(
            option("office", "CODE", "office the user may act for; repeat for more [default: as before]")
                .action(ArgAction::Append),
        )
        .arg(switch("no-office", "the user may act for no office any more").conflicts_with("office"))
}

pub(super) fn user_command() -> Command {
    let one = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).arg(user_argument()).arg(org_option())
    };
    Command::new("user")
        .about("Users who may log in")
        .subcommand_required(true)
        .subcommand(with_settings(Command::new("add").about("Add a user, or change what is given of one")))
        .subcommand(
            with_settings(Command::new("set").about("Change what is given of a user who is there"))
                .arg(switch("no-second-factor", "device and codes are lost: another second factor has to be set up")),
        )
        .subcommand(one("lock", "Refuse signing in from now on, and end the sessions"))
        .subcommand(one("unlock", "Let a user sign in again"))
        .subcommand(one("remove", "Remove a user; what it did stays in the histories"))
        .subcommand(one("reset-link", "Make a link that sets the password once, within an hour"))
        .subcommand(
            Command::new("list").about("List users").arg(needed("CODE", "organization; - for who runs the server")),
        )
}

pub(super) fn session_command() -> Command {
    Command::new("session")
        .about("Sessions of users")
        .subcommand_required(true)
        .subcommand(
            Command::new("list").about("List sessions").arg(needed("CODE", "organization; - for who runs the server")),
        )
        .subcommand(
            Command::new("end")
                .about("End one session, or all of a user")
                .arg(org_option())
                .arg(option("user", "USER", "all of this user").conflicts_with("session"))
                .arg(
                    option("session", "NAME", "the one of this name, as `session list` shows it")
                        .required_unless_present("user"),
                ),
        )
}

/// Runs a command about users.
pub(super) async fn run_user(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let admin = Administrator::command_line();
    let locked = |is_locked| AccountChanges { is_locked: Some(is_locked), ..AccountChanges::default() };
    if verb == "list" {
        return list_users(services, &admin, text(options, "CODE")).await;
    }
    let (org, user) = (text(options, "org"), text(options, "USER"));
    match verb {
        "add" => services.put_account(&admin, org, user, changes(options)?, Expected::Either).await?,
        "set" => services.put_account(&admin, org, user, changes(options)?, Expected::Known).await?,
        "lock" => services.put_account(&admin, org, user, locked(true), Expected::Known).await?,
        "unlock" => services.put_account(&admin, org, user, locked(false), Expected::Known).await?,
        "remove" => services.remove_account(&admin, org, user).await?,
        _ => {
            let link = services.make_reset_link(&admin, org, user).await?;
            println!("/console/reset?link={}", link.expose());
            std::io::stdout().flush().map_err(|error| Failure::Other(error.to_string()))?;
            eprintln!("put the server's address before it; it works once, for an hour");
            return Ok(());
        }
    }
    println!("user {user}");
    Ok(())
}

/// Runs a command about sessions.
pub(super) async fn run_session(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let admin = Administrator::command_line();
    if verb == "list" {
        for session in services.sessions(&admin, text(options, "CODE")).await? {
            let what = if session.is_api { "system" } else { "browser" };
            let office = session.office.unwrap_or_default();
            let from = [session.address, session.agent].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let (began, seen) = (session.created_at, session.seen_at);
            println!(
                "{}\t{}\t{what}\t{office}\tsince {began}\tlast seen {seen}\t{from}",
                session.name, session.user_cd
            );
        }
        return Ok(());
    }
    let which = match (optional(options, "user"), optional(options, "session")) {
        (Some(user), _) => WhichSessions::OfUser(user),
        (None, named) => WhichSessions::Named(named.unwrap_or_default()),
    };
    println!("ended {}", services.end_sessions(&admin, text(options, "org"), which).await?);
    Ok(())
}

fn changes(options: &ArgMatches) -> Result<AccountChanges, Failure> {
    let given = |name: &str| options.get_many::<String>(name).map(|list| list.cloned().collect::<Vec<_>>());
    let roles: Option<Roles> =
        given("role").map(|words| words.iter().filter_map(|word| Role::from_stored(word).ok()).collect());
    Ok(AccountChanges {
        display_name: optional(options, "name"),
        password: secret(options, "password")?,
        roles: if options.get_flag("no-role") { Some(Roles::default()) } else { roles },
        offices: if options.get_flag("no-office") { Some(Vec::new()) } else { given("office") },
        is_locked: None,
        drops_factor: options.try_get_one::<bool>("no-second-factor").ok().flatten().copied().unwrap_or_default(),
    })
}

async fn list_users(services: &Services, admin: &Administrator, org: &str) -> Result<(), Failure> {
    for user in services.accounts(admin, org).await? {
        println!("{}", line(&user));
    }
    Ok(())
}

fn line(user: &AccountView) -> String {
    let login = match (user.is_locked, user.has_password) {
        (true, _) => "locked",
        (false, true) => "may log in",
        (false, false) => "no password",
    };
    let factor = if user.has_factor { "\tsecond factor" } else { "" };
    let mut rest = String::new();
    for (name, value) in
        [("roles", user.roles.to_string()), ("offices", user.offices.join(" ")), ("name", user.display_name.clone())]
    {
        if !value.is_empty() {
            rest.push_str(&format!("\t{name} {value}"));
        }
    }
    format!("{}\t{login}\tcreated by {} {}{factor}{rest}", user.user_cd, user.created_by, user.created_at)
}
