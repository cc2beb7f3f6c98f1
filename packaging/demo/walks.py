"""The ways people go through the hall, by the names of what they touch. Every person and every word here is invented."""
import re
import time

from hall import Trouble, until

ELDER_CARD = "name=赵德福\nnumber=440599195103120413\naddress=云栖县幸福里一号\nend\n"
WORKER_CARD = "name=林小满\nnumber=440599198807071027\naddress=云栖县纺织路七号\nend\n"


def hall_day() -> str:
    """Today in the hall (UTC+8), wherever this machine believes to be."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))


class Person:
    """One visit at the kiosk. `keep(name)` keeps a picture of the screen."""

    def __init__(self, kiosk, devices, keep=lambda name: None):
        self.kiosk, self.devices, self.keep = kiosk, devices, keep
        self.before = kiosk.taps
        self.receipts = set(self.printed())
        kiosk.wait("self", 40)

    @property
    def taps(self):
        return self.kiosk.taps - self.before

    def printed(self):
        return sorted((self.devices / "receipts").glob("*.txt"))

    def lay_card(self, text: str):
        self.devices.mkdir(parents=True, exist_ok=True)
        part = self.devices / "card.part"
        part.write_text(text)
        part.rename(self.devices / "card.txt")

    def take_card(self):
        (self.devices / "card.txt").unlink(missing_ok=True)

    def who(self, card: str = "", name: str = ""):
        k = self.kiosk
        k.tap("self", "next")
        self.keep("notice")
        k.tap("next", "no_document")
        self.keep("card")
        if card:
            self.lay_card(card)
        else:
            k.tap("no_document", "key.mode.pinyin")
            self.write(name)
            self.keep("identify")
            k.tap("next")
        k.wait("whom.self", 15)
        self.keep("whom")
        k.tap("whom.self", "topic.wages")
        self.take_card()

    def write(self, pinyin: str):
        """Spelt on the screen's own keyboard; the first candidate is taken, as people do."""
        spell_by_letters(self.kiosk)
        for word in pinyin.split():
            for letter in word:
                self.kiosk.tap(f"key.{letter}")
            if self.kiosk.find("candidate.0"):
                self.kiosk.tap("candidate.0")

    def topic(self, code: str):
        k = self.kiosk
        self.keep("kind")
        while not k.find(f"topic.{code}"):
            k.tap("page.next")
        k.tap(f"topic.{code}")
        k.tap("next")

    def answers(self, **wanted):
        """Answers whatever is asked, by the answer named for it in turn; otherwise “no”."""
        k = self.kiosk
        turn = list(wanted.get("turn", []))
        asked = 0
        time.sleep(0.3)
        while True:
            if k.find("answer.no"):
                if asked == 0:
                    self.keep("question")
                k.tap("answer." + (turn.pop(0) if turn else "no"))
            elif k.find("party.neighbour"):
                self.keep("party")
                k.tap("party." + wanted.get("party", "unknown"))
            else:
                return
            asked += 1
            time.sleep(0.3)

    def to_the_end(self, prefix: str):
        """Review, ruling, receipt."""
        k = self.kiosk
        k.wait("edit.request", 10)
        self.keep(prefix + "review")
        k.tap("next")
        until(lambda: k.find("next") and not k.find("edit.request"), 8, "the page after the review")
        if k.find("sign.pad"):  # who wrote something is asked for a signature and may go on without one
            self.keep(prefix + "sign")
            k.tap("next")
            until(lambda: k.find("next") and not k.find("sign.pad"), 8, "the ruling")
        time.sleep(0.3)
        self.keep(prefix + "ruling")
        k.tap("next")
        until(lambda: (k.find("leave") or k.find("print")) and "back" not in k.names(), 15, "the receipt")
        self.keep(prefix + "done")
        self.want_paper()

    def want_paper(self):
        """Nothing is printed before the person says so; without a printer nobody is asked."""
        if self.kiosk.find("print"):
            self.kiosk.tap("print", "leave")

    def receipt(self):
        """What the printer gave out: number, code and ticket as a person reads them."""
        new = until(lambda: [file for file in self.printed() if file not in self.receipts], 20, "a printed receipt")
        time.sleep(0.2)
        return read_receipt(new[-1].read_text())

    def leave(self):
        k = self.kiosk
        k.tap("leave")
        until(lambda: k.find("leave.now") or k.find("self"), 10, "the way out")
        if k.find("leave.now"):
            k.tap("leave.now")
        k.wait("self", 10)


def read_receipt(text: str) -> dict:
    number = re.search(r"\d{6}-[A-Z]\d{2}-\d{8}-\d{4,6}-\d", text.replace(" ", ""))
    digits = re.search(r"(?<!\d)(\d{4})[ \-](\d{4})[ \-](\d{4})[ \-](\d{4})(?!\d)", text)
    ticket = re.search(r"(?<![A-Z0-9])([A-Z])(\d{3})(?!\d)", text)
    return {"number": number.group(0) if number else "", "code": "".join(digits.groups()) if digits else "",
            "ticket": ticket.group(0) if ticket else "", "text": text}


# ---- citizens ----------------------------------------------------------------------------------------------------------------


def elder_with_card(kiosk, devices, keep):
    """赵德福, 75: a card, no typing. Back pay; leaves with a lawyer's number."""
    p = Person(kiosk, devices, keep)
    keep("home")
    p.who(card=ELDER_CARD)
    p.topic("wages")
    p.answers()
    kiosk.wait("skip")
    keep("statement_empty")
    kiosk.tap("skip")
    p.to_the_end("")
    taps = p.taps
    receipt = p.receipt()
    p.leave()
    return {**receipt, "taps": taps}


def worker_with_text(kiosk, devices, keep):
    """林小满: back pay, writes a few words with pinyin and the ready phrases, goes to the lawyer."""
    p = Person(kiosk, devices, lambda name: None)
    p.who(card=WORKER_CARD)
    p.topic("wages")
    p.answers(turn=["yes"])
    p.keep = keep
    kiosk.wait("key.mode.phrases")
    kiosk.tap("key.mode.phrases", "key.phrase.0")
    keep("statement_phrases")
    kiosk.tap("key.phrase.0")
    kiosk.tap("tab.facts")
    kiosk.tap("key.mode.pinyin", "key.a")
    for letter in "gongzi":
        kiosk.tap(f"key.{letter}")
    keep("statement_pinyin")
    if kiosk.find("candidate.0"):
        kiosk.tap("candidate.0")
    kiosk.tap("next")
    time.sleep(0.3)
    while not kiosk.find("edit.request"):  # reasons, then the place: both may stay empty
        if kiosk.find("party") and "place" in kiosk.names():
            keep("place")
        kiosk.tap("next")
        time.sleep(0.3)
    p.to_the_end("written_")
    receipt = p.receipt()
    p.leave()
    return receipt


def neighbours(kiosk, devices, keep):
    """A quarrel about noise, both willing to talk: mediation."""
    p = Person(kiosk, devices, lambda name: None)
    p.who(name="liu")
    p.topic("neighbour")
    p.keep = keep
    p.answers(turn=["yes", "no", "no"])
    kiosk.wait("skip")
    kiosk.tap("skip")
    p.to_the_end("mediation_")
    receipt = p.receipt()
    p.leave()
    return receipt


def accusation(kiosk, devices, keep):
    """About an official: sealed on this machine."""
    p = Person(kiosk, devices, lambda name: None)
    p.who(name="zhou")
    p.topic("official")
    p.answers(turn=["yes"])
    p.keep = keep
    kiosk.wait("skip")
    kiosk.tap("skip")
    p.to_the_end("sealed_")
    receipt = p.receipt()
    p.leave()
    return receipt


def suggestion(kiosk, devices, keep):
    p = Person(kiosk, devices, lambda name: None)
    p.who(name="wu")
    p.topic("suggestion")
    p.answers()
    kiosk.wait("skip")
    kiosk.tap("skip")
    p.keep = keep
    p.to_the_end("suggestion_")
    receipt = p.receipt()
    p.leave()
    return receipt


def number_only(kiosk, devices, keep):
    p = Person(kiosk, devices, keep)
    kiosk.tap("number", "window.PET")
    keep("take_number")
    kiosk.tap("window.PET")
    until(lambda: (kiosk.find("leave") or kiosk.find("print")) and "window.PET" not in kiosk.names(), 10, "the number")
    keep("take_number_done")
    p.want_paper()
    receipt = p.receipt()
    p.leave()
    return receipt


def call_helper(kiosk, devices, keep):
    """请人帮我 in the middle of a visit; the session goes on at reception."""
    p = Person(kiosk, devices, lambda name: None)
    p.who(card=WORKER_CARD)
    p.topic("land")
    p.answers()
    kiosk.wait("help")
    kiosk.tap("help", "cancel")
    keep("helper")
    return p


def without_paper(kiosk, devices, keep):
    """The paper is out: the code fills the screen."""
    p = Person(kiosk, devices, lambda name: None)
    p.who(name="chen")
    p.topic("environment")
    p.answers()
    kiosk.wait("skip")
    kiosk.tap("skip")
    p.keep = keep
    p.to_the_end("no_paper_")
    p.leave()


def spell_by_letters(kiosk):
    """To the pinyin keys, whatever way the field opened with."""
    if not kiosk.find("key.a"):
        kiosk.tap("key.mode.pinyin", "key.a")


def line(a, b, points: int = 14):
    """A straight stroke from a to b."""
    return [(a[0] + (b[0] - a[0]) * i / points, a[1] + (b[1] - a[1]) * i / points) for i in range(points + 1)]


GREAT = [line((0.08, 0.38), (0.42, 0.36)), line((0.25, 0.12), (0.09, 0.86)), line((0.25, 0.4), (0.42, 0.86))]  # 大, in the pad's left half


def write_by_hand(kiosk, strokes=GREAT) -> str:
    """On the pad; the first candidate is taken. Returns it."""
    if not kiosk.find("pad"):
        kiosk.tap("key.mode.handwriting", "pad")
    kiosk.draw("pad", strokes)
    chosen = kiosk.wait("candidate.0")["words"]
    kiosk.tap("candidate.0")
    return chosen


def type_digits(kiosk, digits: str):
    for digit in digits:
        kiosk.tap(f"key.{digit}")


def ask(kiosk, receipt, way: str = "progress"):
    kiosk.wait("self", 30)
    kiosk.tap(way, "number")
    type_digits(kiosk, re.sub(r"\D", "", receipt["number"][8:]))
    kiosk.tap("code")
    type_digits(kiosk, receipt["code"])


def progress_and_rating(kiosk, receipt, keep):
    """Asks how far it is, then rates service and outcome apart."""
    ask(kiosk, receipt)
    keep("ask")
    kiosk.tap("next")
    until(lambda: kiosk.find("leave") and not kiosk.find("code"), 12, "the progress")
    time.sleep(0.5)
    keep("progress")
    kiosk.tap("rate", "service.5")
    kiosk.tap("service.5")
    kiosk.tap("outcome.4")
    keep("rate")
    kiosk.tap("next")
    until(lambda: not kiosk.find("service.5"), 10, "thanks")
    keep("thanks")
    kiosk.tap("next", "self")


# ---- desks -------------------------------------------------------------------------------------------------------------------


def write(desk, field: str, text: str):
    """Typed as by a keyboard. The X server lends unmapped keys to Chinese characters and may lose one when it is busy: then
    the field does not say what was meant, and it is typed once more."""
    for _ in range(5):
        desk.tap("field." + field)
        desk.key("ctrl+a", "BackSpace")
        desk.type(text)
        if any(hit["name"] == "field." + field and hit["words"] == text for hit in desk.page()["hits"]):
            return
        desk.slowness += 40
    raise Trouble(f"field {field} does not take what is typed")


def sign_in(desk, who: str, pin: str, keep=None):
    """Chooses the name and types the PIN, when the desk asks for a person."""
    until(lambda: desk.find("call_next") or desk.find(f"person.{who}"), 30, "the desk is there")
    if desk.find("call_next"):
        return
    desk.tap(f"person.{who}")
    time.sleep(0.5)
    if keep:
        keep("sign_in")
    desk.type(pin)
    desk.key("Return")
    until(lambda: desk.find("call_next"), 30, "the desk opens")


def lawyer(desk, keep, prefix="", called=lambda: None):
    """Calls the next person, writes the record, guides to arbitration."""
    until(lambda: desk.find("call_next"), 30, "somebody waits for the lawyer")
    keep(prefix + "queue")
    desk.tap("call_next")
    desk.wait("identity", 15)
    time.sleep(0.5)
    keep(prefix + "called")
    called()
    desk.tap("identity")
    if desk.find("facts.copy"):
        desk.tap("facts.copy")
    write(desk, "facts", "在纺织厂做工，两个月工资未付。")
    write(desk, "law", "劳动争议调解仲裁法第二十七条")
    write(desk, "advice", "可申请劳动仲裁，准备考勤和聊天记录。")
    desk.key("ctrl+2")
    desk.tap("told.path")
    desk.key("ctrl+alt+2")
    desk.key("alt+1")  # 引导去仲裁
    keep(prefix + "record")
    desk.key("F10")
    until(lambda: not desk.find("identity"), 15, "the record is on disk and the ticket ended")
    keep(prefix + "finished")


def mediator(desk, keep):
    """Application, rights, both consents, mediators, a session, an agreement with amount, date and way."""
    until(lambda: desk.find("call_next"), 30, "somebody waits for the mediator")
    desk.tap("call_next", "state.application", 15)
    time.sleep(0.5)
    keep("application")
    for field, text in (("applicant", "刘某"), ("respondent", "楼上住户"), ("dispute", "夜间噪声"), ("claim", "晚十点后不再打扰")):
        if desk.find("field." + field):
            write(desk, field, text)
    desk.tap("state.application", "rights.free_will")
    for right in ("rights.free_will", "rights.choose", "rights.stop", "rights.private"):
        desk.tap(right)
    desk.tap("state.consent.applicant")
    time.sleep(0.5)
    desk.tap("state.consent.respondent", "field.mediators")
    keep("consent")
    write(desk, "mediators", "何秀兰、吴建国")
    desk.tap("chosen_by.parties")
    desk.key("ctrl+Return")
    desk.wait("held_now")
    desk.tap("held_now")
    write(desk, "notes", "双方各说一遍，同意各让一步。")
    desk.tap("state.session", "ending.agreed")
    desk.tap("ending.agreed", "field.terms")
    write(desk, "terms", "晚十点后不使用健身器材，铺设地垫。")
    write(desk, "amount", "300")
    write(desk, "perform_by", "2027-01-31")
    write(desk, "perform_way", "当面付清")
    write(desk, "effective", hall_day())
    keep("agreement")
    desk.tap("state.outcome")
    until(lambda: not desk.find("state.outcome"), 10, "the agreement is on disk")
    time.sleep(0.5)
    keep("over")
    desk.key("F10")
    until(lambda: desk.find("call_next"), 10, "the mediator is free again")


def reception_takes_help(desk, keep):
    """Takes the citizen's running session, writes down what is said, reads it back, files it."""
    desk.wait("help.1", 20)
    keep("help")
    desk.key("F1")
    desk.wait("field.form.petitioner.name", 10)
    keep("form")
    desk.key("ctrl+Return")
    desk.wait("field.form.request", 10)
    write(desk, "form.request", "请说明征地补偿怎么算。")
    write(desk, "form.facts", "去年量过地，一直没有收到补偿表。")
    desk.tap("form.read_back")
    keep("form_written")
    desk.key("F10")
    desk.wait("form.print", 15)
    keep("form_done")
    desk.key("F10")


def reception_disposes(desk, keep):
    """Calls the next person, whose matter is sealed, and passes it on unread (XFTL 22, 30)."""
    until(lambda: desk.find("call_next"), 30, "somebody waits at reception")
    desk.tap("call_next", "disposition.discipline", 15)
    time.sleep(0.5)
    keep("called")
    desk.tap("disposition.discipline")
    desk.key("F10")
    until(lambda: not desk.find("disposition.discipline"), 15, "the disposition is on disk and the ticket ended")
