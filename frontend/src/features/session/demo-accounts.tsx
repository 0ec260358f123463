import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Meta } from "../../lib/queries.ts";
import "./session.css";

export type DemoAccount = Meta["demoAccounts"][number];

/** Of a city's many departments these many are shown at once. */
const SHOWN_DEPARTMENTS = 3;

function AccountList({ accounts }: { accounts: readonly DemoAccount[] }) {
  const { t } = useTranslation("session");
  const navigate = useNavigate();
  return (
    <ul className="rq-demo">
      {accounts.map((account) => (
        <li key={account.username}>
          <button
            type="button"
            data-testid={`demo-${account.username}`}
            onClick={() =>
              void navigate("/login", { state: { username: account.username, password: account.password } })
            }
          >
            <Tag>{t(`common:role.${account.role}`)}</Tag>
            <span className="rq-demo-name">{account.name}</span>
            <code>{account.username}</code>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The accounts of a sample city; choosing one fills in the sign-in form. */
export function DemoAccounts({ accounts }: { accounts: DemoAccount[] }) {
  const { t } = useTranslation("session");
  const more = accounts.filter(({ role }) => role === "department").slice(SHOWN_DEPARTMENTS);
  return (
    <div data-testid="demo-accounts">
      <p className="rq-demo-explain">{t("demoExplain")}</p>
      <AccountList accounts={accounts.filter((account) => !more.includes(account))} />
      {more.length > 0 && (
        <details className="rq-demo-more">
          <summary data-testid="demo-more">{t("demoMore", { count: more.length })}</summary>
          <AccountList accounts={more} />
        </details>
      )}
    </div>
  );
}
