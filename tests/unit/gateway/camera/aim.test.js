// What is said while somebody aims, and when the picture is taken by itself.

import assert from "node:assert/strict";
import test from "node:test";

import { Aim, faultOf } from "../../../../services/gateway/pages/static/aim.js";

const PAGE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];
const LIGHT = { paper: 200, edges: 0.5 };

function page({ corners = PAGE, cut = [], several = false, light = {} } = {}) {
  return { outline: { corners, cut, several }, light: { ...LIGHT, ...light } };
}

function moved(by) {
  return PAGE.map(([x, y]) => [x + by, y]);
}

test("each fault is named, the gravest first", () => {
  const small = PAGE.map(([x, y]) => [x * 0.4, y * 0.4]);
  const faults = {
    none: { outline: null, light: null },
    cutB: page({ cut: ["B"], several: true, light: { paper: 20 } }),
    cutMore: page({ cut: ["L", "B"] }),
    several: page({ several: true, light: { paper: 20 } }),
    far: page({ corners: small }),
    dark: page({ light: { paper: 60, edges: 0.1 } }),
    blurred: page({ light: { edges: 0.1 } }),
  };
  for (const [fault, look] of Object.entries(faults)) assert.equal(faultOf(look), fault);
  assert.equal(faultOf(page()), null);
  assert.equal(faultOf(page({ light: { edges: null } })), null, "a page without writing is no blurred one");
});

test("the picture is taken once the page was good and still for a moment", () => {
  const aim = new Aim();
  assert.deepEqual(aim.see(page(), 0), { say: "hold", good: true, take: false });
  assert.equal(aim.see(page({ corners: moved(0.01) }), 400).take, false);
  assert.equal(aim.see(page(), 800).take, true);
});

test("moving, or a fault, begins anew", () => {
  for (const between of [page({ corners: moved(0.1) }), page({ cut: ["B"] })]) {
    const aim = new Aim();
    aim.see(page(), 0);
    aim.see(between, 500);
    assert.equal(aim.see(page(), 1000).take, false);
    assert.equal(aim.see(page(), 1800).take, true);
  }
});

test("what was taken is not taken by itself again, the next page is", () => {
  const aim = new Aim();
  aim.see(page(), 0);
  aim.see(page(), 800);
  aim.took("next");
  assert.deepEqual(aim.see(page(), 3000), { say: "next", good: true, take: false });
  assert.equal(aim.see(page(), 9000).take, false);
  assert.equal(aim.see({ outline: null, light: null }, 10_000).say, "none");
  aim.see(page(), 11_000);
  assert.equal(aim.see(page(), 12_000).take, true);
});
