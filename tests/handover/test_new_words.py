"""What a reporter newly wrote, found in a whole mail: `bot.handover.new_words`."""

import random
import time

import pytest

from bot.handover.new_words import new_words

OLD = "He said he will kill himself."
HEADER = (
    "From: Ann Moss <ann.moss@example.org>\nSent: 03 March 2026 14:05\n"
    "To: IT Desk <desk@example.org>\nSubject: A worry\n\n"
)
HTML_HEADER = (
    "<p><b>From:</b> Ann Moss &lt;ann.moss@example.org&gt;<br><b>Sent:</b> "
    "03 March 2026"
    " 14:05<br><b>To:</b> IT Desk<br><b>Subject:</b> A worry</p>"
)
GMAIL_ATTR = "On Tue, 3 Mar 2026 at 14:05, Ann Moss &lt;ann@example.org&gt; wrote:<br>"
LAWYERS = (
    "This email and any attachments are confidential and intended solely for the use of"
    " the individual or entity to whom they are addressed."
)

PLAIN = {
    "nothing": ("", ""),
    "only-white-space": (" \n\t\n\u00a0", ""),
    "a-message": ("My son is scared.\n\nHe hides.", "My son is scared.\nHe hides."),
    "only-quotes": ("> one\n> two", ""),
    "gmail": (
        f"Thanks\n\nOn 3 Mar 2026 at 14:05, A <a@example.org> wrote:\n> {OLD}",
        "Thanks",
    ),
    "wrapped-attribution": (
        "Thanks\n\nOn Tue, 3 Mar 2026 at 14:05, Ann "
        "Moss\n<ann@example.org>\nwrote:\n\n> " + OLD,
        "Thanks",
    ),
    "attribution-without-prefix": (
        f"Thanks\n\nOn 3 March 2026 at 14:05, Ann <a@example.org> wrote:\n\n{OLD}",
        "Thanks",
    ),
    "welsh-attribution": (
        f"Diolch\n\nAr 03/03/2026 14:05, ysgrifennodd Ann Moss:\n> {OLD}",
        "Diolch",
    ),
    "below-a-quotation": (
        f"On 3 Mar 2026 at 14:05, A <a@example.org> wrote:\n> {OLD}\n\nAll is "
        f"well now.",
        "All is well now.",
    ),
    "between-quotations": (
        "On 3 Mar 2026 at 14:05, A <a@example.org> wrote:\n> Is he safe?\nNo.\n"
        "> Where is he?\nOn the roof.",
        "No.\nOn the roof.",
    ),
    "outlook": (f"Thanks, sorted.\n\n{HEADER}{OLD}", "Thanks, sorted."),
    "original-message": (f"Thanks\n-----Original Message-----\n{OLD}", "Thanks"),
    "desk-delimiter": (
        f"Thanks\n\n##- Please type your reply above this line -##\n\n{OLD}",
        "Thanks",
    ),
    "reply-above": (f"Thanks\n--- Reply above this line ---\n{OLD}", "Thanks"),
    "desk-thread-is-never-brought": (
        f"See below\n{HEADER}Please reply above this line\n{OLD}",
        "See below",
    ),
    "fyi": (f"FYI\n\n{HEADER}{OLD}", f"FYI\n{OLD}"),
    "forwarded-without-a-word": (HEADER + OLD, OLD),
    "forwarded-with-a-sign-off": (
        f"Kind regards\nSam\n\n{HEADER}{OLD}",
        f"Kind regards\nSam\n{OLD}",
    ),
    "gmail-forward": (
        "---------- Forwarded message ---------\nFrom: Ann <ann@example.org>\n"
        f"Date: Tue, 3 Mar 2026\nSubject: x\nTo: Sam\n\n{OLD}",
        OLD,
    ),
    "apple-forward": (
        f"Begin forwarded message:\n\n> From: Ann\n> Subject: x\n>\n> {OLD}",
        OLD,
    ),
    "quotation-that-is-introduced": (
        "This is what he wrote:\n> You will pay\nI am scared.",
        "This is what he wrote:\nYou will pay\nI am scared.",
    ),
    "from-in-the-worry": (
        "From: an unknown number\nsend more or I post them",
        "From: an unknown number\nsend more or I post them",
    ),
    "wrote-in-the-worry": (
        "On Monday a boy wrote:\nI will hurt you",
        "On Monday a boy wrote:\nI will hurt you",
    ),
    "a-story-with-wrote": (
        "On 3 March 2026 he hid upstairs. Then he\nwrote:\nGoodbye",
        "On 3 March 2026 he hid upstairs. Then he\nwrote:\nGoodbye",
    ),
    "arrow-in-the-worry": (
        "Settings > block > he is back",
        "Settings > block > he is back",
    ),
    "angry-face": (">:( he did it again", ">:( he did it again"),
    "quoted-speech": ('He said "pay or else".', 'He said "pay or else".'),
    "dashed-list": (
        "He was told\n- to cut\n- to hide",
        "He was told\n- to cut\n- to hide",
    ),
    "signature": ("He is safe.\n-- \nSam Hill\nHead of Year 9", "He is safe."),
    "too-long-for-a-signature": (
        "Hello\n--\n" + "word " * 70,
        "Hello\n--\n" + ("word " * 70).strip(),
    ),
    "iphone": ("He is safe.\n\nSent from my iPhone", "He is safe."),
    "outlook-for-ios": ("Safe.\nGet Outlook for iOS<https://aka.ms/o0ukef>", "Safe."),
    "welsh-phone": ("Iawn.\nAnfonwyd o fy iPhone", "Iawn."),
    "no-phone-signature": (
        "Sent from my son's phone by him: help me",
        "Sent from my son's phone by him: help me",
    ),
    "disclaimer": (f"He is safe.\n\n{LAWYERS}", "He is safe."),
    "wrapped-disclaimer": (
        "He is safe.\n\nThis email and any attachments are confidential "
        "and\nintended solely"
        " for the addressee, who must not\npass it on.\n\nPS call me",
        "He is safe.\nPS call me",
    ),
    "welsh-disclaimer": (
        "Iawn.\n\nMae'r e-bost hwn ac unrhyw atodiadau yn gyfrinachol ac "
        "wedi'u bwriadu ar"
        " gyfer y sawl a enwir.",
        "Iawn.",
    ),
    "environment": (
        "Ok.\nPlease consider the environment before printing this.",
        "Ok.",
    ),
    "welsh-environment": ("Iawn.\nYstyriwch yr amgylchedd cyn argraffu.", "Iawn."),
    "a-confidential-worry": (
        "This email is confidential. A pupil made a disclosure: she will run away.",
        "This email is confidential. A pupil made a disclosure: she will run away.",
    ),
    "banner": (
        "CAUTION: This email originated from outside the school.\nHe hit me.",
        "He hit me.",
    ),
    "pictures": ("[cid:image001.png@01DA] Look [image: logo.png]", "Look"),
    "desk-footer": (
        "Ok.\nThis email is a service from Oak IT. Delivered by Zendesk",
        "Ok.",
    ),
    "emoji": ("He cries 😢 👨‍👩‍👧", "He cries 😢 👨‍👩‍👧"),
}

HTML = {
    "nothing": ("<html><body></body></html>", ""),
    "picture-only": ('<p><img src="cid:1" alt="screenshot of the chat"></p>', ""),
    "plain-after-all": ("He &amp; I\n> old", "He & I"),
    "paragraphs": (
        "<p>He&nbsp;is <b>scar</b>ed.</p><div>It&#39;s bad</div>",
        "He is scared.\nIt's bad",
    ),
    "table": (
        "<table><tr><td>When</td><td>today</td></tr><tr><td>x</td></tr></table>",
        "When today\nx",
    ),
    "list": ("<ul><li>one<li>two</ul>", "one\ntwo"),
    "link": ('<a href="https://example.org">a <i>chat</i></a>', "a chat"),
    "emoji-picture": ('He cries <img alt="😢" src="x">', "He cries 😢"),
    "head-and-style": (
        "<head><title>t</title><style>p{}</style></head><p>Hi</p><script>x</script>",
        "Hi",
    ),
    "comment": ("Hi<!-- old <p>words</p> -->", "Hi"),
    "display-none": ('<div style="display: none">old</div>Hi', "Hi"),
    "visibility": ('<span style="VISIBILITY:hidden">old</span>Hi', "Hi"),
    "mso-hide": ('<div style="mso-hide:all">old</div>Hi', "Hi"),
    "font-size-0": ('<div style="font-size:0px">old</div>Hi', "Hi"),
    "font-size-0-undone": (
        '<table style="font-size:0"><td style="font-size:14px">Hi</td></table>',
        "Hi",
    ),
    "half-a-point-is-seen": ('<p style="font-size:0.9em">Hi</p>', "Hi"),
    "preheader": ('<div class="preheader">old</div>Hi', "Hi"),
    "gmail": (
        f'<div>Thanks</div><div class="gmail_quote"><div '
        f'class="gmail_attr">{GMAIL_ATTR}</div>'
        f'<blockquote class="gmail_quote">{OLD}</blockquote></div>',
        "Thanks",
    ),
    "gmail-between": (
        f'<div class="gmail_quote"><div '
        f'class="gmail_attr">{GMAIL_ATTR}</div><blockquote '
        f'class="gmail_quote">{OLD}</blockquote><div>No.</div><blockquote '
        f'class="gmail_quote">'
        "Where?</blockquote></div><div>The roof.</div>",
        "No.\nThe roof.",
    ),
    "gmail-forward": (
        '<div>Please advise</div><div class="gmail_quote"><div '
        'class="gmail_attr">---------- '
        "Forwarded message ---------<br>From: <b>Ann</b><br>Date: Tue, 3 Mar "
        "2026<br>Subject: "
        f"x<br>To: Sam<br></div><p>{OLD}</p></div>",
        f"Please advise\n{OLD}",
    ),
    "gmail-indent-is-own": (
        '<blockquote style="margin:0 0 0 40px">Help</blockquote>',
        "Help",
    ),
    "apple": (
        "<div>Thanks</div><blockquote type='cite'><div>On 3 Mar 2026, at "
        "14:05, Ann wrote:"
        f"</div>{OLD}</blockquote><div>Bye</div>",
        "Thanks\nBye",
    ),
    "thunderbird": (
        '<p>Thanks</p><div class="moz-cite-prefix">On 03/03/2026 14:05, Ann '
        "Moss wrote:<br>"
        f'</div><blockquote type="cite" cite="mid:1">{OLD}</blockquote>'
        '<div class="moz-signature">-- <br>Sam</div>',
        "Thanks",
    ),
    "thunderbird-forward": (
        '<div class="moz-forward-container">-------- Forwarded Message '
        "--------<table><tr><th>"
        f""
        f"Subject:</th><td>x</td></tr><tr><th>From:</th><td>A</td></tr></table><p>{OLD}</p></div>",
        OLD,
    ),
    "yahoo": (
        f'<div>Thanks</div><div class="ydp1yahoo_quoted">On 3 March wrote:{OLD}</div>',
        "Thanks",
    ),
    "proton": (
        f'<div>Thanks</div><div class="protonmail_quote">{GMAIL_ATTR}<blockquote class='
        f'"protonmail_quote" type="cite">{OLD}</blockquote></div>',
        "Thanks",
    ),
    "outlook-desktop": (
        "<p>Thanks</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
        f"{HTML_HEADER}</div><p>{OLD}</p>",
        "Thanks",
    ),
    "outlook-web": (
        '<div>Thanks</div><div id="appendonsend"></div><hr tabindex="-1"><div '
        'id="divRplyFwdMsg">'
        f"{HTML_HEADER}</div><div>{OLD}</div>",
        "Thanks",
    ),
    "outlook-by-words": (f"<p>Thanks</p>{HTML_HEADER}<p>{OLD}</p>", "Thanks"),
    "outlook-fyi": (
        f'<p>See below</p><div id="divRplyFwdMsg">{HTML_HEADER}</div>{OLD}',
        f"See below\n{OLD}",
    ),
    "signature": (
        '<p>Hi</p><div class="gmail_signature">Sam<br>Oak School</div>',
        "Hi",
    ),
    "outlook-signature": ('<p>Hi</p><div id="x_Signature">Sam</div>', "Hi"),
    "message-in-a-signature": (
        f'<div id="Signature">{"He has a knife. " * 20}</div>',
        ("He has a knife. " * 20).strip(),
    ),
    "pre": ("<pre>one\ntwo\n&gt; old</pre>", "one\ntwo"),
    "delimiter": (
        f"<p>Hi</p><div>##- Please type your reply above this line -##</div>{OLD}",
        "Hi",
    ),
    "broken": ("<div><p>Hi <b>there</div></i><td>you", "Hi there\nyou"),
    "nul": ("<p>H\x00i</p>", "Hi"),
}


@pytest.mark.parametrize(("body", "new"), PLAIN.values(), ids=PLAIN)
def test_new_words_in_plain_text(body, new):
    assert new_words(body, is_html=False) == new


# Each begins as a disclaimer, a banner or a footer does, or looks like a mark.
WORRIES = (
    "This message contains threats intended for my son. He got it by mistake.",
    "This email is confidential, I have not disclosed it. She will run away.",
    "Warning: he is outside the school with a knife",
    "Caution - he has gone outside with a blade",
    "External email from a man who threatens my son",
    "Important: my daughter received this in error, he wants nudes",
    "If you have time please call. He sent the picture in error.",
    "If you are not able to help tonight I will end it.",
    "View the request he made for pictures",
    "Do not click the links he sent, they show her",
    "Mae e wedi anfon neges, ei fwriad yw lladd",
    "Sent from my son's phone by him: help me",
    "Get my phone by 3",
    "All day he was crying",
    "On 3 March 2026 he wrote: I will end it",
    "--- he did this ---",
)


@pytest.mark.parametrize("worry", WORRIES)
@pytest.mark.parametrize("is_html", [False, True], ids=["plain", "html"])
def test_a_worry_is_never_taken_for_furniture(worry, is_html):
    assert new_words(f"<p>{worry}</p>" if is_html else worry, is_html) == worry


@pytest.mark.parametrize(("body", "new"), HTML.values(), ids=HTML)
def test_new_words_in_html(body, new):
    assert new_words(body, is_html=True) == new


PARTS = (
    "<div>",
    "</div>",
    "<blockquote type=cite>",
    "<p style='font-size:0",
    "<!--",
    "-->",
    "<![CDATA[",
    "&#0;",
    "&#xD800;",
    "\x00",
    "\udce5",
    "> ",
    "\n",
    "On 3/3/2026 ",
    "wrote:",
    "From: a\nSent: 2026\nTo: b\n",
    "-- \n",
    "----- Original Message -----\n",
    "<table><td>",
    "<svg><style>",
    "<template>",
    "<plaintext>",
    "he is scared ",
    "'",
    '"',
    ">",
    "<",
    "/",
)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_raises(seed):
    dice = random.Random(seed)
    for _ in range(20):
        body = "".join(dice.choices(PARTS, k=dice.randrange(60)))
        body += dice.randbytes(40).decode("latin-1")
        for is_html in (True, False):
            assert isinstance(new_words(body, is_html), str)


HUGE = {
    "deep": ("<div>" * 200_000 + "help", True),
    "deep-formatting": ("<p><font color=1>" * 50_000 + "help", True),
    "closed": ("<div>" * 90_000 + "help" + "</div>" * 90_000, True),
    "long": ("<div><p>He is <b>scared</b>.</p></div>" * 19_000 + "help", True),
    "blank-lines": ("\n" * 1_000_000 + "help", False),
    "one-word": ("h" * 1_000_000 + "help", False),
    "dashes": ("-" * 1_000_000 + "\nhelp", False),
    "marks": ("help\n" + "On 3/3/2026 14:05, Jo wrote:\n\n" * 33_000, False),
    "signatures": ("help\n" + "--\n" * 300_000, False),
}


@pytest.mark.parametrize(("body", "is_html"), HUGE.values(), ids=HUGE)
def test_a_huge_body_is_read_at_once_and_to_its_end(body, is_html):
    start = time.process_time()
    new = new_words(body, is_html)
    # Under a second on an idle machine; what must not happen takes minutes.
    assert time.process_time() - start < 5
    assert "help" in new
