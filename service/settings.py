"""Settings: from ``glossator.toml``, then GLOSSATOR_* environment variables, then options; later over earlier.

One object, built once and passed on. docs/settings.md lists every field; a test holds the two together.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from content.archive import Archive
from content.embedding import DEFAULT_MODEL
from content.errors import ConfigurationError
from content.milvus import DEFAULT_NAME, Milvus
from service.language_models import Address, Models, ModelSettings
from service.site import DEFAULT_SITE, SiteSettings
from service.sources import Interval, SourceSettings

CONFIG_VARIABLE = "GLOSSATOR_CONFIG"
DEFAULT_CONFIG = "glossator.toml"
_MILVUS_TOKEN = "GLOSSATOR_MILVUS_TOKEN"  # noqa: S105 (the name of the variable)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """All settings of Glossator."""

    model_config = SettingsConfigDict(
        env_prefix="GLOSSATOR_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Field(Path("var"), description="The one folder that holds all state.")
    embedding_model: str = Field(
        DEFAULT_MODEL,
        min_length=1,
        description="A sentence-transformers model: its name on the hub, or its folder.",
    )
    encoder: Literal["auto", "openvino", "onnx", "torch"] = Field(
        "auto",
        description="What computes with the embedding model. `openvino` and `onnx` (ONNX Runtime) run an export of it, "
        "which `glossator ingest` makes once, and need the extras `glossator[openvino]` and `glossator[onnx]`; `torch` "
        "is PyTorch. `auto` takes the first of them that is installed, and `torch` to ingest with an NVIDIA GPU.",
    )
    passage_precision: Literal["float32", "bfloat16", "int8"] = Field(
        "float32",
        description="The numbers that `glossator ingest` embeds passages with. `bfloat16` needs the extra "
        "`glossator[openvino]` and is 1.5 times as fast on processors that have it (AVX-512 BF16, AMX), with "
        "vectors that are nearly the same. `int8` needs the extra `glossator[onnx]`, is 1.2 to 1.8 times as fast as "
        "ONNX Runtime, and finds a little less; a change from or to it embeds everything anew.",
    )
    late_interaction: bool = Field(
        True,
        description="Whether passages and questions are also compared token by token; takes about 20 KiB a passage.",
    )
    reranker: str | None = Field(
        None,
        min_length=1,
        description="A cross-encoder of sentence-transformers, its name on the hub or its folder, that orders the best "
        "16 passages anew; slow without a GPU.",
    )
    index: Literal["faiss", "milvus"] = Field(
        "faiss",
        description="Where the vectors of new snapshots are searched: in the snapshot's own files (`faiss`), or in the "
        "Milvus of `milvus_uri`, which needs the extra `glossator[milvus]`. What is published already stays as it is.",
    )
    milvus_uri: str | None = Field(
        None,
        min_length=1,
        description="The address of a Milvus, such as `http://127.0.0.1:19530`, or the path of a file of Milvus Lite, "
        "`*.db`. Its `user:password` or key is in the environment variable GLOSSATOR_MILVUS_TOKEN.",
    )
    milvus_name: str = Field(
        DEFAULT_NAME,
        pattern=r"^[A-Za-z][A-Za-z0-9]*$",
        description="The alias in Milvus of the published vectors, and what the names of all collections there begin "
        "with. Data folders that share a Milvus need one each: each drops what it does not know.",
    )
    model: Models = Field(
        (),
        description="The language models that write answers, in the order in which they are tried: a name, a list of "
        "names, or `[[model]]` tables. Absent, or where none answers, the content is quoted.",
    )
    model_base_url: Address | None = Field(
        None, description="The server of the one model that is configured; of several, each states its own."
    )
    verification: Literal["strict", "flag", "off"] = Field(
        "strict",
        description="What becomes of a sentence that a model wrote and no passage supports: `strict` never shows it, "
        "`flag` shows it and lists it under `unsupported`, `off` shows it.",
    )
    model_connect_seconds: float = Field(5, gt=0, description="How long a connection to a model may take.")
    model_first_token_seconds: float = Field(
        20, gt=0, description="How long a model may take to its first token, retries included."
    )
    model_idle_seconds: float = Field(15, gt=0, description="How long it may take from one token to the next.")
    model_total_seconds: float = Field(90, gt=0, description="How long an answer may take, all models together.")
    model_rewrite_seconds: float = Field(
        3, ge=0, description="How long a model may take to make a follow-up stand alone; 0: it is never asked to."
    )
    model_retries: int = Field(
        2, ge=0, le=2, description="How often a call that failed before its first token is repeated."
    )
    model_concurrency: int = Field(8, ge=1, description="How many calls of one model may run at a time.")
    model_queue: int = Field(16, ge=0, description="How many answers may wait for that; further ones get 503.")
    keep_snapshots: int = Field(5, ge=1, description="How many published snapshots are kept to go back to.")
    snapshot_store: str | None = Field(
        None,
        pattern=r"^(file:///|s3://[^/]|gs://[^/])",
        description="Where published snapshots are shared with other machines: a folder (`file:///mnt/snapshots`), or "
        "a bucket and a prefix (`s3://bucket/prefix`, `gs://bucket/prefix`; extras `glossator[s3]`, "
        "`glossator[gcs]`). `glossator ingest` publishes there, a service follows it. Absent: the data folder alone.",
    )
    snapshot_poll: float = Field(
        5.0, ge=0.1, le=3600, description="Seconds between two looks of a service at `snapshot_store`."
    )
    snapshot_grace: Interval = Field(
        "1h",
        description="How long a snapshot stays in `snapshot_store` at least, so that a slow replica can still fetch "
        "it; the newest `keep_snapshots` stay in any case.",
    )
    check_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="An ingest that answers more than this share of known questions worse (and three at least) is not "
        "published without `--force`.",
    )
    check_lost_share: float = Field(
        0.3,
        ge=0,
        le=1,
        description="A source that loses more than this share of its pages (and ten at least, or all that it has) "
        "keeps those that are published, unless `--force` is given. A page of which hardly any text is left counts as "
        "lost. 1 lets every source go.",
    )
    question_days: int = Field(
        7,
        ge=0,
        le=365,
        description="How long answered questions are kept in the data folder, without anything of who asked them, for "
        "the check of an ingest; 0 keeps none.",
    )
    host: str = Field("127.0.0.1", description="The address that the service listens on.")
    port: int = Field(8080, ge=0, le=65535, description="The port that the service listens on.")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="How many processes serve. They share the snapshot's mapped files; each has a model of its own and "
        "its share of the cores and of the limits.",
    )
    public_url: Address | None = Field(None, description="The address under which visitors reach the service.")
    glossary_site: str = Field(
        DEFAULT_SITE, description="The `[[site]]` whose public collections are shown as pages at `/glossary`."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="The host names that the service answers to. Absent: those of this machine and of `public_url` "
        "while it listens on this machine alone, any while it listens to others.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="The addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed, such as `127.0.0.1` or `10.0.0.0/8`. Absent: nobody is believed.",
    )
    database_url: str | None = Field(
        None,
        description="The PostgreSQL that conversations, leads and all else are kept in, such as "
        "`postgresql://glossator@db/glossator`, best from the environment, since it may hold a password. Absent: "
        "SQLite in the data folder.",
    )
    spool_mib: int = Field(
        256, ge=1, description="How much may wait on disk for the database, in MiB, before nothing more is kept."
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^rediss?://",
        description="The Redis in which requests are counted, exactly across workers and replicas. Absent: each worker "
        "counts its share of the limits.",
    )
    smtp_host: str | None = Field(None, description="The mail server that notifications leave by.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port; 465 speaks TLS at once, others by STARTTLS.")
    smtp_tls: bool = Field(True, description="Whether mail leaves only encrypted.")
    smtp_user: str | None = Field(
        None, description="The user there; the password is in the environment variable GLOSSATOR_SMTP_PASSWORD."
    )
    smtp_from: str | None = Field(None, description="The address that notifications come from.")
    metrics_token: SecretStr | None = Field(
        None,
        description="What a program must send as `Authorization: Bearer` to read `/metrics`; best in the environment. "
        "Absent: metrics are given to this machine alone, and to nobody where a proxy is in front.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How the service logs to standard error: `text` for people, `json` for programs."
    )
    otlp_endpoint: Address | None = Field(
        None,
        description="The collector that traces are sent to by OTLP over HTTP, such as `http://127.0.0.1:4318`; needs "
        "the extra `glossator[otel]`. Absent: none are made.",
    )
    drain_seconds: int = Field(
        0,
        ge=0,
        le=300,
        description="How long the service goes on when it is told to stop, while `/readyz` already says 503, so that "
        "load balancers send nothing new.",
    )
    max_message_chars: int = Field(4000, ge=1, le=100_000, description="The longest message, in characters.")
    max_waiting: int = Field(64, ge=1, description="How many questions may wait; further ones get 503.")
    max_conversations: int = Field(10_000, ge=1, description="How many conversations are kept in memory.")
    conversation_minutes: int = Field(60, ge=1, description="How long a conversation without a message is kept.")
    answer_threshold: float = Field(
        0.35,
        ge=0,
        le=1,
        description="From this score of the best passage on, the content is taken to hold the answer.",
    )
    closest_threshold: float = Field(
        0.2,
        ge=0,
        le=1,
        description="From this score on, the nearest passages are shown without claiming that they answer.",
    )
    curated_threshold: float = Field(
        0.75,
        ge=0,
        le=1,
        description="From this likeness in meaning on (a cosine), a question gets the answer that the owner has pinned "
        "to another wording of it.",
    )
    report_seconds: int = Field(
        60,
        ge=0,
        description="How long a report of Learn is new. Older than that it is given out once more, up to ten times as "
        "old, and computed anew meanwhile.",
    )
    source: tuple[SourceSettings, ...] = Field((), description="The places that pages come from.")
    site: tuple[SiteSettings, ...] = Field((SiteSettings(),), description="The assistants.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_path())

    @model_validator(mode="after")
    def _milvus_is_named(self) -> Self:
        if self.index == "milvus" and self.milvus_uri is None:
            raise ValueError("index = 'milvus' needs `milvus_uri`, the address of a Milvus")
        return self

    @model_validator(mode="after")
    def _precision_is_of_the_encoder(self) -> Self:
        said = self.passage_precision
        if self.encoder in {"bfloat16": ("onnx", "torch"), "int8": ("torch",)}.get(said, ()):
            raise ValueError(
                f"passage_precision = {said!r} is not for encoder = {self.encoder!r}; set encoder = 'auto'"
            )
        return self

    @property
    def archive(self) -> Archive:
        """The snapshots of the data folder. Raises MissingPackage."""
        token = os.environ.get(_MILVUS_TOKEN, "")
        milvus = None if self.milvus_uri is None else Milvus(self.milvus_uri, self.milvus_name, token)
        return Archive(self.data_dir, milvus, into_milvus=self.index == "milvus")

    @field_validator("model")
    @classmethod
    def _once(cls, models: tuple[ModelSettings, ...]) -> tuple[ModelSettings, ...]:
        names = [model.name for model in models]
        if len(set(names)) < len(names):
            raise ValueError("a model stands in it twice; name each once")
        return models

    @model_validator(mode="after")
    def _one_server(self) -> Settings:
        if self.model_base_url and len(self.model) != 1:
            raise ValueError(
                f"model_base_url is the server of one model, and {len(self.model)} are configured; "
                "give each its base_url in a [[model]] table"
            )
        return self

    @property
    def models(self) -> tuple[ModelSettings, ...]:
        """The language models with their servers, in the order in which they are tried."""
        if self.model_base_url is None:
            return self.model
        return tuple(
            model.model_copy(update={"base_url": model.base_url or self.model_base_url}) for model in self.model
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that the service answers to; ``*`` means any."""
        if self.allowed_hosts:
            return self.allowed_hosts
        if self.host not in LOOPBACK:
            return ("*",)
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return ("127.0.0.1", "localhost", "[::1]", *([public] if public else []))

    @property
    def sites(self) -> dict[str, SiteSettings]:
        """The sites by id."""
        return {site.id: site for site in self.site}


def load_settings(**options: Any) -> Settings:
    """Return the settings of this process. Raises ConfigurationError naming each setting that is wrong."""
    path = config_path()
    if CONFIG_VARIABLE in os.environ and not path.is_file():
        raise ConfigurationError(f"{CONFIG_VARIABLE}={path}: there is no such file. Correct the path or unset it.")
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        lines = [_problem(problem, path) for problem in error.errors()]
        raise ConfigurationError("\n".join(lines)) from error


def config_path() -> Path:
    """Return where the configuration file is looked for."""
    return Path(os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG))


def _problem(problem: Any, path: Path) -> str:
    said = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else problem["msg"]
    if not problem["loc"]:
        return f"settings (in {path}, or GLOSSATOR_…) do not go together: {said}"
    parts = [str(part) for part in problem["loc"]]
    where = f"setting {'.'.join(parts)} (in {path}, or GLOSSATOR_{'__'.join(parts).upper()})"
    if problem["type"] == "extra_forbidden":
        return f"{where}: there is no such setting. docs/settings.md lists all of them."
    return f"{where}: {said}; found {problem['input']!r}"
