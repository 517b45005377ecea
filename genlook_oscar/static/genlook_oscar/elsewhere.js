// On any page of the shop while a picture of hers is being made: says when it is ready. Only
// in the page when the server knows of such a picture.

async function watch(host) {
  const { url } = host.dataset;
  if (followedByItsRoom(url)) return;
  const [{ follow, owed }, { Notice }] = await Promise.all([
    import(host.dataset.follow),
    import(host.dataset.notice),
  ]);
  const answer = await follow(url, { signal: new AbortController().signal });
  // Another tab may have told her meanwhile.
  if (answer.status === "unknown" || !owed(url)) return;
  const event = { completed: "ready", failed: "failed" }[answer.status];
  if (!event) return;
  const notice = new Notice({
    part: (name) => host.shadowRoot.querySelector(`[data-${name}]`),
  });
  host.shadowRoot.addEventListener("click", ({ target }) => {
    if (target.closest("[data-do=dismiss]")) notice.hide();
  });
  notice.show(host.dataset[event], { link: url, picture: answer.result_url });
  const detail = event === "ready"
    ? { tryon: answer.id, product: answer.product?.id ?? null }
    : { tryon: answer.id, code: answer.error?.code || "" };
  host.dispatchEvent(new CustomEvent(`genlook:${event}`, { bubbles: true, detail }));
}

function followedByItsRoom(url) {
  try {
    const kept = JSON.parse(sessionStorage.genlook);
    return kept.url === url
      && document.querySelector(`genlook-try-on[data-product="${CSS.escape(kept.room)}"]`);
  } catch {
    return false;
  }
}

const host = document.querySelector("genlook-notice");
// Without a declared shadow the notice would be one more thing that the theme styles.
if (host?.shadowRoot) watch(host);
