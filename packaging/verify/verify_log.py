#!/usr/bin/env python3
"""Second verifier of a Yizhan log, written from docs/LOG_FORMAT.md alone and with nothing but Python's standard library.

    verify_log.py [--json] [--anchors FILE] [--of ORIGIN] [--trust KEYHEX]... [--device-key ORIGIN=KEYHEX]... LOG.db

Reads every log in an SQLite file of a kiosk, desk or hub (schema 1 to 3; it is opened read-only), and checks chain, bodies, signed
checkpoints and countersignatures: those in the file and those an auditor kept outside. Prints one line per finding, naming the entry
and what is wrong. Exit code 0: sound; 1: findings; 2: wrong use or not such a file.
"""
import argparse
import bisect
import copy
import datetime
import hashlib
import json
import os
import sqlite3
import sys
import urllib.parse

# ---- Ed25519 (RFC 8032), verification only ------------------------------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def _add(a, b):
    A = (a[1] - a[0]) * (b[1] - b[0]) % P
    B = (a[1] + a[0]) * (b[1] + b[0]) % P
    C = 2 * a[3] * b[3] * D % P
    E = 2 * a[2] * b[2] % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(a):
    A, B, C = a[0] * a[0] % P, a[1] * a[1] % P, 2 * a[2] * a[2] % P
    h = A + B
    e = h - (a[0] + a[1]) ** 2 % P
    g = A - B
    f = C + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


_ZERO = (0, 1, 1, 0)
_GY = 4 * pow(5, P - 2, P) % P
_GX = _recover_x(_GY, 0)
_G = (_GX, _GY, 1, _GX * _GY % P)


def _windows(point):
    """Multiples 0..15 of a point."""
    table = [_ZERO]
    for _ in range(15):
        table.append(_add(table[-1], point))
    return table


_G_TABLE = []
_step = _G
for _ in range(64):  # 16^i · n · G, so that s·G is 64 additions
    _G_TABLE.append(_windows(_step))
    _step = _add(_G_TABLE[-1][15], _step)


def _base_times(s):
    total = _ZERO
    for row in _G_TABLE:
        total = _add(total, row[s & 15])
        s >>= 4
    return total


def _times(s, table):
    total = _ZERO
    for shift in range(252, -1, -4):
        total = _double(_double(_double(_double(total))))
        total = _add(total, table[(s >> shift) & 15])
    return total


def _decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _compress(point):
    z = pow(point[2], P - 2, P)
    x, y = point[0] * z % P, point[1] * z % P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


_KEYS = {}


def ed25519_verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    if public not in _KEYS:
        point = _decompress(public)
        if point is None:
            return False
        _KEYS[public] = _windows((P - point[0], point[1], point[2], P - point[3]))  # of −A
    s = int.from_bytes(signature[32:], "little")
    if s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    return _compress(_add(_base_times(s), _times(h, _KEYS[public]))) == signature[:32]


def signed_by(key_hex, text, signature_hex):
    try:
        return ed25519_verify(bytes.fromhex(key_hex), text.encode(), bytes.fromhex(signature_hex))
    except ValueError:
        return False


# ---- the format -----------------------------------------------------------------------------------------------------------

def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


class Entry:
    __slots__ = ("origin", "seq", "at", "matter", "type", "v", "body_hash", "hash", "body")

    def __init__(self, origin, seq, at, matter, type_, v, body_hash, hash_, body):
        self.origin, self.seq, self.at, self.matter, self.type, self.v = origin, seq, at, matter, type_, v
        self.body_hash, self.hash, self.body = body_hash, hash_, body

    def header(self, seq=None):
        # §3: no spaces, keys in this order; header words hold printable ASCII without quote and backslash.
        return ('{"at":%d,"body_hash":"%s","matter":"%s","origin":"%s","seq":%d,"type":"%s","v":%d}'
                % (self.at, self.body_hash.hex(), self.matter, self.origin, self.seq if seq is None else seq, self.type, self.v)).encode()

    def chained(self, previous, seq=None):
        return blake2b(previous + self.header(seq))

    def changed(self, **fields):
        other = copy.copy(self)
        for name, value in fields.items():
            setattr(other, name, value)
        return other


def checkpoint_text(origin, c):
    return "yizhan checkpoint 1\n%s\n%d\n%s\n%s\n%s" % (origin, c["through"], c["hash"], c["day"], c["reason"])


def day_key_text(origin, c):
    return "yizhan day key 1\n%s\n%d\n%s\n%s\n%s\n%s" % (origin, c["through"], c["hash"], c["day"], c["before"], c["key"])


def anchor_text(a):
    return "yizhan anchor 1\n%s\n%s\n%d\n%s\n%d" % (a["by"], a["origin"], a["seq"], a["hash"], a["at"])


def when(ms):
    hall = datetime.timezone(datetime.timedelta(hours=8))
    try:
        return datetime.datetime.fromtimestamp(ms / 1000, hall).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(ms)


class Known:
    """What is known from outside about one log. Shared by all copies of a check."""

    def __init__(self, anchors=(), device_keys=(), trusted=()):
        self.bad, good = [], []
        for a in anchors:
            if trusted and a["key"] not in trusted:
                self.bad.append((a["seq"], "anchor: %s signed with a key that is not trusted" % a["by"]))
            elif not signed_by(a["key"], anchor_text(a), a["signature"]):
                self.bad.append((a["seq"], "anchor: the countersignature of %s does not fit its own key" % a["by"]))
            else:
                good.append(a)
        self.anchors = sorted(good, key=lambda a: a["seq"])
        self.seqs = [a["seq"] for a in self.anchors]
        self.device_keys = list(device_keys)


class Check:
    """One log as a stream. copy() is a second reader that goes on from here."""

    def __init__(self, origin, known=None):
        self.origin, self.known = origin, known or Known()
        self.seq, self.previous, self.sure = 0, bytes(32), True
        self.key, self.last_reason = None, None
        self.odd, self.findings = [], list(self.known.bad)
        self.checkpoints = self.day_keys = self.erased = self.anchored = 0
        self.unclean = []

    def copy(self):
        other = copy.copy(self)
        other.odd, other.findings, other.unclean = list(self.odd), list(self.findings), list(self.unclean)
        return other

    def finding(self, seq, what):
        self.findings.append((seq, what))

    def take(self, e):
        if e.origin != self.origin:
            return self.finding(e.seq, "edited: an entry of another log, %s" % e.origin)
        if e.seq <= self.seq:
            return self.finding(e.seq, "out of order: entry %d stands after %d" % (e.seq, self.seq))
        if e.seq > self.seq + 1:
            first, last = self.seq + 1, e.seq - 1
            self.finding(first, "missing: entry %d" % first if first == last else "missing: entries %d to %d" % (first, last))
            self.sure = False
        if e.body is None:
            self.erased += 1
        elif blake2b(e.body) != e.body_hash:
            self.finding(e.seq, "edited: the text is not the one that was stated")
        before, was_sure = self.previous, self.sure
        if self.sure and e.chained(before) != e.hash:
            for seq, previous in self.odd:
                if e.chained(previous, seq) == e.hash:
                    self.finding(e.seq, "swapped: this is entry %d, they have changed places" % seq)
                    break
            else:
                self.finding(e.seq, "edited: it does not follow from the entries before it")
            self.odd.append((e.seq, before))
        self.seq, self.previous, self.sure = e.seq, e.hash, True
        for a in self.known.anchors[bisect.bisect_left(self.known.seqs, e.seq):bisect.bisect_right(self.known.seqs, e.seq)]:
            if a["hash"] == e.hash.hex():
                self.anchored = e.seq
            else:
                self.finding(e.seq, "rewritten: %s countersigned another entry %d on %s" % (a["by"], e.seq, when(a["at"])))
        if e.type == "checkpointed" and e.v == 1 and e.body is not None and was_sure:
            self.checkpoint(e, before)

    def checkpoint(self, e, before):
        try:
            c = json.loads(e.body)
            words = ("before", "day", "endorsed_before", "endorsed_device", "hash", "key", "reason", "signature")
            if not all(isinstance(c[w], str) for w in words) or not isinstance(c["through"], int):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            return self.finding(e.seq, "checkpoint: it cannot be read")
        if c["through"] + 1 != e.seq or c["hash"] != before.hex():
            return self.finding(e.seq, "checkpoint: it was signed over another history than the one before it")
        if c["before"] or c["endorsed_before"] or c["endorsed_device"]:
            text = day_key_text(self.origin, c)
            if c["before"] != (self.key or ""):
                self.finding(e.seq, "checkpoint: a day key that the one before it does not vouch for" if not c["before"]
                             else "checkpoint: a day key that names another one before it")
            elif c["before"] and not signed_by(c["before"], text, c["endorsed_before"]):
                self.finding(e.seq, "checkpoint: the day key before this one did not endorse it")
            if self.known.device_keys and not any(signed_by(k, text, c["endorsed_device"]) for k in self.known.device_keys):
                self.finding(e.seq, "checkpoint: the device did not endorse this day key")
            self.key = c["key"]
            self.day_keys += 1
        elif c["key"] != self.key:
            self.finding(e.seq, "checkpoint: signed with a key that nobody endorsed")
        if not signed_by(c["key"], checkpoint_text(self.origin, c), c["signature"]):
            return self.finding(e.seq, "checkpoint: the signature does not fit: what stands before it was rewritten, or it was forged")
        if c["reason"] == "opened" and self.last_reason not in (None, "closed"):
            self.unclean.append(e.seq)
        self.last_reason = c["reason"]
        self.checkpoints += 1

    def end(self, seq, hash_):
        if seq > self.seq:
            self.finding(self.seq, "truncated: the log says that it has %d entries, %d are here" % (seq, self.seq))
        elif seq < self.seq:
            self.finding(self.seq, "edited: the log says that it has %d entries, %d are here" % (seq, self.seq))
        elif hash_ != self.previous:
            self.finding(self.seq, "edited: the log says that its last entry is another one")
        if self.known.anchors and self.known.anchors[-1]["seq"] > self.seq:
            a = self.known.anchors[-1]
            self.finding(self.seq, "rolled back or truncated: %s countersigned entry %d on %s, here the log ends at %d"
                         % (a["by"], a["seq"], when(a["at"]), self.seq))


# ---- files ------------------------------------------------------------------------------------------------------------------

def read_anchor_lines(text):
    anchors = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            a = json.loads(line)
            if a["anchor"] != 1 or len(a["key"]) != 64 or len(a["signature"]) != 128 or len(bytes.fromhex(a["hash"])) != 32:
                raise ValueError
            anchors.append({k: a[k] for k in ("at", "by", "hash", "key", "origin", "seq", "signature")})
        except (ValueError, KeyError, TypeError):
            raise SystemExit("verify_log: anchors: line %d: not a countersignature" % number)
    return anchors


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def open_log(path):
    if not os.path.exists(path):
        raise SystemExit("verify_log: %s: no such file" % path)
    db = sqlite3.connect("file:%s?mode=ro" % urllib.parse.quote(path), uri=True)
    db.text_factory = bytes
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != 1499088974:
            raise SystemExit("verify_log: %s: not a Yizhan log" % path)
    except sqlite3.DatabaseError as error:
        raise SystemExit("verify_log: %s: %s" % (path, error))
    return db


def anchors_inside(db):
    if db.execute("PRAGMA user_version").fetchone()[0] < 3:
        return []
    return [{"by": text(r[0]), "key": text(r[1]), "origin": text(r[2]), "seq": r[3], "hash": r[4].hex(), "at": r[5], "signature": text(r[6])}
            for r in db.execute("SELECT witness, key, origin, seq, hash, at, signature FROM anchor")]


def entries_of(db, log_id, origin):
    for seq, at, matter, type_, v, body_hash, hash_, body in db.execute(
            "SELECT seq, at, matter, type, v, body_hash, hash, body FROM event WHERE log = ? ORDER BY seq", (log_id,)):
        yield Entry(origin, seq, at, text(matter), text(type_), v, body_hash, hash_, body)


def main():
    parser = argparse.ArgumentParser(description="Second verifier of a Yizhan log (docs/LOG_FORMAT.md)")
    parser.add_argument("log")
    parser.add_argument("--anchors", action="append", default=[], help="countersignatures kept outside: lines of hub anchors")
    parser.add_argument("--of", help="the machine whose file this is: only its own logs must all be here; a hub has every log that it countersigned")
    parser.add_argument("--trust", action="append", default=[], help="public key of a hub or county; others' countersignatures are findings")
    parser.add_argument("--device-key", action="append", default=[], metavar="ORIGIN=KEY", help="public key of the device that writes this log")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    devices = {}
    for pair in options.device_key:
        origin, _, key = pair.partition("=")
        devices.setdefault(origin, []).append(key)
    db = open_log(options.log)
    findings, logs = [], []
    try:
        anchors = anchors_inside(db)
        for path in options.anchors:
            with open(path, encoding="utf-8") as file:
                anchors += read_anchor_lines(file.read())
        heads = [(r[0], text(r[1]), r[2], r[3]) for r in db.execute("SELECT id, origin, seq, hash FROM log ORDER BY origin")]
        here = {head[1] for head in heads}
        for origin in sorted({a["origin"] for a in anchors} - here):
            if options.of and not (origin == options.of or (origin.startswith(options.of + ".") and origin[len(options.of) + 1:].isdigit())):
                continue
            findings.append((origin, 0, "rolled back or truncated: this log was countersigned and is not here"))
        for log_id, origin, seq, hash_ in heads:
            check = Check(origin, Known([a for a in anchors if a["origin"] == origin], devices.get(origin, ()), options.trust))
            for entry in entries_of(db, log_id, origin):
                check.take(entry)
            check.end(seq, hash_)
            findings += [(origin, at, what) for at, what in check.findings]
            logs.append({"origin": origin, "seq": check.seq, "hash": check.previous.hex(), "checkpoints": check.checkpoints,
                         "day_keys": check.day_keys, "countersigned": check.anchored, "erased": check.erased, "unclean": check.unclean})
        strays = db.execute("SELECT count(*) FROM event WHERE log NOT IN (SELECT id FROM log)").fetchone()[0]
        if strays:
            findings.append(("", 0, "edited: %d entries of no log" % strays))
    except sqlite3.DatabaseError as error:
        findings.append(("", 0, "damaged: %s" % error))
    if options.json:
        print(json.dumps({"sound": not findings, "logs": logs, "damage": [{"origin": o, "seq": s, "what": w} for o, s, w in findings]},
                         ensure_ascii=False, sort_keys=True))
    else:
        for log in logs:
            print("%-14s %8d entries, %d checkpoints, %d day keys, countersigned up to %d, %d bodies not here%s"
                  % (log["origin"], log["seq"], log["checkpoints"], log["day_keys"], log["countersigned"], log["erased"],
                     "".join("; ended without closing before entry %d" % s for s in log["unclean"])))
        for origin, seq, what in findings:
            print("%s entry %d: %s" % (origin, seq, what))
        print("sound" if not findings else "%d findings" % len(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
