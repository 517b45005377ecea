"""What Genlook's documentation leaves open, decided here and nowhere else.

Every value in this module is a GUESS: nothing here is documented. Clients must not
rely on any of them; where two answers are about equally likely, a switch offers both
(see ``settings.py``), so that a client can be tried against each.
"""

from __future__ import annotations

# Guess: the status of a successful POST. 200 is as likely; switch ``post_status``.
POST_STATUS = 201

# Guess: the answer to a successful DELETE /products/{externalId}; a repeat is a 404.
DELETE_PRODUCT_STATUS = 204

# Guess: how an unknown, expired, erased or foreign ``imageId`` is refused.
IMAGE_NOT_FOUND = ("IMAGE_NOT_FOUND", 404)

# Guess: what is said of another account's things. Documented is FORBIDDEN for a product or a
# generation; whether an externalId or an imageId of somebody else counts as one is not.
# "generations": FORBIDDEN for generations and one-shot products; "everything": for images and
# named products as well; "hidden": as if they did not exist. Switch ``foreign``.
FOREIGN = "generations"

# Guess, taken from the name of an error class in the vendor's own client.
GENERATION_NOT_FOUND = ("GENERATION_NOT_FOUND", 404)

# Guess: a file of more than 10 MB.
FILE_TOO_LARGE = ("FILE_TOO_LARGE", 413)

# Guess: a path or a method that does not exist.
NOT_FOUND = ("NOT_FOUND", 404)

# Guess: the code of a 5xx answer.
INTERNAL_ERROR = ("INTERNAL_ERROR", 500)

# Guess: requests that were refused with 429 do not themselves count in the window.
REFUSED_REQUESTS_COUNT = False

# Guess: window of the rate limit; a sliding minute, not a calendar minute.
RATE_WINDOW_SECONDS = 60.0

# Guess: the credits are looked at before the product is looked up.
CREDITS_BEFORE_PRODUCT = True

# Guess: a generation waits as PENDING for this share of its time, then is PROCESSING.
PENDING_SHARE = 0.15

# Guess: a product URL that answers with something other than a picture fails the
# generation in the same way as one that does not answer.
PRODUCT_URL_NOT_A_PICTURE = "PRODUCT_IMAGE_FETCH_FAILED"

# Guess: an inline try-on of a product made by POST /products changes what is stored
# but leaves its life alone (it stays for ever, or on its own validForDays).
INLINE_KEEPS_EXPLICIT_LIFE = True

# Guess: POST /products makes a product that was made inline stay for ever, unless it
# says validForDays; an empty list of images is refused as PRODUCT_IMAGES_REQUIRED.

# Guess: products come in the order of their creation; ``count`` is the page's size.
PRODUCT_DEFAULT_PAGE = 50  # documented

# Guess: a title or description never given is an empty string in answers.
MISSING_TEXT = ""

# Guess: the longest externalId and externalUserId.
MAX_ID_LENGTH = 255

# Guess: more pixels than this are refused as INVALID_IMAGE.
MAX_PIXELS = 60_000_000

# Guess: fewer pixels than this on the short side are refused as INVALID_IMAGE.
MIN_SIDE = 16

# Guess: what a 4:5 crop does to a picture that is too tall: this share of the surplus
# goes at the top, the rest at the bottom, because heads matter more than feet.
TALL_CROP_TOP_SHARE = 0.25

# Guess: life of ``imageUrl`` (documented: "a short window").
PREVIEW_URL_SECONDS = 900

# Guess: life of ``resultImageUrl`` (documented: "temporary"); every GET signs a fresh
# one. Switch ``result_url_seconds``.
RESULT_URL_SECONDS = 900

# Guess: the storage answers a URL whose time is over with 403, and one whose picture
# was deleted with 404, in XML, as storage hosts do.
EXPIRED_URL_STATUS = 403

# Guess: what GET /generations/{id} says once the pictures are erased or over:
# "no_url" (COMPLETED without resultImageUrl), "dead_url" or "not_found".
# Switch ``erased_generation``.
ERASED_GENERATION = "no_url"

# Guess: with a person image by id, output.keepForDays still governs the result.
KEEP_FOR_DAYS_GOVERNS_RESULT = True

# Guess: erasing a customer does not stop a running generation; it ends, is charged,
# and its pictures are gone.

# Guess: old and new field names together: the new name wins.

# Guess: unknown fields are ignored, as are file parts that no fileKey names.

# Guess: /try-on/sync gives the fields of GET /generations/{id} plus productExternalId,
# and goes on generating when the caller hangs up. A failed generation answers with
# this status and the typed code (or this code when untyped); switch ``sync_failure``.
SYNC_FAILURE_STATUS = 422
UNTYPED_FAILURE_CODE = "GENERATION_FAILED"

# Guess: what an untyped failure says.
UNTYPED_FAILURE_MESSAGE = "The generation failed for an internal reason."

# Guess: ``title`` must be exactly "mock"; such a generation ends at once and costs 1.
MOCK_TITLE = "mock"
