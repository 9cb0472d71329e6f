"""/siaran: a coordinator says to whom, what, and whether he wants receipts; and sees it as it will be received."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from handlers import audience, neutral, schedule, tier
from handlers.audience import Bounds, Wrong
from handlers.letters.facts import place_words
from handlers.turn import STAY, Letter, Next, Reply, Rules, Turn
from messages import broadcast as said
from messages import menu
from messages.render import text as rendered
from messages.words import body, title
from storage import audience as shelf
from storage import broadcasts, candidates
from storage.audience import Filter, Names
from storage.broadcasts import Broadcast
from storage.database import Tx
from storage.roster import Role

BUTTONS = {"all": "semua", "kpps": "peran=KPPS", "linmas": "peran=Linmas", "pps": "peran=PPS", "ptps": "peran=PTPS",
           "pkd": "peran=PKD", "uncovered": "cakupan=belum"}  # fmt: skip
TEXT_UNITS, CAPTION_UNITS = 4096, 1024  # UTF-16, what a message takes with everything around the words
SHORTEST_WIRE = 2  # bytes of a UTF-16 unit


def limits(turn: Turn) -> tuple[Role, Bounds, Names] | None:
    """By which role somebody sends, how far it reaches, and what may be named; None for who is no coordinator."""
    role = schedule.of(turn.roles)
    return (role, audience.bounds(role), shelf.known(turn.tx, role.election.id)) if role else None


def start(turn: Turn) -> Reply:
    """Ask for whom it is."""
    found = limits(turn)
    if found is None:
        return Reply((menu.NotYours(turn.menu),), STAY)
    role, bounds, _ = found
    asks = said.ToAsk(place_words(turn.tx, role.where) or role.election.name, bounds.institution)
    return Reply((asks,), Next("broadcast", "to", {}))


def to_tapped(turn: Turn) -> Reply:
    """One of the common audiences."""
    words = BUTTONS.get(turn.args[0])
    return _to(turn, words) if words else Reply(then=STAY, tap="unknown")


def to_typed(turn: Turn) -> Reply:
    return _to(turn, turn.heard.text)


def _to(turn: Turn, words: str) -> Reply:
    found = limits(turn)
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None, tap="not_yours")
    role, bounds, known = found
    chosen = audience.read(words, known, bounds, today(role, turn.now))
    if isinstance(chosen, Wrong) or not shelf.anybody(turn.tx, chosen):
        wrong = chosen if isinstance(chosen, Wrong) else Wrong("nobody")
        return Reply((said.ToWrong(wrong.code, wrong.word, wrong.near),), Next("broadcast", "to", {}))
    asks = said.TextAsk(audience.described(chosen, known))
    return Reply((asks,), Next("broadcast", "text", {"chosen": chosen.as_json()}), tap="noted")


def today(role: Role, now: datetime) -> str:
    """The day in the election's zone, by which coverage is asked."""
    return now.astimezone(role.election.tz).date().isoformat()


def worded(turn: Turn) -> Reply:
    """The words, alone or under a photo or document."""
    role = schedule.of(turn.roles)
    if role is None:
        return Reply((menu.NotYours(turn.menu),), None)
    file = turn.heard.file
    content = {"text": body(turn.heard.text), "ref": file.ref if file else ""}
    wrong = refused(turn.tx, role.election.id, content, file.kind if file else "", signature(role))
    if wrong is not None:
        return Reply((wrong,), STAY)
    keep = {**turn.kept, **content, "kind": file.kind if file else ""}
    return Reply((said.ReceiptAsk(),), Next("broadcast", "receipt", keep))


def signature(role: Role) -> tuple[str, str]:
    """How a coordinator stands in his messages: his name, and what he is."""
    return role.name, title(role.kind, role.role, role.position, role.institution)


def refused(
    tx: Tx, election_id: int, content: dict[str, str], kind: str, signed: tuple[str, str]
) -> said.TextWrong | None:
    """Why words may not be sent; None if they may."""
    if kind not in {"", *said.FILES}:
        return said.TextWrong("voice")
    if not content["text"] and not kind:
        return said.TextWrong("empty")
    over = _over(content["text"], kind, signed)
    if over > 0:
        return said.TextWrong("caption" if kind else "long", over=over)
    meant = neutral.offence(content["text"], candidates.names(tx, election_id))
    return said.TextWrong(*meant) if meant else None


def _over(words: str, kind: str, signed: tuple[str, str]) -> int:
    """By how much a message would be too long in its longest state: a reminder, with a button."""
    asked = said.Message(text=words, sender=signed[0], institution=signed[1], receipt="asked", reminds=True)
    had = said.Message(text=words, sender=signed[0], institution=signed[1], receipt="received", by="x" * 40,
                       at=datetime.fromisoformat("2024-11-27T10:00:00+07:00"))  # fmt: skip
    longest = max(len(rendered(each, "WITA").encode("utf-16-le")) // SHORTEST_WIRE for each in (asked, had))
    return longest - (CAPTION_UNITS if kind else TEXT_UNITS)


def receipt(turn: Turn) -> Reply:
    """Whether receipts are wanted: then all is known, and it is shown before it goes."""
    found, kept = limits(turn), turn.kept
    if found is None or "text" not in kept or (turn.who.dialog, turn.who.step) != ("broadcast", "receipt"):
        return Reply(then=STAY, tap="unknown")
    role, bounds, known = found
    chosen = audience.within(Filter.of_json(kept["chosen"]), bounds, known)
    if isinstance(chosen, Wrong):
        return Reply((said.ToWrong(chosen.code, chosen.word),), None, tap="not_yours")
    words = {"text": kept["text"], "ref": kept["ref"]}
    number = compose(turn.tx, role, chosen, words, kept["kind"], turn.args[0] == "yes", turn.now,
                     sender_id=role.person_id, address_id=turn.who.address_id)  # fmt: skip
    shown = preview(turn.tx, number, chosen, known, turn, asks=turn.args[0] == "yes")
    return Reply((Letter("broadcast", {"broadcast": number, "preview": True}), shown), None, tap="noted")


def receipt_again(turn: Turn) -> Reply:
    """Words where a button was expected."""
    return Reply((said.ReceiptAsk(),), STAY)


def compose(
    tx: Tx,
    role: Role | None,
    chosen: Filter,
    words: dict[str, str],
    kind: str,
    asks: bool,
    now: datetime,
    *,
    sender_id: int | None,
    address_id: int | None,
) -> int:
    """Keep a draft with its words sealed; its id. Without a role the operator speaks."""
    values: dict[str, Any] = {
        "election_id": chosen.election_id, "sender_id": sender_id, "sender_address_id": address_id,
        "institution": role.institution if role else "", "chosen": chosen.as_json(), "file_kind": kind,
        "words_sealed": tx.vault.seal_json(words), "receipt": asks, "created_at": now,
    }  # fmt: skip
    return broadcasts.draft(tx, values)


def rest(turn: Turn) -> Reply:
    """What WhatsApp does not let out today: by Telegram to those who have it, or tomorrow."""
    found, sent = limits(turn), broadcasts.by_id(turn.tx, int(turn.args[0]))
    if found is None or sent is None or not turn.who.linked or sent.sender_id != turn.who.person_id:
        return Reply(then=STAY, tap="not_yours")
    if sent.state != broadcasts.DRAFT:
        return Reply(then=STAY, tap="already")
    broadcasts.note(turn.tx, sent.id or 0, elsewhere=not sent.elsewhere)
    shown = preview(turn.tx, sent.id or 0, Filter.of_json(sent.chosen), found[2], turn,
                    asks=sent.receipt, elsewhere=not sent.elsewhere)  # fmt: skip
    return Reply((shown,), STAY, tap="noted")


class When(Protocol):
    """What a preview needs of a turn, or of a command."""

    @property
    def now(self) -> datetime: ...

    @property
    def rules(self) -> Rules: ...


def preview(
    tx: Tx, broadcast_id: int, chosen: Filter, known: Names, when: When, *, asks: bool, elsewhere: bool = False
) -> said.Preview:
    """What stands under the message before it is confirmed."""
    counts, rules = shelf.counts(tx, chosen), when.rules
    reachable = counts.get("", 0)
    day = tier.plan(tx, chosen, when.now, rules)
    return said.Preview(
        broadcast=broadcast_id,
        audience=audience.described(chosen, known),
        people=sum(counts.values()),
        reachable=reachable,
        why=why(counts),
        seconds=day.seconds(rules.rate, rules.whatsapp_rate),
        receipt=asks,
        beyond=shelf.span(tx, chosen).beyond_one,
        day=day,
        elsewhere=elsewhere,
    )


def why(counts: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """Codes of why people cannot be reached, the most frequent first."""
    return tuple((code, str(n)) for code, n in sorted(counts.items(), key=lambda each: -each[1]) if code)


def recent(turn: Turn) -> Reply:
    """Siaran terkini: what went to a coordinator's area; Bawaslu's read each."""
    return Reply((Letter("broadcast_recent"),), STAY) if schedule.of(turn.roles) else Reply(then=STAY, tap="not_yours")


def read(turn: Turn) -> Reply:
    """One of them, as it was sent, with how it stands."""
    found, sent = limits(turn), broadcasts.by_id(turn.tx, int(turn.args[0]))
    if found is None or sent is None or not (may_read(sent, found) or may_manage(turn.tx, sent, found)):
        return Reply(then=STAY, tap="not_yours")
    refs = {"broadcast": sent.id}
    return Reply((Letter("broadcast", refs | {"preview": True}), Letter("broadcast_standing", refs)), STAY)


def may_read(sent: Broadcast, found: tuple[Role, Bounds, Names]) -> bool:
    """The words of what goes to one's area may be read by the organisers' coordinators, KPU's and Bawaslu's alike."""
    role, bounds, known = found
    inside = sent.number > 0 and sent.election_id == bounds.election_id
    return inside and (
        sent.sender_id == role.person_id
        or (bool(bounds.institution) and audience.overlaps(bounds, Filter.of_json(sent.chosen), known))
    )


def manage(turn: Turn, broadcast_id: int) -> Broadcast | None:
    """A confirmed broadcast that the speaker may steer, and whose names and receipts he may see."""
    sent, found = broadcasts.by_id(turn.tx, broadcast_id), limits(turn)
    return sent if sent is not None and found is not None and may_manage(turn.tx, sent, found) else None


def may_manage(tx: Tx, sent: Broadcast, found: tuple[Role, Bounds, Names]) -> bool:
    """The sender, as long as the audience is his, and whoever might have sent it: a lost phone must not be the only
    hand that stops it."""
    role, bounds, known = found
    chosen = Filter.of_json(sent.chosen)
    if sent.number < 0 or chosen != audience.within(chosen, bounds, known):
        return False
    return sent.sender_id == role.person_id or audience.holds(bounds, shelf.span(tx, chosen))
