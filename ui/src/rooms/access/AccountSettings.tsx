// What may a person change about themselves? Name, language and password.
import { App, Button, Form, Input, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { isLanguage, LANGUAGES, OWN_NAME, switchLanguage, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { Facts } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { setMode, useMode, type Mode } from "@/theme/mode";
import { useChangeAccount } from "./queries";
import { useSession } from "./session";
import styles from "./Settings.module.css";

const MODES: readonly Mode[] = ["light", "dark", "system"];

export function Component(): ReactNode {
  return (
    <Stack>
      <Profile />
      <Password />
    </Stack>
  );
}

function Profile(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { account } = useSession();
  const { language } = useLanguage();
  const { mode } = useMode();
  const change = useChangeAccount();
  const saved = (): void => void message.success(t("states.saved"));
  const speak = (value: Language): void => {
    void switchLanguage(value);
    change.mutate({ locale: value });
  };
  return (
    <Card title={t("settings.account.title")}>
      <Facts items={[[t("login.email"), account.email]]} />
      <div style={{ height: 18 }} />
      <Form
        layout="vertical"
        requiredMark={false}
        className={styles.form ?? ""}
        initialValues={{ name: account.name }}
        onFinish={({ name }: { name: string }) => change.mutate({ name }, { onSuccess: saved })}
      >
        <Refusal error={change.error} />
        <Form.Item name="name" label={t("settings.account.name")} rules={[{ required: true, message: t("forms.needed") }]}>
          <Input maxLength={200} autoComplete="name" />
        </Form.Item>
        <Form.Item label={t("shell.language")}>
          <Segmented
            aria-label={t("shell.language")}
            options={LANGUAGES.map((each) => ({ value: each, label: OWN_NAME[each] }))}
            value={language}
            onChange={(value) => (isLanguage(value) ? speak(value) : undefined)}
          />
        </Form.Item>
        <Form.Item label={t("shell.theme.label")}>
          <Segmented
            aria-label={t("shell.theme.label")}
            options={MODES.map((each) => ({ value: each, label: t(`shell.theme.${each}`) }))}
            value={mode}
            onChange={(value) => setMode(value)}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t("actions.save")}
        </Button>
      </Form>
    </Card>
  );
}

interface Passwords {
  readonly current_password: string;
  readonly new_password: string;
  readonly again: string;
}

function Password(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<Passwords>();
  const change = useChangeAccount();
  const save = ({ current_password, new_password }: Passwords): void =>
    change.mutate(
      { current_password, new_password },
      {
        onSuccess: () => {
          form.resetFields();
          void message.success(t("settings.account.passwordChanged"));
        },
      },
    );
  return (
    <Card title={t("settings.account.passwordTitle")} note={t("settings.account.passwordNote")}>
      <Form<Passwords> form={form} layout="vertical" requiredMark={false} className={styles.form ?? ""} onFinish={save}>
        <Refusal error={change.error} />
        <Form.Item name="current_password" label={t("settings.account.current")} rules={[{ required: true, message: t("forms.needed") }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="new_password"
          label={t("settings.account.new")}
          rules={[{ required: true, min: 10, message: t("settings.account.tooShort") }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t("settings.account.again")}
          dependencies={["new_password"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value: string) =>
                value === getFieldValue("new_password") ? Promise.resolve() : Promise.reject(new Error(t("settings.account.different"))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={change.isPending}>
          {t("settings.account.change")}
        </Button>
      </Form>
    </Card>
  );
}
