"""Sending, editing and deleting messages, and answering buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from tests.telegram.chats import Chat, Chats, Message
from tests.telegram.limits import Text, read_text
from tests.telegram.refusals import bad_request

HOURS_TO_DELETE: Final = 48
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
Arguments = dict[str, Any]
Method = Callable[[Arguments], Awaitable[Any]]


class MessageMethods:
    """The methods that are about messages.

    Attributes:
        deletes_incoming: whether a person's messages can be deleted in a private chat.
            Telegram allows it; here it must be asked for.
    """

    def __init__(self, me: dict[str, Any], chats: Chats) -> None:
        self.me = me
        self.chats = chats
        self.deletes_incoming = False
        self.by_name: dict[str, Method] = {
            "sendMessage": self._send_message,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete_message,
            "deleteMessages": self._delete_messages,
            "answerCallbackQuery": self._answer_query,
        }

    async def _send_message(self, arguments: Arguments) -> Any:
        text = read_text(arguments)
        chat = self.chats.known(arguments["chat_id"])
        reply = arguments.get("reply_parameters", {})
        is_there = not reply or reply["message_id"] in chat.messages
        if not is_there and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found", is_mistake=False)
        message = self.chats.new_message(
            chat,
            self._me_in(chat),
            _content(text, arguments),
            is_from_bot=True,
            html=text.html,
            arguments=arguments,
        )
        chat.changed()
        return message.as_api()

    async def _edit_text(self, arguments: Arguments) -> Any:
        message = self._message_to_edit(arguments)
        text = read_text(arguments)
        self._edit(message, _content(text, arguments), arguments)
        message.html = text.html
        return message.as_api()

    async def _edit_markup(self, arguments: Arguments) -> Any:
        message = self._message_to_edit(arguments)
        content = {k: v for k, v in message.content.items() if k != "reply_markup"}
        self._edit(message, content | _markup(arguments), arguments)
        return message.as_api()

    def _message_to_edit(self, arguments: Arguments) -> Message:
        if "inline_message_id" in arguments:
            raise bad_request("MESSAGE_ID_INVALID")
        for name in ("chat_id", "message_id"):
            if name not in arguments:
                raise bad_request(f'"{name}" is missing')
        chat = self.chats.known(arguments["chat_id"])
        message = chat.messages.get(arguments["message_id"])
        if message is None:
            raise bad_request("message to edit not found", is_mistake=False)
        if not message.is_from_bot:
            raise bad_request("message can't be edited")
        return message

    def _edit(
        self, message: Message, content: dict[str, Any], arguments: Arguments
    ) -> None:
        if content == message.content:
            raise bad_request(NOT_MODIFIED, is_mistake=False)
        message.content = content
        message.arguments = message.arguments | arguments
        message.edit_date = self.chats.now()
        message.chat.changed()

    async def _delete_message(self, arguments: Arguments) -> Any:
        chat = self.chats.known(arguments["chat_id"])
        message = chat.messages.get(arguments["message_id"])
        if message is None:
            raise bad_request("message to delete not found", is_mistake=False)
        self._delete(chat, [message])
        return True

    async def _delete_messages(self, arguments: Arguments) -> Any:
        chat = self.chats.known(arguments["chat_id"])
        found = [chat.messages.get(key) for key in set(arguments["message_ids"])]
        self._delete(chat, [message for message in found if message])
        return True

    def _delete(self, chat: Chat, messages: list[Message]) -> None:
        youngest = self.chats.now() - HOURS_TO_DELETE * 3600
        incoming = self.deletes_incoming and chat.is_private
        for message in messages:
            is_ours = message.is_from_bot or incoming
            if not is_ours or message.date <= youngest:
                raise bad_request("message can't be deleted", is_mistake=False)
        for message in messages:
            del chat.messages[message.id]
        chat.changed()

    async def _answer_query(self, arguments: Arguments) -> Any:
        query = self.chats.queries.get(arguments["callback_query_id"])
        if query is None or query.answer is not None:
            why = "query is too old and response timeout expired or query ID is invalid"
            raise bad_request(why)
        query.answer = arguments
        return True

    def _me_in(self, chat: Chat) -> dict[str, Any] | None:
        """The bot as the sender of a message; posts in channels have none."""
        if chat.about["type"] == "channel":
            return None
        return {
            name: self.me[name] for name in ("id", "is_bot", "first_name", "username")
        }


def _content(text: Text, arguments: Arguments) -> dict[str, Any]:
    content: dict[str, Any] = {"text": text.plain}
    if text.entities:
        content["entities"] = text.entities
    if "link_preview_options" in arguments:
        content["link_preview_options"] = arguments["link_preview_options"]
    return content | _markup(arguments)


def _markup(arguments: Arguments) -> dict[str, Any]:
    markup = arguments.get("reply_markup", {})
    return {"reply_markup": markup} if markup.get("inline_keyboard") else {}
