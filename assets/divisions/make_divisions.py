#!/usr/bin/env python3
"""make_divisions.py FOLDER UNIHAN_READINGS OUT: divisions.tsv and initials.tsv from tables of division codes.

FOLDER holds provinces.csv, cities.csv, areas.csv, streets.csv (code,name,…), as several public collections of the national
codes have them. UNIHAN_READINGS is Debian's /usr/share/unicode/Unihan_Readings.txt.bz2. See README.md.
"""
import bz2
import csv
import os
import sys
import unicodedata

HEAD = """# Administrative divisions of the mainland: code, name, and for a county its townships (three digits and a name each).
# Names and codes as published nationally, state of 2023-06. Made by make_divisions.py; see README.md. Later changes go in here by hand.
"""
INITIALS = """# First letters of the characters in divisions.tsv and in the names of units; a character with several readings stands in each line.
# Made by make_divisions.py from the readings of the Unicode character database.
"""


def table(path):
    with open(path, encoding="utf-8") as file:
        return [(row["code"].strip(), row["name"].strip()) for row in csv.DictReader(file)]


def plain(letter):
    return unicodedata.normalize("NFD", letter)[0].lower()


def main(folder, unihan, out):
    lines, used = {}, set()
    for name in ("provinces.csv", "cities.csv", "areas.csv"):
        for code, words in table(os.path.join(folder, name)):
            lines[code] = [words, []]
            used.update(words)
    for code, words in table(os.path.join(folder, "streets.csv")):
        if "," in words or "\t" in words:
            raise SystemExit(f"{code}: a name with a separator: {words}")
        lines[code[:6]][1].append(code[6:9] + words)
        used.update(words)
    with open(os.path.join(out, "divisions.tsv"), "w", encoding="utf-8") as file:
        file.write(HEAD)
        for code in sorted(lines):
            words, parts = lines[code]
            file.write("\t".join([code, words] + ([",".join(parts)] if parts else [])) + "\n")
    # Units are searched the same way: the characters of everyday names of offices and firms.
    used.update("信访局办公室司法律师援助中心调解委员会住房和城乡建设管理自然资源规划国土征收拆迁指挥部综合执法队生态环境保护交通运输公路教育体育人力社会障劳动监察仲裁院市场督工商务物价卫生健康医疗公安派出所民政残联退役军事农业村水利林消防大供电司金融烟草税检法纪委")
    letters = {}
    opener = bz2.open if unihan.endswith(".bz2") else open
    for line in opener(unihan, "rt", encoding="utf-8"):
        if line.startswith("#") or not line.strip():
            continue
        code, field, value = line.rstrip("\n").split("\t")
        c = chr(int(code[2:], 16))
        if c not in used or field not in ("kMandarin", "kTGHZ2013", "kHanyuPinlu"):
            continue
        for reading in value.replace(",", " ").split():
            reading = reading.split(":")[-1] if field == "kTGHZ2013" else reading
            first = plain(reading)
            if first.isalpha() and first.isascii():
                letters.setdefault(first, set()).add(c)
    with open(os.path.join(out, "initials.tsv"), "w", encoding="utf-8") as file:
        file.write(INITIALS)
        for first in sorted(letters):
            file.write(first + "\t" + "".join(sorted(letters[first])) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
