"""The form: what a pydantic model's fields are as controls of a page, and what was filled in as the model's input.

Names are dotted paths, such as ``leads.enabled``. A new field of a model has its control without a line here; what is
too deep for a control of its own is written as JSON.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from content.errors import InvalidQuestion

Kind = Literal["text", "long", "check", "choice", "choices", "number", "color", "lines", "json", "group"]
_M = TypeVar("_M", bound=BaseModel)
_LONG = 80  # characters of a text from which on it gets several lines


@dataclass(frozen=True, slots=True)
class Control:
    """A field of a form. ``value`` is as the control takes it; a group has controls in place of a value."""

    name: str
    title: str
    kind: Kind
    hint: str
    value: Any
    options: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    optional: bool = False


def controls(filled: BaseModel, leave_out: Sequence[str] = (), prefix: str = "") -> tuple[Control, ...]:
    """Return the controls of a model's fields, filled with its values."""
    return tuple(
        _control(f"{prefix}{name}", name, info.annotation, info.description or "", getattr(filled, name))
        for name, info in type(filled).model_fields.items()
        if f"{prefix}{name}" not in leave_out
    )


def parsed(model: type[BaseModel], given: Mapping[str, Sequence[str]], prefix: str = "") -> dict[str, Any]:
    """Return a model's input from what a form sent: each name with all of its values. Raises InvalidQuestion."""
    said: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        path = f"{prefix}{name}"
        kind, inner, optional = _kind(info.annotation)
        if kind == "group":
            said[name] = parsed(inner, given, f"{path}.")
        elif kind in {"check", "choices"} or path in given:
            said[name] = _read(kind, path, given.get(path, ()), optional)
    return said


def validated(model: type[_M], values: Mapping[str, Any]) -> _M:
    """Return what a model makes of what was filled in. Raises InvalidQuestion, which says what is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        said = (f"{'.'.join(map(str, one['loc'])) or 'form'}: {one['msg']}" for one in error.errors())
        raise InvalidQuestion("; ".join(said)) from error


def _control(path: str, name: str, annotation: Any, hint: str, value: Any) -> Control:
    title = name.replace("_", " ").capitalize()
    hint = hint.replace("`", "")
    kind, inner, optional = _kind(annotation)
    if kind == "group":
        return Control(path, title, kind, hint, None, controls=controls(value, prefix=f"{path}."))
    if kind == "text" and len(value or "") > _LONG:
        kind = "long"
    if kind == "text" and name == "color":
        kind = "color"
    options = tuple(get_args(inner)) if kind in {"choice", "choices"} else ()
    return Control(path, title, kind, hint, _shown(kind, value), options, optional=optional)


def _shown(kind: Kind, value: Any) -> Any:
    if kind == "lines":
        return "\n".join(value or ())
    if kind == "json":
        return json.dumps(_plain(value), ensure_ascii=False, indent=1)
    return "" if value is None else value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _read(kind: Kind, path: str, values: Sequence[str], optional: bool) -> Any:
    if kind == "check":
        return bool(values)
    if kind == "choices":
        return list(values)
    text = values[-1].replace("\r\n", "\n")
    if kind == "lines":
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return lines or (None if optional else [])
    if kind == "json":
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidQuestion(f"{path}: this is no JSON: {error}") from error
    return None if optional and not text.strip() else text


def _kind(annotation: Any) -> tuple[Kind, Any, bool]:
    """Return which control a type has, the type inside of it, and whether there may be nothing."""
    inner, optional = _bare(annotation)
    origin, arguments = get_origin(inner), get_args(inner)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return ("json" if optional else "group"), inner, optional
    if origin is Literal:
        return "choice", inner, optional
    if origin in {tuple, list} and arguments:
        item, _ = _bare(arguments[0])
        if get_origin(item) is Literal:
            return "choices", item, optional
        return ("lines" if item is str else "json"), item, optional
    simple: dict[Any, Kind] = {bool: "check", int: "number", float: "number", str: "text"}
    return simple.get(inner, "json"), inner, optional


def _bare(annotation: Any) -> tuple[Any, bool]:
    """Return a type without what validates it and without None, and whether None was there."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            others = [one for one in get_args(annotation) if one is not type(None)]
            optional = optional or len(others) < len(get_args(annotation))
            if len(others) != 1:
                return annotation, optional
            annotation = others[0]
        else:
            return annotation, optional
