// Whom did they bring, and whom those? A tree that is opened level by level, by mouse or keys; each level some at a time.
import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Money, Num, Time } from "@/parts/values";
import { personName } from "@/rooms/profiles/personName";
import { useWorkspace } from "@/shell/workspace";
import { branchQuery, type Tree, type TreeNode } from "./queries";
import styles from "./Referrals.module.css";

type Page = Tree["roots"];

interface BranchProps {
  readonly parent: number;
  readonly first?: Page;
  readonly level?: number;
  readonly onChoose: (person: number) => void;
}

export function Branch({ parent, first, level = 1, onChoose }: BranchProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const begun: InfiniteData<Page, string> | undefined = first ? { pages: [first], pageParams: [""] } : undefined;
  const query = useInfiniteQuery({ ...branchQuery(slug, parent), ...(begun ? { initialData: begun } : {}), staleTime: 30_000 });
  if (!query.data) return <Spin size="small" />;
  const items = query.data.pages.flatMap((page) => page.items);
  return (
    <ul className={level === 1 ? styles.tree : styles.branch} {...(level === 1 ? { role: "tree" } : { role: "group" })}>
      {items.map((node) => (
        <Twig key={node.person_id} node={node} level={level} onChoose={onChoose} />
      ))}
      {query.hasNextPage ? (
        <li role="none" className={styles.more}>
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("referrals.more")}
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

function Twig({ node, level, onChoose }: { node: TreeNode; level: number; onChoose: (person: number) => void }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const press = (event: KeyboardEvent<HTMLLIElement>): void => {
    if (event.target !== event.currentTarget) return;
    const step = STEPS[event.key];
    if (event.key === "ArrowRight" && node.direct > 0) setOpen(true);
    else if (event.key === "ArrowLeft") setOpen(false);
    else if (event.key === "Enter" || event.key === " ") onChoose(node.person_id);
    else if (step) move(event.currentTarget, step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <li
      role="treeitem"
      tabIndex={0}
      aria-level={level}
      aria-label={node.person ? (personName(node.person) ?? `#${node.person_id}`) : t("erasure.person")}
      {...(node.direct > 0 ? { "aria-expanded": open } : {})}
      onKeyDown={press}
      className={styles.twig}
    >
      <NodeRow node={node} onChoose={onChoose} open={open} onOpen={node.direct > 0 ? () => setOpen(!open) : null} />
      {open ? <Branch parent={node.person_id} level={level + 1} onChoose={onChoose} /> : null}
    </li>
  );
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowDown: 1, ArrowUp: -1 };

/** The next or previous node that is shown, whatever its level. */
function move(from: HTMLElement, step: 1 | -1): void {
  const all = [...(from.closest('[role="tree"]')?.querySelectorAll<HTMLElement>('[role="treeitem"]') ?? [])];
  all[all.indexOf(from) + step]?.focus();
}

interface RowProps {
  readonly node: TreeNode;
  readonly onChoose: (person: number) => void;
  readonly open?: boolean;
  readonly onOpen?: (() => void) | null;
  readonly here?: boolean;
}

export function NodeRow({ node, onChoose, open = false, onOpen = null, here = false }: RowProps): ReactNode {
  const { t } = useTranslation();
  const name = node.person ? (personName(node.person) ?? `#${node.person_id}`) : t("erasure.person");
  return (
    <div className={`${styles.node ?? ""} ${here ? (styles.here ?? "") : ""}`}>
      {onOpen ? (
        <Button
          type="text"
          size="small"
          tabIndex={-1}
          aria-label={t(open ? "referrals.tree.close" : "referrals.tree.open", { name })}
          icon={open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          onClick={onOpen}
        />
      ) : (
        <span className={styles.leaf} aria-hidden />
      )}
      <Button type="link" size="small" tabIndex={here ? -1 : 0} onClick={() => onChoose(node.person_id)} className={styles.name ?? ""}>
        {name}
      </Button>
      {node.via ? <span className="faint">{t(`referrals.vias.${via(node.via)}`)}</span> : null}
      <Journey node={node} />
      <span className={styles.numbers}>
        {node.below > 0 ? (
          <span>
            {t("referrals.tree.belowShort")} <Num value={node.below} />
          </span>
        ) : null}
        <span>
          {t("referrals.tree.ownShort")} <Money minor={node.value_minor} />
        </span>
        {node.below > 0 ? (
          <span>
            {t("referrals.tree.belowValue")} <Money minor={node.value_below_minor} />
          </span>
        ) : null}
      </span>
    </div>
  );
}

/** First seen, signed up, paid: which of them happened, and when. */
function Journey({ node }: { node: TreeNode }): ReactNode {
  const { t } = useTranslation();
  const steps = [
    ["exposed", node.exposed_at],
    ["joined", node.signed_at],
    ["paid", node.paid_at],
  ] as const;
  return (
    <span className={styles.steps}>
      {steps.map(([step, at]) => (
        <span key={step} className={at ? styles.done : styles.open}>
          {t(`referrals.steps.${step}`)} {at ? <Time at={at} /> : "–"}
        </span>
      ))}
    </span>
  );
}

function via(said: string): "programme" | "invited" | "shared" {
  return said === "programme" || said === "shared" ? said : "invited";
}
