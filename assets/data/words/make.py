"""Samples `words.txt` from the word lists of Debian's packages wamerican, wdutch, wfrench, wngerman, witalian, wspanish.

    apt-get install wamerican wdutch wfrench wngerman witalian wspanish
    python3 make.py && zstd --ultra -22 words.txt && md5sum words.txt
"""

import random

LISTS = {
    "Dutch": "dutch",
    "English": "american-english",
    "French": "french",
    "German": "ngerman",
    "Italian": "italian",
    "Spanish": "spanish",
}
EACH = 6000
SHORTEST, LONGEST = 3, 16


def words(language, file):
    for line in open("/usr/share/dict/" + file, encoding="utf-8"):
        word = line.strip()
        # Names are no language's own; German alone writes its nouns as names.
        if word.isalpha() and SHORTEST <= len(word) <= LONGEST and (language == "German" or word.islower()):
            yield word.lower()


lists = {language: set(words(language, file)) for language, file in LISTS.items()}
times = {}
for one in lists.values():
    for word in one:
        times[word] = times.get(word, 0) + 1
chance = random.Random(1)
with open("words.txt", "w", encoding="utf-8", newline="\n") as out:
    for language, one in lists.items():
        # A word of two languages has no right answer.
        own = sorted(word for word in one if times[word] == 1)
        for word in sorted(chance.sample(own, EACH)):
            print(language + "\t" + word, file=out)
