import { Layout } from "antd";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Header } from "./header.tsx";
import { PageOutlet } from "./page-outlet.tsx";

export function PublicLayout() {
  const { t } = useTranslation();
  return (
    <Layout className="rq-shell">
      <a className="rq-skip" href="#main">
        {t("skip")}
      </a>
      <Header>
        <nav className="rq-header-nav" aria-label={t("mainNavigation")}>
          <NavLink to="/" end>
            {t("home")}
          </NavLink>
          <NavLink to="/verify">{t("verify")}</NavLink>
          <NavLink to="/code">{t("licences:menu.scan")}</NavLink>
          <NavLink to="/answers">{t("verification:menu.number")}</NavLink>
          <NavLink to="/join">{t("join")}</NavLink>
        </nav>
      </Header>
      <PageOutlet />
      <footer className="rq-footer">{t("footer")}</footer>
    </Layout>
  );
}
