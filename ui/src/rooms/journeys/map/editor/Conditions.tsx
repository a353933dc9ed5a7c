// Which of the events of a touchpoint count? Conditions on their properties, event by event, picked as those of reports are.
import { Button, Modal, Tag } from "antd";
import { ListFilter } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { FilterField } from "../../reports/form/FilterField";
import type { Json } from "../../reports/spec";
import { narrow, type TouchEvent } from "./draft";
import styles from "./Editor.module.css";

interface ConditionsProps {
  readonly events: readonly TouchEvent[];
  readonly onChange: (events: readonly TouchEvent[]) => void;
  /** Whose events they are. */
  readonly label: string;
}

export function Conditions({ events, onChange, label }: ConditionsProps): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const any = events.some(({ event }) => event == null);
  const held = events.filter(({ filter }) => filter != null).length;
  const words =
    held === 0
      ? t("mapEditor.addCondition")
      : held === events.length
        ? t("mapEditor.allWithCondition")
        : t("mapEditor.someWithCondition", { count: held });
  return (
    <>
      {any ? (
        <Tag closable={{ "aria-label": t("actions.remove") }} onClose={() => onChange(events.filter(({ event }) => event != null))}>
          {t("builder.anyEvent")}
        </Tag>
      ) : null}
      {events.length > 0 ? (
        <Button
          type={held > 0 ? "default" : "text"}
          size="small"
          icon={<ListFilter size={13} aria-hidden />}
          onClick={() => setOpen(true)}
          aria-label={`${label}: ${words}`}
        >
          {words}
        </Button>
      ) : null}
      <Modal
        open={open}
        width={760}
        title={label}
        okText={t("actions.done")}
        footer={(_, { OkBtn }) => <OkBtn />}
        onOk={() => setOpen(false)}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <p className="soft">{t("mapEditor.conditionsNote")}</p>
        <ul className={styles.conditions}>
          {events.map(({ event, filter }, place) => (
            // Names are picked outside; here only what is said of them changes, so a place stays who it is.
            <li key={place}>
              <strong>{event ?? t("builder.anyEvent")}</strong>
              <FilterField
                value={filter as Json | undefined}
                events={event == null ? [] : [event]}
                title={event ?? t("builder.anyEvent")}
                onChange={(next) => onChange(narrow(events, place, next))}
              />
            </li>
          ))}
        </ul>
      </Modal>
    </>
  );
}
