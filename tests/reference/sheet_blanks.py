"""Workbooks with cells that are formatted and empty, and with formulas that nobody has calculated, for tests/own_data.

    python tests/reference/sheet_blanks.py         # needs openpyxl
"""

import pathlib

import openpyxl
from openpyxl.styles import PatternFill

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "sheet_blanks"
ROWS = [(row * 7 % 31 / 2, "xyz"[row % 3], row * 5 % 23 / 2) for row in range(60)]


def book(change, name):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["a", "k", "y"])
    for row in ROWS:
        sheet.append(row)
    change(sheet)
    made.save(HERE / f"{name}.xlsx")


def formatted(sheet):
    for row in range(1, 100):
        for column in range(1, 9):
            sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFFF00")
    for row in range(62, 80):
        sheet.cell(row, 2).value = " "


def sums(sheet):
    sheet.cell(1, 4).value = "total"
    for row in range(2, 62):
        sheet.cell(row, 4).value = f"=A{row}+C{row}"


def labels(sheet):
    for row in range(2, 62):
        sheet.cell(row, 3).value = f"=A{row}*2"


HERE.mkdir(exist_ok=True)
book(formatted, "formatted")
book(sums, "formulas")
book(labels, "formula_labels")
(HERE / "plain.csv").write_text("a,k,y\n" + "".join(f"{a},{k},{y}\n" for a, k, y in ROWS))
