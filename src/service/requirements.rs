//! What is asked of a declaration today on a lane: the quality rules as strict as they are for the caller and the destination,
//! what an item of a class may weigh, and how many restrictions the destination has.

use std::collections::HashSet;

use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::own::{Requirement, Requirements};
use crate::domain::{IngestionKind, Level};
use crate::error::{Error, Result};
use crate::refdata::lists::{Language, lists};
use crate::rules::forms::is_country_code;
use crate::rules::quality::{Context, RULES};
use crate::sheet::template::template;

impl Services {
    /// What is asked for from one country to another, of items of a class.
    ///
    /// # Errors
    /// 400 for a class that is in no list.
    pub fn requirements(&self, actor: &Actor, from: &str, to: &str, class: Option<&str>) -> Result<Requirements> {
        let catalogue = self.catalogue();
        let known = class.map(|code| lists().mail_classes.get(code).ok_or(code)).transpose();
        let class_row = known.map_err(|_| Error::invalid("unknown_code", "class", "the classes are U, C, E and T"))?;
        let context = Context {
            destination: to,
            is_final: true,
            countries: Some(catalogue.countries()),
            overrides: catalogue.overrides(&actor.org),
            ..Context::default()
        };
        let asked = RULES.iter().map(|rule| (context.level(rule), rule)).filter(|(level, _)| *level > Level::Off);
        let mut rules: Vec<(Level, Requirement)> = asked
            .map(|(level, rule)| {
                let named = (rule.id.to_owned(), level.to_string(), rule.asks.to_owned());
                (level, Requirement { rule: named.0, level: named.1, asks: named.2 })
            })
            .collect();
        rules.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let today = self.today();
        let count = |category: &str| {
            let holds = catalogue.restrictions().rules().iter().filter(|rule| rule.holds(to, from, today));
            holds.filter(|rule| rule.category == category).count()
        };
        Ok(Requirements {
            from: from.to_owned(),
            to: to.to_owned(),
            class: class.map(str::to_owned),
            on: today.to_string(),
            max_weight_kg: class_row.and_then(|row| row.max_kg).map(|limit| limit.normalize().to_string()),
            rules: rules.into_iter().map(|(_, rule)| rule).collect(),
            prohibitions: count("P"),
            restrictions: count("R"),
        })
    }

    /// Keys of the columns without which a declaration is refused on a lane, of transactions of a nature.
    ///
    /// # Errors
    /// Never for a lane alone.
    pub fn needed(&self, actor: &Actor, from: &str, to: &str, nature: &str) -> Result<HashSet<&'static str>> {
        let asked = self.requirements(actor, from, to, None)?;
        let refuses =
            |rule: &str| asked.rules.iter().any(|asked| asked.rule == rule && asked.level == Level::Reject.stored());
        let rows = ASKED
            .iter()
            .filter(|(rule, natures, _)| refuses(rule) && (natures.is_empty() || natures.contains(&nature)));
        Ok(rows.flat_map(|(_, _, keys)| keys.iter().copied()).collect())
    }

    /// The workbook to begin with, in a language; what a lane such as AU-DE needs is marked.
    ///
    /// # Errors
    /// 400 for a lane that is none.
    pub fn sheet_template(
        &self,
        actor: &Actor,
        kind: IngestionKind,
        language: Language,
        lane: Option<&str>,
    ) -> Result<Vec<u8>> {
        actor.check(UseCase::SeeItems)?;
        let needed = match lane {
            None => HashSet::new(),
            Some(lane) => {
                let countries = lane.split_once('-').filter(|(from, to)| is_country_code(from) && is_country_code(to));
                let message = "write two countries, for example AU-DE";
                let (from, to) = countries.ok_or_else(|| Error::invalid("format", "lane", message))?;
                self.needed(actor, from, to, "")?.into_iter().map(str::to_owned).collect()
            }
        };
        template(kind, language, &needed)
    }
}

/// The keys of columns that some rule asks for, by the rule, and the natures of transaction that it asks them of; all when none
/// are named.
const ASKED: &[(&str, &[&str], &[&str])] = &[
    ("required", &[], &ON_EVERY_FORM),
    ("hs_absent", &["11", "21", "32"], &["piece_hs"]),
    ("origin_absent", &["11"], &["piece_origin"]),
    ("contact_absent", &[], &["recipient_phone"]),
];
/// Keys of the columns that customs forms ask for, wherever an item goes. How strict a lane is about them is for the rules to say.
pub const ON_EVERY_FORM: [&str; 21] = [
    "item_id",
    "destination",
    "posted_on",
    "mail_class",
    "nature",
    "gross_kg",
    "postage",
    "postage_currency",
    "sender_name",
    "sender_address1",
    "sender_city",
    "sender_country",
    "recipient_name",
    "recipient_address1",
    "recipient_city",
    "recipient_country",
    "piece_description",
    "piece_quantity",
    "piece_net_kg",
    "piece_value",
    "piece_currency",
];
