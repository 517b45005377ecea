// One try-on in the fitting room: the click, the wait, the result or the reason why not.

export class TryOn {
  constructor(room) {
    this.room = room;
    this.url = null;
    this.id = null;
  }

  /** The click: sends what must be sent, asks for the try-on and follows it. */
  async start() {
    const { room } = this;
    const { photos, dialog } = room;
    if (!["photo", "failed", "result"].includes(room.state)) return;
    if (!photos.any) return this.stuck("choose", photos.list.querySelector("input"));
    if (!photos.agreed) return this.stuck("agree", photos.consent);
    this.news = true;
    this.wait("sending", room.text("sending"));
    this.sending(photos.percent);
    let photo;
    try {
      photo = await photos.id();
    } catch {
      return; // said by the photos
    }
    if (room.state !== "sending") {
      // Something speaks against the photo: the next click goes past that.
      room.part("go").focus();
      room.tell("warned");
      return;
    }
    const product = room.product.value;
    const json = { product, photo, idempotency_key: this.click(`${product} ${photo}`) };
    if (photos.consent) {
      Object.assign(json, { consent: "1", consent_version: dialog.dataset.consentVersion });
    }
    try {
      const answer = await room.ask(dialog.dataset.tryonsUrl, { json });
      this.clicked = null;
      photos.consented();
      if (photos.chosen) photos.chosen.file = null;
      room.emit("start", { product, photo, tryon: answer.id });
      this.follow(answer.url);
    } catch (error) {
      // A click whose answer was lost is repeated as the same click: it is not paid twice.
      if (error.status) this.clicked = null;
      if (error.code === "photo_not_found") photos.forget();
      if (["photo_not_found", "consent_needed"].includes(error.code)) photos.refused(error);
      else this.fail({ code: error.code, message: error.message, retryable: error.status !== 404 });
    }
  }

  stuck(text, input) {
    this.room.show("photo");
    this.room.problem(text);
    input.focus();
  }

  /** The key of this click: the same for the same wish until the server has answered. */
  click(wish) {
    if (this.clicked?.wish !== wish) {
      // `randomUUID` is missing on pages without https.
      const key = crypto.randomUUID?.() || crypto.getRandomValues(new Uint32Array(4)).join("-");
      this.clicked = { wish, key };
    }
    return this.clicked.key;
  }

  wait(state, words) {
    this.room.show(state);
    this.room.part("look").hidden = true;
    this.room.part("note").textContent = words;
    this.room.part("bar").removeAttribute("value");
  }

  /** The photo is sent to `percent`; null when that is not known. */
  sending(percent) {
    if (this.room.state !== "sending") return;
    const bar = this.room.part("bar");
    if (percent === null) bar.removeAttribute("value");
    else bar.value = percent;
  }

  /** Stop following. */
  leave() {
    this.following?.abort();
  }

  /**
   * Follow a try-on, the room open or closed, until it ends. `kept` is what an earlier page
   * of this tab remembers of it.
   */
  async follow(url, kept = null) {
    const { room } = this;
    this.leave();
    const { signal } = (this.following = new AbortController());
    // What an earlier page has told already is shown again and not told again.
    this.news = kept?.live ?? true;
    this.url = url;
    this.keep(true);
    this.wait("waiting", room.text("beingMade"));
    const { follow, owed, Bar } = await room.module("follow");
    const bar = new Bar(room.part("bar"));
    const answer = await follow(url, {
      signal,
      seen: (seen) => this.seen(seen, bar),
      trouble: (kind) => this.trouble(kind),
    });
    bar.stop();
    if (!answer) return;
    if (answer.status === "unknown") {
      this.wait("waiting", room.text("unknown"));
      room.part("look").hidden = false;
      return;
    }
    owed(url);
    this.keep(false);
    this.end(answer);
  }

  keep(live) {
    this.room.keep({ url: this.url, live, room: this.room.dataset.product });
  }

  seen(answer, bar) {
    const { room } = this;
    this.id = answer.id;
    room.photos.recognise(answer.photo);
    this.recogniseProduct(answer.product);
    this.note(answer.text);
    bar.update(answer, () => this.note(room.text("longer")));
  }

  note(text) {
    const note = this.room.part("note");
    if (!text || note.textContent === text) return;
    note.textContent = text;
    this.room.say(text);
  }

  trouble(kind) {
    const { room } = this;
    const text = { offline: room.text("offline"), "no-answer": room.text("noAnswer") }[kind] || "";
    const part = room.part("trouble");
    if (part.textContent === text) return;
    part.textContent = text;
    room.say(text);
  }

  recogniseProduct({ id, title, image_url: image }) {
    this.room.chooseProduct(`${id}`, { value: id, dataset: { title, image } });
  }

  end(answer) {
    if (answer.status === "completed") return this.succeed(answer);
    if (answer.status === "failed") return this.fail(answer.error);
    this.again();
    if (answer.status !== "cancelled") this.room.problem("gone");
    return undefined;
  }

  async succeed(answer) {
    const { room } = this;
    try {
      const { Result } = await room.module("result");
      room.result ??= new Result(room);
      await room.result.show(answer, this.url);
    } catch {
      return this.fail({ message: room.text("gone"), retryable: true });
    }
    room.show("result");
    if (this.news) room.emit("ready", { tryon: answer.id, product: answer.product?.id ?? null });
    return room.tell("ready", answer.result_url);
  }

  fail(error) {
    const { room } = this;
    room.show("failed");
    room.part("failure").textContent = error?.message || room.text("fault");
    const retry = room.dialog.querySelector("[data-do=retry]");
    retry.hidden = !error?.retryable || !room.photos.any;
    // Where the shop is at fault, no other photo helps.
    room.dialog.querySelector("[data-do=again].secondary").hidden =
      ["no_credits", "not_configured"].includes(error?.code);
    if (this.news) room.emit("failed", { tryon: this.id, code: error?.code || "" });
    room.tell("failed");
  }

  /** Back to the photo, for another one or another variant. */
  again() {
    const { room } = this;
    this.leave();
    room.keep(null);
    this.url = this.id = null;
    room.chooseProduct();
    room.show("photo");
    room.photos.render();
    room.photos.list.querySelector("input").focus();
  }

  /** Have the shop send an e-mail when the picture is ready. */
  async mail() {
    const { room } = this;
    const button = room.part("mail");
    const answer = await room.ask(`${this.url}notify/`).catch((error) => error);
    room.say((button.textContent = answer.message || button.dataset.asked));
  }
}
