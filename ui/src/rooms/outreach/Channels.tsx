// Through what do messages go, and what does each channel still lack? One line a channel, by what it needs of a person; open one to set it up.
import { useQuery } from "@tanstack/react-query";
import { Collapse } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { ChannelForm } from "./ChannelForm";
import styles from "./Outreach.module.css";
import { channelsQuery, type Channel } from "./queries";

const MEDIA = ["email", "phone", "account", "device", "browser", "address"] as const;

export function Channels(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(channelsQuery(slug));
  return (
    <Ready query={query}>
      {({ items, smtp }) => (
        <Stack>
          {smtp ? null : <p className="faint">{t("restraints.noSmtp")}</p>}
          {MEDIA.map((medium) => {
            const mine = items.filter((one) => one.medium === medium);
            return mine.length > 0 ? <Group key={medium} title={t(`restraints.media.${medium}`)} channels={mine} /> : null;
          })}
        </Stack>
      )}
    </Ready>
  );
}

function Group({ title, channels }: { title: string; channels: readonly Channel[] }): ReactNode {
  const { language } = useLanguage();
  return (
    <Card title={title}>
      <Collapse
        ghost
        destroyOnHidden
        items={channels.map((one) => ({
          key: one.key,
          label: <Head name={language === "zh" ? one.label_zh : one.label_en} channel={one} />,
          children: <ChannelForm channel={one} />,
        }))}
      />
    </Card>
  );
}

function Head({ name, channel }: { name: string; channel: Channel }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const ready = channel.enabled && !channel.lacks;
  const begun = channel.secrets.some((secret) => channel.config[secret]);
  const field = words(`restraints.config.${channel.lacks}`) ?? words(`restraints.${channel.lacks}`) ?? channel.lacks;
  return (
    <span className={styles.state}>
      <strong>{name}</strong>
      <Pill tone={ready ? "good" : "plain"}>
        {t(ready ? "restraints.ready" : channel.enabled ? "restraints.notReady" : "restraints.off")}
      </Pill>
      {begun && channel.lacks ? <span className="faint">{t("restraints.lacks", { field })}</span> : null}
    </span>
  );
}
