// What is collected without a line of code? Clicks and submitted forms: which element, never what somebody typed.
import type { Properties } from "./types";

const CLICKABLE =
  "a,button,summary,[role=button],[role=link],[role=menuitem],[role=tab],input[type=button],input[type=submit],[data-uems-event]";
const TYPED = "input,textarea,select,[contenteditable]";
const IGNORED = "[data-uems-ignore]";
const TEXT = 100;

export type Track = (event: string, properties?: Properties) => void;

/** An address without its query, which may hold secrets, and of mailto: and tel: only that. */
function address(said: string | null): string | undefined {
  if (!said) return undefined;
  try {
    const { protocol, origin, pathname } = new URL(said, location.href);
    return protocol.startsWith("http") ? origin + pathname : protocol;
  } catch {
    return undefined;
  }
}

function facts(element: Element): Properties {
  // Attributes, not properties: a form's `name` and `id` may be hidden by its own fields.
  return {
    tag: element.tagName.toLowerCase(),
    id: element.getAttribute("id") ?? undefined,
    name: element.getAttribute("name") ?? undefined,
  };
}

/** The label of an element; none where something that can be typed into lies inside or around. */
function label(element: Element): string | undefined {
  if (element.matches(TYPED) || element.querySelector(TYPED) || element.closest("[contenteditable]")) return undefined;
  const text = element.getAttribute("aria-label") ?? element.textContent;
  return text.replace(/\s+/g, " ").trim().slice(0, TEXT) || undefined;
}

function clicked(event: Event, track: Track): void {
  // The real target, also inside open shadow roots.
  const target = event.composedPath()[0];
  const element = target instanceof Element ? target.closest(CLICKABLE) : null;
  if (!element || element.closest(IGNORED)) return;
  track(element.getAttribute("data-uems-event") ?? "Element Clicked", {
    ...facts(element),
    text: label(element),
    href: address(element.getAttribute("href")),
  });
}

function submitted(event: Event, track: Track): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.closest(IGNORED)) return;
  track(form.getAttribute("data-uems-event") ?? "Form Submitted", {
    ...facts(form),
    action: address(form.getAttribute("action") ?? location.href),
    method: (form.getAttribute("method") ?? "get").toLowerCase(),
  });
}

export function captureClicks(track: Track): void {
  document.addEventListener("click", (event) => clicked(event, track), { capture: true, passive: true });
}

export function captureForms(track: Track): void {
  document.addEventListener("submit", (event) => submitted(event, track), { capture: true, passive: true });
}
