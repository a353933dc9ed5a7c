// What happens to the rest of a funnel when its steps change?
import { listOf, numberOf, withFields, type Json, type Spec } from "../../spec";

export function anchorsOf(value: Json | undefined): readonly number[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one): one is number => typeof one === "number") : [];
}

/** The spec with these steps; what no longer has a place among them is gone. */
export function withSteps(spec: Spec, steps: readonly Spec[]): Spec {
  const anchored = anchorsOf(spec.anchored).filter((place) => place <= steps.length);
  const exclusions = listOf(spec.exclusions).filter((one) => {
    const before = numberOf(one.before) ?? steps.length;
    return (numberOf(one.after) ?? 1) < before && before <= steps.length;
  });
  return withFields(spec, {
    steps,
    anchored: anchored.length > 0 ? anchored : undefined,
    exclusions: exclusions.length > 0 ? exclusions : undefined,
  });
}
