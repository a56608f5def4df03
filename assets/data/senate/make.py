#!/usr/bin/env python3
"""Makes roll_calls.tsv of the three tables of the 109th US Senate's roll calls:

    make.py FOLDER_WITH_THE_TABLES | zstd --ultra -22 > roll_calls.tsv.zst

The first line names the senators, with their party and state, in the order of the table. Then a line a vote: its session and number,
what it was about, and for each senator 1 for yea, 0 for nay and . for neither. Every number of a session is in it once.
"""

import csv
import pathlib
import sys


def rows(name):
    with open(pathlib.Path(sys.argv[1], name), encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


senators = [row[""] for row in rows("senate109_senators.csv")]
votes = {}
for row in rows("senate109_votes.csv"):
    votes.setdefault(row["vote"], {})[row["senator"]] = row["yea"]

print(*senators, sep="\t")
for row in rows("senate109_descriptions.csv"):
    name = f"{row['session']}-{row['number']}"
    said = "".join(votes[name].get(senator, ".") for senator in senators)
    print(name, " ".join(row["description"].split()), said, sep="\t")
