// Draws the outline of the page over the picture, and a bar along each border beyond which the page goes on.

const BAR = 0.02; // of the shorter side of the picture

export class Overlay {
  // `drawing` is an SVG with a polygon and four rectangles, which lies over the picture and is fitted into the same place.
  constructor(drawing) {
    this.drawing = drawing;
    this.polygon = drawing.querySelector("polygon");
    this.bars = [...drawing.querySelectorAll("rect")];
  }

  // `look` has the outline, in shares of the picture, and the picture's width and height.
  draw({ outline, width, height }, good) {
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawing.dataset.good = good;
    const corners = outline?.corners ?? [];
    this.polygon.setAttribute("points", corners.map(([x, y]) => `${x * width},${y * height}`).join(" "));
    for (const bar of this.bars) this.place(bar, width, height, outline?.cut.includes(bar.dataset.border));
  }

  clear() {
    this.draw({ outline: null, width: 1, height: 1 }, false);
  }

  place(bar, width, height, shown) {
    const thick = BAR * Math.min(width, height);
    const upright = "LR".includes(bar.dataset.border);
    const at = { L: [0, 0], T: [0, 0], R: [width - thick, 0], B: [0, height - thick] }[bar.dataset.border];
    const size = upright ? [thick, height] : [width, thick];
    ["x", "y", "width", "height"].forEach((name, place) => bar.setAttribute(name, [...at, ...size][place]));
    bar.toggleAttribute("hidden", !shown);
  }
}
