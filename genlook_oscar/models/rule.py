from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rule(models.Model):
    """Whether the products of a category and all below it, or of a product class, can be
    tried on. Which rule decides stands in `catalogue.rules`."""

    category = models.OneToOneField(
        "catalogue.Category",
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="genlook_rule",
        help_text=_("Holds for all categories below it that have no rule of their own."),
    )
    product_class = models.OneToOneField(
        "catalogue.ProductClass",
        verbose_name=_("product class"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="genlook_rule",
        help_text=_("Holds for products whose categories have no rule."),
    )
    on = models.BooleanField(
        _("can be tried on"),
        choices=[(True, _("On")), (False, _("Off"))],
        default=False,
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["category__path", "product_class__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category=None, product_class__isnull=False)
                | Q(category__isnull=False, product_class=None),
                name="genlook_rule_for_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.category or self.product_class or "")
