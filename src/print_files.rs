//! `entrepost print …`: customs forms of stored items as a PDF file.

use clap::{Arg, ArgAction, ArgMatches, Command};

use entrepost::app;
use entrepost::clock::Clock;
use entrepost::config::Config;
use entrepost::error::Error;
use entrepost::print::{Fonts, Form, Item, Languages, Options, Paper, render};
use entrepost::refdata::lists::Language;

use super::{Failure, block_on};

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

pub fn command() -> Command {
    Command::new("print")
        .about("Print CN22 or CN23 of stored items into one PDF file")
        .arg(option("item", "ID", "item id; repeat for more").required(true).action(ArgAction::Append).num_args(1..))
        .arg(option("post", "CODE", "post that owns the items").required(true))
        .arg(option("out", "FILE", "the PDF file").required(true))
        .arg(option("form", "FORM", "CN22 or CN23 [default: by the rules]"))
        .arg(option("language", "CODE", "second language beside English").default_value("FR"))
        .arg(option("paper", "PAPER", "form, A4, A5 or label").default_value("form"))
}

pub fn run(config: &Config, options: &ArgMatches) -> Result<(), Failure> {
    let services = app::open(config, Clock::default())?;
    let text = |name: &str| options.get_one::<String>(name).cloned().unwrap_or_default();
    let unknown = |path: &str, known: &str| Error::invalid("unknown_code", path, format!("choose one of {known}"));
    let form = match options.get_one::<String>("form") {
        Some(code) => Some(Form::from_code(code).ok_or_else(|| unknown("form", "CN22, CN23"))?),
        None => None,
    };
    let language = Language::parse(&text("language")).ok_or_else(|| unknown("language", "EN, FR, ES, PT"))?;
    let paper = Paper::from_code(&text("paper")).ok_or_else(|| unknown("paper", "form, A4, A5, label"))?;
    let ids: Vec<String> = options.get_many::<String>("item").map(|ids| ids.cloned().collect()).unwrap_or_default();
    let actor = block_on(services.actor_for(&text("post")))??;
    let items = block_on(services.printable(&actor, "item", &ids))??;
    block_on(services.refresh_catalogue())??;
    let (languages, names) = (Languages::with_second(language), services.catalogue().names.clone());
    let how = Options { form, paper, languages, names, zone: actor.zone, ..Options::default() };
    let fonts = match &config.http.font_folder {
        Some(folder) => Fonts::from_folder(folder)?,
        None => Fonts::embedded()?,
    };
    let items: Vec<Item<'_>> = items.iter().map(|item| Item { view: &item.view, sdr_value: item.sdr_value }).collect();
    let today = services.clock.now().with_timezone(&actor.zone).date_naive();
    let pdf = render(&items, &how, &fonts, today)?;
    let out = text("out");
    std::fs::write(&out, &pdf.bytes).map_err(|error| Failure::Other(format!("{out}: {error}")))?;
    block_on(services.note_printed(&actor, "item", &ids))??;
    println!("{} pages in {out}", pdf.pages);
    Ok(())
}
