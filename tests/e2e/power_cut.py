#!/usr/bin/env python3
"""Power cuts for real: kiosks, hall hub and county hub, each on an ext4 of its own that is shut down without flushing its journal.

    YIZHAN_BIN=build/release/bin tests/e2e/power_cut.py [CUTS]        default 100; needs root for loop mounts

EXT4_IOC_SHUTDOWN with NOLOGFLUSH ends the file system at once: what the kernel had not written is gone, the programs see I/O errors,
then they are killed. After unmounting and mounting again (the journal is replayed) each machine must verify, have every letter under
the number that was answered, once, and everything a hub acknowledged; then the hall goes on. At the end everything is sent and kiosk, hall and
county agree. Sixteen cuts come right after an enrolment or an invitation was answered: those must be on disk as well.
YIZHAN_SEED repeats a run's moments; a failing run keeps its files. YIZHAN_PLANT=nosync lets nothing reach the disk (fdatasync does
nothing), to see the checkers bark. Ends with 77 (skipped) where no loop device can be mounted.
"""
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

from faults import BIN, KIOSKS, Filing, House, Sending, Trouble, fast_disk, finish, run, seed_and_folder

SHUTDOWN, NOLOGFLUSH = 0x8004587D, struct.pack("I", 2)  # EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32)
MACHINES = ("kiosk", "kiosk2", "hall", "county")


class Disk:
    """An ext4 in a file."""

    def __init__(self, image, at):
        self.image, self.at = image, at
        with open(image, "wb") as file:
            file.truncate(96 << 20)
        run(["mkfs.ext4", "-q", "-F", image])
        at.mkdir()
        self.mounted = False

    def mount(self, mode):
        run(["mount", "-o", f"loop,noatime,data={mode}", self.image, self.at])
        self.mounted = True

    def cut(self):
        directory = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(directory, SHUTDOWN, NOLOGFLUSH)
        finally:
            os.close(directory)

    def unmount(self, at_the_end=False):
        for _ in range(100):
            if not self.mounted:
                return
            done = subprocess.run(["umount", str(self.at)], capture_output=True)
            if done.returncode == 0:
                self.mounted = False
                return
            time.sleep(0.05)
        if at_the_end:
            subprocess.run(["umount", "-l", str(self.at)])
            return
        holders = run(["fuser", "-vm", self.at], check=False).stderr
        raise Trouble(f"{self.at} cannot be unmounted: {done.stderr.decode().strip()} {holders}")


def births(house, disks, mode, problems, times):
    """An answered enrolment and an answered invitation survive a cut in the next moment."""
    for i in range(times):
        name, device = f"new{i}", f"440583-K{20 + i}"
        where = disks["kiosk2"].at / name
        code = house.hall.enrolment_code(house.folder / "hall", device, "kiosk")
        victim = "hall" if i % 2 else "kiosk2"
        if victim == "kiosk2":
            run([BIN / "kiosk", "enrol", "--data", where, "--hub", house.hall.url, "--code", code, "--role", "kiosk", "--origin", device])
        disks[victim].cut()
        if victim == "hall":
            house.processes.stop("hall", signal.SIGKILL)
        disks[victim].unmount()
        disks[victim].mount(mode)
        house.start_hubs()
        if victim == "hall":
            run([BIN / "kiosk", "enrol", "--data", where, "--hub", house.hall.url, "--code", code, "--role", "kiosk", "--origin", device])
        done = run([BIN / "kiosk", "sync", "--once", "--data", where], check=False)
        if done.returncode != 0:
            problems.append(f"{device} was enrolled before the cut of {victim} and is not: {done.stderr.strip()}")
        if list(where.glob("*.new")):
            problems.append(f"{device}: half a file was left behind")
        shutil.rmtree(where)
    os.sync()  # or a later cut brings one of them back


def main():
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed, dice, folder = seed_and_folder("yizhan-power-", fast_disk())
    try:
        disks = {name: Disk(folder / f"{name}.ext4", folder / name) for name in MACHINES}
        for disk in disks.values():
            disk.mount("ordered")
    except (Trouble, OSError) as trouble:
        print(f"power cut: skipped, no loop device can be mounted here: {trouble}")
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(77)
    house, began, victims_all, answers = None, time.monotonic(), 0, 0
    try:
        house = House(folder, dice)
        logs = folder / "logs"
        births(house, disks, "ordered", house.problems, min(16, max(2, cuts // 6)))
        for cut in range(cuts):
            house.start_hubs()
            filer, sender = list(KIOSKS) if cut % 2 else list(KIOSKS)[::-1]
            plant = {"LD_PRELOAD": str(BIN / "libyizhan_failing_disk.so"), "YIZHAN_DISK_UNDER": str(folder), "YIZHAN_DISK_FAULT": "nosync"} if os.environ.get("YIZHAN_PLANT") == "nosync" else {}
            filing = Filing(house.clerks[filer], folder / filer, logs / f"{filer}.log", dice, batch=dice.choice((1, 1, 1, 4)), letters=120, env=plant)
            sending = Sending(folder / sender, logs / f"{sender}.log")
            if dice.random() < 0.85:
                filing.first_answer()  # the others are cut while they start
            time.sleep(dice.uniform(0, 0.25))
            victims = list(MACHINES) if dice.random() < 0.4 else dice.sample(MACHINES, dice.randint(1, 3))
            dice.shuffle(victims)
            for name in victims:
                disks[name].cut()
            # Programs that meet the error say nothing false in the meantime; then the machine is dark.
            if dice.random() < 0.5:
                time.sleep(dice.uniform(0, 0.05))
            for name in victims:
                if name in ("hall", "county"):
                    house.processes.stop(name, signal.SIGKILL)
            filing.end(signal.SIGKILL if filer in victims or dice.random() < 0.5 else None)
            sending.end()
            answers += filing.answers
            mode = dice.choice(("ordered", "ordered", "writeback"))
            for name in victims:
                disks[name].unmount()
                disks[name].mount(mode)
            victims_all += len(victims)
            house.learn_marks()
            if cut % 25 == 24:
                print(f"{cut + 1} cuts, {house.letters()} letters, {time.monotonic() - began:.0f} s", flush=True)
            if house.check(MACHINES if cut % 10 == 9 else victims):
                raise Trouble(f"after cut {cut + 1} of {', '.join(victims)}")
        house.heal()
    except Trouble as trouble:
        (house.problems if house else []).append(str(trouble)) if house else sys.stderr.write(f"power cut: {trouble}\n")
    finally:
        if house:
            house.processes.stop_all()
        for disk in disks.values():
            disk.unmount(at_the_end=True)
    problems = house.problems if house else ["the house could not be built"]
    print(f"power cut: {cuts} cuts of {victims_all} machines in {time.monotonic() - began:.0f} s, {house.letters() if house else 0} letters acknowledged, "
          f"{len(problems)} problems (EXT4_IOC_SHUTDOWN, no log flush), seed {seed}")
    finish("power cut", problems, folder)


main()
