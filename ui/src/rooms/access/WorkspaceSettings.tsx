// What is this workspace called, and in which zone and currency does it count?
import { App, Button, Form, Input, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { Code } from "@/parts/Copy";
import { Card, Stack } from "@/parts/Page";
import { Facts } from "@/parts/Facts";
import { Refusal } from "@/parts/Refusal";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useCurrencies, useZones } from "./choices";
import { useChangeWorkspace, useCreateWorkspace } from "./queries";
import styles from "./Settings.module.css";

interface Fields {
  readonly name: string;
  readonly zone: string;
  readonly currency: string;
}

export function Component(): ReactNode {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const [making, setMaking] = useState(false);
  return (
    <Stack>
      <Card title={t("settings.workspace.title")}>
        <Facts
          items={[
            [t("settings.workspace.slug"), <Code key="slug" value={workspace.slug} />],
            [t("settings.workspace.created"), <Time key="at" at={workspace.created_at} />],
            [t("settings.workspace.yourRole"), workspace.role ? t(`roles.${workspace.role}.name`) : "–"],
          ]}
        />
        <div style={{ height: 18 }} />
        <Change />
      </Card>
      <Card title={t("settings.workspace.newTitle")} note={t("settings.workspace.newNote")}>
        <Button onClick={() => setMaking(true)}>{t("settings.workspace.new")}</Button>
      </Card>
      <NewWorkspace open={making} onClose={() => setMaking(false)} />
    </Stack>
  );
}

function ZoneAndCurrency({ fixed }: { fixed: boolean }): ReactNode {
  const { t } = useTranslation();
  const zones = useZones();
  const currencies = useCurrencies();
  const note = fixed ? t("settings.workspace.fixed") : t("settings.workspace.zoneNote");
  return (
    <>
      <Form.Item name="zone" label={t("settings.workspace.zone")} extra={note} rules={[{ required: true }]}>
        <Select showSearch={{ optionFilterProp: "label" }} options={zones} disabled={fixed} />
      </Form.Item>
      <Form.Item name="currency" label={t("settings.workspace.currency")} rules={[{ required: true }]}>
        <Select showSearch={{ optionFilterProp: "label" }} options={currencies} disabled={fixed} />
      </Form.Item>
    </>
  );
}

function Change(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const workspace = useWorkspace();
  const may = useMay("workspace:write");
  const change = useChangeWorkspace();
  const fixed = workspace.has_data;
  const save = ({ name, zone, currency }: Fields): void =>
    change.mutate(fixed ? { name } : { name, zone, currency }, { onSuccess: () => void message.success(t("states.saved")) });
  return (
    <Form<Fields>
      layout="vertical"
      requiredMark={false}
      className={styles.form ?? ""}
      initialValues={workspace}
      onFinish={save}
      disabled={!may}
    >
      <Refusal error={change.error} />
      <Form.Item name="name" label={t("settings.workspace.name")} rules={[{ required: true, message: t("forms.needed") }]}>
        <Input maxLength={200} />
      </Form.Item>
      <ZoneAndCurrency fixed={fixed} />
      {may ? (
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t("actions.save")}
        </Button>
      ) : null}
    </Form>
  );
}

function NewWorkspace({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { zone, currency } = useWorkspace();
  const [form] = Form.useForm<Schemas["NewWorkspaceBody"]>();
  const create = useCreateWorkspace();
  const make = (body: Schemas["NewWorkspaceBody"]): void =>
    create.mutate(body, {
      onSuccess: (made) => {
        onClose();
        void navigate(`/w/${made.slug}/overview`);
      },
    });
  return (
    <Modal
      open={open}
      onCancel={onClose}
      title={t("settings.workspace.newTitle")}
      okText={t("settings.workspace.create")}
      okButtonProps={{ loading: create.isPending }}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ zone, currency }} onFinish={make} preserve={false}>
        <Refusal error={create.error} />
        <Form.Item name="name" label={t("settings.workspace.name")} rules={[{ required: true, message: t("forms.needed") }]}>
          <Input maxLength={200} autoFocus />
        </Form.Item>
        <Form.Item
          name="slug"
          label={t("settings.workspace.slug")}
          extra={t("settings.workspace.slugNote")}
          rules={[{ required: true, pattern: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, message: t("settings.workspace.slugNote") }]}
        >
          <Input className="mono" maxLength={63} spellCheck={false} />
        </Form.Item>
        <ZoneAndCurrency fixed={false} />
      </Form>
    </Modal>
  );
}
