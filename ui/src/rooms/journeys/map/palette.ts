// Which colours does the picture of a map take? Plain values, so that it can leave the page: as a file, or on paper, which is always light.
import { useMemo } from "react";

import { useMode } from "@/theme/mode";

export interface Palette {
  readonly font: string;
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
  readonly sunken: string;
  readonly good: string;
  readonly bad: string;
  readonly stages: readonly string[];
}

const STAGES = ["chart-3", "chart-1", "chart-2", "violet", "chart-4", "info", "good", "warn", "ink-soft", "bad"];

/** Every name in the tokens of a theme with its value, whichever theme is in force. */
function tokensOf(theme: "light" | "dark"): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const sheet of document.styleSheets) {
    let rules: CSSRuleList;
    try {
      rules = sheet.cssRules;
    } catch {
      continue; // a style sheet of somebody else, such as an extension of the browser
    }
    for (const rule of rules) {
      if (!(rule instanceof CSSStyleRule) || !rule.selectorText.startsWith(":root")) continue;
      if (rule.selectorText !== ":root" && !rule.selectorText.includes(theme)) continue;
      for (const name of rule.style) if (name.startsWith("--")) found.set(name.slice(2), rule.style.getPropertyValue(name).trim());
    }
  }
  return found;
}

const known = new Map<string, Palette>();

export function paletteOf(theme: "light" | "dark"): Palette {
  const palette = known.get(theme) ?? read(theme);
  known.set(theme, palette);
  return palette;
}

function read(theme: "light" | "dark"): Palette {
  const tokens = tokensOf(theme);
  const value = (name: string): string => tokens.get(name) ?? "";
  return {
    font: value("font"),
    ink: value("ink"),
    soft: value("ink-soft"),
    faint: value("ink-faint"),
    line: value("line"),
    surface: value("surface"),
    sunken: value("surface-sunken"),
    good: value("good"),
    bad: value("bad"),
    stages: STAGES.map(value),
  };
}

/** Of the theme in force. */
export function usePalette(): Palette {
  const { dark } = useMode();
  return useMemo(() => paletteOf(dark ? "dark" : "light"), [dark]);
}
