"""The desk of tests/helpdesk/django/site with each request as one transaction.

A setting that many Django projects have. Who reads meanwhile
sees what was there before.
"""

from settings import *  # noqa: F403
from settings import DATABASES

DATABASES["default"]["ATOMIC_REQUESTS"] = True
DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
