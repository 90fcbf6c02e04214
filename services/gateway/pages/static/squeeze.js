// Makes a picture the square that the page net looks at: each new pixel is the mean of those it covers, as OpenCV does it
// with INTER_AREA.

// `picture` is { data, width, height } with red, green, blue and alpha, as a canvas gives it; returned are blue, green, red.
export function squeezed({ data, width, height }, side) {
  const across = covered(width, side);
  const down = covered(height, side);
  const square = new Uint8ClampedArray(side * side * 3); // what is stored in it is rounded as OpenCV rounds: half to even
  const mean = new Float32Array(side * 3);
  const row = new Float32Array(side * 3);
  let narrowed = -1;
  for (let y = 0; y < side; y++) {
    mean.fill(0);
    for (let part = 0; part < down.counts[y]; part++) {
      const from = down.firsts[y] + part;
      if (from !== narrowed) narrow(data, from * width * 4, across, row);
      narrowed = from;
      const share = down.shares[y * down.most + part];
      for (let at = 0; at < mean.length; at++) mean[at] += row[at] * share;
    }
    square.set(mean, y * mean.length);
  }
  return new Uint8Array(square.buffer);
}

export function mirrored(square, side) {
  const other = new Uint8Array(square.length);
  for (let at = 0; at < side * side; at++) {
    const to = at + side - 1 - 2 * (at % side);
    for (let colour = 0; colour < 3; colour++) other[to * 3 + colour] = square[at * 3 + colour];
  }
  return other;
}

// For each of `count` new pixels: the first of `length` old ones that it covers, how many, and the share of each, at most
// `most` of them.
function covered(length, count) {
  const step = length / count;
  const most = Math.ceil(step) + 1;
  const firsts = new Int32Array(count);
  const counts = new Int32Array(count);
  const shares = new Float32Array(count * most);
  for (let at = 0; at < count; at++) {
    const [start, end] = [at * step, (at + 1) * step];
    firsts[at] = Math.floor(start + 1e-6);
    counts[at] = Math.min(Math.ceil(end - 1e-6), length) - firsts[at];
    for (let part = 0; part < counts[at]; part++) {
      const from = firsts[at] + part;
      shares[at * most + part] = (Math.min(end, from + 1) - Math.max(start, from)) / step;
    }
  }
  return { firsts, counts, shares, most };
}

function narrow(data, start, { firsts, counts, shares, most }, row) {
  for (let x = 0; x < firsts.length; x++) {
    let [blue, green, red] = [0, 0, 0];
    for (let part = 0; part < counts[x]; part++) {
      const share = shares[x * most + part];
      const at = start + (firsts[x] + part) * 4;
      red += data[at] * share;
      green += data[at + 1] * share;
      blue += data[at + 2] * share;
    }
    row[x * 3] = blue;
    row[x * 3 + 1] = green;
    row[x * 3 + 2] = red;
  }
}
