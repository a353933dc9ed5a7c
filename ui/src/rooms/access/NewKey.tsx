// How is a key made? Kind and name, for an API key its permissions; then the key itself, shown once.
import { Alert, Button, Checkbox, Form, Input, Modal, Radio } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Copy } from "@/parts/Copy";
import { Refusal } from "@/parts/Refusal";
import { useWorkspace } from "@/shell/workspace";
import { useCreateKey } from "./queries";
import styles from "./Settings.module.css";
import { Snippets } from "./Snippets";

type Fields = Pick<Schemas["NewKeyBody"], "kind" | "name"> & { readonly permissions?: string[] };

export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const create = useCreateKey();
  const close = (): void => {
    create.reset();
    onClose();
  };
  const footer = create.data ? (
    <Button type="primary" onClick={close}>
      {t("actions.done")}
    </Button>
  ) : (
    <>
      <Button onClick={close}>{t("actions.cancel")}</Button>
      <Button type="primary" loading={create.isPending} onClick={() => form.submit()}>
        {t("settings.keys.create")}
      </Button>
    </>
  );
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("settings.keys.create")}
      footer={footer}
      width={640}
      destroyOnHidden
      mask={{ closable: !create.data }}
    >
      {create.data ? (
        <Made made={create.data} />
      ) : (
        <Form<Fields>
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          initialValues={{ kind: "write", permissions: ["reports:read"] }}
          onFinish={({ kind, name, permissions }) => create.mutate({ kind, name, permissions: kind === "api" ? (permissions ?? []) : [] })}
        >
          <Refusal error={create.error} />
          <KeyFields />
        </Form>
      )}
    </Modal>
  );
}

function KeyFields(): ReactNode {
  const { t } = useTranslation();
  const { permissions } = useWorkspace();
  return (
    <>
      <Form.Item name="kind" label={t("settings.keys.kind")}>
        <Radio.Group
          optionType="button"
          options={[
            { value: "write", label: t("settings.keys.kinds.write") },
            { value: "flags", label: t("settings.keys.kinds.flags") },
            { value: "api", label: t("settings.keys.kinds.api") },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="name"
        label={t("settings.keys.name")}
        extra={t("settings.keys.nameNote")}
        rules={[{ required: true, message: t("forms.needed") }]}
      >
        <Input maxLength={200} autoFocus />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: Fields, after: Fields) => before.kind !== after.kind}>
        {({ getFieldValue }) =>
          getFieldValue("kind") === "api" ? (
            <Form.Item
              name="permissions"
              label={t("settings.keys.permissions")}
              rules={[{ required: true, message: t("settings.keys.permissionNeeded") }]}
            >
              <Checkbox.Group
                className={styles.permissions ?? ""}
                options={permissions.map((each) => ({ value: each, label: <code>{each}</code> }))}
              />
            </Form.Item>
          ) : (
            <Alert
              type="info"
              showIcon
              title={t(getFieldValue("kind") === "flags" ? "settings.keys.flagsNote" : "settings.keys.writeNote")}
            />
          )
        }
      </Form.Item>
    </>
  );
}

function Made({ made }: { made: Schemas["NewKeyAnswer"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Alert type={made.key.kind === "api" ? "warning" : "success"} showIcon title={t(`settings.keys.made.${made.key.kind}`)} />
      <div className={styles.secret}>
        <code data-testid="new-key">{made.token}</code>
        <Copy text={made.token} />
      </div>
      {made.key.kind === "write" ? <Snippets token={made.token} /> : null}
    </>
  );
}
