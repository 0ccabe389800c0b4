//! Programs that are not ours, by which tests look at what the server publishes.
//!
//! `.ci/run` installs what `tests/it/outside` lists and puts it on the path. Elsewhere what the path has is taken; where a
//! program or package is absent the test says so and looks at nothing, which fails in CI.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a script of `tests/it/outside` writes when `input` is given to it; `None` without Python or one of `modules`.
pub fn python(script: &str, modules: &[&str], input: &Value) -> Option<String> {
    let imports = format!("import {}", modules.join(", "));
    let has_all = run(Command::new("python3").args(["-c", &imports]), "").is_some_and(|ran| ran.0);
    if !has_all {
        return absent(&format!("python3 with {}", modules.join(", ")));
    }
    let path = format!("{}/tests/it/outside/{script}", env!("CARGO_MANIFEST_DIR"));
    let (done, output) = run(Command::new("python3").arg(path), &input.to_string())?;
    assert!(done, "{script}: {output}");
    Some(output)
}

/// What a PHP script of `tests/it/outside` writes when `input` is given to it; `None` without PHP or its SOAP client.
pub fn php(script: &str, input: &Value) -> Option<String> {
    let has_soap = run(Command::new("php").args(["-r", "exit(class_exists('SoapClient') ? 0 : 1);"]), "");
    if !has_soap.is_some_and(|ran| ran.0) {
        return absent("php with its extension soap");
    }
    let path = format!("{}/tests/it/outside/{script}", env!("CARGO_MANIFEST_DIR"));
    let (done, output) = run(Command::new("php").arg(path), &input.to_string())?;
    assert!(done, "{script}: {output}");
    Some(output)
}

/// Whether a program in Python, given as text, ends well with an argument and an input, and what it writes.
pub fn python_program(text: &str, argument: &str, input: &str) -> Option<(bool, String)> {
    run(Command::new("python3").args(["-c", text, argument]), input).or_else(|| absent("python3"))
}

/// Whether a program ends well, and what it writes; `None` where it is not installed.
pub fn program(name: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let mut command = Command::new(name);
    // It reports home otherwise.
    command.args(arguments).env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    run(&mut command, "").or_else(|| absent(name))
}

fn absent<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what} is not installed, but CI must test with it");
    eprintln!("SKIPPED: {what} is not installed (tests/it/outside lists what is needed); nothing was looked at");
    None
}

fn run(command: &mut Command, input: &str) -> Option<(bool, String)> {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.ok()?;
    // A program that needs no input may have ended before it is there.
    let _ = child.stdin.take()?.write_all(input.as_bytes());
    let ended = child.wait_with_output().ok()?;
    let written = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Some((ended.status.success(), written.concat()))
}
