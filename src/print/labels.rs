//! Every word the forms print of themselves, in English, French, Spanish and Portuguese, as one table.
//!
//! A form shows two languages: English and a second one (French unless asked otherwise). The declaration text above
//! the signature is our own wording.

use crate::refdata::lists::Language;

/// English and the language beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Languages {
    second: Language,
}

impl Default for Languages {
    fn default() -> Self {
        Self { second: Language::Fr }
    }
}

impl Languages {
    /// English is on every form already: asked for as second language it means the usual French.
    pub fn with_second(second: Language) -> Self {
        Self { second: if second == Language::En { Language::Fr } else { second } }
    }

    /// Both words with a stroke between, or one where they are the same.
    pub(super) fn join(self, [en, fr, es, pt]: [&str; 4]) -> String {
        let second = match self.second {
            Language::En | Language::Fr => fr,
            Language::Es => es,
            Language::Pt => pt,
        };
        if en == second || second.is_empty() { en.to_owned() } else { format!("{en} / {second}") }
    }

    pub(super) fn label(self, label: Label) -> String {
        self.join(label.words())
    }

    /// A label with its box number.
    pub(super) fn numbered(self, label: Label, number: u8) -> String {
        format!("{} ({number})", self.label(label))
    }
}

macro_rules! labels {
    ($($name:ident: $en:literal, $fr:literal, $es:literal, $pt:literal;)*) => {
        /// One text of the forms.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Label { $($name),* }

        impl Label {
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// English, French, Spanish, Portuguese.
            pub const fn words(self) -> [&'static str; 4] {
                match self { $(Self::$name => [$en, $fr, $es, $pt]),* }
            }
        }
    };
}

labels! {
    Title: "CUSTOMS DECLARATION", "DÉCLARATION EN DOUANE", "DECLARACIÓN DE ADUANA", "DECLARAÇÃO PARA A ALFÂNDEGA";
    OpenedOfficially: "May be opened officially", "Peut être ouvert d'office", "Puede abrirse de oficio",
        "Pode ser aberto oficialmente";
    Operator: "Designated operator", "Opérateur désigné", "Operador designado", "Operador designado";
    ItemNumber: "No. of item (barcode, if any)", "Nº de l'envoi (code à barres, s'il existe)",
        "Nº del envío (código de barras, si existe)", "Nº do objeto (código de barras, se existir)";
    From: "From", "De", "De", "De";
    To: "To", "À", "A", "Para";
    Name: "Name", "Nom", "Nombre", "Nome";
    Business: "Business", "Société", "Empresa", "Empresa";
    Street: "Street", "Rue", "Calle", "Rua";
    Postcode: "Postcode", "Code postal", "Código postal", "Código postal";
    City: "City", "Ville", "Ciudad", "Cidade";
    Country: "Country", "Pays", "País", "País";
    Contact: "Tel., e-mail", "Tél., courriel", "Tel., correo", "Tel., e-mail";
    SenderReference: "Sender's customs reference (if any)", "Référence en douane de l'expéditeur (si elle existe)",
        "Referencia aduanera del remitente (si existe)", "Referência aduaneira do remetente (se existir)";
    ImporterReference: "Importer's/addressee's reference (tax code, VAT no., importer code) (optional)",
        "Référence de l'importateur/du destinataire (code fiscal, nº de TVA, code de l'importateur) (facultatif)",
        "Referencia del importador/destinatario (código fiscal, nº de IVA, código de importador) (opcional)",
        "Referência do importador/destinatário (código fiscal, nº de IVA, código do importador) (facultativo)";
    ImporterContact: "Importer's/addressee's telephone, fax, e-mail (if known)",
        "Téléphone, fax, courriel de l'importateur/du destinataire (si connus)",
        "Teléfono, fax, correo del importador/destinatario (si se conocen)",
        "Telefone, fax, e-mail do importador/destinatário (se conhecidos)";
    Description: "Detailed description of contents", "Description détaillée du contenu",
        "Descripción detallada del contenido", "Descrição detalhada do conteúdo";
    QuantityDescription: "Quantity and detailed description of contents", "Quantité et description détaillée du contenu",
        "Cantidad y descripción detallada del contenido", "Quantidade e descrição detalhada do conteúdo";
    Quantity: "Quantity", "Quantité", "Cantidad", "Quantidade";
    NetWeight: "Net weight (kg)", "Poids net (kg)", "Peso neto (kg)", "Peso líquido (kg)";
    Value: "Value", "Valeur", "Valor", "Valor";
    Tariff: "HS tariff number", "Nº tarifaire du SH", "Nº arancelario del SA", "Nº tarifário do SH";
    Origin: "Country of origin", "Pays d'origine", "País de origen", "País de origem";
    GrossWeight: "Total gross weight", "Poids brut total", "Peso bruto total", "Peso bruto total";
    TotalWeight: "Total weight", "Poids total", "Peso total", "Peso total";
    TotalValue: "Total value", "Valeur totale", "Valor total", "Valor total";
    Postage: "Postal charges/Fees", "Frais de port/Frais", "Franqueo/Tasas", "Portes/Taxas";
    Insured: "Insured value", "Valeur assurée", "Valor asegurado", "Valor segurado";
    NonDelivery: "If undeliverable", "En cas de non-livraison", "En caso de no entrega", "Se não puder ser entregue";
    Category: "Category of item", "Catégorie de l'envoi", "Categoría del envío", "Categoria do objeto";
    Gift: "Gift", "Cadeau", "Regalo", "Oferta";
    Documents: "Documents", "Documents", "Documentos", "Documentos";
    Sale: "Sale of goods", "Vente de marchandises", "Venta de mercancías", "Venda de mercadorias";
    Sample: "Commercial sample", "Échantillon commercial", "Muestra comercial", "Amostra comercial";
    Returned: "Returned goods", "Retour de marchandises", "Devolución de mercancías", "Devolução de mercadorias";
    Other: "Other", "Autre", "Otro", "Outro";
    Explanation: "Explanation", "Explication", "Explicación", "Explicação";
    Comments: "Comments (quarantine, sanitary or plant health inspection, other restrictions)",
        "Observations (quarantaine, contrôle sanitaire ou phytosanitaire, autres restrictions)",
        "Observaciones (cuarentena, inspección sanitaria o fitosanitaria, otras restricciones)",
        "Observações (quarentena, inspeção sanitária ou fitossanitária, outras restrições)";
    Licence: "Licence", "Licence", "Licencia", "Licença";
    Certificate: "Certificate", "Certificat", "Certificado", "Certificado";
    Invoice: "Invoice", "Facture", "Factura", "Fatura";
    Office: "Office of origin, date of posting", "Bureau d'origine, date de dépôt",
        "Oficina de origen, fecha de depósito", "Estação de origem, data de aceitação";
    Statement: "I confirm that what is stated here is complete and true, and that the item holds nothing dangerous \
        and nothing forbidden by law or by postal or customs rules.",
        "Je confirme que les indications ci-dessus sont complètes et exactes et que l'envoi ne contient rien de \
        dangereux ni d'interdit par la loi ou par les règles postales ou douanières.",
        "Confirmo que lo aquí indicado es completo y exacto, y que el envío no contiene nada peligroso ni prohibido \
        por la ley o por las normas postales o aduaneras.",
        "Confirmo que o aqui indicado é completo e exato, e que o objeto não contém nada perigoso nem proibido por \
        lei ou por regras postais ou aduaneiras.";
    Signature: "Date and sender's signature", "Date et signature de l'expéditeur", "Fecha y firma del remitente",
        "Data e assinatura do remetente";
    Particulars: "Further particulars", "Autres indications", "Otras indicaciones", "Outras indicações";
    Continuation: "Continuation", "Suite", "Continuación", "Continuação";
    Continued: "see next page", "voir page suivante", "ver página siguiente", "ver página seguinte";
    DutyNote: "DUTY AND DECISION NOTE", "AVIS DE DÉCISION ET DE TAXES", "AVISO DE DECISIÓN Y GRAVÁMENES",
        "AVISO DE DECISÃO E ENCARGOS";
    OwnCustoms: "Customs of the post", "Douane de la poste", "Aduana del correo", "Alfândega do correio";
    DestinationCustoms: "Customs of destination", "Douane de destination", "Aduana de destino",
        "Alfândega de destino";
    Decision: "Decision", "Décision", "Decisión", "Decisão";
    Reason: "Reason", "Motif", "Motivo", "Motivo";
    DecisionDate: "Date of decision", "Date de la décision", "Fecha de la decisión", "Data da decisão";
    Dutiable: "Duty due", "Droits dus", "Derechos debidos", "Direitos devidos";
    Yes: "Yes", "Oui", "Sí", "Sim";
    No: "No", "Non", "No", "Não";
    TaxType: "Tax or duty", "Taxe ou droit", "Impuesto o derecho", "Imposto ou direito";
    Rate: "Rate (%)", "Taux (%)", "Tipo (%)", "Taxa (%)";
    Amount: "Amount", "Montant", "Importe", "Montante";
    HandlingFee: "Handling fee", "Frais de traitement", "Gastos de gestión", "Taxa de tratamento";
    TotalDue: "Total due", "Total dû", "Total debido", "Total devido";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_all_four_languages() {
        for label in Label::ALL {
            assert!(label.words().iter().all(|word| !word.is_empty()), "{label:?}");
        }
    }
}
