//! `admin subscription …`, `admin delivery …`: where organizations have their events sent, and how that goes.

use std::sync::Arc;

use clap::{ArgMatches, Command};

use super::arguments::{needed, option, optional, text};
use crate::Failure;
use entrepost::config::Config;
use entrepost::contract::subscription::{DeliveryView, GoOn, NewReplay, NewSubscription, SubscriptionView};
use entrepost::net::Http;
use entrepost::notify::{DeliveryFilter, Notifier, SubscriptionId};
use entrepost::service::Services;

/// Deliveries shown by one look.
const AT_ONCE: i64 = 500;

pub(super) fn command() -> Command {
    let org = || needed("ORG", "whose it is");
    let id = || needed("ID", "the subscription: sub_…");
    Command::new("subscription")
        .about("Where organizations have their events sent")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("List the subscriptions of an organization").arg(org()))
        .subcommand(Command::new("show").about("Show one, and how its receiver fares").arg(org()).arg(id()))
        .subcommand(
            Command::new("enable").about("Go on sending").arg(org()).arg(id()).arg(
                option("from", "WHERE", "`waiting`, `now`, or the id of an event: what came before is left out")
                    .default_value("waiting"),
            ),
        )
        .subcommand(Command::new("pause").about("Send nothing until it is enabled again").arg(org()).arg(id()))
        .subcommand(Command::new("remove").about("End one").arg(org()).arg(id()))
}

pub(super) fn callback_host_command() -> Command {
    let org = || needed("ORG", "whose it is");
    Command::new("callback-host")
        .about(
            "Addresses under which declarations may name one of their own, to have the events of their item sent there",
        )
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add one, which is taken for verified; its secret is shown once")
                .arg(org())
                .arg(needed("URL", "a prefix that ends with a slash"))
                .arg(option("label", "TEXT", "what it is").default_value(""))
                .arg(
                    option("mode", "MODE", "`xpress`: only {\"status\":\"OK\"} is a receipt")
                        .value_parser(["standard", "xpress"])
                        .default_value("standard"),
                ),
        )
        .subcommand(Command::new("list").about("List those of an organization").arg(org()))
        .subcommand(Command::new("remove").about("End one").arg(org()).arg(needed("ID", "the callback host: sub_…")))
}

pub(super) fn delivery_command() -> Command {
    let org = || needed("ORG", "whose it is");
    let id = || needed("ID", "the subscription: sub_…");
    Command::new("delivery")
        .about("What subscriptions sent, and what waits")
        .subcommand_required(true)
        .subcommand(
            Command::new("list")
                .about("List the deliveries of a subscription")
                .arg(org())
                .arg(id())
                .arg(option("state", "STATE", "waiting, delivered, given-up or skipped"))
                .arg(option("item", "ID", "only those about items with this id")),
        )
        .subcommand(
            Command::new("show")
                .about("Show one delivery with every attempt at it")
                .arg(org())
                .arg(id())
                .arg(needed("NO", "its number").value_parser(clap::value_parser!(i64).range(1..))),
        )
        .subcommand(
            Command::new("replay")
                .about("Send events once more: those named, those of a span of time, or all that was given up")
                .arg(org())
                .arg(id())
                .arg(option("event", "ID", "an event; repeat for more").action(clap::ArgAction::Append))
                .arg(option("from", "TIME", "for example 2026-11-27T08:00:00Z"))
                .arg(option("to", "TIME", "at most 30 days later"))
                .arg(option("state", "STATE", "failed")),
        )
}

pub(super) async fn run(
    services: &Services,
    config: &Config,
    (group, verb): (&str, &str),
    options: &ArgMatches,
) -> Result<(), Failure> {
    let net = Http::open(config.guard.clone(), config.ca_file.as_deref()).map_err(Failure::Other)?;
    let notifier = Notifier::new(services.clone(), Arc::new(net), config.http.public_url.as_deref()).for_command_line();
    let actor = services.actor_for(text(options, "ORG")).await?;
    if (group, verb) == ("subscription", "list") {
        notifier.list(&actor).await?.iter().for_each(print_line);
        return Ok(());
    }
    if (group, verb) == ("callback-host", "list") {
        notifier.callback_hosts(&actor).await?.iter().for_each(print_line);
        return Ok(());
    }
    if verb == "add" {
        let new = NewSubscription {
            url: text(options, "URL").into(),
            label: optional(options, "label"),
            mode: optional(options, "mode"),
            ..NewSubscription::default()
        };
        let made = notifier.create_callback_host(&actor, new).await?;
        println!("{}\t{}", made.subscription.id, made.secret);
        return Ok(());
    }
    let id = SubscriptionId::parse(text(options, "ID"))?;
    match (group, verb) {
        ("subscription", "show") => print_whole(&notifier.show(&actor, id).await?),
        ("subscription", "enable") => {
            let go_on = GoOn { from: optional(options, "from") };
            print_line(&notifier.enable(&actor, id, go_on).await?);
        }
        ("subscription", "pause") => print_line(&notifier.pause(&actor, id).await?),
        ("subscription" | "callback-host", _) => {
            notifier.remove(&actor, id).await?;
            println!("removed");
        }
        (_, "list") => {
            let mut filter = DeliveryFilter {
                state: optional(options, "state"),
                item_id: optional(options, "item"),
                limit: AT_ONCE,
                ..DeliveryFilter::default()
            };
            loop {
                let page = notifier.deliveries(&actor, id, filter.clone()).await?;
                page.deliveries.iter().for_each(print_delivery);
                let Some(next) = page.next else { break };
                filter.after = next;
            }
        }
        (_, "show") => {
            let delivery = notifier.delivery(&actor, id, options.get_one("NO").copied().unwrap_or(0)).await?;
            print_delivery(&delivery);
            for one in &delivery.log {
                let outcome = one.status.map_or("no answer".into(), |status| status.to_string());
                let why = one.error.as_deref().unwrap_or("well");
                let answer = one.answer.as_deref().unwrap_or_default();
                println!("  {}\t{}\t{outcome}\t{why}\t{} ms\t{answer}", one.at, one.cause, one.milliseconds);
            }
        }
        _ => {
            let asked = NewReplay {
                events: options.get_many::<String>("event").into_iter().flatten().cloned().collect(),
                from: optional(options, "from"),
                to: optional(options, "to"),
                state: optional(options, "state"),
            };
            let replay = notifier.replay(&actor, id, asked).await?;
            println!("{}\ta running server sends it", replay.id);
        }
    }
    Ok(())
}

fn print_line(one: &SubscriptionView) {
    println!("{}\t{}\t{} waiting\t{}\t{}", one.id, one.state, one.waiting, one.url, one.label);
}

fn print_whole(one: &SubscriptionView) {
    print_line(one);
    let or_never = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".into());
    println!("created {}, verified {}", one.created_at, or_never(&one.verified_at));
    println!("last success {}, {} failures in a row", or_never(&one.last_success_at), one.failures);
    if let Some(reason) = &one.reason {
        println!("{reason}");
    }
    for key in &one.keys {
        let end = key.expires_at.as_ref().map(|end| format!(", until {end}")).unwrap_or_default();
        println!("key {}\t{}\tsince {}{end}", key.id, key.signature, key.created_at);
    }
}

fn print_delivery(one: &DeliveryView) {
    let item = one.item_id.as_deref().unwrap_or("-");
    let event = one.event.as_deref().unwrap_or("-");
    println!("{}\t{}\t{}\t{item}\t{event}", one.sequence, one.state, one.r#type.unwrap_or("-"));
}
