// The page's side of `looker.js`: loads what it needs, and asks it for one look at a time.

export class Looking {
  // `places` says where things are, and how large: looker, thresholds, engine, engineBytes, net, netBytes. `progress` is
  // told what share of it is here, and null at the end.
  constructor(places, progress) {
    this.places = places;
    this.progress = progress;
    this.asked = new Map();
    this.count = 0;
    this.figures = null;
    this.broken = Boolean(navigator.connection?.saveData); // somebody counts each byte: the page is checked once it was sent
  }

  get isReady() {
    return this.figures !== null;
  }

  async load() {
    if (this.broken) return;
    try {
      this.worker = new Worker(this.places.looker, { type: "module" });
      this.worker.addEventListener("message", ({ data }) => (data.id ? this.answered(data) : this.progress(data.progress)));
      this.worker.addEventListener("error", () => this.giveUp());
      this.figures = await this.ask({ places: { ...this.places } });
    } catch {
      this.giveUp();
    }
    this.progress(null);
  }

  // Resolves to { outline, light, width, height } of what is seen in a video or bitmap; rejects if that failed.
  async lookAt(picture) {
    const width = picture.videoWidth ?? picture.width;
    const height = picture.videoHeight ?? picture.height;
    const pixels = pixelsOf(picture, width, height, this.figures.longest);
    return { width, height, ...(await this.ask({ picture: pixels }, [pixels.data.buffer])) };
  }

  ask(question, given = []) {
    if (this.broken) return Promise.reject(new Error("broken"));
    const id = ++this.count;
    this.worker.postMessage({ id, ...question }, given);
    return new Promise((resolve, reject) => this.asked.set(id, { resolve, reject }));
  }

  answered({ id, answer, failed }) {
    const { resolve, reject } = this.asked.get(id);
    this.asked.delete(id);
    if (failed) reject(new Error("failed"));
    else resolve(answer);
  }

  giveUp() {
    this.broken = true;
    this.figures = null;
    this.worker?.terminate();
    for (const { reject } of this.asked.values()) reject(new Error("broken"));
    this.asked.clear();
  }
}

// What is seen, as pixels, with at most `longest` of them on its longer side. One canvas serves all looks.
let small;

function pixelsOf(picture, width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  small ??= document.createElement("canvas");
  small.width = Math.max(1, Math.round(width * scale));
  small.height = Math.max(1, Math.round(height * scale));
  const context = small.getContext("2d", { alpha: false, willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, small.width, small.height);
  const { data } = context.getImageData(0, 0, small.width, small.height);
  return { data, width: small.width, height: small.height };
}
