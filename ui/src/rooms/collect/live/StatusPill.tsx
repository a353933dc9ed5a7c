import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ReceiptStatus } from "@/api/contract";
import { Pill, type Tone } from "@/parts/Pill";

const TONE: Record<ReceiptStatus, Tone> = {
  accepted: "good",
  warned: "warn",
  duplicate: "plain",
  blocked: "bad",
  invalid: "bad",
  erased: "plain",
};

export function StatusPill({ status }: { status: ReceiptStatus }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONE[status]} dot>
      {t(`receipts.status.${status}`)}
    </Pill>
  );
}
