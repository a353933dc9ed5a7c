// How is a tile shown? Its title; of a metric the days, their cut and the breakdown; of a report the days; of a note its text.
import { Form, Input, Modal, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BreakdownFields } from "../Breakdown";
import { UNITS, type Unit } from "../frame";
import { brokenOf, cutOf } from "../lines";
import styles from "./Dashboards.module.css";
import type { ReportTile, Tile } from "./queries";

const LENGTHS = [7, 14, 30, 90, 180, 365] as const;

interface TileSettingsProps {
  readonly tile: Tile;
  readonly onChange: (tile: Tile) => void;
  readonly onClose: () => void;
}

export function TileSettings({ tile, onChange, onClose }: TileSettingsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={t("dashboards.settings")}
      footer={(_, { OkBtn }) => <OkBtn />}
      okText={t("actions.done")}
      onOk={onClose}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={t("dashboards.title")} extra={tile.kind === "text" ? null : t("dashboards.titleNote")}>
          <Input
            value={tile.title ?? ""}
            maxLength={200}
            onChange={({ target }) => onChange({ ...tile, title: target.value.trim() === "" ? null : target.value })}
            aria-label={t("dashboards.title")}
          />
        </Form.Item>
        {tile.kind === "text" ? (
          <Form.Item label={t("dashboards.text")}>
            <Input.TextArea
              rows={6}
              maxLength={5000}
              value={tile.text}
              onChange={({ target }) => onChange({ ...tile, text: target.value })}
              aria-label={t("dashboards.text")}
            />
          </Form.Item>
        ) : (
          <Days tile={tile} onChange={onChange} />
        )}
        {tile.kind === "report" ? <People tile={tile} onChange={onChange} /> : null}
        {tile.kind === "metric" ? (
          <>
            <Form.Item label={t("kpis.unit")}>
              <Select<Unit>
                value={tile.unit ?? "day"}
                onChange={(unit) => onChange({ ...tile, unit })}
                options={UNITS.map((value) => ({ value, label: t(`kpis.units.${value}`) }))}
                aria-label={t("kpis.unit")}
              />
            </Form.Item>
            <Form.Item label={t("dashboards.breakdown")}>
              <div className={styles.fields}>
                <BreakdownFields
                  broken={brokenOf(tile)}
                  onChange={(broken) => onChange({ ...tile, dimension: null, segments: [], ...cutOf(broken) })}
                />
              </div>
            </Form.Item>
          </>
        ) : null}
      </Form>
    </Modal>
  );
}

const SAMPLES = [10, 1] as const;

function People({ tile, onChange }: { readonly tile: ReportTile; readonly onChange: (tile: Tile) => void }): ReactNode {
  const { t } = useTranslation();
  const value = tile.sample_percent ?? 0;
  const known = [...new Set([...SAMPLES, ...(value === 0 ? [] : [value])])];
  return (
    <Form.Item label={t("dashboards.people")} extra={t("dashboards.peopleNote")}>
      <Select
        value={value}
        onChange={(percent) => onChange({ ...tile, sample_percent: percent === 0 ? null : percent })}
        options={[
          { value: 0, label: t("dashboards.allPeople") },
          ...known.map((percent) => ({ value: percent, label: t("reports.sampled", { percent }) })),
        ]}
        aria-label={t("dashboards.people")}
      />
    </Form.Item>
  );
}

function Days({ tile, onChange }: Pick<TileSettingsProps, "onChange"> & { tile: Exclude<Tile, { kind: "text" }> }): ReactNode {
  const { t } = useTranslation();
  const own = tile.kind === "report";
  const value = tile.period?.last_days ?? (tile.period?.first_day ? -1 : own ? 0 : 30);
  const fixed = value === -1 ? [{ value: -1, label: `${tile.period?.first_day ?? ""} – ${tile.period?.last_day ?? ""}` }] : [];
  const asked = own ? [{ value: 0, label: t("dashboards.ownDays") }] : [];
  const choose = (days: number): void => {
    if (days < 0) return;
    if (tile.kind === "report") onChange({ ...tile, period: days === 0 ? null : { last_days: days } });
    else onChange({ ...tile, period: { last_days: days } });
  };
  return (
    <Form.Item label={t("dashboards.days")}>
      <Select
        value={value}
        onChange={choose}
        options={[...asked, ...fixed, ...LENGTHS.map((count) => ({ value: count, label: t("dashboards.lastDays", { count }) }))]}
        aria-label={t("dashboards.days")}
      />
    </Form.Item>
  );
}
