// The page that stands in for any other while there is no network: it leads on to that other one as soon as there is.

const POLITE_MS = 1000; // some systems say `online` before they are

const link = document.querySelector("[data-retry]");
if (location.pathname !== "/offline") link.href = location.pathname + location.search;
// Whose pages they would be could not be shown: the name of who is helped is not kept on the phone for that.
if (location.pathname.startsWith("/for/")) {
  document.querySelector("[data-own]").hidden = true;
  document.querySelector("[data-others]").hidden = false;
}
addEventListener("online", () => setTimeout(() => location.replace(link.href), POLITE_MS));
