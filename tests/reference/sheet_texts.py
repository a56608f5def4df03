"""Workbooks and a table with numbers in cells of text, as people of several countries write them, for tests/own_data.

    python tests/reference/sheet_texts.py         # needs openpyxl
"""

import pathlib

import openpyxl

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "sheet_texts"
ROWS = [(row * 7919 % 20011, row * 7 % 19 / 4, row * 5 % 23 / 2) for row in range(1, 41)]


def point(number):
    return f"{number:,}".replace(",", ".")


def comma(number):
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


WRITINGS = {
    "german": (comma, comma),
    "german_groups": (point, float),
    "euro": (lambda number: comma(number) + " €", float),
    "decimal": (int, lambda number: str(number).replace(".", ",")),
    "english": ("{:,}".format, float),
    "english_fractions": ("{:,.2f}".format, "{:,.2f}".format),
    "swiss": (lambda number: f"{number:,}".replace(",", "'"), float),
    "french": (lambda number: f"{number:,.2f}".replace(",", "\u202f").replace(".", ","), float),
    # Some are numbers of the sheet itself.
    "some": (lambda number: point(number) if number % 3 == 0 else number, float),
}

HERE.mkdir(exist_ok=True)
for name, (first, second) in WRITINGS.items():
    made = openpyxl.Workbook()
    made.active.append(["sales", "a", "y"])
    for sales, a, y in ROWS:
        made.active.append([first(sales), second(a), y])
    made.save(HERE / f"{name}.xlsx")

(HERE / "plain.csv").write_text("sales,a,y\n" + "".join(f"{sales},{a},{y}\n" for sales, a, y in ROWS))
