#!/usr/bin/env python3
"""After a visit nothing of the citizen is left in the memory of `kiosk run` (trust.md 10 and 13; T2).

    tests/e2e/wipe_scan.py [VISITS]     default: three visits, one of each kind; a campaign: 200

Visits by an invented person, through the real program: one with a card, filed while the hall's hub is away and ended by the
person; one that asks how far the matter is; one typed by hand and abandoned, which the idle wipe ends. Everything the process
could have written to is searched before the end of a visit, when it must be found, and after it, when it must not: also after
the line came back and read from the disk what it had to send. Fourteen markers: three of the card, the typed name, number and
phone, the words and the digits of both statements, place and party, the query code as one and in groups; in five encodings:
UTF-8, UTF-16, UTF-32, GB 18030 and pinyin.
"""
import os
import re
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "demo"))
import walks  # noqa: E402
from hall import Hall, Processes, Screen, Trouble, until, working_folder  # noqa: E402

SETTLE_S = 3.0  # from the first page of the next visit; the program wipes once more half a second after the visit
CARD = {"name": "虚无名", "number": "440599197902149019", "address": "云栖县虚构路八百零一号无人楼"}
DIGITS = "7351902846"  # what is said in the statement, besides words chosen by pinyin
TYPED = {"number": "440599196609238050", "phone": "13900261758"}
PINYIN = {"虚无名": "xu wu ming"}  # how a marker is read; what is typed by letters is added as it is typed
DEBUG = os.environ.get("YIZHAN_SCAN_DEBUG")  # bytes to show around a find


def patterns(marker: str):
    """The marker as a program may hold it. Of long ones the second half, too: what is freed loses its first bytes to the
    allocator's own links, and that must not pass for having been wiped."""
    parts = {marker}
    if len(marker) >= 10:
        parts.add(marker[len(marker) // 2:])
    found = {f"{encoding}{'' if part == marker else ' (half)'}": part.encode(encoding)
             for part in parts for encoding in ("utf-8", "utf-16-le", "utf-32-le", "gb18030")}
    if syllables := PINYIN.get(marker, "").split():
        for name, glue in (("run together", ""), ("in syllables", " "), ("with apostrophes", "'")):
            found[f"pinyin {name}"] = glue.join(syllables).encode()
    return found


PAGE = os.sysconf("SC_PAGE_SIZE")
PRESENT = 3 << 62  # in memory, or swapped out


def touched(pagemap, begin: int, end: int):
    """The parts of a private mapping that were ever touched, a page more on either side. The rest is zero, or as in its file."""
    pagemap.seek(begin // PAGE * 8)
    pages = struct.unpack(f"={(end - begin) // PAGE}Q", pagemap.read((end - begin) // PAGE * 8))
    run = None
    for i, page in enumerate(pages):
        if not page & PRESENT:
            continue
        if run and i <= run[1] + 2:
            run[1] = i
            continue
        if run:
            yield max(begin, begin + (run[0] - 1) * PAGE), min(end, begin + (run[1] + 2) * PAGE)
        run = [i, i]
    if run:
        yield max(begin, begin + (run[0] - 1) * PAGE), min(end, begin + (run[1] + 2) * PAGE)


def blocks(pid: int):
    """(where, address, bytes) of everything the process can write to."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for line in maps:
            fields = line.split(maxsplit=5)
            if not fields[1].startswith("rw"):
                continue
            where = fields[5].strip() if len(fields) > 5 else "anonymous"
            begin, end = (int(part, 16) for part in fields[0].split("-"))
            for first, last in touched(pagemap, begin, end) if fields[1][3] == "p" else [(begin, end)]:
                memory.seek(first)
                block = bytearray()
                while len(block) < last - first:
                    try:
                        more = memory.read(min(last - first - len(block), 64 << 20))
                    except OSError:
                        break  # a device's memory
                    if not more:
                        break
                    block += more
                yield where, first, block


def scan(pid: int, markers: dict) -> dict:
    """(marker, encoding) → where it was found, over every mapping of the process that can be read and written."""
    wanted = {(name, encoding): pattern for name, marker in markers.items() for encoding, pattern in patterns(marker).items()}
    # One pass for all of them; only where it finds something are they looked for one by one.
    by_first = {}
    for pattern in set(wanted.values()):
        by_first.setdefault(pattern[:1], []).append(re.escape(pattern[1:]))
    any_of_them = re.compile(b"|".join(re.escape(first) + b"(?:" + b"|".join(rests) + b")" for first, rests in sorted(by_first.items())), re.DOTALL)
    found, searched = {}, 0
    for where, begin, block in blocks(pid):
        searched += len(block)
        if not any_of_them.search(block):
            continue
        for key, pattern in wanted.items():
            at = block.find(pattern)
            while at >= 0:
                found.setdefault(key, []).append(f"{where}+{at:#x}")
                if DEBUG:
                    print(f"  {key} at {begin + at:#x} in {where}: {bytes(block[max(0, at - int(DEBUG)):at + len(pattern) + int(DEBUG)])!r}")
                at = block.find(pattern, at + 1)
    if searched < 8 << 20:
        raise Trouble(f"only {searched} bytes of the process could be searched")
    return found


def must_find(pid: int, markers: dict, when: str):
    """The scan can fail: each marker is seen while the visit lasts."""
    seen = {name for name, _ in scan(pid, markers)}
    if missing := set(markers) - seen:
        raise Trouble(f"{when}: the scan is blind to {', '.join(sorted(missing))}")


def must_be_gone(pid: int, markers: dict, when: str):
    time.sleep(SETTLE_S)
    left = scan(pid, markers)
    for (name, encoding), places in sorted(left.items()):
        print(f"{when}: {name} in {encoding}: {len(places)} × in {', '.join(sorted({place.rsplit('+', 1)[0] for place in places}))}")
    if left:
        raise Trouble(f"{when}: the process still holds {', '.join(sorted({name for name, _ in left}))}")
    print(f"{when}: nothing of {', '.join(markers) if len(markers) < 20 else f'{len(markers)} markers'} is left", flush=True)


def write(kiosk, pinyin: str) -> str:
    """Spelt on the screen's keyboard, first candidates; returns what was chosen. A word is written with dots between its syllables."""
    chosen = ""
    walks.spell_by_letters(kiosk)
    syllables = pinyin.replace(".", " ")
    for word in pinyin.replace(".", "").split():
        for letter in word:
            kiosk.tap(f"key.{letter}")
        chosen += kiosk.wait("candidate.0")["words"]
        kiosk.tap("candidate.0")
    PINYIN[chosen] = syllables
    return chosen


def by_card(kiosk, devices, pid, sighted=True):
    """A card, a statement in words and digits; filed, printed, ended by 离开."""
    person = walks.Person(kiosk, devices)
    person.who(card="".join(f"{key}={value}\n" for key, value in CARD.items()) + "end\n")
    person.topic("wages")
    person.answers(turn=["yes"])
    kiosk.wait("key.mode.digits")
    markers = {"the name on the card": CARD["name"], "the number on the card": CARD["number"], "the address on the card": CARD["address"],
               "the words of the statement": write(kiosk, "gong.qian san.ge luo.tuo")}
    kiosk.tap("key.mode.digits", "key.7")
    walks.type_digits(kiosk, DIGITS)
    markers["the digits of the statement"] = DIGITS
    if sighted:
        must_find(pid, markers, "while it is written")
    kiosk.tap("next")
    time.sleep(0.3)
    while not kiosk.find("edit.request"):  # reasons, then the place: both may stay empty
        kiosk.tap("next")
        time.sleep(0.3)
    person.to_the_end("")
    receipt = person.receipt()
    if len(receipt["code"]) != 16:
        raise Trouble(f"no query code on the receipt: {receipt['text']}")
    code = receipt["code"]
    if sighted:
        must_find(pid, {"the query code": code}, "on the receipt's page")
    # In groups it stands on paper only, and that is out already.
    markers.update({"the query code": code, "the query code in groups": " ".join(code[i:i + 4] for i in range(0, 16, 4))})
    return person, markers, receipt


def by_hand(kiosk, devices):
    """Name, number and phone typed; left lying at the statement."""
    person = walks.Person(kiosk, devices)
    kiosk.tap("self", "next")
    kiosk.tap("next", "id")
    kiosk.tap("id", "name")
    kiosk.tap("name", "key.mode.pinyin")
    markers = {"the typed name": write(kiosk, "kuang xun")}
    kiosk.tap("number", "key.7")
    walks.type_digits(kiosk, TYPED["number"])
    kiosk.tap("phone", "key.7")
    walks.type_digits(kiosk, TYPED["phone"])
    markers.update({"the typed number": TYPED["number"], "the typed phone": TYPED["phone"]})
    kiosk.tap("next", "whom.self")
    kiosk.tap("whom.self", "topic.wages")
    person.topic("neighbour")
    person.answers(turn=["yes", "no", "no"])
    kiosk.wait("key.mode.digits")
    markers["the words of the statement"] = write(kiosk, "lou.xia qiao.gu")
    kiosk.tap("key.mode.digits", "key.7")
    walks.type_digits(kiosk, DIGITS)
    markers["the digits of the statement"] = DIGITS
    walks.write_by_hand(kiosk)
    kiosk.tap("next")
    time.sleep(0.3)
    while not kiosk.find("party"):  # facts and reasons stay empty
        kiosk.tap("next")
        time.sleep(0.3)
    kiosk.tap("place", "key.mode.pinyin")
    markers["the place"] = write(kiosk, "niu.jiao wan")
    kiosk.tap("party", "key.mode.pinyin")
    markers["the party"] = write(kiosk, "shan.hu zhi")
    return markers


def ask_again(kiosk, receipt):
    """Asks how far the matter is, looks, and leaves: what was filed is read from the disk once more."""
    walks.ask(kiosk, receipt)
    kiosk.tap("next")
    until(lambda: kiosk.find("leave") and not kiosk.find("code"), 12, "the progress")
    time.sleep(0.5)


def spoken(raw: Path) -> bool:
    """Something louder than silence came out of a device."""
    return raw.exists() and any(raw.read_bytes())


RECENT = 24  # markers looked for again after later visits; those said in every visit are among them anyway


def search(markers, when: str, pid: int, before: dict):
    """What this visit planted, and what the visits before it did."""
    for name, marker in markers.items():
        before.pop(marker, None)
        before[marker] = name
    for marker in list(before)[:-RECENT]:
        del before[marker]
    must_be_gone(pid, {name: marker for marker, name in before.items()}, when)


def files_of(folder: Path) -> set:
    """What lies in a kiosk's folder besides the slips its simulated printer keeps."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and "receipts" not in file.parts}


def campaign(hall, kiosk, pid, devices, visits: int):
    """Visits of the three kinds in turn, each searched for."""
    before, planted, receipt = {}, 0, None
    for i in range(visits):
        when = f"after visit {i + 1} of {visits}"
        if i % 3 == 0:
            person, markers, receipt = by_card(kiosk, devices, pid, sighted=i % 30 == 0)
            person.leave()
        elif i % 3 == 1:
            markers = {"the query code": receipt["code"]}
            person = walks.Person(kiosk, devices)
            ask_again(kiosk, receipt)
            person.leave()
        else:
            markers = by_hand(kiosk, devices)
            if i % 30 == 2:
                until(lambda: kiosk.find("self"), 60, "the idle wipe")
            else:
                kiosk.tap("leave")
                until(lambda: kiosk.find("leave.now"), 10, "the way out")
                kiosk.tap("leave.now")
                kiosk.wait("self", 10)
        if i == 2:
            files = files_of(devices.parent)
        # A matter number and its code are new each time: they are kept apart.
        planted += len(markers)
        search({(f"{name} {i}" if "query code" in name else name): marker for name, marker in markers.items()}, when, pid, before)
    if visits > 3 and (more := files_of(devices.parent) - files):
        raise Trouble(f"files left behind: {', '.join(sorted(more))}")
    print(f"{visits} visits, markers planted {planted} times, nothing of them is left")
    hall.verify("kiosk")


def main():
    folder = working_folder("yizhan-wipe-")
    processes = Processes(folder / "logs")
    hall = Hall(processes, folder, devices=("kiosk",))
    with open(folder / "kiosk" / "config.toml", "a") as config:
        config.write(f'idle_warn_s = 20\nidle_wipe_s = 5\nhandset = "{folder}/handset.raw"\n')
    # What is personal is spoken too, into a handset: it passes through the voice, its thread and its buffers.
    os.environ.update(SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(folder / "hall.raw"))
    kiosk = hall.open("kiosk", Screen(processes, "display", 1080, 1920), (1080, 1920))
    pid, devices = processes.running["kiosk"].pid, folder / "kiosk" / "devices"
    if len(sys.argv) > 1:
        return campaign(hall, kiosk, pid, devices, int(sys.argv[1]))

    processes.stop("hall")
    person, markers, receipt = by_card(kiosk, devices, pid)
    kiosk.tap("again")
    until(lambda: spoken(folder / "handset.raw"), 20, "the receipt is read in the handset")
    person.leave()
    must_be_gone(pid, markers, "after 离开")
    hall.start_hall()
    until(lambda: hall.matter("hall", receipt["number"]), 90, "the matter is at the hall's hub")
    must_be_gone(pid, markers, "after it was sent")

    ask_again(kiosk, receipt)
    must_find(pid, {"the query code": receipt["code"]}, "while asking")
    person.leave()
    must_be_gone(pid, markers, "after asking how far it is")

    typed = by_hand(kiosk, devices)
    must_find(pid, typed, "while it is written")
    until(lambda: kiosk.find("self"), 40, "the idle wipe")
    must_be_gone(pid, {**{f"{name} of the visit before": marker for name, marker in markers.items()}, **typed}, "after the idle wipe")
    hall.verify("kiosk")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"wipe scan: {trouble}")
