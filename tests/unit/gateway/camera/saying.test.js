// Sentences come in peace, on the screen and more so for the ear.

import assert from "node:assert/strict";
import test from "node:test";

import { Saying } from "../../../../services/gateway/pages/static/saying.js";

function heard(codes, stepMs) {
  const [shown, read] = [[], []];
  const saying = new Saying((code) => shown.push(code), (code) => read.push(code));
  codes.forEach((code, at) => saying.hear(code, at * stepMs));
  return { shown, read };
}

test("a sentence is shown once two looks agree, and one look's doubt changes nothing", () => {
  const { shown } = heard(["cutB", "hold", "cutB", "cutB", "none", "cutB", "hold", "hold"], 300);
  assert.deepEqual(shown, ["cutB", "hold"]);
});

test("a sentence is read out once it stood for a second, and only once", () => {
  assert.deepEqual(heard(Array(40).fill("cutB"), 300).read, ["cutB"]);
  assert.deepEqual(heard(["cutB", "cutB", "cutB"], 300).read, []);
});

test("no sentence is read out soon after another", () => {
  const { read } = heard([...Array(10).fill("cutB"), ...Array(5).fill("far"), ...Array(12).fill("hold")], 300);
  assert.deepEqual(read, ["cutB", "hold"]);
});
