// The photo step: choosing a photo, sending it, keeping and deleting it.

export class Photos {
  constructor(room) {
    this.room = room;
    this.list = room.part("photos");
    this.percent = null;
    this.list.addEventListener("change", (event) => this.changed(event.target));
    this.askConsent();
    this.takeFromPage();
    this.offerCamera();
    const newest = this.list.querySelector("[name=photo]");
    if (newest) this.choose(newest);
    else this.render();
  }

  /** Whether a photo is chosen: being made ready, ready, or sent. */
  get any() {
    return Boolean(this.turn || this.fresh || this.chosen);
  }

  askConsent() {
    this.consent = this.room.part("consent")?.querySelector("input");
    this.consent?.addEventListener("change", () => this.send());
  }

  get agreed() {
    return !this.consent || this.consent.checked;
  }

  /** No need to ask again. Not called while somebody is at the box, whose focus it takes. */
  consented() {
    this.room.part("consent")?.remove();
    this.consent = null;
  }

  offerCamera() {
    const handheld = matchMedia("(pointer: coarse)").matches;
    this.room.part("camera-file").hidden = !handheld;
    this.room.part("camera-live").hidden = handheld || !navigator.mediaDevices?.getUserMedia;
    this.room.part("drop").hidden = handheld;
  }

  takeFromPage() {
    const { dialog } = this.room;
    const take = (event, data) => {
      const file = data?.files[0];
      if (!file || this.room.state !== "photo") return;
      event.preventDefault();
      this.add(file);
    };
    const hover = (on) => dialog.classList.toggle("dropping", on && this.room.state === "photo");
    dialog.addEventListener("paste", (event) => take(event, event.clipboardData));
    dialog.addEventListener("dragover", (event) => {
      event.preventDefault();
      hover(true);
    });
    dialog.addEventListener("dragleave", () => hover(false));
    dialog.addEventListener("drop", (event) => {
      event.preventDefault();
      hover(false);
      take(event, event.dataTransfer);
    });
  }

  changed(input) {
    if (input.name === "photo") this.choose(input);
    else if (input.files?.[0]) {
      this.add(input.files[0]);
      // The same file can be chosen again.
      input.value = "";
    }
  }

  /** Take in a file that she chose, took, dropped or pasted; `blob` is what she cut out of it,
      ready to be sent. */
  add(file, blob) {
    const before = this.chosen;
    this.room.problem("");
    this.drop();
    this.chosen = null;
    if (before) before.checked = false;
    this.turn = {};
    this.making = this.make(file, this.turn, before, blob);
  }

  // Resolves to false when the file is no photo; she then has the one she had `before`.
  async make(file, turn, before, blob) {
    const { room } = this;
    try {
      const { shrink } = await room.module("shrink");
      blob ??= await shrink(file, room.dialog.dataset);
    } catch (error) {
      if (this.turn !== turn) return undefined;
      this.turn = null;
      if (before) this.choose(before);
      else this.render();
      room.show("photo");
      if (error.text === "narrow") room.crop("open", file);
      else room.problem(error.text || "fault");
      return false;
    }
    if (this.turn !== turn) return undefined;
    this.turn = null;
    const shrunk = blob !== file;
    this.fresh = { blob, file, name: shrunk ? "photo.jpg" : file.name };
    this.preview = shrunk ? URL.createObjectURL(blob) : "";
    this.render();
    this.send();
    return true;
  }

  /** Forget the photo that is not sent yet. */
  drop() {
    this.turn = null;
    this.sending?.abort();
    if (this.fresh && this.preview) URL.revokeObjectURL(this.preview);
    this.fresh = this.upload = null;
    this.preview = "";
  }

  choose(radio) {
    this.drop();
    this.making = null;
    this.chosen = radio;
    radio.checked = true;
    this.preview = radio.parentNode.querySelector("img").src;
    this.render();
  }

  /** Choose the photo of a try-on that goes on, unless she is about to use another. */
  recognise(photo) {
    if (!photo || this.turn || this.fresh || this.chosen?.value === photo.id) return;
    const radio = this.list.querySelector(`[value="${photo.id}"]`);
    if (radio) this.choose(radio);
    else this.room.showPerson(photo.preview_url, true);
  }

  /** Start sending the new photo, if there is one and she agrees; without that it stays. */
  send() {
    if (!this.fresh || this.upload) return;
    const { room, fresh } = this;
    if (!this.agreed) {
      this.say(room.text("held"));
      return;
    }
    const body = new FormData();
    body.append("photo", fresh.blob, fresh.name);
    if (this.consent) {
      body.append("consent", "1");
      body.append("consent_version", room.dialog.dataset.consentVersion);
    }
    this.sending = new AbortController();
    this.upload = this.deliver(body, this.sending.signal).then((photo) => this.sent(photo, fresh));
    // Said here at once; a click that waits for the photo hears of it as well.
    this.upload.catch((error) => {
      if (error.name === "AbortError") return;
      if (error.code?.startsWith("photo_") && error.status !== 503) this.drop();
      this.upload = null;
      this.render();
      this.refused(error);
    });
  }

  /** Send a photo, and again while the shop has no place for it. */
  async deliver(body, signal, times = 6) {
    const { room } = this;
    const progress = (part) => this.say(room.text("sending"), part * 100);
    progress(0);
    try {
      return await room.ask(room.dialog.dataset.photosUrl, { body, signal, progress });
    } catch (error) {
      if (error.code !== "photo_busy" || times === 1) throw error;
      const busy = room.text("busy");
      this.say(busy);
      room.tryon.note(busy);
      // Not all at once again.
      await new Promise((go) => setTimeout(go, error.after * (300 + 700 * Math.random())));
      signal.throwIfAborted();
      room.tryon.note(room.text("sending"));
      return this.deliver(body, signal, times - 1);
    }
  }

  sent(photo, fresh) {
    const { room } = this;
    const known = this.list.querySelector(`[value="${photo.id}"]`)?.parentNode;
    const tile = known || room.part("thumb").content.firstElementChild.cloneNode(true);
    const radio = tile.querySelector("input");
    radio.value = photo.id;
    radio.dataset.expires = photo.expires_at;
    radio.dataset.doubt = photo.warnings.map(({ message }) => message).join(" ");
    if (!known) {
      tile.querySelector("img").src = this.preview || photo.preview_url;
      this.list.insertBefore(tile, this.list.querySelector(".thumb"));
    }
    radio.file = fresh.file;
    if (this.fresh === fresh) {
      this.fresh = null;
      this.choose(radio);
    }
    if (radio.dataset.doubt && room.state === "sending") room.show("photo");
    room.say(radio.dataset.doubt || room.text("sent"));
    room.emit("photo", { photo: photo.id });
    return photo.id;
  }

  /** The id of the chosen photo, once it is sent. Rejects as the sending did. */
  async id() {
    if ((await this.making) === false) throw new Error("no photo");
    this.send();
    return this.chosen ? this.chosen.value : this.upload;
  }

  /** A photo was refused, or did not arrive: back to the step where that can be mended. */
  refused(error) {
    this.room.show("photo");
    this.room.problem(error.message);
    if (error.code === "consent_needed") this.renewConsent();
  }

  /** The wording has changed since this was rendered: show the one that counts. */
  async renewConsent() {
    const { room } = this;
    const now = await room.markup().catch(() => null);
    const block = now?.querySelector("[data-consent]");
    if (!block) return;
    room.dialog.dataset.consentVersion = now.querySelector("dialog").dataset.consentVersion;
    room.part("consent")?.remove();
    room.part("form").querySelector(".actions").before(block);
    this.askConsent();
  }

  async remove() {
    const { room, chosen } = this;
    try {
      await room.ask(`${room.dialog.dataset.photosUrl}${chosen.value}/`, { method: "DELETE" });
    } catch (error) {
      if (error.status !== 404) {
        this.refused(error);
        return;
      }
    }
    this.forget(chosen);
    room.say(room.text("deleted"));
    this.list.querySelector("input").focus();
  }

  /** Take a photo off the list that is not there any more. */
  forget(radio = this.chosen) {
    radio?.parentNode.remove();
    if (this.chosen === radio) {
      this.chosen = null;
      this.drop();
    }
    this.render();
  }

  /** Tell how the sending goes; `percent` is null where nothing is being sent. */
  say(text, percent = null) {
    const { room } = this;
    room.part("upload").hidden = !text;
    room.part("upload-text").textContent = text;
    const bar = room.part("upload-bar");
    bar.hidden = percent === null;
    if (percent !== null) bar.value = percent;
    this.percent = percent;
    room.tryon?.sending(percent);
  }

  render() {
    const { room } = this;
    room.showPerson(this.preview, this.any);
    room.part("hints").hidden = this.any;
    const { expires, doubt } = this.chosen?.dataset || {};
    room.part("photo-meta").hidden = !this.preview;
    room.part("photo-expires").textContent = expires ? room.dated("until", expires) : "";
    room.part("delete").hidden = !expires;
    room.part("warning").hidden = !doubt;
    room.part("warning-text").textContent = doubt;
    if (!this.upload) this.say("");
  }
}
