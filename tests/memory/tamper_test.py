#!/usr/bin/env python3
"""Every way to tamper with a log, found by the Python verifier at every entry; and a sample done to real files, found by both programs.

    tamper_test.py --program test_memory --kiosk kiosk [--entries N] [--files N]

The log is written by test_memory's hidden case "[.write-days]" with its own keys. Over all entries the change is made to the stream
the verifier reads, from a check that stands just before it; the sample of files is changed with SQL behind the triggers' back.
"""
import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packaging/verify"))
import verify_log as v  # noqa: E402


class Score:
    def __init__(self):
        self.kinds = {}

    def add(self, kind, findings):
        row = self.kinds.setdefault(kind, [0, 0, {}])
        row[0] += 1
        if findings:
            row[1] += 1
            word = findings[0][1].split(":")[0]
            row[2][word] = row[2].get(word, 0) + 1

    def show(self):
        missed = 0
        for kind, (tried, found, words) in sorted(self.kinds.items()):
            missed += tried - found
            print("  %-46s %7d of %7d found  %s" % (kind, found, tried, ", ".join("%s %d" % w for w in sorted(words.items()))))
        return missed


def rechained(entries, previous, first_seq):
    """The entries numbered and chained anew behind `previous`."""
    out = []
    for i, e in enumerate(entries):
        e = e.changed(seq=first_seq + i)
        e.hash = e.chained(previous)
        previous = e.hash
        out.append(e)
    return out


def exhaust(good, head, known, score, dice):
    n, origin = len(good), good[0].origin
    before = [v.Check(origin, known)]
    for e in good:
        check = before[-1].copy()
        check.take(e)
        before.append(check)
    before[-1].end(n, good[-1].hash)
    assert not before[-1].findings, before[-1].findings
    before[-1] = None
    checkpoints = [i for i, e in enumerate(good) if e.type == "checkpointed"]

    def found(kind, start, entries, says):
        check = before[start].copy()
        for e in entries:
            check.take(e)
            if check.findings:
                break
        else:
            check.end(*says)
        score.add(kind, check.findings)

    def rest(i):
        for k in range(i, n):
            yield good[k]

    def chain(*parts):
        for part in parts:
            yield from part

    flip = lambda b: bytes([b[0] ^ 1]) + b[1:]  # noqa: E731
    next_checkpoint = {}
    at = None
    for i in range(n - 1, -1, -1):
        if good[i].type == "checkpointed":
            at = i
        next_checkpoint[i] = at
    for i, e in enumerate(good):
        edits = {"origin": {"origin": origin[:-1] + "9"}, "seq": {"seq": e.seq + 7}, "at": {"at": e.at + 1}, "matter": {"matter": e.matter + "x"},
                 "type": {"type": e.type + "x"}, "v": {"v": e.v + 1}, "body": {"body": e.body[:-1] + bytes([e.body[-1] ^ 1])},
                 "body_hash": {"body_hash": flip(e.body_hash)}, "hash": {"hash": flip(e.hash)},
                 "body and its hash": {"body": e.body + b" ", "body_hash": v.blake2b(e.body + b" ")}}
        for kind, fields in edits.items():
            found(kind, i, chain([e.changed(**fields)], rest(i + 1)), head)
        alone = e.changed(**edits["body and its hash"])
        alone.hash = alone.chained(good[i - 1].hash if i else bytes(32))
        found("body, hash and chain of the entry", i, chain([alone], rest(i + 1)), head)
        found("deleted", i, rest(i + 1), head)
        if i + 1 == n:
            found("deleted, head set back", i, [], (n - 1, good[n - 2].hash))
        for kind, j in (("neighbours swapped", i + 1), ("distant ones swapped", dice.randrange(n))):
            if j >= n or j == i:
                continue
            a, b = min(i, j), max(i, j)
            found(kind, a, chain([good[b].changed(seq=a + 1)], good[a + 1:b] if b - a < 5 else good[a + 1:a + 5]), head)
        found("truncated", i, [], head)
        found("rolled back", i, [], (i, good[i - 1].hash if i else bytes(32)))
        # Chained anew up to the next checkpoint, which keeps its body, or names the new hash under its old signature.
        if e.type != "checkpointed":
            c = next_checkpoint[i]
            until = n if c is None else c + 1
            tail = [e.changed(body=e.body + b" ", body_hash=v.blake2b(e.body + b" "))] + good[i + 1:until]
            tail = rechained(tail, good[i - 1].hash if i else bytes(32), i + 1)
            found("re-chained tail", i, tail, (until, tail[-1].hash))
            if c is not None:
                fact = json.loads(good[c].body)
                fact["hash"] = tail[-2].hash.hex()
                body = json.dumps(fact, sort_keys=True, separators=(",", ":")).encode()
                last = tail[-1].changed(body=body, body_hash=v.blake2b(body))
                last.hash = last.chained(tail[-2].hash)
                found("re-chained tail, checkpoint rewritten", i, tail[:-1] + [last], (until, last.hash))
                # Nobody outside ever signed anything: the day key alone must show it.
                alone = before[i].copy()
                alone.known = v.Known([], known.device_keys)
                for one in tail[:-1] + [last]:
                    alone.take(one)
                score.add("the same without countersignatures", [f for f in alone.findings if f[1].startswith("checkpoint")])
    for c in checkpoints:
        tail = rechained(good[c + 1:], good[c - 1].hash if c else bytes(32), c + 1)
        found("checkpoint removed, re-chained", c, tail, (n - 1, tail[-1].hash if tail else good[c - 1].hash))
    bare = rechained([e for e in good if e.type != "checkpointed"], bytes(32), 1)
    found("all checkpoints removed", 0, bare, (len(bare), bare[-1].hash))


def files(folder, base, anchors, kiosk, count, dice, score):
    db = sqlite3.connect(base)
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    log_id, n = db.execute("SELECT id, seq FROM log").fetchone()
    rows = {r[0]: r for r in db.execute("SELECT seq, at, matter, type, v, body_hash, hash, body, arrival FROM event ORDER BY seq")}
    db.close()

    def set_head(w, seq):
        w.execute("UPDATE log SET seq = ?, hash = ?", (seq, rows[seq][6] if seq else bytes(32)))

    def rewrite(w, start, drop=()):
        previous = rows[start - 1][6] if start > 1 else bytes(32)
        seq = start
        keep = [rows[k] for k in range(start, n + 1) if k not in drop]
        w.execute("DELETE FROM event WHERE seq >= ?", (start,))
        for k, r in enumerate(keep):
            body = r[7] + b" " if k == 0 and not drop else r[7]
            e = v.Entry("440583-K03", seq, r[1], r[2], r[3], r[4], v.blake2b(body), b"", body)
            e.hash = e.chained(previous)
            w.execute("INSERT INTO event(arrival, log, seq, at, matter, type, v, body_hash, hash, body) VALUES(?,?,?,?,?,?,?,?,?,?)",
                      (r[8], log_id, seq, e.at, e.matter, e.type, e.v, e.body_hash, e.hash, body))
            previous, seq = e.hash, seq + 1
        w.execute("UPDATE log SET seq = ?, hash = ?", (seq - 1, previous))

    def one(kind, w, i):
        j = dice.choice([k for k in (i - 1, i + 1, dice.randint(1, n)) if 1 <= k <= n and k != i])
        if kind == "at":
            w.execute("UPDATE event SET at = at + 1 WHERE seq = ?", (i,))
        elif kind == "matter":
            w.execute("UPDATE event SET matter = matter || 'x' WHERE seq = ?", (i,))
        elif kind == "type":
            w.execute("UPDATE event SET type = 'accepted2' WHERE seq = ?", (i,))
        elif kind == "v":
            w.execute("UPDATE event SET v = v + 1 WHERE seq = ?", (i,))
        elif kind == "body":
            w.execute("UPDATE event SET body = ? WHERE seq = ?", (rows[i][7] + b" ", i))
        elif kind == "body and its hash":
            w.execute("UPDATE event SET body = ?, body_hash = ? WHERE seq = ?", (rows[i][7] + b" ", v.blake2b(rows[i][7] + b" "), i))
        elif kind == "hash":
            w.execute("UPDATE event SET hash = ? WHERE seq = ?", (v.blake2b(b"x"), i))
        elif kind == "deleted":
            w.execute("DELETE FROM event WHERE seq = ?", (i,))
        elif kind == "deleted and renumbered":
            w.execute("DELETE FROM event WHERE seq = ?", (i,))
            for k in range(i + 1, n + 1):
                w.execute("UPDATE event SET seq = ? WHERE seq = ?", (k - 1, k))
            w.execute("UPDATE log SET seq = seq - 1")
        elif kind == "swapped":
            for old, new in ((i, -1), (j, i), (-1, j)):
                w.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))
        elif kind == "truncated":
            w.execute("DELETE FROM event WHERE seq >= ?", (i,))
        elif kind == "rolled back":
            w.execute("DELETE FROM event WHERE seq >= ?", (i,))
            set_head(w, i - 1)
        elif kind == "re-chained tail":
            rewrite(w, i)
        elif kind == "checkpoint removed, re-chained":
            c = dice.choice([k for k in rows if rows[k][3] == "checkpointed"])
            rewrite(w, c, {c})
        elif kind == "head":
            w.execute("UPDATE log SET hash = ?", (v.blake2b(b"x"),))
        elif kind == "log removed":
            w.execute("DELETE FROM event")
            w.execute("DELETE FROM log")

    kinds = ["at", "matter", "type", "v", "body", "body and its hash", "hash", "deleted", "deleted and renumbered", "swapped", "truncated", "rolled back",
             "re-chained tail", "checkpoint removed, re-chained", "head", "log removed"]
    disagreed = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        i = dice.randint(1, n)
        data = os.path.join(folder, "data")
        shutil.rmtree(data, ignore_errors=True)
        os.mkdir(data, 0o700)
        path = os.path.join(data, "log.db")
        with open(os.path.join(data, "config.toml"), "w", encoding="utf-8") as config:
            config.write('origin = "440583-K03"\n')
        shutil.copyfile(base, path)
        w = sqlite3.connect(path)
        for name, _ in triggers:
            w.execute("DROP TRIGGER " + name)
        one(kind, w, i)
        for _, sql in triggers:
            w.execute(sql)
        w.commit()
        w.close()
        ours = subprocess.run([kiosk, "verify", "--data", data, "--anchors", anchors, "--json"], capture_output=True, text=True)
        theirs = subprocess.run([sys.executable, v.__file__, "--json", "--anchors", anchors, path], capture_output=True, text=True)
        found = [json.loads(p.stdout)["damage"] for p in (ours, theirs)]
        for name, one_found, process in (("kiosk verify", found[0], ours), ("verify_log.py", found[1], theirs)):
            if bool(one_found) != (process.returncode == 1):
                disagreed.append("%s entry %d: %s exit code %d" % (kind, i, name, process.returncode))
            score.add("file, %s: %s" % (name, kind), [(d["seq"], d["what"]) for d in one_found])
        first = [(f[0]["seq"], f[0]["what"]) if f else None for f in found]
        if first[0] != first[1]:
            disagreed.append("%s entry %d: %s / %s" % (kind, i, first[0], first[1]))
    return disagreed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--kiosk", required=True)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--files", type=int, default=32)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="yizhan-tamper-")
    try:
        dice = random.Random(11)
        made = {}
        for name, entries in (("long", options.entries), ("short", min(options.entries, 700))):
            where = os.path.join(folder, name)
            os.mkdir(where, 0o700)
            environment = dict(os.environ, YIZHAN_WRITE_DAYS=where, YIZHAN_ENTRIES=str(entries))
            written = subprocess.run([options.program, "[.write-days]"], env=environment, capture_output=True, text=True)
            if written.returncode != 0:
                sys.exit("the log was not written: " + written.stdout)
            made[name] = where
        base = os.path.join(made["long"], "log.db")
        with open(os.path.join(made["long"], "anchors.jsonl"), encoding="utf-8") as file:
            anchors = v.read_anchor_lines(file.read())
        with open(os.path.join(made["long"], "device.pub"), encoding="utf-8") as file:
            known = v.Known(anchors, [file.read().strip()])
        db = v.open_log(base)
        log_id, origin, seq, hash_ = db.execute("SELECT id, origin, seq, hash FROM log").fetchone()
        good = list(v.entries_of(db, log_id, v.text(origin)))
        db.close()
        score = Score()
        begun = time.time()
        exhaust(good, (seq, hash_), known, score, dice)
        print("%d entries, %d changes in the stream, %.0f s" % (len(good), sum(k[0] for k in score.kinds.values()), time.time() - begun))
        begun = time.time()
        disagreed = files(folder, os.path.join(made["short"], "log.db"), os.path.join(made["short"], "anchors.jsonl"), options.kiosk, options.files, dice, score)
        print("%d changed files through both programs, %.0f s" % (options.files, time.time() - begun))
        missed = score.show()
        for line in disagreed:
            print("the two do not agree: " + line)
        sys.exit(1 if missed or disagreed else 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
