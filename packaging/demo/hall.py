"""A whole hall on one machine, as processes and windows; used by the demo and by the tests from outside.

Everything started here ends with the program that started it, also when that program is killed.
"""
import atexit
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("YIZHAN_BIN", ROOT / "build" / "release" / "bin"))


class Trouble(Exception):
    """Something a run cannot go on without; the message says what and where to look."""


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Processes:
    """What was started and must not be left behind."""

    def __init__(self, logs: Path):
        self.logs = logs
        logs.mkdir(parents=True, exist_ok=True)
        self.running = {}
        atexit.register(self.stop_all)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda n, _frame: sys.exit(128 + n))

    def start(self, name: str, command, env=None):
        with open(self.logs / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, **(env or {})}, preexec_fn=_die_with_parent)
        self.running[name] = process
        return process

    def log(self, name: str) -> str:
        file = self.logs / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def check(self):
        """Errors: a process that should be running has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Trouble(f"{name} ended with {process.returncode}: {self.log(name)[-600:].strip()}")

    def stop(self, name: str, number=signal.SIGTERM):
        process = self.running.pop(name, None)
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop_all(self):
        for name in reversed(list(self.running)):
            self.stop(name)


def until(what, seconds: float, words: str, every: float = 0.05):
    """Calls `what` until it gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > end:
            raise Trouble(f"not within {seconds:g} s: {words}")
        time.sleep(every)


def run(command, check=True, env=None, timeout=120):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, timeout=timeout)
    if check and done.returncode != 0:
        raise Trouble(f"{' '.join(str(p) for p in command)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as s:
        s.settimeout(0.5)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Screen:
    """A virtual display. Errors: Trouble when none can be had."""

    def __init__(self, processes: Processes, name: str, width: int, height: int, command=None):
        self.width, self.height = width, height
        for number in range(90 + os.getpid() % 400, 990):
            if os.path.exists(f"/tmp/.X{number}-lock") or os.path.exists(f"/tmp/.X11-unix/X{number}"):
                continue
            start = command(number) if command else ["Xvfb", f":{number}", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
            process = processes.start(name, start)
            socket_file = Path(f"/tmp/.X11-unix/X{number}")
            end = time.monotonic() + 15
            while time.monotonic() < end and process.poll() is None:
                if socket_file.exists() and run(["xdpyinfo", "-display", f":{number}"], check=False).returncode == 0:
                    self.display = f":{number}"
                    return
                time.sleep(0.05)
            processes.stop(name)
        raise Trouble(f"no virtual display: {processes.log(name)[-400:].strip()}")

    def picture(self, file: Path):
        """What stands on the screen now, with few colours: flat areas and text lose nothing and the file stays small."""
        file.parent.mkdir(parents=True, exist_ok=True)
        run(["import", "-display", self.display, "-window", "root", "+dither", "-colors", "64", f"PNG8:{file}"])


class Window:
    """One of our windows on a screen, driven by real pointer and key events; where things are, it reads from the hits file."""

    def __init__(self, screen: Screen, hits: Path, x: int = 0, y: int = 0):
        self.screen, self.hits_file, self.x, self.y = screen, hits, x, y
        self.taps = 0
        self.last = (-999, -999, 0.0)  # where and when the last press was
        self.slowness = 30  # milliseconds between typed characters

    def page(self):
        try:
            return json.loads(self.hits_file.read_text())
        except (OSError, ValueError):
            return {"frame": 0, "settled": 0, "hits": []}

    def find(self, name: str, enabled=True):
        for hit in self.page()["hits"]:
            if hit["name"] == name and (hit["enabled"] or not enabled):
                return hit
        return None

    def names(self):
        return [hit["name"] for hit in self.page()["hits"]]

    def wait(self, name: str, seconds: float = 8):
        try:
            return until(lambda: self.find(name), seconds, name)
        except Trouble:
            raise Trouble(f"“{name}” did not appear in {self.hits_file.stem}; there are: {' '.join(self.names())}") from None

    def press(self, x: int, y: int):
        run(["xdotool", "mousemove", str(x), str(y), "mousedown", "1"], env={"DISPLAY": self.screen.display})
        time.sleep(0.04)  # a finger stays a moment
        run(["xdotool", "mouseup", "1"], env={"DISPLAY": self.screen.display})

    def tap(self, name: str, then: str = "", seconds: float = 8):
        """Taps the widget, and waits for `then` to appear."""
        hit = self.wait(name, seconds)
        x, y = self.x + hit["x"] + hit["w"] // 2, self.y + hit["y"] + hit["h"] // 2
        # Twice at one place within half a second is a trembling hand to the program; a person waits for the next page too.
        # A key may be pressed again sooner, as people do, but not within its own guard.
        if abs(x - self.last[0]) < 40 and abs(y - self.last[1]) < 40:
            time.sleep(max(0.0, self.last[2] + (0.3 if name.startswith("key.") else 0.65) - time.monotonic()))
        settled = self.page()["settled"]
        self.press(x, y)
        self.last = (x, y, time.monotonic())
        self.taps += 1
        # However busy the machine: what is read next is what the touch brought about.
        until(lambda: self.page()["settled"] > settled, seconds, f"a frame that shows what {name} did")
        time.sleep(0.12)
        if then:
            self.wait(then, seconds)

    def draw(self, name: str, strokes):
        """Strokes of a finger on the widget; points in shares of its width and height."""
        hit = self.wait(name)
        for stroke in strokes:
            words = []
            for i, (u, v) in enumerate(stroke):
                words += ["mousemove", str(self.x + hit["x"] + round(u * hit["w"])), str(self.y + hit["y"] + round(v * hit["h"]))]
                words += ["mousedown", "1"] if i == 0 else ["sleep", "0.012"]
            run(["xdotool", *words, "mouseup", "1"], env={"DISPLAY": self.screen.display})
            time.sleep(0.08)

    def type(self, text: str):
        run(["xdotool", "type", "--delay", str(self.slowness), "--", text], env={"DISPLAY": self.screen.display})
        time.sleep(0.15)

    def key(self, *keys: str):
        run(["xdotool", "key", "--delay", "20", "--", *keys], env={"DISPLAY": self.screen.display})
        time.sleep(0.15)

    def picture(self, file: Path):
        time.sleep(0.25)  # motion comes to rest
        self.screen.picture(file)


def working_folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


COUNTY, HALL, CODE = "440583-C", "440583-H01", "440583"
DEVICES = {  # folder → (device, role, place, who sits there)
    "kiosk": (f"{CODE}-K01", "kiosk", "一号自助机", ""),
    "lawyer": (f"{CODE}-D01", "desk-lawyer", "1号律师窗口", "陈明远 律师"),
    "mediator": (f"{CODE}-D02", "desk-mediator", "2号调解窗口", "何秀兰 调解员"),
    "reception": (f"{CODE}-D03", "desk-reception", "3号接待窗口", "李静 接待员"),
    "board": (f"{CODE}-B01", "board", "大厅", ""),
}


PEOPLE = {"lawyer": ("L01", "lawyer"), "mediator": ("M01", "mediator"), "reception": ("R01", "reception")}  # folder → (id, role)
PIN = "246801"  # of everybody in the demo


class Hall:
    """County hub, a line that can fail, hall hub and enrolled devices; windows are opened one by one.

    With `keys` the county begins with a key-set: every matter is sealed, and people sign in at the desks."""

    def __init__(self, processes: Processes, folder: Path, jurisdiction: str = "jieyang", devices=tuple(DEVICES), keys: bool = False):
        self.processes, self.folder, self.jurisdiction = processes, folder, jurisdiction
        self.line = folder / "line"  # the proxy's control file
        self.line.write_text("up\n")
        self.county_port, self.line_port, self.hall_port = free_port(), free_port(), free_port()
        self.discipline_key = folder / "discipline-office" / "secret.key"  # not in the hall, not at the county's hub
        self.discipline_key.parent.mkdir(parents=True)
        county, hall = folder / "county", folder / "hall"
        self.county_key = None
        if keys:
            stick = folder / "sticks"
            run([BIN / "hub", "keys", "init", "--out", stick, "--halls", HALL, "--data", county, "--county", "--origin", COUNTY])
            self.discipline_key = next((stick / "discipline").glob("*.secret"))
            self.county_key = next((stick / "county").glob("*.secret"))
            self.hall_key = next((stick / f"hall-{HALL}").glob("*.secret"))
        else:
            run([BIN / "hub", "keys", "discipline", "--data", county, "--secret", self.discipline_key])
        self.start_county()
        code = self.enrolment_code(county, HALL, "hall")
        processes.start("line", [BIN / "yizhan_chaos_proxy", "--listen", f"127.0.0.1:{self.line_port}", "--to", f"127.0.0.1:{self.county_port}", "--control", self.line])
        until(lambda: listens(self.line_port), 10, "the proxy listens")
        self.start_hall(["--upstream-code", code])
        # The hall hands the county's keys on; a device enrolled before they came could seal nothing.
        if keys:
            until(lambda: "version 1 " in run([BIN / "hub", "keys", "show", "--data", hall]).stdout, 20, "the hall has the county's key-set")
        else:
            until(lambda: (hall / "discipline.pub").exists(), 20, "the hall hub is enrolled at the county: " + processes.log("hall")[-300:])
        for name in devices:
            self.enrol(name)
            if keys and name in PEOPLE:
                self.add_person(name)

    def add_person(self, name: str):
        """An account at the hub, a PIN at the desk."""
        who, role = PEOPLE[name]
        code = run([BIN / "hub", "staff", "add", who, "--name", DEVICES[name][3], "--role", role, "--data", self.folder / "hall"]).stdout.strip()
        pin = self.folder / "pin"
        pin.touch(mode=0o600)
        pin.write_text(PIN + "\n")
        run([BIN / "kiosk", "staff", "add", who, "--code", code, "--hall-key", self.hall_key, "--pin-file", pin, "--data", self.folder / name])
        pin.unlink()

    def start_county(self, wait=True):
        self.processes.start("county", [BIN / "hub", "serve", "--data", self.folder / "county", "--county", "--origin", COUNTY, "--jurisdiction", self.jurisdiction,
                                        "--listen", f"127.0.0.1:{self.county_port}"])
        if wait:
            until(lambda: listens(self.county_port), 15, "the county hub listens: " + self.processes.log("county")[-300:])

    def start_hall(self, more=(), wait=True):
        self.processes.start("hall", [BIN / "hub", "serve", "--data", self.folder / "hall", "--origin", HALL, "--jurisdiction", self.jurisdiction, "--listen",
                                      f"127.0.0.1:{self.hall_port}", "--upstream", f"http://127.0.0.1:{self.line_port}", *more])
        if wait:
            until(lambda: listens(self.hall_port), 15, "the hall hub listens: " + self.processes.log("hall")[-300:])

    @staticmethod
    def enrolment_code(data: Path, device: str, role: str) -> str:
        return json.loads(run([BIN / "hub", "keys", "enrol", device, "--role", role, "--data", data, "--json"]).stdout)["code"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hall_port}"

    def enrol(self, name: str, device: str = "", role: str = "", place: str = "", staff: str = ""):
        if name in DEVICES:
            device, role, place, staff = DEVICES[name]
        data = self.folder / name
        data.mkdir(exist_ok=True)
        words = {"jurisdiction": self.jurisdiction, "hub_url": self.url, "place": place, "staff": staff}
        (data / "config.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in words.items() if value))
        code = self.enrolment_code(self.folder / "hall", device, role)
        run([BIN / "kiosk", "enrol", "--data", data, "--hub", self.url, "--code", code, "--role", role, "--origin", device, "--place", place])

    def open(self, name: str, screen, size, at=(0, 0), px_per_mm: float = 0, env=None, hits=True, wait=True) -> "Window":
        role = DEVICES[name][1]
        command = {"kiosk": ["run"], "board": ["board"]}.get(role, ["desk", "--role", role.removeprefix("desk-")])
        file = self.folder / f"{name}.hits"
        file.unlink(missing_ok=True)  # an earlier process's first frame is not this one's
        more = ["--px-per-mm", str(px_per_mm)] if px_per_mm else []
        self.processes.start(name, [BIN / "kiosk", *command, "--data", self.folder / name, "--size", f"{size[0]}x{size[1]}", "--at", f"{at[0]},{at[1]}", "--hits", file, *more],
                             env={**({"DISPLAY": screen.display} if screen else {}), **(env or {})})
        window = Window(screen, file, *at)
        if not wait:
            return window

        def drawn():
            self.processes.check()
            return window.page()["frame"] > 0
        until(drawn, 20, f"the first frame of {name}: {self.processes.log(name)[-300:]}")
        return window

    def matter(self, where: str, number: str):
        """What a hub knows of a matter, or nothing."""
        key = ["--county-key", self.county_key] if self.county_key and where == "county" else []
        done = run([BIN / "hub", "matter", number, "--data", self.folder / where, "--jurisdiction", self.jurisdiction, "--json", *key], check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def decide(self, number: str, what: str, *more: str):
        key = ["--county-key", self.county_key] if self.county_key else []
        run([BIN / "hub", "decide", number, what, "--data", self.folder / "county", "--jurisdiction", self.jurisdiction, *key, *more])

    def verify(self, name: str):
        """Errors: Trouble when a chain does not verify."""
        program = "hub" if name in ("county", "hall") else "kiosk"
        done = run([BIN / program, "verify", "--data", self.folder / name, "--json"], check=False)
        if done.returncode != 0:
            raise Trouble(f"{name} does not verify: {done.stdout.strip()} {done.stderr.strip()}")
        return json.loads(done.stdout)
