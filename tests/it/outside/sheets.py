"""What openpyxl and XlsxWriter make of sheets: fills a template, writes, spoils, repairs and reads cells, makes hostile files.

Reads what to do as JSON from standard input, writes what it found as JSON."""
import base64
import datetime
import io
import json
import sys
import warnings
import zipfile

import openpyxl
import xlsxwriter

# Of files without styles; it would stand among what is read.
warnings.filterwarnings("ignore")

EPOCH = datetime.datetime(1899, 12, 30)


def given(value):
    return datetime.datetime.fromisoformat(value["date"]) if isinstance(value, dict) else value


def fill(task):
    book = openpyxl.load_workbook(task["template"])
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for at, row in enumerate(task["rows"], start=3):
        for key, value in row.items():
            cell = sheet.cell(at, columns[key], given(value))
            if isinstance(value, dict):
                cell.number_format = "yyyy\\-mm\\-dd"
    book.save(task["out"])
    letters = {key: openpyxl.utils.get_column_letter(at) for key, at in columns.items()}
    formats = {key: sheet.column_dimensions[letters[key]].number_format for key in ("piece_hs", "gross_kg")}
    return {
        "freeze": sheet.freeze_panes,
        "validations": len(sheet.data_validations.dataValidation),
        "notes": sum(1 for cell in sheet[2] if cell.comment),
        "formats": formats,
        "sheets": book.sheetnames,
    }


def write(task):
    if task["by"] == "openpyxl":
        book = openpyxl.Workbook()
        for row in task["cells"]:
            book.active.append([given(value) for value in row])
        for row in book.active.iter_rows():
            for cell in row:
                if isinstance(cell.value, datetime.datetime):
                    cell.number_format = "yyyy-mm-dd"
        book.save(task["out"])
        return {}
    options = {"constant_memory": task["by"].endswith("constant"), "strings_to_formulas": False}
    book = xlsxwriter.Workbook(task["out"], options)
    sheet, dates = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(task["cells"]):
        for column, value in enumerate(row):
            if isinstance(value, dict):
                sheet.write_datetime(at, column, given(value), dates)
            elif isinstance(value, str):
                sheet.write_string(at, column, value)
            else:
                sheet.write_number(at, column, value)
    book.close()
    return {}


def looked_at(task):
    """What is left of a template that another program has saved."""
    sheet = openpyxl.load_workbook(task["file"]).worksheets[0]
    return {
        "keys": [cell.value for cell in sheet[1]],
        "validations": len(sheet.data_validations.dataValidation),
        "lists": sum(1 for check in sheet.data_validations.dataValidation if check.type == "list"),
    }


def spoil(task):
    """A workbook with cells that are no plain values, merged cells and hidden rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for at, row in enumerate(task["cells"], start=1):
        for column, value in enumerate(row, start=1):
            if isinstance(value, dict) and "error" in value:
                sheet.cell(at, column).value = value["error"]
                sheet.cell(at, column).data_type = "e"
            elif isinstance(value, dict):
                sheet.cell(at, column, given(value)).number_format = "yyyy-mm-dd"
            elif value is not None:
                sheet.cell(at, column, value)
    for area in task["merged"]:
        sheet.merge_cells(area)
    for row in task["hidden"]:
        sheet.row_dimensions[row].hidden = True
    book.save(task["out"])
    return {}


def repair(task):
    """Puts cells of refused rows right, each by the key of its column and the id in its row; tells the rows and their notes."""
    book = openpyxl.load_workbook(task["file"])
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    told = {}
    for at in range(3, sheet.max_row + 1):
        item = sheet.cell(at, columns["item_id"]).value
        notes = [cell.column for cell in sheet[at] if cell.comment]
        told.setdefault(item, []).extend(sheet.cell(1, column).value for column in notes)
        for key, value in task["cells"].get(item, {}).items():
            cell = sheet.cell(at, columns[key])
            cell.value = given(value)
            cell.number_format = "yyyy-mm-dd" if isinstance(value, dict) else "@"
    book.save(task["out"])
    return told


def read(task):
    sheet = openpyxl.load_workbook(task["file"]).worksheets[0]
    cells = []
    for row in sheet.iter_rows():
        for cell in row:
            value = cell.value
            if value is None:
                continue
            if isinstance(value, datetime.datetime):
                value = {"days": (value - EPOCH).total_seconds() / 86400}
            elif isinstance(value, (int, float)):
                value = float(value)
            cells.append([cell.row, cell.column, value])
    return cells


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOOK = f'<workbook {NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="D" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'


def packed(pieces, texts=None, relations=RELATIONS):
    """A workbook of pieces of markup, each with how often it is repeated."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr("xl/workbook.xml", BOOK)
        parts.writestr("xl/_rels/workbook.xml.rels", relations)
        if texts:
            parts.writestr("xl/sharedStrings.xml", texts)
        with parts.open("xl/worksheets/sheet1.xml", "w") as part:
            for text, times in pieces:
                block = text.encode() * max(1, min(times, 1 + (1 << 20) // len(text)))
                rest = len(text) * times
                while rest > 0:
                    part.write(block[:rest])
                    rest -= len(block)
    return base64.b64encode(file.getvalue()).decode()


def hostile(_):
    begin = (f"<worksheet {NS}><sheetData>", 1)
    end = ("</sheetData></worksheet>", 1)
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return {
        "count of texts": packed([begin, ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', 1), end], f'<sst {NS} count="1" uniqueCount="400000000000"><si><t>x</t></si></sst>'),
        "greatest count": packed([begin, ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', 1), end], f'<sst {NS} count="1" uniqueCount="18446744073709551615"><si><t>x</t></si></sst>'),
        "corners": packed([begin, (corners, 1), end]),
        "one text": packed([begin, ('<row r="1"><c r="A1" t="inlineStr"><is><t>', 1), ("A", 300 << 20), ("</t></is></c></row>", 1), end]),
        "cells": packed([begin, ("<row>" + "<c><v>1</v></c>" * 250 + "</row>", 20000), end]),
        "one text, often": packed([begin, ("<row>" + '<c t="s"><v>0</v></c>' * 20 + "</row>", 2000), end], f"<sst {NS}><si><t>{'y' * 200000}</t></si></sst>"),
        "document type": packed([('<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">]>', 1), begin, end]),
        "depth": packed([begin, ('<row r="1"><c r="A1">', 1), ("<x>", 3_000_000)]),
        "blanks": packed([begin, ("<!-- -->", 20 << 20), end]),
        "half a file": base64.b64encode(base64.b64decode(packed([begin, end]))[:300]).decode(),
        "a text": base64.b64encode(b"no workbook at all").decode(),
        "an old workbook": base64.b64encode(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)).decode(),
        "a part elsewhere": packed([begin, end], relations=RELATIONS.replace("worksheets/sheet1.xml", "../../../etc/passwd")),
    }


task = json.load(sys.stdin)
tasks = {"fill": fill, "write": write, "read": read, "hostile": hostile, "looked at": looked_at, "spoil": spoil, "repair": repair}
print(json.dumps(tasks[task["do"]](task)))
