"""One table in every format that pandas writes, for tests/own_data: numbers with gaps, whole numbers, words, dates with and
without a time, yes and no, and classes. Rows are in `passengers.csv`; all other files have to be read as the same.

    python tests/reference/pandas_tables.py         # needs numpy pandas pyarrow openpyxl odfpy
"""

import datetime
import decimal
import pathlib

import numpy
import openpyxl
import pandas
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent.parent / "fixtures" / "formats"
HERE.mkdir(exist_ok=True)
random = numpy.random.default_rng(3)
COUNT = 80
age = random.integers(1, 80, COUNT) + random.integers(0, 4, COUNT) / 4
city = random.choice(["Rome", "Oslo", "Bern", "Köln"], COUNT)
fare = random.integers(100, 9000, COUNT) / 100
table = pandas.DataFrame(
    {
        "age": numpy.where(numpy.arange(COUNT) % 9 == 0, numpy.nan, age),
        "rooms": random.integers(1, 9, COUNT),
        "city": city,
        "boarded": pandas.Timestamp("2024-01-01") + pandas.to_timedelta(random.integers(0, 300, COUNT), "D"),
        "seen": pandas.Timestamp("2024-01-01 00:00:01") + pandas.to_timedelta(random.integers(0, 9_000_000, COUNT), "s"),
        "paid": random.random(COUNT) < 0.5,
        "fare": fare,
        "survived": numpy.where((city == "Rome") | (age < 20), "yes", "no"),
    }
)
table.to_csv(HERE / "passengers.csv", index=False)
table.to_excel(HERE / "passengers.xlsx", index=False, sheet_name="Passengers")
table.to_excel(HERE / "passengers.ods", index=False, sheet_name="Passengers", engine="odf")
for compression in ["snappy", "zstd", "gzip"]:
    table.to_parquet(HERE / f"passengers_{compression}.parquet", compression=compression, row_group_size=32)
# What other programs write: decimals, dates without a time, small numbers without a sign, half precision, words by number,
# the second version of pages.
others = pyarrow.Table.from_pandas(table, preserve_index=False)
others = others.set_column(1, "rooms", others["rooms"].cast(pyarrow.uint8()))
others = others.set_column(2, "city", others["city"].dictionary_encode())
others = others.set_column(3, "boarded", others["boarded"].cast(pyarrow.date32()))
cents = [decimal.Decimal(f"{value:.2f}") for value in fare]
others = others.set_column(6, "fare", pyarrow.array(cents, pyarrow.decimal128(9, 2)))
others = others.append_column("halves", pyarrow.array((age * 4 % 4 / 4).astype(numpy.float16)))
others = others.append_column("tags", pyarrow.array([["a"] * (row % 3) for row in range(COUNT)]))
pyarrow.parquet.write_table(others, HERE / "others.parquet", compression="zstd", data_page_version="2.0")

# The table is on the second sheet, behind two empty lines.
with pandas.ExcelWriter(HERE / "sheets.xlsx") as book:
    pandas.DataFrame({"notes": ["The table is on the other sheet."]}).to_excel(book, index=False, sheet_name="Notes")
    table.to_excel(book, index=False, sheet_name="Passengers", startrow=2)

# Compressions that are not read.
for compression in ["lz4", "brotli"]:
    table[["rooms", "survived"]].head(4).to_parquet(HERE / f"{compression}.parquet", compression=compression)
# Times of day and durations, as a person enters them.
book = openpyxl.Workbook()
book.active.append(["clock", "took", "late"])
for row in range(40):
    clock = [datetime.time(6), datetime.time(18, 30)][row % 2]
    book.active.append([clock, datetime.timedelta(hours=row), ["no", "yes"][row % 2]])
book.save(HERE / "times.xlsx")

# Durations, categories of whole numbers and moments in a zone, which pandas keeps as such in Parquet and writes as text; and the same
# durations as seconds.
took = pandas.to_timedelta(random.integers(0, 400_000, COUNT) * 500, "ms")
shop = random.integers(1, 5, COUNT) * 11
kinds = pandas.DataFrame({"took": took, "shop": shop, "late": numpy.where(took > pandas.Timedelta("1 days"), "yes", "no")})
kinds.to_csv(HERE / "kinds.csv", index=False)
kinds.assign(took=took.total_seconds()).to_csv(HERE / "kinds_seconds.csv", index=False)
zone = pandas.Timestamp("2024-03-01", tz="Europe/Berlin") + pandas.to_timedelta(numpy.arange(COUNT) * 7, "h")
kinds = kinds.assign(shop=kinds["shop"].astype("category"), seen=zone)[["took", "shop", "seen", "late"]]
kinds.to_parquet(HERE / "kinds.parquet")
