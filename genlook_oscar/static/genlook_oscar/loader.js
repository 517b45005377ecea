// Brings the fitting room when the shopper reaches for its button. Nothing else loads before.
// Where this cannot run, the link leads to a page that does the same.
if (window.HTMLDialogElement) {
  const tag = "genlook-try-on";

  const load = (host) => host.loading ??= import(host.dataset.src).then((module) => {
    if (!customElements.get(tag)) customElements.define(tag, module.FittingRoom);
  }).catch((error) => {
    host.loading = null;
    throw error;
  });

  const reached = ({ target }) => target.closest?.(tag + ">a")?.parentNode;

  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => {
      const host = reached(event);
      if (host) load(host).then(() => host.prepare()).catch(() => {});
    });
  }

  document.addEventListener("click", (event) => {
    const host = reached(event);
    if (!host || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    load(host).then(() => host.open()).catch(() => {
      location = host.querySelector("a").href;
    });
  });

  // A theme tells which variant she has picked.
  document.addEventListener("genlook:product", ({ detail }) => {
    for (const host of document.querySelectorAll(tag)) host.dataset.chosen = detail.product;
  });

  // A try-on begun here before the page was left is followed on.
  try {
    const kept = JSON.parse(sessionStorage.genlook);
    if (kept.live) load(document.querySelector(`${tag}[data-product="${kept.room}"]`));
  } catch {}
}
