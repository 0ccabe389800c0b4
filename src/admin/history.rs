//! `entrepost admin history …`: what happened to items and to everything else, and the proof that it is recorded right.

use chrono::DateTime;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use entrepost::contract::WcfDate;
use entrepost::contract::canonical::hex;
use entrepost::domain::RecordKind;
use entrepost::error::Error;
use entrepost::service::Services;
use entrepost::service::verify::Scope;
use entrepost::store::record_history::RecordRow;
use entrepost::store::seal::{Beside, SealProof};
use entrepost::store::verify::Verdict;

use super::arguments::{needed, option, optional, switch, text};
use crate::Failure;

pub fn command() -> Command {
    Command::new("history")
        .about("Histories of items and of everything else that is kept")
        .subcommand_required(true)
        .subcommand(
            Command::new("verify")
                .about("Check all seals and histories; name the first row that does not fit, and the last seal")
                .arg(option("expect", "NO:HASH", "a seal noted before, as printed; it must still be there"))
                .arg(option("post", "POST", "items and seals of this post alone"))
                .arg(option("since", "NO", "only what the seal of this number and those before it do not hold")),
        )
        .subcommand(
            Command::new("show")
                .about("Show the history of an item")
                .arg(needed("POST", "post that owns it"))
                .arg(needed("ITEM", "item id"))
                .arg(switch("texts", "with what was declared and decided each time")),
        )
        .subcommand(
            Command::new("proof")
                .about("Show that the history of an item was sealed, with hashes alone")
                .arg(needed("POST", "post that owns it"))
                .arg(needed("ITEM", "item id")),
        )
        .subcommand(
            Command::new("trade")
                .about("Show the history of goods, a postal service, an anonymous declaration or a mark")
                .arg(needed("ORG", "organization that keeps it"))
                .arg(needed("KIND", "what it is").value_parser(traded_kinds()))
                .arg(needed("ID", "number of the goods, or id"))
                .arg(texts()),
        )
        .subcommand(
            Command::new("record")
                .about("Show the history of an organization, a token, a list or of anything else besides items")
                .arg(needed("KIND", "what it is").value_parser(RecordKind::ALL.map(RecordKind::stored)))
                .arg(needed("ORG", "organization whose it is; `-` for a list that counts for everyone"))
                .arg(needed("ID", "its name: a code, a setting, a list, the first eight digits of a token"))
                .arg(texts()),
        )
        .subcommand(
            Command::new("access")
                .about(
                    "List what changed in organizations, tokens, users, offices, partners, settings, lists and rules",
                )
                .arg(option("since", "DATE", "for example 2027-01-01 [default: from the beginning]")),
        )
}

fn texts() -> Arg {
    switch("texts", "with what stood there before each change")
}

/// Goods, services, anonymous declarations and marks.
fn traded_kinds() -> PossibleValuesParser {
    let traded = RecordKind::ALL.into_iter().filter(|kind| kind.is_older_than_chains());
    PossibleValuesParser::new(traded.map(RecordKind::stored))
}

pub async fn run(services: &Services, verb: &str, options: &ArgMatches) -> Result<(), Failure> {
    match verb {
        "verify" => verify(services, options).await,
        "trade" | "record" => show_record(services, options).await,
        "access" => list_access(services, options).await,
        "proof" => prove_item(services, options).await,
        _ => show_item(services, options).await,
    }
}

async fn verify(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let expected = optional(options, "expect").map(|noted| noted_seal(&noted)).transpose()?;
    let since = optional(options, "since").map(|no| seal_number(&no)).transpose()?.unwrap_or(0);
    let verdict = services.verify_history_of(Scope { post: optional(options, "post"), since }).await?;
    let sealed = verdict.sealed_at.map_or("never".into(), |at| at.to_rfc3339());
    let Verdict { items, records, rows, seals, .. } = verdict;
    println!("{items} items, {records} records, {rows} history rows, {seals} seals; last sealed: {sealed}");
    if let Some(fault) = verdict.fault {
        return Err(Failure::Other(fault));
    }
    if let Some((no, hash)) = expected {
        match services.seal_hash(no).await? {
            Some(there) if hex(&there) == hash => {}
            Some(_) => return Err(Failure::Other(format!("seal {no} is another one than the one expected"))),
            None => return Err(Failure::Other(format!("seal {no} was removed, with whatever was sealed since"))),
        }
    }
    if let Some((no, hash)) = verdict.last_seal {
        println!("last seal: {no}:{}", hex(&hash));
    }
    println!("the history is whole");
    Ok(())
}

fn seal_number(given: &str) -> Result<i64, Error> {
    let number = given.trim().parse().ok().filter(|no| *no >= 0);
    number.ok_or_else(|| Error::invalid("format", "since", "write the number of a seal, for example 12"))
}

/// A seal as `verify` printed it: number and hash.
fn noted_seal(noted: &str) -> Result<(i64, String), Error> {
    let parts = noted.trim().split_once(':');
    let seal = parts.and_then(|(no, hash)| Some((no.parse().ok()?, hash.to_lowercase())));
    let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    seal.filter(|(_, hash)| is_hash(hash))
        .ok_or_else(|| Error::invalid("format", "expect", "write NO:HASH as `verify` prints it behind `last seal:`"))
}

/// Organization, user and office, as far as they are known.
fn who(org: String, user: Option<String>, office: Option<String>) -> String {
    [Some(org), user, office].into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// What a history row says, its number and time aside: what, by whom, digest and detail.
fn described(row: &RecordRow) -> String {
    let who = who(row.actor_org.clone(), row.user_cd.clone(), row.office_cd.clone());
    let digest = row.digest.as_ref().map_or("-".into(), |digest| hex(digest.get(..4).unwrap_or_default()) + "…");
    let detail = row.detail.as_ref().map(|detail| format!("\t{detail}")).unwrap_or_default();
    format!("{}\t{who}\t{digest}{detail}", row.event)
}

async fn show_record(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let kind = RecordKind::from_stored(text(options, "KIND")).map_err(|unknown| Failure::Other(unknown.to_string()))?;
    for row in services.record_history(text(options, "ORG"), kind, text(options, "ID")).await? {
        println!("{}\t{}\t{}", row.seq, row.at.0.to_rfc3339(), described(&row));
        if let Some(replaced) = row.replaced.filter(|_| options.get_flag("texts")) {
            println!("\tbefore\t{replaced}");
        }
    }
    Ok(())
}

async fn list_access(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let since = match optional(options, "since").map(|given| WcfDate::parse(&given)).transpose() {
        Ok(date) => date.flatten().map_or(DateTime::UNIX_EPOCH, |date| date.instant()),
        Err(problem) => return Err(Failure::Other(format!("since: {problem}"))),
    };
    let (rows, more) = services.access_history(since).await?;
    if more {
        println!("… and more before; these are the newest {}, with --since DATE there are fewer", rows.len());
    }
    for row in rows {
        println!("{}\t{}\t{}\t{}\t{}", row.at.0.to_rfc3339(), row.kind, row.org, row.id, described(&row));
    }
    Ok(())
}

/// Each line a word and what it names; hashes are SHA-256, in hexadecimal digits.
async fn prove_item(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    for proof in services.seal_proofs(text(options, "POST"), text(options, "ITEM")).await? {
        println!("item\t{}\nrow\t{}\nhash\t{}", proof.pid.0, proof.head_seq, hex(&proof.head_hash));
        for step in &proof.path {
            match step {
                Beside::Left(hash) => println!("left\t{}", hex(hash)),
                Beside::Right(hash) => println!("right\t{}", hex(hash)),
            }
        }
        println!("root\t{}", hex(&proof.root));
        let SealProof { seal_no, through_no, items, .. } = proof;
        let at = proof.sealed_at.timestamp_micros();
        println!("seal\t{seal_no}\nsealed\t{at}\nthrough\t{through_no}\nitems\t{items}");
        println!("leaves\t{}\nprevious\t{}", hex(&proof.leaves_digest), hex(&proof.previous));
        println!("seal hash\t{}", hex(&proof.hash));
        match proof.chained {
            Some((no, post_seal_no)) => println!("chained\tseal {no} holds seal {post_seal_no} of this post"),
            None => println!("chained\tnot yet"),
        }
    }
    Ok(())
}

async fn show_item(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let rows = services.item_history(text(options, "POST"), text(options, "ITEM")).await?;
    let texts = match options.get_flag("texts") {
        true => services.version_texts(rows.clone()).await?,
        false => vec![None; rows.len()],
    };
    for (row, text) in rows.into_iter().zip(texts) {
        let who = who(row.actor_org, row.user_cd, row.office_cd);
        println!("{}\t{}\t{}\t{who}\t{}", row.seq, row.at.0.to_rfc3339(), row.event, row.detail);
        if let Some(text) = text {
            println!("\ttext\t{}", &*text);
        }
    }
    Ok(())
}
