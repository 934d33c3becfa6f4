"""Our n-grams are scikit-learn's, number for number."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.ngrams import (
    FEW_TEXTS,
    FEWEST_EXAMPLES,
    LETTERS,
    WORDS,
    Ngrams,
    letter_ngrams,
    word_ngrams,
)

TEXTS = [
    "my daughter is being blackmailed on snapchat",
    "is this a scam or not, he wants 50 pounds",
    "a b c d",
    "he he he he he wont stop stop stop messaging",
    "Ünïcödé naïve café — £50 😀 my wee'un",
    "what is 764?",
    "tabs\tand\nlines\r\nand   spaces",
    "don't-split_this.or,this;maybe",
    "x",
    "ITS ALL IN CAPITALS",
    "İstanbul ſtraße ǅ",
    "١٢٣ 123 ½ ²",
    "https://discord.gg/abc and @someone#1234",
]
UNSEEN = [
    "he is blackmailing my wee daughter for £50",
    "zzz",
    "",
    "   ",
    "😀",
    "764 764",
]


def rows_of_scikit_learn(learnt_from, texts):
    fewest = FEWEST_EXAMPLES if len(learnt_from) > FEW_TEXTS else 1
    both = [
        TfidfVectorizer(sublinear_tf=True, min_df=fewest, **kind).fit(learnt_from)
        for kind in (LETTERS, WORDS)
    ]
    return csr_matrix(hstack([one.transform(texts) for one in both]))


def difference(ours, theirs):
    return np.abs((ours - theirs).toarray()).max()


@pytest.fixture(scope="module")
def many_texts():
    """Enough texts for rare n-grams to be left out."""
    return [f"{a} and {b}" for a in TEXTS for b in TEXTS] + TEXTS * 4


@pytest.mark.parametrize("text", TEXTS + UNSEEN, ids=ascii)
def test_a_row_is_that_of_scikit_learn(text):
    ours, theirs = Ngrams.learn(TEXTS).rows([text]), rows_of_scikit_learn(TEXTS, [text])
    assert ours.shape == theirs.shape
    assert ours.nnz == theirs.nnz
    assert difference(ours, theirs) < 1e-6


def test_many_rows_are_those_of_scikit_learn(many_texts):
    assert len(many_texts) > FEW_TEXTS
    ours = Ngrams.learn(many_texts).rows(many_texts)
    assert difference(ours, rows_of_scikit_learn(many_texts, many_texts)) < 1e-6


@pytest.mark.parametrize("text", TEXTS + UNSEEN, ids=ascii)
def test_letters_are_cut_as_scikit_learn_cuts_them(text):
    cut = TfidfVectorizer(**LETTERS).build_analyzer()
    assert list(letter_ngrams(text)) == cut(text)


@pytest.mark.parametrize("text", TEXTS + UNSEEN, ids=ascii)
def test_words_are_cut_as_scikit_learn_cuts_them(text):
    cut = TfidfVectorizer(**WORDS).build_analyzer()
    assert sorted(word_ngrams(text)) == sorted(cut(text))


def test_rows_are_the_same_after_saving(tmp_path):
    learnt = Ngrams.learn(TEXTS)
    learnt.save(tmp_path)
    read = Ngrams.load(tmp_path)
    assert difference(learnt.rows(TEXTS), read.rows(TEXTS)) < 1e-6


def test_a_text_is_read_alone_as_among_others():
    learnt = Ngrams.learn(TEXTS)
    alone, among = learnt.rows([TEXTS[0]]), learnt.rows(TEXTS)[0]
    assert difference(alone, among) == 0
