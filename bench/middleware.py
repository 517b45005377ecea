"""How many queries an answer took, told in its headers to whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

OURS = '"genlook_oscar_'


def count_queries(answer: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Middleware: with `X-Count-Queries` in the request, the answer's headers `X-Queries` and
    `X-Queries-Ours` tell how many queries it took, and how many of them read or wrote this
    package's tables. Timed requests go without it, so that counting costs them nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "X-Count-Queries" not in request.headers:
            return answer(request)
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(note))
            response = answer(request)
        response.headers["X-Queries"] = str(len(seen))
        response.headers["X-Queries-Ours"] = str(sum(OURS in sql for sql in seen))
        return response

    return middleware
