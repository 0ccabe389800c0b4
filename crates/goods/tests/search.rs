//! What is found, in the lists that the program is built with.

mod common;

use common::{goods, lists};
use entrepost_goods::hs::HsIndex;
use entrepost_goods::tongue::Tongue;
use entrepost_goods::words::{Code, Lists, Sources};
use proptest::prelude::*;

fn codes(text: &str) -> Vec<String> {
    goods().search(text, 5).into_iter().map(|hit| hit.code).collect()
}

#[test]
fn everyday_goods_are_found_in_three_languages_without_being_told_which() {
    for (text, code) in [
        ("leather wallet for men", "420231"),
        ("portefeuille en cuir", "420231"),
        ("cartera de cuero", "420231"),
        ("thé vert", "090210"),
        ("jar of honey", "040900"),
        ("pot de miel", "040900"),
        ("miel de abeja", "040900"),
    ] {
        assert!(codes(text).contains(&code.to_owned()), "{text}: {:?}", codes(text));
    }
}

/// What a question costs grows faster than its length: a text is read as far as a description may go.
#[test]
fn of_a_text_without_end_the_beginning_is_read() {
    for text in ["棉衬衫木玩具", "leather wallet "] {
        let long = text.repeat(20_000);
        let read: String = long.chars().take(1_024).collect();
        assert_eq!(codes(&long), codes(&read), "{text}");
        assert_eq!(goods().sure_codes(&long, 0.5), goods().sure_codes(&read, 0.5));
        assert_eq!(goods().names(&long).len(), goods().names(&read).len());
    }
}

#[test]
fn misspelt_words_are_corrected_and_the_hit_says_so() {
    let hits = goods().search("blootooth headfones", 5);
    let hit = hits.iter().find(|hit| hit.code == "851830").unwrap();
    assert!(hit.observations.contains("headphones (for headfones)"), "{}", hit.observations);
}

#[test]
fn the_material_chooses_among_sisters() {
    assert_eq!(codes("polyester t-shirt")[0], "610990");
    assert_eq!(codes("cotton t-shirt")[0], "610910");
}

#[test]
fn answers_are_limited_ranked_and_never_longer_than_the_edition() {
    let hits = goods().search("shoes", 10);
    assert!((3..=10).contains(&hits.len()));
    assert!(hits.windows(2).all(|pair| pair[0].certainty + 0.1 >= pair[1].certainty), "best first");
    assert!(goods().search("cotton", 10).iter().all(|hit| goods().has_code(&hit.code)));
    assert!(goods().search("", 10).is_empty() && goods().search("7 % & 12", 10).is_empty());
    assert!(goods().search("shoes", 0).is_empty());
}

#[test]
fn a_long_text_is_searched_by_its_first_words() {
    let long = format!("leather wallet{}", " black large".repeat(500));
    assert_eq!(codes(&long)[0], "420231");
}

#[test]
fn only_codes_that_can_be_declared_are_proposed_with_their_heading_beside() {
    let hits = goods().search("moteur diesel", 5);
    assert!(hits.iter().all(|hit| hit.code.len() >= 6), "{hits:?}");
    assert!(hits[0].heading.starts_with("8408 "), "{}", hits[0].heading);
}

#[test]
fn unknown_words_lead_nowhere() {
    for text in ["zyxwvu", "quixtal mirpok", "present", "платье", "Takahashi Kenji"] {
        assert_eq!(codes(text), [""; 0], "{text}");
    }
}

#[test]
fn the_main_noun_decides() {
    for (text, code) in [
        ("phone case for iPhone 13", "392690"),
        ("camera lens", "900211"),
        ("Handyhülle aus Silikon", "392690"),
        ("硅胶手机壳", "392690"),
        ("wine glasses set of 6", "701328"),
    ] {
        assert!(codes(text).contains(&code.to_owned()), "{text}: {:?}", codes(text));
    }
}

#[test]
fn a_trade_name_leads_to_its_goods_unless_others_are_named_beside() {
    let hits = goods().search("Lego 42115", 5);
    assert_eq!(hits[0].code, "950300");
    assert_eq!(hits[0].found_by, "trade name lego, toy building bricks");
    assert!(codes("Samsung Galaxy phone case").contains(&"392690".to_owned()));
}

#[test]
fn several_goods_get_codes_for_each() {
    let found = codes("Honig, Seife und Socken");
    for heading in ["0409", "3401", "6115"] {
        assert!(found.iter().any(|code| code.starts_with(heading)), "{found:?}");
    }
}

#[test]
fn one_answer_speaks_one_language() {
    let french = goods().search("portefeuille en cuir", 5);
    assert!(french.iter().all(|hit| !hit.heading.contains("wallet")), "{french:?}");
}

#[test]
fn a_code_with_others_below_gives_way_to_them_when_national_codes_are_loaded() {
    let entry = |code: &str, en: &str| Code { code: code.into(), texts: [en, "", "", "", ""].map(str::to_owned) };
    let codes = vec![entry("0409", "Honey"), entry("040900", "Natural honey"), entry("04090010", "Honey in the comb")];
    let index = HsIndex::read(Lists { codes, ..Lists::default() }.index());
    let found: Vec<String> = index.candidates("comb honey", 5).into_iter().map(|hit| hit.code).collect();
    assert_eq!(found, ["04090010"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_text_is_searched_without_panic(text in "\\PC{0,80}") {
        prop_assert!(goods().search(&text, 10).len() <= 10);
    }
}

#[test]
fn every_everyday_word_leads_to_codes_of_the_edition() {
    assert_eq!(lists().strays(), [""; 0]);
    for tongue in [Tongue::En, Tongue::Fr, Tongue::Es] {
        assert!(lists().phrases.iter().filter(|phrase| phrase.tongue == tongue && phrase.kind.is_none()).count() > 500);
    }
}

#[test]
fn words_of_nomenclature_and_phrases_are_known() {
    for word in ["shirt", "ecouteurs", "camiseta", "ssd", "cr2032", "tea"] {
        assert!(goods().calls_goods(word), "{word}");
    }
    for word in ["asdfgh", "geschenk", "1", "2000"] {
        assert!(!goods().calls_goods(word), "{word}");
    }
}

#[test]
fn a_row_that_is_wrong_is_named_with_its_list_and_line() {
    let read = |phrases: &str| {
        let lists = Sources {
            codes: "code,en,fr,es,pt,de\n0409,Honey,,,,\n",
            phrases,
            kinds: "name,codes\n",
            trade_names: "name,kind,codes\n",
            vague: "language,word,kind\n",
        };
        Lists::read(lists).map(|lists| lists.phrases.len())
    };
    let head = "# list: words\nlanguage,phrase,codes\n";
    assert_eq!(read(&format!("{head}EN,comb honey,040900\n")), Ok(1));
    assert_eq!(
        read(&format!("{head}EN,comb honey,0409x\n")),
        Err("synonyms, line 3: `0409x` is not an HS code".into())
    );
    assert!(read(&format!("{head}XX,comb honey,0409\n")).is_err_and(|fault| fault.contains("language")));
    assert!(read(&format!("{head}EN,,0409\n")).is_err_and(|fault| fault.contains("phrase is empty")));
}

/// The same lists give the same bytes, whatever order a map has its entries in.
#[test]
fn an_index_is_built_alike_each_time() {
    assert!(lists().index() == lists().index());
}
