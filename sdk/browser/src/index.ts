// What may a program import? One function, and its types.
export { load } from "./client";
export type { Capture, Client, Consent, ConsentMode, Options, Properties } from "./types";
