import { Button, Card, Col, Flex, Form, Input, InputNumber, Radio, Row, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { catalogView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { ResourceMapping } from "./resource-mapping.tsx";
import { ResourcePreview } from "./resource-preview.tsx";
import { ResourcePullFields } from "./resource-pull-fields.tsx";
import type { Preview, Resource } from "./resource-queries.ts";
import { ResourceTableFields } from "./resource-table-fields.tsx";
import { inputOf, NEW_RESOURCE, type ResourceValues, valuesOf } from "./resource-values.ts";

const KINDS = ["push", "pull", "table", "file"] as const;

interface Props {
  catalogs: readonly z.infer<typeof catalogView>[];
  resource?: Resource | undefined;
  firstCatalog?: string | undefined;
  save: (values: ResourceValues) => Promise<unknown>;
  onCancel: () => void;
}

/** Registers a resource or changes one. What a source gives can be looked at before anything is kept. */
export function ResourceForm({ catalogs, resource, firstCatalog, save, onCancel }: Props) {
  const { t } = useTranslation("sources");
  const [form] = Form.useForm<ResourceValues>();
  const kind = Form.useWatch("kind", form) ?? resource?.kind ?? "push";
  const catalogId = Form.useWatch("catalogId", form);
  const [shown, setShown] = useState<Preview>();
  const fields = catalogs.find(({ id }) => id === catalogId)?.fields ?? [];
  const labelOf = (name: string) => {
    const field = fields.find((one) => one.name === name.replace(/\(.*\)$/, ""));
    return field ? localized(field.label) : name;
  };
  const saving = useAction(save);
  const testing = useAction(async () => {
    setShown(undefined);
    const body = {
      resource: inputOf(form.getFieldsValue(true) as ResourceValues),
      ...(resource ? { id: resource.id } : {}),
    };
    setShown(await api.post<Preview>("/data-resource-previews", body));
  });
  const fetched = kind === "pull" || kind === "table";
  const required = { required: true, message: t("required") };
  return (
    <Form<ResourceValues>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={saving.pending}
      onFinish={() => void saving.run(form.getFieldsValue(true) as ResourceValues)}
      initialValues={resource ? valuesOf(resource) : { ...NEW_RESOURCE, catalogId: firstCatalog }}
      data-testid="resource-form"
    >
      <div className="rq-stack">
        <Card title={t("form.what")}>
          <Row gutter={16}>
            <Col xs={24} md={12}>
              <Form.Item name="name" label={t("name")} rules={[required]}>
                <Input maxLength={100} data-testid="resource-name" />
              </Form.Item>
            </Col>
            <Col xs={24} md={12}>
              <Form.Item name="owner" label={t("owner")} extra={t("form.ownerHelp")} rules={[required]}>
                <Input maxLength={100} data-testid="resource-owner" />
              </Form.Item>
            </Col>
            <Col xs={24} md={12}>
              <Form.Item name="catalogId" label={t("catalog")} rules={[required]}>
                <Select
                  showSearch={{ optionFilterProp: "label" }}
                  options={catalogs.map((catalog) => ({ value: catalog.id, label: localized(catalog.name) }))}
                  data-testid="resource-catalog"
                />
              </Form.Item>
            </Col>
            <Col xs={24} md={12}>
              <Form.Item name="description" label={t("common:description")}>
                <Input.TextArea maxLength={1_000} autoSize={{ minRows: 1, maxRows: 5 }} />
              </Form.Item>
            </Col>
            <Col xs={24}>
              <Form.Item name="kind" label={t("kind")} extra={t(`kindHelp.${kind}`)}>
                <Radio.Group
                  disabled={resource !== undefined}
                  optionType="button"
                  options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
                  data-testid="resource-kind"
                />
              </Form.Item>
            </Col>
          </Row>
        </Card>
        {fetched && (
          <Card title={t(`form.where.${kind}`)}>
            {kind === "pull" ? (
              <ResourcePullFields editing={resource !== undefined} />
            ) : (
              <ResourceTableFields editing={resource !== undefined} />
            )}
            <Row gutter={16}>
              <Col xs={12} md={8}>
                <Form.Item name="everyMinutes" label={t("every")} extra={t("form.everyHelp")}>
                  <InputNumber
                    min={1}
                    max={44_640}
                    precision={0}
                    suffix={t("minutes")}
                    style={{ width: "100%" }}
                    data-testid="resource-every"
                  />
                </Form.Item>
              </Col>
              <Col xs={12} md={8}>
                <Form.Item name="timeoutSeconds" label={t("form.timeout")}>
                  <InputNumber min={1} max={120} precision={0} suffix={t("seconds")} style={{ width: "100%" }} />
                </Form.Item>
              </Col>
            </Row>
            <div className="rq-stack">
              <div>
                <Button onClick={() => void testing.run()} loading={testing.pending} data-testid="resource-test">
                  {t("preview.test")}
                </Button>
              </div>
              {testing.error !== undefined && <ProblemAlert error={testing.error} />}
              {shown && <ResourcePreview preview={shown} labelOf={labelOf} />}
            </div>
          </Card>
        )}
        {kind !== "file" && (
          <Card title={t("mapping.title")}>
            <p className="rq-small">{t("mapping.intro")}</p>
            <ResourceMapping fields={fields} columns={shown?.columns ?? []} />
            <Row gutter={16} style={{ marginTop: 16 }}>
              <Col xs={24} md={12}>
                <Form.Item name="deletionSource" label={t("mapping.deletion")} extra={t("mapping.deletionHelp")}>
                  <Input placeholder="is_deleted" />
                </Form.Item>
              </Col>
              <Col xs={24} md={12}>
                <Form.Item name="deletionValues" label={t("mapping.deletionValues")}>
                  <Input placeholder="1,true" />
                </Form.Item>
              </Col>
            </Row>
          </Card>
        )}
        {saving.error !== undefined && <ProblemAlert error={saving.error} />}
        <Flex gap={12}>
          <Button type="primary" htmlType="submit" loading={saving.pending} data-testid="resource-save">
            {t("common:save")}
          </Button>
          <Button onClick={onCancel}>{t("common:cancel")}</Button>
        </Flex>
      </div>
    </Form>
  );
}
