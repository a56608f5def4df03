"""OpenDocuments with merged cells and with formulas that nobody has calculated, for tests/own_data.

    python tests/reference/ods_tables.py         # needs odfpy
"""

import pathlib

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

HERE = pathlib.Path(__file__).parent.parent / "fixtures"
ROWS = [(row * 7 % 20 / 10, row % 5, row * 7 % 20 / 5 + row % 5) for row in range(40)]


def text(word, **more):
    cell = TableCell(valuetype="string", **more)
    cell.addElement(P(text=word))
    return cell


def number(value):
    return TableCell(valuetype="float", value=str(value))


def save(rows, name):
    document = OpenDocumentSpreadsheet()
    table = Table(name="t & u")
    for cells in rows:
        row = TableRow()
        for cell in cells:
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(HERE / name)


def region(row):
    if row % 20:
        return CoveredTableCell()
    return text(["North", "South"][row // 20], numberrowsspanned=20, numbercolumnsspanned=1)


# The same as tests/reference/sheet_tables.py writes as merged.xlsx.
merged = [[text("region"), text("a"), text("y")]]
merged += [[region(row), number(a), number(y)] for row, (a, _, y) in enumerate(ROWS)]
save(merged, "sheets/merged.ods")

formulas = [[text(name) for name in ("a", "b", "y", "total")]]
for row, cells in enumerate(ROWS):
    formulas.append([number(cell) for cell in cells] + [TableCell(formula=f"of:=[.A{row + 2}]+[.C{row + 2}]")])
save(formulas, "sheet_blanks/formulas.ods")
