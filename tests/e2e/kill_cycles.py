#!/usr/bin/env python3
"""kill -9 of kiosks and hubs under load, again and again, also of what is just coming back.

    YIZHAN_BIN=build/release/bin tests/e2e/kill_cycles.py [CYCLES]        default 40; the campaign asks for 1000

One kiosk files letters one by one, the other sends; at a random moment some of kiosk, kiosk, hall and county are killed, a hub sometimes
again while it starts. Every letter that was answered must be there under its number, once; no number twice, every chain whole, every restart at
once (no orphan lock), nothing left behind in a data directory. At the end kiosk, hall and county agree.
YIZHAN_SEED repeats a run's moments; a failing run keeps its files.
"""
import signal
import sys
import time

from faults import KIOSKS, Filing, House, Sending, Trouble, fast_disk, finish, seed_and_folder

MACHINES = ("kiosk", "kiosk2", "hall", "county")


def main():
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    seed, dice, folder = seed_and_folder("yizhan-kill-", fast_disk())
    house = House(folder, dice)
    logs, began, kills = folder / "logs", time.monotonic(), 0
    try:
        for cycle in range(cycles):
            house.start_hubs()
            filer, sender = list(KIOSKS) if cycle % 2 else list(KIOSKS)[::-1]
            filing = Filing(house.clerks[filer], folder / filer, logs / f"{filer}.log", dice, batch=dice.choice((1, 1, 1, 4)), letters=16)
            sending = Sending(folder / sender, logs / f"{sender}.log")
            if dice.random() < 0.7:
                filing.first_answer()
            time.sleep(dice.choice((dice.uniform(0, 0.03), dice.uniform(0, 0.15))))
            victims = dice.sample(MACHINES, dice.choice((1, 1, 2, 4)))
            for name in victims:
                if name in ("hall", "county"):
                    house.processes.stop(name, signal.SIGKILL)
                    kills += 1
            code = filing.end(signal.SIGKILL if filer in victims else None)
            if code not in (0, -signal.SIGKILL):
                raise Trouble(f"cycle {cycle + 1}: intake ended with {code}: {(logs / f'{filer}.log').read_text()[-300:]}")
            sending.end()
            kills += len({filer, sender} & set(victims))
            for name in {"hall", "county"} & set(victims):
                if dice.random() < 0.3:  # and once more while it comes back
                    start = house.hall.start_hall if name == "hall" else house.hall.start_county
                    start(wait=False)
                    time.sleep(dice.uniform(0, 0.08))
                    house.processes.stop(name, signal.SIGKILL)
                    kills += 1
            house.learn_marks()
            full = cycle % 20 == 19
            if house.check(MACHINES if full else victims, whole=full) or house.leftovers(MACHINES):
                raise Trouble(f"after cycle {cycle + 1} ({', '.join(victims)})")
            if cycle % 100 == 99:
                print(f"{cycle + 1} cycles, {kills} kills, {house.letters()} letters, {time.monotonic() - began:.0f} s", flush=True)
        house.heal()
        for name in MACHINES:
            text = house.processes.log(name)
            if "another process has this database open" in text:
                house.problems.append(f"{name}: a lock was left behind")
    except Trouble as trouble:
        house.problems.append(str(trouble))
    finally:
        house.processes.stop_all()
    print(f"kill cycles: {cycles} cycles, {kills} kill -9, {house.letters()} letters acknowledged, {len(house.problems)} problems, "
          f"{time.monotonic() - began:.0f} s, seed {seed}")
    finish("kill cycles", house.problems, folder)


main()
