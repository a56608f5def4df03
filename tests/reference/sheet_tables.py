"""Workbooks as people keep them, with merged cells, several tables in a sheet and a cover, for tests/own_data.

    python tests/reference/sheet_tables.py         # needs openpyxl
"""

import pathlib

import openpyxl

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "sheets"
ROWS = [(row * 7 % 20 / 10, row % 5, row * 7 % 20 / 5 + row % 5) for row in range(40)]


def book(title="t"):
    made = openpyxl.Workbook()
    made.active.title = title
    return made, made.active


made, sheet = book()
sheet.append(["region", "a", "y"])
for row, (a, _, y) in enumerate(ROWS):
    sheet.append([["North", "South"][row // 20] if row % 20 == 0 else None, a, y])
for first in (2, 22):
    sheet.merge_cells(start_row=first, end_row=first + 19, start_column=1, end_column=1)
made.save(HERE / "merged.xlsx")

made, sheet = book()
sheet.append(["a", "b", "y"])
for row in ROWS:
    sheet.append(row)
sheet.append([])
sheet.append(["name", "town", "size"])
for row in range(10):
    sheet.append([f"n{row}", "Rome", row])
made.save(HERE / "below.xlsx")

made, sheet = book()
sheet.append(["a", "b", "y", None, "name", "size"])
for row, cells in enumerate(ROWS):
    sheet.append([*cells, None] + ([f"n{row}", row * 2] if row < 10 else []))
made.save(HERE / "beside.xlsx")

made, sheet = book("Cover")
sheet.append(["Report of 2023"])
sheet.append(["made by", "Ann"])
sheet = made.create_sheet("Data")
sheet.append(["a", "b", "y"])
for row in ROWS:
    sheet.append(row)
made.save(HERE / "cover.xlsx")

lines = "".join(f"{a},{b},{y}\n" for a, b, y in ROWS)
(HERE / "plain.csv").write_text("a,b,y\n" + lines)
