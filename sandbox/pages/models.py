from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

from genlook_oscar.cms.blocks import ProductTryOnBlock


class ContentPage(Page):
    """A page of the shop's magazine."""

    body = StreamField(
        [
            ("heading", blocks.CharBlock(label=_("Heading"))),
            ("text", blocks.RichTextBlock(label=_("Text"))),
            ("image", ImageChooserBlock(label=_("Image"))),
            ("product", ProductTryOnBlock()),
        ],
        blank=True,
        verbose_name=_("body"),
    )

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")
