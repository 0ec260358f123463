import { Card, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { AnswersTable } from "./answers-table.tsx";
import { BatchForm } from "./batch-form.tsx";
import { CheckForm } from "./check-form.tsx";
import type { Asker } from "./grounds.ts";
import { QueryForm } from "./query-form.tsx";

function VerificationPage({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHeader title={t("title")} description={t(asker === "institution" ? "introConsent" : "introLaw")} />
      <Tabs
        activeKey={search.get("tab") ?? "check"}
        onChange={(tab) => setSearch({ tab }, { replace: true })}
        destroyOnHidden
        items={[
          { key: "check", label: t("tabs.check"), children: <CheckForm asker={asker} /> },
          { key: "batch", label: t("tabs.batch"), children: <BatchForm asker={asker} /> },
          { key: "query", label: t("tabs.query"), children: <QueryForm asker={asker} /> },
          {
            key: "mine",
            label: t("tabs.mine"),
            children: (
              <Card>
                <AnswersTable testId="answers-mine" />
              </Card>
            ),
          },
        ]}
      />
    </>
  );
}

export const InstitutionVerificationPage = () => <VerificationPage asker="institution" />;
export const DepartmentVerificationPage = () => <VerificationPage asker="department" />;
