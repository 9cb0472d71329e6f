"""How the platform behaves where Meta promises nothing: every shape and order that a bot must bear, to be set."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Reach = Literal["sent", "delivered", "read"]
Fold = Literal["value", "change", "entry"]


@dataclass
class Habits:
    """Set from a test, at any time.

    `batch` events ride in one POST, gathered for `linger` seconds and folded into one value, several changes or
    several entries; `shuffle` mixes them before; `twice` posts everything again although it was taken.
    `status_contacts` and `user_ids` leave out what older webhooks do not have; `button_context` leaves out which
    template a quick reply was tapped on. `skip_delivered`: a message that is read at once is never told as delivered;
    `fail_after_sent`: one that fails was told as sent before. `status_delay` holds statuses back. `reach`: how far
    messages come on the phone of whoever is added from now on. `tier_code`: with what a message fails to one person too
    many in 24 hours; Meta documents none for it, and 131048 is what is seen.
    """

    batch: int = 1
    linger: float = 0.02
    fold: Fold = "value"
    shuffle: random.Random | None = None
    twice: bool = False
    status_contacts: bool = True
    user_ids: bool = True
    button_context: bool = True
    skip_delivered: bool = False
    fail_after_sent: bool = False
    status_delay: float = 0.0
    reach: Reach = "read"
    tier_code: int = 131048
