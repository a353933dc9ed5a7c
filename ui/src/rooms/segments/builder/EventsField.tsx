// Which events? Those that came in or are planned, or any name typed; none is any event. And which of them: a filter on the single event.
import { Button, Select } from "antd";
import { ListFilterPlus } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { blank, groupOf, join, leafOf, type Doing } from "../condition";
import { useEventNames } from "../names";
import styles from "./Builder.module.css";
import { useBuilding } from "./context";
import { EventsContext } from "./eventsContext";
import { GroupEditor } from "./GroupEditor";
import { Row } from "./Row";

interface EventsFieldProps {
  readonly doing: Doing;
  readonly onChange: (doing: Doing) => void;
  readonly body: string;
  readonly wrong: boolean;
  readonly name: string;
  /** What stands behind the list of events. */
  readonly children?: ReactNode;
}

export function EventsField({ doing, onChange, body, wrong, name, children }: EventsFieldProps): ReactNode {
  const { t } = useTranslation();
  const { expect } = useBuilding();
  const addFilter = (): void => {
    const leaf = leafOf(blank("property"));
    expect(leaf.id);
    onChange({ ...doing, where: groupOf([leaf]) });
  };
  return (
    <>
      <Row name={name}>
        <EventSelect value={doing.events} onChange={(next) => onChange({ ...doing, events: next })} wrong={wrong} />
        {doing.where ? null : (
          <Button type="text" size="small" icon={<ListFilterPlus size={14} aria-hidden />} onClick={addFilter}>
            {t("builder.addFilter")}
          </Button>
        )}
        {children}
      </Row>
      {doing.where ? (
        <Row name={t("builder.where")}>
          <EventsContext value={doing.events}>
            <GroupEditor
              group={doing.where}
              outer={join(body, "where")}
              grammar="event"
              onChange={(where) => onChange({ ...doing, where: where.parts.length === 0 ? null : where })}
            />
          </EventsContext>
        </Row>
      ) : null}
    </>
  );
}

interface EventSelectProps {
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly wrong: boolean;
}

function EventSelect({ value, onChange, wrong }: EventSelectProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { events, busy } = useEventNames();
  const [typed, type] = useState("");
  const known = useMemo(
    () =>
      events.map((event) => ({
        value: event.name,
        label: event.name,
        note: event.people === null ? t("builder.neverSeen") : t("builder.eventPeople", { people: formatNumber(event.people, tag) }),
      })),
    [events, t, tag],
  );
  // A name that never came in can be asked for too: it stands last, so that Enter takes one that did.
  const name = typed.trim();
  const options = name === "" || known.some((each) => each.value === name) ? known : [...known, { value: name, label: name, note: "" }];
  return (
    <Select<string[]>
      mode="multiple"
      className={styles.events ?? ""}
      value={[...value]}
      onChange={(next) => {
        onChange(next);
        type("");
      }}
      options={options}
      optionRender={(option) => (
        <span className={styles.option}>
          <span>{option.label}</span>
          <span className="faint">{option.data.note}</span>
        </span>
      )}
      showSearch={{ searchValue: typed, onSearch: type, optionFilterProp: "value" }}
      placeholder={t("builder.anyEvent")}
      aria-label={t("builder.events")}
      loading={busy}
      {...(wrong ? { status: "error" as const } : {})}
    />
  );
}
