//! The table of rules: what each asks for, and how strict it is where.

use crate::domain::Level;

/// A destination that asks for more than the default.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    /// Countries of the EU customs territory.
    Eu,
    Country(&'static str),
}

/// One rule: its name, how strict it is, and what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub level: Level,
    pub stricter: &'static [(Where, Level)],
    /// What the rule asks for, for the documentation.
    pub asks: &'static str,
}

const EU: &[(Where, Level)] = &[(Where::Eu, Level::Reject)];
const EU_NO_CH: &[(Where, Level)] =
    &[(Where::Eu, Level::Reject), (Where::Country("NO"), Level::Reject), (Where::Country("CH"), Level::Reject)];
const INDIA: &[(Where, Level)] = &[(Where::Country("IN"), Level::Reject)];
const USA: &[(Where, Level)] = &[(Where::Country("US"), Level::Reject)];

macro_rules! rules {
    ($($id:ident $level:ident $stricter:expr, $asks:literal;)*) => {
        /// Every rule.
        pub const RULES: &[Rule] = &[
            $(Rule { id: stringify!($id), level: Level::$level, stricter: $stricter, asks: $asks },)*
        ];
    };
}

rules! {
    required Reject &[], "Everything a customs form needs: names, addresses, weights, values, postage, nature.";
    size Reject &[], "No text is longer than the message to the partner can carry.";
    decimals Reject &[], "Weights have at most 3 decimals, amounts at most those of their currency.";
    item_id_form Reject &[], "The item id has S10 form, or is the id of a declaration made before acceptance.";
    item_id_class Reject &[], "The first two letters of the item id belong to the mail class.";
    item_id_country Warn &[], "The last two letters of the item id are a country or territory of the list.";
    item_id_check_digit Warn &[], "The check digit of the item id is right.";
    late Warn &[], "The declaration is final before the item leaves the outward office of exchange.";
    country_known Reject &[], "In messages of partners, countries are in the list (a call that names another is a 400).";
    currency_known Reject &[], "Currencies are codes of ISO 4217.";
    code_known Warn INDIA, "Mail class, category, handling class, nature and transport mode are listed codes.";
    weight_zero Reject &[], "Gross and net weights are above 0.";
    weight_over_limit Warn &[], "The item weighs no more than any item of its class may; weights are in kg.";
    net_over_gross Reject &[], "The net weights together do not exceed the gross weight.";
    value_zero Reject &[], "Every line has a value above 0 (documents excepted).";
    value_one Warn INDIA, "Values are real; 1 is a usual filler.";
    postage_zero Warn INDIA, "The postage paid is given.";
    currencies_mixed Warn &[], "All lines have the same currency.";
    total_differs Warn &[], "A total value given beside the lines is their sum, give or take what rounding makes.";
    postage_currency Off &[], "Postage and goods have the same currency.";
    description_vague Reject &[], "Descriptions hold words, not numbers and codes alone, and are not just the category.";
    description_short Warn INDIA, "Descriptions have at least five characters.";
    stop_word_alone Warn EU, "A description names the goods, not a class of goods, and is not made of words that say nothing.";
    stop_word_inside Warn &[], "A vague word is explained by others.";
    hs_absent Warn EU_NO_CH, "Sold goods, returned goods and samples have an HS code.";
    hs_form Warn EU_NO_CH, "An HS code has six to fourteen digits.";
    hs_unknown Warn &[], "The first six digits are a code of HS 2022.";
    origin_absent Warn USA, "Sold goods have a country of origin.";
    gift_commercial Warn &[], "A gift comes from a person and has not more than 20 of one thing.";
    nature_unexplained Reject &[], "Nature 999 (other) is explained.";
    contact_absent Warn EU, "The recipient has a telephone number or an e-mail address.";
    placeholder Warn &[], "Names, addresses and contacts are real, not typed to get past a field.";
    name_short Off INDIA, "Names have at least five characters.";
    address_short Off INDIA, "Address lines have at least five characters.";
    zip_short Off INDIA, "Postcodes have at least five characters.";
    prohibited_goods Warn &[], "The destination or the UPU forbids none of the goods.";
    restricted_goods Warn &[], "The destination or the UPU restricts none of the goods.";
    foreign_id Amber &[], "The item id is one that posts of the origin's country may use.";
    unknown_post Warn &[], "Origin and destination are posts of the list of operators.";
    posting_date Warn &[], "The posting date lies after 1999 and not more than a year ahead.";
    transport_date Warn &[], "The date of transport lies after 1999 and not more than a year ahead.";
    recipient_country Warn &[], "The recipient lives in a country that the destination post delivers in.";
    sender_is_recipient Warn &[], "Sender and recipient differ in name or address.";
    not_printable Warn &[], "The forms can show every character of what is printed on them.";
    reserved_member Warn &[], "Revised codes and import restrictions are left to the destination and its customs.";
}

/// The rule whose levels include amber.
pub const FOREIGN_ID: &str = "foreign_id";
/// The rule on what a message says of itself: its total against its lines.
pub const TOTAL_DIFFERS: &str = "total_differs";
/// The rule on members that are dropped: there is nothing left to refuse.
pub const RESERVED_MEMBER: &str = "reserved_member";

impl Rule {
    /// The levels it can be set to, strictest first.
    pub fn levels(&self) -> &'static [Level] {
        match self.id {
            FOREIGN_ID => &[Level::Reject, Level::Amber, Level::Warn, Level::Off],
            RESERVED_MEMBER => &[Level::Warn, Level::Off],
            _ => &[Level::Reject, Level::Warn, Level::Off],
        }
    }
}

/// The rule named `id`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
