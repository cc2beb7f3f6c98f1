#!/usr/bin/env python3
"""make_readings.py PINYIN_SIMP LAW_WORDS UNIHAN_READINGS TONES OUT: how every character and every ambiguous word is read aloud.

The keyboard's dictionary knows words without tones, unicode-data knows characters with tones: a word's reading is the tone of each
character that fits the word's syllable, the most frequent one where several do (kHanyuPinlu). TONES overrides both, by the longest
words that stand in it, and says so where the three disagree. Kept: every character, and every word that has a character with more
than one reading. A wrong syllable in TONES stops the build.
"""
import bz2
import re
import sys
import unicodedata

MARKS = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}


def numbered(reading):
    """lǜ -> lv4, de -> de5, ê̌ -> ei3"""
    out, tone = [], 5
    for c in unicodedata.normalize("NFD", reading):
        if c in MARKS:
            tone = MARKS[c]
        elif c == "\u0308":
            out[-1] = "v"
        elif c == "\u0302":
            out.append("i")
        elif not unicodedata.combining(c):
            out.append(c)
    return "".join(out).lower() + str(tone)


def readings_of(unihan):
    """character -> its toned syllables, the usual one first; and those that only names of places have"""
    pinlu, mandarin, standard, rare = {}, {}, {}, {}
    for line in bz2.open(unihan, "rt", encoding="utf-8"):
        part = line.rstrip("\n").split("\t")
        if len(part) != 3:
            continue
        c = chr(int(part[0][2:], 16)) if part[0].startswith("U+") else ""
        if part[1] == "kHanyuPinlu":
            counted = [(int(n), numbered(r)) for r, n in re.findall(r"(\S+?)\((\d+)\)", part[2])]
            pinlu[c] = [r for n, r in sorted(counted, reverse=True)]
        elif part[1] == "kMandarin":
            mandarin[c] = [numbered(part[2].split()[0])]
        elif part[1] == "kTGHZ2013":
            standard[c] = [numbered(r) for item in part[2].split() for r in item.split(":")[1].split(",")]
        elif part[1] == "kXHC1983":
            rare[c] = [numbered(r) for item in part[2].split() for r in item.split(":")[1].split(",")]
    found = {}
    for c in {*pinlu, *mandarin, *standard}:
        order = pinlu.get(c, []) + mandarin.get(c, []) + standard.get(c, [])
        found[c] = list(dict.fromkeys(r for r in order if re.fullmatch(r"[a-z]+[1-5]", r)))
    return {c: r for c, r in found.items() if r}, rare


def main(simp, law, unihan, tones, out):
    characters, rare = readings_of(unihan)
    wrong = 0
    told = {}
    for number, line in enumerate(open(tones, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        for item in line.split(" / "):
            words, reading = item.split(" ", 1)
            syllables = reading.split(" ")
            ok = len(syllables) == len(words) and all(re.fullmatch(r"[a-z]+[1-5]", s) for s in syllables)
            # A neutral tone is always allowed; another tone only when the character has it.
            ok = ok and all(s[-1] == "5" or s in characters.get(c, ()) or s in rare.get(c, ()) for c, s in zip(words, syllables))
            if not ok:
                print(f"{tones}:{number}: {words} is not read {reading}", file=sys.stderr)
                wrong += 1
            told[words] = syllables
    if wrong:
        return 1
    words = {}  # word -> untoned syllables
    body = False
    weights = {}
    for line in open(simp, encoding="utf-8"):
        line = line.rstrip("\n")
        if not body:
            body = line == "..."
        elif line and not line.startswith("#"):
            part = line.split("\t") + ["0"]
            if len(part[0]) > 1 and int(part[2] or 0) >= weights.get(part[0], -1):
                words[part[0]], weights[part[0]] = part[1].split(" "), int(part[2] or 0)
    for line in open(law, encoding="utf-8"):
        part = line.rstrip("\n").split("\t")
        if len(part) >= 2 and not line.startswith("#") and len(part[0]) > 1:
            words[part[0]] = part[1].split(" ")
    result = {c: [r[0]] for c, r in characters.items()}
    result.update({w: s for w, s in told.items()})
    for word, codes in words.items():
        if word in told or len(codes) != len(word) or len(word) > 8:
            continue
        reading = []
        for c, code in zip(word, codes):
            code = {"nue": "nve", "lue": "lve"}.get(code, code)
            fit = [r for r in characters.get(c, ()) if r[:-1] == code]
            reading.append(fit[0] if fit else None)
        if None in reading:
            continue
        at = 0
        while at < len(word):  # the longest told words inside win
            for n in range(min(len(word) - at, 8), 0, -1):
                part = told.get(word[at : at + n])
                if part and n > 1 and all(p[:-1] == r[:-1] for p, r in zip(part, reading[at : at + n])):
                    reading[at : at + n] = part
                    at += n - 1
                    break
            at += 1
        if any(len(characters.get(c, ())) > 1 for c in word) or reading != [characters[c][0] for c in word]:
            result[word] = reading
    with open(out, "wb") as f:
        for line in sorted(f"{w}\t{' '.join(r)}\n".encode() for w, r in result.items()):
            f.write(line)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
