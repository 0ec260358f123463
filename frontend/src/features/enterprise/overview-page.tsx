import { useQuery } from "@tanstack/react-query";
import { Button, Card, List, Skeleton, Statistic } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ProfileView } from "../../../../backend/features/profiles/profile-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatFen, formatValue, localized } from "../../lib/format.ts";
import { consentsQuery, grantsQuery, requestsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { profileQuery } from "./queries.ts";
import { RequestStateTag } from "./request-state-tag.tsx";
import "./enterprise.css";

const HIGHLIGHTS = 6;

/** One known figure of each group: what a reader looks at first. */
function highlightsOf(profile: ProfileView) {
  const seen = new Set<string>();
  return profile.indicators
    .filter(({ group, value, unit }) => {
      if (value === null || unit === "code" || unit === "text" || seen.has(group)) return false;
      seen.add(group);
      return true;
    })
    .slice(0, HIGHLIGHTS);
}

function NextSteps() {
  const { t } = useTranslation("enterprise");
  const requests = useQuery(requestsQuery()).data;
  const consents = useQuery(consentsQuery).data;
  const grants = useQuery(grantsQuery()).data;
  if (!requests || !consents || !grants) return <Skeleton active />;
  const open = requests.items.find(({ state }) => state === "open");
  const bids = open?.bidCount ?? 0;
  const live = consents.items.some(({ state }) => state === "active");
  const grant = grants.items[0];
  const steps: { key: string; to: string }[] = [];
  if (open && bids > 0) steps.push({ key: "compare", to: `/enterprise/requests/${open.id}` });
  if (open && !live) steps.push({ key: "consent", to: `/enterprise/requests/${open.id}` });
  if (!open) steps.push({ key: "request", to: "/enterprise/requests/new" });
  if (grant) steps.push({ key: "proof", to: `/enterprise/grants/${grant.id}` });
  steps.push({ key: "profile", to: "/enterprise/profile" }, { key: "products", to: "/enterprise/products" });
  return (
    <ol className="rq-next-steps" data-testid="next-steps">
      {steps.slice(0, 4).map(({ key, to }) => (
        <li key={key}>
          <Link to={to}>{t(`next.${key}.title`)}</Link>
          <div className="rq-small">{t(`next.${key}.text`, { count: bids })}</div>
        </li>
      ))}
    </ol>
  );
}

export function OverviewPage() {
  const { t } = useTranslation("enterprise");
  const account = useSignedIn();
  const profile = useQuery(profileQuery);
  const requests = useQuery(requestsQuery());
  return (
    <>
      <PageHeader
        title={t("overview.title", { name: account.participant.name })}
        description={<span className="rq-code">{account.participant.uscc}</span>}
        actions={
          <Link to="/enterprise/requests/new">
            <Button type="primary" tabIndex={-1} data-testid="new-request">
              {t("requests.new")}
            </Button>
          </Link>
        }
      />
      <div className="rq-stack">
        <Card title={t("overview.profile")} extra={<Link to="/enterprise/profile">{t("common:details")}</Link>}>
          <QueryView query={profile}>
            {(data) => (
              <div className="rq-highlights">
                {highlightsOf(data).map((indicator) => (
                  <Statistic
                    key={indicator.id}
                    title={localized(indicator.name)}
                    value={formatValue(indicator.value, indicator.unit)}
                    formatter={(value) => value}
                  />
                ))}
              </div>
            )}
          </QueryView>
        </Card>
        <div className="rq-two">
          <Card title={t("overview.requests")} extra={<Link to="/enterprise/requests">{t("overview.all")}</Link>}>
            <QueryView
              query={requests}
              isEmpty={(data) => data.items.length === 0}
              empty={<EmptyState text={t("requests.empty")} />}
            >
              {(data) => (
                <List
                  dataSource={data.items.slice(0, 4)}
                  rowKey="id"
                  renderItem={(request) => (
                    <List.Item extra={<RequestStateTag state={request.state} />}>
                      <List.Item.Meta
                        title={<Link to={`/enterprise/requests/${request.id}`}>{formatFen(request.amountFen)}</Link>}
                        description={`${t(`common:purposeCode.${request.purpose}`)} · ${t("common:months", { count: request.termMonths })}`}
                      />
                    </List.Item>
                  )}
                />
              )}
            </QueryView>
          </Card>
          <Card title={t("overview.next")}>
            <NextSteps />
          </Card>
        </div>
      </div>
    </>
  );
}
