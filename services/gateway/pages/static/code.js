// A QR code leads to `/#K7Q2-M9XA-4`: what follows `#` never leaves the phone, so no log has ever seen a code.

export function fillCode() {
  const field = document.querySelector("[data-code-form] input[name=code]");
  if (!field) return;
  window.addEventListener("hashchange", fillCode, { once: true }); // a link typed into a tab that is here already
  const code = decodeURIComponent(location.hash.slice(1));
  if (!/^[0-9A-Za-z-]{6,20}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
  field.form.querySelector("button[type=submit]:not([hidden])").focus();
}
