"""What all channels of this project share: their settings come from `.env`."""

from __future__ import annotations

from typing import Any, Self

from rasa.core.channels.channel import InputChannel

from bot.privacy.quiet_logs import log_quietly
from bot.settings import Settings, read_settings


class OwnChannel(InputChannel):
    """A channel as Rasa knows it.

    Args:
        settings: the operator's settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> Self:
        """Called by Rasa for an entry in credentials.yml, whose content is not read.

        Raises:
            SettingError: a setting cannot be used.
        """
        # `rasa run --debug` would write down what people type.
        log_quietly()
        return cls(read_settings())
