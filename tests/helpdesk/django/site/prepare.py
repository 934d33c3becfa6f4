"""Makes the database that every desk starts from: tables, one queue, two people.

Run once per set of requirements by `tests/helpdesk/django/environment.py`, which tells
who they are in DESK_PEOPLE, and where a desk's mail lies in DESK_MAILBOX.
"""

import json
import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

# Models can be read only after setup.
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from django.db import connection  # noqa: E402
from helpdesk.models import Queue  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402


def prepare() -> None:
    """Fills an empty database."""
    call_command("migrate", verbosity=0)
    Site.objects.update(domain="desk.school.example", name="desk")
    Queue.objects.create(
        title="Safeguarding",
        slug="safeguarding",
        allow_public_submission=True,
        # A reporter's reply comes in as a file in a folder: see mailbox.py.
        email_address="safeguarding@desk.school.example",
        allow_email_submission=True,
        email_box_type="local",
        email_box_local_dir=os.environ["DESK_MAILBOX"],
        email_box_interval=0,
    )
    for person in json.loads(os.environ["DESK_PEOPLE"]):
        user = get_user_model().objects.create_user(
            person["name"], person["email"], person["password"], is_staff=True
        )
        Token.objects.create(user=user, key=person["token"])
    # So that one file is the whole database and can be copied.
    connection.cursor().execute("PRAGMA journal_mode=DELETE")
    connection.close()


if __name__ == "__main__":
    prepare()
