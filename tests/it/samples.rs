//! The sample requests of the published page, completed where the page shows them collapsed, against the demo data.
//!
//! Where a sample pairs one post's token with another post, the file has the acting post's token and the pair as
//! published is a refusal.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::data::redacted;
use crate::on_both_engines;

/// The token of DEA, which the published samples send with requests of AUA too.
const DEA: &str = "63de3b10-521c-4dbb-8836-59da8dad803e";

macro_rules! samples {
    ($($method:literal)*) => {
        &[$(($method, include_str!(concat!("samples/", $method, ".json")))),*]
    };
}

/// Method and body, those that only read before those that write.
pub const SAMPLES: &[(&str, &str)] = samples! {
    "Login" "Load" "LoadByMailState" "GetCustomsStatus" "CreateNewDeclaration" "CreateNewResponse"
    "StoreDeclaration" "StoreResponse" "CreateOrUpdateDeclarations" "CreateOrUpdateResponses"
    "UpdateMailState" "UpdateMailState_ForTransitItems" "UpdateMailStateAndGetCustomsStatus"
    "Logout" "GetHeartbeat"
};

/// The body of a method's sample; the least one for methods whose samples other files hold.
pub fn body(method: &str) -> Value {
    let found = SAMPLES.iter().find(|(name, _)| *name == method);
    let text = found.map_or(r#"{"userCd":"depost"}"#, |(_, text)| *text);
    serde_json::from_str(text).expect("a sample is JSON")
}

/// A declaration's data without the extra fields that the server adds.
fn without_quality(data: &Value) -> Value {
    let names = data["ExtraFieldNames"].as_array().cloned().unwrap_or_default();
    let own = |at: &usize| !names[*at].as_str().unwrap_or_default().starts_with("Quality.");
    let kept: Vec<usize> = (0..names.len()).filter(own).collect();
    let mut data = data.clone();
    for list in ["ExtraFieldNames", "ExtraFieldValues"] {
        data[list] = kept.iter().map(|at| data[list][*at].clone()).collect();
    }
    data
}

on_both_engines! {
    fn each_is_answered_in_its_documented_shape(server) {
        for (method, body) in SAMPLES {
            let answer = server.post(method, body, &[]).ok();
            assert_json_snapshot!(*method, redacted(&answer.json()));
        }
        let german = server.status("DEA", "DEA", "EE23050001XAU", "I");
        let australian = server.status("AUA", "AUA", "EE23050001XAU", "O");
        assert_eq!(
            german["Response"]["Data"],
            body("CreateOrUpdateResponses")["cdsViews"][0]["Response"]["Data"]
                .with("ClearanceDt", "/Date(1562921220000+0000)/")
        );
        assert_eq!(australian["DCResponse"]["Data"], german["Response"]["Data"]);

        let declared = body("CreateOrUpdateDeclarations")["cdsViews"][0]["Declaration"]["Data"]
            .with("TransportDate", "/Date(1562832000000+0000)/");
        let german = server.status("DEA", "DEA", "EE000000028DE", "O");
        let australian = server.status("AU", "AUA", "EE000000028DE", "I");
        assert_eq!(without_quality(&german["Declaration"]["Data"]), declared);
        assert_eq!(without_quality(&australian["Declaration"]["Data"]), declared);
    }

    fn the_token_of_another_post_is_refused(server) {
        for method in ["UpdateMailState", "UpdateMailState_ForTransitItems", "UpdateMailStateAndGetCustomsStatus"] {
            let as_published = body(method).with("securityToken", DEA);
            server.call(method, &as_published).refused(401);
        }
        assert!(server.history("DEA", "EE23050001XAU").iter().all(|row| row.event != "object.moved"));
    }

    fn a_session_from_login_replaces_the_token(server) {
        let session = server.call("Login", &body("Login")).ok().json();
        let key = &session["SecurityKey"];
        server.call("GetHeartbeat", &json!({ "securityToken": key })).ok();
        server.call("Logout", &body("Logout")).ok();
        server.call("GetHeartbeat", &json!({ "securityToken": key })).refused(401);
    }
}

/// A copy with one member replaced.
trait With {
    fn with(&self, name: &str, value: &str) -> Value;
}

impl With for Value {
    fn with(&self, name: &str, value: &str) -> Value {
        let mut copy = self.clone();
        copy[name] = json!(value);
        copy
    }
}
