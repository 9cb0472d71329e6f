"""What those read who are called for an emergency: health workers, Dinkes, coordinators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from messages.chat import File, FileKind, Place, Template
from messages.menu import WithMenu
from messages.render import Button, Rows, Words, label
from messages.templates import filled
from messages.words import hour_in, number


@dataclass(frozen=True)
class Alert(Words):
    """An incident as one called person sees it.

    `view`: worker, dinkes or coordinator (never signs or age). `relation`: open (may take it), mine, other,
    declined, dropped (moved away, or its casualty has a case of his own), ended. `again`: how often it was called
    before without anybody taking it.
    """

    name = "alert"
    private = True
    incident: int = 0
    number: int = 0
    state: str = ""
    severity: str = ""
    kinds: tuple[str, ...] = ()
    view: str = "worker"
    relation: str = "open"
    posted: bool = False
    left: bool = False  # he took it, was quiet, and it was called again: Tiba makes it his
    again: int = 0
    turned_red: bool = False
    place: str = ""
    new_place: str = ""
    map_link: str = ""
    exact: bool = False
    casualty: str = ""
    casualty_name: str = ""
    age: int | None = None
    signs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reporters: tuple[tuple[str, str], ...] = ()
    verified: bool = True
    by_itself: bool = False
    reported_at: datetime | None = None
    taker: str = ""
    alarms: int = 0  # of the same reporter that were false, in the 24 hours before; 0 for so few that nothing is said
    missed: bool = False
    nobody: bool = False  # else is left: everybody said no, and is asked again
    took: bool = False  # over, and it was the reader's
    joined: int = 0  # the number of the case that this report was joined to
    riot: int = 0  # the number of the riot in which this casualty was hurt
    apart: int = 0  # the number of the case of who was hurt in this riot
    seal: str = ""  # where the case is over: the head of its chain
    outcome: str = ""
    referred_to: str = ""

    def choices(self) -> Rows:
        i = self.incident
        if self.relation == "open":
            arrive = ((Button("arrive", f"arrive:{i}"),),) if self.left else ()
            return ((Button("take", f"take:{i}"), Button("decline", f"decline:{i}")), *arrive)
        return steps(i, self.state, self.severity) if self.relation == "mine" or self.took else ()

    def template(self, said: str, zone: str) -> Template | None:
        """The call itself, without what only health workers read; what follows is news of the case."""
        if self.relation != "open" or self.reported_at is None:
            return None
        kinds = ", ".join(label(each) for each in self.kinds)
        if self.alarms:
            kinds += f" ({label('alarms_before').replace('{n}', str(self.alarms))})"
        values = (number(self.number), label(f"level_{self.severity}"), kinds, self.place or label("place_unknown"))
        at = hour_in(self.reported_at, zone)
        return filled("siaga_darurat", *values, at, taps=(f"take:{self.incident}", f"decline:{self.incident}"))

    def brief(self) -> Words | None:
        """Who comes and what follows, and to who comes or may come what more is known."""
        if self.relation == "declined":
            return None
        known = (self.place, self.casualty, self.casualty_name, self.age, self.signs)
        more = known if self.relation in {"open", "mine"} or self.took else ()
        line = AlertLine(self.incident, self.number, self.state, self.severity, self.relation, self.taker, *more)
        return replace(line, joined=self.joined, apart=self.apart, took=self.took, seal=self.seal)


@dataclass(frozen=True)
class AlertLine(Words):
    """How a case stands by now, in a line, with what its taker may tap."""

    name = "alert_line"
    incident: int = 0
    number: int = 0
    state: str = ""
    severity: str = ""
    relation: str = "other"
    taker: str = ""
    place: str = ""
    casualty: str = ""
    casualty_name: str = ""
    age: int | None = None
    signs: tuple[str, ...] = ()
    joined: int = 0
    apart: int = 0
    took: bool = False
    seal: str = ""

    def choices(self) -> Rows:
        if self.relation == "open":
            return ((Button("take", f"take:{self.incident}"), Button("decline", f"decline:{self.incident}")),)
        his = self.relation == "mine" or self.took
        return steps(self.incident, self.state, self.severity) if his else ()


@dataclass(frozen=True)
class Hidden(Words):
    """What stood here is not for this reader any more."""

    name = "hidden"


@dataclass(frozen=True)
class BareAlert(Words):
    """The alert that leaves when wording the whole one failed."""

    name = "bare_alert"
    incident: int = 0
    number: int = 0
    state: str = "waiting"
    severity: str = "red"
    kinds: tuple[str, ...] = ()

    def choices(self) -> Rows:
        i = self.incident
        return ((Button("take", f"take:{i}"), Button("decline", f"decline:{i}")),) if self.state == "waiting" else ()


def steps(incident: int, state: str, severity: str) -> Rows:
    """The buttons of who has taken the case."""
    close, refer = Button("close", f"close:{incident}"), Button("refer", f"refer:{incident}")
    lower = (Button("lower", f"lower:{incident}"),) if severity in {"red", "yellow"} else ()
    if state == "taken":
        decline = Button("decline", f"decline:{incident}")
        return ((Button("arrive", f"arrive:{incident}"), decline), (close, refer), *((lower,) if lower else ()))
    who = Button("korban", f"crew:{incident}")
    if state == "arrived":
        return ((close, refer), (*lower, who))
    elsewhere = Button("refer_again", f"refer:{incident}")
    return ((close, elsewhere), (who,)) if state == "referred" else ((who,),) if state == "closed" else ()


@dataclass(frozen=True)
class RedNotice(Words):
    """To the area's coordinators at once: number, severity, place, state; no names.

    What is over may be marked as a false alarm.
    """

    name = "red_notice"
    number: int = 0
    severity: str = "red"
    place: str = ""
    state: str = ""
    reported_at: datetime | None = None
    joined: int = 0
    incident: int = 0
    mark: str = ""  # of a false alarm: "" not his to set, open, set

    def choices(self) -> Rows:
        if not self.mark:
            return ()
        verb = "unfalse" if self.mark == "set" else "false"
        return ((Button(verb, f"{verb}:{self.incident}"),),)

    def brief(self) -> Words:
        return self


@dataclass(frozen=True)
class Addition(Words):
    """Something was added to a case that the reader was called for, or took. `what` as in the journal."""

    name = "addition"
    private = True
    number: int = 0
    what: str = ""
    words: str = ""
    codes: tuple[str, ...] = ()
    place: str = ""
    by: str = ""


@dataclass(frozen=True)
class Shown(Words):
    """A photo, a voice note or a position that belongs to a case, as a reply to its alert."""

    name = "shown"
    private = True
    number: int = 0
    what: str = "photo"
    by: str = ""
    ref: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def attachment(self) -> File | None:
        if self.what in {"photo", "voice", "document"}:
            return File(cast(FileKind, self.what), self.ref)
        return None

    def position(self) -> Place | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)


@dataclass(frozen=True)
class FalseAlarm(Words):
    """To everybody called: cancelled by its reporter."""

    name = "false_alarm"
    number: int = 0
    place: str = ""


@dataclass(frozen=True)
class Outcome(Words):
    name = "outcome"
    number: int = 0
    incident: int = 0

    def choices(self) -> Rows:
        i = self.incident
        return (
            (Button("membaik", f"end:{i}:membaik"), Button("istirahat", f"end:{i}:istirahat")),
            (Button("wafat", f"end:{i}:meninggal"), Button("alarm_palsu", f"end:{i}:alarm_palsu")),
        )


@dataclass(frozen=True)
class ReferAsk(Words):
    """Where the casualty is brought; `to`: what was said before, and may be corrected."""

    name = "refer_ask"
    number: int = 0
    to: str = ""

    def keyboard(self) -> Rows:
        return ((Button("batal"),), (Button("darurat"),))


@dataclass(frozen=True)
class LowerAsk(Words):
    name = "lower_ask"
    number: int = 0
    severity: str = ""
    to: str = ""

    def keyboard(self) -> Rows:
        return ((Button("batal"),), (Button("darurat"),))


@dataclass(frozen=True)
class Done(WithMenu):
    """A worker's typed answer was taken. `what`: referred, `to` where, or lowered to a `severity`."""

    name = "done"
    number: int = 0
    what: str = ""
    severity: str = ""
    to: str = ""


@dataclass(frozen=True)
class StillAsk(Words):
    """Taken, or arrived, and quiet for a while."""

    name = "still_ask"
    number: int = 0
    incident: int = 0
    state: str = ""
    severity: str = ""
    minutes: int = 0

    def choices(self) -> Rows:
        return ((Button("still", f"still:{self.incident}"),), *steps(self.incident, self.state, self.severity))


@dataclass(frozen=True)
class LongThere(Words):
    """To the coordinators: a worker arrived half an hour ago and the case is still open."""

    name = "long_there"
    number: int = 0
    place: str = ""
    minutes: int = 30


@dataclass(frozen=True)
class NobodyLeft(Words):
    """To the coordinators: nobody is left to call. `what`: declined (they are asked again), unreached."""

    name = "nobody_left"
    number: int = 0
    place: str = ""
    what: str = "declined"


@dataclass(frozen=True)
class Cases(WithMenu):
    """How many cases follow, each as a message of its own."""

    name = "cases"
    mine: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Duty(Words):
    """On or off duty, until when, and the `shifts` in the roster, with where he is posted."""

    name = "duty"
    on_duty: bool = False
    until: datetime | None = None
    puskesmas: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()

    def choices(self) -> Rows:
        return ((Button("jaga_berhenti", "duty:off") if self.on_duty else Button("jaga_mulai", "duty:on"),),)


@dataclass(frozen=True)
class Late(WithMenu):
    """A typed answer to a case that has moved on; `what` is a tap's answer."""

    name = "late"
    what: str = "ended"
