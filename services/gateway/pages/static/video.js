// The phone's camera: opened, looked through, and let go.

const CLOSE_TO_A4 = { width: { ideal: 1440 }, height: { ideal: 1080 }, resizeMode: "none" }; // upright where the phone is
const FINE = { width: { ideal: 4096 }, height: { ideal: 3072 } }; // where a picture can only be taken of what is shown
const PHOTO_MS = 4000;
const QUALITY = 0.92;

function canFilm() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

// Whether there is a camera at all; that may be asked before anybody was asked to allow it.
export async function hasCamera() {
  if (!canFilm()) return false;
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.some(({ kind }) => kind === "videoinput");
}

// Resolves to a camera whose picture is shown in a `video`; rejects with `refused`, `missing` or `busy`.
export async function openCamera(video) {
  if (!canFilm()) throw new Error("missing");
  const size = "ImageCapture" in window ? CLOSE_TO_A4 : FINE;
  let camera;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, ...size } });
    camera = new Camera(video, stream);
    await video.play();
    return camera;
  } catch (error) {
    camera?.close();
    if (error.name === "NotAllowedError" || error.name === "SecurityError") throw new Error("refused");
    throw new Error(error.name === "NotFoundError" || error.name === "OverconstrainedError" ? "missing" : "busy");
  }
}

class Camera {
  constructor(video, stream) {
    this.video = video;
    this.stream = stream;
    [this.track] = stream.getVideoTracks();
    video.srcObject = stream;
  }

  get hasTorch() {
    return Boolean(this.track.getCapabilities?.().torch);
  }

  light(on) {
    return this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  // A photograph with all pixels that the camera has, where the browser can take one in time, else what is shown just now.
  async photograph() {
    const shown = frameOf(this.video);
    try {
      return await within(PHOTO_MS, this.taken());
    } catch {
      return shown;
    }
  }

  async taken() {
    const capture = new ImageCapture(this.track);
    const { imageWidth, imageHeight } = await capture.getPhotoCapabilities();
    return capture.takePhoto({ imageWidth: imageWidth.max, imageHeight: imageHeight.max });
  }

  close() {
    this.stream.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }
}

function frameOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

function within(limitMs, work) {
  return Promise.race([work, new Promise((_, reject) => setTimeout(reject, limitMs))]);
}
