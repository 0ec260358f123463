import {
  BellOutlined,
  GlobalOutlined,
  LockOutlined,
  LogoutOutlined,
  MenuOutlined,
  SafetyCertificateOutlined,
  UnlockOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Dropdown, Layout } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { unreadQuery } from "../features/consents/queries.ts";
import { useSigner } from "../features/session/signer-context.ts";
import { homeOf, useAccount } from "../features/session/use-account.ts";
import { api } from "../lib/api.ts";
import { chooseLanguage } from "../lib/i18n.ts";
import { accountQuery } from "../lib/queries.ts";

function LanguageButton() {
  const { t, i18n } = useTranslation();
  const other = i18n.language === "en" ? "zh-CN" : "en";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      title={t("language")}
      lang={other}
      onClick={() => void chooseLanguage(other)}
      data-testid="language"
    >
      {other === "en" ? "EN" : "中文"}
    </Button>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const account = useAccount();
  const signer = useSigner();
  const client = useQueryClient();
  const navigate = useNavigate();
  if (!account)
    return (
      <Link to="/login" data-testid="to-login">
        <Button type="primary" tabIndex={-1}>
          {t("login")}
        </Button>
      </Link>
    );

  async function signOut() {
    signer.lock();
    try {
      await api.delete("/sessions/current");
    } finally {
      // What one account read must not be there for the next.
      client.clear();
      client.setQueryData(accountQuery.queryKey, null);
      await navigate("/login");
    }
  }

  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "name", disabled: true, label: `${account.username} · ${t(`role.${account.role}`)}` },
          {
            key: "key",
            icon: signer.address ? <UnlockOutlined /> : <LockOutlined />,
            label: signer.address ? t("lockKey") : t("keyLocked"),
            disabled: !signer.address,
            onClick: () => signer.lock(),
          },
          { key: "verify", icon: <SafetyCertificateOutlined />, label: <Link to="/verify">{t("verify")}</Link> },
          { type: "divider" },
          { key: "logout", icon: <LogoutOutlined />, label: t("logout"), onClick: () => void signOut() },
        ],
      }}
    >
      <Button
        icon={<UserOutlined />}
        aria-label={`${t("account")}: ${account.participant.name}`}
        data-testid="account-menu"
      >
        <span className="rq-account">{account.participant.name}</span>
      </Button>
    </Dropdown>
  );
}

const NOTICE_PAGES = { enterprise: "/enterprise/access-log", institution: "/institution/consents" } as const;

/** How many notices are not read, with the way to them. */
function NoticesButton({ role }: { role: keyof typeof NOTICE_PAGES }) {
  const { t } = useTranslation();
  const unread = useQuery(unreadQuery).data?.unread ?? 0;
  return (
    <Link
      to={NOTICE_PAGES[role]}
      aria-label={t("notices.unread", { count: unread })}
      title={t("notices.unread", { count: unread })}
      data-testid="header-notices"
      data-unread={unread}
    >
      <Badge count={unread} size="small" overflowCount={99}>
        <BellOutlined className="rq-bell" />
      </Badge>
    </Link>
  );
}

export function Header(props: { onMenu?: (() => void) | undefined; children?: ReactNode }) {
  const { t } = useTranslation();
  const account = useAccount();
  return (
    <Layout.Header className="rq-header">
      {props.onMenu && (
        <Button
          type="text"
          icon={<MenuOutlined />}
          aria-label={t("openMenu")}
          onClick={props.onMenu}
          data-testid="open-menu"
        />
      )}
      <Link to={account ? homeOf(account.role) : "/"} className="rq-brand">
        <img src="/logo.svg" alt="" />
        <span>{t("name")}</span>
      </Link>
      {props.children}
      <div className="rq-header-space" />
      {(account?.role === "enterprise" || account?.role === "institution") && <NoticesButton role={account.role} />}
      <LanguageButton />
      <AccountMenu />
    </Layout.Header>
  );
}
