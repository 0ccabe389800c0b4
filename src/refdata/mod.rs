//! Reference data: code lists, nomenclature, restrictions and rates, and the text search over goods.
//!
//! Knows what the lists say and in which edition; the embedded ones come from `refdata/*.csv`. Knows no
//! organization, no database and no clock: lists imported at run time are handed in as rows, dates as values.

pub mod cocktail;
pub mod common_passwords;
mod fault;
pub mod hs;
pub mod id_countries;
pub mod import;
pub mod lists;
pub mod material;
pub mod rates;
pub mod restrictions;
pub mod search;
pub mod sheet;
pub mod table;

/// Name and text of every list built into the program.
pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
    let singles = [
        common_passwords::EMBEDDED,
        hs::EMBEDDED,
        rates::EMBEDDED,
        restrictions::EMBEDDED,
        search::PHRASES,
        search::KINDS,
        search::TRADE_NAMES,
    ];
    lists::EMBEDDED.iter().copied().chain(singles)
}

/// The newest edition among the lists built into the program, a date.
pub fn edition() -> &'static str {
    let editions = embedded().filter_map(|(_, text)| text.lines().find_map(|line| line.strip_prefix("# version: ")));
    editions.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_in_the_folder_is_built_in_and_says_where_it_comes_from() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/refdata")).unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = names.filter(|name| name.ends_with(".csv")).collect();
        let mut built_in: Vec<&str> = embedded().map(|(name, _)| name).collect();
        files.sort();
        built_in.sort_unstable();
        assert_eq!(files, built_in);
        for (name, text) in embedded() {
            for key in ["# list: ", "# source: ", "# version: 20", "# valid-from: 20"] {
                assert!(
                    text.lines().take_while(|line| line.starts_with('#')).any(|line| line.starts_with(key)),
                    "{name} lacks {key}"
                );
            }
        }
    }
}
