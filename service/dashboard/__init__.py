"""The dashboard at ``/admin``: pages made on the server, one module a noun. Every route declares a role."""

from service.dashboard import (
    access,
    answers,
    assets,
    content,
    conversations,
    handoffs,
    leads,
    learn,
    models,
    overview,
    privacy,
    settings,
    signin,
    sites,
)

routers = tuple(
    module.router
    for module in (
        assets, signin, overview, conversations, handoffs, leads, learn, content, answers, sites, access, models,
        privacy, settings,
    )
)  # fmt: skip
