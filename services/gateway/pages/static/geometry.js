// Corners of a page in a picture, and the page laid flat: plain numbers, no browser. A corner is [x, y]; four of them run
// from the top left clockwise. What is refused here the server refuses, too (domain/outlines.py), and it flattens alike.

const LEAST_AREA = 0.01; // of the picture
const LEAST_CORNER = 0.001; // of the picture: the triangle of a corner and its neighbours
const A4 = 297 / 210;
const LIKE_A4 = 0.15;
const AT_BORDER = 0.012; // of the picture: a page with two corners this near to a border may go on beyond it

export const WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]];

// Turns a point of the picture, in shares of it, clockwise with the picture.
export function turned([x, y], turn) {
  return { 0: [x, y], 90: [1 - y, x], 180: [1 - x, 1 - y], 270: [y, 1 - x] }[turn];
}

// Which corner of the picture is seen as the one at a place, from the top left on, once the picture is turned.
export function cornerAt(place, turn) {
  return (place + 4 - turn / 90) % 4;
}

// Whether four corners, in shares of the picture, lie in it, run around a page and leave enough of it.
export function isPage(quad) {
  if (!quad.flat().every((share) => share >= 0 && share <= 1)) return false;
  const areas = quad.map((corner, at) => triangle(quad[(at + 3) % 4], corner, quad[(at + 1) % 4]));
  return Math.min(...areas) >= LEAST_CORNER && areas[0] + areas[2] >= LEAST_AREA;
}

function triangle([left, top], [x, y], [right, bottom]) {
  return ((x - left) * (bottom - y) - (y - top) * (right - x)) / 2;
}

// Whether all edges of a page are in the picture, by its corners in shares of it.
function isInside(quad) {
  const along = (axis, border) => quad.filter((corner) => Math.abs(corner[axis] - border) < AT_BORDER).length > 1;
  return ![0, 1].some((axis) => along(axis, 0) || along(axis, 1));
}

// Height by width of the sheet behind four corners in pixels, before any turn: A4 if its shape allows and all of it is there.
export function ratioOf(quad, isAll) {
  const [top, right, bottom, left] = quad.map((corner, at) => distance(corner, quad[(at + 1) % 4]));
  const ratio = Math.max(left, right) / Math.max(top, bottom, 1);
  if (!isAll || Math.abs(Math.max(ratio, 1 / ratio) / A4 - 1) >= LIKE_A4) return ratio;
  return ratio > 1 ? A4 : 1 / A4;
}

function distance([x, y], [otherX, otherY]) {
  return Math.hypot(otherX - x, otherY - y);
}

// The homography [a, b, c, d, e, f, g, h, 1], row by row, that leads four points to four others (Heckbert 1989, 2.2.3).
export function homography(from, to) {
  return times(fromSquare(to), inverse(fromSquare(from)));
}

function fromSquare([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const across = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / across;
  const h = (dx1 * dy3 - dx3 * dy1) / across;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

function times(left, right) {
  const cell = (row, column) => [0, 1, 2].reduce((sum, at) => sum + left[3 * row + at] * right[3 * at + column], 0);
  const product = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => cell(row, column)));
  return product.map((value) => value / product[8]);
}

// But for a factor, which a homography does not know.
function inverse([a, b, c, d, e, f, g, h, i]) {
  return [
    e * i - f * h, c * h - b * i, b * f - c * e,
    f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d,
  ];
}

// The same as CSS writes it: in space, column by column.
export function matrix3d([a, b, c, d, e, f, g, h, i]) {
  return `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].map((value) => value.toFixed(9)).join()})`;
}

// How a picture of so many pixels, its page at `quad` (shares), is laid flat and turned into a box as large as `most` allows.
// One that was drawn from a file is its page, and all of it.
export function laidFlat(quad, turn, size, most, drawn = false) {
  const corners = quad.map(([x, y]) => [x * size.width, y * size.height]);
  const asItLies = ratioOf(corners, drawn || isInside(quad));
  const ratio = turn % 180 ? 1 / asItLies : asItLies;
  const width = Math.min(most.width, most.height / ratio);
  const box = { width, height: width * ratio };
  const places = WHOLE.map(([x, y]) => [x * box.width, y * box.height]);
  const from = places.map((_, place) => corners[cornerAt(place, turn)]);
  return { ...box, transform: matrix3d(homography(from, places)) };
}
