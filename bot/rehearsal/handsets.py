"""The phones on the page, whichever app they show: who holds them, what stands on them, what is done with them."""

from __future__ import annotations

from collections.abc import Callable

from bot.rehearsal.botapi import BotApi
from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.phones import Person
from bot.rehearsal.phones import CastMember, Kind
from bot.rehearsal.watching import ChatId, Watchers
from bot.rehearsal.wire import ApiError, Json

FOUND_NOBODY = "this button is gone"


class Handsets:
    """Telegram's phones, and WhatsApp's where there is a Cloud API. Both are watched through one queue."""

    def __init__(self, api: BotApi, cloud: CloudApi | None) -> None:
        self.api, self._cloud = api, cloud
        if cloud is not None:
            cloud.phones.watchers = api.phones

    @property
    def watchers(self) -> Watchers:
        """The pages that look at any of them."""
        return self.api.phones

    @property
    def cloud(self) -> CloudApi:
        """WhatsApp, or a refusal."""
        if self._cloud is None:
            raise ValueError("there is no WhatsApp on this table")
        return self._cloud

    def introduce(self, member: CastMember) -> Json:
        """A member of the cast, who can be written to from now on."""
        chat = self._whatsapp(member).bsuid if member.kind == "whatsapp" else self._telegram(member)
        return {**member._asdict(), "chat": chat}

    @property
    def apps(self) -> list[Kind]:
        """The apps that a phone here may show."""
        return ["telegram", "whatsapp"] if self._cloud is not None else ["telegram"]

    def offer(self, member: CastMember) -> Json:
        """Somebody whose phone may be taken up, with a chat in each app."""
        chats = {kind: self.introduce(member._replace(kind=kind))["chat"] for kind in self.apps}
        return {**member._asdict(), "chat": chats[member.kind], "chats": chats}

    def _telegram(self, member: CastMember) -> int:
        if member.user_id not in self.api.phones.people:
            first, _, last = member.name.partition(" ")
            self.api.add_person(member.user_id, first, last, _international(member.phone))
        return member.user_id

    def _whatsapp(self, member: CastMember) -> Person:
        number, bsuid = _international(member.phone), f"ID.{member.user_id}"
        known = self.cloud.phones.find(number) or self.cloud.phones.find(bsuid)
        return known or self.cloud.add_person(number, bsuid, member.name)

    def known(self, names: str) -> list[ChatId]:
        """Of these chats those that there are: ids of Telegram are numbers, WhatsApp's begin with letters."""
        found: list[ChatId] = []
        for name in names.split(","):
            if name.isdigit() and int(name) in self.api.phones.chats:
                found.append(int(name))
            elif self._cloud is not None and name in self._cloud.phones.people:
                found.append(name)
        return found

    def screen(self, chat: ChatId) -> Json:
        """Everything that stands on a phone."""
        if isinstance(chat, str):
            return self.cloud.phones.screen(self.cloud.phones.people[chat])
        return self.api.phones.screen(self.api.phones.chats[chat])

    def act(self, who: ChatId, asked: Json) -> int | str | None:
        """Somebody does something with a phone; gives the id of the update or message, where it is one."""
        if isinstance(who, str) and not who.isdigit():
            return _ON_WHATSAPP[asked["act"]](self.cloud, who, asked)
        return _ON_TELEGRAM[asked["act"]](self.api, int(who), asked)

    def lets_in(self, chat: ChatId) -> None:
        """Whoever blocked the bot, switched his phone off or wants no promotion takes that back."""
        if self.screen(chat)["blocked"]:
            self.act(chat, {"who": chat, "act": "unblock"})
        if isinstance(chat, str) and self.cloud.phones.people[chat].opted_out:
            self.cloud.opt_in(chat)

    def file(self, file_id: str) -> tuple[bytes, str]:
        """A photo or voice note that stands in a chat; LookupError where there is none."""
        medium = self._cloud.media.get(file_id) if self._cloud else None
        if medium:
            return medium.data, medium.mime_type.partition(";")[0]
        try:
            stored = self.api.files.get(file_id)
        except ApiError as error:
            raise LookupError(file_id) from error
        return stored.data, stored.media_type


def _press(api: BotApi, who: int, asked: Json) -> int:
    """By place and label: a button that was exchanged a moment ago is not pressed by mistake."""
    chat, message_id = api.phones.chat(who), asked.get("message_id") or None
    place = int(asked["row"]), int(asked["column"])
    try:
        label = api.phones.find_button(chat, message_id, place).raw["text"]
    except IndexError as error:
        raise ValueError(FOUND_NOBODY) from error
    if label != asked["text"]:
        raise ValueError(FOUND_NOBODY)
    return api.press(who, message_id, place)


_ON_TELEGRAM: dict[str, Callable[[BotApi, int, Json], int]] = {
    "say": lambda api, who, asked: api.say(who, str(asked["text"])),
    "press": _press,
    "contact": lambda api, who, asked: api.share_contact(who, owner=asked.get("owner")),
    "place": lambda api, who, _: api.share_here(who),
    "photo": lambda api, who, _: api.send_photo(who),
    "voice": lambda api, who, _: api.send_voice(who),
    "block": lambda api, who, _: api.block(who),
    "unblock": lambda api, who, _: api.unblock(who),
}


def _contact(cloud: CloudApi, who: str, asked: Json) -> str:
    """The own card, or that of somebody else whose phone lies here."""
    owner = asked.get("owner")
    if owner is None:
        return cloud.share_own_contact(who)
    other = cloud.phones.find(str(owner))
    return cloud.send_contact(who, other.name if other else "Kenalan", (other and other.number) or "6281299990000")


_ON_WHATSAPP: dict[str, Callable[[CloudApi, str, Json], str | None]] = {
    "say": lambda cloud, who, asked: cloud.say(who, str(asked["text"])),
    "press": lambda cloud, who, asked: cloud.tap(who, str(asked["message_id"]), str(asked["text"])),
    "contact": _contact,
    "place": lambda cloud, who, _: cloud.share_location(who),
    "photo": lambda cloud, who, _: cloud.send_photo(who),
    "voice": lambda cloud, who, _: cloud.send_voice(who),
    "block": lambda cloud, who, _: cloud.set_reach(who, "sent"),
    "unblock": lambda cloud, who, _: cloud.set_reach(who, "read"),
    "stop": lambda cloud, who, _: cloud.opt_out(who),
}


def _international(phone: str) -> str:
    """The number as Telegram gives it: with its country, which is Indonesia's where none is named."""
    return f"62{phone[1:]}" if phone.startswith("0") else phone.removeprefix("+")
