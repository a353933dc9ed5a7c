// What is a channel called in the language of the page?
import { useQuery } from "@tanstack/react-query";

import { useLanguage } from "@/i18n/useLanguage";
import { useWorkspace } from "@/shell/workspace";
import { channelsQuery } from "./queries";

export function useChannelName(): (key: string) => string {
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const { data } = useQuery(channelsQuery(slug));
  return (key) => {
    const found = data?.items.find((one) => one.key === key);
    return found ? (language === "zh" ? found.label_zh : found.label_en) : key;
  };
}
