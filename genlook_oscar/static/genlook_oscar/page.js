// The try-on's own page: follows what the server knows and shows the result without a reload.
// Without this script the page asks for itself again every few seconds.

async function enliven(page) {
  const { follow, compare, handOn, Bar } = await import(page.dataset.follow);
  handOn(page, announce);
  const pictures = page.querySelector(".genlook-compare:has(.genlook-range)");
  if (pictures) {
    pictures.classList.add("genlook-slides");
    compare(pictures);
  }
  const element = page.querySelector("[data-genlook-progress]");
  if (!element) return;

  const bar = new Bar(element);
  const status = page.querySelector("[data-genlook-status]");
  const words = page.querySelector("[data-genlook-trouble]");
  const { statusUrl } = page.dataset;
  bar.update({
    elapsed_seconds: +page.dataset.elapsedSeconds,
    expected_seconds: +page.dataset.expectedSeconds,
  });
  const answer = await follow(statusUrl, {
    signal: new AbortController().signal,
    seen: (seen) => {
      if (seen.text && status.textContent.trim() !== seen.text) status.textContent = seen.text;
      bar.update(seen);
    },
    trouble: (kind) => {
      const text = { offline: words.dataset.offline, "no-answer": words.dataset.noAnswer }[kind];
      if (words.textContent !== (text || "")) words.textContent = text || "";
    },
  });
  bar.stop();
  if (answer.status !== "unknown") await renew(page, statusUrl);
}

async function renew(page, url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = parsed.querySelector("[data-genlook-tryon]");
  if (!response.ok || !next) {
    location.reload();
    return;
  }
  const held = page.contains(document.activeElement);
  page.replaceWith(document.adoptNode(next));
  const picture = next.querySelector(".genlook-compare img");
  if (picture) announce(picture.alt);
  if (held) {
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
  await enliven(next);
}

function announce(words) {
  const place = document.createElement("p");
  place.className = "genlook-unseen";
  place.setAttribute("role", "status");
  document.body.append(place);
  // A screen reader tells changes of a place that it knows.
  setTimeout(() => { place.textContent = words; }, 100);
}

const page = document.querySelector("[data-genlook-tryon]");
if (page) enliven(page);
