// Making a photo ready for its way, in the shopper's own browser.

/** Said to the shopper when a photo cannot be taken; `text` names a text of the room. */
class Unfit extends Error {
  constructor(text) {
    super(text);
    this.text = text;
  }
}

/**
 * Turn a picture upright, make its longer side `longSide` pixels at most, and return it as
 * a JPEG without metadata. What this browser cannot read is returned as it is, for the
 * server to read or refuse. Throws `Unfit`.
 */
export async function shrink(file, { longSide, maxPixels, maxBytes }) {
  if (file.type && !file.type.startsWith("image/")) throw new Unfit("notPhoto");
  let picture;
  try {
    const { naturalWidth, naturalHeight } = await measure(file);
    if (naturalWidth * naturalHeight > maxPixels) throw new Unfit("tooLarge");
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    if (error instanceof Unfit) throw error;
    if (file.size > maxBytes) throw new Unfit("tooLarge");
    return file;
  }
  const scale = Math.min(1, longSide / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob || file), "image/jpeg", 0.9);
  });
}

// A browser knows the size of a picture long before it has unpacked it.
function measure(file) {
  const address = URL.createObjectURL(file);
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}
