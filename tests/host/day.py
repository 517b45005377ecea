"""What a normal day brings: sales on one side, the work of the dashboard on the other."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from oscar.core.loading import get_model

from tests.forms import filled

from .goods import PASSWORD
from .walk import Walk

EDITOR = "#create_update_product_form"
PERSON = {
    "first_name": "Ada",
    "last_name": "Byron",
    "line1": "1 Mill Lane",
    "line4": "London",
    "postcode": "N12 9RT",
}


def spend(walk: Walk) -> None:
    """The day, from the first sale to the last order."""
    for role in walk.clients:
        walk.sign_in(role)
    _register(walk)
    _buy(walk, "guest")
    _buy(walk, "customer")
    _talk(walk)
    for role in ("superuser", "staff", "partner"):
        _keep_catalogue(walk, role)
    for role in ("superuser", "staff"):
        _keep_orders(walk, role)
        _keep_shop(walk, role)
    _return_to_stock(walk)
    _throw_away(walk)


def _post(walk: Walk, role: str, what: str, url: str, /, **data: Any) -> Any:
    answer = walk.ask(role, what, "POST", url, data)
    assert answer.status_code == 302, (role, what, answer.status_code, _errors(answer))
    return answer


def _errors(answer: Any) -> Any:
    context = answer.context or {}
    return [context[name].errors for name in ("form", "order_form") if name in context]


def _register(walk: Walk) -> None:
    url = reverse("customer:register")
    sent = {"email": "new@example.com"} | dict.fromkeys(("password1", "password2"), "a-long-1-word")
    _post(walk, "guest", "register", url, **sent)
    walk.ask("guest", "sign out", "POST", reverse("customer:logout"))
    login = {"login-username": "customer@example.com", "login-password": PASSWORD}
    _post(walk, "guest", "sign in", reverse("customer:login"), **login, login_submit="1")
    walk.ask("guest", "sign out again", "POST", reverse("customer:logout"))


def _buy(walk: Walk, role: str) -> None:
    shop = walk.shop
    add = reverse("basket:add", args=[shop.product.pk])
    _post(walk, role, "into the basket", add, quantity=2)
    _post(
        walk,
        role,
        "a variant",
        reverse("basket:add", args=[shop.parent.pk]),
        child_id=shop.child.pk,
        quantity=1,
    )
    _post(walk, role, "voucher", reverse("basket:vouchers-add"), code="LESS")
    basket = walk.ask(role, "the basket", "GET", reverse("basket:summary"))
    sent = filled(basket.content, "#basket_formset", **{"form-0-quantity": 1})
    _post(walk, role, "one less", reverse("basket:summary"), **sent)
    if role == "guest":
        gate = {"username": "guest@example.com", "options": "anonymous"}
        _post(walk, role, "as a guest", reverse("checkout:index"), **gate)
    _post(walk, role, "where to", reverse("checkout:shipping-address"), **PERSON)
    for step in ("shipping-method", "payment-method", "payment-details", "preview"):
        walk.ask(role, f"checkout {step}", "GET", reverse(f"checkout:{step}"))
    order = {"action": "place_order"}
    answer = _post(walk, role, "the order", reverse("checkout:preview"), **order)
    assert answer["Location"] == reverse("checkout:thank-you"), answer["Location"]
    thanks = walk.ask(role, "thank you", "GET", reverse("checkout:thank-you"))
    assert thanks.status_code == 200


def _talk(walk: Walk) -> None:
    shop, customer = walk.shop, "customer"
    about = {"product_slug": shop.product.slug, "product_pk": shop.product.pk}
    said = {"title": "Good", "score": 5, "body": "Fits", "name": "", "email": ""}
    _post(walk, customer, "review", reverse("catalogue:reviews-add", kwargs=about), **said)
    vote = reverse("catalogue:reviews-vote", kwargs={**about, "pk": shop.review.pk})
    _post(walk, "staff", "vote", vote, delta=1)
    _post(
        walk,
        "guest",
        "tell me",
        reverse("customer:alert-create", args=[shop.gone.pk]),
        email="guest@example.com",
    )
    _post(
        walk,
        customer,
        "wish",
        reverse("customer:wishlists-add-product", kwargs={"product_pk": shop.product.pk}),
    )
    _post(
        walk,
        customer,
        "address",
        reverse("customer:address-create"),
        **PERSON | {"line1": "2 Mill Lane"},
        country=shop.country.pk,
    )
    _post(
        walk,
        customer,
        "profile",
        reverse("customer:profile-update"),
        first_name="Ada",
        last_name="Byron",
        email="customer@example.com",
    )


def _keep_catalogue(walk: Walk, role: str) -> None:
    shop, Product = walk.shop, get_model("catalogue", "Product")
    sku = {
        "stockrecords-0-partner": shop.partner.pk,
        "stockrecords-0-price": "20.00",
        "stockrecords-0-num_in_stock": 3,
        "stockrecords-0-price_currency": "GBP",
    }
    create = reverse("dashboard:catalogue-product-create", args=[shop.kind.slug])
    page = walk.ask(role, "a new product", "GET", create)
    sent = filled(page.content, EDITOR, title=f"Made by {role}", action="save", upc=f"upc-{role}")
    sent |= {"productcategory_set-0-category": shop.category.pk}
    sent |= sku | {"stockrecords-0-partner_sku": f"sku-{role}"}
    _post(walk, role, "make a product", create, **sent)
    made = Product.objects.get(title=f"Made by {role}")
    update = reverse("dashboard:catalogue-product", args=[made.pk])
    page = walk.ask(role, "the product", "GET", update)
    sent = filled(page.content, EDITOR, title=f"Named by {role}", action="save")
    _post(walk, role, "save the product", update, **sent)
    if role == "partner":
        return
    parent = factory_parent(shop, role)
    create = reverse("dashboard:catalogue-product-create-child", args=[parent.pk])
    page = walk.ask(role, "a new variant", "GET", create)
    sent = filled(page.content, EDITOR, title=f"Variant by {role}", action="save")
    sent |= sku | {"stockrecords-0-partner_sku": f"variant-{role}"}
    _post(walk, role, "make a variant", create, **sent)
    assert parent.children.get().title == f"Variant by {role}"
    page = walk.ask(role, "a new category", "GET", reverse("dashboard:catalogue-category-create"))
    sent = filled(page.content, "form.form-stacked", name=f"Made by {role}")
    _post(walk, role, "make a category", reverse("dashboard:catalogue-category-create"), **sent)


def factory_parent(shop: Any, role: str) -> Any:
    from oscar.test.factories import create_product

    return create_product(title=f"Of {role}", structure="parent", product_class=shop.kind.name)


def _keep_orders(walk: Walk, role: str) -> None:
    order = get_model("order", "Order").objects.filter(status="Pending").earliest("pk")
    line = order.lines.first()
    url = reverse("dashboard:order-detail", args=[order.number])
    _post(walk, role, "note", url, order_action="save_note", message="Called", note_type="Info")
    sent = {
        "line_action": "create_shipping_event",
        "shipping_event_type": walk.shop.post.code,
        "reference": "R1",
    }
    sent |= {"selected_line": line.pk, f"selected_line_qty_{line.pk}": 1}
    _post(walk, role, "sent off", url, **sent)
    status = {"order_action": "change_order_status", "new_status": "Shipped"}
    _post(walk, role, "shipped", url, **status)
    order.refresh_from_db()
    assert order.status == "Shipped"


def _keep_shop(walk: Walk, role: str) -> None:
    shop = walk.shop
    for what, name, about, values in (
        ("offer", "offer-metadata", shop.offer.pk, {"name": f"Less by {role}"}),
        ("range", "range-update", shop.range.pk, {"name": f"All by {role}"}),
        (
            "partner",
            "partner-manage",
            shop.partner.pk,
            {"name": f"Mill of {role}", **PERSON, "country": "GB"},
        ),
        ("review", "reviews-update", shop.review.pk, {"title": f"Read by {role}"}),
        ("page", "page-update", shop.page.pk, {"title": f"By {role}", "url": f"/by-{role}/"}),
        ("kind", "catalogue-class-update", shop.kind.pk, {"name": f"Clothes by {role}"}),
    ):
        url = reverse(f"dashboard:{name}", args=[about])
        page = walk.ask(role, f"the {what}", "GET", url)
        form = f"form:has([name={next(iter(values))}])"
        sent = filled(page.content, form, **values)
        _post(walk, role, f"save the {what}", url, **sent)


def _return_to_stock(walk: Walk) -> None:
    """What was gone is there again: whoever wanted to know is told."""
    url = reverse("dashboard:catalogue-product", args=[walk.shop.gone.pk])
    page = walk.ask("superuser", "what is gone", "GET", url)
    sent = filled(page.content, EDITOR, action="save", **{"stockrecords-0-num_in_stock": 7})
    _post(walk, "superuser", "return to stock", url, **sent)
    assert walk.shop.gone.stockrecords.get().num_in_stock == 7


def _throw_away(walk: Walk) -> None:
    shop = walk.shop
    for what, name, about in (
        ("variant", "catalogue-product-delete", shop.child.pk),
        ("product", "catalogue-product-delete", shop.product.pk),
        ("category", "catalogue-category-delete", shop.category.pk),
        ("offer", "offer-delete", shop.offer.pk),
    ):
        url = reverse(f"dashboard:{name}", args=[about])
        _post(walk, "superuser", f"delete the {what}", url)
    customer = reverse("customer:profile-delete")
    _post(walk, "customer", "go for good", customer, password=PASSWORD)
