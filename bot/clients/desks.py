"""Which desks there are, by the name in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.clients.desk import Desk
from bot.clients.django_helpdesk import DjangoHelpdesk
from bot.clients.freescout import FreeScout
from bot.clients.freshdesk import Freshdesk
from bot.clients.generic_desk import GenericDesk
from bot.clients.jira import Jira
from bot.clients.private_calls import PrivateCalls
from bot.clients.zammad import Zammad
from bot.clients.zendesk import Zendesk
from bot.desk_settings import DeskName, DeskSettings

DESKS: Final[Mapping[DeskName, type[Desk]]] = {
    "django-helpdesk": DjangoHelpdesk,
    "zendesk": Zendesk,
    "zammad": Zammad,
    "freshdesk": Freshdesk,
    "jira": Jira,
    "freescout": FreeScout,
    "generic": GenericDesk,
}


def desk_of(settings: DeskSettings) -> tuple[Desk, PrivateCalls]:
    """The desk of these settings, and its connections, to be closed."""
    kind = DESKS[settings.name]
    calls = PrivateCalls(settings.url, kind.sign_in(settings))
    return kind(settings, calls), calls
