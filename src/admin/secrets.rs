//! `entrepost admin secrets …`: the key that secrets of partners and second factors are kept under.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;

use clap::{ArgMatches, Command};

use entrepost::exchange::Exchange;
use entrepost::net::{Http, Net};
use entrepost::notify::Notifier;
use entrepost::service::Services;
use entrepost::vault::seal;

use super::arguments::{needed, text};
use crate::Failure;

pub(super) fn command() -> Command {
    Command::new("secrets")
        .about("The key that secrets of partners are kept under")
        .subcommand_required(true)
        .subcommand(
            Command::new("new-key")
                .about("Make a key; keep a copy of the file elsewhere, for without it the secrets are lost")
                .arg(needed("FILE", "a new file, which only its owner may read")),
        )
        .subcommand(
            Command::new("rekey")
                .about("Seal the secrets with the key of secret-key-file; secret-key-old names the one before"),
        )
}

/// Makes a key in a new file.
pub(super) fn new_key(options: &ArgMatches) -> Result<(), Failure> {
    let (file, key) = (text(options, "FILE"), seal::new_key()?);
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = opened.and_then(|mut opened| writeln!(opened, "{key}").and_then(|()| opened.sync_all()));
    written.map_err(|error| Failure::Other(format!("{file}: {error}")))?;
    println!("{file}: name it as secret-key-file; the program never shows it");
    Ok(())
}

pub(super) async fn rekey(services: &Services) -> Result<(), Failure> {
    let net: Arc<dyn Net> = Arc::new(Http::default());
    let partners = Exchange::new(services.clone(), Arc::clone(&net)).seal_secrets().await?;
    let subscriptions = Notifier::new(services.clone(), net, None).seal_secrets().await?;
    println!("sealed secrets of {partners} partners and {subscriptions} subscriptions with the key of secret-key-file");
    println!("sealed second factors of {} users with it", services.seal_factors().await?);
    Ok(())
}
