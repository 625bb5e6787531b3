"""Courtesy: greetings, thanks, farewells, questions about the assistant, the wish for a person.

Only a message that is nothing else counts, so that "hello world in Python" is still a question.
"""

from __future__ import annotations

import re

from service.answering.replies import RepliesSettings

_FILLER = r"(?:\s*(?:there|everyone|all|team|again|you|so much|a lot|very much|please|now|then|for (?:the|your) help))*"
_PERSON = (
    r"(?:an?|some|the|your|real|live|actual|human|customer|support|sales|service|\s)*"
    r"(?:person|human|human being|agent|operator|representative|rep|employee|someone|somebody|support|staff|"
    r"sales|people)"
)
_ASKED: tuple[tuple[str, str], ...] = (
    (
        "hello",
        r"(?:hi+|hello+|hey+|heya|hiya|howdy|greetings|yo|good (?:morning|afternoon|evening|day)|"
        r"hallo|guten (?:tag|morgen|abend)|bonjour|salut|hola|buenos días|ciao|olá)" + _FILLER,
    ),
    (
        "thanks",
        r"(?:(?:ok(?:ay)?|great|perfect|cool|nice)[,!. ]*)?(?:many )?(?:thanks?(?: you)?|thx|ty|cheers|"
        r"danke(?: schön)?|merci(?: beaucoup)?|(?:muchas )?gracias|grazie|obrigad[oa])" + _FILLER,
    ),
    (
        "goodbye",
        r"(?:good ?bye|bye(?:[ -]?bye)?|see (?:you|ya)(?: later)?|farewell|that(?:'s| is) all|"
        r"tschüss|auf wiedersehen|au revoir|adiós|ciao ciao)" + _FILLER,
    ),
    (
        "about",
        r"(?:help(?: me)?|who are you|what are you|what(?:'s| is) your name|who (?:made|built) you|"
        r"what (?:can|do) you (?:do|know|answer)|what can i ask(?: you)?|how (?:can|do) you (?:help|work)(?: me)?|"
        r"how does this (?:chat|assistant|bot) work|what is this(?: chat| assistant| bot)?|"
        r"what can you help(?: me)? with|"
        r"are you (?:an? )?(?:real|human|bot|robot|chatbot|person|machine|ai|real person|automated)(?: person| human)?)"
        + _FILLER,
    ),
    (
        "person",
        r"(?:(?:can|could|may|please|i|want|would|like|need|i'd|wanna|let|me|to|help)\s+)*"
        r"(?:(?:talk|speak|chat|connect(?: me)?|put me through|transfer(?: me)?|hand me over)\s+(?:to|with)\s+|"
        r"(?:get|contact|reach|call|need|want|give me)\s+(?:me\s+)?)" + _PERSON + r"(?:\s+please)?"
        r"|(?:human|agent|operator|representative|real person|live agent|customer (?:service|support))(?:\s+please)?",
    ),
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ASKED)


def courtesy(message: str, replies: RepliesSettings) -> str | None:
    """Return the reply to a message that is a courtesy and nothing else, or None."""
    bare = " ".join(message.replace("’", "'").strip(" \t\n!?.,;:-…👋🙏😊🙂").split())
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(bare):
            return str(getattr(replies, name))
    return None
