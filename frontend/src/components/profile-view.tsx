import { PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Descriptions } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConsentPurpose } from "../../../backend/features/consents/consent-schemas.ts";
import {
  type EvidenceView,
  INDICATOR_GROUPS,
  type IndicatorView,
  type ProfileView as Profile,
} from "../../../backend/features/profiles/profile-schemas.ts";
import { formatTime, localized } from "../lib/format.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { HashText } from "./hash-text.tsx";
import { IndicatorTable } from "./indicator-table.tsx";
import { ProfileEvidence } from "./profile-evidence.tsx";
import { ProfileFacts } from "./profile-facts.tsx";
import { ProfileRelated } from "./profile-related.tsx";
import { Sparkline } from "./sparkline.tsx";
import "./profile.css";

interface Opened {
  title: string;
  recordIds: readonly string[];
  count: number;
}

/** How much of each group is known, and the way down to it. */
function Completeness({ profile }: { profile: Profile }) {
  const { t } = useTranslation("profile");
  return (
    <Card size="small" title={t("completeness")} data-testid="profile-completeness">
      <ul className="profile-completeness">
        {profile.completeness.map(({ group, known, total }) => (
          <li key={group}>
            <a href={`#profile-${group}`}>
              <span>{t(`group.${group}`)}</span>
              <span>{t("knownOf", { known, total })}</span>
            </a>
            <div className="profile-bar">
              <span style={{ width: `${(100 * known) / total}%` }} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Group(props: {
  group: IndicatorView["group"];
  profile: Profile;
  onRecords: (indicator: IndicatorView) => void;
}) {
  const { t } = useTranslation("profile");
  const { group, profile } = props;
  const indicators = profile.indicators.filter((indicator) => indicator.group === group);
  const series = profile.series.filter((one) => one.group === group && one.points.length > 1);
  if (indicators.length === 0) return null;
  // What isn't known is a line away; what is objected to stays in sight.
  const inSight = ({ value, disputed }: IndicatorView) => value !== null || disputed !== undefined;
  const known = indicators.filter(inSight);
  const unknown = indicators.filter((indicator) => !inSight(indicator));
  return (
    <Card size="small" id={`profile-${group}`} title={t(`group.${group}`)} data-testid={`profile-group-${group}`}>
      {series.length > 0 && (
        <div className="rq-sparklines">
          {series.map((one) => (
            <Sparkline key={one.id} series={one} />
          ))}
        </div>
      )}
      {known.length > 0 && <IndicatorTable indicators={known} onRecords={props.onRecords} />}
      {unknown.length > 0 && (
        <details className="profile-unknown" data-testid={`profile-unknown-${group}`}>
          <summary>{t("unknownCount", { count: unknown.length })}</summary>
          <IndicatorTable indicators={unknown} onRecords={props.onRecords} />
        </details>
      )}
    </Card>
  );
}

/**
 * A credit profile: who it is, how much is known, what is known by group with its sources and figures over time, who
 * belongs to it and what happened. Every figure leads to its records, every record to the department's row and the chain.
 */
export function ProfileView(props: { profile: Profile; purpose?: ConsentPurpose | undefined; actions?: ReactNode }) {
  const { t } = useTranslation();
  const { profile } = props;
  const [opened, setOpened] = useState<Opened>({ title: "", recordIds: [], count: 0 });
  const [drawer, setDrawer] = useState(false);
  const open = (what: Opened) => {
    setOpened(what);
    setDrawer(true);
  };
  const evidenceOf = new Map(profile.evidence.map((item) => [item.recordId, item]));
  const evidence = opened.recordIds
    .map((id) => evidenceOf.get(id))
    .filter((item): item is EvidenceView => item !== undefined);
  return (
    <div className="rq-stack" data-testid="profile">
      <Card size="small">
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 3 }}
          items={[
            { key: "name", label: t("profile.enterprise"), children: profile.enterprise.name },
            { key: "uscc", label: t("uscc"), children: <span className="rq-code">{profile.enterprise.uscc}</span> },
            { key: "district", label: t("profile.district"), children: profile.enterprise.district },
            { key: "industry", label: t("profile.industry"), children: profile.enterprise.industry },
            { key: "computedAt", label: t("profile.computedAt"), children: formatTime(profile.computedAt) },
          ]}
        />
        {profile.snapshot && (
          <Alert
            className="rq-top-gap"
            type="info"
            showIcon
            data-testid="profile-snapshot"
            title={
              <>
                {t("profile.snapshot")} <HashText value={profile.snapshot.digest} />{" "}
                <AnchorTag anchor={profile.snapshot.anchor} proofPath={`/snapshots/${profile.snapshot.id}/proof`} />
              </>
            }
          />
        )}
        <div className="rq-page-actions profile-actions rq-top-gap">
          {props.actions}
          <Button icon={<PrinterOutlined />} onClick={() => window.print()} data-testid="profile-print">
            {t("profile:print")}
          </Button>
        </div>
      </Card>
      <Completeness profile={profile} />
      {INDICATOR_GROUPS.map((group) => (
        <Group
          key={group}
          group={group}
          profile={profile}
          onRecords={({ name, recordIds, recordCount }) =>
            open({ title: localized(name), recordIds, count: recordCount })
          }
        />
      ))}
      <ProfileRelated
        related={profile.related}
        onRecords={(title, { recordIds, recordCount }) => open({ title, recordIds, count: recordCount })}
      />
      <ProfileFacts profile={profile} onOpen={(title, recordId) => open({ title, recordIds: [recordId], count: 1 })} />
      <ProfileEvidence
        title={opened.title}
        evidence={evidence}
        count={opened.count}
        open={drawer}
        onClose={() => setDrawer(false)}
        purpose={props.purpose}
      />
    </div>
  );
}
