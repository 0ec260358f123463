import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import type { ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { ProfileView } from "../../components/profile-view.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { downloadJson } from "../../lib/download.ts";
import { useAction } from "../../lib/use-action.ts";
import { profileQuery } from "./queries.ts";

export function ProfilePage() {
  const { t } = useTranslation("enterprise");
  const { message } = App.useApp();
  const query = useQuery(profileQuery);
  const download = useAction(async () => {
    const pack = await api.get<ProfilePack>("/profile/export");
    downloadJson(`profile-${pack.profile.enterprise.uscc}.json`, pack);
    const proved = pack.records.filter(({ proof }) => proof).length;
    message.success(t("profile:exported", { count: proved, waiting: pack.records.length - proved }));
  });
  return (
    <>
      <PageHeader title={t("profile.title")} description={t("profile.explain")} />
      {download.error !== undefined && <ProblemAlert error={download.error} />}
      <QueryView query={query}>
        {(profile) => (
          <ProfileView
            profile={profile}
            actions={
              <Button
                icon={<DownloadOutlined />}
                loading={download.pending}
                onClick={() => void download.run()}
                data-testid="profile-export"
              >
                {t("profile:export")}
              </Button>
            }
          />
        )}
      </QueryView>
    </>
  );
}
