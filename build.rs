//! Makes the index that goods are searched in, from the lists in `refdata`.

use std::path::Path;
use std::{env, fs};

use entrepost_goods::words::{Lists, Sources};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let list = |name: &str| {
        let path = format!("refdata/{name}.csv");
        println!("cargo::rerun-if-changed={path}");
        fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
    };
    let lists = Lists::read(Sources {
        codes: &list("hs2022")?,
        phrases: &list("synonyms")?,
        kinds: &list("goods")?,
        trade_names: &list("trade_names")?,
        vague: &list("stop_words")?,
    })?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("goods.index"), lists.index())?;
    Ok(())
}
