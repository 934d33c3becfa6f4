"""The names of model and content: the same for the same, another for another."""

import hashlib
import re
from dataclasses import replace

import pytest

from bot.metrics.versions import content_version, model_version

NOTED = hashlib.sha256(b"what it was trained on").hexdigest()


@pytest.fixture
def archive(tmp_path):
    """A model without a note of what it was trained on."""
    path = tmp_path / "current.tar.gz"
    path.write_bytes(b"a model")
    return path


def test_a_model_is_named_by_what_it_was_trained_on(archive):
    """Training anew from the same files gives another archive, and the same model."""
    archive.with_name("current.sha256").write_text(NOTED + "\n")
    before = model_version(archive)
    archive.write_bytes(b"the same, trained anew")
    assert model_version(archive) == before == NOTED[:8]


@pytest.mark.parametrize("note", [None, "", "not a fingerprint"])
def test_without_a_note_the_archive_itself_counts(archive, note):
    if note is not None:
        archive.with_name("current.sha256").write_text(note)
    before = model_version(archive)
    assert before == hashlib.sha256(b"a model").hexdigest()[:8]
    archive.write_bytes(b"another model")
    assert model_version(archive) != before


def test_without_a_model_there_is_no_version(archive):
    archive.unlink()
    with pytest.raises(OSError, match="current"):
        model_version(archive)


def version_of(library, **changed):
    parts = {
        "cards": library.cards,
        "contacts": library.contacts,
        "sources": library.sources,
        **changed,
    }
    return content_version(parts["cards"], parts["contacts"], parts["sources"])


def test_the_content_has_a_short_name(library):
    assert re.fullmatch("[0-9a-f]{8}", version_of(library))


def test_the_order_of_files_does_not_matter(library):
    turned_round = dict(reversed(library.cards.items()))
    assert version_of(library, cards=turned_round) == version_of(library)


def test_one_changed_word_is_another_content(library):
    name, card = next(iter(library.cards.items()))
    changed = {**library.cards, name: replace(card, says=card.says + ".")}
    assert version_of(library, cards=changed) != version_of(library)


def test_one_changed_number_is_another_content(library):
    name, contact = next(iter(library.contacts.items()))
    changed = {**library.contacts, name: replace(contact, phone="0800 000 0000")}
    assert version_of(library, contacts=changed) != version_of(library)


def test_a_source_that_was_checked_again_is_another_content(library):
    name, source = next(iter(library.sources.items()))
    checked = source.checked_on.replace(year=2001)
    changed = {**library.sources, name: replace(source, checked_on=checked)}
    assert version_of(library, sources=changed) != version_of(library)
