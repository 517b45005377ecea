// Making a photo ready for its way, in the shopper's own browser.

// Of a JPEG, which browsers unpack as small as it is drawn: the most that Chromium opens.
const MOST = 2 ** 28;

/** Why a photo cannot be taken; `text` names a text of the room. */
class Unfit extends Error {
  constructor(text) {
    super(text);
    this.text = text;
  }
}

/**
 * Turn a picture upright, make its longer side `longSide` pixels at most, and return it as
 * a JPEG without metadata. What this browser cannot read is returned as it is, for the
 * server to read or refuse. Throws `Unfit`: "narrow" for one that has to be cropped first.
 */
export async function shrink(file, { longSide, maxPixels, maxBytes, maxRatio }) {
  if (file.type && !file.type.startsWith("image/")) throw new Unfit("notPhoto");
  let blob;
  try {
    const picture = await open(file);
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (width * height > (file.type === "image/jpeg" ? MOST : +maxPixels)) throw new Unfit("tooLarge");
    // Made small, it would be too small: what its shape allows is told by the original.
    if (Math.max(width, height) > maxRatio * Math.min(width, height)) throw new Unfit("narrow");
    blob = await save(draw(picture, longSide));
  } catch (error) {
    if (error instanceof Unfit) throw error;
  }
  if (!blob && file.size > maxBytes) throw new Unfit("tooLarge");
  return blob || file;
}

/** The picture in a file, or at an address of the shop's, its size known, not yet unpacked.
    Rejects where it is none. */
export function open(file) {
  const address = typeof file === "string" ? file : URL.createObjectURL(file);
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}

/**
 * Draw a picture, turned by `turn` quarters, on a canvas with a longer side of `longSide`
 * at most: its part `[left, top, right, bottom]`, in shares of what is turned.
 */
export function draw(picture, longSide, turn = 0, [left, top, right, bottom] = [0, 0, 1, 1]) {
  const size = [picture.naturalWidth || picture.width, picture.naturalHeight || picture.height];
  const [width, height] = turn % 2 ? [size[1], size[0]] : size;
  const part = [(right - left) * width, (bottom - top) * height];
  const scale = Math.min(1, longSide / Math.max(...part));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = part.map((side) => Math.max(1, Math.round(side * scale)));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.scale(scale, scale);
  context.translate(width * (0.5 - left), height * (0.5 - top));
  context.rotate((turn * Math.PI) / 2);
  context.drawImage(picture, -size[0] / 2, -size[1] / 2, ...size);
  return canvas;
}

/** The canvas as a JPEG, white where nothing is; null where a picture found no memory. */
export function save(canvas) {
  const context = canvas.getContext("2d");
  const drawn = context.getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
  context.resetTransform();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    if (drawn) canvas.toBlob(resolve, "image/jpeg", 0.9);
    else resolve(null);
  });
}
