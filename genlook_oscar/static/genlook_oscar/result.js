// The picture and what follows it. Loaded only when there is one.

export class Result {
  constructor(room) {
    this.room = room;
    room.part("more").onsubmit = (event) => this.submit(event);
    room.dialog.oncancel = (event) => {
      if (!room.part("compare").matches(".full")) return;
      event.preventDefault();
      this.toggle("full");
    };
  }

  /** Show the picture of the try-on at `url`. Rejects where it cannot be loaded. */
  async show({ result_url: picture, photo }, url) {
    const { room } = this;
    const after = room.part("after");
    const before = room.part("before");
    const own = photo?.preview_url || room.photos.preview;
    this.url = url;
    room.part("more").replaceChildren();
    after.src = picture;
    if (own) before.src = own;
    for (const part of [before, room.part("range"), room.part("slide")]) part.hidden = !own;
    await after.decode();
    this.shared = await room.module("follow");
    this.shared.compare(room.part("compare"));
    this.load().catch(() => {});
  }

  /** Fetch what follows the picture; its section `name` gets the focus. */
  async load(name) {
    const { url, room } = this;
    const response = await fetch(`${url}more/`);
    const text = await response.text();
    if (!response.ok || url !== this.url) return;
    const more = room.part("more");
    more.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    more.querySelector(`[data-section=${name}]`)?.focus();
    this.shared.handOn(more, (words) => room.say(words));
  }

  async submit(event) {
    const { target: form, submitter } = event;
    const { room } = this;
    const { send, next, section } = form.dataset;
    if (send || next) event.preventDefault();
    if (next) {
      room.chooseProduct(submitter.value, submitter);
      room.tryon.start();
    } else if (send) {
      const body = new FormData(form, submitter);
      const answer = await room.ask(form.action, { body }).catch((error) => error);
      if (answer.message) form.append(answer.message);
      else await this.load(section);
      room.say(answer.message || send);
    }
  }

  /** Have the picture "zoomed", and moved by scrolling, or "full": the whole window. */
  toggle(name, on) {
    const { room } = this;
    const set = room.part("compare").classList.toggle(name, on);
    room.part(name).ariaPressed = set;
    room.part("head").inert = room.part("panel").inert = room.part("compare").matches(".full");
    const pan = room.part("pan");
    pan.scrollTo(pan.clientWidth * 0.75, pan.clientHeight / 4);
  }
}
