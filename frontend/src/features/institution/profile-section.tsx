import { DownloadOutlined, LockOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Skeleton, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ProfileView as Profile, ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { ProfileView } from "../../components/profile-view.tsx";
import { api } from "../../lib/api.ts";
import { isProblem } from "../../lib/api-problem.ts";
import { downloadJson } from "../../lib/download.ts";
import { consentsQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { requestProfileQuery } from "./queries.ts";

/** How often an open page asks whether it may still show what it shows. Reading the consents is no read of data. */
const STILL_ALLOWED_MS = 5_000;
const DAY_MS = 86_400_000;
/** A consent for one reading is used up by it; the copy stays for its time. */
const SHOWN_UNDER = ["active", "used"];

function SnapshotExport({ id }: { id: string }) {
  const { t } = useTranslation("profile");
  const download = useAction(async () =>
    downloadJson(`profile-${id}.json`, await api.get<ProfilePack>(`/snapshots/${encodeURIComponent(id)}/export`)),
  );
  return (
    <>
      <Button
        icon={<DownloadOutlined />}
        loading={download.pending}
        onClick={() => void download.run()}
        data-testid="profile-export"
      >
        {t("exportSnapshot")}
      </Button>
      {download.error !== undefined && <ProblemAlert error={download.error} />}
    </>
  );
}

/**
 * The enterprise's profile, under its consent only. Reading is a deliberate act: it is logged and anchored. What is shown
 * goes as soon as its consent does: the page asks when it gets the focus and every few seconds, and keeps no copy.
 */
export function ProfileSection({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  const client = useQueryClient();
  const [reading, setReading] = useState(false);
  const [ended, setEnded] = useState(false);
  const asked = request.mine?.consentId !== undefined;
  const consents = useQuery({
    ...consentsQuery,
    enabled: asked || reading,
    staleTime: 0,
    refetchOnWindowFocus: "always",
    refetchInterval: reading ? STILL_ALLOWED_MS : false,
  });
  const consentOf = (id: string | undefined) => consents.data?.items.find((consent) => consent.id === id);
  // The purpose of the consent that allows it: it goes into the log as the reason.
  const purpose = consentOf(request.mine?.consentId)?.terms.purpose;
  const [readFor, setReadFor] = useState(purpose);
  const profile = requestProfileQuery(request.id, readFor);
  const query = useQuery({ ...profile, enabled: reading });
  const shown = query.data?.snapshot;
  const consent = consentOf(shown?.consentId);
  // As of the last answer, so that the page looks again with each.
  const isOver = (read: Profile) =>
    !consent ||
    !SHOWN_UNDER.includes(consent.state) ||
    Date.parse(read.computedAt) + consent.limits.dataLifeDays * DAY_MS <= consents.dataUpdatedAt;
  // A list from before the reading may not have the consent yet.
  const heard = consents.dataUpdatedAt > query.dataUpdatedAt;
  const over = shown !== undefined && heard && isOver(query.data!);

  useEffect(() => {
    if (!over) return;
    setReading(false);
    setEnded(true);
    client.removeQueries({ queryKey: ["request-profiles", request.id] });
    client.removeQueries({ queryKey: ["records"] });
  }, [over, client, request.id]);
  useEffect(() => {
    // A page that the browser brings back from its memory gets no focus of its own.
    const again = (event: PageTransitionEvent) => {
      if (event.persisted) void client.refetchQueries({ queryKey: consentsQuery.queryKey });
    };
    window.addEventListener("pageshow", again);
    return () => window.removeEventListener("pageshow", again);
  }, [client]);

  const endedAlert = ended && (
    <Alert
      type="warning"
      showIcon
      title={t("profile:ended.title")}
      description={t("profile:ended.detail")}
      data-testid="profile-ended"
    />
  );
  if (reading && !over && !isProblem(query.error, "consent.required")) {
    return (
      <section aria-label={t("profile.title")} data-testid="profile-section">
        {query.isError ? (
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <Skeleton active paragraph={{ rows: 6 }} />
        ) : (
          <ProfileView profile={query.data} purpose={readFor} actions={shown && <SnapshotExport id={shown.id} />} />
        )}
      </section>
    );
  }
  if (!asked || isProblem(query.error, "consent.required"))
    return (
      <Card title={t("profile.title")}>
        <Flex vertical gap={12}>
          {endedAlert}
          <Alert
            type="info"
            showIcon
            icon={<LockOutlined />}
            title={t("profile.noConsent")}
            description={t("profile.noConsentDetail")}
            action={<Link to={`/institution/consents?request=${request.id}`}>{t("ask.send")}</Link>}
            data-testid="profile-no-consent"
          />
        </Flex>
      </Card>
    );
  return (
    <Card title={t("profile.title")}>
      <Flex vertical gap={12} align="flex-start">
        {endedAlert}
        <Typography.Text>{t("profile.beforeReading")}</Typography.Text>
        <Button
          type="primary"
          disabled={consents.isPending}
          onClick={() => {
            setEnded(false);
            setReadFor(purpose);
            setReading(true);
          }}
          data-testid="profile-read"
        >
          {t("profile.read")}
        </Button>
      </Flex>
    </Card>
  );
}
