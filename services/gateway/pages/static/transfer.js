// One page on its way, in parts (tus): what has arrived is never sent again.

import "./tus.js"; // leaves `tus` on the window

const PART_BYTES = 512 * 1024;
const GONE = [404, 410];
const SHUT = [401, 403];
const HOPELESS = [413, 415];
const FULL = "upload.quota"; // 413 as well, until some pages were handed in or removed
const LATER = [0, 408, 409, 423, 429];

// Resolves to the page's id. Rejects with what to do: `gone` (begin anew), `later`, or `words` for the reader.
export function transfer(endpoint, page, { began, progress }) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(page.file, {
      ...(page.url ? { uploadUrl: page.url } : { endpoint }),
      headers: { "Idempotency-Key": page.key, Accept: "application/problem+json" },
      metadata: page.replaces ? { replaces: page.replaces } : {},
      chunkSize: PART_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => began(upload.url),
      onProgress: (sent, total) => progress(sent / total),
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader("X-Page")),
      onError: (error) => reject(problemOf(error)),
    });
    upload.start();
  });
}

export function discard(page) {
  if (page.url) tus.Upload.terminate(page.url, { retryDelays: [0, 5000] }).catch(() => {}); // else it expires
}

function problemOf(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  const { words, code } = said(answer);
  if (code === "token.unknown") location.assign("/"); // this phone was signed out elsewhere
  if (code?.startsWith("mandate.")) return { words, hopeless: true }; // nobody may send it any more, under this address
  if (GONE.includes(status) || (SHUT.includes(status) && !code)) return { gone: true, words }; // no answer to HEAD has words
  if (LATER.includes(status) || status >= 500) return { later: true, offline: status === 0 };
  return { words, hopeless: (HOPELESS.includes(status) && code !== FULL) || code === "page.empty" };
}

function said(answer) {
  try {
    const { detail, code } = JSON.parse(answer.getBody());
    return { words: detail, code };
  } catch {
    return {};
  }
}
