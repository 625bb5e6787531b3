import os
from pathlib import Path
from typing import get_args

import pytest

from glossator.sources import SourceOptions, configured_sources, named_source
from ingest.sources import Kind, Source, WebOptions
from service.settings import Settings, load_settings
from service.sources import SourceSettings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "glossator.toml").write_text(
        """
        [[source]]
        location = "docs"
        base_url = "https://www.example.com/docs/"

        [[source]]
        location = "https://help.example.com/"
        collection = "help"
        kind = "crawl"
        include = ["/en/*"]
        depth = 3
        max_pages = 500
        delay = 1.5
        ports = [443, 8443]
        credentials = "HELP_TOKEN"
        credentials_header = "X-Api-Key"

        [[source]]
        location = "shared"
        collection = "one"

        [[source]]
        location = "shared"
        collection = "two"
        """
    )
    return load_settings()


def test_every_setting_of_a_source_arrives(settings):
    assert configured_sources(settings)[1] == Source(
        location="https://help.example.com/",
        collection="help",
        kind=Kind.CRAWL,
        include=("/en/*",),
        web=WebOptions(
            depth=3,
            max_pages=500,
            delay=1.5,
            ports=(443, 8443),
            credentials="HELP_TOKEN",
            credentials_header="X-Api-Key",
        ),
    )


def test_the_kinds_are_those_of_the_settings():
    kinds, none = get_args(SourceSettings.model_fields["kind"].annotation)
    assert set(get_args(kinds)) == set(Kind)
    assert none is type(None)


def test_the_defaults_are_those_of_the_settings():
    (plain,) = configured_sources(Settings(source=(SourceSettings(location="x"),)))
    assert plain == Source("x")


def test_a_named_source_is_the_configured_one_at_that_place(settings):
    assert named_source(settings, os.path.abspath("docs")).base_url == "https://www.example.com/docs/"
    assert named_source(settings, "HTTPS://help.example.com").collection == "help"
    assert named_source(settings, "https://help.example.com/", "help").kind is Kind.CRAWL
    assert named_source(settings, "https://help.example.com/", "other") == Source("https://help.example.com/", "other")
    assert named_source(settings, "shared", "two").collection == "two"
    assert named_source(settings, "shared") == Source("shared")
    assert named_source(settings, "elsewhere") == Source("elsewhere")


def test_options_count_over_the_configuration(settings):
    source = named_source(settings, "https://help.example.com/")
    assert SourceOptions().of(source) == source
    changed = SourceOptions(crawl=True, depth=0, max_pages=5, exclude=("/x",), allow_private=True).of(source)
    assert (changed.kind, changed.web.depth, changed.web.max_pages) == (Kind.CRAWL, 0, 5)
    assert (changed.include, changed.exclude) == (("/en/*",), ("/x",))
    assert changed.web.allow_private
    assert changed.web.credentials == "HELP_TOKEN"
