//! The sample requests of the published page, completed where the page shows them collapsed, against the demo data.
//!
//! Where a sample pairs one post's token with another post, the file has the acting post's token and the pair as
//! published is a refusal. Two samples name items that the demo cannot have beside the others: the referral is raised
//! on the inbound item of the sample that reads referrals, and the anonymous declaration becomes an item that was not
//! declared before.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::Server;
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
    "ConvertCurrency" "GetDecisionNameAndCategoryFromCode" "LoadRefDataCocktail" "GetHSCodes"
    "GetRestrictionProhibitionByDescription" "GetRestrictionProhibitionByDescriptionByCountry"
    "GetRestrictionProhibitionsByDescriptions" "GetRestrictionProhibitionsByDescriptionsByCountry"
    "GetRestrictionProhibitionByHS" "GetRestrictionProhibitionByHSByCountry" "IsItemRestrictedProhibited"
    "CreateReferral" "CreateReferralResp" "GetReferralAndReferralResponse"
    "SetWatchdogItemInfo" "GetWatchdogItemInfo" "CheckItemStatus"
    "CreateOrUpdateAnonymousDeclaration" "GetAnonymousDeclaration" "ConvertAnonymousToCDSDeclaration"
    "GetFinalDeclarationIdFromAnonymousDeclarationId"
    "StoreMarketedGood" "LoadMarketedGood" "StorePostalService" "LoadPostalServices"
};

/// Methods that answer out of the lists of the program: their answers are long and change with the lists, so that only
/// the first entry of each list is looked at.
const LONG: &[&str] = &[
    "LoadRefDataCocktail",
    "GetHSCodes",
    "GetRestrictionProhibitionByDescription",
    "GetRestrictionProhibitionByDescriptionByCountry",
    "GetRestrictionProhibitionsByDescriptions",
    "GetRestrictionProhibitionsByDescriptionsByCountry",
    "GetRestrictionProhibitionByHS",
    "GetRestrictionProhibitionByHSByCountry",
];

/// The answer as it is compared.
fn shown(method: &str, answer: &Value) -> Value {
    let mut shown = redacted(answer);
    if LONG.contains(&method) {
        shown = shortened(&shown);
    }
    if let Some(lists) = shown.get_mut("LoadRefDataCocktailResult") {
        assert_eq!(lists["Hash"].as_str().map(str::len), Some(64));
        lists["Hash"] = json!("[hash]");
        lists["Version"] = json!("[version]");
    }
    shown
}

/// Every list cut to its first entry.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().take(1).map(shortened).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shortened(value))).collect(),
        other => other.clone(),
    }
}

/// What the other side said before the samples about referrals are sent.
pub fn referred(server: &Server) {
    let at = "/Date(1562748420000+0200)/";
    let raise = |post: &str, partner: &str, id: &str, code: &str, reference: &str| {
        let referral = json!({ "ReferralCd": code, "ReferralId": reference, "EventDt": at });
        let body = json!({ "id": id, "postOrgCd": post, "partnerPostOrgCd": partner, "referral": referral });
        server.call_as(post, "CreateReferral", body).ok();
    };
    raise("DEA", "AUA", "EE23050001XAU", "RFI", "DEA-2019-1");
    raise("AUA", "DEA", "EE23050001XDE", "RFS", "AUA-2019-1");
    let answer = json!({ "ReferralResponseCd": "R20", "ReferralId": "AUA-2019-1", "EventDt": at });
    let body =
        json!({ "id": "EE23050001XDE", "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referralResponse": answer });
    server.call_as("DEA", "CreateReferralResp", body).ok();
}

/// The body of a method's sample; the least one for methods whose samples other files hold.
pub fn body(method: &str) -> Value {
    let found = SAMPLES.iter().find(|(name, _)| *name == method);
    let text = found.map_or(r#"{"userCd":"depost"}"#, |(_, text)| *text);
    serde_json::from_str(text).expect("a sample is JSON")
}

/// A declaration's data without the extra fields that the server adds.
fn without_quality(data: &Value) -> Value {
    let names = data["ExtraFieldNames"].as_array().cloned().unwrap_or_default();
    let own = |at: &usize| {
        let name = names[*at].as_str().unwrap_or_default();
        !name.starts_with("Quality.") && !["EP.Version", "EP.DeclaredBy"].contains(&name)
    };
    let kept: Vec<usize> = (0..names.len()).filter(own).collect();
    let mut data = data.clone();
    for list in ["ExtraFieldNames", "ExtraFieldValues"] {
        data[list] = kept.iter().map(|at| data[list][*at].clone()).collect();
    }
    data
}

on_both_engines! {
    fn each_is_answered_in_its_documented_shape(server) {
        referred(server);
        for (method, body) in SAMPLES {
            let answer = server.post(method, body, &[]).ok();
            assert_json_snapshot!(*method, shown(method, &answer.json()));
        }
        let german = server.status("DEA", "DEA", "EE23050001XAU", "I");
        let australian = server.status("AUA", "AUA", "EE23050001XAU", "O");
        assert_eq!(
            german["Response"]["Data"],
            body("CreateOrUpdateResponses")["cdsViews"][0]["Response"]["Data"]
                .with("ClearanceDt", "/Date(1562921220000+0000)/")
        );
        assert_eq!(australian["DCResponse"]["Data"], german["Response"]["Data"]);

        let mut declared = body("CreateOrUpdateDeclarations")["cdsViews"][0]["Declaration"]["Data"]
            .with("TransportDate", "/Date(1562832000000+0000)/");
        // The sample is the origin's, and what is laid over the lines is not the origin's to say.
        for member in ["RevisedHS", "RevisedDescription", "ImportRestrictions", "ImportRestrictionsNotes"] {
            assert!(declared["ContentPieces"][0][member].is_string(), "the sample has {member}");
            declared["ContentPieces"][0][member] = Value::Null;
        }
        let german = server.status("DEA", "DEA", "EE000000028DE", "O");
        let australian = server.status("AU", "AUA", "EE000000028DE", "I");
        assert_eq!(without_quality(&german["Declaration"]["Data"]), declared);
        assert_eq!(without_quality(&australian["Declaration"]["Data"]), declared);
    }

    fn the_token_of_another_post_is_refused(server) {
        for method in [
            "UpdateMailState",
            "UpdateMailState_ForTransitItems",
            "UpdateMailStateAndGetCustomsStatus",
            "CreateReferral",
            "CreateReferralResp",
            "GetReferralAndReferralResponse",
        ] {
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
