// Who is never written to, so that everything, or a programme, can be measured?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import { Plus, ShieldOff } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Page } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Outreach.module.css";
import { HoldoutDialog } from "./HoldoutDialog";
import { holdoutsQuery, useEndHoldout, type Holdout } from "./queries";

type Edited = Holdout | "everything" | "programme";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(holdoutsQuery(slug));
  const may = useMay("campaigns:write");
  const [edited, setEdited] = useState<Edited | null>(null);
  const whole = query.data?.items.some((one) => one.everything) ?? true;
  return (
    <Page
      title={t("holdouts.title")}
      lead={t("holdouts.lead")}
      actions={
        may ? (
          <>
            {whole ? null : <Button onClick={() => setEdited("everything")}>{t("holdouts.newEverything")}</Button>}
            <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setEdited("programme")}>
              {t("holdouts.newProgramme")}
            </Button>
          </>
        ) : null
      }
    >
      <Ready query={query}>
        {({ items }) => (
          <Card flush title={t("holdouts.holdout")} note={t("holdouts.never")}>
            {items.length > 0 ? (
              <Holdouts items={items} onEdit={may ? setEdited : null} />
            ) : (
              <Notice icon={ShieldOff} title={t("holdouts.none.title")} text={t("holdouts.none.text")} />
            )}
          </Card>
        )}
      </Ready>
      {edited ? <HoldoutDialog holdout={edited} everybody={query.data?.everybody ?? 0} onClose={() => setEdited(null)} /> : null}
    </Page>
  );
}

function Holdouts({ items, onEdit }: { items: readonly Holdout[]; onEdit: ((one: Edited) => void) | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Holdout> = [
    {
      title: t("holdouts.holdout"),
      key: "name",
      render: (_, one) => (
        <span className={styles.name}>
          <Link to={path("evaluation", one.everything ? "everything" : "programme", one.key)}>
            <strong>{one.everything ? t("holdouts.everything") : one.name}</strong>
          </Link>
          <span>
            {one.ended ? <Pill>{t("holdouts.ended")}</Pill> : null}{" "}
            {one.everything ? t("holdouts.allOfIt") : one.members.map((member) => member.key).join(", ")}
          </span>
        </span>
      ),
    },
    { title: t("holdouts.held"), key: "held", width: 190, render: (_, one) => <Held one={one} /> },
    {
      title: t("holdouts.drawn"),
      key: "drawn",
      width: 200,
      responsive: ["md"],
      render: (_, one) => <Time at={one.drawn_at} />,
    },
    {
      title: t("holdouts.renewed"),
      key: "renewed",
      width: 200,
      responsive: ["lg"],
      render: (_, one) => (one.renewed_at ? <Time at={one.renewed_at} /> : one.ended ? "–" : t("holdouts.neverRenewed")),
    },
    { title: "", key: "change", width: 170, render: (_, one) => (onEdit ? <Buttons one={one} onEdit={onEdit} /> : null) },
  ];
  return <Table<Holdout> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

function Held({ one }: { one: Holdout }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  if (one.ended) return "–";
  const share = (one.percent / 100).toLocaleString(tag, { style: "percent", maximumFractionDigits: 1 });
  return (
    <span className="tabular">
      {t("holdouts.ofPeople", { share, people: one.people.toLocaleString(tag), everybody: one.everybody.toLocaleString(tag) })}
    </span>
  );
}

function Buttons({ one, onEdit }: { one: Holdout; onEdit: (one: Edited) => void }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useEndHoldout();
  const end = (): void =>
    void modal.confirm({
      title: t("holdouts.endTitle"),
      content: t("holdouts.endText"),
      okText: t("holdouts.end"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync(one.key).catch(failed),
    });
  return (
    <>
      <Button size="small" onClick={() => onEdit(one)}>
        {t(one.ended ? "holdouts.again" : "holdouts.change")}
      </Button>{" "}
      {one.ended ? null : (
        <Button size="small" danger type="text" onClick={end}>
          {t("holdouts.end")}
        </Button>
      )}
    </>
  );
}
