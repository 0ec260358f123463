import { useQuery } from "@tanstack/react-query";
import { Badge, Card, Descriptions, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatFen, formatTime } from "../../lib/format.ts";
import { bidsQuery, requestMatchesQuery, requestQuery } from "../../lib/queries.ts";
import { RequestMaterials } from "../licences/request-materials.tsx";
import { BidComparison } from "./bid-comparison.tsx";
import { MatchList } from "./match-list.tsx";
import { RequestConsents } from "./request-consents.tsx";
import { RequestTimeline } from "./request-timeline.tsx";
import { WithdrawButton } from "./withdraw-button.tsx";
import "./enterprise.css";

const REFRESH_MS = 3_000;

function RequestFacts({ request }: { request: RequestView }) {
  const { t } = useTranslation("enterprise");
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, sm: 2 }}
      items={[
        { key: "term", label: t("common:term"), children: t("common:months", { count: request.termMonths }) },
        { key: "purpose", label: t("common:purpose"), children: t(`common:purposeCode.${request.purpose}`) },
        {
          key: "repayment",
          label: t("request.repaymentMethod"),
          children: t(`common:repaymentMethod.${request.repaymentMethod}`),
        },
        { key: "closesAt", label: t("common:closesAt"), children: formatTime(request.closesAt) },
        { key: "expiresAt", label: t("common:expiresAt"), children: formatTime(request.expiresAt) },
        { key: "key", label: t("request.key"), children: <HashText value={request.requestKey} /> },
        ...(request.description
          ? [{ key: "description", label: t("common:description"), span: 2, children: request.description }]
          : []),
      ]}
    />
  );
}

function Matches({ id }: { id: string }) {
  const { t } = useTranslation("enterprise");
  const query = useQuery(requestMatchesQuery(id));
  return (
    <QueryView
      query={query}
      isEmpty={(data) => data.items.length === 0}
      empty={<EmptyState text={t("products.empty")} />}
    >
      {(data) => <MatchList matches={data.items} />}
    </QueryView>
  );
}

function Loaded({ request }: { request: RequestView }) {
  const { t } = useTranslation("enterprise");
  const open = request.state === "open";
  const bids = useQuery({ ...bidsQuery(request.id), refetchInterval: open ? REFRESH_MS : false });
  return (
    <>
      <PageHeader
        title={t("request.title", { amount: formatFen(request.amountFen) })}
        back={<Link to="/enterprise/requests">← {t("requests.title")}</Link>}
        actions={open && <WithdrawButton request={request} />}
      />
      <div className="rq-stack" data-testid="request" data-state={request.state}>
        <div className="rq-two">
          <Card title={t("request.facts")}>
            <RequestFacts request={request} />
          </Card>
          <Card title={t("request.progress")}>
            <RequestTimeline request={request} bidCount={bids.data?.items.length ?? request.bidCount ?? 0} />
          </Card>
        </div>
        <Card>
          <Tabs
            defaultActiveKey="bids"
            items={[
              {
                key: "bids",
                label: (
                  <span data-testid="tab-bids">
                    {t("request.tab.bids")} <Badge count={bids.data?.items.length ?? 0} color="#0f4c81" />
                  </span>
                ),
                children: (
                  <QueryView
                    query={bids}
                    isEmpty={(data) => data.items.length === 0}
                    empty={<EmptyState text={t("bids.empty")} />}
                  >
                    {(data) => <BidComparison request={request} bids={data.items} />}
                  </QueryView>
                ),
              },
              {
                key: "consents",
                label: <span data-testid="tab-consents">{t("request.tab.consents")}</span>,
                children: <RequestConsents request={request} />,
              },
              {
                key: "materials",
                label: <span data-testid="tab-materials">{t("licences:dossier.title")}</span>,
                children: <RequestMaterials requestId={request.id} />,
              },
              {
                key: "matches",
                label: <span data-testid="tab-matches">{t("request.tab.matches")}</span>,
                children: <Matches id={request.id} />,
              },
            ]}
          />
        </Card>
      </div>
    </>
  );
}

export function RequestPage() {
  const { id = "" } = useParams();
  // Another party may move the request on: bids arrive, the bank grants.
  const query = useQuery({
    ...requestQuery(id),
    refetchInterval: ({ state }) =>
      state.data && (state.data.state === "open" || state.data.state === "awarded") ? REFRESH_MS : false,
  });
  return <QueryView query={query}>{(request) => <Loaded request={request} />}</QueryView>;
}
