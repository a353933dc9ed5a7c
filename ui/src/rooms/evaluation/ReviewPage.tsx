// What is there to say at the monthly review? The same words as on the paper that is handed around.
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { dayOf } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useNow } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import { reviewQuery, type Review } from "./queries";

const MONTHS = 24;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug, zone } = useWorkspace();
  const { tag, language } = useLanguage();
  const months = lastMonths(dayOf(new Date(useNow()), zone));
  const [asked, setAsked] = useParam("month");
  const month = months.find((one) => one === asked) ?? months[0] ?? "";
  const query = useQuery(reviewQuery(slug, month, language));
  const file = (form: "html" | "pdf"): string =>
    `/api/workspaces/${encodeURIComponent(slug)}/evaluation/review/file?month=${month}&language=${language}&form=${form}`;
  const named = (day: string): string =>
    new Date(`${day}T00:00:00Z`).toLocaleDateString(tag, { month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <Page
      title={t("review.title")}
      lead={t("review.lead")}
      actions={
        <>
          <Select<string>
            aria-label={t("review.month")}
            value={month}
            onChange={(value) => setAsked(value)}
            style={{ width: 170 }}
            options={months.map((value) => ({ value, label: named(value) }))}
          />
          {(["html", "pdf"] as const).map((form) => (
            <Button key={form} href={file(form)} icon={<FileDown size={14} aria-hidden />}>
              {t(`review.${form}`)}
            </Button>
          ))}
        </>
      }
    >
      <Ready query={query} rows={10}>
        {(found) => <Sections review={found} />}
      </Ready>
    </Page>
  );
}

const HOMES = { goals: "kpis", together: "holdouts", tried: "evaluation", worked: "evaluation", proposals: "evaluation" } as const;

function Sections({ review }: { review: Review }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Stack>
      <p className="soft" style={{ margin: 0 }}>
        {review.lead}
      </p>
      {review.sections.map((one) => {
        const home = one.topic in HOMES ? HOMES[one.topic as keyof typeof HOMES] : null;
        return (
          <Card key={one.topic} title={one.title} actions={home ? <Link to={path(home)}>{t("review.open")}</Link> : null}>
            {one.empty ? (
              <span className="faint">{one.lines[0]}</span>
            ) : (
              <ul style={{ margin: 0, paddingInlineStart: 20, overflowWrap: "anywhere" }}>
                {one.lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </Card>
        );
      })}
    </Stack>
  );
}

/** The first days of the last months, the latest first. */
function lastMonths(today: string): string[] {
  const whole = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1;
  return Array.from({ length: MONTHS }, (_, back) => {
    const at = whole - back;
    return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}-01`;
  });
}
