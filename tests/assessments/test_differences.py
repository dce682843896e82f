"""Two texts, word by word."""

from hypothesis import given
from hypothesis import strategies as some

from assessments.differences import MOST_WORDS, difference


def test_words_alone_are_marked():
    later = "We meet every year. Since March."
    assert difference("We meet every year.", later) == [("same", "We meet every year."), ("new", " Since March.")]
    assert difference("Five days", "Ten days") == [("gone", "Five"), ("new", "Ten"), ("same", " days")]
    assert difference("", "") == []


def test_a_new_paragraph_is_a_change_and_a_wider_space_is_none():
    assert difference("One two", "One  two") == [("same", "One  two")]
    assert difference("One two", "One\n\ntwo") == [("same", "One"), ("gone", " two"), ("new", "\n\ntwo")]


def test_a_text_beyond_all_measure_is_compared_by_its_lines():
    many = "word " * MOST_WORDS
    assert difference(f"{many}\nSame.", f"{many}more\nSame.") == [("gone", f"{many}\n"), ("new", f"{many}more\n"), ("same", "Same.")]


WORDS = some.text(alphabet="ab \n<&", max_size=60)


@given(WORDS, WORDS)
def test_what_is_same_and_new_is_the_later_text(before, after):
    pieces = difference(before, after)
    assert "".join(words for kind, words in pieces if kind != "gone") == after
    assert all(words for _kind, words in pieces)
