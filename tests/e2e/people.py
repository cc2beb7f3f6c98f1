#!/usr/bin/env python3
"""A county's keys in one command, handed down to a desk by themselves; a lawyer sets a PIN, signs in by hand, works, is locked out, comes back.

Pictures are kept. After the lock neither key nor PIN is in the desk's memory. Nothing of the hall's key or the PIN stands in any file of the desk or the hub, or in anything that was printed.
"""
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
from hall import BIN, DEVICES, HALL, Hall, Processes, Screen, Trouble, run, until, working_folder  # noqa: E402

PICTURES = Path(os.environ.get("YIZHAN_PICTURES", BIN.parent / "pictures" / "e2e"))
PIN = "270415"


def in_memory(pid: int, needles) -> int:
    """How often any of them stands in a process's writable memory."""
    found = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if not rights.startswith("rw") or "[vvar]" in line:
                continue
            begin, end = (int(part, 16) for part in place.split("-"))
            try:
                memory.seek(begin)
                block = memory.read(end - begin)
            except OSError:
                continue
            found += sum(block.count(needle) for needle in needles)
    return found


def keys(*words):
    return run([BIN / "hub", "keys", *words]).stdout


def main():
    folder = working_folder("yizhan-people-")
    PICTURES.mkdir(parents=True, exist_ok=True)
    processes = Processes(folder / "logs")
    stick, printed = folder / "stick", []
    # The county begins with keys; the set is in force before any hall asks.
    printed.append(keys("init", "--out", stick, "--halls", HALL, "--data", folder / "county", "--county", "--origin", "440583-C"))
    hall = Hall(processes, folder, devices=("kiosk", "lawyer"))
    for name in ("kiosk", "lawyer"):
        if not (folder / name / "key_set.json").exists():
            raise Trouble(f"{name} has no key-set after its enrolment")
    first = stick / "public" / "key_set-1.json"
    if (folder / "lawyer" / "key_set.json").read_text().strip() != first.read_text().strip():
        raise Trouble("the key-set is not word for word what the root signed")

    # The next version, while everything runs: hall and devices fetch it by themselves.
    second = folder / "key_set-2.json"
    printed.append(keys("rotate", "hall", "--hall", HALL, "--id", "H01-next", "--secret", folder / "hall.secret", "--root", stick / "root" / "root.secret",
                        "--current", first, "--out", second))
    printed.append(keys("install", second, "--data", folder / "county"))
    until(lambda: "version 2 " in keys("show", "--data", folder / "hall"), 30, "the hall has version 2")
    run([BIN / "kiosk", "sync", "--once", "--data", folder / "kiosk"])
    if json.loads((folder / "kiosk" / "key_set.json").read_text())["set"]["version"] != 2:
        raise Trouble("the kiosk did not take version 2")

    # A person: account at the hub, PIN at the desk.
    code = run([BIN / "hub", "staff", "add", "L01", "--name", "沈知行 律师", "--role", "lawyer", "--data", folder / "hall"]).stdout.strip()
    pin_file = folder / "pin"
    pin_file.touch(mode=0o600)
    pin_file.write_text(PIN + "\n")
    refused = run([BIN / "kiosk", "staff", "add", "L01", "--code", "x", "--hall-key", stick / "county" / next((stick / "county").glob("*.secret")), "--pin-file", pin_file,
                   "--data", folder / "lawyer"], check=False)
    if refused.returncode == 0 or "duty key" not in refused.stderr:
        raise Trouble("another key passed for the hall's: " + refused.stderr)
    run([BIN / "kiosk", "sync", "--once", "--data", folder / "lawyer"])
    printed.append(run([BIN / "kiosk", "staff", "add", "L01", "--code", code, "--hall-key", folder / "hall.secret", "--pin-file", pin_file, "--data", folder / "lawyer"]).stdout)
    pin_file.unlink()
    printed.append(run([BIN / "hub", "staff", "list", "--data", folder / "hall"]).stdout)

    # At the desk.
    letter = folder / "letter.tsv"
    letter.write_text("id\tsource\ttitle\ttext\nL1\t来信\t欠薪\t在纺织厂做工，两个月工资未付，请问怎么办。\n")
    desk = hall.open("lawyer", Screen(processes, "display-lawyer", 1920, 1080), (1920, 1080))
    desk.wait("person.L01", 20)
    desk.picture(PICTURES / "people_sign_in.png")
    if desk.find("call_next"):
        raise Trouble("the queue is shown before anybody signed in")
    desk.tap("person.L01")
    for digit in "111222":
        desk.tap(f"key.{digit}")
    desk.tap("pin.enter")
    time.sleep(2.5)
    desk.picture(PICTURES / "people_wrong.png")
    if desk.find("call_next"):
        raise Trouble("a wrong PIN opened the desk")
    desk.type(PIN)
    desk.picture(PICTURES / "people_typed.png")
    desk.key("Return")
    until(lambda: "call_next" in desk.names(), 15, "the desk opens")
    desk.picture(PICTURES / "people_signed_in.png")
    hall_secret = (folder / "hall.secret").read_text().split()[1]
    needles = [hall_secret.encode(), bytes.fromhex(hall_secret)]
    pid = processes.running["lawyer"].pid
    if in_memory(pid, needles) == 0:
        raise Trouble("the scan does not find a key that is there")
    desk.key("F12")
    until(lambda: desk.find("person.L01"), 8, "the lock asks for a person")
    time.sleep(1.5)
    left, pins = in_memory(pid, needles), in_memory(pid, [PIN.encode()])
    if left or pins:
        raise Trouble(f"after the lock the hall's key stands in the desk's memory {left} times, the PIN {pins} times")
    desk.picture(PICTURES / "people_locked.png")

    # The line down: nobody can come in, and the page says so.
    processes.stop("hall")
    desk.tap("person.L01")
    desk.type(PIN)
    desk.key("Return")
    time.sleep(7)
    if "call_next" in desk.names():
        raise Trouble("somebody signed in without the hub")
    desk.picture(PICTURES / "people_away.png")
    hall.start_hall()
    time.sleep(1)
    desk.type(PIN)
    desk.key("Return")
    until(lambda: "call_next" in desk.names(), 25, "the desk opens when the hub is back")
    desk.tap("sign_out")
    until(lambda: desk.find("person.L01"), 8, "signed out")

    def whats():
        done = run([BIN / "hub", "staff", "log", "--data", folder / "hall", "--json"])
        return [(row["staff"], row["what"].split()[0], row["desk"]) for row in json.loads(done.stdout)]
    device = DEVICES["lawyer"][0]
    until(lambda: ("L01", "out", device) in whats(), 20, "the desk's sessions are at the hub")
    for wanted in (("L01", "released", HALL), ("L01", "denied", HALL), ("L01", "in", device), ("L01", "refused", device), ("L01", "locked", device)):
        if wanted not in whats():
            raise Trouble(f"{wanted} is not in the log: {whats()}")

    processes.stop_all()
    secret = hall_secret
    needles = [secret.encode(), bytes.fromhex(secret), PIN.encode() + b"\n", f'"{PIN}"'.encode()]
    for name in ("lawyer", "kiosk", "hall", "county", "logs"):
        for file in (folder / name).rglob("*"):
            if file.is_file() and any(needle in file.read_bytes() for needle in needles):
                raise Trouble(f"{file.name} of {name} holds a secret")
    if any(secret in text or PIN in text for text in printed):
        raise Trouble("a secret was printed")
    for name in ("lawyer", "hall", "county"):
        hall.verify(name)
    print("keys handed down twice, one person in and out three times, no secret in any file, none in memory after the lock; every chain verifies")


try:
    main()
except Trouble as trouble:
    print(f"FAILED: {trouble}", file=sys.stderr)
    sys.exit(1)
