import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/page-header.tsx";
import { ParticipantsView } from "../../components/participants-view.tsx";

export function RegulatorParticipantsPage() {
  const { t } = useTranslation("regulator");
  return (
    <>
      <PageHeader title={t("participants.title")} description={t("participants.intro")} />
      <ParticipantsView />
    </>
  );
}
