"""Writes down every try to leave this machine; Python imports it at start by its name.

Put first on the PYTHONPATH of a process under test. Python's own sockets are seen by
an audit hook; uvloop connects and resolves by itself, so its loop is watched too.
Connections within the machine and to sockets in the file system are not written down.
"""

import ipaddress
import os
import sys

RECORD = os.environ.get("OUTBOUND_RECORD")
# Events of Python's audit, and which argument holds the host.
WATCHED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


def is_within_this_machine(host):
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def write_down(kind, host):
    if not is_within_this_machine(host):
        record = os.open(RECORD, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(record, f"{kind} {host!r}\n".encode())
        os.close(record)


def audit(event, arguments):
    place = WATCHED.get(event)
    if place is None:
        return
    host = arguments[place]
    if place == 1:  # an address: (host, port, ...), or a path in the file system
        if not isinstance(host, tuple):
            return
        host = host[0]
    write_down(event, host)


def watch_uvloop():
    try:
        import uvloop
    except ImportError:
        return
    for name in ("create_connection", "getaddrinfo"):
        setattr(uvloop.Loop, name, watched(name, getattr(uvloop.Loop, name)))


def watched(name, method):
    async def watching(self, *arguments, **named):
        host = named.get("host")
        if name == "create_connection" and len(arguments) > 1:
            host = arguments[1]
        if name == "getaddrinfo" and arguments:
            host = arguments[0]
        write_down(f"uvloop.{name}", host)
        return await method(self, *arguments, **named)

    return watching


if RECORD:
    sys.addaudithook(audit)
    watch_uvloop()
