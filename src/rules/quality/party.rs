//! Sender and recipient: names, addresses and contacts.

use super::fillers::filler;
use super::finding::Checks;
use crate::contract::DeclarationData;
use crate::rules::forms::given;
use crate::rules::material;

/// Shortest name, address line and postcode that some destinations take, in characters.
const SHORTEST: usize = 5;

/// The members of one side, in one form for both.
struct Party<'a> {
    side: &'static str,
    name: Option<String>,
    line1: Option<&'a str>,
    city: Option<&'a str>,
    country: Option<&'a str>,
    zip: Option<&'a str>,
    phone: Option<&'a str>,
    email: Option<&'a str>,
}

pub(super) fn check(data: &DeclarationData, checks: &mut Checks<'_>) {
    let sender = Party {
        side: "Sender",
        name: name(&data.sender_name, &data.sender_first_name, &data.sender_last_name),
        line1: given(&data.sender_address_line1),
        city: given(&data.sender_city),
        country: given(&data.sender_country_cd),
        zip: given(&data.sender_zip),
        phone: given(&data.sender_telephone),
        email: given(&data.sender_email),
    };
    let recipient = Party {
        side: "Recipient",
        name: name(&data.recipient_name, &data.recipient_first_name, &data.recipient_last_name),
        line1: given(&data.recipient_address_line1),
        city: given(&data.recipient_city),
        country: given(&data.recipient_country_cd),
        zip: given(&data.recipient_zip),
        phone: given(&data.recipient_telephone),
        email: given(&data.recipient_email),
    };
    if recipient.phone.is_none() && recipient.email.is_none() {
        let message = "neither telephone nor e-mail of the recipient; give one, so that customs can ask";
        checks.data("contact_absent", "RecipientTelephone", message);
    }
    if material::is_sent_to_sender(data) {
        let message = "the recipient has the name and the address of the sender; give the one the goods go to";
        checks.data("sender_is_recipient", "RecipientName", message);
    }
    for party in [sender, recipient] {
        party.required(checks);
        party.too_short(checks);
        party.placeholders(checks);
    }
}

/// The full name, or first and last name together.
fn name(full: &Option<String>, first: &Option<String>, last: &Option<String>) -> Option<String> {
    let parts: Vec<&str> = [given(first), given(last)].into_iter().flatten().collect();
    given(full).map(str::to_owned).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
}

impl Party<'_> {
    fn required(&self, checks: &mut Checks<'_>) {
        let members = [
            ("Name", self.name.is_some()),
            ("AddressLine1", self.line1.is_some()),
            ("City", self.city.is_some()),
            ("CountryCd", self.country.is_some()),
        ];
        for (member, _) in members.into_iter().filter(|(_, given)| !given) {
            checks.data("required", format!("{}{member}", self.side), "needed on a customs form; fill it in");
        }
    }

    fn too_short(&self, checks: &mut Checks<'_>) {
        // A single point stands for "no postcode".
        let zip = self.zip.filter(|zip| *zip != ".");
        for (rule, member, text) in [
            ("name_short", "Name", self.name.as_deref()),
            ("address_short", "AddressLine1", self.line1),
            ("zip_short", "ZIP", zip),
        ] {
            if text.is_some_and(|text| text.chars().count() < SHORTEST) {
                let message = format!("shorter than {SHORTEST} characters; write it out in full");
                checks.data(rule, format!("{}{member}", self.side), message);
            }
        }
    }

    fn placeholders(&self, checks: &mut Checks<'_>) {
        for (kind, member, text) in [
            ("name", "Name", self.name.as_deref()),
            ("address", "AddressLine1", self.line1),
            ("zip", "ZIP", self.zip),
            ("phone", "Telephone", self.phone),
            ("email", "Email", self.email),
        ] {
            if let Some(reason) = text.and_then(|text| filler(kind, text)) {
                let message = format!("{reason}; give the real one");
                checks.data("placeholder", format!("{}{member}", self.side), message);
            }
        }
        if let (Some(name), Some(line)) = (&self.name, self.line1)
            && name.to_lowercase() == line.to_lowercase()
        {
            let message = "the address repeats the name; give street and number";
            checks.data("placeholder", format!("{}AddressLine1", self.side), message);
        }
    }
}
