#!/usr/bin/env python3
"""make_rare.py UNICODE_FOLDER OUT: what the page 生僻字 needs, from Debian's unicode-data and Python's own GB 18030 table.

Lines of OUT, separated by tabs:
  radical STROKES KEY FORM     a form of a radical as people see it (亻 and 人 are the same KEY), by its own strokes
  chars   KEY RESIDUAL CHARS   ideographs up to Extension F by radical and remaining strokes (kRSUnicode), in code order
  two     LEAD CHARS           GB 18030, two bytes: trails 40…7E, 80…FE in order; U+3013 (〓) where there is nothing
  four    FIRST LINEAR COUNT   GB 18030, four bytes below U+10000: code points FIRST… and their linear place
"""
import bz2
import os
import sys

# Extensions A–F and the blocks before them: what Debian's fonts can draw (docs/WRITING.md).
# What was added to these blocks later (45 characters) enters by code.
RANGES = ((0x3400, 0x4DB5), (0x4E00, 0x9FEA), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0))
# Forms that people look for as a part of a character: radical -> (strokes, form).
FORMS = {9: [(2, "亻")], 18: [(2, "刂")], 26: [(2, "㔾")], 42: [(3, "⺌")], 47: [(3, "川")], 58: [(3, "彑")], 61: [(3, "忄"), (4, "⺗")], 64: [(3, "扌")], 66: [(4, "攵")],
         71: [(4, "旡")], 85: [(3, "氵"), (5, "氺")], 86: [(4, "灬")], 87: [(4, "爫")], 93: [(4, "牜")], 94: [(3, "犭")], 96: [(4, "王")], 103: [(5, "𤴔")], 109: [(5, "罒")],
         113: [(4, "礻")], 118: [(6, "⺮")], 122: [(5, "罒"), (4, "⺳")], 123: [(6, "⺶")], 125: [(4, "耂")], 129: [(5, "肀")], 130: [(4, "月")], 140: [(3, "艹")], 145: [(5, "衤")],
         162: [(3, "辶")], 163: [(2, "阝")], 170: [(2, "阝")]}
# GB 18030-2022 gives these two-byte codes to characters; Python's table still has private ones.
OF_2022 = {0xFE51: 0x20087, 0xFE52: 0x20089, 0xFE53: 0x200CC, 0xFE59: 0x9FB4, 0xFE61: 0x9FB5, 0xFE66: 0x9FB6, 0xFE67: 0x9FB7, 0xFE6C: 0x215D7, 0xFE6D: 0x9FB8,
           0xFE76: 0x2298F, 0xFE7E: 0x9FB9, 0xFE90: 0x9FBA, 0xFE91: 0x241FE, 0xFEA0: 0x9FBB}


def wanted(c):
    return any(a <= c <= b for a, b in RANGES)


def decoded(data):
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return ord(text) if len(text) == 1 else None


def main(folder, out):
    strokes, places = {}, {}
    with bz2.open(os.path.join(folder, "Unihan_IRGSources.txt.bz2"), "rt", encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            code, field, value = line.rstrip("\n").split("\t")
            c = int(code[2:], 16)
            if field == "kTotalStrokes":
                strokes[c] = int(value.split()[0])
            elif field == "kRSUnicode" and wanted(c):
                for one in value.split():
                    key, residual = one.split(".")
                    places.setdefault((key.replace("''", "'"), max(0, int(residual))), []).append(c)
    radicals = []
    with open(os.path.join(folder, "CJKRadicals.txt"), encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if not line:
                continue
            key, _, unified = (part.strip() for part in line.split(";"))
            if key.endswith("''"):
                continue
            c = int(unified, 16)
            radicals.append((strokes[c], key, chr(c)))
            if key.isdigit():
                radicals += [(n, key, form) for n, form in FORMS.get(int(key), ())]
    kept = {key for key, _ in places}
    radicals = [r for r in radicals if r[1] in kept]
    radicals.sort(key=lambda r: (r[0], int(r[1].rstrip("'")), r[1]))
    with open(out, "w", encoding="utf-8") as file:
        for n, key, form in radicals:
            file.write(f"radical\t{n}\t{key}\t{form}\n")
        for (key, residual), chars in sorted(places.items(), key=lambda p: (int(p[0][0].rstrip("'")), p[0])):
            file.write(f"chars\t{key}\t{residual}\t{''.join(map(chr, sorted(set(chars))))}\n")
        for lead in range(0x81, 0xFF):
            row = []
            for trail in [*range(0x40, 0x7F), *range(0x80, 0xFF)]:
                c = OF_2022.get(lead << 8 | trail) or decoded(bytes((lead, trail)))
                row.append(chr(c) if c and not 0xE000 <= c <= 0xF8FF else "〓")
            file.write(f"two\t{lead:02X}\t{''.join(row)}\n")
        first = None
        for linear in range(0, 39420):  # 81308130 … 8431A439
            rest = linear
            data = []
            for size, base in ((10, 0x30), (126, 0x81), (10, 0x30), (126, 0x81)):
                data.append(base + rest % size)
                rest //= size
            c = decoded(bytes(reversed(data)))
            if first and c == first[0] + linear - first[1]:
                continue
            if first:
                file.write(f"four\t{first[0]:X}\t{first[1]}\t{linear - first[1]}\n")
            first = (c, linear) if c else None
        if first:
            file.write(f"four\t{first[0]:X}\t{first[1]}\t{39420 - first[1]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
