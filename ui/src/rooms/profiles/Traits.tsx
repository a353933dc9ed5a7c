// What do we know of this person? Every trait with its present value, and how it came to be.
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Table, type TableColumnsType } from "antd";
import { History, Tags } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Person, Trait } from "@/api/contract";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Person.module.css";
import { traitHistoryQuery } from "./queries";

export function TraitValue({ value }: { value: unknown }): ReactNode {
  if (typeof value === "string") return value === "" ? <span className="faint">{'""'}</span> : value;
  return <code>{JSON.stringify(value)}</code>;
}

export function Traits({ person }: { person: Person }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useParam("trait");
  const columns: TableColumnsType<Trait> = [
    { title: t("person.trait"), key: "trait", width: "30%", render: (_, row) => <code>{row.trait}</code> },
    { title: t("person.value"), key: "value", render: (_, row) => <TraitValue value={row.value} /> },
    { title: t("person.since"), key: "ts", width: 150, responsive: ["sm"], render: (_, row) => <Time at={row.ts} /> },
    {
      key: "history",
      width: 120,
      align: "right",
      render: (_, row) => (
        <Button
          size="small"
          type="text"
          icon={<History size={14} aria-hidden />}
          onClick={() => setOpen(row.trait)}
          aria-label={t("person.historyOf", { trait: row.trait })}
        >
          {t("person.history")}
        </Button>
      ),
    },
  ];
  if (person.traits.length === 0) {
    return (
      <Card flush>
        <Notice compact icon={Tags} title={t("person.noTraits.title")} text={t("person.noTraits.text")} />
      </Card>
    );
  }
  return (
    <Card flush>
      <Table<Trait> rowKey="trait" size="middle" columns={columns} dataSource={[...person.traits]} pagination={false} />
      <Drawer open={open !== ""} onClose={() => setOpen("")} title={t("person.historyOf", { trait: open })} size={440} destroyOnHidden>
        {open ? <TraitHistory person={person.person_id} trait={open} /> : null}
      </Drawer>
    </Card>
  );
}

function TraitHistory({ person, trait }: { person: number; trait: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(traitHistoryQuery(slug, person, trait));
  return (
    <Ready query={query}>
      {(page) => (
        <ol className={styles.history}>
          {page.items.map((row, index) => (
            <li key={`${row.ts} ${index}`} className={styles.historyRow}>
              <TraitValue value={row.value} />
              <Time at={row.ts} />
            </li>
          ))}
        </ol>
      )}
    </Ready>
  );
}
