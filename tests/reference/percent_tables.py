"""A column of percents in spreadsheets, with three formats, and the same as text, for tests/own_data.

    python tests/reference/percent_tables.py         # needs openpyxl odfpy
"""

import pathlib
import random

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "formats"
random.seed(1)
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "t"
sheet.append(["rate", "x", "y"])
rows = [(round(random.random() / 3, 3), row % 7) for row in range(60)]
for row, (rate, x) in enumerate(rows):
    sheet.append([rate, x, "yes" if rate > 0.15 else "no"])
    sheet.cell(row + 2, 1).number_format = ["0.0%", "0%", "0.00%"][row % 3]
book.save(HERE / "rates.xlsx")
lines = [f"{rate * 100:.1f}%,{x},{'yes' if rate > 0.15 else 'no'}\n" for rate, x in rows]
(HERE / "rates.csv").write_text("rate,x,y\n" + "".join(lines))

document = OpenDocumentSpreadsheet()
table = Table(name="t")
document.spreadsheet.addElement(table)


def row_of(*cells):
    row = TableRow()
    for kind, value in cells:
        cell = TableCell(valuetype=kind) if kind == "string" else TableCell(valuetype=kind, value=value)
        shown = f"{value * 100:.0f}%" if kind == "percentage" else str(value)
        cell.addElement(P(text=shown))
        row.addElement(cell)
    table.addElement(row)


row_of(("string", "rate"), ("string", "x"), ("string", "y"))
for rate, x in rows:
    row_of(("percentage", rate), ("float", x), ("string", "yes" if rate > 0.15 else "no"))
document.save(HERE / "rates.ods")
