"""What of the daemon does not work at present, for the log and for systemd."""

from __future__ import annotations

import sdnotify
import structlog

log = structlog.get_logger()


class Health:
    """What went wrong last, by what was tried. The daemon goes on, and tries again."""

    def __init__(self, systemd: sdnotify.SystemdNotifier) -> None:
        self._systemd = systemd
        self._troubles: dict[str, str] = {}

    def __str__(self) -> str:
        """`ok`, or `degraded` with what does not work."""
        troubles = "; ".join(f"{what}: {why}" for what, why in sorted(self._troubles.items()))
        return f"degraded: {troubles}" if troubles else "ok"

    def went(self, what: str, why: str = "") -> None:
        """Notes how something went last; `why`: it failed. systemd shows it in `systemctl status`."""
        before = str(self)
        if why:
            self._troubles[what] = why
        else:
            self._troubles.pop(what, None)
        if str(self) != before:
            log.info("health", health=str(self))
            self._systemd.notify(f"STATUS={' '.join(str(self).split())}")
