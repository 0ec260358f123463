import { Card } from "antd";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/page-header.tsx";
import { AnswersTable } from "./answers-table.tsx";

/** What was checked and looked up about the enterprise: by whom, why, and what was answered. */
export function VerificationsAboutPage() {
  const { t } = useTranslation("verification");
  return (
    <>
      <PageHeader title={t("about.title")} description={t("about.intro")} />
      <Card>
        <AnswersTable withAsker withoutSubject testId="answers-about" />
      </Card>
    </>
  );
}
