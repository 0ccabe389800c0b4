//! Extra fields whose names belong to the server: it adds them to what it shows, and takes them off what it is sent.

/// The version of a declaration: 32 hexadecimal digits. In what is sent: the version that is answered.
pub const VERSION: &str = "EP.Version";
/// The post whose data a declaration is.
pub const DECLARED_BY: &str = "EP.DeclaredBy";
/// A clearance of the own customs that is about something else than what is declared now.
pub const LAPSED: &str = "EP.Lapsed";
/// The same of the destination's customs.
pub const DC_LAPSED: &str = "EP.DCLapsed";
/// The place of a decision among those of its customs.
pub const ORDER: &str = "EP.Order";
/// The post that handed an item over, where that is not its origin.
pub const HANDED_OVER_BY: &str = "EP.HandedOverBy";

/// What a decision names that examined the goods themselves rather than a version of their declaration.
pub const GOODS: &str = "item";

const OWN: [&str; 6] = [VERSION, DECLARED_BY, LAPSED, DC_LAPSED, ORDER, HANDED_OVER_BY];

/// Prefix of the names that the judgement of data quality has.
const QUALITY: &str = "Quality.";

/// What was stated under names of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Of [`VERSION`].
    pub version: Option<String>,
    /// Of [`ORDER`].
    pub order: Option<i64>,
    /// Of [`DECLARED_BY`]: heard by customs elsewhere from the post whose customs it is, and by nobody else.
    pub declared_by: Option<String>,
}

/// Takes the server's own fields out of a pair of lists; leaves lists of different length alone, which the structure
/// check refuses.
pub fn take(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>) -> Stated {
    let mut stated = Stated::default();
    let is_own = |name: &Option<String>| {
        name.as_deref().is_some_and(|name| name.starts_with(QUALITY) || OWN.contains(&name.trim()))
    };
    if names.len() != values.len() || !names.iter().any(is_own) {
        return stated;
    }
    let pairs: Vec<_> = std::mem::take(names).into_iter().zip(std::mem::take(values)).collect();
    for (name, value) in pairs {
        if !is_own(&name) {
            names.push(name);
            values.push(value);
            continue;
        }
        let text = value.as_deref().map(str::trim).filter(|text| !text.is_empty());
        match name.as_deref().map(str::trim) {
            Some(VERSION) => stated.version = text.map(str::to_owned).or(stated.version),
            Some(DECLARED_BY) => stated.declared_by = text.map(str::to_owned).or(stated.declared_by),
            Some(ORDER) => stated.order = text.and_then(|text| text.parse().ok()).or(stated.order),
            _ => {}
        }
    }
    stated
}

/// Adds one field.
pub fn put(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, name: &str, value: impl Into<String>) {
    names.push(Some(name.to_owned()));
    values.push(Some(value.into()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_fields_are_taken_out_and_the_rest_stays_in_order() {
        let list = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let mut names = list(&["A", VERSION, "Quality.Score", "EP.OfficeCd", ORDER, DECLARED_BY]);
        let mut values = list(&["1", "ab", "90", "DEAAAA", "7", "AUA"]);
        let stated = take(&mut names, &mut values);
        assert_eq!(stated, Stated { version: Some("ab".into()), order: Some(7), declared_by: Some("AUA".into()) });
        assert_eq!((names, values), (list(&["A", "EP.OfficeCd"]), list(&["1", "DEAAAA"])));
    }
}
