// How does a program ask for flags? A key that only reads them, and code to paste.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Select, Tabs } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Json } from "@/parts/Json";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { keysQuery, useCreateKey } from "@/rooms/access/queries";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { FLAG_SNIPPETS, flagSnippet } from "./snippetText";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("keys:read");
  return (
    <Page
      title={t("featureFlags.connect")}
      lead={t("featureFlags.connectLead")}
      crumb={<Link to={path("flags")}>{t("featureFlags.title")}</Link>}
    >
      {may ? <WithKeys /> : <Snippets token="ufk_..." note={<Alert type="info" showIcon title={t("featureFlags.askForKey")} />} />}
    </Page>
  );
}

function WithKeys(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(keysQuery(slug));
  const [picked, setPicked] = useState<string | null>(null);
  return (
    <Ready query={query}>
      {({ items }) => {
        const keys = items.filter((one) => one.kind === "flags" && one.token !== null);
        const token = picked ?? keys[0]?.token ?? "";
        const note =
          keys.length > 0 ? (
            <Fields>
              <Field label={t("featureFlags.whichKey")} note={t("featureFlags.keySafe")}>
                {(id) => (
                  <Select<string>
                    id={id}
                    value={token}
                    onChange={setPicked}
                    options={keys.map((one) => ({ value: one.token ?? "", label: one.name }))}
                  />
                )}
              </Field>
            </Fields>
          ) : (
            <MakeKey />
          );
        return <Snippets token={token === "" ? "ufk_..." : token} note={note} />;
      }}
    </Ready>
  );
}

function MakeKey(): ReactNode {
  const { t } = useTranslation();
  const may = useMay("keys:write");
  const { mutate, isPending, error } = useCreateKey();
  return (
    <>
      <Refusal error={error} />
      <Alert
        type="info"
        showIcon
        title={t("featureFlags.noKey")}
        action={
          may ? (
            <Button
              type="primary"
              loading={isPending}
              onClick={() => mutate({ kind: "flags", name: t("featureFlags.title"), permissions: [] })}
            >
              {t("featureFlags.makeKey")}
            </Button>
          ) : null
        }
      />
    </>
  );
}

function Snippets({ token, note }: { token: string; note: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const items = FLAG_SNIPPETS.map((kind) => ({
    key: kind,
    label: t(`featureFlags.clients.${kind}`),
    children: <Json value={flagSnippet(kind, token, location.origin)} label={t(`featureFlags.clients.${kind}`)} plain />,
  }));
  return (
    <Stack>
      <Card title={t("featureFlags.keyTitle")}>{note}</Card>
      <Card title={t("featureFlags.code")} note={t("featureFlags.codeNote")}>
        <Tabs items={items} />
      </Card>
      <Card title={t("featureFlags.exposures")}>
        <p>{t("featureFlags.exposuresText")}</p>
      </Card>
    </Stack>
  );
}
