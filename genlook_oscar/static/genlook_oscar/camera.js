// The live picture of a computer's camera. Loaded only when it is asked for.

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Camera {
  constructor(room) {
    this.room = room;
    this.video = room.part("video");
    this.count = room.part("count");
  }

  /** Show the camera's picture, or say that there is none. */
  async open() {
    const { room, video } = this;
    room.show("camera");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1920 } },
      });
      this.stream = video.srcObject = stream;
      if (room.state !== "camera") this.stop();
      await video.play();
      room.dialog.querySelector("[data-do=timer]").focus();
    } catch {
      if (room.state !== "camera") return;
      this.leave();
      room.problem("noCamera");
    }
  }

  /** Back to the photos, the camera off. */
  leave() {
    this.stop();
    if (this.room.state === "camera") this.room.show("photo");
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
    this.count.textContent = "";
  }

  /** Count down `seconds`, then hand over what the camera sees. */
  async take(seconds) {
    const { room, stream, video, count } = this;
    if (this.taking) return;
    this.taking = true;
    for (let left = seconds; left > 0 && this.stream; left--) {
      count.textContent = left;
      room.say(left);
      await wait(1000);
    }
    this.taking = false;
    if (!stream || this.stream !== stream) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    this.leave();
    if (picture) room.photos.add(picture);
  }
}
