"""Settings of the project (`GENLOOK_*`), read live, typed, in one place.

What the merchant decides stands in `models.Configuration`; here is only what belongs to
a deployment.
"""

from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PRODUCTION_URL = "https://api.genlook.app/tryon/v1"


class Conf:
    """Reads each setting at use, so that `override_settings` works everywhere."""

    def _get(self, name: str, default: Any) -> Any:
        return getattr(settings, f"GENLOOK_{name}", default)

    @property
    def api_key(self) -> str:
        """The secret of the Genlook account; empty when none is configured."""
        return str(self._get("API_KEY", "") or "")

    @property
    def base_url(self) -> str:
        """Root of the API, without a slash at the end."""
        return str(self._get("BASE_URL", "") or PRODUCTION_URL).rstrip("/")

    @property
    def private_root(self) -> Path:
        """Folder of photos and results. It must not be served by the web server."""
        value = self._get("PRIVATE_ROOT", None)
        if not value:
            raise ImproperlyConfigured(
                "GENLOOK_PRIVATE_ROOT is not set. Name a folder outside MEDIA_ROOT and "
                "STATIC_ROOT; `manage.py check` says how."
            )
        return Path(value)

    @property
    def requests_per_minute(self) -> int:
        """The account's limit; 100 is Genlook's documented default. 0 lifts the limit."""
        return int(self._get("REQUESTS_PER_MINUTE", 100))

    @property
    def deadline_seconds(self) -> int:
        """Within this many seconds of the click a try-on is final. Chosen here."""
        return int(self._get("DEADLINE_SECONDS", 300))

    @property
    def connect_timeout(self) -> float:
        """Seconds to wait for a connection to Genlook."""
        return float(self._get("CONNECT_TIMEOUT", 5))

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for each answer of Genlook."""
        return float(self._get("READ_TIMEOUT", 15))

    @property
    def max_photo_bytes(self) -> int:
        """Largest upload taken from a shopper, in bytes. Genlook's own limit is 10 MB, but
        photos are made smaller before they go there, so ours may be larger."""
        return int(self._get("MAX_PHOTO_BYTES", 20 * 1024 * 1024))

    @property
    def max_photo_pixels(self) -> int:
        """Largest upload taken from a shopper, in pixels (width times height)."""
        return int(self._get("MAX_PHOTO_PIXELS", 64_000_000))

    @property
    def photo_seconds(self) -> float:
        """Seconds within which a photo is taken or refused. Chosen here; a slow machine that
        refuses large photos with `photo_too_complex` needs more."""
        return float(self._get("PHOTO_SECONDS", 1.9))

    @property
    def photo_long_side(self) -> int:
        """Photos are scaled down to this many pixels on the longer side."""
        return int(self._get("PHOTO_LONG_SIDE", 1600))

    @property
    def external_id_prefix(self) -> str:
        """Put before each `externalId`; tells shops on one account apart."""
        return str(self._get("EXTERNAL_ID_PREFIX", "") or "")

    @property
    def product_images(self) -> Literal["bytes", "urls"]:
        """How product pictures travel: as bytes (works with private media) or as URLs."""
        return "urls" if self._get("PRODUCT_IMAGES", "bytes") == "urls" else "bytes"

    @property
    def kind_words(self) -> dict[str, tuple[str, ...]]:
        """Words by which a product is known to be worn on the `face`, as a `top`, on the
        `legs` or on the whole `body`; a kind named here loses its built-in words."""
        words: dict[str, Any] = self._get("KIND_WORDS", {})
        return {kind: tuple(map(str, own)) for kind, own in words.items()}

    @property
    def attribution_days(self) -> int:
        """Days after a try-on in which a purchase is told as one that followed it. Chosen here:
        as long as the picture is kept."""
        return int(self._get("ATTRIBUTION_DAYS", 7))

    @property
    def site_url(self) -> str:
        """Scheme and host put before relative picture URLs when `product_images` is urls."""
        return str(self._get("SITE_URL", "") or "").rstrip("/")

    @property
    def client_ip_header(self) -> str:
        """Header in which a trusted proxy tells the visitor's address, such as
        X-Forwarded-For or CF-Connecting-IP. Empty: the address of the connection counts."""
        return str(self._get("CLIENT_IP_HEADER", "") or "")

    @property
    def cluster(self) -> str:
        """Name of the django-q2 cluster that runs try-ons; empty for the default one."""
        return str(self._get("Q_CLUSTER", "") or "")

    @property
    def health_token(self) -> str:
        """Opens the health URL to monitoring without a login; empty: only staff may look."""
        return str(self._get("HEALTH_TOKEN", "") or "")

    @property
    def silenced_findings(self) -> tuple[str, ...]:
        """Codes of findings that the operator has thought about and does not want judged."""
        return tuple(map(str, self._get("SILENCED_FINDINGS", ())))

    @property
    def result_hosts(self) -> tuple[str, ...]:
        """Hosts in private networks that results may be downloaded from. That of `base_url`
        always is one; any other must have public addresses only."""
        return tuple(str(host).lower() for host in self._get("RESULT_HOSTS", ()))


conf = Conf()
