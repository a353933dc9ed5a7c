// What may a program import? One function, and its types.
export { load } from "./client";
export type { Capture, Client, Consent, ConsentMode, InApp, InAppItem, InAppOptions, Options, Properties } from "./types";
