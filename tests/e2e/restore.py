#!/usr/bin/env python3
"""Copies and going on from them, with the real programs: kiosk → hall hub → county hub.

The kiosk files 5, a copy is made, it files 5 more (all synchronised), its disk is put back to the copy, it files 5 more: 15 matters at
the county, none lost, none twice, no number given out twice, and every chain proves, also against countersignatures kept outside.
Then the hall hub is put back to a copy of its own, and everything still arrives.
"""
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
from hall import BIN, ROOT, Hall, Processes, run, until, working_folder  # noqa: E402


def filed(log: Path):
    with sqlite3.connect(f"file:{log}?mode=ro", uri=True) as db:
        return Counter(matter for (matter,) in db.execute("SELECT matter FROM event WHERE type = 'filed'"))


def need(condition, words):
    if not condition:
        sys.exit("restore: " + words)


def main():
    folder = working_folder("yizhan-restore-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk",))
    kiosk, county = folder / "kiosk", folder / "county"
    number = 0

    def file_five():
        nonlocal number
        lines = ["id\tsource\ttitle\ttext\n"]
        for _ in range(5):
            number += 1
            lines.append(f"R-{number:03d}\tmade\t路灯坏了，第{number}件\t幸福路{number}号路灯坏了，请派人看一看。\n")
        letters = folder / f"letters-{number}.tsv"
        letters.write_text("".join(lines), encoding="utf-8")
        answer = json.loads(run([BIN / "kiosk", "intake", letters, "--data", kiosk, "--json"], timeout=120).stdout)
        need(answer["registered"] == 5, f"{answer['registered']} registered, not 5")

    def sent():
        return run([BIN / "kiosk", "sync", "--once", "--data", kiosk, "--patience", "20"], check=False).returncode == 0

    def arrived(wanted):
        def there():
            processes.check()
            return sum(filed(county / "hub.db").values()) >= wanted
        until(there, 120, f"the county has {wanted}", every=0.3)

    file_five()
    until(sent, 60, "the first five are sent", every=0.3)
    copy, hall_copy = folder / "kiosk.copy", folder / "hall.copy"
    run([BIN / "kiosk", "backup", "--data", kiosk, "--to", copy])
    run([BIN / "hub", "backup", "--data", folder / "hall", "--to", hall_copy])
    need(run([BIN / "kiosk", "backup", "--data", kiosk, "--to", copy], check=False).returncode == 1, "a copy was replaced")
    need((os.stat(copy).st_mode & 0o777) == 0o600, "the copy is not private")
    file_five()
    until(sent, 60, "five more are sent", every=0.3)
    arrived(10)
    numbers_before = set(filed(kiosk / "log.db"))
    kept = folder / "kept.jsonl"
    kept.write_text(run([BIN / "hub", "anchors", "--data", folder / "hall"]).stdout, encoding="utf-8")
    need(run([BIN / "kiosk", "verify", "--data", kiosk, "--anchors", kept], check=False).returncode == 0, "the kiosk's log does not prove before")

    # Put back by hand, without `kiosk restore`: the outside anchors see it, and so does the hub; nothing is stated in the old log's place.
    (folder / "by_hand").mkdir(mode=0o700)
    (folder / "by_hand" / "log.db").write_bytes(copy.read_bytes())
    by_hand = run([BIN / "kiosk", "verify", "--data", folder / "by_hand", "--anchors", kept, "--json"], check=False)
    need(by_hand.returncode == 1 and "rolled back or truncated" in by_hand.stdout, "a log put back by hand proves")

    answer = json.loads(run([BIN / "kiosk", "restore", "--data", kiosk, "--from", copy, "--json"]).stdout)
    need(answer["log"].endswith(".2"), f"the next epoch is {answer['log']}")
    need(len(filed(kiosk / "log.db")) == 5, "the copy had five")
    # The same letters again, before what the lost disk had said is back, would be registered a second time.
    again = run([BIN / "kiosk", "intake", folder / "letters-10.tsv", "--data", kiosk], check=False)
    need(again.returncode == 75 and "registered twice" in again.stderr, f"letters were taken in before the log was whole: {again.returncode} {again.stderr}")
    until(sent, 60, "what the lost disk had said is back", every=0.3)
    again = json.loads(run([BIN / "kiosk", "intake", folder / "letters-10.tsv", "--data", kiosk, "--json"], check=False).stdout)
    need(again["registered"] == 0 and again["already"] + again["rejected"] == 5, f"letters of the lost disk are registered twice: {again}")
    file_five()
    until(sent, 60, "the last five are sent", every=0.3)
    arrived(15)
    for where, log in (("kiosk", kiosk / "log.db"), ("hall", folder / "hall" / "hub.db"), ("county", county / "hub.db")):
        have = filed(log)
        print(f"{where:7} {len(have)} matters, {len(numbers_before - set(have))} lost, {sum(1 for n in have.values() if n > 1)} twice", flush=True)
        need(len(have) == 15 and set(have.values()) == {1} and numbers_before <= set(have), f"{where}: {len(have)} matters")
        proved = run([BIN / ("kiosk" if where == "kiosk" else "hub"), "verify", "--data", log.parent, "--anchors", kept], check=False)
        need(proved.returncode == 0, f"{where} does not prove: {proved.stdout}{proved.stderr}")
        own = ["--of", "440583-K01"] if where == "kiosk" else []
        second = run([sys.executable, ROOT / "packaging" / "verify" / "verify_log.py", *own, "--anchors", kept, log], check=False)
        need(second.returncode == 0, f"{where} does not prove to the second verifier: {second.stdout}")

    # A second restore of the same old copy must not take the same name or the same numbers.
    answer = json.loads(run([BIN / "kiosk", "restore", "--data", kiosk, "--from", copy, "--json"]).stdout)
    need(answer["log"].endswith(".3"), f"a second restore goes on as {answer['log']}")
    until(sent, 60, "what was said in between is back", every=0.3)
    file_five()
    until(sent, 60, "five of the third epoch are sent", every=0.3)
    arrived(20)
    need(len(filed(kiosk / "log.db")) == 20, "what was said in between did not come back")

    # The hall hub's disk is put back: its devices send again what it lacks, it states its own facts in an epoch of its own.
    processes.stop("hall", signal.SIGTERM)
    answer = json.loads(run([BIN / "hub", "restore", "--data", folder / "hall", "--from", hall_copy, "--json"]).stdout)
    need(answer["log"].endswith(".2"), f"the hall goes on as {answer['log']}")
    hall.start_hall()
    file_five()
    until(sent, 60, "the restored hall takes everything", every=0.3)
    arrived(25)
    have = filed(folder / "hall" / "hub.db")
    need(len(have) == 25 and set(have.values()) == {1}, f"the hall has {len(have)}")
    for where in ("kiosk", "hall", "county"):
        hall.verify(where)

    # The disk is gone and there is no copy: a new one under the old name does not begin the old log again.
    for name in kiosk.glob("log.db*"):
        name.unlink()
    hall.enrol("kiosk")
    until(sent, 60, "what the lost disk had said is back", every=0.3)
    need(len(filed(kiosk / "log.db")) == 25, "a new disk did not get back what was said")
    file_five()
    until(sent, 60, "five of the new disk are sent", every=0.3)
    arrived(30)
    have = filed(county / "hub.db")
    need(len(have) == 30 and set(have.values()) == {1}, f"the county has {len(have)} after a new disk")
    # A hub whose log cannot be asked takes no epoch by itself.
    processes.stop("hall", signal.SIGTERM)
    elsewhere = folder / "new-hall-disk"
    refused = run([BIN / "hub", "restore", "--data", elsewhere, "--from", hall_copy], check=False)
    need(refused.returncode != 0 and "--epoch" in refused.stderr and not (elsewhere / "hub.db").exists(), f"a hub took an epoch unasked: {refused.stderr}")
    print("15 of 15 after the first restore, 20 of 20 after the second, 25 of 25 after the hall's, 30 of 30 after a new disk; none lost, none twice")


main()
