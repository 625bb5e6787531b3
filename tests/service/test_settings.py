import pytest

from content.errors import ConfigurationError
from service.policy import LeadSettings
from service.settings import load_settings


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(tmp_path, text: str) -> None:
    (tmp_path / "glossator.toml").write_text(text, encoding="utf-8")


def test_defaults():
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.embedding_model == "all-MiniLM-L6-v2"
    assert list(settings.sites) == ["default"]
    assert settings.sites["default"].allowed_origins == ()


def test_later_counts_over_earlier(tmp_path, monkeypatch):
    write(tmp_path, 'port = 1000\nhost = "file.example"\nkeep_snapshots = 2\n')
    monkeypatch.setenv("GLOSSATOR_PORT", "2000")
    monkeypatch.setenv("GLOSSATOR_HOST", "env.example")
    settings = load_settings(host="option.example", port=None)
    assert (settings.host, settings.port, settings.keep_snapshots) == ("option.example", 2000, 2)


def test_sources_and_sites(tmp_path):
    write(
        tmp_path,
        """
        [[source]]
        location = "docs"
        collection = "docs"
        base_url = "https://docs.example/"

        [[site]]
        id = "shop"
        collections = ["docs"]
        allowed_origins = ["https://WWW.shop.example", "http://localhost:8000/"]
        [site.replies]
        hello = "Moin!"
        """,
    )
    settings = load_settings()
    assert settings.source[0].collection == "docs"
    site = settings.sites["shop"]
    assert site.allowed_origins == ("https://www.shop.example", "http://localhost:8000")
    assert site.replies.hello == "Moin!"
    assert "default" not in settings.sites


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 1", "prot"),
        ("port = 99999", "port"),
        ('port = "many"', "many"),
        ("[[source]]\ncollection = 'x'", "source.0.location"),
        ("[[site]]\nallowed_origins = ['https://x.example/path']", "no origin"),
        ("[[site]]\nallowed_origins = ['*']", "no origin"),
        ("[[site]]\nid = 'no spaces'", "site.0.id"),
        ("public_url = 'x.example'", "public_url"),
        ("port = ", "TOML"),
        ("[[site]]\nallowed_origins = ['*']", r"^setting site\.0\.allowed_origins\.0 .*: '\*' is no origin; write"),
        ('index = "milvus"', r"^settings \(in glossator\.toml, or GLOSSATOR_…\) do not go together: "),
    ],
)
def test_errors_name_the_setting(tmp_path, text, named):
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=named):
        load_settings()


def test_a_named_configuration_file_must_exist(monkeypatch):
    monkeypatch.setenv("GLOSSATOR_CONFIG", "elsewhere.toml")
    with pytest.raises(ConfigurationError, match=r"elsewhere\.toml"):
        load_settings()


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, ("127.0.0.1", "localhost", "[::1]")),
        ({"public_url": "https://ask.example"}, ("127.0.0.1", "localhost", "[::1]", "ask.example")),
        ({"host": "0.0.0.0"}, ("*",)),
        ({"host": "0.0.0.0", "allowed_hosts": ("ask.example",)}, ("ask.example",)),
    ],
)
def test_hosts(settings, hosts):
    assert load_settings(**settings).hosts == hosts


def test_what_a_form_requires_it_asks_for():
    form = LeadSettings(fields=("name", "email"), required=("email", "budget", "name"))
    assert form.asked == ("name", "budget")


@pytest.mark.parametrize(("precision", "encoder"), [("int8", "torch"), ("bfloat16", "torch"), ("bfloat16", "onnx")])
def test_a_precision_that_an_encoder_does_not_have(tmp_path, precision, encoder):
    write(tmp_path, f'passage_precision = "{precision}"\n')
    assert load_settings().passage_precision == precision
    with pytest.raises(ConfigurationError, match=f"is not for encoder = '{encoder}'; set encoder = 'auto'"):
        load_settings(encoder=encoder)
