// In which workspace is this page, and what may this person do in it?
import { createContext, useContext } from "react";

import type { Role, Workspace } from "@/api/contract";

export const ROLES: readonly Role[] = ["viewer", "analyst", "editor", "admin", "owner"];

export type Permission =
  | `${"workspace" | "reports" | "segments" | "tags" | "models" | "kpis" | "evaluation" | "superusers" | "dashboards" | "flows" | "campaigns" | "tasks" | "conversations" | "messages" | "plan" | "people" | "events" | "maps" | "merges" | "erasures" | "imports" | "sources" | "members" | "keys"}:${"read" | "write"}`
  | "experiments:read"
  | "experiments:write"
  | "campaigns:approve"
  | "evaluation:approve"
  | "superusers:approve"
  | "health:read"
  | "audit:read"
  | "owners:write";

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error("useWorkspace needs a workspace route above it");
  return workspace;
}

/** May this person do that here? The server decides; the page asks so as not to offer what would be refused. */
export function useMay(permission: Permission): boolean {
  return useWorkspace().permissions.includes(permission);
}

/** The address of a page in this workspace: `path("people", "42")`. */
export function usePath(): (...parts: readonly (string | number)[]) => string {
  const { slug } = useWorkspace();
  return (...parts) => ["/w", slug, ...parts].map((part, index) => (index === 0 ? part : encodeURIComponent(part))).join("/");
}
