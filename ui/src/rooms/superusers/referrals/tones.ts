// In which colour is a state shown?
import type { Tone } from "@/parts/Pill";
import type { Came, ProgrammeState } from "./queries";

export const STATE_TONES: Record<ProgrammeState, Tone> = { draft: "plain", on: "good", paused: "warn", ended: "plain" };
export const CAME_TONES: Record<Came["state"], Tone> = { joined: "plain", qualified: "info", rewarded: "good", refused: "bad" };
