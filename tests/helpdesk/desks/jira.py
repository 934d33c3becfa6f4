"""Jira Service Management Cloud: the platform's API, v2 and v3, and the service desk's.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/
https://developer.atlassian.com/cloud/jira/service-desk/rest/
"""

from __future__ import annotations

import base64
from typing import Any, ClassVar, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, Call, RefusedError, route
from tests.helpdesk.desks.checking import Problem, Rule, fields, list_of, one_of
from tests.helpdesk.desks.jira_search import search, wanted_fields
from tests.helpdesk.desks.jira_webhooks import (
    PRIORITIES,
    PROJECT,
    JiraWebhooks,
    adf_text,
    comment_json,
    issue_json,
    jira_time,
    user_json,
)
from tests.helpdesk.desks.server import DeskServer, stamp
from tests.helpdesk.desks.tickets import BOT, Note, Person, Task, Ticket

SERVICE_DESK: Final = "4"
REQUEST_TYPE: Final = "25"
INTERNAL: Final = "sd.public.comment"
V2: Final = "/rest/api/2"
V3: Final = "/rest/api/3"
ISSUE: Final = "/issue/{key}"
REQUEST: Final = "/rest/servicedeskapi/request"
NAMED: Final = fields(
    {"name": checking.words, "id": checking.words, "key": checking.TEXT}
)
WHO: Final = fields({"accountId": checking.words, "id": checking.words})
PRIORITY: Final = fields(
    {"name": one_of(*PRIORITIES.values()), "id": one_of(*PRIORITIES)}
)
VISIBILITY: Final = fields(
    {
        "type": one_of("group", "role"),
        "value": checking.words,
        "identifier": checking.words,
    }
)
PROPERTY: Final = fields(
    {"key": checking.words, "value": checking.anything}, "key value"
)


def adf(path: str, value: Any) -> Any:
    """A document of Atlassian's format, as version 3 wants it."""
    yield from fields(
        {
            "type": one_of("doc"),
            "version": one_of(1),
            "content": list_of(checking.OBJECT),
        },
        "type version content",
    )(path, value)


def comment_rule(text: Rule) -> Rule:
    """A platform comment, with its text as the version of the API has it."""
    spec = {"body": text, "visibility": VISIBILITY, "properties": list_of(PROPERTY)}
    return fields(spec, "body")


def issue_fields(text: Rule) -> dict[str, Rule]:
    """The fields of an issue that this bot may set."""
    return {
        "summary": checking.words,
        "description": text,
        "priority": PRIORITY,
        "labels": list_of(checking.words),
        "assignee": WHO,
        "duedate": checking.TEXT,
    }


def change_rule(text: Rule) -> Rule:
    """What is put to an issue."""
    label = fields(
        dict.fromkeys(("add", "remove"), checking.words)
        | {"set": list_of(checking.words)}
    )
    update = {
        "labels": list_of(label),
        "priority": list_of(fields({"set": PRIORITY}, "set")),
        "comment": list_of(fields({"add": comment_rule(text)}, "add")),
    }
    return fields({"fields": fields(issue_fields(text)), "update": fields(update)})


def new_issue_rule(text: Rule) -> Rule:
    """What makes an issue."""
    more = {"project": NAMED, "issuetype": NAMED, "parent": NAMED, "reporter": WHO}
    inside = fields(issue_fields(text) | more, "project issuetype summary")
    return fields({"fields": inside, "update": checking.OBJECT}, "fields")


SD_COMMENT: Final = fields({"body": checking.words, "public": checking.BOOL}, "body")
NEW_REQUEST: Final = fields(
    {
        "serviceDeskId": one_of(SERVICE_DESK),
        "requestTypeId": one_of(REQUEST_TYPE),
        "requestFieldValues": fields(
            {
                "summary": checking.words,
                "description": checking.words,
                "priority": PRIORITY,
                "labels": list_of(checking.words),
            },
            "summary",
        ),
        "raiseOnBehalfOf": checking.words,
        "isAdfRequest": checking.BOOL,
    },
    "serviceDeskId requestTypeId requestFieldValues",
)


class JiraDesk(JiraWebhooks, DeskServer):
    """Jira Cloud. Basic auth with `user` and `token`, or `Bearer` and `token`.

    Attributes:
        has_old_search: whether `/rest/api/2/search` still answers, as in Data Center.
            Cloud took it away in 2025 and says 410.
    """

    name: ClassVar[str] = "jira"
    ignores_unknown: ClassVar[bool] = False
    first_status: ClassVar[str] = "Waiting for support"
    closed_status: ClassVar[str] = "Resolved"
    first_priority: ClassVar[str] = "Medium"
    user: str = BOT.email

    def __init__(self, *, has_old_search: bool = False) -> None:
        super().__init__()
        self.has_old_search = has_old_search

    def ref_of(self, number: int) -> str:
        return f"{PROJECT}-{number - 1000}"

    def signed_in(self, headers: dict[str, str]) -> bool:
        pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        given = headers.get("authorization")
        return given in (f"Basic {pair}", f"Bearer {self.token}")

    def unauthorized(self) -> Answer:
        said = "Client must be authenticated to access this resource."
        return Answer(401, {"message": said, "status-code": 401})

    def not_found(self) -> Answer:
        said = "Issue does not exist or you do not have permission to see it."
        return Answer(404, {"errorMessages": [said], "errors": {}})

    def found(self, call: Call, part: str = "id") -> Ticket:
        try:
            return super().found(call, part)
        except RefusedError as refused:
            if not call.path.startswith(REQUEST):
                raise
            said = "The request does not exist or you cannot see it."
            body = {"errorMessage": said, "i18nErrorMessage": {}}
            raise RefusedError(Answer(404, body), refused.complaint) from None

    def invalid(self, problems: list[Problem]) -> Answer:
        unknown = {p.kind for p in problems} == {checking.UNKNOWN}
        if unknown and all("." not in p.path for p in problems):
            said = "Invalid request payload. Refer to the REST API documentation."
            return Answer(400, {"errorMessages": [said], "errors": {}})
        errors = {p.name or "body": f"{p.path} {p.why}" for p in problems}
        return Answer(400, {"errorMessages": [], "errors": errors})

    def unreadable(self) -> Answer:
        said = "There was an error parsing JSON. Check that your request body is valid."
        return Answer(400, {"errorMessages": [said], "errors": {}})

    def wrong_type(self) -> Answer:
        return Answer(415, {"status-code": 415, "message": "Unsupported Media Type"})

    # The platform.

    @route("GET", V2 + ISSUE, "fields expand")
    @route("GET", V3 + ISSUE, "fields expand")
    def show(self, call: Call) -> Answer:
        asked = call.query.get("fields", "*all").split(",")
        return Answer(
            200, issue_json(self, self.found(call, "key"), asked, _is_v3(call))
        )

    @route("PUT", V2 + ISSUE, "notifyUsers returnIssue")
    @route("PUT", V3 + ISSUE, "notifyUsers returnIssue")
    def change(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        asked = self.checked(call, change_rule(_text_rule(call)))
        put, update = asked.get("fields", {}), asked.get("update", {})
        both = sorted(set(put) & set(update))
        if both:
            why = f"Field '{both[0]}' cannot appear in both 'fields' and 'update'"
            answer = Answer(400, {"errorMessages": [why], "errors": {}})
            raise RefusedError(answer, f"{both} in fields and in update")
        if not put and not update:
            said = "one of 'fields' or 'update' required"
            answer = Answer(400, {"errorMessages": [said], "errors": {}})
            raise RefusedError(answer, said)
        self._put(ticket, put)
        for change in update.get("labels", []):
            self._label(ticket, change)
        for change in update.get("priority", []):
            ticket.priority = _priority(change["set"])
        for change in update.get("comment", []):
            self._comment(ticket, change["add"])
        ticket.updated = self.now()
        return Answer(204)

    @route("PUT", V2 + ISSUE + "/assignee")
    @route("PUT", V3 + ISSUE + "/assignee")
    def assign(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        self._assign(ticket, self.checked(call, WHO))
        return Answer(204)

    @route("GET", V2 + ISSUE + "/comment", "startAt maxResults orderBy expand")
    @route("GET", V3 + ISSUE + "/comment", "startAt maxResults orderBy expand")
    def comments(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        found = [
            comment_json(self, ticket, n, _is_v3(call)) for n in ticket.messages[1:]
        ]
        if call.query.get("orderBy", "").startswith("-"):
            found.reverse()
        start, most = _span(call, "startAt", "maxResults", 5000)
        shown = found[start : start + most]
        total = {"startAt": start, "maxResults": most, "total": len(found)}
        return Answer(200, total | {"comments": shown})

    @route("POST", V2 + ISSUE + "/comment", "expand")
    @route("POST", V3 + ISSUE + "/comment", "expand")
    def add_comment(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        asked = self.checked(call, comment_rule(_text_rule(call)))
        note = self._comment(ticket, asked)
        return Answer(201, comment_json(self, ticket, note, _is_v3(call)))

    @route("POST", V2 + "/issue", "updateHistory")
    @route("POST", V3 + "/issue", "updateHistory")
    def make_issue(self, call: Call) -> Answer:
        asked = self.checked(call, new_issue_rule(_text_rule(call)))["fields"]
        text = _words(asked.get("description", asked["summary"]))
        # Nobody outside is told of an issue that is no request.
        ticket = self.add_ticket(asked["summary"], text, requester=BOT, is_public=False)
        rest = {k: v for k, v in asked.items() if k not in ("summary", "description")}
        self._put(ticket, rest)
        due = asked.get("duedate")
        self.tasks.append(Task(ticket.subject, ticket.assignee, ticket, due))
        self_url = f"{self.base_url}{V2}/issue/{ticket.id}"
        body = {"id": str(ticket.id), "key": ticket.ref, "self": self_url}
        return Answer(201, body)

    @route("GET", V2 + "/search/jql", "jql nextPageToken maxResults fields expand")
    @route("GET", V3 + "/search/jql", "jql nextPageToken maxResults fields expand")
    def search_by_address(self, call: Call) -> Answer:
        names = call.query.get("fields", "id").split(",")
        return search(self, call.query, names, _is_v3(call))

    @route("POST", V2 + "/search/jql")
    @route("POST", V3 + "/search/jql")
    def search_by_body(self, call: Call) -> Answer:
        asked = self.checked(call, wanted_fields())
        return search(self, asked, asked.get("fields", ["id"]), _is_v3(call))

    @route("GET", V2 + "/search", "jql startAt maxResults fields expand validateQuery")
    @route("GET", V3 + "/search", "jql startAt maxResults fields expand validateQuery")
    def old_search(self, call: Call) -> Answer:
        if not self.has_old_search:
            said = (
                "The requested API has been removed. Please migrate to the "
                "/rest/api/3/search/jql API."
            )
            answer = Answer(410, {"errorMessages": [said], "errors": {}})
            raise RefusedError(answer, "Cloud has no /search any more")
        names = call.query.get("fields", "*all").split(",")
        return search(self, call.query, names, _is_v3(call), is_old=True)

    # The service desk.

    @route("GET", REQUEST + "/{key}", "expand")
    def show_request(self, call: Call) -> Answer:
        return Answer(200, self._request_json(self.found(call, "key")))

    @route("GET", REQUEST + "/{key}/comment", "public internal start limit expand")
    def request_comments(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        public = call.query.get("public", "true") == "true"
        internal = call.query.get("internal", "true") == "true"
        found = [n for n in ticket.messages[1:] if (public if n.public else internal)]
        start, most = _span(call, "start", "limit", 50)
        shown = found[start : start + most]
        return Answer(
            200,
            {
                "size": len(shown),
                "start": start,
                "limit": most,
                "isLastPage": start + most >= len(found),
                "_links": {},
                "values": [self._sd_comment_json(ticket, n) for n in shown],
            },
        )

    @route("POST", REQUEST + "/{key}/comment")
    def add_request_comment(self, call: Call) -> Answer:
        ticket = self.found(call, "key")
        asked = self.checked(call, SD_COMMENT)
        is_public = asked.get("public", True)
        note = self.write(ticket, asked["body"], BOT, is_public=is_public)
        if is_public:
            self.replied_in_public(note, "a comment without public: false")
        return Answer(201, self._sd_comment_json(ticket, note))

    @route("POST", REQUEST)
    def make_request(self, call: Call) -> Answer:
        asked = self.checked(call, NEW_REQUEST)
        values = asked["requestFieldValues"]
        behalf = asked.get("raiseOnBehalfOf")
        requester = BOT
        if behalf is not None:
            requester = self._account(behalf) or self.person_or_new(behalf)
        text = values.get("description", values["summary"])
        ticket = self.add_ticket(values["summary"], text, requester=requester)
        self._put(ticket, {k: values[k] for k in ("priority", "labels") if k in values})
        return Answer(201, self._request_json(ticket))

    def _put(self, ticket: Ticket, put: dict[str, Any]) -> None:
        if {"summary", "description"} & set(put):
            self.complain("summary and description are the reporter's own words")
        if "priority" in put:
            ticket.priority = _priority(put["priority"])
        if "labels" in put:
            gone = sorted(set(ticket.tags) - set(put["labels"]))
            if gone:
                self.complain(f"fields.labels replaces all labels; it loses {gone}")
            ticket.tags = []
            for label in put["labels"]:
                self._label(ticket, {"add": label})
        if "assignee" in put:
            self._assign(ticket, put["assignee"])

    def _label(self, ticket: Ticket, change: dict[str, Any]) -> None:
        if "set" in change:
            self._put(ticket, {"labels": change["set"]})
        added = change.get("add")
        if added is not None and any(c.isspace() for c in added):
            said = f"The label '{added}' contains spaces which is invalid."
            answer = Answer(400, {"errorMessages": [], "errors": {"labels": said}})
            raise RefusedError(answer, "a label has no spaces")
        if added is not None and added not in ticket.tags:
            ticket.tags.append(added)
        ticket.tags = [tag for tag in ticket.tags if tag != change.get("remove")]

    def _assign(self, ticket: Ticket, who: dict[str, str]) -> None:
        account = who.get("accountId") or who.get("id") or ""
        ticket.assignee = self._account(account)
        ticket.updated = self.now()
        if ticket.assignee is None or not ticket.assignee.is_staff:
            errors = {"assignee": f"User '{account}' cannot be assigned issues."}
            answer = Answer(400, {"errorMessages": [], "errors": errors})
            raise RefusedError(answer, f"{account!r} cannot be assigned")

    def _account(self, account: str) -> Person | None:
        for person in self.people:
            if user_json(self, person)["accountId"] == account:
                return person
        return None

    def _comment(self, ticket: Ticket, asked: dict[str, Any]) -> Note:
        # A role or group in `visibility` does not hide a comment from the portal.
        is_internal = any(
            p["key"] == INTERNAL and p["value"] == {"internal": True}
            for p in asked.get("properties", [])
        )
        text = _words(asked["body"])
        note = self.write(ticket, text, BOT, is_public=not is_internal)
        if not is_internal:
            self.replied_in_public(note, f"a comment without {INTERNAL}")
        return note

    def _request_json(self, ticket: Ticket) -> dict[str, Any]:
        def field(name: str, label: str, value: Any) -> dict[str, Any]:
            return {"fieldId": name, "label": label, "value": value}

        opened = ticket.opening.text
        return self.shape("request") | {
            "issueId": str(ticket.id),
            "issueKey": ticket.ref,
            "summary": ticket.subject,
            "createdDate": _date(self, ticket),
            "reporter": user_json(self, ticket.requester),
            "requestFieldValues": [
                field("summary", "Summary", ticket.subject),
                field("description", "Description", opened),
            ],
            "currentStatus": {"status": ticket.status, "statusCategory": "NEW"},
            "_links": {"self": f"{self.base_url}{REQUEST}/{ticket.id}"},
        }

    def _sd_comment_json(self, ticket: Ticket, note: Note) -> dict[str, Any]:
        return {
            "id": str(note.id),
            "body": note.text,
            "public": note.public,
            "author": user_json(self, note.author),
            "created": _date(self, note),
            "_links": {
                "self": f"{self.base_url}{REQUEST}/{ticket.id}/comment/{note.id}"
            },
        }


def _date(desk: JiraDesk, of: Ticket | Note) -> dict[str, Any]:
    at = of.created if isinstance(of, Ticket) else of.at
    return {
        "iso8601": stamp(at).replace("Z", "+0000"),
        "jira": jira_time(at),
        "friendly": "Today",
        "epochMillis": int(at.timestamp() * 1000),
    }


def _is_v3(call: Call) -> bool:
    return call.path.startswith(V3)


def _text_rule(call: Call) -> Rule:
    return adf if _is_v3(call) else checking.words


def _words(text: Any) -> str:
    return adf_text(text) if isinstance(text, dict) else str(text)


def _priority(asked: dict[str, str]) -> str:
    return asked.get("name") or PRIORITIES[asked["id"]]


def _span(call: Call, start: str, most: str, usual: int) -> tuple[int, int]:
    return int(call.query.get(start, 0)), int(call.query.get(most, usual))
