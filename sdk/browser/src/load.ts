// How does a page get what it does not always need? A script of the same server, loaded the first time that it is asked for.
import type { Access, InApp, InAppOptions, Running } from "./types";

declare global {
  interface Window {
    uemsInApp?: (access: Access, options: InAppOptions) => Running;
  }
}

/** A script, once: its element tells when it is there. */
function script(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.async = true;
    tag.onload = () => resolve();
    tag.onerror = () => {
      tag.remove();
      reject(new Error(`uems: ${url} cannot be loaded`));
    };
    document.head.append(tag);
  });
}

export function makeInApp(access: Access) {
  let begun: Promise<InApp> | undefined;
  let running: Running | undefined;
  const start = (options: InAppOptions = {}): Promise<InApp> => {
    begun ??= script(`${access.host}/uems-inapp.js`).then(
      () => {
        if (!window.uemsInApp) throw new Error("uems: uems-inapp.js is not what was expected");
        return (running = window.uemsInApp(access, options));
      },
      (error: unknown) => {
        begun = undefined; // the next call tries again
        throw error;
      },
    );
    return begun;
  };
  return { start, again: () => running?.again() };
}
