// What does a channel need before it can send? A form drawn from what it asks for; what is secret is never shown again.
import { App, Button, Input, Select, Switch } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Field, Fields } from "@/parts/Field";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay } from "@/shell/workspace";
import styles from "./Outreach.module.css";
import { useSaveChannel, type Channel } from "./queries";

interface Property {
  readonly enum?: readonly string[];
  /** Of text with several lines, such as a key in a file. */
  readonly format?: string;
}

export function ChannelForm({ channel }: { channel: Channel }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("keys:write");
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [enabled, setEnabled] = useState(channel.enabled);
  const { mutate, isPending } = useSaveChannel();
  const properties = (channel.config_schema.properties ?? {}) as Readonly<Record<string, Property>>;
  const shown = (name: string): string => {
    const value = channel.config[name];
    return given[name] ?? (typeof value === "string" || typeof value === "number" ? String(value) : "");
  };
  const save = (): void => {
    const config = Object.fromEntries(Object.keys(properties).map((name) => [name, shown(name)]));
    const done = (): void => {
      setGiven({});
      void message.success(t("restraints.saved"));
    };
    mutate({ key: channel.key, enabled, config }, { onSuccess: done, onError: failed });
  };
  return (
    <div className={styles.form}>
      <p className="faint">{t(`restraints.unknown.${channel.unknown === "repeated" ? "repeated" : "kept"}`)}</p>
      <Fields>
        {Object.entries(properties).map(([name, property]) => (
          <Field key={name} label={words(`restraints.config.${name}`) ?? name} note={words(`restraints.configNotes.${name}`) ?? undefined}>
            {(id, note) => (
              <Value
                named={{ id, "aria-describedby": note, disabled: !may }}
                property={property}
                secret={channel.secrets.includes(name)}
                stored={Boolean(channel.config[name])}
                value={channel.secrets.includes(name) ? (given[name] ?? "") : shown(name)}
                onChange={(value) => setGiven({ ...given, [name]: value })}
              />
            )}
          </Field>
        ))}
      </Fields>
      {channel.receipts_url ? <Receipts address={channel.receipts_url} /> : null}
      {channel.mailbox ? <Mailbox mailbox={channel.mailbox} /> : null}
      {may ? (
        <div className={styles.state}>
          <Switch checked={enabled} onChange={setEnabled} aria-label={t("restraints.enabled")} />
          <span>{t("restraints.enabled")}</span>
          <Button loading={isPending} onClick={save}>
            {t("actions.save")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** What is entered at the provider, so that it tells what became of messages. */
function Receipts({ address }: { address: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Field label={t("deliveryReceipts.address")} note={t("deliveryReceipts.addressNote")} wide>
      {(id, note) => <Input id={id} aria-describedby={note} readOnly value={address} onFocus={(event) => event.target.select()} />}
    </Field>
  );
}

/** How far the mailbox of bounces is read, and why not further. */
function Mailbox({ mailbox }: { mailbox: NonNullable<Channel["mailbox"]> }): ReactNode {
  const { t } = useTranslation();
  const { reports, replies, others } = mailbox;
  return (
    <>
      {mailbox.reason ? (
        <div role="alert">
          <p>{t(`mailbox.reasons.${mailbox.reason}`)}</p>
          <code lang="en">{mailbox.failure}</code>
        </div>
      ) : null}
      <p className="faint">
        {mailbox.read_at ? (
          <>
            {t("mailbox.read")} <Time at={mailbox.read_at} />.{" "}
          </>
        ) : (
          `${t("mailbox.never")} `
        )}
        {t("mailbox.found", { reports, replies, others })}
      </p>
    </>
  );
}

interface ValueProps {
  readonly named: { readonly id: string; readonly "aria-describedby": string; readonly disabled: boolean };
  readonly property: Property;
  readonly secret: boolean;
  readonly stored: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Value({ named, property, secret, stored, value, onChange }: ValueProps): ReactNode {
  const { t } = useTranslation();
  const placeholder = secret && stored ? t("restraints.kept") : "";
  if (property.enum) {
    return <Select {...named} value={value} onChange={onChange} options={property.enum.map((one) => ({ value: one, label: one }))} />;
  }
  if (property.format === "lines") {
    return (
      <Input.TextArea
        {...named}
        className={styles.code ?? ""}
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  if (secret) {
    return (
      <Input.Password
        {...named}
        value={value}
        autoComplete="new-password"
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return <Input {...named} value={value} autoComplete="off" onChange={(event) => onChange(event.target.value)} />;
}
