"""Samples `words.txt`: Dutch, English and Spanish words from Debian's lists, German, French and Italian ones from novels.

    apt-get install wamerican wdutch wspanish
    # In this folder or another: the repositories COST-ELTeC/ELTeC-deu, -fra and -ita from GitHub, side by side.
    python3 make.py FOLDER && zstd --ultra -22 words.txt && md5sum words.txt
"""

import html
import pathlib
import random
import re
import sys
import unicodedata

LISTS = {"Dutch": "dutch", "English": "american-english", "Spanish": "spanish"}
# The letters of these languages' own words, beside a to z.
NOVELS = {"French": ("fra", "àâçèéêëîïôùûœ"), "German": ("deu", "äöüß"), "Italian": ("ita", "àèéìòù")}
EACH = 6000
SHORTEST, LONGEST = 3, 16
# As long as five others each.
LEFT_OUT = {"DEU024", "DEU048"}
# A word that fewer novels have may be a name, dialect, or a misprint.
IN_NOVELS = 6


def listed(language):
    for line in open("/usr/share/dict/" + LISTS[language], encoding="utf-8"):
        word = line.strip()
        # Names are no language's own.
        if word.isalpha() and SHORTEST <= len(word) <= LONGEST and word.islower():
            yield word


def counted(folder, language):
    code, letters = NOVELS[language]
    fitting = re.compile("[a-z" + letters + "]{%d,%d}" % (SHORTEST, LONGEST))
    novels = {}
    for file in sorted(pathlib.Path(folder, "ELTeC-" + code, "level1").glob("*.xml")):
        if file.stem in LEFT_OUT:
            continue
        body = file.read_text(encoding="utf-8").split("<body", 1)[1].split("</body>", 1)[0]
        text = unicodedata.normalize("NFC", html.unescape(re.sub("<[^>]*>", " ", body)))
        # Of l'homme and dell'anno the second part is a word.
        found = set(re.findall(r"[^\W\d_]+\b(?!['’-])", text))
        # German alone writes its nouns as names.
        for word in {word.lower() for word in found if language == "German" or word.islower()}:
            if fitting.fullmatch(word):
                novels[word] = novels.get(word, 0) + 1
    return {word for word, count in novels.items() if count >= IN_NOVELS}


folder = sys.argv[1] if len(sys.argv) > 1 else "."
lists = {language: set(listed(language)) for language in LISTS} | {
    language: counted(folder, language) for language in NOVELS
}
times = {}
for one in lists.values():
    for word in one:
        times[word] = times.get(word, 0) + 1
chance = random.Random(1)
with open("words.txt", "w", encoding="utf-8", newline="\n") as out:
    for language, one in sorted(lists.items()):
        # A word of two languages has no right answer.
        own = sorted(word for word in one if times[word] == 1)
        print(f"{language}: {len(own)} words, {min(EACH, len(own))} drawn", file=sys.stderr)
        for word in sorted(chance.sample(own, EACH)):
            print(language + "\t" + word, file=out)
