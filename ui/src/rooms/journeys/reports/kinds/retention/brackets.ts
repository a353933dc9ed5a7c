// Which brackets does a spec have? Pairs of a first and a last offset.
import type { Json } from "../../spec";

export function bracketsOf(value: Json | undefined): readonly (readonly [number, number])[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((one) => {
    const [first, last] = Array.isArray(one) ? (one as readonly Json[]) : [];
    return typeof first === "number" && typeof last === "number" ? [[first, last] as const] : [];
  });
}
