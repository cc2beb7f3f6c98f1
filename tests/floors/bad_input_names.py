#!/usr/bin/env python3
"""Reads docs/BAD_INPUT.md: every test it names must exist, and the pattern of its row must find it.

    bad_input_names.py BUILD_DIRECTORY [PAGE]
"""
import re
import subprocess
import sys
from pathlib import Path

ROWS_MIN = 20


def known_tests(build: str):
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return set(re.findall(r"^\s*Test\s+#\d+: (.*?)\s*$", listed, re.M))


def cells(line: str):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def problems(page: str, known):
    out, rows = [], 0
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| Case"):
            continue
        row = cells(line)
        if len(row) != 4:
            out.append(f"line {number}: {len(row)} columns, not 4")
            continue
        rows += 1
        names = re.findall(r"`([^`]+)`", row[2])
        pattern = row[3].strip("`")
        if not names or not row[1]:
            out.append(f"line {number}: no test or no words for {row[0]}")
        for name in names:
            if name not in known:
                out.append(f"line {number}: no test is called: {name}")
            elif not re.search(pattern, name):
                out.append(f"line {number}: the pattern does not run: {name}")
    if rows < ROWS_MIN:
        out.append(f"{rows} rows, fewer than {ROWS_MIN}")
    return out


def main():
    build = sys.argv[1]
    page = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).resolve().parents[2] / "docs" / "BAD_INPUT.md").read_text(encoding="utf-8")
    known = known_tests(build)
    # A checker that never barked is decor: each kind of fault, planted once.
    name = re.search(r"`([^`]+)`<br>", page).group(1)
    for planted, bark in ((page.replace(name, name + "x", 1), "no test is called"), (page.replace(name, "a full disk", 1), "the pattern does not run"), (page[:2000], "fewer than")):
        if not any(bark in said for said in problems(planted, known)):
            sys.exit(f"the checker does not bark: {bark}")
    wrong = problems(page, known)
    print(*wrong, sep="\n")
    sys.exit(1 if wrong else 0)


main()
