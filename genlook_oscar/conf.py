"""Settings of the project (`GENLOOK_*`), read live, typed, in one place: the table `Conf`.

What the merchant decides stands in `models.Configuration`; here is only what belongs to
a deployment.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from . import shops
from .setting import PREFIX, Fault, Setting
from .setting_addresses import Address, SecretAddress
from .setting_kinds import (
    Choice,
    File,
    Folder,
    Header,
    KeysBySite,
    Seconds,
    Text,
    Whole,
    Words,
    WordsByKind,
)

PRODUCTION_URL = "https://api.genlook.app/tryon/v1"
KINDS = ("face", "top", "legs", "body")
"""What of a person an item may be worn on; see `catalogue.kinds`."""
KEY = r"\s*[!-~]+\s*"
USE_TZ = "genlook_oscar.E004"


class Conf:
    """Each setting: what it may be, its default and its bounds. The README has the same table,
    and a test compares them. Numbers are chosen here unless a source is named."""

    key = Text(
        "a key of your Genlook account",
        KEY,
        name="API_KEY",
        line='GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", "")',
        secret=True,
    )
    site_keys = KeysBySite(
        KEY, line='GENLOOK_SITE_KEYS = {2: os.environ.get("GENLOOK_API_KEY_2", "")}'
    )
    """Sites that are shops of their own, by their number (id), each with the key of its
    account. All others are one shop, that of the key above."""
    base_url = Address(PRODUCTION_URL, path="/tryon/v1")
    """Root of the API."""
    private_root = Folder(line='GENLOOK_PRIVATE_ROOT = Path(__file__).resolve().parent / "private"')
    """Folder of photos and results. It must not be served by the web server."""
    requests_per_minute = Whole(100, 0, 100_000)
    """The account's limit; 100 is Genlook's documented default. 0 lifts the limit."""
    deadline_seconds = Whole(300, 30, 86_400)
    """Within this many seconds of the click a try-on is final."""
    connect_timeout = Seconds(5, 0.1, 60)
    """Seconds to wait for a connection to Genlook."""
    read_timeout = Seconds(15, 0.1, 300)
    """Seconds to wait for each answer of Genlook."""
    max_photo_bytes = Whole(20 * 1024 * 1024, 1, 256 * 1024 * 1024)
    """Largest upload taken from a shopper, in bytes. Genlook's own limit is 10 MB, but
    photos are made smaller before they go there, so ours may be larger."""
    max_photo_pixels = Whole(64_000_000, 1, 178_000_000)
    """Largest upload taken from a shopper, in pixels (width times height). Beyond twice
    Pillow's MAX_IMAGE_PIXELS (its source) it opens no picture."""
    photo_seconds = Seconds(1.9, 0.1, 120)
    """Seconds within which a photo is taken or refused. A slow machine that refuses large
    photos with `photo_too_complex` needs more."""
    photo_long_side = Whole(1600, 256, 8_000)
    """Photos are scaled down to this many pixels on the longer side."""
    external_id_prefix = Text(
        "up to 64 letters a to z, digits, dots, hyphens and underscores, not beginning with _anon_",
        r"(?i:(?!_anon_)[a-z0-9._-]{1,64})",
        line='GENLOOK_EXTERNAL_ID_PREFIX = "de-"',
    )
    """Put before each `externalId`; tells shops on one account apart."""
    product_images = Choice("bytes", "urls")
    """How product pictures travel: as bytes (works with private media) or as URLs."""
    kind_words = WordsByKind(*KINDS, line='GENLOOK_KIND_WORDS = {"top": ["poncho", "kaftan"]}')
    """Words by which a product is known to be worn on the `face`, as a `top`, on the
    `legs` or on the whole `body`; a kind named here loses its built-in words."""
    c2pa_certificate = File(line='GENLOOK_C2PA_CERTIFICATE = "/etc/genlook/certificate.pem"')
    """The shop's certificate for signing pictures (PEM, with the chain below it); empty:
    pictures are not signed. Only workers read it."""
    c2pa_key = File(line='GENLOOK_C2PA_KEY = "/etc/genlook/key.pem"')
    """The private key of that certificate (PEM, PKCS 8). Only workers read it."""
    c2pa_algorithm = Choice("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
    """How that key signs, as C2PA names it."""
    site_url = Address("", line='GENLOOK_SITE_URL = "https://shop.example"')
    """Scheme and host put before relative picture URLs when `product_images` is urls."""
    attribution_days = Whole(7, 1, 365)
    """Days after a try-on in which a purchase is told as one that followed it: as long as
    the picture is kept."""
    client_ip_header = Header(line='GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"')
    """Header in which a trusted proxy tells the visitor's address, such as
    X-Forwarded-For or CF-Connecting-IP. Empty: the address of the connection counts."""
    trusted_proxies = Whole(1, 1, 10)
    """Proxies of the shop's, each of which adds an address to that header."""
    cluster = Text(
        "the name of a cluster", r".{1,100}", name="Q_CLUSTER", line='GENLOOK_Q_CLUSTER = "tryons"'
    )
    """Name of the django-q2 cluster that runs try-ons; empty for the default one."""
    health_token = Text(
        "text without spaces",
        r"[!-~]+",
        line='GENLOOK_HEALTH_TOKEN = os.environ.get("GENLOOK_HEALTH_TOKEN", "")',
        secret=True,
    )
    """Opens the health URL to monitoring without a login; empty: only staff may look."""
    result_hosts = Words(line='GENLOOK_RESULT_HOSTS = ["pictures.internal"]')
    """Hosts in private networks that results may be downloaded from. That of `base_url`
    always is one; any other must have public addresses only."""
    alert_webhook = SecretAddress(
        line='GENLOOK_ALERT_WEBHOOK = os.environ.get("GENLOOK_ALERT_WEBHOOK", "")'
    )
    """Address of a chat's incoming webhook (Slack, Mattermost, Google Chat, Teams) that gets
    each alert as JSON; empty: none."""
    silenced_findings = Words()
    """Codes of findings that the operator has thought about and does not want judged."""

    _judged: tuple[Any, tuple[Fault, ...]] = (None, ())
    _known: tuple[Any, dict[int, int]] = (None, {})

    @property
    def api_key(self) -> str:
        """The secret of the account in charge; empty when none is configured, and while any
        setting is wrong: with a default in its place, the wrong service might be asked."""
        return "" if self.faults else self._key_of(shops.current())

    @property
    def shop(self) -> int:
        """The number of the shop in charge. A site that is named no more is the main shop's."""
        known = self._accounts
        return shop if len(known) > 1 and (shop := shops.current()) in known else shops.MAIN

    @property
    def shops(self) -> tuple[int, ...]:
        """The numbers of all shops, the main one first."""
        return tuple(self._accounts)

    @property
    def account(self) -> int:
        """The number of the account in charge: that of the first shop with the same key."""
        return self._accounts[self.shop]

    @property
    def accounts(self) -> tuple[int, ...]:
        """The numbers of all accounts, the main one first."""
        return tuple(dict.fromkeys(self._accounts.values()))

    @property
    def mates(self) -> frozenset[int]:
        """The shops whose account is in charge."""
        mine = self.account
        return frozenset(shop for shop, account in self._accounts.items() if account == mine)

    def _key_of(self, shop: int) -> str:
        return self.site_keys.get(shop, self.key)

    @property
    def _accounts(self) -> dict[int, int]:
        """The account of each shop, kept as `faults` is: each query of a try-on's asks."""
        read: Any = settings
        if self._known[0] is not read._wrapped:
            first: dict[str, int] = {}
            numbers = (shops.MAIN, *sorted(self.site_keys))
            found = {shop: first.setdefault(self._key_of(shop).strip(), shop) for shop in numbers}
            self._known = (read._wrapped, found)
        return self._known[1]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the settings. Each page asks, and reading names that are not set
        takes a fifth of a millisecond (measured): so it is kept for as long as the settings are
        the same object, which `override_settings` replaces."""
        read: Any = settings
        if self._judged[0] is not read._wrapped:
            self._judged = (read._wrapped, tuple(_faults()))
        return self._judged[1]


def table() -> dict[str, Setting[Any]]:
    """All settings by their full names."""
    found = [one for one in vars(Conf).values() if isinstance(one, Setting)]
    return {one.name: one for one in found}


def unknown() -> list[str]:
    """Names in the project's settings that look like ours and are none."""
    known = table()
    return [name for name in dir(settings) if name.startswith(PREFIX) and name not in known]


def _faults() -> Iterator[Fault]:
    for setting in table().values():
        if fault := setting.fault():
            yield fault
    if not settings.USE_TZ:
        yield Fault(
            USE_TZ,
            "USE_TZ is False: in the hour that a clock repeats in autumn, deadlines and leases "
            "would be wrong, so nothing can be tried on.",
            "USE_TZ = True",
        )


conf = Conf()
