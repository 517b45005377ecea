"""Our books beside Genlook's: whether anything was paid twice, or paid and lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from genlook_oscar import clock
from genlook_oscar.models import TryOn

Status = TryOn.Status
Charge = TryOn.Charge
DELIVERED = (Status.COMPLETED, Status.EXPIRED)


def differences(
    state: Mapping[str, Any],
    names: Mapping[str, str | None] | None = None,
    *,
    at_rest: bool = True,
) -> list[str]:
    """What does not fit between the try-ons here and an emulator's `state`, in sentences.

    Every generation at Genlook belongs to one try-on, or to one that is booked `uncertain`;
    every credit charged was delivered, taken away by the shopper, is still followed, or is
    booked. `names` are the shoppers of generations as they were when first seen: an erasure
    takes them away there. Not `at_rest`, what the next sweep will book may be unbooked.
    """
    return [*_generations(state, names or {}), *_charges(state, at_rest), *_pictures()]


def charged(state: Mapping[str, Any]) -> tuple[int, int, int]:
    """Credits charged at Genlook, credits settled here, and charged ones booked uncertain."""
    ours = set(
        TryOn.objects.exclude(charge=Charge.UNCERTAIN).values_list("generation_id", flat=True)
    )
    settled = TryOn.objects.filter(charge=Charge.SETTLED).count()
    carried_out = [
        g for g in state["generations"] if g["charged"] and g["generationId"] not in ours
    ]
    return state["charged"], settled, len(carried_out)


def _generations(state: Mapping[str, Any], names: Mapping[str, str | None]) -> Iterator[str]:
    known = Counter(TryOn.objects.exclude(generation_id="").values_list("generation_id", flat=True))
    for generation_id, count in known.items():
        if count > 1:
            yield f"{count} try-ons name the generation {generation_id}"
    there = {generation["generationId"] for generation in state["generations"]}
    for generation_id in known.keys() - there:
        yield f"the generation {generation_id} does not exist"
    lost = TryOn.objects.filter(generation_id="").exclude(sent_at=None)
    # One whose process has died is not booked yet, but will be: its lease ends.
    lost = lost.filter(charge=Charge.UNCERTAIN) | lost.filter(status=Status.SUBMITTING)
    booked = Counter(lost.values_list("external_user_id", "link__external_id"))
    strangers = [g for g in state["generations"] if g["generationId"] not in known]
    nameless = []
    for generation in strangers:
        name = names.get(generation["generationId"]) or generation["externalUserId"]
        key = (name, generation["externalId"])
        if name is None:
            nameless.append(generation)
        elif booked[key]:
            booked[key] -= 1
        else:
            yield f"nobody knows of the generation {generation}"
    for generation in nameless:
        keys = [
            key for key, count in booked.items() if count and key[1] == generation["externalId"]
        ]
        if keys:
            booked[keys[0]] -= 1
        else:
            yield f"nobody knows of the generation {generation}"


def _charges(state: Mapping[str, Any], at_rest: bool) -> Iterator[str]:
    generations = {generation["generationId"]: generation for generation in state["generations"]}
    now = clock.now()
    for tryon in TryOn.objects.all():
        generation = generations.get(tryon.generation_id)
        paid = bool(generation and generation["charged"])
        followed = tryon.status == Status.GENERATING or bool(
            tryon.status == Status.FAILED and tryon.late_until and tryon.late_until > now
        )
        if tryon.charge == Charge.SETTLED:
            if not paid:
                yield f"{_words(tryon)} is settled, but nothing was charged"
            if tryon.status not in DELIVERED and not followed and tryon.error_code != "result_lost":
                yield f"{_words(tryon)} is settled and neither delivered nor followed"
        elif tryon.charge == Charge.RESERVED:
            if generation is None:
                yield f"{_words(tryon)} is reserved for no generation"
            if at_rest and not followed:
                yield f"{_words(tryon)} stays reserved although nobody asks any more"
        elif paid and tryon.charge != Charge.UNCERTAIN:
            yield f"{_words(tryon)} was charged, and the books say so nowhere"
        elif tryon.charge == Charge.NONE and generation is not None:
            yield f"{_words(tryon)} has a generation that is booked nowhere"
        elif tryon.charge == Charge.RELEASED and generation and generation["status"] != "FAILED":
            yield f"{_words(tryon)} is released, but its generation has not failed"


def _pictures() -> Iterator[str]:
    for tryon in TryOn.objects.filter(status=Status.COMPLETED):
        if tryon.hidden_at is None and not tryon.result:
            yield f"{_words(tryon)} has no picture"
        elif tryon.result and not tryon.result.storage.exists(tryon.result.name):
            yield f"the picture of {_words(tryon)} is not in storage"


def _words(tryon: TryOn) -> str:
    return f"{tryon.pk} ({tryon.status} {tryon.error_code} {tryon.charge})"
