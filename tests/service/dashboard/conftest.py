"""The service of the owner's side, with two sites."""

from tests.service.admin.conftest import data_dir, http

__all__ = ["data_dir", "http"]
