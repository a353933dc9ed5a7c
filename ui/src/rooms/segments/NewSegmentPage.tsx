// Which people shall be a group of their own? A new segment, from nothing, from a template, or from what a link asks for.
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Loading, NoPermission } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Builder } from "./builder/Builder";
import { groupOf, leafOf, type Group } from "./condition";
import { minorPerUnit } from "@/parts/money";
import { read } from "./read";
import { conditionsOf, TEMPLATES, useTemplates } from "./templates";
import { useTemplateWords } from "./Templates";

const EMPTY = groupOf([]);

/** What the address asks for as JSON; nothing where it cannot be read. */
function conditionOf(json: string): Group | null {
  try {
    return json ? read(JSON.parse(json)) : null;
  } catch {
    return null;
  }
}

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const path = usePath();
  const may = useMay("segments:write");
  const [wanted] = useParam("template");
  const [tag] = useParam("tag");
  const [condition] = useParam("condition");
  const [name] = useParam("name");
  const { found, busy } = useTemplates();
  const words = useTemplateWords();
  if (!may) return <NoPermission />;
  const template = TEMPLATES.find((each) => each === wanted);
  if (template && busy) return <Loading />; // the template asks for the events that are there
  const given = tag
    ? groupOf([leafOf({ kind: "tag", name: tag, test: { op: "is_set", value: null, ignoreCase: false } })])
    : conditionOf(condition);
  const root = template ? conditionsOf(template, found, minorPerUnit(currency)) : given;
  return (
    <Builder
      key={template ?? (tag || condition)}
      segment={null}
      names={{ key: null, name: template && root ? words(template).name : name, description: "" }}
      root={root ?? EMPTY}
      crumb={<Link to={path("segments")}>{t("segments.title")}</Link>}
    />
  );
}
