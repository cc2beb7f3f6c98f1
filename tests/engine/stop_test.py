#!/usr/bin/env python3
"""SIGTERM and SIGINT stop `kiosk run`, `desk` and `board` cleanly: within two seconds, exit code 0, and what was accepted is kept."""
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
import walks  # noqa: E402
from hall import Hall, Processes, Screen, Trouble, until, working_folder  # noqa: E402

STOP_S = 2.0


def stop(processes: Processes, name: str, number) -> float:
    process = processes.running.pop(name)
    before = time.monotonic()
    process.send_signal(number)
    try:
        code = process.wait(10)
    except Exception:
        process.kill()
        raise Trouble(f"{name} does not stop on {number.name}") from None
    took = time.monotonic() - before
    said = processes.log(name).strip()
    if code != 0:
        raise Trouble(f"{name} ends with {code} on {number.name}: {said[-300:]}")
    if took > STOP_S:
        raise Trouble(f"{name} takes {took:.1f} s to stop on {number.name}")
    if said:
        raise Trouble(f"{name} complains while it stops: {said[-300:]}")
    print(f"{name}: {number.name}, {took * 1000:.0f} ms, code 0")
    return took


def listens(process, number) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1 == 1


def at_rest(folder: Path, name: str):
    """The log is closed: nothing is left beside it that only the next start would take in."""
    left = [file.name for file in (folder / name).glob("log.db-*") if file.stat().st_size > 0]
    if left:
        raise Trouble(f"{name} left its log open: {' '.join(left)}")


def file_and_stop_at_once(hall: Hall, kiosk, processes: Processes, number):
    """The signal comes right after the filled button was pressed, or when the receipt shows: both are kept."""
    person = walks.Person(kiosk, hall.folder / "kiosk" / "devices")
    person.who(card=walks.WORKER_CARD)
    person.topic("suggestion")
    person.answers()
    kiosk.tap("skip", "edit.request")
    kiosk.tap("next")
    until(lambda: kiosk.find("next") and not kiosk.find("edit.request"), 8, "the ruling")
    time.sleep(0.7)
    kiosk.tap("next")
    stop(processes, "kiosk", number)


def filed(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'kiosk' / 'log.db'}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM event WHERE type = 'filed'").fetchone()[0]


def main():
    folder = working_folder("yizhan-stop-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk", "lawyer", "board"))
    tall, wide = Screen(processes, "tall", 1080, 1920), Screen(processes, "wide", 1920, 1080)
    for name, screen, size in (("kiosk", tall, (1080, 1920)), ("lawyer", wide, (1920, 1080)), ("board", wide, (1920, 1080))):
        for number in (signal.SIGTERM, signal.SIGINT):
            hall.open(name, screen, size)
            time.sleep(1.5)  # its line rests in a long poll of 50 seconds
            stop(processes, name, number)
            at_rest(folder, name)
    # In the first moments: books, log and threads are just being opened. The process listens before it opens anything.
    for wait in (0, 0.01, 0.03, 0.06, 0.1, 0.3):
        hall.open("kiosk", tall, (1080, 1920), wait=False)
        until(lambda: listens(processes.running["kiosk"], signal.SIGTERM), 5, "a kiosk that listens for its stop")
        time.sleep(wait)
        stop(processes, "kiosk", signal.SIGTERM)
        at_rest(folder, "kiosk")
    # With a hub that takes the call and never answers.
    hall.open("kiosk", tall, (1080, 1920))
    time.sleep(1)
    processes.running["hall"].send_signal(signal.SIGSTOP)
    stop(processes, "kiosk", signal.SIGTERM)
    processes.running["hall"].send_signal(signal.SIGCONT)
    for i, number in enumerate((signal.SIGTERM, signal.SIGINT)):
        kiosk = hall.open("kiosk", tall, (1080, 1920))
        file_and_stop_at_once(hall, kiosk, processes, number)
        at_rest(folder, "kiosk")
        if filed(folder) != i + 1:
            raise Trouble(f"{filed(folder)} of {i + 1} matters that were filed are on the disk")
        hall.verify("kiosk")
    print("what was filed is on the disk and its chain verifies")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"stop: {trouble}")
