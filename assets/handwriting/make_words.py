#!/usr/bin/env python3
"""make_words.py PINYIN_SIMP LAW_WORDS UNIHAN_READINGS UNIHAN_SOURCES OUT_WORDS OUT_CLASSES: what handwriting knows about the language.

OUT_CLASSES lists the characters to be recognised, one a line: "s <character>" for the 8,105 of the national standard
(kTGHZ2013), "r <character>" for others that names are written with: the rest of the basic block and of extension A, and what
the police's and the surveyors' own lists brought into later extensions (kIRG_GSource).
OUT_WORDS holds how often characters are written, which follows which, and the words of the pinyin dictionary and of the hall,
for ordering candidates and for offering what may follow. Little-endian; read by kiosk/ink/words.cpp.
"""
import bz2
import math
import struct
import sys

VERSION = 1
# Lists of personal names, place names and people's registers in the Chinese column of the ideographs' sources.
NAME_SOURCES = ("GIDC", "GXM", "GDM", "GCYY", "GZH-", "GKJ", "GLGYJ", "GGFZ", "GPGLG", "GFC", "GFZ", "GXH-", "GHF")


def unihan(path, *fields):
    opener = bz2.open if path.endswith(".bz2") else open
    for line in opener(path, "rt", encoding="utf-8"):
        part = line.rstrip("\n").split("\t")
        if len(part) == 3 and part[1] in fields:
            yield chr(int(part[0][2:], 16)), part[1], part[2]


def entries(simp, law):
    """(words, weight) of both dictionaries."""
    body = False
    for line in open(simp, encoding="utf-8"):
        line = line.rstrip("\n")
        if not body:
            body = line == "..."
        elif line and not line.startswith("#"):
            words, _, weight = (line.split("\t") + ["0"])[:3]
            yield words, int(weight)
    for line in open(law, encoding="utf-8"):
        line = line.rstrip("\n")
        if line and not line.startswith("#"):
            words, _, weight = line.split("\t")
            yield words, int(weight)


def cost(p):
    """A probability as a byte: eighths of a nat, 255 = less than 10^-13."""
    return max(0, min(255, round(-8 * math.log(p)))) if p > 0 else 255


def main(simp, law, readings, sources, out_words, out_classes):
    standard, spoken = set(), set()
    for c, field, _ in unihan(readings, "kTGHZ2013", "kMandarin"):
        (standard if field == "kTGHZ2013" else spoken).add(c)
    rare = {chr(c) for c in range(0x4E00, 0xA000) if chr(c) in spoken}
    rare |= {chr(c) for c in range(0x3400, 0x4DC0) if chr(c) in spoken}
    rare |= {c for c, _, value in unihan(sources, "kIRG_GSource") if value.startswith(NAME_SOURCES)}
    rare -= standard
    with open(out_classes, "w", encoding="utf-8") as f:
        for kind, characters in (("s", standard), ("r", rare)):
            for c in sorted(characters):
                f.write(f"{kind} {c}\n")

    known = sorted(standard | rare)
    index = {c: i for i, c in enumerate(known)}
    weights = {}
    for words, weight in entries(simp, law):
        if all(c in index for c in words):
            weights[words] = max(weight, weights.get(words, 0))
    single = [0.3 if c in standard else 0.02 for c in known]
    pairs, before = {}, {}
    for words, weight in weights.items():
        for c in words:
            single[index[c]] += weight
        for a, b in zip(words, words[1:]):
            key = index[a] << 16 | index[b]
            pairs[key] = pairs.get(key, 0) + weight + 1
            before[index[a]] = before.get(index[a], 0) + weight + 1
    total = sum(single)
    longer = sorted((words, weight) for words, weight in weights.items() if 2 <= len(words) <= 8)
    heaviest = max(weight for _, weight in longer)
    text, offsets, heavy = [], [0], []
    for words, weight in longer:
        text += [index[c] for c in words]
        offsets.append(len(text))
        heavy.append(cost((weight + 0.5) / (heaviest + 1)))
    keys = sorted(pairs)
    with open(out_words, "wb") as f:
        f.write(struct.pack("<8s5I", b"YZINKWRD", VERSION, len(known), len(keys), len(longer), len(text)))
        f.write(struct.pack(f"<{len(known)}I", *(ord(c) for c in known)))
        f.write(struct.pack(f"<{len(keys)}I", *keys))
        f.write(struct.pack(f"<{len(offsets)}I", *offsets))
        f.write(struct.pack(f"<{len(text)}H", *text))
        f.write(bytes(cost(w / total) for w in single))
        f.write(bytes(cost(pairs[k] / before[k >> 16]) for k in keys))
        f.write(bytes(heavy))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
