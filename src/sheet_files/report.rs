//! What the ways to import have in common: their options, the report and how it ended.

use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;
use entrepost::contract::canonical::to_canonical;
use entrepost::contract::ingestion::{Counts, FileFinding, IngestionView};
use entrepost::domain::{IngestionKind, IngestionState};

/// The kinds of sheets.
pub const KINDS: [IngestionKind; 4] =
    [IngestionKind::Declarations, IngestionKind::Goods, IngestionKind::Senders, IngestionKind::Movements];

/// What an option says.
pub fn text(options: &ArgMatches, name: &str) -> Option<String> {
    options.try_get_one::<String>(name).ok().flatten().cloned()
}

/// The kind of sheet that is meant.
pub fn kind(options: &ArgMatches) -> IngestionKind {
    let name = text(options, "kind").unwrap_or_default();
    KINDS.into_iter().find(|kind| kind.stored() == name).unwrap_or(IngestionKind::Declarations)
}

/// Says why nothing of a file can be read.
pub fn unreadable(reason: &str) -> ExitCode {
    eprintln!("entrepost: {reason}");
    ExitCode::from(2)
}

/// Prints a report; says how it ended.
pub fn reported(view: &IngestionView, options: &ArgMatches) -> ExitCode {
    print(view, options.get_flag("json"));
    match (view.state == IngestionState::Failed.to_string(), view.counts.refused) {
        (true, _) => ExitCode::from(2),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(1),
    }
}

fn print(view: &IngestionView, as_json: bool) {
    let mut out = std::io::stdout().lock();
    // A reader that went away is no failure.
    if as_json {
        let _ = writeln!(out, "{}", to_canonical(view));
        return;
    }
    for finding in &view.findings {
        let _ = writeln!(out, "{}", line(finding));
    }
    if view.more > 0 {
        let _ = writeln!(out, "… and {} more", view.more);
    }
    let Counts { new, changed, unchanged, refused, warnings } = view.counts;
    let _ =
        writeln!(out, "new {new}, changed {changed}, unchanged {unchanged}, refused {refused}, warnings {warnings}");
}

fn line(finding: &FileFinding) -> String {
    let level = to_canonical(&finding.level);
    let place = match (&finding.cell, &finding.column, finding.row) {
        (Some(cell), Some(column), _) => format!("{cell} {column}: "),
        (_, Some(column), Some(row)) => format!("row {row} {column}: "),
        (_, _, Some(row)) => format!("row {row}: "),
        _ => String::new(),
    };
    let proposal = finding.proposal.as_ref().map(|text| format!(" [{text}]")).unwrap_or_default();
    format!("{} {}: {place}{}{proposal}", level.trim_matches('"'), finding.code, finding.message)
}
