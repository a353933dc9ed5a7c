const TYPES = ["track", "page", "screen", "identify", "group", "alias"] as const;

/** The kind of call, as far as there is a word for it. */
export function knownType(type: string): (typeof TYPES)[number] | "other" {
  return TYPES.find((each) => each === type) ?? "other";
}
