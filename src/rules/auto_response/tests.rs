use super::*;
use crate::contract::{DeclarationData, MailObject, Number, WcfDate};
use crate::refdata::lists::lists;
use crate::refdata::rates::snapshot;
use crate::rules::currency::RateBook;
use crate::rules::decision::DecisionTable;
use proptest::prelude::*;

fn read(text: &str) -> Result<RuleSet, Vec<RuleFault>> {
    parse(text, &DecisionTable::default(), &lists().countries, "")
}

/// One rule that clears, with these conditions.
fn rule(when: &str) -> RuleSet {
    read(&format!("[[rule]]\nname = 'r'\n[rule.when]\n{when}\n[rule.then]\ndecision = '2'\n")).unwrap()
}

fn facts() -> Facts {
    let object = MailObject { mail_class_cd: Some("U".into()), ..MailObject::default() };
    let data: DeclarationData = serde_json::from_str(
        r#"{"NatureTypeCd":"31","SenderCountryCd":"AU","RecipientCountryCd":"FR","SenderName":"Acmé Trading Ltd",
        "RecipientName":"Jean Dupont","RecipientAddressLine1":"12 rue de la Paix",
        "ContentPieces":[{"Amount":30,"CurrencyCd":"EUR","HS":"6109.10"},{"Amount":11.172,"CurrencyCd":"USD","HS":"950300"}]}"#,
    )
    .unwrap();
    Facts { now: WcfDate::parse("2026-11-21T10:00:00Z").unwrap(), ..Facts::of(&object, &data, "I") }
}

fn fits(when: &str, facts: &Facts) -> bool {
    let rates = RateBook::new(&snapshot().rows);
    rule(when).first_match(facts, &[&rates]).is_some()
}

#[test]
fn every_condition_holds_and_fails() {
    for (yes, no) in [
        ("flow = 'I'", "flow = ['O', 'T']"),
        ("origin = ['NZ', 'AU']", "origin = 'NZ'"),
        ("not_origin = 'NZ'", "not_origin = 'AU'"),
        ("destination = 'FR'", "destination = 'DE'"),
        ("mail_class = 'U'", "mail_class = 'C'"),
        ("nature = '31'", "nature = '11'"),
        ("value_max = 40\nvalue_currency = 'EUR'", "value_max = '39.99'\nvalue_currency = 'EUR'"),
        ("value_min = 40\nvalue_currency = 'EUR'", "value_min = '40.01'\nvalue_currency = 'EUR'"),
        ("hs_any = '6109'", "hs_any = '62'"),
        ("hs_all = ['61', '95']", "hs_all = '61'"),
        ("hs_none = '24'", "hs_none = '9503'"),
        ("restriction = 'none'", "restriction = 'any'"),
        ("quality = 'clean'", "quality = 'rejected'"),
        ("sender_words = 'ACME trading'", "sender_words = 'trading acme'"),
        ("recipient_words = ['nobody', 'dupont']", "recipient_words = 'pont'"),
        ("watchdog = 'none'", "watchdog = 'any'"),
    ] {
        assert!(fits(yes, &facts()), "{yes}");
        assert!(!fits(no, &facts()), "{no}");
    }
    let bad = Facts {
        prohibited: true,
        quality_rules: vec!["value_one".into()],
        quality_score: 60,
        watchdog: Some(Watchdog::Warning),
        ..facts()
    };
    for (yes, no) in [
        ("restriction = 'prohibited'", "restriction = 'restricted'"),
        ("restriction = 'any'", "restriction = 'none'"),
        ("quality = 'accepted'", "quality = 'clean'"),
        ("quality_score_below = 61", "quality_score_below = 60"),
        ("quality_rules = 'value_one'", "quality_rules = 'hs_absent'"),
        ("watchdog = 'warning'", "watchdog = 'blocked'"),
    ] {
        assert!(fits(yes, &bad), "{yes}");
        assert!(!fits(no, &bad), "{no}");
    }
}

const RULES: &str = r#"
[[rule]]
name = "duty on sales"
priority = 20
[rule.when]
nature = "11"
[rule.then]
decision = "4"
reason = "202"
fee = { amount = "8.00", currency = "EUR" }
[[rule.then.tax]]
type = "VAT"
rate = "20"
currency = "EUR"
[[rule.then.tax]]
type = "CUD"
amount = "2.50"
currency = "EUR"

[[rule]]
name = "small gifts"
priority = 10
valid_from = 2026-01-01
valid_to = "2026-12-31"
[rule.when]
nature = "31"
value_max = 45
value_currency = "EUR"
[rule.then]
decision = 2
reason = "203"

[[rule]]
name = "off"
priority = 1
enabled = false
[rule.then]
decision = "7"
"#;

#[test]
fn the_first_fitting_rule_answers_with_taxes_and_fee() {
    let rules = read(RULES).unwrap();
    let rates = RateBook::new(&snapshot().rows);
    let (name, answer) = rules.first_match(&facts(), &[&rates]).unwrap();
    assert_eq!((name, answer.decision_cd.as_deref(), answer.dutiable), ("small gifts", Some("2"), false));
    assert_eq!(answer.decision_reason_nm.as_deref(), Some("Import allowed, nothing due"));
    assert_eq!(answer.clearance_dt, facts().now);
    let sale = Facts { nature: "11".into(), ..facts() };
    let (name, answer) = rules.first_match(&sale, &[&rates]).unwrap();
    assert_eq!(name, "duty on sales");
    let amounts: Vec<&str> = answer.taxes.iter().map(|tax| tax.amount.as_ref().unwrap().digits()).collect();
    assert_eq!(amounts, ["8.00", "2.50"]);
    assert_eq!(answer.taxes[0].rate, Number::parse("20").ok());
    assert_eq!((answer.total_fee, answer.dutiable), (Number::parse("8").ok(), true));
}

#[test]
fn a_rule_that_cannot_be_computed_or_is_out_of_time_does_not_fit() {
    let rules = read(RULES).unwrap();
    let no_rates: &[&RateBook] = &[];
    assert_eq!(rules.first_match(&facts(), no_rates), None, "the dollar line cannot be converted");
    let sale = Facts { nature: "11".into(), values: vec![None], ..facts() };
    assert_eq!(rules.first_match(&sale, no_rates), None, "a tax on an unknown value");
    let rates = RateBook::new(&snapshot().rows);
    let later = Facts { now: WcfDate::parse("2027-01-01T00:00:00Z").unwrap(), ..facts() };
    assert_eq!(rules.first_match(&later, &[&rates]), None);
}

#[test]
fn an_item_blocked_by_a_watchdog_is_never_cleared() {
    let blocked = Facts { watchdog: Some(Watchdog::Blocked), ..facts() };
    assert!(fits("", &facts()) && !fits("", &blocked) && !fits("watchdog = 'blocked'", &blocked));
    let hold = read("[[rule]]\nname = 'h'\n[rule.when]\nwatchdog = 'blocked'\n[rule.then]\ndecision = '1'\n").unwrap();
    assert!(hold.first_match(&blocked, &[]).is_some());
}

#[test]
fn a_dry_run_counts_by_rule() {
    let sale = Facts { nature: "11".into(), ..facts() };
    let sample = Facts { nature: "32".into(), ..facts() };
    let rates = RateBook::new(&snapshot().rows);
    let run = read(RULES).unwrap().dry_run([&facts(), &sale, &sale, &sample], &[&rates]);
    let counts: Vec<(&str, usize)> = run.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, [("off", 0), ("small gifts", 1), ("duty on sales", 2)]);
    assert_eq!(run.unanswered, 1);
}

#[test]
fn every_mistake_is_reported_with_its_rule_and_key() {
    let faults = read(
        r#"
        threshold = 5
        [[rule]]
        name = "a"
        priorty = 1
        valid_from = "soon"
        [rule.when]
        origin = ["AU", "Narnia"]
        value_max = 12.5
        hs_any = "6109x"
        watchdog = "maybe"
        quality_rules = "nonsense"
        quality_score_below = 300
        [rule.then]
        decision = "999"
        reason = "1"
        fee = { amount = "5" }
        [[rule.then.tax]]
        type = "VAT"
        currency = "EUR"
        [[rule]]
        name = "a"
        "#,
    )
    .unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    for key in [
        "threshold",
        "priorty",
        "valid_from",
        "when.origin",
        "when.value_max",
        "when.value_currency",
        "when.hs_any",
        "when.watchdog",
        "when.quality_rules",
        "when.quality_score_below",
        "then.decision",
        "then.reason",
        "then.fee.amount",
        "then.tax.rate",
        "then",
    ] {
        assert!(keys.contains(&key), "{key} is missing in {keys:?}");
    }
    let shown: Vec<String> = faults.iter().map(RuleFault::to_string).collect();
    assert!(shown.contains(&"rule a, priorty: not known here; did you mean priority?".to_owned()), "{shown:?}");
    let syntax = read("[[rule]]\nname = ").unwrap_err();
    assert!(syntax[0].to_string().starts_with("line 2: "), "{}", syntax[0]);
}

#[test]
fn two_rules_may_not_share_a_name() {
    let one = "[[rule]]\nname = 'x'\n[rule.then]\ndecision = '1'\n";
    let faults = read(&one.repeat(2)).unwrap_err();
    assert_eq!(faults[0].key, "name");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,120}") {
        let _ = read(&text);
        let _ = read(&format!("[[rule]]\nname = 'x'\n[rule.when]\n{text}\n[rule.then]\ndecision = '1'\n"));
    }
}
