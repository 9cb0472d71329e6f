"""What was sent before it was known to be an emergency: kept in the draft, it goes along with what is filed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handlers import finding, hearing, triage
from handlers.turn import STAY, Next, Reply, Turn, emergency
from messages import incident as said
from storage import places
from storage.places import Where

FRESH = timedelta(minutes=15)
LATELY = timedelta(minutes=3)  # two, and the one in which a kind is chosen
MOST = 10
ALBUM = timedelta(seconds=60)  # pictures that come within it are one thing, and asked about once
OFFER = ("incident", "maybe")
PLACE = "place"
KEPT = "offered"  # in the draft of the offer, or in that of the dialog beside which it stands


@dataclass(frozen=True, slots=True)
class Sent:
    """Words, a file, or both, or a position; `heard` is what they sound like, a kind or "", `at` an ISO time."""

    words: str
    what: str  # photo, voice, document; place; "" for words alone
    ref: str  # of a position `-7.97,112.63`
    heard: str
    at: str

    @property
    def detail(self) -> dict[str, Any]:
        """As the journal keeps it."""
        if self.what != PLACE:
            return {"ref": self.ref}
        latitude, longitude = self.ref.split(",")
        return {"latitude": float(latitude), "longitude": float(longitude)}


def fresh(turn: Turn) -> list[Sent]:
    """What this address sent lately and was offered to file, the oldest first."""
    every = [Sent(**each) for each in turn.kept.get(KEPT, ())]
    return [each for each in every if datetime.fromisoformat(each.at) > turn.now - FRESH]


def with_this(turn: Turn, heard: str = "") -> list[Sent]:
    """The same with what is said now."""
    now = Sent(turn.heard.text, *_shown(turn), heard, turn.now.isoformat())
    every = [each for each in fresh(turn) if (each.words, each.ref) != (now.words, now.ref)] + [now]
    kept = {id(each) for said in (True, False) for each in [it for it in every if bool(it.words) is said][-MOST:]}
    return [each for each in every if id(each) in kept]  # however many pictures there are, no words give way to them


def _shown(turn: Turn) -> tuple[str, str]:
    """What was sent besides words, and by what it is shown again."""
    file, shared = turn.heard.file, turn.heard.place
    if shared is not None:
        return PLACE, f"{shared.latitude},{shared.longitude}"
    return (file.kind, file.ref) if file else ("", "")


def kept(sent: list[Sent]) -> Next:
    """The draft that holds it."""
    return Next(*OFFER, {KEPT: [asdict(each) for each in sent]})


def along(turn: Turn, then: Next | None, heard: str) -> Next:
    """The draft that an answer leaves, with what is said now in it."""
    if then is STAY and turn.who.step:
        then = Next(turn.who.dialog or "", turn.who.step, turn.kept)
    return beside(None if then is STAY else then, with_this(turn, heard))


def beside(then: Next | None, sent: list[Sent]) -> Next:
    """The draft of another dialog, or none, with what was sent in it."""
    offer = kept(sent)
    return offer if then is None else replace(then, keep={**then.keep, **offer.keep})


def kind_of(sent: list[Sent]) -> str:
    """What it sounds like: the newest that names a kind."""
    named = [each.heard for each in sent if each.heard and each.heard != triage.UNCLEAR]
    return named[-1] if named else triage.UNCLEAR


def is_album(turn: Turn) -> bool:
    """Whether a picture without words comes right after another that he was asked about."""
    before = fresh(turn)
    together = before and datetime.fromisoformat(before[-1].at) > turn.now - ALBUM
    return bool(together and turn.heard.file and not turn.heard.text and before[-1].what not in {"", PLACE})


def place(turn: Turn, home: Where, sent: list[Sent]) -> Where | None:
    """`semaput di tps 12`: that TPS of his own kelurahan, or of the one that is named; what was said last counts.
    None: his own place."""
    texts = [each.words for each in sent if each.words]
    rows = places.all_kelurahan(turn.tx, [each.id for each in turn.elections]) if texts else []
    named, number = None, None
    for text in texts:
        found = finding.place(text, rows, landmarks=False)
        if found.several:
            continue
        if found.kelurahan is not None:
            number = number if named in {None, found.kelurahan} else None  # it was of another kelurahan
            named = found.kelurahan
        station = finding.station(text)
        number = number if station is None else station
    ward = named.id if named is not None else home.kelurahan_id
    tps_id = places.tps_by_number(turn.tx, ward, number) if ward and number is not None else None
    if tps_id is not None:
        return places.of_tps(turn.tx, tps_id)
    return Where(named.election_id, named.kecamatan_id, named.id) if named is not None else None


def elsewhere(turn: Turn, here: Where, sent: list[Sent]) -> Where | None:
    """Another place than this, where words name one; what only says more of it is none."""
    there = place(turn, here, sent)
    levels = ("tps_id", "kelurahan_id", "kecamatan_id")
    both = ((getattr(here, each), getattr(there, each, None)) for each in levels)
    first = next(((a, b) for a, b in both if a and b), None)
    return there if first is not None and first[0] != first[1] else None


def lately(turn: Turn, home: Where, sent: list[Sent]) -> list[Sent]:
    """What may say where he is who taps Darurat, and not the button of an offer: what he has not taken back since, and
    said just now. Where he has no place of his own, an older one is better than none."""
    meant: list[Sent] = []
    for each in sent:
        if hearing.takes_back(each.words):
            meant = []
        elif hearing.corrects(each.words):
            meant = [each]
        else:
            meant.append(each)
    just_now = [each for each in meant if datetime.fromisoformat(each.at) > turn.now - LATELY]
    return just_now if home.known else meant


def offer(turn: Turn, kind: str, place: str = "") -> Reply:
    """It may be an emergency: one button files it, with what was sent lately. An edited message asks nothing anew.
    `place`: where it is in words, if not where the open case is."""
    if turn.heard.edited:
        return Reply(then=STAY)
    sent = with_this(turn, kind)
    if is_album(turn):
        return emergency(then=kept(sent), tap="ok")
    asked = said.Maybe(kind_of(sent), turn.emergency_number, sent[-1].what or "note", place)
    return emergency(asked, then=kept(sent), tap="ok")
