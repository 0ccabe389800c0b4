//! `entrepost admin client …`: OAuth2 clients of organizations.

use chrono::{DateTime, Utc};
use clap::{Arg, ArgAction, ArgMatches, Command};

use entrepost::contract::WcfDate;
use entrepost::domain::Scopes;
use entrepost::limits;
use entrepost::service::oauth::{ClientChanges, NewClient};
use entrepost::service::{CourierTerms, Services};
use entrepost::store::oauth::{ClientRow, SecretRow};

use super::arguments::{needed, option, optional, text};
use crate::Failure;

pub(super) fn command() -> Command {
    let scope = || {
        option("scope", "SCOPE", "what it may do, for example create:messages; several times for several")
            .action(ArgAction::Append)
    };
    let only = || {
        option("only-office", "IMPC", "an office it may act for; several times for several [default: all]")
            .action(ArgAction::Append)
    };
    let seconds = || option("token-seconds", "N", "how long its access tokens live [default: 3600]");
    let expires = || option("expires", "DATE", "when it ends");
    Command::new("client")
        .about("OAuth2 clients of organizations")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add a client; its id and secret are shown once")
                .arg(needed("ORG", "organization"))
                .arg(option("label", "TEXT", "what it is").required(true))
                .arg(scope().required(true))
                .arg(option("source-system", "REF", "what its own house calls it"))
                .arg(option("user", "CD", "who acts when a call does not say [default: client:LABEL]"))
                .arg(option("office", "IMPC", "the office that acts when a call does not say"))
                .arg(only())
                .arg(seconds())
                .arg(expires())
                .arg(yes_or_no("real-status", REAL_STATUS))
                .arg(yes_or_no("document-links", DOCUMENT_LINKS)),
        )
        .subcommand(Command::new("list").about("List clients and their secrets").arg(needed("ORG", "organization")))
        .subcommand(
            Command::new("set")
                .about("Change a client; what is not given stays")
                .arg(needed("CLIENT", "id"))
                .arg(option("label", "TEXT", "what it is"))
                .arg(scope())
                .arg(only())
                .arg(seconds())
                .arg(expires())
                .arg(yes_or_no("real-status", REAL_STATUS))
                .arg(yes_or_no("document-links", DOCUMENT_LINKS))
                .arg(option("enabled", "yes|no", "let it go on, or end it").value_parser(["yes", "no"])),
        )
        .subcommand(Command::new("disable").about("End a client and its tokens").arg(needed("CLIENT", "id")))
        .subcommand(
            Command::new("secret")
                .about("Secrets of a client: two at most")
                .subcommand_required(true)
                .subcommand(
                    Command::new("add")
                        .about("Make another secret, shown once; the old one ends later")
                        .arg(needed("CLIENT", "id"))
                        .arg(option("old-ends", "DATE", "when the old one ends [default: in 30 days]")),
                )
                .subcommand(
                    Command::new("revoke")
                        .about("End a secret now")
                        .arg(needed("CLIENT", "id"))
                        .arg(needed("SECRET", "the first eight digits that `client list` shows")),
                ),
        )
}

const REAL_STATUS: &str = "a courier's client: answer faults with the status that means them instead of 200";
const DOCUMENT_LINKS: &str =
    "a courier's client: give signed links to documents, which need no other permission for a day";

/// An option that is `yes` where it is named alone.
fn yes_or_no(name: &'static str, help: &'static str) -> Arg {
    option(name, "yes|no", help).value_parser(["yes", "no"]).num_args(0..=1).default_missing_value("yes")
}

fn is_yes(options: &ArgMatches, name: &str) -> Option<bool> {
    optional(options, name).map(|given| given == "yes")
}

pub(super) async fn run(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    match verb {
        "add" => add(services, options).await,
        "list" => list(services, options).await,
        "set" => set(services, options).await,
        "disable" => {
            let changes = ClientChanges { is_disabled: Some(true), ..ClientChanges::default() };
            services.change_client(text(options, "CLIENT"), changes).await?;
            println!("disabled");
            Ok(())
        }
        _ => secret(services, options).await,
    }
}

async fn add(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let new = NewClient {
        org: text(options, "ORG").into(),
        label: text(options, "label").into(),
        source_system: optional(options, "source-system"),
        scopes: scopes(options)?.unwrap_or_default(),
        user_cd: optional(options, "user"),
        office_cd: optional(options, "office"),
        only_offices: offices(options).unwrap_or_default(),
        token_seconds: seconds(options)?,
        expires_at: date(options, "expires")?,
        courier: CourierTerms {
            real_status: is_yes(options, "real-status").unwrap_or(false),
            document_links: is_yes(options, "document-links").unwrap_or(false),
        },
    };
    let (id, secret) = services.add_client(new).await?;
    println!("{id}\n{}", secret.expose());
    Ok(())
}

async fn set(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let changes = ClientChanges {
        label: optional(options, "label"),
        scopes: scopes(options)?,
        only_offices: offices(options),
        token_seconds: seconds(options)?,
        expires_at: date(options, "expires")?,
        is_disabled: optional(options, "enabled").map(|enabled| enabled == "no"),
        real_status: is_yes(options, "real-status"),
        document_links: is_yes(options, "document-links"),
    };
    services.change_client(text(options, "CLIENT"), changes).await?;
    println!("changed");
    Ok(())
}

async fn secret(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    match options.subcommand() {
        Some(("add", options)) => {
            let ends = date(options, "old-ends")?;
            let secret = services.add_client_secret(text(options, "CLIENT"), ends).await?;
            println!("{}", secret.expose());
        }
        Some((_, options)) => {
            services.revoke_client_secret(text(options, "CLIENT"), text(options, "SECRET")).await?;
            println!("revoked");
        }
        None => {}
    }
    Ok(())
}

async fn list(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    for (client, secrets) in services.clients(text(options, "ORG")).await? {
        println!("{}", line(&client));
        for secret in &secrets {
            println!("  {}", secret_line(secret));
        }
    }
    Ok(())
}

fn line(client: &ClientRow) -> String {
    let state = match (client.disabled_at, client.expires_at) {
        (Some(at), _) => format!("disabled {}", at.0),
        (None, Some(at)) => format!("until {}", at.0),
        (None, None) => "in force".into(),
    };
    let offices = client.offices.as_deref().map(|offices| format!("\tonly {offices}")).unwrap_or_default();
    let real = if client.real_status { "\treal-status" } else { "" };
    let links = if client.document_links { "\tdocument-links" } else { "" };
    format!("{}\t{state}\t{}\t{}{offices}{real}{links}", client.id, client.scopes, client.label)
}

fn secret_line(secret: &SecretRow) -> String {
    let state = match (secret.revoked_at, secret.expires_at) {
        (Some(at), _) => format!("revoked {}", at.0),
        (None, Some(at)) => format!("until {}", at.0),
        (None, None) => "in force".into(),
    };
    let used = secret.last_used_at.map_or("never used".into(), |at| format!("last used {}", at.0));
    format!("{}\tissued {}\t{state}\t{used}", secret.name(), secret.created_at.0)
}

/// The scopes given, if any are.
pub(super) fn scopes(options: &ArgMatches) -> Result<Option<Scopes>, Failure> {
    let Some(given) = options.get_many::<String>("scope") else { return Ok(None) };
    let names = given.map(String::as_str).collect::<Vec<_>>().join(" ");
    names.parse().map(Some).map_err(|unknown| Failure::Other(format!("scope: {unknown}")))
}

fn offices(options: &ArgMatches) -> Option<Vec<String>> {
    options.get_many::<String>("only-office").map(|offices| offices.cloned().collect())
}

fn seconds(options: &ArgMatches) -> Result<Option<u32>, Failure> {
    let (least, most) = (limits::ACCESS_TOKEN_LEAST_S, limits::ACCESS_TOKEN_MOST_S);
    let parse =
        |given: String| given.parse().map_err(|_| Failure::Other(format!("token-seconds: give {least} to {most}")));
    optional(options, "token-seconds").map(parse).transpose()
}

/// The end of a date given. An empty date must not make something that never ends.
pub(super) fn date(options: &ArgMatches, name: &str) -> Result<Option<DateTime<Utc>>, Failure> {
    let Some(given) = optional(options, name) else { return Ok(None) };
    match WcfDate::parse_end(&given) {
        Ok(Some(date)) => Ok(Some(date.instant())),
        Ok(None) => Err(Failure::Other(format!("{name}: give a date, or leave the option out"))),
        Err(problem) => Err(Failure::Other(format!("{name}: {problem}"))),
    }
}
