"""Names every part and puts them together; decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from bot import lease, wording
from bot import web as pages
from bot.attachments import Carrier, WithFiles
from bot.channels.telegram.speak import TelegramChannel
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.clock import Clock
from bot.cloudhook import CloudHook
from bot.flood import Flood
from bot.heartbeat import Heartbeat
from bot.inbox import Inbox
from bot.outbox.sender import Sender
from bot.settings import Settings
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Cloud:
    """What WhatsApp's number needs; here the rehearsal's, whose server on loopback knows it, and nobody else."""

    token: str = "rehearsal"  # noqa: S105 - no secret: loopback only
    phone_id: str = "100000000000001"
    account_id: str = "200000000000001"
    app_secret: str = "rehearsal"  # noqa: S105 - as above
    verify_token: str = "rehearsal"  # noqa: S105 - as above


CLOUD = Cloud()
REHEARSAL_TOKEN = "100000:rehearsal"  # noqa: S105 - the rehearsal's own server on loopback knows it, nobody else


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
    carrier = Carrier({channel.name: channel for channel in channels})
    sender = Sender(
        db,
        {channel.name: WithFiles(channel, db, carrier) for channel in channels},
        wording.compose(rules),
        after_settle=wording.after_settle(rules),
        now=clock.now,
        rate={"telegram": settings.telegram_rate, "whatsapp": settings.whatsapp_rate},
        fence=held.fence,
    )
    box = Inbox(db, rules, clock.now, sender.along, Flood())
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
