//! The command line as operators use it: the real binary, on both engines.

use entrepost::config::{SETTINGS, Setting};
use entrepost::limits;
use serde_json::json;

use crate::harness::data::{fresh_id, status, store};
use crate::harness::postgres;
use crate::harness::process::{Process, admin, entrepost, finish, refused, run, run_with_input};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, fresh_database, on_each_engine, token_of};
use crate::harness::{Engine, Server};

fn add_organizations(url: &str) {
    admin(url, &["organization", "add", "DE", "--kind", "customs", "--country", "DE", "--name", "German customs"]);
    admin(url, &["organization", "add", "DEA", "--kind", "post", "--country", "DE", "--name", "German post"]);
}

#[test]
fn settings_of_organizations() {
    on_each_engine(|url| {
        add_organizations(url);
        let changed = Raw::open(url).number("SELECT version_no AS n FROM reference_state");
        let set = |arguments: &[&str]| admin(url, &[&["organization", "set"], arguments].concat());
        assert_eq!(set(&["DE", "--decision-clock", "receipt", "--answered-by-post", "yes"]), "organization DE\n");
        set(&["DE", "--reads", "first"]);
        set(&["DEA", "--speaks-for", "AUA", "FRA"]);
        assert!(Raw::open(url).number("SELECT version_no AS n FROM reference_state") > changed, "servers notice");
        let listed = "DE\tcustoms\tDE\thosted\tGerman customs, decision-clock receipt, reads first, answered-by-post yes\n\
                      DEA\tpost\tDE\thosted\tGerman post, speaks-for AUA FRA\n";
        assert_eq!(admin(url, &["organization", "list"]), listed);
        set(&["DE", "--reads", "latest", "--decision-clock", "stated", "--answered-by-post", "no"]);
        set(&["DEA", "--speaks-for", "none"]);
        let listed = "DE\tcustoms\tDE\thosted\tGerman customs\nDEA\tpost\tDE\thosted\tGerman post\n";
        assert_eq!(admin(url, &["organization", "list"]), listed);

        for (arguments, told) in [
            (&["DEA", "--reads", "first"][..], "reads: only a customs administration has this setting"),
            (&["DE", "--speaks-for", "AUA"], "speaks-for: only a post has this setting"),
            (&["DEA", "--speaks-for", "Australia"], "speaks-for: name other posts"),
            (&["DEA", "--speaks-for", "DEA"], "speaks-for: name other posts"),
            (&["XXX", "--reads", "first"], "no such organization"),
            (&["DE"], "name at least one setting"),
        ] {
            let told_so = refused(url, &[&["organization", "set"], arguments].concat());
            assert!(told_so.contains(told), "{arguments:?}: {told_so}");
        }
        run(&["admin", "organization", "set", "DE", "--reads", "often", "--database-url", url]).fails(2);
        run(&["admin", "organization", "set", "DE", "--answered-by-post", "1", "--database-url", url]).fails(2);
    });
}

#[test]
fn organizations() {
    on_each_engine(|url| {
        let added = admin(
            url,
            &[
                "organization",
                "add",
                "PTA",
                "--kind",
                "post",
                "--country",
                "PT",
                "--name",
                "Post",
                "--customs",
                "PTX",
                "--time-zone",
                "Europe/Lisbon",
                "--remote",
                "--no-new-users",
            ],
        );
        assert_eq!(added, "organization PTA\n");
        add_organizations(url);
        let list = admin(url, &["organization", "list"]);
        assert_eq!(
            list,
            "DE\tcustoms\tDE\thosted\tGerman customs\nDEA\tpost\tDE\thosted\tGerman post\n\
             PTA\tpost\tPT\tremote\tPost, customs PTX\n"
        );
        let created = "SELECT CAST(created_at AS TEXT) AS t FROM organization WHERE code = 'PTA'";
        let first = Raw::open(url).texts(created);
        admin(url, &["organization", "add", "PTA", "--kind", "post", "--country", "PT", "--name", "Correios"]);
        assert!(admin(url, &["organization", "list"]).contains("PTA\tpost\tPT\thosted\tCorreios\n"));
        assert_eq!(Raw::open(url).texts(created), first, "a change does not make it younger");

        let kind = refused(url, &["organization", "add", "PTA", "--kind", "customs", "--country", "PT", "--name", "X"]);
        assert!(kind.contains("kind"), "{kind}");
        let wrong = refused(
            url,
            &[
                "organization",
                "add",
                "toolong",
                "--kind",
                "post",
                "--country",
                "pt",
                "--name",
                " ",
                "--time-zone",
                "Mars",
            ],
        );
        for told in ["CODE:", "country:", "name:", "time-zone:"] {
            assert!(wrong.contains(told), "all mistakes at once: {wrong}");
        }
        run(&["admin", "organization", "add", "X", "--kind", "shop", "--database-url", url]).fails(2);
    });
}

#[test]
fn tokens() {
    on_each_engine(|url| {
        add_organizations(url);
        let fixed = "11111111-2222-4333-8444-555555555555";
        let issued = admin(url, &["token", "issue", "DEA", "--label", "the sorting centre"]);
        let issued = issued.trim();
        assert!(uuid::Uuid::parse_str(issued).is_ok(), "{issued}");
        assert_eq!(admin(url, &["token", "issue", "DE", "--token", fixed]).trim(), fixed);
        let expired = admin(url, &["token", "issue", "DEA", "--expires", "2020-01-01T00:00:00Z"]);
        let lasting = admin(url, &["token", "issue", "DEA", "--expires", "2999-01-01"]);
        let list = admin(url, &["token", "list", "DEA"]);
        assert_eq!(list.lines().count(), 3, "{list}");
        assert!(list.contains("in force\tthe sorting centre") && list.contains("until 2999-01-01"), "{list}");
        assert!(!list.contains(issued), "a token is shown once");

        let server = Process::serve(url, &[]);
        let beats = |token: &str| {
            let answer = server.client().call("GetHeartbeat", &json!({ "securityToken": token.trim() }));
            answer.expect("answers").0
        };
        assert_eq!([issued, fixed, &expired, &lasting].map(beats), [200, 200, 401, 200]);
        assert_eq!(admin(url, &["token", "revoke", issued]), "revoked\n");
        assert!(admin(url, &["token", "list", "DEA"]).contains("revoked "));
        let gone =
            crate::harness::process::poll(std::time::Duration::from_secs(5), || (beats(issued) == 401).then_some(()));
        gone.expect("a running server notices");

        for (arguments, told) in [
            (vec!["token", "issue", "XXX"], "no such organization"),
            (vec!["token", "issue", "DE", "--token", fixed], "issued before"),
            (vec!["token", "issue", "DE", "--token", "secret"], "GUID"),
            (vec!["token", "issue", "DE", "--token", "00000000-0000-0000-0000-000000000000"], "all-zero"),
            (vec!["token", "issue", "DE", "--expires", "soon"], "expires"),
            (vec!["token", "issue", "DE", "--expires", ""], "expires"),
            (vec!["token", "revoke", issued], "no such token is in force"),
        ] {
            let err = refused(url, &arguments);
            assert!(err.contains(told), "{arguments:?}: {err}");
        }
    });
}

#[test]
fn offices_and_users() {
    on_each_engine(|url| {
        add_organizations(url);
        let token = admin(url, &["token", "issue", "DEA"]);
        assert_eq!(admin(url, &["office", "add", "DEFRAA", "--org", "DEA", "--name", "Frankfurt"]), "office DEFRAA\n");
        admin(url, &["office", "add", "DEBERA", "--org", "DEA"]);
        admin(url, &["office", "add", "DEBERA", "--org", "DEA", "--name", "Berlin"]);
        assert_eq!(admin(url, &["office", "list"]), "DEBERA\tDEA\tBerlin\nDEFRAA\tDEA\tFrankfurt\n");
        assert!(refused(url, &["office", "add", "DEBERA", "--org", "DE"]).contains("another organization"));
        assert!(refused(url, &["office", "add", "berlin", "--org", "DEA"]).contains("IMPC"));

        let add = |password: &str, more: &[&str]| {
            let arguments = [&["admin", "user", "add", "clerk", "--org", "DEA", "--password", "-"], more].concat();
            run_with_input(&[arguments, vec!["--database-url", url]].concat(), password)
        };
        assert_eq!(add("first secret\n", &["--office", "DEFRAA", "--office", "DEBERA"]).ok(), "user clerk\n");
        assert!(admin(url, &["user", "list", "DEA"]).starts_with("clerk\tmay log in\tcreated by admin"));
        let server = Process::serve(url, &[]);
        let login = |password: &str| {
            let body = json!({ "securityToken": token.trim(), "userCd": "clerk", "password": password });
            server.client().call("Login", &body).expect("answers")
        };
        let (code, session) = login("first secret");
        assert_eq!((code, &session["AllowedOffices"]), (200, &json!(["DEBERA", "DEFRAA"])));
        // A new password ends the sessions, and leaves the offices alone.
        add("second secret", &[]).ok();
        let beat = server.client().call("GetHeartbeat", &json!({ "securityToken": session["SecurityKey"] }));
        assert_eq!(beat.expect("answers").0, 401);
        assert_eq!(login("first secret").0, 401);
        let (code, session) = login("second secret");
        assert_eq!((code, &session["AllowedOffices"]), (200, &json!(["DEBERA", "DEFRAA"])));
        add("second secret", &["--office", "DEFRAA"]).ok();
        assert_eq!(login("second secret").1["AllowedOffices"], json!(["DEFRAA"]));

        assert!(add("", &[]).fails(1).contains("password"), "an empty password");
        assert!(add(&"x".repeat(limits::PASSWORD_CHARS + 1), &[]).fails(1).contains("password"));
        assert!(add("x", &["--office", "DEXXXX"]).fails(1).contains("DEXXXX"));
        assert!(refused(url, &["user", "add", "clerk", "--org", "XXX"]).contains("no such organization"));
        assert_eq!(login("second secret").0, 200, "what was refused changed nothing");
    });
}

#[test]
fn history_is_shown_and_verified() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && !postgres::is_there() {
            return;
        }
        let server = Server::start(engine);
        let url = server.database_url.clone();
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let shown = admin(&url, &["history", "show", "AUA", &id]);
        let parts: Vec<&str> = shown.trim_end().split('\t').collect();
        assert_eq!((parts[0], parts[2], parts[3]), ("1", "declaration.final", "AUA/tester"), "{shown}");
        let with_texts = admin(&url, &["history", "show", "AUA", &id, "--texts"]);
        assert!(with_texts.contains("\n\ttext\t{\"CommercialTransactions\""), "in clear: {with_texts}");
        assert!(!shown.contains("text\t{"), "only when asked for: {shown}");
        assert!(admin(&url, &["history", "show", "DEA", &id]).contains("declaration.received\tAUA"));
        assert!(refused(&url, &["history", "show", "FRA", &id]).contains("no such item"));
        assert!(admin(&url, &["history", "verify"]).contains("the history is whole"));

        let kept = admin(&url, &["history", "trade", "AUA", "anonymous", "9384748AU", "--texts"]);
        assert!(kept.starts_with("1\t") && kept.contains("\tstored\tAUA"), "{kept}");
        server.call_as("DE", "SetWatchdogItemInfo", json!({ "itemId": id, "watchdogInfo": { "Operation": 4 } })).ok();
        let marked = admin(&url, &["history", "trade", "DE", "mark", &format!("{id}/ZZZ")]);
        assert!(marked.starts_with("1\t") && marked.contains("\tstored\tDE"), "{marked}");
        let absent = refused(&url, &["history", "trade", "FRA", "anonymous", "9384748AU"]);
        assert!(absent.contains("nothing of this kind"), "{absent}");
        run(&["admin", "history", "trade", "AUA", "ship", "1", "--database-url", &url]).fails(2);
    }
}

#[test]
fn migrations_go_up_down_and_up_again() {
    on_each_engine(|url| {
        let migrate = |more: &[&str]| run(&[&["migrate", "--database-url", url], more].concat());
        let tables = |raw: &mut Raw| match raw {
            Raw::Sqlite(_) => raw.number(
                "SELECT count(*) AS n FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
            ),
            Raw::Postgres(_) => raw.number(
                "SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace AND
                 relname NOT LIKE '\\_\\_%' AND relname NOT LIKE 'migration_lock%'",
            ),
        };
        let up = migrate(&[]).ok();
        let count = up.lines().filter(|line| line.starts_with("applied: ")).count();
        assert!(count >= 4, "{up}");
        assert_eq!(migrate(&[]).ok(), "the schema is current\n");
        let schema = tables(&mut Raw::open(url));
        add_organizations(url);
        for left in (0..count).rev() {
            let down = migrate(&["--down"]).ok();
            assert!(down.starts_with("taken back: "), "{down}");
            let check = run(&["check", "--database-url", url]).ok();
            assert!(check.contains(&format!("{} migrations to apply", count - left)), "{check}");
        }
        assert_eq!(tables(&mut Raw::open(url)), 0, "nothing is left behind");
        migrate(&["--down"]).fails(1);
        let refusal =
            run(&["admin", "organization", "list", "--database-url", url, "--migrate-at-start", "false"]).fails(1);
        assert!(refusal.contains("run `entrepost migrate`"), "{refusal}");
        assert_eq!(migrate(&[]).ok(), up, "the same again");
        assert_eq!(tables(&mut Raw::open(url)), schema);
        add_organizations(url);
        assert!(run(&["check", "--database-url", url]).ok().contains("database: reachable, schema current"));
    });
}

#[test]
fn check_shows_settings_with_their_places_and_no_password() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("entrepost.toml");
    std::fs::write(&file, "workers = 3\npool-size = 4\ngroup-ms = 5\n").expect("writes");
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let mut command = entrepost(&["check", "--workers", "7", "--database-url", &url]);
    command.env("ENTREPOST_CONFIG", &file).env("ENTREPOST_WORKERS", "5").env("ENTREPOST_POOL_SIZE", "6");
    let shown = finish(&mut command).ok();
    let place = format!("(file {})", file.display());
    for line in [
        "workers = 7  (option --workers)",
        "pool-size = 6  (variable ENTREPOST_POOL_SIZE)",
        &format!("group-ms = 5  {place}"),
        "group-jobs = 512  (default)",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "`{line}` is missing in\n{shown}");
    }
    for url in [
        "postgres://me:s3cr3t@127.0.0.1:1/db",
        "postgres://me:s3@cr3t@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=me&password=s3cr3t",
        "postgres://127.0.0.1:1/db?password=s3cr3t&sslmode=disable",
    ] {
        let ran = run(&["check", "--database-url", url]);
        let all = format!("{}{}", ran.out, ran.err);
        assert!(!all.contains("cr3t"), "{all}");
        assert!(ran.out.contains("database-url = postgres") && ran.out.contains("***"), "{all}");
        assert_eq!(ran.code, Some(1), "the database is not there");
    }
}

/// Each setting is taken under its name as option, as variable and in the file; a wrong value is refused by name, all of
/// them together.
#[test]
fn every_setting_is_set_by_its_name_in_three_ways() {
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let value = |setting: &Setting| match setting.name {
        "listen" => "127.0.0.1:0".to_owned(),
        "database-url" => url.clone(),
        "font-folder" => folder.path().display().to_string(),
        _ => setting.default.to_owned(),
    };
    let variable = |name: &str| format!("ENTREPOST_{}", name.to_uppercase().replace('-', "_"));
    let (mut options, mut variables) = (entrepost(&["check"]), entrepost(&["check"]));
    let mut file = String::new();
    for setting in SETTINGS {
        let value = value(setting);
        options.args([format!("--{}", setting.name), value.clone()]);
        variables.env(variable(setting.name), &value);
        file.push_str(&format!("{} = '{value}'\n", setting.name));
    }
    let path = folder.path().join("all.toml");
    std::fs::write(&path, file).expect("writes");
    let mut in_file = entrepost(&["check"]);
    in_file.env("ENTREPOST_CONFIG", &path);
    for (command, place) in [(&mut options, "(option --"), (&mut variables, "(variable "), (&mut in_file, "(file ")] {
        let shown = finish(command).out;
        for setting in SETTINGS {
            let is_its = |line: &&str| line.starts_with(&format!("{} = ", setting.name));
            let line = shown.lines().find(is_its).unwrap_or_else(|| panic!("{} is missing in\n{shown}", setting.name));
            assert!(line.contains(place), "{line}");
        }
    }
    let mut wrong = entrepost(&["check"]);
    let bounded = SETTINGS.iter().filter(|setting| !["database-url", "font-folder"].contains(&setting.name));
    for setting in bounded.clone() {
        wrong.env(variable(setting.name), "nonsense");
    }
    let told = finish(&mut wrong).fails(2);
    for setting in bounded {
        assert!(told.contains(&format!("{}: `nonsense`", setting.name)), "{} is missing in\n{told}", setting.name);
    }
}

#[test]
fn a_backup_of_a_running_server_serves_the_same_items() {
    let (url, folder) = filled_database(Engine::Sqlite);
    let folder = folder.expect("a folder");
    let server = Server::on(&url, &[]);
    let (id, later) = (fresh_id("AU"), fresh_id("AU"));
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    let file = folder.path().join("copy of it's.db");
    let file = file.to_str().expect("text");
    let backup = |file: &str| run(&["backup", file, "--database-url", &url]);
    assert!(backup(server.sqlite_file().to_str().expect("text")).fails(1).contains("exists"), "onto itself");
    assert_eq!(backup(file).ok(), format!("copied to {file}\n"));
    server.call_as("AUA", "StoreDeclaration", store(&later, "AUA", "DEA", 2)).ok();

    let copy_url = format!("sqlite:{file}");
    let copy = Process::serve(&copy_url, &[]);
    let item = |post: &str, flow: &str, id: &str| {
        let mut body = status(post, id, flow);
        body["token"] = json!(token_of(post));
        body["userCd"] = json!("tester");
        copy.client().call("GetCustomsStatus", &body).expect("answers").1
    };
    for (post, flow) in [("AUA", "O"), ("DEA", "I")] {
        let original = server.call_as(post, "GetCustomsStatus", status(post, &id, flow)).ok().json();
        assert!(!original["GetCustomsStatusResult"].is_null());
        assert_eq!(item(post, flow, &id), original);
    }
    assert!(item("AUA", "O", &later)["GetCustomsStatusResult"].is_null(), "the copy is of its moment");
    assert!(admin(&copy_url, &["history", "verify"]).contains("the history is whole"));

    let before = std::fs::read(file).expect("reads");
    assert!(backup(file).fails(1).contains("exists"));
    assert_eq!(std::fs::read(file).expect("reads"), before, "an existing file is left alone");
    backup("/nowhere/copy.db").fails(1);
    let missing = folder.path().join("missing.db");
    let missing_url = format!("sqlite:{}", missing.display());
    let target = folder.path().join("target.db");
    run(&["backup", target.to_str().expect("text"), "--database-url", &missing_url]).fails(1);
    assert!(!missing.exists() && !target.exists(), "a slip in the URL makes neither a database nor an empty backup");
    if postgres::is_there() {
        let (url, _) = fresh_database(Engine::Postgres);
        assert!(run(&["backup", target.to_str().expect("text"), "--database-url", &url]).fails(1).contains("pg_dump"));
    }
}
