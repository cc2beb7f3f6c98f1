#!/usr/bin/env python3
"""Memory of `kiosk run` after visits with handwriting and pinyin: VmRSS before the first, after each, and at rest; and its idle time.

    YIZHAN_BIN=build/release/bin tests/bench/visits_rss.py [visits, 10 unless told]

The limit (80 MB after ten visits, with both engines, the recogniser of handwriting and pinyin, in use; ui.md §2: VmRSS, fonts and dictionary pages that are mapped counted in full) decides the exit code.
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
import walks  # noqa: E402
from hall import Hall, Processes, Screen, Trouble, until, working_folder  # noqa: E402

LIMIT_MB = 80
IDLE_S = 70  # longer than one long poll of the line
# Other words in each visit, so that other glyphs and other pages of the dictionary are asked for.
WORDS = ["gongqian sange luotuo", "louxia qiaogu shuijiao", "zhengdi buchang biaoge", "lajichang chouwei yanzhong", "yiyuan shoufei bupingdeng",
         "xuexiao zhaosheng wenti", "gonglu saiche zaoyin", "dianti guzhang weixiu", "nongtian guangai shuiqu", "yanglao jin bufa"]


def status(pid: int) -> dict:
    with open(f"/proc/{pid}/status") as file:
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in file if line.startswith(("VmRSS", "RssAnon", "RssFile", "RssShmem", "VmHWM"))}


def shown(pid: int) -> str:
    now = status(pid)
    return ", ".join(f"{name} {now[name]:.1f}" for name in ("VmRSS", "RssAnon", "RssFile", "RssShmem", "VmHWM")) + " MB"


def largest(pid: int, count: int = 12):
    """What the memory is made of: (resident kB, private dirty kB, name), the largest first."""
    sums = {}
    name = ""
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            first = line.split()[0]
            if "-" in first and not first.endswith(":"):
                parts = line.split(maxsplit=5)
                name = parts[5].strip() if len(parts) > 5 else "anonymous"
            elif first in ("Rss:", "Private_Dirty:"):
                row = sums.setdefault(name, [0, 0])
                row[first != "Rss:"] += int(line.split()[1])
    return sorted(((*row, name) for name, row in sums.items()), reverse=True)[:count]


def spent_ns(pid: int) -> int:
    return sum(int(task.joinpath("schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())


def visit(kiosk, devices, words: str, typed=lambda: None):
    person = walks.Person(kiosk, devices)
    person.who(card=walks.WORKER_CARD)
    person.topic("wages")
    person.answers(turn=["yes"])
    kiosk.wait("key.mode.pinyin")
    walks.write_by_hand(kiosk)
    person.write(words)
    typed()
    kiosk.tap("next")
    time.sleep(0.2)
    while not kiosk.find("edit.request"):
        kiosk.tap("next")
        time.sleep(0.2)
    person.to_the_end("")
    person.receipt()
    person.leave()


def main():
    visits = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    folder = working_folder("yizhan-rss-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk",))
    kiosk = hall.open("kiosk", Screen(processes, "display", 1080, 1920), (1080, 1920))
    pid = processes.running["kiosk"].pid
    time.sleep(2)
    print(f"at the start: {shown(pid)}")
    for i in range(visits):
        visit(kiosk, folder / "kiosk" / "devices", WORDS[i % len(WORDS)], lambda: print(f"  typing: {shown(pid)}"))
        time.sleep(2)
        print(f"after visit {i + 1}: {shown(pid)}", flush=True)
    before = spent_ns(pid)
    time.sleep(IDLE_S)
    idle = (spent_ns(pid) - before) / IDLE_S / 1e7
    print(f"at rest: {shown(pid)}; idle {idle:.3f} % of a core over {IDLE_S} s")
    for resident, dirty, name in largest(pid):
        print(f"  {resident:7} kB, of it written {dirty:6} kB  {name}")
    if status(pid)["VmRSS"] > LIMIT_MB:
        raise Trouble(f"more than {LIMIT_MB} MB")
    if idle > 0.1:
        raise Trouble("an idle kiosk uses more than 0.1 % of a core")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"visits: {trouble}")
