"""The part of JQL that "what did I miss?" needs, and the answers of searches.

https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, RefusedError
from tests.helpdesk.desks.checking import Rule, fields, list_of
from tests.helpdesk.desks.jira_webhooks import issue_json
from tests.helpdesk.desks.server import DeskServer
from tests.helpdesk.desks.tickets import Ticket

ORDER: Final = re.compile(r"\s*\border\s+by\b.*", re.IGNORECASE | re.DOTALL)
CLAUSE: Final = re.compile(
    r"""\s*"?(?P<field>\w+)"?\s*(?P<sign>>=|<=|!=|[=<>]|\bin\b)\s*(?P<value>.+?)\s*""",
    re.IGNORECASE | re.DOTALL,
)
PERIOD: Final = re.compile(r"-(?:\s*\d+[wdhm])+")
DATES: Final = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
USUAL_MOST: Final = 50


def wanted_fields() -> Rule:
    """The body of a search."""
    return fields(
        {
            "jql": checking.words,
            "nextPageToken": checking.TEXT,
            "maxResults": checking.NUMBER,
            "fields": list_of(checking.words),
            "expand": checking.TEXT,
        },
        "jql",
    )


def search(
    desk: DeskServer,
    asked: dict[str, Any],
    names: list[str],
    is_v3: bool,
    *,
    is_old: bool = False,
) -> Answer:
    """The issues that match, a page at a time."""
    found = [t for t in desk.tickets if _matches(desk, t, asked.get("jql", ""), is_old)]
    found.sort(
        key=lambda t: t.updated, reverse="asc" not in asked.get("jql", "").lower()
    )
    start = int(asked.get("startAt", 0)) if is_old else 0
    start = int(asked.get("nextPageToken") or start)
    most = int(asked.get("maxResults", USUAL_MOST))
    issues = [issue_json(desk, t, names, is_v3) for t in found[start : start + most]]
    if is_old:
        total = {"startAt": start, "maxResults": most, "total": len(found)}
        return Answer(200, {"expand": "schema,names"} | total | {"issues": issues})
    is_last = start + most >= len(found)
    more = {} if is_last else {"nextPageToken": str(start + most)}
    return Answer(200, {"issues": issues, "isLast": is_last} | more)


def _matches(desk: DeskServer, ticket: Ticket, jql: str, is_old: bool) -> bool:
    where = ORDER.sub("", jql).strip()
    if not where and not is_old:
        said = "Unbounded JQL queries are not allowed here."
        raise _refused(said, "the search has no restriction")
    clauses = re.split(r"\s+and\s+", where, flags=re.IGNORECASE) if where else []
    # A list, so that every clause is looked at.
    return all([_is_so(desk, ticket, clause) for clause in clauses])  # noqa: C419


def _is_so(desk: DeskServer, ticket: Ticket, clause: str) -> bool:
    found = CLAUSE.fullmatch(clause)
    if not found:
        said = f"Error in the JQL Query: cannot read '{clause}'."
        raise _refused(said, f"cannot read {clause!r}")
    name, sign = found["field"].lower(), found["sign"].lower()
    value = found["value"].strip()
    if name in ("updated", "updateddate", "created", "createddate"):
        moment = ticket.updated if name.startswith("updated") else ticket.created
        return _is_since(desk, moment, sign, value)
    listed = {_bare(piece) for piece in value.strip("()").split(",")}
    known = {
        "project": {ticket.ref.partition("-")[0]},
        "key": {ticket.ref},
        "issuekey": {ticket.ref},
        "issue": {ticket.ref},
        "id": {str(ticket.id)},
        "labels": set(ticket.tags),
        "status": {ticket.status},
        "priority": {ticket.priority},
    }
    if name not in known:
        said = (
            f"Field '{name}' does not exist or you do not have permission to view it."
        )
        raise _refused(said, f"this server does not know {clause!r}")
    return bool(known[name] & listed) is (sign != "!=")


def _is_since(desk: DeskServer, moment: datetime, sign: str, value: str) -> bool:
    bare = _bare(value)
    since: datetime | None = None
    if PERIOD.fullmatch(bare):
        pieces = re.findall(r"(\d+)([wdhm])", bare)
        ago = sum(
            (timedelta(**{UNITS[unit]: int(n)}) for n, unit in pieces), timedelta()
        )
        since = desk.now() - ago
    for shape in DATES:
        try:
            # Jira reads it in the zone of the account; this one's is UTC.
            since = since or datetime.strptime(bare, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    if since is None or sign not in (">", ">="):
        said = (
            f"Date value '{bare}' for field 'updated' is invalid. Valid formats are:"
            " 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a "
            "period format e.g. '-5d', '4w 2d'."
        )
        raise _refused(said, f"{sign} {value} is no search for a time")
    if value == bare and " " in bare:
        raise _refused("Error in the JQL Query.", "a time with a space needs quotes")
    return moment > since if sign == ">" else moment >= since


def _bare(value: str) -> str:
    return value.strip().strip("\"'")


def _refused(said: str, complaint: str) -> RefusedError:
    return RefusedError(Answer(400, {"errorMessages": [said], "errors": {}}), complaint)
