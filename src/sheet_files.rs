//! `entrepost sheet …`: templates, checks, imports and exports of declarations as workbooks and CSV.

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::config::Config;
use entrepost::contract::canonical::to_canonical;
use entrepost::contract::ingestion::{Counts, DeclarationEvent, FileFinding, IngestionView};
use entrepost::domain::{IngestionKind, IngestionMedia, OrganizationKind};
use entrepost::error::Error;
use entrepost::limits;
use entrepost::refdata::lists::{Language, lists};
use entrepost::service::admin::NewOrganization;
use entrepost::service::exports::ExportForm;
use entrepost::service::ingest::{IngestOptions, NewIngestion, Progress, Taken};
use entrepost::service::load::ItemFilter;
use entrepost::service::{Actor, Services};
use entrepost::sheet::template::template;
use entrepost::store::Database;

use super::{Failure, block_on};

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

pub fn command() -> Command {
    let file = || Arg::new("FILE").required(true).help("a workbook (.xlsx) or CSV");
    let language = || option("lang", "CODE", "EN, FR, ES or PT").default_value("EN");
    let kind = || {
        let names: Vec<&str> = KINDS.into_iter().map(IngestionKind::stored).collect();
        option("kind", "KIND", "what its rows are").value_parser(names).default_value("declarations")
    };
    Command::new("sheet")
        .about("Declarations as workbooks and CSV")
        .subcommand_required(true)
        .subcommand(
            Command::new("template")
                .about("Write the workbook to begin with")
                .arg(kind())
                .arg(language())
                .arg(option("lane", "FROM-TO", "mark the columns that are needed, for example AU-DE"))
                .arg(option("out", "FILE", "the workbook").required(true)),
        )
        .subcommand(
            Command::new("check")
                .about("Say what an import would find; needs no server and no database")
                .arg(file())
                .arg(kind())
                .arg(option("post", "CODE", "the post whose items they are [default: by the first item id]"))
                .arg(option("sheet", "NAME", "the sheet that is meant [default: the first with keys]"))
                .arg(switch("json", "print the report as JSON")),
        )
        .subcommand(
            Command::new("import")
                .about("Store the declarations, goods, senders or moves of a file")
                .arg(file())
                .arg(kind())
                .arg(option("post", "CODE", "the post whose items they are").required(true))
                .arg(option("user", "CODE", "who imports, for the history").default_value("import"))
                .arg(option("sheet", "NAME", "the sheet that is meant [default: the first with keys]"))
                .arg(
                    option("event", "EVENT", "what is done with them")
                        .value_parser(["draft", "final", "toCustoms", "toPost"])
                        .default_value("final"),
                )
                .arg(switch("all", "all or none"))
                .arg(switch("dry-run", "do everything but store"))
                .arg(switch("json", "print the report as JSON")),
        )
        .subcommand(
            Command::new("export")
                .about("Write stored items into a file: .xlsx, .csv or .json")
                .arg(option("post", "CODE", "the post whose items are meant").required(true))
                .arg(language())
                .arg(
                    option("flow", "FLOW", "inbound, outbound or transit")
                        .value_parser(["inbound", "outbound", "transit"]),
                )
                .arg(option("dest-post", "CODE", "destination post"))
                .arg(option("item", "ID", "only this item"))
                .arg(option("external-reference", "TEXT", "only items called so"))
                .arg(option("out", "FILE", "the file").required(true)),
        )
}

const KINDS: [IngestionKind; 4] =
    [IngestionKind::Declarations, IngestionKind::Goods, IngestionKind::Senders, IngestionKind::Movements];

/// Runs what needs settings only where a database is asked for; says how it ended.
pub fn run(config: &Config, options: &ArgMatches) -> Result<ExitCode, Failure> {
    let Some((verb, options)) = options.subcommand() else { return Ok(ExitCode::SUCCESS) };
    match verb {
        "template" => write_template(options),
        "check" => check(config, options),
        "import" => import(config, options),
        _ => export(config, options),
    }
}

fn text(options: &ArgMatches, name: &str) -> Option<String> {
    options.try_get_one::<String>(name).ok().flatten().cloned()
}

fn kind(options: &ArgMatches) -> IngestionKind {
    let name = text(options, "kind").unwrap_or_default();
    KINDS.into_iter().find(|kind| kind.stored() == name).unwrap_or(IngestionKind::Declarations)
}

fn language(options: &ArgMatches) -> Result<Language, Failure> {
    let code = text(options, "lang").unwrap_or_default();
    let unknown = || Error::invalid("unknown_code", "lang", "choose one of EN, FR, ES, PT");
    Language::parse(&code).ok_or_else(|| unknown().into())
}

fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::Other(format!("{path}: {error}")))
}

fn write_template(options: &ArgMatches) -> Result<ExitCode, Failure> {
    let (out, kind, language) = (text(options, "out").unwrap_or_default(), kind(options), language(options)?);
    let bytes = match text(options, "lane") {
        None => template(kind, language, &HashSet::new())?,
        Some(lane) => {
            let scratch = Scratch::new("AUA")?;
            scratch.services.sheet_template(&scratch.actor, kind, language, Some(&lane))?
        }
    };
    write(&out, &bytes)?;
    println!("{out}");
    Ok(ExitCode::SUCCESS)
}

/// A database that is gone afterwards, with one post: a check is an import into it that stores nothing.
struct Scratch {
    services: Services,
    actor: Actor,
    _folder: tempfile::TempDir,
}

impl Scratch {
    fn new(post: &str) -> Result<Self, Failure> {
        let country = lists().operators.get(post).map(|operator| operator.country.clone());
        let unknown = || Failure::Other(format!("post: {post} is no post of the list; name yours with --post"));
        let country = country.ok_or_else(unknown)?;
        let folder = tempfile::Builder::new().prefix("entrepost-sheet-").tempdir();
        let folder = folder.map_err(|error| Failure::Other(format!("cannot make a folder: {error}")))?;
        let mut config = entrepost::config::Given::default().into_config().map_err(Failure::Configuration)?;
        config.store.database = Database::Sqlite(folder.path().join("check.db"));
        config.migrate_at_start = true;
        let services = app::open(&config, Clock::default())?;
        let organization = NewOrganization {
            code: post.to_owned(),
            kind: OrganizationKind::Post,
            country: country.clone(),
            name: post.to_owned(),
            customs: None,
            remote: false,
            time_zone: "UTC".into(),
            creates_users: true,
        };
        block_on(services.put_organization(organization))??;
        let actor = Actor { user_cd: Some("check".into()), ..block_on(services.actor_for(post))?? };
        Ok(Self { services, actor, _folder: folder })
    }
}

/// The post that the first item id of a file belongs to.
fn post_of(bytes: &[u8], sheet: Option<&str>) -> Option<String> {
    use std::ops::ControlFlow;
    let mut file = entrepost::sheet::SheetFile::open(bytes, sheet, IngestionKind::Declarations).ok()?;
    let reading = entrepost::sheet::Reading { sheet, post: "", zone: chrono_tz::Tz::UTC, posts_of: &|_| Vec::new() };
    let mut found = None;
    let _ = file.items(reading, &mut |item| {
        let country = item.item_id.as_deref().and_then(|id| id.get(id.len().saturating_sub(2)..)).map(str::to_owned);
        let operators = lists().operators.rows().iter();
        found = country
            .and_then(|country| operators.clone().find(|post| post.country == country))
            .map(|post| post.code.clone());
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

fn read(options: &ArgMatches) -> Result<Vec<u8>, Failure> {
    let path = text(options, "FILE").unwrap_or_default();
    let bytes = std::fs::read(&path).map_err(|error| Failure::Other(format!("{path}: {error}")))?;
    if bytes.len() > limits::BODY_BYTES {
        return Err(Failure::Other(format!("{path}: the file has more than {} bytes; split it", limits::BODY_BYTES)));
    }
    Ok(bytes)
}

fn check(_: &Config, options: &ArgMatches) -> Result<ExitCode, Failure> {
    let (bytes, sheet) = (read(options)?, text(options, "sheet"));
    let post = text(options, "post").or_else(|| post_of(&bytes, sheet.as_deref()));
    let scratch = Scratch::new(&post.unwrap_or_else(|| "AUA".into()))?;
    let options_of = IngestOptions { all: false, event: DeclarationEvent::Final, sheet };
    take(&scratch.services, &scratch.actor, (bytes, true, options_of), options)
}

fn import(config: &Config, options: &ArgMatches) -> Result<ExitCode, Failure> {
    let bytes = read(options)?;
    let services = app::open(config, Clock::default())?;
    block_on(services.refresh_catalogue())??;
    let post = text(options, "post").unwrap_or_default();
    let actor = Actor { user_cd: text(options, "user"), ..block_on(services.actor_for(&post))?? };
    let event = match text(options, "event").as_deref() {
        Some("draft") => DeclarationEvent::Draft,
        Some("toCustoms") => DeclarationEvent::ToCustoms,
        Some("toPost") => DeclarationEvent::ToPost,
        _ => DeclarationEvent::Final,
    };
    let options_of = IngestOptions { all: options.get_flag("all"), event, sheet: text(options, "sheet") };
    take(&services, &actor, (bytes, options.get_flag("dry-run"), options_of), options)
}

/// Takes a file in and prints the report. 0 everything was stored (or would be), 1 something is refused, 2 it cannot be read.
fn take(
    services: &Services,
    actor: &Actor,
    (bytes, dry_run, of): (Vec<u8>, bool, IngestOptions),
    options: &ArgMatches,
) -> Result<ExitCode, Failure> {
    let (kind, media) = (kind(options), IngestionMedia::Sheet);
    let new = NewIngestion { kind, media, bytes, dry_run, options: of, waits: true, again: true };
    let shown = ProgressLine::new();
    let taken: Result<Taken, Error> = block_on(async {
        let ingestion = services.ingest(actor, new, None).await?;
        services.finish_ingestion(&actor.org, ingestion.id, Some(shown.progress())).await?;
        services.ingestion(actor, ingestion.id).await
    })?;
    shown.finish();
    let taken = match taken {
        Ok(taken) => taken,
        Err(Error::Unreadable { reason, .. }) => {
            eprintln!("entrepost: {reason}");
            return Ok(ExitCode::from(2));
        }
        Err(error) => return Err(error.into()),
    };
    print(&taken.view, options.get_flag("json"));
    Ok(match (taken.is_failed, taken.view.counts.refused) {
        (true, _) => ExitCode::from(2),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(1),
    })
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

/// Shows how far it is: a bar on a terminal, else a line now and then.
struct ProgressLine {
    bar: Option<ProgressBar>,
}

/// A line so often where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

impl ProgressLine {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {pos} items, {per_sec}, {msg}");
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        Self { bar }
    }

    fn progress(&self) -> Progress {
        let (bar, last) = (self.bar.clone(), std::sync::Mutex::new(Instant::now()));
        Arc::new(move |row| {
            let (items, refused) = (u64::try_from(row.next_index).unwrap_or_default(), row.refused);
            if let Some(bar) = &bar {
                bar.set_position(items);
                bar.set_message(format!("{refused} refused"));
                return;
            }
            let Ok(mut last) = last.lock() else { return };
            if last.elapsed() >= LINE_EVERY {
                *last = Instant::now();
                eprintln!("{items} items, {refused} refused");
            }
        })
    }

    fn finish(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}

fn export(config: &Config, options: &ArgMatches) -> Result<ExitCode, Failure> {
    let out = text(options, "out").unwrap_or_default();
    let language = language(options)?;
    let form = match out.rsplit('.').next() {
        Some("xlsx") => ExportForm::Xlsx,
        Some("csv") => ExportForm::Csv { separator: if language == Language::En { b',' } else { b';' } },
        Some("json") => ExportForm::Json,
        _ => return Err(Failure::Other(format!("{out}: end its name with .xlsx, .csv or .json"))),
    };
    let services = app::open(config, Clock::default())?;
    block_on(services.refresh_catalogue())??;
    let post = text(options, "post").unwrap_or_default();
    let actor = block_on(services.actor_for(&post))??;
    let flow = text(options, "flow").and_then(|name| {
        use entrepost::domain::Flow;
        [Flow::Inbound, Flow::Outbound, Flow::Transit].into_iter().find(|flow| flow.name() == name)
    });
    let filter = ItemFilter {
        flow,
        dest_post: text(options, "dest-post"),
        item_id: text(options, "item"),
        external_ref: text(options, "external-reference"),
        ..ItemFilter::default()
    };
    let shown = ProgressLine::new();
    let written = |items: usize| {
        if let Some(bar) = &shown.bar {
            bar.set_position(items as u64);
        }
    };
    let export = block_on(services.export(&actor, (None, filter), (form, language), &written))??;
    shown.finish();
    write(&out, &export.bytes)?;
    println!("{} items in {out}", export.items);
    Ok(ExitCode::SUCCESS)
}
