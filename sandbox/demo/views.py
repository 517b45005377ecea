from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from oscar.core.loading import get_model

PEOPLE = (
    ("ada", _("Ada")),
    ("mei", _("Mei")),
    ("tomas", _("Tomás")),
)


class HomeView(TemplateView):
    """The shop's front page: categories, and the three persons to try things on with."""

    template_name = "demo/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        Category = get_model("catalogue", "Category")
        people = [(name, static(f"demo/people/person-{key}.jpg")) for key, name in PEOPLE]
        return super().get_context_data(
            categories=Category.objects.browsable().exclude(image="").order_by("path"),
            people=people,
            **kwargs,
        )
