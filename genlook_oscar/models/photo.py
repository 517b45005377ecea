import hashlib
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..conf import conf
from ..shops import MAIN
from .mark import mark
from .shopper import Shopper
from .storage import private_storage


def photo_path(photo: "Photo", filename: str) -> str:
    """A random name, so that nobody can guess or recognise it."""
    name = uuid.uuid4().hex
    return f"photos/{name[:2]}/{name}.jpg"


def told_apart(sha256: str) -> str:
    """The hash under which the shop in charge keeps a picture: two shops never share one."""
    return (
        sha256
        if conf.shop == MAIN
        else hashlib.sha256(f"{conf.shop} {sha256}".encode()).hexdigest()
    )


class Photo(models.Model):
    """A shopper's picture, rebuilt by us, known to Genlook by its `image_id`.

    The row outlives the file: an erased photo keeps no picture and no hash, only its dates.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="photos")
    shop = models.PositiveIntegerField(default=0, editable=False)
    """The number of the shop that it was given to, see `shops`."""
    file = models.FileField(upload_to=photo_path, storage=private_storage, max_length=200)
    sha256 = models.CharField(max_length=64, null=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(_("taken in"), default=clock.now)
    expires_at = models.DateTimeField(_("deleted on"))
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    image_id = models.CharField(max_length=1000, blank=True)
    image_expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    image_crop = models.BooleanField(default=True)
    accounts = models.CharField(max_length=255, blank=True)
    """Marks of the accounts that it was ever sent to, the last one last: there `image_id` is."""
    external_user_id = models.CharField(max_length=64, blank=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=64, blank=True)

    warnings: tuple[str, ...] = ()
    """Codes of what speaks against the photo, known while it is taken in and not kept."""

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=~models.Q(file=""), name="genlook_photo_files"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shopper", "sha256"], name="genlook_one_photo_per_picture"
            )
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.created_at:%Y-%m-%d %H:%M}"

    def usable_image_id(self, crop: bool) -> str:
        """Genlook's id of this photo, cropped as asked, while it should still be alive there, in
        the account that is configured now; else empty."""
        alive = self.image_expires_at and self.image_expires_at > clock.now()
        usable = alive and self.image_crop == crop and self.is_ours
        return self.image_id if usable else ""

    @property
    def is_ours(self) -> bool:
        """Whether it was last sent to the account that is configured now."""
        return not self.accounts or self.accounts.split()[-1] == mark()

    def accounts_with(self, account: str) -> str:
        """What `accounts` is when the photo is sent to this one."""
        others = [other for other in self.accounts.split() if other != account]
        # As many as find room: what was sent to one more account before is over long ago.
        return " ".join([*others[-13:], account])
