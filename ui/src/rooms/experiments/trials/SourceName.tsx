// Under which name do exposures tell the experiment? One of those that there are, with its arms, or any other.
import { useQuery } from "@tanstack/react-query";
import { AutoComplete } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { useWorkspace } from "@/shell/workspace";
import { sourcesQuery, type TrialSource, type TrialSpec } from "./queries";

interface Props {
  readonly spec: TrialSpec;
  readonly onChange: (part: Partial<TrialSpec>) => void;
}

export function SourceName({ spec, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(sourcesQuery(slug));
  const there = (data?.items ?? []).filter(({ source }) => source === spec.source);
  const named = (experiment_id: string): void => onChange({ exposure: { ...spec.exposure, experiment_id } });
  const choose = (one: TrialSource | undefined): void => {
    if (one === undefined) return;
    onChange({
      exposure: { ...spec.exposure, experiment_id: one.experiment_id },
      arms: one.arms,
      control: one.arms.some(({ key }) => key === spec.control) ? spec.control : (one.arms[0]?.key ?? spec.control),
    });
  };
  return (
    <Field
      label={t("trials.experimentId")}
      note={there.length > 0 ? t("trials.sourcesThere", { count: there.length }) : t("trials.experimentIdNote")}
    >
      {(id, note) => (
        <AutoComplete<string>
          id={id}
          aria-describedby={note}
          className="mono"
          value={spec.exposure.experiment_id}
          maxLength={200}
          options={there.map((one) => ({ value: one.experiment_id, label: `${one.name} (${one.experiment_id})` }))}
          onChange={(value) => named(value.trim())}
          onSelect={(value) => choose(there.find((one) => one.experiment_id === value))}
        />
      )}
    </Field>
  );
}
