//! The house rule: which room may use which, that no files of a room use each other in a circle, and who alone may name
//! Diesel, actix and the time of day.

mod uses;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use entrepost::domain::EventKind;

use uses::Modules;

/// Each room with the rooms it may use. The ground is open to every room.
const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("limits", &[]),
    ("domain", &[]),
    ("clock", &[]),
    ("contract", &[]),
    ("refdata", &["contract"]),
    ("rules", &["contract", "refdata"]),
    ("edi", &["contract", "refdata"]),
    ("print", &["contract", "refdata"]),
    ("sheet", &["contract", "refdata"]),
    ("store", &["contract", "clock"]),
    ("jobs", &[]),
    ("service", &["contract", "rules", "refdata", "sheet", "store", "clock", "jobs", "vault"]),
    ("delivery", &[]),
    ("exchange", &["contract", "rules", "edi", "service", "store", "net", "clock", "vault", "delivery"]),
    ("notify", &["contract", "service", "store", "net", "clock", "vault", "delivery"]),
    ("net", &[]),
    ("vault", &[]),
    // `rules` for the forms of codes and the flow letters, which are checked while a request is read.
    // `net` for the networks that settings name; `sheet` for the names of a declaration's members: a form has the fields that a
    // sheet has columns.
    ("http", &["service", "contract", "rules", "print", "refdata", "sheet", "exchange", "notify", "net", "vault"]),
    // A user of the services like any other, kept apart from the rooms it fills.
    ("demo", &["contract", "rules", "service", "exchange", "vault"]),
    // Its product is the options of the rooms that have any.
    ("config", &["http", "service", "store", "net", "vault"]),
];

/// Open to every room.
const GROUND: &[&str] = &["error", "limits", "domain"];

/// May use everything.
const OPEN: &[&str] = &["app", "main", "admin", "edi_files", "print_files", "sheet_files", "lib"];

/// Rooms whose circles are still to be broken.
const WITH_CIRCLES: &[&str] = &[];

/// Words that only some places may write, and why the exceptions are there.
const RESERVED: &[(&[&str], &[&str])] = &[
    (&["diesel", "libsqlite3_sys", "pq_sys"], &["store"]),
    (&["actix_web", "actix_rt", "actix_http"], &["http", "app", "main"]),
    (&["Utc::now", "Local::now", "SystemTime"], &["clock"]),
    // A stopwatch is no clock: how long a request took, how long a group has been open, how long an answer is waited for.
    (
        &["Instant"],
        &[
            "clock",
            "http/pipeline",
            "jobs",
            "service/events/long_poll",
            "sheet_files",
            "store/engine/line",
            "store/engine/pool",
            "store/engine/store",
            "store/engine/watch",
            "store/engine/writer",
            "edi/tests/bounds",
            "edi/tests/broken",
            "notify/send",
        ],
    ),
    // What is left to wait, by the limiter's own stopwatch.
    (&["DefaultClock"], &["http/pipeline"]),
    (&["UdpSocket", "ToSocketAddrs", "ureq", "reqwest", "hyper"], &["net"]),
    // Connections that come in.
    (&["TcpStream"], &["net", "http/listening", "http/pipeline"]),
    // The address is bound where everything is wired; the HTTP room takes the socket.
    (&["TcpListener"], &["app", "http"]),
    // Through the services' own methods only.
    (&["services.store"], &["app", "exchange", "main", "notify", "service"]),
];

/// A source file: its room, its place in the house and its text without comments and tests.
struct Source {
    room: String,
    place: String,
    /// How many `super::` lead out of the room.
    depth: usize,
    lines: Vec<(usize, String)>,
}

/// The folder of the sources, and all files in it.
fn source_files() -> (PathBuf, Vec<PathBuf>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    (root, files)
}

fn sources() -> Vec<Source> {
    let (root, files) = source_files();
    files
        .iter()
        .filter(|file| file.file_name().is_none_or(|name| name != "tests.rs"))
        .map(|file| read(&root, file))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let place = file.strip_prefix(root).expect("below").with_extension("");
    let mut parts: Vec<&str> = place.iter().filter_map(|part| part.to_str()).collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    let text = fs::read_to_string(file).expect("text");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let lines = with_whole_lists(text.lines().enumerate().map(|(at, line)| (at + 1, code(line))));
    Source { room: parts[0].to_owned(), place: parts.join("/"), depth: parts.len(), lines }
}

/// The lines, with lists behind `crate::` that run over several put into their first one.
fn with_whole_lists(lines: impl Iterator<Item = (usize, String)>) -> Vec<(usize, String)> {
    let braces = |text: &str| text.matches('{').count() as i32 - text.matches('}').count() as i32;
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut open = 0;
    for (number, line) in lines {
        match whole.last_mut().filter(|_| open > 0) {
            Some((_, list)) => {
                open += braces(&line);
                list.push_str(&line);
            }
            None => {
                open = line.split_once("crate::{").map_or(0, |(_, list)| 1 + braces(list));
                whole.push((number, line));
            }
        }
    }
    whole
}

/// The rooms named after `crate::` in a line, also within braces.
fn rooms_named(line: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        // `$crate::` in macros and names that end in `crate` are read alike, which errs on the strict side.
        let rest = &line[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(word(rest)),
            Some(list) => {
                let mut open = 1;
                let mut top_level = String::new();
                for c in list.chars() {
                    open += i32::from(c == '{') - i32::from(c == '}');
                    match open {
                        0 => break,
                        1 => top_level.push(c),
                        _ => {}
                    }
                }
                rooms.extend(top_level.split(',').map(|entry| word(entry.trim())));
            }
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

/// Whether `word` stands in `line` on its own.
fn names(line: &str, word: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part_of_a_name);
        let after = line[at + word.len()..].chars().next().is_some_and(part_of_a_name);
        !before && !after
    })
}

/// The longest chain of `super::` in a line.
fn steps_out(line: &str) -> usize {
    (1..=5).rev().find(|steps| line.contains(&"super::".repeat(*steps))).unwrap_or(0)
}

#[test]
fn every_edge_between_rooms_is_one_of_the_table() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !OPEN.contains(&source.room.as_str())) {
        let allowed = MAY_USE.iter().find(|(room, _)| *room == source.room).map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            wrong.push(format!("src/{}: the table does not know the room {}", source.place, source.room));
            continue;
        };
        for (number, line) in &source.lines {
            for used in rooms_named(line) {
                let open = used == source.room || GROUND.contains(&used.as_str());
                if !open && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("src/{}.rs:{number}: {} must not use {used}", source.place, source.room));
                }
            }
            if steps_out(line) >= source.depth {
                wrong.push(format!("src/{}.rs:{number}: `super::` leads out of the room", source.place));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let (root, files) = source_files();
    let modules = Modules::of(&root, &files);
    let mut wrong = modules.signboards_without_names();
    let uses = modules.inside_rooms();
    for circle in uses::circles(&uses) {
        let room = circle.first().and_then(|file| file.first()).map_or("", String::as_str);
        if WITH_CIRCLES.contains(&room) {
            continue;
        }
        wrong.push(format!("a circle in {room}; move what both sides need into a file of its own:"));
        for file in &circle {
            for (used, lines) in uses[file].iter().filter(|(used, _)| circle.contains(*used)) {
                let place = modules.file(file);
                wrong.push(format!("  {place} uses {}", modules.file(used)));
                wrong.extend(lines.iter().map(|line| format!("    {place}:{line}")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn diesel_actix_time_and_sockets_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (words, places) in RESERVED {
            let within = |place: &str| source.place.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
            let at_home = places.iter().any(|place| source.room == *place || source.place == *place || within(place));
            for (number, line) in source.lines.iter().filter(|_| !at_home) {
                // A text in quotes is no use of the word.
                let bare: String = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
                for word in words.iter().filter(|word| names(&bare, word)) {
                    wrong.push(format!("src/{}.rs:{number}: {word} belongs to {}", source.place, places.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_of_events_are_written_in_the_vocabulary_alone() {
    let mut wrong = Vec::new();
    let words = EventKind::ALL.map(EventKind::stored);
    for source in sources().iter().filter(|source| source.room != "domain" && !source.place.contains("test")) {
        for (number, line) in &source.lines {
            for word in words.iter().filter(|word| line.contains(&format!("\"{word}\""))) {
                wrong.push(format!("src/{}.rs:{number}: {word} has a name in domain", source.place));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_and_the_reader_of_this_test_can_be_trusted() {
    let found: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    for (room, _) in MAY_USE {
        assert!(found.contains(*room), "the table has a room that is not there: {room}");
    }
    for room in ["app", "contract", "http", "rules", "service", "store"] {
        assert!(found.contains(room), "the sources were not found: {found:?}");
    }
    assert_eq!(rooms_named("use crate::{error::Error, store::{Tx, who::Row}, limits};"), ["error", "store", "limits"]);
    let list = ["use crate::{", "    error::{Error,", "        Result},", "    store::Tx,", "};", "fn f() {"];
    let whole = with_whole_lists((1..).zip(list.map(str::to_owned)));
    assert_eq!(whole.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(rooms_named(&whole[0].1), ["error", "store"]);
    assert_eq!(rooms_named("    let x: crate::http::Y = crate::service::z();"), ["http", "service"]);
    assert!(names("let at = Utc::now();", "Utc::now") && !names("let at = MyUtc::now();", "Utc::now"));
    assert!(names("use diesel::prelude::*;", "diesel") && !names("diesel_like", "diesel"));
    assert_eq!(steps_out("use super::super::store;"), 2);
}
