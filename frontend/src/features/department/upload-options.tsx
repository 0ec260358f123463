import { Alert, Checkbox, Flex, Form, Input, InputNumber, Radio } from "antd";
import { useTranslation } from "react-i18next";

export interface UploadOptions {
  mode: "append" | "replace";
  confirmed: boolean;
  sheet: string;
  headingRow: number | null;
}
export const USUAL_OPTIONS: UploadOptions = { mode: "append", confirmed: false, sheet: "", headingRow: null };

/** A whole state deletes what it doesn't have: nobody sends one by a slip. */
export const isConfirmed = ({ mode, confirmed }: UploadOptions): boolean => mode === "append" || confirmed;

export const queryOf = ({ mode, sheet, headingRow }: UploadOptions) => ({
  mode,
  ...(sheet.trim() ? { sheet: sheet.trim() } : {}),
  ...(headingRow ? { headingRow } : {}),
});

interface Props {
  options: UploadOptions;
  onChange: (options: UploadOptions) => void;
  disabled: boolean;
}

/** Whether the file adds to the catalog or is all of it, and where its table stands. */
export function UploadOptionFields({ options, onChange, disabled }: Props) {
  const { t } = useTranslation("ingestion");
  const { mode, confirmed, sheet, headingRow } = options;
  return (
    <>
      <Form.Item label={t("options.mode")}>
        <Radio.Group
          value={mode}
          disabled={disabled}
          onChange={({ target }) =>
            onChange({ ...options, mode: target.value as UploadOptions["mode"], confirmed: false })
          }
          options={[
            { value: "append", label: t("options.append") },
            { value: "replace", label: t("options.replace") },
          ]}
          data-testid="upload-mode"
        />
        <Alert
          style={{ marginTop: 8 }}
          type={mode === "replace" ? "warning" : "info"}
          showIcon
          title={t(mode === "replace" ? "options.replaceHint" : "options.appendHint")}
        />
        {mode === "replace" && (
          <Checkbox
            style={{ marginTop: 8 }}
            checked={confirmed}
            disabled={disabled}
            onChange={({ target }) => onChange({ ...options, confirmed: target.checked })}
            data-testid="upload-replace-confirm"
          >
            {t("options.replaceConfirm")}
          </Checkbox>
        )}
      </Form.Item>
      <Flex gap={16} wrap>
        <Form.Item label={t("options.sheet")} htmlFor="upload-sheet">
          <Input
            id="upload-sheet"
            value={sheet}
            maxLength={100}
            disabled={disabled}
            placeholder={t("options.auto")}
            onChange={({ target }) => onChange({ ...options, sheet: target.value })}
          />
        </Form.Item>
        <Form.Item label={t("options.headingRow")} htmlFor="upload-heading-row">
          <InputNumber
            id="upload-heading-row"
            value={headingRow}
            min={1}
            max={1000}
            precision={0}
            disabled={disabled}
            placeholder={t("options.auto")}
            onChange={(row) => onChange({ ...options, headingRow: row })}
            style={{ width: 160 }}
          />
        </Form.Item>
      </Flex>
    </>
  );
}
