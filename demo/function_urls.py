"""Answers Lambda's ListFunctionUrlConfigs, which moto lacks, from its GetFunctionUrlConfig."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

LISTING = re.compile(r"(/2021-10-31/functions/[^/]+/url)s/?")

StartResponse = Callable[..., object]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def with_function_urls(application: Application) -> Application:
    """The same WSGI application, able to list the URLs of a function."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        asked = LISTING.fullmatch(environ["PATH_INFO"])
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return application(environ, start_response)
        status: list[str] = []
        path = asked[1]
        found = b"".join(
            application(
                {**environ, "PATH_INFO": path, "REQUEST_URI": path, "RAW_URI": path},
                lambda line, *_: status.append(line),
            )
        )
        urls = [json.loads(found)] if status[0].startswith("2") else []
        body = json.dumps({"FunctionUrlConfigs": urls}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    return answer
