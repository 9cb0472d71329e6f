"""/siaran: a coordinator says to whom, what, and whether he wants receipts; and sees it as it will be received."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from handlers import areas, audience, neutral, senders, tier
from handlers.audience import Wrong
from handlers.senders import Sender
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


def start(turn: Turn) -> Reply:
    """Ask for whom it is; before that, where somebody coordinates for two institutions, as whom he sends."""
    found = senders.of(turn.tx, turn.roles)
    if not found:
        return Reply((menu.NotYours(turn.menu),), STAY)
    if len(found) == 1:
        return _to_ask(turn, found[0])
    each_as = ((each.role.id, f"{each.role.institution}: {areas.label(turn.tx, each.roles)}") for each in found)
    return Reply((said.AsAsk(tuple(each_as)),), Next("broadcast", "as", {}))


def as_tapped(turn: Turn) -> Reply:
    sender = senders.one(turn.tx, turn.roles, int(turn.args[0]))
    return _to_ask(turn, sender) if sender else Reply(then=STAY, tap="not_yours")


def _to_ask(turn: Turn, sender: Sender) -> Reply:
    asks = said.ToAsk(areas.label(turn.tx, sender.roles), audience.own(sender.role.institution), sender.number)
    return Reply((asks,), Next("broadcast", "to", sender.refs))


def to_tapped(turn: Turn) -> Reply:
    """One of the common audiences."""
    words = BUTTONS.get(turn.args[0])
    role_id = int(turn.args[1]) if len(turn.args) > 1 else None
    return _to(turn, words, role_id) if words else Reply(then=STAY, tap="unknown")


def to_typed(turn: Turn) -> Reply:
    return _to(turn, turn.heard.text, turn.kept.get("role"))


def _to(turn: Turn, words: str, role_id: int | None) -> Reply:
    sender = senders.one(turn.tx, turn.roles, role_id)
    if sender is None:
        return Reply((menu.NotYours(turn.menu),), None, tap="not_yours")
    chosen = audience.read(words, sender.known, sender.bounds, today(sender.role, turn.now))
    if isinstance(chosen, Wrong) or not shelf.anybody(turn.tx, chosen):
        wrong = chosen if isinstance(chosen, Wrong) else Wrong("nobody")
        return Reply((said.ToWrong(wrong.code, wrong.word, wrong.near),), Next("broadcast", "to", sender.refs))
    asks = said.TextAsk(audience.described(chosen, sender.known))
    keep = {"chosen": chosen.as_json(), **sender.refs}
    return Reply((asks,), Next("broadcast", "text", keep), tap="noted")


def today(role: Role, now: datetime) -> str:
    """The day in the election's zone, by which coverage is asked."""
    return now.astimezone(role.election.tz).date().isoformat()


def worded(turn: Turn) -> Reply:
    """The words, alone or under a photo or document."""
    sender = senders.one(turn.tx, turn.roles, turn.kept.get("role"))
    if sender is None:
        return Reply((menu.NotYours(turn.menu),), None)
    role = sender.role
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
    kept, here = turn.kept, (turn.who.dialog, turn.who.step) == ("broadcast", "receipt")
    sender = senders.one(turn.tx, turn.roles, kept.get("role")) if here else None
    if sender is None or "text" not in kept:
        return Reply(then=STAY, tap="unknown")
    role, known = sender.role, sender.known
    chosen = audience.narrowed(Filter.of_json(kept["chosen"]), sender.bounds, known)
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
    sent = broadcasts.by_id(turn.tx, int(turn.args[0]))
    sender = senders.author(sent, senders.of(turn.tx, turn.roles)) if sent else None
    if sender is None or sent is None or not turn.who.linked or sent.sender_id != turn.who.person_id:
        return Reply(then=STAY, tap="not_yours")
    if sent.state != broadcasts.DRAFT:
        return Reply(then=STAY, tap="already")
    broadcasts.note(turn.tx, sent.id or 0, elsewhere=not sent.elsewhere)
    shown = preview(turn.tx, sent.id or 0, Filter.of_json(sent.chosen), sender.known, turn,
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
    """Siaran terkini: what went to a coordinator's areas; Bawaslu's read each."""
    mine = areas.grounds(turn.roles)
    return Reply((Letter("broadcast_recent"),), STAY) if mine else Reply(then=STAY, tap="not_yours")


def read(turn: Turn) -> Reply:
    """One of them, as it was sent, with how it stands."""
    sent, found = broadcasts.by_id(turn.tx, int(turn.args[0])), senders.of(turn.tx, turn.roles)
    if sent is None or not (senders.may_read(sent, found) or senders.steering(turn.tx, sent, found)):
        return Reply(then=STAY, tap="not_yours")
    refs = {"broadcast": sent.id}
    return Reply((Letter("broadcast", refs | {"preview": True}), Letter("broadcast_standing", refs)), STAY)


def manage(turn: Turn, broadcast_id: int) -> Broadcast | None:
    """A confirmed broadcast that the speaker may steer, and whose names and receipts he may see."""
    sent = broadcasts.by_id(turn.tx, broadcast_id)
    return sent if sent and senders.steering(turn.tx, sent, senders.of(turn.tx, turn.roles)) else None
