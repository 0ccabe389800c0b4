//! `entrepost admin …`: organizations, tokens, offices, users, sessions, lists, rules, history, partners, exchange.

mod arguments;
mod client;
mod courier;
mod events;
mod exchange;
mod history;
mod incident;
mod people;
mod secrets;
mod subscription;

use clap::{ArgMatches, Command};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::config::Config;
use entrepost::domain::{OrganizationKind, Roles};
use entrepost::limits;
use entrepost::service::Services;
use entrepost::service::admin::NewOrganization;
use entrepost::service::import::{Import, LIST_KINDS};
use entrepost::service::report::ForeignLane;
use entrepost::service::settings::{DecisionClock, Reads, SettingChanges};

use crate::{Failure, block_on};
use arguments::{guid, needed, option, optional, secret, switch, text};
use entrepost::contract::canonical::hex;

pub fn command() -> Command {
    let group = |name: &'static str, about: &'static str| Command::new(name).about(about).subcommand_required(true);
    Command::new("admin")
        .about("Organizations, tokens, offices, users, sessions, lists, rules, history, partners, exchange")
        .subcommand_required(true)
        .subcommand(
            group("organization", "Posts and customs administrations")
                .subcommand(
                    Command::new("add")
                        .about("Add an organization, or change the one with this code")
                        .arg(needed("CODE", "post: three characters (AUA); customs: two to ten (AU)"))
                        .arg(option("kind", "KIND", "post or customs").required(true).value_parser(["post", "customs"]))
                        .arg(option("country", "CC", "ISO country code").required(true))
                        .arg(option("name", "TEXT", "name").required(true))
                        .arg(option(
                            "customs",
                            "CODE",
                            "customs administration of a post [default: that of its country]",
                        ))
                        .arg(option("time-zone", "ZONE", "meaning of dates sent without a zone").default_value("UTC"))
                        .arg(switch("remote", "a partner reached through the exchange, not hosted here"))
                        .arg(switch("no-new-users", "refuse unknown userCd instead of creating the user")),
                )
                .subcommand(settings_command())
                .subcommand(Command::new("list").about("List organizations, with what they have set")),
        )
        .subcommand(
            group("token", "Tokens of organizations")
                .subcommand(
                    Command::new("issue")
                        .about("Issue a token; it is shown once")
                        .arg(needed("CODE", "organization"))
                        .arg(option("label", "TEXT", "what it is for").default_value(""))
                        .arg(option("token", "UUID", "take this one instead of a new one"))
                        .arg(
                            option(
                                "scope",
                                "SCOPE",
                                "what it may be used for; several times for several [default: everything]",
                            )
                            .action(clap::ArgAction::Append),
                        )
                        .arg(option(
                            "expires",
                            "DATE",
                            "for example 2027-01-01T00:00:00Z; a date alone means until its end, UTC",
                        )),
                )
                .subcommand(
                    Command::new("revoke")
                        .about("Revoke a token")
                        .arg(needed("TOKEN", "the token; `-` reads it from standard input, file:PATH from a file")),
                )
                .subcommand(Command::new("list").about("List tokens").arg(needed("CODE", "organization"))),
        )
        .subcommand(
            group("office", "Offices of exchange and customs offices")
                .subcommand(
                    Command::new("add")
                        .about("Add or rename an office")
                        .arg(needed("CODE", "six characters, IMPC form (DEAAAA)"))
                        .arg(option("org", "CODE", "organization it belongs to").required(true))
                        .arg(option("name", "TEXT", "name").default_value("")),
                )
                .subcommand(Command::new("list").about("List offices")),
        )
        .subcommand(people::user_command())
        .subcommand(people::session_command())
        .subcommand(incident::command())
        .subcommand(
            group(
                "refdata",
                "Lists: nomenclature, restrictions, rates, decisions, countries, operators, offices, referrals",
            )
            .subcommand(
                Command::new("import")
                    .about("Check a CSV file and put it in the place of the list; rates are added to those there")
                    .arg(needed("LIST", "which list").value_parser(LIST_KINDS.map(|(name, _)| name)))
                    .arg(needed(
                        "FILE",
                        "our own form; hs also harmonized-system.csv and cn_YYYY.json; rates also the ECB's form",
                    ))
                    .arg(option("fr", "FILE", "French texts of a cn_YYYY.json"))
                    .arg(option("es", "FILE", "Spanish texts of a cn_YYYY.json"))
                    .arg(
                        option("org", "CODE", "whose list it is [default: everyone's]; foreign_ids: the origin")
                            .default_value(""),
                    )
                    .arg(switch("dry-run", "check only"))
                    .arg(switch("skip-bad", "take the rows that are right although others are not")),
            ),
        )
        .subcommand(
            group("rule", "Auto-response rules of customs administrations")
                .subcommand(
                    Command::new("set")
                        .about("Put the rules of a TOML file in the place of those there")
                        .arg(needed("CUSTOMS", "customs administration"))
                        .arg(needed("FILE", "rules as [[rule]] tables"))
                        .arg(switch("dry-run", "say which rule would have answered, on how many stored items")),
                )
                .subcommand(
                    Command::new("list").about("Show the rules").arg(needed("CUSTOMS", "customs administration")),
                )
                .subcommand(
                    Command::new("drop")
                        .about("Drop one rule")
                        .arg(needed("CUSTOMS", "customs administration"))
                        .arg(needed("NAME", "name of the rule")),
                ),
        )
        .subcommand(
            group("quality", "How strict the data-quality rules are").subcommand(
                Command::new("set")
                    .about("Set the level of a rule for an organization")
                    .arg(needed("ORG", "organization that declares; foreign_id: the post whose item it is"))
                    .arg(needed("RULE", "name of the rule"))
                    .arg(needed("LEVEL", "reject, warn or off; foreign_id also amber"))
                    .arg(option("destination", "CC", "for this destination country only")),
            ),
        )
        .subcommand(
            group("report", "What is stored, in figures")
                .subcommand(Command::new("foreign-ids").about(
                    "Lanes of items whose ids are not those of their origin's country; foreign_ids allows them",
                )),
        )
        .subcommand(secrets::command())
        .subcommand(client::command())
        .subcommand(courier::command())
        .subcommand(exchange::partner_command())
        .subcommand(exchange::exchange_command())
        .subcommand(history::command())
        .subcommand(events::command())
        .subcommand(subscription::command())
        .subcommand(subscription::delivery_command())
        .subcommand(subscription::callback_host_command())
        .subcommand(group("feed", "Feeds of changes").subcommand(
            Command::new("new-epoch").about(
                "After a database was restored: readers go on before what may have been lost since it was saved",
            ),
        ))
}

pub fn run(config: &Config, matches: &ArgMatches) -> Result<(), Failure> {
    if let Some(("secrets", rest)) = matches.subcommand()
        && let Some(("new-key", options)) = rest.subcommand()
    {
        return secrets::new_key(options);
    }
    let services = app::open(config, Clock::default())?;
    let Some((group, rest)) = matches.subcommand() else { return Ok(()) };
    let Some((verb, options)) = rest.subcommand() else { return Ok(()) };
    block_on(async {
        match (group, verb) {
            ("organization", "add") => add_organization(&services, options).await,
            ("organization", "set") => set_organization(&services, options).await,
            ("organization", _) => list_organizations(&services).await,
            ("token", "issue") => issue_token(&services, options).await,
            ("token", "revoke") => revoke_token(&services, options).await,
            ("token", _) => list_tokens(&services, options).await,
            ("office", "add") => {
                services.put_office(text(options, "CODE"), text(options, "org"), text(options, "name")).await?;
                println!("office {}", text(options, "CODE"));
                Ok(())
            }
            ("office", _) => list_offices(&services).await,
            ("user", _) => people::run_user(&services, verb, options).await,
            ("session", _) => people::run_session(&services, verb, options).await,
            ("incident", _) => incident::run(&services, verb, options).await,
            ("refdata", _) => import_list(&services, options).await,
            ("rule", "set") => set_rules(&services, options).await,
            ("rule", "drop") => {
                services.drop_rule(text(options, "CUSTOMS"), text(options, "NAME")).await?;
                println!("dropped");
                Ok(())
            }
            ("rule", _) => {
                println!("{}", services.rules_text(text(options, "CUSTOMS")).await?);
                Ok(())
            }
            ("secrets", _) => secrets::rekey(&services).await,
            ("client", _) => client::run(&services, verb, options).await,
            ("courier", _) => courier::run(&services, verb, options).await,
            ("events", _) => events::run(&services, verb, options).await,
            ("subscription" | "delivery" | "callback-host", _) => {
                subscription::run(&services, config, (group, verb), options).await
            }
            ("feed", _) => {
                let epoch = services.begin_epoch().await?;
                println!("epoch {epoch} of the feeds begins; what was changed last is read once more");
                Ok(())
            }
            ("partner" | "exchange", _) => exchange::run(&services, group, verb, options).await,
            ("report", _) => report_foreign_ids(&services).await,
            ("quality", _) => set_quality(&services, options).await,
            _ => history::run(&services, verb, options).await,
        }
    })?
}

async fn add_organization(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let is_it = |kind: &OrganizationKind| kind.name() == text(options, "kind");
    let kind = OrganizationKind::ALL.into_iter().find(is_it).unwrap_or(OrganizationKind::Customs);
    services
        .put_organization(NewOrganization {
            code: text(options, "CODE").into(),
            kind,
            country: text(options, "country").into(),
            name: text(options, "name").into(),
            customs: optional(options, "customs"),
            remote: options.get_flag("remote"),
            time_zone: text(options, "time-zone").into(),
            creates_users: !options.get_flag("no-new-users"),
        })
        .await?;
    println!("organization {}", text(options, "CODE"));
    Ok(())
}

fn settings_command() -> Command {
    Command::new("set")
        .about("Change settings of an organization; those not named stay as they are")
        .arg(needed("CODE", "organization"))
        .arg(
            option("decision-clock", "CLOCK", "of customs: the time that shows what a decision judged")
                .value_parser(["stated", "receipt"]),
        )
        .arg(
            option("reads", "VERSION", "of customs: which version handed to it in a row it reads")
                .value_parser(["latest", "first"]),
        )
        .arg(
            option("answered-by-post", "YES|NO", "of customs: what its posts enter for it is its own word")
                .value_parser(["yes", "no"]),
        )
        .arg(
            option("speaks-for", "POST", "of a post: origins it may give item data for, by agreement; `none` for none")
                .num_args(1..),
        )
        .arg(
            option(
                "light-binding",
                "YES|NO",
                "of a post: its light is binding for who handles its items [default: no]",
            )
            .value_parser(["yes", "no"]),
        )
        .arg(
            option(
                "soap-load-limit",
                "N",
                "views of a page of Load over SOAP when a request names no limit; 0 for the usual",
            )
            .value_parser(clap::value_parser!(u16).range(0..=limits::LOAD_MAX as i64)),
        )
        .arg(
            option("second-factor-for", "ROLE", "roles that cannot be used without a second factor; `none` for none")
                .num_args(1..),
        )
}

async fn set_organization(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let posts = |posts: Vec<String>| if posts == ["none"] { Vec::new() } else { posts };
    let changes = SettingChanges {
        decision_clock: optional(options, "decision-clock").and_then(|name| DecisionClock::parse(&name)),
        reads: optional(options, "reads").and_then(|name| Reads::parse(&name)),
        answered_by_post: optional(options, "answered-by-post").map(|answer| answer == "yes"),
        light_binding: optional(options, "light-binding").map(|answer| answer == "yes"),
        speaks_for: options.get_many::<String>("speaks-for").map(|named| posts(named.cloned().collect())),
        soap_load_limit: options.get_one("soap-load-limit").copied(),
        second_factor_for: demanded(options)?,
    };
    services.set_organization(text(options, "CODE"), changes).await?;
    println!("organization {}", text(options, "CODE"));
    Ok(())
}

/// The roles that demand a second factor from now on, where they are given.
fn demanded(options: &ArgMatches) -> Result<Option<Roles>, Failure> {
    let Some(given) = options.get_many::<String>("second-factor-for") else { return Ok(None) };
    let words = given.map(String::as_str).filter(|word| *word != "none").collect::<Vec<_>>().join(" ");
    words.parse().map(Some).map_err(|unknown| Failure::Other(format!("second-factor-for: {unknown}")))
}

async fn list_organizations(services: &Services) -> Result<(), Failure> {
    services.refresh_catalogue().await?;
    let catalogue = services.catalogue();
    for org in services.organizations().await? {
        let kind = org.kind.name();
        let place = if org.remote { "remote" } else { "hosted" };
        let customs = org.customs.map(|code| format!(", customs {code}")).unwrap_or_default();
        let settings = catalogue.settings(&org.code).shown();
        let settings = if settings.is_empty() { settings } else { format!(", {settings}") };
        println!("{}\t{kind}\t{}\t{place}\t{}{customs}{settings}", org.code, org.country, org.name);
    }
    Ok(())
}

async fn issue_token(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let token = optional(options, "token").map(|given| guid(&given, "token")).transpose()?;
    let (expires, scopes) = (client::date(options, "expires")?, client::scopes(options)?);
    let token = services.issue_token(text(options, "CODE"), text(options, "label"), token, expires, scopes).await?;
    println!("{token}");
    Ok(())
}

async fn revoke_token(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let token = secret(options, "TOKEN")?.unwrap_or_default();
    services.revoke_token(guid(&token, "TOKEN")?).await?;
    println!("revoked");
    Ok(())
}

async fn list_tokens(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    for token in services.tokens(text(options, "CODE")).await? {
        let start = hex(token.digest.get(..4).unwrap_or_default());
        let state = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked {}", at.0),
            (None, Some(at)) => format!("until {}", at.0),
            (None, None) => "in force".into(),
        };
        let used = token.last_used_at.map_or("never used".into(), |at| format!("last used {}", at.0));
        let scopes = token.scopes.map(|scopes| format!("\t{scopes}")).unwrap_or_default();
        println!("{start}…\tissued {}\t{state}\t{}\t{used}{scopes}", token.created_at.0, token.label);
    }
    Ok(())
}

async fn list_offices(services: &Services) -> Result<(), Failure> {
    for office in services.offices().await? {
        println!("{}\t{}\t{}", office.code, office.org, office.name);
    }
    Ok(())
}

/// Files beyond this show their progress, bytes.
const LONG_FILE_BYTES: u64 = 256 * 1024;

/// The bytes of a file, with a progress bar when it is long.
fn read_file(path: &str) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let failed = |error: std::io::Error| Failure::Other(format!("{path}: {error}"));
    let file = std::fs::File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    let bar = if len > LONG_FILE_BYTES { indicatif::ProgressBar::new(len) } else { indicatif::ProgressBar::hidden() };
    let mut bytes = Vec::new();
    bar.wrap_read(file).read_to_end(&mut bytes).map_err(failed)?;
    bar.set_message("checking");
    bar.finish_and_clear();
    Ok(bytes)
}

async fn import_list(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let name = text(options, "LIST");
    let Some((_, kind)) = LIST_KINDS.iter().find(|(known, _)| *known == name) else { return Ok(()) };
    let translations = match (optional(options, "fr"), optional(options, "es")) {
        (None, None) => None,
        (fr, es) => {
            let read = |path: Option<String>| path.map_or(Ok(Vec::new()), |path| read_file(&path));
            Some((read(fr)?, read(es)?))
        }
    };
    let import = Import {
        kind: *kind,
        org: text(options, "org").into(),
        bytes: read_file(text(options, "FILE"))?,
        translations,
        dry_run: options.get_flag("dry-run"),
        skip_bad: options.get_flag("skip-bad"),
    };
    let report = services.import_list(import).await?;
    for fault in &report.faults {
        println!("{fault}");
    }
    println!("{} rows right, {} faults", report.rows, report.faults.len());
    match (report.stored, options.get_flag("dry-run")) {
        (true, _) => println!("imported; every server uses it within ten seconds"),
        (false, true) => {
            println!("dry run: nothing imported");
            if !report.is_enough {
                return Err(Failure::Other("an import would take nothing; correct the file, or use --skip-bad".into()));
            }
        }
        (false, false) => return Err(Failure::Other("nothing imported; correct the file, or use --skip-bad".into())),
    }
    Ok(())
}

async fn set_rules(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let customs = text(options, "CUSTOMS");
    let bytes = read_file(text(options, "FILE"))?;
    let rules = String::from_utf8(bytes).map_err(|_| Failure::Other("the file is not UTF-8".into()))?;
    if !options.get_flag("dry-run") {
        println!("{} rules in force", services.set_rules(customs, &rules).await?);
        return Ok(());
    }
    let tried = services.try_rules(customs, &rules).await?;
    for (name, count) in tried.counts {
        println!("{name}\twould have answered {count} items");
    }
    println!("{} items would have had no answer", tried.unanswered);
    Ok(())
}

async fn report_foreign_ids(services: &Services) -> Result<(), Failure> {
    println!("owner\torigin\tletters\titems\tgoing back\tnewest");
    for lane in services.foreign_id_lanes().await? {
        let ForeignLane { owner, origin, letters, count, going_back, newest } = lane;
        println!("{owner}\t{origin}\t{letters}\t{count}\t{going_back}\t{}", newest.format("%Y-%m-%d"));
    }
    Ok(())
}

async fn set_quality(services: &Services, options: &ArgMatches) -> Result<(), Failure> {
    let destination = optional(options, "destination");
    let (org, rule, level) = (text(options, "ORG"), text(options, "RULE"), text(options, "LEVEL"));
    services.set_quality(org, rule, level, destination.as_deref()).await?;
    println!("{rule} = {level}");
    Ok(())
}
