// What may a program import? One function, and its types.
export { load } from "./client";
export type {
  Capture,
  Client,
  Consent,
  ConsentMode,
  InApp,
  InAppItem,
  InAppOptions,
  Options,
  PushOptions,
  Properties,
  WebPush,
} from "./types";
