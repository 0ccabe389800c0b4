//! `admin courier …`: what posts have agreed on with couriers that declare at the courier door.

use std::fs;

use clap::{ArgMatches, Command};

use entrepost::service::Services;
use entrepost::service::courier::settings::CourierChanges;

use super::arguments::{needed, option, optional, text};
use crate::Failure;

pub(super) fn command() -> Command {
    Command::new("courier")
        .about("Couriers that declare as a post of this server")
        .subcommand_required(true)
        .subcommand(
            Command::new("set")
                .about("Set what their declarations do not say; what is not given stays")
                .arg(needed("ORG", "the post as which they declare"))
                .arg(option("currency", "CODE", "currency of all amounts, for example MYR; needed once"))
                .arg(option("mail-class", "LETTER", "mail class of their items [default: C]"))
                .arg(option("nature", "CODE", "nature of the transaction [default: 991]"))
                .arg(option("commodities", "FILE", "their own commodity codes: CODE,HS in each line")),
        )
        .subcommand(Command::new("show").about("Show what is set").arg(needed("ORG", "the post as which they declare")))
}

pub(super) async fn run(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let org = text(options, "ORG");
    services.refresh_catalogue().await?;
    if verb == "set" {
        let commodities = optional(options, "commodities").map(|path| {
            let read = fs::read_to_string(&path).map_err(|error| Failure::Other(format!("{path}: {error}")))?;
            Ok::<_, Failure>(CourierChanges::read_commodities(&read)?)
        });
        let changes = CourierChanges {
            currency: optional(options, "currency"),
            mail_class: optional(options, "mail-class"),
            nature: optional(options, "nature"),
            commodities: commodities.transpose()?,
        };
        let relaxed = services.set_courier(org, changes).await?;
        if !relaxed.is_empty() {
            println!(
                "set to warn, for couriers' declarations have no members for what they ask: {}",
                relaxed.join(", ")
            );
        }
    }
    let catalogue = services.catalogue();
    let courier = &catalogue.settings(org).courier;
    let Some(currency) = &courier.currency else {
        println!("{org}\tnothing is set; `admin courier set {org} --currency CODE` begins");
        return Ok(());
    };
    println!("{org}\t{currency}\tmail class {}\tnature {}", courier.mail_class, courier.nature);
    let mut commodities: Vec<_> = courier.commodities.iter().collect();
    commodities.sort();
    commodities.into_iter().for_each(|(code, hs)| println!("{code}\t{hs}"));
    Ok(())
}
