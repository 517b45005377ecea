from typing import Any, ClassVar

from django.db import models
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

from genlook_oscar.cms.blocks import ProductStripBlock, ProductTryOnBlock, TryOnStageBlock

PEOPLE = (
    ("ada", _("Ada")),
    ("mei", _("Mei")),
    ("tomas", _("Tomás")),
)


class BodyBlock(blocks.StreamBlock):
    """What the shop's pages are made of."""

    heading = blocks.CharBlock(label=_("Heading"))
    text = blocks.RichTextBlock(label=_("Text"))
    image = ImageChooserBlock(label=_("Image"))
    product = ProductTryOnBlock()
    products = ProductStripBlock()
    stage = TryOnStageBlock()


class HomePage(Page):
    """The shop's front page: its body, the categories, and the three persons to try things
    on with."""

    intro = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("body"))

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    max_count = 1

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        Category = get_model("catalogue", "Category")
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        people = [(name, static(f"demo/people/person-{key}.jpg")) for key, name in PEOPLE]
        categories = Category.objects.browsable().exclude(image="").order_by("path")
        return {**context, "categories": categories, "people": people}


class ContentPage(Page):
    """A page of the shop's magazine: a lookbook, a campaign, an article."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("body"))

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")
