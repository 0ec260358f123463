import { TrophyOutlined } from "@ant-design/icons";
import { Alert, Button, Grid, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { formatBps, formatFen, formatRateE6, formatTime } from "../../lib/format.ts";
import { BidCosts } from "./bid-costs.tsx";
import { useAward } from "./use-award.ts";
import "./enterprise.css";

const stateColors: Record<BidView["state"], string> = {
  submitted: "blue",
  accepted: "green",
  declined: "default",
  withdrawn: "default",
  expired: "default",
  lapsed: "default",
};

const byRate = (a: BidView, b: BidView) =>
  a.allInRateE6 - b.allInRateE6 || a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);

/** Bids side by side, the cheapest first by all-in annual rate, with every cost; one is awarded here. */
export function BidComparison({ request, bids }: { request: RequestView; bids: BidView[] }) {
  const { t } = useTranslation("enterprise");
  const wide = Grid.useBreakpoint().md !== false;
  const [chosen, setChosen] = useState<BidView>();
  const award = useAward(request);
  const sorted = bids.toSorted(byRate);
  const cheapest = sorted[0]?.id;

  const awardButton = (bid: BidView) =>
    request.state === "open" && bid.state === "submitted" ? (
      <Button
        type={bid.id === cheapest ? "primary" : "default"}
        icon={<TrophyOutlined />}
        onClick={() => {
          award.reset();
          setChosen(bid);
        }}
        data-testid={`award-${bid.id}`}
      >
        {t("bids.award")}
      </Button>
    ) : (
      <Tag color={stateColors[bid.state]} data-testid={`bid-state-${bid.id}`} data-state={bid.state}>
        {t(`common:bidState.${bid.state}`)}
      </Tag>
    );

  const rate = (bid: BidView) => (
    <span className="rq-rate">
      <strong>{formatRateE6(bid.allInRateE6)}</strong>
      {bid.id === cheapest && bids.length > 1 && <Tag color="green">{t("bids.lowest")}</Tag>}
    </span>
  );

  return (
    <div className="rq-stack" data-testid="bids">
      <p className="rq-small rq-soft rq-no-margin">{t("bids.explain")}</p>
      {wide ? (
        <Table<BidView>
          rowKey="id"
          size="middle"
          pagination={false}
          dataSource={sorted}
          scroll={{ x: 860 }}
          onRow={(bid) => ({ "data-testid": `bid-row-${bid.id}` }) as object}
          expandable={{ expandedRowRender: (bid) => <BidCosts bid={bid} /> }}
          columns={[
            { title: t("common:institution"), key: "institution", render: (_, bid) => bid.institution.name },
            { title: t("bids.allIn"), key: "allIn", render: (_, bid) => rate(bid) },
            { title: t("bids.nominal"), key: "nominal", render: (_, bid) => formatBps(bid.terms.annualRateBps) },
            { title: t("common:amount"), key: "amount", render: (_, bid) => formatFen(bid.terms.amountFen) },
            {
              title: t("common:term"),
              key: "term",
              render: (_, bid) => t("common:months", { count: bid.terms.termMonths }),
            },
            { title: t("bids.total"), key: "total", render: (_, bid) => formatFen(bid.totalCostFen) },
            {
              title: t("bids.anchor"),
              key: "anchor",
              render: (_, bid) => <AnchorTag anchor={bid.anchor} proofPath={`/bids/${bid.id}/proof`} />,
            },
            { title: t("common:actions"), key: "actions", render: (_, bid) => awardButton(bid) },
          ]}
        />
      ) : (
        sorted.map((bid) => (
          <article key={bid.id} className="rq-bid-card" data-testid={`bid-row-${bid.id}`}>
            <header>
              <strong>{bid.institution.name}</strong>
              {rate(bid)}
            </header>
            <BidCosts bid={bid} full />
            <footer>
              <AnchorTag anchor={bid.anchor} proofPath={`/bids/${bid.id}/proof`} />
              {awardButton(bid)}
            </footer>
          </article>
        ))
      )}
      <Modal
        open={chosen !== undefined}
        title={t("bids.confirmTitle")}
        okText={t("bids.confirm")}
        okButtonProps={{ loading: award.pending, "data-testid": "award-confirm" }}
        cancelButtonProps={{ disabled: award.pending }}
        closable={!award.pending}
        onCancel={() => !award.pending && setChosen(undefined)}
        onOk={async () => {
          if (chosen && (await award.run(chosen))) setChosen(undefined);
        }}
      >
        {chosen && (
          <div className="rq-stack">
            <p className="rq-no-margin">
              {t("bids.confirmText", {
                name: chosen.institution.name,
                amount: formatFen(chosen.terms.amountFen),
                rate: formatRateE6(chosen.allInRateE6),
                time: formatTime(chosen.validUntil),
              })}
            </p>
            <Alert type="info" showIcon title={t("bids.confirmFinal")} />
            {award.waiting && <Alert type="info" showIcon title={t("bids.waiting")} data-testid="award-waiting" />}
            {award.error !== undefined && <ProblemAlert error={award.error} />}
          </div>
        )}
      </Modal>
    </div>
  );
}
