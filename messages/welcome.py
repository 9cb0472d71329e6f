"""Consent, linking, and what is held about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from messages.menu import WithMenu, main_keyboard
from messages.render import Button, Rows, Words

DARURAT: Rows = ((Button("darurat"),),)


@dataclass(frozen=True)
class Consent(Words):
    """The question that comes before anything is kept; `version` changes with its words."""

    name = "consent"
    version: str = "2024-2"

    def keyboard(self) -> Rows:
        return ((Button("setuju"), Button("tidak")), *DARURAT)


CONSENT_VERSION = Consent.version


@dataclass(frozen=True)
class Refused(Words):
    name = "consent_refused"

    def keyboard(self) -> Rows:
        return DARURAT


@dataclass(frozen=True)
class ConsentFirst(Words):
    name = "consent_first"

    def keyboard(self) -> Rows:
        return DARURAT


@dataclass(frozen=True)
class AskContact(Words):
    name = "ask_contact"

    def keyboard(self) -> Rows:
        return ((Button("kirim_nomor", ask="contact"),), *DARURAT)


@dataclass(frozen=True)
class NotYourContact(Words):
    name = "not_your_contact"

    def keyboard(self) -> Rows:
        return ((Button("kirim_nomor", ask="contact"),), *DARURAT)


@dataclass(frozen=True)
class NotFound(WithMenu):
    """The number stands in no roster; that does not mean unprotected."""

    name = "not_found"
    secretariat: str = ""

    def keyboard(self) -> Rows:
        return main_keyboard(("minta_dicatat", *self.menu))


@dataclass(frozen=True)
class NotLinked(WithMenu):
    """Without consent no number is looked for: the way to it, and that it does not mean unprotected."""

    name = "not_linked"


@dataclass(frozen=True)
class Linked(Words):
    """Linked: the first name and the places, with the way out."""

    name = "linked"
    person: str = ""
    places: tuple[str, ...] = ()

    def choices(self) -> Rows:
        return ((Button("bukan_saya", "notme"),),)


@dataclass(frozen=True)
class WhichOfThem(Words):
    """Several people share the number: which of them is speaking."""

    name = "which"
    people: tuple[tuple[int, str], ...] = ()

    def choices(self) -> Rows:
        return tuple((Button("saya_orang", f"iam:{person}", name=name),) for person, name in self.people)


@dataclass(frozen=True)
class Unlinked(Words):
    name = "unlinked"

    def keyboard(self) -> Rows:
        return DARURAT


@dataclass(frozen=True)
class SomebodyElse(Words):
    """To the coordinator: a number in the roster is not that person's."""

    name = "somebody_else"
    person: str = ""
    places: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True)
class Silenced(Words):
    """To the coordinator: nothing that the bot begins goes to this person, until he lets it (`again`).

    `corrected`: what it was for is said of somebody else by now.
    """

    name = "silenced"
    person_id: int = 0
    person: str = ""
    place: str = ""
    again: bool = False
    corrected: bool = False

    def brief(self) -> Words | None:
        return self if self.again else None

    def choices(self) -> Rows:
        return () if self.again else ((Button("unhush", f"unhush:{self.person_id}"),),)


@dataclass(frozen=True)
class WorkerLeft(Words):
    """To the head: a worker on duty withdrew."""

    name = "worker_left"
    person: str = ""
    puskesmas: str = ""


@dataclass(frozen=True)
class MyData(WithMenu):
    """What is held about a person."""

    name = "my_data"
    person: str = ""
    nik: str = ""
    phone: str = ""
    former: tuple[str, ...] = ()  # numbers that were his
    roles: tuple[str, ...] = ()
    coverages: int = 0
    cases: tuple[int, ...] = ()
    named_in: tuple[int, ...] = ()  # reports of others of which he is the casualty
    consent_version: str = ""
    consent_at: datetime | None = None
    channels: tuple[str, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()  # the newest: who looked, and when

    def choices(self) -> Rows:
        return ((Button("siapa_melihat", "reads:0"),), (Button("ada_salah", "fix_ask"),))

    def keyboard(self) -> Rows:
        return ()


@dataclass(frozen=True)
class Readings(Words):
    """Who looked at what is held about a person, a page at a time, the newest first; each: when and as whom, what."""

    name = "my_readings"
    private = True
    reads: tuple[tuple[str, str], ...] = ()
    page: int = 0
    more: bool = False

    def choices(self) -> Rows:
        back = (Button("earlier", f"reads:{self.page - 1}"),) if self.page else ()
        on = (Button("later", f"reads:{self.page + 1}"),) if self.more else ()
        return ((*back, *on),) if back or on else ()


@dataclass(frozen=True)
class ChatData(WithMenu):
    """What is held about a chat that is not linked with anybody of the roster: the `chat`'s name, its number, consent,
    the `cases` reported from it, and what it asked: in words, and how that stands (as a request's state)."""

    name = "my_data_none"
    private = True
    chat: str = ""
    phone: str = ""
    consent_version: str = ""
    consent_at: datetime | None = None
    requests: tuple[tuple[str, str], ...] = ()
    cases: tuple[int, ...] = ()


@dataclass(frozen=True)
class DeleteAsk(Words):
    """What goes and what stays; `linked`: a coordinator looks at the rest."""

    name = "delete_ask"
    linked: bool = False

    def choices(self) -> Rows:
        return ((Button("ya_hapus", "delete:yes"), Button("tidak_jadi", "delete:no")),)


@dataclass(frozen=True)
class Deleted(Words):
    """Consent is withdrawn; `due`: until when the rest is answered, where there is any, and whether somebody was
    `asked`."""

    name = "deleted"
    due: datetime | None = None
    asked: bool = True

    def keyboard(self) -> Rows:
        return DARURAT


@dataclass(frozen=True)
class Programme:
    """One programme of one institution as `/status` says it. `state`: active, future, ended, inactive, missing."""

    programme: str
    state: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class Cover:
    """One institution's list for one person. `state`: listed, unlisted (not on the list), unknown (no list yet), unseen
    (without his NIK nobody can look for him on it).

    `role_id`: the role that it is about; by it he may ask to have it looked at, if he `may_ask`. `asked`: how his
    request stands (open, submitted, refused; "" for none), since `asked_at`, and `why`.
    """

    election: str
    institution: str
    state: str
    programmes: tuple[Programme, ...] = ()
    kpj_last4: str = ""
    as_of: date | None = None
    secretariat: str = ""
    role_id: int = 0
    may_ask: bool = False
    asked: str = ""
    asked_at: datetime | None = None
    why: str = ""

    @property
    def lacks(self) -> bool:
        """Whether a programme is missing that its list may still bring."""
        return self.state == "unlisted" or any(each.state in {"missing", "inactive"} for each in self.programmes)


@dataclass(frozen=True)
class Status(WithMenu):
    """Am I covered: everything in one message."""

    name = "status"
    person: str = ""
    covers: tuple[Cover, ...] = ()

    def choices(self) -> Rows:
        open_ = [cover for cover in self.covers if cover.may_ask]
        one = "minta_diperiksa" if len(open_) == 1 else "minta_diperiksa_di"
        return tuple((Button(one, f"cov_ask:{cover.role_id}", name=cover.institution),) for cover in open_)

    def keyboard(self) -> Rows:
        return () if self.choices() else super().keyboard()
