// How does a file come in? Choose it, say what its columns mean, look at what it would do, then start.
import { useQuery } from "@tanstack/react-query";
import { Steps } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import { CheckStep } from "./CheckStep";
import { FileStep } from "./FileStep";
import { EMPTY_MAPPING, fullMapping, type Mapping } from "./mapping";
import { MappingStep } from "./MappingStep";
import { fileQuery, type File } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [file, setFile] = useParam("file");
  return (
    <Page title={t("imports.new")} crumb={<Link to={path("imports")}>{t("imports.title")}</Link>}>
      {file ? <Chosen key={file} id={file} /> : <FileStep onFile={(found) => setFile(found.file_id)} />}
    </Page>
  );
}

function Chosen({ id }: { id: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(fileQuery(slug, id));
  return <Ready query={query}>{(file) => <MapAndCheck file={file} />}</Ready>;
}

function firstMapping(file: File): Mapping {
  return file.suggested_mapping ? fullMapping(file.suggested_mapping) : EMPTY_MAPPING;
}

function MapAndCheck({ file }: { file: File }): ReactNode {
  const { t } = useTranslation();
  const [step, setStep] = useParam("step", "mapping");
  const [edited, setMapping] = useState<Mapping | null>(null);
  const mapping = edited ?? firstMapping(file);
  const at = step === "check" ? 1 : 0;
  return (
    <>
      <Steps
        size="small"
        current={at + 1}
        style={{ marginBottom: 20, maxWidth: 620 }}
        items={[{ title: t("imports.steps.file") }, { title: t("imports.steps.mapping") }, { title: t("imports.steps.check") }]}
      />
      {at === 0 ? (
        <MappingStep
          file={file}
          mapping={mapping}
          onChange={setMapping}
          onReread={() => setMapping(null)}
          onNext={() => setStep("check")}
        />
      ) : (
        <CheckStep file={file} mapping={mapping} onBack={() => setStep("mapping")} />
      )}
    </>
  );
}
