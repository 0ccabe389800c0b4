//! The command line: `serve`, `demo`, `migrate`, `check`, `openapi`, `backup`, `print`, `edi …`, `sheet …`, `admin …`.
//!
//! Exit codes: 0 stopped by signal or done, 2 bad configuration, 1 anything else; those of `sheet` say what became of the file, 2
//! where that is nothing.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::config::{Config, Given, SETTINGS};
use entrepost::demo;
use entrepost::error::{Error, Finding};
use entrepost::http::{self, Tls};
use entrepost::store::{self, Database, Migrations, Store};
use entrepost::vault::{Vault, seal};

mod admin;
mod edi_files;
mod print_files;
mod sheet_files;

/// Why the program ends without having done what it was asked.
pub enum Failure {
    Configuration(Vec<String>),
    Other(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(findings) => {
                let line = |finding: &Finding| format!("{}: {}", finding.path, finding.message);
                let more = Some(findings.more()).filter(|more| *more > 0).map(|more| format!("… and {more} more"));
                Self::Other(findings.iter().map(line).chain(more).collect::<Vec<_>>().join("\n"))
            }
            Error::Internal(reason) | Error::Unavailable { reason, .. } => Self::Other(reason),
            error => Self::Other(error.to_string()),
        }
    }
}

fn main() -> ExitCode {
    let matches = command().get_matches();
    match run(&matches) {
        Ok(code) => code,
        Err(Failure::Configuration(mistakes)) => {
            for mistake in mistakes {
                eprintln!("configuration: {mistake}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Other(reason)) => {
            eprintln!("entrepost: {reason}");
            ExitCode::from(if matches.subcommand_name() == Some("sheet") { 2 } else { 1 })
        }
    }
}

fn command() -> Command {
    // Global: `admin token issue CODE --database-url …` reads as well as `admin --database-url … token issue CODE`.
    let option = |name, value| Arg::new(name).long(name).value_name(value).global(true).help_heading("Settings");
    let with_settings = |command: Command| {
        let command = command.arg(option("config", "FILE").env("ENTREPOST_CONFIG").help("settings as TOML"));
        SETTINGS.iter().fold(command, |command, setting| {
            let help = format!("{} [default: {}]", setting.help, setting.default);
            command.arg(option(setting.name, "VALUE").help(help))
        })
    };
    Command::new("entrepost")
        .about("Postal customs data exchange server")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_settings(Command::new("serve").about("Serve until stopped by a signal")))
        .subcommand(
            with_settings(Command::new("demo").about("Serve a fresh demo database, on loopback only"))
                .arg(
                    Arg::new("pair")
                        .long("pair")
                        .action(clap::ArgAction::SetTrue)
                        .help("serve two that exchange messages, Australia's and Germany's"),
                )
                .arg(
                    Arg::new("listen-hooks")
                        .long("listen-hooks")
                        .value_name("ADDRESS")
                        .value_parser(clap::value_parser!(SocketAddr))
                        .conflicts_with("pair")
                        .help("receive notifications there, on loopback, and print what comes"),
                ),
        )
        .subcommand(
            with_settings(Command::new("migrate").about("Bring the database schema up to date")).arg(
                Arg::new("down")
                    .long("down")
                    .action(clap::ArgAction::SetTrue)
                    .help("take back the newest migration instead"),
            ),
        )
        .subcommand(with_settings(
            Command::new("check").about("Check configuration and database, and show the settings"),
        ))
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommand(with_settings(Command::new("backup").about("Copy a running SQLite database consistently")).arg(
            Arg::new("FILE").required(true).value_parser(clap::value_parser!(PathBuf)).help("the copy; must not exist"),
        ))
        .subcommand(edi_files::command())
        .subcommand(with_settings(print_files::command()))
        .subcommand(with_settings(sheet_files::command()))
        .subcommand(with_settings(admin::command()))
}

fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let Some(("sheet", options)) = matches.subcommand() else { return done(matches).map(|()| ExitCode::SUCCESS) };
    let mut config = given(options).into_config().map_err(Failure::Configuration)?;
    if config.log_level == "info" {
        // The report is what counts; how a database is opened is not told beside it.
        config.log_level = "warn".into();
    }
    start_logging(&config);
    sheet_files::run(&config, options)
}

fn done(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, options)) = matches.subcommand() else { return Ok(()) };
    if name == "openapi" {
        println!("{}", entrepost::http::openapi_document(""));
        return Ok(());
    }
    if name == "edi" {
        return edi_files::run(options);
    }
    let given = given(options);
    if name == "check" {
        return check(given);
    }
    let config = given.into_config().map_err(Failure::Configuration)?;
    start_logging(&config);
    match name {
        "serve" => serve(config),
        "demo" if options.get_flag("pair") => run_pair(config),
        "demo" => run_demo(config, options.get_one("listen-hooks").copied()),
        "migrate" => migrate(&config, options.get_flag("down")),
        "backup" => backup(&config, options),
        "print" => print_files::run(&config, options),
        _ => admin::run(&config, options),
    }
}

/// The settings given by file, environment and options.
fn given(options: &ArgMatches) -> Given {
    let mut given = Given::default();
    if let Some(file) = options.get_one::<String>("config") {
        given.read_file(file.as_ref());
    }
    // Other programs' variables need not be text.
    let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
    given.read_environment(std::env::vars_os().map(|(name, value)| (text(name), text(value))));
    for setting in SETTINGS {
        if let Some(value) = options.get_one::<String>(setting.name) {
            given.option(setting.name, value.clone());
        }
    }
    given
}

fn start_logging(config: &Config) {
    // What clients send that is no HTTP is told by our own line, at debug.
    let library = if config.log_level == "trace" { "" } else { ",actix_http=off" };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(format!("{}{library}", config.log_level)))
        .with_writer(std::io::stderr);
    // Fails only when logging was started before.
    let _ = if config.log_json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
}

fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Other(format!("cannot start the runtime: {error}")))
}

/// Runs `work` on a runtime of this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(runtime()?.block_on(work))
}

fn serve(config: Config) -> Result<(), Failure> {
    if config.notify_time_scale != 1 {
        return Err(Failure::Configuration(vec!["notify-time-scale: only the demo has it".into()]));
    }
    let signals = Signals::heed()?;
    let running = app::start(config, Clock::default())?;
    announce(&format!("listening on {}", running.base()));
    signals.wait();
    Ok(running.stop()?)
}

/// A folder for the databases of a demo, dropped at its end.
fn demo_folder(config: &Config) -> Result<tempfile::TempDir, Failure> {
    if !config.listen.ip().is_loopback() {
        let mistake = format!("listen: {} is not a loopback address; the demo's tokens are public", config.listen);
        return Err(Failure::Configuration(vec![mistake]));
    }
    let folder = tempfile::Builder::new().prefix("entrepost-demo-").tempdir();
    folder.map_err(|error| Failure::Other(format!("cannot make a folder for the demo: {error}")))
}

/// Starts a server on a fresh database in `folder`.
fn start_demo(mut config: Config, folder: &std::path::Path, name: &str) -> Result<app::Running, Failure> {
    config.store.database = Database::Sqlite(folder.join(name));
    config.migrate_at_start = true;
    // On loopback nobody listens in, and the two of a pair need not know each other's certificates.
    config.http.tls = None;
    // Whoever tries the demo has no device set up for it.
    config.terms.operator_factor_for = Default::default();
    if !config.vault.has_key() {
        let key = seal::new_key()?;
        config.vault = Vault::new(Some(&key), None).map_err(Failure::Other)?;
    }
    Ok(app::start(config, Clock::default())?)
}

fn run_demo(mut config: Config, hooks: Option<SocketAddr>) -> Result<(), Failure> {
    let folder = demo_folder(&config)?;
    let signals = Signals::heed()?;
    let hooks = hooks.map(|address| listen_for_hooks(&mut config, address)).transpose()?;
    let running = start_demo(config, folder.path(), "demo.db")?;
    block_on(demo::fill(&running.services, &running.exchange))??;
    let people = block_on(demo::people(&running.services))??;
    let base = running.base();
    announce(&format!("listening on {base}"));
    announce(&demo::hints(&base));
    announce(&format!("In a browser: {base}/console (organization, user, password)\n{}", people.join("\n")));
    if let Some(hooks) = hooks {
        announce(&demo::hook_hints(&base, &format!("http://{hooks}/")));
    }
    signals.wait();
    Ok(running.stop()?)
}

/// Receives notifications at an address, which the server may then send to.
fn listen_for_hooks(config: &mut Config, address: SocketAddr) -> Result<SocketAddr, Failure> {
    if !address.ip().is_loopback() {
        return Err(Failure::Configuration(vec![format!("listen-hooks: {address} is not a loopback address")]));
    }
    config.guard.allowed.add(address.ip());
    let listening = http::hooks::listen(address, announce);
    listening.map_err(|error| Failure::Other(format!("cannot listen on {address}: {error}")))
}

/// Two servers in one process, each with its own database, that know each other by address only. The second one
/// listens on the port after the first one's (any free one when that is 0).
fn run_pair(config: Config) -> Result<(), Failure> {
    let folder = demo_folder(&config)?;
    let signals = Signals::heed()?;
    let mut second = config.clone();
    if let Some(port) = config.listen.port().checked_add(1).filter(|port| *port > 1) {
        second.listen.set_port(port);
    }
    let running =
        [start_demo(config, folder.path(), "australia.db")?, start_demo(second, folder.path(), "germany.db")?];
    let bases = running.each_ref().map(app::Running::base);
    for (which, server) in running.iter().enumerate() {
        block_on(demo::fill_half(&server.services, &server.exchange, which, &bases[1 - which]))??;
    }
    for base in &bases {
        announce(&format!("listening on {base}"));
    }
    announce(&demo::pair_hints(&bases[0], &bases[1]));
    signals.wait();
    let [one, other] = running;
    let stopped = one.stop();
    other.stop()?;
    Ok(stopped?)
}

/// Prints at once, also into a pipe. A reader that went away is no reason to stop.
fn announce(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// SIGTERM and SIGINT, heeded from the moment this exists: whoever reads that the server listens may stop it at once.
struct Signals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn heed() -> Result<Self, Failure> {
        let runtime = runtime()?;
        let inside = runtime.enter();
        let heed = |kind| signal(kind).map_err(|error| Failure::Other(format!("cannot heed signals: {error}")));
        let (terminate, interrupt) = (heed(SignalKind::terminate())?, heed(SignalKind::interrupt())?);
        drop(inside);
        Ok(Self { runtime, terminate, interrupt })
    }

    /// Returns when one has come.
    fn wait(self) {
        let Self { runtime, mut terminate, mut interrupt } = self;
        runtime.block_on(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
    }
}

fn migrate(config: &Config, down: bool) -> Result<(), Failure> {
    let mut migrations = Migrations::open(&config.store)?;
    if down {
        println!("taken back: {}", migrations.down()?);
        return Ok(());
    }
    let applied = migrations.up()?;
    for name in &applied {
        println!("applied: {name}");
    }
    if applied.is_empty() {
        println!("the schema is current");
    }
    Ok(())
}

fn check(given: Given) -> Result<(), Failure> {
    for line in given.shown() {
        println!("{line}");
    }
    let config = given.into_config().map_err(Failure::Configuration)?;
    let pending = Migrations::open(&config.store)?.pending()?;
    match pending.as_slice() {
        [] => println!("database: reachable, schema current"),
        some => println!("database: reachable, {} migrations to apply", some.len()),
    }
    if let Some(files) = &config.http.tls {
        let expires = Tls::open(files)?.expires();
        println!("certificate: valid until {}", expires.map_or("?".into(), |end| end.to_rfc3339()));
    }
    for warning in store::advice(&config.store)? {
        println!("warning: {warning}");
    }
    Ok(())
}

fn backup(config: &Config, options: &ArgMatches) -> Result<(), Failure> {
    let Some(file) = options.get_one::<PathBuf>("FILE") else { return Ok(()) };
    if let Database::Sqlite(original) = &config.store.database
        && !original.exists()
    {
        // Opening it would make an empty one, and a backup of nothing.
        return Err(Failure::Other(format!("there is no database {}", original.display())));
    }
    Store::open(config.store.clone(), Clock::default())?.backup(file)?;
    println!("copied to {}", file.display());
    Ok(())
}
