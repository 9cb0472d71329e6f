"""aiogram, imported in a quarter of its time and memory.

While it is imported, aiogram builds a validator for each of its 400 types, and each contains most of the others:
three seconds and a hundred megabytes for types nobody here will see. So the building is put off while the import
runs; afterwards a type is built when it is first used, and `Update`, which everything needs, at once.

Only this module imports aiogram: whoever imported it before would pay the full price.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def _building_put_off() -> Iterator[None]:
    original = BaseModel.__dict__["model_rebuild"]

    def model_rebuild(cls: type[Any], /, **given: Any) -> Any:
        put_off = cls.__module__.startswith("aiogram.")
        return None if put_off else original.__get__(None, cls)(**given)

    setattr(BaseModel, "model_rebuild", classmethod(model_rebuild))  # noqa: B010 -- mypy forbids the assignment
    try:
        yield
    finally:
        setattr(BaseModel, "model_rebuild", original)  # noqa: B010 -- as above


with _building_put_off():
    import aiogram.types
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import (
        TelegramAPIError,
        TelegramConflictError,
        TelegramNetworkError,
        TelegramNotFound,
        TelegramRetryAfter,
        TelegramServerError,
        TelegramUnauthorizedError,
    )
    from aiogram.methods import TelegramMethod
    from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, InaccessibleMessage, Message, Update, User
    from aiogram.types.base import TelegramObject
    from aiogram.utils.token import TokenValidationError


def _build_on_first_use() -> None:
    """pydantic asks an unbuilt class to rebuild itself at its first use: give it the names that aiogram gives."""
    names = {name: getattr(aiogram.types, name) for name in aiogram.types.__all__}
    names |= {name: getattr(typing, name) for name in ("List", "Optional", "Union", "Literal")}
    names["Default"] = aiogram.client.default.Default

    def model_rebuild(cls: type[Any], /, **given: Any) -> Any:
        return BaseModel.__dict__["model_rebuild"].__get__(None, cls)(**({"_types_namespace": names} | given))

    setattr(TelegramObject, "model_rebuild", classmethod(model_rebuild))  # noqa: B010 -- as above


_build_on_first_use()
Update.model_rebuild()

__all__ = [
    "AiohttpSession",
    "Bot",
    "CallbackQuery",
    "Chat",
    "ChatMemberUpdated",
    "InaccessibleMessage",
    "Message",
    "TelegramAPIError",
    "TelegramAPIServer",
    "TelegramConflictError",
    "TelegramMethod",
    "TelegramNetworkError",
    "TelegramNotFound",
    "TelegramRetryAfter",
    "TelegramServerError",
    "TelegramUnauthorizedError",
    "TokenValidationError",
    "Update",
    "User",
]
