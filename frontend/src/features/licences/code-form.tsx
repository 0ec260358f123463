import { QrcodeOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Form, InputNumber, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import {
  ALL_LICENCES,
  DEFAULT_LIFETIME_SECONDS,
  MOST_ITEMS,
  MOST_LIFETIME_SECONDS,
  MOST_VIEWS,
} from "../../../../backend/features/licences/domain/enterprise-code.ts";
import { localized } from "../../lib/format.ts";
import { institutionsQuery } from "../../lib/queries.ts";
import type { CodeWish } from "./make-code.ts";
import { codeItemsQuery, licencesQuery } from "./queries.ts";

interface Fields extends Omit<CodeWish, "items"> {
  all: boolean;
  licences: string[];
  facts: string[];
}

const LIFETIMES = [60, DEFAULT_LIFETIME_SECONDS, 300, MOST_LIFETIME_SECONDS];

/** What the code is to show, to whom, how often and how long. */
export function CodeForm(props: { pending: boolean; onMake(wish: CodeWish): void }) {
  const { t } = useTranslation("licences");
  const items = useQuery(codeItemsQuery).data?.items ?? [];
  const own = new Set((useQuery(licencesQuery).data?.items ?? []).map(({ kind }) => kind));
  const institutions = useQuery(institutionsQuery).data?.items ?? [];
  const [form] = Form.useForm<Fields>();
  const all = Form.useWatch("all", form) ?? true;
  const options = (kind: "licence" | "fact") =>
    items
      .filter((item) => item.kind === kind && (kind === "fact" || own.has(item.id)))
      .map((item) => ({ value: item.id, label: `${localized(item.name)} · ${localized(item.departmentName)}` }));
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{
        all: true,
        licences: [],
        facts: [],
        audience: "",
        views: 1,
        lifetimeSeconds: DEFAULT_LIFETIME_SECONDS,
      }}
      onFinish={({ all: every, licences, facts, ...wish }) =>
        props.onMake({ ...wish, items: [...(every ? [ALL_LICENCES] : licences), ...facts].slice(0, MOST_ITEMS) })
      }
    >
      <Form.Item name="all" label={t("code.what")}>
        <Radio.Group
          options={[
            { value: true, label: t("code.all") },
            { value: false, label: t("code.some") },
          ]}
          data-testid="code-all"
        />
      </Form.Item>
      {!all && (
        <Form.Item
          name="licences"
          label={t("licence.title")}
          htmlFor="code-licences"
          dependencies={["facts"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, chosen: string[]) =>
                chosen.length + (getFieldValue("facts") as string[]).length > 0
                  ? Promise.resolve()
                  : Promise.reject(new Error(t("code.chooseOne"))),
            }),
          ]}
        >
          <Select
            id="code-licences"
            mode="multiple"
            maxCount={MOST_ITEMS - 4}
            options={options("licence")}
            placeholder={t("code.choose")}
            data-testid="code-licences"
          />
        </Form.Item>
      )}
      <Form.Item name="facts" label={t("code.facts")} htmlFor="code-facts">
        <Select
          id="code-facts"
          mode="multiple"
          options={options("fact")}
          placeholder={t("code.noFacts")}
          data-testid="code-facts"
        />
      </Form.Item>
      <Form.Item name="audience" label={t("code.audience")} htmlFor="code-audience">
        <Select
          id="code-audience"
          options={[
            { value: "", label: t("code.anyone") },
            ...institutions.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          data-testid="code-audience"
        />
      </Form.Item>
      <Form.Item name="views" label={t("code.views")} htmlFor="code-views">
        <InputNumber id="code-views" min={1} max={MOST_VIEWS} precision={0} data-testid="code-views" />
      </Form.Item>
      <Form.Item name="lifetimeSeconds" label={t("code.lifetime")}>
        <Radio.Group
          options={LIFETIMES.map((seconds) => ({ value: seconds, label: t("code.minutes", { count: seconds / 60 }) }))}
        />
      </Form.Item>
      <Button
        type="primary"
        htmlType="submit"
        icon={<QrcodeOutlined />}
        loading={props.pending}
        data-testid="code-make"
      >
        {t("code.make")}
      </Button>
    </Form>
  );
}
