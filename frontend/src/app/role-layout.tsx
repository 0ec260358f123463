import { Drawer, Grid, Layout, Menu } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { Header } from "./header.tsx";
import { PageOutlet } from "./page-outlet.tsx";
import type { MenuEntry } from "./role-menu.ts";

/** The entry of a page: the longest path that the page's address starts with. */
function selectedPath(menu: MenuEntry[], pathname: string): string[] {
  const fitting = menu.filter(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
  fitting.sort((a, b) => b.path.length - a.path.length);
  return fitting.slice(0, 1).map(({ path }) => path);
}

/** Side menu on wide screens, a drawer on small ones. */
export function RoleLayout({ menu }: { menu: MenuEntry[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const screens = Grid.useBreakpoint();
  const [drawer, setDrawer] = useState(false);
  const wide = screens.lg !== false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the page changes
  useEffect(() => setDrawer(false), [pathname]);

  const items = (
    <nav aria-label={t("roleNavigation")}>
      <Menu
        mode="inline"
        selectedKeys={selectedPath(menu, pathname)}
        items={menu.map(({ path, label, icon: Icon }) => ({
          key: path,
          icon: <Icon />,
          label: (
            <Link to={path} data-testid={`menu-${path.slice(1).replaceAll("/", "-")}`}>
              {t(label)}
            </Link>
          ),
        }))}
      />
    </nav>
  );

  return (
    <Layout className="rq-shell">
      <a className="rq-skip" href="#main">
        {t("skip")}
      </a>
      <Header onMenu={wide ? undefined : () => setDrawer(true)} />
      <Layout hasSider={wide}>
        {wide ? (
          <Layout.Sider width={220} className="rq-sider">
            {items}
          </Layout.Sider>
        ) : (
          <Drawer
            open={drawer}
            onClose={() => setDrawer(false)}
            placement="left"
            size={260}
            title={t("menu")}
            className="rq-menu-drawer"
          >
            {items}
          </Drawer>
        )}
        <PageOutlet />
      </Layout>
    </Layout>
  );
}
