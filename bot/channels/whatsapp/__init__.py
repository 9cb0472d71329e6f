"""WhatsApp: what Meta's Cloud API posts is heard event by event; pywa speaks."""

from typing import Final

BASE: Final = "https://graph.facebook.com"
VERSION: Final = 26.0  # of the Graph API, whose shapes are sent and tested here
LABEL: Final = "="  # before the id of a button that comes back as the words on it
