"""What the reporter of an emergency reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.menu import KINDS, WithMenu
from messages.relay import for_others, report_button
from messages.render import Button, Rows, Words, label


def kinds_keyboard() -> Rows:
    """The kinds as buttons that survive our being away; Batal ends the call."""
    rows = tuple(tuple(Button(kind) for kind in KINDS[i : i + 2]) for i in range(0, len(KINDS), 2))
    return (*rows, (Button("batal"),))


def case_keyboard() -> Rows:
    """While an own case is open."""
    return ((Button("kirim_lokasi", ask="place"), Button("batal")), (Button("darurat"),))


@dataclass(frozen=True)
class Call(Words):
    """Darurat was tapped: 119 or 112 first, then what happened."""

    name = "call"
    emergency_number: str = "119"

    def keyboard(self) -> Rows:
        return kinds_keyboard()


@dataclass(frozen=True)
class CallDropped(WithMenu):
    """Batal before a kind: nothing was filed."""

    name = "call_dropped"


@dataclass(frozen=True)
class Filed(Words):
    """The number at once, who was told, and two or three lines of first aid for what happened.

    `place` is the place in words ("" unknown); `told`: puskesmas, coordinators or nobody.
    """

    name = "filed"
    number: int = 0
    kind: str = ""
    at: datetime | None = None
    place: str = ""
    told: str = ""
    puskesmas: str = ""
    verified: bool = True
    by_itself: bool = False
    emergency_number: str = "119"
    police_number: str = "110"

    def keyboard(self) -> Rows:
        return case_keyboard()


@dataclass(frozen=True)
class Questions(Words):
    """Optional: who, which signs, where. `crew`: the reporter has a crew to choose from; `over`: the case has ended."""

    name = "questions"
    number: int = 0
    incident: int = 0
    who: str = ""
    place: str = ""
    signs: tuple[str, ...] = ()
    crew: bool = True
    verified: bool = True
    over: bool = False

    def choices(self) -> Rows:
        if self.over:
            return ()
        i = self.incident
        who = [Button("korban_saya", f"who:{i}:me")]
        if self.crew:
            who.append(Button("korban_rekan", f"crew:{i}"))
        rows: list[tuple[Button, ...]] = [(*who, Button("korban_lain_orang", f"who:{i}:other"))]
        rows.append((Button("tanda", f"signs:{i}"), Button("tempat", f"place:{i}")))
        rows.append((Button("batal", f"cancel:{i}"),))
        return tuple(rows)


@dataclass(frozen=True)
class Crew(Words):
    """The crew of the reporter's TPS, by name; who came (`taken`) may also say that it is none of them."""

    name = "crew"
    number: int = 0
    incident: int = 0
    people: tuple[tuple[int, str], ...] = ()
    taken: bool = False

    def choices(self) -> Rows:
        i = self.incident
        crew = tuple((Button("korban_nama", f"who:{i}:{who}", name=name),) for who, name in self.people)
        return (*crew, (Button("korban_lain_orang", f"who:{i}:other"),)) if self.taken else crew


@dataclass(frozen=True)
class Signs(Words):
    """Several signs, each tapped on or off; `offered` and `chosen` are sign codes."""

    name = "signs"
    number: int = 0
    incident: int = 0
    offered: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    def choices(self) -> Rows:
        done = Button("selesai_tanda", f"signed:{self.incident}")
        return (*((self._mark(sign),) for sign in self.offered), (done,))

    def _mark(self, sign: str) -> Button:
        data = f"sign:{self.incident}:{sign}"
        return Button("terpilih", data, name=label(sign)) if sign in self.chosen else Button(sign, data)

    def brief(self) -> Words:
        return self


@dataclass(frozen=True)
class Maybe(Words):
    """Words, a photo or a voice note that may be an emergency: one button files it. `unclear`: nothing says of what."""

    name = "maybe"
    kind: str = "belum_jelas"
    emergency_number: str = "119"
    what: str = "note"
    place: str = ""  # not where his open case is

    def choices(self) -> Rows:
        return ((report_button(self.kind),),)


@dataclass(frozen=True)
class OfferKept(WithMenu):
    """More words after an offer: nothing is filed yet, and they go along if it is."""

    name = "offer_kept"


@dataclass(frozen=True)
class PlaceAsk(Words):
    """Which kelurahan and TPS; strangers read why it matters."""

    name = "place_ask"
    number: int = 0
    unknown: bool = False

    def keyboard(self) -> Rows:
        return case_keyboard()


@dataclass(frozen=True)
class PlaceWrong(Words):
    """The place was not understood; `reason`: kelurahan, several, tps; `near` are names to choose from."""

    name = "place_wrong"
    number: int = 0
    reason: str = "kelurahan"
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceSet(Words):
    """The place as it is now; `kept`: he was asked for another one and let it be."""

    name = "place_set"
    number: int = 0
    place: str = ""
    kept: bool = False


@dataclass(frozen=True)
class Noted(Words):
    """Something was added; `what`: who, signs, note, photo, voice, place."""

    name = "noted"
    number: int = 0
    what: str = "note"
    red: bool = False
    emergency_number: str = "119"
    taken: bool = False  # by who came himself
    rush: bool = False  # too many within a minute: written down, not passed on one by one
    entry: int = 0
    elsewhere: tuple[tuple[int, str], ...] = ()  # his other cases, for one of which it may have been meant

    def choices(self) -> Rows:
        return for_others(self.entry, self.elsewhere)


@dataclass(frozen=True)
class NotHandedOn(Words):
    """A video or a sticker came for a case: it goes to nobody."""

    name = "not_handed_on"
    number: int = 0


@dataclass(frozen=True)
class KindAdded(Words):
    """A kind was added to the open case, with the way to make it a case of its own. `again`: it had been said a moment
    before, and nobody was told anew."""

    name = "kind_added"
    number: int = 0
    kind: str = ""
    entry: int = 0
    own: bool = True
    emergency_number: str = "119"
    police_number: str = "110"
    again: bool = False

    def choices(self) -> Rows:
        return ((Button("korban_lain", f"other:{self.entry}"),),) if self.own else ()

    def keyboard(self) -> Rows:
        return () if self.own else case_keyboard()


@dataclass(frozen=True)
class MyCase(Words):
    """The reporter's own open case: number, state, who comes, Batal, and the kinds under the text field."""

    name = "my_case"
    number: int = 0
    incident: int = 0
    state: str = ""
    worker: str = ""
    place: str = ""
    emergency_number: str = "119"

    def keyboard(self) -> Rows:
        return kinds_keyboard()


@dataclass(frozen=True)
class ToReporter(WithMenu):
    """How the case goes on. `what`: taken, arrived, referred, closed, handed_back, quiet, all_declined, nobody,
    cancelled, marked_false, unmarked_false.

    `worker` is the name, empty for who is not verified; `puskesmas` where he comes from; `reached`: somebody who is
    called can be; `alone`: nobody is left but those who said that they cannot, and they are asked again; `hurt`:
    somebody is, which in a riot need not be; `thanks`: but on the phone of who has died; `seal`: where it is over, the
    head of the case's hash chain, by which a printed or forwarded message can be held against the records.
    """

    name = "to_reporter"
    number: int = 0
    what: str = ""
    worker: str = ""
    puskesmas: str = ""
    outcome: str = ""
    minutes: int = 0
    reached: bool = True
    alone: bool = False
    riot: bool = False
    hurt: bool = True
    thanks: bool = True
    seal: str = ""
    emergency_number: str = "119"

    def keyboard(self) -> Rows:
        return super().keyboard() if self.what in {"closed", "cancelled"} else ()


@dataclass(frozen=True)
class CancelWhich(Words):
    """Several cases of his are open: which of them is called off? Each by its id, with its number as people read it;
    `kinds` in the same order."""

    name = "cancel_which"
    cases: tuple[tuple[int, str], ...] = ()
    kinds: tuple[str, ...] = ()

    def choices(self) -> Rows:
        return tuple((Button("batal_kasus", f"cancel:{case}", name=called),) for case, called in self.cases)


@dataclass(frozen=True)
class TooLateToCancel(Words):
    name = "too_late_to_cancel"
    number: int = 0
    state: str = ""


@dataclass(frozen=True)
class TwinAsk(Words):
    """Another report of the same kind from the same TPS: one event, or another victim? Unanswered: another victim.

    `number` is the later report, `other` the first. `taken`: the reader has taken one of them. `answer`: same, apart,
    over (one of them has ended), or "" while it is open.
    """

    name = "twin_ask"
    number: int = 0
    other: int = 0
    incident: int = 0
    first: int = 0
    kinds: tuple[str, ...] = ()
    place: str = ""
    reported_at: datetime | None = None
    taken: bool = False
    answer: str = ""

    def choices(self) -> Rows:
        if self.answer:
            return ()
        pair = f"{self.first}:{self.incident}"
        return ((Button("kejadian_sama", f"same:{pair}"),), (Button("korban_lain", f"apart:{pair}"),))


@dataclass(frozen=True)
class Joined(Words):
    """To who reported an event that was reported before: from now on his case is the first one."""

    name = "joined"
    number: int = 0
    was: int = 0
    state: str = ""
    worker: str = ""
    emergency_number: str = "119"

    def keyboard(self) -> Rows:
        return case_keyboard()
