import { Grid, Pagination, Table } from "antd";
import { type Key, type ReactNode, useRef } from "react";
import "./data-table.css";

export interface DataColumn<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  align?: "right";
  width?: number | string;
  /** Leads the card that a row becomes on a narrow screen, without its title. */
  lead?: boolean;
  /** Long text, which may take several lines; so may the leading column's. */
  wrap?: boolean;
}

interface Props<T> {
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => Key;
  testId: string;
  /** Test id of each row. */
  rowTestId?: (row: T) => string;
  paging?: { page: number; total: number; onChange: (page: number) => void };
}

/** A table where there is room for one; on a narrow screen each row is a card. */
export function DataTable<T extends object>({ label, columns, rows, rowKey, testId, rowTestId, paging }: Props<T>) {
  const wide = Grid.useBreakpoint().md !== false;
  // The API tells the total but not the size of its pages: a first page that isn't all of it shows the size.
  const pageSize = useRef(rows.length);
  if (paging?.page === 1) pageSize.current = rows.length;
  return (
    <div className="data-table" data-testid={testId}>
      {wide ? (
        <Table<T>
          aria-label={label}
          size="middle"
          pagination={false}
          scroll={{ x: true }}
          dataSource={[...rows]}
          rowKey={rowKey}
          {...(rowTestId ? { onRow: (row: T) => ({ "data-testid": rowTestId(row) }) as object } : {})}
          columns={columns.map((column) => ({
            key: column.key,
            title: column.title,
            render: (_: unknown, row: T) => column.render(row),
            className: column.lead || column.wrap ? "data-cell-wrap" : "data-cell",
            ...(column.align ? { align: column.align } : {}),
            ...(column.width ? { width: column.width } : {}),
          }))}
        />
      ) : (
        <ul className="data-cards" aria-label={label}>
          {rows.map((row) => (
            <li key={rowKey(row)} {...(rowTestId ? { "data-testid": rowTestId(row) } : {})}>
              {columns
                .filter((column) => column.lead)
                .map((column) => (
                  <div key={column.key} className="data-card-lead">
                    {column.render(row)}
                  </div>
                ))}
              <dl>
                {columns
                  .filter((column) => !column.lead)
                  .map((column) => (
                    <div key={column.key}>
                      {column.title && <dt>{column.title}</dt>}
                      <dd>{column.render(row)}</dd>
                    </div>
                  ))}
              </dl>
            </li>
          ))}
        </ul>
      )}
      {paging && pageSize.current > 0 && paging.total > pageSize.current && (
        <Pagination
          className="data-table-pages"
          current={paging.page}
          total={paging.total}
          pageSize={pageSize.current}
          showSizeChanger={false}
          onChange={paging.onChange}
          size="small"
        />
      )}
    </div>
  );
}
