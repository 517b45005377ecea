// What the fitting room and the try-on's own page share: following a try-on to its end,
// an honest bar, the slider between before and after, and handing a link on.

const FINAL = new Set(["completed", "failed", "cancelled", "expired", "gone"]);
const SOONEST = 400;
const SLOWEST = 30000;
// The server ends every try-on within minutes; whoever still asks after this stops asking.
const LONGEST = 15 * 60000;
const HIDDEN = 15000;

/**
 * Ask `url` for the try-on's state until it is final.
 *
 * `seen(answer)` is called with each JSON answer, `trouble(kind)` with "offline" or
 * "no-answer" when asking fails and with null when it works again. A hidden tab asks ever
 * more seldom, so that its title can tell. Resolves to the final answer; to
 * `{status: "gone"}` when the try-on is not there; to `{status: "unknown"}` after a quarter
 * of an hour; to null when `signal` aborts.
 */
export async function follow(url, { seen = () => {}, trouble = () => {}, signal }) {
  let failures = 0;
  let spent = 0;
  let wait = 0;
  let seldom = HIDDEN;
  while (spent < LONGEST) {
    const start = performance.now();
    const due = await pause(document.hidden ? seldom : wait, signal);
    if (signal.aborted) return null;
    if (!document.hidden) spent += performance.now() - start;
    else if (due) seldom *= 2;
    else continue;
    try {
      const answer = await ask(url, signal);
      failures = 0;
      trouble(null);
      if (answer.id) seen(answer);
      if (FINAL.has(answer.status)) return answer;
      wait = Math.min(Math.max(answer.poll_after_ms || 2000, SOONEST), SLOWEST);
    } catch {
      if (signal.aborted) return null;
      trouble(navigator.onLine === false ? "offline" : "no-answer");
      wait = Math.min(1000 * 2 ** failures++, SLOWEST);
    }
  }
  return { status: "unknown" };
}

/** Whether the shop still owes her word of the try-on at `url`; after this it does not. */
export function owed(url) {
  const id = /genlook_live=([\w-]+)/.exec(document.cookie)?.[1];
  if (!id || !url.includes(id)) return false;
  document.cookie = "genlook_live=; path=/; max-age=0";
  return true;
}

async function ask(url, signal) {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    cache: "no-store",
    signal,
  });
  if (response.status === 404 || response.status === 410) return { status: "gone" };
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

// Resolves to whether the time is over; sooner when the tab is shown, hidden or back online.
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const woken = new AbortController();
    const wake = (due) => {
      clearTimeout(timer);
      woken.abort();
      resolve(due === true);
    };
    const timer = setTimeout(wake, milliseconds, true);
    addEventListener("online", wake, woken);
    document.addEventListener("visibilitychange", wake, woken);
    signal.addEventListener("abort", wake, woken);
  });
}

/**
 * Move a `<progress max="100">` with what is known: the seconds since the click and the
 * seconds still expected. It never goes back, and when the expected time is over it stops
 * naming a value instead of standing at 99.
 */
export class Bar {
  constructor(element) {
    this.element = element;
    this.reached = 0;
    this.start = performance.now();
  }

  /** Take in an answer of the server; `late()` is called when the expected time is over. */
  update(answer, late = () => {}) {
    this.stop();
    const now = performance.now();
    if (answer.elapsed_seconds > 0) {
      this.start = Math.min(this.start, now - answer.elapsed_seconds * 1000);
    }
    const left = answer.expected_seconds > 1 ? answer.expected_seconds * 1000 : 0;
    const end = left ? now + left : 0;
    const move = () => {
      const moment = performance.now();
      if (moment >= end) {
        this.stop();
        this.element.removeAttribute("value");
        if (this.reached) late();
        return;
      }
      const part = (moment - this.start) / (end - this.start);
      this.reached = Math.max(this.reached, Math.min(part * 100, 97));
      this.element.value = this.reached;
    };
    this.timer = setInterval(move, 200);
    move();
  }

  stop() {
    clearInterval(this.timer);
  }
}

/** Let the range input in `root` decide how much of the earlier picture lies over the later. */
export function compare(root) {
  const range = root.querySelector("input[type=range]");
  if (!range) return;
  const cut = () => root.style.setProperty("--cut", `${range.value}%`);
  range.hidden = false;
  range.addEventListener("input", cut);
  cut();
}

/** Let the buttons in `root` hand its link on, by the device or copied, which is said. */
export function handOn(root, say) {
  const link = root.querySelector("[data-link]");
  if (!link) return;
  const [device, copy] = root.querySelectorAll("[data-hand]");
  device.hidden = !navigator.share;
  device.onclick = () => navigator.share({ url: link.value }).catch(() => {});
  copy.hidden = false;
  copy.onclick = async () => {
    link.select();
    // Without https there is only the old way.
    await (navigator.clipboard?.writeText(link.value) ?? document.execCommand("copy"));
    say(copy.dataset.said);
  };
}
