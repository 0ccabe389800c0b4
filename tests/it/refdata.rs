//! Importing lists from the command line: what is reported, what is stored, and what the running server answers then.

use std::path::{Path, PathBuf};
use std::time::Duration;

use entrepost::service::import::LIST_KINDS;
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, respond, store};
use crate::harness::process::{Process, Ran, poll, run};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, token_of};
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_engines};

/// One file to import: a row that is right, a row that is wrong, and what shows that the first one counts.
struct File {
    list: &'static str,
    /// Name of the file and what it begins with.
    name: &'static str,
    head: &'static str,
    right: &'static str,
    wrong: &'static str,
    tail: &'static str,
    /// Further arguments; `@` stands for the folder of the files.
    options: &'static [&'static str],
    /// Line, column and beginning of the problem of the wrong row.
    fault: &'static str,
    /// Method and body (sent by AUA) whose answer then holds `shows`.
    asked: (&'static str, &'static str),
    shows: &'static str,
}

const RESTRICTIONS: &str = "destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,\
                            language,note,website,source,valid_from,valid_to\n";

const FILES: &[File] = &[
    File {
        list: "hs",
        name: "own.csv",
        head: "# version: 2026-11-01\ncode,en,fr,es\n95,Toys,,\n9503,Toys of all kinds,,\n",
        right: "950300,Glimmering quibbles for collectors,,\n",
        wrong: "95O300,Written with a letter,,\n",
        tail: "",
        options: &[],
        fault: "line 6, column code: `95O300`",
        asked: ("GetHSCodes", r#"{"goodDescription":"glimmering quibbles"}"#),
        shows: "Glimmering quibbles",
    },
    File {
        list: "hs",
        name: "public.csv",
        head: "section,hscode,description,parent,level\nXX,95,Toys,TOTAL,2\nXX,9503,Dolls and tricycles,95,4\n",
        right: "XX,950300,Frabjous zorbing globes,9503,6\n",
        wrong: "XX,9503-1,A national code,9503,6\n",
        tail: "",
        options: &[],
        fault: "line 5, column hscode: `9503-1`",
        asked: ("GetHSCodes", r#"{"goodDescription":"frabjous zorbing globes"}"#),
        shows: "Frabjous zorbing globes",
    },
    File {
        list: "hs",
        name: "cn_2026.json",
        head: "[",
        right: r#"{"code":"95030010","name":"Whirling snarks"}"#,
        wrong: r#",{"code":"99999999","name":"Nothing at all"}"#,
        tail: "]",
        options: &["--fr", "@/cn_fr.yaml", "--es", "@/cn_es.yaml"],
        fault: "line 2, column code: ",
        asked: ("GetHSCodes", r#"{"goodDescription":"snarks tourbillonnants"}"#),
        shows: r#""HSCode":"95030010""#,
    },
    File {
        list: "restrictions",
        name: "restrictions.csv",
        head: RESTRICTIONS,
        right: "PT,P,Singing garden gnomes,,,950300,,,EN,Not on lawns.,,own,2026-01-01,\n",
        wrong: "QQ,P,Silent garden gnomes,,,950300,,,EN,Not on lawns.,,own,2026-01-01,\n",
        tail: "",
        options: &[],
        fault: "line 3, column destination: `QQ`",
        asked: (
            "GetRestrictionProhibitionByHSByCountry",
            r#"{"destinationCountryCd":"PT","sendingCountryCd":"AU","goodHSCode":"950300"}"#,
        ),
        shows: "Singing garden gnomes",
    },
    File {
        list: "rates",
        name: "rates.csv",
        head: "date,base,quote,rate,source\n",
        right: "2026-11-01,EUR,USD,2,own\n",
        wrong: "2026-11-01,EUR,QQQ,2,own\n",
        tail: "",
        options: &[],
        fault: "line 3, column quote: `QQQ`",
        asked: ("ConvertCurrency", r#"{"fromCurrencyCd":"USD","toCurrencyCd":"EUR","amount":10}"#),
        shows: r#"{"ConvertCurrencyResult":5}"#,
    },
    File {
        list: "rates",
        name: "eurofxref.csv",
        head: "Date,USD,JPY,\n",
        right: "2026-11-02,4,N/A,\n",
        wrong: "soon,4,N/A,\n",
        tail: "",
        options: &[],
        fault: "line 3, column Date: `soon`",
        asked: ("ConvertCurrency", r#"{"fromCurrencyCd":"USD","toCurrencyCd":"EUR","amount":10}"#),
        shows: r#"{"ConvertCurrencyResult":2.5}"#,
    },
    File {
        list: "decisions",
        name: "decisions.csv",
        head: "customs,code,name_en,category,final,opens_hold\n",
        right: "AU,77,Let it swim,Clearance,1,0\n",
        wrong: "AU,78,Let it fly,Cleared,1,0\n",
        tail: "",
        options: &[],
        fault: "line 3, column category: expected Hold",
        asked: ("GetDecisionNameAndCategoryFromCode", r#"{"decisionCode":"77"}"#),
        shows: r#"["Let it swim","Clearance"]"#,
    },
    File {
        list: "countries",
        name: "countries.csv",
        head: "code,name_en,eu\n",
        right: "QZ,Island of Q,0\n",
        wrong: "QZZ,Island of Z,0\n",
        tail: "",
        options: &[],
        fault: "line 3, column code: `QZZ`",
        asked: ("LoadRefDataCocktail", "{}"),
        shows: r#"{"Code":"QZ","Name":"Island of Q"}"#,
    },
    File {
        list: "operators",
        name: "operators.csv",
        head: "code,country,name\n",
        right: "QZA,PT,Island post\n",
        wrong: "qzb,PT,Hill post\n",
        tail: "",
        options: &[],
        fault: "line 3, column code: `qzb`",
        asked: ("LoadRefDataCocktail", "{}"),
        shows: r#"{"Code":"QZA","Name":"Island post"}"#,
    },
    File {
        list: "offices",
        name: "offices.csv",
        head: "code,operator,name\n",
        right: "PTQQQA,PTA,Hill office\n",
        wrong: "PTQQ,PTA,Dale office\n",
        tail: "",
        options: &[],
        fault: "line 3, column code: `PTQQ`",
        asked: ("LoadRefDataCocktail", "{}"),
        shows: r#"{"Code":"PTQQQA","Name":"Hill office"}"#,
    },
];

impl File {
    /// Writes the file with or without the wrong row.
    fn write(&self, folder: &Path, with_wrong: bool) -> PathBuf {
        let wrong = if with_wrong { self.wrong } else { "" };
        let path = folder.join(self.name);
        std::fs::write(&path, [self.head, self.right, wrong, self.tail].concat()).expect("writes");
        path
    }

    /// Runs `admin refdata import` on it.
    fn import(&self, url: &str, folder: &Path, with_wrong: bool, switches: &[&str]) -> Ran {
        let path = self.write(folder, with_wrong);
        let folder = folder.to_str().expect("a path");
        let options: Vec<String> = self.options.iter().map(|option| option.replace('@', folder)).collect();
        let mut arguments = vec!["admin", "refdata", "import", self.list, path.to_str().expect("a path")];
        arguments.extend(options.iter().map(String::as_str));
        arguments.extend(switches);
        arguments.extend(["--database-url", url]);
        run(&arguments)
    }

    /// Whether the server answers with the row that is right.
    fn counts(&self, server: &Server) -> bool {
        let body = serde_json::from_str(self.asked.1).expect("JSON");
        server.call_as("AUA", self.asked.0, body).ok().text.contains(self.shows)
    }
}

/// A folder with the texts that go with one of the files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let texts =
        [("cn_fr.yaml", "'Whirling snarks': 'Snarks tourbillonnants'\n"), ("cn_es.yaml", "Whirling snarks: Snarks\n")];
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).expect("writes");
    }
    folder
}

/// A table of material members.
const MATERIAL: &str = "group,member,counts,least,percent,most\nitem,GrossWeight,1,0.1,10,2\n";

/// Takes up what was imported, as the server does every few seconds.
fn refresh(server: &Server) {
    server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads");
}

/// Lists stored, whatever they hold.
fn stored(server: &Server) -> i64 {
    let kinds = LIST_KINDS.map(|(name, _)| format!("'{name}'")).join(",");
    Raw::open(&server.database_url).number(&format!("SELECT COUNT(*) AS n FROM reference_list WHERE kind IN ({kinds})"))
}

fn import(server: &Server, arguments: &[&str], text: &str) -> Ran {
    let folder = folder();
    let path = folder.path().join("file.csv");
    std::fs::write(&path, text).expect("writes");
    let path = path.to_str().expect("a path");
    let begin = ["admin", "refdata", "import", arguments[0], path];
    run(&[&begin, &arguments[1..], &["--database-url", &server.database_url]].concat())
}

/// Imports a table that must be right, and takes it up.
#[track_caller]
fn in_force(server: &Server, arguments: &[&str], text: &str) {
    import(server, arguments, text).ok();
    refresh(server);
}

fn converted(server: &Server, org: &str, whose: Value) -> Value {
    let body = json!({ "organizationCd": whose, "fromCurrencyCd": "USD", "toCurrencyCd": "EUR", "amount": 10 });
    server.call_as(org, "ConvertCurrency", body).ok().json()["ConvertCurrencyResult"].clone()
}

fn decision(server: &Server, org: &str, code: &str) -> Value {
    let answer = server.call_as(org, "GetDecisionNameAndCategoryFromCode", json!({ "decisionCode": code })).ok();
    answer.json()["GetDecisionNameAndCategoryFromCodeResult"].clone()
}

/// Colour and codes of the reasons of CheckItemStatus.
fn light(server: &Server, org: &str, id: &str) -> (String, Vec<String>) {
    let answer = server.call_as(org, "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
    let entry = &answer["CheckItemStatusResult"][0];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (
        text(&entry["Light"]),
        entry["Reasons"].as_array().expect("a list").iter().map(|reason| text(&reason["Code"])).collect(),
    )
}

/// An item from AUA to DEA that German customs has decided on.
fn decided(server: &Server, code: &str) -> String {
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", code, 2)).ok();
    id
}

on_both_engines! {
    fn a_dry_run_writes_nothing_and_a_wrong_row_stops_the_import(server) {
        let (folder, url) = (folder(), server.database_url.as_str());
        let mut lists = 0;
        for file in FILES {
            let what = format!("{} {}", file.list, file.name);
            assert!(!file.counts(server), "{what}");
            let dry = file.import(url, folder.path(), false, &["--dry-run"]).ok();
            assert!(dry.contains(" rows right, 0 faults\ndry run: nothing imported"), "{what}: {dry}");
            let dry = file.import(url, folder.path(), true, &["--dry-run"]);
            assert_eq!(dry.code, Some(1), "{what}: {dry:?}");
            assert!(dry.out.contains(file.fault) && dry.out.contains(" 1 faults\ndry run"), "{what}: {dry:?}");
            let dry = file.import(url, folder.path(), true, &["--dry-run", "--skip-bad"]).ok();
            assert!(dry.contains(file.fault) && dry.contains(" 1 faults\ndry run"), "{what}: {dry}");

            let wrong = file.import(url, folder.path(), true, &[]);
            assert_eq!(wrong.code, Some(1), "{what}: {wrong:?}");
            assert!(wrong.out.contains(file.fault), "{what}: {}", wrong.out);
            assert!(wrong.err.contains("nothing imported"), "{what}: {}", wrong.err);
            assert_eq!(stored(server), lists, "{what}");
            refresh(server);
            assert!(!file.counts(server), "{what}");

            let skipped = file.import(url, folder.path(), true, &["--skip-bad"]).ok();
            assert!(skipped.contains(file.fault) && skipped.contains("imported; "), "{what}: {skipped}");
            refresh(server);
            assert!(file.counts(server), "{what}");
            lists += i64::from(stored(server) > lists);
            assert_eq!(stored(server), lists, "{what}");
        }
        assert_eq!(lists, 8, "seven lists, rates in two editions");
    }

    fn files_that_cannot_be_read_are_said_so(server) {
        let url = server.database_url.as_str();
        let absent = run(&["admin", "refdata", "import", "rates", "/nowhere/rates.csv", "--database-url", url]).fails(1);
        assert!(absent.contains("/nowhere/rates.csv"), "{absent}");
        run(&["admin", "refdata", "import", "stamps", "/nowhere", "--database-url", url]).fails(2);
        for (arguments, text, told) in [
            (&["offices"][..], "code,name\nPTQQQA,Hill\n", "operator"),
            (&["offices"], "", "header"),
            (&["hs"], "code,en,fr,es\n959900,Toys without heading,,\n", "line 2, column code: `959900`"),
            (&["hs"], "[{]", "JSON"),
        ] {
            let ran = import(server, arguments, text);
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.out.contains(told), "{told}: {}", ran.out);
        }
        assert_eq!(stored(server), 0);
    }

    fn rates_of_an_organization_go_before_those_of_everyone(server) {
        let everyones = converted(server, "AUA", Value::Null);
        in_force(server, &["rates", "--org", "AUA"], "date,base,quote,rate\n2026-11-01,EUR,USD,2\n");
        assert_eq!(converted(server, "AUA", Value::Null), 5.0);
        assert_eq!(converted(server, "AU", json!("AUA")), 5.0, "its customs may ask by them");
        assert_eq!(converted(server, "DEA", Value::Null), everyones);
        let foreign = json!({ "organizationCd": "AUA", "fromCurrencyCd": "USD", "toCurrencyCd": "EUR", "amount": 1 });
        server.call_as("DEA", "ConvertCurrency", foreign).refused(401);
        in_force(server, &["rates"], "date,base,quote,rate\n2026-11-02,EUR,USD,4\n");
        assert_eq!([converted(server, "AUA", Value::Null), converted(server, "DEA", Value::Null)], [5.0, 2.5]);
        // A rate counts from its day on; of several days the newest does.
        let tomorrow = server.clock.now().date_naive() + chrono::TimeDelta::days(1);
        in_force(server, &["rates", "--org", "AUA"], &format!("date,base,quote,rate\n{tomorrow},EUR,USD,8\n"));
        assert_eq!(converted(server, "AUA", Value::Null), 5.0);
        server.clock.advance(Duration::from_secs(86_400));
        assert_eq!(converted(server, "AUA", Value::Null), 1.25);
    }

    fn the_newest_rate_counts_built_in_or_imported(server) {
        let built_in = converted(server, "AUA", Value::Null);
        in_force(server, &["rates"], "date,base,quote,rate\n2020-01-02,EUR,USD,8\n");
        assert_eq!(converted(server, "AUA", Value::Null), built_in, "an old rate takes no newer one's place");
        in_force(server, &["rates"], "date,base,quote,rate\n2026-11-01,EUR,USD,2\n");
        assert_eq!(converted(server, "AUA", Value::Null), 5.0);
        in_force(server, &["rates"], "date,base,quote,rate\n2026-11-01,EUR,USD,4\n");
        assert_eq!(converted(server, "AUA", Value::Null), 2.5, "a correction of the same day");
        let yen = json!({ "fromCurrencyCd": "USD", "toCurrencyCd": "JPY", "amount": 1 });
        server.call_as("AUA", "ConvertCurrency", yen).ok();
    }

    fn decisions_of_a_customs_administration_go_over_the_default_ones(server) {
        let head = "customs,code,name_en,category,final,opens_hold\n";
        assert_eq!(decision(server, "DEA", "6"), json!(["Refused, return to origin", "Prohibition"]));
        in_force(server, &["decisions"], &format!("{head}DE,6,Waved through,Clearance,1,0\n,2,Free to go,Clearance,1,0\n"));
        assert_eq!(decision(server, "DEA", "6"), json!(["Waved through", "Clearance"]));
        assert_eq!(decision(server, "DE", "6")[1], "Clearance");
        assert_eq!(decision(server, "AUA", "6")[1], "Prohibition");
        assert_eq!(decision(server, "AUA", "2"), json!(["Free to go", "Clearance"]), "over the built-in row");
        let lists = server.call_as("DEA", "LoadRefDataCocktail", json!({})).ok().json();
        let listed = lists["LoadRefDataCocktailResult"]["Decisions"].as_array().expect("a list").clone();
        assert!(listed.contains(&json!({ "Category": "Clearance", "Code": "6", "Name": "Waved through" })), "{listed:?}");
        assert_eq!(light(server, "DEA", &decided(server, "6")), ("Green".into(), vec!["CLEARED".into()]));
    }

    fn a_decision_that_nobody_listed_holds_the_item_and_is_flagged(server) {
        let id = decided(server, "888");
        assert_eq!(decision(server, "DEA", "888"), json!(["888", "Hold"]));
        let view = server.status("DEA", "DEA", &id, "I");
        assert_eq!(view["Response"]["Data"]["DecisionCd"], "888", "kept as sent");
        for (org, first) in [("DEA", "HOLD"), ("AUA", "DC_HOLD")] {
            let (colour, reasons) = light(server, org, &id);
            assert_eq!((colour.as_str(), reasons[0].as_str()), ("Amber", first));
            assert!(reasons.contains(&"DECISION_UNKNOWN".into()), "{reasons:?}");
        }
        server.call_as("DEA", "GetDecisionNameAndCategoryFromCode", json!({ "decisionCode": "8888" })).refused(400);
        let head = "customs,code,name_en,category,final,opens_hold\n";
        in_force(server, &["decisions"], &format!("{head}DE,888,Seen and left,Information,0,0\n"));
        assert_eq!(decision(server, "DEA", "888"), json!(["Seen and left", "Information"]));
        assert_eq!(light(server, "DEA", &id).1, ["HOLD"], "known now, but held until customs speaks again");
        assert_eq!(light(server, "DEA", &decided(server, "888")).1, ["NO_DECISION"]);
    }

    fn imported_restrictions_take_the_place_of_the_seed(server) {
        let into = |country: &str, code: &str| {
            let body = json!({ "destinationCountryCd": country, "sendingCountryCd": "DE", "goodHSCode": code });
            let answer = server.call_as("DEA", "GetRestrictionProhibitionByHSByCountry", body).ok().json();
            answer["GetRestrictionProhibitionByHSByCountryResult"].as_array().expect("a list").len()
        };
        assert!(into("AU", "240220") > 0);
        let rows = "DE,R,Toys that whistle,,,9503,,AU,EN,Ask first.,,own,2026-01-01,\n";
        in_force(server, &["restrictions"], &format!("{RESTRICTIONS}{rows}"));
        assert_eq!((into("AU", "240220"), into("DE", "950300")), (0, 0), "not from Germany");
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let screened = |item: &str| {
            let body = json!({ "mailItemID": item, "returnRestrictionsProhibitions": true });
            server.call_as("AUA", "IsItemRestrictedProhibited", body).ok().json()
        };
        let found = screened(&id);
        assert_eq!(found["IsItemRestrictedProhibitedResult"], true);
        assert_eq!(found["restrictionsProhibitions"][0]["Description"], "Toys that whistle");
    }

    fn a_code_that_is_too_short_restricts_only_with_the_words(server) {
        in_force(server, &["restrictions"], &format!("{RESTRICTIONS}DE,P,Whistling kettles,,,950300,,,EN,,,own,2026-01-01,\n"));
        let screened = |code: &str, words: &str| {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["HS"] = json!(code);
            body["decl"]["Data"]["ContentPieces"][0]["Description"] = json!(words);
            server.call_as("AUA", "StoreDeclaration", body).ok();
            let body = json!({ "mailItemID": id, "returnRestrictionsProhibitions": true });
            let answer = server.call_as("AUA", "IsItemRestrictedProhibited", body).ok().json();
            let listed = answer["restrictionsProhibitions"].as_array().expect("a list").len();
            assert_eq!(answer["IsItemRestrictedProhibitedResult"], listed > 0);
            listed
        };
        assert_eq!(screened("950300", "Wooden spinning top"), 1, "the code says it");
        assert_eq!(screened("95030010", "Wooden spinning top"), 1);
        assert_eq!(screened("95", "Playing cards"), 0, "a chapter says nothing");
        assert_eq!(screened("9503", "Whistling kettle"), 1, "the words say which part");
        let body = json!({ "destinationCountryCd": "DE", "sendingCountryCd": "AU", "goodHSCode": "95" });
        let shown = server.call_as("AUA", "GetRestrictionProhibitionByHSByCountry", body).ok().text;
        assert!(shown.contains("Whistling kettles") && shown.contains("a part of HS 95"), "a look-up shows it: {shown}");
    }

    fn tables_of_an_organization_need_one(server) {
        let referrals = "decision,reason,referral,remarks\n5,,RFI,Send the documents\n";
        for (arguments, text, told) in [
            (&["referrals"][..], referrals, "org: name the organization"),
            (&["referrals", "--org", "DEA"], referrals, "org: referrals and material are tables of a customs"),
            (&["referrals", "--org", "XX"], referrals, "no such organization"),
            (&["deadlines", "--org", "DE"], "referral,hours\nRFI,6\n", "deadlines those of a post"),
            (&["foreign_ids"], "country\nAU\n", "org: name the organization"),
            (&["foreign_ids", "--org", "QQQ"], "country\nAU\n", "the list of operators has no such post"),
            (&["foreign_ids", "--org", "DE"], "country\nAU\n", "the list of operators has no such post"),
            (&["material", "--org", "DEA"], MATERIAL, "org: referrals and material are tables of a customs"),
            (&["id_countries", "--org", "DE"], "letters,countries\nAU,AU\n", "org: only rates"),
            (&["offices", "--org", "DEA"], "code,operator,name\nPTQQQA,PTA,x\n", "org: only rates"),
        ] {
            let told_so = import(server, arguments, text).fails(1);
            assert!(told_so.contains(told), "{arguments:?}: {told_so}");
        }
        let wrong = import(server, &["deadlines", "--org", "DEA"], "referral,hours\nRFI,never\n");
        assert!(wrong.code == Some(1) && wrong.out.contains("line 2, column hours"), "{wrong:?}");
        let wrong = import(server, &["referrals", "--org", "DE"], "decision,reason,referral,remarks\n5,,XYZ,\n");
        assert!(wrong.code == Some(1) && wrong.out.contains("line 2, column referral"), "{wrong:?}");
        assert_eq!(stored(server), 0);
        in_force(server, &["referrals", "--org", "DE"], referrals);
        in_force(server, &["referrals", "--org", "DE"], "decision,reason,referral,remarks\n");
        assert_eq!(stored(server), 1);
        for (arguments, text, fault) in [
            (&["material", "--org", "DE"][..], "group,member,counts,least,percent,most\nbox,HS,1,,,\n", "column group"),
            (&["id_countries"], "letters,countries\nAU,QQ\n", "line 2, column countries: `QQ`"),
            (&["foreign_ids", "--org", "FRA"], "country\nAustralia\n", "line 2, column country"),
        ] {
            let wrong = import(server, arguments, text);
            assert!(wrong.code == Some(1) && wrong.out.contains(fault), "{wrong:?}");
        }
        in_force(server, &["material"], MATERIAL);
        in_force(server, &["material", "--org", "DE"], MATERIAL);
        in_force(server, &["foreign_ids", "--org", "FRA"], "country\nAU\n");
        in_force(server, &["foreign_ids", "--org", "FRA"], "country\n");
        assert_eq!(stored(server), 4, "a table of one organization may be empty");
    }

    fn version_and_hash_tell_whether_the_lists_changed(server) {
        let lists = |org: &str, language: &str| {
            let answer = server.call_as(org, "LoadRefDataCocktail", json!({ "languageCd": language })).ok();
            let lists = answer.json()["LoadRefDataCocktailResult"].clone();
            let hash = lists["Hash"].as_str().expect("a hash").to_owned();
            assert_eq!(answer.header("etag"), Some(format!("\"{hash}\"").as_str()));
            (lists["Version"].as_str().expect("a version").to_owned(), hash)
        };
        let first = lists("AUA", "EN");
        assert_eq!(lists("AUA", "EN"), first);
        assert_ne!(lists("AUA", "FR").1, first.1, "other names");
        in_force(server, &["rates"], "date,base,quote,rate\n2026-11-01,EUR,USD,2\n");
        let after_rates = lists("AUA", "EN");
        assert_eq!(after_rates.1, first.1, "nothing in these lists changed");
        assert_ne!(after_rates.0, first.0, "but something was imported");
        in_force(server, &["offices"], "code,operator,name\nPTQQQA,PTA,Hill office\n");
        assert_ne!(lists("AUA", "EN").1, first.1);
    }
}

/// A server that nobody tells has the new list within ten seconds.
fn a_running_server_takes_up_an_import(engine: Engine) {
    let (url, _folder) = filled_database(engine);
    let server = Process::serve(&url, &[]);
    let folder = folder();
    let Some(offices) = FILES.iter().find(|file| file.list == "offices") else { return };
    offices.import(&url, folder.path(), false, &[]).ok();
    let client = server.client();
    let found = poll(Duration::from_secs(10), || {
        let body = json!({ "token": token_of("AUA") });
        let (_, lists) = client.call("LoadRefDataCocktail", &body).expect("answers");
        lists.to_string().contains("Hill office").then_some(())
    });
    found.expect("the server answers with the new list");
}

on_engines! { a_running_server_takes_up_an_import => a_running_server_takes_up_an_import }
