#!/usr/bin/env python3
"""The whole hall on this machine. With a display its windows open for you; without one (or with --robot) a robot walks.

The robot presses what a person presses, with real pointer and key events on virtual displays, keeps a picture of every screen
in out/ and at the end prints what reached where. It ends with 0 only if everything arrived that had to.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import walks  # noqa: E402
from hall import BIN, PEOPLE, PIN, ROOT, Hall, Processes, Screen, Trouble, Window, run, until, working_folder  # noqa: E402

OUT = ROOT / "out"
STATES = {"Registered": "已登记", "Disposed": "已处置", "NotAccepted": "不予受理", "Accepted": "已受理", "InHandling": "办理中", "OpinionIssued": "已答复", "Served": "已送达"}


def say(words: str):
    print(f"{time.strftime('%H:%M:%S')}  {words}", flush=True)


# ---- for a person ------------------------------------------------------------------------------------------------------------


def for_a_person():
    size = run(["xdotool", "getdisplaygeometry"], check=False).stdout.split()
    width, height = (int(size[0]), int(size[1])) if len(size) == 2 else (1920, 1080)
    folder = working_folder("yizhan-demo-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, keys=True)
    # The kiosk stands upright at the left; desks and board keep their shape and are as large as the rest allows.
    scale = min(1.0, (height - 80) / 1920)
    kiosk = (int(1080 * scale), int(1920 * scale))
    desk_scale = max(0.5, min(1.0, (width - kiosk[0] - 40) / 1920))
    desk = (int(1920 * desk_scale), int(1080 * desk_scale))
    display = Display(os.environ["DISPLAY"])
    x = kiosk[0] + 20
    hall.open("kiosk", display, kiosk, (0, 0), 4.0 * scale)
    for step, name in enumerate(("board", "reception", "mediator", "lawyer")):
        hall.open(name, display, desk, (min(x + 24 * step, max(0, width - desk[0])), 24 * step), (2.0 if name == "board" else 3.6) * desk_scale)
    open_panel(hall, processes, display, (max(0, width - 780), max(0, height - 560)))
    say("The hall is open: kiosk, three desks, board and a panel for network, paper and cards.")
    say(f"Data and logs: {folder} (gone when you leave). County: build/release/bin/hub matter --data {folder}/county")
    say(f"Every matter is sealed under keys made for this run ({folder}/sticks). At the desks sign in as {', '.join(who for who, _ in PEOPLE.values())} with PIN {PIN}.")
    say("Close the kiosk's window or press Ctrl+C to end.")
    while processes.running["kiosk"].poll() is None:
        time.sleep(0.3)
    say("The hall is closed.")
    return 0


class Display:
    """A display that is already there."""

    def __init__(self, display: str):
        self.display = display


def open_panel(hall: Hall, processes: Processes, screen, at=(0, 0)) -> Window:
    hits = hall.folder / "panel.hits"
    devices = hall.folder / "kiosk" / "devices"
    devices.mkdir(parents=True, exist_ok=True)
    processes.start("panel", [BIN / "yizhan_panel", "--network", hall.line, "--devices", devices, "--hits", hits, "--x", str(at[0]), "--y", str(at[1])],
                    env={"DISPLAY": screen.display})
    window = Window(screen, hits, *at)
    until(lambda: window.page()["frame"] > 0, 20, "the panel: " + processes.log("panel")[-300:])
    return window


# ---- the robot -----------------------------------------------------------------------------------------------------------------


class Robot:
    def __init__(self):
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir(parents=True)
        self.folder = working_folder("yizhan-demo-")
        self.processes = Processes(OUT / "logs")
        self.hall = Hall(self.processes, self.folder, keys=True)
        self.devices = self.folder / "kiosk" / "devices"
        self.windows = {}
        self.pictures = 0
        self.rows = []      # what the table shows
        self.problems = []
        sizes = {"kiosk": (1080, 1920), "panel": (760, 526)}
        for name in ("kiosk", "lawyer", "mediator", "reception", "board", "panel"):
            width, height = sizes.get(name, (1920, 1080))
            screen = Screen(self.processes, f"display-{name}", width, height)
            if name == "panel":
                self.windows[name] = open_panel(self.hall, self.processes, screen)
            else:
                self.windows[name] = self.hall.open(name, screen, (width, height))
        say("open: kiosk, lawyer, mediator, reception, board, panel")

    def keep(self, window: str):
        def picture(name: str):
            self.pictures += 1
            self.windows[window].picture(OUT / f"{self.pictures:02d}_{window}_{name}.png")
        return picture

    def matter(self, who: str, receipt: dict, **more):
        if not receipt.get("number") and not receipt.get("ticket"):
            raise Trouble(f"{who}: no number on the receipt: {receipt.get('text', '')[:200]!r}")
        self.rows.append({"who": who, "number": receipt["number"], "ticket": receipt["ticket"], **more})
        say(f"{who}: {receipt['number']} {receipt['ticket']}" + (f", {receipt['taps']} taps" if "taps" in receipt else ""))

    def citizens(self):
        kiosk, devices, keep = self.windows["kiosk"], self.devices, self.keep("kiosk")
        elder = walks.elder_with_card(kiosk, devices, keep)
        self.matter("赵德福，75岁，刷卡，不写字", elder, must_answer=True)
        if elder["taps"] > 12:
            self.problems.append(f"the old person needed {elder['taps']} taps")
        worker = walks.worker_with_text(kiosk, devices, keep)
        self.matter("林小满，欠薪，写了几个字", worker)
        self.board("waiting")

        # The line to the county is cut in the middle of the day: the hall goes on.
        self.windows["panel"].tap("net_cut")
        self.keep("panel")("net_cut")
        say("the line to the county is cut")
        mediation = walks.neighbours(kiosk, devices, keep)
        self.matter("刘某，邻里噪声，愿意调解", mediation)
        sealed = walks.accusation(kiosk, devices, keep)
        self.matter("周某，检举，密封", sealed, sealed=True)
        time.sleep(2)
        for row in self.rows[-2:]:
            if self.hall.matter("county", row["number"]):
                self.problems.append(f"{row['number']} reached the county over a cut line")
        return elder

    def sign_in(self, name: str):
        walks.sign_in(self.windows[name], PEOPLE[name][0], PIN, self.keep(name))

    def staff(self):
        self.sign_in("lawyer")
        for turn in ("", "second_"):
            walks.lawyer(self.windows["lawyer"], self.keep("lawyer"), turn, lambda: self.board("called"))
        say("the lawyer has called two people and recorded both")
        self.sign_in("mediator")
        walks.mediator(self.windows["mediator"], self.keep("mediator"))
        say("the mediator has an agreement")

    def board(self, name: str):
        time.sleep(0.6)
        self.keep("board")(name)

    def more_citizens(self):
        kiosk, devices, keep, panel = self.windows["kiosk"], self.devices, self.keep("kiosk"), self.windows["panel"]
        self.matter("只取号", walks.number_only(kiosk, devices, keep), number_only=True)
        panel.tap("paper_out")
        before = self.filed()
        walks.without_paper(kiosk, devices, keep)
        number = next(iter(self.filed() - before), "")
        self.matter("陈某，打印机没纸", {"number": number, "ticket": "抄码"})
        self.keep("panel")("paper_out")
        panel.tap("paper_ok")

        before = self.filed()
        walks.call_helper(kiosk, devices, keep)
        self.sign_in("reception")
        walks.reception_takes_help(self.windows["reception"], self.keep("reception"))
        number = next(iter(until(lambda: self.filed("reception") - before, 15, "reception filed for the citizen")), "")
        self.keep("kiosk")("helper_done")
        self.matter("请人帮我，接待员代录", {"number": number, "ticket": "窗口告知"})
        if kiosk.find("cancel"):
            kiosk.tap("cancel")
        time.sleep(0.3)
        if not kiosk.find("self"):
            kiosk.tap("leave")
            until(lambda: kiosk.find("leave.now") or kiosk.find("self"), 10, "the way out")
            if kiosk.find("leave.now"):
                kiosk.tap("leave.now", "self")
        self.sign_in("reception")
        walks.reception_disposes(self.windows["reception"], self.keep("reception"))

    def filed(self, where: str = "kiosk"):
        """Numbers filed on a device, read past our own programs."""
        import sqlite3
        with sqlite3.connect(f"file:{self.folder / where / 'log.db'}?mode=ro", uri=True) as db:
            return {matter for (matter,) in db.execute("SELECT matter FROM event WHERE type = 'filed'")}

    def county_answers(self, receipt):
        self.windows["panel"].tap("net_up")
        say("the line to the county is back")
        # Whoever files now sends everything along: the hall does not wait for its next planned try.
        self.matter("吴某，提建议", walks.suggestion(self.windows["kiosk"], self.devices, self.keep("kiosk")))
        numbers = [row["number"] for row in self.rows if row["number"] and not row.get("number_only")]
        until(lambda: all(self.hall.matter("county", number) for number in numbers), 90, "everything is at the county", every=1)
        today = walks.hall_day()
        number = receipt["number"]
        self.hall.decide(number, "transferred", "--unit", "云栖县人力资源和社会保障局")
        self.hall.decide(number, "accepted", "--unit", "云栖县人力资源和社会保障局", "--on", today)
        self.hall.decide(number, "answered", "--unit", "云栖县人力资源和社会保障局", "--opinion", "support", "--letter-no", "云人社信〔2026〕12号", "--summary", "已责令十五日内付清工资")
        self.hall.decide(number, "served", "--on", today, "--way", "直接送达")
        say("the county has transferred, accepted, answered and served the first matter")
        until(lambda: (self.hall.matter("hall", number) or {}).get("state", "").lower() == "served", 60, "the county's answer is in the hall", every=0.5)
        # A finger at a kiosk that just said 没有 may be early: the answer has to travel the last few metres.
        time.sleep(2)
        walks.progress_and_rating(self.windows["kiosk"], receipt, self.keep("kiosk"))
        say("the citizen has read the answer and rated it")
        until(lambda: (self.hall.matter("county", number) or {}).get("service") == 5, 60, "the rating is at the county", every=1)

    def sealed_for_the_hall(self):
        """The accusation's words must not lie in any file of the hall; the discipline office alone can open it."""
        row = next(row for row in self.rows if row.get("sealed"))
        opened = run([BIN / "hub", "matter", row["number"], "--data", self.folder / "county", "--unseal", self.hall.discipline_key], check=False)
        if opened.returncode != 0:
            self.problems.append(f"the discipline key does not open {row['number']}: {opened.stderr.strip()}")
        for key in ([], ["--county-key", self.hall.county_key]):
            without = run([BIN / "hub", "matter", row["number"], "--data", self.folder / "county", *key], check=False)
            if "被检举" in without.stdout:
                self.problems.append("the county's hub shows the words of an accusation")
        hall = run([BIN / "hub", "matter", row["number"], "--data", self.folder / "county", "--unseal", self.hall.hall_key], check=False)
        if hall.returncode == 0:
            self.problems.append("the hall's key opens an accusation")
        # What anybody said stands in no file of any machine.
        for folder in ("kiosk", "hall", "county", "lawyer", "mediator", "reception"):
            for file in (self.folder / folder).iterdir():
                if file.is_file() and any(word.encode() in file.read_bytes() for word in ("赵德福", "林小满", "两个月工资", "晚十点后不")):
                    self.problems.append(f"{file.name} of {folder} holds words of a citizen")

    def table(self):
        print()
        print("信访事项编号                  号码      本机   大厅   县里   答复        来人")
        for row in self.rows:
            number = row["number"]
            hall, county = (self.hall.matter(where, number) if number else None for where in ("hall", "county"))
            at_kiosk = number in self.filed() or number in self.filed("reception")
            state = (county or {}).get("state", "")
            mark = {True: "有", False: "没有"}
            words = STATES.get(state, state)
            print(f"{number:28}  {pad(row['ticket'], 8)}  {pad(mark[at_kiosk], 5)}  {pad(mark[bool(hall)], 5)}  {pad(mark[bool(county)], 5)}  {pad(words, 10)}  {row['who']}")
            if number and not (at_kiosk and hall and county):
                self.problems.append(f"{number} did not reach everybody")
            if row.get("must_answer") and state.lower() != "served":
                self.problems.append(f"{number} is {state}, not served")
            if row.get("sealed") and not (county or {}).get("sealed"):
                self.problems.append(f"{number} is not sealed at the county")
        for name in ("kiosk", "lawyer", "mediator", "reception", "hall", "county"):
            self.hall.verify(name)
        print(f"\n六处链条全部核对无误；{self.pictures} 张画面在 out/")

    def walk(self):
        elder = self.citizens()
        self.staff()
        self.more_citizens()
        self.processes.check()
        self.county_answers(elder)
        self.sealed_for_the_hall()
        self.table()
        for problem in self.problems:
            print(f"run: {problem}", file=sys.stderr)
        return 1 if self.problems else 0


def pad(words: str, width: int) -> str:
    """Chinese characters are two columns wide."""
    return words + " " * max(0, width - sum(2 if ord(c) > 0x2E80 else 1 for c in words))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--robot", action="store_true", help="let the robot walk even where there is a display")
    chosen = options.parse_args()
    try:
        if os.environ.get("DISPLAY") and not chosen.robot and run(["xdpyinfo"], check=False).returncode == 0:
            return for_a_person()
        robot = Robot()
        try:
            return robot.walk()
        except Exception:
            for name, window in robot.windows.items():  # what it looked like when it went wrong
                try:
                    window.picture(OUT / f"trouble_{name}.png")
                except (Trouble, subprocess.SubprocessError, OSError):
                    continue
            raise
    except Trouble as trouble:
        print(f"run: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


sys.exit(main())
