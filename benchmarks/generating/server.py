"""A loopback endpoint in a process of its own, so that its work is not counted as the client's.

    python benchmarks/generating/server.py SECONDS

It prints its base URL, answers every chat request `SECONDS` after it came, and ends with its
standard input.
"""

import asyncio
import gc
import json
import sys

import uvloop
from aiohttp import web

ANSWER = {
    "id": "chatcmpl-loopback",
    "object": "chat.completion",
    "created": 1,
    "model": "loopback",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": "It says so. " * 30, "refusal": None},
        }
    ],
    "usage": {"prompt_tokens": 600, "completion_tokens": 120, "total_tokens": 720},
}


def application(delay: float) -> web.Application:
    """What answers; the same bytes each time, so that it costs as little as it can."""
    content = json.dumps(ANSWER).encode()

    async def chat(request: web.Request) -> web.Response:
        await request.read()
        if delay:
            await asyncio.sleep(delay)
        return web.Response(body=content, content_type="application/json")

    made = web.Application()
    made.router.add_post("/v1/chat/completions", chat)
    return made


async def main(delay: float) -> None:
    """Serve until standard input ends."""
    runner = web.AppRunner(application(delay), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    # What it takes for itself delays the answers: as little as can be.
    gc.disable()
    uvloop.run(main(float(sys.argv[1])))
