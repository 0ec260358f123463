import { Alert, Card, Descriptions } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { IndicatorView, ProfileView as Profile } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatTime, localized } from "../lib/format.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { HashText } from "./hash-text.tsx";
import { IndicatorTable } from "./indicator-table.tsx";
import { RecordDrawer } from "./record-drawer.tsx";
import { Sparkline } from "./sparkline.tsx";

const groups = [
  "identity",
  "operation",
  "tax",
  "people",
  "assets",
  "justice",
  "innovation",
  "supply",
  "licences",
] as const satisfies readonly IndicatorView["group"][];

/** A credit profile: who, what is known by group with its sources, and figures over time. */
export function ProfileView({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<IndicatorView>();
  const [drawer, setDrawer] = useState(false);
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
      </Card>
      {profile.series.length > 0 && (
        <Card size="small" title={t("profile.series")}>
          <div className="rq-sparklines">
            {profile.series.map((series) => (
              <Sparkline key={series.id} series={series} />
            ))}
          </div>
        </Card>
      )}
      {groups.map((group) => {
        const indicators = profile.indicators.filter((indicator) => indicator.group === group);
        return (
          indicators.length > 0 && (
            <Card size="small" key={group} title={t(`profile.group.${group}`)} data-testid={`profile-group-${group}`}>
              <IndicatorTable
                indicators={indicators}
                onRecords={(indicator) => {
                  setOpened(indicator);
                  setDrawer(true);
                }}
              />
            </Card>
          )
        );
      })}
      <RecordDrawer
        title={opened ? localized(opened.name) : ""}
        recordIds={opened?.recordIds ?? []}
        open={drawer}
        onClose={() => setDrawer(false)}
      />
    </div>
  );
}
