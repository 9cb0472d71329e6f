"""Names every part and puts them together; decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web
from pydantic import SecretStr

from bot import lease
from bot import web as pages
from bot.attachments import WithFiles
from bot.channels.telegram.speak import TelegramChannel
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.clock import Clock
from bot.cloudhook import CloudHook
from bot.heartbeat import Heartbeat
from bot.inbox import Inbox
from bot.outbox.plan import Skip
from bot.outbox.sender import Sender
from bot.settings import Settings
from handlers import escalation, letters
from handlers.turn import Rules
from messages.chat import Said
from messages.templates import filled
from storage.claims import Row
from storage.database import Database, Tx
from storage.deliveries import ALERT


@dataclass(frozen=True, slots=True)
class Cloud:
    """What WhatsApp's number needs; here the rehearsal's, whose server on loopback knows it, and nobody else."""

    token: str = "rehearsal"  # noqa: S105 - no secret: loopback only
    phone_id: str = "100000000000001"
    account_id: str = "200000000000001"
    app_secret: str = "rehearsal"  # noqa: S105 - as above
    verify_token: str = "rehearsal"  # noqa: S105 - as above


CLOUD = Cloud()
CHANGES_NOTHING = {"whatsapp"}  # channels on which no message can be changed: a short new line instead
REHEARSAL_TOKEN = "100000:rehearsal"  # noqa: S105 - the rehearsal's own server on loopback knows it, nobody else


def compose(tx: Tx, row: Row, now: datetime) -> Said | Skip:
    """The words of one delivery."""
    brief = row.edits is not None and row.channel in CHANGES_NOTHING
    made = letters.compose(
        tx, kind=row.kind, refs=row.refs, sealed=row.sealed, address_id=row.address_id, now=now, brief=brief
    )
    if isinstance(made, letters.Withheld):
        return Skip(made.state, made.reason)
    if made.template is None and row.lane == ALERT and made.text:  # what concerns an emergency has always a way
        return replace(made, template=filled("siaga_kabar", made.text))
    return made


def after_settle(rules: Rules) -> Callable[[Tx, Row, str, datetime], None]:
    """When every alert of a call failed, the next rung is called in the same transaction."""

    def settled(tx: Tx, row: Row, state: str, now: datetime) -> None:
        lost = row.kind == "alert" and row.edits is None and state in {"failed", "expired", "unknown"}
        if lost and row.incident_id is not None and row.rung is not None:
            escalation.alert_settled_badly(tx, row.incident_id, row.rung, now, rules)

    return settled


@dataclass
class Telegram:
    """Everything that is Telegram's."""

    token: str
    base: str
    channel: TelegramChannel
    hook: pages.Telegram


@dataclass
class Parts:
    """Everything that runs; of the two channels at least one."""

    settings: Settings
    db: Database
    clock: Clock
    lease: lease.Lease
    sender: Sender
    inbox: Inbox
    heartbeat: Heartbeat
    telegram: Telegram | None
    whatsapp: WhatsAppChannel | None
    site: pages.Site
    introduced: Callable[[], Awaitable[None]] | None = None  # the rehearsal's: its WhatsApp posts to us from now on
    serving: bool = False

    @property
    def channels(self) -> list[TelegramChannel | WhatsAppChannel]:
        return _there(self.telegram.channel if self.telegram else None, self.whatsapp)


def _there(*channels: TelegramChannel | WhatsAppChannel | None) -> list[TelegramChannel | WhatsAppChannel]:
    return [channel for channel in channels if channel is not None]


def build(
    settings: Settings,
    db: Database,
    clock: Clock,
    held: lease.Lease,
    add_routes: Callable[[web.Application], None] | None = None,
    base: str | None = None,
) -> Parts:
    """Every part, named. `add_routes` is the rehearsal's, whose platforms of our own lie at `base`."""
    rules = settings.rules
    telegram, whatsapp = _telegram(settings, base), _whatsapp(settings, clock, base)
    channels = _there(telegram, whatsapp)
    sender = Sender(
        db,
        {channel.name: WithFiles(channel, db) for channel in channels},
        compose,
        after_settle=after_settle(rules),
        now=clock.now,
        rate={"telegram": settings.telegram_rate, "whatsapp": settings.whatsapp_rate},
        fence=held.fence,
    )
    box = Inbox(db, rules, clock.now, sender.along)
    heart = Heartbeat(db, rules, clock, sender.nudge)
    hook = pages.Telegram(db.vault.token("telegram webhook"), box)
    parts: Parts
    health = pages.Health(heart, sender, lambda: parts.serving)
    app = pages.make(health, hook if telegram else None, _cloud_hook(settings, box, clock) if whatsapp else None)
    if add_routes is not None:
        add_routes(app)
    site = pages.Site(app, settings.host, settings.port)
    there = Telegram(_token(settings), base or settings.telegram_api, telegram, hook) if telegram else None
    parts = Parts(settings, db, clock, held, sender, box, heart, there, whatsapp, site)
    return parts


def _token(settings: Settings) -> str:
    return _open(settings.telegram_token, REHEARSAL_TOKEN)


def _open(secret: SecretStr | None, rehearsal: str) -> str:
    return secret.get_secret_value() if secret else rehearsal


def _telegram(settings: Settings, base: str | None) -> TelegramChannel | None:
    if settings.telegram_token is None and not settings.rehearsal:
        return None
    return TelegramChannel(_token(settings), base or settings.telegram_api)


def _whatsapp(settings: Settings, clock: Clock, base: str | None) -> WhatsAppChannel | None:
    if not settings.whatsapp and not settings.rehearsal:
        return None
    return WhatsAppChannel(
        _open(settings.whatsapp_token, CLOUD.token),
        settings.whatsapp_phone_id or CLOUD.phone_id,
        base or settings.whatsapp_api,
        now=clock.now,
        account_id=settings.whatsapp_account_id or (CLOUD.account_id if settings.rehearsal else ""),
    )


def _cloud_hook(settings: Settings, box: Inbox, clock: Clock) -> CloudHook:
    return CloudHook(
        settings.whatsapp_phone_id or CLOUD.phone_id,
        _open(settings.whatsapp_app_secret, CLOUD.app_secret),
        _open(settings.whatsapp_verify_token, CLOUD.verify_token),
        box,
        clock.now,
    )
