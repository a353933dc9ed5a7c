// Which template is sent? Those of the workspace; one that is not there yet can be named too.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";

import { useMay, useWorkspace } from "@/shell/workspace";
import { templatesQuery } from "../queries";

interface TemplateFieldProps {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function TemplateField({ value, onChange, ...named }: TemplateFieldProps): ReactNode {
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...templatesQuery(slug), enabled: useMay("messages:read") });
  const options = (data?.items ?? []).map((each) => ({ value: each.template_id, label: each.name }));
  const known = options.some((each) => each.value === value);
  return (
    <Select<string>
      {...named}
      showSearch
      value={value}
      onChange={onChange}
      options={known || value === "" ? options : [...options, { value, label: value }]}
    />
  );
}
