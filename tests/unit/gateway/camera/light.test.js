// How light a page is, and whether the picture of it shook.

import assert from "node:assert/strict";
import test from "node:test";

import { lightOn } from "../../../../services/gateway/pages/static/light.js";

const [WIDTH, HEIGHT] = [400, 500];
const PAGE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];

// A page of one grey with letters on it, on a black desk; each step of `blur` is the mean of neighbours along a row.
function picture({ paper = 220, ink = 40, blur = 0 } = {}) {
  let grey = Float32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    if (x < 0.05 * WIDTH || x > 0.95 * WIDTH || y < 0.05 * HEIGHT || y > 0.95 * HEIGHT) return 0;
    return y % 12 < 6 && x % 7 < 3 ? ink : paper;
  });
  for (let step = 0; step < blur; step++) grey = grey.map((each, at) => (each + (grey[at - 1] ?? each) + (grey[at + 1] ?? each)) / 3);
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  grey.forEach((each, at) => data.fill(each, at * 4, at * 4 + 3));
  return { data, width: WIDTH, height: HEIGHT };
}

test("the paper's brightness is that of the page, not of the desk or of the ink", () => {
  assert.equal(lightOn(picture({ paper: 220 }), PAGE).paper, 220);
  assert.equal(lightOn(picture({ paper: 70, ink: 5 }), PAGE).paper, 70);
});

test("what shook has softer edges, in whichever direction", () => {
  const sharp = lightOn(picture(), PAGE).edges;
  assert.ok(sharp > 0.9);
  assert.ok(lightOn(picture({ blur: 6 }), PAGE).edges < sharp / 2);
});

test("edges are as sharp in little light, and there are none without writing", () => {
  assert.ok(lightOn(picture({ paper: 70, ink: 5 }), PAGE).edges > 0.9);
  assert.equal(lightOn(picture({ ink: 220 }), PAGE).edges, null);
});
