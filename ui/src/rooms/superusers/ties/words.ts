// How are shares and signals said?
import { useLanguage } from "@/i18n/useLanguage";

export function useShare(): (share: number, digits?: number) => string {
  const { tag } = useLanguage();
  return (share, digits = 0) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: digits }).format(share);
}
