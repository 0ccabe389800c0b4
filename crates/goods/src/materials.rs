//! What goods are made of, in all languages: the nomenclature tells materials apart in English even where it has no text in
//! the language of the description.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::tongue::Tongue;

/// Each material in the order of [`Tongue::ALL`], in plain small letters. The words in English are those of the nomenclature.
const MATERIALS: [[&str; 9]; 24] = [
    ["cotton", "coton", "algodon", "algodao", "baumwolle", "cotone", "katoen katoenen", "棉 纯棉 棉质", "綿 コットン"],
    ["wool", "laine merinos", "lana", "la", "wolle", "lana merino", "wol wollen", "羊毛", "ウール"],
    ["silk", "soie", "seda", "seda", "seide", "seta", "zijde zijden", "真丝 丝绸", "シルク 絹"],
    ["linen flax", "lin", "lino", "linho", "leinen", "lino", "linnen", "亚麻", "リネン 麻"],
    [
        "manmade synthetic polyester",
        "polyester nylon acrylique",
        "poliester nailon acrilico",
        "poliester nylon acrilico",
        "polyester nylon polyacryl fleece",
        "poliestere nylon acrilico pile",
        "polyester nylon acryl fleece",
        "涤纶 尼龙",
        "ポリエステル ナイロン",
    ],
    [
        "leather",
        "cuir",
        "cuero piel",
        "couro",
        "leder",
        "pelle cuoio",
        "leer leren lederen",
        "皮 真皮",
        "革 本革 レザー",
    ],
    [
        "steel iron",
        "acier fer inox fonte",
        "acero hierro",
        "aco ferro inox",
        "stahl eisen",
        "acciaio ferro inox",
        "staal stalen ijzer rvs",
        "铁 钢",
        "鉄 鋼",
    ],
    [
        "stainless steel",
        "inoxydable",
        "inoxidable",
        "inoxidavel",
        "edelstahl",
        "inossidabile",
        "roestvrij roestvrijstalen",
        "不锈钢",
        "ステンレス",
    ],
    ["aluminium", "aluminium", "aluminio", "aluminio", "aluminium alu", "alluminio", "aluminium", "铝", "アルミ"],
    [
        "copper brass bronze",
        "cuivre laiton bronze",
        "cobre laton bronce",
        "cobre latao bronze",
        "kupfer messing bronze",
        "rame ottone bronzo",
        "koper messing brons",
        "铜",
        "銅 真鍮",
    ],
    ["wood wooden", "bois", "madera", "madeira", "holz", "legno", "hout houten", "木 木质 木制", "木 木製"],
    ["bamboo", "bambou", "bambu", "bambu", "bambus", "bambu", "bamboe", "竹", "竹"],
    [
        "plastic",
        "plastique",
        "plastico",
        "plastico",
        "plastik kunststoff",
        "plastica",
        "plastic kunststof",
        "塑料",
        "プラスチック",
    ],
    [
        "rubber",
        "caoutchouc latex",
        "caucho goma latex",
        "borracha latex",
        "gummi latex",
        "gomma lattice",
        "rubber latex",
        "橡胶",
        "ゴム",
    ],
    ["glass", "verre", "vidrio", "vidro", "glas", "vetro", "glas glazen", "玻璃", "ガラス"],
    ["crystal", "cristal", "cristal", "cristal", "kristall", "cristallo", "kristal", "水晶", "クリスタル"],
    [
        "ceramic earthenware stoneware",
        "ceramique gres faience",
        "ceramica",
        "ceramica",
        "keramik steingut",
        "ceramica",
        "keramiek keramische aardewerk",
        "陶瓷",
        "陶器",
    ],
    [
        "porcelain",
        "porcelaine",
        "porcelana",
        "porcelana",
        "porzellan",
        "porcellana",
        "porselein porseleinen",
        "瓷",
        "磁器 陶磁器",
    ],
    [
        "paper paperboard",
        "papier carton",
        "papel carton",
        "papel cartao papelao",
        "papier pappe karton",
        "carta cartone",
        "papier papieren karton kartonnen",
        "纸",
        "紙",
    ],
    [
        "stone marble",
        "pierre marbre",
        "piedra marmol",
        "pedra marmore",
        "stein marmor",
        "pietra marmo",
        "steen marmer stenen",
        "石",
        "石",
    ],
    ["gold", "or", "oro", "ouro", "gold", "oro", "goud gouden", "金", "金"],
    ["silver", "argent", "plata", "prata", "silber", "argento", "zilver zilveren", "银", "銀"],
    ["platinum", "platine", "platino", "platina", "platin", "platino", "platina", "铂", "プラチナ"],
    ["cork", "liege", "corcho", "cortica", "kork", "sughero", "kurk", "软木", "コルク"],
];

/// The words of a language for materials that the nomenclature tells apart.
pub(crate) fn words(tongue: Tongue) -> impl Iterator<Item = &'static str> {
    MATERIALS.iter().filter_map(move |row| row.get(tongue as usize)).flat_map(|words| words.split_whitespace())
}

/// What the nomenclature calls a material in English.
pub(crate) fn in_english(word: &str, tongue: Tongue) -> impl Iterator<Item = &'static str> {
    static ENGLISH: LazyLock<HashMap<(Tongue, &str), &str>> = LazyLock::new(|| {
        let cells = MATERIALS.iter().flat_map(|row| Tongue::ALL.into_iter().zip(row).map(|cell| (cell, row[0])));
        let rows = cells
            .flat_map(|((tongue, words), english)| words.split_whitespace().map(move |word| ((tongue, word), english)));
        rows.collect()
    });
    ENGLISH.get(&(tongue, word)).into_iter().flat_map(|words| words.split_whitespace())
}
