import { Col, Form, Input, InputNumber, Row, Select } from "antd";
import { useTranslation } from "react-i18next";

const ENGINES = [
  { value: "postgresql", label: "PostgreSQL" },
  { value: "mysql", label: "MySQL / MariaDB" },
  { value: "sqlite", label: "SQLite" },
];
const TLS = ["verify", "encrypt", "off"] as const;

/** Which table of which database is read, and in what order. */
export function ResourceTableFields({ editing }: { editing: boolean }) {
  const { t } = useTranslation("sources");
  const engine = Form.useWatch("engine");
  const tls = Form.useWatch("tls");
  const updatedColumn = Form.useWatch("updatedColumn");
  const required = { required: true, message: t("required") };
  const server = engine !== "sqlite";
  return (
    <Row gutter={16}>
      <Col xs={24} md={8}>
        <Form.Item name="engine" label={t("table.engine")}>
          <Select options={ENGINES} data-testid="resource-engine" />
        </Form.Item>
      </Col>
      {server && (
        <>
          <Col xs={16} md={11}>
            <Form.Item name="host" label={t("table.host")} extra={t("table.hostHelp")} rules={[required]}>
              <Input placeholder="db.example.gov.cn" data-testid="resource-host" />
            </Form.Item>
          </Col>
          <Col xs={8} md={5}>
            <Form.Item name="port" label={t("table.port")}>
              <InputNumber
                min={1}
                max={65_535}
                precision={0}
                placeholder={engine === "mysql" ? "3306" : "5432"}
                style={{ width: "100%" }}
                data-testid="resource-port"
              />
            </Form.Item>
          </Col>
        </>
      )}
      <Col xs={24} md={8}>
        <Form.Item name="database" label={t(server ? "table.database" : "table.file")} rules={[required]}>
          <Input placeholder={server ? "shared" : "shared.db"} data-testid="resource-database" />
        </Form.Item>
      </Col>
      {server && (
        <>
          <Col xs={24} md={8}>
            <Form.Item name="user" label={t("table.user")}>
              <Input autoComplete="off" data-testid="resource-user" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="password" label={t("table.password")}>
              <Input.Password
                autoComplete="new-password"
                placeholder={editing ? t("unchanged") : ""}
                data-testid="resource-password"
              />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="tls" label={t("table.tls")}>
              <Select options={TLS.map((value) => ({ value, label: t(`table.tlsModes.${value}`) }))} />
            </Form.Item>
          </Col>
          {tls === "verify" && (
            <Col xs={24} md={16}>
              <Form.Item name="ca" label={t("table.ca")}>
                <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} placeholder="-----BEGIN CERTIFICATE-----" />
              </Form.Item>
            </Col>
          )}
          <Col xs={24} md={8}>
            <Form.Item name="schema" label={t("table.schema")}>
              <Input placeholder={engine === "mysql" ? "" : "public"} />
            </Form.Item>
          </Col>
        </>
      )}
      <Col xs={24} md={8}>
        <Form.Item name="table" label={t("table.table")} rules={[required]}>
          <Input data-testid="resource-table" />
        </Form.Item>
      </Col>
      <Col xs={24} md={8}>
        <Form.Item name="keyColumn" label={t("table.keyColumn")} extra={t("table.keyHelp")} rules={[required]}>
          <Input placeholder="id" data-testid="resource-key" />
        </Form.Item>
      </Col>
      <Col xs={24} md={8}>
        <Form.Item name="updatedColumn" label={t("table.updatedColumn")} extra={t("table.updatedHelp")}>
          <Input placeholder="updated_at" data-testid="resource-updated" />
        </Form.Item>
      </Col>
      {server && updatedColumn && (
        <Col xs={24} md={8}>
          <Form.Item name="settleSeconds" label={t("table.settleSeconds")} extra={t("table.settleHelp")}>
            <InputNumber min={0} max={3_600} precision={0} style={{ width: "100%" }} />
          </Form.Item>
        </Col>
      )}
      <Col xs={24} md={8}>
        <Form.Item name="pageRows" label={t("table.pageRows")}>
          <InputNumber min={1} max={10_000} precision={0} style={{ width: "100%" }} />
        </Form.Item>
      </Col>
    </Row>
  );
}
