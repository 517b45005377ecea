// The fitting room: a dialog in the shadow of <genlook-try-on>, around a link that works
// without it. The server renders the markup and all words.

const STALE = 5 * 60000;
const STORE = "genlook";
let sent = 0; // when this page sent a photo

export class FittingRoom extends HTMLElement {
  // A try-on that was begun here, before the page was left or reloaded, is followed on.
  connectedCallback() {
    const kept = this.recall();
    if (!kept?.live || document.querySelector(`[data-product="${kept.room}"]`) !== this) return;
    this.prepare().then(() => this.tryon.follow(kept.url, kept)).catch(() => {});
  }

  disconnectedCallback() {
    this.tryon?.leave();
  }

  /** Have the dialog and its style at hand; fetched again when old. */
  prepare() {
    const unused = this.dialog?.open === false && this.state === "photo" && !this.photos?.fresh;
    const old = this.madeAt < sent || performance.now() - this.madeAt > STALE;
    if (unused && old) this.making = null;
    this.making ??= this.make().catch((error) => {
      this.making = null;
      throw error;
    });
    return this.making;
  }

  async make() {
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    root.addEventListener("click", this);
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = this.dataset.css;
    const styled = new Promise((resolve, reject) => {
      style.onload = resolve;
      style.onerror = reject;
    });
    root.replaceChildren(document.createElement("slot"), style);
    const [markup] = await Promise.all([this.markup(), styled]);
    root.append(markup);
    this.dialog = root.querySelector("dialog");
    this.madeAt = performance.now();
    this.notice = this.camera = this.result = this.cropping = null;
    const [{ ask }, { Photos }, { TryOn }] = await Promise.all(
      ["ask", "photos", "tryon"].map((name) => this.module(name)),
    );
    this.ask = ask.bind(null, this);
    this.listen();
    this.photos = new Photos(this);
    this.tryon = new TryOn(this);
    this.chooseProduct();
  }

  async markup() {
    const response = await fetch(this.dataset.room, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.status);
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    return template.content;
  }

  /** Load a script of the room. The server names its address, which changes with its content. */
  module(name) {
    return import(this.shadowRoot.querySelector(`[data-module=${name}]`).href);
  }

  /** The element marked `data-<name>`. */
  part(name) {
    return this.shadowRoot.querySelector(`[data-${name}]`);
  }

  /** A text of the room in her language. */
  text(name) {
    return this.part("texts").dataset[name];
  }

  /** A text of the room with a moment (ISO 8601) put in as she writes dates. */
  dated(name, moment) {
    const format = new Intl.DateTimeFormat(this.dialog.lang, {
      day: "numeric", month: "long", hour: "numeric", minute: "2-digit",
    });
    return this.text(name).replace("{date}", format.format(new Date(moment)));
  }

  listen() {
    const { dialog } = this;
    const form = this.part("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.tryon.start();
    });
    form.addEventListener("change", ({ target }) => {
      if (target.name === "product") this.chooseProduct();
      this.problem("");
    });
    dialog.addEventListener("close", () => this.closed());
  }

  handleEvent({ target }) {
    const action = target.closest("[data-do]")?.dataset.do;
    if (action) this.act(action);
    else if (target === this.dialog) this.close();
  }

  act(action) {
    const { photos, tryon } = this;
    const [name, verb] = action.split(":");
    ({
      crop: () => this.crop(verb),
      close: () => this.close(),
      open: () => this.open(),
      camera: () => this.openCamera(),
      timer: () => this.camera.take(5),
      shoot: () => this.camera.take(0),
      back: () => this.camera.leave(),
      "delete-photo": () => photos.remove(),
      again: () => tryon.again(),
      retry: () => tryon.start(),
      look: () => tryon.follow(tryon.url),
      mail: () => tryon.mail(),
      zoom: () => this.result.toggle("zoomed"),
      fill: () => this.result.toggle("full"),
      dismiss: () => this.notice?.hide(),
    })[name]();
  }

  /** Open the room, fetching it first where need be. Rejects when it cannot be fetched. */
  async open() {
    const link = this.querySelector("a");
    link.setAttribute("aria-busy", "true");
    try {
      await this.prepare();
    } finally {
      link.removeAttribute("aria-busy");
    }
    this.notice?.hide();
    if (this.dialog.open) return;
    this.followPage();
    const page = document.documentElement;
    this.page = [page.style.overflow, page.style.scrollbarGutter];
    if (innerWidth > page.clientWidth) page.style.scrollbarGutter = "stable";
    page.style.overflow = "hidden";
    this.dialog.showModal();
    this.dialog.querySelector("h2").focus();
    this.emit("open", { product: this.product.value });
    const kept = this.recall();
    if (kept?.room === this.dataset.product && !this.tryon.url) this.tryon.follow(kept.url, kept);
  }

  /** Choose the variant that she has picked on the page since she was last here: told by a
      `genlook:product` event, or found in Oscar's form of a parent. */
  followPage() {
    const fields = [...document.querySelectorAll("[name=child_id]")];
    const field = fields.find(({ type, checked }) => type !== "radio" || checked);
    const picked = this.dataset.chosen || field?.value;
    if (picked === this.picked) return;
    this.picked = picked;
    if (["result", "failed"].includes(this.state)) this.tryon.again();
    if (this.state === "photo") this.chooseProduct(picked);
  }

  close() {
    this.dialog.close();
  }

  closed() {
    const { style } = document.documentElement;
    [style.overflow, style.scrollbarGutter] = this.page;
    this.camera?.leave();
    this.emit("close", { tryon: this.tryon.id });
  }

  get state() {
    return this.dialog.dataset.state;
  }

  /** Show one state: photo, camera, sending, waiting, result or failed. */
  show(state) {
    const { dialog } = this;
    if (this.state === state) return;
    const held = dialog.contains(this.shadowRoot.activeElement);
    dialog.dataset.state = state;
    this.part("trouble").textContent = "";
    this.problem("");
    // One of the two scrolls: the sheet on a phone, the panel on a desk.
    dialog.scrollTop = dialog.querySelector(".panel").scrollTop = 0;
    const heading = dialog.querySelector(`[data-in~="${state}"] [data-focus]`);
    if (dialog.open && held) heading?.focus({ preventScroll: true });
  }

  /** Tell a screen reader. */
  say(text) {
    this.part("live").textContent = text;
  }

  /** Say what keeps her from going on: the name of a text, or a sentence. */
  problem(text) {
    this.part("problem").textContent = this.text(text) || text;
  }

  showPerson(source, any) {
    const image = this.part("person");
    image.hidden = !source;
    if (source) image.src = source;
    else image.removeAttribute("src");
    this.part("unseen").hidden = Boolean(source) || !any;
    this.dialog.classList.toggle("has-person", any);
  }

  emit(name, detail) {
    if (name === "photo") sent = performance.now();
    this.dispatchEvent(new CustomEvent(`genlook:${name}`, { bubbles: true, composed: true, detail }));
  }

  /** Tell her something that happened, in the room or, when it is closed, beside the page. */
  async tell(text, picture = "") {
    const words = this.text(text);
    if (this.dialog.open && !document.hidden) return this.say(words);
    const { Notice } = await this.module("notice");
    this.notice ??= new Notice(this);
    return this.notice.show(words, { picture, titleOnly: this.dialog.open });
  }

  async openCamera() {
    const { Camera } = await this.module("camera");
    this.camera ??= new Camera(this);
    this.camera.open();
  }

  /** Do something of the step that crops or turns her photo; `open` takes the file. */
  async crop(verb, file) {
    try {
      const { Crop } = await this.module("crop");
      this.cropping ??= new Crop(this);
      await this.cropping[verb](file);
    } catch {
      this.show("photo");
      this.problem("fault");
    }
  }

  /** Choose what is tried on: what has this id, if it is here, else `other` or what is ticked. */
  chooseProduct(id, other) {
    const inputs = [...this.shadowRoot.querySelectorAll("input[name=product]")];
    const wanted = inputs.find(({ value }) => value === id);
    if (wanted) wanted.checked = true;
    const ticked = inputs.find((input) => input.type === "hidden" || input.checked) || inputs[0];
    ticked.checked = true;
    this.product = wanted || other || ticked;
    const { title, image, shared } = this.product.dataset;
    this.part("shared-picture").hidden = shared === undefined;
    const garment = this.part("garment");
    garment.hidden = !image;
    if (image) garment.src = image;
    this.part("name").textContent = title;
  }

  /** What outlives the page: where the try-on is. No picture, no name, no token. */
  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(STORE));
    } catch {
      return null;
    }
  }

  /** Keep `{url, live, room}`, or forget it with null. */
  keep(value) {
    try {
      if (value) sessionStorage.setItem(STORE, JSON.stringify(value));
      else sessionStorage.removeItem(STORE);
    } catch {
      // Storage is switched off: the try-on's own page still knows.
    }
  }
}
