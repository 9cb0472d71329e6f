"""What people do with WhatsApp. Each act becomes a webhook, complete as Meta would send it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.rehearsal import files
from bot.rehearsal.acts import TOWN_SQUARE
from bot.rehearsal.cloud import shapes
from bot.rehearsal.cloud.habits import Habits, Reach
from bot.rehearsal.cloud.media import Media
from bot.rehearsal.cloud.phones import Person, Phones, digits
from bot.rehearsal.cloud.shapes import Business
from bot.rehearsal.cloud.webhook import Webhook
from bot.rehearsal.wire import Json


class Acts:
    """The people's side. A person is named by BSUID or number; every act returns the id of its message."""

    def __init__(self, business: Business, habits: Habits, webhook: Webhook, now: Callable[[], datetime]) -> None:
        self.business, self.habits, self.webhook, self.now = business, habits, webhook, now
        self.phones, self.media = Phones(), Media(now)

    def add_person(
        self, number: str | None, bsuid: str, name: str, *, hidden: bool = False, username: str = ""
    ) -> Person:
        """Somebody with WhatsApp. Without a number, or with a hidden one, the business knows his BSUID only."""
        person = Person(bsuid, digits(number or ""), name, hidden or not number, username, self.habits.reach)
        return self.phones.add(person)

    def say(self, who: str, text: str, reply_to: str = "") -> str:
        """Write to the business."""
        return self._send(who, {"type": "text", "text": {"body": text}}, {"text": text}, reply_to)

    def tap(self, who: str, message_id: str | None, label: str) -> str:
        """Tap a button or a row of a list by (a part of) its label; without a message the newest with it."""
        person = self.phones.person(who)
        for message in [person.messages[message_id]] if message_id else list(self.phones.newest(person)):
            for button in tappable(message):
                if label in button["text"]:
                    return self._tapped(who, message, button)
        raise ValueError(f"there is no button {label!r}")

    def _tapped(self, who: str, message: Json, button: Json) -> str:
        kind = button["kind"]
        if kind == "url":
            raise ValueError(f"the button {button['text']!r} opens a link: the bot does not hear of it")
        if kind == "location":
            return self.share_location(who, reply_to=message["id"])
        if kind == "contact":
            return self.share_own_contact(who, asked_in=message["id"])
        shown, answered = {"text": button["text"]}, message["id"]
        if kind == "quick":
            content = {"type": "button", "button": {"payload": button["id"], "text": button["text"]}}
            return self._send(who, content, shown, answered, told=self.habits.button_context)
        reply = {"id": button["id"], "title": button["text"]}
        if description := button.get("description"):
            reply["description"] = description
        answer = {"type": f"{kind}_reply", f"{kind}_reply": reply}
        return self._send(who, {"type": "interactive", "interactive": answer}, shown, answered)

    def share_location(
        self, who: str, latitude: float = TOWN_SQUARE[0], longitude: float = TOWN_SQUARE[1], reply_to: str = ""
    ) -> str:
        """Share a position."""
        place = {"latitude": latitude, "longitude": longitude}
        return self._send(who, {"type": "location", "location": place}, {"location": place}, reply_to)

    def send_photo(self, who: str, caption: str = "", data: bytes = files.SAMPLE_PHOTO) -> str:
        """Send a photo."""
        medium = self.media.add("image/jpeg", data)
        content = {"id": medium.id, **medium.raw()} | ({"caption": caption} if caption else {})
        shown = {"photo": medium.id} | ({"text": caption} if caption else {})
        return self._send(who, {"type": "image", "image": content}, shown)

    def send_voice(self, who: str, data: bytes = files.SAMPLE_VOICE) -> str:
        """Send a voice note."""
        medium = self.media.add("audio/ogg; codecs=opus", data)
        content = {"id": medium.id, **medium.raw(), "voice": True}
        return self._send(who, {"type": "audio", "audio": content}, {"voice": medium.id})

    def send_contact(self, who: str, name: str, number: str) -> str:
        """Share somebody's card: anybody can, so it proves nothing."""
        return self._send(who, *_card(name, digits(number), "other"))

    def share_own_contact(self, who: str, asked_in: str = "") -> str:
        """Share the own card; in answer to a request the number is WhatsApp's own, and no longer hidden."""
        person = self.phones.person(who)
        if not person.number:
            raise ValueError(f"{person.name} has no number to share")
        if asked_in:
            person.hidden = False
        return self._send(who, *_card(person.name, person.number, "contact_request" if asked_in else "other"), asked_in)

    def react(self, who: str, message_id: str, emoji: str) -> str:
        """Put an emoji under a message; an empty one takes it away."""
        self.phones.react(self.phones.person(who), message_id, emoji, mine=True)
        content = {"message_id": message_id} | ({"emoji": emoji} if emoji else {})
        return self._send(who, {"type": "reaction", "reaction": content}, None)

    def send_unsupported(self, who: str, what: str = "unknown") -> str:
        """Send something that the Cloud API cannot show: a poll, an event, a message that is seen once."""
        content = {"errors": [shapes.error(131051)], "type": "unsupported", "unsupported": {"type": what}}
        return self._send(who, content, {"text": "…"})

    def opt_out(self, who: str) -> None:
        """Want no marketing any more."""
        self._prefer(who, stop=True)

    def opt_in(self, who: str) -> None:
        """Want it again."""
        self._prefer(who, stop=False)

    def _prefer(self, who: str, *, stop: bool) -> None:
        person = self.phones.person(who)
        person.opted_out = stop
        self.webhook.add(shapes.preference(person, self.habits, self.timestamp(), stop=stop))

    def change_number(self, who: str, number: str) -> str:
        """Take another number."""
        person = self.phones.person(who)
        old, message_id = person.number, shapes.wamid(person.number)
        self.phones.renumber(person, digits(number))
        self.webhook.add(shapes.changed_number(person, old, message_id, self.timestamp()))
        return message_id

    def set_reach(self, who: str, reach: Reach) -> None:
        """The phone goes off ("sent"), on ("delivered") or open ("read"); what waited comes along."""
        person = self.phones.person(who)
        self.phones.set_reach(person, reach)
        for message in list(person.messages.values()):
            if not message["mine"]:
                self.arrive(person, message)

    def arrive(self, person: Person, message: Json) -> None:
        """A message of the business comes as far as the phone lets it, and the business is told."""
        steps: tuple[Reach, ...] = ("sent", "delivered", "read")
        for step in steps[: steps.index(person.reach) + 1]:
            skipped = step == "delivered" and person.reach == "read" and self.habits.skip_delivered
            if self.phones.tick(person, message["id"], step) and not skipped:
                self.webhook.add(shapes.status(message["out"], self.habits, step, self.timestamp()))

    def _send(self, who: str, content: Json, shown: Json | None, reply_to: str = "", *, told: bool = True) -> str:
        person = self.phones.person(who)
        message_id = shapes.wamid(person.told_number or person.bsuid)
        person.wrote_at = self.now()
        context = {"context": {"from": self.business.number, "id": reply_to}} if reply_to and told else {}
        event = shapes.said(person, self.habits, message_id, self.timestamp(), {**context, **content})
        if shown is not None:
            message = {"id": message_id, "mine": True, "at": self.timestamp(), "status": "sent", "context": reply_to}
            self.phones.put(person, message | shown)
            event.taken = lambda: self.phones.tick(person, message_id, "delivered")
        self.webhook.add(event)
        return message_id

    def timestamp(self) -> int:
        """Business time in seconds, as webhooks carry it."""
        return int(self.now().timestamp())


def tappable(message: Json) -> list[Json]:
    """The buttons of a message, and the rows of its list as if they were buttons."""
    sections = message.get("list", {}).get("sections", ())
    rows = [{"kind": "list", "text": row["title"], **row} for section in sections for row in section["rows"]]
    return [*message.get("buttons", ()), *rows]


def _card(name: str, number: str, origin: str) -> tuple[Json, Json]:
    first, _, last = name.partition(" ")
    named = {"formatted_name": name, "first_name": first} | ({"last_name": last} if last else {})
    phone = {"phone": f"+{number}", "wa_id": number, "type": "CELL"}
    card: Json = {"name": named, "phones": [phone], "origin": origin}
    if origin == "other":
        card["vcard"] = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL;waid={number}:+{number}\nEND:VCARD"
    shown = {"contact": {"first_name": name, "phone_number": number}}
    return {"type": "contacts", "contacts": [card]}, shown
