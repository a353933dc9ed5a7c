// Through what do messages go, and what does each channel still lack? Forms are drawn from what the channel asks for.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Switch } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { Field } from "@/parts/Field";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Outreach.module.css";
import { channelsQuery, useSaveChannel, type Channel } from "./queries";

export function Channels(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(channelsQuery(slug));
  return (
    <Ready query={query}>
      {({ items, smtp }) => (
        <Stack>
          {smtp ? null : <p className="faint">{t("restraints.noSmtp")}</p>}
          {items.map((one) => (
            <One key={one.key} channel={one} />
          ))}
        </Stack>
      )}
    </Ready>
  );
}

function One({ channel }: { channel: Channel }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const words = useWords();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("keys:write");
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [enabled, setEnabled] = useState(channel.enabled);
  const { mutate, isPending } = useSaveChannel();
  const fields = Object.keys((channel.config_schema.properties as Record<string, unknown> | undefined) ?? {});
  const shown = (name: string): string => {
    const value = channel.config[name];
    return given[name] ?? (typeof value === "string" || typeof value === "number" ? String(value) : "");
  };
  const save = (): void => {
    const config = Object.fromEntries(fields.map((name) => [name, shown(name)]));
    mutate({ key: channel.key, enabled, config }, { onSuccess: () => void message.success(t("restraints.saved")), onError: failed });
  };
  const ready = channel.enabled && !channel.lacks;
  return (
    <Card
      title={language === "zh" ? channel.label_zh : channel.label_en}
      actions={<Pill tone={ready ? "good" : "plain"}>{t(ready ? "restraints.ready" : "restraints.notReady")}</Pill>}
      note={t(`restraints.unknown.${channel.unknown === "repeated" ? "repeated" : "kept"}`)}
    >
      <div className={styles.form}>
        {fields.map((name) => (
          <Field key={name} label={words(`restraints.config.${name}`) ?? name} wide>
            {(id) =>
              channel.secrets.includes(name) ? (
                <Input.Password
                  id={id}
                  disabled={!may}
                  value={given[name] ?? ""}
                  autoComplete="new-password"
                  placeholder={channel.config[name] ? t("restraints.kept") : ""}
                  onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
                />
              ) : (
                <Input
                  id={id}
                  disabled={!may}
                  value={shown(name)}
                  onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
                />
              )
            }
          </Field>
        ))}
        {may ? (
          <div className={styles.state}>
            <Switch checked={enabled} onChange={setEnabled} aria-label={t("restraints.enabled")} />
            <Button loading={isPending} onClick={save}>
              {t("actions.save")}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}
