// What does this saved report say? Its answer now; what is picked differently stands in the address until it is saved.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatTime } from "@/parts/format";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useChangeParams, useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { FileQuestion } from "lucide-react";
import { CopyLink, Manage, SaveNew } from "./actions";
import { Editor } from "./Editor";
import { isKind } from "./kinds/names";
import { savedQuery, useSaveReport, type Saved } from "./queries";
import { readSpec, sameSpec, tidy, writeSpec, type Spec } from "./spec";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(savedQuery(slug, key));
  return <Ready query={query}>{(saved) => <Opened key={saved.key} saved={saved} />}</Ready>;
}

function Opened({ saved }: { saved: Saved }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (!isKind(saved.report)) {
    return (
      <Notice
        icon={FileQuestion}
        title={saved.name}
        text={t("reports.elsewhere")}
        action={<Link to={path("reports")}>{t("reports.toList")}</Link>}
      />
    );
  }
  return <Known saved={saved} kind={saved.report} />;
}

function Known({ saved, kind }: { saved: Saved; kind: Parameters<typeof Editor>[0]["kind"] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const path = usePath();
  const navigate = useNavigate();
  const may = useMay("reports:write");
  const failed = useFailed();
  const [text] = useParam("spec");
  const change = useChangeParams();
  const { mutate, isPending } = useSaveReport();
  const standing = tidy(saved.spec as Spec);
  const spec = readSpec(text) ?? standing;
  const changed = !sameSpec(spec, standing);
  const set = (next: Spec | null): void =>
    change(
      (params) => {
        params.delete("behind");
        if (next === null || sameSpec(next, standing)) params.delete("spec");
        else params.set("spec", writeSpec(next));
      },
      { replace: true },
    );
  const save = (): void => {
    const { key, name, description, version } = saved;
    mutate({ key, name, description, report: kind, spec, version }, { onSuccess: () => set(null), onError: failed });
  };
  return (
    <Editor
      kind={kind}
      spec={spec}
      onChange={set}
      title={saved.name}
      lead={saved.description || t("reports.savedBy", { name: saved.changed_by, at: formatTime(saved.changed_at, zone, tag, false) })}
      actions={
        <>
          <CopyLink />
          {changed ? <Button onClick={() => set(null)}>{t("reports.discard")}</Button> : null}
          {may && changed ? (
            <Button type="primary" loading={isPending} onClick={save}>
              {t("reports.saveChanges")}
            </Button>
          ) : null}
          {changed ? <SaveNew kind={kind} spec={spec} onSaved={(made) => void navigate(path("reports", made.key))} start={saved} /> : null}
          {may ? <Manage saved={saved} /> : null}
        </>
      }
    />
  );
}
