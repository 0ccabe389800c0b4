//! A real browser, driven as the WebDriver protocol says: Chromium by its own driver, and axe, which looks for what keeps people
//! from using a page.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How the protocol names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
pub const ENTER: &str = "\u{e007}";
pub const TAB: &str = "\u{e004}";

pub struct Browser {
    agent: ureq::Agent,
    base: String,
    session: String,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// The text of axe; none, said aloud, where browser, driver or axe are absent, which fails in CI.
pub fn axe() -> Option<String> {
    for program in ["chromium", "chromedriver"] {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            return absent(program);
        }
    }
    let fetched = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/outside/axe")).output().ok();
    let path = fetched
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let text = path.and_then(|path| std::fs::read_to_string(path).ok());
    text.or_else(|| absent("axe-core, which tests/it/outside/axe fetches,"))
}

fn absent<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what} is not there, but CI must look at the pages with it");
    eprintln!("SKIPPED: {what} is not there; no page was looked at");
    None
}

impl Browser {
    /// A browser with a profile of its own, with scripts or without.
    pub fn start(has_script: bool) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let ready = |line: String| line.split_once("started successfully on port ").map(|(_, port)| port.to_owned());
        let port = lines.map_while(Result::ok).find_map(ready).expect("says its port");
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1280,900",
            "--lang=en",
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let prefs =
            if has_script { json!({}) } else { json!({ "profile.managed_default_content_settings.javascript": 2 }) };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": { "args": arguments, "prefs": prefs },
        } } });
        let base = format!("http://127.0.0.1:{port}");
        let mut browser = Self { agent: agent.into(), base, session: String::new(), driver, _profile: profile };
        let session = browser.call("POST", "/session", &wanted).expect("a session");
        browser.session = session["sessionId"].as_str().expect("an id").to_owned();
        // An element of a page that is just being loaded is waited for by the driver.
        browser.on("/timeouts", json!({ "implicit": 5_000, "script": 30_000 }));
        browser
    }

    fn call(&self, verb: &str, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}{path}", self.base);
        let answer = match verb {
            "GET" => self.agent.get(&url).call(),
            "DELETE" => self.agent.delete(&url).call(),
            _ => self.agent.post(&url).header("content-type", "application/json").send(body.to_string()),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_string()
            .map_err(|error| error.to_string())?;
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if answer.status().is_success() {
            Ok(value["value"].clone())
        } else {
            Err(value["value"]["message"].to_string())
        }
    }

    #[track_caller]
    fn on(&self, path: &str, body: Value) -> Value {
        let done = self.call("POST", &format!("/session/{}{path}", self.session), &body);
        done.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    #[track_caller]
    pub fn go(&self, url: &str) {
        self.on("/url", json!({ "url": url }));
    }

    #[track_caller]
    fn find(&self, using: &str, what: &str) -> String {
        let element = self.on("/element", json!({ "using": using, "value": what }));
        element[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Waits for a heading of the first order with this text: the page that a key or click led to.
    #[track_caller]
    pub fn arrives_at(&self, heading: &str) {
        self.find("xpath", &format!("//h1[normalize-space(.)=\"{heading}\"]"));
    }

    /// Waits until there is an element.
    #[track_caller]
    pub fn sees(&self, css: &str) {
        self.find("css selector", css);
    }

    #[track_caller]
    pub fn click(&self, css: &str) {
        let element = self.find("css selector", css);
        self.on(&format!("/element/{element}/click"), json!({}));
    }

    /// Types into an element, in the place of what it holds.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.find("css selector", css);
        self.on(&format!("/element/{element}/clear"), json!({}));
        self.on(&format!("/element/{element}/value"), json!({ "text": text }));
    }

    /// Presses keys wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes = keys
            .chars()
            .flat_map(|key| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]);
        let strokes: Vec<Value> = strokes.collect();
        self.on("/actions", json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }));
    }

    /// What a script returns.
    #[track_caller]
    pub fn script(&self, code: &str) -> Value {
        self.on("/execute/sync", json!({ "script": code, "args": [] }))
    }

    /// What a script hands to the function that is its last argument.
    #[track_caller]
    pub fn later(&self, code: &str) -> Value {
        self.on("/execute/async", json!({ "script": code, "args": [] }))
    }

    /// What keeps people from using the page: rule, where, and why.
    #[track_caller]
    pub fn violations(&self, axe: &str, rules: &Value) -> Vec<String> {
        let code = format!(
            "{axe}; const done = arguments[arguments.length - 1]; axe.run(document, {{ runOnly: {rules} }}).then(\
             found => done(found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))),\
             error => done([String(error)]))"
        );
        let found = self.later(&code);
        let found = found.as_array().cloned().unwrap_or_else(|| vec![found]);
        found.iter().map(|one| one.as_str().unwrap_or("?").to_owned()).collect()
    }

    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.developer("Emulation.setDeviceMetricsOverride", size);
    }

    pub fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.developer("Emulation.setEmulatedMedia", features);
    }

    fn developer(&self, command: &str, params: Value) {
        self.on("/goog/cdp/execute", json!({ "cmd": command, "params": params }));
    }

    /// Keeps a picture of the page among those of the run (`target/pictures`).
    pub fn picture(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        std::fs::create_dir_all(&folder).expect("a folder");
        let height = self.script("return document.documentElement.scrollHeight").as_u64().unwrap_or(900);
        let width = self.script("return document.documentElement.clientWidth").as_u64().unwrap_or(1_280);
        self.resize(width as u32, height as u32);
        let shot = self.call("GET", &format!("/session/{}/screenshot", self.session), &Value::Null).expect("a picture");
        let bytes = STANDARD.decode(shot.as_str().expect("base64")).expect("base64");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("writes");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("DELETE", &format!("/session/{}", self.session), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
