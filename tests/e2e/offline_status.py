#!/usr/bin/env python3
"""How far it is, without a line: a citizen files and takes paper, the county decides, every hub goes away, and the kiosk alone tells who
has the code. What the county said is nowhere to be read on the kiosk's disk; what the slip says holds at the hub.

The real programs, a real window, a mouse.
"""
import json
import os
import re
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
import walks  # noqa: E402
from hall import BIN, Hall, Processes, Screen, Trouble, run, until, working_folder  # noqa: E402

PICTURES = Path(os.environ.get("YIZHAN_PICTURES", BIN.parent / "pictures" / "e2e"))
UNIT = "碧螺滩水务站"


def statuses(log: Path, number: str) -> int:
    with sqlite3.connect(f"file:{log}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM event WHERE type = 'status_sealed' AND matter = ? AND body IS NOT NULL", (number,)).fetchone()[0]


def holding(folder: Path, word: str) -> list:
    forms = [word.encode(code) for code in ("utf-8", "gbk", "utf-16-le", "utf-16-be")]
    return [file.name for file in folder.rglob("*") if file.is_file() and any(form in file.read_bytes() for form in forms)]


def home(kiosk, by: str):
    kiosk.tap(by)
    until(lambda: kiosk.find("leave.now") or kiosk.find("self"), 15, "the way out")
    time.sleep(0.8)  # the page that has just come takes no tap meant for the one before
    if kiosk.find("leave.now"):
        kiosk.tap("leave.now", "self", 15)


def main():
    folder = working_folder("yizhan-offline-status-")
    PICTURES.mkdir(parents=True, exist_ok=True)
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk",))
    kiosk = hall.open("kiosk", Screen(processes, "display-kiosk", 1080, 1920), (1080, 1920))
    log = folder / "kiosk" / "log.db"

    receipt = walks.elder_with_card(kiosk, folder / "kiosk" / "devices", lambda name: kiosk.picture(PICTURES / f"status_{name}.png") if name == "done" else None)
    number, proof = receipt["number"], re.search(r"XF2:\S+", receipt["text"])
    if not proof or number not in proof.group(0):
        raise Trouble(f"no signed QR code on the slip: {receipt['text']}")
    if "本回执证明已收到，不代表已受理" not in receipt["text"] or "信访" in receipt["text"]:
        raise Trouble(f"the slip's words: {receipt['text']}")

    def proven(text, *more):
        done = run([BIN / "hub", "receipt", text, "--data", folder / "hall", "--json", *more], check=False)
        return done.returncode == 0, json.loads(done.stdout) if done.stdout.startswith("{") else {}
    until(lambda: proven(proof.group(0))[1].get("known") == "same", 20, "the hall's hub has the matter of the slip")
    holds, told = proven(proof.group(0))
    if not holds or told["signed"] != "yes":
        raise Trouble(f"the slip does not hold: {told}")
    forged = proof.group(0)[:-4] + ("AAAA" if not proof.group(0).endswith("AAAA") else "BBBB")
    if proven(forged)[0]:
        raise Trouble("a changed slip holds")

    until(lambda: hall.matter("county", number), 30, "the county has the matter")
    hall.decide(number, "transferred", "--to-unit", UNIT)
    hall.decide(number, "accepted", "--unit", UNIT, "--on", "2026-11-20")
    until(lambda: statuses(log, number) >= 3, 30, "the kiosk mirrors 县里已收到, 已转送 and 已受理")
    processes.stop("county")
    processes.stop("hall")
    time.sleep(1)

    walks.ask(kiosk, receipt)
    kiosk.tap("next")
    until(lambda: kiosk.find("leave") and not kiosk.find("code"), 20, "the progress, with every hub away")
    time.sleep(0.7)
    kiosk.picture(PICTURES / "status_offline.png")
    home(kiosk, "next")

    wrong = dict(receipt, code="1234567890123459")  # its check digit is right
    walks.ask(kiosk, wrong)
    kiosk.tap("next")
    time.sleep(2)
    if not kiosk.find("code"):
        raise Trouble("a wrong code opened something")
    kiosk.picture(PICTURES / "status_wrong_code.png")
    home(kiosk, "leave")
    time.sleep(1)
    if found := holding(folder / "kiosk", UNIT):
        raise Trouble(f"the unit can be read on the kiosk's disk: {found}")
    if not holding(folder / "hall", UNIT):
        raise Trouble("the search finds nothing where there is something")
    processes.stop("kiosk")
    hall.verify("kiosk")
    print(f"{number}: the slip holds, three statuses mirrored, told without a hub; the unit is in no file of the kiosk")


try:
    main()
except Trouble as trouble:
    sys.exit(f"offline status: {trouble}")
