// What can be done with one part, how much does it decide, and what is wrong with it?
import { Button, Dropdown, Tooltip, type MenuProps } from "antd";
import { ArrowDown, ArrowUp, Copy, Ellipsis, FolderInput, FolderOutput, SquareSlash, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import styles from "./Builder.module.css";
import { useBuilding, type Trouble } from "./context";
import { sentenceOf } from "./faults";

/** What the group around a part offers for it. */
export interface PartActions {
  readonly up?: () => void;
  readonly down?: () => void;
  readonly wrap?: () => void;
  readonly unwrap?: () => void;
  readonly duplicate: () => void;
  readonly negate: () => void;
  readonly remove: () => void;
}

export function PartMenu({ actions }: { actions: PartActions }): ReactNode {
  const { t } = useTranslation();
  const icon = { size: 14, "aria-hidden": true };
  const items: MenuProps["items"] = [
    { key: "up", icon: <ArrowUp {...icon} />, label: t("builder.up"), disabled: !actions.up, onClick: () => actions.up?.() },
    { key: "down", icon: <ArrowDown {...icon} />, label: t("builder.down"), disabled: !actions.down, onClick: () => actions.down?.() },
    { key: "negate", icon: <SquareSlash {...icon} />, label: t("builder.negate"), onClick: actions.negate },
    { key: "duplicate", icon: <Copy {...icon} />, label: t("builder.duplicate"), onClick: actions.duplicate },
    ...(actions.wrap ? [{ key: "wrap", icon: <FolderInput {...icon} />, label: t("builder.wrap"), onClick: actions.wrap }] : []),
    ...(actions.unwrap ? [{ key: "unwrap", icon: <FolderOutput {...icon} />, label: t("builder.unwrap"), onClick: actions.unwrap }] : []),
    { type: "divider" },
    { key: "remove", icon: <Trash2 {...icon} />, label: t("actions.remove"), danger: true, onClick: actions.remove },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
      <Button type="text" size="small" icon={<Ellipsis size={15} aria-hidden />} aria-label={t("builder.more")} />
    </Dropdown>
  );
}

export function NotToggle({ value, onChange }: { value: boolean; onChange: (value: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Tooltip title={t("builder.notHint")}>
      <button type="button" className={styles.not} aria-pressed={value} onClick={() => onChange(!value)}>
        {t("builder.not")}
      </button>
    </Tooltip>
  );
}

/** For how many people the part holds, and how many it takes away or adds. */
export function Count({ path }: { path: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { parts, stale } = useBuilding();
  const part = parts.get(path);
  if (!part) return null;
  const n = formatNumber(part.removes ?? part.adds ?? 0, tag);
  const effect =
    part.removes !== null
      ? { text: t("preview.removes", { n }), hint: t("preview.removesHint", { n }) }
      : part.adds !== null
        ? { text: t("preview.adds", { n }), hint: t("preview.addsHint", { n }) }
        : null;
  return (
    <span className={stale ? styles.countStale : styles.count} data-testid="part-count">
      <span className="tabular">{t("preview.counts", { n: formatNumber(part.count, tag) })}</span>
      {effect ? (
        <Tooltip title={effect.hint}>
          <span className={styles.effect}>{effect.text}</span>
        </Tooltip>
      ) : null}
    </span>
  );
}

/** What is wrong, at its place: in the reader's language, with the server's own words folded away. */
export function Troubles({ troubles }: { troubles: readonly Trouble[] }): ReactNode {
  const { t } = useTranslation();
  if (troubles.length === 0) return null;
  const seen = new Set<string>();
  const shown = troubles.filter(({ lack, said }) => {
    const key = lack ?? said ?? "";
    return seen.has(key) ? false : seen.add(key);
  });
  return (
    <ul className={styles.troubles} role="alert">
      {shown.map((trouble) => (
        <li key={`${trouble.path} ${trouble.lack ?? ""}`}>
          {sentenceOf(trouble, t)}
          {trouble.said ? (
            <details>
              <summary>{t("states.technical")}</summary>
              <code lang="en">{trouble.said}</code>
            </details>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
