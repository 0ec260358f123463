import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Form } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { useAction } from "../../lib/use-action.ts";
import { type Asker, type GroundsWish, groundsOf } from "./grounds.ts";
import { GroundsFields } from "./grounds-fields.tsx";

interface Props<Wish> {
  asker: Asker;
  /** Of the fields' test ids. */
  prefix: "check" | "batch" | "query";
  icon?: ReactNode;
  className?: string;
  children: ReactNode;
  /** Sends the question, with its grounds as the API takes them. */
  ask(wish: Wish, grounds: object): Promise<void>;
}

/** A question to the registers: its own fields, the grounds on which it is asked, and what went wrong. */
export function AskCard<Wish extends GroundsWish>({ asker, prefix, icon, className, children, ask }: Props<Wish>) {
  const { t } = useTranslation("verification");
  const client = useQueryClient();
  const asking = useAction(async (wish: Wish) => {
    await ask(wish, groundsOf(asker, wish));
    await client.invalidateQueries({ queryKey: ["verifications", "list"] });
  });
  return (
    <Card className={className ?? ""}>
      <Form
        layout="vertical"
        requiredMark={false}
        initialValues={{ purpose: "creditReview" }}
        onFinish={(wish: Wish) => void asking.run(wish)}
      >
        {children}
        <GroundsFields asker={asker} prefix={prefix} />
        {asking.error !== undefined && (
          <Form.Item>
            <ProblemAlert error={asking.error} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" icon={icon} loading={asking.pending} data-testid={`${prefix}-submit`}>
          {t(`${prefix}.submit`)}
        </Button>
      </Form>
    </Card>
  );
}
