"""The other nodes of the graph: the number, the account with its templates, a medium, a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bot.rehearsal.cloud.wire import no_object, param, part, read
from bot.rehearsal.wire import Json

if TYPE_CHECKING:
    from bot.rehearsal.cloud.api import CloudApi

_PHONE = "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput"

_UNSET = frozenset({  # fields that a number has and that Graph leaves out while they are not set
    "account_mode", "certificate", "conversational_automation", "country_code", "country_dial_code",
    "eligibility_for_api_business_global_search", "health_status", "last_onboarded_time", "new_certificate",
    "new_name_status", "quality_score", "search_visibility", "username", "webhook_configuration",
})  # fmt: skip


def get(api: CloudApi, request: web.Request) -> Json:
    """GET on an id, whatever it names."""
    node = request.match_info["node"]
    if node == api.business.phone_id:
        return _phone(api, request.query.get("fields", _PHONE))
    if node == api.business.account_id:
        return {"id": node, "name": api.business.name}
    if medium := api.media.get(node):
        return api.media.describe(medium, str(request.url.origin()))
    if template := api.templates.get(node):
        return template.raw(*([tuple(request.query["fields"].split(","))] if "fields" in request.query else []))
    raise no_object("get", node)


def _phone(api: CloudApi, fields: str) -> Json:
    known = {
        "id": api.business.phone_id,
        "verified_name": api.business.name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": f"+{api.business.number}",
        "quality_rating": api.quality_rating,
        "platform_type": "CLOUD_API",
        "throughput": {"level": "HIGH" if api.limits.per_second > 80 else "STANDARD"},  # noqa: PLR2004 - the standard
        "messaging_limit_tier": api.limits.tier_name,
        "whatsapp_business_manager_messaging_limit": api.limits.tier_name,
        "name_status": "APPROVED",
        **dict.fromkeys(
            ("is_on_biz_app", "is_official_business_account", "is_pin_enabled", "is_preverified_number"), False
        ),
        "status": "CONNECTED",
    }
    asked = [*filter(None, fields.split(",")), "id"]
    for name in asked:
        if name not in known and name not in _UNSET:
            raise param(f"Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessPhoneNumber)")
    return {name: known[name] for name in dict.fromkeys(asked) if name in known}


async def change(api: CloudApi, request: web.Request) -> Json:
    """POST on an id: a number's own callback, or other words for a template."""
    node, body = request.match_info["node"], await read(request)
    if node == api.business.phone_id:
        asked = part(body, "webhook_configuration")
        return await _subscribe(api, asked)
    if template := api.templates.get(node):
        return api.templates.edit(template, body)
    raise no_object("post", node)


async def subscribed_apps(api: CloudApi, request: web.Request) -> Json:
    """POST subscribed_apps: where the account's webhooks go."""
    return await _subscribe(api, await read(request))


async def _subscribe(api: CloudApi, asked: Json) -> Json:
    url = str(asked.get("override_callback_uri") or "")
    if not url:
        api.webhook.unsubscribe()
        return {"success": True}
    try:
        await api.webhook.subscribe(url, str(asked.get("verify_token", "")))
    except (ValueError, OSError) as error:
        raise param(f"Callback verification failed: {error}") from error
    return {"success": True}


def remove(api: CloudApi, request: web.Request) -> Json:
    """DELETE on an id: a medium."""
    if not api.media.remove(request.match_info["node"]):
        raise no_object("delete", request.match_info["node"])
    return {"success": True}


async def create_template(api: CloudApi, request: web.Request) -> Json:
    """POST message_templates."""
    return api.templates.create(await read(request))


def list_templates(api: CloudApi, request: web.Request) -> Json:
    """GET message_templates."""
    return api.templates.page(request.query, str(request.url.with_query(None)))


def remove_template(api: CloudApi, request: web.Request) -> Json:
    """DELETE message_templates by name."""
    name = request.query.get("name", "")
    if not api.templates.remove(name):
        raise param(f"The template {name!r} wasn't found.")
    return {"success": True}


def phone_numbers(api: CloudApi, request: web.Request) -> Json:
    """GET phone_numbers: the account has one."""
    return {"data": [_phone(api, request.query.get("fields", _PHONE))]}


Handler = Callable[["CloudApi", web.Request], object]
OF_ACCOUNT: dict[tuple[str, str], Handler] = {
    ("POST", "message_templates"): create_template,
    ("GET", "message_templates"): list_templates,
    ("DELETE", "message_templates"): remove_template,
    ("GET", "phone_numbers"): phone_numbers,
    ("POST", "subscribed_apps"): subscribed_apps,
}
