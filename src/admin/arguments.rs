//! Arguments of the administrative commands: how they are declared, and how they are read.

use clap::{Arg, ArgAction, ArgMatches};
use uuid::Uuid;

use entrepost::error::Error;

/// A positional argument that must be given.
pub(super) fn needed(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).required(true).help(help)
}

/// `--name VALUE`.
pub(super) fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
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
