//! The SOAP door over HTTP: the same calls, the same answers, faults as clients read them.

use entrepost::http::methods;
use entrepost::service::settings::SettingChanges;
use serde_json::json;

use crate::harness::data::{declaration, fresh_id, mail_object, status, store};
use crate::harness::server::token_of;
use crate::harness::{Answer, Engine, Server};
use crate::on_both_engines;

const CLASSIC: &str = "/CDS.API/CDSAPIService.svc";
const FULL: &str = "/soap";
const NS11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const NS12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// An envelope with one operation.
fn envelope(namespace: &str, operation: &str, members: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{namespace}\"><s:Body><{operation} xmlns=\"http://tempuri.org/\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">{members}</{operation}></s:Body></s:Envelope>"
    )
}

/// Calls an operation in SOAP 1.2 with the token of an organization.
fn call(server: &Server, path: &str, org: &str, operation: &str, members: &str) -> Answer {
    call_with(server, path, org, operation, members, &[])
}

fn call_with(
    server: &Server,
    path: &str,
    org: &str,
    operation: &str,
    members: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let members = format!("<token>{}</token>{members}<userCd>tester</userCd>", token_of(org));
    let mut all = vec![("content-type", "application/soap+xml; charset=utf-8")];
    all.extend(headers);
    let answer = server.post_bytes(path, envelope(NS12, operation, &members).as_bytes(), &all);
    server.deliver();
    answer
}

/// What stands in the first element of that name, as written.
fn inside<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!("{name}>")).unwrap_or_else(|| panic!("no {name} in {text}")) + name.len() + 1;
    let end = text[start..].find(&format!("{name}>")).unwrap_or_else(|| panic!("no end of {name} in {text}"));
    text[start..start + end].rsplit_once("</").expect("an end").0
}

/// A fault with its reason.
fn fault(answer: Answer) -> String {
    assert_eq!(answer.status, 500, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=utf-8"));
    assert_eq!(answer.text.matches("</ExceptionDetail></s:Detail></s:Fault>").count(), 1, "{}", answer.text);
    answer.text
}

/// A mail object and a declaration, as XML.
fn stored(id: &str, event: i32) -> String {
    format!(
        "<mailObject><entityState>0</entityState><DestPostOrgCd>DEA</DestPostOrgCd><Id>{id}</Id>\
         <MailCategoryCd>A</MailCategoryCd><MailClassCd>E</MailClassCd><OrigPostOrgCd>AUA</OrigPostOrgCd>\
         <PId i:nil=\"true\"/><PostingDt>2026-11-01T10:00:00</PostingDt></mailObject>\
         <decl><entityState>0</entityState><CDSStateCd>0</CDSStateCd>\
         <MailObjectPId>00000000-0000-0000-0000-000000000000</MailObjectPId><Data>\
         <CommercialTransactions><x><ContentPiecesIndexes><int>1</int></ContentPiecesIndexes><MarketPlaceId>M</MarketPlaceId></x></CommercialTransactions>\
         <ContentPieces><x><Amount>38.50</Amount><CurrencyCd>EUR</CurrencyCd><Description>Wooden toy train &amp; rails</Description>\
         <HS>950300</HS><Index>1</Index><NetWeight>0.800</NetWeight><Number>2</Number><OrigCountryCd>AU</OrigCountryCd></x></ContentPieces>\
         <GrossWeight>1.500</GrossWeight><HandlingClassCd>N</HandlingClassCd><NatureTypeCd>31</NatureTypeCd><Postage>14.50</Postage>\
         <PostageCurrencyCd>EUR</PostageCurrencyCd><RecipientAddressLine1>Probestrasse 5</RecipientAddressLine1>\
         <RecipientCity>Frankfurt</RecipientCity><RecipientCountryCd>DE</RecipientCountryCd><RecipientName>Beispielempfang</RecipientName><RecipientTelephone>+49695550102</RecipientTelephone>\
         <RecipientZIP>60594</RecipientZIP><SenderAddressLine1>1 Example Street</SenderAddressLine1><SenderCity>Sydney</SenderCity>\
         <SenderCountryCd>AU</SenderCountryCd><SenderName>Harbour Toys Pty</SenderName><SenderZIP>2000</SenderZIP></Data></decl>\
         <evtCd>{event}</evtCd>"
    )
}

fn asked(post: &str, id: &str, flow: &str) -> String {
    format!("<postalOrgCd>{post}</postalOrgCd><id>{id}</id><flow>{flow}</flow>")
}

on_both_engines! {
    fn the_main_job_is_done_over_soap(server) {
        let id = fresh_id("AU");
        let taken = call(server, CLASSIC, "AUA", "StoreDeclaration", &stored(&id, 2)).ok();
        assert!(taken.text.contains("<t:StoreDeclarationResponse ") && taken.text.contains("></t:StoreDeclarationResponse>"), "{}", taken.text);

        let view = call(server, CLASSIC, "DEA", "GetCustomsStatus", &asked("DEA", &id, "I")).ok().text;
        for part in [
            "<t:GetCustomsStatusResult><c:entityState>1</c:entityState><b:DCResponse i:nil=\"true\"/><b:Declaration><c:entityState>1",
            "<b:PostOrganizationCd>DEA</b:PostOrganizationCd>",
            "<b:Description>Wooden toy train &amp; rails</b:Description>",
            "<b:GrossWeight>1.500</b:GrossWeight>",
            "<b:InsuredValue i:nil=\"true\"/>",
            // Ten o'clock in Sydney, told by the clock of Berlin.
            "<b:PostingDt>2026-11-01T00:00:00</b:PostingDt>",
            "<b:Documents></b:Documents>",
        ] {
            assert!(view.contains(part), "{part} in {view}");
        }
        assert!(!view.contains("CommercialTransactions"), "newer than the contract: {view}");
        let full = call(server, FULL, "DEA", "GetCustomsStatus", &asked("DEA", &id, "I")).ok().text;
        assert!(full.contains("<b:CommercialTransactions><b:Declaration.DeclarationData.CommercialTransaction><b:ContentPiecesIndexes><d:int>1</d:int>"), "{full}");

        let resp = format!(
            "<mailObject><DestPostOrgCd>DEA</DestPostOrgCd><Id>{id}</Id><OrigPostOrgCd>AUA</OrigPostOrgCd></mailObject>\
             <resp><Data><ClearanceDt>2026-11-10T09:00:00</ClearanceDt><DecisionCd>2</DecisionCd><Dutiable>0</Dutiable></Data></resp><evtCd>2</evtCd>"
        );
        call(server, CLASSIC, "DE", "StoreResponse", &resp).ok();
        let json = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O")).ok().json();
        let data = &json["GetCustomsStatusResult"]["DCResponse"]["Data"];
        assert_eq!((&data["DecisionCd"], &data["ClearanceDt"]), (&json!("2"), &json!("/Date(1794297600000+0000)/")));
        assert_eq!(json["GetCustomsStatusResult"]["Declaration"]["Data"]["ContentPieces"][0]["NetWeight"].to_string(), "0.8");
        let nothing = call(server, CLASSIC, "AUA", "GetCustomsStatus", &asked("AUA", &fresh_id("AU"), "O")).ok().text;
        assert!(nothing.contains("<t:GetCustomsStatusResult i:nil=\"true\"/>"), "{nothing}");
    }

    fn a_store_over_soap_is_the_store_over_json(server) {
        let (soap, json) = (fresh_id("AU"), fresh_id("AU"));
        call(server, CLASSIC, "AUA", "StoreDeclaration", &stored(&soap, 2)).ok();
        let mut body = store(&json, "AUA", "DEA", 2);
        body["mailObject"]["PostingDt"] = json!("2026-11-01T10:00:00");
        let data = &mut body["decl"]["Data"];
        data["ContentPieces"][0]["Description"] = json!("Wooden toy train & rails");
        data["CommercialTransactions"] = json!([{ "ContentPiecesIndexes": [1], "MarketPlaceId": "M" }]);
        server.call_as("AUA", "StoreDeclaration", body).ok();
        let shown = |id: &str| {
            let mut view = server.status("AUA", "AUA", id, "O");
            for (part, member) in [("MailObject", "PId"), ("MailObject", "Id"), ("Declaration", "PId"), ("Declaration", "MailObjectPId")] {
                view[part][member].take();
            }
            view
        };
        assert_eq!(shown(&soap), shown(&json));
    }

    fn findings_are_those_of_the_json_call(server) {
        let members = "<postalOrgCd>AUA</postalOrgCd><flow>X</flow><mailState>1</mailState>";
        let told = fault(call(server, CLASSIC, "AUA", "UpdateMailState", members));
        let json = server.call_as("AUA", "UpdateMailState", json!({ "postalOrgCd": "AUA", "flow": "X", "mailState": 1 })).refused(400).json();
        let errors = json["Errors"].as_array().expect("errors");
        assert!(errors.len() > 1);
        for error in errors {
            assert!(told.contains(error.as_str().expect("a text")), "{error} in {told}");
        }
        assert!(told.contains("<s:Value>s:Sender</s:Value>") && told.contains("<Type>ValidationException</Type>"), "{told}");
        // A value that cannot be read, with its path.
        let wrong = stored(&fresh_id("AU"), 2).replace("<Amount>38.50", "<Amount>a lot").replace("<evtCd>2", "<evtCd>two");
        let told = fault(call(server, CLASSIC, "AUA", "StoreDeclaration", &wrong));
        assert!(told.contains("decl.Data.ContentPieces[0].Amount: not a decimal number"), "{told}");
        let views = format!("<cdsViews><x><MailObject><Id>?</Id></MailObject></x><x>{}</x></cdsViews>", "<MailObject><PostingDt>yesterday</PostingDt></MailObject>");
        let told = fault(call(server, CLASSIC, "AUA", "CreateOrUpdateDeclarations", &views));
        assert!(told.contains("cdsViews[0]") && told.contains("cdsViews[1].MailObject.PostingDt"), "{told}");
    }

    fn who_is_not_entitled_gets_the_one_fault(server) {
        let body = |members: &str| envelope(NS12, "GetCustomsStatus", members);
        let post = |members: &str, headers: &[(&str, &str)]| {
            let mut all = vec![("content-type", "application/soap+xml")];
            all.extend(headers);
            server.post_bytes(CLASSIC, body(members).as_bytes(), &all)
        };
        let id = "<id>EE123456785AU</id>";
        let mut texts: Vec<String> = [
            String::new(),
            "<token>?</token>".into(),
            "<token>00000000-0000-0000-0000-000000000000</token>".into(),
            "<token>0d4cbd73-4b2c-4bf3-9f3e-0f54cd83b1a9</token>".into(),
            format!("<token>{}</token><postalOrgCd>DEA</postalOrgCd>", token_of("AUA")),
        ].iter().map(|token| fault(post(&format!("{token}{id}"), &[]))).collect();
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("UnauthorizedException") && texts[0].contains("s:Sender"), "{}", texts[0]);
        // In capitals, in blanks, under the other name, in the header.
        let token = token_of("AUA").to_uppercase();
        post(&format!("<token>\n {token} </token>{id}"), &[]).ok();
        post(&format!("<securityToken>{token}</securityToken>{id}"), &[]).ok();
        post(id, &[("authorization", &format!("Bearer {token}"))]).ok();
        // Customs may not store declarations.
        let told = fault(call(server, CLASSIC, "DE", "StoreDeclaration", &stored(&fresh_id("AU"), 2)));
        assert!(told.contains("UnauthorizedException"), "{told}");
        let as_customs = envelope(NS12, "StoreDeclaration", &stored(&fresh_id("AU"), 2));
        let bearer = format!("Bearer {}", token_of("DE"));
        let told = fault(server.post_bytes(CLASSIC, as_customs.as_bytes(), &[("authorization", &bearer), ("content-type", "text/xml")]));
        assert!(told.contains("UnauthorizedException"), "{told}");
    }

    fn a_repeat_with_a_key_is_answered_once(server) {
        let id = fresh_id("AU");
        let key = [("idempotency-key", id.as_str())];
        let first = call_with(server, CLASSIC, "AUA", "StoreDeclaration", &stored(&id, 2), &key).ok();
        let again = call_with(server, CLASSIC, "AUA", "StoreDeclaration", &stored(&id, 2), &key).ok();
        assert_eq!(first.text, again.text);
        assert_eq!(server.history("AUA", &id).len(), 1);
        let told = fault(call_with(server, CLASSIC, "AUA", "StoreDeclaration", &stored(&id, 1), &key));
        assert!(told.contains("IdempotencyKeyReusedException"), "{told}");
    }

    fn the_default_of_a_page_is_the_organizations_own(server) {
        for _ in 0..3 {
            let id = fresh_id("AU");
            server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        }
        let changes = SettingChanges { soap_load_limit: Some(2), ..SettingChanges::default() };
        server.block_on(|services| async move { services.set_organization("AUA", changes).await }).expect("set");
        server.block_on(|services| async move { services.refresh_catalogue().await }).expect("looks");
        let views = |answer: &Answer| answer.text.matches("<b:CDSView>").count();
        let flow = "<flow>O</flow>";
        let page = call(server, CLASSIC, "AUA", "Load", flow).ok();
        assert_eq!(views(&page), 2);
        let cursor = page.header("x-next-cursor").expect("more").to_owned();
        assert!(!page.text.contains("NextCursor"), "{}", page.text);
        for limit in ["<recordsLimit i:nil=\"true\"/>", "<recordsLimit>0</recordsLimit>", "<recordsLimit/>"] {
            assert_eq!(views(&call(server, CLASSIC, "AUA", "Load", &format!("{flow}{limit}")).ok()), 2);
        }
        assert!(views(&call(server, CLASSIC, "AUA", "Load", &format!("{flow}<recordsLimit>100</recordsLimit>")).ok()) >= 3);
        assert!(server.call_as("AUA", "Load", json!({ "flow": "O" })).ok().json()["LoadResult"].as_array().expect("views").len() >= 3);
        assert!(views(&call(server, CLASSIC, "DEA", "Load", "").ok()) >= 3);
        // The full contract says where the next page begins, and how many there are.
        let page = call(server, FULL, "AUA", "Load", &format!("{flow}<countTotal>true</countTotal>")).ok();
        assert_eq!(inside(&page.text, "t:NextCursor"), cursor);
        assert!(inside(&page.text, "t:TotalCount").parse::<usize>().expect("a number") >= 3);
        let next = call(server, FULL, "AUA", "Load", &format!("{flow}<cursor>{cursor}</cursor>")).ok();
        assert!(views(&next) >= 1 && !next.text.contains(inside(&page.text, "b:PId")), "{}", next.text);
        // Taken back.
        let changes = SettingChanges { soap_load_limit: Some(0), ..SettingChanges::default() };
        server.block_on(|services| async move { services.set_organization("AUA", changes).await }).expect("set");
        server.block_on(|services| async move { services.refresh_catalogue().await }).expect("looks");
        assert!(views(&call(server, CLASSIC, "AUA", "Load", flow).ok()) >= 3);
    }

    fn outcomes_are_for_who_can_read_them(server) {
        let id = fresh_id("AU");
        let views = format!(
            "<cdsViews><CDSView>{}</CDSView><CDSView><MailObject><Id>?</Id></MailObject></CDSView></cdsViews>",
            stored(&id, 2).replace("mailObject>", "MailObject>").replace("decl>", "Declaration>").replace("<evtCd>2</evtCd>", "")
        );
        let prefer = [("prefer", "outcome=per-item")];
        // The classic answer has no place for them: all or nothing.
        fault(call_with(server, CLASSIC, "AUA", "CreateOrUpdateDeclarations", &views, &prefer));
        assert!(server.status("AUA", "AUA", &id, "O").is_null());
        let each = call_with(server, FULL, "AUA", "CreateOrUpdateDeclarations", &views, &prefer).ok().text;
        assert!(each.contains(&format!("<b:Outcome><b:Index>0</b:Index><b:ItemId>{id}</b:ItemId><b:Outcome>stored</b:Outcome><b:Errors></b:Errors></b:Outcome>")), "{each}");
        assert!(each.contains("<b:Outcome>refused</b:Outcome><b:Errors><b:OutcomeError>"), "{each}");
        let whole = call(server, FULL, "AUA", "CreateOrUpdateDeclarations", "<cdsViews/>").ok().text;
        assert!(whole.contains("<t:Outcomes i:nil=\"true\"/>"), "{whole}");
    }

    fn marks_travel_by_name(server) {
        let id = fresh_id("AU");
        let info = format!("<itemId>{id}</itemId><mailClass>E</mailClass><watchdogInfo><Operation>MarkWithWarning</Operation><Remarks>look</Remarks></watchdogInfo>");
        call(server, CLASSIC, "DEA", "SetWatchdogItemInfo", &info).ok();
        assert_eq!(server.call_as("DEA", "GetWatchdogItemInfo", json!({ "itemId": id })).ok().json()["GetWatchdogItemInfoResult"]["Operation"], 5);
        let read = call(server, CLASSIC, "DEA", "GetWatchdogItemInfo", &format!("<itemId>{id}</itemId>")).ok().text;
        assert_eq!(inside(&read, "t:GetWatchdogItemInfoResult"), "<b:Operation>MarkWithWarning</b:Operation><b:Remarks>look</b:Remarks>");
        let wrong = info.replace("MarkWithWarning", "Mark");
        assert!(fault(call(server, CLASSIC, "DEA", "SetWatchdogItemInfo", &wrong)).contains("watchdogInfo.Operation: the operation is 2 (Clear)"));
    }
}

/// A request as a client of .NET sends it: every member, unset ones nil, prefixes of its own, addressing that must be understood.
fn of_dotnet(id: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{NS12}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>\
         <a:Action s:mustUnderstand=\"1\">http://tempuri.org/ICDSAPIService/Load</a:Action>\
         <a:MessageID>urn:uuid:7e1c2a52-2f0e-4c6e-9d5e-3b9b6e5f1c11</a:MessageID>\
         <a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>\
         <a:To s:mustUnderstand=\"1\">http://elsewhere/CDS.API/CDSAPIService.svc</a:To></s:Header><s:Body>\
         <Load xmlns=\"http://tempuri.org/\"><token>{}</token><postalOrgCd>AUA</postalOrgCd>\
         <customsOrgCd i:nil=\"true\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"/><id>{id}</id>\
         <dtFrom xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">2026-10-01T00:00:00.0000000+10:00</dtFrom>\
         <dtTo>0001-01-01T00:00:00</dtTo><onlyWithoutResponse>false</onlyWithoutResponse>\
         <recordsLimit i:nil=\"true\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"></recordsLimit></Load></s:Body></s:Envelope>",
        token_of("AUA")
    )
}

#[test]
fn what_is_said_back_fits_what_was_said() {
    let server = Server::start(Engine::Sqlite);
    let id = fresh_id("AU");
    server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
    // Addressing is answered in kind.
    let answer = server
        .post_bytes(
            "/cds.api/cdsapiservice.svc",
            of_dotnet(&id).as_bytes(),
            &[("content-type", "application/soap+xml; charset=utf-8")],
        )
        .ok();
    assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=utf-8"));
    assert!(
        answer.text.contains("<a:Action>http://tempuri.org/ICDSAPIService/LoadResponse</a:Action>"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("<a:RelatesTo>urn:uuid:7e1c2a52-2f0e-4c6e-9d5e-3b9b6e5f1c11</a:RelatesTo>"),
        "{}",
        answer.text
    );
    assert_eq!(answer.text.matches("<b:CDSView>").count(), 1);
    // So is SOAP 1.1, which has none.
    let members = format!("<token>{}</token>{}", token_of("AUA"), asked("AUA", &id, "O"));
    let older = envelope(NS11, "GetCustomsStatus", &members);
    let headers = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"http://tempuri.org/ICDSAPIService/GetCustomsStatus\""),
    ];
    let answer = server.post_bytes(CLASSIC, older.as_bytes(), &headers).ok();
    assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(answer.text.starts_with(&format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{NS11}\"><s:Body><t:GetCustomsStatusResponse ")), "{}", answer.text);
    let refused = server.post_bytes(CLASSIC, older.replace("<flow>O", "<flow>X").as_bytes(), &headers);
    assert_eq!((refused.status, refused.header("content-type")), (500, Some("text/xml; charset=utf-8")));
    assert!(refused.text.contains("<faultcode>s:Client</faultcode>"), "{}", refused.text);
    // An action that names another operation.
    let wrong = [("content-type", "text/xml"), ("soapaction", "http://tempuri.org/ICDSAPIService/Load")];
    let refused = server.post_bytes(CLASSIC, older.as_bytes(), &wrong);
    assert!(refused.status == 500 && refused.text.contains("name different operations"), "{}", refused.text);
    let wrong = [("content-type", "application/soap+xml; action=\"http://tempuri.org/ICDSAPIService/Load\"")];
    let refused = server.post_bytes(CLASSIC, envelope(NS12, "GetCustomsStatus", &members).as_bytes(), &wrong);
    assert!(refused.status == 500 && refused.text.contains("name different operations"), "{}", refused.text);
}

#[test]
fn what_is_about_the_connection_keeps_its_status() {
    let server = Server::start_with(Engine::Sqlite, &[("requests-per-org", "1"), ("requests-burst", "1")]);
    let small = envelope(NS12, "GetHeartbeat", "");
    let post = |path: &str, body: &[u8], kind: &str| server.post_bytes(path, body, &[("content-type", kind)]);
    let soap = "application/soap+xml";
    let announced =
        format!("POST {CLASSIC} HTTP/1.1\r\nhost: x\r\ncontent-type: {soap}\r\ncontent-length: 9000000\r\n\r\n");
    for (status, answer) in [
        (413, server.raw(announced.as_bytes())),
        (415, post(CLASSIC, small.as_bytes(), "application/json")),
        (415, post(CLASSIC, small.as_bytes(), "multipart/related; type=\"application/xop+xml\"")),
        (415, post(CLASSIC, small.as_bytes(), "application/soap+xml; charset=iso-8859-1")),
        (
            415,
            post(
                CLASSIC,
                &format!("\u{FEFF}{small}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
                soap,
            ),
        ),
        (415, post(CLASSIC, b"<a>\xff</a>", soap)),
        (415, server.post_bytes(CLASSIC, b"x", &[("content-type", soap), ("content-encoding", "gzip")])),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(
            answer.text.contains("s:Fault") && answer.header("content-type").is_some_and(|kind| kind.starts_with(soap)),
            "{}",
            answer.text
        );
    }
    let putting = format!("PUT {CLASSIC} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let refused = server.raw(putting.as_bytes());
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, POST")));
    let calls: Vec<Answer> = (0..10).map(|_| call(&server, FULL, "AUA", "GetHeartbeat", "")).collect();
    let refused = calls.iter().find(|answer| answer.status == 429).expect("too many");
    assert!(
        refused.header("retry-after").is_some() && refused.text.contains("TooManyRequestsException"),
        "{}",
        refused.text
    );
}

#[test]
fn the_description_says_where_it_is() {
    let server = Server::start(Engine::Sqlite);
    let operations = |text: &str| text.matches("<wsdl:input wsaw:Action=").count();
    for (path, query, count) in
        [(CLASSIC, "wsdl", 23), ("/cds.api/CDSAPISERVICE.SVC", "singleWsdl", 23), (FULL, "WSDL", methods().len())]
    {
        let answer = server.get(&format!("{path}?{query}")).ok();
        assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
        assert_eq!(operations(&answer.text), count, "{path}");
        let place = if path == FULL { FULL } else { CLASSIC };
        assert!(answer.text.contains(&format!("<soap12:address location=\"{}{place}\"/>", server.base)), "{path}");
        assert!(answer.text.contains(&format!("<soap:address location=\"{}{place}\"/>", server.base)), "{path}");
    }
    let hostile = format!("GET {CLASSIC}?wsdl HTTP/1.1\r\nhost: a\"><script>.example\r\nconnection: close\r\n\r\n");
    let answer = server.raw(hostile.as_bytes());
    assert!(answer.status == 400 || !answer.text.contains("<script>"), "{}", answer.text);
    let page = server.get(CLASSIC).ok();
    assert!(
        page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) && page.text.contains("?wsdl"),
        "{}",
        page.text
    );
    server.get("/CDS.API/CDSAPIService.svc/mex").refused(404);
    server.get("/CDS.API/CDSAPIService.svc/basic?wsdl=1").ok();
}

#[test]
fn the_addresses_are_settings() {
    let server = Server::start_with(Engine::Sqlite, &[("soap-path", "/old/Service.svc"), ("soap-full-path", "")]);
    server.get("/OLD/service.svc?wsdl").ok();
    server.get(&format!("{CLASSIC}?wsdl")).refused(404);
    server.get("/soap/?wsdl").refused(404);
    let told = fault(call(&server, "/old/Service.svc", "AUA", "CheckItemStatus", ""));
    assert!(told.contains("newer than the contract of this address"), "{told}");
}

#[test]
fn calls_are_measured_by_what_they_came_to() {
    let server = Server::start(Engine::Sqlite);
    call(&server, FULL, "AUA", "GetHeartbeat", "").ok();
    fault(call(&server, FULL, "AUA", "GetHSCodes", ""));
    fault(server.post_bytes(FULL, b"<no envelope", &[("content-type", "application/soap+xml")]));
    let text = server.get("/metrics").ok().text;
    for line in [
        r#"entrepost_requests_total{method="GetHeartbeat",surface="soap",outcome="ok"}"#,
        r#"entrepost_requests_total{method="GetHSCodes",surface="soap",outcome="refused"}"#,
        r#"entrepost_requests_total{method="-",surface="soap",outcome="refused"}"#,
        r#"entrepost_request_seconds_bucket{method="GetHeartbeat",surface="soap",le="0.001"}"#,
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[test]
fn a_text_that_xml_cannot_hold_spoils_no_answer() {
    let server = Server::start(Engine::Sqlite);
    let id = fresh_id("AU");
    let mut body = json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("1.00"), "evtCd": 1 });
    body["decl"]["Data"]["SenderName"] = json!("a\u{1}b\r\n<c>");
    server.call_as("AUA", "StoreDeclaration", body).ok();
    let view = call(&server, CLASSIC, "AUA", "GetCustomsStatus", &asked("AUA", &id, "O")).ok().text;
    assert!(view.contains("<b:SenderName>a\u{FFFD}b&#xD;\n&lt;c&gt;</b:SenderName>"), "{view}");
}
