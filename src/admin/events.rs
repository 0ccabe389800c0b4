//! `admin events`: the events of posts, shown, followed and derived anew.

use std::time::Duration;

use clap::{ArgMatches, Command};

use super::arguments::{needed, option, text};
use super::client::date;
use crate::Failure;
use entrepost::contract::canonical::to_canonical;
use entrepost::service::Services;
use entrepost::service::events::StoredEvents;

/// How often a followed feed is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Events shown by one look.
const AT_ONCE: i64 = 500;

pub(super) fn command() -> Command {
    let post = || needed("POST", "the post whose items are meant");
    Command::new("events")
        .about("Published events")
        .subcommand_required(true)
        .subcommand(
            Command::new("show").about("Show the events of a post, one a line").arg(post()).arg(
                option("after", "NO", "only those with a greater number")
                    .value_parser(clap::value_parser!(i64).range(0..))
                    .default_value("0"),
            ),
        )
        .subcommand(
            Command::new("follow").about("Show the events of a post as they come, until interrupted").arg(post()),
        )
        .subcommand(
            Command::new("rebuild")
                .about("Derive the events of a post anew, as far as they are not there; numbers are only added")
                .arg(post())
                .arg(
                    option(
                        "since",
                        "DATE",
                        "what happened since, for example 2026-11-01; at most as long ago as events are kept",
                    )
                    .required(true),
                ),
        )
}

pub(super) async fn run(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let post = text(options, "POST");
    match verb {
        "rebuild" => {
            let since = date(options, "since")?.unwrap_or_default();
            let derived = services.rebuild_events(post, since).await?;
            println!("{derived} events derived");
            Ok(())
        }
        "follow" => {
            let mut after = services.stored_events(post, i64::MAX, 0).await?.last;
            loop {
                after = show(services, post, after).await?;
                tokio::time::sleep(LOOK).await;
            }
        }
        _ => show(services, post, options.get_one("after").copied().unwrap_or(0)).await.map(drop),
    }
}

/// Shows what comes after a number; gives the number of the last.
async fn show(services: &Services, post: &str, mut after: i64) -> Result<i64, Failure> {
    loop {
        let StoredEvents { events, .. } = services.stored_events(post, after, AT_ONCE).await?;
        let Some((last, _)) = events.last() else { return Ok(after) };
        after = *last;
        for (number, event) in &events {
            println!("{number}\t{}", to_canonical(event));
        }
    }
}
