// Which condition asks for these people of the segment, or of everybody?
import type { JsonObject } from "../dump";
import type { Distribution } from "./queries";

export function within({ segment }: Distribution, parts: readonly JsonObject[]): JsonObject {
  return { and: [...(segment ? [{ segment: { key: segment.key } }] : []), ...parts] };
}
