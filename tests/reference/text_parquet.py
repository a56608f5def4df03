"""Tables in Parquet whose numbers are texts, as pandas has them after reading a CSV in another country's writing, for tests/own_data.

    python tests/reference/text_parquet.py         # needs pandas pyarrow
"""

import pathlib

import pandas

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "sheet_texts"
plain = pandas.read_csv(HERE / "plain.csv")


def german(number):
    whole, fraction = f"{number:,.2f}".split(".")
    return whole.replace(",", ".") + ("," + fraction.rstrip("0") if fraction.rstrip("0") else "")


table = plain.copy()
table["sales"] = [german(number) for number in plain["sales"]]
table["a"] = [str(number).replace(".", ",") for number in plain["a"]]
table.to_parquet(HERE / "german.parquet", index=False)

table = plain.copy()
table["sales"] = [f"{number:,.0f}" for number in plain["sales"]]
table.to_parquet(HERE / "english.parquet", index=False)
