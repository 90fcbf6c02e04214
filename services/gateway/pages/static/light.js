// A quick look at the light on a page: is there enough of it, and did the picture shake? The server measures better, on the
// whole photograph; this only keeps a phone from taking a bad one by itself.

const TILE = 32; // pixels
const WRITTEN = 40; // grey levels between the darkest and the lightest pixel of a tile with writing on it
const FEWEST = 6; // tiles with writing: fewer tell nothing

// { paper: the grey level (0 to 255) that nine tenths of the page do not exceed, edges: how steep the edges of its writing
// are, per pixel and grey level between ink and paper, in the direction where they are less so; null without writing }
export function lightOn(picture, corners) {
  const levels = new Uint32Array(256);
  const edges = [[], []];
  for (const [left, top] of tilesWithin(picture, corners)) {
    const { contrast, steepest } = measured(picture, left, top, levels);
    if (contrast >= WRITTEN) steepest.forEach((slope, axis) => edges[axis].push(slope / contrast));
  }
  const written = edges[0].length >= FEWEST;
  return { paper: brightness(levels), edges: written ? Math.min(...edges.map(median)) : null };
}

// Every other tile, as on a chessboard, of those that lie within a page.
function* tilesWithin({ width, height }, corners) {
  const page = corners.map(([x, y]) => [x * width, y * height]);
  for (let top = 0, row = 0; top + TILE < height; top += TILE, row++) {
    for (let left = (row % 2) * TILE; left + TILE < width; left += 2 * TILE) {
      const ends = [[left, top], [left + TILE, top], [left, top + TILE], [left + TILE, top + TILE]];
      if (ends.every((end) => isWithin(end, page))) yield [left, top];
    }
  }
}

// Whether a point lies in a convex ring that runs clockwise on screen.
function isWithin([x, y], ring) {
  return ring.every(([startX, startY], at) => {
    const [endX, endY] = ring[(at + 1) % ring.length];
    return (endX - startX) * (y - startY) - (endY - startY) * (x - startX) >= 0;
  });
}

function measured({ data, width }, left, top, levels) {
  const grey = (at) => (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
  const steepest = [0, 0];
  let [darkest, lightest] = [255, 0];
  for (let y = top; y < top + TILE; y++) {
    for (let x = left; x < left + TILE; x++) {
      const at = (y * width + x) * 4;
      const here = grey(at);
      levels[here]++;
      darkest = Math.min(darkest, here);
      lightest = Math.max(lightest, here);
      steepest[0] = Math.max(steepest[0], Math.abs(grey(at + 4) - here));
      steepest[1] = Math.max(steepest[1], Math.abs(grey(at + width * 4) - here));
    }
  }
  return { contrast: lightest - darkest, steepest };
}

function brightness(levels) {
  const most = 0.9 * levels.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return levels.findIndex((count) => (seen += count) >= most);
}

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
