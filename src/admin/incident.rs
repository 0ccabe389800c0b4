//! `entrepost admin incident …`: what the status page tells everybody.

use clap::{ArgMatches, Command};

use entrepost::domain::Component;
use entrepost::service::Services;
use entrepost::service::availability::NewIncident;

use super::arguments::{needed, option, optional, text};
use crate::Failure;

/// The group of commands.
pub(super) fn command() -> Command {
    let described = |command: Command| {
        command
            .arg(needed("TITLE", "what it is, in a few words that everybody may read"))
            .arg(
                option("component", "NAME", "what it is about [default: all of it]")
                    .value_parser(Component::ALL.map(Component::stored)),
            )
            .arg(option("note", "TEXT", "what is known"))
    };
    let time = |name: &'static str, about: &'static str| {
        option(name, "TIME", about).required(true).value_parser(clap::value_parser!(chrono::DateTime<chrono::Utc>))
    };
    let number = || needed("NUMBER", "as `incident list` shows it").value_parser(clap::value_parser!(i32));
    Command::new("incident")
        .about("Incidents and maintenance on the status page")
        .subcommand_required(true)
        .subcommand(described(Command::new("open").about("Tell that something does not work")))
        .subcommand(
            described(Command::new("plan").about("Tell of a maintenance"))
                .arg(time("from", "when it begins, for example 2026-12-01T22:00:00Z"))
                .arg(time("to", "when it ends")),
        )
        .subcommand(
            Command::new("note").about("Tell something more").arg(number()).arg(needed("TEXT", "what is known now")),
        )
        .subcommand(Command::new("close").about("Tell that it is over, or called off").arg(number()).arg(option(
            "note",
            "TEXT",
            "what it was",
        )))
        .subcommand(Command::new("list").about("List what was told, the newest first"))
}

/// Runs one.
pub(super) async fn run(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let number = || options.get_one::<i32>("NUMBER").copied().unwrap_or_default();
    match verb {
        "open" | "plan" => {
            let id = services.open_incident(new(options)).await?;
            println!("incident {id}");
        }
        "note" => {
            services.update_incident(number(), Some(text(options, "TEXT").to_owned()), false).await?;
            println!("incident {}", number());
        }
        "close" => {
            services.update_incident(number(), optional(options, "note"), true).await?;
            println!("incident {}", number());
        }
        _ => list(services).await?,
    }
    Ok(())
}

fn new(options: &ArgMatches) -> NewIncident {
    let time = |name: &str| options.try_get_one::<chrono::DateTime<chrono::Utc>>(name).ok().flatten().copied();
    NewIncident {
        component: optional(options, "component").and_then(|name| Component::from_stored(&name).ok()),
        title: text(options, "TITLE").to_owned(),
        note: optional(options, "note"),
        planned: time("from").zip(time("to")),
    }
}

async fn list(services: &Services) -> Result<(), Failure> {
    for incident in services.availability().await.incidents.unwrap_or_default() {
        let row = incident.row;
        let kind = if row.is_planned { "maintenance" } else { "incident" };
        let about = row.component.map_or("all", Component::stored);
        let end = row.ends_at.map_or_else(|| "open".to_owned(), |end| end.0.to_rfc3339());
        println!("{}\t{kind}\t{about}\t{}\t{end}\t{}", row.id, row.starts_at.0.to_rfc3339(), row.title);
    }
    Ok(())
}
