#!/usr/bin/env python3
"""make_dict.py PINYIN_SIMP LAW_WORDS UNIHAN_READINGS OUT: the kiosk's one pinyin dictionary.

Everyday words and their frequencies from rime's pinyin_simp; our words before those that sound the same; and readings of
every character of the national standard (kTGHZ2013: the 8,105 of 2013) and of every other ideograph Unihan can read
(kMandarin), so that no name is out of reach. A wrong syllable in LAW_WORDS stops the build.
"""
import bz2
import sys
import unicodedata


def plain(reading):
    """lǜ -> lv, ê̌ -> ei, ḿ -> m"""
    out = []
    for c in unicodedata.normalize("NFD", reading):
        if c == "\u0308":  # diaeresis: ü is typed v
            out[-1] = "v"
        elif c == "\u0302":  # ê is typed ei
            out.append("i")
        elif not unicodedata.combining(c):
            out.append(c)
    code = "".join(out)
    return {"nve": "nue", "lve": "lue"}.get(code, code)  # pinyin_simp's spelling; the schema accepts both


def main(simp, law, unihan, out):
    entries = {}  # (words, code) -> weight
    body = False
    for line in open(simp, encoding="utf-8"):
        line = line.rstrip("\n")
        if not body:
            body = line == "..."
        elif line and not line.startswith("#"):
            words, code, weight = (line.split("\t") + ["0"])[:3]
            entries[words, code] = int(weight)
    readings = {}  # character -> syllables
    standard = set()
    opener = bz2.open if unihan.endswith(".bz2") else open
    for line in opener(unihan, "rt", encoding="utf-8"):
        part = line.rstrip("\n").split("\t")
        if len(part) != 3 or part[1] not in ("kTGHZ2013", "kMandarin"):
            continue
        c = chr(int(part[0][2:], 16))
        of_standard = part[1] == "kTGHZ2013"
        if of_standard:
            standard.add(c)
        for item in part[2].split():
            for reading in (item.split(":")[1] if of_standard else item).split(","):
                code = plain(reading)
                readings.setdefault(c, set()).add(code)
                entries[c, code] = max(1 if of_standard else 0, entries.get((c, code), 0))
    for words, code in entries:
        if len(words) == 1:
            readings.setdefault(words, set()).add(code)
    # A name's character should be a few pages away, not fifty: the standard's own come before all others.
    for words, code in entries:
        if len(words) == 1 and words not in standard:
            entries[words, code] = entries[words, code] * 1e-6 + 1e-7
    wrong = 0
    for number, line in enumerate(open(law, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        words, code, weight = line.split("\t")
        syllables = code.split(" ")
        if len(words) > 1 and (len(syllables) != len(words) or any(s not in readings.get(c, ()) for c, s in zip(words, syllables))):
            print(f"{law}:{number}: {words} is not read {code}", file=sys.stderr)
            wrong += 1
        entries[words, code] = max(int(weight), entries.get((words, code), 0))
    if wrong:
        return 1
    with open(out, "w", encoding="utf-8") as f:
        f.write('# Rime dictionary\n---\nname: kiosk_pinyin\nversion: "1"\nsort: by_weight\nuse_preset_vocabulary: false\n...\n\n')
        for (words, code), weight in sorted(entries.items()):
            f.write(f"{words}\t{code}\t{weight:.9g}\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
