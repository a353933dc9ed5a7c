// What do we want to know? A new report; the whole question stands in the address, so its link is the report.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { NotFound } from "@/parts/states";
import { useChangeParams, useParam } from "@/parts/useParam";
import { usePath } from "@/shell/workspace";
import { CopyLink, SaveNew } from "./actions";
import { Editor } from "./Editor";
import { kindOf } from "./kinds/kinds";
import { isKind } from "./kinds/names";
import { readSpec, writeSpec, type Spec } from "./spec";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const [kind] = useParam("kind", "trend");
  const [text] = useParam("spec");
  const change = useChangeParams();
  if (!isKind(kind)) return <NotFound action={<Link to={path("reports")}>{t("reports.toList")}</Link>} />;
  const spec = readSpec(text) ?? kindOf(kind).start;
  const set = (next: Spec): void =>
    change(
      (params) => {
        params.set("kind", kind);
        params.set("spec", writeSpec(next));
        params.delete("behind");
      },
      { replace: true },
    );
  return (
    <Editor
      kind={kind}
      onKind={(next) =>
        change((params) => {
          params.set("kind", next);
          params.delete("spec");
          params.delete("behind");
        })
      }
      spec={spec}
      onChange={set}
      title={t("reports.newOf", { kind: t(`reports.kinds.${kind}.name`) })}
      actions={
        <>
          <CopyLink />
          <SaveNew kind={kind} spec={spec} onSaved={(saved) => void navigate(path("reports", saved.key))} primary />
        </>
      }
    />
  );
}
