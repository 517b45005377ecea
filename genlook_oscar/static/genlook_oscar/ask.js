// Sending something to the shop, so that what comes of it is an answer or a plain sentence.

/** An answer of the server that says no, or none at all; the message is for the shopper. */
class Refusal extends Error {
  constructor(message, { code = "", status = 0, after = 0 } = {}) {
    super(message);
    Object.assign(this, { code, status, after });
  }
}

/**
 * Send `json` or a form's `body` from the room to the shop; resolve to the JSON that it
 * answers. `progress(part)` tells how much is sent, 0 to 1. Rejects with a `Refusal` (its
 * `status` is 0 where no answer came), or with an AbortError when `signal` aborts.
 */
export async function ask(room, url, { method = "POST", json, body, signal, progress } = {}) {
  for (let first = true; ; first = false) {
    const token = room.dialog.dataset.csrf;
    const { status, answer } = await exchange(url, { token, method, json, body, signal, progress });
    if (status >= 200 && status < 300) return answer;
    if (!status) throw new Refusal(room.text("broken"));
    if (!first || answer.code !== "csrf_failed") {
      throw new Refusal(answer.message || room.text("fault"), { ...answer, status });
    }
    // She signed in or out elsewhere since this was rendered.
    const { csrf } = (await room.markup()).querySelector("dialog").dataset;
    room.dialog.dataset.csrf = csrf;
  }
}

// Not fetch, which cannot tell how much of a photo has been sent.
function exchange(url, { token, method, json, body, signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.timeout = 120000;
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    if (json) request.setRequestHeader("Content-Type", "application/json");
    request.onabort = () => reject(new DOMException("", "AbortError"));
    request.onloadend = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // Empty, or a page of a proxy's: the status tells.
      }
      answer.after = request.getResponseHeader("Retry-After");
      resolve({ status: request.status, answer });
    };
    signal?.addEventListener("abort", () => request.abort());
    if (progress) request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.send(json ? JSON.stringify(json) : body);
  });
}
