// Which language and which light? Two small menus, used on the login page and in the top bar.
import { Button, Dropdown, type MenuProps } from "antd";
import { Check, Languages, Monitor, Moon, Sun, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES, OWN_NAME, switchLanguage, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { setMode, useMode, type Mode } from "@/theme/mode";
import styles from "./Preferences.module.css";

const MODES: readonly (readonly [Mode, LucideIcon])[] = [
  ["light", Sun],
  ["dark", Moon],
  ["system", Monitor],
];

function tick(on: boolean): ReactNode {
  return <span className={styles.tick}>{on ? <Check size={14} aria-hidden /> : null}</span>;
}

export function LanguageMenu({ onChange }: { onChange?: (language: Language) => void }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const items: MenuProps["items"] = LANGUAGES.map((each) => ({
    key: each,
    label: <span lang={each}>{OWN_NAME[each]}</span>,
    icon: tick(each === language),
    onClick: () => {
      void switchLanguage(each);
      onChange?.(each);
    },
  }));
  return (
    <Dropdown menu={{ items, selectedKeys: [language] }} trigger={["click"]} placement="bottomRight">
      <Button type="text" aria-label={t("shell.language")} icon={<Languages size={16} aria-hidden />} />
    </Dropdown>
  );
}

export function ThemeMenu(): ReactNode {
  const { t } = useTranslation();
  const { mode, dark } = useMode();
  const items: MenuProps["items"] = MODES.map(([each, Icon]) => ({
    key: each,
    label: (
      <span className={styles.item}>
        <Icon size={14} aria-hidden />
        {t(`shell.theme.${each}`)}
      </span>
    ),
    icon: tick(each === mode),
    onClick: () => setMode(each),
  }));
  const Shown = dark ? Moon : Sun;
  return (
    <Dropdown menu={{ items, selectedKeys: [mode] }} trigger={["click"]} placement="bottomRight">
      <Button type="text" aria-label={t("shell.theme.label")} icon={<Shown size={16} aria-hidden />} />
    </Dropdown>
  );
}
