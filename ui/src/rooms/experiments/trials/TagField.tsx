// Which tag is put on trial, and what are its two arms called?
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { tagsQuery } from "@/rooms/profiles/tags/queries";
import { useSpoken } from "@/rooms/profiles/tags/words";
import { useWorkspace } from "@/shell/workspace";
import type { TagArms } from "./draft";

export function useTagArms(): TagArms {
  const { t } = useTranslation();
  return { act: t("trials.tag.act"), ignore: t("trials.tag.ignore") };
}

interface Props {
  readonly value: string;
  readonly onChange: (tag: string) => void;
}

export function TagField({ value, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const { slug } = useWorkspace();
  const { data, isPending } = useQuery(tagsQuery(slug));
  const options = (data?.items ?? []).map(({ key, label }) => ({ value: key, label: spoken(label, key) }));
  return (
    <Field label={t("trials.tag.label")} note={t("trials.tag.note")}>
      {(id, note) => (
        <Select<string>
          id={id}
          aria-describedby={note}
          loading={isPending}
          showSearch={{ optionFilterProp: "label" }}
          {...(value === "" ? {} : { value })}
          placeholder={t("trials.tag.choose")}
          options={options}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
