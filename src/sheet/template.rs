//! The workbook that people begin with: keys, names with notes, drop-downs over a sheet of lists, and a page of help.

use std::collections::HashSet;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Format, Formula, Note, Workbook,
    Worksheet, XlsxError,
};

use super::keys::{Choice, Head, Home, Kind, label};
use super::looks::{HEAD_ROWS, Looks};
use super::out::template_columns;
use crate::domain::IngestionKind;
use crate::error::{Error, Result};
use crate::refdata::lists::{Coded, Language, List, lists};

/// Names of the sheets of lists and of help.
fn titles(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("Lists", "Help"),
        Language::Fr => ("Listes", "Aide"),
        Language::Es => ("Listas", "Ayuda"),
        Language::Pt => ("Listas", "Ajuda"),
    }
}

/// The name of the sheet that is filled in.
fn title(kind: IngestionKind, language: Language) -> &'static str {
    let names = match kind {
        IngestionKind::Declarations => ["Declarations", "Déclarations", "Declaraciones", "Declarações"],
        IngestionKind::Goods => ["Goods", "Articles", "Artículos", "Artigos"],
        IngestionKind::Senders => ["Senders", "Expéditeurs", "Remitentes", "Remetentes"],
        IngestionKind::Movements => ["Movements", "Mouvements", "Movimientos", "Movimentos"],
    };
    names.get(language as usize).copied().unwrap_or(names[0])
}

/// What stands on the page of help.
fn help(kind: IngestionKind, language: Language) -> &'static [&'static str] {
    match kind {
        IngestionKind::Declarations => of_declarations(language),
        _ => of_entries(language),
    }
}

fn of_entries(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "One row for each entry. The first row has the keys, which count; columns may be moved, left out or added.",
            "What is there already is replaced by its row as a whole: a cell left empty empties it.",
        ],
        Language::Fr => &[
            "Une ligne par entrée. La première ligne porte les clés, qui seules comptent ; les colonnes peuvent être déplacées, omises ou ajoutées.",
            "Ce qui existe déjà est remplacé en entier par sa ligne : une cellule vide le vide.",
        ],
        Language::Es => &[
            "Una fila por entrada. La primera fila tiene las claves, que son lo que cuenta; las columnas se pueden mover, omitir o añadir.",
            "Lo que ya existe se sustituye entero por su fila: una celda vacía lo vacía.",
        ],
        Language::Pt => &[
            "Uma linha por entrada. A primeira linha tem as chaves, que são o que conta; as colunas podem ser movidas, omitidas ou acrescentadas.",
            "O que já existe é substituído por inteiro pela sua linha: uma célula vazia esvazia-o.",
        ],
    }
}

fn of_declarations(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "One row for each line of goods. Rows of one item stand together; the item id may be left empty from the second on.",
            "The first row has the keys, which count; columns may be moved, left out or added.",
            "Columns in orange are needed on this lane. Codes are chosen from the drop-downs; the sheet of lists has their names.",
            "Check the file before it is imported: entrepost sheet check FILE, or POST /v1/imports?dryRun=true.",
        ],
        Language::Fr => &[
            "Une ligne par contenu. Les lignes d'un envoi se suivent ; l'identifiant peut rester vide dès la deuxième.",
            "La première ligne porte les clés, qui seules comptent ; les colonnes peuvent être déplacées, omises ou ajoutées.",
            "Les colonnes orange sont nécessaires sur cette liaison. Les codes se choisissent dans les listes déroulantes.",
            "Vérifiez le fichier avant l'import : entrepost sheet check FICHIER, ou POST /v1/imports?dryRun=true.",
        ],
        Language::Es => &[
            "Una fila por línea de contenido. Las filas de un envío van juntas; el identificador puede faltar desde la segunda.",
            "La primera fila tiene las claves, que son lo que cuenta; las columnas se pueden mover, omitir o añadir.",
            "Las columnas naranjas son necesarias en este trayecto. Los códigos se eligen en las listas desplegables.",
            "Compruebe el archivo antes de importarlo: entrepost sheet check ARCHIVO, o POST /v1/imports?dryRun=true.",
        ],
        Language::Pt => &[
            "Uma linha por conteúdo. As linhas de um objeto ficam juntas; o identificador pode faltar a partir da segunda.",
            "A primeira linha tem as chaves, que são o que conta; as colunas podem ser movidas, omitidas ou acrescentadas.",
            "As colunas laranja são necessárias neste trajeto. Os códigos escolhem-se nas listas.",
            "Verifique o ficheiro antes de o importar: entrepost sheet check FICHEIRO, ou POST /v1/imports?dryRun=true.",
        ],
    }
}

/// An empty workbook of a kind in a language. `needed`: keys of the columns that a lane needs.
///
/// # Errors
/// When it cannot be written.
pub fn template(kind: IngestionKind, language: Language, needed: &HashSet<String>) -> Result<Vec<u8>> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let (mut book, looks, heads) = (Workbook::new(), Looks::new(), template_columns(kind));
        let sheet = book.add_worksheet();
        begin(sheet, (kind, &heads), language, &looks, needed)?;
        validate(sheet, &heads, language)?;
        help_page(book.add_worksheet(), (kind, &heads), language, &looks)?;
        lists_page(book.add_worksheet(), language, &looks)?;
        book.save_to_buffer()
    };
    write().map_err(|error| Error::Internal(format!("a template cannot be written: {error}")))
}

/// Keys, names and notes, the looks of the columns, what stays in sight and on paper.
pub(super) fn begin(
    sheet: &mut Worksheet,
    (kind, heads): (IngestionKind, &[Head]),
    language: Language,
    looks: &Looks,
    needed: &HashSet<String>,
) -> Result<(), XlsxError> {
    sheet.set_name(title(kind, language))?;
    for (head, column) in heads.iter().zip(0..) {
        sheet.set_column_width(column, width(head.kind()))?;
        sheet.set_column_format(column, looks.of(head.kind()))?;
    }
    for (head, column) in heads.iter().zip(0..) {
        sheet.write_string_with_format(0, column, head.text(), &looks.key)?;
    }
    for (head, column) in heads.iter().zip(0..) {
        let label = label(head);
        let look: &Format = match () {
            () if needed.contains(head.text().as_ref()) => &looks.needed,
            () if head.home() == Home::Shown => &looks.shown,
            () => &looks.head,
        };
        sheet.write_string_with_format(1, column, label.name(language), look)?;
        if !label.note(language).is_empty() {
            sheet.insert_note(1, column, &Note::new(label.note(language)).add_author_prefix(false))?;
        }
    }
    sheet.set_freeze_panes(HEAD_ROWS, 1)?;
    if let Some(last) = heads.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
        sheet.autofilter(1, 0, HEAD_ROWS, last)?;
    }
    sheet.set_landscape();
    sheet.set_repeat_rows(0, 1)?;
    Ok(())
}

fn width(kind: Kind) -> f64 {
    match kind {
        Kind::Text => 24.0,
        Kind::Digits | Kind::Codes => 17.0,
        Kind::Code(Choice::Free) => 16.0,
        Kind::Hs | Kind::Zip | Kind::Day | Kind::Post => 12.0,
        Kind::Code(_) | Kind::Kilograms | Kind::Centimetres | Kind::Money | Kind::Whole | Kind::Flag => 10.0,
    }
}

/// Rows that drop-downs and checks reach to.
const CHECKED_ROWS: u32 = 10_000;

fn validate(sheet: &mut Worksheet, heads: &[Head], language: Language) -> Result<(), XlsxError> {
    let texts = [
        "Choose one of the list; the sheet of lists has all of them.",
        "Choisissez dans la liste ; la feuille des listes les contient toutes.",
        "Elija uno de la lista; la hoja de listas los tiene todos.",
        "Escolha um da lista; a folha de listas tem todos.",
    ];
    let not_in_list = texts.get(language as usize).copied().unwrap_or_default();
    for (head, column) in heads.iter().zip(0_u16..) {
        let check = match head.kind() {
            Kind::Code(Choice::Free) if head.is("item_id") => DataValidation::new()
                .allow_text_length(DataValidationRule::Between(9, 35))
                .set_error_style(DataValidationErrorStyle::Warning),
            kind => match list_of(kind) {
                Some(place) => {
                    let title = titles(language).0;
                    let (from, to) = (2, CHOICES[place].codes(language).len() + 1);
                    let letters = super::cell::letters(u32::try_from(place * 2).unwrap_or_default());
                    let formula = Formula::new(format!("={title}!${letters}${from}:${letters}${to}"));
                    DataValidation::new().allow_list_formula(formula).set_error_message(not_in_list)?
                }
                None => match kind {
                    Kind::Kilograms | Kind::Centimetres | Kind::Money => {
                        DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
                    }
                    Kind::Whole => {
                        let least = i32::from(head.is_of_piece());
                        DataValidation::new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(least))
                    }
                    Kind::Flag => DataValidation::new().allow_list_strings(&["true", "false"])?,
                    Kind::Day => {
                        let begin = ExcelDateTime::from_ymd(2020, 1, 1)?;
                        DataValidation::new().allow_date(DataValidationRule::GreaterThan(begin))
                    }
                    _ => continue,
                },
            },
        };
        sheet.add_data_validation(HEAD_ROWS, column, HEAD_ROWS + CHECKED_ROWS, column, &check)?;
    }
    Ok(())
}

/// A list of the sheet of lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choices {
    Of(Choice),
    /// Posts, and countries.
    Posts,
}

const CHOICES: [Choices; 11] = [
    Choices::Of(Choice::MailClasses),
    Choices::Of(Choice::MailCategories),
    Choices::Of(Choice::Handling),
    Choices::Of(Choice::Natures),
    Choices::Of(Choice::TransportModes),
    Choices::Of(Choice::NonDelivery),
    Choices::Of(Choice::MailSubclasses),
    Choices::Of(Choice::Countries),
    Choices::Of(Choice::Currencies),
    Choices::Of(Choice::DocumentTypes),
    Choices::Posts,
];

/// Place of the list that the cells of a column are chosen from.
fn list_of(kind: Kind) -> Option<usize> {
    let wanted = match kind {
        Kind::Post => Choices::Posts,
        Kind::Code(choice) => Choices::Of(choice),
        _ => return None,
    };
    CHOICES.iter().position(|choices| *choices == wanted)
}

impl Choices {
    fn title(self) -> &'static str {
        match self {
            Self::Of(Choice::MailClasses) => "mail_class",
            Self::Of(Choice::MailCategories) => "mail_category",
            Self::Of(Choice::Handling) => "handling",
            Self::Of(Choice::Natures) => "nature",
            Self::Of(Choice::TransportModes) => "transport_mode",
            Self::Of(Choice::NonDelivery) => "non_delivery",
            Self::Of(Choice::MailSubclasses) => "mail_subclass",
            Self::Of(Choice::Countries) => "country",
            Self::Of(Choice::Currencies) => "currency",
            Self::Of(Choice::DocumentTypes) => "doc_type",
            Self::Of(Choice::Free) => "",
            Self::Posts => "destination",
        }
    }

    /// Codes, each with its name.
    fn codes(self, language: Language) -> Vec<(&'static str, &'static str)> {
        fn of<R: Coded>(list: &'static List<R>, language: Language) -> Vec<(&'static str, &'static str)> {
            list.rows().iter().map(|row| (row.code(), row.names().in_language(language))).collect()
        }
        let all = lists();
        match self {
            Self::Of(Choice::MailClasses) => of(&all.mail_classes, language),
            Self::Of(Choice::MailCategories) => of(&all.mail_categories, language),
            Self::Of(Choice::Handling) => of(&all.handling_classes, language),
            Self::Of(Choice::Natures) => of(&all.nature_types, language),
            Self::Of(Choice::TransportModes) => of(&all.transport_modes, language),
            Self::Of(Choice::NonDelivery) => of(&all.non_delivery, language),
            Self::Of(Choice::MailSubclasses) => of(&all.mail_subclasses, language),
            Self::Of(Choice::Countries) => of(&all.countries, language),
            Self::Of(Choice::Currencies) => of(&all.currencies, language),
            Self::Of(Choice::DocumentTypes) => of(&all.document_types, language),
            Self::Of(Choice::Free) => Vec::new(),
            Self::Posts => {
                let mut posts = of(&all.operators, language);
                posts.extend(of(&all.countries, language));
                posts
            }
        }
    }
}

fn help_page(
    sheet: &mut Worksheet,
    (kind, heads): (IngestionKind, &[Head]),
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(titles(language).1)?;
    sheet.set_column_width(0, 26.0)?;
    sheet.set_column_width(1, 34.0)?;
    sheet.set_column_width(2, 90.0)?;
    let mut row = 0;
    for line in help(kind, language) {
        sheet.write_string(row, 0, *line)?;
        row += 1;
    }
    row += 1;
    for head in heads {
        let label = label(head);
        sheet.write_string_with_format(row, 0, head.text(), &looks.key)?;
        sheet.write_string(row, 1, label.name(language))?;
        sheet.write_string(row, 2, label.note(language))?;
        row += 1;
    }
    Ok(())
}

fn lists_page(sheet: &mut Worksheet, language: Language, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_name(titles(language).0)?;
    for (choices, column) in CHOICES.iter().zip((0_u16..).step_by(2)) {
        sheet.write_string_with_format(0, column, choices.title(), &looks.head)?;
        for ((code, name), row) in choices.codes(language).into_iter().zip(1..) {
            sheet.write_string_with_format(row, column, code, &looks.text)?;
            sheet.write_string(row, column + 1, name)?;
        }
    }
    sheet.protect();
    Ok(())
}
