// What does the server answer? The shapes the pages rely on, by name.
import type { Schemas } from "./client";

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

/** A version of the plan; a change is based on one. */
export type SavedPlan = Plan & Pick<Schemas["PlanAnswer"], "version" | "note" | "saved_at" | "saved_by">;

export type Violation = Schemas["ViolationBody"];

export type PersonId = Schemas["IdBody"];
export type PersonRow = Schemas["PersonRow"];
export type Person = Schemas["PersonBody"];
export type Trait = Schemas["TraitBody"];
export type EventItem = Schemas["HappeningBody"];
export type TimelineItem = Schemas["TimelineBody"];
export type Merge = Schemas["MergeBody"];
export type MergePreview = Schemas["MergePreviewBody"];

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
  /** Event → how many people did it. */
  readonly event_people: Readonly<Record<string, number>>;
  readonly series: readonly {
    readonly day: string;
    readonly actives: number;
    readonly events: number;
    readonly orders: number;
    readonly revenue_minor: number;
  }[];
  /** Of a sample: the sums of everybody. */
  readonly estimates?: Readonly<Record<string, number>>;
}
