//! A browser without a window: keeps cookies, sends forms as a page of the server would, and follows nothing by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use entrepost::domain::{Role, Roles};
use entrepost::service::users::{AccountChanges, Administrator, Expected};

use super::Server;

/// The password of everybody that [`Server::add_person`] adds.
pub const PASSWORD: &str = "a kettle of blue herrings";

pub struct Visitor<'s> {
    server: &'s Server,
    agent: ureq::Agent,
    jar: RefCell<BTreeMap<String, String>>,
    /// The token of the page seen last.
    token: RefCell<String>,
}

/// What a visit was answered.
#[derive(Debug)]
pub struct Shown {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Shown {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, self.text);
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Where it leads to.
    #[track_caller]
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").expect("an address")
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.text.contains(text), "{text} is not in {}", self.text);
        self
    }

    /// The value of the first input of this name.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        let input = self.text.split("<input").find(|input| input.contains(&format!(" name=\"{name}\"")));
        let value = input.and_then(|input| input.split(" value=\"").nth(1)?.split('"').next());
        value.unwrap_or_else(|| panic!("no {name} in {}", self.text)).to_owned()
    }

    /// The text between two others.
    #[track_caller]
    pub fn between(&self, before: &str, after: &str) -> &str {
        let found = self.text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
        found.map(|(text, _)| text).unwrap_or_else(|| panic!("no {before} in {}", self.text))
    }
}

impl<'s> Visitor<'s> {
    pub fn new(server: &'s Server) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self { server, agent: agent.into(), jar: RefCell::default(), token: RefCell::default() }
    }

    /// Somebody who has signed in with [`PASSWORD`].
    pub fn signed_in(server: &'s Server, org: &str, user: &str) -> Self {
        let visitor = Self::new(server);
        visitor.sign_in(org, user, PASSWORD).leads_to();
        visitor.get("/console/me").is(200);
        visitor
    }

    pub fn sign_in(&self, org: &str, user: &str, password: &str) -> Shown {
        self.post("/console/login", &[("organization", org), ("user", user), ("password", password)])
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    pub fn token(&self) -> String {
        self.token.borrow().clone()
    }

    pub fn get(&self, path: &str) -> Shown {
        self.send("GET", path, None, &[])
    }

    /// Sends a form as the page seen last would.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.token();
        let with_token: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        let origin = self.server.base.clone();
        self.send("POST", path, Some(&with_token), &[("origin", &origin)])
    }

    /// Sends a form that is answered with a file.
    pub fn post_for_bytes(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let token = self.token();
        let with_token: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        let jar: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = ureq::http::Request::post(format!("{}{path}", self.server.base))
            .header("cookie", jar.join("; "))
            .header("origin", &self.server.base)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string(with_token).expect("a form"));
        let mut answer = self.agent.run(request.expect("a request")).expect("answers");
        answer.body_mut().read_to_vec().expect("bytes")
    }

    /// Sends a form with a file as the page seen last would.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Shown {
        let token = self.token();
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("csrf", token.as_str())]) {
            let part = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        body.extend_from_slice(b"--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n");
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--part--\r\n");
        let jar: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = ureq::http::Request::post(format!("{}{path}", self.server.base))
            .header("cookie", jar.join("; "))
            .header("origin", &self.server.base)
            .header("content-type", "multipart/form-data; boundary=part")
            .body(body);
        let mut answer = self.agent.run(request.expect("a request")).expect("answers");
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let text = answer.body_mut().read_to_string().expect("text");
        Shown { status: answer.status().as_u16(), headers, text }
    }

    /// Sends a request as it is described.
    pub fn send(&self, verb: &str, path: &str, form: Option<&[(&str, &str)]>, headers: &[(&str, &str)]) -> Shown {
        let mut request = ureq::http::Request::builder().method(verb).uri(format!("{}{path}", self.server.base));
        let jar: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request = request.header("cookie", jar.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match form {
            Some(fields) => {
                let body = serde_urlencoded::to_string(fields).expect("a form");
                let request = request.header("content-type", "application/x-www-form-urlencoded");
                self.agent.run(request.body(body).expect("a request"))
            }
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.expect("answers");
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a cookie");
            if cookie.contains("Max-Age=0") {
                self.jar.borrow_mut().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        let bytes = answer.body_mut().read_to_vec().expect("bytes");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(token) = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            *self.token.borrow_mut() = token.to_owned();
        }
        Shown { status: answer.status().as_u16(), headers, text }
    }
}

impl Server {
    /// Adds somebody with [`PASSWORD`].
    pub fn add_person(&self, org: &str, user: &str, roles: &[Role], offices: &[&str]) {
        let changes = AccountChanges {
            password: Some(PASSWORD.into()),
            roles: Some(roles.iter().copied().collect::<Roles>()),
            offices: Some(offices.iter().map(|office| (*office).to_owned()).collect()),
            ..AccountChanges::default()
        };
        let admin = Administrator::command_line();
        self.block_on(
            |services| async move { services.put_account(&admin, org, user, changes, Expected::Either).await },
        )
        .expect("a person");
    }
}
