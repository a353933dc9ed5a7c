// What surrounds the SDK in these tests? A server that answers as told and keeps what it was sent, and a clean browser each time.
import { vi } from "vitest";

import { load } from "../src/client";
import type { Client, Message, Options } from "../src/types";

export interface Body {
  writeKey: string;
  sentAt: string;
  context: Record<string, unknown>;
  batch: Message[];
}

export class Server {
  bodies: Body[] = [];
  beacons: Body[] = [];
  /** The statuses of the next answers; 200 when there are none left, no answer at all for 0. */
  answers: number[] = [];
  retryAfter = "";

  constructor() {
    vi.stubGlobal("fetch", (_url: string, request: RequestInit) => {
      const status = this.answers.shift() ?? 200;
      if (status === 0) return Promise.reject(new TypeError("Failed to fetch"));
      this.bodies.push(JSON.parse(request.body as string) as Body);
      return Promise.resolve(new Response("{}", { status, headers: this.retryAfter ? { "retry-after": this.retryAfter } : {} }));
    });
    navigator.sendBeacon = (_url, body) => {
      this.beacons.push(JSON.parse(body as string) as Body);
      return true;
    };
  }

  messages(): Message[] {
    return this.bodies.flatMap((body) => body.batch);
  }

  named(event: string): Message[] {
    return [...this.messages(), ...this.beacons.flatMap((body) => body.batch)].filter((message) => message.event === event);
  }
}

export const KEY = "wk_0123456789";

// The SDK lives as long as its page; here a page ends with its test.
const undo: (() => void)[] = [];
for (const target of [window, document] as EventTarget[]) {
  const usual = target.addEventListener.bind(target);
  target.addEventListener = (name, listener, options) => {
    usual(name, listener, options);
    undo.push(() => target.removeEventListener(name, listener, options));
  };
}

export function leavePage(): void {
  undo.splice(0).forEach((one) => one());
  for (const name of ["pushState", "replaceState"]) Reflect.deleteProperty(history, name);
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

export function begin(options: Partial<Options> = {}): Client {
  return load({ writeKey: KEY, host: "https://uems.example/", autocapture: false, ...options });
}

export function online(yes: boolean): void {
  Object.defineProperty(navigator, "onLine", { value: yes, configurable: true });
}

export function visible(yes: boolean): void {
  Object.defineProperty(document, "visibilityState", { value: yes ? "visible" : "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

export function kept(): Record<string, string> {
  return Object.fromEntries(Object.keys(localStorage).map((name) => [name, localStorage.getItem(name) ?? ""]));
}
