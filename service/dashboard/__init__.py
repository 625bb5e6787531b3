"""The dashboard at ``/admin``: pages made on the server, one module a noun. Every route declares a role."""

from service.dashboard import assets, overview, signin

routers = tuple(module.router for module in (assets, signin, overview))
