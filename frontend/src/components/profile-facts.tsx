import { Button, Card, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProfileView } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatDate, formatFen, localized } from "../lib/format.ts";
import { DataTable } from "./data-table.tsx";
import { useProfileWords } from "./profile-words.ts";

type Open = (title: string, recordId: string) => void;

const COLOURS: Readonly<Record<string, string>> = {
  sued: "red",
  penalised: "red",
  listed: "volcano",
  pledged: "gold",
  awarded: "green",
  granted: "green",
  licensed: "blue",
};
const FIRST_EVENTS = 15;

const OpenButton = ({ label, onOpen }: { label: string; onOpen: () => void }) => (
  <Button type="link" size="small" className="rq-inline-button" onClick={onOpen}>
    {label}
  </Button>
);

/** Who belongs to it. */
function Ties({ ties, onOpen }: { ties: ProfileView["ties"]; onOpen: Open }) {
  const { t } = useTranslation("profile");
  const { tieRole } = useProfileWords();
  if (ties.length === 0) return null;
  return (
    <Card size="small" title={t("ties.title")}>
      <DataTable
        label={t("ties.title")}
        testId="profile-ties"
        rows={ties}
        rowKey={(tie) => `${tie.recordId}-${tie.kind}`}
        columns={[
          { key: "name", title: t("ties.name"), lead: true, render: ({ name }) => name },
          {
            key: "kind",
            title: t("ties.kind"),
            render: (tie) => [t(`ties.of.${tie.kind}`), tieRole(tie)].filter(Boolean).join(" · "),
          },
          {
            key: "amount",
            title: t("ties.amount"),
            align: "right",
            render: ({ amountFen }) => (amountFen ? formatFen(amountFen) : "—"),
          },
          {
            key: "record",
            title: t("source"),
            render: ({ name, recordId }) => (
              <OpenButton label={t("openRecord")} onOpen={() => onOpen(name, recordId)} />
            ),
          },
        ]}
      />
    </Card>
  );
}

function Licences({ profile: { licences, evidence }, onOpen }: { profile: ProfileView; onOpen: Open }) {
  const { t } = useTranslation("profile");
  const { licenceKind } = useProfileWords();
  const names = new Map(evidence.map(({ catalogId, catalogName }) => [catalogId, localized(catalogName)]));
  const kindOf = (licence: ProfileView["licences"][number]) =>
    licenceKind(licence, names.get(licence.catalogId) ?? licence.catalogId);
  if (licences.length === 0) return null;
  return (
    <Card size="small" title={t("licences.title")}>
      <DataTable
        label={t("licences.title")}
        testId="profile-licences"
        rows={licences}
        rowKey={({ recordId }) => recordId}
        columns={[
          { key: "kind", title: t("licences.kind"), lead: true, render: kindOf },
          { key: "number", title: t("licences.number"), render: ({ number }) => number },
          {
            key: "until",
            title: t("licences.until"),
            render: ({ validTo }) => (validTo ? formatDate(validTo) : t("licences.noEnd")),
          },
          {
            key: "state",
            title: t("licences.state"),
            render: ({ inForce }) => (
              <Tag color={inForce ? "green" : "default"}>{t(inForce ? "licences.inForce" : "licences.over")}</Tag>
            ),
          },
          {
            key: "record",
            title: t("source"),
            render: (licence) => (
              <OpenButton label={t("openRecord")} onOpen={() => onOpen(kindOf(licence), licence.recordId)} />
            ),
          },
        ]}
      />
    </Card>
  );
}

/** What happened to it, newest first. */
function Events({ events, onOpen }: { events: ProfileView["events"]; onOpen: Open }) {
  const { t } = useTranslation("profile");
  const [all, setAll] = useState(false);
  const { eventText } = useProfileWords();
  if (events.length === 0) return null;
  const shown = all ? events : events.slice(0, FIRST_EVENTS);
  return (
    <Card size="small" title={t("events.title")} data-testid="profile-events">
      <ul className="profile-events">
        {shown.map((event) => {
          const kind = t(`events.of.${event.kind}`);
          return (
            <li key={`${event.recordId}-${event.kind}`}>
              <Typography.Text type="secondary">{formatDate(event.date)}</Typography.Text>
              <Tag color={COLOURS[event.kind] ?? "default"}>{kind}</Tag>
              <OpenButton label={eventText(event) || t("openRecord")} onOpen={() => onOpen(kind, event.recordId)} />
            </li>
          );
        })}
      </ul>
      {!all && events.length > FIRST_EVENTS && (
        <Button type="link" onClick={() => setAll(true)} data-testid="profile-events-all">
          {t("events.all", { count: events.length })}
        </Button>
      )}
    </Card>
  );
}

export function ProfileFacts({ profile, onOpen }: { profile: ProfileView; onOpen: Open }) {
  return (
    <>
      <Ties ties={profile.ties} onOpen={onOpen} />
      <Licences profile={profile} onOpen={onOpen} />
      <Events events={profile.events} onOpen={onOpen} />
    </>
  );
}
