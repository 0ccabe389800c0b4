//! The member table: every contract member and every `EP.*` extra field, its EDIFACT segment and its XML element.
//!
//! The XML rendering and the name/value segments are driven by it; for the members with a segment of their own a
//! test writes each one and looks for it where the table says. `docs/edi-profile.md` and the schema are made of it.

/// The object a member belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    MailObject,
    Declaration,
    DeclarationData,
    Piece,
    Document,
    Transaction,
    Response,
    ResponseData,
    Tax,
    Referral,
    Answer,
}

impl Home {
    pub const ALL: [Self; 11] = [
        Self::MailObject,
        Self::Declaration,
        Self::DeclarationData,
        Self::Piece,
        Self::Document,
        Self::Transaction,
        Self::Response,
        Self::ResponseData,
        Self::Tax,
        Self::Referral,
        Self::Answer,
    ];

    /// Path of the object within an item; lists without their index.
    pub fn path(self) -> &'static str {
        match self {
            Self::MailObject => "MailObject",
            Self::Declaration => "Declaration",
            Self::DeclarationData => "Declaration.Data",
            Self::Piece => "Declaration.Data.ContentPieces",
            Self::Document => "Declaration.Data.Documents",
            Self::Transaction => "Declaration.Data.CommercialTransactions",
            Self::Response => "Response",
            Self::ResponseData => "Response.Data",
            Self::Tax => "Response.Data.Taxes",
            Self::Referral => "Referral",
            Self::Answer => "ReferralResponse",
        }
    }

    /// Whether there are several of them in an item.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Piece | Self::Document | Self::Transaction | Self::Tax)
    }

    /// Path of one member, `index` counting only for lists.
    pub fn member_path(self, index: usize, member: &str) -> String {
        if self.is_list() { format!("{}[{index}].{member}", self.path()) } else { format!("{}.{member}", self.path()) }
    }

    /// Takes a path of [`Home::member_path`] apart: object, index, member.
    pub fn parse(path: &str) -> Option<(Self, usize, &str)> {
        let split = path.find(".EP.").or_else(|| path.rfind('.'))?;
        let (object, member) = (&path[..split], &path[split + 1..]);
        let (object, index) = match object.strip_suffix(']').and_then(|object| object.rsplit_once('[')) {
            Some((object, index)) => (object, index.parse().ok().filter(|index| *index < 10_000)?),
            None => (object, 0),
        };
        Self::ALL.into_iter().find(|home| home.path() == object).map(|home| (home, index, member))
    }
}

/// The XML element in which a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    MailObject,
    Declaration,
    Customs,
    Sender,
    Recipient,
    Importer,
    Piece,
    Document,
    Transaction,
    Response,
    Tax,
    Referral,
    Answer,
}

/// How a member looks in XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xml {
    /// An element with the value as text.
    Element(&'static str),
    /// An element with a fixed `unit` attribute.
    Unit(&'static str, &'static str),
    /// An element whose `currency` attribute is the member named.
    Amount(&'static str, &'static str),
    /// The `currency` attribute of the element named.
    Currency(&'static str),
    /// The n-th (from 1) of several elements of one name.
    Nth(&'static str, usize),
    /// An element told apart by its `type` attribute.
    Typed(&'static str, &'static str),
    /// The `name` attribute of an empty element.
    Named(&'static str),
    /// An attribute of the parent element.
    Attribute(&'static str),
    /// The text of the parent element.
    Content,
    /// Written by hand: element name.
    Special(&'static str),
}

/// What a value must look like to stand in its place; otherwise an `EP.*` field travels as name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A member of a contract: its type says it.
    Member,
    /// At most so many characters.
    Text(usize),
    /// `2026-01-10T09:30:00Z`.
    Date,
    /// A plain decimal number of at most 18 characters.
    Decimal,
    /// `48.50 EUR`, several separated by `, `.
    Amounts,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub home: Home,
    /// Contract member, or name of the extra field.
    pub member: &'static str,
    /// Segment tag and qualifier, or [`NAME_VALUE`].
    pub edifact: &'static str,
    /// Characters its EDIFACT place holds; 0 where the type bounds it.
    pub size: usize,
    pub parent: Parent,
    pub xml: Xml,
    pub shape: Shape,
}

impl Row {
    /// Whether this is an `EP.*` extra field.
    pub fn is_extra(&self) -> bool {
        self.shape != Shape::Member
    }
}

/// The EDIFACT place of what has no slot: `FTX+ZZZ` with name and value.
pub const NAME_VALUE: &str = "FTX ZZZ";

const fn member(home: Home, member: &'static str, edifact: &'static str, size: usize, parent: Parent, xml: Xml) -> Row {
    Row { home, member, edifact, size, parent, xml, shape: Shape::Member }
}

const fn data(name: &'static str, edifact: &'static str, size: usize, parent: Parent, xml: Xml) -> Row {
    member(Home::DeclarationData, name, edifact, size, parent, xml)
}

const fn ep(name: &'static str, edifact: &'static str, size: usize, parent: Parent, xml: Xml) -> Row {
    let home = Home::DeclarationData;
    Row { home, member: name, edifact, size, parent, xml, shape: Shape::Text(size) }
}

const fn extra(
    home: Home,
    name: &'static str,
    edifact: &'static str,
    shape: Shape,
    parent: Parent,
    element: &'static str,
) -> Row {
    let size = match shape {
        Shape::Text(size) => size,
        _ => 0,
    };
    Row { home, member: name, edifact, size, parent, xml: Xml::Element(element), shape }
}

/// How many members a party has; the rows of the three parties stand in the same order.
pub const PARTY_MEMBERS: usize = 16;

macro_rules! party {
    ($own:literal $own_row:ident, $fax:literal $fax_row:ident, $ep:literal, $parent:ident, $nad:literal) => {
        [
            $own_row(concat!($own, "Name"), $nad, 70, Parent::$parent, Element("Name")),
            $own_row(concat!($own, "FirstName"), $nad, 35, Parent::$parent, Element("FirstName")),
            $own_row(concat!($own, "LastName"), $nad, 35, Parent::$parent, Element("LastName")),
            $own_row(concat!($own, "AddressLine1"), $nad, 70, Parent::$parent, Nth("AddressLine", 1)),
            $own_row(concat!($own, "AddressLine2"), $nad, 70, Parent::$parent, Nth("AddressLine", 2)),
            $own_row(concat!($own, "City"), $nad, 35, Parent::$parent, Element("City")),
            $own_row(concat!($own, "State"), $nad, 35, Parent::$parent, Element("State")),
            $own_row(concat!($own, "ZIP"), $nad, 17, Parent::$parent, Element("ZIP")),
            $own_row(concat!($own, "CountryCd"), $nad, 3, Parent::$parent, Element("Country")),
            $own_row(concat!($own, "IdRef"), "RFF ABE", 35, Parent::$parent, Typed("Reference", "ABE")),
            ep(concat!($ep, "VatId"), "RFF VA", 35, Parent::$parent, Typed("Reference", "VA")),
            ep(concat!($ep, "TaxId"), "RFF AHP", 35, Parent::$parent, Typed("Reference", "AHP")),
            ep(concat!($ep, "Contact"), "CTA IC", 35, Parent::$parent, Named("Contact")),
            $own_row(concat!($own, "Telephone"), "COM TE", 512, Parent::$parent, Element("Telephone")),
            $own_row(concat!($own, "Email"), "COM EM", 512, Parent::$parent, Element("Email")),
            $fax_row(concat!($fax, "Fax"), "COM FX", 512, Parent::$parent, Element("Fax")),
        ]
    };
}

use Xml::{Amount, Attribute, Content, Currency, Element, Named, Nth, Special, Typed, Unit};

static SENDER: [Row; PARTY_MEMBERS] = party!("Sender" data, "EP.Sender" ep, "EP.Sender", Sender, "NAD CZ");
static RECIPIENT: [Row; PARTY_MEMBERS] =
    party!("Recipient" data, "Recipient" data, "EP.Recipient", Recipient, "NAD CN");
static IMPORTER: [Row; PARTY_MEMBERS] = party!("EP.Importer" ep, "EP.Importer" ep, "EP.Importer", Importer, "NAD IM");

static ITEM: &[Row] = {
    use Home::{DeclarationData as D, MailObject as M};
    use Parent::MailObject as P;
    &[
        member(M, "entityState", NAME_VALUE, 0, P, Element("EntityState")),
        member(M, "PId", NAME_VALUE, 0, P, Element("PId")),
        member(M, "Id", "CNI", 35, P, Element("Id")),
        member(M, "LocalId", "RFF ABO", 35, P, Element("LocalId")),
        member(M, "LocalId2", "RFF ABO", 35, P, Element("LocalId2")),
        member(M, "OrigPostOrgCd", "LOC 5", 25, P, Element("OrigPostOrg")),
        member(M, "DestPostOrgCd", "LOC 8", 25, P, Element("DestPostOrg")),
        extra(D, "EP.OrigOfficeCd", "LOC 5", Shape::Text(25), P, "OrigOffice"),
        extra(D, "EP.DestOfficeCd", "LOC 8", Shape::Text(25), P, "DestOffice"),
        extra(D, "EP.ExportCountryCd", "LOC 35", Shape::Text(25), P, "OrigCountry"),
        extra(D, "EP.DestCountryCd", "LOC 28", Shape::Text(25), P, "DestCountry"),
        member(M, "MailClassCd", "TSR", 3, P, Element("MailClass")),
        extra(D, "EP.MailSubclassCd", "TSR", Shape::Text(3), P, "MailSubclass"),
        member(M, "MailCategoryCd", "TSR", 3, P, Element("MailCategory")),
        data("HandlingClassCd", "TSR", 3, P, Element("HandlingClass")),
        member(M, "PostingDt", "DTM 143", 0, P, Element("PostingDate")),
        member(M, "TypeCd", NAME_VALUE, 0, P, Element("Type")),
        member(M, "MailStateCd", NAME_VALUE, 0, P, Element("MailState")),
        member(M, "MailStateRemarks", NAME_VALUE, 0, P, Element("MailStateRemarks")),
    ]
};

static DECLARATION: &[Row] = {
    use Home::{Declaration as W, DeclarationData as D};
    use Parent::Declaration as P;
    &[
        member(W, "entityState", NAME_VALUE, 0, P, Element("EntityState")),
        member(W, "PId", NAME_VALUE, 0, P, Element("PId")),
        member(W, "MailObjectPId", NAME_VALUE, 0, P, Element("MailObjectPId")),
        member(W, "CDSStateCd", NAME_VALUE, 0, P, Element("CDSState")),
        member(W, "CustOrganizationCd", NAME_VALUE, 0, P, Element("CustOrganization")),
        member(W, "PostOrganizationCd", NAME_VALUE, 0, P, Element("PostOrganization")),
        data("NatureTypeCd", "TSR", 3, P, Element("NatureType")),
        extra(D, "EP.NatureExplanation", "FTX ACB", Shape::Text(2560), P, "NatureExplanation"),
        data("GrossWeight", "MEA WT", 18, P, Unit("GrossWeight", "KGM")),
        Row { xml: Unit("Length", "CMT"), ..extra(D, "EP.LengthCm", "MEA PD", Shape::Decimal, P, "") },
        Row { xml: Unit("Width", "CMT"), ..extra(D, "EP.WidthCm", "MEA PD", Shape::Decimal, P, "") },
        Row { xml: Unit("Height", "CMT"), ..extra(D, "EP.HeightCm", "MEA PD", Shape::Decimal, P, "") },
        Row { xml: Special("TotalValue"), ..extra(D, "EP.TotalValue", "MOA 43", Shape::Amounts, P, "") },
        data("Postage", "MOA 64", 35, P, Amount("Postage", "PostageCurrencyCd")),
        data("PostageCurrencyCd", "MOA 64", 3, P, Currency("Postage")),
        data("InsuredValue", "MOA 67", 35, P, Amount("InsuredValue", "InsuredValueCurrencyCd")),
        data("InsuredValueCurrencyCd", "MOA 67", 3, P, Currency("InsuredValue")),
        extra(D, "EP.NonDeliveryCd", "FTX DEL", Shape::Text(17), P, "NonDelivery"),
        extra(D, "EP.RedirectAddress", "FTX SIN", Shape::Text(2560), P, "RedirectAddress"),
        extra(D, "EP.Comments", "FTX CUS", Shape::Text(2560), P, "Comments"),
        extra(D, "EP.OrderReference", "RFF UCN", Shape::Text(35), P, "OrderReference"),
        data("MaxIndex", NAME_VALUE, 0, P, Element("MaxIndex")),
        data("PackageImageLocalPath", NAME_VALUE, 0, P, Element("PackageImageLocalPath")),
        data("PackageImageSourceInfo", NAME_VALUE, 0, P, Element("PackageImageSourceInfo")),
    ]
};

static CUSTOMS: &[Row] = {
    use Home::DeclarationData as D;
    use Parent::Customs as P;
    &[
        extra(D, "EP.DeclarationId", "RFF AAE", Shape::Text(35), P, "DeclarationId"),
        extra(D, "EP.FlowCd", "STS FLW", Shape::Text(3), P, "Flow"),
        extra(D, "EP.CustomsOfficeCd", "LOC 22", Shape::Text(25), P, "Office"),
        extra(D, "EP.ReceptacleId", "RFF ACC", Shape::Text(35), P, "Receptacle"),
        extra(D, "EP.DespatchId", "RFF AAK", Shape::Text(35), P, "Despatch"),
        extra(D, "EP.ConsignmentId", "RFF AAS", Shape::Text(35), P, "Consignment"),
        data("TransportMode", "TDT 20", 17, P, Element("TransportMode")),
        extra(D, "EP.FlightNumber", "TDT 20", Shape::Text(17), P, "FlightNumber"),
        data("TransportDate", "DTM 133", 0, P, Element("TransportDate")),
        extra(D, "EP.PlannedArrivalDt", "DTM 132", Shape::Date, P, "PlannedArrivalDate"),
        extra(D, "EP.ActualDepartureDt", "DTM 186", Shape::Date, P, "ActualDepartureDate"),
    ]
};

static LINES: &[Row] = {
    use Home::{Document as O, Piece as C, Transaction as T};
    use Parent::{Document, Piece, Transaction};
    &[
        member(O, "DocumentType", "DOC", 0, Document, Attribute("type")),
        member(O, "DocumentName", "DOC", 0, Document, Attribute("name")),
        member(O, "DocumentId", "DOC", 35, Document, Content),
        member(C, "Index", "GID", 0, Piece, Attribute("index")),
        member(C, "Description", "FTX AAA", 2560, Piece, Element("Description")),
        member(C, "Number", "QTY 1", 0, Piece, Element("Number")),
        member(C, "NetWeight", "MEA WT", 18, Piece, Unit("NetWeight", "KGM")),
        member(C, "Amount", "MOA 40", 35, Piece, Amount("Amount", "CurrencyCd")),
        member(C, "CurrencyCd", "MOA 40", 3, Piece, Currency("Amount")),
        member(C, "HS", "PIA 5", 35, Piece, Element("HS")),
        member(C, "OrigCountryCd", "LOC 27", 25, Piece, Element("OrigCountry")),
        member(C, "RevisedDescription", NAME_VALUE, 0, Piece, Element("RevisedDescription")),
        member(C, "RevisedHS", "PIA 3", 35, Piece, Element("RevisedHS")),
        member(C, "ImportRestrictions", NAME_VALUE, 0, Piece, Element("ImportRestrictions")),
        member(C, "ImportRestrictionsNotes", NAME_VALUE, 0, Piece, Element("ImportRestrictionsNotes")),
        member(T, "ContentPiecesIndexes", NAME_VALUE, 0, Transaction, Element("ContentPiecesIndexes")),
        member(T, "MarketPlaceId", NAME_VALUE, 0, Transaction, Element("MarketPlaceId")),
        member(T, "MarketPlaceUrl", NAME_VALUE, 0, Transaction, Element("MarketPlaceUrl")),
        member(T, "PurchaseOrderNumber", NAME_VALUE, 0, Transaction, Element("PurchaseOrderNumber")),
        member(T, "SalesOrderNumber", NAME_VALUE, 0, Transaction, Element("SalesOrderNumber")),
    ]
};

static RESPONSE: &[Row] = {
    use Home::{Response as W, ResponseData as D, Tax as T};
    use Parent::{Response as P, Tax};
    &[
        member(W, "entityState", NAME_VALUE, 0, P, Element("EntityState")),
        member(W, "PId", NAME_VALUE, 0, P, Element("PId")),
        member(W, "MailObjectPId", NAME_VALUE, 0, P, Element("MailObjectPId")),
        member(W, "CDSStateCd", NAME_VALUE, 0, P, Element("CDSState")),
        member(W, "CustOrganizationCd", NAME_VALUE, 0, P, Element("CustOrganization")),
        member(W, "PostOrganizationCd", NAME_VALUE, 0, P, Element("PostOrganization")),
        extra(D, "EP.DeclarationId", "RFF AAE", Shape::Text(35), P, "DeclarationId"),
        extra(D, "EP.EntryNumber", "RFF ABT", Shape::Text(35), P, "EntryNumber"),
        extra(D, "EP.ExtraReference", "RFF ACD", Shape::Text(35), P, "ExtraReference"),
        member(D, "DecisionCd", "STS DEC", 3, P, Element("DecisionCd")),
        extra(D, "EP.DecisionNm", "STS DEC", Shape::Text(35), P, "DecisionNm"),
        extra(D, "EP.DecisionCategory", NAME_VALUE, Shape::Text(35), P, "DecisionCategory"),
        member(D, "DecisionReasonCd", "STS DEC", 0, P, Special("Reason")),
        member(D, "DecisionReasonNm", "STS DEC", 2560, P, Special("Reason")),
        member(D, "ClearanceDt", "DTM 9", 0, P, Element("DecisionDt")),
        extra(D, "EP.ClearedDt", "DTM 58", Shape::Date, P, "ClearanceDt"),
        extra(D, "EP.OfficeCd", "LOC 22", Shape::Text(25), P, "Office"),
        member(D, "Dutiable", NAME_VALUE, 0, P, Element("Dutiable")),
        member(D, "TotalFee", "MOA 176", 35, P, Amount("TotalFee", "TotalFeeCurrencyCd")),
        member(D, "TotalFeeCurrencyCd", "MOA 176", 3, P, Currency("TotalFee")),
        extra(D, "EP.Instruction", "FTX CCI", Shape::Text(2560), P, "Instruction"),
        extra(D, "EP.ErrorText", "FTX AAO", Shape::Text(2560), P, "ErrorText"),
        member(T, "Type", "TAX", 0, Tax, Element("Type")),
        member(T, "Description", "TAX", 2560, Tax, Element("Name")),
        member(T, "HS", "PIA 5", 35, Tax, Element("HS")),
        extra(T, "EP.PieceIndex", NAME_VALUE, Shape::Text(10), Tax, "PieceIndex"),
        member(T, "Number", "QTY 1", 0, Tax, Element("Number")),
        member(T, "NetWeight", "MEA WT", 18, Tax, Unit("NetWeight", "KGM")),
        extra(T, "EP.Basis", "TAX", Shape::Text(15), Tax, "Basis"),
        member(T, "Rate", "TAX", 17, Tax, Element("Rate")),
        member(T, "Amount", "MOA 161", 35, Tax, Amount("Amount", "CurrencyCd")),
        member(T, "CurrencyCd", "MOA 161", 3, Tax, Currency("Amount")),
    ]
};

static REFERRALS: &[Row] = {
    use Home::{Answer as A, Referral as R};
    use Parent::{Answer, Referral};
    &[
        member(R, "ReferralId", "RFF ABO", 35, Referral, Element("Reference")),
        extra(R, "EP.RelayedReference", "RFF ACD", Shape::Text(35), Referral, "RelayedReference"),
        member(R, "ReferralCd", "STS REF", 35, Referral, Element("Type")),
        member(R, "EventDt", "DTM 9", 0, Referral, Element("IssuedDt")),
        extra(R, "EP.ReplyBy", "DTM 317", Shape::Date, Referral, "ReplyBy"),
        extra(R, "EP.DeclarationId", "RFF AAE", Shape::Text(35), Referral, "DeclarationId"),
        extra(R, "EP.Mrn", "RFF ABT", Shape::Text(35), Referral, "MRN"),
        extra(R, "EP.CaseReference", "RFF AES", Shape::Text(35), Referral, "CaseReference"),
        member(R, "ContentPiecesIndexes", NAME_VALUE, 0, Referral, Element("ContentPiecesIndexes")),
        member(R, "Lifts", NAME_VALUE, 0, Referral, Element("Lifts")),
        member(R, "Remarks", "FTX AAI", 2560, Referral, Element("Text")),
        extra(R, "EP.Instruction", "FTX SIN", Shape::Text(2560), Referral, "Instruction"),
        extra(R, "EP.Legal", "FTX REG", Shape::Text(2560), Referral, "Legal"),
        extra(A, "EP.Reference", "RFF ABO", Shape::Text(35), Answer, "Reference"),
        member(A, "ReferralId", "RFF AGO", 35, Answer, Element("ReferralReference")),
        extra(A, "EP.RelayedReference", "RFF ACD", Shape::Text(35), Answer, "RelayedReference"),
        member(A, "ReferralResponseCd", "STS RSP", 35, Answer, Element("Code")),
        member(A, "EventDt", "DTM 9", 0, Answer, Element("AnsweredDt")),
        member(A, "ActionTaken", NAME_VALUE, 0, Answer, Element("ActionTaken")),
        member(A, "Information", "FTX AAI", 2560, Answer, Element("Text")),
        extra(A, "EP.Facility", "LOC 14", Shape::Text(25), Answer, "Facility"),
        extra(A, "EP.Person", "NAD AG", Shape::Text(35), Answer, "Person"),
    ]
};

/// Extra fields that occur several times: `EP.Pointers[1].Path` and so on, numbered from 1.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    pub home: Home,
    /// Name of the list, between `EP.` and the number.
    pub list: &'static str,
    /// Names of the fields, in order.
    pub fields: &'static [&'static str],
    /// Characters each field holds.
    pub sizes: &'static [usize],
    pub edifact: &'static str,
    pub parent: Parent,
    /// XML element; the fields are its children.
    pub element: &'static str,
}

/// All families.
pub static FAMILIES: &[Family] = &[
    Family {
        home: Home::ResponseData,
        list: "Reasons",
        fields: &["Code", "Text"],
        sizes: &[3, 256],
        edifact: "STS DEC",
        parent: Parent::Response,
        element: "Reason",
    },
    Family {
        home: Home::ResponseData,
        list: "RevisedPieces",
        fields: &["Index", "Description", "HS", "Restrictions"],
        sizes: &[5, 2560, 35, 2560],
        edifact: "GID",
        parent: Parent::Response,
        element: "RevisedPiece",
    },
    Family {
        home: Home::ResponseData,
        list: "Errors",
        fields: &["Path", "Code", "Text"],
        sizes: &[512, 8, 2560],
        edifact: "ERP",
        parent: Parent::Response,
        element: "Error",
    },
    Family {
        home: Home::Referral,
        list: "Reasons",
        fields: &["Code", "Text"],
        sizes: &[4, 256],
        edifact: "STS REF",
        parent: Parent::Referral,
        element: "Reason",
    },
    Family {
        home: Home::Referral,
        list: "Methods",
        fields: &["Code"],
        sizes: &[3],
        edifact: "STS SCM",
        parent: Parent::Referral,
        element: "Method",
    },
    Family {
        home: Home::Referral,
        list: "Pointers",
        fields: &["Path", "Code", "Text"],
        sizes: &[512, 8, 2560],
        edifact: "ERP",
        parent: Parent::Referral,
        element: "Pointer",
    },
    Family {
        home: Home::Answer,
        list: "Screenings",
        fields: &["Method", "Result"],
        sizes: &[3, 3],
        edifact: "STS SCM",
        parent: Parent::Answer,
        element: "Screening",
    },
    Family {
        home: Home::Answer,
        list: "Attachments",
        fields: &["Id"],
        sizes: &[35],
        edifact: "DOC 916",
        parent: Parent::Answer,
        element: "Document",
    },
];

/// The whole table, in the order of the XML form.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let parties = SENDER.iter().chain(&RECIPIENT).chain(&IMPORTER);
    ITEM.iter().chain(CUSTOMS).chain(DECLARATION).chain(parties).chain(LINES).chain(RESPONSE).chain(REFERRALS)
}

/// The rows of the elements inside `parent`, in order.
pub fn rows_in(parent: Parent) -> impl Iterator<Item = &'static Row> {
    let rows: &'static [Row] = match parent {
        Parent::MailObject => ITEM,
        Parent::Declaration => DECLARATION,
        Parent::Customs => CUSTOMS,
        Parent::Sender => &SENDER,
        Parent::Recipient => &RECIPIENT,
        Parent::Importer => &IMPORTER,
        Parent::Piece | Parent::Document | Parent::Transaction => LINES,
        Parent::Response | Parent::Tax => RESPONSE,
        Parent::Referral | Parent::Answer => REFERRALS,
    };
    rows.iter().filter(move |row| row.parent == parent)
}

/// The row of a member or an extra field, by where it stands.
pub fn row(home: Home, member: &str) -> Option<&'static Row> {
    rows().find(|row| row.home == home && row.member == member)
}

/// A party of the declaration, by its EDIFACT role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Sender,
    Recipient,
    Importer,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Sender, Self::Recipient, Self::Importer];

    /// Data element 3035.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sender => "CZ",
            Self::Recipient => "CN",
            Self::Importer => "IM",
        }
    }

    /// The role with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Its rows, [`PARTY_MEMBERS`] of them, in the same order for every role.
    pub fn rows(self) -> &'static [Row; PARTY_MEMBERS] {
        match self {
            Self::Sender => &SENDER,
            Self::Recipient => &RECIPIENT,
            Self::Importer => &IMPORTER,
        }
    }

    pub fn parent(self) -> Parent {
        match self {
            Self::Sender => Parent::Sender,
            Self::Recipient => Parent::Recipient,
            Self::Importer => Parent::Importer,
        }
    }
}
