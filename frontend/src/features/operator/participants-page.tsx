import { UserAddOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ParticipantsView } from "../../components/participants-view.tsx";

export function OperatorParticipantsPage() {
  const { t } = useTranslation("operator");
  return (
    <>
      <PageHeader
        title={t("participants.title")}
        description={t("participants.intro")}
        actions={
          <LinkButton to="/operator" type="primary" icon={<UserAddOutlined />} data-testid="participants-admit">
            {t("admissions.title")}
          </LinkButton>
        }
      />
      <ParticipantsView />
    </>
  );
}
