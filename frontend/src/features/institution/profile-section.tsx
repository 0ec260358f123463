import { LockOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { ProfileView } from "../../components/profile-view.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { isProblem } from "../../lib/api-problem.ts";
import { requestProfileQuery } from "./queries.ts";

/** The enterprise's profile, under its consent only. Reading is a deliberate act: it is logged and anchored. */
export function ProfileSection({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  const [reading, setReading] = useState(false);
  const allowed = request.mine?.consentId !== undefined;
  const query = useQuery({ ...requestProfileQuery(request.id), enabled: allowed && reading });

  if (!allowed || isProblem(query.error, "consent.required"))
    return (
      <Card title={t("profile.title")}>
        <Alert
          type="info"
          showIcon
          icon={<LockOutlined />}
          title={t("profile.noConsent")}
          description={t("profile.noConsentDetail")}
          data-testid="profile-no-consent"
        />
      </Card>
    );
  if (!reading)
    return (
      <Card title={t("profile.title")}>
        <Flex vertical gap={12} align="flex-start">
          <Typography.Text>{t("profile.beforeReading")}</Typography.Text>
          <Button type="primary" onClick={() => setReading(true)} data-testid="profile-read">
            {t("profile.read")}
          </Button>
        </Flex>
      </Card>
    );
  return (
    <section aria-label={t("profile.title")} data-testid="profile-section">
      <QueryView query={query}>{(profile) => <ProfileView profile={profile} />}</QueryView>
    </section>
  );
}
