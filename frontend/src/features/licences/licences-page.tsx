import { QrcodeOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LicenceView } from "../../../../backend/features/licences/licence-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { RecordDrawer } from "../../components/record-drawer.tsx";
import { localized } from "../../lib/format.ts";
import { LicenceTable } from "./licence-table.tsx";
import { licencesQuery } from "./queries.ts";

/** The enterprise's licences, each with the department's record and its proof. */
export function LicencesPage() {
  const { t } = useTranslation("licences");
  const query = useQuery(licencesQuery);
  const [shown, setShown] = useState<LicenceView>();
  return (
    <>
      <PageHeader
        title={t("licence.title")}
        description={t("licence.explain")}
        actions={
          <LinkButton to="/enterprise/code" type="primary" icon={<QrcodeOutlined />}>
            {t("code.show")}
          </LinkButton>
        }
      />
      <Card>
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("licence.empty")} />}
        >
          {(data) => (
            <LicenceTable
              licences={data.items}
              action={(licence) => (
                <Button size="small" onClick={() => setShown(licence)} data-testid={`licence-record-${licence.kind}`}>
                  {t("licence.record")}
                </Button>
              )}
            />
          )}
        </QueryView>
      </Card>
      <RecordDrawer
        title={shown ? localized(shown.kindName) : ""}
        recordIds={shown ? [shown.id] : []}
        open={shown !== undefined}
        onClose={() => setShown(undefined)}
      />
    </>
  );
}
