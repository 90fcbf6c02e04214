// From the page's mask to its four sides: the hull, its least sides cut away, the rest fitted to the edge. A side is
// [a, b, c] of a*x + b*y + c = 0 in shares of the picture, a*a + b*b = 1, and (a, b) points out of the page.
// services/upload/domain/quad.py is the same in Python.

import { areaOf, edgeOf, hullOf } from "./contour.js";

const BORDERS = { L: [-1, 0, 0], T: [0, -1, 0], R: [1, 0, -1], B: [0, 1, -1] };

// In order around the page; null if there is none. A side along a border the page crosses is that border itself.
export function sidesOf(mask, cut, level, thresholds) {
  const edge = edgeOf(mask, level, thresholds);
  const corners = edge && fourOf(hullOf(edge));
  return corners && corners.map((corner, at) => fitted(corner, corners[(at + 1) % 4], edge, cut, thresholds));
}

// Where neighbouring sides meet: the corner before each side first.
export function cornersOf(sides) {
  return sides.map(([d, e, f], at) => {
    const [a, b, c] = sides.at(at - 1);
    const apart = a * e - b * d;
    const by = Math.abs(apart) < 1e-9 ? 1e-9 : apart;
    return [(b * f - c * e) / by, (c * d - a * f) / by];
  });
}

// How alike the mask from a level on and a four-sided page are: their Jaccard index within the picture.
export function likeness(mask, level, sides, { far }) {
  if (cornersOf(sides).flat().some((each) => !(Math.abs(each) <= far))) return 0;
  const cells = Math.sqrt(mask.length);
  const rims = sides.map(([a, b]) => (0.5 * Math.max(Math.abs(a), Math.abs(b))) / cells); // a cell that is touched counts
  let both = 0;
  let either = 0;
  for (let at = 0; at < mask.length; at++) {
    const x = ((at % cells) + 0.5) / cells;
    const y = (Math.floor(at / cells) + 0.5) / cells;
    const inside = sides.every(([a, b, c], side) => a * x + b * y + c <= rims[side]);
    const shown = mask[at] >= level;
    both += inside && shown;
    either += inside || shown;
  }
  return both / Math.max(1, either);
}

// Drops sides of a convex polygon, the one whose loss adds the least area first, until four are left.
function fourOf(hull) {
  const corners = areaOf(hull) > 0 ? [...hull] : [...hull].reverse();
  while (corners.length > 4) {
    const without = corners.map((_, at) => grown(corners, at));
    const least = without.reduce((best, one, at) => (one.area < without[best].area ? at : best), 0);
    if (!Number.isFinite(without[least].area)) return null;
    corners[least] = without[least].tip;
    corners.splice((least + 1) % corners.length, 1);
  }
  return corners.length === 4 ? corners : null;
}

// The area that a polygon gains without the side that begins at a corner, and where its neighbours then meet.
function grown(corners, at) {
  const [before, start, end, after] = [-1, 0, 1, 2].map((step) => corners.at((at + step) % corners.length));
  const first = minus(start, before);
  const gap = minus(end, start);
  const last = minus(end, after);
  const step = cross(gap, last) / cross(first, last);
  const way = first.map((each) => each * step);
  const area = Math.abs(cross(gap, way)) / 2;
  return { area: step > 0 && Number.isFinite(area) ? area : Infinity, tip: [start[0] + way[0], start[1] + way[1]] };
}

// The side between two corners, fitted to the points of the edge beside its middle, or laid on the border that it follows.
function fitted(start, end, edge, cut, { at_border, middle: [first, last], beside, fewest }) {
  const followed = cut.map((name) => BORDERS[name]).find((border) => [start, end].every((one) => away(border, one) < at_border));
  if (followed) return followed;
  const [x, y] = minus(end, start);
  const length = Math.hypot(x, y) + 1e-12;
  const side = [y / length, -x / length];
  side.push(-(side[0] * start[0] + side[1] * start[1]));
  const near = edge.filter((point) => {
    const share = ((point[0] - start[0]) * x + (point[1] - start[1]) * y) / length ** 2;
    const inside = point.every((each) => each >= 1e-6 && each <= 1 - 1e-6);
    return inside && share > first && share < last && away(side, point) < beside;
  });
  return near.length < fewest ? side : lineThrough(near, side);
}

// The line that lies nearest to all points (least squares of their distances), its normal on the side of another's.
function lineThrough(points, like) {
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const spread = [0, 0, 0];
  for (const point of points) {
    const [x, y] = minus(point, middle);
    spread[0] += x * x;
    spread[1] += x * y;
    spread[2] += y * y;
  }
  const angle = Math.atan2(2 * spread[1], spread[0] - spread[2]) / 2;
  const normal = [Math.sin(angle), -Math.cos(angle)];
  const sign = normal[0] * like[0] + normal[1] * like[1] < 0 ? -1 : 1;
  const [a, b] = normal.map((each) => each * sign);
  return [a, b, -(a * middle[0] + b * middle[1])];
}

function away([a, b, c], [x, y]) {
  return Math.abs(a * x + b * y + c);
}

function minus(one, other) {
  return [one[0] - other[0], one[1] - other[1]];
}

function cross([x, y], [otherX, otherY]) {
  return x * otherY - y * otherX;
}
