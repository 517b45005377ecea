"""60 shoppers at once, 2 workers, 100 requests a minute, photos not yet at Genlook."""

from __future__ import annotations

import os
import time

from .stand import Stand, spread, stand, until

SHOPPERS = 60


def run() -> None:
    """Print the row: makespan, when half were served, requests each, answers 429."""
    with stand() as place:
        measure(place)


def measure(place: Stand) -> None:
    """Let all click at once and wait for all pictures."""
    from genlook_oscar.engine import photos, products, tryons
    from genlook_oscar.models import TryOn

    product = place.product()
    people = [place.shopper(number) for number in range(SHOPPERS)]
    products.enqueue_registration(product)
    started = time.time()
    rows = []
    for shopper, photo in people:
        photos.enqueue_upload(photo)
        rows.append(tryons.request(shopper, product, photo).tryon)
    clicked = time.time() - started
    until(lambda: not TryOn.objects.live().exists(), 600, "not all try-ons ended")
    done = TryOn.objects.filter(pk__in=[row.pk for row in rows])
    waits = sorted(row.finished_at.timestamp() - started for row in done)
    state = place.control.state()
    total = sum(state["requests"].values()) - sum(
        count for name, count in state["requests"].items() if "results" in name
    )
    failed = [row.error_code for row in done if row.status != TryOn.Status.COMPLETED]
    print(f"clicks took {clicked:.1f} s")
    print(f"makespan {waits[-1]:.1f} s; half served after {waits[len(waits) // 2]:.1f} s")
    print(f"waits {spread(waits)}")
    if os.environ.get("BENCH_TIMELINE"):
        for row in done.order_by("accepted_at"):
            print(
                f"{row.accepted_at.timestamp() - started:6.1f} "
                f"{row.finished_at.timestamp() - started:6.1f} polls {row.polls} "
                f"attempts {row.attempts}"
            )
    print(f"requests each {total / SHOPPERS:.2f}: {state['requests']}")
    print(f"429: {state['rate_limited']}; failed: {failed}; charged {state['charged']}")


if __name__ == "__main__":
    run()
