"""A server of a CTranslate2 model, made with FastAPI, and what its clients see.

usage: ctranslate2_server.py MODEL batches|calls CLIENT ARGUMENT...

`calls` is the plain form: a handler that calls the translator, from FastAPI's threads. `batches`
gathers what waits while the translator is busy, 64 texts at most, into one call. CLIENT is a
program that prints figures; it is called with the arguments, in which ADDRESS stands for the
server's.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager

import ctranslate2
import uvicorn
from fastapi import FastAPI
from figures import print_figures
from pydantic import BaseModel

THREADS = 2
MAX_BATCH_SIZE = 64
GATHERING_SECONDS = 0.002
BEAM, LENGTH = 4, 25


class Text(BaseModel):
    text: str


def make_app(model: str, kind: str) -> FastAPI:
    translator = ctranslate2.Translator(model, device="cpu", intra_threads=THREADS)

    def translate(texts: list[str]) -> list[str]:
        results = translator.translate_batch(
            [text.split() for text in texts],
            beam_size=BEAM,
            max_batch_size=MAX_BATCH_SIZE,
            # Exactly so many tokens, as the other contenders' models give.
            min_decoding_length=LENGTH,
            max_decoding_length=LENGTH,
        )
        return [" ".join(result.hypotheses[0]) for result in results]

    waiting: asyncio.Queue = asyncio.Queue()

    async def run_batches() -> None:
        while True:
            batch = [await waiting.get()]
            await asyncio.sleep(GATHERING_SECONDS)
            while len(batch) < MAX_BATCH_SIZE and not waiting.empty():
                batch.append(waiting.get_nowait())
            found = await asyncio.to_thread(translate, [text for text, _ in batch])
            for (_, answer), translation in zip(batch, found, strict=True):
                if not answer.done():
                    answer.set_result(translation)

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        task = asyncio.create_task(run_batches())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)
    if kind == "calls":

        @app.post("/translate")
        def translate_one(request: Text) -> dict[str, str]:
            return {"translation": translate([request.text])[0]}

    else:

        @app.post("/translate")
        async def translate_with_others(request: Text) -> dict[str, str]:
            answer = asyncio.get_running_loop().create_future()
            await waiting.put((request.text, answer))
            return {"translation": await answer}

    return app


def main() -> None:
    model, kind, *client = sys.argv[1:]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            make_app(model, kind),
            log_level="warning",
            access_log=False,
            # Its clients keep their connections.
            timeout_keep_alive=600,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            command = [address if part == "ADDRESS" else part for part in client]
            environment = os.environ | {"PYTHONPATH": os.environ["CLIENT_PYTHONPATH"]}
            ran = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, check=True, text=True
            )
        finally:
            server.should_exit = True
            thread.join()
    print_figures(**json.loads(ran.stdout))


if __name__ == "__main__":
    main()
