import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Form, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AmountInput } from "../../components/amount-input.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { MatchList } from "./match-list.tsx";
import { matchesQuery } from "./queries.ts";

interface Wish {
  amountFen?: string | undefined;
  termMonths?: number | undefined;
}

export function ProductsPage() {
  const { t } = useTranslation("enterprise");
  const [wish, setWish] = useState<Wish>({});
  const query = useQuery({ ...matchesQuery(wish), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("products.title")} description={t("products.explain")} />
      <div className="rq-stack">
        <Card size="small">
          <Form<Wish>
            layout="inline"
            className="rq-filter"
            onValuesChange={(_, all) =>
              setWish({ amountFen: all.amountFen || undefined, termMonths: all.termMonths ?? undefined })
            }
          >
            <Form.Item name="amountFen" label={t("products.amount")}>
              <AmountInput data-testid="match-amount" />
            </Form.Item>
            <Form.Item name="termMonths" label={t("products.term")}>
              <InputNumber min={1} max={360} precision={0} suffix={t("common:unit.months")} data-testid="match-term" />
            </Form.Item>
          </Form>
        </Card>
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("products.empty")} />}
        >
          {(data) => <MatchList matches={data.items} />}
        </QueryView>
      </div>
    </>
  );
}
