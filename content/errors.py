"""Every error that Glossator raises on purpose.

GlossatorError
├── ConfigurationError        wrong settings or wrong usage; nothing was done
│   └── MissingPackage        an optional package is not installed
├── SourceError               a source as a whole cannot be read
├── PageError                 one page cannot be read; the others can
│   ├── NoText                there is nothing to read in it
│   ├── Unfinished            its owner marks it as a draft
│   └── NotFetched            the web did not give it, or was not asked for it
│       └── AddressRefused    its address is none that is ever fetched
├── EngineError               what an ingest is computed on failed; nothing was published
├── ModelError                a model cannot be found or loaded
│   └── ModelFailed           a language model did not answer, or broke off
├── SnapshotError
│   ├── NoSnapshot            nothing has been published yet
│   ├── SnapshotCorrupt       a file is missing or is not what the manifest says
│   ├── SnapshotMismatch      the snapshot was made by another model or format
│   ├── IngestRunning         another ingest holds the lock
│   ├── DepotUnavailable      the snapshot store cannot be reached
│   └── NoRoom                the disk has no room for a snapshot
├── NotFound                  a collection, site, page, term, snapshot or conversation that is not there
├── InvalidQuestion           a question that cannot be asked
├── SignInNeeded              a caller who has not shown who they are
├── Forbidden                 an origin or a caller that may not do this
├── Conflict                  something has changed meanwhile, or is there already
└── Busy                      too much waits already; try again
    ├── TooMany               a caller asks more often than is allowed
    ├── StoreUnavailable      the database cannot be reached, or the spool is full
    └── IndexUnavailable      the server that holds the vectors cannot be reached

They know no HTTP and no exit status: the service and the command line each hold one table for that.
A message names the thing, the value found and the remedy.
"""


class GlossatorError(Exception):
    """Base of every error meant for people: its text is fit to be shown as it is."""


class ConfigurationError(GlossatorError):
    """Settings or usage are wrong; nothing was done."""


class MissingPackage(ConfigurationError):
    """A feature needs an optional package; the message holds its install line."""


class SourceError(GlossatorError):
    """A source as a whole cannot be read, so its pages stay as they were."""


class PageError(GlossatorError):
    """One page cannot be read; it is reported and skipped, the others go on."""


class NoText(PageError):
    """A page without any text, such as a picture or a page that only a script fills."""


class Unfinished(PageError):
    """A page that is marked as a draft, so it is left out until its owner takes the mark away."""


class NotFetched(PageError):
    """A page that the web did not give. Not ``failed`` where that is as it should be, such as a page that is gone.

    ``unreachable`` where there was no answer at all, or none but that the server is at fault.
    """

    def __init__(self, message: str, *, failed: bool = True, unreachable: bool = False) -> None:
        super().__init__(message)
        self.failed = failed
        self.unreachable = unreachable


class AddressRefused(NotFetched):
    """An address that is never fetched: malformed, private, or of a scheme or port that is not allowed."""


class EngineError(GlossatorError):
    """What an ingest is computed on, such as a cluster, failed as a whole; nothing was published."""


class ModelError(GlossatorError):
    """The embedding model cannot be found, is not what it claims to be, or cannot be loaded."""


class ModelFailed(ModelError):
    """A language model did not answer, or broke off. ``remedy`` is what its owner can do about it.

    ``retry_after`` are the seconds after which another try may do better, None where none will.
    """

    def __init__(self, message: str, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry_after = retry_after


class SnapshotError(GlossatorError):
    """Something is wrong with the published states."""


class NoSnapshot(SnapshotError):
    """Nothing has been published yet."""


class SnapshotCorrupt(SnapshotError):
    """A file of a snapshot is missing or differs from its manifest."""


class SnapshotMismatch(SnapshotError):
    """A snapshot was made by another embedding model or another format than the one in use."""


class IngestRunning(SnapshotError):
    """Another ingest holds the lock of this data folder, or another publisher that of the snapshot store."""


class DepotUnavailable(SnapshotError):
    """The snapshot store cannot be reached, or lets this machine not do what it wants to."""


class NoRoom(SnapshotError):
    """The disk has no room for a snapshot that is to be fetched."""


class BackupError(GlossatorError):
    """A backup that cannot be made or restored."""


class NotFound(GlossatorError):
    """A collection, site, page, term, snapshot or conversation that is not there."""


class InvalidQuestion(GlossatorError):
    """A question that cannot be asked, such as an empty one."""


class SignInNeeded(GlossatorError):
    """A caller who has not shown who they are: no key, a revoked one, an expired session."""


class Forbidden(GlossatorError):
    """A caller that may not do this, such as an origin that the site does not allow or a role that is too low."""


class Conflict(GlossatorError):
    """What is asked for does not fit what is there any more, such as a handoff that another agent has taken."""


class Busy(GlossatorError):
    """Too much work waits already; the caller should try again after ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMany(Busy):
    """A caller asks more often than is allowed."""


class StoreUnavailable(Busy):
    """The database cannot be reached or is locked, or the spool is full: nothing was kept."""


class IndexUnavailable(Busy):
    """The server that holds the vectors cannot be reached, or refuses."""
