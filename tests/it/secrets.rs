//! Secrets stay with who may know them: in files that only their owner reads, off command lines, out of what is shown.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use entrepost::vault::{Place, Vault};

use crate::harness::Engine;
use crate::harness::Server;
use crate::harness::data::{fresh_id, store};
use crate::harness::process::{Process, Ran, SECRET_KEY, admin, entrepost, finish, refused, run, run_with_input};
use crate::harness::raw::Raw;
use crate::harness::server::{filled_database, fresh_database, on_each_schema};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).mode() & 0o777
}

#[test]
fn database_and_backup_are_their_owners_alone() {
    let server = Server::start(Engine::Sqlite);
    server.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "DEA", 2)).ok();
    let file = server.sqlite_file();
    let copy = file.with_extension("copy");
    run(&["backup", "--database-url", &server.database_url, copy.to_str().expect("text")]).ok();
    let beside = |ending: &str| file.with_file_name(format!("test.db{ending}"));
    for path in [file.clone(), beside("-wal"), beside("-shm"), beside("-lock"), copy] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("changes");
    let shown = run(&["check", "--database-url", &server.database_url]).ok();
    assert!(shown.contains("warning: ") && shown.contains("test.db can be read by others (mode 644)"), "{shown}");
}

/// The secrets of the partner USA as they are stored.
fn stored(url: &str) -> Vec<String> {
    let columns = ["token_out", "sign_key"];
    columns
        .map(|column| Raw::open(url).texts(&format!("SELECT {column} AS t FROM partner WHERE code = 'USA'")).remove(0))
        .into()
}

/// The same, opened with a key.
fn opened(url: &str, key: &str) -> Vec<String> {
    let vault = Vault::new(Some(key), None).expect("a key");
    let open = |(column, stored): (&str, String)| {
        assert!(stored.starts_with("sealed1:"), "{stored}");
        vault.open(Place { table: "partner", row: "USA", column }, &stored).expect("opens")
    };
    ["token-out", "sign-key"].into_iter().zip(stored(url)).map(open).collect()
}

/// A command that is given no key but what `key` says.
fn without_key(arguments: &[&str], key: &[(&str, &str)]) -> Ran {
    let mut command = entrepost(arguments);
    command.env_remove("ENTREPOST_SECRET_KEY").envs(key.iter().copied());
    finish(&mut command)
}

#[test]
fn secrets_of_partners_are_sealed_and_the_key_can_be_changed() {
    on_each_schema(|url| {
        let set: &[&str] = &["partner", "set", "USA", "--transport", "http", "--endpoint", "https://usa.example/inbox"];
        let secrets: &[&str] = &["--token-out", "outgoing-token", "--sign-key", "the-key-of-the-link"];
        admin(url, &["organization", "add", "USA", "--kind", "post", "--country", "US", "--name", "USA", "--remote"]);
        let words = [&["admin"][..], set, secrets, &["--database-url", url]].concat();
        let told = without_key(&words, &[]).fails(1);
        assert!(told.contains("secret-key-file") && told.contains("admin secrets new-key FILE"), "{told}");
        without_key(&[&["admin"][..], set, &["--database-url", url]].concat(), &[]).ok();
        admin(url, &[set, secrets].concat());
        assert_eq!(opened(url, SECRET_KEY), ["outgoing-token", "the-key-of-the-link"]);
        // The same again is no change, and stays as it was sealed.
        let before = stored(url);
        admin(url, &[set, secrets].concat());
        assert_eq!(stored(url), before);

        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
        run(&["admin", "secrets", "new-key", &file("new")]).ok();
        assert_eq!(mode(Path::new(&file("new"))), 0o600);
        assert!(run(&["admin", "secrets", "new-key", &file("new")]).fails(1).contains("exists"));
        std::fs::write(file("old"), SECRET_KEY).expect("writes");
        let keys = ["--secret-key-file", &file("new"), "--secret-key-old", &file("old"), "--database-url", url];
        let rekey: &[&str] = &["admin", "secrets", "rekey"];
        let told = without_key(&[rekey, &keys[..2], &keys[4..]].concat(), &[]).fails(1);
        assert!(told.contains("a key that is not here"), "{told}");
        assert!(without_key(&[rekey, &keys].concat(), &[]).ok().contains("1 partners"));
        let key = std::fs::read_to_string(file("new")).expect("reads");
        assert_eq!(opened(url, &key), ["outgoing-token", "the-key-of-the-link"]);
        let both = without_key(&[rekey, &keys].concat(), &[("ENTREPOST_SECRET_KEY", SECRET_KEY)]).fails(2);
        assert!(both.contains("give one of them"), "{both}");
        assert!(without_key(rekey, &[("ENTREPOST_SECRET_KEY", "short")]).fails(2).contains("32 bytes"));
    });
}

#[test]
fn what_stood_in_clear_is_sealed_at_the_start_and_not_served_without_a_key() {
    let (url, folder) = filled_database(Engine::Sqlite);
    admin(&url, &["organization", "add", "USA", "--kind", "post", "--country", "US", "--name", "USA", "--remote"]);
    admin(&url, &["partner", "set", "USA", "--transport", "http", "--endpoint", "https://usa.example/inbox"]);
    without_key(&["check", "--database-url", &url], &[]).ok();
    Raw::open(&url).run("UPDATE partner SET token_out = 'in clear', sign_key = 'the key in clear' WHERE code = 'USA'");
    let told = without_key(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url], &[]).fails(1);
    assert!(told.contains("partners with secrets") && told.contains("secret-key-file"), "{told}");
    drop(Process::serve(&url, &[]));
    assert_eq!(opened(&url, SECRET_KEY), ["in clear", "the key in clear"]);
    drop(folder);
}

#[test]
fn secrets_come_from_standard_input_or_a_file() {
    on_each_schema(|url| {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("key");
        std::fs::write(&key, "the-key-in-a-file\nand a second line\n").expect("writes");
        let from_file = format!("file:{}", key.display());
        admin(url, &["organization", "add", "USA", "--kind", "post", "--country", "US", "--name", "USA", "--remote"]);
        let set = ["admin", "partner", "set", "USA", "--transport", "http", "--endpoint", "https://usa.example/inbox"];
        let secrets = ["--token-out", "-", "--token-in", "-", "--sign-key", &from_file, "--database-url", url];
        let input = "outgoing-token\n0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c77\n";
        run_with_input(&[&set[..], &secrets[..]].concat(), input).ok();
        assert_eq!(opened(url, SECRET_KEY), ["outgoing-token", "the-key-in-a-file"]);
        let listed = admin(url, &["partner", "list"]);
        assert!(listed.contains("calls with a token") && !listed.contains("the-key"), "{listed}");

        admin(url, &["organization", "add", "NZA", "--kind", "post", "--country", "NZ", "--name", "New Zealand"]);
        let issued = admin(url, &["token", "issue", "NZA"]);
        let token = issued.split_whitespace().find(|word| word.len() == 36).expect("a token").to_owned();
        let revoke = ["admin", "token", "revoke", "-", "--database-url", url];
        assert!(run_with_input(&revoke, &format!("{token}\n")).ok().contains("revoked"));
        let told = refused(url, &["partner", "set", "USA", "--sign-key", "file:/nowhere/key"]);
        assert!(told.contains("sign-key") && told.contains("/nowhere/key"), "{told}");
    });
}

#[test]
fn what_is_shown_of_a_partner_holds_no_secret_and_none_goes_out_unencrypted() {
    on_each_schema(|url| {
        admin(url, &["organization", "add", "USA", "--kind", "post", "--country", "US", "--name", "USA", "--remote"]);
        let set = |endpoint: &str, more: &[&str]| {
            let set = ["partner", "set", "USA", "--transport", "http", "--endpoint", endpoint];
            [&set[..], more].concat().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let words = set("http://usa.example/inbox", &[]);
        let told = refused(url, &words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(told.contains("endpoint") && told.contains("--plain-http yes"), "{told}");
        for (endpoint, more) in [
            ("http://user:s3cr3t@usa.example/inbox?token=s3cr3t", &["--plain-http", "yes"][..]),
            ("http://127.0.0.1:9/inbox", &["--plain-http", "no"]),
            ("https://user:s3cr3t@usa.example/inbox", &[]),
        ] {
            let words = set(endpoint, more);
            admin(url, &words.iter().map(String::as_str).collect::<Vec<_>>());
            for shown in [admin(url, &["partner", "list"]), admin(url, &["exchange", "status"])] {
                assert!(!shown.contains("s3cr3t"), "{shown}");
            }
            assert!(admin(url, &["partner", "list"]).contains("/inbox"));
        }
    });
}

#[test]
fn a_file_that_cannot_be_written_is_named_with_the_reason() {
    let (url, folder) = filled_database(Engine::Sqlite);
    let folder = folder.expect("a folder");
    let bind =
        |options: &str| Command::new("mount").args(["-o", options]).arg(folder.path()).arg(folder.path()).output();
    if !bind("bind").is_ok_and(|done| done.status.success()) {
        return eprintln!("SKIPPED: no folder can be made read-only here");
    }
    let read_only = bind("remount,ro,bind").is_ok_and(|done| done.status.success());
    let serve = run(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url]);
    let migrate = run(&["migrate", "--database-url", &url]);
    let _ = Command::new("umount").arg("-l").arg(folder.path()).output();
    assert!(read_only, "bound, but not read-only");
    for told in [serve.fails(1), migrate.fails(1)] {
        assert!(told.contains("test.db") && told.to_lowercase().contains("read"), "{told}");
        assert!(!told.contains("try again"), "{told}");
    }
    let missing = fresh_database(Engine::Sqlite).0.replace("test.db", "no/such/folder/test.db");
    let told = run(&["serve", "--listen", "127.0.0.1:0", "--database-url", &missing]).fails(1);
    assert!(told.contains("no/such/folder/test.db"), "{told}");
}
