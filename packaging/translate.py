#!/usr/bin/env python3
"""Fills empty msgstr of a catalogue from a TSV of msgid and words: packaging/translate.py assets/locale/en.po words.tsv"""
import re
import sys


def quote(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main() -> int:
    po, tsv = sys.argv[1:3]
    known = {}
    for number, line in enumerate(open(tsv, encoding="utf-8"), 1):
        parts = line.rstrip("\n").split("\t")
        if len(parts) != 2:
            print(f"{tsv}:{number}: expected two columns", file=sys.stderr)
            return 1
        known[parts[0]] = parts[1]
    text = open(po, encoding="utf-8").read()
    filled = 0

    def fill(found: re.Match) -> str:
        nonlocal filled
        sentence = found[1].replace('\\"', '"').replace("\\\\", "\\")
        if sentence not in known:
            return found[0]
        filled += 1
        return f'msgid "{found[1]}"\nmsgstr {quote(known[sentence].replace(chr(92) + "n", chr(10)))}\n'

    text = re.sub(r'^msgid "((?:[^"\\]|\\.)+)"\nmsgstr ""\n(?!")', fill, text, flags=re.M)
    open(po, "w", encoding="utf-8").write(text)
    print(f"{filled} filled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
