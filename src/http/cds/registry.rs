//! Every method of the CDS surface: the single source for routes, OpenAPI, documentation and access tests.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::names::{Named, Names};
use super::reply::Reply;
use super::request::Call;
use super::{
    access, anonymous, blank, declarations, item_status, loading, lookup, movement, printing, referrals, responses,
    trade, watchdog,
};
use crate::contract::anonymous::AnonymousMembers;
use crate::contract::commerce::OfferedGood;
use crate::contract::heartbeat::Heartbeat;
use crate::contract::item_status::CheckItemStatusResult;
use crate::contract::{
    CdsView, Declaration, HSLookupInfo, Number, PostalService, ReferralDialogue, Response, RestrictionProhibition,
    SimpleRefDataCocktail, WatchdogInfo,
};
use crate::domain::Scope;
use crate::error::{Error, Result};
use crate::http::operation::{SchemaOf, Schemas, inline, named};
use crate::http::pipeline::permission::{Callers, Permission};

/// What a method answers.
pub enum Shape {
    /// `{}`.
    Void,
    /// `{}`, or with `Prefer: outcome=per-item` a member `Outcomes`.
    VoidOrOutcomes,
    /// `{"<Method>Result": …}` with this schema.
    Result(SchemaOf),
    /// The same, or `{"<Method>Result": null}`.
    ResultOrNull(SchemaOf),
    /// Members of their own.
    Members(&'static [(&'static str, SchemaOf)]),
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Reply>> + 'a>>;

/// One method.
pub struct Method {
    pub name: &'static str,
    pub family: &'static str,
    pub summary: &'static str,
    pub permission: Permission,
    /// The name under which the published page lists the token; either is accepted.
    pub token_member: &'static str,
    /// Members without which the method refuses every call. Fewer than the published page marks as required, and `userCd`
    /// is not among them where a session says who acts.
    pub required: &'static [&'static str],
    /// Members that name the caller's own organizations; naming others is a 401 before anything else is looked at.
    pub named: Named,
    pub writes: bool,
    pub params: SchemaOf,
    pub shape: Shape,
    run: for<'a> fn(Call<'a>) -> Running<'a>,
}

impl Method {
    pub(in crate::http) fn run<'a>(&self, call: Call<'a>) -> Running<'a> {
        (self.run)(call)
    }
}

fn list_of<T: ToSchema + PartialSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    utoipa::openapi::schema::ArrayBuilder::new().items(named::<T>(schemas)).into()
}

fn text(_: &mut Schemas) -> RefOr<Schema> {
    inline::<String>(&mut Vec::new())
}

fn flag(_: &mut Schemas) -> RefOr<Schema> {
    inline::<bool>(&mut Vec::new())
}

fn texts(_: &mut Schemas) -> RefOr<Schema> {
    inline::<Vec<String>>(&mut Vec::new())
}

macro_rules! methods {
    ($($family:literal {
        $($name:literal = $run:path { $params:ty } -> $shape:expr;
            $callers:ident [$($scope:ident),+], $token:literal, [$($required:literal),*], $writes:literal, $summary:literal
            $(, own [$($names:ident $path:literal),+])?;)*
    })*) => {
        /// Every method, by family.
        pub fn methods() -> Vec<Method> {
            vec![$($(Method {
                name: $name,
                family: $family,
                summary: $summary,
                permission: Permission { callers: Callers::$callers, scopes: &[$(Scope::$scope),+] },
                token_member: $token,
                required: &[$($required),*],
                named: &[$($((Names::$names, $path)),+)?],
                writes: $writes,
                params: inline::<$params>,
                shape: $shape,
                run: |call| Box::pin(async move {
                    let params: $params = call.params()?;
                    $run(call, params).await
                }),
            },)*)*]
        }
    };
}

methods! {
    "User access" {
        "Login" = access::login { access::LoginParams }
            -> Shape::Members(&[("SecurityKey", text), ("Office", text), ("AllowedOffices", texts)]);
            PostsAndCustoms [LoginUsers], "securityToken", ["userCd", "password"], false,
            "Opens a session for a user with a password. The SecurityKey may replace the token in every call and carries \
             user and office.";
        "Logout" = access::logout { access::LogoutParams } -> Shape::Void;
            PostsAndCustoms [LoginUsers], "securityToken", ["userCd"], false,
            "Ends the session whose key is sent; sent with the organization's token, all sessions of the user.";
    }
    "Declarations" {
        "StoreDeclaration" = declarations::store { declarations::StoreDeclarationParams } -> Shape::Void;
            Posts [CreateMessages], "token", ["mailObject", "decl", "evtCd"], true,
            "Stores a declaration of an own item. evtCd: 1 draft, 2 final, 6 send to customs, 7 send to the destination post.",
            own [Post "decl.PostOrganizationCd", Customs "decl.CustOrganizationCd"];
        "CreateOrUpdateDeclarations" = declarations::store_many { declarations::CreateOrUpdateDeclarationsParams } -> Shape::VoidOrOutcomes;
            Posts [CreateMessages], "securityToken", [], true,
            "Stores final declarations (event 2) of a list of views: all or none, or each on its own with \
             Prefer: outcome=per-item.",
            own [Post "cdsViews[].Declaration.PostOrganizationCd",
                 Customs "cdsViews[].Declaration.CustOrganizationCd"];
        "CreateNewDeclaration" = blank::declaration { blank::NewDeclarationParams } -> Shape::Result(named::<Declaration>);
            PostsAndCustoms [CreateMessages], "token", [], false,
            "A blank declaration to fill in. Stores nothing.",
            own [Post "postalOrgCd", Customs "customsOrgCd"];
    }
    "Responses" {
        "StoreResponse" = responses::store { responses::StoreResponseParams } -> Shape::Void;
            PostsAndCustoms [WriteResponses], "token", ["mailObject", "resp", "evtCd"], true,
            "Stores a customs response. evtCd: 1 draft, 2 final, 6 final without transfer, 7 transfer to the origin post.",
            own [Post "resp.PostOrganizationCd", Answering "resp.CustOrganizationCd",
                 End "mailObject.OrigPostOrgCd", End "mailObject.DestPostOrgCd"];
        "CreateOrUpdateResponses" = responses::store_many { responses::CreateOrUpdateResponsesParams } -> Shape::VoidOrOutcomes;
            PostsAndCustoms [WriteResponses], "securityToken", [], true,
            "Stores final responses (event 2) of a list of views: all or none, or each on its own with \
             Prefer: outcome=per-item.",
            own [Post "cdsViews[].Response.PostOrganizationCd",
                 Answering "cdsViews[].Response.CustOrganizationCd",
                 End "cdsViews[].MailObject.OrigPostOrgCd",
                 End "cdsViews[].MailObject.DestPostOrgCd"];
        "CreateNewResponse" = blank::response { blank::NewResponseParams } -> Shape::Result(named::<Response>);
            PostsAndCustoms [WriteResponses], "token", [], false,
            "A blank response to fill in. Stores nothing.",
            own [Post "postalOrgCd", Answering "customsOrgCd"];
    }
    "Retrieval" {
        "Load" = loading::load { loading::LoadParams } -> Shape::Result(list_of::<CdsView>);
            PostsAndCustoms [ReadDeclarations], "token",
            [], false,
            "Views that match every filter given, in pages: while X-Next-Cursor comes back, more remain; send it as member \
             cursor. Pollers use the change feed: send modifiedSince once, then the cursor of each answer; X-More says \
             whether to ask again at once.",
            own [Post "postalOrgCd", Customs "customsOrgCd", Kind "organizationTypeCd"];
        "LoadByMailState" = loading::load_by_mail_state { loading::LoadByMailStateParams } -> Shape::Result(list_of::<CdsView>);
            PostsAndCustoms [ReadDeclarations], "token", ["mailStateCd"], false,
            "Views of items in one mail state, paged like Load.",
            own [Post "postalOrgCd", Customs "customsOrgCd", Kind "organizationTypeCd"];
        "GetCustomsStatus" = loading::customs_status { loading::CustomsStatusParams } -> Shape::ResultOrNull(named::<CdsView>);
            PostsAndCustoms [ReadItems], "token",
            ["id"], false,
            "The view of one item, null when there is none. With forceCreateResponseIfNotAvailable the auto-response rules of \
             the customs administration answer where it has not; without a rule that fits no response is invented.",
            own [Post "postalOrgCd"];
    }
    "Mail state" {
        "UpdateMailState" = movement::update { movement::MoveParams } -> Shape::Void;
            Posts [WriteMovements], "securityToken", ["id", "partnerPostalOrgCd", "flow", "mailState"], true,
            "Sets the mail state of an own item; a new item is created.",
            own [Post "postalOrgCd"];
        "UpdateMailState_ForTransitItems" = movement::update_transit { movement::TransitMoveParams } -> Shape::Void;
            Posts [WriteMovements], "securityToken", ["id", "partnerPostalOrgCd", "flow", "mailState"], true,
            "Deprecated. As UpdateMailState, with the item's destination, which transit items need.",
            own [Post "postalOrgCd"];
        "UpdateMailStateAndGetCustomsStatus" = movement::update_and_get { movement::MoveAndGetParams } -> Shape::Result(named::<CdsView>);
            Posts [WriteMovements, ReadItems], "securityToken",
            ["id", "partnerPostalOrgCd", "flow", "mailState"], true,
            "Sets the mail state and answers the item's view, in one transaction.",
            own [Post "postalOrgCd"];
    }
    "Referrals" {
        "CreateReferral" = referrals::create { referrals::CreateReferralParams } -> Shape::Void;
            PostsAndCustoms [WriteReferrals], "securityToken", ["id", "postOrgCd", "partnerPostOrgCd", "referral"], true,
            "Raises a referral on an inbound item: a question (ERR, INC, RFI, AMD), screening (RFS), do not load (DNL) or \
             assessment complete (ASC). The origin post sees it within a second, once it can be reached.",
            own [Post "postOrgCd", Post "postalOrgCd"];
        "CreateReferralResp" = referrals::answer { referrals::CreateReferralRespParams } -> Shape::Void;
            Posts [WriteReferrals], "securityToken", ["id", "postOrgCd", "partnerPostOrgCd", "referralResponse"], true,
            "Answers a referral on an outbound item, with R and two digits. Without ReferralId the only referral that waits \
             for such an answer is meant. The destination post sees it within a second, once it can be reached.",
            own [Post "postOrgCd", Post "postalOrgCd"];
        "GetReferralAndReferralResponse" = referrals::get { referrals::GetReferralParams } -> Shape::Result(list_of::<ReferralDialogue>);
            PostsAndCustoms [ReadReferrals], "securityToken", ["postalOrgCd", "flow"], false,
            "Items with a referral that matches every filter given, each with its matching referrals and the answers to them, \
             paged like Load.",
            own [Post "postalOrgCd"];
        "CheckItemStatus" = item_status::check { item_status::CheckItemStatusParams } -> Shape::Result(list_of::<CheckItemStatusResult>);
            PostsAndCustoms [ReadItems], "securityToken", ["Items"], false,
            "The status of up to 1,000 items, for the scan at the office of exchange: data, referrals, decision, and a light \
             with its reasons. What is not known has an entry with HasITMATT false.";
    }
    "Anonymous declarations" {
        "CreateOrUpdateAnonymousDeclaration" = anonymous::put { anonymous::PutParams } -> Shape::Result(text);
            Posts [CreateMessages], "securityToken", ["anonymousDeclaration"], true,
            "Keeps a declaration that has no item yet, for 90 days unless set otherwise; answers its id. With an Id, changes \
             it until it is converted.",
            own [Post "anonymousDeclaration.PostalOrgCd"];
        "GetAnonymousDeclaration" = anonymous::get { anonymous::GetParams } -> Shape::Result(list_of::<AnonymousMembers>);
            Posts [ReadDeclarations], "securityToken", ["searchCriteria"], false,
            "Own declarations not converted yet that match every criterion; at least one is needed.",
            own [Post "searchCriteria.PostalOrgCd"];
        "GetFinalDeclarationIdFromAnonymousDeclarationId" = anonymous::final_id { anonymous::FinalIdParams } -> Shape::Result(text);
            Posts [ReadDeclarations], "securityToken", ["anonymousDeclId"], false,
            "The item id that an own anonymous declaration became; empty while it is not converted.";
        "ConvertAnonymousToCDSDeclaration" = anonymous::convert { anonymous::ConvertParams } -> Shape::Void;
            Posts [CreateMessages], "securityToken", ["anonymousDeclarationId"], true,
            "Makes a final declaration out of an own anonymous one, once, posted now; it goes to the destination post.";
    }
    "Watchdog" {
        "GetWatchdogItemInfo" = watchdog::get { watchdog::GetWatchdogParams } -> Shape::Result(named::<WatchdogInfo>);
            PostsAndCustoms [ReadItems], "securityToken", ["itemId"], false,
            "The gravest mark in force on this id.";
        "SetWatchdogItemInfo" = watchdog::set { watchdog::SetWatchdogParams } -> Shape::Void;
            PostsAndCustoms [WriteWatchdog], "securityToken", ["itemId", "watchdogInfo"], true,
            "Sets or clears the caller's mark on an item id, for what comes later too. A block is put on all items with the id; the rest \
             is refused when several may be meant.";
    }
    "Catalogue" {
        "LoadMarketedGood" = trade::load_goods { trade::LoadGoodParams } -> Shape::Result(list_of::<OfferedGood>);
            PostsAndCustoms [ReadReference], "token", [], false,
            "Goods valid now that are offered to everyone or to the caller, of a seller, to a buyer, or both; one of them \
             must be named. withRestrictions adds what the buyer's country has against them.";
        "StoreMarketedGood" = trade::store_good { trade::StoreGoodParams } -> Shape::Void;
            Posts [WriteCatalogue], "token", ["marketedGood"], true,
            "Stores goods of the caller: new without ReferenceId, else under that number. X-Entrepost-Warnings is 1 for an HS \
             code that names nothing.",
            own [Post "marketedGood.SellerOrganizationCd"];
        "LoadPostalServices" = trade::load_services { trade::LoadServicesParams } -> Shape::Result(list_of::<PostalService>);
            PostsAndCustoms [ReadReference], "token", ["origOrganizationCd", "destOrganizationCd"], false,
            "Services valid now from one post to another, those to every post included.";
        "StorePostalService" = trade::store_service { trade::StoreServiceParams } -> Shape::Void;
            Posts [WriteCatalogue], "token", ["postalService"], true,
            "Stores a service of the caller: new without ServiceId, else under that id.",
            own [Post "postalService.OrigOrganizationCd"];
    }
    "Look-ups" {
        "GetHSCodes" = lookup::hs_codes { lookup::HsParams } -> Shape::Result(list_of::<HSLookupInfo>);
            PostsAndCustoms [ReadReference], "securityToken", ["goodDescription"], false,
            "At most ten HS codes for a description in one of nine languages, best first; typing errors are tolerated. \
             Observations says what the code covers and why it was found.";
        "GetRestrictionProhibitionByDescription" = lookup::by_description { lookup::DescriptionParams }
            -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationPostalOrgCd", "sendingCountryCd", "goodDescription"], false,
            "Restrictions and prohibitions on goods described in words, by destination post.";
        "GetRestrictionProhibitionByDescriptionByCountry" = lookup::by_description_by_country { lookup::DescriptionByCountryParams }
            -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationCountryCd", "sendingCountryCd", "goodDescription"], false,
            "Restrictions and prohibitions on goods described in words, by destination country.";
        "GetRestrictionProhibitionsByDescriptions" = lookup::by_descriptions { lookup::DescriptionsParams }
            -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationPostalOrgCd", "sendingCountryCd", "goodDescriptions"], false,
            "The same for several descriptions; each rule is answered once.";
        "GetRestrictionProhibitionsByDescriptionsByCountry" = lookup::by_descriptions_by_country { lookup::DescriptionsByCountryParams }
            -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationCountryCd", "sendingCountryCd", "goodDescriptions"], false,
            "The same for several descriptions, by destination country.";
        "GetRestrictionProhibitionByHS" = lookup::by_hs { lookup::HsCodeParams } -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationPostalOrgCd", "sendingCountryCd", "goodHSCode"], false,
            "Restrictions and prohibitions on an HS code of any length, by destination post.";
        "GetRestrictionProhibitionByHSByCountry" = lookup::by_hs_by_country { lookup::HsCodeByCountryParams }
            -> Shape::Result(list_of::<RestrictionProhibition>);
            PostsAndCustoms [ReadReference], "securityToken", ["destinationCountryCd", "sendingCountryCd", "goodHSCode"], false,
            "Restrictions and prohibitions on an HS code of any length, by destination country.";
        "IsItemRestrictedProhibited" = lookup::item_restricted { lookup::ItemRestrictedParams }
            -> Shape::Members(&[("IsItemRestrictedProhibitedResult", flag), ("restrictionsProhibitions", list_of::<RestrictionProhibition>)]);
            PostsAndCustoms [ReadItems], "securityToken", ["mailItemID"], false,
            "Screens the goods of a stored declaration by HS code and description. A code that is too short counts when the \
             description says that it is the part restricted.";
        "GetDecisionNameAndCategoryFromCode" = lookup::decision { lookup::DecisionParams } -> Shape::Result(texts);
            PostsAndCustoms [ReadReference], "token", ["decisionCode"], false,
            "Name and category of a decision code, as the caller's customs administration uses it: [name, category].";
        "ConvertCurrency" = lookup::convert { lookup::ConvertParams } -> Shape::Result(named::<Number>);
            PostsAndCustoms [ReadReference], "token", ["fromCurrencyCd", "toCurrencyCd", "amount"], false,
            "An amount in another currency: the organization's own dated rates first, then the snapshot; direct, inverse or \
             through the euro; ten decimals, half away from zero.",
            own [Related "organizationCd"];
    }
    "Printing" {
        "PrintCustomsDeclaration" = printing::item { printing::PrintItemParams } -> Shape::Result(text);
            PostsAndCustoms [ReadDocuments], "token", ["mailItemId"], false,
            "Prints CN22 or CN23 of a stored item: a PDF/A in base64. The history notes it.";
        "PrintDoc" = printing::view { printing::PrintViewParams } -> Shape::Result(text);
            PostsAndCustoms [ReadDocuments], "token", ["cdsView"], false,
            "Prints CN22 or CN23 of the view passed in, which need not be stored: a PDF/A in base64.";
    }
    "Service" {
        "LoadRefDataCocktail" = lookup::cocktail { lookup::CocktailParams } -> Shape::Result(named::<SimpleRefDataCocktail>);
            PostsAndCustoms [ReadReference], "securityToken", [], false,
            "Every code list, named in one language, with Version and Hash. The ETag is the hash: sent back as If-None-Match it \
             gives 304.";
        "GetHeartbeat" = access::heartbeat { access::HeartbeatParams } -> Shape::Result(named::<Heartbeat>);
            PostsAndCustoms [ReadReference], "securityToken", [], false,
            "When each part of the service was last used.";
    }
}

/// The methods, by name.
pub(in crate::http) struct Registry(HashMap<&'static str, Method>);

impl Default for Registry {
    fn default() -> Self {
        Self(methods().into_iter().map(|method| (method.name, method)).collect())
    }
}

impl Registry {
    /// # Errors
    /// 404 with the nearest name.
    pub(in crate::http) fn find(&self, name: &str) -> Result<&Method> {
        self.0.get(name).ok_or_else(|| Error::NoSuchMethod { suggestion: self.nearest(name) })
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let short: String = name.chars().take(64).collect();
        let likeness = |known: &&str| strsim::jaro_winkler(&short.to_lowercase(), &known.to_lowercase());
        let best = self.0.keys().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        (likeness(&best) > 0.8).then(|| best.to_owned())
    }
}
