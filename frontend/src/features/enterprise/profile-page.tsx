import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/page-header.tsx";
import { ProfileView } from "../../components/profile-view.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { profileQuery } from "./queries.ts";

export function ProfilePage() {
  const { t } = useTranslation("enterprise");
  const query = useQuery(profileQuery);
  return (
    <>
      <PageHeader title={t("profile.title")} description={t("profile.explain")} />
      <QueryView query={query}>{(profile) => <ProfileView profile={profile} />}</QueryView>
    </>
  );
}
