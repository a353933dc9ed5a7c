// Which event? One of those that came in or are planned, a name typed by hand, or any.
import { AutoComplete } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useEventNames } from "@/rooms/segments/names";

interface EventSelectProps {
  readonly id: string;
  readonly value: string;
  readonly onChange: (event: string) => void;
}

export function EventSelect({ id, value, onChange }: EventSelectProps): ReactNode {
  const { t } = useTranslation();
  const { events } = useEventNames();
  const options = useMemo(() => events.map(({ name }) => ({ value: name, label: name })), [events]);
  return (
    <AutoComplete
      id={id}
      value={value}
      onChange={(next: string) => onChange(next)}
      options={options}
      placeholder={t("trials.anyEvent")}
      allowClear
      onClear={() => onChange("")}
      showSearch={{ filterOption: (typed, option) => (option?.value ?? "").toLowerCase().includes(typed.toLowerCase()) }}
    />
  );
}
