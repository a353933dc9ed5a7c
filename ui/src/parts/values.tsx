// How does a page show a number, an amount, a day or a moment? Through these, so that language, zone and currency always agree.
import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { useWorkspace } from "@/shell/workspace";
import { formatDay, formatMicros, formatMoney, formatNumber, formatRelative, formatTime } from "./format";
import { useNow } from "./useNow";

type Missing = number | null | undefined;
const DASH = "–";

/** A count. With `to` it opens the people or events behind it. */
export function Num({ value, to, label }: { value: Missing; to?: string | undefined; label?: string | undefined }): ReactNode {
  const { tag } = useLanguage();
  const shown = value === null || value === undefined ? DASH : formatNumber(value, tag);
  const text = <span className="tabular">{shown}</span>;
  return to && shown !== DASH ? (
    <Link to={to} aria-label={label ? `${label}: ${shown}` : undefined}>
      {text}
    </Link>
  ) : (
    text
  );
}

export function Money({ minor, currency }: { minor: Missing; currency?: string | null | undefined }): ReactNode {
  const { tag } = useLanguage();
  const workspace = useWorkspace();
  if (minor === null || minor === undefined) return <span className="tabular">{DASH}</span>;
  return <span className="tabular">{formatMoney(minor, currency ?? workspace.currency, tag)}</span>;
}

/** What little things cost: millionths of the currency of the workspace, with every digit that counts. */
export function Cost({ micros }: { micros: number }): ReactNode {
  const { tag } = useLanguage();
  const { currency } = useWorkspace();
  return <span className="tabular">{formatMicros(micros, currency, tag)}</span>;
}

/** A moment: how long ago, with the exact time in the workspace's zone and in UTC on hover or focus. */
export function Time({ at, exact = false }: { at: string | null | undefined; exact?: boolean }): ReactNode {
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const now = useNow();
  if (!at) return <span>{DASH}</span>;
  const full = formatTime(at, zone, tag);
  const hint = (
    <span>
      {full} · {zone}
      <br />
      {`${formatTime(at, "UTC", tag)} · UTC`}
    </span>
  );
  return (
    <Tooltip title={hint} styles={{ root: { maxWidth: 360 } }}>
      <time dateTime={at} className="tabular" style={{ whiteSpace: "nowrap" }}>
        {exact ? full : formatRelative(at, now, tag)}
      </time>
    </Tooltip>
  );
}

export function Day({ day, year = true }: { day: string | null | undefined; year?: boolean }): ReactNode {
  const { tag } = useLanguage();
  if (!day) return <span>{DASH}</span>;
  return (
    <time dateTime={day} className="tabular" style={{ whiteSpace: "nowrap" }}>
      {formatDay(day, tag, year)}
    </time>
  );
}
