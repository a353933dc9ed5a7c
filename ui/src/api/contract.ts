// What does the server answer? The shapes the pages rely on, by name.
import type { Schemas } from "./client";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

export type Account = Schemas["AccountBody"];
export type Workspace = Schemas["WorkspaceBody"];
export type Member = Schemas["MemberBody"];
export type Key = Schemas["KeyBody"];
export type AuditEntry = Schemas["AuditBody"];
export type Role = NonNullable<Workspace["role"]>;

/** A session of the web page: unlike a key's, it always has an account. */
export interface Session {
  readonly account: Account;
  readonly csrf_token: string;
  readonly workspaces: readonly Workspace[];
}

export type Receipt = Schemas["ReceiptBody"];
export type ReceiptStatus = Receipt["status"];

export type PlanMode = "allow" | "warn" | "block";
export type PlanStatus = "draft" | "active" | "deprecated";
export type PropertyType = "any" | "text" | "number" | "integer" | "boolean" | "time" | "list" | "object";
export type Scalar = string | number | boolean;

/** One text in both languages; either may be empty. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface PlanProperty {
  readonly name: string;
  readonly type: PropertyType;
  readonly required: boolean;
  readonly allowed: readonly Scalar[] | null;
  readonly pattern: string;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly description: Words;
}

export interface PlanEvent {
  readonly name: string;
  readonly status: PlanStatus;
  readonly owner: string;
  readonly description: Words;
  readonly mode: PlanMode | null;
  readonly unknown_properties: PlanMode | null;
  readonly properties: readonly PlanProperty[];
}

export interface Plan {
  readonly mode: PlanMode;
  readonly unknown_events: PlanMode;
  readonly unknown_properties: PlanMode;
  readonly events: readonly PlanEvent[];
  readonly traits: readonly PlanProperty[];
}

export interface Violation {
  readonly event: string;
  readonly property: string;
  readonly code: string;
  readonly count: number;
  readonly last_at: string;
}

export interface PersonId {
  readonly kind: string;
  readonly value: string;
  readonly node_id?: number;
}

export interface Totals {
  readonly events: number;
  readonly orders: number;
  readonly revenue_minor: number;
  readonly first_seen: string | null;
  readonly last_seen: string | null;
}

export interface PersonRow {
  readonly person_id: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly ids: readonly PersonId[];
  readonly totals: Totals;
}

export interface Trait {
  readonly trait: string;
  readonly value: unknown;
  readonly ts: string;
}

export interface Person extends PersonRow {
  readonly traits: readonly Trait[];
}

export interface TimelineItem {
  readonly message_id: string;
  readonly ts: string;
  readonly type: string;
  readonly event: string;
  readonly revenue_minor: number | null;
  readonly currency: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Merge {
  readonly merge_id: string;
  readonly a: PersonId;
  readonly b: PersonId;
  readonly person_id: number;
  readonly cause: "external" | "identify" | "alias" | "manual";
  readonly state: "active" | "rejected" | "undone";
  readonly reason: string;
  readonly ts: string;
  readonly undo_id: string | null;
  readonly undone_at: string | null;
}

export interface MergePreview {
  readonly profiles: readonly { readonly person_id: number; readonly ids: readonly PersonId[]; readonly totals: Totals }[];
  readonly refused: string;
}

/** The answer of a report; the shape of `data` belongs to the report. */
export type ReportAnswer<T> = Omit<Schemas["ReportAnswer"], "data"> & { readonly data: T };

export interface Overview {
  readonly people: number;
  readonly new_people: number;
  readonly identified: number;
  readonly orders: number;
  readonly revenue_minor: number;
  readonly currency: string;
  /** Currency → minor units, for revenue in another currency than the workspace's. */
  readonly other_revenue: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly series: readonly {
    readonly day: string;
    readonly actives: number;
    readonly events: number;
    readonly orders: number;
    readonly revenue_minor: number;
  }[];
}
