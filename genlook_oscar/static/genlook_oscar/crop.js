// Choosing the part of a photo that is used, and turning it. Loaded only when it is asked for.

const FINGER = 28; // pixels around an edge in which a finger means it
const SHOWN = 1200; // pixels of the longer side that is shown

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export class Crop {
  constructor(room) {
    this.room = room;
    this.stage = room.part("crop");
    this.pointers = new Map();
    this.edges = [...room.part("edges").querySelectorAll("input")];
    room.part("edges").addEventListener("input", ({ target }) => this.slide(target));
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.stage.addEventListener(type, this);
    }
    new ResizeObserver(() => this.place()).observe(this.stage);
    // Where a mouse is at hand there is room for them as well.
    room.part("edges").open = matchMedia("(pointer: fine)").matches;
  }

  /** Show the photo at hand, or a `file` that is too narrow to be used whole. */
  async open(file) {
    const { room } = this;
    const { photos } = room;
    const [shrink] = await Promise.all([room.module("shrink"), this.style()]);
    // A photo of an earlier visit is at the shop only.
    this.source = file || (photos.fresh || photos.chosen).file || photos.preview;
    this.picture = await shrink.open(this.source);
    this.shrink = shrink;
    this.small = shrink.draw(this.picture, SHOWN);
    this.narrow = Boolean(file);
    this.turns = 0;
    room.show("crop");
    room.part("crop-why").hidden = !file;
    room.dialog.querySelector("[data-do='crop:whole']").hidden = this.narrow;
    this.whole();
  }

  style() {
    const link = this.room.part("crop-style");
    if (link.rel) return undefined;
    return new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = () => reject(link.removeAttribute("rel"));
      link.rel = "stylesheet";
    });
  }

  get size() {
    const { naturalWidth: width, naturalHeight: height } = this.picture;
    return this.turns % 2 ? [height, width] : [width, height];
  }

  /** The whole photo, or of a narrow one what is twice as long as wide, in its middle. */
  whole() {
    const [width, height] = this.size;
    const part = this.narrow ? (2 * Math.min(width, height)) / Math.max(width, height) : 1;
    const [x, y] = width > height ? [part, 1] : [1, part];
    this.box = [(1 - x) / 2, (1 - y) / 2, (1 + x) / 2, (1 + y) / 2];
    this.render();
  }

  left() {
    const [left, top, right, bottom] = this.box;
    this.turn(3, [top, 1 - right, bottom, 1 - left]);
  }

  right() {
    const [left, top, right, bottom] = this.box;
    this.turn(1, [1 - bottom, left, 1 - top, right]);
  }

  turn(quarters, box) {
    this.turns = (this.turns + quarters) % 4;
    this.box = box;
    this.render();
    this.room.say(this.room.text("turned").replace("{degrees}", this.turns * 90));
  }

  /** Use the part in the frame in place of the photo that it was cut out of. */
  async use() {
    const { room, shrink, source, picture, turns, box } = this;
    const { photos } = room;
    const cut = await shrink.save(shrink.draw(picture, room.dialog.dataset.longSide, turns, box));
    if (!cut) throw new Error("no memory");
    // What she leaves out is not to stay at the shop, even if it was on its way already.
    await photos.upload?.catch(() => {});
    if (room.state !== "crop") return;
    const old = photos.chosen;
    if (old?.file === source) {
      const address = `${room.dialog.dataset.photosUrl}${old.value}/`;
      await room.ask(address, { method: "DELETE" }).catch(() => {});
      photos.forget(old);
    }
    room.show("photo");
    room.part("go").focus();
    photos.add(source, cut);
  }

  /** Back to the photos, nothing changed. */
  leave() {
    const { room } = this;
    room.show("photo");
    const again = room.part("photo-meta").querySelector("button");
    (again.checkVisibility() ? again : room.photos.list.querySelector("input")).focus();
  }

  // Draw what is turned; called when the picture itself has changed.
  render() {
    const drawn = this.shrink.draw(this.small, SHOWN, this.turns);
    const canvas = this.room.part("crop-canvas");
    canvas.width = drawn.width;
    canvas.height = drawn.height;
    canvas.getContext("2d").drawImage(drawn, 0, 0);
    this.place();
  }

  // Put the picture into the stage, and the frame over the picture.
  place() {
    if (!this.picture) return;
    const [width, height] = this.size;
    const { clientWidth, clientHeight } = this.stage;
    const scale = Math.min((clientWidth - FINGER) / width, (clientHeight - FINGER) / height);
    const { style } = this.room.part("crop-area");
    style.width = `${width * scale}px`;
    style.height = `${height * scale}px`;
    const frame = this.room.part("crop-frame").style;
    ["left", "top", "right", "bottom"].forEach((side, at) => {
      const share = at < 2 ? this.box[at] : 1 - this.box[at];
      frame[side] = `${share * 100}%`;
      this.edges[at].value = Math.round(this.box[at] * 100);
    });
  }

  // The least and the most that a side may have, in shares, where the other has `other` pixels.
  bounds(axis, other) {
    const side = this.size[axis];
    const { minSide, maxRatio } = this.room.dialog.dataset;
    const least = Math.max(Math.min(minSide, ...this.size), other / maxRatio);
    return [Math.min(1, least / side), Math.min(1, (other * maxRatio) / side)];
  }

  // Move the edges `[left, top, right, bottom]` to where a finger is; null leaves one alone.
  pull(targets) {
    const box = [...this.box];
    for (const axis of [0, 1]) {
      const near = targets[axis] ?? null;
      const far = targets[axis + 2] ?? null;
      if (near === null && far === null) continue;
      const other = (box[3 - axis] - box[1 - axis]) * this.size[1 - axis];
      const [least, most] = this.bounds(axis, other);
      if (near !== null) {
        const end = box[axis + 2];
        box[axis] = clamp(near, Math.max(0, end - most), Math.max(0, end - least));
      } else {
        const start = box[axis];
        box[axis + 2] = clamp(far, Math.min(1, start + least), Math.min(1, start + most));
      }
    }
    this.box = box;
    this.place();
  }

  slide(input) {
    const targets = [];
    targets[this.edges.indexOf(input)] = input.value / 100;
    this.pull(targets);
  }

  // The frame `scale` times as large as `box`, its middle moved by `x` and `y`, all in shares.
  put(box, x, y, scale = 1) {
    const size = [0, 1].map((axis) => box[axis + 2] - box[axis]);
    const least = [0, 1].map((axis) => this.bounds(axis, 0)[0] / size[axis]);
    const by = clamp(scale, Math.max(...least), 1 / Math.max(...size));
    const start = [x, y].map((move, axis) => {
      const middle = (box[axis] + box[axis + 2]) / 2 + move;
      return clamp(middle - (size[axis] * by) / 2, 0, 1 - size[axis] * by);
    });
    this.box = [...start, start[0] + size[0] * by, start[1] + size[1] * by];
    this.place();
  }

  // Fingers and the mouse: one on an edge or corner pulls it, one inside moves the frame, two
  // make it larger and smaller.
  handleEvent(event) {
    const { pointers } = this;
    const id = event.pointerId;
    const area = this.room.part("crop-area").getBoundingClientRect();
    const at = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
    if (event.type === "pointerdown") {
      this.stage.setPointerCapture(id);
      pointers.set(id, at);
      this.begin(at, [FINGER / area.width, FINGER / area.height]);
    } else if (!pointers.has(id)) {
      return;
    } else if (event.type === "pointermove") {
      pointers.set(id, at);
      this.move(at, area);
    } else {
      pointers.delete(id);
      this.grip = null;
    }
    event.preventDefault();
  }

  begin([x, y], reach) {
    const { box } = this;
    const start = [...this.pointers.values()].map((one) => [...one]);
    const within = [x, y].every(
      (one, axis) => one > box[axis] - reach[axis] && one < box[axis + 2] + reach[axis],
    );
    const held = [];
    for (const axis of [0, 1]) {
      const away = [axis, axis + 2].map((edge) => Math.abs([x, y][axis] - box[edge]));
      // Of a small frame the inner third is still for moving it.
      const near = Math.min(reach[axis], (box[axis + 2] - box[axis]) / 3);
      const edge = away[0] <= away[1] ? 0 : 1;
      const outside = [x, y][axis] < box[axis] || [x, y][axis] > box[axis + 2];
      if (away[edge] <= (outside ? reach[axis] : near)) {
        held[axis + 2 * edge] = box[axis + 2 * edge] - [x, y][axis];
      }
    }
    this.grip = within || start.length > 1 ? { start, held, box: [...box] } : null;
  }

  move(at, area) {
    const { grip } = this;
    const now = [...this.pointers.values()];
    if (!grip || grip.start.length !== now.length || now.length > 2) return;
    const middle = (points, axis) =>
      points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const [x, y] = [0, 1].map((axis) => middle(now, axis) - middle(grip.start, axis));
    if (now.length === 2) {
      const apart = ([one, two]) =>
        Math.hypot((one[0] - two[0]) * area.width, (one[1] - two[1]) * area.height);
      this.put(grip.box, x, y, apart(now) / Math.max(1, apart(grip.start)));
    } else if (grip.held.length) {
      this.pull(grip.held.map((offset, edge) => at[edge % 2] + offset));
    } else {
      this.put(grip.box, x, y);
    }
  }
}
