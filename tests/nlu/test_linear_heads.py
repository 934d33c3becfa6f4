"""Our linear heads give the probabilities of scikit-learn."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.nlu.linear_heads import LinearHead

STRENGTH = 1.0


def examples(classes):
    """Points around one centre for each class, always the same."""
    random = np.random.default_rng(1)
    centres = random.normal(size=(classes, 12))
    labels = [f"class_{number % classes}" for number in range(90)]
    points = [centres[number % classes] for number in range(90)]
    return csr_matrix(np.array(points) + random.normal(size=(90, 12))), labels


def rare(labels):
    """Which of the examples to keep so that one class is rare."""
    return [n for n, label in enumerate(labels) if label != "class_1" or n % 9 == 1]


@pytest.mark.parametrize("balanced", [True, False], ids=["balanced", "as they are"])
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_probabilities_are_those_of_scikit_learn(classes, balanced):
    features, labels = examples(classes)
    kept = rare(labels)
    features, labels = features[kept], [labels[number] for number in kept]
    head = LinearHead.fit(features, labels, STRENGTH, balanced)
    model = LogisticRegression(
        C=STRENGTH,
        class_weight="balanced" if balanced else None,
        max_iter=400,
        tol=1e-3,
        random_state=0,
    ).fit(features, labels)
    assert head.labels == list(model.classes_)
    difference = head.probabilities(features) - model.predict_proba(features)
    assert np.abs(difference).max() < 1e-5


@pytest.mark.parametrize("classes", [2, 5])
def test_probabilities_sum_to_one(classes):
    features, labels = examples(classes)
    head = LinearHead.fit(features, labels, STRENGTH, balanced=False)
    assert head.probabilities(features).sum(axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("classes", [2, 5])
def test_a_saved_head_says_nearly_the_same(tmp_path, classes):
    """Weights are kept with 11 bits: half the size, a thousandth of a probability."""
    features, labels = examples(classes)
    head = LinearHead.fit(features, labels, STRENGTH, balanced=False)
    head.save(tmp_path / "head.npz")
    read = LinearHead.load(tmp_path / "head.npz")
    assert read.labels == head.labels
    difference = read.probabilities(features) - head.probabilities(features)
    assert np.abs(difference).max() < 2e-3


def test_very_large_scores_are_still_probabilities():
    head = LinearHead(
        ["a", "b"],
        np.array([[1e4], [-1e4]], dtype=np.float32),
        np.zeros(2, dtype=np.float32),
    )
    assert head.probabilities(csr_matrix([[1.0]]))[0] == pytest.approx([1, 0])
