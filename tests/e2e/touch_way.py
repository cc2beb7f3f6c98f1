#!/usr/bin/env python3
"""The citizen's way by real touch, the lawyer's way by pointer and keyboard; pictures of both are kept.

The kiosk runs on a real X server (dummy video, the server's own test input driver), so that XI2 touch events arrive as a finger's.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
import walks  # noqa: E402
from hall import BIN, ROOT, Hall, Processes, Screen, Trouble, Window, until, working_folder  # noqa: E402

PICTURES = Path(os.environ.get("YIZHAN_PICTURES", BIN.parent / "pictures" / "e2e"))


class Finger(Window):
    """As Window, but what touches is a finger."""

    def hold(self, touch):
        self.touch = touch
        return self

    def say(self, command: str):
        self.touch.stdin.write(command + "\n")
        self.touch.stdin.flush()
        if self.touch.stdout.readline().strip() != "ok":
            raise Trouble(f"the finger could not {command}")

    def press(self, x: int, y: int):
        self.say(f"tap {x} {y}")


def touch_screen(processes: Processes, folder: Path):
    config = folder / "xorg.conf"
    config.write_text((ROOT / "tests" / "tools" / "xorg_touch.conf").read_text().replace("/run/yizhan-touch", str(folder)))
    (folder / "empty").mkdir()
    screen = Screen(processes, "touch-server", 1080, 1920,
                    lambda number: ["Xorg", f":{number}", "-config", config, "-configdir", folder / "empty", "-logfile", folder / "xorg.log", "-noreset", "-nolisten", "tcp"])
    socket = folder / "touch.sock"
    until(socket.exists, 10, "the test input driver's socket")
    finger = subprocess.Popen([BIN / "yizhan_touch", socket, "1080", "1920"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return screen, finger


def main():
    folder = working_folder("yizhan-touch-")
    PICTURES.mkdir(parents=True, exist_ok=True)
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk", "lawyer"))
    screen, touch = touch_screen(processes, folder)
    opened = hall.open("kiosk", screen, (1080, 1920))
    kiosk = Finger(screen, opened.hits_file).hold(touch)
    pictures = []

    def keep(window, prefix):
        def picture(name):
            pictures.append(PICTURES / f"{prefix}_{name}.png")
            window.picture(pictures[-1])
        return picture

    elder = walks.elder_with_card(kiosk, folder / "kiosk" / "devices", keep(kiosk, "touch"))
    print(f"an old person with a card and no typing: {elder['taps']} taps to {elder['ticket']} {elder['number']}")
    if elder["taps"] > 12:
        raise Trouble(f"{elder['taps']} taps are more than 12")
    if not elder["ticket"].startswith("A"):
        raise Trouble(f"the ticket {elder['ticket']} is not the lawyer's")

    # A double tap on the filled button files once; a finger that lands beside a button does nothing.
    before = numbers(folder)
    person = walks.Person(kiosk, folder / "kiosk" / "devices")
    kiosk.press(4, 960)
    person.who(card=walks.WORKER_CARD)
    person.topic("suggestion")
    person.answers()
    kiosk.tap("skip", "edit.request")
    kiosk.tap("next")
    until(lambda: kiosk.find("next") and not kiosk.find("edit.request"), 8, "the ruling")
    time.sleep(0.7)
    hit = kiosk.find("next")
    for _ in range(2):
        kiosk.press(hit["x"] + hit["w"] // 2, hit["y"] + hit["h"] // 2)
    until(lambda: (kiosk.find("leave") or kiosk.find("print")) and "back" not in kiosk.names(), 15, "the receipt")
    time.sleep(0.5)
    person.want_paper()
    if len(numbers(folder)) != len(before) + 1:
        raise Trouble(f"a double tap filed {len(numbers(folder)) - len(before)} matters")
    person.leave()

    desk = hall.open("lawyer", Screen(processes, "display-lawyer", 1920, 1080), (1920, 1080))
    walks.lawyer(desk, keep(desk, "desk"))
    until(lambda: any(line["type"] == "consulted" for line in (hall.matter("hall", elder["number"]) or {}).get("lines", [])), 20, "the lawyer's record is at the hall hub")
    touch.stdin.close()
    touch.wait(5)
    for name in ("kiosk", "lawyer", "hall", "county"):
        hall.verify(name)
    for picture in pictures:
        if picture.stat().st_size < 4000:
            raise Trouble(f"{picture.name} shows nothing")
    print(f"{len(pictures)} pictures in {PICTURES}; the lawyer's record is at the hall hub; every chain verifies")


def numbers(folder: Path):
    import sqlite3
    with sqlite3.connect(f"file:{folder / 'kiosk' / 'log.db'}?mode=ro", uri=True) as db:
        return [matter for (matter,) in db.execute("SELECT matter FROM event WHERE type = 'filed'")]


try:
    main()
except Trouble as trouble:
    sys.exit(f"touch way: {trouble}")
