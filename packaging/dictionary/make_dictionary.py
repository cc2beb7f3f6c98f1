#!/usr/bin/env python3
"""Makes the dictionary that sealed texts are packed with (core/envelope.cpp): zstd learns from synthetic matters only.

    packaging/dictionary/make_dictionary.py OUT.zdict [--samples N]

Sentences come from assets/phrases and assets/rulebooks, names and numbers are obviously invented; nothing anybody ever said is in it.
A released dictionary is never replaced: envelopes name it by number, and old ones must open for ever. A better one is the next number.
Needs zstd.
"""
import argparse, json, pathlib, random, re, subprocess, sys, tempfile, tomllib

root = pathlib.Path(__file__).resolve().parents[2]
arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("out")
arguments.add_argument("--samples", type=int, default=4000)
options = arguments.parse_args()
dice = random.Random(20261127)

phrases = {}
for line in (root / "assets/phrases/phrases.tsv").read_text().splitlines():
    cells = line.split("\t")
    if len(cells) == 3 and not line.startswith("#"):
        phrases.setdefault(cells[0], {}).setdefault(cells[1], []).append(cells[2])
book = tomllib.loads((root / "assets/rulebooks/national.toml").read_text())
rules = [r for value in book.values() if isinstance(value, list) for r in value if isinstance(r, dict) and "because" in r]
topics = [t for t in phrases if t != "*"]
places = [f"样板县星河镇{n}村" for n in ("东", "西", "南", "北")] + ["样板县云栖路1号", "样板县城关镇示范小区3栋"]
units = ["星河样板厂", "云栖物业公司", "样板建筑公司", "样板村村委会", "示范学校", "样板县样板局"]
amounts = ["3000元", "1万2千元", "52000元", "8600.50元"]
dates = ["2026年3月1日", "去年腊月", "今年5月", "2025年底"]


def fill(text):
    for key, values in (("amount", amounts), ("date", dates), ("place", places), ("unit", units)):
        text = text.replace("{" + key + "}", dice.choice(values))
    return text


def said(topic, field, most):
    own = phrases[topic].get(field, []) + phrases.get("*", {}).get(field, [])
    return "".join(fill(dice.choice(own)) for _ in range(dice.randint(1, most))) if own else ""


def identity(empty=False):
    if empty:
        return {"address": "", "document": "None", "name": "", "number": "", "phone": ""}
    return {"address": dice.choice(places) if dice.random() < .6 else "", "document": dice.choice(["ResidentId", "ResidentId", "None"]),
            "name": "测试" + dice.choice("甲乙丙丁戊己"), "number": f"440583{dice.randint(1940, 2004)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{dice.randint(0, 9999):04}",
            "phone": f"1380000{dice.randint(0, 9999):04}"}


def answer():
    return dice.choice(["Unasked", "Unasked", "No", "Yes", "Unsure"])


def content():
    topic = dice.choice(topics)
    answers = {"about_official": answer(), "both_willing": answer(), "counterparty": dice.choice(["Unknown", "Employer", "Government", "Neighbour", "PropertyManager", "VillageCommittee", "Official"]),
               "decided": answer(), "in_danger": answer(), "in_proceedings": answer(), "status_or_title": answer()}
    petition = {"answers": answers, "authority": "", "channel": dice.choice(["Visit", "Visit", "Visit", "Online", "Letter"]), "filer": identity(dice.random() < .9), "filing_as": "Self",
                "head_count": 1, "helper": "", "input": dice.choice(["Touch", "Card"]), "kind": dice.choice(["Appeal", "Appeal", "Appeal", "Suggestion", "Accusation"]),
                "petitioner": identity(), "representatives": [],
                "statement": {"division": dice.choice(["", "440583"]), "facts": said(topic, "facts", 8), "oral": False, "party_complained_of": dice.choice(units), "place": dice.choice(places),
                              "reasons": said(topic, "reasons", 3), "request": said(topic, "request", 2)},
                "title": "", "topic": topic}
    chosen = dice.sample(rules, dice.randint(1, 3))
    reasons = [{"basis": {"law": "信访工作条例", "number": str(dice.choice([22, 29, 30, 31]))}, "because": r["because"], "consequence": r.get("consequence", ""), "rule": r.get("id", "petition")} for r in chosen]
    ruling = {"alternatives": dice.sample(["PET", "LAW", "MED", "RS", "ZJ"], dice.randint(0, 3)), "mediatable": dice.random() < .4, "path": dice.choice(["Petition", "Judicial", "Arbitration", "Administrative", "Duty", "Suggestion", "Accusation", "Unknown"]),
              "reasons": reasons, "rulebook": "national 2022-05-01", "sealed": False, "urgent": dice.random() < .05, "window": dice.choice(["PET", "LAW", "MED"])}
    whole = {"by": dice.choice(["Citizen", "Citizen", "Machine", "Staff"]), "petition": petition, "ruling": ruling}
    if dice.random() < .9:
        whole["suggested"] = {"model": "2026-11-25", "topic": topic, "topic_permille": dice.randint(300, 999), "window": dice.choice(["PET", "LAW", "MED", "RS"]), "window_permille": dice.randint(300, 999)}
    return whole


# The words of duties and rulebooks: what people write about is made of them.
words = []
for name in ("window_duties.tsv", "window_words.tsv", "window_read.tsv"):
    words += re.findall(r"[\u4e00-\u9fff]{2,12}", (root / "assets/models" / name).read_text())
words += re.findall(r'"([\u4e00-\u9fff]{2,16})"', (root / "assets/rulebooks/national.toml").read_text())
words = list(dict.fromkeys(words))

with tempfile.TemporaryDirectory() as folder:
    for i in range(options.samples):
        text = json.dumps(content(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        (pathlib.Path(folder) / f"{i:05}.json").write_text(text)
    for i in range(options.samples * 3 // 4):
        (pathlib.Path(folder) / f"words{i:05}").write_text("，".join(dice.sample(words, 60)))
    done = subprocess.run(["zstd", "-q", "-f", "-r", "--train", folder, "--maxdict=65536", "--dictID=1", "-o", options.out])
    sys.exit(done.returncode)
