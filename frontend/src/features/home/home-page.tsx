import { AuditOutlined, BankOutlined, DatabaseOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Statistic } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatCount, formatFenShort } from "../../lib/format.ts";
import { metaQuery, totalsQuery } from "../../lib/queries.ts";
import { DemoAccounts } from "../session/demo-accounts.tsx";
import { homeOf, useAccount } from "../session/use-account.ts";
import { HeroArt } from "./hero-art.tsx";
import "./home.css";

const steps = [
  { key: "data", icon: DatabaseOutlined },
  { key: "consent", icon: SafetyCertificateOutlined },
  { key: "bids", icon: BankOutlined },
  { key: "proof", icon: AuditOutlined },
];

function LiveTotals() {
  const { t } = useTranslation("home");
  const { data } = useQuery(totalsQuery);
  const figures: [key: string, value: string | undefined][] = [
    ["records", data && formatCount(data.records)],
    ["departments", data && formatCount(data.departments)],
    ["enterprises", data && formatCount(data.enterprises)],
    ["institutions", data && formatCount(data.institutions)],
    ["requested", data && formatFenShort(data.requestedFen)],
    ["granted", data && formatFenShort(data.grantedFen)],
    ["grants", data && formatCount(data.grants)],
    ["block", data && formatCount(data.blockNumber)],
  ];
  return (
    <section aria-labelledby="totals-title">
      <h2 id="totals-title" className="rq-home-title">
        {t("totals.title")}
      </h2>
      <div className="rq-home-totals" data-testid="totals">
        {figures.map(([key, value]) => (
          <Card size="small" key={key} data-testid={`total-${key}`}>
            <Statistic title={t(`totals.${key}`)} value={value ?? "…"} formatter={() => value ?? "…"} />
          </Card>
        ))}
      </div>
    </section>
  );
}

export function HomePage() {
  const { t } = useTranslation("home");
  const account = useAccount();
  const demo = useQuery(metaQuery).data?.demoAccounts ?? [];
  const name = t("common:name");
  useEffect(() => {
    document.title = `${name} · ${t("common:tagline")}`;
  }, [name, t]);
  return (
    <div className="rq-home">
      <section className="rq-hero">
        <div>
          <h1>{t("hero.title")}</h1>
          <p>{t("hero.text")}</p>
          <div className="rq-row">
            <Link to={account ? homeOf(account.role) : "/login"}>
              <Button type="primary" size="large" tabIndex={-1} data-testid="home-enter">
                {account ? t("hero.enter") : t("common:login")}
              </Button>
            </Link>
            <Link to="/join">
              <Button size="large" tabIndex={-1} data-testid="home-join">
                {t("common:join")}
              </Button>
            </Link>
            <Link to="/verify" className="rq-hero-link" data-testid="home-verify">
              {t("hero.verify")}
            </Link>
          </div>
        </div>
        <HeroArt />
      </section>
      <LiveTotals />
      <section aria-labelledby="steps-title">
        <h2 id="steps-title" className="rq-home-title">
          {t("steps.title")}
        </h2>
        <ol className="rq-home-steps">
          {steps.map(({ key, icon: Icon }, index) => (
            <li key={key}>
              <span className="rq-home-step-icon" aria-hidden>
                <Icon />
              </span>
              <h3>
                {index + 1}. {t(`steps.${key}.title`)}
              </h3>
              <p>{t(`steps.${key}.text`)}</p>
            </li>
          ))}
        </ol>
      </section>
      {demo.length > 0 && !account && (
        <section aria-labelledby="demo-title">
          <h2 id="demo-title" className="rq-home-title">
            {t("session:demo")}
          </h2>
          <DemoAccounts accounts={demo} />
        </section>
      )}
    </div>
  );
}
