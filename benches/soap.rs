//! The SOAP door against the JSON surface: Load of 2,500 views.
//!
//! Settings: EPBENCH_ITEMS, EPBENCH_CALLS, EPBENCH_DIR.

mod common;

use common::base::filled;
use common::client::{one_by_one, post_as};
use common::payload;
use common::server::{TOKEN, sqlite_url};
use common::{Outcome, folder, median, setting, verdict};

/// Views of one answer.
const VIEWS: u64 = 2_500;

fn main() -> Outcome {
    let (items, calls) = (setting("ITEMS", 10_000), setting("CALLS", 40));
    println!("soap: {calls} calls of Load with {VIEWS} views of {items} items, on each door in turns");
    let folder = folder()?;
    let server = filled("SQLite", &sqlite_url(folder.path(), "items"), items)?;
    let json = payload::load(payload::posting(0), payload::posting(items), VIEWS);
    let members = format!("<token>{TOKEN}</token><postalOrgCd>AUA</postalOrgCd><recordsLimit>{VIEWS}</recordsLimit>");
    let soap = post_as(
        "application/soap+xml; charset=utf-8",
        "/CDS.API/CDSAPIService.svc",
        &format!(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><Load xmlns=\"http://tempuri.org/\">{members}</Load>\
             </s:Body></s:Envelope>"
        ),
    );
    let (mut took, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..calls {
        let mut pair = [0.0; 2];
        for (at, (request, entry)) in [(&json, "\"MailObject\":{"), (&soap, "<b:MailObject>")].into_iter().enumerate() {
            let (seconds, body) = one_by_one(server.address, std::slice::from_ref(request))?;
            let views = String::from_utf8_lossy(&body).matches(entry).count() as u64;
            if views != VIEWS {
                return Err(format!("{views} views instead of {VIEWS}").into());
            }
            pair[at] = seconds[0];
            took[at].push(seconds[0]);
            if ratios.is_empty() {
                println!("{:.1} MB", body.len() as f64 / 1e6);
            }
        }
        ratios.push(pair[0] / pair[1]);
    }
    println!("JSON {:.1} ms, SOAP {:.1} ms (medians)", 1000.0 * median(&took[0]), 1000.0 * median(&took[1]));
    verdict("rate over SOAP / rate over JSON", median(&ratios), median(&ratios) >= 0.4, "0.4 or more");
    Ok(())
}
