#!/usr/bin/env python3
"""touch_latency.py [TOUCHES] [WxH]: from a finger on the glass to changed pixels in a real window, as a person would see it.

A real X server (dummy video, its own test input driver: XI2 touch events; Xvfb with XTEST where that server cannot run), the real
kiosk, software drawing. The finger comes down on a choice of the first page, the pixels under it are read back with XGetImage until
they differ, the finger slides off and lifts, so that nothing is pressed. Then pages are turned: from lifting the finger to the first
pixel of the next page. Exit 1 when the 99th of a hundred touches takes longer than 25 ms.
"""
import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
from hall import BIN, ROOT, Processes, Screen, Trouble, Window, until, working_folder  # noqa: E402

BOUND_MS = 25.0


class Eye:
    """Reads a few pixels of the screen, as fast as the server answers."""

    class Image(ctypes.Structure):
        _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int), ("data", ctypes.c_void_p)]

    def __init__(self, display: str):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        self.x11.XGetImage.restype = ctypes.POINTER(self.Image)
        self.x11.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
        self.x11.XDestroyImage.argtypes = [ctypes.c_void_p]
        self.display = self.x11.XOpenDisplay(display.encode())
        if not self.display:
            raise Trouble(f"no X connection to {display}")
        self.root = self.x11.XDefaultRootWindow(self.display)

    def see(self, x: int, y: int, side: int = 4) -> bytes:
        image = self.x11.XGetImage(self.display, self.root, x, y, side, side, 0xFFFFFFFF, 2)  # ZPixmap
        pixels = ctypes.string_at(image.contents.data, side * side * 4)
        self.x11.XDestroyImage(image)
        return pixels

    def changed(self, x: int, y: int, before: bytes, seconds: float = 2.0) -> float:
        """When the pixels differ from `before`. Errors: Trouble after `seconds`."""
        end = time.perf_counter() + seconds
        while True:
            now = self.see(x, y) != before
            at = time.perf_counter()
            if now:
                return at
            if at > end:
                raise Trouble(f"nothing changed at {x},{y}")


class Finger:
    """Contacts through the server's own test driver."""
    kind = "XI2 touch (Xorg, dummy video)"

    def __init__(self, socket: Path, width: int, height: int):
        self.tool = subprocess.Popen([BIN / "yizhan_touch", socket, str(width), str(height)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def send(self, command: str):
        self.tool.stdin.write(command + "\n")
        self.tool.stdin.flush()

    def done(self):
        if self.tool.stdout.readline().strip() != "ok":
            raise Trouble("the finger could not move")

    def down(self, x, y): self.send(f"down 0 {x} {y}")
    def move(self, x, y): self.send(f"move 0 {x} {y}")
    def up(self, x, y): self.send(f"up 0 {x} {y}")


class Pointer:
    """A mouse button through XTEST."""
    kind = "XTEST pointer (Xvfb)"

    def __init__(self, display: str):
        x11, self.test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        self.flush = lambda: x11.XFlush(self.display)
        x11.XFlush.argtypes = [ctypes.c_void_p]
        self.display = x11.XOpenDisplay(display.encode())
        self.test.XTestFakeMotionEvent.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_ulong]
        self.test.XTestFakeButtonEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]

    def move(self, x, y):
        self.test.XTestFakeMotionEvent(self.display, 0, x, y, 0)
        self.flush()

    def down(self, x, y):
        self.move(x, y)
        self.test.XTestFakeButtonEvent(self.display, 1, 1, 0)
        self.flush()

    def up(self, x, y):
        self.test.XTestFakeButtonEvent(self.display, 1, 0, 0)
        self.flush()

    def done(self):
        pass


def open_screen(processes: Processes, folder: Path, width: int, height: int):
    text = (ROOT / "tests" / "tools" / "xorg_touch.conf").read_text().replace("/run/yizhan-touch", str(folder))
    if (width, height) != (1080, 1920):
        # The dummy driver takes any mode line; only the sizes matter to it.
        text = text.replace('Modeline "1080x1920" 176.50 1080 1168 1280 1480 1920 1921 1924 1989',
                            f'Modeline "{width}x{height}" 600.00 {width} {width + 80} {width + 200} {width + 400} {height} {height + 1} {height + 4} {height + 69}')
        text = text.replace('"1080x1920"', f'"{width}x{height}"').replace("Virtual 1080 1920", f"Virtual {width} {height}")
    config = folder / "xorg.conf"
    config.write_text(text)
    (folder / "empty").mkdir()
    try:
        screen = Screen(processes, "server", width, height,
                        lambda number: ["Xorg", f":{number}", "-config", config, "-configdir", folder / "empty", "-logfile", folder / "xorg.log", "-noreset", "-nolisten", "tcp"])
        socket = folder / "touch.sock"
        until(socket.exists, 10, "the test input driver's socket")
        return screen, Finger(socket, width, height)
    except Trouble:
        screen = Screen(processes, "display", width, height)
        return screen, Pointer(screen.display)


def report(name: str, times) -> float:
    times = sorted(1000 * t for t in times)
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))]  # noqa: E731
    print(f"{name:44} p50 {at(.5):5.1f}   p90 {at(.9):5.1f}   p99 {at(.99):5.1f}   worst {times[-1]:5.1f} ms   ({len(times)} times)")
    return at(.99)


def main():
    touches = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    width, height = (int(n) for n in (sys.argv[2] if len(sys.argv) > 2 else "1080x1920").split("x"))
    folder = working_folder("yizhan-latency-")
    processes = Processes(folder / "logs")
    screen, hand = open_screen(processes, folder, width, height)
    hits = folder / "hits.json"
    processes.start("kiosk", [BIN / "kiosk", "run", "--data", folder / "data", "--size", f"{width}x{height}", "--at", "0,0", "--hits", hits], env={"DISPLAY": screen.display})
    window = Window(screen, hits)
    window.wait("self", 20)
    time.sleep(1)
    eye = Eye(screen.display)
    print(f"{hand.kind}, {width}x{height}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    reading = []
    for _ in range(200):
        begin = time.perf_counter()
        eye.see(10, 10)
        reading.append(time.perf_counter() - begin)
    report("reading pixels back (part of every figure)", reading)

    home = window.find("self")
    # The lower right corner of the choice: ground that turns darker, no picture and no words.
    x, y = home["x"] + home["w"] // 2, home["y"] + home["h"] - 14
    pressed, released = [], []
    for _ in range(touches):
        before = eye.see(x, y)
        begin = time.perf_counter()
        hand.down(x, y)
        pressed.append(eye.changed(x, y, before) - begin)
        hand.done()
        held = eye.see(x, y)
        begin = time.perf_counter()
        hand.move(4, y)  # slides off: nothing is pressed, and the choice is drawn at rest
        released.append(eye.changed(x, y, held) - begin)
        hand.done()
        hand.up(4, y)
        hand.done()
        time.sleep(0.01)
    worst = report("a finger comes down: the choice is darker", pressed)
    report("it slides off: the choice is at rest", released)

    turned = []
    for i in range(max(10, touches // 15)):
        name, then = ("self", "next") if i % 2 == 0 else ("back", "self")
        hit = window.wait(name)
        x, y = hit["x"] + hit["w"] // 2, hit["y"] + hit["h"] // 2
        time.sleep(0.7)
        hand.down(x, y)
        hand.done()
        time.sleep(0.06)
        mark = (width // 2, height // 2)
        before = eye.see(*mark, 64)
        begin = time.perf_counter()
        hand.up(x, y)
        end = begin + 2
        while eye.see(*mark, 64) == before:
            if time.perf_counter() > end:
                raise Trouble(f"{name} turned no page")
        turned.append(time.perf_counter() - begin)
        hand.done()
        window.wait(then)
    report("a finger lifts: the next page begins to show", turned)

    pid = processes.running["kiosk"].pid
    ticks = lambda: sum(int(n) for n in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])  # noqa: E731
    window.wait("self")
    time.sleep(2)
    rest, before, frame = 20, ticks(), window.page()["frame"]
    time.sleep(rest)
    idle = (ticks() - before) / os.sysconf("SC_CLK_TCK") / rest * 100
    print(f"at rest for {rest} s: {idle:.2f} % of a processor, {window.page()['frame'] - frame} frames")
    if worst > BOUND_MS:
        sys.exit(f"touch latency: p99 {worst:.1f} ms is over {BOUND_MS:g} ms")


try:
    main()
except Trouble as trouble:
    sys.exit(f"touch latency: {trouble}")
