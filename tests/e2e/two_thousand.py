#!/usr/bin/env python3
"""2,000 letters through `kiosk intake` → hall hub → county hub, hubs killed with kill -9 at five random moments.

2,000 registered, 0 lost, 0 twice, and the chains verify at all three. The letters are real ones where the project's data lies
beside the checkout, otherwise made here; none of their words is printed.  YIZHAN_SEED repeats a run's moments.
"""
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
from hall import BIN, ROOT, Hall, Processes, run, until, working_folder  # noqa: E402

WANTED, KILLS = 2000, 5


def letters(folder: Path):
    """(file, where from)"""
    real = ROOT.parent / "shared" / "data" / "complaints" / "unlabelled.tsv"
    if real.exists():
        with open(real, encoding="utf-8") as source:
            lines = [next(source) for _ in range(WANTED + 1)]
        return lines, "real letters"
    words = ("路灯坏了", "楼上漏水", "工资没发", "公交改线", "井盖松动", "学校收费", "垃圾没清", "停水三天")
    lines = ["id\tsource\tlabel_source\ttitle\ttext\n"]
    for i in range(WANTED):
        lines.append(f"E-{i:05d}\tmade\t\t{words[i % 8]}，第{i}件\t幸福路{i}号{words[i % 8]}，请派人看一看。{'情况一直没有变化。' * (i % 40)}\n")
    return lines, "made letters"


def filed(folder: Path):
    """matter → how often it is filed in this log, read past our own programs."""
    log = next(path for path in sorted(folder.glob("*.db")) if has_events(path))
    with sqlite3.connect(f"file:{log}?mode=ro", uri=True) as db:
        return Counter(matter for (matter,) in db.execute("SELECT matter FROM event WHERE type = 'filed'"))


def has_events(path: Path) -> bool:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'event'").fetchone()[0] == 1


def main():
    seed = int(os.environ.get("YIZHAN_SEED", time.time_ns() % 1_000_000))
    dice = random.Random(seed)
    print(f"seed {seed}", flush=True)
    folder = working_folder("yizhan-2000-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk",))
    lines, source = letters(folder)
    kiosk = folder / "kiosk"

    registered, moments = 0, []
    slices = KILLS + 1
    for part in range(slices):
        rows = lines[1 + part * WANTED // slices: 1 + (part + 1) * WANTED // slices]
        file = folder / f"letters-{part}.tsv"
        file.write_text(lines[0] + "".join(rows), encoding="utf-8")
        done = run([BIN / "kiosk", "intake", file, "--data", kiosk, "--json"], timeout=300)
        summary = json.loads(done.stdout)
        registered += summary["registered"]
        if part == KILLS:
            break
        # A hub dies while the letters are on their way, at a moment nobody chose.
        victim = ("hall", "county")[part % 2]
        command = [str(c) for c in (BIN / "kiosk", "sync", "--once", "--data", kiosk, "--patience", "20")]
        syncing = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = dice.uniform(0.0, 0.25)
        time.sleep(moment)
        processes.stop(victim, signal.SIGKILL)
        left = syncing.poll() is None
        syncing.wait(90)
        moments.append(f"{victim} after {moment * 1000:.0f} ms{'' if left else ' (the kiosk was done)'}")
        (hall.start_hall if victim == "hall" else hall.start_county)()

    def sent():
        return run([BIN / "kiosk", "sync", "--once", "--data", kiosk, "--patience", "20"], check=False).returncode == 0
    until(sent, 120, "the kiosk has sent everything", every=0.5)
    here = filed(kiosk)

    def arrived():
        processes.check()
        return sum(filed(folder / "county").values()) >= sum(here.values())
    until(arrived, 180, "the county has everything", every=0.5)

    problems = []
    if registered != WANTED:
        problems.append(f"{registered} registered, not {WANTED}")
    for where in ("kiosk", "hall", "county"):
        have = filed(folder / where)
        lost, twice, foreign = set(here) - set(have), [m for m, n in have.items() if n > 1], set(have) - set(here)
        print(f"{where:7} {len(have)} matters, {len(lost)} lost, {len(twice)} twice", flush=True)
        if lost or twice or foreign or len(have) != WANTED:
            problems.append(f"{where}: {len(have)} matters, {len(lost)} lost, {len(twice)} twice, {len(foreign)} foreign")
    report = json.loads(run([BIN / "hub", "report", "--data", folder / "county", "--json"]).stdout)
    if report["registered"] != WANTED:
        problems.append(f"the county's report says {report['registered']}")
    for where in ("kiosk", "hall", "county"):
        hall.verify(where)
    print(f"{source}; kills: {'; '.join(moments)}; chains verify at kiosk, hall and county")
    if problems:
        sys.exit("two thousand: " + "; ".join(problems))


main()
