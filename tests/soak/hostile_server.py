"""Serves the tiny model until its standard input ends.

usage: hostile_server.py FOLDER

It prints the addresses of gRPC and of REST.
"""

import sys
from pathlib import Path

from frazo_tools.serving.live_server import live_server
from frazo_tools.serving.tiny_model import write_tiny_model


def main() -> None:
    base = Path(sys.argv[1])
    write_tiny_model(base / "1")
    with live_server({"tiny": base}) as server:
        print(server.address, server.rest_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
