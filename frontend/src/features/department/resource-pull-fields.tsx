import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Col, Flex, Form, Input, InputNumber, Row, Select } from "antd";
import { useTranslation } from "react-i18next";

const PAGINGS = ["none", "cursor", "page", "since"] as const;

/** Where a JSON API is, how it is called, and how it pages. */
export function ResourcePullFields({ editing }: { editing: boolean }) {
  const { t } = useTranslation("sources");
  const paging = Form.useWatch("paging");
  const required = { required: true, message: t("required") };
  return (
    <>
      <Row gutter={16}>
        <Col xs={24} md={16}>
          <Form.Item name="url" label={t("pull.url")} extra={t("pull.urlHelp")} rules={[required]}>
            <Input placeholder="https://data.example.gov.cn/api/licences" data-testid="resource-url" />
          </Form.Item>
        </Col>
        <Col xs={24} md={8}>
          <Form.Item name="rows" label={t("pull.rows")} extra={t("pull.rowsHelp")}>
            <Input placeholder="/data/rows" data-testid="resource-rows" />
          </Form.Item>
        </Col>
      </Row>
      <Form.Item label={t("pull.headers")} extra={editing ? t("pull.headersKept") : t("pull.headersHelp")}>
        <Form.List name="headers">
          {(fields, { add, remove }) => (
            <div className="rq-stack">
              {fields.map(({ key, name }) => (
                <Flex key={key} gap={8}>
                  <Form.Item name={[name, "name"]} noStyle rules={[required]}>
                    <Input placeholder="Authorization" aria-label={t("pull.headerName")} />
                  </Form.Item>
                  <Form.Item name={[name, "value"]} noStyle>
                    <Input.Password
                      autoComplete="new-password"
                      aria-label={t("pull.headerValue")}
                      placeholder={editing ? t("unchanged") : t("pull.headerValue")}
                    />
                  </Form.Item>
                  <Button
                    icon={<MinusCircleOutlined />}
                    aria-label={t("remove")}
                    onClick={() => remove(name)}
                    style={{ flexShrink: 0 }}
                  />
                </Flex>
              ))}
              <div>
                <Button icon={<PlusOutlined />} onClick={() => add({})} data-testid="resource-add-header">
                  {t("pull.addHeader")}
                </Button>
              </div>
            </div>
          )}
        </Form.List>
      </Form.Item>
      <Row gutter={16}>
        <Col xs={24} md={8}>
          <Form.Item name="paging" label={t("pull.paging")} extra={t(`pull.pagingHelp.${paging ?? "none"}`)}>
            <Select
              options={PAGINGS.map((value) => ({ value, label: t(`pull.pagings.${value}`) }))}
              data-testid="resource-paging"
            />
          </Form.Item>
        </Col>
        {paging !== undefined && paging !== "none" && (
          <Col xs={24} md={8}>
            <Form.Item name="parameter" label={t("pull.parameter")} rules={[required]}>
              <Input placeholder={paging} data-testid="resource-parameter" />
            </Form.Item>
          </Col>
        )}
        {(paging === "cursor" || paging === "since") && (
          <Col xs={24} md={8}>
            <Form.Item
              name="pointer"
              label={t(paging === "cursor" ? "pull.cursorPointer" : "pull.timePointer")}
              rules={[required]}
            >
              <Input placeholder={paging === "cursor" ? "/next" : "/updatedAt"} data-testid="resource-pointer" />
            </Form.Item>
          </Col>
        )}
        {paging === "cursor" && (
          <Col xs={24} md={8}>
            <Form.Item name="atEnd" label={t("pull.atEnd")}>
              <Select
                options={(["restart", "resume"] as const).map((value) => ({ value, label: t(`pull.atEnds.${value}`) }))}
              />
            </Form.Item>
          </Col>
        )}
        {paging === "page" && (
          <>
            <Col xs={12} md={4}>
              <Form.Item name="size" label={t("pull.size")} rules={[required]}>
                <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
              </Form.Item>
            </Col>
            <Col xs={12} md={4}>
              <Form.Item name="sizeParameter" label={t("pull.sizeParameter")}>
                <Input placeholder="size" />
              </Form.Item>
            </Col>
          </>
        )}
        {paging === "since" && (
          <Col xs={24} md={8}>
            <Form.Item name="first" label={t("pull.first")}>
              <Input placeholder="2026-01-01T00:00:00Z" />
            </Form.Item>
          </Col>
        )}
      </Row>
    </>
  );
}
