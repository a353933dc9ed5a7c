// Which events touch this touchpoint? Picked from those that came in or are planned, with how many people did each.
import { Select } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { useEventNames } from "@/rooms/segments/names";
import { Conditions } from "./Conditions";
import { bind, type TouchEvent } from "./draft";
import styles from "./Editor.module.css";

interface EventsPickProps {
  readonly events: readonly TouchEvent[];
  readonly onChange: (events: readonly TouchEvent[]) => void;
  readonly wrong: boolean;
  readonly label: string;
}

export function EventsPick({ events, onChange, wrong, label }: EventsPickProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { events: known, busy } = useEventNames();
  const [typed, type] = useState("");
  const names = [...new Set(events.flatMap(({ event }) => (event == null ? [] : [event])))];
  const options = useMemo(() => {
    const seen = known.map(({ name, people }) => ({
      value: name,
      label: name,
      note: people === null ? t("builder.neverSeen") : t("builder.eventPeople", { people: formatNumber(people, tag) }),
    }));
    const name = typed.trim();
    // A name that never came in can be bound too: it stands last, so that Enter takes one that did.
    return name === "" || seen.some((each) => each.value === name) ? seen : [...seen, { value: name, label: name, note: "" }];
  }, [known, typed, t, tag]);
  return (
    <div className={styles.pick}>
      <Select<string[]>
        mode="multiple"
        value={names}
        onChange={(next) => {
          onChange(bind(events, next));
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
        placeholder={t("mapEditor.pickEvents")}
        aria-label={label}
        loading={busy}
        maxCount={20}
        popupMatchSelectWidth={320}
        {...(wrong ? { status: "error" as const } : {})}
      />
      <Conditions events={events} onChange={onChange} label={label} />
    </div>
  );
}
