"""Requests that the tests send."""

from genlook_oscar.api import (
    ImageFile,
    ImageUrl,
    InlineProduct,
    OneShotProduct,
    PersonById,
    ProductImage,
    ProductReference,
    TryOnRequest,
)

PHOTO = ImageFile(b"\xff\xd8 photo \r\n-- \x00\xff", "photo.jpg", "image/jpeg")
FRONT = ImageFile(b"RIFF front", "front.webp", "image/webp")
PERSON = PersonById("ephemeral/customer/ttl-7d/2026-05-13-a b.jpeg")
BY_REFERENCE = TryOnRequest(ProductReference("SHIRT-1"), PERSON)
INLINE = InlineProduct(
    "SHIRT-1",
    "Linen shirt",
    "Cool in summer",
    [
        ProductImage(FRONT, {"view": "front"}),
        ProductImage(ImageUrl("https://shop.example/back.jpg")),
    ],
)
ONE_SHOT = OneShotProduct("Hat", "", [ProductImage(ImageUrl("https://shop.example/hat.jpg"))])
