"""Passes bytes between members of a run and their controller, unless it is cut."""

import asyncio
import contextlib
import threading

_PIECE_BYTES = 1 << 16
_START_SECONDS = 60.0


class Forwarder:
    """Listens on a loopback port, and connects each caller with another one.

    While it is cut, bytes go nowhere and connections stay open, as in a network that has lost a
    cable: what was on its way arrives afterwards.

    Attributes:
      address: host:port on which it listens.
    """

    def __init__(self, target: str):
        """Starts to forward.

        Args:
          target: host:port that callers want. Nobody need listen there yet.
        """
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._is_whole = asyncio.Event()
        self._closing = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"forwarder to {target}")
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise TimeoutError(f"the forwarder to {target} did not start")

    def cut(self) -> None:
        """Stops to forward."""
        self._loop.call_soon_threadsafe(self._is_whole.clear)

    def mend(self) -> None:
        """Forwards again."""
        self._loop.call_soon_threadsafe(self._is_whole.set)

    def close(self) -> None:
        """Ends all connections."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._is_whole.set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        self._started.set()
        await self._closing.wait()
        server.close()
        calls = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # close() cancels it, and the server's own callback would take that for an error.
        with contextlib.suppress(asyncio.CancelledError):
            await self._is_whole.wait()
            try:
                there, back = await asyncio.open_connection(*self._target)
            except OSError:
                writer.close()
                return
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                while piece := await reader.read(_PIECE_BYTES):
                    await self._is_whole.wait()
                    writer.write(piece)
                    await writer.drain()
        finally:
            writer.close()
