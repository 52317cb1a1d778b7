"""What changed from one text to another, clause by clause, for people to read.

Compares two lists of Clause texts: two versions of a template, or the frozen text that somebody
signed and the one they are asked to sign. Nothing here reads or writes rows.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
WORDS = re.compile(r"\S+\s*")
PARAGRAPHS = re.compile(r"\n[ \t\r]*\n|\n(?=[-*] |\d+\. )")
NUMBER = re.compile(r"^\d+\.\s+")
# Two paragraphs are compared word by word while that is quick and tells something.
LONGEST_PRODUCT = 1_000_000
ALIKE = 0.3


@dataclass(frozen=True)
class Words:
    """Some words in a row and what became of them: same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Text:
    """One clause as plain text: `key` is what it is known by in both texts."""

    key: str
    heading: str
    paragraphs: tuple


@dataclass(frozen=True)
class Change:
    """A clause that differs: added, removed or changed. `paragraphs` are lists of Words; those of
    a changed clause that stayed the same are left out.
    """

    kind: str
    heading: str
    paragraphs: tuple


def between(old, new):
    """The Changes from one list of Texts to another, in the order of the new one; removed clauses
    stand where they were. Moving a clause is no change.
    """
    before = {text.key: text for text in old}
    after = {text.key: text for text in new}
    return [
        _changed(before.get(key), after.get(key))
        for key in _in_order(list(before), list(after))
        if before.get(key) != after.get(key)
    ]


def _in_order(old, new):
    """The keys of both: the new ones in their order, each removed one after its old neighbour."""
    order = list(new)
    for number, key in enumerate(old):
        if key not in order:
            previous = old[number - 1] if number else None
            order.insert(order.index(previous) + 1 if previous in order else 0, key)
    return order


def _changed(old, new):
    if old is None:
        return Change(ADDED, new.heading, _whole(ADDED, new.paragraphs))
    if new is None:
        return Change(REMOVED, old.heading, _whole(REMOVED, old.paragraphs))
    heading = ()
    if old.heading != new.heading:
        heading = (_compared(old.heading, new.heading),)
    return Change(CHANGED, new.heading, heading + tuple(_paragraphs(old, new)))


def _whole(kind, paragraphs):
    return tuple([Words(kind, paragraph)] for paragraph in paragraphs)


def _paragraphs(old, new):
    matcher = SequenceMatcher(None, old.paragraphs, new.paragraphs, autojunk=False)
    for deed, start, end, new_start, new_end in matcher.get_opcodes():
        if deed == "equal":
            continue
        pairs = zip_longest(old.paragraphs[start:end], new.paragraphs[new_start:new_end])
        for before, after in pairs:
            if before is None:
                yield [Words(ADDED, after)]
            elif after is None:
                yield [Words(REMOVED, before)]
            else:
                yield _compared(before, after)


def _compared(before, after):
    """Both paragraphs in one: what stayed, what went and what came."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    whole = [Words(REMOVED, before), Words(ADDED, after)]
    if len(old) * len(new) > LONGEST_PRODUCT:
        return whole
    matcher = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], False)
    if matcher.ratio() < ALIKE:
        return whole
    return list(_words(matcher, old, new))


def _words(matcher, old, new):
    for deed, start, end, new_start, new_end in matcher.get_opcodes():
        if deed == "equal":
            yield Words(SAME, "".join(new[new_start:new_end]))
            continue
        if end > start:
            yield Words(REMOVED, "".join(old[start:end]))
        if new_end > new_start:
            yield Words(ADDED, "".join(new[new_start:new_end]))


# --- Where the Texts come from ---------------------------------------------------------------


def of_clauses(clauses):
    """Texts of a template version's clauses, as written, placeholders and all."""
    return [
        Text(clause.key, clause.heading, tuple(_split(clause.body, PARAGRAPHS)))
        for clause in clauses
    ]


def _split(body, at):
    return [" ".join(piece.split()) for piece in at.split(body.strip()) if piece.strip()]


def of_source(source):
    """Texts of a frozen document's HTML: the facts at the top, then each clause by its heading."""
    reader = _Reader()
    reader.feed(source.partition("<main>")[2].rpartition("</main>")[0])
    reader.close()
    return [
        Text(heading, heading, tuple(lines))
        for heading, lines in reader.clauses
        if heading and lines
    ]


class _Reader(HTMLParser):
    """Blocks of text under the heading they stand under; the lines to sign on are left out."""

    BLOCKS = frozenset({"p", "li", "h3", "tr", "caption", "h1", "h2", "div"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.clauses = [["", []]]
        self._words = []
        self._in_paper = 0

    def handle_starttag(self, tag, attrs):
        if tag == "section" and ("class", "paper") in attrs:
            self._in_paper = 1
        if tag in self.BLOCKS:
            self._take("")

    def handle_endtag(self, tag):
        if tag in self.BLOCKS:
            self._take(tag)

    def handle_data(self, data):
        if not self._in_paper:
            self._words.append(data)

    def close(self):
        super().close()
        self._take("")

    def _take(self, tag):
        text = " ".join("".join(self._words).split())
        self._words = []
        if not text:
            return
        if tag in ("h2", "caption"):
            self.clauses.append([NUMBER.sub("", text), []])
        elif tag != "h1":
            self.clauses[-1][1].append(text)
