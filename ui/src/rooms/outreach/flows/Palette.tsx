// Which steps can be added here? A menu by what they are for.
import { Button, Dropdown } from "antd";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { KindIcon } from "./KindIcon";
import type { Kind } from "./queries";
import { useFlowWords, useKinds } from "./words";

const GROUPS = ["say", "wait", "decide", "change", "end"] as const;

export function Palette({ label, onAdd }: { label: string; onAdd: (kind: Kind) => void }): ReactNode {
  const { t } = useTranslation();
  const kinds = [...useKinds().values()];
  const words = useFlowWords();
  const items = GROUPS.map((group) => ({
    key: group,
    type: "group" as const,
    label: t(`flows.groups.${group}`),
    children: kinds
      .filter((kind) => kind.group === group)
      .map((kind) => ({ key: kind.key, label: words.kind(kind.key), icon: <KindIcon kind={kind.key} size={14} /> })),
  })).filter(({ children }) => children.length > 0);
  const pick = ({ key }: { key: string }): void => {
    const kind = kinds.find((each) => each.key === key);
    if (kind) onAdd(kind);
  };
  return (
    <Dropdown menu={{ items, onClick: pick }} trigger={["click"]}>
      <Button type="text" size="small" icon={<Plus size={14} aria-hidden />}>
        {label}
      </Button>
    </Dropdown>
  );
}
