"""All the desks by name, and how a right client signs in to each."""

from __future__ import annotations

import base64
from typing import Final

from tests.helpdesk.desks.freescout import FreeScoutDesk
from tests.helpdesk.desks.freshdesk import FreshdeskDesk
from tests.helpdesk.desks.generic import GenericDesk
from tests.helpdesk.desks.jira import JiraDesk
from tests.helpdesk.desks.server import DeskServer
from tests.helpdesk.desks.tickets import BOT
from tests.helpdesk.desks.zammad import ZammadDesk
from tests.helpdesk.desks.zendesk import ZendeskDesk

DESKS: Final[dict[str, type[DeskServer]]] = {
    "zendesk": ZendeskDesk,
    "zammad": ZammadDesk,
    "freshdesk": FreshdeskDesk,
    "jira": JiraDesk,
    "freescout": FreeScoutDesk,
    "generic": GenericDesk,
}


def auth_of(server: DeskServer) -> dict[str, str]:
    """The headers of a right client."""
    basic = {
        "zendesk": f"{BOT.email}/token:{server.token}",
        "freshdesk": f"{server.token}:X",
        "jira": f"{BOT.email}:{server.token}",
    }
    if server.name in basic:
        pair = base64.b64encode(basic[server.name].encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    if server.name == "zammad":
        return {"Authorization": f"Token token={server.token}"}
    return {"X-FreeScout-API-Key": server.token}
