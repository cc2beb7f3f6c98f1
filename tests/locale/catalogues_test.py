#!/usr/bin/env python3
"""The catalogues hold every sentence of the sources and nothing else; a translation keeps the places of its sentence; words stay plain.

  catalogues_test.py              all checks
  catalogues_test.py --bark       plants each fault in a copy and demands that it is found
"""
import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"\{[^{}]*\}")
CHINESE = re.compile(r"[一-鿿]")


def entries(po: str) -> dict:
    """msgid → (msgstr, fuzzy); the header is left out."""
    plain = subprocess.run(["msgcat", "--no-wrap", "-"], input=po, capture_output=True, text=True, check=True).stdout
    found, fuzzy = {}, False
    for block in plain.split("\n\n"):
        lines = block.splitlines()
        if any(line.startswith("#~") for line in lines):
            found[f"obsolete: {block[:60]}"] = ("", True)
            continue
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        text = "\n".join(line for line in lines if not line.startswith("#"))
        parts = {key: "".join(ast.literal_eval(piece) for piece in re.findall(r'"(?:[^"\\]|\\.)*"', body))
                 for key, body in re.findall(r'^(msgid|msgstr) ((?:"(?:[^"\\]|\\.)*"\n?)+)', text, re.M)}
        if parts.get("msgid"):
            found[parts["msgid"]] = (parts.get("msgstr", ""), fuzzy)
    return found


def faults(language: str, po: str, template: dict) -> list:
    out, have = [], entries(po)
    for msgid in template:
        if msgid not in have:
            out.append(f"{language}: missing, run packaging/words.sh: {msgid}")
    for msgid, (words, fuzzy) in have.items():
        if msgid not in template:
            out.append(f"{language}: no longer in the sources: {msgid}")
        elif fuzzy or not words:
            out.append(f"{language}: not translated: {msgid}")
        elif sorted(PLACE.findall(words)) != sorted(PLACE.findall(msgid)):
            out.append(f"{language}: other places than its sentence: {msgid} → {words}")
        elif language == "zh_CN" and not CHINESE.search(words):
            out.append(f"zh_CN: not Chinese: {words}")
        elif language == "en" and CHINESE.search(PLACE.sub("", words)):
            out.append(f"en: not English: {words}")
    return out


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder) / "yizhan.pot"
        subprocess.run([ROOT / "packaging/words.sh", "--pot", pot], check=True)
        template = entries(pot.read_text())
    if len(template) < 500:
        print(f"only {len(template)} sentences found in the sources")
        return 1
    files = {language: (ROOT / f"assets/locale/{language}.po").read_text() for language in ("zh_CN", "en")}
    if "--bark" in sys.argv:
        po, sentence = files["en"], next(m for m in template if PLACE.search(m))
        words = entries(po)[sentence][0]
        planted = {
            "missing": re.sub(r"(?ms)^msgid " + re.escape(f'"{sentence}"') + r"\nmsgstr .*?\n\n", "", po),
            "no longer": po + '\n\nmsgid "没有人说的话"\nmsgstr "Nobody says this"\n',
            "not translated": po.replace(f'msgstr "{words}"', 'msgstr ""'),
            "other places": po.replace(f'msgstr "{words}"', f'msgstr "{PLACE.sub("", words, count=1)}"'),
            "not English": po.replace(f'msgstr "{words}"', f'msgstr "{words} 字"'),
        }
        for what, text in planted.items():
            if not any(what in fault for fault in faults("en", text, template)):
                print(f"the check does not find: {what}")
                return 1
        print(f"all {len(planted)} planted faults were found")
        return 0
    wrong = [fault for language, po in files.items() for fault in faults(language, po, template)]
    print("\n".join(wrong[:40]) or f"{len(template)} sentences, zh_CN and en complete")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
