//! The languages that goods are described in, with the small words of each.
//!
//! More than any list has names in: a description may be Dutch though no list is.

use std::collections::HashSet;
use std::sync::LazyLock;

use rust_stemmers::Algorithm;

/// A language of descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tongue {
    En,
    Fr,
    Es,
    Pt,
    De,
    It,
    Nl,
    /// Chinese, in its own script or in Latin letters (pinyin without tones).
    Zh,
    /// Japanese, likewise.
    Ja,
}

/// Where the noun that names the goods stands among its fellows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// `leather wallet`, `Bluetooth-Lautsprecher`, `手机壳`.
    Last,
    /// `portefeuille en cuir`.
    First,
}

impl Tongue {
    pub const ALL: [Self; 9] =
        [Self::En, Self::Fr, Self::Es, Self::Pt, Self::De, Self::It, Self::Nl, Self::Zh, Self::Ja];

    /// `EN`, `de`, `pt-BR` …; `None` for a language that is not searched in.
    pub fn parse(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|tongue| primary.eq_ignore_ascii_case(tongue.code()))
    }

    /// Two capital letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "EN",
            Self::Fr => "FR",
            Self::Es => "ES",
            Self::Pt => "PT",
            Self::De => "DE",
            Self::It => "IT",
            Self::Nl => "NL",
            Self::Zh => "ZH",
            Self::Ja => "JA",
        }
    }

    /// Where the noun that names the goods stands.
    pub fn head(self) -> Head {
        match self {
            Self::En | Self::De | Self::Nl | Self::Zh | Self::Ja => Head::Last,
            Self::Fr | Self::Es | Self::Pt | Self::It => Head::First,
        }
    }

    /// Whether nouns are written together, so that a long word may hide the one that names the goods.
    pub(crate) fn compounds(self) -> bool {
        matches!(self, Self::De | Self::Nl)
    }

    /// What brings the endings of a word together; `None` where words have none.
    pub(crate) fn stemmer(self) -> Option<Algorithm> {
        Some(match self {
            Self::En => Algorithm::English,
            Self::Fr => Algorithm::French,
            Self::Es => Algorithm::Spanish,
            Self::Pt => Algorithm::Portuguese,
            Self::De => Algorithm::German,
            Self::It => Algorithm::Italian,
            Self::Nl => Algorithm::Dutch,
            Self::Zh | Self::Ja => return None,
        })
    }

    /// The small words of the language.
    pub(crate) fn words(self) -> &'static SmallWords {
        static ALL: LazyLock<[SmallWords; 9]> = LazyLock::new(|| Tongue::ALL.map(small_words));
        &ALL[self as usize]
    }
}

type WordSet = HashSet<&'static str>;

/// Words that name no goods, each set for its reason; in small plain letters.
#[derive(Debug)]
pub(crate) struct SmallWords {
    /// Say nothing about goods.
    pub function: WordSet,
    /// After these the rest of the clause says what the goods are not.
    pub negations: WordSet,
    /// What follows these is what the goods are for, go with or are made of: `oil filter for car`.
    pub purposes: WordSet,
    /// Stand between two kinds of goods: `books and toys`.
    pub joins: WordSet,
    /// Describe the single piece, its container or its amount, not the kind of goods.
    pub weak: WordSet,
    /// What goods are made of; goods themselves only where nothing else is named.
    pub materials: WordSet,
}

fn small_words(tongue: Tongue) -> SmallWords {
    let [function, negations, purposes, joins, weak, materials] = match tongue {
        Tongue::En => EN,
        Tongue::Fr => FR,
        Tongue::Es => ES,
        Tongue::Pt => PT,
        Tongue::De => DE,
        Tongue::It => IT,
        Tongue::Nl => NL,
        Tongue::Zh => ZH,
        Tongue::Ja => JA,
    };
    let set = |words: &'static str| -> WordSet { words.split_whitespace().collect() };
    SmallWords {
        function: set(function),
        negations: set(negations),
        purposes: set(purposes),
        joins: set(joins),
        weak: set(weak),
        materials: set(materials).into_iter().chain(crate::materials::words(tongue)).collect(),
    }
}

/// Function words, negations, purposes, joins, weak words, and materials besides those of [`crate::materials`].
type Lists = [&'static str; 6];

const EN: Lists = [
    "a about an and any are as at be by eg etc ex for from has have in including into is it its kind kinds like more \
     my of off on or other others per similar such than that the their them these this those to type up used \
     various which whose with incl above after again all also always another because before behind best below \
     between both bring came cannot come could did do does done each early easy end enough even ever every few \
     find first fits found full gave get give go gone got great had hard he hello help her here hers hi him his hope how if \
     inside just keep know last late later least leave left less let little look luck made make many may me mean might \
     mine most much must near need never next no none nothing now often okay once one only open our out over please put \
     rather ready real really regards right said same say see seem send sent several shall she should show simple since so \
     some someone something soon still stop sure take tell then there they think though today together too try under \
     until us use very want was way we well went were what when where while who whole why will wish world would year yes \
     yet you your yours",
    "not non except excluding without excl",
    "for with in from on to w about",
    "and plus",
    "new old used second hand secondhand vintage original style styled size small big large medium mini set \
     sets kit pack packet pair pairs piece pieces pcs pc lot lots box boxes bag bags bottle bottles tube jar \
     tin tablet tablets tabs tab caps capsules pills quality red blue green black white yellow pink purple grey gray brown \
     orange colour color handmade homemade made assorted mixed brand misc miscellaneous various model personal own gift cheap inch inches \
     cm mm ml cl kg gram grams litre liter volt watt luxury digital portable nice collection collectible \
     design designer premium professional mens womens ladies kids children childrens baby adult sz xl xxl free \
     sample samples present item items thing things stuff misc goods product products parcel content contents \
     high best very happy merry thank thanks you please bend handle care side up return sender invoice order ref reference document documents test personal effects present presents love price shipping urgent extra value effects merchandise \
     refillable foldable folding disposable edition limited edition carton cartons prs dark light metallic \
     strong slim long short natural pure organic fresh mint vanilla hold two three four five six empty",
    "woollen woolen nylon acrylic viscose velvet denim fleece felt metal metallic aluminum silicone latex \
     vinyl cardboard golden carbon alloy resin acetate straw rattan suede fabric textile canvas knitted woven \
     cashmere merino titanium chrome enamel pvc pu",
];

const FR: Lists = [
    "a au aux avec ce ces d dans de des dont du en entre et etc ex genre l la le les leur leurs mais ou p par \
     plus pour qu que qui sa ses similaires son sous sur tels telles type un une y autre autres divers \
     diverses mon ma mes jusqu",
    "non sans sauf hors ni pas excepte exclus",
    "pour avec sur dans en",
    "et plus",
    "neuf neuve neufs neuves occasion usage usages usagee usagees ancien ancienne anciens anciennes vieux \
     vieille petit petite petits petites grand grande grands taille lot jeu boite boites paquet paire paires \
     piece pieces sac sachet pot bouteille tube tablette qualite rouge bleu bleue vert verte noir noire blanc \
     blanche jaune rose gris grise marron couleur artisanal artisanale fait faits main maison marque modele \
     cadeau personnel litre gramme grammes numerique portable collection luxe original originale cartouche bocal \
     homme femme enfant enfants bebe diverses vide vides neufs",
    "velours denim metal metallique silicone carbone resine paille tissu textile toile cachemire",
];

const ES: Lists = [
    "a al como con de del demas e ej el en entre es esta etc hasta la las lo los mas mi mis o otra otras otro \
     otros p para pero por que se similares sobre su sus tipo tipos u un una unas unos varios varias y",
    "no sin excepto salvo ni distinto distinta distintos distintas",
    "para con sobre por en",
    "y e mas",
    "nuevo nueva nuevos nuevas usado usada usados usadas viejo vieja antiguo antigua segunda mano pequeno \
     pequena grande grandes talla juego lote caja cajas paquete par pares pieza piezas bolsa bolsas bote \
     botella frasco tableta tubo calidad rojo roja azul verde negro negra blanco blanca amarillo amarilla rosa \
     gris marron color artesanal hecho hechos casero casera marca modelo regalo personal litro gramos digital \
     portatil coleccion lujo original tarro hombre mujer nino nina ninos bebe recargable electrico electrica puro \
     pura rubio rubios",
    "metal metalico metalica silicona carbono resina paja tela tejido",
];

const PT: Lists = [
    "a ao aos as com como da das de demais do dos e em entre etc ex mas na nas no nos o os ou outra outras outro \
     outros para pela pelo por que se seu sob sobre sua tipo um uma uns umas varios varias",
    "nao sem exceto salvo nem",
    "para com sobre por em",
    "e mais",
    "novo nova novos novas usado usada usados usadas antigo antiga pequeno pequena grande tamanho jogo conjunto lote \
     caixa caixas pacote par pares peca pecas saco frasco garrafa cor marca modelo presente pessoal artesanal caseiro \
     colecao vermelho vermelha azul verde preto preta branco branca amarelo rosa cinza castanho homem mulher masculino \
     masculina feminino feminina crianca criancas bebe bebes infantil portatil original qualidade luxo digital \
     maco tablete lata pote descartavel descartaveis recarregavel puro pura curado",
    "metal metalico metalica silicone carbono resina palha tecido pano",
];

const DE: Lists = [
    "a an aus am auf bei bis das dem den der des die ein eine einem einen einer eines fur im in ins ist mit nach oder \
     per pro sowie und unter vom von zu zum zur uber etc div diverse verschiedene andere",
    "nicht ohne kein keine ausser",
    "aus fur mit von zum zur im in auf mit",
    "und sowie plus",
    "neu neue neuer neues neuen alt alte alter altes gebraucht gebrauchte gebrauchtes gebrauchter klein kleine kleiner \
     gross grosse grosser grosses set stuck stueck paar packung pack packchen schachtel dose glas flasche flaschen \
     tube beutel tute kiste tafel stange rot rote roter rotes blau blaue grun grune schwarz schwarze schwarzer \
     schwarzes weiss weisse gelb gelbe rosa grau graue braun braune farbe bunt handgemacht handgemachte \
     handgemachter selbstgemacht selbstgemachte marke modell geschenk geschenke muster groesse grosse liter gramm \
     stuck teile teilig herren damen kinder baby original qualitat premium digital tragbar tragbare kabellos kabellose \
     elektrisch elektrische elektrischer externe externer geraucherter gemahlener gemahlen manner frauen jungen madchen",
    "samt metall silikon carbon harz stroh stoff filz",
];

const IT: Lists = [
    "a ad ai al alla alle allo anche con da dal dalla dei del della delle dello di e ed gli i il in l la le lo ma \
     nel nella o per piu sul sulla tra un una uno vari varie altri altre altro tipo etc",
    "non senza eccetto salvo",
    "per con su da in",
    "e ed piu",
    "nuovo nuova nuovi nuove usato usata usati usate vecchio vecchia piccolo piccola grande taglia set lotto scatola \
     pacco pacchetto paio pezzo pezzi sacchetto barattolo vasetto bottiglia tubetto rosso rossa blu verde nero nera \
     bianco bianca giallo rosa grigio marrone colore artigianale fatto mano marca modello regalo personale litro \
     grammi uomo donna bambino bambina bambini neonato qualita lusso originale collezione digitale portatile secco \
     secca elettrico elettrica esterno esterna",
    "metallo silicone carbonio resina paglia tessuto stoffa velluto",
];

const NL: Lists = [
    "aan als bij de den der die dit dat een en et het in is met naar of om op per te tot uit van voor zonder diverse \
     andere soort soorten etc",
    "niet geen zonder behalve",
    "voor met van uit op in",
    "en plus",
    "nieuw nieuwe oud oude gebruikt gebruikte tweedehands klein kleine groot grote set stuk stuks paar pak pakje doos \
     doosje zak zakje fles flessen pot potje blik tube rood rode blauw blauwe groen groene zwart zwarte wit witte \
     geel gele roze grijs grijze bruin bruine kleur handgemaakt handgemaakte merk model cadeau maat liter gram heren \
     dames kinderen kinder baby origineel kwaliteit digitale draagbare draadloos draadloze elektrische externe gemalen",
    "metaal metalen siliconen carbon hars stro stof vilt fluweel",
];

const ZH: Lists = [
    "的 和 与 及 de he yu ji",
    "非 无",
    "",
    "和 与 及",
    "新款 新 旧 二手 批发 男士 女士 男 女 男式 女式 儿童 婴儿 成人 无线 大 小 红色 黑色 白色 蓝色 绿色 个 件 套装 礼物 礼品 样品 跨境 时尚 个性 \
     ertong nvshi nanshi",
    "硅胶",
];

const JA: Lists = [
    "の と や と用 用 no to",
    "",
    "",
    "と や",
    "新品 中古 新しい 古い 男性用 女性用 メンズ レディース キッズ 子供 子供用 子ども ベビー 赤 青 黒 白 緑 大 小 セット 個 枚 贈り物 プレゼント ギフト サンプル 手作り \
     ハンドメイド 限定 和風",
    "シリコン",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tongues_are_parsed_with_or_without_a_country() {
        assert_eq!(Tongue::parse("de-CH"), Some(Tongue::De));
        assert_eq!(Tongue::parse("pl"), None);
    }

    #[test]
    fn small_words_stand_in_plain_letters() {
        for tongue in Tongue::ALL {
            let words = tongue.words();
            for word in words.function.iter().chain(&words.weak).chain(&words.materials).chain(&words.purposes) {
                assert_eq!(*word, crate::text::plain(word), "{tongue:?}");
            }
        }
    }
}
