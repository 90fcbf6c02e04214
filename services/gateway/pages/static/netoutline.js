// The outline of the page from what the page net saw: as services/upload/domain/netoutline.py finds it, without following
// the edges in the picture.

import { cutOf } from "./pagemap.js";
import { cornersOf, likeness, sidesOf } from "./quad.js";

// { corners (TL, TR, BR, BL in shares of the picture), cut (its borders that the page crosses), several (pages) }, or null
// where there is no page.
export function outlineFrom(seen, { width, height }, thresholds) {
  const { there } = thresholds;
  if (seen.present < there) return null;
  const cut = cutOf(seen, thresholds);
  const corners = clearest(seen.mask, cut, thresholds);
  return corners && { corners: fromTopLeft(corners, width, height), cut, several: seen.several >= there };
}

// Where the net was half sure of things beside the page, the mask frays: then what it is surer of is the page, if that is
// more like one.
function clearest(mask, cut, thresholds) {
  const { there, surer, four_sided } = thresholds;
  const first = pageAt(mask, cut, there, thresholds);
  if (!first || first.fits >= four_sided) return first && first.corners;
  const others = surer.map((level) => pageAt(mask, cut, level, thresholds)).filter(Boolean);
  return others.reduce((best, one) => (one.fits > best.fits ? one : best), first).corners;
}

function pageAt(mask, cut, level, thresholds) {
  const sides = sidesOf(mask, cut, level, thresholds);
  return sides && { corners: cornersOf(sides), fits: likeness(mask, level, sides, thresholds) };
}

// Clockwise; the first corner is the one nearest to the top left, measured along the diagonal.
function fromTopLeft(corners, width, height) {
  const [middleX, middleY] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4);
  const angle = ([x, y]) => Math.atan2((y - middleY) * height, (x - middleX) * width);
  const along = ([x, y]) => x * width + y * height;
  const ring = [...corners].sort((one, other) => angle(one) - angle(other));
  const first = ring.reduce((best, corner, at) => (along(corner) < along(ring[best]) ? at : best), 0);
  return [...ring.slice(first), ...ring.slice(0, first)];
}
