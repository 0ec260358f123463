import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ObjectionView, TEXT_LENGTH } from "../../../../backend/features/objections/objection-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";

/** What the enterprise can still do: withdraw an open objection, leave a statement after a refusal. */
export function OwnObjectionActions({ objection }: { objection: ObjectionView }) {
  const { t } = useTranslation("objections");
  const client = useQueryClient();
  const [stating, setStating] = useState(false);
  const [text, setText] = useState("");
  const act = useAction(async (what: "withdrawal" | "statement", body: object) => {
    try {
      await api.post<ObjectionView>(`/objections/${objection.id}/${what}`, body);
      setStating(false);
    } finally {
      await client.invalidateQueries();
    }
  });
  return (
    <>
      {objection.state === "raised" && (
        <Popconfirm
          title={t("own.withdrawConfirm")}
          okButtonProps={{ "data-testid": "objection-withdraw-confirm" }}
          onConfirm={() => void act.run("withdrawal", {})}
        >
          <Button size="small" loading={act.pending} data-testid="objection-withdraw">
            {t("own.withdraw")}
          </Button>
        </Popconfirm>
      )}
      {objection.state === "upheld" && !objection.erasedAt && (
        <Button size="small" onClick={() => setStating(true)} data-testid="objection-statement">
          {t("own.state")}
        </Button>
      )}
      <Modal
        open={stating}
        title={t("own.state")}
        okText={t("own.stateOk")}
        okButtonProps={{ disabled: text.trim() === "", loading: act.pending, "data-testid": "objection-statement-ok" }}
        onOk={() => void act.run("statement", { text })}
        onCancel={() => setStating(false)}
      >
        <p>{t("own.stateHint")}</p>
        <Input.TextArea
          rows={4}
          maxLength={TEXT_LENGTH}
          showCount
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="objection-statement-text"
        />
      </Modal>
      {act.error !== undefined && <ProblemAlert error={act.error} />}
    </>
  );
}
