// A small, polite word beside the page when something is ready and the room is closed.

export class Notice {
  /** `room` has the notice's markup: what it says, and the ways to see more. */
  constructor(room) {
    this.room = room;
    this.box = room.part("notice");
  }

  /** Show `words` with the way to see more: the room, or the page `link` away from it. */
  show(words, { link, picture, titleOnly }) {
    if (document.hidden) this.markTitle(words);
    if (titleOnly) return;
    const { room, box } = this;
    room.part("notice-open").hidden = Boolean(link);
    room.part("notice-link").hidden = !link;
    room.part("notice-link").href = link || "#";
    room.part("notice-text").textContent = words;
    const image = room.part("notice-image");
    image.hidden = !picture;
    if (picture) image.src = picture;
    box.hidden = false;
    box.showPopover?.();
    room.part("announce").textContent = words;
  }

  hide() {
    if (this.box.hidden) return;
    this.box.hidePopover?.();
    this.box.hidden = true;
    this.room.part("announce").textContent = "";
  }

  markTitle(words) {
    const before = document.title;
    document.title = `● ${words} ${before}`;
    const restore = () => { document.title = before; };
    document.addEventListener("visibilitychange", restore, { once: true });
  }
}
