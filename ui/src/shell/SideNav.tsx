// Where can one go from here? Workspace, search, pages, and the person's own menu, in one column.
import { Button, Dropdown, type MenuProps } from "antd";
import { ChevronsUpDown, LogOut, Search, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useNavigate } from "react-router";

import { useLogout, useSession } from "@/rooms/access/session";
import { Mark } from "./Mark";
import { usePageGroups } from "./usePageGroups";
import { LanguageMenu, ThemeMenu } from "./Preferences";
import styles from "./SideNav.module.css";
import { usePath, useWorkspace } from "./workspace";

function WorkspaceSwitcher(): ReactNode {
  const { t } = useTranslation();
  const { workspaces } = useSession();
  const current = useWorkspace();
  const navigate = useNavigate();
  const items: MenuProps["items"] = workspaces.map((each) => ({
    key: each.slug,
    label: (
      <span className={styles.choice}>
        <span>{each.name}</span>
        <span className={styles.role}>{each.role ? t(`roles.${each.role}.name`) : null}</span>
      </span>
    ),
    onClick: () => void navigate(`/w/${encodeURIComponent(each.slug)}/overview`),
  }));
  return (
    <Dropdown menu={{ items, selectedKeys: [current.slug] }} trigger={["click"]}>
      <button type="button" className={styles.switcher} aria-label={t("shell.switchWorkspace", { name: current.name })}>
        <Mark />
        <span className={styles.workspaceName}>{current.name}</span>
        <ChevronsUpDown size={14} aria-hidden className={styles.chevron} />
      </button>
    </Dropdown>
  );
}

/** The first letter as people see letters: an emoji or a composed sign is one. */
function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return first?.segment.toUpperCase() ?? "";
}

function AccountMenu(): ReactNode {
  const { t } = useTranslation();
  const { account } = useSession();
  const logout = useLogout();
  const navigate = useNavigate();
  const path = usePath();
  const items: MenuProps["items"] = [
    { key: "who", type: "group", label: account.email },
    {
      key: "account",
      icon: <UserRound size={14} aria-hidden />,
      label: t("shell.account"),
      onClick: () => void navigate(path("settings", "account")),
    },
    { type: "divider" },
    { key: "out", icon: <LogOut size={14} aria-hidden />, label: t("shell.signOut"), onClick: () => logout.mutate() },
  ];
  const name = account.name || account.email;
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="topLeft">
      <button type="button" className={styles.account} aria-label={t("shell.accountMenu", { name })}>
        <span className={styles.avatar} aria-hidden>
          {initial(name)}
        </span>
        <span className={styles.accountName}>{name}</span>
      </button>
    </Dropdown>
  );
}

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SHORTCUT = mac ? "⌘K" : "Ctrl\u00a0K";

export function SideNav({ onSearch, onNavigate }: { onSearch: () => void; onNavigate?: () => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const groups = usePageGroups();
  return (
    <div className={styles.nav}>
      <WorkspaceSwitcher />
      <Button className={styles.search ?? ""} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <Search size={14} aria-hidden />
        <span className={styles.searchText}>{t("shell.search")}</span>
        <kbd className={styles.key}>{SHORTCUT}</kbd>
      </Button>
      <nav className={styles.pages} aria-label={t("shell.navigation")}>
        {groups.map((group) => (
          <div key={group.key} className={styles.group}>
            {group.key === "analyse" || group.key === "system" ? null : (
              <div className={styles.groupName}>{t(`shell.groups.${group.key}`)}</div>
            )}
            {group.pages.map(({ key, path: part, icon: Icon }) => (
              <NavLink key={key} to={path(part)} className={styles.link ?? ""} {...(onNavigate ? { onClick: onNavigate } : {})}>
                <Icon size={16} strokeWidth={1.75} aria-hidden />
                {t(`shell.pages.${key}`)}
              </NavLink>
            ))}
          </div>
        ))}
      </nav>
      <div className={styles.foot}>
        <AccountMenu />
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </div>
  );
}
