//! The types of the SOAP contract: members in the order in which they travel, by the names of the service's own schemas. What
//! is marked as later, or belongs to no classic operation, has names of ours.
//!
//! A test holds this table and the schemas of the JSON surface equal.

use super::model::{Kind, Member, Ns, Type};

macro_rules! base {
    () => {
        None
    };
    ($base:ident) => {
        Some(&$base)
    };
}

/// Reads `name: kind`, `name: kind<TYPE>`, and what is said of the member after it.
macro_rules! members {
    ($($member:ident: $kind:ident $(<$of:ident>)? $(.$said:ident())*),* $(,)?) => {
        &[$($crate::http::soap::types::$kind(stringify!($member) $(, &$crate::http::soap::types::$of)?) $(.$said())*),*]
    };
}
pub(super) use members;

macro_rules! types {
    ($($id:ident = $ns:ident $name:literal $(: $base:ident)? $(, $later:ident)? { $($members:tt)* })*) => {$(
        pub static $id: Type = Type {
            ns: Ns::$ns,
            name: $name,
            base: base!($($base)?),
            members: members!($($members)*),
            later: is_later!($($later)?),
        };
    )*};
}

macro_rules! is_later {
    () => {
        false
    };
    (later) => {
        true
    };
}

macro_rules! kinds {
    ($($name:ident = $kind:ident;)*) => {$(
        pub const fn $name(name: &'static str) -> Member {
            Member::new(name, Kind::$kind)
        }
    )*};
}

kinds! {
    text = Text;
    texts = Texts;
    int = Int;
    ints = Ints;
    decimal = Decimal;
    guid = Guid;
    date = Date;
}

pub const fn flag(name: &'static str) -> Member {
    Member::new(name, Kind::Flag).always()
}

pub const fn mark(name: &'static str) -> Member {
    Member::new(name, Kind::Mark).always()
}

pub const fn object(name: &'static str, ty: &'static Type) -> Member {
    Member::new(name, Kind::Object(ty))
}

pub const fn list(name: &'static str, ty: &'static Type) -> Member {
    Member::new(name, Kind::List(ty))
}

types! {
    ENTITY = Core "Entity" { entityState: int.required() }

    CDS_VIEW = Operational "CDSView": ENTITY {
        DCResponse: object<RESPONSE>, Declaration: object<DECLARATION>, MailObject: object<MAIL_OBJECT>, Response: object<RESPONSE>,
    }
    MAIL_OBJECT = Operational "MailObject": ENTITY {
        DestPostOrgCd: text, Id: text, LocalId: text, LocalId2: text, MailCategoryCd: text, MailClassCd: text, MailStateCd: int,
        MailStateRemarks: text, OrigPostOrgCd: text, PId: guid, PostingDt: date.always(), TypeCd: text,
    }
    CDS_OBJECT = Operational "CDSObject": ENTITY {
        CDSStateCd: int.always(), CustOrganizationCd: text, MailObjectPId: guid.always(), PId: guid, PostOrganizationCd: text,
        XMLData: text,
    }
    DECLARATION = Operational "Declaration": CDS_OBJECT { Data: object<DECLARATION_DATA> }
    DECLARATION_DATA = Operational "Declaration.DeclarationData" {
        CommercialTransactions: list<COMMERCIAL_TRANSACTION>.later(), ContentPieces: list<CONTENT_PIECE>,
        Documents: list<DOCUMENT>, ExtraFieldNames: texts, ExtraFieldValues: texts, GrossWeight: decimal, HandlingClassCd: text,
        InsuredValue: decimal, InsuredValueCurrencyCd: text, MaxIndex: int, NatureTypeCd: text, PackageImageLocalPath: text,
        PackageImageSourceInfo: text, Postage: decimal, PostageCurrencyCd: text, RecipientAddressLine1: text,
        RecipientAddressLine2: text, RecipientCity: text, RecipientCountryCd: text, RecipientEmail: text, RecipientFax: text,
        RecipientFirstName: text, RecipientIdRef: text, RecipientLastName: text, RecipientName: text, RecipientState: text,
        RecipientTelephone: text, RecipientZIP: text, SenderAddressLine1: text, SenderAddressLine2: text, SenderCity: text,
        SenderCountryCd: text, SenderEmail: text, SenderFirstName: text, SenderIdRef: text, SenderLastName: text,
        SenderName: text, SenderState: text, SenderTelephone: text, SenderZIP: text, TransportDate: date, TransportMode: text,
    }
    COMMERCIAL_TRANSACTION = Operational "Declaration.DeclarationData.CommercialTransaction" {
        ContentPiecesIndexes: ints, MarketPlaceId: text, MarketPlaceUrl: text, PurchaseOrderNumber: text, SalesOrderNumber: text,
    }
    CONTENT_PIECE = Operational "Declaration.DeclarationData.ContentPiece" {
        Amount: decimal, CurrencyCd: text, Description: text, ExtraFieldNames: texts, ExtraFieldValues: texts, HS: text,
        ImportRestrictions: text, ImportRestrictionsNotes: text, Index: int, NetWeight: decimal, Number: int,
        OrigCountryCd: text, RevisedDescription: text, RevisedHS: text, goodsReference: int.later(),
    }
    DOCUMENT = Operational "Declaration.DeclarationData.Document" { DocumentId: text, DocumentName: text, DocumentType: text }
    RESPONSE = Operational "Response": CDS_OBJECT { Data: object<RESPONSE_DATA> }
    RESPONSE_DATA = Operational "Response.ResponseData" {
        ClearanceDt: date, DecisionCd: text, DecisionReasonCd: text, DecisionReasonNm: text, Dutiable: flag,
        ExtraFieldNames: texts, ExtraFieldValues: texts, Taxes: list<TAX>, TotalFee: decimal, TotalFeeCurrencyCd: text,
    }
    TAX = Operational "Response.ResponseData.Tax" {
        Amount: decimal, CurrencyCd: text, Description: text, ExtraFieldNames: texts, ExtraFieldValues: texts, HS: text,
        NetWeight: decimal, Number: int, Rate: decimal, Type: text,
    }
    WATCHDOG_INFO = Operational "WatchdogInfo" { ExpiryDt: date.later(), Operation: mark, Remarks: text }
    HS_LOOKUP_INFO = Operational "HSLookupInfo" {
        Certainty: decimal.later(), FoundBy: text.later(), HSCode: text, Heading: text.later(), Observations: text,
    }
    RESTRICTION_PROHIBITION = Management "RestrictionProhibition": ENTITY {
        AdditionalDocFileName: text, Description: text, FromHSCode: text, HSCodeList: text, LanguageCd: text,
        OrganizationCd: text, PCategory: text, RestrictedCountries: text, RestrictionNote: text, ToHSCode: text,
        WebsiteInfo: text,
    }

    VALUE = Base "Value" { Amount: decimal, Currency: text }
    MARKETED_GOOD = Ecom "MarketedGood": ENTITY {
        Description: text, Details: object<MARKETED_GOOD_DETAILS>, ReferenceId: int, SellerOrganizationCd: text,
        ValidFrom: date, ValidTo: date,
    }
    OFFERED_GOOD = Ecom "OfferedGood": MARKETED_GOOD, later { RestrictionsProhibitions: list<RESTRICTION_PROHIBITION> }
    MARKETED_GOOD_DETAILS = Ecom "MarketedGood.MarketedGoodDetails" {
        BuyerOrganizations: texts, FreeOfChargeReturn: flag, GoodDetails: text, HSCode: text, HeightCm: decimal,
        LengthCm: decimal, OrigCountryCd: text.later(), Picture: text, Price: object<VALUE>, SellerAddress: text, SellerCity: text, SellerCountry: text,
        SellerName: text, SellerPhone: text, SellerRefId: text, SellerZip: text, ServiceDescription: text, Stock: int,
        WeightKg: decimal, WidthCm: decimal,
    }
    POSTAL_SERVICE = Ecom "PostalService": ENTITY {
        DestOrganizationCd: text, Details: object<SERVICE_DETAILS>, MailCategoryCd: text, MailClassCd: text,
        OrigOrganizationCd: text, ServiceId: guid, ServiceNm: text, ValidFrom: date, ValidTo: date,
    }
    SERVICE_DETAILS = Ecom "PostalService.ServiceDetails" {
        DestCountry: text, DestZoneNumber: text, MailSubclasses: texts, Options: object<SERVICE_OPTIONS>, OrigCountry: text,
        OrigZoneNumber: text, PhysicalLimits: object<PHYSICAL_LIMITS>, Rates: list<SERVICE_RATE>,
        Standards: list<SERVICE_STANDARDS>,
    }
    SERVICE_OPTIONS = Ecom "PostalService.ServiceDetails.ServiceOptions" {
        CODFlag: flag, DelivConfirmation: flag, HandlingClass: text, HoldForPickup: flag, OnDemandPickup: flag,
        OnTimeDelivGuarantee: flag, SignatureRequired: flag, Tracking: flag,
    }
    PHYSICAL_LIMITS = Ecom "PostalService.ServiceDetails.ServicePhysicalLimits" {
        MaxHeight: decimal, MaxLenght: decimal, MaxWeight: decimal, MaxWidth: decimal, MinHeight: decimal,
        MinLenght: decimal, MinWeight: decimal, MinWidth: decimal,
    }
    SERVICE_RATE = Ecom "PostalService.ServiceDetails.ServiceRate" {
        ItemMaxWeight: decimal, RateCode: text, RatePeKg: object<VALUE>,
    }
    SERVICE_STANDARDS = Ecom "PostalService.ServiceDetails.ServiceStandards" {
        CutoffHour: int.always(), CutoffMin: int.always(), MaxDays: int.always(), MinDays: int.always(),
    }

    CHECK_ITEM_STATUS_REQUEST = Operational "CheckItemStatusRequest" {
        DestinationCountryCd: text, ItemId: text, OriginCountryCd: text, OriginPostalOrgCd: text,
    }
    CHECK_ITEM_STATUS_RESULT = Operational "CheckItemStatusResult" {
        DCDecisionCd: text, DecisionCd: text, DestinationCountryCd: text, EarliestEventDT: date, FiscalState: text,
        HasITMATT: flag, ItemId: text, Light: text, MailStateCd: int, OriginCountryCd: text, Reasons: list<STATUS_REASON>,
        Referrals: list<STATUS_REFERRAL>, SecurityState: text, Watchdog: object<WATCHDOG_INFO>,
    }
    STATUS_REASON = Operational "StatusReason" { Code: text, Light: text, Text: text }
    STATUS_REFERRAL = Operational "StatusReferral" { Code: text, EventDT: date.always(), ResponsePending: flag }

    ANONYMOUS_DECLARATION = Operational "AnonymousDeclaration" {
        CreatedDt: date, Data: object<DECLARATION_DATA>, DestPostOrgCd: text, ExpiryDt: date, FinalDeclarationId: text, Id: text,
        MailClassCd: text, OfficeCd: text, PostalOrgCd: text, UserCd: text,
    }
    SEARCH_CRITERIA = Operational "SearchCriteria" {
        CreatedFrom: date, CreatedTo: date, Cursor: text, Id: text, OfficeCd: text, PostalOrgCd: text,
        RecipientCountryCd: text, RecipientName: text, RecipientZIP: text, RecordsLimit: int, SenderEmail: text,
        SenderName: text, SenderTelephone: text, UserCd: text,
    }

    REFERRAL = Operational "Referral" {
        ContentPiecesIndexes: ints, EventDt: date, ExtraFieldNames: texts, ExtraFieldValues: texts, Lifts: text,
        ReferralCd: text, ReferralId: text, Remarks: text,
    }
    ANSWERED_REFERRAL = Operational "AnsweredReferral": REFERRAL {
        DueDt: date, Overdue: flag, RaisedByOrgCd: text, ReminderDt: date, ReminderDue: flag, ResponsePending: flag,
    }
    REFERRAL_RESPONSE = Operational "ReferralResponse" {
        ActionTaken: text, EventDt: date, ExtraFieldNames: texts, ExtraFieldValues: texts, Information: text,
        ReferralId: text, ReferralResponseCd: text,
    }
    ANSWERED_REFERRAL_RESPONSE = Operational "AnsweredReferralResponse": REFERRAL_RESPONSE { AnsweredByOrgCd: text }
    REFERRAL_DIALOGUE = Operational "ReferralDialogue" {
        DeclarationPId: guid, HasPendingReferral: flag, MailObject: object<MAIL_OBJECT>,
        ReferralResponses: list<ANSWERED_REFERRAL_RESPONSE>, Referrals: list<ANSWERED_REFERRAL>, SecurityState: text,
    }

    OUTCOME = Operational "Outcome" { Index: int.always(), ItemId: text, Outcome: text, Errors: list<OUTCOME_ERROR> }
    OUTCOME_ERROR = Operational "OutcomeError" { Code: text, Path: text, Message: text }

    HEARTBEAT = Operational "Heartbeat" {
        LastApiCallDt: date, LastCusitmSentDt: date, LastCusrspReceivedDt: date, LastDeclarationDt: date,
        LastItmattReceivedDt: date, LastItmattSentDt: date, LastLoginDt: date, LastPrintDt: date, LastReferralDt: date,
        LastResponseDt: date, ServerDt: date.always(), Version: text,
    }
    CODE_NAME = Operational "CodeName" { Code: text, Name: text }
    CODE_NAME_CATEGORY = Operational "CodeNameCategory" { Category: text, Code: text, Name: text }
    SIMPLE_REF_DATA_COCKTAIL = Operational "SimpleRefDataCocktail" {
        CDSStates: list<CODE_NAME>, Countries: list<CODE_NAME>, Currencies: list<CODE_NAME>,
        Decisions: list<CODE_NAME_CATEGORY>, DocumentTypes: list<CODE_NAME>, HandlingClasses: list<CODE_NAME>, Hash: text,
        LanguageCd: text, MailCategories: list<CODE_NAME>, MailClasses: list<CODE_NAME>, MailStates: list<CODE_NAME>,
        NatureTypes: list<CODE_NAME>, Offices: list<CODE_NAME>, Organizations: list<CODE_NAME>,
        Reasons: list<CODE_NAME_CATEGORY>, ReferralCodes: list<CODE_NAME>, ReferralResponseCodes: list<CODE_NAME>,
        TaxTypes: list<CODE_NAME>, TransportModes: list<CODE_NAME>, Version: text,
    }
}
