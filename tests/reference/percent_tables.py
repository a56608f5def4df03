"""A column of percents in a spreadsheet, with three formats, and the same as text, for tests/own_data.

    python tests/reference/percent_tables.py         # needs openpyxl
"""

import pathlib
import random

import openpyxl

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
