// From a mask to the outline of a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { outlineFrom } from "../../../../services/gateway/pages/static/netoutline.js";

const FIGURES = JSON.parse(readFileSync(new URL("../../../../services/upload/domain/thresholds.json", import.meta.url)));
const CELLS = 128;
const PICTURE = { width: 600, height: 800 };

// The mask that a net would answer that is never wrong: the share of each cell that lies within a convex page.
function maskOf(corners) {
  const fine = 8;
  const isWithin = (x, y) =>
    corners.every(([startX, startY], at) => {
      const [endX, endY] = corners[(at + 1) % corners.length];
      return (endX - startX) * (y - startY) - (endY - startY) * (x - startX) >= 0;
    });
  return Float32Array.from({ length: CELLS * CELLS }, (_, at) => {
    let inside = 0;
    for (let part = 0; part < fine * fine; part++) {
      const x = ((at % CELLS) + ((part % fine) + 0.5) / fine) / CELLS;
      const y = (Math.floor(at / CELLS) + (Math.floor(part / fine) + 0.5) / fine) / CELLS;
      inside += isWithin(x, y);
    }
    return inside / fine ** 2;
  });
}

function outline(mask, { beyond = [0, 0, 0, 0], present = 1, several = 0 } = {}) {
  return outlineFrom({ mask, beyond, present, several }, PICTURE, FIGURES);
}

function isNear(corners, wanted, by) {
  corners.flat().forEach((each, at) => assert.ok(Math.abs(each - wanted.flat()[at]) < by, `${corners} is not ${wanted}`));
}

test("the corners of a page come back, from the top left on", () => {
  for (const turn of [0, 0.05, -0.08]) {
    const page = [[0.2 + turn, 0.15], [0.8, 0.2 + turn], [0.85 - turn, 0.9], [0.15, 0.85 - turn]];
    const found = outline(maskOf(page));
    isNear(found.corners, page, 0.01);
    assert.deepEqual(found.cut, []);
  }
});

test("a cut page ends at the border of the picture", () => {
  const found = outline(maskOf([[-0.2, 0.2], [0.7, 0.2], [0.7, 0.8], [-0.2, 0.8]]), { beyond: [0.9, 0, 0, 0] });
  assert.deepEqual(found.cut, ["L"]);
  isNear(found.corners, [[0, 0.2], [0.7, 0.2], [0.7, 0.8], [0, 0.8]], 0.005);
});

test("the larger of two patches is the page", () => {
  const page = [[0.3, 0.3], [0.9, 0.3], [0.9, 0.9], [0.3, 0.9]];
  const [large, small] = [maskOf(page), maskOf([[0.02, 0.02], [0.2, 0.02], [0.2, 0.2], [0.02, 0.2]])];
  isNear(outline(large.map((each, at) => each + small[at])).corners, page, 0.01);
});

test("where the mask frays, what the net is surer of is the page", () => {
  const page = [[0.3, 0.3], [0.8, 0.3], [0.8, 0.8], [0.3, 0.8]];
  const [sure, half] = [maskOf(page), maskOf([[0.05, 0.1], [0.3, 0.45], [0.3, 0.6]])];
  isNear(outline(sure.map((each, at) => Math.max(each, 0.7 * half[at]))).corners, page, 0.02);
});

test("no page, a speck, or nothing four-sided is no outline", () => {
  const page = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]];
  assert.equal(outline(maskOf(page), { present: 0.4 }), null);
  assert.equal(outline(maskOf([[0.5, 0.5], [0.54, 0.5], [0.54, 0.54], [0.5, 0.54]])), null);
  assert.equal(outline(new Float32Array(CELLS * CELLS)), null);
  assert.equal(outline(maskOf(page), { several: 0.6 }).several, true);
});

test("a page that fills the picture reaches its borders", () => {
  const found = outline(new Float32Array(CELLS * CELLS).fill(1), { beyond: [1, 1, 1, 1] });
  isNear(found.corners, [[0, 0], [1, 0], [1, 1], [0, 1]], 1e-9);
});
