"""What is asked of a server, and what is counted of its turns."""

import pytest

from bot.channels.helpdesk_work import HelpdeskWork
from bot.metrics.operation import Operation
from bot.operators.watch import look, time_turns


class Anything:
    """Has whatever attributes it is given."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def server_with(**attributes):
    return Anything(ctx=Anything(**{"agent": None, **attributes}))


def test_before_the_model_is_loaded_there_is_nothing_to_tell():
    state = look(server_with(), None)
    assert not state.model_is_loaded
    assert not state.database_is_writable
    assert (state.events_waiting, state.events_lost) == (0, 0)
    assert state.tickets_waiting is None
    assert state.channels_ready == {}


def test_everything_is_asked_anew_each_time():
    broker = Anything(is_ready=lambda: True, waiting=lambda: 12, lost=lambda: 3)
    server = server_with(
        agent=Anything(is_ready=lambda: True),
        helpdesk=Anything(is_ready=False, waiting=lambda: 4),
        telegram=Anything(is_ready=True),
    )
    state = look(server, broker)
    assert state.model_is_loaded
    assert state.database_is_writable
    assert (state.events_waiting, state.events_lost, state.tickets_waiting) == (
        12,
        3,
        4,
    )
    assert state.channels_ready == {"telegram": True, "helpdesk": False}
    server.ctx.telegram.is_ready = False
    assert look(server, broker).channels_ready["telegram"] is False


def test_a_ticket_that_is_named_twice_waits_once():
    work = HelpdeskWork(None, None, None, None, None)
    for ticket in ("7", "8", "7"):
        work.put(ticket)
    assert work.waiting() == 2


async def test_a_turn_is_counted_and_its_answer_handed_on():
    async def handle(message, more=None):
        return [message, more]

    operation, agent = Operation(), Anything(handle_message=handle)
    time_turns(agent, operation)
    assert await agent.handle_message("a", more="b") == ["a", "b"]
    assert operation.counts().turns[-1] == 1


async def test_a_turn_that_fails_is_counted_and_fails():
    async def handle(message):
        raise KeyError

    operation, agent = Operation(), Anything(handle_message=handle)
    time_turns(agent, operation)
    with pytest.raises(KeyError):
        await agent.handle_message("a")
    assert operation.counts().turns[-1] == 1
