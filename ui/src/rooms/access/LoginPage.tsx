// How does a person get in? Email and password; the page that was asked for opens afterwards.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useSearchParams } from "react-router";

import { asApiError } from "@/api/errors";
import { useErrorWords } from "@/parts/useErrorWords";
import { Mark } from "@/shell/Mark";
import { LanguageMenu, ThemeMenu } from "@/shell/Preferences";
import styles from "./LoginPage.module.css";
import { sessionQuery, useLogin } from "./session";

interface Fields {
  readonly email: string;
  readonly password: string;
}

/** Only a path of our own may follow a login; anything else would let a link send people away. */
function safeNext(next: string | null): string {
  return next?.startsWith("/w/") ? next : "/";
}

function LoginError({ error }: { error: unknown }): ReactNode {
  const { text } = useErrorWords(asApiError(error));
  return <Alert type="error" showIcon title={text} className={styles.alert ?? ""} />;
}

export function Component(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const session = useQuery(sessionQuery);
  const login = useLogin();
  const next = safeNext(params.get("next"));
  useEffect(() => {
    document.title = `${t("login.title")} · UEMS`;
  }, [t]);
  if (session.data && !login.isPending) return <Navigate to={next} replace />;
  const submit = (fields: Fields): void => login.mutate(fields, { onSuccess: () => void navigate(next, { replace: true }) });
  return (
    <div className={styles.page}>
      <div className={styles.corner}>
        <LanguageMenu />
        <ThemeMenu />
      </div>
      <main className={styles.panel}>
        <Mark size={40} />
        <h1 className={styles.title}>{t("login.heading")}</h1>
        <p className={styles.lead}>{t("product.tagline")}</p>
        {login.error ? <LoginError error={login.error} /> : null}
        <Form<Fields> layout="vertical" requiredMark={false} onFinish={submit} size="large" className={styles.form ?? ""}>
          <Form.Item name="email" label={t("login.email")} rules={[{ required: true, message: t("login.emailNeeded") }]}>
            <Input type="email" autoComplete="username" autoFocus spellCheck={false} />
          </Form.Item>
          <Form.Item name="password" label={t("login.password")} rules={[{ required: true, message: t("login.passwordNeeded") }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={login.isPending}>
            {t("login.submit")}
          </Button>
        </Form>
        <p className={styles.help}>{t("login.help")}</p>
      </main>
    </div>
  );
}
