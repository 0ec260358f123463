import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";

const REQUEST_COLORS: Record<RequestView["state"], string> = {
  open: "processing",
  awarded: "gold",
  granted: "success",
  withdrawn: "default",
  expired: "default",
};

export function RequestStateTag({ state }: { state: RequestView["state"] }) {
  const { t } = useTranslation("institution");
  return (
    <Tag color={REQUEST_COLORS[state]} data-testid="request-state" data-state={state}>
      {t(`common:requestState.${state}`)}
    </Tag>
  );
}

const BID_COLORS: Record<BidView["state"], string> = {
  submitted: "processing",
  accepted: "success",
  declined: "default",
  withdrawn: "default",
  expired: "default",
  lapsed: "warning",
};

export function BidStateTag({ state }: { state: BidView["state"] }) {
  const { t } = useTranslation("institution");
  return (
    <Tag color={BID_COLORS[state]} data-testid="bid-state" data-state={state}>
      {t(`common:bidState.${state}`)}
    </Tag>
  );
}
