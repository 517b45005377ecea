"""A page's form as a browser would send it."""

from typing import Any

from bs4 import BeautifulSoup


def filled(page: bytes, form: str, **values: Any) -> dict[str, Any]:
    """What the form that this selector finds sends: as the page has filled it in, changed by
    `values`. Files and buttons are left out."""
    found = BeautifulSoup(page, "html.parser").select_one(form)
    assert found is not None, f"no {form} on the page"
    sent: dict[str, Any] = {}
    for field in found.select("input[name], select[name], textarea[name]"):
        name, kind = str(field["name"]), field.get("type", field.name)
        if kind == "select":
            chosen = field.select("option[selected]")
            if not chosen and not field.has_attr("multiple"):
                chosen = field.select("option")[:1]
            picked = [one.get("value", "") for one in chosen]
            sent[name] = picked if field.has_attr("multiple") else "".join(picked)
        elif kind == "textarea":
            sent[name] = field.get_text().lstrip("\r\n")
        elif kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                sent[name] = field.get("value", "on")
        elif kind not in ("file", "submit", "button", "image"):
            sent[name] = field.get("value", "")
    return sent | values
