#!/usr/bin/env python3
"""Disks that fail under the real programs (tests/tools/failing_disk.cpp): the n-th call fails, for n over every call of the run.

    YIZHAN_BIN=build/release/bin tests/e2e/failing_disk.py [STEP]      default 6: every sixth n; the campaign asks for 1: every n

`kiosk intake`, `kiosk sync`, `hub serve`, a first start and an enrolment work with one row of the table below under them. Nothing may be answered that is not on
disk; after an I/O error the program ends by itself; a full disk refuses and goes on when there is room again, the hub without a
restart; and the same program, started again on what is left, verifies, knows everything that was answered and completes the work.
YIZHAN_CASES=word… takes only the programs with one of these words. Prints one line a row: runs, how many met the fault, answers counted, slowest run.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from faults import BIN, KIOSKS, KNOWN, Clerk, House, Trouble, fast_disk, finish, run, seed_and_folder

LIBRARY = BIN / "libyizhan_failing_disk.so"
LETTERS = 10
FAULTS = {  # name → (what the library is told, the program must end by itself, the work must succeed all the same)
    "eio once": ("eio:{n}", True, False),
    "eio for ever": ("dead:{n}", True, False),
    "a failed sync": ("sync:{n}", True, False),
    "read-only": ("rofs:{n}", True, False),
    "full, then room": ("full:{n}:4", False, False),
    "killed": ("die:{n}", True, False),
    "a short write": ("short:{n}", False, True),
    "interrupted writes": ("eintr:{n}", False, True),
}


class Bench:
    def __init__(self, dice, folder):
        self.dice, self.folder, self.problems = dice, folder, []
        self.house = House(folder, dice)
        self.template = folder / "template"
        clerk = Clerk("F")
        self.letters = folder / "letters.ndjson"
        self.ids = []
        rows = [clerk.next((0, 3, 30, 300)[i % 4]) for i in range(LETTERS)]
        self.ids = [row["id"] for row in rows]
        self.letters.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        # Kiosk 1 has nothing yet, kiosk 2 has letters to send; the hubs know both.
        run([BIN / "kiosk", "intake", self.letters, "--data", folder / "kiosk2", "--json"])
        self.house.processes.stop("hall")
        self.house.processes.stop("county")
        shutil.copytree(folder / "kiosk", self.template / "kiosk")
        shutil.copytree(folder / "kiosk2", self.template / "kiosk2")
        shutil.copytree(folder / "hall", self.template / "hall", ignore=shutil.ignore_patterns("hub.sock"))

    def fresh(self):
        (self.folder / "told").unlink(missing_ok=True)
        for name in ("kiosk", "kiosk2", "hall"):
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.template / name, self.folder / name)

    def env(self, where, fault, n):
        return {"LD_PRELOAD": str(LIBRARY), "YIZHAN_DISK_UNDER": str(self.folder / where), "YIZHAN_DISK_FAULT": FAULTS[fault][0].format(n=n) if fault else "trace",
                "YIZHAN_DISK_COUNT": str(self.folder / "count"), "YIZHAN_DISK_TELL": str(self.folder / "told")}

    def told(self) -> str:
        """Which calls were made to fail."""
        file = self.folder / "told"
        return file.read_text().strip().replace(str(self.folder) + "/", "").replace("\n", "; ")if file.exists() else "none"

    def met_before_the_end(self) -> bool:
        """A failure that must show: not one of moving the log into the database when the program ends (the next start does it again), and
        not SQLite's own sync of a directory (it passes over that; core/sqlite.cpp syncs it before, by fsync, and does not)."""
        words = self.told().split(";")[0].split(" ")
        own = len(words) > 2 and words[1] == "fdatasync" and "/" not in words[2]
        return words[0] not in ("none", "") and not own and int(words[0]) < self.closing

    def swallowed(self, ends, code, row):
        """Success was said although the disk failed before. Moving the log into the database when the program ends is no promise: the
        next start does it again."""
        if ends and code == 0 and self.met_before_the_end():
            self.wrong(f"ended well after: {self.told()[:120]}", row)

    def learn_closing(self):
        """The call of a quiet run with which the log is moved into the database at the end: the last sync of the write-ahead log."""
        lines = (self.folder / "told").read_text().splitlines()
        self.closing = max(int(line.split(" ")[0]) for line in lines if "fdatasync" in line and "-wal" in line)

    def birth(self, fault, n, row):
        """A hub's first start and a kiosk's enrolment, on empty directories."""
        for name in ("born", "enrolled"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.fresh()
        born = [str(BIN / "hub"), "serve", "--data", str(self.folder / "born"), "--origin", "440583-H09", "--json", "--listen", "127.0.0.1:0"]
        keys = []
        for env in (self.env("born", fault, n), {}):
            out = self.folder / "hub.out"
            with open(out, "wb") as log:
                hub = subprocess.Popen(born, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **env})
            end = time.monotonic() + 15
            while time.monotonic() < end and hub.poll() is None and b"listening" not in out.read_bytes():
                time.sleep(0.005)
            if b"listening" in out.read_bytes():
                keys.append(json.loads(out.read_text().splitlines()[0])["public_hex"])
            elif not env:
                self.wrong(f"the hub does not start after it: {out.read_text()[-200:]}", row)
            hub.terminate()
            hub.wait()
        if len(set(keys)) > 1:
            self.wrong("the hub told one key and has another", row)
        calls_born = self.counted() if fault != "killed" else n
        # The second half: a kiosk is enrolled.
        hub = self.start_hub({})
        enrolled = self.folder / "enrolled"
        done = None
        for env in (self.env("enrolled", fault, n), {}):
            if done is not None and done.returncode == 0:
                break
            code = self.house.hall.enrolment_code(self.folder / "hall", "440583-K30", "kiosk")
            done = run([BIN / "kiosk", "enrol", "--data", enrolled, "--hub", self.house.hall.url, "--code", code, "--role", "kiosk", "--origin", "440583-K30"], check=False,
                       env=env, timeout=60)
            if not env and done.returncode != 0:
                self.wrong(f"it cannot be enrolled after it: {done.stderr.strip()[-200:]}", row)
        sync = run([BIN / "kiosk", "sync", "--once", "--data", enrolled, "--patience", "10"], check=False)
        if sync.returncode != 0:
            self.wrong(f"enrolled, and then: {sync.stderr.strip()[-200:]}", row)
        hub.terminate()
        hub.wait()
        for name in ("born", "enrolled"):
            if left := [path.name for path in (self.folder / name).iterdir() if path.name not in KNOWN]:
                self.wrong(f"left behind: {left}", row)
        if fault is None:
            (self.folder / "count").write_text(f"{max(calls_born, self.counted())}\n")
        return True, len(keys)

    def counted(self) -> int:
        return int((self.folder / "count").read_text())

    def start_hub(self, env):
        out = self.folder / "hub.out"
        log = open(out, "wb")
        process = subprocess.Popen([str(BIN / "hub"), "serve", "--data", str(self.folder / "hall"), "--jurisdiction", self.house.hall.jurisdiction, "--json", "--listen",
                                    f"127.0.0.1:{self.house.hall.hall_port}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **env})
        log.close()
        end = time.monotonic() + 15
        while time.monotonic() < end and process.poll() is None and b"listening" not in out.read_bytes():
            time.sleep(0.005)
        return process

    def wrong(self, what, row):
        print(f"    {row}: {what}", flush=True)
        self.problems.append(f"{row}: {what}")

    # ---- one run a program -----------------------------------------------------------------------------------------------

    def answered(self, text):
        return {words[0]: words[1] for words in (line.split("\t") for line in text.splitlines(keepends=True) if line.endswith("\n")) if len(words) == 3}

    def intake(self, fault, n, row):
        self.fresh()
        command = [BIN / "kiosk", "intake", self.letters, "--batch", "1", "--numbers", "--data", self.folder / "kiosk"]
        done = run(command, check=False, env=self.env("kiosk", fault, n), timeout=60)
        answers = self.answered(done.stdout)
        met = fault is None or n <= self.counted()
        ends, succeeds = FAULTS[fault][1:] if fault else (False, True)
        if succeeds and done.returncode != 0:
            self.wrong(f"ended with {done.returncode}: {done.stderr.strip()[-200:]}", row)
        if done.returncode not in ((-signal.SIGKILL,) if fault == "killed" else (0, 1, 75)) and done.returncode != 0:
            self.wrong(f"exit {done.returncode}", row)
        if fault != "killed" and done.returncode != 0 and not done.stderr.strip():
            self.wrong(f"exit {done.returncode} and no word", row)
        if done.returncode == 0 and len(answers) != LETTERS:
            self.wrong(f"ended well with {len(answers)} answers", row)
        again = run(command, check=False, timeout=60)
        if again.returncode != 0:
            self.wrong(f"started again it ends with {again.returncode}: {again.stderr.strip()[-200:]}", row)
        final = self.answered(again.stdout)
        if set(final) != set(self.ids) or len(set(final.values())) != LETTERS:
            self.wrong(f"{len(final)} letters have a number after the restart", row)
        for letter, number in answers.items():
            if final.get(letter) != number:
                self.wrong(f"{letter} was answered {number} and is now {final.get(letter)}", row)
        self.sound("kiosk", row)
        filed = self.house.ask("kiosk", "SELECT count(*), count(DISTINCT matter) FROM event WHERE type = 'filed'")
        if filed != [(LETTERS, LETTERS)]:
            self.wrong(f"filed, matters: {filed}", row)
        self.swallowed(ends, done.returncode, row)
        return met, len(answers)

    def sound(self, where, row):
        try:
            self.house.hall.verify(where)
        except Trouble as trouble:
            self.wrong(str(trouble), row)

    def mark(self):
        rows = self.house.ask("kiosk2", "SELECT value FROM note WHERE key = ?", f"sync.440583-H01.{KIOSKS['kiosk2']}")
        value = rows[0][0] if rows else b"0 0"
        return int((value if isinstance(value, str) else value.decode()).split()[0])

    def sync(self, patience, env=None):
        return run([BIN / "kiosk", "sync", "--once", "--data", self.folder / "kiosk2", "--patience", patience, "--json"], check=False, env=env, timeout=90)

    def compare(self, row):
        """What was acknowledged is at the hub."""
        mark, there = self.mark(), self.house.heads("hall").get(KIOSKS["kiosk2"], 0)
        if there < mark:
            self.wrong(f"the hub acknowledged {mark} and has {there}", row)
        return mark

    def finish(self, row):
        """Both started again: everything arrives."""
        hub = self.start_hub({})
        try:
            if hub.poll() is not None:
                return self.wrong(f"the hub does not start again: {(self.folder / 'hub.out').read_text()[-200:]}", row)
            done = self.sync(30)
            if done.returncode != 0:
                self.wrong(f"after the restart not everything is sent: {done.stdout.strip()[-200:]} {done.stderr.strip()[-200:]}", row)
        finally:
            hub.terminate()
            hub.wait()
        self.sound("hall", row)
        self.sound("kiosk2", row)
        here, there = self.house.heads("kiosk2").get(KIOSKS["kiosk2"]), self.house.heads("hall").get(KIOSKS["kiosk2"])
        if here != there:
            self.wrong(f"the hub has {there} of {here}", row)

    def hub(self, fault, n, row):
        self.fresh()
        ends, succeeds = FAULTS[fault][1:] if fault else (False, True)
        env = self.env("hall", fault, n)
        hub = self.start_hub(env)
        died_early = hub.poll() is not None
        if not died_early:
            done = self.sync(2 if ends else 30)
            if ends and (done.returncode != 0 or self.met_before_the_end()):
                # Its disk failed: it must not stay and go on.
                try:
                    code = hub.wait(5)
                    if code != (-signal.SIGKILL if fault == "killed" else 75):
                        self.wrong(f"after its disk failed the hub ended with {code}", row)
                except subprocess.TimeoutExpired:
                    self.wrong("its disk failed and the hub stays: " + (self.folder / "hub.out").read_text()[-200:], row)
            if not ends and done.returncode != 0:
                self.wrong(f"not everything was sent without a restart: {done.stdout.strip()[-200:]}", row)
            if not ends and hub.poll() is not None:
                self.wrong(f"the hub ended with {hub.returncode}", row)
        elif succeeds or hub.returncode not in (1, 75, -signal.SIGKILL):
            self.wrong(f"the hub did not start: {hub.returncode}", row)
        if hub.poll() is None:
            hub.terminate()
            hub.wait()
        met = died_early or hub.returncode != 0 or n <= self.counted()
        mark = self.compare(row)
        if fault:
            self.finish(row)
        return met, mark

    def send(self, fault, n, row):
        """The kiosk's own disk fails while it sends."""
        self.fresh()
        succeeds = FAULTS[fault][2] if fault else True
        hub = self.start_hub({})
        done = self.sync(5, self.env("kiosk2", fault, n))
        met = n <= self.counted() if (self.folder / "count").exists() else True
        if succeeds and done.returncode != 0:
            self.wrong(f"ended with {done.returncode}: {done.stderr.strip()[-200:]}", row)
        hub.terminate()
        hub.wait()
        self.swallowed(fault is not None and FAULTS[fault][1], done.returncode, row)
        mark = self.compare(row)
        if fault:
            self.finish(row)
        return met, mark


def main():
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    wanted = os.environ.get("YIZHAN_CASES", "").split()
    seed, dice, folder = seed_and_folder("yizhan-disk-", fast_disk())
    began = time.monotonic()
    bench = Bench(dice, folder)
    runs_all = 0
    try:
        for program, work in (("first start and enrolment", bench.birth), ("kiosk intake", bench.intake), ("hub serve", bench.hub), ("kiosk sync", bench.send)):
            if wanted and not any(word in program for word in wanted):
                continue
            work(None, 0, f"{program}, no fault")
            calls = bench.counted()
            if work != bench.birth:
                bench.learn_closing()
            print(f"{program}: {calls} calls that change the disk", flush=True)
            for fault in FAULTS:
                top = calls if not fault.startswith("a failed sync") else max(4, calls // 2)
                moments = list(range(1 + dice.randrange(min(step, top)), top + 1, step))
                met = answers = 0
                slowest = 0.0
                for n in moments:
                    t = time.monotonic()
                    hit, said = work(fault, n, f"{program}, {fault}, call {n}")
                    slowest = max(slowest, time.monotonic() - t)
                    met, answers = met + bool(hit), answers + said
                runs_all += len(moments)
                print(f"  {fault:20} {len(moments):4} runs, {met:4} met it, {answers:5} answers kept, slowest {slowest:4.1f} s, {len(bench.problems)} problems", flush=True)
        # A disk that is full for a while: the hub refuses and goes on by itself.
        bench.fresh()
        full = folder / "full"
        hub = bench.start_hub({**bench.env("hall", None, 0), "YIZHAN_DISK_FAULT": f"fullfile:{full}"})
        full.touch()
        refused = bench.sync(2)
        if refused.returncode != 75 or bench.mark() != 0:
            bench.wrong(f"exit {refused.returncode}, mark {bench.mark()}", "hub, full for a while")
        full.unlink()
        t = time.monotonic()
        done = bench.sync(30)
        if done.returncode != 0 or hub.poll() is not None:
            bench.wrong(f"after there is room again: {done.stdout.strip()} {done.stderr.strip()}", "hub, full for a while")
        print(f"hub serve, full for a while: refused with 75, complete {time.monotonic() - t:.1f} s after there was room, same process", flush=True)
        hub.terminate(), hub.wait()
        bench.compare("hub, full for a while")
    except Trouble as trouble:
        bench.problems.append(str(trouble))
    finally:
        bench.house.processes.stop_all()
    print(f"failing disk: {runs_all} runs, {len(bench.problems)} problems, {time.monotonic() - began:.0f} s, seed {seed}")
    finish("failing disk", bench.problems, folder, 10)


main()
