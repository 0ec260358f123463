import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProductView } from "../../../../backend/features/products/product-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatBps, formatDate, formatFenShort, localized } from "../../lib/format.ts";
import { productsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { ProductForm } from "./product-form.tsx";
import { RuleText } from "./rule-text.tsx";

/** The institution's products, and the form that publishes another. */
export function InstitutionProductsPage() {
  const { t } = useTranslation("institution");
  const { participant } = useSignedIn();
  const [publishing, setPublishing] = useState(false);
  const query = useQuery(productsQuery);
  const own = (items: readonly ProductView[]) => items.filter((product) => product.institution.id === participant.id);
  return (
    <>
      <PageHeader
        title={t("products.title")}
        description={t("products.intro")}
        actions={
          !publishing && (
            <Button
              type="primary"
              icon={<PlusOutlined />}
              onClick={() => setPublishing(true)}
              data-testid="product-new"
            >
              {t("products.publish")}
            </Button>
          )
        }
      />
      <div className="rq-stack">
        {publishing && <ProductForm onClose={() => setPublishing(false)} />}
        <QueryView
          query={query}
          isEmpty={(data) => own(data.items).length === 0}
          empty={<EmptyState text={t("products.none")} />}
        >
          {(data) => (
            <div className="rq-grid" data-testid="products-list">
              {own(data.items).map((product) => (
                <ProductCard key={product.id} product={product} />
              ))}
            </div>
          )}
        </QueryView>
      </div>
    </>
  );
}

function ProductCard({ product }: { product: ProductView }) {
  const { t } = useTranslation("institution");
  return (
    <Card
      title={localized(product.name)}
      extra={<span className="rq-code">{product.code}</span>}
      data-testid={`product-${product.code}`}
    >
      <Flex vertical gap={10}>
        <Typography.Text strong style={{ fontSize: 18 }}>
          {t("product.rateFrom", { rate: formatBps(product.annualRateBps) })}
        </Typography.Text>
        <span>
          {formatFenShort(product.amountMinFen)} – {formatFenShort(product.amountMaxFen)} ·{" "}
          {t("product.terms", { min: product.termMonthsMin, max: product.termMonthsMax })}
        </span>
        <Flex gap={4} wrap>
          {product.repaymentMethods.map((method) => (
            <Tag key={method}>{t(`common:repaymentMethod.${method}`)}</Tag>
          ))}
        </Flex>
        <div>
          <Typography.Text type="secondary">{t("product.eligibility")}</Typography.Text>
          <RuleText rule={product.eligibility} />
        </div>
        <Typography.Text type="secondary">
          {t("product.publishedAt", { date: formatDate(product.publishedAt) })}
        </Typography.Text>
      </Flex>
    </Card>
  );
}
