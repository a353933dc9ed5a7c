// How do the people of a number become a segment? By one button; the segment keeps exactly those who are counted now.
import { Button } from "antd";
import { ArrowRight, Blend } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFailed } from "@/parts/useFailed";
import { useMay, usePath } from "@/shell/workspace";
import styles from "./Behind.module.css";
import { useMakeSegment, type AskedNumber } from "./queries";

interface MakeSegmentProps {
  readonly asked: AskedNumber;
  /** Name of the segment; it can be changed there. */
  readonly suggestion: string;
  readonly words?: string;
  readonly primary?: boolean;
}

export function MakeSegment({ asked, suggestion, words, primary = false }: MakeSegmentProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("segments:write");
  const failed = useFailed();
  const { mutate, data, isPending } = useMakeSegment();
  if (!may) return null;
  if (data) {
    return (
      <span className={styles.made} role="status">
        {t("behind.made", { count: data.people, name: data.name })}
        <Link to={path("segments", data.key)}>
          {t("behind.toSegment")} <ArrowRight size={13} aria-hidden />
        </Link>
      </span>
    );
  }
  return (
    <Button
      icon={<Blend size={14} aria-hidden />}
      type={primary ? "primary" : "default"}
      loading={isPending}
      onClick={() => mutate({ asked, name: suggestion }, { onError: failed })}
    >
      {words ?? t("behind.make")}
    </Button>
  );
}
