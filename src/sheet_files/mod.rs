//! `entrepost sheet …`: templates, checks, imports and exports as workbooks and CSV, with a database or through a running server.

mod progress;
mod remote;
mod report;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::config::Config;
use entrepost::contract::ingestion::DeclarationEvent;
use entrepost::domain::{Flow, IngestionKind, IngestionMedia, OrganizationKind};
use entrepost::error::Error;
use entrepost::limits;
use entrepost::refdata::lists::{Language, lists};
use entrepost::service::admin::NewOrganization;
use entrepost::service::exports::{ExportForm, ExportQuery};
use entrepost::service::ingest::{IngestOptions, NewIngestion, Taken};
use entrepost::service::load::ItemFilter;
use entrepost::service::{Actor, Services};
use entrepost::sheet::template::template;
use entrepost::store::Database;
use entrepost::store::ingestion::IngestionRow;

use super::{Failure, block_on};
use progress::ProgressLine;
use report::{KINDS, kind, reported, text, unreadable};

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
        .about("Declarations, goods, senders and moves as workbooks and CSV")
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
                .arg(
                    option("post", "CODE", "the post whose items they are; with --url the token says so")
                        .required_unless_present("url")
                        .conflicts_with("url"),
                )
                .arg(option("url", "URL", "import through the server that runs there, in place of a database"))
                .arg(
                    option("token-file", "FILE", "file with the token for it [default: ENTREPOST_TOKEN]")
                        .requires("url"),
                )
                .arg(option("user", "CODE", "who imports, for the history").default_value("import"))
                .arg(option("sheet", "NAME", "the sheet that is meant [default: the first with keys]"))
                .arg(
                    option("event", "EVENT", "what is done with them")
                        .value_parser(DeclarationEvent::NAMES.to_vec())
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
                .arg(option("flow", "FLOW", "inbound, outbound or transit").value_parser(Flow::NAMES.to_vec()))
                .arg(option("dest-post", "CODE", "destination post"))
                .arg(option("item", "ID", "only this item"))
                .arg(option("external-reference", "TEXT", "only items called so"))
                .arg(option("out", "FILE", "the file").required(true)),
        )
}

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

/// The database that is meant; none is made where there is none.
fn open(config: &Config) -> Result<Services, Failure> {
    if let Database::Sqlite(path) = &config.store.database
        && !path.exists()
    {
        let path = path.display();
        return Err(Failure::Other(format!(
            "database-url: there is no database at {path}; name the one of the server"
        )));
    }
    let services = app::open(config, Clock::default())?;
    block_on(services.refresh_catalogue())??;
    Ok(services)
}

fn import(config: &Config, options: &ArgMatches) -> Result<ExitCode, Failure> {
    let bytes = read(options)?;
    if let Some(url) = text(options, "url") {
        return remote::import(config, options, &url, &bytes);
    }
    let services = open(config)?;
    let post = text(options, "post").unwrap_or_default();
    let actor = Actor { user_cd: text(options, "user"), ..block_on(services.actor_for(&post))?? };
    let event = text(options, "event").and_then(|name| DeclarationEvent::named(&name));
    let event = event.unwrap_or(DeclarationEvent::Final);
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
    let shown = Arc::new(ProgressLine::of_rows(&bytes, &of, kind));
    let file_name = text(options, "FILE");
    let new = NewIngestion { kind, media, file_name, bytes, dry_run, options: of, waits: true, again: true };
    let line = Arc::clone(&shown);
    let progress = Arc::new(move |row: &IngestionRow| line.at(row.rows_read, row.next_index, row.refused));
    let taken: Result<Taken, Error> = block_on(async {
        let ingestion = services.ingest(actor, new, None).await?;
        services.finish_ingestion(&actor.org, ingestion.id, Some(progress)).await?;
        services.ingestion(actor, ingestion.id).await
    })?;
    shown.finish();
    let taken = match taken {
        Ok(taken) => taken,
        Err(Error::Unreadable { reason, .. }) => return Ok(unreadable(&reason)),
        Err(error) => return Err(error.into()),
    };
    Ok(reported(&taken.view, options))
}

/// Gives a file the rights that new files have here: temporary ones are for their owner alone.
#[cfg(unix)]
fn readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
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
    let services = open(config)?;
    let post = text(options, "post").unwrap_or_default();
    let actor = block_on(services.actor_for(&post))??;
    let flow = text(options, "flow").and_then(|name| Flow::named(&name));
    let filter = ItemFilter {
        flow,
        dest_post: text(options, "dest-post"),
        item_id: text(options, "item"),
        external_ref: text(options, "external-reference"),
        ..ItemFilter::default()
    };
    // Beside the file that is meant, which it becomes when it is whole.
    let folder = Path::new(&out).parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| Failure::Other(format!("{out}: {error}"));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let shown = ProgressLine::of_items();
    let query = ExportQuery { post: None, filter, form, language };
    let (file, items) = block_on(services.export(&actor, query, &|items| shown.written(items), file))??;
    shown.finish();
    readable(file.path()).map_err(failed)?;
    file.persist(&out).map_err(|error| failed(error.error))?;
    println!("{items} items in {out}");
    Ok(ExitCode::SUCCESS)
}
