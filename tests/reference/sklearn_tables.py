"""Tables as people have them, and what scikit-learn's models reach on them: written to sklearn_tables.json.

The tables are those that tests/own_data/reach.rs makes, cell by cell: the same generator of random numbers, and arithmetic
of which every step is exact or rounded alike. Run with scikit-learn 1.9 and pandas 3.1:

    python sklearn_tables.py [FOLDER]     # FOLDER: where to put the tables as well
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


class Noise:
    """Numbers from 0 to below 1, as `noise` in tests/own_data/program.rs gives them."""

    def __init__(self, seed):
        self.state = seed

    def one(self):
        self.state = (self.state * 1_664_525 + 1_013_904_223) % 2**32
        return (self.state >> 8) / 2**24

    def below(self, count):
        return int(self.one() * count)

    def bell(self):
        """About normal: the sum of four, less their mean."""
        return self.one() + self.one() + self.one() + self.one() - 2.0


def titanic(noise, rows):
    lines = ["PassengerId,Pclass,Name,Sex,Age,SibSp,Ticket,Fare,Embarked,Survived"]
    for row in range(rows):
        pclass = 1 + noise.below(3)
        male = noise.below(3) > 0
        age = noise.below(70) + 1
        sibsp = noise.below(6) * noise.below(2)
        fare = (4 - pclass) * (4 - pclass) * (5.0 + 10.0 * noise.one())
        port = "SSSCQ"[noise.below(5)]
        score = 1.6 * (not male) - 0.5 * (pclass - 2) + 0.9 * (age < 12) - 0.25 * sibsp + 0.4 * (port == "C")
        survived = int(score + noise.bell() > 0.6)
        known = "" if noise.below(5) == 0 else f"{age}.0"
        port = "" if noise.below(200) == 0 else port
        sex = "male" if male else "female"
        lines.append(f'{row + 1},{pclass},"Nr {row + 1}, Mr.",{sex},{known},{sibsp},A/{7 * row},{fare:.4f},{port},{survived}')
    return "\n".join(lines) + "\n"


def adult(noise, rows):
    lines = ["age,workclass,education,education_num,marital,occupation,capital_gain,hours,country,income"]
    for _ in range(rows):
        age = 17 + noise.below(60)
        workclass = noise.below(8)
        education = noise.below(16)
        married = noise.below(2) == 1
        occupation = noise.below(14)
        gain = 1000 * noise.below(20) if noise.below(12) == 0 else 0
        hours = 20 + noise.below(50)
        country = noise.below(40) * noise.below(2) * noise.below(2)
        score = 0.18 * (education - 8) + 0.9 * married + 0.03 * (hours - 40) - 0.002 * (age - 48) * (age - 48)
        score = score + 0.15 * ((5 * occupation) % 14 - 7) + 0.3 * (gain > 5000) * 5 + 0.3 * (workclass == 3)
        income = ">50K" if score + 1.2 * noise.bell() > 1.0 else "<=50K"
        work = "?" if noise.below(20) == 0 else f"work-{workclass}"
        marital = "Married" if married else "Single"
        lines.append(
            f"{age},{work},grade-{education},{education},{marital},job-{occupation},{gain},{hours},land-{country},{income}"
        )
    return "\n".join(lines) + "\n"


def houses(noise, rows):
    lines = ["Id,LotArea,Neighborhood,YearBuilt,OverallQual,GrLivArea,GarageArea,CentralAir,SaleDate,SalePrice"]
    for row in range(rows):
        lot = 3000.0 + 9000.0 * noise.one() + 60000.0 * (noise.below(30) == 0) * noise.one()
        place = noise.below(25)
        year = 1900 + noise.below(120)
        quality = 1 + noise.below(10)
        living = 500.0 + 2500.0 * noise.one()
        garage = 0 if noise.below(8) == 0 else 200 + noise.below(600)
        air = noise.below(10) > 0
        month, day = 1 + noise.below(12), 1 + noise.below(28)
        price = 20000.0 + 2.0 * lot + 1500.0 * ((7 * place) % 25) + 400.0 * (year - 1900) + 9000.0 * quality
        price = price + living * (20.0 + 4.0 * quality) + 60.0 * garage + 8000.0 * air + 1000.0 * month
        price = price + 12000.0 * noise.bell()
        garage = "" if noise.below(12) == 0 else f"{garage}.0"
        answer = "Y" if air else "N"
        lines.append(
            f"{row + 1},{lot:.1f},area-{place},{year},{quality},{living:.1f},{garage},{answer},"
            f"2009-{month:02}-{day:02},{price:.1f}"
        )
    return "\n".join(lines) + "\n"


TABLES = {
    "titanic": (titanic, "Survived", ["PassengerId", "Name", "Ticket"], 900, 3000),
    "adult": (adult, "income", [], 6000, 4000),
    "houses": (houses, "SalePrice", ["Id"], 1500, 2000),
}


def prepared(table, left_out):
    table = table.drop(columns=left_out)
    if "SaleDate" in table:
        dates = pd.to_datetime(table.pop("SaleDate"))
        table = table.assign(month=dates.dt.month, day=dates.dt.day)
    return table


def scores(name, folder):
    make, label, left_out, train_rows, test_rows = TABLES[name]
    parts, sums = [], []
    for part, seed, rows in [("train", 1, train_rows), ("test", 2, test_rows)]:
        file = folder / f"{name}_{part}.csv"
        text = make(Noise(seed), rows)
        file.write_text(text)
        sums.append(hashlib.sha256(text.encode()).hexdigest())
        table = prepared(pd.read_csv(file), left_out)
        parts.append((table.drop(columns=[label]), table[label]))
    (x, y), (test_x, test_y) = parts
    is_value = name == "houses"
    words = make_column_selector(dtype_include=["object", "str", "string"])
    numbers = make_column_selector(dtype_include="number")
    ordinal = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), words), remainder="passthrough"
    )
    one_hot = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), words),
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
    )
    trees = HistGradientBoostingRegressor(random_state=0) if is_value else HistGradientBoostingClassifier(random_state=0)
    network = MLPRegressor(random_state=0) if is_value else MLPClassifier(random_state=0)
    found = {"sha256": sums}
    for model, steps in [("trees", (ordinal, trees)), ("mlp", (one_hot, network))]:
        answers = make_pipeline(*steps).fit(x, y).predict(test_x)
        right = np.sqrt(np.mean((answers - test_y) ** 2)) if is_value else np.mean(answers == test_y)
        found[model] = round(float(right), 4)
    return found


if __name__ == "__main__":
    here = Path(__file__).parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__import__("tempfile").mkdtemp())
    (here / "sklearn_tables.json").write_text(json.dumps({name: scores(name, folder) for name in TABLES}, indent=1) + "\n")
