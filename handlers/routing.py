"""Which step takes a turn: pure tables. An emergency's words go before any open question; a draft before free words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from handlers import (
    alarms,
    boxes,
    broadcast,
    broadcast_again,
    broadcast_send,
    casualty,
    coverage,
    coverage_case,
    details,
    duty,
    group,
    hearing,
    identity,
    incident,
    menu,
    reading,
    recap,
    receipt,
    relay,
    replacing,
    response,
    rights,
    schedule,
    silence,
    status,
    stopping,
    triage,
    twin_answer,
    welcome,
)
from handlers.turn import Reply, Step
from messages.chat import Heard
from messages.render import labels

COMMANDS: dict[str, Step] = {
    "start": welcome.start,
    "menu": menu.show,
    "bantuan": menu.help_,
    "help": menu.help_,
    "darurat": incident.start,
    "lapor": incident.start,
    "status": status.show,
    "data": welcome.data,
    "hapus": welcome.delete,
    "jaga": duty.show,
    "kasus": response.cases,
    "berhenti": stopping.stop,
    "jadwal": schedule.show,
    "siaran": broadcast.start,
    "cakupan": coverage.show,
    "ganti": replacing.start,
    "rekap": recap.show,
    "tps": group.only_in_groups,
}

LABELS: dict[str, Step] = {
    "darurat": incident.start,
    "status": status.show,
    "data": welcome.data,
    "bantuan": menu.help_,
    "menu": menu.show,
    "minta_dicatat": identity.ask,
    "jaga": duty.show,
    "kasus": response.cases,
    "jadwal": schedule.show,
    "siaran": broadcast.start,
    "cakupan": coverage.show,
    "rekap": recap.show,
    "batal": incident.cancel,
    "setuju": welcome.agree,
    "tidak": welcome.refuse,
    **dict.fromkeys(triage.KINDS, incident.kind),
}

# What else a label is called when it is typed.
TYPED: dict[str, str] = {"tidak setuju": "tidak", "sesak": "sesak", "nyeri dada": "sesak", "sakit": "sakit",
                         "kelelahan": "sakit", "menu": "menu", "lapor": "darurat", "tolong": "darurat"}  # fmt: skip

# verb → step and what its arguments are: "n" a number, "w" a word
TAPS: dict[str, tuple[Step, str]] = {
    "notme": (welcome.not_me, ""),
    "fix_ask": (rights.fix_ask, ""),
    "rights": (rights.listing, ""),
    "right_show": (rights.show, "n"),
    "right_done": (rights.done, "n"),
    "right_no": (rights.refuse, "n"),
    "reads": (reading.mine, "n"),
    "iam": (welcome.i_am, "n"),
    "delete": (welcome.delete_answer, "w"),
    "cancel": (incident.cancel_tapped, "n"),
    "other": (incident.other_victim, "n"),
    "who": (casualty.who, "nw"),
    "crew": (casualty.crew, "n"),
    "signs": (details.signs, "n"),
    "sign": (details.sign, "nw"),
    "signed": (details.signed, "n"),
    "place": (details.place_ask, "n"),
    "report": (details.report, "w"),
    "take": (response.take, "n"),
    "decline": (response.decline, "n"),
    "arrive": (response.arrive, "n"),
    "close": (response.close, "n"),
    "end": (response.end, "nw"),
    "refer": (response.refer, "n"),
    "lower": (response.lower, "n"),
    "still": (response.still, "n"),
    "same": (twin_answer.same, "nn"),
    "apart": (twin_answer.apart, "nn"),
    "relay": (relay.which, "n"),
    "duty": (duty.change, "w"),
    "line": (schedule.line, "n"),
    "line_ask": (schedule.ask, "wn"),
    "line_add": (schedule.ask_new, ""),
    "line_pause": (schedule.pause, "n"),
    "line_now": (schedule.send_now, "n"),
    "unhush": (silence.resume, "n"),
    "false": (alarms.mark, "n"),
    "unfalse": (alarms.unmark, "n"),
    "gaps": (coverage.names, "n"),
    "gaps_sheet": (coverage.sheet, ""),
    "recap_sheet": (recap.sheet, ""),
    "cov_ask": (coverage_case.ask, "n"),
    "cov_list": (coverage_case.listing, "n"),
    "cov_show": (coverage_case.show, "n"),
    "cov_done": (coverage_case.submitted, "n"),
    "cov_no": (coverage_case.refuse, "n"),
    "handed": (boxes.handed, "n"),
    "resume": (stopping.resume, ""),
    "quit": (menu.put_aside, ""),
    "swap": (replacing.whom, "n"),
    "swap_yes": (replacing.replace, "n"),
    "id_role": (identity.role, "w"),
    "id_as": (identity.approve_as, "nn"),
    "id_new": (identity.approve_new, "n"),
    "id_no": (identity.refuse, "n"),
    "b_to": (broadcast.to_tapped, "w"),
    "b_receipt": (broadcast.receipt, "w"),
    "b_recent": (broadcast.recent, ""),
    "b_read": (broadcast.read, "n"),
    "b_send": (broadcast_send.send, "n"),
    "b_later": (broadcast_send.later, "n"),
    "b_drop": (broadcast_send.drop, "n"),
    "b_rest": (broadcast.rest, "n"),
    "b_yes": (broadcast_send.agree, "n"),
    "b_no": (broadcast_send.disagree, "n"),
    "b_pause": (broadcast_send.pause, "n"),
    "b_resume": (broadcast_send.resume, "n"),
    "b_stop": (broadcast_send.stop, "n"),
    "b_again": (broadcast_again.again, "wn"),
    "b_sheet": (broadcast_again.sheet, "n"),
    "b_got": (receipt.got, "n"),
    "b_crew": (receipt.crew, "n"),
    "b_for": (receipt.crew_for, "nn"),
    "b_who": (receipt.who, "nn"),
    "b_remind": (receipt.remind, "n"),
}

DRAFTS: dict[tuple[str, str], Step] = {
    ("welcome", "consent"): welcome.consent_again,
    ("welcome", "contact"): welcome.contact_again,
    ("identity", "role"): identity.role_again,
    ("identity", "name"): identity.named,
    ("identity", "place"): identity.placed,
    ("replacing", "tps"): replacing.tps,
    ("replacing", "name"): replacing.named,
    ("replacing", "phone"): replacing.numbered,
    ("replacing", "sure"): replacing.sure_again,
    ("coverage", "why"): coverage_case.refused,
    ("rights", "fix"): rights.fix_typed,
    ("rights", "why"): rights.refused,
    ("schedule", "time"): schedule.timed,
    ("schedule", "words"): schedule.worded,
    ("schedule", "add"): schedule.added,
    ("broadcast", "to"): broadcast.to_typed,
    ("broadcast", "text"): broadcast.worded,
    ("broadcast", "receipt"): broadcast.receipt_again,
    ("broadcast", "when"): broadcast_send.timed,
    ("incident", "place"): details.place_typed,
    ("incident", "maybe"): details.maybe_again,
    ("response", "referred"): response.referred,
    ("response", "lowered"): response.lowered,
    ("relay", "which"): relay.which_again,
}

# Where whole sentences are asked for: what is written there is not spoken to us.
COMPOSING = {
    ("coverage", "why"),
    ("rights", "fix"),
    ("rights", "why"),
    ("schedule", "words"),
    ("schedule", "add"),
    ("broadcast", "text"),
    ("incident", "place"),
    ("incident", "maybe"),
    ("response", "referred"),
    ("response", "lowered"),
    ("relay", "which"),
    ("identity", "name"),
    ("replacing", "name"),
    ("identity", "place"),
}
GROUP_STEPS = {boxes.handed}  # what may be tapped in a group

SLASHLESS = {"whatsapp"}
BARE = {"mulai": "start", "stop": "berhenti"}  # what a command is called there too

EMERGENCY_COMMANDS = {"darurat", "lapor"}
# The taps by which a reporter makes his own case better; a worker's taps file nothing.
EMERGENCY_TAPS = {"report", "other", "who", "crew", "signs", "sign", "signed", "place"}
LARGEST_ID = 2**31 - 1
_CASE = re.compile(r"(?:kasus )?l-?0*(\d{1,9})$", re.IGNORECASE | re.ASCII)


def plain(text: str) -> str:
    """Letters, digits and single spaces in lower case: how a label is compared, whatever stands around it."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(ch if ch.isalnum() else " " for ch in folded).split())


@cache
def _heard_as() -> dict[str, str]:
    known = {plain(words): key for key, words in labels().items() if key in LABELS}
    return known | TYPED


def label_of(text: str) -> str | None:
    """The key of the label that this text is, if it is one."""
    return _heard_as().get(plain(text)) if text and len(text) < 60 else None  # noqa: PLR2004 - no label is longer


def command_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    """`/start darurat` → ("start", ("darurat",)); None where it is no command."""
    words = text.split()
    return (words[0][1:].casefold(), tuple(words[1:3])) if words and words[0].startswith("/") else None


def _bare(heard: Heard) -> tuple[str, tuple[str, ...]] | None:
    """A command without its slash, where people do not know slashes; nothing else may stand with it."""
    word = plain(heard.text)
    name = BARE.get(word, word)
    bare = heard.sender.channel in SLASHLESS and name in COMMANDS and label_of(heard.text) is None
    return (name, ()) if bare else None


def _tap(choice: str) -> tuple[Step, tuple[str, ...]]:
    verb, *args = choice.split(":")
    step, shape = TAPS.get(verb, (menu.unknown_tap, ""))
    good = len(args) == len(shape) and all(_fits(arg, kind) for arg, kind in zip(args, shape, strict=True))
    return (step, tuple(args)) if good else (menu.unknown_tap, ())


def _fits(arg: str, kind: str) -> bool:
    if kind == "w":
        return bool(arg) and arg.replace("_", "").isalnum() and arg.isascii() and (not arg.isdigit() or _fits(arg, "n"))
    return arg.isascii() and arg.isdigit() and len(arg) <= 10 and int(arg) <= LARGEST_ID  # noqa: PLR2004


def route(  # noqa: PLR0911 - one line a kind of thing that can be heard
    heard: Heard, dialog: str | None, step: str | None
) -> tuple[Step, tuple[str, ...]]:
    """The step for what was heard, and its arguments; `dialog` and `step` as the draft has them."""
    if heard.group:
        return _in_group(heard)
    if heard.tap:
        return _tap(heard.choice)
    if heard.contact:
        return welcome.contact, ()
    if heard.place:
        return details.position, ()
    if heard.file:
        return (broadcast.worded if (dialog, step) == ("broadcast", "text") else details.file), ()
    command = command_of(heard.text) or _bare(heard)
    if command:
        return COMMANDS.get(command[0], menu.lost), command[1]
    key = label_of(heard.text)
    # A worker's typed reason, "kelelahan", is not a tap on a kind.
    reason = dialog == "response" and key in triage.KINDS and plain(heard.text) in TYPED
    if key and not reason:
        return LABELS[key], (key,)
    number = _CASE.match(heard.text.strip())
    if number and not dialog:
        return alarms.card, (number[1],)
    drafted: Callable[..., Reply] | None = DRAFTS.get((dialog or "", step or ""))
    if drafted and (dialog, step) not in COMPOSING and hearing.guess(heard.text):
        return details.maybe_in_draft, ()
    return drafted or details.words, ()


def _in_group(heard: Heard) -> tuple[Step, tuple[str, ...]]:
    """A group takes little: its binding, the way to an emergency, and the taps that are meant for it."""
    if heard.tap:
        step, args = _tap(heard.choice)
        return (step, args) if step in GROUP_STEPS else (menu.unknown_tap, ())
    command = command_of(heard.text)
    if command and command[0] == "tps":
        return group.bind, ()
    key = label_of(heard.text)
    if (command and command[0] in EMERGENCY_COMMANDS) or key in triage.KINDS or key == "darurat":
        return group.emergency, ()
    return menu.in_group, ()


def may_be_emergency(heard: Heard) -> bool:
    """Whether what was heard is, or may be, an emergency, as far as it can be told without the database."""
    if heard.group:
        return False
    if heard.tap:
        return heard.choice.split(":")[0] in EMERGENCY_TAPS
    command = command_of(heard.text)
    if command:
        return command[0] in EMERGENCY_COMMANDS or "darurat" in command[1]
    key = label_of(heard.text)
    return key in triage.KINDS or key == "darurat" or hearing.guess(heard.text) is not None
