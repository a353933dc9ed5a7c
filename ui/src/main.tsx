// Where does the page start? Language first, so that the first paint is already in the reader's words.
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntdApp, ConfigProvider } from "antd";
import { StrictMode, useMemo, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom"; // the one that can show a change at once

import { whenSignedOut } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { antdLocale, startLanguages } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { sessionQuery } from "@/rooms/access/session";
import { antdTheme } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import { useStill } from "@/theme/still";
import { router } from "./router";
import "@/theme/tokens.css";
import "@/theme/base.css";

function Root(): ReactNode {
  const { language } = useLanguage();
  const { dark } = useMode();
  const still = useStill();
  const theme = useMemo(() => antdTheme(dark, still), [dark, still]);
  const locale = antdLocale(language);
  return (
    <ConfigProvider theme={theme} {...(locale ? { locale } : {})} button={{ autoInsertSpace: false }}>
      <AntdApp message={{ maxCount: 3 }} component={false}>
        <RouterProvider router={router} />
      </AntdApp>
    </ConfigProvider>
  );
}

async function start(): Promise<void> {
  whenSignedOut(() => queryClient.setQueryData(sessionQuery.queryKey, null));
  await startLanguages();
  const host = document.getElementById("root");
  if (!host) throw new Error("index.html has no #root");
  createRoot(host).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Root />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
