#!/usr/bin/env python3
"""sentences.py SOURCE READINGS OUT: what the screens can say, one "<words><tab><file name>" a line; a county records the same list.

Taken from the catalogue of the screens' words and from the rulebooks, so that no list can fall behind: every sentence, cut where a
number or a name is put in. A file is named by its pinyin. words.tsv adds numbers, units and the pieces of a call.
OUT is written only when it changes, so that a build that moves a button records nothing anew.
"""
import hashlib
import re
import sys
from pathlib import Path

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
CATALOGUE = "assets/locale/zh_CN.po"
SPOKEN = ("core/", "kiosk/screens/", "kiosk/session/", "kiosk/ui/", "kiosk/sound/")  # desks and boards have nothing read to them
BOOKS = "assets/rulebooks/*.toml"
BOOK_KEYS = ("name", "place", "blurb", "example", "label", "because", "consequence")


def catalogue(path):
    """The sentences as a county shows them, and where each is shown."""
    for entry in path.read_text(encoding="utf-8").split("\n\n"):
        places = [place for line in entry.splitlines() if line.startswith("#: ") for place in line[3:].split()]
        found = {}
        for key in ("msgid", "msgstr"):
            match = re.search(rf'^{key} ((?:".*"\n?)+)', entry, re.M)
            found[key] = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))) if match else ""
        yield found["msgstr"] or found["msgid"], places


def texts(source):
    for text, places in catalogue(source / CATALOGUE):
        if any(place.startswith(SPOKEN) for place in places):
            yield text
    for path in sorted(source.glob(BOOKS)):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("phrases"):  # the keyboard's own sentences
                yield from re.findall(r'"([^"]*)"', line)
            match = re.match(r'(\w+) *= *"([^"]*)"', line)
            if match and match.group(1) in BOOK_KEYS:
                yield match.group(2)


def main(source, readings_file, out):
    readings = dict(line.rstrip("\n").split("\t") for line in open(readings_file, encoding="utf-8"))
    found = {}  # key -> words as written first
    pieces = []
    for line in open(Path(__file__).with_name("words.tsv"), encoding="utf-8"):
        line = line.rstrip("\n")
        if line and not line.startswith("#"):
            pieces.append(line)
    for text in texts(source):
        text = text.replace("\\n", "。").replace('\\"', "")
        pieces += re.split(r"\{[^}]*\}", text) + [text.split(": ")[-1] if re.match(r"[a-z_]+: ", text) else ""]
    for text in pieces:
        text = text.strip(" ·，。、：:/")
        key = re.sub(f"[^{HAN}0-9A-Za-z]", "", text)
        if not re.search(f"[{HAN}]", key) or len(key) > 80 or re.search("[a-z]{3,}", key) or (len(key) == 1 and text not in pieces[:80]):
            continue
        found.setdefault(key, text)
    names, lines = {}, []
    for key, text in sorted(found.items()):
        syllables, at = [], 0
        while at < len(key):
            n = next((n for n in range(min(8, len(key) - at), 0, -1) if key[at : at + n] in readings), 1)
            syllables += readings.get(key[at : at + n], key[at : at + n].lower()).split(" ")
            at += n
        name = re.sub("[^a-z0-9-]", "", "-".join(s.rstrip("12345") or s for s in syllables))[:40].strip("-")
        if name in names or len(syllables) > 9:
            name += "-" + hashlib.sha1(key.encode()).hexdigest()[:4]
        names[name] = key
        lines.append(f"{text}\t{name}.opus\n")
    whole = "".join(lines)
    target = Path(out)
    if not target.exists() or target.read_text(encoding="utf-8") != whole:
        target.write_text(whole, encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
