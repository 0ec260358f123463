import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Col, Flex, Form, Input, Row, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { AmountInput } from "../../components/amount-input.tsx";
import "./institution.css";

/** The itemised cost list beside the interest: every fee with its payee and when it is due. */
export function FeeLines() {
  const { t } = useTranslation("institution");
  const required = [{ required: true, message: t("required") }];
  return (
    <Form.List name="fees">
      {(fields, { add, remove }) => (
        <fieldset className="fee-lines">
          <Typography.Text>{t("fee.title")}</Typography.Text>
          {fields.map(({ key, name }) => (
            <Row gutter={12} key={key} className="fee-line" data-testid={`bid-fee-${name}`}>
              <Col xs={24} sm={12} md={6}>
                <Form.Item name={[name, "name"]} label={t("fee.name")} rules={required}>
                  <Input maxLength={60} placeholder={t("fee.nameHelp")} data-testid={`bid-fee-${name}-name`} />
                </Form.Item>
              </Col>
              <Col xs={24} sm={12} md={6}>
                <Form.Item name={[name, "payee"]} label={t("fee.payee")} rules={required}>
                  <Input maxLength={120} data-testid={`bid-fee-${name}-payee`} />
                </Form.Item>
              </Col>
              <Col xs={24} sm={12} md={5}>
                <Form.Item name={[name, "timing"]} label={t("fee.timing")} initialValue="upfront">
                  <Select
                    data-testid={`bid-fee-${name}-timing`}
                    options={(["upfront", "perPeriod"] as const).map((value) => ({ value, label: t(`fee.${value}`) }))}
                  />
                </Form.Item>
              </Col>
              <Col xs={20} sm={10} md={5}>
                <Form.Item name={[name, "amountFen"]} label={t("fee.amount")} rules={required}>
                  <AmountInput data-testid={`bid-fee-${name}-amount`} />
                </Form.Item>
              </Col>
              <Col xs={4} sm={2}>
                <Form.Item label=" " colon={false}>
                  <Button
                    type="text"
                    icon={<DeleteOutlined />}
                    onClick={() => remove(name)}
                    aria-label={t("fee.remove")}
                    data-testid={`bid-fee-${name}-remove`}
                  />
                </Form.Item>
              </Col>
            </Row>
          ))}
          <Flex style={{ marginTop: 8 }}>
            <Button
              icon={<PlusOutlined />}
              onClick={() => add({ timing: "upfront" })}
              disabled={fields.length >= 20}
              data-testid="bid-fee-add"
            >
              {t("fee.add")}
            </Button>
          </Flex>
        </fieldset>
      )}
    </Form.List>
  );
}
