"""Serves the desk on a port of this machine until it is ended.

Threads, because a desk that waits for its webhook must still answer the bot, which
asks the desk something before it answers the webhook.
"""

import os

from waitress import serve
from wsgi import application

THREADS = 8

serve(
    application,
    host="127.0.0.1",
    port=int(os.environ["DESK_PORT"]),
    threads=THREADS,
    # The name in Server: is no use to anybody.
    ident=None,
)
