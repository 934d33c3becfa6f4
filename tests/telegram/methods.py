"""What the methods of the Bot API do that a bot like ours calls.

All others only have their arguments checked, and are answered `true`.
"""

from __future__ import annotations

from typing import Any, Final

from tests.telegram.chats import Chats
from tests.telegram.flood import Flood
from tests.telegram.message_methods import Arguments, MessageMethods, Method
from tests.telegram.pending import Queue
from tests.telegram.refusals import bad_request, conflict, forbidden
from tests.telegram.webhook import Webhook

# Starts of the names of methods that flood control counts, and what does not count.
COUNTED: Final = ("send", "edit", "copy", "forward")
NOT_COUNTED: Final = ("sendChatAction", "editForumTopic", "editGeneralForumTopic")
# What the bot says of itself; a set method, a get method and a field for each.
OWN_TEXTS: Final = {
    "MyName": "name",
    "MyDescription": "description",
    "MyShortDescription": "short_description",
}


class Methods:
    """The bot's side of the API, without HTTP.

    Attributes:
        commands: what `setMyCommands` set, by scope and language.
        texts: what `setMyDescription` and its like set, by field and language.
    """

    def __init__(
        self, me: dict[str, Any], chats: Chats, queue: Queue, webhook: Webhook
    ) -> None:
        self.me = me
        self.chats = chats
        self.queue = queue
        self.webhook = webhook
        self.flood = Flood(None, None)
        self.messages = MessageMethods(me, chats)
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self._by_name: dict[str, Method] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "leaveChat": self._leave_chat,
        } | self.messages.by_name

    async def call(self, method: str, arguments: Arguments) -> Any:
        """Does it, and returns the `result`.

        Raises:
            RefusedError: with the answer to give instead.
        """
        sends = method.startswith(COUNTED) and method not in NOT_COUNTED
        if "chat_id" in arguments and (sends or method == "sendChatAction"):
            chat = self.chats.known(arguments["chat_id"])
            if chat.refusal:
                raise chat.refusal
            if sends:
                self.flood.take(arguments["chat_id"])
        if method in self._by_name:
            return await self._by_name[method](arguments)
        if method[3:] in OWN_TEXTS:
            return self._own_text(method, arguments)
        return True

    def _own_text(self, method: str, arguments: Arguments) -> Any:
        name = OWN_TEXTS[method[3:]]
        key = name, arguments.get("language_code", "")
        if method.startswith("get"):
            return {name: self.texts.get(key, "")}
        self.texts[key] = arguments.get(name, "")
        return True

    async def _get_me(self, _: Arguments) -> Any:
        return self.me

    async def _get_updates(self, arguments: Arguments) -> Any:
        if self.webhook.is_set:
            raise conflict(
                "can't use getUpdates method while webhook is active; use "
                "deleteWebhook to delete the webhook first"
            )
        self.queue.allow(arguments.get("allowed_updates"))
        return await self.queue.poll(
            arguments.get("offset", 0),
            arguments.get("limit", 100),
            arguments.get("timeout", 0),
        )

    async def _set_webhook(self, arguments: Arguments) -> Any:
        self.queue.allow(arguments.get("allowed_updates"))
        if arguments.get("drop_pending_updates"):
            self.queue.waiting.clear()
        if arguments["url"]:
            self.queue.end_poll("terminated by setWebhook request")
            await self.webhook.set(arguments)
        else:
            await self.webhook.unset()
        return True

    async def _delete_webhook(self, arguments: Arguments) -> Any:
        await self.webhook.unset()
        if arguments.get("drop_pending_updates"):
            self.queue.waiting.clear()
        return True

    async def _get_webhook_info(self, _: Arguments) -> Any:
        settings = self.webhook.settings
        info = {
            "url": settings.get("url", ""),
            "has_custom_certificate": "certificate" in settings,
            "pending_update_count": len(self.queue.waiting),
            "allowed_updates": list(self.queue.allowed),
        }
        if settings:
            info["max_connections"] = settings.get("max_connections", 40)
        if settings and self.webhook.last_error:
            date, message = self.webhook.last_error
            info |= {"last_error_date": date, "last_error_message": message}
        return info

    async def _set_commands(self, arguments: Arguments) -> Any:
        self.commands[_scope(arguments)] = arguments.get("commands", [])
        return True

    async def _get_commands(self, arguments: Arguments) -> Any:
        return self.commands.get(_scope(arguments), [])

    async def _leave_chat(self, arguments: Arguments) -> Any:
        chat = self.chats.known(arguments["chat_id"])
        if chat.is_private:
            why = "chat member status can't be changed in private chats"
            raise bad_request(why)
        kind = chat.about["type"]
        chat.refusal = forbidden(f"bot is not a member of the {kind} chat")
        return True


def _scope(arguments: Arguments) -> tuple[str, str]:
    scope = dict(sorted(arguments.get("scope", {"type": "default"}).items()))
    name = " ".join(str(value) for value in scope.values())
    return name, arguments.get("language_code", "")
