import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { RecordObjection } from "../../../../backend/features/objections/objection-schemas.ts";
import { formatDate, formatTime } from "../../lib/format.ts";
import type { RecordView } from "../../lib/queries.ts";
import { useAccount } from "../session/use-account.ts";
import { RaiseForm } from "./raise-form.tsx";

function Beside({ objection }: { objection: RecordObjection }) {
  const { t } = useTranslation("objections");
  const detail = objection.disputed
    ? t("beside.due", { date: formatTime(objection.dueAt) })
    : objection.corrects
      ? t("beside.corrects")
      : objection.correctedBy
        ? t("beside.correctedBy")
        : objection.statement
          ? t("beside.statement", { text: objection.statement })
          : undefined;
  return (
    <Alert
      showIcon
      type={objection.disputed ? "warning" : "info"}
      data-testid="record-objection"
      data-state={objection.state}
      title={t("beside.title", {
        state: t(`state.${objection.state}`),
        ground: t(`grounds.${objection.ground}`),
        date: formatDate(objection.raisedAt),
      })}
      description={detail}
    />
  );
}

/** What was objected to a record, for everybody who reads it; its enterprise can object here. */
export function RecordObjections({ record }: { record: RecordView }) {
  const { participant } = useAccount() ?? {};
  const objections = record.objections ?? [];
  const mayRaise =
    participant?.uscc === record.uscc &&
    objections.every(({ correctedBy, state }) => !correctedBy && state === "corrected");
  return (
    <>
      {objections.map((objection) => (
        <Beside key={objection.id} objection={objection} />
      ))}
      {mayRaise && <RaiseForm record={record} />}
    </>
  );
}
