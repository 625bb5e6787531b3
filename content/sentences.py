"""Sentences: where they begin and end in a text.

A rule-based cut in the manner of Grefenstette and Tapanainen, "What is a word, what is a sentence?" (1994):
a full stop ends a sentence unless it belongs to an abbreviation, an initial or a number. The spans cover every
visible character of the text, so that nothing is lost between them.
"""

import re

Span = tuple[int, int]

# A possible end: marks of the end with closing quotes and brackets, then white space; or a full-width mark,
# after which no space is written.
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？｡]+[」』”’）]*|\n[ \t]*\n\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'/-])(?:"
    r"(?-i:[A-Z])|[A-Za-z]\.[A-Za-z]|mr|mrs|ms|dr|prof|sr|jr|st|vs|etc|al|cf|ca|approx|resp|incl|eg|ie|viz|"
    r"fig|figs|eq|eqs|sec|ch|vol|nos?|pp?|ed|eds|rev|dept|univ|assn|inc|ltd|co|corp|gen|col|capt|lt|sgt|gov|"
    r"sen|rep|hon|mt|ft|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|est|max|min|z\.b|bzw|usw|evtl|ggf|nr"
    r")\.$",
    re.IGNORECASE,
)
# These may end a sentence as well as stand inside one: only what follows can tell.
_EITHER_WAY = re.compile(r"(?:etc|inc|ltd|co|corp|al|jr|sr|[a-z]\.[a-z])\.$", re.IGNORECASE)
_OPENS = re.compile(r"\s*[\"'“‘«(\[]*[A-Z0-9\u00c0-\u00de\u0400-\u042f]")
_OPENS_LOWER = re.compile(r"\s*[\"'“‘«(\[]*[a-z\u00df-\u00ff]")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the spans of the sentences of ``text[start:end]``, white space around them left out.

    Offsets index the whole ``text``. A line break does not end a sentence, an empty line does.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match.group()[0] == "\n":
            stop = match.start()
        elif _ends(text, begin, match, end):
            stop = match.end()
        else:
            continue
        _append(spans, text, begin, stop)
        begin = match.end()
    _append(spans, text, begin, end)
    return spans


def _ends(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    if mark[0] in "。！？｡":
        return True
    after = text[match.end() : min(end, match.end() + 12)]
    if _OPENS_LOWER.match(after):
        # "e.g. this", "approx. ten", but also "iOS. iPadOS": without a capital the sentence goes on,
        # except after a real question or exclamation.
        return mark[0] in "!?" and len(mark) == 1 and mark[-1] not in ")]"
    if mark[0] != "." or len(mark) > 1:
        return True
    before = text[max(begin, match.start() - 12) : match.start() + 1]
    if _EITHER_WAY.search(before):
        return bool(_OPENS.match(after)) and not re.match(r"\s*[(\d]", after)
    if _ABBREVIATION.search(before):
        return False
    # "1. First", "2) Second": a number at the very beginning is a list mark, not a sentence.
    return not re.fullmatch(r"\s*\(?\d{1,3}[.)]", text[begin : match.end()])


def _append(spans: list[Span], text: str, start: int, stop: int) -> None:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    if start < stop:
        spans.append((start, stop))
