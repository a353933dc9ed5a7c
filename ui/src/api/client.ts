// How does the page talk to the server? A client typed by the OpenAPI document, with the session cookie and the CSRF token.
import createClient from "openapi-fetch";

import { toApiError } from "./errors";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

let csrfToken = "";
let onSignedOut: () => void = () => undefined;

/** The token comes with the session and goes with every change; it is never stored. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** For requests that cannot go through the typed client. */
export function csrf(): string {
  return csrfToken;
}

/** What to do when the server says that the session is over. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });

api.use({
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
});

interface Answer<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a good answer; any other becomes an ApiError. `unwrap(api.GET(...))` is how every query reads. */
export async function unwrap<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T; // a 204 has no body, and its T is undefined
  if (response.status === 401 && !response.url.endsWith("/api/login")) onSignedOut();
  throw toApiError(response.status, error);
}
