"""Logs go to stderr; libraries speak only when something is wrong."""

from __future__ import annotations

import logging
import sys


def log_to_stderr(level: int = logging.INFO) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for ours in ("siaga", "bot"):
        logging.getLogger(ours).setLevel(level)
