// When is another page viewed? When a document is loaded, when it comes back from the browser's cache, and when an application
// changes the address without loading anything.

/** open: a page is viewed now. referrer: the page before it inside the application, undefined for the first one. */
export function watchPages(hash: boolean, open: (referrer?: string) => void): void {
  const place = () => location.pathname + location.search + (hash ? location.hash : "");
  let last = "";
  let address = "";

  const look = () => {
    if (place() === last) return;
    const before = last ? address : undefined;
    last = place();
    address = location.href;
    open(before);
  };
  // A moment later, since applications set the title after the address.
  const moved = () => setTimeout(look, 0);

  for (const name of ["pushState", "replaceState"] as const) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const usual = history[name];
    history[name] = function (this: History, ...given: Parameters<History["pushState"]>) {
      usual.apply(this, given);
      if (last) moved();
    };
  }
  addEventListener("popstate", moved);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      last = "";
      look();
    }
  });
  const ready = () => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look, { once: true });
    else look();
  };
  // A page that the browser loads ahead has not been viewed.
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener("prerenderingchange", ready, { once: true });
  else ready();
}
