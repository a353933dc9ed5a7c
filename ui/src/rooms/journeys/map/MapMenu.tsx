// What else can be done with a map? Take it away as a picture or on paper, make another, put it aside.
import { App, Button, Dropdown, type MenuProps } from "antd";
import { Archive, ArchiveRestore, ChevronDown, FileImage, Link2, Plus, Printer, Save } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { useMay, usePath } from "@/shell/workspace";
import { NewDialog, useCopyLink } from "../reports/actions";
import { savedDays } from "../reports/form/days";
import { tidy, withFields } from "../reports/spec";
import { useSample } from "../reports/TooLarge";
import { ArchivedMaps } from "./ArchivedMaps";
import type { JourneyMap } from "./contract";
import { isDrawn, savePicture } from "./paper";
import { useArchiveMap } from "./queries";
import { specOf, useMapPeriod } from "./useMapAsked";

export function MapMenu({ map }: { map: JourneyMap }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const may = useMay("maps:write");
  const { message } = App.useApp();
  const archive = useArchive(map);
  const [aside, setAside] = useState(false);
  const withPicture = (take: () => void) => (): void => {
    if (isDrawn()) take();
    else void message.info(t("journeyMap.notDrawn"));
  };
  const [saving, save] = useState(false);
  const copy = useCopyLink();
  const maySave = useMay("reports:write");
  const items: MenuProps["items"] = [
    { key: "link", label: t("reports.copyLink"), icon: <Link2 size={14} aria-hidden />, onClick: copy },
    ...(maySave ? [{ key: "save", label: t("reports.saveTitle"), icon: <Save size={14} aria-hidden />, onClick: () => save(true) }] : []),
    {
      key: "png",
      label: t("journeyMap.menu.png"),
      icon: <FileImage size={14} aria-hidden />,
      onClick: withPicture(() => void savePicture(map.name).catch(failed)),
    },
    {
      key: "print",
      label: t("journeyMap.menu.print"),
      icon: <Printer size={14} aria-hidden />,
      onClick: withPicture(() => window.print()),
    },
    ...(may
      ? [
          { type: "divider" as const },
          {
            key: "new",
            label: t("journeyMap.menu.new"),
            icon: <Plus size={14} aria-hidden />,
            onClick: () => void navigate(path("journey", "new-map")),
          },
          { key: "archive", label: t("journeyMap.menu.archive"), icon: <Archive size={14} aria-hidden />, onClick: archive },
          {
            key: "archived",
            label: t("journeyMap.menu.archivedMaps"),
            icon: <ArchiveRestore size={14} aria-hidden />,
            onClick: () => setAside(true),
          },
        ]
      : []),
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
        <Button>
          {t("journeyMap.menu.label")}
          <ChevronDown size={13} aria-hidden />
        </Button>
      </Dropdown>
      {aside ? <ArchivedMaps onClose={() => setAside(false)} /> : null}
      {saving ? <Saving map={map} onClose={() => save(false)} /> : null}
    </>
  );
}

/** What the page shows as a saved report, which can stand on a dashboard. */
function Saving({ map, onClose }: { map: JourneyMap; onClose: () => void }): ReactNode {
  const path = usePath();
  const navigate = useNavigate();
  const [period] = useMapPeriod();
  const [segment] = useParam("segment");
  const [sample] = useSample();
  const spec = specOf(map.key, period, segment, sample);
  return (
    <NewDialog
      kind="journey_map"
      spec={tidy(withFields(spec, { first_day: undefined, last_day: undefined, ...savedDays(period) }))}
      onClose={onClose}
      onSaved={(saved) => void navigate(path("reports", saved.key))}
    />
  );
}

/** Puts the map aside at once; the message that says so takes it back. */
function useArchive(map: JourneyMap): () => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const path = usePath();
  const navigate = useNavigate();
  const { mutateAsync } = useArchiveMap();
  return () => {
    mutateAsync({ key: map.key, archived: true })
      .then(() => {
        void navigate(path("journey"));
        const key = `archived-${map.key}`;
        const undo = (): void => {
          message.destroy(key);
          mutateAsync({ key: map.key, archived: false })
            .then(() => navigate(`${path("journey")}?map=${map.key}`))
            .catch(failed);
        };
        void message.success({
          key,
          duration: 10,
          content: (
            <>
              {t("journeyMap.archived", { name: map.name })}{" "}
              <Button type="link" size="small" onClick={undo}>
                {t("actions.undo")}
              </Button>
            </>
          ),
        });
      })
      .catch(failed);
  };
}
