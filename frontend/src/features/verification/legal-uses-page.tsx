import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Form, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AnswerView, ListQuery } from "../../../../backend/features/verification/verification-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { AnswersTable } from "./answers-table.tsx";
import { BasisText } from "./basis-text.tsx";

type Review = NonNullable<AnswerView["review"]>;

function ReviewDialog({ answer, onClose }: { answer: AnswerView; onClose(): void }) {
  const { t } = useTranslation("verification");
  const client = useQueryClient();
  const [form] = Form.useForm<Pick<Review, "verdict" | "note">>();
  const save = useAction(async (review: Pick<Review, "verdict" | "note">) => {
    await api.post(`/verifications/${answer.id}/review`, { verdict: review.verdict, note: review.note?.trim() ?? "" });
    await client.invalidateQueries({ queryKey: ["verifications", "list"] });
    onClose();
  });
  return (
    <Modal
      open
      title={t("review.dialog")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t("common:save")}
      cancelText={t("common:cancel")}
      confirmLoading={save.pending}
      okButtonProps={{ "data-testid": "review-save" }}
    >
      <div className="rq-stack">
        <div>
          {answer.asker.name} · {answer.subject.name} {answer.subject.uscc}
          <BasisText basis={answer.basis} />
        </div>
        <Form
          form={form}
          layout="vertical"
          initialValues={{ verdict: answer.review?.verdict ?? "inOrder", note: answer.review?.note ?? "" }}
          onFinish={(review) => void save.run(review)}
        >
          <Form.Item name="verdict" label={t("review.title")}>
            <Radio.Group
              data-testid="review-verdict"
              options={(["inOrder", "objected"] as const).map((value) => ({ value, label: t(`review.${value}`) }))}
            />
          </Form.Item>
          <Form.Item name="note" label={t("review.note")}>
            <Input.TextArea maxLength={500} rows={3} data-testid="review-note" />
          </Form.Item>
        </Form>
        {save.error !== undefined && <ProblemAlert error={save.error} />}
      </div>
    </Modal>
  );
}

/** Every use of a legal basis, to be checked. */
export function LegalUsesPage() {
  const { t } = useTranslation("verification");
  const [review, setReview] = useState<ListQuery["review"] | "all">("all");
  const [checking, setChecking] = useState<AnswerView>();
  return (
    <>
      <PageHeader title={t("uses.title")} description={t("uses.intro")} />
      <Card
        extra={
          <Radio.Group
            optionType="button"
            value={review}
            onChange={(event) => setReview(event.target.value)}
            aria-label={t("review.title")}
            options={(["all", "open", "inOrder", "objected"] as const).map((value) => ({
              value,
              label: t(value === "all" ? "uses.all" : `review.${value}`),
            }))}
          />
        }
      >
        <AnswersTable
          key={review}
          withAsker
          withoutContent
          filter={review === "all" || review === undefined ? {} : { review }}
          testId="legal-uses"
          action={(answer) => (
            <Button size="small" onClick={() => setChecking(answer)} data-testid="review-open">
              {t("review.check")}
            </Button>
          )}
        />
      </Card>
      {checking && <ReviewDialog answer={checking} onClose={() => setChecking(undefined)} />}
    </>
  );
}
