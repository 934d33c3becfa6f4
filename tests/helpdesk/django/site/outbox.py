"""An e-mail backend that sends nothing: every message becomes a line of JSON.

Django's own file backend leaves out who gets a blind copy. Who would have been written
to is the point of the tests, so all recipients stand here.
"""

import json
import os
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Named in settings.EMAIL_BACKEND."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Writes them down and says that they are sent."""
        for message in email_messages:
            line = json.dumps(
                {
                    "to": message.recipients(),
                    "subject": message.subject,
                    "body": message.body,
                }
            )
            # One write to a file opened for appending: threads do not mix lines.
            outbox = os.open(
                settings.OUTBOX, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
            )
            os.write(outbox, f"{line}\n".encode())
            os.close(outbox)
        return len(email_messages)
