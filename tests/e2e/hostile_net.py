#!/usr/bin/env python3
"""A hostile network between the real programs: `kiosk sync` against every kind of bad server and bad line, `hub serve` against bad clients.

    YIZHAN_BIN=build/release/bin tests/e2e/hostile_net.py [STEP]      default 97: every 97th byte of an exchange is a place to cut;
                                                                      the campaign asks for 3
    YIZHAN_CASES=word…                                                only the cases with one of these words in their names

One row a case below. Measured for each: seconds, and how much larger the program's memory became than in a quiet exchange. A row fails when
it takes longer or more than its limit, when anything became "delivered" at the kiosk that is not at the hub (or anything at all where the row
says so), when the words said are not the row's, or when the next exchange on a good line does not complete. YIZHAN_PLANT=believe makes every
forged acknowledgement a true one, to see the checker bark.
"""
import ctypes
import hashlib
import json
import os
import queue
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

from faults import BIN, HALL, Clerk, House, Trouble, fast_disk, finish, run, seed_and_folder, until

KIOSKS = [f"440583-K{i:02d}" for i in range(11, 17)]  # one case each at a time
GROWTH_KIB = 48 << 10  # a reply may have 16 MiB, and a packed one as much again
sodium = ctypes.CDLL("libsodium.so.23")


# ---- what a hub signs --------------------------------------------------------------------------------------------------------


def digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def sign(text: str, secret_hex: str) -> str:
    out = ctypes.create_string_buffer(64)
    message = text.encode()
    sodium.crypto_sign_detached(out, None, message, ctypes.c_ulonglong(len(message)), bytes.fromhex(secret_hex))
    return out.raw.hex()


def make_key():
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    sodium.crypto_sign_keypair(public, secret)
    return secret.raw.hex()


class Message:
    """One HTTP message as it came: first line, headers, body."""

    def __init__(self, raw_head: bytes, body: bytes):
        lines = raw_head.decode("latin-1").split("\r\n")
        self.line, self.body = lines[0], body
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def target(self):
        return self.line.split(" ")[1]

    def is_push(self):
        return self.line.startswith("POST /v1/log/")

    def wire(self) -> bytes:
        return ("\r\n".join([self.line] + [f"{k}: {v}" for k, v in self.headers]) + "\r\n\r\n").encode("latin-1") + self.body


def read_message(sock, most=64 << 20):
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    message = Message(head, b"")
    length = int(message.header("Content-Length") or 0)
    while len(body) < min(length, most):
        part = sock.recv(65536)
        if not part:
            return None
        body += part
    message.body = body
    return message


def reply_of(request: Message, status: int, body: bytes, secret: str, encoding="", content="application/json", signed=True, for_signature=None) -> bytes:
    text = f"{status}\n{request.target}\n{for_signature or request.header('Yizhan-Signature')}\n{encoding}\n{digest(body)}"
    headers = f"HTTP/1.1 {status} X\r\nContent-Type: {content}\r\nContent-Length: {len(body)}\r\nYizhan-Hub: {HALL}\r\n"
    if encoding:
        headers += f"Content-Encoding: {encoding}\r\n"
    if signed:
        headers += f"Yizhan-Signature: {sign(text, secret)}\r\n"
    return headers.encode() + b"\r\n" + body


# ---- the bad server ------------------------------------------------------------------------------------------------------------


class Server:
    """Takes connections; each request goes through `act(line, request, ask)`, where ask() is the true hub's answer. What act returns is
    sent; None closes."""

    def __init__(self, hub_port, act, context=None):
        self.act, self.hub_port, self.context = act, hub_port, context
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.stopped, self.requests, self.taken, self.plain = False, 0, 0, 0
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while not self.stopped:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.taken += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            if getattr(self.act, "raw", False):
                self.act(self, client)
                return
            while not self.stopped:
                request = read_message(client)
                if request is None:
                    return
                self.requests += 1
                self.plain += len(request.body)

                def ask(request=request):
                    with socket.create_connection(("127.0.0.1", self.hub_port)) as hub:
                        hub.sendall(request.wire())
                        return read_message(hub)
                out = self.act(self, client, request, ask)
                if out is None:
                    return
                client.sendall(out)
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            try:
                client.close()
            except OSError:
                pass

    def sleep(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopped:
            time.sleep(0.02)

    def close(self):
        self.stopped = True
        self.listener.close()


def drop(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def at_push(f, secret):
    """The row concerns the push: the hub's word on what it has stays what it was before, so that nothing but the row's own answer could
    make anything delivered."""
    def act(server, client, request, ask):
        if request.is_push():
            return f(server, client, request, ask)
        answer = ask()
        first = server.__dict__.setdefault("first", {}).setdefault(request.target.split("?")[0], answer)
        return reply_of(request, 200, first.body, secret, encoding=first.header("Content-Encoding"))
    act.push = True  # what is heard between two tries is no trouble: the last word may be none
    return act


def canned(data):
    return lambda server, client, request, ask: data(request) if callable(data) else data


def flood(first, part):
    def act(server, client, request, ask):
        client.sendall(first)
        while not server.stopped:
            client.sendall(part)
    return act


def trickle(data, at_once):
    def act(server, client, request, ask):
        whole = data(request) if callable(data) else data
        client.sendall(whole[:at_once])
        for i in range(at_once, len(whole)):
            client.sendall(whole[i:i + 1])
            server.sleep(1)
            if server.stopped:
                return
    return act


def cut_short(data):
    def act(server, client, request, ask):
        client.sendall(data)
    return act


def page(status, headers, body=b""):
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


# ---- the rows ------------------------------------------------------------------------------------------------------------------


class Row:
    def __init__(self, name, act, words, seconds=12, delivered=False, tls=None, patience=1, arrives=False):
        """delivered: the exchange may succeed all the same; arrives: the hub got it although nobody was told."""
        self.name, self.act, self.words, self.seconds, self.delivered, self.tls, self.patience, self.arrives = name, act, words, seconds, delivered, tls, patience, arrives


def kiosk_rows(secret, trap, bomb, certificates):
    stranger = make_key()
    believe = os.environ.get("YIZHAN_PLANT") == "believe"
    wrong = secret if believe else stranger
    html = "<html><body>欢迎使用无线网络，请先登录</body></html>".encode()

    def push(f):
        return at_push(f, secret)

    def forged(make, key=None, signed=True):
        def f(server, client, request, ask):
            origin = request.target.split("/")[3].split("?")[0]
            lines = request.body
            if request.header("Content-Encoding") == "zstd":
                lines = subprocess.run(["zstd", "-dc"], input=lines, capture_output=True).stdout
            last = json.loads(lines.strip().split(b"\n")[-1])
            ack = {"origin": origin, "seq": last["seq"], "hash": last["hash"], "durable": True, "county": 0}
            make(ack)
            return reply_of(request, 200, json.dumps(ack, separators=(",", ":")).encode(), key or secret, signed=signed)
        return push(f)

    def keep(ack):
        pass

    old = {}

    def replay(server, client, request, ask):
        answer = ask()
        key = request.target
        if key in old:
            return old[key]
        old[key] = answer.wire()
        return None if not request.is_push() else old[key][:40]  # the first is lost, every later one gets the old reply

    def slow_reader(server, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        server.sleep(60)
    slow_reader.raw = True

    def half_close(server, client):
        client.shutdown(socket.SHUT_WR)
        while not server.stopped and client.recv(4096):
            pass
    half_close.raw = True

    def reset(server, client, request, ask):
        drop(client)

    def one_way(server, client, request, ask):
        server.sleep(2)
        answer = ask()
        server.sleep(2)
        return answer.wire()

    def garbled(server, client, request, ask):
        data = bytearray(ask().wire())
        at = data.index(b"\r\n\r\n") + 4 + (len(data) - data.index(b"\r\n\r\n") - 4) // 2
        data[at] ^= 1
        return bytes(data)

    signed_bomb = lambda request: reply_of(request, 200, bomb, secret, encoding="zstd")
    rows = [
        Row("silent", lambda s, c, r, a: s.sleep(60), "no answer: too slow or silent", 24),
        Row("never reads", slow_reader, "no answer: ", 24),
        Row("reply's header at a byte a second", trickle(page(200, "", b"{}"), 5), "no answer: too slow or silent", 24),
        Row("reply's body at a byte a second", trickle(page(200, "", b"x" * 5000), 60), "no answer: too slow or silent", 24),
        Row("closed at once", canned(None), "no answer: closed without a reply"),
        Row("closed for sending, goes on reading", half_close, "no answer: "),
        Row("reset", reset, "no answer: "),
        Row("not HTTP", canned(b"220 mail.example ESMTP ready\r\n"), "no answer: ", 24),
        Row("web page with 200", canned(page(200, "Content-Type: text/html; charset=utf-8\r\n", html)), "not our hub: a web page"),
        Row("web page that calls itself JSON", canned(page(200, "Content-Type: application/json\r\n", html)), "not our hub: unsigned reply"),
        *[Row(f"redirect {status}", canned(page(status, f"Location: http://127.0.0.1:{trap}/\r\n")), "not our hub: redirect") for status in (301, 302, 303, 307, 308)],
        Row("Content-Length of a terabyte", flood(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"x" * 65536), "no answer: the reply is too large"),
        Row("endless chunked body", flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"), "no answer: the reply is too large"),
        Row("header flood", flood(b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"x" * 1000 + b"\r\n"), "no answer: the reply is too large"),
        Row("one endless header", flood(b"HTTP/1.1 200 OK\r\nX-Flood: ", b"x" * 65536), "no answer: the reply is too large"),
        Row("flood of 100 continue", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "no answer: the reply is too large"),
        Row("gzip bomb", canned(page(200, "Content-Encoding: gzip\r\n", b"\x1f\x8b" + b"\0" * 100_000)), "not our hub: unsigned reply"),
        Row("zstd bomb", canned(page(200, "Content-Encoding: zstd\r\n", bomb)), "not our hub: unsigned reply"),
        Row("zstd bomb signed by the hub itself", canned(signed_bomb), "not our hub: body: too large"),
        Row("JSON bomb signed by the hub itself", canned(lambda r: reply_of(r, 200, b"[" * 1_000_000, secret)), "not our hub: heads"),
        Row("cut off in the body", cut_short(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"version\""), "no answer: the reply is cut off"),
        *[Row(f"{status} with Retry-After: 9999999999", canned(page(status, "Retry-After: 9999999999\r\n")), f"no hub behind it: status {status}") for status in (429, 503)],
        Row("500", canned(page(500, "", b"stack trace")), "no hub behind it: status 500"),
        Row("unsigned refusal: revoked", canned(page(403, "Content-Type: application/json\r\n", b'{"code":"revoked","what":"go away"}')), "no hub behind it: status 403"),
        Row("a stranger's signature on everything", lambda s, c, r, a: reply_of(r, 200, a().body, stranger), "not our hub: wrong signature"),
        Row("every old reply again", replay, "not our hub: wrong signature", arrives=True),
        Row("a bit flipped in every reply", garbled, "not our hub: ", arrives=True),
        Row("two seconds late each way", one_way, "", 40, delivered=True, patience=20),
        # The acknowledgement.
        Row("acknowledgement never comes", push(lambda s, c, r, a: (a(), s.sleep(60)) and None), "no answer: too slow or silent", 32, arrives=True),
        Row("acknowledgement cut off", push(lambda s, c, r, a: (lambda w: (c.sendall(w[:-7]), None)[1])(a().wire())), "no answer: the reply is cut off", arrives=True),
        Row("acknowledgement without a signature", forged(keep, signed=believe), "not our hub: unsigned reply"),
        Row("acknowledgement signed by a stranger", forged(keep, wrong), "not our hub: wrong signature"),
        Row("acknowledgement of another hash", forged(lambda ack: ack.update(hash=ack["hash"] if believe else "00" * 32)), "wrong acknowledgement: hash"),
        Row("acknowledgement of another log", forged(lambda ack: ack.update(origin="440583-K99")), "wrong acknowledgement: another log"),
        Row("acknowledgement of less", forged(lambda ack: ack.update(seq=1)), "wrong acknowledgement: "),
        Row("acknowledgement of more than there is", forged(lambda ack: ack.update(seq=ack["seq"] + 1000)), "wrong acknowledgement: "),
        Row("acknowledgement with a negative number", forged(lambda ack: ack.update(seq=-1)), ""),
        Row("acknowledgement bound to another request", push(lambda s, c, r, a: reply_of(r, 200, a().body, secret, encoding=a().header("Content-Encoding"), for_signature="00" * 64)), "not our hub: wrong signature", arrives=True),
        # TLS: what is written is never seen by anybody but the hub.
        *[Row(f"TLS: {name}", canned(page(200, "", b"{}")), "no answer: TLS", tls=files) for name, files in certificates.items()],
    ]
    return rows


def mint(folder: Path):
    """A CA, and certificates that must not be believed: name → (certificate, key, minimum version)."""
    folder.mkdir()
    (folder / "ca.cnf").write_text("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n")
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")

    def shell(words):
        done = subprocess.run(words, shell=True, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble(f"{words}: {done.stderr[-300:]}")
    for name in ("ca", "other"):
        shell(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem -days 30 -subj /CN={name}")
    out = {}
    for name, ca, host, begin, end in (("good", "ca", "IP:127.0.0.1", "20200101000000Z", "20990101000000Z"), ("another CA", "other", "IP:127.0.0.1", "20200101000000Z", "20990101000000Z"),
                                       ("expired", "ca", "IP:127.0.0.1", "20200101000000Z", "20210101000000Z"), ("not yet valid", "ca", "IP:127.0.0.1", "20980101000000Z", "20990101000000Z"),
                                       ("another host", "ca", "DNS:elsewhere.invalid", "20200101000000Z", "20990101000000Z")):
        word = name.replace(" ", "_")
        shell(f"openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {word}.key -out {word}.csr -subj /CN=hub -addext subjectAltName={host}"
              f" && openssl ca -batch -config ca.cnf -cert {ca}.pem -keyfile {ca}.key -startdate {begin} -enddate {end} -in {word}.csr -out {word}.pem -notext")
        out[name] = (folder / f"{word}.pem", folder / f"{word}.key", False)
    out["version 1.2 only"] = (*out["good"][:2], True)
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key -out self.pem -days 30 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1")
    out["signed by itself"] = (folder / "self.pem", folder / "self.key", False)
    return out


# ---- running -------------------------------------------------------------------------------------------------------------------


class Net:
    def __init__(self, dice, folder):
        self.dice, self.folder = dice, folder
        self.house = House(folder, dice)
        self.problems, self.lock = [], threading.Lock()
        self.clerks = {}
        for origin in KIOSKS:
            self.house.hall.enrol(origin, origin, "kiosk", "自助机")
            self.clerks[origin] = Clerk(origin[-3:])
        self.secret = (folder / "hall" / "hub.key").read_text().split()[1]
        self.hub_port = self.house.hall.hall_port

    def wrong(self, row, what):
        with self.lock:
            self.problems.append(f"{row}: {what}")

    def file(self, origin, letters=2, size=30):
        """New letters, so that there is something to send."""
        clerk = self.clerks[origin]
        rows = "".join(json.dumps(clerk.next(size), ensure_ascii=False) + "\n" for _ in range(letters))
        done = subprocess.run([str(BIN / "kiosk"), "intake", "-", "--data", str(self.folder / origin), "--json"], input=rows.encode(), capture_output=True)
        if done.returncode != 0:
            self.wrong(origin, f"cannot file: {done.stderr.decode()}")

    def sync(self, origin, patience, url=None, ca=None):
        """(exit code, what it says, seconds, largest memory in KiB)"""
        words = [str(BIN / "kiosk"), "sync", "--once", "--data", str(self.folder / origin), "--patience", str(patience), "--json"]
        words += ["--hub", url] if url else []
        words += ["--ca", str(ca)] if ca else []
        began = time.monotonic()
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            largest = 0
            while process.poll() is None:
                largest = max(largest, status(process.pid, "VmHWM"))  # grows only: the last look counts
                time.sleep(0.01)
            out, error = process.communicate()
        seconds = time.monotonic() - began
        try:
            said = json.loads(out)
        except ValueError:
            said = {"trouble": error.decode().strip(), "hub": None}
        return process.returncode, said, seconds, largest

    def mark(self, origin) -> int:
        self.house.database = lambda where: self.folder / where / ("hub.db" if where == "hall" else "log.db")
        rows = self.house.ask(origin, "SELECT value FROM note WHERE key = ?", f"sync.{HALL}.{origin}")
        value = rows[0][0] if rows else b"0 0"
        return int((value if isinstance(value, str) else value.decode()).split()[0])

    def at_hub(self, origin) -> int:
        return self.house.heads("hall").get(origin, 0)

    def recovers(self, origin, name):
        """The chaos is over: the next exchange completes."""
        code, said, seconds, _ = self.sync(origin, 20)
        if code != 0 or not said.get("done"):
            self.wrong(name, f"the next exchange does not complete: {said}")
        if self.mark(origin) != self.at_hub(origin):
            self.wrong(name, f"afterwards the kiosk says {self.mark(origin)}, the hub has {self.at_hub(origin)}")
        return seconds

    def kiosk_case(self, row: Row, origin: str, quiet_kib: int, ca: Path):
        self.file(origin)
        before, hub_before = self.mark(origin), self.at_hub(origin)
        context = None
        if row.tls:
            certificate, key, old = row.tls
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            if old:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
        server = Server(self.hub_port, row.act, context)
        code, said, seconds, kib = self.sync(origin, row.patience, f"{'https' if row.tls else 'http'}://127.0.0.1:{server.port}", ca if row.tls else None)
        server.close()
        growth = kib - quiet_kib
        after, hub_after = self.mark(origin), self.at_hub(origin)
        words = str(said.get("trouble"))
        if row.delivered:
            if code != 0:
                self.wrong(row.name, f"did not complete: {said}")
        else:
            if code != 75:
                self.wrong(row.name, f"exit {code}: {said}")
            if after != before:
                self.wrong(row.name, f"marked delivered: {before} → {after}")
            if not words.startswith(row.words) and not (words == "" and getattr(row.act, "push", False)):
                self.wrong(row.name, f"said “{words}”, not “{row.words}…”")
            if not row.arrives and hub_after != hub_before:
                self.wrong(row.name, "something arrived")
        if after > hub_after:
            self.wrong(row.name, f"the kiosk says {after}, the hub has {hub_after}")
        if seconds > row.seconds:
            self.wrong(row.name, f"took {seconds:.1f} s")
        if growth > GROWTH_KIB:
            self.wrong(row.name, f"took {growth} KiB more than a quiet exchange")
        if row.tls and server.requests:
            self.wrong(row.name, "a request was sent to a stranger")
        verdict = self.recovers(origin, row.name)
        return seconds, growth, verdict, words

    def cut_case(self, place: int, way: str, origin: str):
        """The line breaks after `place` bytes of the whole exchange, towards the kiosk or towards the hub."""
        self.file(origin, 1, 3)
        before = self.mark(origin)
        gate = {"left": place}

        def act(server, client):
            hub = socket.create_connection(("127.0.0.1", self.hub_port))
            stop = threading.Event()

            def pump(a, b, counted):
                try:
                    while not stop.is_set():
                        data = a.recv(65536)
                        if not data:
                            break
                        if counted:
                            data, whole = data[:gate["left"]], len(data)
                            gate["left"] -= len(data)
                            b.sendall(data)
                            if len(data) < whole or gate["left"] == 0:
                                break
                        else:
                            b.sendall(data)
                except OSError:
                    pass
                stop.set()
                for end in (a, b):
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            other = threading.Thread(target=pump, args=(client, hub, way == "up"), daemon=True)
            other.start()
            pump(hub, client, way == "down")
            other.join()
            hub.close()
        act.raw = True
        server = Server(self.hub_port, act)
        code, said, seconds, kib = self.sync(origin, 1, f"http://127.0.0.1:{server.port}")
        server.close()
        name = f"cut after {place} bytes {way}"
        after, there = self.mark(origin), self.at_hub(origin)
        if after > there:
            self.wrong(name, f"the kiosk says {after}, the hub has {there}")
        if (code == 0) != (gate["left"] > 0):
            self.wrong(name, f"exit {code} with {gate['left']} bytes left: {said}")
        if code != 0 and after != before:
            # Heads that arrived whole may say what the hub has; they never say more (checked above).
            self.wrong(name, f"marked delivered: {before} → {after}")
        if seconds > 12:
            self.wrong(name, f"took {seconds:.1f} s")
        self.recovers(origin, name)
        return seconds, code == 0

    def side_by_side(self, jobs):
        """Runs (work, arguments…) with one kiosk each; results in order."""
        waiting, out = queue.Queue(), [None] * len(jobs)
        for i, job in enumerate(jobs):
            waiting.put((i, job))

        def worker(origin):
            while True:
                try:
                    i, (work, *arguments) = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    out[i] = work(*arguments, origin)
                except Exception as error:  # a row that cannot be run is a finding, not the end of the table
                    self.wrong(str(arguments[0]), f"could not be run: {error!r}")
        threads = [threading.Thread(target=worker, args=(origin,)) for origin in KIOSKS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return out


# ---- bad clients ---------------------------------------------------------------------------------------------------------------


class Crowd:
    """Connections from addresses of their own, kept until the end."""

    def __init__(self, port, addresses, each, first=b"", every=None):
        self.sockets, self.stopped, self.refused = [], False, 0
        for i in range(addresses * each):
            try:
                s = socket.socket()
                s.settimeout(5)
                s.bind((f"127.0.{9 + i % addresses // 200}.{1 + i % addresses % 200}", 0))
                s.connect(("127.0.0.1", port))
                if first:
                    s.sendall(first)
                self.sockets.append(s)
            except OSError:
                self.refused += 1
        self.thread = threading.Thread(target=self.drip, args=(every,), daemon=True)
        self.thread.start()

    def drip(self, every):
        while every and not self.stopped:
            for s in self.sockets:
                try:
                    s.send(every)
                except OSError:
                    pass
            time.sleep(1)

    def closed(self) -> int:
        count = 0
        for s in self.sockets:
            try:
                s.setblocking(False)
                while True:
                    if not s.recv(65536):
                        count += 1
                        break
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                count += 1
        return count

    def end(self):
        self.stopped = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def storm(port, data, times=1, wait=2.0):
    """Says `data` on `times` connections from an address of its own and hears what comes; first lines of the answers."""
    heard = []
    for i in range(times):
        with socket.socket() as s:
            s.settimeout(wait)
            s.bind((f"127.0.8.{1 + i % 200}", 0))
            try:
                s.connect(("127.0.0.1", port))
                s.sendall(data)
                heard.append(s.recv(4096).split(b"\r\n")[0].decode("latin-1"))
            except OSError as error:
                heard.append(type(error).__name__)
    return heard


def status(pid, word):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(word + ":"):
                return int(line.split()[1])
    except OSError:
        pass  # it has just ended
    return 0


def hub_cases(net: Net, bomb: bytes):
    """name → (seconds the honest one may take, what happens beside it)"""
    port = net.hub_port
    device = KIOSKS[0]
    target = f"/v1/log/{device}?after=0"
    now = str(int(time.time() * 1000))

    def posted(body, headers="", signature="00" * 64, who=device):
        return (f"POST {target} HTTP/1.1\r\nHost: h\r\nYizhan-Device: {who}\r\nYizhan-Time: {now}\r\nYizhan-Signature: {signature}\r\n{headers}"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body

    def asked(signature="00" * 64, who=device):
        return f"GET /v1/heads HTTP/1.1\r\nHost: h\r\nYizhan-Device: {who}\r\nYizhan-Time: {now}\r\nYizhan-Signature: {signature}\r\nConnection: close\r\n\r\n".encode()

    deep = subprocess.run("head -c 15M /dev/zero | tr '\\0' '[' | zstd -19 -c", shell=True, capture_output=True).stdout
    big = f"POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: {4 << 20}\r\n\r\n".encode()
    crowds = {
        "200 that send a header's byte a second": lambda: Crowd(port, 10, 20, b"GET /", b"x"),
        "200 that say nothing": lambda: Crowd(port, 10, 20),
        "300 bodies of 4 MiB at a byte a second": lambda: Crowd(port, 10, 30, big, b"x"),
        "30 bodies of 4 MiB at 32 KiB a second from one address": lambda: Crowd(port, 1, 30, big, b"x" * 32768),
        "1,500 connections from 60 addresses": lambda: Crowd(port, 60, 25),
        "3,000 more than one address may have": lambda: Crowd(port, 1, 3000),
    }
    storms = {
        "300 wrong signatures": (lambda: storm(port, asked(), 300), "401"),
        "300 strangers": (lambda: storm(port, asked(who="440583-K77"), 300), "401"),
        "no signature at all": (lambda: storm(port, b"GET /v1/heads HTTP/1.1\r\n\r\n", 100), "401"),
        "a zstd bomb of a stranger": (lambda: storm(port, posted(bomb, "Content-Encoding: zstd\r\n"), 100), "400"),
        "a JSON bomb as an enrolment": (lambda: storm(port, b"POST /v1/enrol HTTP/1.1\r\nContent-Encoding: zstd\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(deep) + deep, 40), "400"),
        "4 MiB of a stranger, 50 times": (lambda: storm(port, posted(b"x" * (4 << 20)), 50), "400"),
        "a body announced too large": (lambda: storm(port, f"POST {target} HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n".encode(), 100), "413"),
        "a header of a megabyte": (lambda: storm(port, b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n", 50), "431 or cut"),
        "100,000 headers": (lambda: storm(port, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n", 20), "431 or cut"),
        "chunked": (lambda: storm(port, f"POST {target} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".encode(), 50), "411"),
        "two lengths": (lambda: storm(port, f"POST {target} HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 900\r\n\r\n{{}}".encode(), 50, 0.5), "cut"),
        "a negative length": (lambda: storm(port, f"POST {target} HTTP/1.1\r\nContent-Length: -1\r\n\r\n".encode(), 50, 0.5), "cut"),
        "length and chunked at once": (lambda: storm(port, f"POST {target} HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(), 50, 0.5), "4.. or cut"),
        "nonsense": (lambda: storm(port, bytes(range(256)) * 200, 50, 0.5), "cut"),
        "TLS to a plain port": (lambda: storm(port, bytes.fromhex("16030100c8010000c40303") + b"\x01" * 200, 50, 0.5), "cut"),
        "1,000 requests in one breath": (lambda: storm(port, b"GET /v1/heads HTTP/1.1\r\n\r\n" * 1000, 5), "401"),
    }
    return crowds, storms


def fits(heard, expected):
    allowed = {"401": ("HTTP/1.1 401", "HTTP/1.1 403"), "400": ("HTTP/1.1 400",), "413": ("HTTP/1.1 413",), "411": ("HTTP/1.1 411",), "431 or cut": ("HTTP/1.1 431", "Connection", "BrokenPipe"),
               "cut": ("", "Connection", "BrokenPipe"), "4.. or cut": ("HTTP/1.1 4", "Connection")}[expected]
    def one(line):
        return any(line == "" if not word else line.startswith(word) for word in allowed) or (line == "" and "cut" in expected)
    return [line for line in heard if not one(line)]


def main():
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 97
    wanted = os.environ.get("YIZHAN_CASES", "").split()
    seed, dice, folder = seed_and_folder("yizhan-net-", fast_disk())
    began = time.monotonic()
    net = Net(dice, folder)
    count = 0
    try:
        certificates = mint(folder / "tls")
        good = certificates.pop("good")
        bomb = subprocess.run("head -c 512M /dev/zero | zstd -19 -c", shell=True, capture_output=True).stdout
        trap = Server(net.hub_port, canned(page(200, "", b"trapped")))
        # A quiet exchange, for comparison.
        quiet = []
        for origin in KIOSKS:
            net.file(origin)
            code, said, _, kib = net.sync(origin, 20)
            if code != 0:
                raise Trouble(f"a quiet exchange does not complete: {said}")
            quiet.append(kib)
        quiet_kib = max(quiet)
        print(f"a quiet exchange takes {quiet_kib} KiB at most\n\n{'kiosk sync against':46} {'s':>6} {'+KiB':>6}  said", flush=True)
        rows = [row for row in kiosk_rows(net.secret, trap.port, bomb, certificates) if not wanted or any(word in row.name for word in wanted)]
        rows.sort(key=lambda row: -row.seconds)
        results = net.side_by_side([(lambda row, origin: net.kiosk_case(row, origin, quiet_kib, folder / "tls" / "ca.pem"), row) for row in rows])
        for row, result in zip(rows, results):
            if result:
                print(f"{row.name:46} {result[0]:6.1f} {max(0, result[1]):6d}  {result[3][:70]}")
        count += len(rows)
        if trap.taken:
            net.wrong("redirects", f"{trap.taken} were followed")

        if not wanted or "cut" in wanted:
            # How long an exchange is, either way: the largest place at which a cut still matters.
            places = [(place, way) for way, end in (("down", 1400), ("up", 1500)) for place in range(1 + dice.randrange(step), end, step)]
            results = net.side_by_side([(lambda p, origin: net.cut_case(*p, origin), place) for place in places])
            done = [r for r in results if r]
            print(f"\ncut after n bytes: {len(places)} places, {sum(1 for r in done if not r[1])} inside the exchange, slowest {max((r[0] for r in done), default=0):.1f} s", flush=True)
            count += len(places)

        crowds, storms = hub_cases(net, bomb)
        hub = net.house.processes.running["hall"]
        print(f"\n{'hub serve against':60} {'honest s':>8} {'+KiB':>7}  heard", flush=True)
        honest = KIOSKS[-1]
        for name, make in crowds.items():
            if wanted and not any(word in name for word in wanted):
                continue
            count += 1
            Path(f"/proc/{hub.pid}/clear_refs").write_text("5")
            before, worst = status(hub.pid, "VmHWM"), 0.0
            crowd = make()
            for _ in range(4):  # the honest one goes on while they are there
                net.file(honest)
                code, said, seconds, _ = net.sync(honest, 15)
                worst = max(worst, seconds)
                if code != 0:
                    net.wrong(name, f"an honest kiosk cannot send: {said}")
                time.sleep(0.3)
            growth = status(hub.pid, "VmHWM") - before
            patience = 14 if "header" in name or "nothing" in name or "1,500" in name else 38 if "byte a second" in name else 0
            end = time.monotonic() + patience
            while patience and crowd.closed() < len(crowd.sockets) and time.monotonic() < end:
                time.sleep(0.5)
            left = len(crowd.sockets) - crowd.closed()
            if patience and left:
                net.wrong(name, f"{left} are still connected after {patience} s")
            crowd.end()
            print(f"{name:60} {worst:8.1f} {growth:7d}  {len(crowd.sockets)} connected, {crowd.refused} refused, {left} left", flush=True)
            if worst > 8:
                net.wrong(name, f"an honest exchange took {worst:.1f} s")
            if growth > 96 << 10:
                net.wrong(name, f"the hub took {growth} KiB more")
        for name, (work, expected) in storms.items():
            if wanted and not any(word in name for word in wanted):
                continue
            count += 1
            Path(f"/proc/{hub.pid}/clear_refs").write_text("5")
            before = status(hub.pid, "VmHWM")
            heard = []
            thread = threading.Thread(target=lambda: heard.extend(work()))
            thread.start()
            net.file(honest)
            code, said, seconds, _ = net.sync(honest, 15)
            thread.join()
            growth = status(hub.pid, "VmHWM") - before
            if code != 0:
                net.wrong(name, f"an honest kiosk cannot send: {said}")
            if odd := fits(heard, expected):
                net.wrong(name, f"heard {odd[0]!r}")
            print(f"{name:60} {seconds:8.1f} {growth:7d}  {max(set(heard), key=heard.count) or 'closed'} ×{len(heard)}", flush=True)
            if seconds > 8:
                net.wrong(name, f"an honest exchange took {seconds:.1f} s")
            if growth > 64 << 10:
                net.wrong(name, f"the hub took {growth} KiB more")
        if hub.poll() is not None:
            net.wrong("hub", f"ended with {hub.returncode}")
        for origin in KIOSKS:
            net.house.hall.verify(origin)
        net.house.hall.verify("hall")
        for origin in KIOSKS:
            net.recovers(origin, origin)
    except Trouble as trouble:
        net.problems.append(str(trouble))
    finally:
        net.house.processes.stop_all()
    print(f"\nhostile net: {count} cases, {len(net.problems)} problems, {time.monotonic() - began:.0f} s, seed {seed}")
    finish("hostile net", net.problems, folder, 12)


main()
