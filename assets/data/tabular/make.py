"""Writes this folder's tables, with named columns, from the raw files that scikit-learn's package holds.

    python make.py && zstd --ultra -22 *.csv && md5sum *.csv
"""

import gzip
from importlib.resources import files

from sklearn import datasets

raw = files("sklearn.datasets.data")


def lines(name):
    return [line for line in raw.joinpath(name).read_text().splitlines() if line]


def write(name, columns, rows):
    with open(name + ".csv", "w", newline="\n") as out:
        for row in [columns, *rows]:
            print(",".join(row), file=out)


for name, file, features, label in [
    ("breast_cancer", "breast_cancer.csv", datasets.load_breast_cancer().feature_names, "diagnosis"),
    ("iris", "iris.csv", datasets.load_iris().feature_names, "species"),
    ("wine", "wine_data.csv", datasets.load_wine().feature_names, "cultivar"),
]:
    head, *rows = [line.split(",") for line in lines(file)]
    classes = head[2:]
    write(name, [*features, label], [[*row[:-1], classes[int(row[-1])]] for row in rows])

digits = gzip.decompress(raw.joinpath("digits.csv.gz").read_bytes()).decode().splitlines()
pixels = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
write("digits_8x8", [*pixels, "digit"], [[str(int(float(cell))) for cell in line.split(",")] for line in digits])

columns = ["age", "sex", "body mass index", "blood pressure", *(f"serum {n}" for n in range(1, 7))]
data = [line.split() for line in gzip.decompress(raw.joinpath("diabetes_data_raw.csv.gz").read_bytes()).decode().splitlines()]
target = [
    f"{float(line):.0f}"
    for line in gzip.decompress(raw.joinpath("diabetes_target.csv.gz").read_bytes()).decode().splitlines()
]
write("diabetes", [*columns, "progression"], [[*row, value] for row, value in zip(data, target)])
