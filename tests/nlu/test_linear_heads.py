"""Our linear heads give the scores of scikit-learn's fits, added."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.linear_heads import (
    MARGIN_WEIGHT,
    NGRAM_SCALE,
    ONE_OF_SCALE,
    YES_OR_NO_BELIEF,
    YES_OR_NO_SCALE,
    LinearHeads,
    one_of,
    yes_or_no,
)


def examples(classes):
    """Points around one centre for each class, always the same."""
    random = np.random.default_rng(1)
    centres = random.normal(size=(classes, 12))
    labels = [f"class_{number % classes}" for number in range(90)]
    points = np.array([centres[number % classes] for number in range(90)])
    vectors = (points + random.normal(size=(90, 12))).astype(np.float32)
    counts = np.abs(points + random.normal(size=(90, 12)))
    ngrams = csr_matrix(counts, dtype=np.float32)
    return vectors, ngrams, labels


def regression(features, truths, balanced):
    """Decisions of scikit-learn's regression on what it was fitted on."""
    return (
        LogisticRegression(
            class_weight="balanced" if balanced else None,
            max_iter=400,
            tol=1e-3,
            random_state=0,
        )
        .fit(features, truths)
        .decision_function(features)
    )


@pytest.mark.parametrize("classes", [3, 7, 45])
def test_scores_of_one_label_among_many(classes):
    vectors, ngrams, labels = examples(classes)
    heads = LinearHeads.fit_one_of(vectors, ngrams, labels)
    by_vectors = regression(vectors * ONE_OF_SCALE, labels, balanced=False)
    machine = LinearSVC(C=0.1, tol=1e-2, random_state=0).fit(
        ngrams * NGRAM_SCALE, labels
    )
    margins = machine.decision_function(ngrams * NGRAM_SCALE)
    found = heads.vector_scores(vectors) + heads.ngram_scores(ngrams)
    assert heads.labels == tuple(sorted(set(labels)))
    assert np.abs(found - by_vectors - MARGIN_WEIGHT * margins).max() < 1e-3


def test_scores_of_labels_that_hold_or_do_not():
    vectors, ngrams, labels = examples(3)
    truths = {
        "first": [label == "class_0" for label in labels],
        "rare": [label == "class_1" and n % 9 == 1 for n, label in enumerate(labels)],
    }
    heads = LinearHeads.fit_yes_or_no(vectors, ngrams, truths)
    assert heads.labels == ("first", "rare")
    for column, held in enumerate(truths.values()):
        share = np.mean(held)
        expected = regression(vectors * YES_OR_NO_SCALE, held, balanced=True)
        expected += np.log(share / (1 - share))
        found = heads.vector_scores(vectors)[:, column]
        # The offset of both parts stands with the n-grams.
        assert np.ptp(expected - found) < 1e-3


def test_a_rare_label_is_thought_rare():
    """Fitted as if yes and no were as common, then told how common they are."""
    vectors, ngrams, labels = examples(3)
    held = [label == "class_1" and n % 9 == 1 for n, label in enumerate(labels)]
    heads = LinearHeads.fit_yes_or_no(vectors, ngrams, {"rare": held})
    scores = heads.vector_scores(vectors) + heads.ngram_scores(ngrams)
    assert np.median(yes_or_no(scores)) < 0.1


def test_saved_heads_say_nearly_the_same(tmp_path):
    """Weights are kept with 11 bits: half the size, a thousandth of a score."""
    vectors, ngrams, labels = examples(5)
    heads = LinearHeads.fit_one_of(vectors, ngrams, labels)
    heads.save(tmp_path / "heads.npz")
    read = LinearHeads.load(tmp_path / "heads.npz")
    assert read.labels == heads.labels
    found = read.vector_scores(vectors) + read.ngram_scores(ngrams)
    expected = heads.vector_scores(vectors) + heads.ngram_scores(ngrams)
    assert np.abs(found - expected).max() < 2e-2


def test_probabilities_of_one_label_among_many_sum_to_one():
    assert one_of(np.array([1.0, 2.0, -3.0])).sum() == pytest.approx(1, abs=1e-6)


def test_scores_are_believed_a_little_less_than_they_say():
    assert yes_or_no(np.array([2.0]))[0] == pytest.approx(
        1 / (1 + np.exp(-2 * YES_OR_NO_BELIEF)), abs=1e-6
    )


@pytest.mark.parametrize("probabilities", [one_of, yes_or_no])
def test_very_large_scores_are_still_probabilities(probabilities):
    found = probabilities(np.array([1e4, -1e4], dtype=np.float32))
    assert found == pytest.approx([1, 0])
