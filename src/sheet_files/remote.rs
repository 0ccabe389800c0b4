//! Imports through a running server: the file goes to `/v1/imports`, and its report is asked for until it is whole.

use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use clap::ArgMatches;
use entrepost::config::Config;
use entrepost::contract::ingestion::{DeclarationEvent, IngestionView};
use entrepost::net::{Answered, Server, Unanswered};
use entrepost::service::ingest::IngestOptions;
use serde_json::Value;
use uuid::Uuid;

use super::progress::ProgressLine;
use super::report::{kind, reported, text, unreadable};
use crate::Failure;

/// The variable with the token, where no file is named.
const TOKEN: &str = "ENTREPOST_TOKEN";
/// Tries of one call, each after a rest: the key makes repeats harmless.
const TRIES: u32 = 5;
/// The rest after the first; each is twice the one before.
const REST: Duration = Duration::from_millis(500);
/// The longest rest that a server is granted.
const MOST_REST: Duration = Duration::from_secs(60);
/// How often the report is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(300);

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Sends a file to the server at an address and prints the report, as an import with a database does.
pub fn import(config: &Config, options: &ArgMatches, url: &str, bytes: &[u8]) -> Result<ExitCode, Failure> {
    let server = Server::at(url, token(options)?, config.ca_file.as_deref()).map_err(Failure::Other)?;
    let (user, key) = (text(options, "user").unwrap_or_default(), Uuid::now_v7().to_string());
    let media = if bytes.starts_with(b"PK") { XLSX } else { "text/csv" };
    let named = disposition(&text(options, "FILE").unwrap_or_default());
    let headers = [
        ("content-type", media),
        ("content-disposition", named.as_str()),
        ("x-entrepost-user", user.as_str()),
        ("idempotency-key", key.as_str()),
    ];
    let of = IngestOptions { all: false, event: DeclarationEvent::Final, sheet: text(options, "sheet") };
    let shown = ProgressLine::of_rows(bytes, &of, kind(options));
    let path = format!("/v1/imports?{}", query(options));
    let mut answer = patiently(|| server.post(&path, &headers, bytes))?;
    loop {
        let view = match (answer.status, problem(&answer)) {
            (200 | 202, _) => read(&answer)?,
            (422, Some(problem)) if problem["code"] == "unreadable" => {
                shown.finish();
                return Ok(unreadable(problem["detail"].as_str().unwrap_or_default()));
            }
            (status, problem) => return Err(refused(status, problem.as_ref())),
        };
        if view.done_at.is_some() {
            shown.finish();
            return Ok(reported(&view, options));
        }
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        shown.at(number(view.rows), number(view.items), number(view.counts.refused));
        sleep(LOOK_EVERY);
        answer = patiently(|| server.get(&view.links.itself))?;
    }
}

/// The header with the name of a file; a `_` stands for each sign that a header cannot hold.
fn disposition(path: &str) -> String {
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name: String = name.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '_' }).collect();
    format!("attachment; filename=\"{}\"", name.replace(['"', '\\'], "_"))
}

/// The token of the organization: of the file, else of the variable.
fn token(options: &ArgMatches) -> Result<String, Failure> {
    let token = match text(options, "token-file") {
        Some(file) => std::fs::read_to_string(&file).map_err(|error| Failure::Other(format!("{file}: {error}")))?,
        None => std::env::var(TOKEN).unwrap_or_default(),
    };
    let token = token.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let message =
        "token: put the token of the organization into a file and name it with --token-file, or set ENTREPOST_TOKEN";
    if is_token { Ok(token.to_owned()) } else { Err(Failure::Other(message.to_owned())) }
}

fn query(options: &ArgMatches) -> String {
    let mut members = vec![
        ("kind", kind(options).stored().to_owned()),
        ("dryRun", options.get_flag("dry-run").to_string()),
        ("mode", if options.get_flag("all") { "all" } else { "wholeItems" }.to_owned()),
        ("event", text(options, "event").unwrap_or_default()),
        ("again", "true".to_owned()),
    ];
    members.extend(text(options, "sheet").map(|sheet| ("sheet", sheet)));
    serde_urlencoded::to_string(members).unwrap_or_default()
}

/// Calls until there is an answer that is no request to come again.
fn patiently(call: impl Fn() -> Result<Answered, Unanswered>) -> Result<Answered, Failure> {
    let mut rest = REST;
    for _ in 1..TRIES {
        let granted = match call() {
            Ok(answer) if !matches!(answer.status, 429 | 503) => return Ok(answer),
            Ok(answer) => answer.retry_after.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs),
            Err(_) => None,
        };
        sleep(granted.unwrap_or(rest).min(MOST_REST));
        rest *= 2;
    }
    call().map_err(|error| Failure::Other(format!("url: {error}")))
}

fn problem(answer: &Answered) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

fn read(answer: &Answered) -> Result<IngestionView, Failure> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::Other("url: the answer is no report of an import; is this an Entrepost server?".to_owned())
    })
}

/// What a server says against a call.
fn refused(status: u16, problem: Option<&Value>) -> Failure {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = problem.and_then(|problem| problem["errors"].as_array()).into_iter().flatten();
    let lines: Vec<String> =
        lines.map(|found| format!("{}: {}", text(&found["path"]), text(&found["message"]))).collect();
    match (problem.map(|problem| text(&problem["detail"])), lines.is_empty()) {
        (_, false) => Failure::Other(lines.join("\n")),
        (Some(detail), true) if !detail.is_empty() => Failure::Other(format!("the server answers {status}: {detail}")),
        _ => Failure::Other(format!(
            "url: the answer is {status}; is this the address of an Entrepost server, as https://post.example?"
        )),
    }
}
