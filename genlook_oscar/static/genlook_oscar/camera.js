// The live picture of a computer's camera. Loaded only when it is asked for.

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Camera {
  constructor(video, count, live) {
    Object.assign(this, { video, count, live });
  }

  /** Show the camera's picture. Rejects when there is no camera or she says no. */
  async start() {
    this.stopped = false;
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1920 } },
    });
    if (this.stopped) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
  }

  stop() {
    this.stopped = true;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
    this.count.textContent = "";
  }

  /** Count down `seconds`, then return what the camera sees as a JPEG; null when stopped. */
  async shoot(seconds = 0) {
    for (let left = seconds; left > 0 && !this.stopped; left--) {
      this.count.textContent = this.live.textContent = left;
      await wait(1000);
    }
    this.count.textContent = "";
    if (this.stopped) return null;
    const canvas = document.createElement("canvas");
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  }
}
