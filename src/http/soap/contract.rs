//! The operations of the SOAP contract, one row each: parameters and results in the order in which they travel. The methods
//! themselves stand in the registry; a test holds the two equal.

use super::model::{Contract, Operation};
use super::types::members;

macro_rules! operations {
    ($($name:ident($($request:tt)*) -> ($($response:tt)*);)*) => {
        &[$(Operation { name: stringify!($name), request: members!($($request)*), response: members!($($response)*) }),*]
    };
}

/// What the service's own description lists.
static CLASSIC: &[Operation] = operations! {
    ConvertCurrency(
        token: guid.always(), organizationCd: text, fromCurrencyCd: text, toCurrencyCd: text, amount: decimal.always()
    ) -> (ConvertCurrencyResult: decimal.always());
    GetDecisionNameAndCategoryFromCode(token: guid.always(), decisionCode: text)
        -> (GetDecisionNameAndCategoryFromCodeResult: texts);
    Load(
        token: guid.always(), postalOrgCd: text, customsOrgCd: text, organizationTypeCd: text, id: text, flow: text,
        partnerPostalOrgCd: text, partCountryCd: text, dtFrom: date, dtTo: date, zipFrom: text, zipTo: text, mailClassCd: text,
        onlyWithoutResponse: flag, onlyWithDeclarationOrResponse: flag, recordsLimit: int, cursor: text.later(),
        modifiedSince: date.later(), countTotal: flag.later()
    ) -> (LoadResult: list<CDS_VIEW>, NextCursor: text.later(), More: flag.later(), TotalCount: int.later());
    LoadByMailState(
        token: guid.always(), postalOrgCd: text, customsOrgCd: text, organizationTypeCd: text, flow: text, mailStateCd: text,
        recordsLimit: int.later(), cursor: text.later(), modifiedSince: date.later(), countTotal: flag.later()
    ) -> (LoadByMailStateResult: list<CDS_VIEW>, NextCursor: text.later(), More: flag.later(), TotalCount: int.later());
    GetCustomsStatus(
        token: guid.always(), postalOrgCd: text, id: text, flow: text, forceCreateResponseIfNotAvailable: flag, userCd: text,
        officeCd: text.later()
    ) -> (GetCustomsStatusResult: object<CDS_VIEW>);
    CreateNewDeclaration(token: guid.always(), postalOrgCd: text, customsOrgCd: text, itemId: text, mailFlow: text)
        -> (CreateNewDeclarationResult: object<DECLARATION>);
    CreateNewResponse(token: guid.always(), postalOrgCd: text, customsOrgCd: text)
        -> (CreateNewResponseResult: object<RESPONSE>);
    StoreDeclaration(
        token: guid.always(), mailObject: object<MAIL_OBJECT>, decl: object<DECLARATION>, evtCd: int.always(), userCd: text,
        officeCd: text.later()
    ) -> ();
    StoreResponse(
        token: guid.always(), mailObject: object<MAIL_OBJECT>, resp: object<RESPONSE>, evtCd: int.always(), userCd: text,
        officeCd: text.later()
    ) -> ();
    CreateOrUpdateDeclarations(
        securityToken: guid.always(), cdsViews: list<CDS_VIEW>, userCd: text, officeCd: text.later()
    ) -> (Outcomes: list<OUTCOME>.later());
    CreateOrUpdateResponses(securityToken: guid.always(), cdsViews: list<CDS_VIEW>, userCd: text, officeCd: text.later())
        -> (Outcomes: list<OUTCOME>.later());
    UpdateMailState(
        securityToken: guid.always(), id: text, postalOrgCd: text, partnerPostalOrgCd: text, flow: text,
        mailState: int.always(), userCd: text, officeCd: text.later()
    ) -> ();
    ConvertAnonymousToCDSDeclaration(
        securityToken: guid.always(), anonymousDeclarationId: text, internationalItemId: text, userCd: text,
        officeCd: text.later()
    ) -> ();
    GetHSCodes(securityToken: guid.always(), goodDescription: text) -> (GetHSCodesResult: list<HS_LOOKUP_INFO>);
    GetRestrictionProhibitionByDescription(
        securityToken: guid.always(), destinationPostalOrgCd: text, sendingCountryCd: text, goodDescription: text
    ) -> (GetRestrictionProhibitionByDescriptionResult: list<RESTRICTION_PROHIBITION>);
    GetRestrictionProhibitionByHS(
        securityToken: guid.always(), destinationPostalOrgCd: text, sendingCountryCd: text, goodHSCode: text
    ) -> (GetRestrictionProhibitionByHSResult: list<RESTRICTION_PROHIBITION>);
    GetWatchdogItemInfo(securityToken: guid.always(), itemId: text, originPostalOrgCd: text.later())
        -> (GetWatchdogItemInfoResult: object<WATCHDOG_INFO>);
    SetWatchdogItemInfo(
        securityToken: guid.always(), itemId: text, destinationPostalOrgCd: text, mailClass: text, postingDate: date,
        watchdogInfo: object<WATCHDOG_INFO>, originPostalOrgCd: text.later()
    ) -> ();
    PrintDoc(
        token: guid.always(), cdsView: object<CDS_VIEW>, userCd: text, officeCd: text.later(), languageCd: text.later(),
        form: text.later(), paper: text.later(), copies: int.later()
    ) -> (PrintDocResult: text);
    LoadMarketedGood(
        token: guid.always(), sellerOrganizationCd: text, buyerOrganizationCd: text, withInvalid: flag.later(),
        withRestrictions: flag.later(), recordsLimit: int.later(), cursor: text.later()
    ) -> (LoadMarketedGoodResult: list<OFFERED_GOOD>, NextCursor: text.later());
    StoreMarketedGood(token: guid.always(), marketedGood: object<MARKETED_GOOD>) -> ();
    LoadPostalServices(token: guid.always(), origOrganizationCd: text, destOrganizationCd: text)
        -> (LoadPostalServicesResult: list<POSTAL_SERVICE>);
    StorePostalService(token: guid.always(), postalService: object<POSTAL_SERVICE>) -> ();
};

/// What the JSON surface has beside them.
static NEWER: &[Operation] = operations! {
    CheckItemStatus(securityToken: guid.always(), Items: list<CHECK_ITEM_STATUS_REQUEST>)
        -> (CheckItemStatusResult: list<CHECK_ITEM_STATUS_RESULT>);
    CreateOrUpdateAnonymousDeclaration(
        securityToken: guid.always(), anonymousDeclaration: object<ANONYMOUS_DECLARATION>
    ) -> (CreateOrUpdateAnonymousDeclarationResult: text);
    CreateReferral(
        securityToken: guid.always(), id: text, postOrgCd: text, partnerPostOrgCd: text, referral: object<REFERRAL>
    ) -> ();
    CreateReferralResp(
        securityToken: guid.always(), id: text, postOrgCd: text, partnerPostOrgCd: text,
        referralResponse: object<REFERRAL_RESPONSE>
    ) -> ();
    GetAnonymousDeclaration(securityToken: guid.always(), searchCriteria: object<SEARCH_CRITERIA>)
        -> (GetAnonymousDeclarationResult: list<ANONYMOUS_DECLARATION>, NextCursor: text);
    GetFinalDeclarationIdFromAnonymousDeclarationId(securityToken: guid.always(), anonymousDeclId: text)
        -> (GetFinalDeclarationIdFromAnonymousDeclarationIdResult: text);
    GetHeartbeat(securityToken: guid.always(), userCd: text) -> (GetHeartbeatResult: object<HEARTBEAT>);
    GetReferralAndReferralResponse(
        securityToken: guid.always(), postalOrgCd: text, id: text, flow: text, partnerPostalOrgCd: text, postingDtFrom: date,
        postingDtTo: date, eventDtFrom: date, eventDtTo: date, mailClassCd: text, officeCd: text, hasPendingReferral: flag,
        referralType: text, referralResponseType: text, overdue: flag, reminderDue: flag, recordsLimit: int, cursor: text
    ) -> (GetReferralAndReferralResponseResult: list<REFERRAL_DIALOGUE>, NextCursor: text);
    GetRestrictionProhibitionByDescriptionByCountry(
        securityToken: guid.always(), destinationCountryCd: text, sendingCountryCd: text, goodDescription: text
    ) -> (GetRestrictionProhibitionByDescriptionByCountryResult: list<RESTRICTION_PROHIBITION>);
    GetRestrictionProhibitionByHSByCountry(
        securityToken: guid.always(), destinationCountryCd: text, sendingCountryCd: text, goodHSCode: text
    ) -> (GetRestrictionProhibitionByHSByCountryResult: list<RESTRICTION_PROHIBITION>);
    GetRestrictionProhibitionsByDescriptions(
        securityToken: guid.always(), destinationPostalOrgCd: text, sendingCountryCd: text, goodDescriptions: texts
    ) -> (GetRestrictionProhibitionsByDescriptionsResult: list<RESTRICTION_PROHIBITION>);
    GetRestrictionProhibitionsByDescriptionsByCountry(
        securityToken: guid.always(), destinationCountryCd: text, sendingCountryCd: text, goodDescriptions: texts
    ) -> (GetRestrictionProhibitionsByDescriptionsByCountryResult: list<RESTRICTION_PROHIBITION>);
    IsItemRestrictedProhibited(
        securityToken: guid.always(), mailItemID: text, returnRestrictionsProhibitions: flag, originCountryCd: text,
        destinationCountryCd: text
    ) -> (IsItemRestrictedProhibitedResult: flag, restrictionsProhibitions: list<RESTRICTION_PROHIBITION>);
    LoadRefDataCocktail(securityToken: guid.always(), languageCd: text)
        -> (LoadRefDataCocktailResult: object<SIMPLE_REF_DATA_COCKTAIL>);
    Login(securityToken: guid.always(), userCd: text, officeCd: text, password: text)
        -> (SecurityKey: text, Office: text, AllowedOffices: texts);
    Logout(securityToken: guid.always(), userCd: text) -> ();
    PrintCustomsDeclaration(
        token: guid.always(), mailItemId: text, userCd: text, officeCd: text, languageCd: text, form: text, paper: text,
        copies: int
    ) -> (PrintCustomsDeclarationResult: text);
    UpdateMailStateAndGetCustomsStatus(
        securityToken: guid.always(), id: text, postalOrgCd: text, partnerPostalOrgCd: text, flow: text,
        mailState: int.always(), forceCreateResponseIfNotAvailable: flag, itemDestPostalOrgCd: text, userCd: text,
        officeCd: text
    ) -> (UpdateMailStateAndGetCustomsStatusResult: object<CDS_VIEW>);
    UpdateMailState_ForTransitItems(
        securityToken: guid.always(), id: text, postalOrgCd: text, partnerPostalOrgCd: text, flow: text,
        mailState: int.always(), itemDestPostalOrgCd: text, userCd: text, officeCd: text
    ) -> ();
};

impl Contract {
    /// Its operations.
    pub fn operations(self) -> impl Iterator<Item = &'static Operation> {
        CLASSIC.iter().chain(NEWER.iter().filter(move |_| self == Self::Full))
    }

    /// The operation of that name.
    pub fn operation(self, name: &str) -> Option<&'static Operation> {
        self.operations().find(|operation| operation.name == name)
    }
}
