"""The verb `shoemodel serve`: the pipeline behind HTTP."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import arg

from shoemodel.apps.service import listening
from shoemodel.apps.service.limits import Limits
from shoemodel.errors import InputError

if TYPE_CHECKING:
    from shoemodel.apps.service.server import Service
    from shoemodel.apps.service.tokens import Tokens

MAX_CONNECTIONS = 512


def _log_config(usual: dict[str, Any]) -> dict[str, Any]:
    """uvicorn's logging, all of it on stderr: on stdout stands the address alone, and nobody has to read on there."""
    config = copy.deepcopy(usual)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    return config


@dataclass(frozen=True, kw_only=True)
class Serve:
    """Answer HTTP requests; jobs and their results survive a restart with the same --store.

    Tokens that clients need come from --tokens FILE, one a line, or from the environment variable SHOEMODEL_TOKENS,
    between spaces; without any, everybody who reaches the port is let in. SIGTERM and Ctrl-C stop it gracefully.

    Example: shoemodel serve --port 8000 --store jobs
    """

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 is every one."""
    port: int = 8000
    """Port to listen on."""
    store: Annotated[Path, arg(metavar="DIR")] = Path("shoemodel-store")
    """Jobs and results."""
    pack: Annotated[str, arg(metavar="mini|FOLDER|OWNER/NAME")] = "mini"
    """Weights."""
    tokens: Annotated[Path | None, arg(metavar="FILE")] = None
    """File of bearer tokens."""
    hosts: Annotated[tuple[str, ...], arg(metavar="NAME")] = ()
    """Names that clients know this server by, beside localhost, --host and its addresses; * is every one."""
    cors: Annotated[tuple[str, ...], arg(metavar="ORIGIN")] = ()
    """Origins of pages that browsers may let use the service, such as https://shop.example; none by default."""
    grace: int = 30
    """Seconds that running jobs are given when the server stops; then they go back to the queue."""
    limits: Limits = field(default_factory=Limits)

    def run(self) -> int:
        from shoemodel import arguments

        arguments.at_least(0, self.grace, "--grace")
        self.limits.check()
        try:
            import uvicorn

            from shoemodel.apps.service import app, hosts
            from shoemodel.apps.service.protocol import Protocol
            from shoemodel.apps.service.tokens import Tokens
        except ImportError as error:
            raise InputError(f"serve needs the package {error.name}: install shoemodel[serve]") from error
        hosts.check(self.hosts)
        tokens = Tokens.read(self.tokens, os.environ)
        taken = listening.listen(self.host, self.port)
        service = self._service(tokens)

        class Server(uvicorn.Server):
            """Tells the worker at the signal, not once all connections are closed, and then does not die of it."""

            def handle_exit(self, sig: int, frame: FrameType | None) -> None:
                service.worker.close()
                self.force_exit = self.should_exit
                self.should_exit = True

        application = app.create_app(service, self.cors, self.grace, [self.host, *self.hosts])
        config = uvicorn.Config(
            application,
            http=Protocol,
            ws="none",
            log_config=_log_config(uvicorn.config.LOGGING_CONFIG),
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=self.grace,
            server_header=False,
        )
        print(listening.address(self.host, taken), flush=True)
        Server(config).run(sockets=[taken])
        service.store.close()
        return 0

    def _service(self, tokens: Tokens) -> Service:
        """Open the store and load the pack; whoever connects meanwhile waits."""
        from shoemodel import packs
        from shoemodel.apps.service import app
        from shoemodel.apps.service.store import Store
        from shoemodel.pipeline import ShoeModelPipeline

        packs.check(packs.resolve(self.pack))
        store = Store(self.store)
        pipeline = ShoeModelPipeline.from_pretrained(self.pack, backend="diffusion")
        return app.build(pipeline, self.pack, store, self.limits, tokens)
