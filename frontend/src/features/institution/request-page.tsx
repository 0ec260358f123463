import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatFenShort } from "../../lib/format.ts";
import { bidsQuery, requestQuery } from "../../lib/queries.ts";
import { RequestMaterials } from "../licences/request-materials.tsx";
import { BidForm } from "./bid-form.tsx";
import { GrantSection } from "./grant-section.tsx";
import { MyBid } from "./my-bid.tsx";
import { ProfileSection } from "./profile-section.tsx";
import { RequestFacts } from "./request-facts.tsx";
import { RequestScores } from "./request-scores.tsx";
import { RequestStateTag } from "./request-state-tag.tsx";

/** One request, from the lead to the grant. */
export function InstitutionRequestPage() {
  const { t } = useTranslation("institution");
  const { id = "" } = useParams();
  const query = useQuery({ ...requestQuery(id), refetchInterval: 5_000 });
  return (
    <QueryView query={query}>
      {(request) => (
        <>
          <PageHeader
            back={
              <Link to="/institution" data-testid="back-to-requests">
                <ArrowLeftOutlined /> {t("requests.title")}
              </Link>
            }
            title={`${formatFenShort(request.amountFen)} · ${t("common:months", { count: request.termMonths })} · ${t(`common:purposeCode.${request.purpose}`)}`}
            description={
              <Flex gap={8} wrap align="center">
                <RequestStateTag state={request.state} />
                <span data-testid="request-enterprise">{request.enterprise?.name ?? t("request.anonymousLong")}</span>
              </Flex>
            }
          />
          <Flex vertical gap={24}>
            <RequestFacts request={request} />
            <BidAndGrant request={request} />
            <ProfileSection request={request} />
            <RequestScores request={request} />
            <RequestMaterials requestId={request.id} />
          </Flex>
        </>
      )}
    </QueryView>
  );
}

function BidAndGrant({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  const query = useQuery({
    ...bidsQuery(request.id),
    // Its batch is anchored within seconds; until then the page follows it.
    refetchInterval: ({ state }) =>
      state.data?.items.some((bid) => bid.anchor.state !== "confirmed" && bid.anchor.state !== "failed")
        ? 1_500
        : 15_000,
  });
  return (
    <QueryView query={query}>
      {({ items }) => {
        const mine = items.find((bid) => bid.id === request.mine?.bidId) ?? items[0];
        if (mine)
          return (
            <>
              <MyBid bid={mine} toGrant={request.state === "awarded" && request.awardedBidId === mine.id} />
              {request.awardedBidId === mine.id && <GrantSection request={request} bid={mine} />}
            </>
          );
        if (request.state !== "open") return <Card data-testid="bid-not-open">{t("bid.notOpen")}</Card>;
        if (Date.parse(request.closesAt) < Date.now()) return <Card data-testid="bid-closed">{t("bid.closed")}</Card>;
        return <BidForm request={request} />;
      }}
    </QueryView>
  );
}
