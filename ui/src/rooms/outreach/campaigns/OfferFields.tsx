// Which coupon goes with a variant: none, an amount off, or so many percent?
import { Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { minorPerUnit } from "@/parts/money";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Campaigns.module.css";
import type { Spec } from "./queries";
import { NO_OFFER } from "./spec";

type Offer = Spec["variants"][number]["offer"];
const KINDS = ["none", "amount", "percent"] as const;

interface Props {
  readonly letter: string;
  readonly offer: Offer;
  readonly onChange: (offer: Offer) => void;
}

export function OfferFields({ letter, offer, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const units = minorPerUnit(currency);
  const first: Record<Offer["kind"], Offer> = {
    none: NO_OFFER,
    amount: { ...NO_OFFER, kind: "amount", amount_minor: 5 * units, code: offer.code },
    percent: { ...NO_OFFER, kind: "percent", percent: 10, code: offer.code },
  };
  return (
    <div className={styles.offer}>
      <Select<Offer["kind"]>
        aria-label={t("campaigns.offerOf", { letter })}
        value={offer.kind}
        onChange={(kind) => onChange(first[kind])}
        options={KINDS.map((value) => ({ value, label: t(`campaigns.offers.${value}`) }))}
      />
      {offer.kind === "none" ? null : (
        <>
          <InputNumber<number>
            aria-label={t("campaigns.offerValue", { letter })}
            value={offer.kind === "amount" ? offer.amount_minor / units : offer.percent}
            min={offer.kind === "amount" ? 1 / units : 0.1}
            max={offer.kind === "amount" ? 1_000_000 : 100}
            suffix={offer.kind === "amount" ? currency : "%"}
            onChange={(value) =>
              onChange(
                offer.kind === "amount"
                  ? { ...offer, amount_minor: Math.max(1, Math.round((value ?? 1) * units)) }
                  : { ...offer, percent: value ?? 1 },
              )
            }
          />
          <Input
            className="mono"
            aria-label={t("campaigns.offerCode", { letter })}
            placeholder={t("campaigns.offerCodeHint")}
            value={offer.code}
            maxLength={100}
            spellCheck={false}
            onChange={(event) => onChange({ ...offer, code: event.target.value.trim() })}
          />
        </>
      )}
    </div>
  );
}
