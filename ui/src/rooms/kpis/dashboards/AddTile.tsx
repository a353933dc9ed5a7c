// Which tile is to be added? A metric or a saved report, found by its name, or a note.
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Modal, Segmented } from "antd";
import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "@/parts/states";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useMetricName, useSaid } from "../marks";
import { metricsQuery } from "../queries";
import styles from "./Dashboards.module.css";
import { freeId, metricTile } from "./draft";
import { reportsToPickQuery, type Tile } from "./queries";

const KINDS = ["metric", "report", "text"] as const;
type Kind = (typeof KINDS)[number];

interface AddTileProps {
  readonly tiles: readonly Tile[];
  readonly onAdd: (tile: Tile) => void;
}

export function AddTile({ tiles, onAdd }: AddTileProps): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>("metric");
  const add = (tile: Tile): void => {
    setOpen(false);
    onAdd(tile);
  };
  const id = freeId(tiles);
  return (
    <div className={styles.adding}>
      <Button icon={<Plus size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t("dashboards.addTile")}
      </Button>
      <Modal open={open} title={t("dashboards.addTile")} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <Segmented<Kind>
          block
          value={kind}
          onChange={setKind}
          options={KINDS.map((value) => ({ value, label: t(`dashboards.kinds.${value}`) }))}
          aria-label={t("dashboards.kind")}
        />
        {kind === "metric" ? <Metrics onPick={(metric) => add(metricTile(id, metric))} /> : null}
        {kind === "report" ? <Reports onPick={(report) => add({ id, kind: "report", report, width: "half" })} /> : null}
        {kind === "text" ? <Note onPick={(text) => add({ id, kind: "text", text, width: "third" })} /> : null}
      </Modal>
    </div>
  );
}

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly note: string;
}

function Choices({ found, none, onPick }: { found: readonly Choice[]; none: string; onPick: (key: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/);
  const shown = found.filter(({ key, name, note }) => words.every((word) => `${key} ${name} ${note}`.toLowerCase().includes(word)));
  return (
    <>
      <Input.Search
        autoFocus
        value={text}
        onChange={(change) => setText(change.target.value)}
        placeholder={t("dashboards.find")}
        aria-label={t("dashboards.find")}
        style={{ marginTop: 12 }}
      />
      {shown.length > 0 ? (
        <ul className={styles.choices}>
          {shown.map(({ key, name, note }) => (
            <li key={key}>
              <button type="button" className={styles.choice} onClick={() => onPick(key)}>
                {name}
                <small>{note}</small>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.none}>{found.length > 0 ? t("dashboards.noMatch") : none}</p>
      )}
    </>
  );
}

function Metrics({ onPick }: { onPick: (key: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const name = useMetricName();
  const said = useSaid();
  const { data } = useQuery(metricsQuery(slug));
  if (!data) return <Loading rows={4} />;
  const found = data.items.map((one) => ({ key: one.key, name: name(one), note: said({ zh: one.formula_zh, en: one.formula_en }) }));
  return <Choices found={found} none={t("dashboards.noMatch")} onPick={onPick} />;
}

function Reports({ onPick }: { onPick: (key: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...reportsToPickQuery(slug), enabled: useMay("reports:read") });
  if (!data) return <Loading rows={4} />;
  const found = data.items.map(({ key, name, description }) => ({ key, name, note: description }));
  return <Choices found={found} none={t("dashboards.noReports")} onPick={onPick} />;
}

function Note({ onPick }: { onPick: (text: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  return (
    <>
      <Input.TextArea
        autoFocus
        rows={6}
        maxLength={5000}
        value={text}
        onChange={(change) => setText(change.target.value)}
        aria-label={t("dashboards.text")}
        style={{ margin: "12px 0" }}
      />
      <Button type="primary" disabled={text.trim() === ""} onClick={() => onPick(text)}>
        {t("actions.add")}
      </Button>
    </>
  );
}
