import { FileSearchOutlined } from "@ant-design/icons";
import { useState } from "react";
import type { QueryView } from "../../../../backend/features/verification/verification-schemas.ts";
import { api } from "../../lib/api.ts";
import { AskCard } from "./ask-card.tsx";
import type { Asker, GroundsWish } from "./grounds.ts";
import { QueryTable } from "./query-table.tsx";
import { UsccField } from "./uscc-field.tsx";

interface Wish extends GroundsWish {
  uscc: string;
}

/** All that is known of one enterprise, in one table. */
export function QueryForm({ asker }: { asker: Asker }) {
  const [given, setGiven] = useState<QueryView>();
  async function ask({ uscc }: Wish, grounds: object): Promise<void> {
    setGiven(undefined);
    setGiven(await api.post<QueryView>("/one-click-queries", { uscc: uscc.trim(), ...grounds }));
  }
  return (
    <div className="rq-stack">
      <AskCard asker={asker} prefix="query" className="query-unprinted" icon={<FileSearchOutlined />} ask={ask}>
        <UsccField prefix="query" />
      </AskCard>
      {given && <QueryTable view={given} />}
    </div>
  );
}
