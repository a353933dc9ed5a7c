// What exactly did somebody get, or why did they not? One message as it was sent, with every decision about it.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { MailX } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Facts } from "@/parts/Facts";
import { Json } from "@/parts/Json";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, NotFound, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { Parts } from "./Bill";
import { Letter } from "./Letter";
import styles from "./Outreach.module.css";
import { messageQuery, type WholeMessage } from "./queries";
import { useChannelName } from "./useChannelName";
import { TONE, useReason } from "./words";

export function Component(): ReactNode {
  const { number } = useParams();
  const id = Number(number);
  return Number.isSafeInteger(id) && id >= 0 ? <Loaded number={id} /> : <NotFound />;
}

function Loaded({ number }: { number: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(messageQuery(slug, number));
  return (
    <Page title={t("messages.one", { number })} crumb={<Link to={path("messages")}>{t("messages.title")}</Link>}>
      <Ready query={query}>
        {(message) => (
          <div className={styles.two}>
            <Stack>
              <About message={message} />
              <Trace message={message} />
              {message.touches.length > 0 ? <Touches message={message} /> : null}
            </Stack>
            <AsSent message={message} />
          </div>
        )}
      </Ready>
    </Page>
  );
}

function About({ message }: { message: WholeMessage }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const reason = useReason();
  const channel = useChannelName();
  return (
    <Card title={t("messages.about")}>
      <Facts
        items={[
          [
            t("messages.state"),
            <span key="state" className={styles.state}>
              <Pill tone={TONE[message.state]}>{t(`messages.states.${message.state}`)}</Pill>
              {reason(message.reason)}
            </span>,
          ],
          [
            t("messages.whom"),
            <Link key="person" to={path("people", message.person_id)}>
              {message.address || t("messages.person", { id: message.person_id })}
            </Link>,
          ],
          [t("messages.channel"), channel(message.channel)],
          [
            t("messages.template"),
            <Link key="template" to={path("templates", message.template_id)}>
              {message.template_id}
            </Link>,
          ],
          [t("messages.kind"), t(`messages.kinds.${message.kind}`)],
          [t("messages.asked"), <Time key="asked" at={message.enqueued_at} exact />],
          [t("messages.sent"), <Time key="sent" at={message.sent_at} exact />],
          [t("messages.attempts"), message.attempts],
          ...(message.cost_micros > 0 || message.parts > 1
            ? [[t("messages.cost"), <Parts key="cost" count={message.parts} micros={message.cost_micros} />] as const]
            : []),
          ...(message.provider_id ? [[t("messages.providerId"), <code key="provider">{message.provider_id}</code>] as const] : []),
        ]}
      />
      {message.detail && message.detail !== "outbox" ? (
        <details>
          <summary>{t("messages.said")}</summary>
          <code lang="en">{message.detail}</code>
        </details>
      ) : null}
      {message.detail === "outbox" ? <p className="faint">{t("messages.inOutbox")}</p> : null}
    </Card>
  );
}

const VERDICTS = { send: "good", hold: "warn", suppress: "plain", expire: "plain" } as const;

function isVerdict(word: string): word is keyof typeof VERDICTS {
  return word in VERDICTS;
}

function Trace({ message }: { message: WholeMessage }): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <Card title={t("messages.why")} note={t("messages.whyNote")}>
      {message.decisions.length === 0 ? (
        <p className="faint">{t("messages.undecided")}</p>
      ) : (
        <ol className={styles.trace}>
          {message.decisions.map((one, place) => (
            <li key={place}>
              <Time at={one.at} exact />
              {isVerdict(one.verdict) ? <Pill tone={VERDICTS[one.verdict]}>{t(`messages.verdicts.${one.verdict}`)}</Pill> : null}
              <span>{one.reason ? reason(one.reason, one.facts) : t("messages.allowed")}</span>
              {typeof one.facts.parts === "number" && typeof one.facts.cost_micros === "number" ? (
                <span className="faint">
                  <Parts count={one.facts.parts} micros={one.facts.cost_micros} />
                </span>
              ) : null}
              {typeof one.facts.zone === "string" ? <span className="faint">{one.facts.zone}</span> : null}
            </li>
          ))}
        </ol>
      )}
      {Object.keys(message.context).length > 0 ? <Json value={message.context} label={t("messages.context")} /> : null}
    </Card>
  );
}

const TOUCHES = ["open", "click", "dismiss"] as const;

function isTouch(word: string): word is (typeof TOUCHES)[number] {
  return (TOUCHES as readonly string[]).includes(word);
}

function Touches({ message }: { message: WholeMessage }): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <Card title={t("messages.touches")} note={t("messages.touchesNote")}>
      <ul className={styles.trace}>
        {message.touches.map((one, place) => (
          <li key={place}>
            <Time at={one.at} exact />
            <Pill tone={one.verdict === "person" ? "good" : "plain"}>
              {t(`messages.doneWith.${isTouch(one.what) ? one.what : "open"}`)}
            </Pill>
            <span>{one.verdict === "person" ? t("messages.byPerson") : reason(one.verdict)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function AsSent({ message }: { message: WholeMessage }): ReactNode {
  const { t } = useTranslation();
  const [headers, setHeaders] = useState(false);
  const { body } = message;
  return (
    <Card
      title={t("messages.asSent")}
      actions={
        body && body.headers.length > 0 ? (
          <Button size="small" onClick={() => setHeaders(!headers)}>
            {t(headers ? "messages.hideHeaders" : "messages.showHeaders")}
          </Button>
        ) : null
      }
    >
      {body ? (
        <>
          {headers ? <pre className={styles.plain}>{body.headers.map(({ name, value }) => `${name}: ${value}`).join("\n")}</pre> : null}
          <Letter subject={body.subject} html={body.html} text={body.text} />
        </>
      ) : (
        <Notice compact icon={MailX} title={t("messages.noBody")} text={t("messages.noBodyText")} />
      )}
    </Card>
  );
}
