import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Timeline } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatTime } from "../../lib/format.ts";
import { grantsQuery } from "../../lib/queries.ts";

const DONE = "#17693c";
const NOW = "#0f4c81";
const LATER = "#9aa5b4";

/** Opened, bids, award, grant: what happened, with its receipt, and what comes next. */
export function RequestTimeline({ request, bidCount }: { request: RequestView; bidCount: number }) {
  const { t } = useTranslation("enterprise");
  const client = useQueryClient();
  const awarded = request.state === "awarded" || request.state === "granted";
  const grants = useQuery({ ...grantsQuery(), enabled: request.state === "granted" });
  const grant = grants.data?.items.find(({ requestId }) => requestId === request.id);
  const refresh = () => void client.invalidateQueries({ queryKey: ["requests", request.id] });

  const line = (color: string, title: string, more?: ReactNode) => ({
    color,
    content: (
      <div>
        <div>{title}</div>
        {more && <div className="rq-small rq-soft">{more}</div>}
      </div>
    ),
  });

  const items = [
    line(
      DONE,
      t("timeline.opened"),
      <>
        {formatTime(request.createdAt)} <ReceiptTag receipt={request.receipt} onSettled={refresh} />
      </>,
    ),
    line(
      bidCount > 0 || awarded ? DONE : request.state === "open" ? NOW : LATER,
      t("timeline.bids", { count: bidCount }),
      t("timeline.closes", { time: formatTime(request.closesAt) }),
    ),
  ];
  if (request.state === "withdrawn" || request.state === "expired")
    items.push(line(LATER, t(`common:requestState.${request.state}`)));
  else {
    items.push(
      line(
        awarded ? DONE : bidCount > 0 ? NOW : LATER,
        t(awarded ? "timeline.awarded" : "timeline.award"),
        request.awardReceipt && <ReceiptTag receipt={request.awardReceipt} onSettled={refresh} />,
      ),
      line(
        request.state === "granted" ? DONE : request.state === "awarded" ? NOW : LATER,
        t(request.state === "granted" ? "timeline.granted" : "timeline.grant"),
        grant && (
          <>
            <ReceiptTag receipt={grant.receipt} />{" "}
            <Link to={`/enterprise/grants/${grant.id}`} data-testid="open-grant">
              {t("timeline.openGrant")}
            </Link>
          </>
        ),
      ),
    );
  }
  return <Timeline items={items} />;
}
