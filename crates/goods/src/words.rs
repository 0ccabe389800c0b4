//! The lists that goods are found by: the nomenclature, everyday words, kinds of goods in many languages, trade names, and
//! words that are vague.
//!
//! Read as they are built in: a fault stops the build. Lists of operators are read elsewhere, with all their faults told.

use std::collections::HashMap;

use csv::StringRecord;

use crate::text::{plain, singular};
use crate::tongue::Tongue;

/// Languages that the nomenclature has texts in: the first of [`Tongue::ALL`].
pub const TEXTS: usize = 5;

/// One code with what it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// 2, 4, 6, 8 or 10 digits.
    pub code: String,
    /// In the order of [`Tongue::ALL`]; empty where there is none.
    pub texts: [String; TEXTS],
}

impl Code {
    /// What it covers, in a language; empty where there is no text in it.
    pub fn text_in(&self, tongue: Tongue) -> &str {
        self.texts.get(tongue as usize).map_or("", String::as_str)
    }
}

/// Words people use for goods that the nomenclature calls otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub tongue: Tongue,
    pub words: String,
    /// The likeliest first.
    pub codes: Vec<String>,
    /// What goods of its kind are called in English, where that is known.
    pub kind: Option<String>,
}

/// A trade name and the kind of goods it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeName {
    pub name: String,
    /// In English.
    pub kind: String,
    /// The likeliest first.
    pub codes: Vec<String>,
}

/// The texts of the lists, as they lie in `refdata`.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `hs2022.csv`
    pub codes: &'a str,
    /// `synonyms.csv`
    pub phrases: &'a str,
    /// `goods.csv`
    pub kinds: &'a str,
    /// `trade_names.csv`
    pub trade_names: &'a str,
    /// `stop_words.csv`
    pub vague: &'a str,
}

/// All that goods are found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// In order, none twice.
    pub codes: Vec<Code>,
    pub phrases: Vec<Phrase>,
    pub trade_names: Vec<TradeName>,
    /// Words and phrases that say nothing of goods wherever they stand, each with its language: in plain letters with
    /// single blanks, and again without plural endings.
    pub vague: Vec<(Tongue, String)>,
}

impl Lists {
    /// Reads the lists.
    ///
    /// # Errors
    /// The first row that is wrong: its list, its line, and what is the matter with it.
    pub fn read(sources: Sources<'_>) -> Result<Self, String> {
        let mut codes = rows("hs2022", sources.codes, code)?;
        codes.sort_by(|a, b| a.code.cmp(&b.code));
        let mut phrases = rows("synonyms", sources.phrases, phrase)?;
        phrases.extend(rows("goods", sources.kinds, kind)?.into_iter().flatten());
        let vague = rows("stop_words", sources.vague, vague)?.into_iter().flatten().collect();
        Ok(Self { codes, phrases, trade_names: rows("trade_names", sources.trade_names, trade_name)?, vague })
    }

    /// Codes that a phrase or trade name leads to and that are not in the nomenclature.
    pub fn strays(&self) -> Vec<&str> {
        let of_phrases = self.phrases.iter().flat_map(|phrase| &phrase.codes);
        let all = of_phrases.chain(self.trade_names.iter().flat_map(|name| &name.codes)).map(String::as_str);
        all.filter(|code| self.codes.binary_search_by(|known| known.code.as_str().cmp(code)).is_err()).collect()
    }
}

/// The cells of a row, by the names of the columns.
struct Cells<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a StringRecord,
}

impl<'a> Cells<'a> {
    /// The trimmed cell, empty when the column is not there.
    fn text(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim()
    }

    fn needed(&self, column: &str) -> Result<String, String> {
        match self.text(column) {
            "" => Err(format!("{column} is empty")),
            text => Ok(text.to_owned()),
        }
    }

    /// HS codes with blanks between them.
    fn codes(&self) -> Result<Vec<String>, String> {
        let codes: Vec<String> = self.needed("codes")?.split_whitespace().map(str::to_owned).collect();
        match codes.iter().find(|code| !is_code(code)) {
            Some(bad) => Err(format!("`{bad}` is not an HS code")),
            None => Ok(codes),
        }
    }
}

/// Two, four, six, eight or ten digits.
pub fn is_code(code: &str) -> bool {
    matches!(code.len(), 2 | 4 | 6 | 8 | 10) && code.bytes().all(|b| b.is_ascii_digit())
}

fn rows<R>(list: &str, text: &str, row: impl Fn(&Cells<'_>) -> Result<R, String>) -> Result<Vec<R>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let told = |error: csv::Error| format!("{list}: {error}");
    let columns = reader.headers().map_err(told)?.iter().map(str::to_owned).zip(0..).collect();
    let records = reader.into_records().map(|record| {
        let record = record.map_err(told)?;
        let line = record.position().map_or(0, csv::Position::line);
        row(&Cells { columns: &columns, record: &record }).map_err(|fault| format!("{list}, line {line}: {fault}"))
    });
    records.collect()
}

fn code(cells: &Cells<'_>) -> Result<Code, String> {
    let code = cells.needed("code")?;
    if !is_code(&code) {
        return Err(format!("`{code}` is not an HS code"));
    }
    let text = |tongue: Tongue| cells.text(&tongue.code().to_ascii_lowercase()).to_owned();
    Ok(Code { code, texts: std::array::from_fn(|at| text(Tongue::ALL[at])) })
}

fn phrase(cells: &Cells<'_>) -> Result<Phrase, String> {
    let tongue = Tongue::parse(cells.text("language")).ok_or("not a language that goods are searched in")?;
    Ok(Phrase { tongue, words: cells.needed("phrase")?, codes: cells.codes()?, kind: None })
}

/// What a kind of goods is called in each language, as phrases that lead to its codes.
fn kind(cells: &Cells<'_>) -> Result<Vec<Phrase>, String> {
    let (name, codes) = (cells.needed("name")?, cells.codes()?);
    let phrase = |tongue, words: &str| Phrase {
        tongue,
        words: words.to_owned(),
        codes: codes.clone(),
        kind: Some(name.clone()),
    };
    let mut phrases = vec![phrase(Tongue::En, &name)];
    for tongue in Tongue::ALL.into_iter().skip(1) {
        let called = cells.text(&tongue.code().to_ascii_lowercase()).split(';').map(str::trim);
        phrases.extend(called.filter(|words| !words.is_empty()).map(|words| phrase(tongue, words)));
    }
    Ok(phrases)
}

fn trade_name(cells: &Cells<'_>) -> Result<TradeName, String> {
    Ok(TradeName { name: cells.needed("name")?, kind: cells.needed("kind")?, codes: cells.codes()? })
}

fn vague(cells: &Cells<'_>) -> Result<Vec<(Tongue, String)>, String> {
    let word = cells.needed("word")?;
    let is_meant = cells.text("kind") == "nothing";
    let tongue = Tongue::parse(cells.text("language")).filter(|_| is_meant);
    let plain = plain(&word);
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let singulars: Vec<&str> = words.iter().map(|word| singular(word)).collect();
    Ok(tongue.into_iter().flat_map(|tongue| [(tongue, words.join(" ")), (tongue, singulars.join(" "))]).collect())
}
