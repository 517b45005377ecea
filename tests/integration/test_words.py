"""The merchant's own words in each language: written in both admins, shown in their language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from genlook_oscar.models import Configuration, Record, Words

pytestmark = pytest.mark.django_db

ADMIN = "/admin/genlook_oscar/configuration/1/change/"
WAGTAIL = "/cms-admin/try-on/"


def sent(client: Client, address: str) -> dict[str, str]:
    """What a browser sends of the form as it stands."""
    page = BeautifulSoup(client.get(address).content, "html.parser")
    form = next(one for one in page.find_all("form") if one.find(attrs={"name": "privacy_url"}))
    found: dict[str, str] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type")
        if not name or kind in ("submit", "file") or name.startswith("_"):
            continue
        if kind in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            found[name] = chosen["value"]
        else:
            value = field.text.removeprefix("\n") if field.name == "textarea" else None
            unsaid = "on" if kind == "checkbox" else ""
            found[name] = value if value is not None else field.get("value", unsaid)
    return found


def names(form: dict[str, str]) -> dict[str, str]:
    """By language, how the names of its fields begin."""
    return {
        value: name.removesuffix("language")
        for name, value in form.items()
        if name.endswith("-language")
    }


@pytest.fixture(params=[ADMIN, pytest.param(WAGTAIL, id="wagtail")])
def address(request: Any) -> str:
    return str(request.param)


def test_each_language_of_the_shop_has_its_form(
    admin_client: Client, address: str, configuration: Any, settings: Any
) -> None:
    # The project has not said which, so they are those of this app.
    forms = names(sent(admin_client, address))
    assert set(forms) == {"ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt"}
    page = BeautifulSoup(admin_client.get(address).content, "html.parser")
    assert "German" in page.get_text()
    settings.LANGUAGES = [("fi", "Finnish"), ("de", "German")]
    assert set(names(sent(admin_client, address))) == {"fi", "de"}
    assert not Words.objects.exists()


def test_words_are_stored_and_changed_on_record(
    admin_client: Client, address: str, configuration: Any
) -> None:
    form = sent(admin_client, address)
    german = names(form)["de"]
    form[f"{german}consent_text"] = "Nach {days} Tagen gelöscht."
    form[f"{german}ai_label"] = "nur zur Ansicht"
    answer = admin_client.post(address, form)
    assert answer.status_code == 302
    row = Words.objects.get()
    assert (row.language, row.consent_text) == ("de", "Nach {days} Tagen gelöscht.")
    assert Configuration.load().enabled

    form = sent(admin_client, address)
    form[f"{names(form)['de']}ai_label"] = ""
    form[f"{names(form)['ar']}button_label"] = "جرّبه"
    assert admin_client.post(address, form).status_code == 302
    assert list(Words.objects.values_list("language", "ai_label", "button_label")) == [
        ("ar", "", "جرّبه"),
        ("de", "", ""),
    ]
    told = Record.objects.order_by("pk").values_list("subject", "field", "before", "after")
    assert set(told) == {
        ("German", "consent_text", "", "Nach {days} Tagen gelöscht."),
        ("German", "ai_label", "", "nur zur Ansicht"),
        ("German", "ai_label", "nur zur Ansicht", ""),
        ("Arabic", "button_label", "", "جرّبه"),
    }
    page = admin_client.get(reverse("admin:genlook_oscar_record_changelist")).content.decode()
    assert "text that shoppers agree to (German)" in page
    # Saved again as it stands, it changes nothing.
    admin_client.post(address, sent(admin_client, address))
    assert Record.objects.count() == 4


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("consent_text", "We keep your photo a while.", "Write {days} where"),
        ("consent_text", "Kept {days} days, {name}.", "Remove all other braces"),
        ("consent_text", "Kept {days} days. <b>Sure</b>", "Write plain text without HTML"),
        ("button_label", "Kept {days} days", "Nothing is filled in here"),
        ("button_label", "Try <it> on", "Write plain text without HTML"),
        ("disclaimer", "Tom &amp; Co", "Write plain text without HTML"),
        ("ai_label", "</figcaption>", "Write plain text without HTML"),
        ("privacy_url", "javascript:alert(1)", "such as /privacy/"),
    ],
)
def test_what_would_mislead_shoppers_is_refused(
    admin_client: Client, address: str, configuration: Any, field: str, value: str, sentence: str
) -> None:
    form = sent(admin_client, address)
    form[f"{names(form)['fr']}{field}"] = value
    answer = admin_client.post(address, form)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    part = page.find(attrs={"name": f"{names(form)['fr']}{field}"}).find_parent(
        ["details", "section"]
    )
    assert sentence in part.get_text()
    assert part.has_attr("open") or "collapsed" not in part["class"]
    assert not Words.objects.exists()


@pytest.mark.parametrize("value", ["2 < 3 & 4 > 1", "Fits < you >", "Marks & Co; yes"])
def test_signs_are_no_html(
    admin_client: Client, address: str, configuration: Any, value: str
) -> None:
    form = sent(admin_client, address)
    form[f"{names(form)['fr']}disclaimer"] = value
    assert admin_client.post(address, form).status_code == 302
    assert Words.objects.get().disclaimer == value


def test_two_merchants_at_once_do_not_mix_languages(
    admin_client: Client, address: str, configuration: Any, say: Callable[..., None]
) -> None:
    form = sent(admin_client, address)
    form[f"{names(form)['de']}button_label"] = "Anprobieren"
    say("ar", button_label="جرّبه")
    answer = admin_client.post(address, form)
    assert answer.status_code == 200
    assert "Load the page again" in answer.content.decode()
    assert list(Words.objects.values_list("language", flat=True)) == ["ar"]


def test_a_form_without_languages_changes_no_words(
    admin_client: Client, address: str, configuration: Any, say: Callable[..., None]
) -> None:
    say("de", button_label="Anprobieren")
    form = {name: value for name, value in sent(admin_client, address).items() if "-" not in name}
    assert admin_client.post(address, form).status_code == 302
    assert Words.objects.get().button_label == "Anprobieren"


def test_a_shop_that_gets_settings_of_its_own_keeps_its_words(
    admin_client: Client, configuration: Any, say: Callable[..., None], settings: Any
) -> None:
    say("de", button_label="Anprobieren", ai_label="Idee")
    say("fr", button_label="Essayer")
    site = Site.objects.create(domain="b.example", name="B")
    settings.GENLOOK_SITE_KEYS = {site.pk: "gk_b"}
    settings.MIDDLEWARE = ["genlook_oscar.middleware.shop_in_charge", *settings.MIDDLEWARE]
    address = f"/admin/genlook_oscar/configuration/{1 + site.pk}/change/"
    form = sent(admin_client, address)
    german = names(form)["de"]
    assert form[f"{german}button_label"] == "Anprobieren"
    form[f"{german}button_label"] = "Bei B anprobieren"
    assert admin_client.post(address, form).status_code == 302
    told = Words.objects.order_by("configuration", "language")
    assert list(told.values_list("configuration", "language", "button_label", "ai_label")) == [
        (1, "de", "Anprobieren", "Idee"),
        (1, "fr", "Essayer", ""),
        (1 + site.pk, "de", "Bei B anprobieren", "Idee"),
        (1 + site.pk, "fr", "Essayer", ""),
    ]
    (record,) = Record.objects.filter(field="button_label")
    assert (record.before, record.after) == ("Anprobieren", "Bei B anprobieren")


def test_who_may_only_look_changes_no_words(
    client: Client, django_user_model: Any, admin_client: Client, configuration: Any
) -> None:
    from django.contrib.auth.models import Permission

    form = sent(admin_client, ADMIN)
    form[f"{names(form)['de']}button_label"] = "Anprobieren"
    user = django_user_model.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_configuration"))
    client.force_login(user)
    page = BeautifulSoup(client.get(ADMIN).content, "html.parser")
    assert not page.find("textarea")
    assert client.post(ADMIN, form).status_code == 403
    assert not Words.objects.exists()
