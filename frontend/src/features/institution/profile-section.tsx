import { LockOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { ProfileView } from "../../components/profile-view.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { isProblem } from "../../lib/api-problem.ts";
import { consentsQuery } from "../../lib/queries.ts";
import { requestProfileQuery } from "./queries.ts";

/** The enterprise's profile, under its consent only. Reading is a deliberate act: it is logged and anchored. */
export function ProfileSection({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  const [reading, setReading] = useState(false);
  const allowed = request.mine?.consentId !== undefined;
  // The purpose of the consent that allows it: it goes into the log as the reason.
  const consents = useQuery({ ...consentsQuery, enabled: allowed });
  const purpose = consents.data?.items.find(({ id }) => id === request.mine?.consentId)?.terms.purpose;
  const query = useQuery({
    ...requestProfileQuery(request.id, purpose),
    enabled: allowed && reading && !consents.isPending,
  });

  if (!allowed || isProblem(query.error, "consent.required"))
    return (
      <Card title={t("profile.title")}>
        <Alert
          type="info"
          showIcon
          icon={<LockOutlined />}
          title={t("profile.noConsent")}
          description={t("profile.noConsentDetail")}
          action={<Link to={`/institution/consents?request=${request.id}`}>{t("ask.send")}</Link>}
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
