#!/usr/bin/env python3
"""Makes sentences.tsv of the two files of rated sentences of vaderSentiment 3.3.2 (its source distribution on PyPI):

    make.py FOLDER_WITH_THE_TWO_FILES | zstd --ultra -22 > sentences.tsv.zst

A line a sentence: its mean rating from -4 to 4 with two decimals, what it is of (film, shopping), and its text. Sentences whose
mean is 0 are neither negative nor positive, and are left out.
"""

import pathlib
import sys

FILES = {"film": "movieReviewSnippets_GroundTruth.txt", "shopping": "amazonReviewSnippets_GroundTruth.txt"}

for kind, name in FILES.items():
    for line in pathlib.Path(sys.argv[1], name).read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) == 3 and float(cells[1]) != 0:
            print(f"{float(cells[1]):.2f}", kind, " ".join(cells[2].split()), sep="\t")
