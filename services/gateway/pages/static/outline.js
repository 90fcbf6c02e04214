// The outline of a page, corrected by hand: its corners dragged by finger, mouse or arrow keys, the page turned, and seen
// laid flat at once. Everything is drawn from one state, `{quad, turn}`, where null means: as suggested. The form sends it.

import { WHOLE, cornerAt, isPage, laidFlat, turned } from "./geometry.js";

const STEP = 0.0025; // of the longer side; with Shift ten of them
const LENS = 0.08; // of the longer side is seen on each side of the corner that is dragged
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const QUARTERS = { left: 270, right: 90 };

class Outline {
  constructor(form) {
    this.form = form;
    this.size = { width: Number(form.dataset.width), height: Number(form.dataset.height) };
    this.suggested = JSON.parse(form.dataset.suggested);
    this.now = JSON.parse(form.elements.outline.value);
    this.earlier = [];
    this.corners = [...form.querySelectorAll("[data-corner]")];
    this.lens = form.querySelector("[data-lens]");
    this.undoing = form.querySelector("[value=undo]");
    this.sheet = form.querySelector(".crop-sheet");
    this.listen();
    document.querySelectorAll("[data-scripted]").forEach((part) => part.removeAttribute("hidden"));
    new ResizeObserver(() => this.draw()).observe(form);
  }

  get quad() {
    return this.now.quad ?? this.suggested.quad;
  }

  get turn() {
    return this.now.turn ?? this.suggested.turn;
  }

  get seen() {
    const { width, height } = this.size;
    return this.turn % 180 ? { width: height, height: width } : { width, height };
  }

  listen() {
    this.corners.forEach((corner, place) => {
      corner.addEventListener("pointerdown", (event) => this.hold(event, place));
      corner.addEventListener("touchstart", (event) => event.preventDefault()); // the page does not scroll along
      corner.addEventListener("keydown", (event) => this.press(event, place));
    });
    this.form.addEventListener("click", (event) => this.choose(event));
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "z" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), this.undo());
    });
    this.picture.addEventListener("load", () => this.draw());
  }

  get picture() {
    return this.sheet.firstElementChild;
  }

  choose(event) {
    const step = event.target.closest("button")?.value;
    if (!step || step === "save") return;
    event.preventDefault();
    if (step === "undo") return this.undo();
    this.remember(this.now);
    if (step === "whole") this.now = { quad: WHOLE, turn: this.turn };
    else if (step === "suggestion") this.now = { quad: null, turn: null };
    else this.now = { ...this.now, turn: (this.turn + QUARTERS[step]) % 360 };
    this.draw();
    if (step in QUARTERS) document.getElementById("said").textContent = this.form.dataset.turned.replace("{turn}", this.turn);
  }

  remember(state) {
    this.earlier.push(state);
    this.undoing.disabled = false;
  }

  undo() {
    if (this.earlier.length) this.now = this.earlier.pop();
    this.draw();
  }

  // Where the corner at a place of the turned picture is, in shares of that.
  placed(place) {
    return turned(this.quad[cornerAt(place, this.turn)], this.turn);
  }

  // Corners that would be no page stay where they were.
  put(place, point) {
    const within = point.map((share) => Math.min(Math.max(share, 0), 1));
    const corner = turned(within, (360 - this.turn) % 360);
    const quad = this.quad.map((other, at) => (at === cornerAt(place, this.turn) ? corner : other));
    if (!isPage(quad)) return;
    this.now = { quad, turn: this.turn };
    this.draw();
  }

  hold(event, place) {
    if (event.button) return;
    const corner = event.currentTarget;
    const before = this.now;
    const [x, y] = this.placed(place);
    const start = this.under(event);
    const move = (moved) => {
      const [toX, toY] = this.under(moved);
      this.put(place, [x + toX - start[0], y + toY - start[1]]);
      this.magnify(place);
    };
    const end = () => {
      corner.removeEventListener("pointermove", move);
      if (this.now !== before) this.remember(before);
      this.lens.setAttribute("hidden", "");
    };
    corner.focus({ preventScroll: true });
    corner.setPointerCapture(event.pointerId);
    this.magnify(place);
    corner.addEventListener("pointermove", move);
    corner.addEventListener("lostpointercapture", end, { once: true });
  }

  under(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.corners[0].ownerSVGElement.getScreenCTM().inverse());
    return [point.x / this.seen.width, point.y / this.seen.height];
  }

  press(event, place) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const before = this.now;
    const far = STEP * (event.shiftKey ? 10 : 1) * Math.max(this.size.width, this.size.height);
    const [x, y] = this.placed(place);
    this.put(place, [x + (arrow[0] * far) / this.seen.width, y + (arrow[1] * far) / this.seen.height]);
    if (this.now !== before && !event.repeat) this.remember(before); // a key that is held is one step
  }

  // Shows what the finger hides, on the other side of the picture.
  magnify(place) {
    const [x, y] = this.placed(place);
    const around = LENS * Math.max(this.size.width, this.size.height);
    this.lens.setAttribute("viewBox", [x * this.seen.width - around, y * this.seen.height - around, 2 * around, 2 * around].join(" "));
    this.lens.classList.toggle("crop-lens--end", x < 0.5);
    this.lens.removeAttribute("hidden");
  }

  draw() {
    this.drawPicture();
    this.corners.forEach((corner, place) => this.drawCorner(corner, place));
    this.drawSheet();
    this.undoing.disabled = !this.earlier.length;
    this.form.elements.outline.value = JSON.stringify(this.now);
  }

  drawPicture() {
    const { width, height } = this.size;
    const moved = { 0: [0, 0], 90: [height, 0], 180: [width, height], 270: [0, width] }[this.turn];
    const points = this.quad.map(([x, y]) => `${x * width},${y * height}`).join(" ");
    this.form.querySelectorAll("[data-view]").forEach((view) => {
      view.setAttribute("viewBox", `0 0 ${this.seen.width} ${this.seen.height}`);
    });
    document.getElementById("crop-scene").setAttribute("transform", `translate(${moved.join(" ")}) rotate(${this.turn})`);
    this.form.querySelector(".crop-around").setAttribute("d", `M0 0H${width}V${height}H0ZM${points}Z`);
    this.form.querySelector(".crop-edge").setAttribute("points", points);
  }

  // As large on the screen whatever the size of the picture: its circles are drawn in pixels of the screen.
  drawCorner(corner, place) {
    const [x, y] = this.placed(place);
    const scale = 1 / (corner.ownerSVGElement.getScreenCTM()?.a || 1);
    corner.setAttribute("transform", `translate(${x * this.seen.width} ${y * this.seen.height}) scale(${scale})`);
    const [across, down] = [x, y].map((share) => Math.round(100 * share));
    corner.setAttribute("aria-valuenow", across);
    corner.setAttribute("aria-valuetext", this.form.dataset.place.replace("{x}", across).replace("{y}", down));
  }

  drawSheet() {
    const { naturalWidth, naturalHeight } = this.picture;
    const room = this.sheet.parentElement.getBoundingClientRect();
    if (!naturalWidth || !room.width) return;
    const drawn = !this.corners.length;
    const flat = laidFlat(this.quad, this.turn, { width: naturalWidth, height: naturalHeight }, room, drawn);
    this.sheet.style.width = `${flat.width}px`;
    this.sheet.style.height = `${flat.height}px`;
    this.picture.style.transform = flat.transform;
  }
}

document.querySelectorAll("[data-outline]").forEach((form) => new Outline(form));
