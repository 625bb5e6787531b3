"""The client offers what the OpenAPI document says, and nothing else."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from glossator.client import AsyncClient, Client
from glossator.client import call as calls

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
# The wire format of OpenAI's API has clients of its own; the owner's side is the dashboard's; a live conversation is
# for what a visitor looks at.
OTHERS = re.compile(r"/v1/(?:chat/completions|models.*|admin/.*|conversations/.*/events)")
ROUTES = [
    (path, method.upper())
    for path, found in DOCUMENT["paths"].items()
    for method in found
    if not OTHERS.fullmatch(path)
]
CALLS = {
    name: make
    for name, make in inspect.getmembers(calls, inspect.isfunction)
    if str(inspect.signature(make).return_annotation).startswith("Call[")
}


def example(name: str) -> calls.Call:
    """Return the call with every parameter given."""
    given = dict.fromkeys(inspect.signature(CALLS[name]).parameters, "x")
    return CALLS[name](**given | {one: () for one in ("history",) if one in given})


def resolved(schema: dict) -> dict:
    schema = next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema)
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_each_route_has_its_call():
    assert sorted((example(name).route, example(name).method) for name in CALLS) == sorted(ROUTES)


@pytest.mark.parametrize("name", CALLS)
def test_each_parameter_can_be_given(name):
    call = example(name)
    operation = DOCUMENT["paths"][call.route][call.method.lower()]
    documented = {where: set() for where in ("query", "path", "header")}
    for parameter in operation.get("parameters", ()):
        documented[parameter["in"]].add(parameter["name"])
    assert set(call.params) == documented["query"]
    assert set(call.parts) == documented["path"]
    assert documented["header"] <= {"X-Glossator-Site", "if-none-match", "authorization"}
    body = operation.get("requestBody")
    fields = set(resolved(body["content"]["application/json"]["schema"])["properties"]) if body else set()
    assert set(call.body or ()) == fields


@pytest.mark.parametrize("name", CALLS)
def test_each_field_comes_back_typed(name):
    call = example(name)
    operation = DOCUMENT["paths"][call.route][call.method.lower()]
    done = next(found for status, found in operation["responses"].items() if status.startswith("20"))
    if call.returns is type(None):
        assert "content" not in done
    else:
        check(call.returns, done["content"]["application/json"]["schema"])


def check(kind: type, schema: dict) -> None:
    """Compare a dataclass, and those that it holds, with what is documented."""
    properties = resolved(schema)["properties"]
    assert set(kind.__dataclass_fields__) == set(properties), kind
    for held, documented in nested(kind):
        inner = properties[documented]
        check(held, inner.get("items", inner))


def nested(kind: type) -> list[tuple[type, str]]:
    import typing

    import service.model
    import service.wire

    hints = typing.get_type_hints(kind, vars(service.model) | vars(service.wire) | {"Found": object})
    found = [(one, name) for name, hint in hints.items() for one in (hint, *typing.get_args(hint))]
    return [(one, name) for one, name in found if hasattr(one, "__dataclass_fields__")]


def test_both_clients_have_the_same_methods():
    def methods(kind: type) -> dict[str, inspect.Signature]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: inspect.signature(one).replace(return_annotation=None) for name, one in found if name[0] != "_"}

    waiting, awaited = methods(Client), methods(AsyncClient)
    assert waiting.pop("close") == awaited.pop("aclose")
    assert waiting == awaited
    assert {*CALLS} <= {*waiting}


def test_it_is_light_to_import():
    # A program that asks a service should not load a model's libraries for it.
    code = "import sys, glossator.client; print(*{'torch', 'faiss', 'numpy', 'fastapi', 'typer'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
