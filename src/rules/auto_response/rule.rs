//! A rule, what it answers, and the first of several that fits.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::condition::Condition;
use super::facts::{Facts, Watchdog};
use crate::contract::{Number, ResponseData, Tax};
use crate::domain::Category;
use crate::refdata::lists::lists;
use crate::rules::currency::RateBook;

/// A rule: when it fits and what it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoRule {
    pub name: String,
    /// Lower numbers are tried first.
    pub priority: i64,
    pub enabled: bool,
    /// First and last day.
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    pub answer: Answer,
}

/// What a rule answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub decision: String,
    /// What the decision does, from the decision table.
    pub category: Category,
    pub reason: Option<String>,
    pub reason_text: Option<String>,
    pub taxes: Vec<TaxRule>,
    /// Handling fee and its currency.
    pub fee: Option<(Decimal, String)>,
}

/// A tax, by rate or by amount.
#[derive(Clone, Debug, PartialEq)]
pub struct TaxRule {
    pub tax_type: String,
    pub currency: String,
    pub charge: Charge,
}

/// How a tax is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    Amount(Decimal),
    /// Per cent of the value of all lines.
    Rate(Decimal),
}

impl AutoRule {
    fn fits(&self, facts: &Facts, rates: &[&RateBook]) -> bool {
        let now = |today: NaiveDate| {
            self.valid_from.is_none_or(|from| from <= today) && self.valid_to.is_none_or(|to| today <= to)
        };
        let in_time = facts.today().map_or(self.valid_from.is_none() && self.valid_to.is_none(), now);
        let clears_blocked = self.answer.category == Category::Clearance && facts.watchdog == Some(Watchdog::Blocked);
        self.enabled && in_time && !clears_blocked && self.conditions.iter().all(|c| c.holds(facts, rates))
    }

    fn answer(&self, facts: &Facts, rates: &[&RateBook]) -> Option<ResponseData> {
        let taxes = self.answer.taxes.iter().map(|tax| tax.charge(facts, rates)).collect::<Option<Vec<Tax>>>()?;
        let due = |tax: &Tax| tax.amount.as_ref().is_some_and(|amount| amount.value() > Decimal::ZERO);
        let reason = self.answer.reason.as_ref();
        let named = reason.and_then(|code| lists().decision_reasons.name(code, Default::default()));
        Some(ResponseData {
            clearance_dt: facts.now,
            decision_cd: Some(self.answer.decision.clone()),
            decision_reason_cd: reason.cloned(),
            decision_reason_nm: self.answer.reason_text.clone().or_else(|| named.map(str::to_owned)),
            dutiable: taxes.iter().any(due),
            taxes,
            total_fee: self.answer.fee.as_ref().map(|(amount, _)| Number::from(*amount)),
            total_fee_currency_cd: self.answer.fee.as_ref().map(|(_, currency)| currency.clone()),
            ..ResponseData::default()
        })
    }
}

impl TaxRule {
    /// The tax on an item, rounded half away from zero to the decimals of its currency.
    fn charge(&self, facts: &Facts, rates: &[&RateBook]) -> Option<Tax> {
        let (amount, rate) = match self.charge {
            Charge::Amount(amount) => (amount, None),
            Charge::Rate(rate) => {
                let value = facts.total(&self.currency, rates)?;
                (value.checked_mul(rate)?.checked_div(Decimal::ONE_HUNDRED)?, Some(rate))
            }
        };
        let decimals = lists().currencies.get(&self.currency).and_then(|currency| currency.minor_units).unwrap_or(2);
        let mut amount = amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(decimals);
        Some(Tax {
            amount: Some(Number::from(amount)),
            currency_cd: Some(self.currency.clone()),
            rate: rate.map(Number::from),
            tax_type: Some(self.tax_type.clone()),
            ..Tax::default()
        })
    }
}

/// Rules in the order they are tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSet(Vec<AutoRule>);

impl RuleSet {
    /// Sorts by priority; rules of one priority keep their order.
    pub fn new(mut rules: Vec<AutoRule>) -> Self {
        rules.sort_by_key(|rule| rule.priority);
        Self(rules)
    }

    pub fn rules(&self) -> &[AutoRule] {
        &self.0
    }

    /// Name and answer of the first rule that fits; `rates` in the order they count.
    pub fn first_match(&self, facts: &Facts, rates: &[&RateBook]) -> Option<(&str, ResponseData)> {
        let fitting = self.0.iter().filter(|rule| rule.fits(facts, rates));
        fitting.filter_map(|rule| Some((rule.name.as_str(), rule.answer(facts, rates)?))).next()
    }

    /// How often each rule would have answered, and how many items none.
    pub fn dry_run<'a>(&self, items: impl IntoIterator<Item = &'a Facts>, rates: &[&RateBook]) -> DryRun {
        let mut counts: Vec<(String, usize)> = self.0.iter().map(|rule| (rule.name.clone(), 0)).collect();
        let mut unanswered = 0;
        for facts in items {
            let matched = self.first_match(facts, rates).map(|(name, _)| name);
            match matched.and_then(|name| counts.iter_mut().find(|(known, _)| known == name)) {
                Some((_, count)) => *count += 1,
                None => unanswered += 1,
            }
        }
        DryRun { counts, unanswered }
    }
}

/// What rules would have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// By rule, in the order they are tried.
    pub counts: Vec<(String, usize)>,
    pub unanswered: usize,
}
