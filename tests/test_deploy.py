"""What is in deploy/ is what its tools understand, and names settings that there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

from service.settings import Settings
from tests.e2e.conftest import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
NOT_SETTINGS = {"GLOSSATOR_CONFIG", "GLOSSATOR_SECRET"}


def objects(path: Path) -> list[dict]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def environments(node) -> list[str]:
    """Return the names of all variables of Glossator's in a YAML document."""
    if isinstance(node, dict):
        here = [name for name in (*node, node.get("name")) if isinstance(name, str) and name.startswith("GLOSSATOR_")]
        return here + [name for value in node.values() for name in environments(value)]
    return [name for value in node for name in environments(value)] if isinstance(node, list) else []


def test_the_base_names_its_files_and_each_is_a_kubernetes_object():
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate (100 MB)")
    [base] = objects(KUBERNETES / "kustomization.yaml")
    assert {path.name for path in KUBERNETES.glob("*.yaml")} == {"kustomization.yaml", *base["resources"]}
    found = [one for name in base["resources"] for one in objects(KUBERNETES / name)]
    for one in found:
        kubernetes_validate.validate(one, "1.34", strict=True)
    assert {"StatefulSet", "CronJob", "Service"} <= {one["kind"] for one in found}


@pytest.mark.parametrize(
    "path", [DEPLOY / "compose.yml", *sorted(KUBERNETES.glob("*.yaml"))], ids=lambda path: path.name
)
def test_variables_are_settings(path):
    for name in environments(objects(path)):
        assert name in NOT_SETTINGS or name.removeprefix("GLOSSATOR_").lower() in Settings.model_fields, name


@pytest.mark.parametrize(
    "path", [DEPLOY / "glossator.toml", KUBERNETES / "glossator.toml"], ids=lambda path: path.parent.name
)
def test_the_configurations_are_valid(path):
    assert Settings(**tomllib.loads(path.read_text(encoding="utf-8"))).source
