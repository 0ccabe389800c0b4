"""The peer of benches/print.rs: the same two forms with the same content, drawn with reportlab.

Prints CN22 and CN23 documents a second. Fonts are registered once (warm), the best of three rounds counts.
"""

import io
import sys
import time
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

LABELS = {
    "operator": "Designated operator / Opérateur désigné",
    "title": "CUSTOMS DECLARATION / DÉCLARATION EN DOUANE",
    "opened": "May be opened officially / Peut être ouvert d'office",
    "number": "No. of item (barcode, if any) / Nº de l'envoi (code à barres, s'il existe)",
    "sender": "Sender's customs reference (if any) / Référence en douane de l'expéditeur (si elle existe)",
    "importer": "Importer's/addressee's reference (tax code, VAT no., importer code) (optional) / Référence de "
    "l'importateur/du destinataire (code fiscal, nº de TVA, code de l'importateur) (facultatif)",
    "contact": "Importer's/addressee's telephone, fax, e-mail (if known) / Téléphone, fax, courriel de "
    "l'importateur/du destinataire (si connus)",
    "comments": "Comments (quarantine, sanitary or plant health inspection, other restrictions) / Observations "
    "(quarantaine, contrôle sanitaire ou phytosanitaire, autres restrictions) (11)",
    "statement": "I confirm that what is stated here is complete and true, and that the item holds nothing dangerous "
    "and nothing forbidden by law or by postal or customs rules. / Je confirme que les indications ci-dessus sont "
    "complètes et exactes et que l'envoi ne contient rien de dangereux ni d'interdit par la loi ou par les règles "
    "postales ou douanières.",
}
HEADS = [
    "Detailed description of contents / Description détaillée du contenu (1)",
    "Quantity / Quantité (2)",
    "Net weight (kg) / Poids net (kg) (3)",
    "Value / Valeur (5)",
    "HS tariff number / Nº tarifaire du SH (7)",
    "Country of origin / Pays d'origine (8)",
]
TICKS = ["Gift / Cadeau", "Documents", "Sale of goods / Vente de marchandises",
         "Commercial sample / Échantillon commercial", "Returned goods / Retour de marchandises", "Other / Autre"]
FROM = [("Name / Nom", "Maison Exemple 0"), ("Business / Société", ""), ("Street / Rue", "12 rue du Port"),
        ("Postcode / Code postal", "44000"), ("City / Ville", "Nantes"), ("Country / Pays", "France"),
        ("Tel., e-mail / Tél., courriel", "+33255501000")]
TO = [("Name / Nom", "João Conceição 0"), ("Business / Société", ""), ("Street / Rue", "Rua do Exemplo 0"),
      ("Postcode / Code postal", "1000-001"), ("City / Ville", "Lisboa"), ("Country / Pays", "Portugal")]
PIECES = [(f"Cotton T-shirt for men, knitted, pattern {n}", str(n), f"0.{n}50", f"{n}.50 EUR", "610910", "PT")
          for n in range(1, 5)]
ITEM = "RR000000000FR"


class Page:
    """Boxes in millimetres from the top left, as the forms have them."""

    def __init__(self, width, height):
        self.buffer = io.BytesIO()
        self.height = height
        self.canvas = Canvas(self.buffer, pagesize=(width * mm, height * mm), pageCompression=1, invariant=1)
        self.canvas.setTitle(ITEM)
        self.canvas.setLineWidth(0.18 * mm)

    def frame(self, x, y, w, h):
        self.canvas.rect(x * mm, (self.height - y - h) * mm, w * mm, h * mm)

    def text(self, x, y, w, h, text, largest, smallest, font="Sans"):
        """The largest size at which the wrapped text fits, as the forms do it."""
        size = largest
        while True:
            lines = simpleSplit(text, font, size, (w - 1.4) * mm)
            if len(lines) * size * 1.2 <= h * mm or size <= smallest:
                break
            size = max(size - 0.25, smallest)
        self.canvas.setFont(font, size)
        baseline = (self.height - y) * mm - size
        for line in lines:
            self.canvas.drawString((x + 0.7) * mm, baseline, line)
            baseline -= size * 1.2
        return len(lines) * size * 1.2 / mm

    def boxed(self, x, y, w, h, label, value, small, data):
        self.frame(x, y, w, h)
        used = self.text(x, y + 0.3, w, h / 2, label, *small)
        if value:
            self.text(x, y + used + 0.3, w, h - used - 0.6, value, *data)

    def symbols(self, x, y, h, square_x, square):
        bars = code128.Code128(ITEM, barWidth=0.36 * mm, barHeight=(h - 5) * mm, humanReadable=False)
        bars.drawOn(self.canvas, x * mm, (self.height - y - h + 4) * mm)
        self.text(x, y + h - 4, 60, 4, ITEM, 9, 5, "Bold")
        widget = qr.QrCodeWidget(ITEM + ":0123456789ABCDEF", barLevel="M")
        left, bottom, right, top = widget.getBounds()
        scale = square * mm / (right - left)
        drawing = Drawing(square * mm, square * mm, transform=[scale, 0, 0, scale, 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, self.canvas, square_x * mm, (self.height - y - square) * mm)

    def table(self, x, y, widths, heads, rows, head_height, height, small, data):
        for at, (width, head) in enumerate(zip(widths, heads)):
            left = x + sum(widths[:at])
            self.frame(left, y, width, height)
            self.frame(left, y, width, head_height)
            self.text(left, y + 0.3, width, head_height, head, *small)
        top = y + head_height
        for row in rows:
            used = max(self.text(x + sum(widths[:at]), top + 0.35, width, 8, cell, *data)
                       for at, (width, cell) in enumerate(zip(widths, row)))
            top += used + 0.7

    def ticks(self, x, y, w, h, small):
        for at, tick in enumerate(TICKS):
            left, top = x + at % 3 * w / 3, y + at // 3 * h / 2
            self.frame(left + 0.7, top + 0.4, 2.6, 2.6)
            self.text(left + 3.3, top + 0.5, w / 3 - 4, h / 2, tick, *small)
        self.text(x + 2 * w / 3 + 0.7, y, 3, 3, "×", 8, 8, "Bold")

    def party(self, x, y, w, h, role, rows, small, data):
        self.frame(x, y, w, h)
        self.text(x, y + 0.3, w, 3.2, role, 6, 4.5, "Bold")
        height = (h - 3.2) / len(rows)
        for at, (caption, value) in enumerate(rows):
            top = y + 3.2 + at * height
            self.text(x, top + 0.5, 19, height, caption, *small)
            if value:
                self.text(x + 19, top, w - 19, height, value, *data)

    def finish(self):
        self.canvas.showPage()
        self.canvas.save()
        return self.buffer.getvalue()


def cn22():
    page, small, data = Page(74, 105), (4.6, 3.2), (6.5, 4.5)
    page.frame(2, 2, 70, 9)
    page.text(2, 2.3, 33, 9, LABELS["title"], 6.5, 4, "Bold")
    page.text(35, 2.3, 23, 9, LABELS["opened"], *small)
    page.text(58, 2.3, 14, 5, "CN 22", 9, 6, "Bold")
    page.boxed(2, 11, 70, 5, LABELS["operator"], "La Poste", small, data)
    page.frame(2, 16, 70, 14)
    page.symbols(6, 16, 14, 54, 18)
    page.boxed(2, 30, 70, 13.5, "Category of item / Catégorie de l'envoi", "", small, data)
    page.ticks(2, 33, 70, 7, small)
    page.text(2, 40.5, 20, 3, "Explanation / Explication", *small)
    rows = [(f"{quantity} × {text}", *rest) for text, quantity, *rest in PIECES]
    page.table(2, 43.5, [25, 10, 15, 10.5, 9.5], HEADS[:1] + HEADS[2:], rows, 7.5, 28, small, data)
    page.boxed(2, 71.5, 20, 6.5, "Total weight / Poids total (6)", "1.850 kg", small, data)
    page.boxed(22, 71.5, 27, 6.5, "Total value / Valeur totale (7)", "17.50 EUR", small, data)
    page.boxed(49, 71.5, 23, 6.5, "Postal charges/Fees / Frais de port/Frais", "9.75 EUR", small, data)
    further = "Invoice / Facture: INV-2026-0000; From / De: FR0000000000; To / À: PT000000000"
    page.boxed(2, 78, 70, 7, "Further particulars / Autres indications", further, small, data)
    page.frame(2, 85, 52, 9)
    page.text(2, 85.3, 52, 9, LABELS["statement"], *small)
    page.boxed(2, 94, 52, 9, "Date and sender's signature / Date et signature de l'expéditeur (8)", "2026-11-20",
               small, data)
    return page.finish()


def cn23():
    page, small, data = Page(210, 148), (5.2, 3.6), (8, 5)
    page.boxed(5, 5, 200, 9, LABELS["operator"], "La Poste", small, data)
    page.text(53, 8, 92, 9, LABELS["title"], 9, 5, "Bold")
    page.text(145, 8, 38, 9, LABELS["opened"], *small)
    page.text(183, 5.3, 22, 5.5, "CN 23", 11, 6, "Bold")
    page.party(5, 14, 70, 28, "From / De", FROM, small, data)
    page.party(5, 42, 100, 24, "To / À", TO, small, data)
    page.boxed(75, 14, 30, 28, LABELS["sender"], "FR0000000000", small, data)
    page.boxed(105, 14, 100, 28, LABELS["number"], "", small, data)
    page.symbols(110, 17, 24, 181, 22)
    page.boxed(105, 42, 100, 13, LABELS["importer"], "PT000000000", small, data)
    page.boxed(105, 55, 100, 11, LABELS["contact"], "cliente0@example.org", small, data)
    page.table(5, 66, [84, 16, 20, 32, 26, 22], HEADS, PIECES, 6.5, 40, small, data)
    page.boxed(5, 106, 60, 8, "If undeliverable / En cas de non-livraison", "", small, data)
    page.boxed(65, 106, 34, 8, "Total gross weight / Poids brut total (4)", "1.850 kg", small, data)
    page.boxed(99, 106, 46, 8, "Total value / Valeur totale (6)", "17.50 EUR", small, data)
    page.boxed(145, 106, 30, 8, "Postal charges/Fees / Frais de port/Frais (9)", "9.75 EUR", small, data)
    page.boxed(175, 106, 30, 8, "Insured value / Valeur assurée", "", small, data)
    page.boxed(5, 114, 118, 13, "Category of item / Catégorie de l'envoi (10)", "", small, data)
    page.ticks(5, 117, 118, 7, small)
    page.text(5, 124, 20, 3, "Explanation / Explication", *small)
    page.boxed(5, 127, 118, 8, LABELS["comments"], "", small, data)
    for at, (label, value) in enumerate([("Licence (12)", ""), ("Certificate / Certificat (13)", ""),
                                         ("Invoice / Facture (14)", "INV-2026-0000")]):
        page.frame(5.7 + at * 39.33, 135.4, 2.4, 2.4)
        page.boxed(5 + at * 39.33, 135, 39.33, 8, "     " + label, value, small, data)
    page.boxed(123, 114, 82, 7, "Office of origin, date of posting / Bureau d'origine, date de dépôt", "", small, data)
    page.frame(123, 121, 82, 10)
    page.text(123, 121.3, 82, 10, LABELS["statement"], *small)
    page.boxed(123, 131, 82, 12, "Date and sender's signature / Date et signature de l'expéditeur (15)", "2026-11-20",
               small, data)
    return page.finish()


def rate(draw, count=60):
    draw()
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(count):
            draw()
        best = min(best, time.perf_counter() - start)
    return count / best


def main():
    fonts = Path(sys.argv[1])
    pdfmetrics.registerFont(TTFont("Sans", fonts / "NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Bold", fonts / "NotoSans-Bold.ttf"))
    if len(sys.argv) > 2:
        folder = Path(sys.argv[2])
        (folder / "peer-cn22.pdf").write_bytes(cn22())
        (folder / "peer-cn23.pdf").write_bytes(cn23())
    print(f"{rate(cn22):.2f} {rate(cn23):.2f}")


main()
