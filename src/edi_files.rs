//! `entrepost edi …`: message files shown, checked and converted.

use std::io::Write;

use clap::{Arg, ArgMatches, Command};

use entrepost::edi::{Findings, Form, Profile, tool};
use entrepost::exchange::examine;

use super::Failure;

fn file() -> Arg {
    Arg::new("FILE").required(true).help("an interchange, EDIFACT or XML")
}

pub fn command() -> Command {
    Command::new("edi")
        .about("Look at message files: ITMATT, CUSITM, CUSRSP, ITMREF, REFRSP, CONTRL")
        .subcommand_required(true)
        .subcommand(Command::new("show").about("Print a message file for people").arg(file()))
        .subcommand(
            Command::new("check")
                .about("Check syntax, profile and whatever an inbox would refuse; exit code 1 when there is an error")
                .arg(file()),
        )
        .subcommand(
            Command::new("convert")
                .about("Write a message file in the other form to standard output")
                .arg(Arg::new("to").long("to").required(true).value_parser(["xml", "edifact"]).help("the form wanted"))
                .arg(file()),
        )
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((verb, options)) = matches.subcommand() else { return Ok(()) };
    let path = options.get_one::<String>("FILE").map_or("", String::as_str);
    let bytes = std::fs::read(path).map_err(|error| Failure::Other(format!("{path}: {error}")))?;
    match verb {
        "show" => {
            let shown = tool::show(&bytes);
            print!("{}", shown.text);
            finish(&shown.findings)
        }
        "check" => {
            let findings = examine::check(&bytes, &Profile::default());
            if findings.is_empty() {
                println!("nothing found");
            }
            finish(&findings)
        }
        _ => {
            let to =
                if options.get_one::<String>("to").is_some_and(|to| to == "xml") { Form::Xml } else { Form::Edifact };
            match tool::convert(&bytes, to, &Profile::default()) {
                Ok(written) => {
                    // A reader that went away is no failure of the conversion.
                    let _ = std::io::stdout().lock().write_all(&written.bytes);
                    finish(&written.findings)
                }
                Err(findings) => finish(&findings),
            }
        }
    }
}

/// Lists the findings on standard error; errors among them fail the command.
fn finish(findings: &Findings) -> Result<(), Failure> {
    for finding in findings.list() {
        eprintln!("{finding}");
    }
    if findings.more() > 0 {
        eprintln!("… and {} more", findings.more());
    }
    if findings.has_errors() { Err(Failure::Other("the file has errors".into())) } else { Ok(()) }
}
