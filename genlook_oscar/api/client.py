"""The Genlook API for Python, endpoint by endpoint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from . import answers, failures, payloads
from .addresses import path_segment, usable_base_url
from .download import fetch_picture
from .errors import ProductUnknown, UnreadableAnswer
from .exchange import Answer, Call, NoAnswer, exchange
from .key import ApiKey
from .multipart import form_payload
from .retry import RetryPolicy, repeat
from .transport import HttpTransport, Timeouts, Transport
from .types import (
    Download,
    Generation,
    ImageFile,
    ProductPage,
    ProductUpsert,
    StoredProduct,
    TryOnRequest,
    UploadedImage,
)

PRODUCTION_URL = "https://api.genlook.app/tryon/v1"

# A page of 200 products with long texts stays far below. Chosen here.
MAX_ANSWER_BYTES = 16 * 1024 * 1024

T = TypeVar("T")
Reader: TypeAlias = Callable[[int, dict[str, Any]], T | None]


class Client:
    """Everything Genlook's REST API offers, for one account.

    Every method raises a GenlookError of the class that says what can be done; see `errors`.
    Make one per thread and process. `transport` is anything like a `requests.Session` (see
    `Transport` for what it must keep to).
    """

    def __init__(
        self,
        api_key: str,
        base_url: str = PRODUCTION_URL,
        *,
        transport: Transport | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - immutable
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - immutable
        result_hosts: Collection[str] = (),
    ) -> None:
        """`result_hosts` are hosts in private networks that pictures may come from, besides
        that of the base URL. Raises ConfigurationProblem for a key or a base URL that cannot
        be used."""
        self._key, api_key = ApiKey(api_key), ""
        self._base_url = ""
        self._key.check()
        self._base_url = usable_base_url(base_url)
        self._own = None
        if transport is None:
            transport = self._own = HttpTransport()
        self._transport: Transport = transport
        self._timeouts = timeouts
        self._retry = retry
        self._private = frozenset({*result_hosts, urlsplit(self._base_url).hostname or ""})

    def __repr__(self) -> str:
        return f"<Client {self._base_url}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections, unless the transport is the caller's."""
        if self._own is not None:
            self._own.close()

    def upload_image(
        self,
        file: ImageFile,
        *,
        crop: bool | None = None,
        external_user_id: str | None = None,
        keep_for_days: int | None = None,
    ) -> UploadedImage:
        """Store a person's photo for any number of try-ons.

        `crop` is Genlook's 4:5 crop around the person, on unless False. `keep_for_days` is 1, 3
        or 7; None leaves it to the account. Only a photo with `external_user_id` can be erased.
        Never repeated when it may have arrived: that would leave a photo nobody knows of.
        """
        fields = {}
        if crop is not None:
            fields["crop"] = "true" if crop else "false"
        if external_user_id:
            fields["externalUserId"] = external_user_id
        if keep_for_days is not None:
            fields["keepForDays"] = str(keep_for_days)
        payload = form_payload(fields, {"file": file})
        call = Call("POST", "/images/upload", "/images/upload", payload=payload)
        return self._fetch(call, answers.uploaded_image)

    def create_try_on(self, request: TryOnRequest) -> Generation:
        """Start a generation; costs a credit. Never repeated when it may have been started."""
        payload = payloads.try_on(request)
        call = Call("POST", "/try-on", "/try-on", payload=payload, refers=True)
        return self._fetch(call, answers.new_generation)

    def create_try_on_sync(self, request: TryOnRequest) -> Generation:
        """Start a generation and wait for it, up to 90 s by Genlook's word; costs a credit.

        One that takes longer comes back still running: ask on with `generation`. A lost answer
        loses the generation's id. Never repeated when it may have been started.
        """
        payload = payloads.try_on(request)
        path = "/try-on/sync"
        call = Call("POST", path, path, payload=payload, slow=True, refers=True)
        return self._fetch(call, answers.waited_generation)

    def generation(self, generation_id: str) -> Generation:
        """Return how a generation stands. Raises NotFound."""
        call = self._one("GET", "/generations/", generation_id)
        return self._fetch(call, answers.asked_generation(generation_id))

    def upsert_product(self, product: ProductUpsert) -> StoredProduct:
        """Create a product, or change what is given of it."""
        payload = payloads.product(product)
        call = Call("POST", "/products", "/products", payload=payload, repeatable=True)
        return self._fetch(call, answers.product)

    def list_products(self, *, limit: int | None = None, cursor: str | None = None) -> ProductPage:
        """Return one page of the catalogue: 1 to 200 products, 50 when `limit` is None."""
        query = {}
        if limit is not None:
            query["limit"] = str(limit)
        if cursor:
            query["cursor"] = cursor
        call = Call("GET", "/products", "/products", query=query, repeatable=True)
        return self._fetch(call, answers.product_page)

    def iter_products(self, *, page_size: int = 200) -> Iterator[StoredProduct]:
        """Yield the whole catalogue, page by page."""
        cursor = None
        seen = set()
        while True:
            page = self.list_products(limit=page_size, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in seen:
                raise UnreadableAnswer(
                    "Genlook's product list goes round in circles.", code="CURSOR_REPEATED"
                )
            seen.add(cursor)

    def product(self, external_id: str) -> StoredProduct:
        """Return one product, by any id you hold. Raises ProductUnknown."""
        return self._fetch(self._one("GET", "/products/", external_id), answers.product)

    def delete_product(self, external_id: str) -> None:
        """Remove a product. Raises ProductUnknown when there was none."""
        try:
            self._do(self._one("DELETE", "/products/", external_id))
        except ProductUnknown as error:
            # An earlier attempt, whose answer was lost, has removed it.
            if not error.carried_out:
                raise

    def erase_customer(self, external_user_id: str) -> None:
        """Erase all photos and results sent with this id; nothing to erase is fine too."""
        self._do(self._one("DELETE", "/customers/", external_user_id))

    def credits(self) -> int:
        """Return the credits left on the account."""
        call = Call("GET", "/account/credits", "/account/credits", repeatable=True)
        return self._fetch(call, answers.credit_balance)

    def download(self, url: str, *, max_bytes: int) -> Download:
        """Fetch a result picture of at most `max_bytes`, without the key, over http(s) only,
        within `timeouts.total` seconds for all steps together. Only from public addresses, as
        whoever writes the answer chooses it; see `result_hosts`.

        Raises NotFound when it is gone (ask `generation` for a fresh address), Rejected when the
        address or the size cannot be, Unavailable when asking again may help.
        """
        return repeat(
            self._retry,
            lambda: fetch_picture(self._transport, url, self._timeouts, max_bytes, self._private),
            name="GET result picture",
            repeatable=True,
        )

    def _one(self, method: str, collection: str, identifier: str) -> Call:
        return Call(
            method, collection + "{id}", collection + path_segment(identifier), repeatable=True
        )

    def _fetch(self, call: Call, read: Reader[T]) -> T:
        return self._repeat(call, lambda: self._fetch_once(call, read))

    def _do(self, call: Call) -> None:
        self._repeat(call, lambda: self._ask(call))

    def _repeat(self, call: Call, attempt: Callable[[], T]) -> T:
        return repeat(self._retry, attempt, name=str(call), repeatable=call.repeatable)

    def _ask(self, call: Call) -> Answer:
        """Return a 2xx answer, whose body may still be anything."""
        outcome = exchange(
            self._transport,
            self._base_url + call.path,
            call,
            self._timeouts,
            key=self._key,
            max_bytes=MAX_ANSWER_BYTES,
            headers={"Accept": "application/json"},
        )
        if isinstance(outcome, NoAnswer):
            raise failures.unanswered(outcome, call)
        if not 200 <= outcome.status < 300:
            raise failures.refused(outcome, call, self._key)
        return outcome

    def _fetch_once(self, call: Call, read: Reader[T]) -> T:
        answer = self._ask(call)
        value, trouble = self._understand(answer, read)
        if value is None:
            raise failures.unreadable(trouble, answer.status, call)
        return value

    def _understand(self, answer: Answer, read: Reader[T]) -> tuple[T | None, str]:
        """Return what `read` makes of a 2xx answer, or None and why not.

        Apart from the raising, whose frames would hold the addresses of pictures.
        """
        if answer.trouble or not answer.content.strip():
            return None, answer.trouble or "ANSWER_EMPTY"
        body = failures.json_object(answer.content, self._key)
        if body is None:
            return None, "ANSWER_NOT_JSON"
        return read(answer.status, body), "ANSWER_INCOMPLETE"
