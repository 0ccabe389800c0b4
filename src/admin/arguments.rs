//! Arguments of the administrative commands: how they are declared, and how they are read.

use clap::{Arg, ArgAction, ArgMatches};
use uuid::Uuid;

use entrepost::error::Error;

use crate::Failure;

/// A positional argument that must be given.
pub(super) fn needed(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).required(true).help(help)
}

/// `--name VALUE`.
pub(super) fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// `--name VALUE` for what others must not see: a command line is seen by everybody on the machine.
pub(super) fn secret_option(name: &'static str, value: &'static str, help: &str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(format!("{help}; `-` reads it from standard input, file:PATH from a file"))
}

/// A secret that was given, read from where it says.
///
/// # Errors
/// When it cannot be read.
pub(super) fn secret(options: &ArgMatches, name: &str) -> Result<Option<String>, Failure> {
    let Some(given) = options.get_one::<String>(name) else { return Ok(None) };
    let told = |error: std::io::Error| Failure::Other(format!("{name}: {given} cannot be read: {error}"));
    let mut line = String::new();
    match (given.as_str(), given.strip_prefix("file:")) {
        ("-", _) => drop(std::io::stdin().read_line(&mut line).map_err(told)?),
        (_, Some(path)) => {
            let whole = std::fs::read_to_string(path).map_err(told)?;
            line.push_str(whole.lines().next().unwrap_or_default());
        }
        (plain, None) => line.push_str(plain),
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Some(line))
}

/// `--name`, given or not.
pub(super) fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// The text of an argument; empty when it is absent.
pub(super) fn text<'m>(options: &'m ArgMatches, name: &str) -> &'m str {
    options.get_one::<String>(name).map_or("", String::as_str)
}

/// The text of an argument that may be absent.
pub(super) fn optional(options: &ArgMatches, name: &str) -> Option<String> {
    options.get_one::<String>(name).cloned()
}

/// The GUID that `path` was given as.
///
/// # Errors
/// It is none.
pub(super) fn guid(given: &str, path: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(given).map_err(|_| Error::invalid("format", path, "write a GUID, 8-4-4-4-12 hexadecimal digits"))
}
