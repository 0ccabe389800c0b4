//! The SOAP door, judged by clients that are not ours and were made from its description.

use serde_json::{Value, json};

use crate::harness::data::{fresh_id, redacted};
use crate::harness::outside::{php, python};
use crate::harness::server::token_of;
use crate::harness::{Engine, Server};
use crate::samples::{SAMPLES, referred};

/// The zone of who calls.
fn zone(members: &Value) -> &'static str {
    let token = members["token"].as_str().or(members["securityToken"].as_str());
    if token == Some(token_of("AUA")) { "Australia/Sydney" } else { "Europe/Berlin" }
}

#[test]
fn zeep_reads_over_soap_what_json_answers() {
    let [json_server, soap_server] = [(); 2].map(|()| Server::start(Engine::Sqlite));
    referred(&json_server);
    referred(&soap_server);
    let mut calls = Vec::new();
    for (method, sample) in SAMPLES {
        let members: Value = serde_json::from_str(sample).expect("a sample is JSON");
        let answer = json_server.post(method, sample, &[]).ok().json();
        let zone = zone(&members);
        calls.push(json!({ "operation": method, "zone": zone, "members": members, "answer": redacted(&answer) }));
    }
    let wsdl = format!("{}/soap?wsdl", soap_server.base);
    let mut given = json!({ "wsdl": wsdl, "calls": calls });
    let Some(found) = python("soap.py", &["zeep", "lxml"], &given) else { return };
    assert_eq!(found, "");
    // It does look.
    let load =
        given["calls"].as_array().and_then(|calls| calls.iter().find(|call| call["operation"] == "GetCustomsStatus"));
    let mut load = load.expect("a sample").clone();
    load["answer"]["GetCustomsStatusResult"]["MailObject"]["MailClassCd"] = json!("X");
    given["calls"] = json!([load]);
    let found = python("soap.py", &["zeep", "lxml"], &given).expect("installed");
    assert!(found.contains("GetCustomsStatus: GetCustomsStatusResult.MailObject.MailClassCd: 'X' is"), "{found}");
}

#[test]
fn php_does_the_main_job_in_both_versions() {
    let server = Server::start(Engine::Sqlite);
    let tokens = json!({ "AUA": token_of("AUA"), "DEA": token_of("DEA"), "DE": token_of("DE") });
    for path in ["/CDS.API/CDSAPIService.svc", "/soap"] {
        let ids = [fresh_id("AU"), fresh_id("AU")];
        let given = json!({ "wsdl": format!("{}{path}?wsdl", server.base), "tokens": tokens, "ids": ids });
        let Some(found) = php("soap.php", &given) else { return };
        assert_eq!(found, "", "{path}");
    }
}
