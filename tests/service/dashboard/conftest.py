"""The service of the owner's side, with two sites."""

from tests.service.admin.conftest import anyio_backend, data_dir, http

__all__ = ["anyio_backend", "data_dir", "http"]
