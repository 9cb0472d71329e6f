"""Everything that can be set, from SIAGA_* in the environment or `.env`, read once, frozen."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from handlers.turn import Rules

REHEARSAL_DATABASE = "sqlite+aiosqlite:///siaga-rehearsal.db"
DEFAULT_DATABASE = "sqlite+aiosqlite:///siaga.db"
SECRET_LENGTH = 32
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SettingsError(Exception):
    """A setting is wrong or missing; the sentence says which and how to mend it, never its value."""


class Settings(BaseSettings):
    """One field a setting; the names are those of the environment without SIAGA_."""

    model_config = SettingsConfigDict(
        env_prefix="SIAGA_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: str | None = Field(None, description="where everything is kept")
    listen: str = Field("127.0.0.1:8080", description="where the web side listens")
    public_url: str | None = Field(
        None, description="https address of the web side; set: Telegram posts to us, unset: we poll"
    )
    secret: SecretStr | None = Field(None, description="any text of 32 characters or more: encryption and keyed hashes")
    telegram_token: SecretStr | None = Field(None, description="the bot's token")
    telegram_api: str = Field("https://api.telegram.org", description="another Bot API server")
    telegram_rate: float = Field(30, gt=0, description="messages a second that this bot may send")
    whatsapp_token: SecretStr | None = Field(None, description="the access token of the Cloud API number")
    whatsapp_phone_id: str | None = Field(None, pattern=r"^\d{5,20}$", description="Meta's id of the number")
    whatsapp_account_id: str | None = Field(None, pattern=r"^\d{5,20}$", description="Meta's id of the account")
    whatsapp_app_secret: SecretStr | None = Field(None, description="the app's secret: signs what Meta posts to us")
    whatsapp_verify_token: SecretStr | None = Field(None, description="any text; Meta says it at registration")
    whatsapp_api: str = Field("https://graph.facebook.com", description="another Cloud API server")
    whatsapp_rate: float = Field(80, gt=0, description="messages a second that this number may send")
    whatsapp_tier: int = Field(250, gt=0, description="people to begin with in 24 hours, where Meta does not tell it")
    ladder: str = Field("90,120,180", description="seconds until the next rung of a red incident; the last repeats")
    quiet_hours: str = Field("21.30-04.30", description="no health reminder goes out between these hours, local time")
    quiet: int = Field(600, gt=0, description="seconds after Saya tangani without a step before the worker is asked")
    police_number: str = Field("110", pattern=r"^\d{3,6}$", description="the police number that a riot's answer names")

    @field_validator("ladder")
    @classmethod
    def _ladder(cls, value: str) -> str:
        parts = value.split(",")
        if not all(part.strip().isdigit() and int(part) > 0 for part in parts):
            raise ValueError("whole seconds with commas between, for example 90,120,180")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https:// (http:// only on loopback)")
        return value.rstrip("/") if value else None

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest port
            raise ValueError("must be HOST:PORT, for example 127.0.0.1:8080")
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours(cls, value: str) -> str:
        parts = value.split("-")
        if len(parts) != 2:  # noqa: PLR2004 - from, until
            raise ValueError("must be two hours, for example 21.30-04.30")
        return "-".join(f"{_minute(part) // 60:02d}.{_minute(part) % 60:02d}" for part in parts)

    @property
    def rehearsal(self) -> bool:
        """Neither a token nor a secret: every command works on the rehearsal."""
        return self.telegram_token is None and self.whatsapp_token is None and self.secret is None

    @property
    def whatsapp(self) -> bool:
        """Whether WhatsApp is set up."""
        return self.whatsapp_token is not None

    @property
    def url(self) -> str:
        """The database in use. Raises SettingsError."""
        if self.rehearsal:
            return REHEARSAL_DATABASE
        return self.database_url or DEFAULT_DATABASE

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def rules(self) -> Rules:
        ladder = tuple(int(part) for part in self.ladder.split(","))
        since, until = (_minute(part) for part in self.quiet_hours.split("-"))
        return Rules(
            ladder,
            self.quiet,
            self.police_number,
            (since, until),
            self.telegram_rate,
            self.whatsapp_rate,
            self.whatsapp_tier,
        )


def _minute(hour: str) -> int:
    """`21.30` → 1290 minutes from midnight. Raises ValueError."""
    hours, _, minutes = hour.strip().replace(":", ".").partition(".")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004 - a clock's
        raise ValueError("must be two hours, for example 21.30-04.30")
    return int(hours) * 60 + int(minutes)


def read(env_file: Path | None = None) -> Settings:
    """Read and check the settings together. Raises SettingsError with a sentence, never a value."""
    try:
        settings = Settings(_env_file=env_file) if env_file else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SIAGA_" + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {str(first['msg']).removeprefix('Value error, ')}") from None
    check(settings)
    return settings


def check(settings: Settings) -> None:
    """What only shows when settings are seen together."""
    if settings.rehearsal:
        if settings.database_url:
            raise SettingsError(
                "SIAGA_DATABASE_URL is set, but neither SIAGA_SECRET nor a token is: this would be the rehearsal, "
                "which keeps to its own siaga-rehearsal.db. Set SIAGA_SECRET for real work, or unset this one."
            )
        if settings.host not in LOOPBACK:
            raise SettingsError("SIAGA_LISTEN: the rehearsal listens on loopback only, for example 127.0.0.1:8080")
        return
    needed = ("phone_id", "app_secret", "verify_token")
    missing = [f"SIAGA_WHATSAPP_{name.upper()}" for name in needed if getattr(settings, f"whatsapp_{name}") is None]
    if settings.whatsapp and missing:
        raise SettingsError(f"SIAGA_WHATSAPP_TOKEN is set, but {' and '.join(missing)} is missing")
    if settings.secret is None:
        raise SettingsError("SIAGA_SECRET is missing: set any text of 32 characters or more, and keep it safe")
    if len(settings.secret.get_secret_value()) < SECRET_LENGTH:
        raise SettingsError("SIAGA_SECRET is too short: it needs 32 characters or more")
    if not settings.url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise SettingsError("SIAGA_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
