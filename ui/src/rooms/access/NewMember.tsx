// How does somebody get in? By email; a new account gets a password that is shown once.
import { Alert, Button, Form, Input, Modal, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { LANGUAGES, OWN_NAME } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { Copy } from "@/parts/Copy";
import { Refusal } from "@/parts/Refusal";
import { RoleSelect } from "./Members";
import { useAddMember } from "./queries";
import styles from "./Settings.module.css";

export function NewMember({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const [form] = Form.useForm<Schemas["NewMemberBody"]>();
  const add = useAddMember();
  const close = (): void => {
    add.reset();
    onClose();
  };
  const made = add.data;
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t("settings.members.add")}
      destroyOnHidden
      footer={
        made ? (
          <Button type="primary" onClick={close}>
            {t("actions.done")}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{t("actions.cancel")}</Button>
            <Button type="primary" loading={add.isPending} onClick={() => form.submit()}>
              {t("actions.add")}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <Added made={made} />
      ) : (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ role: "analyst", locale: language }}
          onFinish={(body) => add.mutate(body)}
          preserve={false}
        >
          <Refusal error={add.error} />
          <Form.Item name="email" label={t("login.email")} rules={[{ required: true, type: "email", message: t("login.emailNeeded") }]}>
            <Input type="email" autoFocus spellCheck={false} />
          </Form.Item>
          <Form.Item name="name" label={t("settings.account.name")} rules={[{ required: true, message: t("forms.needed") }]}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="role" label={t("settings.members.role")}>
            <RoleSelect label={t("settings.members.role")} />
          </Form.Item>
          <Form.Item name="locale" label={t("shell.language")}>
            <Segmented options={LANGUAGES.map((each) => ({ value: each, label: OWN_NAME[each] }))} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}

function Added({ made }: { made: Schemas["NewMemberAnswer"] }): ReactNode {
  const { t } = useTranslation();
  if (made.password === null) return <Alert type="success" showIcon title={t("settings.members.added", { name: made.member.name })} />;
  return (
    <>
      <Alert type="success" showIcon title={t("settings.members.addedNew", { email: made.member.email })} />
      <div className={styles.secret}>
        <code>{made.password}</code>
        <Copy text={made.password} />
      </div>
    </>
  );
}
