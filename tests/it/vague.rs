//! Descriptions of goods that say nothing: found as people and merchants type them, and told from short ones that say
//! something.

use std::fs;

use entrepost::contract::{DeclarationData, MailObject};
use entrepost::domain::Level;
use entrepost::rules::quality::{Context, check};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, store};
use crate::harness::process::run;
use crate::harness::{Answer, Server};
use crate::on_strict_servers;

/// The rules that a description which says nothing breaks.
const RULES: [&str; 2] = ["description_vague", "stop_word_alone"];

/// Which of [`RULES`] a description breaks, on its way to the EU, where both refuse.
fn broken(description: &str) -> Option<&'static str> {
    let data = json!({ "ContentPieces": [{ "Description": description }] });
    let data: DeclarationData = serde_json::from_value(data).expect("a declaration");
    let context = Context { destination: "DE", is_final: true, ..Context::default() };
    let found = check(&MailObject::default(), &data, &context).findings;
    let vague = found.into_iter().find(|finding| RULES.contains(&finding.rule))?;
    assert_eq!(vague.level, Level::Reject, "{description}");
    Some(vague.rule)
}

/// How a list of descriptions is judged.
#[derive(Default)]
struct Figures {
    /// Vague ones that are found, and all of them.
    found: u32,
    vague: u32,
    /// Precise ones that are taken for vague.
    wrong: Vec<String>,
}

impl Figures {
    fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Self {
        let mut figures = Self::default();
        for line in lines {
            let (text, verdict) = line.split_once('\t').expect("text and verdict");
            let is_found = broken(text).is_some();
            match verdict {
                "vague" => {
                    figures.vague += 1;
                    figures.found += u32::from(is_found);
                }
                "precise" if is_found => figures.wrong.push(text.to_owned()),
                "precise" => {}
                other => panic!("`{other}` is no verdict"),
            }
        }
        figures
    }

    fn precision(&self) -> f64 {
        100.0 * f64::from(self.found) / (f64::from(self.found) + self.wrong.len() as f64)
    }

    fn recall(&self) -> f64 {
        100.0 * f64::from(self.found) / f64::from(self.vague)
    }
}

fn list(name: &str) -> String {
    let path = format!("{}/tests/it/data/vague/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("a list")
}

#[test]
fn vague_descriptions_are_found_in_eight_languages() {
    for language in ["en", "de", "fr", "es", "pt", "it", "nl", "zh"] {
        let text = list(language);
        assert!(text.lines().count() > 400, "{language}");
        // Every third line was held aside while the words were chosen.
        let third =
            |held: bool| text.lines().enumerate().filter(move |(at, _)| (at % 3 == 2) == held).map(|(_, line)| line);
        for (part, figures) in [
            ("all", Figures::of(text.lines())),
            ("worked on", Figures::of(third(false))),
            ("held aside", Figures::of(third(true))),
        ] {
            let (precision, recall) = (figures.precision(), figures.recall());
            println!("{language}, {part}: precision {precision:.1}, recall {recall:.1}");
            assert!(precision >= 95.0, "{language}, {part}: precision {precision:.1}: {:?}", figures.wrong);
            assert!(recall >= 90.0, "{language}, {part}: recall {recall:.1}");
        }
    }
}

/// Thought up after the words were chosen, and never worked on: nearer to what strangers type.
#[test]
fn most_vague_descriptions_never_seen_before_are_found() {
    let text = list("unseen");
    let figures = Figures::of(text.lines());
    println!("unseen: precision {:.1}, recall {:.1}", figures.precision(), figures.recall());
    assert!(figures.precision() >= 95.0, "{:?}", figures.wrong);
    assert!(figures.recall() >= 75.0, "{:.1}", figures.recall());
}

/// Stores a declaration with this description from AUA.
fn declare(server: &Server, destination: &str, description: &str) -> (String, Answer) {
    let id = fresh_id("AU");
    let mut body = store(&id, "AUA", destination, 2);
    body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!(description);
    let answer = server.call_as("AUA", "StoreDeclaration", body);
    (id, answer)
}

/// Rules and levels of what was found in a stored item.
fn findings(server: &Server, id: &str) -> Vec<(String, String)> {
    let data = server.status("AUA", "AUA", id, "O")["Declaration"]["Data"].clone();
    let names = data["ExtraFieldNames"].as_array().cloned().unwrap_or_default();
    let Some(at) = names.iter().position(|name| name == "Quality.Findings") else { return Vec::new() };
    let found: Value = serde_json::from_str(data["ExtraFieldValues"][at].as_str().expect("a text")).expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    found.as_array().expect("a list").iter().map(|one| (text(&one["Rule"]), text(&one["Level"]))).collect()
}

on_strict_servers! {
    fn what_says_nothing_is_refused_in_the_eu_and_found_elsewhere(server) {
        for (description, rule) in [
            ("008-979 x 1, 1256 x 1, SG-01 x 1", "description_vague"),
            ("tetetetetetetet", "stop_word_alone"),
            ("fragile", "stop_word_alone"),
            ("Daily necessities", "stop_word_alone"),
            ("Geschenk", "stop_word_alone"),
            ("Regalino", "stop_word_alone"),
            ("regalo", "description_vague"),
            ("2 pcs misc.", "stop_word_alone"),
            ("一些东西", "stop_word_alone"),
            ("shop@example.com", "description_vague"),
            ("🎁", "description_vague"),
        ] {
            let (_, refused) = declare(server, "DEA", description);
            let told = refused.findings();
            let expected = (rule.to_owned(), "decl.Data.ContentPieces[0].Description".to_owned());
            assert!(told.contains(&expected), "{description}: {told:?}");
            let (id, answer) = declare(server, "USA", description);
            if rule == "description_vague" {
                assert!(answer.refused(400).text.contains(rule), "{description}");
            } else {
                answer.ok();
                assert!(findings(server, &id).contains(&(rule.into(), "warn".into())), "{description}");
            }
        }
    }

    fn short_descriptions_that_name_goods_are_taken(server) {
        for description in ["Gift: wooden toy car", "USB-C cable", "LP", "CD", "tea", "ring", "书", "Auto\u{ad}teile: Bremsbeläge"] {
            let (id, answer) = declare(server, "DEA", description);
            answer.ok();
            let found = findings(server, &id);
            assert!(!found.iter().any(|(rule, _)| RULES.contains(&rule.as_str())), "{description}: {found:?}");
        }
    }

    fn own_words_go_over_the_list(server) {
        let import = |rows: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("words.csv");
            fs::write(&path, format!("language,word,kind,use_instead\n{rows}")).expect("writes");
            let path = path.to_str().expect("a path");
            let ran = run(&["admin", "refdata", "import", "stop_words", path, "--database-url", &server.database_url]);
            server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads");
            ran
        };
        declare(server, "DEA", "dárek").1.ok();
        declare(server, "DEA", "toys").1.refused(400);
        import("CS,dárek,nothing,\nEN,toys,goods,\nEN,gizmotron,class,which gizmotron\n").ok();
        declare(server, "DEA", "Dárek").1.refused(400);
        declare(server, "DEA", "toys").1.ok();
        let advised = declare(server, "DEA", "gizmotrons").1.refused(400).text;
        assert!(advised.contains("write for example: which gizmotron"), "{advised}");
        for (row, column) in [("EN,toys,colour,\n", "kind"), ("English,toys,class,\n", "language"), ("EN,...,class,\n", "word")] {
            let wrong = import(row);
            assert!(wrong.code == Some(1) && wrong.out.contains(&format!("line 2, column {column}")), "{row}: {wrong:?}");
        }
    }
}
