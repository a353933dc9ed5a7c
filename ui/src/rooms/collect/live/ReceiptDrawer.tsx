// What became of this one event? Its receipt in words, the person, and the event as it is stored.
import { useQuery } from "@tanstack/react-query";
import { Alert, Drawer } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schemas } from "@/api/client";
import type { Receipt } from "@/api/contract";
import { Code } from "@/parts/Copy";
import { Facts, type Fact } from "@/parts/Facts";
import { Json } from "@/parts/Json";
import { Stack } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Live.module.css";
import { receiptQuery } from "./queries";
import { splitReason, useReasonWords } from "./reasons";
import { StatusPill } from "./StatusPill";
import { knownType } from "./types";

export function ReceiptDrawer({ message, onClose }: { message: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Drawer open={message !== ""} onClose={onClose} size={560} title={t("receipts.title")} destroyOnHidden>
      {message ? <Content message={message} /> : null}
    </Drawer>
  );
}

function Content({ message }: { message: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(receiptQuery(slug, message));
  return (
    <Ready query={query}>
      {(answer) => (
        <Stack gap={18}>
          {answer.items.map((receipt) => (
            <ReceiptFacts key={receipt.cursor} receipt={receipt} />
          ))}
          {answer.event ? <StoredEvent event={answer.event} /> : <p className="soft">{t("receipts.notStored")}</p>}
        </Stack>
      )}
    </Ready>
  );
}

function ReceiptFacts({ receipt }: { receipt: Receipt }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const person = receipt.person_id ? <Link to={path("people", receipt.person_id)}>{`#${receipt.person_id}`}</Link> : "–";
  const items: Fact[] = [
    [t("receipts.statusLabel"), <StatusPill key="status" status={receipt.status} />],
    [t("receipts.event"), receipt.event || "–"],
    [t("receipts.type"), t(`receipts.types.${knownType(receipt.type)}`)],
    [t("receipts.person"), person],
    [t("receipts.happened"), <Time key="ts" at={receipt.ts} exact />],
    [t("receipts.received"), <Time key="received" at={receipt.received_at} exact />],
    [t("receipts.messageId"), <Code key="id" value={receipt.message_id} />],
  ];
  return (
    <div>
      <Facts items={items} />
      {receipt.reason ? <ReasonAlert receipt={receipt} /> : null}
    </div>
  );
}

function ReasonAlert({ receipt }: { receipt: Receipt }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const words = useReasonWords();
  const { details } = splitReason(receipt.reason);
  const lost = receipt.status === "blocked" || receipt.status === "invalid";
  return (
    <Alert
      className={styles.why ?? ""}
      type={lost ? "error" : receipt.status === "warned" ? "warning" : "info"}
      showIcon
      title={words(receipt.reason)}
      description={
        <>
          {details ? (
            <details>
              <summary>{t("states.technical")}</summary>
              <code lang="en">{details}</code>
            </details>
          ) : null}
          {receipt.letter_id ? (
            <Link to={`${path("live", "dead-letters")}?letter=${receipt.letter_id}`}>{t("receipts.seeLetter")}</Link>
          ) : null}
        </>
      }
    />
  );
}

function StoredEvent({ event }: { event: NonNullable<Schemas["ReceiptAnswer"]["event"]> }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <section>
        <h3 className={styles.part}>{t("receipts.properties")}</h3>
        <Json value={event.properties ?? {}} label={t("receipts.properties")} />
      </section>
      <section>
        <h3 className={styles.part}>{t("receipts.stored")}</h3>
        <Json value={event} label={t("receipts.stored")} />
      </section>
    </>
  );
}
