// What shall another system learn of each person? Only what is needed.
import { Checkbox, Form, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useTagNames, useTraitNames } from "../names";

const KINDS = ["user_id", "email", "phone", "anonymous_id"];

export function WantedFields(): ReactNode {
  const { t } = useTranslation();
  const kind = useIdKind();
  const traits = useTraitNames();
  const tags = useTagNames();
  return (
    <>
      <Form.Item name="ids" label={t("handover.ids")}>
        <Select mode="tags" options={KINDS.map((value) => ({ value, label: kind(value) }))} />
      </Form.Item>
      <Form.Item name="traits" label={t("handover.traits")} extra={t("handover.traitsNote")}>
        <Select mode="tags" options={traits.map(({ name }) => ({ value: name, label: name }))} tokenSeparators={[","]} />
      </Form.Item>
      <Form.Item name="tags" label={t("handover.tags")}>
        <Select
          mode="multiple"
          options={tags.map(({ name, label = name }) => ({ value: name, label }))}
          showSearch={{ optionFilterProp: ["label", "value"] }}
        />
      </Form.Item>
      <Form.Item name="totals" valuePropName="checked">
        <Checkbox>{t("handover.totals")}</Checkbox>
      </Form.Item>
    </>
  );
}
