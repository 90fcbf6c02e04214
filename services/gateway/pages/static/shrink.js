// A page of A4 in a picture of 16 megapixels has more than the 300 dots per inch that reading can use, whatever is around
// it. Cameras with more send the rest for nothing; everything else is sent as it was taken.

const MOST_PIXELS = 16_000_000; // an iPhone's canvas holds 16.7 million
const QUALITY = 0.9;

export async function shrunk(file) {
  if (file.type !== "image/jpeg") return file;
  const url = URL.createObjectURL(file);
  try {
    const image = await loaded(url);
    const share = Math.sqrt(MOST_PIXELS / (image.naturalWidth * image.naturalHeight));
    if (share >= 1) return file;
    const small = await drawn(image, share);
    return small && small.size < file.size ? small : file;
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function loaded(url) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = url;
  });
}

function drawn(image, share) {
  const canvas = document.createElement("canvas"); // upright, as EXIF says: the browser has turned the picture
  canvas.width = Math.floor(image.naturalWidth * share);
  canvas.height = Math.floor(image.naturalHeight * share);
  const context = canvas.getContext("2d", { alpha: false });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
