//! The main job: declared at the origin, seen by both customs, answered, read back by everyone entitled.

use crate::harness::data::{fresh_id, respond, status, store};
use crate::on_both_engines;

on_both_engines! {
    fn what_one_post_sends_the_other_has_and_the_answer_comes_back(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();

        let inbound = server.call_as("DEA", "GetCustomsStatus", status("DEA", &id, "I")).ok().json();
        let view = &inbound["GetCustomsStatusResult"];
        assert_eq!(view["Declaration"]["PostOrganizationCd"], "DEA");
        assert_eq!(view["Declaration"]["CustOrganizationCd"], "DE");
        assert_eq!(view["MailObject"]["OrigPostOrgCd"], "AUA");

        server.call_as("DE", "StoreResponse", respond(&id, "AUA", "DEA", "2", 2)).ok();
        let outbound = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O")).ok().json();
        let view = &outbound["GetCustomsStatusResult"];
        assert_eq!(view["DCResponse"]["Data"]["DecisionCd"], "2");
        assert_eq!(view["DCResponse"]["CustOrganizationCd"], "DE");
        assert!(view["Response"].is_null(), "Australian customs has not answered");
    }

    fn a_draft_stays_with_its_post(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 1)).ok();
        let seen_by = |org: &str, post: &str, flow: &str| {
            server.call_as(org, "GetCustomsStatus", status(post, &id, flow)).ok().json()["GetCustomsStatusResult"].clone()
        };
        assert_eq!(seen_by("AUA", "AUA", "O")["Declaration"]["CDSStateCd"], 1);
        assert!(seen_by("AU", "AUA", "O").is_null(), "own customs must not see a draft");
        assert!(seen_by("DEA", "DEA", "I").is_null(), "the destination must not have a draft");
    }
}
