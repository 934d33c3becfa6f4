"""What cannot be a name or a way to reach somebody, and what can."""

from __future__ import annotations

import pytest

from bot.handover.request import ContactRequest
from tests.helpdesk.requests.walking import walk_to

pytestmark = [pytest.mark.model, pytest.mark.service]

LONG = "Anna Berta Clara Doris Emma Fanny Greta Hanna Ida Jana Kira Lena Mona Nora Olga"
BAD_NAMES = {
    "empty": "",
    "blanks": "   ",
    "dots": "...",
    "a question mark": "?",
    "an emoji": "🙂",
    "too long by a little": LONG + " Pia",
    "too long by far": "Anna Berta " * 500,
    "HTML": "<b>Ann</b>",
    "a script": "<script>alert(1)</script>",
    "a placeholder": "{{ticket.requester}}",
    "digits": "12345678",
    "control characters": "\x00\x01\x02",
    "direction alone": "\u202e\u202d",
}
BAD_WAYS = {
    "empty": "",
    "dots": "...",
    "too long by far": "ann@example.org " * 300,
    "a phone with letters": "07700 9oo123",
    "too few digits": "12345",
    "too many digits": "0770090012307700900123",
    "two numbers": "07700 900123, 07700 900456",
    "two numbers apart": "07700 900123 07700 900456",
    "a number or another": "07700 900123 or 07700 900456",
    "no domain": "ann@",
    "half a domain": "ann@example",
    "no name": "@example.org",
    "no at": "ann.example.org",
    "two addresses": "ann@example.org bob@example.org",
    "two addresses, comma": "ann@example.org,bob@example.org",
    "an address and a number": "ann@example.org 07700 900123",
    "an address and a number, comma": "ann@example.org,07700900123",
    "words": "ring me please",
    "HTML": "<i>ann@example.org</i>",
    "a long address": "a" + "nb" * 60 + "@example.org",
    "a placeholder": "{{ticket.requester.email}}@example.org",
    "control characters": "\x00\x01",
}


@pytest.mark.parametrize("what", BAD_NAMES)
def test_what_is_no_name_is_asked_again(parent, what):
    walk_to(parent, "name")
    reply = parent.say(BAD_NAMES[what])
    assert "school.stop" in reply.buttons
    assert parent.say("Ann Jones").cards == ["school_contact_way"]


@pytest.mark.parametrize("what", BAD_WAYS)
def test_what_is_no_way_is_asked_again(parent, what):
    walk_to(parent, "way")
    reply = parent.say(BAD_WAYS[what])
    assert "school.stop" in reply.buttons
    assert reply.cards[0] != "school_contact_check"
    assert parent.say("ann@example.org").cards == ["school_contact_check"]


def test_what_turns_the_direction_is_taken_out(parent):
    shown = walk_to(
        parent, "check", name="Ann\u202e senoJ", way="\u202eann@example.org\u200f"
    ).messages[-1]["text"]
    assert not {*shown} & {*"\u202a\u202b\u202c\u202d\u202e\u200e\u200f"}


def test_a_name_of_two_lines_cannot_write_a_line_of_the_ticket():
    asked = ContactRequest(step="name")
    assert asked.typed("Ann\nPhone or e-mail: 07700 900999") is None
    assert asked.typed("Ann\nSmith").name == "Ann Smith"


# Read as danger by the model; the list must not grow.
MAY_BE_DOUBTED = (
    "Dad",
    "Leo's dad",
    "Leo's mum, Dawn",
    "Gun Svensson",
    "Dennis Cutter",
)
MOST_DOUBTED = len(MAY_BE_DOUBTED)

NAMES = """Jane Smith|sam|Al|Ng|Mum|Dad|Nan|Grandad Pete|Leo's mum|Leo's dad
Leo's mum, Dawn|Jo (Mia's mum)|Foster carer Pat|Mrs A. Khan|Dr Sarah Jane Smith MBE
Oliver Taylor|Mrs Slaughter|Dr Payne|Kim Savage|Benedict De'Ath|Mr Coffin|Grace Killick
Tom Blood|Jihad Hassan|Isis Martin|Gun Svensson|Harm de Vries|Dennis Cutter|Lynn Lynch
Amy Strangeways|Will Burn|Ann Hurt|Rose Grave|Hope Grant|Terry Gunn|Jack Hunter
Mohammed Ali|Łukasz Wójcik|Nguyễn Thị Hương|Ngozi Okonkwo|Σοφία Παπαδοπούλου
محمد علي|王小明|Ольга Иванова|Aoife Ní Bhriain|Siân ap Rhys|José Ñuñez|Çağla Öztürk
Jean-Luc Désiré|D'Souza|María de la Cruz|J. R. R. Tolkien|my name is Dawn"""
WAYS = """07700 900123|+44 7700 900123|+447700900123|+44 7700 900328|0044 7700 900123
0044 7700 900793|020 7946 0255|(020) 7946 0018|020-7946-0018|+44 (0)20 7946 0000
01632 960 001|+353 85 012 3922|+48 512 345 678|+1 (202) 555-0143|+91 98765 43210
(+44) 7700 900123|07700 900123.|07700 900123 after 6pm|text me 07700 900123
my mobile is 07700 900123|a.khan@example.org|kate+school@example.co.uk
o'brien@example.ie|help-me@example.org|killer.queen@example.org|INFO@EXAMPLE.ORG
callum.thomas28@example.com|gunners4life@example.org|jose@exämple.de
bleeding.hearts@example.org|bomb.squad@example.org|911turbo@example.org"""


def each(table):
    return [one for line in table.splitlines() for one in line.split("|")]


@pytest.mark.parametrize("name", each(NAMES), ids=ascii)
async def test_an_ordinary_name_is_taken(inside, name):
    await inside.reception.take_choice("here", "school.ask")
    await inside.reception.take_choice("here", "school.yes")
    reply = await inside.reception.take_text("here", name)
    if reply.messages[-1]["card"]["id"] == "school_contact_doubt":
        # Taken for danger: 999 first, and one press goes on.
        assert reply.urgency == "emergency"
        assert sum(name in MAY_BE_DOUBTED for name in each(NAMES)) <= MOST_DOUBTED
        assert name in MAY_BE_DOUBTED
        reply = await inside.reception.take_choice("here", "school.name")
    inside.school.forget("here")
    assert reply.messages[0]["card"]["id"] == "school_contact_way"


@pytest.mark.parametrize("way", each(WAYS), ids=ascii)
async def test_an_ordinary_way_is_no_danger(inside, way):
    if way.endswith("after 6pm"):
        pytest.xfail("the model reads a lone time as danger: 999 is shown too often")
    await inside.reception.take_choice("here", "school.ask")
    await inside.reception.take_choice("here", "school.yes")
    assert await inside.reception.take_text("here", "Jane Smith")
    reply = await inside.reception.take_text("here", way)
    inside.school.forget("here")
    # With words about it, it may be asked for again; that is kind enough.
    kind = ("school_contact_check", "school_contact_way_again")
    assert reply.messages[0]["card"]["id"] in kind
