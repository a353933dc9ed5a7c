// What else can be done with a person? A copy of all that is held about them, and erasing them.
import { Button, Dropdown } from "antd";
import { Ellipsis } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay, useWorkspace } from "@/shell/workspace";
import { EraseDialog } from "./EraseDialog";

export function PersonMore({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("erasures:write");
  const [erasing, setErasing] = useState(false);
  const copy = {
    key: "copy",
    label: (
      <a href={`/api/workspaces/${encodeURIComponent(slug)}/people/${person}/export`} download>
        {t("erasure.copy")}
      </a>
    ),
  };
  const erase = { key: "erase", label: t("erasure.open"), danger: true, onClick: () => setErasing(true) };
  return (
    <>
      <Dropdown trigger={["click"]} placement="bottomRight" menu={{ items: may ? [copy, erase] : [copy] }}>
        <Button icon={<Ellipsis size={16} aria-hidden />} aria-label={t("erasure.more")} />
      </Dropdown>
      <EraseDialog open={erasing} person={person} onClose={() => setErasing(false)} />
    </>
  );
}
