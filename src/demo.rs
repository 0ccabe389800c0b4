//! The demo: fixed organizations, tokens and items, so that the published sample requests run as they stand.

use std::str::FromStr;

use uuid::Uuid;

use crate::contract::anonymous::AnonymousMembers;
use crate::contract::referral::ReferralMembers;
use crate::contract::{
    AnonymousDeclaration, ContentPiece, Declaration, DeclarationData, MailObject, Number, Referral, Response,
    ResponseData, WcfDate,
};
use crate::domain::OrganizationKind::{self, Customs, Post};
use crate::domain::{Flow, Role};
use crate::error::{Error, Findings, Result};
use crate::exchange::Exchange;
use crate::exchange::partner::NewPartner;
use crate::rules::life_cycle::StoreEvent;
use crate::service::admin::NewOrganization;
use crate::service::auth::Credential;
use crate::service::declare::Declared;
use crate::service::mail_state::{Answering, Move};
use crate::service::person::INSTANCE;
use crate::service::refer::About;
use crate::service::respond::Responded;
use crate::service::users::{AccountChanges, Administrator, Expected};
use crate::service::{Actor, BatchMode, Entry, Services};
use crate::vault::totp::recovery_codes;

/// Code, kind, country, name, time zone, token.
type DemoOrganization = (&'static str, OrganizationKind, &'static str, &'static str, &'static str, &'static str);

/// Every organization of the demo with its token.
pub const ORGANIZATIONS: &[DemoOrganization] = &[
    ("AU", Customs, "AU", "Australian customs (demo)", "Australia/Sydney", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c01"),
    ("DE", Customs, "DE", "German customs (demo)", "Europe/Berlin", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c02"),
    ("FR", Customs, "FR", "French customs (demo)", "Europe/Paris", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c03"),
    ("PT", Customs, "PT", "Portuguese customs (demo)", "Europe/Lisbon", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c04"),
    ("AUA", Post, "AU", "Australian post (demo)", "Australia/Sydney", "b5507016-7da2-4777-a161-1e8042a6a377"),
    ("DEA", Post, "DE", "German post (demo)", "Europe/Berlin", "63de3b10-521c-4dbb-8836-59da8dad803e"),
    ("FRA", Post, "FR", "French post (demo)", "Europe/Paris", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c05"),
    ("PTA", Post, "PT", "Portuguese post (demo)", "Europe/Lisbon", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c06"),
];

/// The posts and customs of each server of a pair.
pub const PAIR: [[&str; 2]; 2] = [["AUA", "AU"], ["DEA", "DE"]];

/// The tokens with which the servers of a pair call each other, and the key they sign with.
const PAIR_TOKENS: [&str; 2] = ["0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c11", "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c12"];
const PAIR_KEY: &str = "the demo pair's signing key";

const OFFICES: &[(&str, &str, &str)] = &[
    ("AUSYDA", "AUA", "Sydney"),
    ("DEAAAA", "DEA", "Demo office A"),
    ("DEFRAA", "DEA", "Frankfurt"),
    ("FRCDGA", "FRA", "Paris Charles de Gaulle"),
    ("PTLISA", "PTA", "Lisbon"),
];

/// Users of DEA who can log in: the one the samples act as, and the one the Login sample names.
const USERS: &[&str] = &["depost", "user_cd"];

/// 2019-07-10T08:47:00Z, the date in the published samples.
const SAMPLE_DATE: &str = "/Date(1562748420000+0200)/";

/// Fills an empty database. Organizations and items that exist stay as they are.
///
/// # Errors
/// What the services answer.
pub async fn fill(services: &Services, exchange: &Exchange) -> Result<()> {
    for (code, kind, country, name, time_zone, token) in ORGANIZATIONS {
        services.put_organization(organization(code, *kind, country, name, time_zone, false)).await?;
        services.issue_token(code, "demo", Some(guid(token)?), None, None).await?;
    }
    for (code, org, name) in OFFICES {
        services.put_office(code, org, name).await?;
    }
    for user in USERS {
        let offices = Some(vec!["DEAAAA".into(), "PTLISA".into()]);
        services.put_user("DEA", user, Some("xxxxxx".into()), offices).await?;
    }
    items(services, exchange).await
}

/// People who sign in at the demo's pages: organization, user, role, offices.
const PEOPLE: &[(&str, &str, Role, &[&str])] = &[
    ("AUA", "clerk", Role::Clerk, &["AUSYDA"]),
    ("DEA", "clerk", Role::Clerk, &["DEAAAA", "DEFRAA"]),
    ("DE", "officer", Role::Officer, &[]),
    ("DE", "supervisor", Role::Supervisor, &[]),
    ("AUA", "admin", Role::Admin, &[]),
    (INSTANCE, "operator", Role::Operator, &[]),
];

/// Adds the people, each with a password of its own; gives lines that say how they sign in.
///
/// # Errors
/// What the services answer.
pub async fn people(services: &Services) -> Result<Vec<String>> {
    let admin = Administrator::command_line();
    let mut lines = Vec::new();
    for (org, user, role, offices) in PEOPLE {
        let words = recovery_codes()?.swap_remove(0);
        let changes = AccountChanges {
            password: Some(words.clone()),
            roles: Some([*role].into_iter().collect()),
            offices: Some(offices.iter().map(|office| (*office).to_owned()).collect()),
            ..AccountChanges::default()
        };
        services.put_account(&admin, org, user, changes, Expected::Either).await?;
        lines.push(format!("  {org:<4} {user:<11} {words}"));
    }
    Ok(lines)
}

/// Fills the empty database of one server of a pair (0 the Australian, 1 the German one) that reaches the other at
/// `other_base`.
///
/// # Errors
/// What the services answer.
pub async fn fill_half(services: &Services, exchange: &Exchange, which: usize, other_base: &str) -> Result<()> {
    let here = PAIR[which];
    let of_pair = |code: &str| PAIR.iter().flatten().any(|known| *known == code);
    for (code, kind, country, name, time_zone, token) in ORGANIZATIONS.iter().filter(|row| of_pair(row.0)) {
        let remote = !here.contains(code);
        services.put_organization(organization(code, *kind, country, name, time_zone, remote)).await?;
        if !remote {
            services.issue_token(code, "demo", Some(guid(token)?), None, None).await?;
            continue;
        }
        let partner = NewPartner {
            code: (*code).into(),
            transport: Some("http".into()),
            endpoint: Some(format!("{other_base}/exchange/inbox")),
            token_out: Some(PAIR_TOKENS[which].into()),
            token_in: Some(PAIR_TOKENS[1 - which].into()),
            sign_key: Some(PAIR_KEY.into()),
            ..NewPartner::default()
        };
        exchange.put_partner(partner).await?;
    }
    for (code, org, name) in OFFICES.iter().filter(|row| of_pair(row.1)) {
        services.put_office(code, org, name).await?;
    }
    Ok(())
}

fn organization(
    code: &str,
    kind: OrganizationKind,
    country: &str,
    name: &str,
    time_zone: &str,
    remote: bool,
) -> NewOrganization {
    NewOrganization {
        code: code.into(),
        kind,
        country: country.into(),
        name: name.into(),
        customs: None,
        remote,
        time_zone: time_zone.into(),
        creates_users: true,
    }
}

fn guid(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|error| Error::Internal(format!("demo token: {error}")))
}

/// The actor of a demo organization.
///
/// # Errors
/// When the organization has no such token.
async fn actor(services: &Services, org: &str) -> Result<Actor> {
    let token = ORGANIZATIONS.iter().find(|row| row.0 == org).map_or("", |row| row.5);
    let actor = services.authenticate(Credential::parse(token)?).await?;
    Ok(Actor { user_cd: Some("depost".into()), ..(*actor).clone() })
}

async fn items(services: &Services, exchange: &Exchange) -> Result<()> {
    let (aua, dea, fra) = (actor(services, "AUA").await?, actor(services, "DEA").await?, actor(services, "FRA").await?);
    let au_customs = actor(services, "AU").await?;
    let de_customs = actor(services, "DE").await?;
    // Inbound to AUA without a response: what the published Load and LoadByMailState samples look for.
    declare(services, &dea, "EE23050001XDE", "AUA", sender_de(), recipient_au(), wooden_toys()).await?;
    move_inbound(services, &aua, "EE23050001XDE", "DEA", 1).await?;
    // Inbound to AUA from FRA and outbound to DEA under the samples' id.
    declare(services, &fra, "EE23050001XAU", "AUA", sender_fr(), recipient_au(), books()).await?;
    move_inbound(services, &aua, "EE23050001XAU", "FRA", 1).await?;
    declare(services, &aua, "EE23050001XAU", "DEA", sender_au(), recipient_de(), books()).await?;
    // On its way back from there as well, and with the question that the sample of CreateReferralResp answers.
    declare(services, &dea, "EE23050001XAU", "AUA", sender_de(), recipient_au(), books()).await?;
    exchange.drain().await?;
    ask(services, &dea, "EE23050001XAU", "AUA", "DEA-2019-1").await?;
    // A whole story: declared, exported, cleared at the destination with duty.
    declare(services, &aua, "EE123456785AU", "DEA", sender_au(), recipient_de(), wooden_toys()).await?;
    exchange.drain().await?;
    respond(services, &au_customs, "EE123456785AU", ("AUA", "DEA"), "2", None).await?;
    respond(services, &de_customs, "EE123456785AU", ("AUA", "DEA"), "4", Some("7.20")).await?;
    exchange.drain().await?;
    // Lodged by a sender at home: what the samples about anonymous declarations look for.
    let data = Some(content(sender_au(), recipient_de(), books()));
    let known = AnonymousMembers { data, ..AnonymousMembers::default() };
    let lodged = AnonymousDeclaration { known, ..AnonymousDeclaration::default() };
    services.import_anonymous(&aua, "9384748AU", lodged).await
}

/// A request for information from the destination.
async fn ask(services: &Services, actor: &Actor, id: &str, origin: &str, reference: &str) -> Result<()> {
    let about = About { item_id: id.into(), post: actor.org.clone(), partner: origin.into() };
    let known = ReferralMembers {
        referral_cd: Some("RFI".into()),
        referral_id: Some(reference.into()),
        event_dt: date("/Date(1562748420000+0200)/"),
        ..ReferralMembers::default()
    };
    services.create_referral(actor, about, Referral { known, ..Referral::default() }, None).await.map(|_| ())
}

async fn declare(
    services: &Services,
    actor: &Actor,
    id: &str,
    destination: &str,
    sender: Address,
    recipient: Address,
    pieces: Vec<ContentPiece>,
) -> Result<()> {
    let object = MailObject {
        id: Some(id.into()),
        orig_post_org_cd: Some(actor.org.clone()),
        dest_post_org_cd: Some(destination.into()),
        mail_class_cd: Some("E".into()),
        mail_category_cd: Some("A".into()),
        posting_dt: date(SAMPLE_DATE),
        ..MailObject::default()
    };
    let entry = Entry {
        list: "",
        index: None,
        item_id: Some(id.into()),
        content: Ok(Declared {
            object: Some(object),
            found: Findings::default(),
            declaration: Declaration { data: Some(content(sender, recipient, pieces)), ..Declaration::default() }
                .into(),
            event: StoreEvent::Final,
            object_path: "mailObject".into(),
            declaration_path: "decl".into(),
            external_reference: None,
            ingestion: None,
            callback: None,
        }),
    };
    services.store_declarations(actor, vec![entry], BatchMode::AllOrNothing, None).await.map(|_| ())
}

async fn respond(
    services: &Services,
    actor: &Actor,
    id: &str,
    posts: (&str, &str),
    decision: &str,
    duty: Option<&str>,
) -> Result<()> {
    let tax = duty.map(|amount| crate::contract::Tax {
        amount: Number::from_str(amount).ok(),
        currency_cd: Some("EUR".into()),
        tax_type: Some("CUD".into()),
        ..crate::contract::Tax::default()
    });
    let data = ResponseData {
        clearance_dt: date("/Date(1562921220000+0000)/"),
        decision_cd: Some(decision.into()),
        dutiable: duty.is_some(),
        taxes: tax.into_iter().collect(),
        ..ResponseData::default()
    };
    let object = MailObject {
        id: Some(id.into()),
        orig_post_org_cd: Some(posts.0.into()),
        dest_post_org_cd: Some(posts.1.into()),
        ..MailObject::default()
    };
    let entry = Entry {
        list: "",
        index: None,
        item_id: Some(id.into()),
        content: Ok(Responded {
            object: Some(object),
            found: Findings::default(),
            response: Response { data: Some(data), ..Response::default() }.into(),
            event: StoreEvent::Final,
            object_path: "mailObject".into(),
            response_path: "resp".into(),
        }),
    };
    services.store_responses(actor, vec![entry], BatchMode::AllOrNothing, None).await.map(|_| ())
}

async fn move_inbound(services: &Services, actor: &Actor, id: &str, origin: &str, state: i32) -> Result<()> {
    let sent = Move {
        item_id: id.into(),
        post: None,
        partner: origin.into(),
        flow: Flow::Inbound,
        mail_state: Some(state),
        item_destination: None,
    };
    services.move_item(actor, sent, Answering::Nothing, None).await.map(|_| ())
}

fn date(text: &str) -> Option<WcfDate> {
    WcfDate::parse(text).ok().flatten()
}

/// Name, street, postal code, city, country, telephone, e-mail.
type Address = [&'static str; 7];

fn sender_au() -> Address {
    ["Harbour Toys Pty", "1 Example Street", "2000", "Sydney", "AU", "+61 2 5550 0100", "post@example.com"]
}

fn sender_de() -> Address {
    ["Beispielversand", "Musterweg 12", "60311", "Frankfurt am Main", "DE", "+49 69 5550100", "versand@example.com"]
}

fn sender_fr() -> Address {
    ["Librairie Exemple", "3 rue du Modèle", "75001", "Paris", "FR", "+33 1 55 50 01 00", "librairie@example.com"]
}

fn recipient_au() -> Address {
    ["Example Reader", "22 Sample Road", "10000", "Melbourne", "AU", "+61 3 5550 0101", "reader@example.com"]
}

fn recipient_de() -> Address {
    ["Beispielempfang", "Probestraße 5", "60594", "Frankfurt am Main", "DE", "+49 69 5550102", "empfang@example.com"]
}

fn wooden_toys() -> Vec<ContentPiece> {
    vec![
        piece(1, "Wooden toy train for children", "950300", 2, "0.800", "38.50", "AU"),
        piece(2, "Wooden building blocks, painted", "950300", 1, "0.450", "19.90", "AU"),
    ]
}

fn books() -> Vec<ContentPiece> {
    vec![piece(1, "Printed novels, paperback", "490199", 3, "0.900", "27.00", "AU")]
}

fn piece(index: i32, text: &str, hs: &str, number: i32, kilograms: &str, amount: &str, origin: &str) -> ContentPiece {
    ContentPiece {
        index: Some(index),
        description: Some(text.into()),
        hs: Some(hs.into()),
        number: Some(number),
        net_weight: Number::from_str(kilograms).ok(),
        amount: Number::from_str(amount).ok(),
        currency_cd: Some("EUR".into()),
        orig_country_cd: Some(origin.into()),
        ..ContentPiece::default()
    }
}

fn content(sender: Address, recipient: Address, pieces: Vec<ContentPiece>) -> DeclarationData {
    let text = |text: &str| Some(text.to_owned());
    DeclarationData {
        max_index: pieces.iter().filter_map(|piece| piece.index).max(),
        content_pieces: pieces,
        gross_weight: Number::from_str("1.500").ok(),
        handling_class_cd: text("N"),
        nature_type_cd: text("31"),
        postage: Number::from_str("14.50").ok(),
        postage_currency_cd: text("EUR"),
        sender_name: text(sender[0]),
        sender_address_line1: text(sender[1]),
        sender_zip: text(sender[2]),
        sender_city: text(sender[3]),
        sender_country_cd: text(sender[4]),
        sender_telephone: text(sender[5]),
        sender_email: text(sender[6]),
        recipient_name: text(recipient[0]),
        recipient_address_line1: text(recipient[1]),
        recipient_zip: text(recipient[2]),
        recipient_city: text(recipient[3]),
        recipient_country_cd: text(recipient[4]),
        recipient_telephone: text(recipient[5]),
        recipient_email: text(recipient[6]),
        ..DeclarationData::default()
    }
}

/// What to try, ready to paste, against a pair of servers: the Australian one at `one`, the German one at `other`.
pub fn pair_hints(one: &str, other: &str) -> String {
    let token = |org: &str| ORGANIZATIONS.iter().find(|row| row.0 == org).map_or("", |row| row.5);
    let (aua, de, dea) = (token("AUA"), token("DE"), token("DEA"));
    let object = r#"{"Id":"EE000000014AU","OrigPostOrgCd":"AUA","DestPostOrgCd":"DEA","MailClassCd":"E","MailCategoryCd":"A","PostingDt":"2026-11-21T09:00:00Z"}"#;
    format!(
        r#"
Two servers, each with a fresh database that is dropped at the end. {one} hosts Australia's post and customs,
{other} Germany's. They exchange messages over HTTP, signed.

1. Australia declares an item to Germany; an ITMATT goes out:
curl -s {one}/StoreDeclaration -d '{{"token":"{aua}","userCd":"clerk","evtCd":2,"mailObject":{object},"decl":{{"Data":{{"SenderName":"Harbour Toys Pty","SenderAddressLine1":"1 Example Street","SenderZIP":"2000","SenderCity":"Sydney","SenderCountryCd":"AU","RecipientName":"Beispielempfang","RecipientAddressLine1":"Probestrasse 5","RecipientZIP":"60594","RecipientCity":"Frankfurt am Main","RecipientCountryCd":"DE","RecipientEmail":"empfang@example.com","GrossWeight":0.500,"Postage":9.50,"PostageCurrencyCd":"EUR","HandlingClassCd":"N","NatureTypeCd":"31","ContentPieces":[{{"Index":1,"Description":"Wooden spinning top","Number":1,"NetWeight":0.400,"Amount":12.50,"CurrencyCd":"EUR","HS":"950300","OrigCountryCd":"AU"}}]}}}}}}'

2. German customs finds it, on the other server:
curl -s {other}/Load -d '{{"token":"{de}","postalOrgCd":"DEA","flow":"I"}}'

3. It clears the item with 7.20 EUR of duty; a CUSRSP goes back:
curl -s {other}/StoreResponse -d '{{"token":"{de}","userCd":"officer","evtCd":2,"mailObject":{object},"resp":{{"Data":{{"DecisionCd":"4","ClearanceDt":"2026-11-22T10:00:00Z","Dutiable":true,"TotalFee":7.20,"TotalFeeCurrencyCd":"EUR"}}}}}}'

4. Australia sees it as the destination customs' response ("DCResponse"):
curl -s {one}/GetCustomsStatus -d '{{"token":"{aua}","postalOrgCd":"AUA","id":"EE000000014AU","flow":"O","userCd":"clerk"}}'

5. Germany's post asks for information; an ITMREF goes back, and Australia answers with a REFRSP:
curl -s {other}/CreateReferral -d '{{"token":"{dea}","userCd":"clerk","id":"EE000000014AU","partnerPostalOrgCd":"AUA","postalOrgCd":"DEA","referral":{{"ReferralCd":"RFI","Remarks":"Please send the invoice"}}}}'
"#
    )
}

/// How to have events sent to the demo's own receiver at `hook`.
pub fn hook_hints(base: &str, hook: &str) -> String {
    let dea = "63de3b10-521c-4dbb-8836-59da8dad803e";
    format!(
        r#"
5. Have the events of Germany's post sent to {hook}; they are printed here. Declare the item of 2 afterwards:
curl -s {base}/v1/subscriptions -H 'Authorization: Bearer {dea}' -H 'Content-Type: application/json' -d '{{"url":"{hook}"}}'
"#
    )
}

/// What to try, ready to paste, against a demo at `base` (`http://127.0.0.1:8080`).
pub fn hints(base: &str) -> String {
    let aua = "b5507016-7da2-4777-a161-1e8042a6a377";
    let dea = "63de3b10-521c-4dbb-8836-59da8dad803e";
    format!(
        r#"
The demo database is fresh and is dropped at the end. Documentation: {base}/docs/

1. What is coming to Australia from Germany, not answered by customs yet:
curl -s {base}/Load -d '{{"token":"{aua}","postalOrgCd":"AUA","flow":"I","partnerPostalOrgCd":"DEA","onlyWithoutResponse":true}}'

2. Declare an item to Germany; it appears there within a second:
curl -s {base}/StoreDeclaration -d '{{"token":"{aua}","userCd":"clerk","officeCd":"AUSYDA","evtCd":2,"mailObject":{{"Id":"EE000000014AU","OrigPostOrgCd":"AUA","DestPostOrgCd":"DEA","MailClassCd":"E","MailCategoryCd":"A","PostingDt":"2026-11-21T09:00:00Z"}},"decl":{{"Data":{{"SenderName":"Harbour Toys Pty","SenderAddressLine1":"1 Example Street","SenderZIP":"2000","SenderCity":"Sydney","SenderCountryCd":"AU","RecipientName":"Beispielempfang","RecipientAddressLine1":"Probestrasse 5","RecipientZIP":"60594","RecipientCity":"Frankfurt am Main","RecipientCountryCd":"DE","RecipientEmail":"empfang@example.com","GrossWeight":0.500,"Postage":9.50,"PostageCurrencyCd":"EUR","HandlingClassCd":"N","NatureTypeCd":"31","ContentPieces":[{{"Index":1,"Description":"Wooden spinning top","Number":1,"NetWeight":0.400,"Amount":12.50,"CurrencyCd":"EUR","HS":"950300","OrigCountryCd":"AU"}}]}}}}}}'

3. What the destination's customs said about an item ("DCResponse": cleared, duty 7.20 EUR):
curl -s {base}/GetCustomsStatus -d '{{"token":"{aua}","postalOrgCd":"AUA","id":"EE123456785AU","flow":"O","userCd":"clerk"}}'

4. Log in for an office; the SecurityKey replaces the token:
curl -s {base}/Login -d '{{"securityToken":"{dea}","userCd":"depost","password":"xxxxxx","officeCd":"DEAAAA"}}'
"#
    )
}
