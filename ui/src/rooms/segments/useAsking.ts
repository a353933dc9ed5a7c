// Which address opens a new segment with this condition in it?
import { usePath } from "@/shell/workspace";
import type { JsonObject } from "./dump";

export function useAsking(): (condition: JsonObject, name?: string) => string {
  const path = usePath();
  return (condition, name = "") => {
    const params = new URLSearchParams({ condition: JSON.stringify(condition), ...(name ? { name } : {}) });
    return `${path("segments", "new-segment")}?${params.toString()}`;
  };
}
