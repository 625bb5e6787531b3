"""The owner's side of the HTTP interface, under ``/v1/admin``: one module a resource. Every route declares a role."""

from service.api.admin import (
    answers,
    conversations,
    handoffs,
    ingests,
    keys,
    leads,
    learn,
    members,
    privacy,
    signin,
    sites,
    snapshots,
)

routers = tuple(
    module.router
    for module in (
        signin,
        conversations,
        leads,
        handoffs,
        answers,
        learn,
        sites,
        ingests,
        snapshots,
        keys,
        members,
        privacy,
    )
)
