"""What languages an embedding model understands, tried out with a few sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from content.embedding import Embedder

# The same four sentences in every language; the first language is what the others are held against.
_SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "English": (
        "How can I change my password?",
        "The river flooded the old town last spring.",
        "A neural network learns from examples.",
        "Bread rises because of the yeast.",
    ),
    "German": (
        "Wie kann ich mein Passwort ändern?",
        "Der Fluss überschwemmte im letzten Frühjahr die Altstadt.",
        "Ein neuronales Netz lernt aus Beispielen.",
        "Das Brot geht wegen der Hefe auf.",
    ),
    "French": (
        "Comment puis-je changer mon mot de passe ?",
        "La rivière a inondé la vieille ville au printemps dernier.",
        "Un réseau de neurones apprend à partir d'exemples.",
        "Le pain lève grâce à la levure.",
    ),
    "Spanish": (
        "¿Cómo puedo cambiar mi contraseña?",
        "El río inundó el casco antiguo la primavera pasada.",
        "Una red neuronal aprende a partir de ejemplos.",
        "El pan sube gracias a la levadura.",
    ),
    "Russian": (
        "Как мне изменить свой пароль?",
        "Прошлой весной река затопила старый город.",
        "Нейронная сеть учится на примерах.",
        "Хлеб поднимается благодаря дрожжам.",
    ),
    "Arabic": (
        "كيف يمكنني تغيير كلمة المرور الخاصة بي؟",
        "غمر النهر المدينة القديمة في الربيع الماضي.",
        "تتعلم الشبكة العصبية من الأمثلة.",
        "يرتفع الخبز بسبب الخميرة.",
    ),
    "Chinese": (
        "我怎样才能更改密码？",
        "去年春天河水淹没了老城。",
        "神经网络从样本中学习。",
        "面包因为酵母而发酵。",
    ),
}
# A sentence must be so much nearer to its own translation than to the nearest other sentence. Vectors of texts that a
# model cannot read lie near each other whatever they say.
_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Understanding:
    """The languages that a model understands as it does English, and those that it does not."""

    understood: tuple[str, ...]
    others: tuple[str, ...]


def understanding(embedder: Embedder) -> Understanding:
    """Try a model out: does it tell which sentence is the translation of which?"""
    flat = [sentence for sentences in _SENTENCES.values() for sentence in sentences]
    vectors = embedder.encode_passages(flat).vectors
    count = len(next(iter(_SENTENCES.values())))
    english = vectors[:count]
    margins = {}
    for number, language in enumerate(_SENTENCES):
        cosines = vectors[number * count : (number + 1) * count] @ english.T
        own = np.diag(cosines)
        other = np.where(np.eye(count, dtype=bool), -1, cosines).max(axis=1)
        margins[language] = float((own - other).min())
    return Understanding(
        tuple(language for language, margin in margins.items() if margin >= _MARGIN),
        tuple(language for language, margin in margins.items() if margin < _MARGIN),
    )
