// Which instant is a wall clock of a zone, and what does its clock show at an instant? Without a table of zones: the browser has one.
import { addDays } from "./format";

/** What the clocks of the zone show, as "YYYY-MM-DDTHH:MM:SS". */
export function wallClock(instant: Date, zone: string): string {
  const shown = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): string => shown.find((each) => each.type === type)?.value ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/** The first instant at which the clocks of the zone show this; for a time that they skip, as long after the change as it claims. */
export function instantOf(clock: string, zone: string): Date {
  const wanted = Date.parse(`${clock}Z`);
  const offset = (at: number): number => Date.parse(`${wallClock(new Date(at), zone)}Z`) - at;
  const day = 86_400_000;
  const tries = [...new Set([offset(wanted - day), offset(wanted + day)])].map((each) => wanted - each).sort((a, b) => a - b);
  const exact = tries.find((at) => wallClock(new Date(at), zone) === clock);
  return new Date(exact ?? tries.at(-1) ?? wanted);
}

/** The last instant of a day of the zone, to the millisecond. */
export function endOfDay(day: string, zone: string): Date {
  return new Date(instantOf(`${addDays(day, 1)}T00:00:00`, zone).getTime() - 1);
}
