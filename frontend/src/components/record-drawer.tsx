import { useQuery } from "@tanstack/react-query";
import { Drawer, Pagination, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { recordQuery } from "../lib/record-queries.ts";
import { QueryView } from "./query-view.tsx";
import { RecordDetail } from "./record-detail.tsx";

/** The records behind a figure, one at a time: content, department, file, row, anchor and proof. */
export function RecordDrawer(props: { title: string; recordIds: readonly string[]; open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(1);
  const id = props.recordIds[at - 1];
  const ids = props.recordIds.join(",");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of records starts at its first one
  useEffect(() => setAt(1), [ids]);
  const query = useQuery({ ...recordQuery(id ?? ""), enabled: props.open && id !== undefined });
  return (
    <Drawer
      open={props.open}
      onClose={props.onClose}
      title={props.title}
      size={560}
      className="rq-drawer"
      data-testid="record-drawer"
    >
      {id === undefined ? (
        <Typography.Text type="secondary">{t("record.none")}</Typography.Text>
      ) : (
        <div className="rq-stack">
          {props.recordIds.length > 1 && (
            <Pagination
              simple
              current={at}
              pageSize={1}
              total={props.recordIds.length}
              onChange={setAt}
              showSizeChanger={false}
            />
          )}
          <QueryView query={query}>{(record) => <RecordDetail record={record} />}</QueryView>
        </div>
      )}
    </Drawer>
  );
}
