// What does the server say is wrong with a condition, in words of the reader's language?
import type { TFunction } from "i18next";

import { asApiError } from "@/api/errors";
import en from "@/i18n/en/faults";
import type { FaultWord, Trouble } from "./context";

function isFaultWord(what: unknown): what is FaultWord {
  return typeof what === "string" && what in en.conditionFaults;
}

/** The fault of an error's details; none for a word that this page does not know. */
export function faultOf(details: Readonly<Record<string, unknown>>): Pick<Trouble, "fault"> {
  const { what } = details;
  if (!isFaultWord(what)) return {};
  const told = Object.entries(details).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return { fault: { what, told: Object.fromEntries(told.map(([name, value]) => [name, String(value)])) } };
}

/** Where a refusal says that something is wrong in a condition; none for errors that name no place in it. */
export function refusedAt(error: unknown): readonly Trouble[] {
  if (!error) return [];
  const { code, message, details } = asApiError(error);
  return code === "bad_filter" && typeof details.path === "string" ? [{ path: details.path, said: message, ...faultOf(details) }] : [];
}

/** The sentence for a trouble. */
export function sentenceOf({ lack, fault }: Trouble, t: TFunction): string {
  if (lack) return t(`builder.lacks.${lack}`);
  if (!fault) return t("builder.refused");
  const { got = "", known = "", least = "", most = "", tag = "", name = "" } = fault.told;
  return t(`conditionFaults.${fault.what}`, { got, known, least, most, tag, name });
}
