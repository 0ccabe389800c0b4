//! What organizations set for themselves: customs how its decisions are read, a post whose data it may give.

use std::collections::HashMap;

use super::courier::settings::CourierSettings;
use crate::domain::{OrganizationKind, Role, Roles};
use crate::error::{Findings, Result};
use crate::rules::structure::is_post_code;
use crate::store::settings::SettingRow;

/// By which clock the version that a decision judged is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecisionClock {
    /// The time that the decision states, at most its receipt.
    #[default]
    Stated,
    /// Receipt: for customs whose clock is not right.
    Receipt,
}

/// Which of the versions handed to customs it is taken to have read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    #[default]
    Latest,
    /// The first, until the item is asked for by id or among those without response: for customs that load once.
    First,
}

/// The settings of one organization; what was never set has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Of a customs administration.
    pub decision_clock: DecisionClock,
    /// Of a customs administration.
    pub reads: Reads,
    /// Of a customs administration: what its posts enter for it counts as its own word.
    pub answered_by_post: bool,
    /// Of a post: origins that it may give item data for, by agreement.
    pub speaks_for: Vec<String>,
    /// Of a post: its light is binding for who handles its items.
    pub light_binding: bool,
    /// Views of a page of Load over SOAP where the request names no limit: clients there may read short replies only.
    pub soap_load_limit: Option<i32>,
    /// Roles that cannot be used without a second factor.
    pub second_factor_for: Roles,
    /// Of a post: what it has agreed on with its couriers.
    pub courier: CourierSettings,
}

/// Names in the store.
const DECISION_CLOCK: &str = "decision_clock";
const READS: &str = "reads";
const ANSWERED_BY_POST: &str = "answered_by_post";
const SPEAKS_FOR: &str = "speaks_for";
const LIGHT_BINDING: &str = "light_binding";
const SOAP_LOAD_LIMIT: &str = "soap_load_limit";
const SECOND_FACTOR_FOR: &str = "second_factor_for";

impl DecisionClock {
    /// `stated` or `receipt`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Stated, Self::Receipt].into_iter().find(|clock| clock.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Receipt => "receipt",
        }
    }
}

impl Reads {
    /// `latest` or `first`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Latest, Self::First].into_iter().find(|reads| reads.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::First => "first",
        }
    }
}

impl Settings {
    /// A value that this version does not know leaves the default.
    fn put(&mut self, name: &str, value: &str) {
        match name {
            DECISION_CLOCK => self.decision_clock = DecisionClock::parse(value).unwrap_or_default(),
            READS => self.reads = Reads::parse(value).unwrap_or_default(),
            ANSWERED_BY_POST => self.answered_by_post = value == "yes",
            SPEAKS_FOR => self.speaks_for = value.split_whitespace().map(str::to_owned).collect(),
            LIGHT_BINDING => self.light_binding = value == "yes",
            // A role that is not known here demands nothing; the others do.
            SECOND_FACTOR_FOR => {
                self.second_factor_for =
                    value.split_whitespace().filter_map(|word| Role::from_stored(word).ok()).collect();
            }
            SOAP_LOAD_LIMIT => self.soap_load_limit = value.parse().ok().filter(|limit| *limit > 0),
            _ => self.courier.put(name, value),
        }
    }

    /// What is not as by default, as it is set on the command line; empty where everything is.
    pub fn shown(&self) -> String {
        let clock = (self.decision_clock != DecisionClock::default()).then(|| self.decision_clock.name().to_owned());
        let reads = (self.reads != Reads::default()).then(|| self.reads.name().to_owned());
        let by_post = self.answered_by_post.then(|| "yes".to_owned());
        let speaks_for = (!self.speaks_for.is_empty()).then(|| self.speaks_for.join(" "));
        let binding = self.light_binding.then(|| "yes".to_owned());
        let limit = self.soap_load_limit.map(|limit| limit.to_string());
        let factor = (!self.second_factor_for.is_empty()).then(|| self.second_factor_for.to_string());
        [
            ("decision-clock", clock),
            ("reads", reads),
            ("answered-by-post", by_post),
            ("speaks-for", speaks_for),
            ("light-binding", binding),
            ("soap-load-limit", limit),
            ("second-factor-for", factor),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name} {value}")))
        .chain(self.courier.shown())
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// The settings of each organization that has any.
pub(super) fn by_org(rows: &[SettingRow]) -> HashMap<String, Settings> {
    let mut settings: HashMap<String, Settings> = HashMap::new();
    for row in rows {
        settings.entry(row.org.clone()).or_default().put(&row.name, &row.value);
    }
    settings
}

/// Settings to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct SettingChanges {
    pub decision_clock: Option<DecisionClock>,
    pub reads: Option<Reads>,
    pub answered_by_post: Option<bool>,
    pub speaks_for: Option<Vec<String>>,
    pub light_binding: Option<bool>,
    /// Zero for the usual one.
    pub soap_load_limit: Option<u16>,
    /// Empty for no role.
    pub second_factor_for: Option<Roles>,
}

impl SettingChanges {
    /// Name, value, and which kind of organization has it where not every kind has.
    pub(super) fn rows(&self) -> Vec<(&'static str, String, Option<OrganizationKind>)> {
        let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let customs = [
            (DECISION_CLOCK, self.decision_clock.map(|clock| clock.name().to_owned())),
            (READS, self.reads.map(|reads| reads.name().to_owned())),
            (ANSWERED_BY_POST, self.answered_by_post.map(yes_or_no)),
        ];
        let customs =
            customs.into_iter().filter_map(|(name, value)| Some((name, value?, Some(OrganizationKind::Customs))));
        let post = self.speaks_for.as_ref().map(|posts| (SPEAKS_FOR, posts.join(" "), Some(OrganizationKind::Post)));
        let limit = self.soap_load_limit.map(|limit| (SOAP_LOAD_LIMIT, limit.to_string(), None));
        let binding = self.light_binding.map(|binds| (LIGHT_BINDING, yes_or_no(binds), Some(OrganizationKind::Post)));
        let factor = self.second_factor_for.map(|roles| (SECOND_FACTOR_FOR, roles.to_string(), None));
        customs.chain(post).chain(binding).chain(limit).chain(factor).collect()
    }

    pub(super) fn check(&self, org: &str, kind: OrganizationKind) -> Result<()> {
        let mut findings = Findings::default();
        for (name, _, of) in self.rows() {
            if let Some(of) = of.filter(|of| *of != kind) {
                let whose = if of == OrganizationKind::Post { "a post" } else { "a customs administration" };
                findings.add("posts", name.replace('_', "-"), format!("only {whose} has this setting; leave it out"));
            }
        }
        for post in self.speaks_for.iter().flatten() {
            if !is_post_code(post) || post == org {
                let message = "name other posts by their three-character codes, or write none";
                findings.add("format", "speaks-for", message);
            }
        }
        for role in self.second_factor_for.unwrap_or_default().each() {
            if !role.exists_in(Some(kind)) {
                findings.add("unknown_code", "second-factor-for", format!("there is no {role} in this organization"));
            }
        }
        if self.rows().is_empty() {
            findings.add("required", "set", "name at least one setting to change");
        }
        findings.into_result()
    }
}
