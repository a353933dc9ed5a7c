// How is a campaign written? All of it on one page, with what it would do beside it, from the first letter on.
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { AudienceCard } from "./AudienceCard";
import styles from "./Campaigns.module.css";
import { GoalCard } from "./GoalCard";
import { MessageCard } from "./MessageCard";
import { OutlookCard } from "./OutlookCard";
import { campaignQuery, outlookQuery, useSaveCampaign, type Campaign, type Spec } from "./queries";
import { keyOf, NEW } from "./spec";
import { TimingCard } from "./TimingCard";

export function Component(): ReactNode {
  const { key } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("campaigns:write");
  const copied = (useLocation().state as { readonly from?: Campaign } | null)?.from;
  const query = useQuery({ ...campaignQuery(slug, key ?? ""), enabled: key !== undefined, refetchOnWindowFocus: false });
  if (!may) return <NoPermission />;
  if (key === undefined) return <Editor known={null} spec={copied?.spec ?? NEW} />;
  return <Ready query={query}>{(one) => <Editor key={one.key} known={one} spec={one.spec} />}</Ready>;
}

function Editor({ known, spec: first }: { known: Campaign | null; spec: Spec }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useSaveCampaign();
  const [name, setName] = useState(known?.name ?? "");
  const [key, setKey] = useState<string | null>(null);
  const [description, setDescription] = useState(known?.description ?? "");
  const [spec, setSpec] = useState(first);
  const mine = known?.key ?? key ?? keyOf(name);
  const outlook = useQuery(outlookQuery(slug, known?.key ?? "", useDelayed(JSON.stringify(spec), 500)));
  const part = {
    spec,
    onChange: (more: Partial<Spec>) => setSpec((before) => ({ ...before, ...more })),
    problems: outlook.data?.problems ?? [],
  };
  const save = (): void =>
    mutate(
      { key: mine, name: name.trim(), description, spec, revision: known?.revision ?? 0 },
      { onSuccess: (saved) => void navigate(path("campaigns", saved.key)) },
    );
  return (
    <Page
      title={known ? t("campaigns.editTitle", { name: known.name }) : t("campaigns.newTitle")}
      lead={t("campaigns.newLead")}
      crumb={<Link to={path("campaigns")}>{t("campaigns.title")}</Link>}
      actions={
        <Button type="primary" loading={isPending} disabled={name.trim() === "" || mine === ""} onClick={save}>
          {t("campaigns.save")}
        </Button>
      }
    >
      <Refusal error={error} />
      <div className={styles.editor}>
        <Stack>
          <Card>
            <Fields>
              <Field label={t("campaigns.name")}>
                {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
              </Field>
              {known ? null : (
                <Field label={t("campaigns.key")} note={t("flows.keyNote")}>
                  {(id, note) => (
                    <Input
                      id={id}
                      aria-describedby={note}
                      className="mono"
                      value={mine}
                      maxLength={100}
                      spellCheck={false}
                      onChange={(event) => setKey(event.target.value.trim())}
                    />
                  )}
                </Field>
              )}
              <Field label={t("campaigns.description")} wide>
                {(id) => <Input id={id} value={description} maxLength={5000} onChange={(event) => setDescription(event.target.value)} />}
              </Field>
            </Fields>
          </Card>
          <AudienceCard {...part} />
          <MessageCard {...part} />
          <TimingCard {...part} />
          <GoalCard {...part} />
        </Stack>
        <div className={styles.side}>
          <OutlookCard campaign={known?.key ?? ""} spec={spec} />
        </div>
      </div>
    </Page>
  );
}
