import { Button, Card, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { ProfileView, RelatedView } from "../../../backend/features/profiles/profile-schemas.ts";
import { DisputedTag } from "../features/objections/disputed-tag.tsx";
import { formatCount, formatDate, localized } from "../lib/format.ts";
import { DataTable } from "./data-table.tsx";

function Enterprises({ related: { enterprises, value } }: { related: RelatedView }) {
  const { t } = useTranslation("profile");
  if (enterprises.length === 0) return <>—</>;
  const more = (value ?? 0) - enterprises.length;
  return (
    <div className="profile-related">
      {enterprises.map(({ uscc, name, roles }) => (
        <div key={uscc}>
          {name ?? t("related.unregistered")} <span className="rq-code rq-small">{uscc}</span>
          <br />
          <Typography.Text type="secondary" className="rq-small">
            {t("related.there", { roles: roles.map((role) => t(`related.role.${role}`)).join(t("related.and")) })}
          </Typography.Text>
        </div>
      ))}
      {more > 0 && <div>{t("related.more", { count: more })}</div>}
    </div>
  );
}

function Figure({ related: { value, why, atLeast, disputed } }: { related: RelatedView }) {
  const { t } = useTranslation("profile");
  if (value === null)
    return (
      <Typography.Text type="secondary">
        {t("common:unknown")}
        {why && ` · ${why === "notLinked" ? t("related.notLinked") : t(`why.${why}`)}`}
      </Typography.Text>
    );
  const count = formatCount(value);
  return (
    <>
      <strong className="rq-figure">{atLeast ? t("related.atLeast", { count }) : count}</strong>{" "}
      {disputed && <DisputedTag />}
    </>
  );
}

/** Enterprises tied to this one by a natural person, who is never named; the figures lead to the enterprise's own rows. */
export function ProfileRelated(props: {
  related: ProfileView["related"];
  onRecords: (title: string, related: RelatedView) => void;
}) {
  const { t } = useTranslation("profile");
  if (!props.related || props.related.length === 0) return null;
  const titleOf = ({ role }: RelatedView) => t(`related.through.${role}`);
  return (
    <Card size="small" title={t("related.title")}>
      <Typography.Paragraph type="secondary">{t("related.explain")}</Typography.Paragraph>
      <DataTable
        label={t("related.title")}
        testId="profile-related"
        rows={props.related}
        rowKey={({ role }) => role}
        rowTestId={({ role }) => `related-${role}`}
        columns={[
          { key: "role", title: t("related.tie"), lead: true, render: titleOf },
          { key: "count", title: t("related.count"), render: (related) => <Figure related={related} /> },
          {
            key: "enterprises",
            title: t("related.enterprises"),
            wrap: true,
            render: (related) => <Enterprises related={related} />,
          },
          {
            key: "source",
            title: t("source"),
            render: ({ source, asOf }) => (
              <>
                <div>{localized(source.departmentName)}</div>
                <Typography.Text type="secondary" className="rq-small">
                  {localized(source.catalogName)}
                  {asOf && ` · ${formatDate(asOf)}`}
                </Typography.Text>
              </>
            ),
          },
          {
            key: "records",
            title: t("common:profile.records"),
            render: (related) => {
              const count = t("common:profile.recordCount", { count: related.recordCount });
              if (related.recordIds.length === 0) return count;
              return (
                <Button
                  type="link"
                  size="small"
                  className="rq-inline-button"
                  onClick={() => props.onRecords(titleOf(related), related)}
                  aria-label={`${count} · ${t("common:profile.openRecords", { name: titleOf(related) })}`}
                  data-testid={`related-records-${related.role}`}
                >
                  {count}
                </Button>
              );
            },
          },
        ]}
      />
    </Card>
  );
}
