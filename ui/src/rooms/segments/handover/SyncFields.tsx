// What does a sync need: a name, an address, which changes, and what is told of each person?
import { Checkbox, Form, Input, InputNumber } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import type { Segment } from "../queries";
import { WantedFields } from "./WantedFields";

export function NameField(): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item name="name" label={t("syncs.name")} rules={[{ required: true, whitespace: true, message: t("forms.needed") }]}>
      <Input maxLength={200} autoFocus />
    </Form.Item>
  );
}

/** keep: the host that stays when nothing is written. */
export function UrlField({ keep }: { keep?: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.Item
      name="url"
      label={t("syncs.url")}
      extra={keep === undefined ? t("syncs.urlNote") : t("syncs.urlKeep", { host: keep })}
      rules={[
        ...(keep === undefined ? [{ required: true, whitespace: true, message: t("forms.needed") }] : []),
        { pattern: /^\s*https?:\/\/\S+\s*$/i, message: t("syncs.urlForm") },
      ]}
    >
      <Input maxLength={2000} autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

export function WhatFields({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  return (
    <>
      <Form.Item name="events" label={t("syncs.events")} rules={[{ required: true, message: t("syncs.eventNeeded") }]}>
        <Checkbox.Group options={(["entered", "left"] as const).map((value) => ({ value, label: t(`syncs.eventNames.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="members_first"
        valuePropName="checked"
        extra={t("syncs.membersFirstNote", { count: segment.size, shown: formatNumber(segment.size, tag) })}
      >
        <Checkbox>{t("syncs.membersFirst")}</Checkbox>
      </Form.Item>
      <WantedFields />
      <Form.Item name="batch" label={t("syncs.batch")} rules={[{ required: true, message: t("forms.needed") }]}>
        <InputNumber min={1} max={1000} precision={0} />
      </Form.Item>
    </>
  );
}
