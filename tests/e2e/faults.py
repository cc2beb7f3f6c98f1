"""What the campaigns of faults share: letters handed in one by one with every answer remembered, a house of two kiosks, a hall hub and
a county hub as real programs, and the checkers, which know nothing of how the house was hurt.

Acknowledged is what a program answered: `kiosk intake --numbers` printed the number, a hub's mark stands in the kiosk's own notes.
"""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
from hall import BIN, HALL, Hall, Processes, Trouble, listens, run, until  # noqa: E402

KIOSKS = {"kiosk": "440583-K01", "kiosk2": "440583-K02"}
WORDS = ("路灯坏了", "楼上漏水", "工资没发", "公交改线", "井盖松动", "学校收费", "垃圾没清", "停水三天")
#: What may lie in a data directory when nothing runs; anything else was left behind.
KNOWN = {"log.db", "log.db-wal", "log.db-shm", "log.db.lock", "config.toml", "enrolment.toml", "device.key", "hub.db", "hub.db-wal", "hub.db-shm",
         "hub.db.lock", "hub.key", "hub.sock", "discipline.pub", "upstream", "lost+found"}


class Clerk:
    """One kiosk's letters: what was answered, and what was handed in and has no answer yet (it is handed in again)."""

    def __init__(self, prefix: str):
        self.prefix, self.made = prefix, 0
        self.numbers = {}  # id → matter number, as answered
        self.waiting = []
        self.problems = []
        self.lock = threading.Lock()

    def next(self, size: int) -> dict:
        self.made += 1
        i = self.made
        row = {"id": f"{self.prefix}-{i:06d}", "source": "电子邮件", "title": f"{WORDS[i % 8]}，第{i}件",
               "text": f"幸福路{i}号{WORDS[i % 8]}，请派人看一看。" + "情况一直没有变化。" * size}
        if i % 11 == 0:
            row["kind"] = "accusation"  # sealed: its number is all anybody here can compare
        return row

    def answered(self, line: str):
        words = line.rstrip("\n").split("\t")
        if len(words) != 3 or words[2] not in ("registered", "already"):
            return
        with self.lock:
            known = self.numbers.setdefault(words[0], words[1])
            if known != words[1]:
                self.problems.append(f"{words[0]} was given {known} and {words[1]}")
            self.waiting = [w for w in self.waiting if w["id"] != words[0]]


class Filing:
    """`kiosk intake -` that is fed from beside: at most `ahead` letters without an answer."""

    def __init__(self, clerk: Clerk, data: Path, log: Path, dice: random.Random, batch=1, ahead=6, letters=10_000, env=None):
        self.clerk, self.dice, self.ahead, self.letters = clerk, random.Random(dice.random()), max(ahead, batch), letters
        self.errors = open(log, "ab")
        self.process = subprocess.Popen([str(BIN / "kiosk"), "intake", "-", "--batch", str(batch), "--numbers", "--json", "--data", str(data)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, env={**os.environ, **(env or {})})
        self.room = threading.Semaphore(self.ahead)
        self.answers, self.stop = 0, False
        self.summary = ""
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.feed, self.hear)]
        for thread in self.threads:
            thread.start()

    def feed(self):
        again = list(self.clerk.waiting)
        try:
            for number in range(self.letters):
                while not self.room.acquire(timeout=0.05):
                    if self.stop:
                        return
                if self.stop:
                    return
                if again:
                    row = again.pop(0)
                else:
                    row = self.clerk.next(self.dice.choice((0, 3, 30, 300)))
                    with self.clerk.lock:
                        self.clerk.waiting.append(row)
                self.process.stdin.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
                self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # it died: what has no answer is handed in again
        finally:
            try:
                self.process.stdin.close()
            except OSError:
                pass

    def hear(self):
        for raw in self.process.stdout:
            if not raw.endswith(b"\n"):
                return  # half a line was never an answer
            line = raw.decode()
            if line.startswith("{"):
                self.summary = line
            else:
                self.clerk.answered(line)
                self.answers += 1
                self.room.release()

    def first_answer(self, seconds=20) -> bool:
        end = time.monotonic() + seconds
        while self.answers == 0 and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        return self.answers > 0

    def end(self, number=None) -> int:
        """Closes the input and waits, or kills; returns the exit code."""
        self.stop = True
        if number is not None and self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
            self.clerk.problems.append("intake did not end within a minute")
        for thread in self.threads:
            thread.join(10)
        self.errors.close()
        return code


class Sending:
    """`kiosk sync --once`, again and again."""

    def __init__(self, data: Path, log: Path, patience=20):
        self.data, self.log, self.patience = data, log, patience
        self.process, self.stop, self.codes = None, False, Counter()
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while not self.stop:
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen([str(BIN / "kiosk"), "sync", "--once", "--data", str(self.data), "--patience", str(self.patience)],
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                self.codes[self.process.wait()] += 1
            time.sleep(0.02)

    def end(self, number=signal.SIGKILL):
        self.stop = True
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
        self.thread.join(60)


class House:
    """Two kiosks that file and send in turn, a hall hub and the county's."""

    def __init__(self, folder: Path, dice: random.Random):
        self.folder, self.dice = folder, dice
        self.processes = Processes(folder / "logs")
        self.hall = Hall(self.processes, folder, devices=())
        for number, (name, device) in enumerate(KIOSKS.items()):
            self.hall.enrol(name, device, "kiosk", f"{number + 1}号自助机")
        self.clerks = {name: Clerk(f"{device[-3:]}") for name, device in KIOSKS.items()}
        self.problems = []
        self.marks = Counter()  # the highest a hub ever acknowledged, by (hub, origin)

    def start_hubs(self):
        for name, start in (("county", self.hall.start_county), ("hall", self.hall.start_hall)):
            process = self.processes.running.get(name)
            if process is None or process.poll() is not None:
                self.processes.running.pop(name, None)
                start()

    def database(self, where: str) -> Path:
        return self.folder / where / ("hub.db" if where in ("hall", "county") else "log.db")

    def ask(self, where: str, sql: str, *values):
        if not self.database(where).exists():
            return []
        # Closed at once: an open file keeps a disk from being unmounted.
        with closing(sqlite3.connect(f"file:{self.database(where)}?mode=ro", uri=True, timeout=20)) as db:
            try:
                return db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self.problems.append(f"{where}: cannot be read: {error}")
                return []

    def heads(self, where: str):
        return {origin: seq for origin, seq in self.ask(where, "SELECT origin, seq FROM log")}

    def learn_marks(self):
        """What hubs acknowledged, as the kiosks wrote it down."""
        for name, origin in KIOSKS.items():
            rows = self.ask(name, "SELECT value FROM note WHERE key = ?", f"sync.{HALL}.{origin}")
            if rows:
                value = rows[0][0]
                at_hall, at_county = (value if isinstance(value, str) else value.decode()).split()
                self.marks["hall", origin] = max(self.marks["hall", origin], int(at_hall))
                self.marks["county", origin] = max(self.marks["county", origin], int(at_county))

    def check(self, names, whole=True):
        """What must be true of these machines now, whatever happened to them. Nothing of them may be running unless it is a hub."""
        found = []
        for name in names:
            if whole and self.database(name).exists():
                try:
                    self.hall.verify(name)
                except Trouble as trouble:
                    found.append(str(trouble))
                    continue
            if name in self.clerks:
                found += self.check_filed(name, name)
            else:
                heads = self.heads(name)
                for origin in KIOSKS.values():
                    if heads.get(origin, 0) < self.marks[name, origin]:
                        found.append(f"{name} acknowledged {origin} up to {self.marks[name, origin]} and has {heads.get(origin, 0)}")
        self.problems += found
        return found

    def check_filed(self, where: str, kiosk: str):
        """Every letter that was answered is there, under its number, once."""
        clerk, origin = self.clerks[kiosk], KIOSKS[kiosk]
        rows = self.ask(where, "SELECT e.matter, json_extract(CAST(e.body AS TEXT), '$.source_ref') FROM event e JOIN log l ON l.id = e.log WHERE e.type = 'filed' AND l.origin = ?", origin)
        by_letter, matters = {}, Counter(matter for matter, _ in rows)
        found = [f"{where}: {matter} is filed {n} times" for matter, n in matters.items() if n > 1]
        for matter, source in rows:
            letter = source.rsplit(":", 1)[-1]
            if letter in by_letter:
                found.append(f"{where}: letter {letter} is there as {by_letter[letter]} and {matter}")
            by_letter[letter] = matter
        with clerk.lock:
            for letter, matter in clerk.numbers.items():
                if by_letter.get(letter) != matter:
                    found.append(f"{where}: letter {letter} was answered {matter}, there is {by_letter.get(letter)}")
            found += clerk.problems
            clerk.problems = []
        return found

    def leftovers(self, names):
        found = []
        for name in names:
            for path in (self.folder / name).iterdir():
                if path.name not in KNOWN:
                    found.append(f"{name}: {path.name} was left behind")
        self.problems += found
        return found

    def heal(self, seconds=240):
        """Nothing fails any more: what has no answer is handed in again, everything is sent, and the three places agree."""
        self.start_hubs()
        logs = self.folder / "logs"
        for name, clerk in self.clerks.items():
            if not clerk.waiting:
                continue
            filing = Filing(clerk, self.folder / name, logs / f"{name}.log", self.dice, letters=len(clerk.waiting))
            code = self.finish(filing)
            if code != 0 or clerk.waiting:
                self.problems.append(f"{name}: the last intake ended with {code}, {len(clerk.waiting)} letters without an answer")
        for name in self.clerks:
            until(lambda: run([BIN / "kiosk", "sync", "--once", "--data", self.folder / name, "--patience", "20"], check=False).returncode == 0, seconds,
                  f"{name} has sent everything", every=0.5)
        here = {origin: self.heads(name)[origin] for name, origin in KIOSKS.items()}
        until(lambda: all(self.heads("county").get(origin, 0) >= seq for origin, seq in here.items()), seconds, "the county has everything", every=0.5)
        self.learn_marks()
        self.check(["kiosk", "kiosk2", "hall", "county"])
        for where in ("hall", "county"):
            for name, origin in KIOSKS.items():
                if self.heads(where).get(origin) != here[origin]:
                    self.problems.append(f"{where} has {self.heads(where).get(origin)} of {origin}, not {here[origin]}")
                self.problems += self.check_filed(where, name)
        self.leftovers(["kiosk", "kiosk2", "hall", "county"])

    @staticmethod
    def finish(filing: Filing) -> int:
        """Lets it come to the end of its letters."""
        filing.threads[0].join(120)
        return filing.end()

    def letters(self) -> int:
        return sum(len(clerk.numbers) for clerk in self.clerks.values())


def seed_and_folder(prefix: str, under=None):
    seed = int(os.environ.get("YIZHAN_SEED", time.time_ns() % 1_000_000))
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=under))
    print(f"seed {seed}", flush=True)
    return seed, random.Random(seed), folder


def finish(what: str, problems: list, folder: Path, shown: int = 8):
    """The end of a campaign: its files are kept for a person when there were problems, and the program says so by its exit."""
    if problems:
        print(f"files kept: {folder}")
        sys.exit(f"{what}: " + "; ".join(problems[:shown]))
    shutil.rmtree(folder, ignore_errors=True)


def fast_disk():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
