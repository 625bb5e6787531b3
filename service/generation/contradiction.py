"""Contradictions: what a sentence changes of what its passage says, although nearly all words are the same.

A number or a name that the passage does not hold there, "to a server" where it was "to a client", "not" where there was
none or the reverse, an opposite, "all" where there was "some", a certainty where there was a "may".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice, takewhile

from content.words import stem
from service.generation.pairing import Pair, Word

SIMILAR = 0.5  # from this nearness on two words may stand for each other
_SCOPE = 6  # words behind a negation that it may bear on, and
_BEHIND = 2  # words before it
SUBJECT = 4  # words at the beginning of a sentence among which its subject stands
_NEIGHBOURHOOD = 7  # words between a number or name and what it was said of

_NEGATIONS = frozenset(
    "not no never none neither nor without cannot nobody nothing nowhere hardly rarely seldom barely unable fail fails "
    "failed refuse refused refuses lack lacks lacked lacking except unlike instead".split()
)
_PREPOSITIONS = frozenset("in on at by during after before since until from under within among".split())
# Those that say what part something has in what happens. "By" is none: it comes and goes with the voice.
_ROLES = frozenset("to into from with without than".split())
_ARTICLES = frozenset("a an the its their his her this that these those".split())
_NAMED = 2  # words that say something, right behind a preposition, among which stands what it is said of
_HEDGES = frozenset("may might possibly perhaps probably allegedly supposedly reportedly rumored potentially".split())
_STRONG = tuple(
    frozenset(map(stem, group.split()))
    for group in (
        "all every each entire entirely whole everyone everything completely fully any",
        "only solely exclusively just alone merely",
        "always constantly permanently forever continually invariably",
        "must required requires require need needs necessary mandatory obliged",
        "most mostly majority mainly primarily largely generally",
    )
)
_OPPOSITES = frozenset(
    frozenset((stem(one), stem(other)))
    for pair in """
    increase/decrease increases/reduces rise/fall rose/fell grow/shrink gain/lose gained/lost win/lose won/lost
    more/less more/fewer most/least many/few higher/lower high/low large/small larger/smaller big/small
    bigger/smaller long/short
    longer/shorter old/new older/newer older/younger early/late earlier/later before/after first/last begin/end
    began/ended start/stop started/stopped start/end open/close opened/closed allow/prohibit allow/forbid allowed/banned
    allowed/prohibited allow/prevent permit/forbid legal/illegal accept/reject accepted/rejected accept/refuse
    approve/reject support/oppose supported/opposed enable/disable include/exclude included/excluded add/remove
    added/removed join/leave enter/leave enter/exit arrive/leave attack/defend import/export inside/outside
    internal/external inner/outer upper/lower above/below over/under top/bottom up/down left/right north/south east/west
    northern/southern eastern/western major/minor majority/minority public/private male/female man/woman men/women
    father/mother son/daughter brother/sister king/queen husband/wife strong/weak strength/weakness stronger/weaker
    fast/slow faster/slower hot/cold warm/cool wet/dry light/dark light/heavy rich/poor success/failure
    successful/unsuccessful possible/impossible true/false same/different similar/different common/rare simple/complex
    easy/difficult easy/hard safe/dangerous present/absent positive/negative maximum/minimum buy/sell bought/sold
    create/destroy created/destroyed build/destroy built/destroyed love/hate like/dislike ancient/modern
    synchronous/asynchronous client/server input/output read/write encrypt/decrypt encode/decode compress/decompress
    static/dynamic mutable/immutable visible/hidden public/secret front/back forward/backward horizontal/vertical
    row/column ascending/descending always/never everyone/nobody everything/nothing all/none both/neither better/worse
    best/worst good/bad full/empty peace/war victory/defeat friend/enemy ally/enemy alive/dead birth/death born/died
    religious/secular urban/rural domestic/foreign native/foreign near/far often/rarely frequently/rarely usually/never
    sometimes/always help/hinder improve/worsen attract/repel push/pull single/multiple temporary/permanent
    local/global parent/child primary/secondary wide/narrow deep/shallow thick/thin hard/soft expand/contract
    """.split()
    for one, other in [pair.split("/")]
)


def contradiction(
    said: Sequence[Word], quoted: Sequence[Word], pairs: Sequence[Pair], around: Collection[str]
) -> str | None:
    """Return what a sentence changes of what is quoted for it, None where nothing.

    ``pairs`` align both; ``around`` are the stems of the title and the headings above the quote.
    """
    return (
        _number(pairs)
        or _name(pairs, quoted, around)
        or _misplaced(said, quoted, pairs)
        or _other_part(said, quoted)
        or _opposite(pairs)
        or _stronger(said, quoted)
        or _negated(said, quoted, pairs)
        or _unhedged(said, quoted, pairs)
    )


def _number(pairs: Sequence[Pair]) -> str | None:
    wrong = [pair.word.text for pair in pairs if pair.word.number is not None and not pair.same]
    return f"the number {wrong[0]}" if wrong else None


def _name(pairs: Sequence[Pair], quoted: Sequence[Word], around: Collection[str]) -> str | None:
    # A capital at the beginning of a sentence may be a name, too: it is one where what it replaces is.
    names = [
        pair for pair in pairs if pair.word.name or (pair.word.capital and pair.to is not None and pair.to.capital)
    ]
    # The title may stand for a pronoun that the quote begins with, but not for another name in it.
    wrong = [
        pair.word.text
        for pair in names
        if not pair.same
        and not (pair.word.stem in around and pair.word.place < SUBJECT and not (pair.to and pair.to.capital))
    ]
    if wrong:
        return f"the name {wrong[0]}"
    held = Counter(word.stem for word in quoted) + Counter(around)
    said = Counter(pair.word.stem for pair in names)
    twice = [name for name, times in said.items() if times > max(held[name], 1)]
    return f"the name {twice[0]} a second time" if twice else None


def _misplaced(said: Sequence[Word], quoted: Sequence[Word], pairs: Sequence[Pair]) -> str | None:
    """Return a number or name that the quote holds, but says of something else."""
    by_place = {word.place: word for word in quoted}
    for i, pair in enumerate(pairs):
        if not pair.same or not (pair.word.number is not None or pair.word.name):
            continue
        beside = [*pairs[max(0, i - 2) : i], *pairs[i + 1 : i + 3]]
        # Another part of the same name moves with it, and tells nothing.
        said_of = [other for other in beside if other.similarity >= SIMILAR and not other.word.capital]
        places = [other.to.place for other in said_of if other.to is not None]
        assert pair.to is not None
        moved = places and min(abs(place - pair.to.place) for place in places) > _NEIGHBOURHOOD
        if moved and not _prepositions(pair.word, dict(enumerate(said))) & _prepositions(pair.to, by_place):
            return f"the place of {pair.word.text}"
    return None


def _prepositions(word: Word, by_place: Mapping[int, Word]) -> set[str]:
    """Return the prepositions right before a word: a phrase such as "in 1066" may stand anywhere in a sentence."""
    before = (by_place.get(word.place - distance) for distance in (1, 2))
    return {other.folded for other in before if other is not None} & _PREPOSITIONS


def _other_part(said: Sequence[Word], quoted: Sequence[Word]) -> str | None:
    """Return a word behind a preposition, of which the quote says another there and holds this one elsewhere."""
    held, theirs = {word.key for word in quoted}, _behind(quoted)
    for role, words in _behind(said).items():
        known = {word.key for word in theirs.get(role, ())}
        for word in words if known else ():
            if word.key in held - known:
                return f"{role} {word.text}"
    return None


def _behind(text: Sequence[Word]) -> dict[str, list[Word]]:
    """Return the words that say something right behind each preposition that says a part."""
    found: dict[str, list[Word]] = {}
    for i, word in enumerate(text):
        if word.folded in _ROLES:
            phrase = takewhile(lambda one: one.content or one.folded in _ARTICLES, text[i + 1 :])
            found.setdefault(word.folded, []).extend(islice((one for one in phrase if one.content), _NAMED))
    return found


def _opposite(pairs: Sequence[Pair]) -> str | None:
    for pair in pairs:
        if pair.to is not None and frozenset((pair.word.stem, pair.to.stem)) in _OPPOSITES:
            return f"{pair.word.text} for {pair.to.text}"
    return None


def _stronger(said: Sequence[Word], quoted: Sequence[Word]) -> str | None:
    held = {word.stem for word in quoted}
    for word in said:
        for group in _STRONG:
            if word.stem in group and not group & held:
                return f"the word {word.text}"
    return None


def _negated(said: Sequence[Word], quoted: Sequence[Word], pairs: Sequence[Pair]) -> str | None:
    """Return a negation that stands on one side alone."""
    ours, theirs = _cues(said, _NEGATIONS), _cues(quoted, _NEGATIONS)
    by_said = {pair.word.place: pair.to for pair in pairs if pair.similarity >= SIMILAR and pair.to is not None}
    by_held = {to.place: place for place, to in by_said.items()}
    for cue in ours:
        heads = [by_said[word.place] for word in _bearing(cue, said) if word.place in by_said]
        if not any(_within(head, theirs) for head in heads):
            return f"the negation {cue.text}"
    for cue in theirs:
        head = next(iter(_bearing(cue, quoted)), None)
        if head is None or head.place not in by_held:
            continue
        mine = next(word for word in said if word.place == by_held[head.place])
        if not _within(mine, ours):
            return f"the missing {cue.text}"
    return None


def _unhedged(said: Sequence[Word], quoted: Sequence[Word], pairs: Sequence[Pair]) -> str | None:
    held = {pair.to.place for pair in pairs if pair.similarity >= SIMILAR and pair.to is not None}
    if _cues(said, _HEDGES | {"can", "could", "likely"}):
        return None
    for cue in _cues(quoted, _HEDGES):
        head = next(iter(_bearing(cue, quoted)), None)
        if head is not None and head.place in held:
            return f"the missing {cue.text}"
    return None


def _cues(text: Sequence[Word], cues: Collection[str]) -> list[Word]:
    return [word for word in text if word.folded in cues or (cues is _NEGATIONS and word.folded.endswith("n't"))]


def _bearing(cue: Word, text: Sequence[Word]) -> list[Word]:
    """Return the words that a negation or hedge bears on: those that say something right behind it."""
    behind = [word for word in text if 0 < word.place - cue.place <= _SCOPE and word.content]
    return [word for word in behind if word.folded not in _NEGATIONS][:2]


def _within(word: Word, cues: Sequence[Word]) -> bool:
    return any(-_BEHIND <= word.place - cue.place <= _SCOPE for cue in cues)
