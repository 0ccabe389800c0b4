//! `entrepost admin partner …` and `entrepost admin exchange …`.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use clap::{ArgMatches, Command};

use entrepost::domain::{Level, TransportKind};
use entrepost::exchange::monitor::{self, LinkStatus};
use entrepost::exchange::operate::{self, Traffic};
use entrepost::exchange::partner::{Agreement, NewPartner};
use entrepost::exchange::{Exchange, ReceiveOutcome};
use entrepost::limits;
use entrepost::net::Http;
use entrepost::service::Services;
use entrepost::store::outbox::Backlog;
use entrepost::store::types::At;

use super::arguments::{needed, option, optional, secret, secret_option, switch, text};
use crate::Failure;
use entrepost::contract::canonical::hex;

pub fn partner_command() -> Command {
    Command::new("partner")
        .about("Partners of the exchange: organizations that live elsewhere, and how they are reached")
        .subcommand_required(true)
        .subcommand(
            Command::new("set")
                .about("Add a partner, or change what is given of it")
                .arg(needed("CODE", "the organization, added with --remote before"))
                .arg(
                    option("transport", "KIND", "http or directory")
                        .value_parser(TransportKind::ALL.map(TransportKind::stored)),
                )
                .arg(option(
                    "endpoint",
                    "URL|FOLDER",
                    "its inbox (https://HOST/exchange/inbox), or a folder with out and in",
                ))
                .arg(secret_option("token-out", "TOKEN", "bearer token it is called with"))
                .arg(secret_option("token-in", "UUID", "token it calls with"))
                .arg(secret_option(
                    "sign-key",
                    "TEXT",
                    "key of the signatures over bodies, both ways; whsec_ and base64, or plain text; empty for none",
                ))
                .arg(option("syntax", "FORM", "edifact or xml [default: edifact]").value_parser(["edifact", "xml"]))
                .arg(option("charset", "SET", "UNOA, UNOB, UNOC or UNOW (UTF-8) [default: UNOC]"))
                .arg(option("agency", "CODE", "controlling agency in UNH [default: UP]"))
                .arg(option("profile", "CODE", "association code in UNH: the code-list profile [default: PCX100]"))
                .arg(
                    option("control", "YES|NO", "whether a CONTRL is expected [default: yes]")
                        .value_parser(["yes", "no"]),
                )
                .arg(option("messages", "LIST", "message types agreed, with commas [default: all]"))
                .arg(
                    option("level", "LEVEL", "reject, warn or off: what faulty data means [default: warn]")
                        .value_parser(Agreement::LEVELS.map(Level::stored)),
                )
                .arg(option("serves", "LIST", "organizations here that use the link, with commas [default: all]"))
                .arg(
                    option("plain-http", "YES|NO", "whether an endpoint may be http://, unencrypted [default: no]")
                        .value_parser(["yes", "no"]),
                )
                .arg(
                    option("items-per-hour", "NUMBER", "items it may send in an hour [default: 200000]")
                        .value_parser(clap::value_parser!(i32).range(1..)),
                ),
        )
        .subcommand(Command::new("list").about("List partners and what was agreed; no secrets"))
        .subcommand(Command::new("drop").about("Forget the way to a partner").arg(needed("CODE", "the partner")))
}

pub fn exchange_command() -> Command {
    Command::new("exchange")
        .about("What was sent and received, what waits, quarantine")
        .subcommand_required(true)
        .subcommand(Command::new("status").about("Every link: what waits, ages, alarms"))
        .subcommand(
            Command::new("log")
                .about("What was said about an item, to whom, when, and what came back")
                .arg(needed("ORG", "organization here"))
                .arg(needed("ITEM", "item id")),
        )
        .subcommand(
            Command::new("show")
                .about("Show an interchange, sent or received")
                .arg(needed("REFERENCE", "interchange reference"))
                .arg(switch("bytes", "its bytes as they are"))
                .arg(switch("answer", "the bytes of the answer")),
        )
        .subcommand(
            Command::new("retry")
                .about("Let quarantined messages to a partner wait again")
                .arg(needed("PARTNER", "the partner"))
                .arg(option("interchange", "REFERENCE", "of this interchange only")),
        )
        .subcommand(
            Command::new("rerun")
                .about("Read a quarantined interchange of a partner again, after a fix")
                .arg(needed("PARTNER", "who sent it"))
                .arg(needed("REFERENCE", "interchange reference, as listed")),
        )
        .subcommand(
            Command::new("discard")
                .about("Forget interchanges of a partner that are in quarantine")
                .arg(needed("PARTNER", "who sent them"))
                .arg(option("interchange", "REFERENCE", "this one only, as listed")),
        )
        .subcommand(Command::new("quarantine").about("List interchanges received that could not be applied"))
        .subcommand(
            Command::new("parked")
                .about("List items that have waited for their object for more than a quarter of an hour"),
        )
        .subcommand(
            Command::new("run").about("Send and take in what waits now, then end; for maintenance without a server"),
        )
}

pub async fn run(services: &Services, group: &str, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    let exchange = Exchange::new(services.clone(), Arc::new(Http::default()));
    match (group, verb) {
        ("partner", "set") => set_partner(&exchange, options).await,
        ("partner", "drop") => {
            exchange.drop_partner(text(options, "CODE")).await?;
            println!("dropped; what is for it waits");
            Ok(())
        }
        ("partner", _) => {
            for row in exchange.partners().await? {
                println!("{}", monitor::described(&row)?);
            }
            Ok(())
        }
        (_, "log") => log(&exchange, options).await,
        (_, "show") => show(&exchange, options).await,
        (_, "retry") => {
            let again = exchange.retry(text(options, "PARTNER"), optional(options, "interchange").as_deref()).await?;
            println!("{again} messages wait again");
            Ok(())
        }
        (_, "rerun") => match exchange.rerun(text(options, "PARTNER"), text(options, "REFERENCE")).await? {
            ReceiveOutcome::Unreadable => {
                Err(Failure::Other("it still cannot be applied; `show` lists the findings".into()))
            }
            _ => {
                println!("applied");
                Ok(())
            }
        },
        (_, "discard") => {
            let gone = exchange.discard(text(options, "PARTNER"), optional(options, "interchange").as_deref()).await?;
            println!("{gone} interchanges discarded");
            Ok(())
        }
        (_, "quarantine") => {
            let listed = exchange.quarantine().await?;
            for row in listed.rows {
                let findings = row.findings.unwrap_or_default();
                println!("{}\t{}\t{}\t{} bytes", row.partner, row.reference, row.received_at.0, row.bytes.len());
                findings.lines().for_each(|line| println!("\t{line}"));
            }
            say_more(listed.more);
            Ok(())
        }
        (_, "parked") => {
            let listed = exchange.parked().await?;
            for row in listed.rows {
                println!(
                    "{}\t{} for {}\tfrom {}\tmade {}",
                    row.item_id, row.kind, row.recipient, row.sender, row.made_at.0
                );
            }
            say_more(listed.more);
            Ok(())
        }
        (_, "run") => {
            exchange.run_out().await?;
            status(&exchange).await
        }
        _ => status(&exchange).await,
    }
}

/// A list that was cut off says so.
fn say_more(more: bool) {
    if more {
        println!("… and more; these are the oldest {}, `status` counts them all", limits::EXCHANGE_LISTED);
    }
}

async fn set_partner(exchange: &Exchange, options: &ArgMatches) -> Result<(), Failure> {
    let list = |name: &str| {
        optional(options, name).map(|text| {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<BTreeSet<_>>()
        })
    };
    exchange
        .put_partner(NewPartner {
            code: text(options, "CODE").into(),
            transport: optional(options, "transport"),
            endpoint: optional(options, "endpoint"),
            token_out: secret(options, "token-out")?,
            token_in: secret(options, "token-in")?,
            sign_key: secret(options, "sign-key")?,
            syntax: optional(options, "syntax"),
            charset: optional(options, "charset"),
            agency: optional(options, "agency"),
            profile: optional(options, "profile"),
            control: optional(options, "control").map(|text| text == "yes"),
            messages: list("messages"),
            level: optional(options, "level").and_then(|name| Level::from_stored(&name).ok()),
            serves: list("serves"),
            plain_http: optional(options, "plain-http").map(|text| text == "yes"),
            items_per_hour: options.get_one::<i32>("items-per-hour").copied(),
        })
        .await?;
    println!("partner {}", text(options, "CODE"));
    Ok(())
}

async fn status(exchange: &Exchange) -> Result<(), Failure> {
    let links = exchange.status().await?;
    if links.is_empty() {
        println!("no partner, and nothing was ever sent");
    }
    for link in links {
        print_link(&link);
    }
    Ok(())
}

fn print_link(link: &LinkStatus) {
    let alarms: Vec<&str> = link.alarms.iter().map(|alarm| alarm.name()).collect();
    let alarms = if alarms.is_empty() { "no alarm".to_owned() } else { format!("ALARM {}", alarms.join(", ")) };
    println!("{}\t{}\t{alarms}", link.partner, link.way);
    let piles = [
        ("waiting", &link.waiting),
        ("under way (interchanges)", &link.under_way),
        ("not acknowledged (interchanges)", &link.unanswered),
        ("refused by the partner", &link.refused),
        ("quarantined, ours", &link.quarantined_out),
        ("quarantined, theirs (interchanges)", &link.quarantined_in),
        ("parked", &link.parked),
    ];
    for (name, Backlog { count, oldest }) in piles {
        if *count > 0 {
            println!("\t{count} {name}, oldest {}", when(*oldest));
        }
    }
    println!("\tlast sent {}, last received {}", when(link.last_sent_at), when(link.last_received_at));
    if link.failures > 0 {
        let error = link.last_error.as_deref().unwrap_or("unknown");
        println!("\t{} failures in a row, next attempt {}: {error}", link.failures, when(link.next_attempt_at));
    }
}

fn when(at: Option<At>) -> String {
    at.map_or("never".into(), |at| at.0.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

async fn log(exchange: &Exchange, options: &ArgMatches) -> Result<(), Failure> {
    let (sent, received) = exchange.item_log(text(options, "ORG"), text(options, "ITEM")).await?;
    for row in &sent {
        let interchange = row.message_ref.as_deref().unwrap_or("-");
        let what = if row.withdraws { "withdraws" } else { "says" };
        let state = row.state;
        println!("{}\tto {}\t{} {what}\t{state}\t{interchange}", when(Some(row.created_at)), row.partner, row.kind);
        row.note.iter().flat_map(|note| note.lines()).for_each(|line| println!("\t{line}"));
    }
    for row in &received {
        println!("{}\tfrom {}\t{}\t{}\t{}", when(Some(row.at)), row.sender, row.kind, row.fate, row.reference);
        row.note.iter().flat_map(|note| note.lines()).for_each(|line| println!("\t{line}"));
    }
    if sent.is_empty() && received.is_empty() {
        return Err(Failure::Other("nothing was said about such an item".into()));
    }
    Ok(())
}

async fn show(exchange: &Exchange, options: &ArgMatches) -> Result<(), Failure> {
    let found = exchange.traffic(text(options, "REFERENCE")).await?;
    if found.is_empty() {
        return Err(Failure::Other("there is no such interchange".into()));
    }
    for traffic in &found {
        let (bytes, answer) = match traffic {
            Traffic::Sent(row) => (&row.bytes, &row.answer),
            Traffic::Received(row) => (&row.bytes, &row.answer),
        };
        let raw = match (options.get_flag("bytes"), options.get_flag("answer")) {
            (true, _) => Some(bytes.clone()),
            (_, true) => Some(answer.clone().unwrap_or_default()),
            _ => None,
        };
        match raw {
            Some(raw) => {
                // A reader that went away is no failure.
                let _ = std::io::stdout().lock().write_all(&raw);
            }
            None => print_traffic(traffic, bytes, answer.as_deref()),
        }
    }
    Ok(())
}

fn print_traffic(traffic: &Traffic, bytes: &[u8], answer: Option<&[u8]>) {
    let state = operate::traffic_state(traffic);
    match traffic {
        Traffic::Sent(row) => {
            println!(
                "sent by {} to {}: {state}, {} items, {} attempts failed",
                row.sender, row.partner, row.items, row.attempts
            );
            println!(
                "made {}, first sent {}, answered {}",
                when(Some(row.created_at)),
                when(row.sent_at),
                when(row.answered_at)
            );
            println!("SHA-256 {}", hex(&row.digest));
            row.note.iter().for_each(|note| println!("{note}"));
        }
        Traffic::Received(row) => {
            println!(
                "received from {} for {}: {state}, {} items, came again {} times",
                row.partner, row.recipient, row.items, row.repeats
            );
            println!("received {}", when(Some(row.received_at)));
            println!("SHA-256 {}", hex(&row.digest));
            row.findings.iter().for_each(|findings| println!("{findings}"));
        }
    }
    print!("{}", entrepost::edi::tool::show(bytes).text);
    if let Some(answer) = answer.filter(|answer| !answer.is_empty()) {
        println!("\nthe answer:");
        print!("{}", entrepost::edi::tool::show(answer).text);
    }
}
