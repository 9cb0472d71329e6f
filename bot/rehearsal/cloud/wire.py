"""The Cloud API's wire: JSON in, JSON out, and refusals in Meta's words."""

from __future__ import annotations

import json
import secrets
from typing import Any

from aiohttp import web

from bot.rehearsal.wire import Json, units

_MISSING = object()


class Fault:
    """What Meta's table of error codes says about a code: its title, the HTTP status of a refusal, and the details."""

    __slots__ = ("details", "status", "title")

    def __init__(self, title: str, details: str = "", status: int = 400) -> None:
        self.title, self.details, self.status = title, details or title, status


FAULTS: dict[int, Fault] = {
    0: Fault("AuthException", "Unable to authenticate the app user", 401),
    1: Fault("API Unknown", "Invalid request or possible server error"),
    2: Fault("API Service", "Temporary due to downtime or due to being overloaded", 503),
    3: Fault("API Method", "Capability or permissions issue", 500),
    4: Fault("Application request limit reached", "The app has reached its API call rate limit"),
    10: Fault("Application does not have permission for this action", status=403),
    100: Fault("Invalid parameter"),
    190: Fault("Access token has expired", status=401),
    368: Fault("Temporarily blocked for policies violations", "The account has been restricted or disabled", 403),
    80007: Fault("Rate limit issues", "The WhatsApp Business Account has reached its rate limit"),
    130429: Fault("Rate limit hit", "Cloud API message throughput has been reached"),
    130472: Fault("User's number is part of an experiment", "Message was not sent as part of an experiment"),
    131000: Fault("Something went wrong", "Message failed to send due to an unknown error", 500),
    131008: Fault("Required parameter is missing"),
    131009: Fault("Parameter value is not valid"),
    131016: Fault("Service unavailable", "A service is temporarily unavailable", 500),
    131021: Fault("Recipient cannot be sender", "Sender and recipient phone number is the same"),
    131026: Fault("Message undeliverable", "Unable to deliver message: the recipient is not on WhatsApp"),
    131031: Fault("Business Account locked", "The account has been locked", 403),
    131047: Fault(
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: Fault(
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent from this number.",
    ),
    131049: Fault("This message was not delivered to maintain healthy ecosystem engagement."),
    131050: Fault(
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp "
        "from your business"
    ),
    131051: Fault("Message type unknown", "Message type is currently not supported."),
    131053: Fault("Media upload error", "Unable to upload the media used in the message"),
    131056: Fault(
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same phone "
        "number in a short period of time",
    ),
    132000: Fault("Number of parameters does not match the expected number of params"),
    132001: Fault("Template name does not exist in the translation", status=404),
    132005: Fault("Translated text too long"),
    132012: Fault("Parameter format does not match format in the created template"),
    132015: Fault("Template is Paused", "Template is paused due to low quality"),
    132016: Fault("Template is Disabled", "Template has been paused too many times due to low quality"),
    132018: Fault("There's an issue with the parameters in your template"),
    133010: Fault("The account is not registered", "Phone number is not registered on the WhatsApp Business Platform"),
    135000: Fault("Generic user error", "Message failed to send because of an unknown error with your request"),
}


class CloudError(Exception):
    """A refusal as Meta words it. `more` are fields of the error that only some refusals have."""

    def __init__(self, code: int, details: str = "", *, message: str = "", **more: Any) -> None:
        fault = FAULTS[code]
        self.code, self.status = code, fault.status
        self.details = details or fault.details
        self.message = message or f"(#{code}) {fault.title}"
        self.more = more
        super().__init__(f"{self.message}: {self.details}")

    def body(self) -> Json:
        """The body of the answer."""
        data = {"messaging_product": "whatsapp", "details": self.details}
        error = {"message": self.message, "type": "OAuthException", "code": self.code, "error_data": data}
        error |= self.more
        told = {name: value for name, value in error.items() if value is not None}
        return {"error": {**told, "fbtrace_id": "A" + secrets.token_urlsafe(16)}}


def param(message: str) -> CloudError:
    """A parameter that Graph itself refuses, before WhatsApp sees it."""
    return CloudError(100, message, message=f"(#100) {message}")


def invalid(details: str) -> CloudError:
    """A value that WhatsApp refuses."""
    return CloudError(131009, details)


def no_token() -> CloudError:
    """A token that is none of ours."""
    return CloudError(190, message="Invalid OAuth access token - Cannot parse access token", error_data=None)


def no_object(method: str, node: str) -> CloudError:
    """An id that names nothing here."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return CloudError(100, message=message, type="GraphMethodException", error_subcode=33, error_data=None)


async def read(request: web.Request) -> Json:
    """The JSON body of a call."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise param("Invalid JSON in the request body.") from error
    if not isinstance(body, dict):
        raise param("The request body must be a JSON object.")
    return body


def answer(body: Json) -> web.Response:
    """The answer to a call that went well."""
    return web.json_response(body)


def refusal(error: CloudError) -> web.Response:
    """The answer to a call that did not."""
    return web.json_response(error.body(), status=error.status)


def only(given: Json, path: str, *names: str) -> None:
    """Refuse what Graph does not know: a misspelt name is no message without it."""
    for name in given:
        if name not in names:
            raise param(f'Unexpected key "{name}" on param "{path}".')


def part(given: Json, name: str, path: str = "") -> Json:
    """An object inside."""
    value = given.get(name, _MISSING)
    where = f"{path}['{name}']" if path else name
    if value is _MISSING or value is None:
        raise param(f"The parameter {where} is required.")
    if not isinstance(value, dict):
        raise param(f"Param {where} must be a JSON object.")
    return value


def items(given: Json, name: str, path: str) -> list[Json]:
    """A list of objects inside."""
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise param(f"Param {path}['{name}'] must be an array.")
    return value


def text(given: Json, name: str, path: str, most: int, *, optional: bool = False) -> str:
    """Words of bounded length, counted in UTF-16 units: the strictest reading of Meta's "characters"."""
    value = given.get(name)
    if value is None and optional:
        return ""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise param(f"The parameter {path}['{name}'] is required.")
    if not isinstance(value, str):
        raise param(f"Param {path}['{name}'] must be a string.")
    if units(value) > most:
        raise param(f"Param {path}['{name}'] must be at most {most} characters long.")
    return value
