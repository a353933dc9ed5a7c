import { createContext } from "react";

/** The events whose properties a filter is about. */
export const EventsContext = createContext<readonly string[]>([]);
