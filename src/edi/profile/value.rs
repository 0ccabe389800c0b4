//! Members of the contracts by name: how a table can read and set any of them as text.
//!
//! The text of a member is what travels when it has no place of its own: numbers with their digits, dates as
//! `2026-01-10T09:30:00Z`, lists of numbers separated by blanks.

use std::borrow::Cow;

use chrono::SecondsFormat;
use uuid::Uuid;

use crate::contract::declaration::{CommercialTransaction, ContentPiece, Declaration, DeclarationData, Document};
use crate::contract::referral::{ReferralMembers, ReferralResponseMembers};
use crate::contract::response::{Response, ResponseData, Tax};
use crate::contract::{Entity, MailObject, Number, WcfDate};

/// A member that is read.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Text(&'a Option<String>),
    Number(&'a Option<Number>),
    Int(&'a Option<i32>),
    Date(&'a Option<WcfDate>),
    Guid(&'a Option<Uuid>),
    Flag(&'a bool),
    Entity(&'a Entity),
    Ints(&'a Vec<i32>),
}

/// A member that is set.
#[derive(Debug)]
pub enum ValueMut<'a> {
    Text(&'a mut Option<String>),
    Number(&'a mut Option<Number>),
    Int(&'a mut Option<i32>),
    Date(&'a mut Option<WcfDate>),
    Guid(&'a mut Option<Uuid>),
    Flag(&'a mut bool),
    Entity(&'a mut Entity),
    Ints(&'a mut Vec<i32>),
}

/// `2026-01-10T09:30:00Z`.
pub fn date_text(date: WcfDate) -> String {
    date.instant().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl<'a> Value<'a> {
    /// The text that travels; `None` when the member is unset, empty or has its default.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => text.as_deref().filter(|text| !text.is_empty()).map(Cow::Borrowed),
            Self::Number(number) => number.as_ref().map(|number| Cow::Borrowed(number.digits())),
            Self::Int(int) => int.map(|int| Cow::Owned(int.to_string())),
            Self::Date(date) => date.map(|date| Cow::Owned(date_text(date))),
            Self::Guid(guid) => guid.map(|guid| Cow::Owned(guid.hyphenated().to_string())),
            Self::Flag(flag) => flag.then_some(Cow::Borrowed("true")),
            Self::Entity(entity) => (*entity != Entity::STORE).then(|| Cow::Owned(entity.0.to_string())),
            Self::Ints(ints) if ints.is_empty() => None,
            Self::Ints(ints) => Some(Cow::Owned(ints.iter().map(i32::to_string).collect::<Vec<_>>().join(" "))),
        }
    }
}

impl ValueMut<'_> {
    /// Takes over what [`Value::text`] wrote. An empty text unsets the member.
    ///
    /// # Errors
    /// Names the form expected; the member is left alone.
    pub fn set(self, text: &str) -> Result<(), &'static str> {
        match self {
            Self::Text(member) => *member = (!text.is_empty()).then(|| text.to_owned()),
            Self::Number(member) => *member = optional(text, parse_number)?,
            Self::Int(member) => *member = optional(text, parse_int)?,
            Self::Date(member) => *member = WcfDate::parse(text).map_err(|_| "a date, 2026-01-10T09:30:00Z")?,
            Self::Guid(member) => *member = optional(text, |text| Uuid::try_parse(text).map_err(|_| "a GUID"))?,
            Self::Flag(member) => *member = parse_flag(text)?,
            Self::Entity(member) => *member = Entity(optional(text, parse_int)?.unwrap_or(Entity::STORE.0)),
            Self::Ints(member) => *member = text.split_whitespace().map(parse_int).collect::<Result<_, _>>()?,
        }
        Ok(())
    }
}

fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, &'static str>) -> Result<Option<T>, &'static str> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn parse_flag(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err("true or false"),
    }
}

/// A decimal number of a message: point or comma as decimal mark, no exponent, no thousands mark.
pub fn parse_number(text: &str) -> Result<Number, &'static str> {
    const FORM: &str = "a decimal number of at most 28 digits";
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let marks = unsigned.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
    let plain = unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    if !plain || marks > 1 || unsigned.len() == marks {
        return Err(FORM);
    }
    let text = if text.contains(',') { Cow::Owned(text.replace(',', ".")) } else { Cow::Borrowed(text) };
    Number::parse(&text).map_err(|_| FORM)
}

/// A whole number of a message; decimals are fine where they are zeros, so `2.000` is 2.
pub fn parse_int(text: &str) -> Result<i32, &'static str> {
    let text = text.trim();
    let whole = text.split_once(['.', ',']).filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'));
    whole.map_or(text, |(whole, _)| whole).parse().map_err(|_| "a whole number")
}

/// An object whose scalar members can be reached by their contract names.
pub trait Members {
    /// The names, in the order of the contract.
    fn names(&self) -> &'static [&'static str];
    fn value(&self, name: &str) -> Option<Value<'_>>;
    fn value_mut(&mut self, name: &str) -> Option<ValueMut<'_>>;

    /// Text of a member, see [`Value::text`].
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name)?.text()
    }
}

macro_rules! members {
    ($($type:ty { $($name:literal: $kind:ident $field:ident,)* })*) => {$(
        impl Members for $type {
            fn names(&self) -> &'static [&'static str] {
                &[$($name),*]
            }
            fn value(&self, name: &str) -> Option<Value<'_>> {
                match name {
                    $($name => Some(Value::$kind(&self.$field)),)*
                    _ => None,
                }
            }
            fn value_mut(&mut self, name: &str) -> Option<ValueMut<'_>> {
                match name {
                    $($name => Some(ValueMut::$kind(&mut self.$field)),)*
                    _ => None,
                }
            }
        }
    )*};
}

members! {
    MailObject {
        "entityState": Entity entity_state,
        "DestPostOrgCd": Text dest_post_org_cd,
        "Id": Text id,
        "LocalId": Text local_id,
        "LocalId2": Text local_id2,
        "MailCategoryCd": Text mail_category_cd,
        "MailClassCd": Text mail_class_cd,
        "MailStateCd": Int mail_state_cd,
        "MailStateRemarks": Text mail_state_remarks,
        "OrigPostOrgCd": Text orig_post_org_cd,
        "PId": Guid p_id,
        "PostingDt": Date posting_dt,
        "TypeCd": Text type_cd,
    }
    Declaration {
        "entityState": Entity entity_state,
        "CDSStateCd": Int cds_state_cd,
        "CustOrganizationCd": Text cust_organization_cd,
        "MailObjectPId": Guid mail_object_p_id,
        "PId": Guid p_id,
        "PostOrganizationCd": Text post_organization_cd,
    }
    DeclarationData {
        "GrossWeight": Number gross_weight,
        "HandlingClassCd": Text handling_class_cd,
        "InsuredValue": Number insured_value,
        "InsuredValueCurrencyCd": Text insured_value_currency_cd,
        "MaxIndex": Int max_index,
        "NatureTypeCd": Text nature_type_cd,
        "PackageImageLocalPath": Text package_image_local_path,
        "PackageImageSourceInfo": Text package_image_source_info,
        "Postage": Number postage,
        "PostageCurrencyCd": Text postage_currency_cd,
        "RecipientAddressLine1": Text recipient_address_line1,
        "RecipientAddressLine2": Text recipient_address_line2,
        "RecipientCity": Text recipient_city,
        "RecipientCountryCd": Text recipient_country_cd,
        "RecipientEmail": Text recipient_email,
        "RecipientFax": Text recipient_fax,
        "RecipientFirstName": Text recipient_first_name,
        "RecipientIdRef": Text recipient_id_ref,
        "RecipientLastName": Text recipient_last_name,
        "RecipientName": Text recipient_name,
        "RecipientState": Text recipient_state,
        "RecipientTelephone": Text recipient_telephone,
        "RecipientZIP": Text recipient_zip,
        "SenderAddressLine1": Text sender_address_line1,
        "SenderAddressLine2": Text sender_address_line2,
        "SenderCity": Text sender_city,
        "SenderCountryCd": Text sender_country_cd,
        "SenderEmail": Text sender_email,
        "SenderFirstName": Text sender_first_name,
        "SenderIdRef": Text sender_id_ref,
        "SenderLastName": Text sender_last_name,
        "SenderName": Text sender_name,
        "SenderState": Text sender_state,
        "SenderTelephone": Text sender_telephone,
        "SenderZIP": Text sender_zip,
        "TransportDate": Date transport_date,
        "TransportMode": Text transport_mode,
    }
    ContentPiece {
        "Amount": Number amount,
        "CurrencyCd": Text currency_cd,
        "Description": Text description,
        "HS": Text hs,
        "ImportRestrictions": Text import_restrictions,
        "ImportRestrictionsNotes": Text import_restrictions_notes,
        "Index": Int index,
        "NetWeight": Number net_weight,
        "Number": Int number,
        "OrigCountryCd": Text orig_country_cd,
        "RevisedDescription": Text revised_description,
        "RevisedHS": Text revised_hs,
    }
    Document {
        "DocumentId": Text document_id,
        "DocumentName": Text document_name,
        "DocumentType": Text document_type,
    }
    CommercialTransaction {
        "ContentPiecesIndexes": Ints content_pieces_indexes,
        "MarketPlaceId": Text market_place_id,
        "MarketPlaceUrl": Text market_place_url,
        "PurchaseOrderNumber": Text purchase_order_number,
        "SalesOrderNumber": Text sales_order_number,
    }
    Response {
        "entityState": Entity entity_state,
        "CDSStateCd": Int cds_state_cd,
        "CustOrganizationCd": Text cust_organization_cd,
        "MailObjectPId": Guid mail_object_p_id,
        "PId": Guid p_id,
        "PostOrganizationCd": Text post_organization_cd,
    }
    ResponseData {
        "ClearanceDt": Date clearance_dt,
        "DecisionCd": Text decision_cd,
        "DecisionReasonCd": Text decision_reason_cd,
        "DecisionReasonNm": Text decision_reason_nm,
        "Dutiable": Flag dutiable,
        "TotalFee": Number total_fee,
        "TotalFeeCurrencyCd": Text total_fee_currency_cd,
    }
    Tax {
        "Amount": Number amount,
        "CurrencyCd": Text currency_cd,
        "Description": Text description,
        "HS": Text hs,
        "NetWeight": Number net_weight,
        "Number": Int number,
        "Rate": Number rate,
        "Type": Text tax_type,
    }
    ReferralMembers {
        "ContentPiecesIndexes": Ints content_pieces_indexes,
        "EventDt": Date event_dt,
        "Lifts": Text lifts,
        "ReferralCd": Text referral_cd,
        "ReferralId": Text referral_id,
        "Remarks": Text remarks,
    }
    ReferralResponseMembers {
        "ActionTaken": Text action_taken,
        "EventDt": Date event_dt,
        "Information": Text information,
        "ReferralId": Text referral_id,
        "ReferralResponseCd": Text referral_response_cd,
    }
}
